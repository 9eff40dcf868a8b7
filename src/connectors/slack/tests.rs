//! A workspace with `ada`, who is in, `bob`, who is switched off, and `cy`, who is invited; `U9` has the token.

use serde_json::{Value, json};

use super::super::testing::{Bench, empty, json as answer, lost, run, script, with};
use super::super::{Connector as _, Joining, Leaving};
use super::*;
use crate::base::Secret;
use crate::http::tests::server::Reply;

const LOOKUP: &str = "POST /users.lookupByEmail";
const LIST: &str = "POST /users.list";
const INFO: &str = "POST /users.info";
const TEST: &str = "POST /auth.test";
const INVITE: &str = "POST /admin.users.invite";
const ASSIGN: &str = "POST /admin.users.assign";
const REMOVE: &str = "POST /admin.users.remove";
const INSIDE: &str = "POST /conversations.members";
const COME: &str = "POST /conversations.invite";
const KICK: &str = "POST /conversations.kick";

fn user(id: &str, email: &str, more: &Value) -> Value {
    let mut user = json!({"id": id, "deleted": false, "is_bot": false, "profile": {"email": email}});
    for (key, value) in more.as_object().unwrap() {
        user[key] = value.clone();
    }
    user
}

fn ada() -> Value {
    user("U1", "Ada@example.com", &json!({}))
}

fn good(more: &Value) -> Reply {
    let mut body = json!({"ok": true});
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    answer(200, &body)
}

fn bad(code: &str) -> Reply {
    answer(200, &json!({"ok": false, "error": code}))
}

fn directory() -> Vec<(String, Reply)> {
    let bob = user("U2", "bob@example.com", &json!({"deleted": true}));
    let cy = user("U3", "cy@example.com", &json!({"deleted": true, "is_invited_user": true}));
    let bot = user("B1", "", &json!({"is_bot": true, "profile": {}}));
    let next = |mark: &str| json!({ "next_cursor": mark });
    let pages = [
        ("", good(&json!({"members": [ada(), bob], "response_metadata": next("dXNlcjpVMg==")}))),
        ("&cursor=dXNlcjpVMg%3D%3D", good(&json!({"members": [], "response_metadata": next("dXNlcjpVMw==")}))),
        ("&cursor=dXNlcjpVMw%3D%3D", good(&json!({"members": [cy, bot], "response_metadata": next("")}))),
    ];
    let both = pages.into_iter().flat_map(|(mark, reply)| {
        ["", "&team_id=T1"].map(|team| (format!("{LIST} limit=200{team}{mark}"), reply.clone()))
    });
    both.collect()
}

/// The workspace; whoever is looked up is not found, unless something else is said.
fn workspace(more: Vec<(&'static str, Reply)>) -> Bench {
    let mut all = directory();
    let dee = user("U4", "dee@example.com", &json!({}));
    let usual = [
        (LOOKUP, bad("users_not_found")),
        (INFO, good(&json!({ "user": dee }))),
        (TEST, good(&json!({"user_id": "U9"}))),
    ];
    all.extend(usual.map(|(line, reply)| (line.to_owned(), reply)));
    all.retain(|(line, _)| !more.iter().any(|(other, _)| other == line));
    all.extend(more.into_iter().map(|(line, reply)| (line.to_owned(), reply)));
    script(all.iter().map(|(line, reply)| (line.as_str(), reply.clone())).collect())
}

fn slack(bench: &Bench, mode: Mode) -> Slack {
    let mut settings = Settings::new(Secret::new("xoxb-canary")).mode(mode).api_url(&bench.url);
    settings.admin_token = Some(Secret::new("xoxp-canary-admin").into());
    settings.scim_url = Some(format!("{}/scim/v2", bench.url));
    settings.channel = Some("C1".to_owned());
    if mode == Mode::Admin {
        settings.team_id = Some("T1".to_owned());
    }
    Slack::new(settings, &bench.wire).unwrap()
}

fn look(bench: &Bench, id: &str) -> Result<Membership, Error> {
    run(slack(bench, Mode::CheckOnly).membership(id))
}

fn add(bench: &Bench, mode: Mode, id: &str) -> Result<Change, Error> {
    run(slack(bench, mode).add(id, &Joining::default()))
}

fn remove(bench: &Bench, mode: Mode, id: &str) -> Result<Change, Error> {
    run(slack(bench, mode).remove(id, &Leaving::default()))
}

/// What was asked but for questions.
fn told(bench: &Bench) -> Vec<String> {
    let asks = |line: &String| [LOOKUP, LIST, INFO, TEST, INSIDE, "GET "].iter().any(|start| line.starts_with(start));
    bench.asked().into_iter().filter(|line| !asks(line)).collect()
}

#[test]
fn nobody_is_absent_before_the_whole_list_is_read() {
    for (id, state) in [
        ("ADA@example.com", State::Active),
        ("bob@example.com", State::Suspended),
        ("cy@example.com", State::Pending),
        ("U2", State::Suspended),
        ("dee@example.com", State::Absent),
    ] {
        let bench = workspace(vec![]);
        let found = look(&bench, id).unwrap();
        assert_eq!(found.state, state, "{id}");
        let lists: Vec<String> = bench.asked().into_iter().filter(|line| line.starts_with(LIST)).collect();
        assert_eq!(lists.len(), 3, "to the last page, over an empty one");
        assert_eq!(lists[2], format!("{LIST} limit=200&cursor=dXNlcjpVMw%3D%3D"));
    }
    let bench =
        workspace(vec![(LOOKUP, good(&json!({"user": user("U1", "ada@example.com", &json!({"is_owner": true}))})))]);
    let found = look(&bench, "ada@example.com").unwrap();
    assert_eq!((found.state, found.role.as_deref()), (State::Active, Some("owner")));
    assert_eq!(bench.asked(), [format!("{LOOKUP} email=ada%40example.com")]);
    assert_eq!(bench.header(0, "authorization").as_deref(), Some("Bearer xoxb-canary"));
    assert_eq!(run(slack(&workspace(vec![]), Mode::CheckOnly).list()).unwrap().len(), 3, "bots are no people");
    assert_eq!(run(slack(&workspace(vec![]), Mode::CheckOnly).invitations()).unwrap().len(), 1);
}

/// Whoever is called `bea` elsewhere may be in by their address.
#[test]
fn a_name_from_elsewhere_is_refused_and_not_called_absent() {
    for id in ["bea", "octocat", "u1", "U", "Uma", "T1", "C0123456", "@example.com", "Bea Doe"] {
        let bench = workspace(vec![]);
        let error = look(&bench, id).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{id}");
        assert!(error.to_string().contains(&format!("'{id}' is no e-mail address")), "{error}");
        assert!(error.way_out().unwrap().contains("orchest members list -c slack"), "{error:?}");
        for mode in [Mode::CheckOnly, Mode::Channel, Mode::Scim, Mode::Admin] {
            assert_eq!(remove(&bench, mode, id).unwrap_err().kind(), ErrorKind::Usage, "{id} {mode}");
            assert_eq!(add(&bench, mode, id).unwrap_err().kind(), ErrorKind::Usage, "{id} {mode}");
        }
        assert_eq!(bench.asked(), Vec::<String>::new(), "{id}");
    }
    for id in ["W012A3CDE", "U0123456", "USLACKBOX"] {
        assert_eq!(look(&workspace(vec![]), id).unwrap().state, State::Absent, "{id}");
    }
}

#[test]
fn of_many_people_the_list_is_read_and_not_each_looked_up() {
    let bench = workspace(vec![(LOOKUP, good(&json!({"user": ada()})))]);
    let slack = slack(&bench, Mode::CheckOnly);
    for _ in 0..40 {
        assert_eq!(run(slack.membership("ada@example.com")).unwrap().state, State::Active);
    }
    assert_eq!(bench.asked().len(), 20 + 3);
}

#[test]
fn a_plan_without_a_way_gets_the_truth_and_another() {
    let bench = workspace(vec![]);
    let error = add(&bench, Mode::CheckOnly, "dee@example.com").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.way_out().unwrap().contains("my.slack.com/admin"), "{error:?}");
    assert_eq!(add(&bench, Mode::CheckOnly, "cy@example.com").unwrap().outcome, Outcome::Unchanged, "invited is in");
    assert_eq!(remove(&bench, Mode::CheckOnly, "dee@example.com").unwrap().outcome, Outcome::Unchanged);
    assert_eq!(remove(&bench, Mode::CheckOnly, "bob@example.com").unwrap().outcome, Outcome::Unchanged, "off is out");
    assert_eq!(remove(&bench, Mode::CheckOnly, "ada@example.com").unwrap_err().kind(), ErrorKind::Unsupported);
    let mut settings = Settings::new(Secret::new("xoxb-link")).api_url(&bench.url);
    settings.invite_link = Some("https://join.example/x".to_owned());
    let slack = Slack::new(settings, &bench.wire).unwrap();
    let error = run(slack.add("dee@example.com", &Joining::default())).unwrap_err();
    assert!(error.way_out().unwrap().contains("https://join.example/x"), "{error:?}");
    assert!(matches!(slack.capabilities().add, Ability::No(_)));
    assert_eq!(told(&bench), Vec::<String>::new());
}

#[test]
fn a_channel_is_joined_and_left_by_those_who_are_in_the_workspace() {
    let inside = |ids: &[&str]| good(&json!({"members": ids, "response_metadata": {"next_cursor": ""}}));
    let bench = workspace(vec![(INSIDE, inside(&["U7"])), (COME, good(&json!({"channel": {"id": "C1"}})))]);
    let change = add(&bench, Mode::Channel, "ada@example.com").unwrap();
    assert_eq!((change.outcome, change.membership.via.as_deref()), (Outcome::Added, Some("channel C1")));
    assert_eq!(told(&bench), [format!("{COME} channel=C1&users=U1")]);
    let found = run(slack(&bench, Mode::Channel).membership("ada@example.com")).unwrap();
    assert!(found.state == State::Absent && found.detail.unwrap().contains("not in the channel"));
    let error = add(&bench, Mode::Channel, "dee@example.com").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "nobody comes in by a channel");

    let bench = workspace(vec![(INSIDE, inside(&["U1"])), (KICK, good(&json!({})))]);
    assert_eq!(run(slack(&bench, Mode::Channel).list()).unwrap().len(), 1);
    assert_eq!(add(&bench, Mode::Channel, "ada@example.com").unwrap().outcome, Outcome::Unchanged);
    assert_eq!(remove(&bench, Mode::Channel, "ada@example.com").unwrap().outcome, Outcome::Removed);
    assert_eq!(told(&bench), [format!("{KICK} channel=C1&user=U1")]);
    // A lost answer.
    let bench = workspace(vec![(INSIDE, inside(&[])), (INSIDE, inside(&["U1"])), (COME, lost())]);
    assert_eq!(add(&bench, Mode::Channel, "ada@example.com").unwrap().outcome, Outcome::Added);
    let bench = workspace(vec![(INSIDE, inside(&[])), (COME, bad("channel_not_found"))]);
    assert_eq!(add(&bench, Mode::Channel, "ada@example.com").unwrap_err().kind(), ErrorKind::Settings);
}

#[test]
fn an_administrator_invites_strangers_and_lets_colleagues_in() {
    let bench = workspace(vec![(INVITE, good(&json!({})))]);
    let how = Joining { name: Some("Dee Doe".to_owned()), ..Joining::default() };
    let change = run(slack(&bench, Mode::Admin).add("dee@example.com", &how)).unwrap();
    assert_eq!((change.outcome, change.membership.state), (Outcome::Invited, State::Pending));
    let fields = "team_id=T1&email=dee%40example.com&channel_ids=C1&real_name=Dee+Doe";
    assert_eq!(told(&bench), [format!("{INVITE} {fields}")]);
    let dee = good(&json!({"user": user("U4", "dee@example.com", &json!({}))}));
    let bench = workspace(vec![(LOOKUP, bad("users_not_found")), (LOOKUP, dee), (ASSIGN, good(&json!({})))]);
    assert_eq!(add(&bench, Mode::Admin, "dee@example.com").unwrap().outcome, Outcome::Added);
    assert_eq!(told(&bench), [format!("{ASSIGN} team_id=T1&user_id=U4")]);
    for (code, state) in [("already_in_team", State::Active), ("already_in_team_invited_user", State::Pending)] {
        let change = add(&workspace(vec![(INVITE, bad(code))]), Mode::Admin, "dee@example.com").unwrap();
        assert_eq!((change.outcome, change.membership.state), (Outcome::Unchanged, state));
    }
    assert_eq!(add(&workspace(vec![]), Mode::Admin, "bob@example.com").unwrap_err().kind(), ErrorKind::Conflict);
    let bench = workspace(vec![(REMOVE, good(&json!({})))]);
    assert_eq!(remove(&bench, Mode::Admin, "cy@example.com").unwrap().outcome, Outcome::Cancelled);
    assert_eq!(remove(&bench, Mode::Admin, "ada@example.com").unwrap().outcome, Outcome::Removed);
    assert_eq!(told(&bench), ["U3", "U1"].map(|id| format!("{REMOVE} team_id=T1&user_id={id}")));
}

const FIND: &str = "GET /scim/v2/Users?filter=email%20eq%20%22dee%40example.com%22&startIndex=1&count=100";

/// What SCIM tells of `dee`, if there is one.
fn found(active: Option<bool>) -> Reply {
    let emails = json!([{"value": "Dee@example.com", "primary": true}]);
    let person = |active: bool| json!({"id": "U4", "active": active, "emails": emails});
    let people: Vec<Value> = active.into_iter().map(person).collect();
    answer(200, &json!({"totalResults": people.len(), "Resources": people}))
}

#[test]
fn who_must_not_go_is_asked_where_scim_does_not_tell() {
    let off = "DELETE /scim/v2/Users/U4";
    let dee = |more: Value| good(&json!({"user": user("U4", "dee@example.com", &more)}));
    let bench = |info: Reply| workspace(vec![(FIND, found(Some(true))), (INFO, info), (off, empty(204))]);
    let primary = bench(dee(json!({"is_owner": true, "is_primary_owner": true})));
    let error = remove(&primary, Mode::Scim, "dee@example.com").unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("primary owner"), "{error}");
    assert_eq!(told(&primary), Vec::<String>::new());
    // An owner is one of several.
    let owner = bench(dee(json!({"is_owner": true})));
    let change = remove(&owner, Mode::Scim, "dee@example.com").unwrap();
    assert_eq!((change.outcome, change.notes.len()), (Outcome::Removed, 0));
    // Who is not shown may be the one, and that is said.
    for code in ["missing_scope", "user_not_found", "user_not_visible"] {
        let change = remove(&bench(bad(code)), Mode::Scim, "dee@example.com").unwrap();
        assert!(change.outcome == Outcome::Removed && change.notes[0].contains("primary owner"), "{code} {change:?}");
    }
    assert_eq!(
        remove(&bench(bad("token_revoked")), Mode::Scim, "dee@example.com").unwrap_err().kind(),
        ErrorKind::Auth
    );
    let invited = bench(dee(json!({"deleted": true, "is_invited_user": true})));
    let found = run(slack(&invited, Mode::Scim).membership("dee@example.com")).unwrap();
    assert_eq!((found.state, found.key.as_deref()), (State::Pending, Some("U4")), "active to SCIM");
    // Many are looked for in the list instead.
    let many = bench(dee(json!({})));
    let slack = slack(&many, Mode::Scim);
    for _ in 0..40 {
        run(slack.membership("dee@example.com")).unwrap();
    }
    let count = |start: &str| many.asked().iter().filter(|line| line.starts_with(start)).count();
    assert_eq!((count(INFO), count(LIST)), (20, 3));
}

#[test]
fn scim_makes_switches_on_and_switches_off() {
    let find = FIND;
    let (users, one) = ("POST /scim/v2/Users", "PATCH /scim/v2/Users/U4");
    let bench = workspace(vec![(find, found(None)), (users, answer(201, &json!({"id": "U4"})))]);
    let change = add(&bench, Mode::Scim, "dee@example.com").unwrap();
    assert_eq!((change.outcome, change.membership.key.as_deref()), (Outcome::Added, Some("U4")));
    assert!(told(&bench)[0].contains(r#""userName":"dee","emails":[{"value":"dee@example.com","primary":true}]"#));
    assert_eq!(bench.header(0, "authorization").as_deref(), Some("Bearer xoxp-canary-admin"));
    let bench = workspace(vec![(find, found(Some(false))), (one, answer(200, &json!({"id": "U4"})))]);
    assert_eq!(add(&bench, Mode::Scim, "dee@example.com").unwrap().outcome, Outcome::Added);
    let off = "DELETE /scim/v2/Users/U4";
    let bench = workspace(vec![(find, found(Some(true))), (off, empty(204))]);
    let change = remove(&bench, Mode::Scim, "dee@example.com").unwrap();
    assert_eq!((change.outcome, change.membership.state), (Outcome::Removed, State::Suspended));
    assert_eq!(told(&bench), [off]);
    // A lost answer, a duplicate that is meant and one that is not, and a plan without SCIM.
    let bench = workspace(vec![(find, found(None)), (find, found(Some(true))), (users, lost())]);
    assert_eq!(add(&bench, Mode::Scim, "dee@example.com").unwrap().outcome, Outcome::Added);
    let taken = || answer(409, &json!({"detail": "username_taken", "status": "409"}));
    let bench = workspace(vec![(find, found(None)), (find, found(Some(true))), (users, taken())]);
    assert_eq!(add(&bench, Mode::Scim, "dee@example.com").unwrap().outcome, Outcome::Unchanged);
    let bench = workspace(vec![(find, found(None)), (users, taken())]);
    assert_eq!(add(&bench, Mode::Scim, "dee@example.com").unwrap_err().kind(), ErrorKind::Conflict);
    let error =
        add(&workspace(vec![(find, answer(403, &json!({"detail": "not allowed"})))]), Mode::Scim, "dee@example.com");
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Forbidden);
    assert_eq!(add(&bench, Mode::Scim, "\"x@y.z").unwrap_err().kind(), ErrorKind::Usage);
}

#[test]
fn neither_the_primary_owner_nor_oneself() {
    let owner = user("U1", "ada@example.com", &json!({"is_primary_owner": true}));
    let bench = workspace(vec![(LOOKUP, good(&json!({ "user": owner })))]);
    let error = remove(&bench, Mode::Admin, "ada@example.com").unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("primary owner"), "{error}");
    let bench = workspace(vec![(TEST, good(&json!({"user_id": "U1"})))]);
    let error = remove(&bench, Mode::Admin, "ada@example.com").unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("by themselves"), "{error}");
    assert_eq!(told(&bench), Vec::<String>::new());
}

#[test]
fn a_200_that_says_no_is_an_error() {
    let scope = answer(
        200,
        &json!({"ok": false, "error": "missing_scope", "needed": "users:read.email", "provided": "users:read"}),
    );
    for (reply, kind, word) in [
        (bad("token_revoked"), ErrorKind::Auth, "api.slack.com/apps"),
        (bad("invalid_auth"), ErrorKind::Auth, "api.slack.com/apps"),
        (scope, ErrorKind::Forbidden, "scope"),
        (bad("not_allowed_token_type"), ErrorKind::Forbidden, "admin_token"),
        (bad("feature_not_enabled"), ErrorKind::Unsupported, "capabilities"),
        (bad("org_login_required"), ErrorKind::Unsupported, "identity provider"),
        (bad("never_heard_of"), ErrorKind::Failed, ""),
        (answer(200, &json!({"user": {}})), ErrorKind::Failed, ""),
    ] {
        let error = look(&workspace(vec![(LOOKUP, reply)]), "ada@example.com").unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.way_out().unwrap_or_default().contains(word), "{error:?}");
        assert!(!format!("{error:?}").contains("canary"));
    }
    let scope = answer(
        200,
        &json!({"ok": false, "error": "missing_scope", "needed": "users:read.email", "provided": "users:read"}),
    );
    let error = look(&workspace(vec![(LOOKUP, scope)]), "ada@example.com").unwrap_err();
    assert!(error.causes().iter().any(|cause| cause.contains("users:read.email")), "{error:?}");
    // In the middle of a list too.
    for (code, kind) in [
        ("missing_scope", ErrorKind::Forbidden),
        ("token_revoked", ErrorKind::Auth),
        ("limit_required", ErrorKind::Failed),
    ] {
        let error = look(&workspace(vec![("POST /users.list limit=200", bad(code))]), "dee@example.com").unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
    }
}

#[test]
fn limits_are_waited_for_by_status_and_by_word() {
    let limited = || with(answer(429, &json!({"ok": false, "error": "ratelimited"})), "retry-after", "7");
    for (reply, wait) in [
        (limited(), Duration::from_secs(7)),
        (bad("ratelimited"), Duration::from_millis(250)),
        (bad("internal_error"), Duration::from_millis(250)),
    ] {
        let bench = workspace(vec![(LOOKUP, reply), (LOOKUP, good(&json!({"user": ada()})))]);
        look(&bench, "ada@example.com").unwrap();
        assert_eq!(bench.clock.slept(), [wait]);
    }
    // What may have invited somebody is looked after first.
    let cy = good(&json!({"user": user("U4", "dee@example.com", &json!({"is_invited_user": true}))}));
    let absent = || (LOOKUP, bad("users_not_found"));
    let bench = workspace(vec![absent(), absent(), (LOOKUP, cy), (INVITE, bad("fatal_error"))]);
    assert_eq!(add(&bench, Mode::Admin, "dee@example.com").unwrap().outcome, Outcome::Invited);
    assert_eq!(told(&bench).len(), 1);
}

#[test]
fn a_mode_says_what_it_lacks() {
    let wire = Wire::new();
    for (mode, key) in [(Mode::Channel, "channel"), (Mode::Admin, "team_id")] {
        let error = Slack::new(Settings::new(Secret::new("xoxb-lacks")).mode(mode), &wire).unwrap_err();
        assert!(error.kind() == ErrorKind::Settings && error.to_string().contains(key), "{error}");
    }
    assert_eq!("scim".parse(), Ok(Mode::Scim));
    assert!("free".parse::<Mode>().is_err());
}
