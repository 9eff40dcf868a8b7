//! The organisation `acme`, of which `ada` is an owner, and `ada` has the token.

mod hidden;
mod lists;
mod teams;
mod turns;

use serde_json::{Value, json};

use super::super::testing::{Bench, empty, impatient, json as answer, lost, run, script, with};
use super::super::{Connector as _, ErrorKind, Joining, Leaving, Outcome, State};
use super::*;
use crate::base::Secret;
use crate::http::tests::server::Reply;

const OWN: &str = "GET /user/memberships/orgs/acme";
const LOOK: &str = "GET /orgs/acme/memberships/bob";
const PUT: &str = "PUT /orgs/acme/memberships/bob";
const DELETE: &str = "DELETE /orgs/acme/memberships/bob";
const LAPSED: &str = "GET /orgs/acme/failed_invitations?per_page=100";
const ALIVE: &str = "GET /orgs/acme/invitations?per_page=100";
const OWNERS: &str = "GET /orgs/acme/members?role=admin&per_page=2";

fn member(login: &str, state: &str, role: &str) -> Reply {
    answer(
        200,
        &json!({"state": state, "role": role, "direct_membership": true, "user": {"login": login, "id": 5},
        "enterprise_teams_providing_indirect_membership": [], "organization": {"login": "acme", "id": 7}}),
    )
}

fn absent() -> Reply {
    answer(404, &json!({"message": "Not Found", "status": "404"}))
}

/// What a token of scope `read:org` gets where one of these is needed.
fn weak(needed: &str) -> Reply {
    with(with(absent(), "x-oauth-scopes", "read:org"), "x-accepted-oauth-scopes", needed)
}

fn refusal(status: u16, message: &str) -> Reply {
    answer(status, &json!({"message": message}))
}

fn lapsed(login: &str) -> Value {
    json!({"id": 9, "login": login, "email": null, "role": "direct_member", "created_at": "2026-11-01T00:00:00Z",
        "failed_at": "2026-11-08T00:00:00Z", "failed_reason": "expired"})
}

/// The script of an owner to whom nothing has lapsed.
fn owner(more: Vec<(&'static str, Reply)>) -> Bench {
    let mut all = vec![(OWN, member("ada", "active", "admin")), (LAPSED, answer(200, &json!([])))];
    all.retain(|(line, _)| !more.iter().any(|(other, _)| other == line));
    all.extend(more);
    script(all)
}

fn github(bench: &Bench) -> GitHub {
    let settings = Settings::new(Secret::new("ghp_canary-github"), "acme").api_url(&bench.url);
    GitHub::new(settings, &bench.wire).unwrap()
}

fn look(bench: &Bench, id: &str) -> Result<Membership, Error> {
    run(github(bench).membership(id))
}

fn add(bench: &Bench, id: &str, how: &Joining) -> Result<Change, Error> {
    run(github(bench).add(id, how))
}

fn remove(bench: &Bench, id: &str) -> Result<Change, Error> {
    run(github(bench).remove(id, &Leaving::default()))
}

#[test]
fn every_standing_is_told() {
    for (reply, state, role) in [
        (member("bob", "active", "member"), State::Active, Some("member")),
        (member("Bob", "active", "admin"), State::Active, Some("admin")),
        (member("bob", "pending", "member"), State::Pending, Some("member")),
        (absent(), State::Absent, None),
    ] {
        let bench = owner(vec![(LOOK, reply)]);
        let found = look(&bench, "bob").unwrap();
        assert_eq!((found.state, found.role.as_deref()), (state, role));
        assert_eq!(bench.header(0, "authorization").as_deref(), Some("Bearer ghp_canary-github"));
        assert_eq!(bench.header(0, "x-github-api-version").as_deref(), Some("2022-11-28"));
        assert!(bench.header(0, "user-agent").is_some_and(|agent| agent.starts_with("orchest/")));
    }
    let bench = owner(vec![(LOOK, absent()), (LAPSED, answer(200, &json!([lapsed("BOB")])))]);
    let found = look(&bench, "bob").unwrap();
    assert_eq!(
        (found.state, found.key.as_deref(), found.detail.as_deref()),
        (State::Expired, Some("9"), Some("expired"))
    );
}

#[test]
fn a_404_is_absence_only_for_those_who_would_be_shown() {
    let bench = script(vec![(LOOK, absent()), (OWN, absent())]);
    let error = look(&bench, "bob").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden, "{error}");
    assert!(error.to_string().contains("hidden from this login"));
    // Members see members, not what has lapsed.
    let bench = script(vec![(LOOK, absent()), (OWN, member("ada", "active", "member"))]);
    assert_eq!(look(&bench, "bob").unwrap().state, State::Absent);
    // An app has no membership of its own.
    let app = refusal(403, "Resource not accessible by integration");
    let sees = "GET /orgs/acme/invitations?per_page=1";
    let bench = script(vec![(LOOK, absent()), (OWN, app.clone()), (sees, answer(200, &json!([]))), (LAPSED, absent())]);
    assert_eq!(look(&bench, "bob").unwrap().state, State::Absent);
    let bench = script(vec![(LOOK, absent()), (OWN, app.clone()), (sees, app)]);
    assert_eq!(look(&bench, "bob").unwrap().state, State::Unknown);
    assert_eq!(add(&bench, "bob", &Joining::default()).unwrap_err().kind(), ErrorKind::Forbidden);
    assert_eq!(bench.written(), Vec::<String>::new(), "an owner could be hidden there");
}

#[test]
fn who_one_is_is_asked_once_for_many() {
    let absent_too = "GET /orgs/acme/memberships/cy";
    let bench = owner(vec![(LOOK, absent()), (absent_too, absent())]);
    let github = github(&bench);
    run(async {
        github.membership("bob").await.unwrap();
        github.membership("cy").await.unwrap();
    });
    assert_eq!(bench.asked(), [LOOK, OWN, LAPSED, absent_too]);
}

#[test]
fn members_and_invited_people_are_left_as_they_are() {
    for (state, role) in [("active", "admin"), ("active", "member"), ("pending", "member")] {
        let bench = owner(vec![(LOOK, member("bob", state, role))]);
        let change = add(&bench, "bob", &Joining::default()).unwrap();
        assert_eq!((change.outcome, change.membership.role.as_deref()), (Outcome::Unchanged, Some(role)));
        assert_eq!(bench.written(), Vec::<String>::new(), "an owner is not made a member");
    }
}

/// What is different is left alone, and is not called "already so".
#[test]
fn an_invitation_with_another_role_is_a_conflict() {
    let by_address = || (ALIVE, answer(200, &json!([{"id": 4, "email": "bob@example.com", "role": "direct_member"}])));
    for (id, standing) in [("bob", (LOOK, member("bob", "pending", "member"))), ("bob@example.com", by_address())] {
        for how in [Joining::default().role("admin"), Joining::default().role("admin").dry_run()] {
            let bench = owner(vec![standing.clone()]);
            let error = add(&bench, id, &how).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conflict, "{error:?}");
            assert!(error.to_string().contains("is invited as member"), "{error:?}");
            assert!(error.way_out().unwrap().contains("--reinvite"), "{error:?}");
            assert_eq!(bench.written(), Vec::<String>::new());
        }
        let bench = owner(vec![standing]);
        assert_eq!(add(&bench, id, &Joining::default().role("member")).unwrap().outcome, Outcome::Unchanged);
    }
}

#[test]
fn somebody_new_is_invited_and_told_so() {
    let bench = owner(vec![(LOOK, absent()), (PUT, member("bob", "pending", "member"))]);
    let change = add(&bench, "bob", &Joining::default()).unwrap();
    assert_eq!((change.outcome, change.word(), change.membership.state), (Outcome::Invited, "invited", State::Pending));
    assert_eq!(bench.written(), [format!(r#"{PUT} {{"role":"member"}}"#)]);
    // A server of one's own may take people in at once.
    let bench = owner(vec![(LOOK, absent()), (PUT, member("bob", "active", "admin"))]);
    let change = add(&bench, "bob", &Joining::default().role("admin")).unwrap();
    assert_eq!((change.outcome, bench.written()), (Outcome::Added, vec![format!(r#"{PUT} {{"role":"admin"}}"#)]));
}

#[test]
fn a_lapsed_invitation_is_taken_away_before_the_next() {
    let cancel = "DELETE /orgs/acme/invitations/9";
    let bench = owner(vec![
        (LOOK, absent()),
        (LAPSED, answer(200, &json!([lapsed("bob")]))),
        (cancel, empty(204)),
        (PUT, member("bob", "pending", "member")),
    ]);
    let change = add(&bench, "bob", &Joining::default()).unwrap();
    assert_eq!(change.outcome, Outcome::Reinvited);
    assert_eq!(bench.written(), [cancel.to_owned(), format!(r#"{PUT} {{"role":"member"}}"#)]);
    assert_eq!(bench.clock.slept(), [PACE], "one write a second");
    assert_eq!(add(&bench, "bob", &Joining::default().dry_run()).unwrap().word(), "would be invited again");
    let change = remove(&bench, "bob").unwrap();
    assert_eq!((change.outcome, bench.written().last().unwrap().as_str()), (Outcome::Cancelled, cancel));
}

#[test]
fn a_lost_answer_is_looked_after_and_nobody_is_mailed_twice() {
    let none = || (LOOK, absent());
    let bench = owner(vec![none(), none(), (LOOK, member("bob", "pending", "member")), (PUT, lost())]);
    let change = add(&bench, "bob", &Joining::default()).unwrap();
    assert_eq!((change.outcome, bench.written().len()), (Outcome::Invited, 1));
    for first in [lost(), answer(502, &json!({}))] {
        let bench = owner(vec![(LOOK, absent()), (PUT, first), (PUT, member("bob", "pending", "member"))]);
        add(&bench, "bob", &Joining::default()).unwrap();
        assert_eq!(bench.asked().iter().filter(|line| *line == LOOK).count(), 3, "a look before the second");
    }
    let bench = owner(vec![(LOOK, absent()), (PUT, lost())]);
    let once = GitHub::new(Settings::new(Secret::new("ghp_x-once"), "acme").api_url(&bench.url), &impatient());
    assert_eq!(run(once.unwrap().add("bob", &Joining::default())).unwrap_err().kind(), ErrorKind::Unavailable);
}

#[test]
fn limits_are_waited_for_in_every_form_and_a_used_up_quota_is_not() {
    let primary = || with(refusal(403, "API rate limit exceeded for user ID 1."), "x-ratelimit-remaining", "0");
    let primary = || with(primary(), "x-ratelimit-reset", "1767225602");
    let secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
    for (limit, seconds) in [
        (primary(), 2),
        (with(refusal(403, secondary), "retry-after", "1"), 1),
        (with(refusal(429, secondary), "retry-after", "1"), 1),
        (refusal(403, secondary), 60),
        (refusal(429, secondary), 60),
    ] {
        let bench = owner(vec![(LOOK, absent()), (PUT, limit), (PUT, member("bob", "pending", "member"))]);
        add(&bench, "bob", &Joining::default()).unwrap();
        assert_eq!(bench.clock.slept(), [std::time::Duration::from_secs(seconds)]);
    }
    let quota = json!({"message": "Validation Failed", "errors": [{"resource": "OrganizationInvitation",
        "code": "unprocessable", "field": "data", "message": "Over invitation rate limit"}]});
    let bench = owner(vec![(LOOK, absent()), (PUT, answer(422, &quota))]);
    let error = add(&bench, "bob", &Joining::default()).unwrap_err();
    assert!(error.kind() == ErrorKind::Quota && error.is_about_everybody(), "{error:?}");
    assert_eq!(bench.written().len(), 1);
}

#[test]
fn a_no_is_explained() {
    let sso = with(
        refusal(403, "Resource protected by organization SAML enforcement."),
        "x-github-sso",
        "required; url=https://github.com/orgs/acme/sso?authorization_request=x",
    );
    let fine = with(
        refusal(403, "Resource not accessible by personal access token"),
        "x-accepted-github-permissions",
        "members=write",
    );
    let classic = with(
        with(refusal(403, "You must be an admin"), "x-oauth-scopes", "repo, read:org"),
        "x-accepted-oauth-scopes",
        "admin:org",
    );
    for (reply, kind, word) in [
        (sso, ErrorKind::Forbidden, "authorization_request=x"),
        (fine, ErrorKind::Forbidden, "members=write"),
        (classic, ErrorKind::Forbidden, "admin:org"),
        (refusal(403, "Blocked"), ErrorKind::Blocked, "unblock"),
        (refusal(403, "Membership is managed by your enterprise"), ErrorKind::Unsupported, "identity provider"),
        (refusal(422, "Validation Failed"), ErrorKind::Failed, ""),
        (absent(), ErrorKind::NotFound, "spelling"),
        (refusal(401, "Bad credentials"), ErrorKind::Auth, ""),
    ] {
        let bench = owner(vec![(LOOK, absent()), (PUT, reply)]);
        let error = add(&bench, "bob", &Joining::default()).unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.way_out().unwrap_or_default().contains(word), "{error:?}");
        assert!(!format!("{error:?}").contains("ghp_canary"));
    }
    let bench = script(vec![(LOOK, refusal(401, "Bad credentials"))]);
    let error = look(&bench, "bob").unwrap_err();
    assert!(error.kind() == ErrorKind::Auth && error.way_out().unwrap().contains("ORCHEST_GITHUB_TOKEN"), "{error:?}");
}

#[test]
fn who_is_no_owner_is_told_before_anything_is_sent() {
    let bench = script(vec![(LOOK, absent()), (OWN, member("ada", "active", "member"))]);
    let error = add(&bench, "bob", &Joining::default()).unwrap_err();
    assert!(error.kind() == ErrorKind::Forbidden && error.to_string().contains("only owners"), "{error}");
    assert_eq!(bench.written(), Vec::<String>::new());
}

#[test]
fn members_go_and_invitations_are_taken_back() {
    for (state, outcome) in [("active", Outcome::Removed), ("pending", Outcome::Cancelled)] {
        let bench = owner(vec![(LOOK, member("bob", state, "member")), (DELETE, empty(204))]);
        let change = remove(&bench, "bob").unwrap();
        assert_eq!((change.outcome, change.membership.state), (outcome, State::Absent));
        let planned = run(github(&bench).remove("bob", &Leaving::default().dry_run())).unwrap();
        assert!(planned.planned && bench.written() == [DELETE], "{planned:?}");
    }
    // Gone meanwhile, and a lost answer: both are as good as done.
    let bob = || (LOOK, member("bob", "active", "member"));
    let bench = owner(vec![bob(), (LOOK, absent()), (DELETE, lost()), (DELETE, absent())]);
    assert_eq!(remove(&bench, "bob").unwrap().outcome, Outcome::Removed);
    let bench = owner(vec![(LOOK, absent())]);
    assert_eq!(remove(&bench, "bob").unwrap().outcome, Outcome::Unchanged);
    assert_eq!(bench.written(), Vec::<String>::new());
}

#[test]
fn neither_oneself_nor_the_last_owner_goes_or_is_demoted() {
    let one = answer(200, &json!([{"login": "bob"}]));
    let two = answer(200, &json!([{"login": "ada"}, {"login": "bob"}]));
    let bench =
        owner(vec![(LOOK, member("bob", "active", "admin")), (OWNERS, one), (PUT, absent()), (DELETE, absent())]);
    for error in [remove(&bench, "bob"), add(&bench, "bob", &Joining::default().role("member"))].map(Result::unwrap_err)
    {
        assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("last owner"), "{error}");
    }
    assert_eq!(bench.written(), Vec::<String>::new());
    let ada = "GET /orgs/acme/memberships/ADA";
    let bench = owner(vec![(ada, member("ada", "active", "admin")), (OWNERS, two.clone())]);
    let error = remove(&bench, "ADA").unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("by themselves"), "{error}");
    // Asked for, a lower role is given.
    let bench =
        owner(vec![(LOOK, member("bob", "active", "admin")), (OWNERS, two), (PUT, member("bob", "active", "member"))]);
    let change = add(&bench, "bob", &Joining::default().role("member")).unwrap();
    assert_eq!((change.outcome, bench.written().len()), (Outcome::Changed, 1));
}

#[test]
fn what_comes_from_an_enterprise_is_not_promised_to_end() {
    let through = |direct: bool| {
        answer(
            200,
            &json!({"state": "active", "role": "member", "direct_membership": direct, "user": {"login": "bob"},
            "enterprise_teams_providing_indirect_membership": [{"slug": "all-staff"}]}),
        )
    };
    let bench = owner(vec![(LOOK, through(false))]);
    let error = remove(&bench, "bob").unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("all-staff"), "{error}");
    assert_eq!(bench.written(), Vec::<String>::new());
    let bench = owner(vec![(LOOK, through(true)), (LOOK, through(false)), (DELETE, empty(204))]);
    let error = remove(&bench, "bob").unwrap_err();
    assert!(error.to_string().contains("cannot be ended from here"), "{error}");
    assert_eq!(bench.written(), [DELETE]);
}

#[test]
fn what_makes_no_sense_is_refused_unsent() {
    let bench = script(Vec::new());
    for how in [Joining::default().role("king"), Joining { notify: true, ..Joining::default() }] {
        assert_eq!(add(&bench, "bob", &how).unwrap_err().kind(), ErrorKind::Usage);
    }
    for id in ["", "  ", "a\nb"] {
        assert_eq!(look(&bench, id).unwrap_err().kind(), ErrorKind::Usage, "{id:?}");
    }
    let settings = |url: &str, organization: &str| Settings::new(Secret::new("ghp_unsent"), organization).api_url(url);
    for settings in [settings("http://github.example.com/api/v3", "acme"), settings("https://h/api", " ")] {
        assert_eq!(GitHub::new(settings, &bench.wire).unwrap_err().kind(), ErrorKind::Settings);
    }
    assert_eq!(bench.asked(), Vec::<String>::new());
}
