//! How an app gets its tokens.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::super::super::http::Fields;
use super::super::oauth::{CLIENT, SECRET};
use super::{Bench, code};
use crate::sandbox::call::{Call, Reply};
use crate::sandbox::paas::sha256;

const SAFE: &str = "https://localhost:3118/callback";
const PLAIN: &str = "http://localhost:3118/callback";

fn authorize(bench: &mut Bench, fields: &[(&str, &str)]) -> Reply {
    let client = [("client_id", CLIENT), ("state", "s t")];
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(client.iter().chain(fields)).finish();
    bench.call(&Call::new("GET", &format!("/oauth/v2/authorize?{query}")))
}

fn came_back(reply: &Reply) -> Fields {
    let fields = Fields::of(&Call::new("GET", reply.header("Location").unwrap()));
    assert_eq!(fields.text("state"), "s t");
    fields
}

fn access(bench: &mut Bench, secret: &str, fields: &[(&str, &str)]) -> Value {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let basic = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{secret}")));
    let call = Call::new("POST", "/api/oauth.v2.access").with_header("Authorization", &basic).with_body(form);
    let reply = bench.call(&call);
    assert_eq!(reply.status, 200);
    reply.value()
}

/// With a secret, and back by https.
fn code_of(bench: &mut Bench) -> String {
    bench.switch(&format!("slack.redirect={SAFE}"));
    let fields = [("redirect_uri", SAFE), ("scope", "users:read,users:read.email"), ("user_scope", "admin")];
    came_back(&authorize(bench, &fields)).text("code").to_owned()
}

#[test]
fn the_bots_token_stands_at_the_top_and_the_persons_below() {
    let mut bench = Bench::new();
    let code = code_of(&mut bench);
    let body = access(&mut bench, SECRET, &[("code", &code), ("redirect_uri", SAFE)]);
    assert_eq!(
        (&body["ok"], &body["token_type"], &body["scope"]),
        (&json!(true), &json!("bot"), &json!("users:read,users:read.email"))
    );
    assert_eq!(
        (&body["team"]["id"], &body["enterprise"]["id"], &body["bot_user_id"]),
        (&json!("T1"), &json!("E1"), &json!("B1"))
    );
    let person = &body["authed_user"];
    assert_eq!(
        (&person["id"], &person["token_type"], &person["scope"]),
        (&json!("U1"), &json!("user"), &json!("admin"))
    );
    assert!(body.get("refresh_token").is_none(), "without rotation");
    let bot = body["access_token"].as_str().unwrap();
    assert!(bot.starts_with("xoxb-") && person["access_token"].as_str().unwrap().starts_with("xoxp-"));
    assert_eq!(super::code(&bench.with(bot, "users.list", &[]).value()), "ok");
    let again = access(&mut bench, SECRET, &[("code", &code), ("redirect_uri", SAFE)]);
    assert_eq!(super::code(&again), "code_already_used");
}

#[test]
fn what_does_not_fit_is_told_by_name() {
    let mut bench = Bench::new();
    let good = code_of(&mut bench);
    for (secret, fields, expected) in [
        ("wrong", vec![("code", good.as_str())], "bad_client_secret"),
        (SECRET, vec![("code", "wrong")], "invalid_code"),
        (SECRET, vec![("code", good.as_str()), ("redirect_uri", PLAIN)], "bad_redirect_uri"),
        (SECRET, vec![("code", good.as_str()), ("code_verifier", "x")], "pkce_not_allowed"),
        (SECRET, vec![("grant_type", "password")], "invalid_grant_type"),
        (SECRET, vec![("grant_type", "refresh_token"), ("refresh_token", "x")], "invalid_refresh_token"),
    ] {
        assert_eq!(code(&access(&mut bench, secret, &fields)), expected, "{fields:?}");
    }
    let stranger = Call::new("POST", "/api/oauth.v2.access").with_body("client_id=stranger&client_secret=x");
    assert_eq!(code(&bench.call(&stranger).value()), "invalid_client_id");
    bench.wait(600);
    assert_eq!(
        code(&access(&mut bench, SECRET, &[("code", &good), ("redirect_uri", SAFE)])),
        "invalid_code",
        "ten minutes"
    );
}

#[test]
fn plain_http_is_for_public_apps_and_the_address_is_matched_to_the_letter() {
    let mut bench = Bench::new();
    let ask =
        |bench: &mut Bench, redirect: &str| authorize(bench, &[("redirect_uri", redirect), ("scope", "users:read")]);
    assert_eq!(ask(&mut bench, PLAIN).status, 400, "registered, but no https");
    bench.switch(&format!("slack.redirect={SAFE}"));
    for redirect in
        ["https://127.0.0.1:3118/callback", "https://localhost:3119/callback", "https://localhost:3118/oauth/callback"]
    {
        assert_eq!(ask(&mut bench, redirect).status, 400, "{redirect}");
    }
    assert_eq!(ask(&mut bench, SAFE).status, 302);
    assert_eq!(came_back(&authorize(&mut bench, &[])).text("error"), "invalid_scope");
    bench.switch("slack.deny");
    assert_eq!(came_back(&ask(&mut bench, SAFE)).text("error"), "access_denied");
}

#[test]
fn a_public_app_has_a_proof_and_tokens_of_people_that_end() {
    let mut bench = Bench::new();
    bench.switch("slack.public").switch("slack.login=bea");
    let challenge = URL_SAFE_NO_PAD.encode(sha256("verifier"));
    let proof = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256"), ("redirect_uri", PLAIN)];
    let with_user = [&proof[..], &[("user_scope", "users:read")]].concat();
    let with_bot = [&proof[..], &[("scope", "users:read")]].concat();
    assert_eq!(came_back(&authorize(&mut bench, &with_bot)).text("error"), "invalid_scope_requested");
    assert_eq!(came_back(&authorize(&mut bench, &with_user[1..])).text("error"), "invalid_code_challenge");
    for (verifier, expected) in [("wrong", "invalid_code_verifier"), ("verifier", "ok")] {
        let code = came_back(&authorize(&mut bench, &with_user)).text("code").to_owned();
        let fields = [("code", code.as_str()), ("redirect_uri", PLAIN), ("code_verifier", verifier)];
        let body = access(&mut bench, "", &fields);
        assert_eq!(super::code(&body), expected);
        if expected == "ok" {
            assert!(body.get("access_token").is_none());
            let person = body["authed_user"].clone();
            assert_eq!((&person["id"], &person["expires_in"]), (&json!("U4"), &json!(43_200)));
            rotate(&mut bench, person["refresh_token"].as_str().unwrap());
        }
    }
}

/// A token that fetches another is good for once, and for thirty days.
fn rotate(bench: &mut Bench, token: &str) {
    let ask = |bench: &mut Bench, token: &str| {
        access(bench, "", &[("grant_type", "refresh_token"), ("refresh_token", token)])
    };
    let next = ask(bench, token);
    assert_eq!(code(&next), "ok");
    assert_eq!(code(&ask(bench, token)), "invalid_refresh_token");
    let next = next["authed_user"]["refresh_token"].as_str().unwrap().to_owned();
    bench.wait(30 * 24 * 3600);
    assert_eq!(code(&ask(bench, &next)), "invalid_refresh_token");
}

#[test]
fn with_rotation_every_token_ends_after_twelve_hours() {
    let mut bench = Bench::new();
    bench.switch("slack.rotation");
    let code = code_of(&mut bench);
    let body = access(&mut bench, SECRET, &[("code", &code), ("redirect_uri", SAFE)]);
    assert_eq!(body["expires_in"], 43_200);
    let token = body["access_token"].as_str().unwrap().to_owned();
    bench.wait(12 * 3600);
    assert_eq!(super::code(&bench.with(&token, "auth.test", &[]).value()), "token_expired");
    let refresh = body["refresh_token"].as_str().unwrap().to_owned();
    let next = access(&mut bench, SECRET, &[("grant_type", "refresh_token"), ("refresh_token", &refresh)]);
    assert_eq!((&next["token_type"], next["authed_user"].get("access_token")), (&json!("bot"), None));
}
