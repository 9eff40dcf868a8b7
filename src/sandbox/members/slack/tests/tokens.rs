//! Tokens, limits, and failures with the status of success.

use std::time::Duration;

use super::super::super::token::{Token, TokenKind};
use super::{Bench, READ, code};
use crate::sandbox::call::Call;

#[test]
fn what_is_wrong_with_a_token_is_told_by_name_and_with_the_status_of_success() {
    let mut bench = Bench::new();
    let old = Token::new(TokenKind::SlackBot, "ada", &READ, bench.now, Some(Duration::ZERO)).text();
    let table = [
        ("nonsense".to_owned(), "invalid_auth"),
        (Token::new(TokenKind::Google, "ada", &READ, bench.now, None).text(), "invalid_auth"),
        (bench.user("nobody", &READ), "invalid_auth"),
        (bench.user("bob", &READ), "account_inactive"),
        (old, "token_expired"),
        (bench.user("bea", &READ), "ok"),
        (bench.bot(&READ), "ok"),
    ];
    for (token, expected) in table {
        let reply = bench.with(&token, "users.list", &[]);
        assert_eq!((reply.status, code(&reply.value())), (200, expected), "{token}");
        assert_eq!(reply.header("content-type"), Some("application/json; charset=utf-8"));
        assert!(reply.header("x-slack-req-id").is_some());
    }
    let without = Call::new("POST", "/api/auth.test");
    assert_eq!(code(&bench.call(&without).value()), "not_authed");
    let token = bench.bot(&READ);
    let in_query = Call::new("POST", &format!("/api/auth.test?token={token}"));
    assert_eq!(code(&bench.call(&in_query).value()), "not_authed", "never in the query");
    let in_form = Call::new("POST", "/api/auth.test").with_body(format!("token={token}"));
    assert_eq!(code(&bench.call(&in_form).value()), "ok");
}

#[test]
fn a_token_takes_itself_back() {
    let mut bench = Bench::new();
    let token = bench.bot(&READ);
    assert_eq!(bench.with(&token, "auth.revoke", &[("test", "true")]).value()["revoked"], false);
    assert_eq!(bench.with(&token, "auth.revoke", &[]).value()["revoked"], true);
    assert_eq!(code(&bench.with(&token, "auth.test", &[]).value()), "token_revoked");
}

#[test]
fn too_much_is_the_one_failure_with_a_status_of_its_own() {
    let mut bench = Bench::new();
    bench.switch("slack.limit=2");
    let token = bench.bot(&READ);
    for _ in 0..2 {
        assert_eq!(bench.with(&token, "users.list", &[]).status, 200);
    }
    bench.wait(20);
    let reply = bench.with(&token, "users.list", &[]);
    assert_eq!((reply.status, code(&reply.value()), reply.header("Retry-After")), (429, "ratelimited", Some("40")));
    assert_eq!(bench.with(&token, "auth.test", &[]).status, 200, "counted for each method");
    bench.wait(40);
    assert_eq!(bench.with(&token, "users.list", &[]).status, 200);
}

#[test]
fn methods_have_tiers_when_limits_are_kept_to() {
    let mut bench = Bench::new();
    bench.switch("limits");
    let token = bench.bot(&READ);
    for (method, count) in [("users.list", 20), ("users.lookupByEmail", 50), ("users.info", 100)] {
        let statuses: Vec<u16> = (0..=count).map(|_| bench.with(&token, method, &[]).status).collect();
        assert_eq!((statuses[count - 1], statuses[count]), (200, 429), "{method}");
    }
}

#[test]
fn failures_can_be_had_by_name_and_what_is_gone_stays_gone() {
    let mut bench = Bench::new();
    for error in ["internal_error", "fatal_error", "service_unavailable", "team_added_to_org", "accesslimited"] {
        bench.switch(&format!("slack.error={error}"));
        assert_eq!(code(&bench.read("auth.test", &[])), error);
        assert_eq!(code(&bench.read("auth.test", &[])), "ok", "once");
    }
    for method in ["users.admin.invite", "users.admin.setInactive"] {
        assert_eq!(code(&bench.admin(method, &[("email", "x@example.com")])), "not_allowed_token_type");
    }
    assert_eq!(bench.admin("users.admin.list", &[])["req_method"], "users.admin.list");
    assert_eq!(bench.call(&Call::new("GET", "/elsewhere")).status, 404);
}
