//! The page that gives out tokens, looking at them and taking them back, and OAuth 2.0.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::super::super::http::Fields;
use super::{Bench, TRELLO_KEY, header, id, text, words};
use crate::sandbox::call::{Call, Reply};
use crate::sandbox::paas::sha256;

const BACK: &str = "http://localhost:3000/callback";
const SCOPE: &str = "read:organization:trello write:organization:membership:trello read:member:trello offline_access";

fn page(bench: &mut Bench, changed: &[(&str, &str)]) -> Reply {
    let usual = [("response_type", "token"), ("key", TRELLO_KEY), ("scope", "read,write"), ("expiration", "never")];
    let kept = usual.iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept.chain(changed)).finish();
    bench.call(&Call::new("GET", &format!("/1/authorize?{query}")))
}

/// The token on a page that is to be copied from.
fn copied(reply: &Reply) -> String {
    let page = words(reply).1;
    page.split("<pre>").nth(1).unwrap().split("</pre>").next().unwrap().to_owned()
}

#[test]
fn a_token_is_shown_to_be_copied_and_lasts_as_long_as_was_said() {
    for (expiration, seconds) in [("1hour", 3600), ("1day", 86_400), ("30days", 2_592_000), ("never", 0)] {
        let mut bench = Bench::new();
        let token = copied(&page(&mut bench, &[("expiration", expiration)]));
        let ask = |bench: &mut Bench| bench.with(&header(TRELLO_KEY, &token), "GET", "members/me").status;
        let ends = bench.get(&format!("tokens/{token}"))["dateExpires"].clone();
        assert_eq!(ends.is_null(), seconds == 0, "{expiration}");
        bench.wait(if seconds == 0 { 1_000_000_000 } else { seconds - 1 });
        assert_eq!(ask(&mut bench), 200, "{expiration}");
        bench.wait(1);
        assert_eq!(ask(&mut bench), if seconds == 0 { 200 } else { 401 }, "{expiration}");
    }
}

#[test]
fn a_browser_comes_back_to_this_machine_by_name_with_a_token_behind_the_mark() {
    let mut bench = Bench::new();
    let back = |url| [("return_url", url), ("callback_method", "fragment")];
    let reply = page(&mut bench, &back("http://localhost:8080/x"));
    let location = reply.header("Location").unwrap();
    let token = location.strip_prefix("http://localhost:8080/x#token=").unwrap();
    assert_eq!(bench.with(&header(TRELLO_KEY, token), "GET", "members/me").status, 200);
    for url in ["http://127.0.0.1:8080/x", "https://elsewhere.example/", "*"] {
        assert_eq!(words(&page(&mut bench, &back(url))), text(400, "Invalid return_url"), "{url}");
    }
    bench.switch("trello.deny");
    let reply = page(&mut bench, &back("http://localhost:1/"));
    assert_eq!(reply.header("Location"), Some("http://localhost:1/#error=Token+request+rejected"));
}

#[test]
fn what_the_page_cannot_understand_it_says() {
    let mut bench = Bench::new();
    for (changed, expected) in [
        (("key", "x"), text(401, "invalid key")),
        (("expiration", "2days"), text(400, "invalid value for expiration")),
        (("scope", "read write"), text(400, "invalid value for scope")),
        (("response_type", "code"), text(400, "invalid value for response_type")),
    ] {
        assert_eq!(words(&page(&mut bench, &[changed])), expected);
    }
}

#[test]
fn a_token_says_whose_it_is_and_is_taken_back() {
    let mut bench = Bench::new();
    bench.switch("trello.login=bea");
    let token = copied(&page(&mut bench, &[("scope", "read")]));
    let found = bench.get(&format!("tokens/{token}"));
    assert_eq!((&found["idMember"], &found["dateCreated"]), (&json!(id('b', 5)), &json!("2027-01-15T08:00:00.000Z")));
    let organization = json!({"idModel": "*", "modelType": "Organization", "read": true, "write": false});
    assert_eq!(found["permissions"][2], organization);
    for status in [200, 404] {
        assert_eq!(bench.ask("DELETE", &format!("tokens/{token}")).status, status);
    }
    assert_eq!(words(&bench.with(&header(TRELLO_KEY, &token), "GET", "members/me")), text(401, "invalid token"));
    assert_eq!(bench.ask("GET", "tokens/nonsense").status, 404);
}

fn authorize(bench: &mut Bench, changed: &[(&str, &str)]) -> Reply {
    let challenge = URL_SAFE_NO_PAD.encode(sha256("verifier"));
    let usual = [
        ("client_id", "orchest"),
        ("scope", SCOPE),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("prompt", "consent"),
        ("state", "s t"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let kept = usual.iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept.chain(changed)).finish();
    bench.call(&Call::new("GET", &format!("/authorize?{query}")))
}

fn came_back(reply: &Reply) -> Fields {
    let location = reply.header("Location").unwrap();
    assert!(location.starts_with(BACK), "{location}");
    Fields::of(&Call::new("GET", location))
}

fn exchange(bench: &mut Bench, body: &Value) -> (u16, Value) {
    let call = Call::new("POST", "/oauth/token").with_header("Content-Type", "application/json");
    let reply = bench.call(&call.with_body(body.to_string()));
    (reply.status, reply.value())
}

fn with_code(code: &str) -> Value {
    json!({"grant_type": "authorization_code", "client_id": "orchest", "code": code, "redirect_uri": BACK, "code_verifier": "verifier"})
}

fn login(bench: &mut Bench, changed: &[(&str, &str)]) -> Value {
    let code = came_back(&authorize(bench, changed)).text("code").to_owned();
    let (status, tokens) = exchange(bench, &with_code(&code));
    assert_eq!(status, 200, "{tokens}");
    tokens
}

#[test]
fn a_code_becomes_a_token_for_an_hour_and_one_that_is_good_for_once() {
    let mut bench = Bench::new();
    let tokens = login(&mut bench, &[]);
    assert_eq!((&tokens["expires_in"], &tokens["token_type"]), (&json!(3600), &json!("Bearer")));
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    assert_eq!(bench.with(&bearer, "PUT", "organizations/acme/members/hal?type=normal").status, 200);
    bench.wait(3600);
    assert_eq!(bench.with(&bearer, "GET", "members/me").status, 401);
    let refresh =
        json!({"grant_type": "refresh_token", "client_id": "orchest", "refresh_token": tokens["refresh_token"]});
    let (status, next) = exchange(&mut bench, &refresh);
    assert_eq!((status, next["refresh_token"] != tokens["refresh_token"]), (200, true));
    let dead = json!({"error": "invalid_grant", "error_description": "Unknown or invalid refresh token."});
    assert_eq!(exchange(&mut bench, &refresh), (403, dead));
    bench.wait(90 * 24 * 3600);
    let late = json!({"grant_type": "refresh_token", "client_id": "orchest", "refresh_token": next["refresh_token"]});
    assert_eq!(exchange(&mut bench, &late).0, 403);
    let online = [("scope", "read:member:trello")];
    assert!(login(&mut bench, &online).get("refresh_token").is_none());
}

#[test]
fn requests_for_tokens_are_json_and_everything_has_to_fit() {
    let mut bench = Bench::new();
    let form = bench.call(&Call::new("POST", "/oauth/token").with_body("grant_type=refresh_token&client_id=orchest"));
    assert_eq!((form.status, &form.value()["error"]), (400, &json!("invalid_request")));
    let table = [
        ("client_id", json!("stranger"), 401),
        ("client_id", json!("orchest-confidential"), 401),
        ("client_secret", json!("sand-secret"), 401),
        ("code", json!("wrong"), 403),
        ("code_verifier", json!("wrong"), 403),
        ("code_verifier", json!(null), 403),
        ("redirect_uri", json!("http://127.0.0.1:3000/callback"), 403),
        ("grant_type", json!("client_credentials"), 400),
    ];
    for (name, value, status) in table {
        let code = came_back(&authorize(&mut bench, &[])).text("code").to_owned();
        let mut body = with_code(&code);
        body[name] = value;
        assert_eq!(exchange(&mut bench, &body).0, status, "{body}");
    }
    let code = came_back(&authorize(&mut bench, &[("client_id", "orchest-confidential")])).text("code").to_owned();
    let mut body = with_code(&code);
    body["client_id"] = json!("orchest-confidential");
    body["client_secret"] = json!("sand-secret");
    assert_eq!(exchange(&mut bench, &body).0, 200);
}

#[test]
fn a_proof_is_needed_and_the_address_is_the_registered_one_to_the_letter() {
    let mut bench = Bench::new();
    for redirect in
        ["http://127.0.0.1:3000/callback", "http://localhost:3001/callback", "http://localhost:3000/callback/"]
    {
        let reply = authorize(&mut bench, &[("redirect_uri", redirect)]);
        assert_eq!((reply.status, reply.header("Location")), (400, None), "{redirect}");
    }
    for (changed, error) in [
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("scope", "read,write"), "invalid_scope"),
        (("response_type", "token"), "unsupported_response_type"),
    ] {
        let fields = came_back(&authorize(&mut bench, &[changed]));
        assert_eq!((fields.text("error"), fields.text("state")), (error, "s t"), "{changed:?}");
    }
    bench.switch("trello.deny");
    assert_eq!(came_back(&authorize(&mut bench, &[])).text("error"), "access_denied");
    bench.switch("trello.redirect=http://localhost:9/cb");
    assert_eq!(authorize(&mut bench, &[]).status, 400);
    assert_eq!(authorize(&mut bench, &[("redirect_uri", "http://localhost:9/cb")]).status, 302);
}
