//! The ways in which Trello says no, mostly in plain text.

use std::time::Duration;

use super::super::super::token::{Token, TokenKind};
use super::super::caller::OTHER_KEY;
use super::{Bench, TRELLO_KEY, header, text, words};
use crate::sandbox::call::Call;

const LIST: &str = "organizations/acme/memberships";

#[test]
fn a_bad_key_and_a_bad_token_are_told_apart() {
    let mut bench = Bench::new();
    let good = bench.token("ada", &["read"]);
    let old = Token::new(TokenKind::Trello, "ada", &["read"], bench.now, Some(Duration::ZERO)).text();
    let stranger = bench.token("nobody", &["read"]);
    let table = [
        (header(TRELLO_KEY, &good), text(200, "")),
        (header("nonsense", &good), text(401, "invalid key")),
        (String::new(), text(401, "invalid key")),
        (format!("OAuth oauth_consumer_key={TRELLO_KEY}, oauth_token={good}"), text(401, "invalid key")),
        (format!("OAuth oauth_consumer_key=\"{TRELLO_KEY}\""), text(401, "missing scopes")),
        (header(TRELLO_KEY, "the secret beside the key"), text(401, "invalid token")),
        (header(TRELLO_KEY, &old), text(401, "invalid token")),
        (header(TRELLO_KEY, &stranger), text(401, "invalid token")),
        (header(OTHER_KEY, &good), text(401, "invalid token")),
        (format!("Bearer {good}"), text(401, "invalid token")),
    ];
    for (authorization, expected) in table {
        let reply = bench.with(&authorization, "GET", LIST);
        let found = if reply.status == 200 { text(200, "") } else { words(&reply) };
        assert_eq!(found, expected, "{authorization}");
        if reply.status == 401 {
            assert!(reply.header("Content-Type").unwrap().starts_with("text/plain"));
        }
    }
    bench.switch("trello.older");
    assert_eq!(words(&bench.with("", "GET", LIST)), text(401, "invalid app key"));
    let keyed = format!("OAuth oauth_consumer_key=\"{TRELLO_KEY}\"");
    assert_eq!(words(&bench.with(&keyed, "GET", LIST)), text(401, "unauthorized permission requested"));
}

#[test]
fn a_key_and_a_token_in_the_query_do_as_well() {
    let mut bench = Bench::new();
    let token = bench.token("ada", &["read"]);
    let call = Call::new("GET", &format!("/1/{LIST}?key={TRELLO_KEY}&token={token}"));
    assert_eq!(bench.call(&call).status, 200);
}

#[test]
fn what_a_token_may_not_and_a_person_may_not_are_told_alike() {
    let mut bench = Bench::new();
    let no = || text(401, "unauthorized permission requested");
    let put = "organizations/acme/members/hal?type=normal";
    for (scope, read, write) in [("read", 200, 401), ("write", 401, 200), ("account", 401, 401)] {
        let token = header(TRELLO_KEY, &bench.token("ada", &[scope]));
        assert_eq!(bench.with(&token, "GET", LIST).status, read, "{scope}");
        assert_eq!(bench.with(&token, "PUT", put).status, write, "{scope}");
    }
    assert_eq!(words(&bench.ask("GET", "organizations/elsewhere")), no());
    assert_eq!(words(&bench.by("hal", "GET", "organizations/elsewhere/memberships")), no());
    assert_eq!(words(&bench.by("bea", "PUT", put)), no());
    assert_eq!(bench.by("hal", "GET", &format!("boards/{}/members", super::id('e', 1))).status, 401);
}

#[test]
fn a_program_of_oauth_2_is_told_in_json() {
    let mut bench = Bench::new();
    let bearer = |bench: &Bench, scopes: &[&str]| {
        format!("Bearer {}", Token::new(TokenKind::TrelloOauth, "ada", scopes, bench.now, None).text())
    };
    let read = bearer(&bench, &["read:organization:trello"]);
    assert_eq!(bench.with(&read, "GET", LIST).status, 200);
    let reply = bench.with(&read, "PUT", "organizations/acme/members/hal?type=normal");
    assert_eq!(words(&reply), text(403, r#"{"message":"insufficient scope"}"#));
    assert_eq!(bench.with(&read, "GET", "members/me").status, 403);
    let write = bearer(&bench, &["write:organization:membership:trello"]);
    assert_eq!(bench.with(&write, "PUT", "organizations/acme/members/hal?type=normal").status, 200);
    bench.switch("trello.only=elsewhere");
    assert_eq!(bench.with(&read, "GET", LIST).status, 403);
    assert_eq!(bench.ask("GET", LIST).status, 200, "other tokens are not meant");
}

#[test]
fn a_workspace_is_full_and_requests_meet_others_when_told_to() {
    let mut bench = Bench::new();
    bench.switch("trello.seats=5");
    assert_eq!(bench.ask("PUT", "organizations/acme/members/hal?type=normal").status, 403);
    assert_eq!(bench.ask("PUT", "organizations/acme/members?email=a%40b.example&type=normal").status, 403);
    assert_eq!(bench.ask("PUT", "organizations/acme/members/bea?type=normal").status, 200, "is in already");
    assert_eq!(bench.mails(), Vec::<&str>::new());
    bench.switch("trello.seats=0").switch("trello.conflict").switch("trello.partial");
    assert_eq!(bench.ask("GET", LIST).status, 449);
    for status in [409, 200] {
        assert_eq!(bench.ask("GET", LIST).status, 200);
        assert_eq!(bench.ask("PUT", "organizations/acme/members/hal?type=normal").status, status);
    }
}
