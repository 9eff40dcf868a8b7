//! What GitHub tells in headers: limits, scopes, the end of a token, and whether anything is new.

use std::time::Duration;

use serde_json::json;

use super::super::super::token::{Token, TokenKind};
use super::{Bench, message};
use crate::sandbox::call::Call;

#[test]
fn every_answer_tells_what_is_left_and_who_it_was() {
    let mut bench = Bench::new();
    for used in ["1", "2"] {
        let reply = bench.ask("GET", "/user");
        let header = |name| reply.header(name).unwrap();
        assert_eq!((header("x-ratelimit-limit"), header("x-ratelimit-used")), ("5000", used));
        assert_eq!(header("x-ratelimit-reset"), (1_800_000_000 + 3600).to_string());
        assert_eq!(header("x-ratelimit-resource"), "core");
        assert!(header("x-github-request-id").contains(':'));
        assert_eq!(header("content-type"), "application/json; charset=utf-8");
    }
    assert_eq!(bench.get("/rate_limit")["resources"]["core"]["used"], 2, "asking costs nothing");
    assert_eq!(bench.with("", "GET", "/users/ada", "").header("x-ratelimit-limit"), Some("60"));
    bench.wait(3600);
    assert_eq!(bench.ask("GET", "/user").header("x-ratelimit-used"), Some("1"), "the next hour");
}

#[test]
fn the_primary_limit_is_told_with_when_it_ends() {
    let mut bench = Bench::new();
    for status in [403, 429] {
        bench.switch("github.limit=2").switch(&format!("github.limit_status={status}"));
        assert_eq!([(); 2].map(|()| bench.ask("GET", "/user").status), [200, 200]);
        let reply = bench.ask("GET", "/user");
        assert_eq!(message(&reply), (status, "API rate limit exceeded for user ID 1.".to_owned()));
        assert_eq!((reply.header("x-ratelimit-remaining"), reply.header("retry-after")), (Some("0"), None));
        assert_eq!(bench.by("bea", "GET", "/user", "").status, 200, "counted for each by itself");
        bench.wait(3600);
    }
}

#[test]
fn without_a_switch_nobody_is_ever_at_the_limit() {
    let mut bench = Bench::new();
    for _ in 0..70 {
        let reply = bench.with("", "GET", "/users/ada", "");
        assert_eq!(reply.status, 200);
        assert_ne!(reply.header("x-ratelimit-remaining"), Some("0"));
    }
    bench.switch("limits");
    assert_eq!(bench.with("", "GET", "/users/ada", "").status, 403);
}

#[test]
fn the_secondary_limit_meets_writes_and_says_how_long_to_wait_or_not() {
    let mut bench = Bench::new();
    bench.switch("github.secondary=2");
    for header in [Some("1"), None] {
        assert_eq!(bench.ask("GET", "/user").status, 200);
        let reply = bench.ask("PUT", "/orgs/acme/memberships/hal");
        assert!(message(&reply).1.starts_with("You have exceeded a secondary rate limit."));
        assert_eq!((reply.status, reply.header("retry-after")), (403, header));
        assert_ne!(reply.header("x-ratelimit-remaining"), Some("0"));
        bench.switch("github.retry_after=0");
    }
    assert_eq!(bench.ask("PUT", "/orgs/acme/memberships/hal").status, 200);
    assert_eq!(bench.mails().len(), 1);
    bench.switch("limits");
    let statuses: Vec<u16> = (0..100).map(|_| bench.ask("DELETE", "/orgs/acme/members/nobody").status).collect();
    assert!(statuses.starts_with(&[404]) && statuses.ends_with(&[403]), "80 a minute: {statuses:?}");
    bench.wait(60);
    assert_eq!(bench.ask("DELETE", "/orgs/acme/members/nobody").status, 404);
}

#[test]
fn scopes_are_told_to_tokens_that_have_some() {
    let mut bench = Bench::new();
    let token = bench.token(TokenKind::GithubClassic, "ada", &["read:org", "gist"]);
    let reply = bench.with(&token, "PUT", "/orgs/acme/memberships/hal", "");
    assert_eq!(reply.header("X-OAuth-Scopes"), Some("read:org, gist"));
    assert_eq!(reply.header("X-Accepted-OAuth-Scopes"), Some("admin:org"));
    let reply = bench.with(&token, "GET", "/user", "");
    assert_eq!(reply.header("X-Accepted-OAuth-Scopes"), Some(""));
    // Who is invited is told to those who may change it.
    for (path, accepted) in [
        ("members", "admin:org, read:org, write:org"),
        ("invitations", "admin:org"),
        ("failed_invitations", "admin:org"),
    ] {
        let reply = bench.with(&token, "GET", &format!("/orgs/acme/{path}"), "");
        assert_eq!(reply.header("X-Accepted-OAuth-Scopes"), Some(accepted), "{path}");
        assert_eq!(reply.status, if path == "members" { 200 } else { 404 }, "{path}");
    }
    bench.switch("github.ghes=3.19.0");
    let reply = bench.with(&token, "GET", "/api/v3/orgs/acme/invitations", "");
    assert_eq!((reply.status, reply.header("X-Accepted-OAuth-Scopes")), (404, Some("")), "there is no such route");
    bench.switch("github.ghes=off");
    let token = bench.token(TokenKind::GithubFineGrained, "ada", &["members=read"]);
    assert_eq!(bench.with(&token, "GET", "/user", "").header("X-OAuth-Scopes"), None);
}

#[test]
fn a_token_that_ends_says_when() {
    let mut bench = Bench::new();
    let token =
        Token::new(TokenKind::GithubFineGrained, "ada", &["members=read"], bench.now, Some(Duration::from_mins(1)));
    let reply = bench.with(&token.text(), "GET", "/user", "");
    assert_eq!(reply.header("github-authentication-token-expiration"), Some("2027-01-15 08:01:00 UTC"));
    assert_eq!(bench.ask("GET", "/user").header("github-authentication-token-expiration"), None);
}

#[test]
fn what_is_known_already_is_not_sent_and_not_counted() {
    let mut bench = Bench::new();
    let token = bench.token(TokenKind::GithubClassic, "ada", &["admin:org"]);
    let call = Call::new("GET", "/orgs/acme/memberships/bea")
        .with_header("User-Agent", "x")
        .with_header("Authorization", &format!("Bearer {token}"));
    let tag = bench.call(&call).header("ETag").unwrap().to_owned();
    let call = call.with_header("If-None-Match", &tag);
    for _ in 0..2 {
        let reply = bench.call(&call);
        assert_eq!((reply.status, reply.body.len(), reply.header("x-ratelimit-used")), (304, 0, Some("1")));
    }
    bench.by("ada", "PUT", "/orgs/acme/memberships/bea", r#"{"role":"admin"}"#);
    assert_eq!(bench.call(&call).value()["role"], json!("admin"));
}
