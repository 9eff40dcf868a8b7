//! Teams: looked up before anybody is invited, and joined however far an earlier run has come.

use super::*;

const CORE: &str = "GET /orgs/acme/teams/core";
const WRONG: &str = "GET /orgs/acme/teams/wrong";
const SEEN: &str = "GET /orgs/acme/teams/core/memberships/bob";
const JOIN: &str = "PUT /orgs/acme/teams/core/memberships/bob";

fn into(teams: &[&str]) -> Joining {
    Joining { teams: teams.iter().map(|team| (*team).to_owned()).collect(), ..Joining::default() }
}

fn core() -> (&'static str, Reply) {
    (CORE, answer(200, &json!({"id": 77})))
}

fn as_member(line: &str) -> String {
    format!(r#"{line} {{"role":"member"}}"#)
}

#[test]
fn a_team_that_is_not_there_is_told_before_anything_is_written() {
    let seen_wrong = "GET /orgs/acme/teams/wrong/memberships/bob";
    let waiting = answer(200, &json!([{"id": 4, "login": "bob", "role": "direct_member"}]));
    for (standing, how) in [
        (vec![(LOOK, absent())], into(&["core", "wrong"])),
        (vec![(LOOK, absent()), (LAPSED, answer(200, &json!([lapsed("bob")])))], into(&["wrong"])),
        (vec![(LOOK, member("bob", "active", "member"))], into(&["core", "wrong"])),
        (vec![(LOOK, member("bob", "active", "member"))], into(&["wrong"]).role("admin")),
        (
            vec![(LOOK, member("bob", "pending", "member")), (ALIVE, waiting)],
            Joining { reinvite: true, ..into(&["wrong"]) },
        ),
    ] {
        for how in [how.clone(), how.dry_run()] {
            let none = [(WRONG, absent()), (SEEN, absent()), (seen_wrong, absent()), core()];
            let bench = owner(standing.iter().cloned().chain(none).collect());
            let error = add(&bench, "bob", &how).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotFound, "{error:?}");
            assert!(error.to_string().starts_with("there is no team 'wrong' in acme"), "{error:?}");
            assert_eq!(bench.written(), Vec::<String>::new(), "{how:?}");
        }
    }
    // A dry run tells it also where doing it would.
    let bench = owner(vec![(LOOK, member("bob", "active", "member")), (seen_wrong, absent()), (WRONG, absent())]);
    assert_eq!(add(&bench, "bob", &into(&["wrong"]).dry_run()).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn a_team_is_looked_up_once() {
    let joined = || (JOIN, answer(200, &json!({"state": "pending"})));
    let bench = owner(vec![(LOOK, absent()), core(), (PUT, member("bob", "pending", "member")), joined()]);
    let change = add(&bench, "bob", &into(&["core"])).unwrap();
    assert_eq!((change.outcome, change.notes), (Outcome::Invited, vec!["joined team core".to_owned()]));
    let asked = [LOOK, OWN, LAPSED, CORE, LOOK].map(str::to_owned);
    assert_eq!(bench.asked(), [&asked[..], &[as_member(PUT), as_member(JOIN)]].concat());
    // Of somebody who is in, joining it tells whether it is there.
    let bench = owner(vec![(LOOK, member("bob", "active", "member")), (SEEN, absent()), joined()]);
    assert_eq!(add(&bench, "bob", &into(&["core"])).unwrap().outcome, Outcome::Changed);
    assert_eq!(bench.asked(), [LOOK.to_owned(), SEEN.to_owned(), OWN.to_owned(), as_member(JOIN)]);
    // A dry run of another role tells of the team, too.
    let bench = owner(vec![(LOOK, member("bob", "active", "member")), (SEEN, absent()), core()]);
    let change = add(&bench, "bob", &into(&["core"]).role("admin").dry_run()).unwrap();
    assert_eq!(
        (change.word(), change.notes),
        ("would be changed", vec!["member now".to_owned(), "would join team core".to_owned()])
    );
}

#[test]
fn whoever_was_invited_and_not_let_into_a_team_is_told_to_be_invited() {
    let synced = || refusal(403, "This team is externally managed");
    let says = |bench: &Bench, how: &Joining| {
        let error = add(bench, "bob", how).unwrap_err();
        (error.to_string(), error.kind(), error.causes().concat(), error.way_out().unwrap().to_owned())
    };
    for (state, told) in [
        ("pending", "bob was invited to acme as member, but not to team core, more"),
        ("active", "bob is in acme as member, but not in team core, more"),
    ] {
        let more = ("GET /orgs/acme/teams/more", answer(200, &json!({"id": 78})));
        let put = (PUT, member("bob", state, "member"));
        let bench = owner(vec![(LOOK, absent()), core(), more, put, (JOIN, synced())]);
        let (message, kind, causes, next) = says(&bench, &into(&["core", "more"]));
        assert_eq!((message.as_str(), kind), (told, ErrorKind::Unsupported));
        assert!(causes.contains("GitHub will not let anybody join team 'core' of acme"), "{causes}");
        assert!(next.contains("identity provider") && next.contains("then run the same command again"), "{next}");
        assert_eq!(bench.written(), [as_member(PUT), as_member(JOIN)]);
    }
    // What may be better in a moment.
    let pending = || member("bob", "pending", "member");
    let bench = owner(vec![(LOOK, absent()), core(), (PUT, pending()), (SEEN, absent()), (JOIN, lost())]);
    let (message, kind, _, next) = says(&bench, &into(&["core"]));
    assert!(message.starts_with("bob was invited to acme as member"), "{message}");
    assert_eq!(
        (kind, next.as_str()),
        (ErrorKind::Unavailable, "run the same command again, which only does what is missing")
    );
    // Where nothing was done, nothing is said to have been.
    let bench = owner(vec![(LOOK, pending()), (SEEN, absent()), (JOIN, synced())]);
    let (message, ..) = says(&bench, &into(&["core"]));
    assert!(message.starts_with("GitHub will not let anybody join"), "{message}");
}

/// Somebody was killed between the two.
#[test]
fn whoever_is_invited_already_joins_the_team_when_the_line_is_typed_again() {
    for (role, how) in [("member", into(&["core"])), ("admin", into(&["core"]).role("admin"))] {
        let bob = || (LOOK, member("bob", "pending", role));
        let bench = owner(vec![bob(), (SEEN, absent()), (JOIN, answer(200, &json!({"state": "pending"})))]);
        let change = add(&bench, "bob", &how).unwrap();
        assert_eq!((change.outcome, change.notes), (Outcome::Changed, vec!["joined team core".to_owned()]));
        assert_eq!(bench.written(), [as_member(JOIN)], "nobody is invited twice");
        let bench = owner(vec![bob(), (SEEN, answer(200, &json!({"state": "pending", "role": "member"})))]);
        assert_eq!(add(&bench, "bob", &how).unwrap().outcome, Outcome::Unchanged);
        assert_eq!(bench.written(), Vec::<String>::new());
    }
}

#[test]
fn an_invitation_by_address_gets_no_team_afterwards_and_that_is_said() {
    let waiting = answer(200, &json!([{"id": 4, "email": "bob@example.com", "role": "direct_member"}]));
    let bench = owner(vec![(ALIVE, waiting)]);
    let change = add(&bench, "bob@example.com", &into(&["core"])).unwrap();
    assert_eq!((change.outcome, change.notes.len()), (Outcome::Unchanged, 1));
    assert!(change.notes[0].starts_with("not put into team core"), "{:?}", change.notes);
    assert_eq!(bench.written(), Vec::<String>::new());
}
