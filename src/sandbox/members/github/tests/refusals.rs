//! The ways in which GitHub says no.

use std::time::Duration;

use super::super::super::token::{Token, TokenKind};
use super::{Bench, message};
use crate::sandbox::call::Call;

const BEA: &str = "/orgs/acme/memberships/bea";
const HAL: &str = "/orgs/acme/memberships/hal";

#[test]
fn a_request_without_a_user_agent_is_not_looked_at() {
    let mut bench = Bench::new();
    let token = bench.token(TokenKind::GithubClassic, "ada", &["admin:org"]);
    let call = Call::new("GET", "/user").with_header("Authorization", &format!("token {token}"));
    assert_eq!(bench.call(&call).status, 403);
    assert_eq!(bench.call(&call.with_header("User-Agent", "x")).status, 200, "the older scheme does as well");
}

#[test]
fn an_unknown_version_of_the_interface_is_refused() {
    let mut bench = Bench::new();
    for (version, status) in [("2022-11-28", 200), ("2026-03-10", 200), ("2021-01-01", 400)] {
        let call = Call::new("GET", "/users/ada").with_header("User-Agent", "x");
        assert_eq!(bench.call(&call.with_header("X-GitHub-Api-Version", version)).status, status, "{version}");
    }
}

#[test]
fn a_bad_token_is_told_in_one_way_whatever_is_wrong_with_it() {
    let mut bench = Bench::new();
    let old = Token::new(TokenKind::GithubClassic, "ada", &["admin:org"], bench.now, Some(Duration::ZERO)).text();
    let stranger = bench.token(TokenKind::GithubClassic, "nobody", &["admin:org"]);
    let foreign = bench.token(TokenKind::SlackBot, "ada", &["admin:org"]);
    for token in ["nonsense", &old, &stranger, &foreign] {
        for target in ["/user", BEA, "/nowhere"] {
            let reply = bench.with(token, "GET", target, "");
            assert_eq!(message(&reply), (401, "Bad credentials".to_owned()), "{token} {target}");
            assert_eq!(reply.value()["status"], "401");
        }
    }
}

#[test]
fn what_a_token_lacks_is_told_by_its_kind() {
    let mut bench = Bench::new();
    let personal = "Resource not accessible by personal access token";
    let integration = "Resource not accessible by integration";
    let table = [
        (TokenKind::GithubClassic, "read:org", 200, 404, "Not Found"),
        (TokenKind::GithubClassic, "gist", 404, 404, "Not Found"),
        (TokenKind::GithubClassic, "admin:org", 200, 200, ""),
        (TokenKind::GithubOauth, "write:org", 200, 404, "Not Found"),
        (TokenKind::GithubFineGrained, "", 403, 403, personal),
        (TokenKind::GithubFineGrained, "members=read", 200, 403, personal),
        (TokenKind::GithubFineGrained, "members=write", 200, 200, ""),
        (TokenKind::GithubInstallation, "members=read", 200, 403, integration),
        (TokenKind::GithubInstallation, "members=write", 200, 200, ""),
        (TokenKind::GithubUser, "members=read", 200, 403, integration),
        (TokenKind::GithubUser, "members=write", 200, 200, ""),
    ];
    for (kind, scope, read, write, words) in table {
        let token = bench.token(kind, "ada", &[scope]);
        let found = bench.with(&token, "GET", BEA, "");
        assert_eq!(found.status, read, "{kind:?} {scope}");
        let put = bench.with(&token, "PUT", HAL, "");
        assert_eq!(message(&put), (write, words.to_owned()), "{kind:?} {scope}");
        // Who is invited is told for less only where there are permissions.
        let invited = bench.with(&token, "GET", "/orgs/acme/invitations", "");
        let is_scoped = write == 404;
        assert_eq!(invited.status, if is_scoped { write } else { read }, "{kind:?} {scope}");
        if write == 403 {
            assert_eq!(put.header("X-Accepted-GitHub-Permissions"), Some("members=write"));
        }
    }
    let token = bench.token(TokenKind::GithubInstallation, "70", &["members=write"]);
    assert_eq!(message(&bench.with(&token, "GET", "/user", "")), (403, integration.to_owned()));
}

#[test]
fn who_does_not_own_the_organization_may_read_and_who_is_outside_may_not() {
    let mut bench = Bench::new();
    assert_eq!(bench.by("bea", "GET", BEA, "").status, 200);
    let admin = "You must be an admin to add or update an organization membership.";
    assert_eq!(message(&bench.by("bea", "PUT", HAL, "")), (403, admin.to_owned()));
    let outside = "You must be a member of acme to see membership information for bea.";
    assert_eq!(message(&bench.by("hal", "GET", BEA, "")), (403, outside.to_owned()));
    assert_eq!(bench.with("", "GET", BEA, "").status, 401);
    assert_eq!(bench.ask("GET", "/orgs/nowhere/memberships/bea").status, 404);
    assert_eq!(bench.ask("GET", "/orgs/elsewhere/memberships/max").status, 403, "a stranger there");
    assert_eq!(bench.ask("PATCH", BEA).status, 404);
}

#[test]
fn single_sign_on_is_told_with_the_address_to_go_to() {
    let mut bench = Bench::new();
    let reply = bench.switch("github.sso=required").ask("GET", BEA);
    assert!(message(&reply).1.starts_with("Resource protected by organization SAML enforcement"), "{reply:?}");
    let header = reply.header("X-GitHub-SSO").unwrap();
    assert!(header.starts_with("required; url=https://github.com/orgs/acme/sso?authorization_request="), "{header}");
    assert_eq!(bench.ask("GET", "/user").status, 200, "who it is can be asked");
    let reply = bench.switch("github.sso=partial").ask("GET", "/orgs/acme/members");
    assert_eq!(reply.header("X-GitHub-SSO"), Some("partial-results; organizations=7"));
    assert_eq!(super::logins(&reply.value()), ["ada", "bea"], "some are hidden");
}

#[test]
fn policies_of_the_organization_and_of_people_are_refusals_of_their_own() {
    let mut bench = Bench::new();
    assert_eq!(message(&bench.by("ada", "PUT", "/orgs/acme/memberships/gus", "")), (403, "Blocked".to_owned()));
    bench.switch("github.blocked=hal");
    assert_eq!(message(&bench.by("ada", "PUT", HAL, "")).1, "Blocked");
    assert_eq!(bench.mails(), Vec::<&str>::new());
    bench.switch("github.emu");
    for (method, target) in [("PUT", "/orgs/acme/memberships/ivy"), ("DELETE", BEA)] {
        assert!(message(&bench.ask(method, target)).1.contains("identity provider"), "{method}");
    }
    bench.switch("github.emu=off").switch("github.restricted");
    let token = bench.token(TokenKind::GithubOauth, "ada", &["admin:org"]);
    assert!(message(&bench.with(&token, "GET", BEA, "")).1.contains("OAuth App access restrictions"));
    assert_eq!(bench.ask("GET", BEA).status, 200, "a person's own token is no app");
}

#[test]
fn an_enterprise_server_has_other_paths_and_no_invitations() {
    let mut bench = Bench::new();
    bench.switch("github.ghes=3.18.1");
    assert_eq!(bench.ask("GET", BEA).status, 404);
    let reply = bench.ask("GET", &format!("/api/v3{BEA}"));
    assert_eq!((reply.status, reply.header("X-GitHub-Enterprise-Version")), (200, Some("3.18.1")));
    assert_eq!(reply.header("X-RateLimit-Limit"), None, "no limits");
    assert_eq!(reply.value()["url"], format!("{}/api/v3{BEA}", super::URL));
    for target in ["invitations", "failed_invitations"] {
        assert_eq!(bench.ask("GET", &format!("/api/v3/orgs/acme/{target}")).status, 404, "{target}");
    }
    assert_eq!(bench.get("/api/v3/meta")["installed_version"], "3.18.1");
    assert_eq!(bench.ask("GET", "/api/v3/rate_limit").status, 404);
    assert_eq!(bench.ask("PUT", &format!("/api/v3{HAL}")).value()["state"], "pending");
    bench.switch("github.ghes_active");
    assert_eq!(bench.ask("PUT", "/api/v3/orgs/acme/memberships/ivy").value()["state"], "active");
    let list = bench.ask("GET", "/api/v3/orgs/acme/members?per_page=1");
    assert!(list.header("Link").unwrap().starts_with(&format!("<{}/api/v3/organizations/7/members?", super::URL)));
}
