//! Google's logins.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::super::super::http::Fields;
use super::super::super::jwt::statement;
use super::super::oauth::{CLIENT, ROBOT, SECRET};
use super::{Bench, DRIVE, URL};
use crate::sandbox::call::{Call, Reply};
use crate::sandbox::paas::sha256;

const BACK: &str = "http://127.0.0.1:4711/";
const JWT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

fn authorize(bench: &mut Bench, changed: &[(&'static str, &str)]) -> Reply {
    let challenge = URL_SAFE_NO_PAD.encode(sha256("verifier"));
    let mut fields = BTreeMap::from([
        ("client_id", CLIENT),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", DRIVE),
        ("state", "s t"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("access_type", "offline"),
        ("prompt", "consent"),
    ]);
    fields.extend(changed.iter().copied());
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    bench.call(&Call::new("GET", &format!("/o/oauth2/v2/auth?{query}")))
}

fn came_back(reply: &Reply) -> Fields {
    let location = reply.header("Location").unwrap();
    assert!(location.starts_with(BACK), "{location}");
    Fields::of(&Call::new("GET", location))
}

fn post(bench: &mut Bench, path: &str, fields: &[(&str, &str)]) -> Reply {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    bench.call(&Call::new("POST", path).with_body(form))
}

fn exchange(bench: &mut Bench, changed: &[(&'static str, &str)]) -> (u16, Value) {
    let mut fields = BTreeMap::from([
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("redirect_uri", BACK),
        ("code_verifier", "verifier"),
        ("grant_type", "authorization_code"),
    ]);
    fields.extend(changed.iter().copied());
    let fields: Vec<(&str, &str)> = fields.into_iter().collect();
    let reply = post(bench, "/token", &fields);
    (reply.status, reply.value())
}

/// A code, and what it is exchanged for.
fn login(bench: &mut Bench, changed: &[(&'static str, &str)]) -> Value {
    let code = came_back(&authorize(bench, changed)).text("code").to_owned();
    let (status, tokens) = exchange(bench, &[("code", &code)]);
    assert_eq!(status, 200, "{tokens}");
    tokens
}

fn refresh(bench: &mut Bench, token: &str) -> (u16, Value) {
    exchange(bench, &[("grant_type", "refresh_token"), ("refresh_token", token)])
}

#[test]
fn a_code_becomes_a_token_for_an_hour_less_a_second_and_one_that_fetches_more() {
    let mut bench = Bench::new();
    let tokens = login(&mut bench, &[]);
    assert_eq!((&tokens["expires_in"], &tokens["scope"]), (&json!(3599), &json!(DRIVE)));
    let token = tokens["access_token"].as_str().unwrap().to_owned();
    assert_eq!(bench.with(&token, "GET", "files/F1", None).status, 200);
    bench.wait(3599);
    assert_eq!(bench.with(&token, "GET", "files/F1", None).status, 401);
    let (status, again) = refresh(&mut bench, tokens["refresh_token"].as_str().unwrap());
    assert_eq!((status, again.get("refresh_token")), (200, None), "the old one stays");
    assert_eq!(bench.with(again["access_token"].as_str().unwrap(), "GET", "files/F1", None).status, 200);
}

#[test]
fn a_token_that_fetches_more_comes_the_first_time_or_when_asked_for() {
    let mut bench = Bench::new();
    let once = [("prompt", "")];
    assert!(login(&mut bench, &[("access_type", "online"), ("prompt", "")]).get("refresh_token").is_none());
    assert!(login(&mut bench, &once).get("refresh_token").is_none(), "has agreed before");
    assert!(login(&mut bench, &[]).get("refresh_token").is_some());
    bench.switch("gdrive.login=oli@example.com");
    assert!(login(&mut bench, &once).get("refresh_token").is_some());
}

#[test]
fn logins_end_when_they_are_not_used_and_in_testing_after_a_week() {
    let day = 24 * 60 * 60;
    for (testing, waits, status) in
        [("off", [100, 100], 200), ("off", [100, 180], 400), ("on", [6, 0], 200), ("on", [6, 1], 400)]
    {
        let mut bench = Bench::new();
        bench.switch(&format!("gdrive.testing={testing}"));
        let token = login(&mut bench, &[])["refresh_token"].as_str().unwrap().to_owned();
        bench.wait(waits[0] * day);
        assert_eq!(refresh(&mut bench, &token).0, 200);
        bench.wait(waits[1] * day);
        let (found, answer) = refresh(&mut bench, &token);
        assert_eq!(found, status, "{testing} {waits:?}");
        if status == 400 {
            let expected = json!({"error": "invalid_grant", "error_description": "Token has been expired or revoked."});
            assert_eq!(answer, expected);
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_at_the_token_endpoint() {
    let mut bench = Bench::new();
    let table = [
        (vec![("client_id", "stranger")], 401, "invalid_client"),
        (vec![("client_secret", "wrong")], 401, "invalid_client"),
        (vec![("code", "wrong")], 400, "invalid_grant"),
        (vec![("redirect_uri", "http://127.0.0.1:1/")], 400, "redirect_uri_mismatch"),
        (vec![("code_verifier", "wrong")], 400, "invalid_grant"),
        (vec![("code_verifier", "")], 400, "invalid_grant"),
        (vec![("grant_type", "password")], 400, "unsupported_grant_type"),
        (vec![("grant_type", "refresh_token"), ("refresh_token", "x")], 400, "invalid_grant"),
    ];
    for (changed, status, error) in table {
        let code = came_back(&authorize(&mut bench, &[])).text("code").to_owned();
        let changed: Vec<(&str, &str)> = [("code", code.as_str())].into_iter().chain(changed).collect();
        let (found, answer) = exchange(&mut bench, &changed);
        assert_eq!((found, &answer["error"]), (status, &json!(error)), "{changed:?}");
    }
    let code = came_back(&authorize(&mut bench, &[])).text("code").to_owned();
    assert_eq!(exchange(&mut bench, &[("code", &code)]).0, 200);
    assert_eq!(exchange(&mut bench, &[("code", &code)]).1["error"], "invalid_grant", "used up");
}

#[test]
fn a_browser_comes_back_to_this_machine_or_stays_at_a_page() {
    let mut bench = Bench::new();
    for changed in [
        ("redirect_uri", "urn:ietf:wg:oauth:2.0:oob"),
        ("redirect_uri", "https://elsewhere.example/"),
        ("client_id", "stranger"),
        ("code_challenge_method", "plain"),
        ("scope", ""),
        ("response_type", "token"),
    ] {
        let reply = authorize(&mut bench, &[changed]);
        assert_eq!((reply.status, reply.header("Location")), (400, None), "{changed:?}");
    }
    bench.switch("gdrive.granted=openid");
    assert_eq!(came_back(&authorize(&mut bench, &[])).text("scope"), "openid");
    bench.switch("gdrive.deny");
    let fields = came_back(&authorize(&mut bench, &[]));
    assert_eq!((fields.text("error"), fields.text("state")), ("access_denied", "s t"));
}

#[test]
fn a_service_account_states_who_it_is_for_an_hour_at_most() {
    let mut bench = Bench::new();
    let now = bench.now.as_second();
    let good = json!({"iss": ROBOT, "scope": DRIVE, "aud": "https://oauth2.googleapis.com/token", "iat": now, "exp": now + 3600});
    let but = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    let table = [
        ("RS256", good.clone(), 200, ""),
        ("RS256", but("aud", json!(format!("{URL}/token"))), 200, ""),
        ("HS256", good.clone(), 400, "invalid_grant"),
        ("RS256", but("iss", json!("stranger@x.example")), 400, "invalid_grant"),
        ("RS256", but("aud", json!("https://elsewhere.example/token")), 400, "invalid_grant"),
        ("RS256", but("exp", json!(now + 3601)), 400, "invalid_grant"),
        ("RS256", but("exp", json!(now)), 400, "invalid_grant"),
        ("RS256", but("iat", json!(now + 301)), 400, "invalid_grant"),
        ("RS256", but("scope", json!("")), 400, "invalid_scope"),
        ("RS256", but("sub", json!("ada@example.com")), 401, "unauthorized_client"),
    ];
    for (algorithm, claims, status, error) in table {
        let assertion = statement(&json!({"alg": algorithm, "kid": "1"}), &claims);
        let reply = post(&mut bench, "/token", &[("grant_type", JWT), ("assertion", &assertion)]);
        assert_eq!((reply.status, reply.value()["error"].as_str().unwrap_or_default()), (status, error), "{claims}");
    }
    let robot = |bench: &mut Bench, claims: &Value| {
        let assertion = statement(&json!({"alg": "RS256", "kid": "1"}), claims);
        let reply = post(bench, "/token", &[("grant_type", JWT), ("assertion", &assertion)]).value();
        assert!(reply.get("refresh_token").is_none() && reply.get("scope").is_none());
        reply["access_token"].as_str().unwrap().to_owned()
    };
    let token = robot(&mut bench, &good);
    assert_eq!(bench.with(&token, "GET", "files/F3", None).status, 404, "nothing was shared with it");
    bench.by("ada", "POST", "files/F3/permissions", Some(&super::user(ROBOT, "writer")));
    assert_eq!(bench.with(&token, "GET", "files/F3/permissions", None).status, 200);
    bench.switch("gdrive.delegation");
    let token = robot(&mut bench, &but("sub", json!("ada@example.com")));
    let about = bench.with(&token, "GET", "about?fields=user(emailAddress)", None).value();
    assert_eq!(about["user"]["emailAddress"], "ada@example.com");
}

#[test]
fn what_was_revoked_is_no_good() {
    let mut bench = Bench::new();
    let tokens = login(&mut bench, &[]);
    let (access, refreshing) = (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    for token in [access, refreshing] {
        for status in [200, 400] {
            let reply = bench.call(&Call::new("POST", &format!("/revoke?token={}", token.replace('/', "%2F"))));
            assert_eq!(reply.status, status);
        }
    }
    assert_eq!(bench.with(access, "GET", "files/F1", None).status, 401);
    assert_eq!(refresh(&mut bench, refreshing).1["error"], "invalid_grant");
    assert_eq!(bench.call(&Call::new("POST", "/device/code")).status, 404);
}
