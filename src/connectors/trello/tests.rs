//! The workspace `crew`: `ada` administers it and has the token.

mod invite;

use serde_json::{Value, json};

use super::super::testing::{Bench, json as answer, lost, run, script, text, with};
use super::super::{Connector as _, ErrorKind, Joining, Leaving, Outcome, State};
use super::*;
use crate::http::tests::server::Reply;

const LIST: &str = "GET /1/organizations/crew/memberships?filter=all&member=true&member_fields=username%2CfullName";
const ME: &str = "GET /1/members/me?fields=id%2Cusername";
const PUT: &str = "PUT /1/organizations/crew/members/dee?type=normal";
const INVITE: &str = "PUT /1/organizations/crew/members?email=eve%40example.com&fullName=eve&type=normal";

fn row(number: u32, name: &str, role: &str, unconfirmed: bool, deactivated: bool) -> Value {
    json!({"id": format!("a{number}"), "idMember": format!("b{number}"), "memberType": role, "unconfirmed": unconfirmed,
        "deactivated": deactivated, "member": {"id": format!("b{number}"), "username": name, "fullName": name}})
}

fn rows() -> Vec<Value> {
    vec![
        row(1, "ada", "admin", false, false),
        row(2, "Bob4", "normal", true, false),
        row(3, "cy", "normal", false, true),
        row(4, "gil", "normal", false, false),
    ]
}

fn list(more: Vec<Value>) -> Reply {
    answer(200, &Value::from([rows(), more].concat()))
}

/// The workspace with what else is said.
fn crew(more: Vec<(&'static str, Reply)>) -> Bench {
    let mut all = vec![(LIST, list(vec![])), (ME, answer(200, &json!({"id": "b1", "username": "ada"})))];
    all.retain(|(line, _)| !more.iter().any(|(other, _)| other == line));
    all.extend(more);
    script(all)
}

fn trello(bench: &Bench) -> Trello {
    let login = Login::Key { key: Secret::new("key-canary"), token: Secret::new("token-canary") };
    Trello::new(Settings::new(login, "crew").api_url(format!("{}/1", bench.url)), &bench.wire).unwrap()
}

fn look(bench: &Bench, id: &str) -> Result<Membership, Error> {
    run(trello(bench).membership(id))
}

fn add(bench: &Bench, id: &str, how: &Joining) -> Result<Change, Error> {
    run(trello(bench).add(id, how))
}

fn remove(bench: &Bench, id: &str, how: &Leaving) -> Result<Change, Error> {
    run(trello(bench).remove(id, how))
}

#[test]
fn every_standing_is_told_by_one_request() {
    let bench = crew(vec![]);
    let trello = trello(&bench);
    for (id, state) in [
        ("ADA", State::Active),
        ("bob4", State::Pending),
        ("cy", State::Suspended),
        ("b3", State::Suspended),
        ("B3", State::Absent),
        ("nobody", State::Absent),
        ("ada@example.com", State::Unknown),
    ] {
        assert_eq!(run(trello.membership(id)).unwrap().state, state, "{id}");
    }
    assert_eq!(bench.asked(), [LIST]);
    let header = bench.header(0, "authorization").unwrap();
    assert_eq!(header, r#"OAuth oauth_consumer_key="key-canary", oauth_token="token-canary""#);
    assert_eq!(run(trello.list()).unwrap().len(), 4);
    assert_eq!(run(trello.invitations()).unwrap().len(), 1);
}

#[test]
fn a_token_of_oauth_2_is_a_bearer() {
    let bench = crew(vec![]);
    let settings =
        Settings::new(Login::OAuth(Secret::new("oauth-canary").into()), "crew").api_url(format!("{}/1/", bench.url));
    run(Trello::new(settings, &bench.wire).unwrap().membership("ada")).unwrap();
    assert_eq!(bench.header(0, "authorization").as_deref(), Some("Bearer oauth-canary"));
}

#[test]
fn somebody_new_is_put_in_and_looked_for() {
    let dee = row(5, "dee", "normal", false, false);
    let bench = crew(vec![(LIST, list(vec![])), (LIST, list(vec![dee.clone()])), (PUT, answer(200, &json!({})))]);
    let change = add(&bench, "dee", &Joining::default()).unwrap();
    assert_eq!((change.outcome, change.membership.state), (Outcome::Added, State::Active));
    assert_eq!(bench.written(), [PUT]);
    // A lost answer, and one that never was.
    let bench = crew(vec![(LIST, list(vec![])), (LIST, list(vec![dee.clone()])), (PUT, lost())]);
    assert_eq!(add(&bench, "dee", &Joining::default()).unwrap().outcome, Outcome::Added);
    assert_eq!(bench.written(), [PUT]);
    let bench = crew(vec![
        (LIST, list(vec![])),
        (LIST, list(vec![])),
        (LIST, list(vec![dee])),
        (PUT, lost()),
        (PUT, answer(200, &json!({}))),
    ]);
    assert_eq!(add(&bench, "dee", &Joining::default()).unwrap().outcome, Outcome::Added);
    assert_eq!(bench.written(), [PUT, PUT]);
    assert_eq!(add(&crew(vec![]), "dee", &Joining::default().dry_run()).unwrap().word(), "would be added");
}

#[test]
fn those_who_are_in_keep_their_role() {
    for id in ["ada", "bob4", "gil"] {
        let bench = crew(vec![]);
        assert_eq!(add(&bench, id, &Joining::default()).unwrap().outcome, Outcome::Unchanged, "{id}");
        assert_eq!(bench.written(), Vec::<String>::new());
    }
    let mut after = rows();
    after[3] = row(4, "gil", "admin", false, false);
    let put = "PUT /1/organizations/crew/members/b4?type=admin";
    let bench = crew(vec![(LIST, list(vec![])), (LIST, answer(200, &json!(after))), (put, answer(200, &json!({})))]);
    assert_eq!(add(&bench, "gil", &Joining::default().role("admin")).unwrap().outcome, Outcome::Changed);
    let on = "PUT /1/organizations/crew/members/b3/deactivated?value=false";
    after[2] = row(3, "cy", "normal", false, false);
    let bench = crew(vec![(LIST, list(vec![])), (LIST, answer(200, &json!(after))), (on, answer(200, &json!({})))]);
    assert_eq!(add(&bench, "cy", &Joining::default()).unwrap().outcome, Outcome::Added);
    assert_eq!(bench.written(), [on]);
    // Switched on with the role of before, and that is said where another was asked for.
    let bench = crew(vec![(LIST, list(vec![])), (LIST, answer(200, &json!(after))), (on, answer(200, &json!({})))]);
    let change = add(&bench, "cy", &Joining::default().role("admin")).unwrap();
    assert_eq!((change.outcome, change.membership.role.as_deref()), (Outcome::Added, Some("normal")));
    assert!(change.notes[0].contains("the same command again makes them admin"), "{:?}", change.notes);
    // Of an invitation the role can be changed.
    let mut after = rows();
    after[1] = row(2, "Bob4", "admin", true, false);
    let put = "PUT /1/organizations/crew/members/b2?type=admin";
    let bench = crew(vec![(LIST, list(vec![])), (LIST, answer(200, &json!(after))), (put, answer(200, &json!({})))]);
    assert_eq!(add(&bench, "bob4", &Joining::default().role("admin")).unwrap().outcome, Outcome::Changed);
}

#[test]
fn people_go_with_or_without_their_boards() {
    let mut after = rows();
    after.remove(3);
    for (with_boards, line) in
        [(false, "DELETE /1/organizations/crew/members/b4"), (true, "DELETE /1/organizations/crew/members/b4/all")]
    {
        let bench =
            crew(vec![(LIST, list(vec![])), (LIST, answer(200, &json!(after))), (line, answer(200, &json!({})))]);
        let change = remove(&bench, "gil", &Leaving { with_boards, ..Leaving::default() }).unwrap();
        assert_eq!((change.outcome, change.notes.is_empty()), (Outcome::Removed, with_boards));
        assert_eq!(bench.written(), [line]);
    }
    assert_eq!(remove(&crew(vec![]), "nobody", &Leaving::default()).unwrap().outcome, Outcome::Unchanged);
    assert_eq!(remove(&crew(vec![]), "a@b.c", &Leaving::default()).unwrap_err().kind(), ErrorKind::Failed);
    // Gone meanwhile.
    let line = "DELETE /1/organizations/crew/members/b4";
    let gone = text(404, "The requested resource was not found.");
    let bench = crew(vec![(LIST, list(vec![])), (LIST, answer(200, &json!(after))), (line, gone)]);
    assert_eq!(remove(&bench, "gil", &Leaving::default()).unwrap().outcome, Outcome::Removed);
    // Still there although nothing was refused.
    let bench = crew(vec![(line, answer(200, &json!({})))]);
    assert_eq!(remove(&bench, "gil", &Leaving::default()).unwrap_err().kind(), ErrorKind::Failed);
}

#[test]
fn neither_oneself_nor_the_last_administrator() {
    let bench = crew(vec![]);
    let error = remove(&bench, "ada", &Leaving::default()).unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("by themselves"), "{error}");
    let other = answer(200, &json!({"id": "b9", "username": "robot"}));
    let bench = crew(vec![(ME, other)]);
    for error in [remove(&bench, "ada", &Leaving::default()), add(&bench, "ada", &Joining::default().role("normal"))] {
        let error = error.unwrap_err();
        assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("last administrator"), "{error}");
    }
    assert_eq!(bench.written(), Vec::<String>::new());
}

#[test]
fn a_no_is_explained() {
    for (reply, kind, word) in [
        (text(401, "invalid token"), ErrorKind::Auth, "no token"),
        (text(401, "invalid key"), ErrorKind::Auth, "api_key"),
        (text(401, "unauthorized permission requested"), ErrorKind::Forbidden, "administrators"),
        (text(404, "The requested resource was not found."), ErrorKind::Forbidden, "connector.trello.workspace"),
        (answer(403, &json!({"message": "insufficient scope"})), ErrorKind::Forbidden, "read:organization:trello"),
        (text(500, "oops"), ErrorKind::Unavailable, "again"),
    ] {
        let error = look(&crew(vec![(LIST, reply)]), "ada").unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.way_out().unwrap_or_default().contains(word), "{error:?}");
        assert!(!format!("{error:?}").contains("canary"));
    }
    for (reply, kind) in [
        (text(404, "The requested resource was not found."), ErrorKind::NotFound),
        (text(400, "invalid id"), ErrorKind::NotFound),
        (text(401, "unauthorized organization."), ErrorKind::Forbidden),
        (text(403, "plan"), ErrorKind::Forbidden),
    ] {
        assert_eq!(add(&crew(vec![(PUT, reply)]), "dee", &Joining::default()).unwrap_err().kind(), kind);
    }
}

#[test]
fn limits_are_waited_for() {
    let limit = || answer(429, &json!({"error": "API_TOKEN_LIMIT_EXCEEDED", "message": "Rate limit exceeded"}));
    let counted =
        with(with(limit(), "x-rate-limit-api-token-remaining", "0"), "x-rate-limit-api-token-interval-ms", "4000");
    for (reply, wait) in
        [(limit(), WINDOW), (counted, Duration::from_secs(4)), (text(449, ""), Duration::from_millis(250))]
    {
        let bench = crew(vec![(LIST, reply), (LIST, list(vec![]))]);
        look(&bench, "ada").unwrap();
        assert_eq!(bench.clock.slept(), [wait]);
    }
}

#[test]
fn a_conflict_is_met_again_after_a_look() {
    let conflict = || text(409, "conflict");
    let dee = row(5, "dee", "normal", false, false);
    // Not carried out, and carried out all the same.
    let bench = crew(vec![
        (LIST, list(vec![])),
        (LIST, list(vec![])),
        (LIST, list(vec![dee.clone()])),
        (PUT, conflict()),
        (PUT, answer(200, &json!({}))),
    ]);
    assert_eq!(add(&bench, "dee", &Joining::default()).unwrap().outcome, Outcome::Added);
    assert_eq!(bench.asked(), [LIST, PUT, LIST, PUT, LIST]);
    let bench = crew(vec![(LIST, list(vec![])), (LIST, list(vec![dee])), (PUT, conflict())]);
    assert_eq!(add(&bench, "dee", &Joining::default()).unwrap().outcome, Outcome::Added);
    assert_eq!(bench.written(), [PUT]);
    // For ever: as often as anything is tried, and then it is for later.
    let gil = "DELETE /1/organizations/crew/members/b4";
    for (line, result) in [(PUT, "add"), (gil, "remove")] {
        let bench = crew(vec![(line, conflict())]);
        let error = match result {
            "add" => add(&bench, "dee", &Joining::default()),
            _ => remove(&bench, "gil", &Leaving::default()),
        };
        let error = error.unwrap_err();
        assert!(error.kind() == ErrorKind::Unavailable && error.to_string().contains("somebody else"), "{error}");
        assert!(error.causes()[0].contains("answered 409"), "{error:?}");
        assert_eq!(bench.written(), [line; 4]);
        assert_eq!(bench.clock.slept().len(), 3);
    }
    // Between two tries the other administrators were taken away.
    let with_oli = list(vec![row(7, "oli", "admin", false, false), row(8, "pam", "admin", false, false)]);
    let alone: Vec<Value> = vec![row(7, "oli", "admin", false, false)];
    let oli = "DELETE /1/organizations/crew/members/b7";
    let bench = crew(vec![
        (LIST, with_oli.clone()),
        (LIST, with_oli),
        (LIST, answer(200, &json!(alone))),
        (oli, conflict()),
        (oli, answer(200, &json!({}))),
    ]);
    let error = remove(&bench, "oli", &Leaving::default()).unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("last administrator"), "{error}");
    assert_eq!(bench.written(), [oli]);
    // To read is no change.
    let bench = crew(vec![(LIST, conflict()), (LIST, list(vec![]))]);
    assert_eq!(look(&bench, "ada").unwrap().state, State::Active);
}
