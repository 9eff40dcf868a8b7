//! The flow with a browser, apps, and taking tokens back.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::super::super::jwt::statement;
use super::super::oauth::SECRET;
use super::{Bench, came_back, message};
use crate::sandbox::call::Call;
use crate::sandbox::paas::sha256;

const BACK: &str = "http://127.0.0.1:4711/callback";

fn authorize(bench: &mut Bench, fields: &[(&str, &str)]) -> crate::sandbox::call::Reply {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    bench.call(&Call::new("GET", &format!("/login/oauth/authorize?{query}")))
}

fn code(bench: &mut Bench, client: &str, scope: &str) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(sha256("verifier"));
    let fields = [
        ("client_id", client),
        ("redirect_uri", BACK),
        ("scope", scope),
        ("state", "s t"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let (address, fields) = came_back(&authorize(bench, &fields));
    assert_eq!((address.as_str(), fields.text("state")), (BACK, "s t"));
    fields.text("code").to_owned()
}

fn exchange(bench: &mut Bench, changed: &[(&'static str, &str)]) -> Value {
    let mut fields = BTreeMap::from([
        ("client_id", "orchest"),
        ("client_secret", SECRET),
        ("redirect_uri", BACK),
        ("code_verifier", "verifier"),
    ]);
    fields.extend(changed.iter().copied());
    let fields: Vec<(&str, &str)> = fields.into_iter().collect();
    let reply = bench.post("/login/oauth/access_token", &fields, "application/json");
    assert_eq!(reply.status, 200, "also where it is an error");
    reply.value()
}

#[test]
fn a_code_becomes_a_token_and_its_scopes_are_separated_by_commas() {
    let mut bench = Bench::new();
    let code = code(&mut bench, "orchest", "read:org admin:org gist nonsense");
    let found = exchange(&mut bench, &[("code", &code)]);
    assert_eq!((&found["token_type"], &found["scope"]), (&json!("bearer"), &json!("admin:org,gist")));
    assert!(found["access_token"].as_str().unwrap().starts_with("gho_") && found.get("expires_in").is_none());
    let token = found["access_token"].as_str().unwrap();
    assert_eq!(bench.with(token, "GET", "/orgs/acme/memberships/bea", "").status, 200);
    assert_eq!(exchange(&mut bench, &[("code", &code)])["error"], "bad_verification_code", "used up");
}

#[test]
fn whoever_does_not_accept_json_gets_a_form() {
    let mut bench = Bench::new();
    let reply = bench.post("/login/oauth/access_token", &[("client_id", "orchest")], "*/*");
    assert_eq!(reply.header("content-type"), Some("application/x-www-form-urlencoded; charset=utf-8"));
    assert!(reply.body.starts_with(b"error=incorrect_client_credentials&error_description=The+client_id"));
}

#[test]
fn what_does_not_fit_is_an_error_with_the_status_of_success() {
    let mut bench = Bench::new();
    let code = code(&mut bench, "orchest", "read:org");
    let table = [
        (vec![("client_secret", "wrong")], "incorrect_client_credentials"),
        (vec![("code", "wrong")], "bad_verification_code"),
        (vec![("redirect_uri", "http://127.0.0.1:1/callback")], "redirect_uri_mismatch"),
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (vec![("grant_type", "refresh_token")], "bad_refresh_token"),
        (vec![("code_verifier", "wrong")], "bad_verification_code"),
    ];
    for (changed, error) in table {
        let changed: Vec<(&str, &str)> = [("code", code.as_str())].into_iter().chain(changed).collect();
        assert_eq!(exchange(&mut bench, &changed)["error"], error, "{changed:?}");
    }
    let late = self::code(&mut bench, "orchest", "read:org");
    bench.wait(600);
    assert_eq!(exchange(&mut bench, &[("code", &late)])["error"], "bad_verification_code", "ten minutes");
}

#[test]
fn a_browser_comes_back_to_any_port_of_this_machine_and_nowhere_else() {
    let mut bench = Bench::new();
    for (redirect, error) in [
        ("http://127.0.0.1:1/callback", ""),
        ("http://127.0.0.1:2/callback/more", ""),
        ("http://127.0.0.1:1/other", "redirect_uri_mismatch"),
        ("http://localhost:1/callback", "redirect_uri_mismatch"),
        ("https://elsewhere.example/callback", "redirect_uri_mismatch"),
    ] {
        let reply = authorize(&mut bench, &[("client_id", "orchest"), ("redirect_uri", redirect)]);
        let (address, fields) = came_back(&reply);
        assert_eq!(fields.text("error"), error, "{redirect}");
        assert_eq!(address == redirect, error.is_empty(), "{redirect}");
    }
    assert_eq!(authorize(&mut bench, &[("client_id", "stranger")]).status, 404);
    let plain = [("client_id", "orchest"), ("code_challenge", "x"), ("code_challenge_method", "plain")];
    assert_eq!(came_back(&authorize(&mut bench, &plain)).1.text("error"), "invalid_request");
    bench.switch("github.deny");
    assert_eq!(came_back(&authorize(&mut bench, &[("client_id", "orchest")])).1.text("error"), "access_denied");
}

#[test]
fn less_may_be_granted_than_was_asked_for() {
    let mut bench = Bench::new();
    bench.switch("github.granted=read:org").switch("github.login=bea");
    let code = code(&mut bench, "orchest", "admin:org");
    let found = exchange(&mut bench, &[("code", &code)]);
    assert_eq!(found["scope"], "read:org");
    let own = bench.with(found["access_token"].as_str().unwrap(), "GET", "/user", "").value();
    assert_eq!(own["login"], "bea");
}

#[test]
fn tokens_of_the_newer_kind_of_app_end_and_are_renewed_once_each() {
    let mut bench = Bench::new();
    let code = code(&mut bench, "orchest-app", "");
    let first = exchange(&mut bench, &[("client_id", "orchest-app"), ("code", &code)]);
    assert_eq!((&first["expires_in"], &first["scope"]), (&json!(28800), &json!("")));
    let (token, refresh) = (first["access_token"].as_str().unwrap(), first["refresh_token"].as_str().unwrap());
    assert!(token.starts_with("ghu_") && refresh.starts_with("ghr_"));
    bench.wait(28800);
    assert_eq!(bench.with(token, "GET", "/user", "").status, 401);
    let again = [("client_id", "orchest-app"), ("grant_type", "refresh_token"), ("refresh_token", refresh)];
    assert!(exchange(&mut bench, &again)["access_token"].is_string());
    assert_eq!(exchange(&mut bench, &again)["error"], "bad_refresh_token");
}

#[test]
fn an_installation_gets_a_token_for_an_hour_for_a_statement_of_ten_minutes() {
    let mut bench = Bench::new();
    let now = bench.now.as_second();
    let table = [
        ("RS256", json!({"iss": "orchest-app", "iat": now, "exp": now + 600}), 201),
        ("RS256", json!({"iss": 7, "iat": now, "exp": now + 60}), 201),
        ("RS256", json!({"iss": "orchest-app", "iat": now, "exp": now + 601}), 401),
        ("RS256", json!({"iss": "orchest-app", "iat": now, "exp": now}), 401),
        ("RS256", json!({"iss": "orchest-app", "exp": now + 60}), 401),
        ("RS256", json!({"iss": "stranger", "iat": now, "exp": now + 60}), 401),
        ("HS256", json!({"iss": "orchest-app", "iat": now, "exp": now + 60}), 401),
    ];
    for (algorithm, claims, status) in table {
        let jwt = statement(&json!({"alg": algorithm}), &claims);
        let reply = bench.with(&jwt, "POST", "/app/installations/70/access_tokens", "");
        assert_eq!(reply.status, status, "{algorithm} {claims}");
        if status == 201 {
            let token = reply.value()["token"].as_str().unwrap().to_owned();
            assert_eq!(bench.with(&token, "GET", "/orgs/acme/members", "").status, 200);
            assert_eq!(bench.with(&token, "PUT", "/orgs/acme/memberships/hal", "").status, 200);
        }
        assert_ne!(bench.with(&jwt, "POST", "/app/installations/71/access_tokens", "").status, 201);
    }
}

#[test]
fn a_token_is_taken_back_by_the_program_it_belongs_to() {
    let mut bench = Bench::new();
    let code = code(&mut bench, "orchest", "read:org");
    let token = exchange(&mut bench, &[("code", &code)])["access_token"].as_str().unwrap().to_owned();
    let body = json!({"access_token": token}).to_string();
    for (secret, status) in [("wrong", 404), (SECRET, 204), (SECRET, 422)] {
        let basic = format!("Basic {}", STANDARD.encode(format!("orchest:{secret}")));
        let call = Call::new("DELETE", "/applications/orchest/token")
            .with_header("User-Agent", "x")
            .with_header("Authorization", &basic)
            .with_body(body.clone());
        assert_eq!(bench.call(&call).status, status);
    }
    assert_eq!(message(&bench.with(&token, "GET", "/user", "")), (401, "Bad credentials".to_owned()));
}
