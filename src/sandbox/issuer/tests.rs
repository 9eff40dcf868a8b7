//! The issuer as a client meets it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::super::paas::sha256;
use super::super::world::{Backend, Flavour, Platform};
use super::*;

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const BACK: &str = "http://127.0.0.1:9999/callback";

struct Bench {
    platform: Platform,
    now: Timestamp,
}

impl Bench {
    fn new() -> Self {
        Self { platform: Platform::default(), now: Timestamp::from_second(1_800_000_000).unwrap() }
    }

    fn ask(&mut self, backend: Backend, call: &Call) -> Reply {
        let flavour = Flavour::default();
        let about = About { now: self.now, flavour: &flavour, url: "http://127.0.0.1:15007" };
        self.platform.answer(backend, &about, call)
    }

    fn get(&mut self, target: &str) -> Reply {
        self.ask(Backend::Issuer, &Call::new("GET", target))
    }

    fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.ask(Backend::Issuer, &Call::new("POST", path).with_body(form))
    }

    fn with_token(&mut self, backend: Backend, target: &str, token: &str) -> u16 {
        self.ask(backend, &Call::new("GET", target).with_header("Authorization", &format!("Bearer {token}"))).status
    }

    fn start(&mut self, scope: &str) -> Value {
        self.post("/devicecode", &[("client_id", "orchest"), ("scope", scope)]).value()
    }

    fn poll(&mut self, code: &str) -> Reply {
        self.post("/token", &[("client_id", "orchest"), ("grant_type", DEVICE), ("device_code", code)])
    }

    fn refresh(&mut self, token: &str) -> Reply {
        self.post("/token", &[("client_id", "orchest"), ("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    /// The code with which the browser comes back.
    fn code(&mut self, challenge: &str) -> String {
        let fields = [
            ("response_type", "code"),
            ("client_id", "orchest"),
            ("redirect_uri", BACK),
            ("scope", "openid profile"),
            ("state", "s t"),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256"),
            ("nonce", "n-1"),
        ];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let reply = self.get(&format!("/authorize?{query}"));
        assert_eq!(reply.status, 302);
        let back = Url::parse(reply.header("Location").unwrap()).unwrap();
        assert!(back.as_str().starts_with(BACK));
        let pairs: Vec<(String, String)> = back.query_pairs().into_owned().collect();
        assert_eq!(pairs[1], ("state".to_owned(), "s t".to_owned()));
        pairs[0].1.clone()
    }
}

/// What the token of identity says.
fn identity(tokens: &Value) -> Value {
    let payload = tokens["id_token"].as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn error(reply: &Reply) -> (u16, String) {
    (reply.status, reply.value()["error"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn its_own_name_ends_in_a_slash() {
    let found = Bench::new().get("/.well-known/openid-configuration").value();
    assert_eq!(found["issuer"], "http://127.0.0.1:15007/");
    assert_eq!(found["device_authorization_endpoint"], "http://127.0.0.1:15007/devicecode");
}

#[test]
fn a_device_waits_until_somebody_agrees() {
    let mut bench = Bench::new();
    let started = bench.start("openid profile email offline_access");
    assert!(started["interval"].is_null() && started["verification_uri_complete"].is_null());
    assert_eq!(started["verification_uri"], "http://127.0.0.1:15007/device");
    let code = started["device_code"].as_str().unwrap();
    assert_eq!(error(&bench.poll(code)), (400, "authorization_pending".to_owned()));
    let tokens = bench.poll(code).value();
    let token = tokens["access_token"].as_str().unwrap();
    for (backend, target) in
        [(Backend::Issuer, "/userinfo"), (Backend::PaasV1, "/api/v1/users/"), (Backend::PaasIndigo, "/deployments")]
    {
        assert_eq!(bench.with_token(backend, target, token), 200, "{target}");
    }
    assert_eq!(error(&bench.poll(code)), (400, "invalid_grant".to_owned()), "a code is good for once");
    assert_eq!((tokens["expires_in"].as_u64(), tokens["id_token"].is_string()), (Some(3600), true));
}

#[test]
fn switches_and_the_control_port_decide_about_a_device() {
    let mut bench = Bench::new();
    bench.platform.paas.switches.set("approve_at_poll=0").unwrap();
    bench.platform.paas.switches.set("complete_uri=on").unwrap();
    for (decision, expected) in [("true", "access_denied"), ("false", "")] {
        let started = bench.start("openid");
        let (code, word) = (started["device_code"].as_str().unwrap(), started["user_code"].as_str().unwrap());
        assert!(started["verification_uri_complete"].as_str().unwrap().ends_with(word));
        for _ in 0..5 {
            assert_eq!(error(&bench.poll(code)).1, "authorization_pending");
        }
        let wish = format!("{{\"user_code\": \"{word}\", \"user\": \"bob\", \"deny\": {decision}}}");
        decide(&mut bench.platform.issuer, "alice", wish.as_bytes()).unwrap();
        assert_eq!(error(&bench.poll(code)).1, expected);
    }
    assert!(decide(&mut bench.platform.issuer, "alice", b"{\"user_code\": \"X\"}").unwrap_err().contains('X'));
}

#[test]
fn what_a_device_may_not_ask_is_refused() {
    let mut bench = Bench::new();
    let reply = bench.post("/devicecode", &[("client_id", "stranger")]);
    assert_eq!((reply.status, reply.body.len()), (404, 0));
    let reply = bench.post("/devicecode", &[("client_id", "orchest"), ("scope", "openid root")]);
    assert_eq!(error(&reply), (400, "invalid_scope".to_owned()));
    let code = bench.start("openid")["device_code"].as_str().unwrap().to_owned();
    bench.now += Duration::from_mins(10);
    assert_eq!(error(&bench.poll(&code)), (400, "expired_token".to_owned()));
    assert_eq!(error(&bench.poll("none")), (400, "invalid_grant".to_owned()));
}

#[test]
fn a_code_needs_its_verifier_and_its_address() {
    let challenge = URL_SAFE_NO_PAD.encode(sha256("verifier"));
    let table =
        [("verifier", BACK, ""), ("other", BACK, "invalid_grant"), ("verifier", "http://127.0.0.1/", "invalid_grant")];
    let mut bench = Bench::new();
    for (verifier, back, expected) in table {
        let code = bench.code(&challenge);
        let fields = [
            ("client_id", "orchest"),
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", back),
            ("code_verifier", verifier),
        ];
        assert_eq!(error(&bench.post("/token", &fields)).1, expected, "{verifier} {back}");
        assert_eq!(error(&bench.post("/token", &fields)).1, "invalid_grant", "used up");
    }
    let away = "/authorize?response_type=code&client_id=orchest&redirect_uri=https%3A%2F%2Felsewhere.example%2F";
    assert_eq!(bench.get(away).status, 400);
}

#[test]
fn a_token_of_identity_says_for_whom_it_is_and_opens_nothing() {
    let mut bench = Bench::new();
    let code = bench.code(&URL_SAFE_NO_PAD.encode(sha256("verifier")));
    let fields = [
        ("client_id", "orchest"),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", BACK),
        ("code_verifier", "verifier"),
    ];
    let tokens = bench.post("/token", &fields).value();
    let said = identity(&tokens);
    assert_eq!((&said["iss"], &said["aud"]), (&json!("http://127.0.0.1:15007/"), &json!("orchest")));
    assert_eq!((&said["nonce"], &said["sub"]), (&json!("n-1"), &json!("alice")));
    assert_eq!(bench.with_token(Backend::Issuer, "/userinfo", tokens["id_token"].as_str().unwrap()), 401);
    assert_eq!(bench.with_token(Backend::Issuer, "/userinfo", tokens["access_token"].as_str().unwrap()), 200);
    // There is nothing to repeat where nobody came by browser.
    bench.platform.paas.switches.set("approve_at_poll=1").unwrap();
    let code = bench.start("openid offline_access")["device_code"].as_str().unwrap().to_owned();
    let tokens = bench.poll(&code).value();
    let renewed = bench.refresh(tokens["refresh_token"].as_str().unwrap()).value();
    for tokens in [tokens, renewed] {
        let said = identity(&tokens);
        assert_eq!((&said["aud"], &said["nonce"]), (&json!("orchest"), &Value::Null));
    }
}

#[test]
fn a_refresh_token_is_used_once_and_dies_of_age() {
    let mut bench = Bench::new();
    bench.platform.paas.switches.set("approve_at_poll=1").unwrap();
    let code = bench.start("openid offline_access")["device_code"].as_str().unwrap().to_owned();
    let first = bench.poll(&code).value()["refresh_token"].as_str().unwrap().to_owned();
    let second = bench.refresh(&first).value()["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(error(&bench.refresh(&first)), (400, "invalid_grant".to_owned()));
    bench.now += Duration::from_hours(30 * 24);
    assert_eq!(error(&bench.refresh(&second)), (401, "invalid_token".to_owned()));
}

#[test]
fn programs_with_a_secret_show_it() {
    let mut bench = Bench::new();
    let fields = |id, secret| [("client_id", id), ("client_secret", secret), ("grant_type", "none")];
    for (id, secret, expected) in [
        ("orchest-confidential", "sand-secret", "unsupported_grant_type"),
        ("orchest-confidential", "wrong", "invalid_client"),
        ("orchest", "sand-secret", "invalid_client"),
    ] {
        assert_eq!(error(&bench.post("/token", &fields(id, secret))).1, expected, "{id} {secret}");
    }
    let basic = format!("Basic {}", STANDARD.encode("orchest-confidential:sand-secret"));
    let call = Call::new("POST", "/token").with_header("Authorization", &basic).with_body("grant_type=none");
    assert_eq!(error(&bench.ask(Backend::Issuer, &call)).1, "unsupported_grant_type");
}

#[test]
fn what_was_revoked_is_no_good() {
    let mut bench = Bench::new();
    bench.platform.paas.switches.set("approve_at_poll=1").unwrap();
    bench.platform.paas.switches.set("login=root").unwrap();
    let code = bench.start("openid profile offline_access")["device_code"].as_str().unwrap().to_owned();
    let tokens = bench.poll(&code).value();
    let (access, refresh) = (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    let call = Call::new("GET", "/userinfo").with_header("Authorization", &format!("Bearer {access}"));
    let info = bench.ask(Backend::Issuer, &call).value();
    assert_eq!((&info["sub"], &info["groups"]), (&json!("root"), &json!(["city", "admins"])));
    assert_eq!(bench.with_token(Backend::PaasIndigo, "/deployments", access), 200);
    assert_eq!(bench.with_token(Backend::PaasV1, "/api/v1/users/", access), 200);
    for token in [access, refresh] {
        assert_eq!(bench.post("/revoke", &[("token", token)]).status, 200);
    }
    assert_eq!(bench.ask(Backend::Issuer, &call).status, 401);
    assert_eq!(bench.with_token(Backend::PaasIndigo, "/deployments", access), 401);
    assert_eq!(bench.with_token(Backend::PaasV1, "/api/v1/users/", access), 200, "it is not asked about again");
    assert_eq!(error(&bench.refresh(refresh)), (400, "invalid_grant".to_owned()));
}
