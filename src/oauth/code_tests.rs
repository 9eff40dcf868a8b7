use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::super::testing::{Bench, bench, granted, run};
use super::*;

const REDIRECT: &str = "http://127.0.0.1:4711/callback";

fn asked_for(begun: &Begun, name: &str) -> Option<String> {
    begun.address.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

fn id_token(bench: &Bench, nonce: &str, audience: &str) -> String {
    let part = |text: String| URL_SAFE_NO_PAD.encode(text);
    let claims = json!({"iss": bench.issuer.name, "aud": audience, "nonce": nonce});
    format!("{}.{}.c2ln", part(r#"{"alg":"RS256"}"#.to_owned()), part(claims.to_string()))
}

#[test]
fn the_address_asks_for_everything_that_makes_the_answer_believable() {
    let bench = bench(&[]);
    let begun = begin(bench.at(), REDIRECT).unwrap();
    let other = begin(bench.at(), REDIRECT).unwrap();
    for (name, value) in [
        ("tenant", "1"),
        ("response_type", "code"),
        ("client_id", "orchest"),
        ("redirect_uri", REDIRECT),
        ("scope", "openid offline_access"),
        ("code_challenge_method", "S256"),
        ("prompt", "consent"),
    ] {
        assert_eq!(asked_for(&begun, name).as_deref(), Some(value), "{name}");
    }
    for name in ["state", "nonce", "code_challenge"] {
        let value = asked_for(&begun, name).unwrap();
        assert!(value.len() >= 22, "{name} has at least 128 bits: {value}");
        assert_ne!(asked_for(&other, name), Some(value));
    }
    assert!(!begun.address.as_str().contains(begun.verifier.as_ref().unwrap().secret().as_str()));
    let plain = Client { scopes: vec!["repo".to_owned()], ..bench.client.clone() };
    let begun = begin(At { client: &plain, ..bench.at() }, REDIRECT).unwrap();
    assert_eq!((asked_for(&begun, "prompt"), asked_for(&begun, "nonce")), (None, None));
}

use super::super::Client;

#[test]
fn only_a_query_with_our_state_and_one_code_or_one_error_counts() {
    let bench = bench(&[]);
    let begun = begin(bench.at(), REDIRECT).unwrap();
    let (judge, state) = (begun.judge(), begun.state.clone());
    for (query, verdict) in [
        (format!("code=c&state={state}"), Verdict::Done),
        (format!("error=access_denied&state={state}"), Verdict::Denied),
        (format!("state={state}"), Verdict::Foreign),
        (format!("code=c&error=e&state={state}"), Verdict::Foreign),
        (format!("code=c&code=d&state={state}"), Verdict::Foreign),
        (format!("code=c&state={state}&state={state}"), Verdict::Foreign),
        (format!("code=c&state={state}x"), Verdict::Foreign),
        (format!("code=c&state={}", &state[1..]), Verdict::Foreign),
        ("code=c&state=".to_owned(), Verdict::Foreign),
        ("code=c".to_owned(), Verdict::Foreign),
        (String::new(), Verdict::Foreign),
    ] {
        assert_eq!(judge(&query), verdict, "{query}");
    }
}

#[test]
fn a_pasted_address_has_to_be_the_whole_one_of_this_login() {
    let bench = bench(&[]);
    let begun = begin(bench.at(), REDIRECT).unwrap();
    let state = begun.state.clone();
    let good = format!(" {REDIRECT}?code=c&state={state}\n");
    assert_eq!(begun.pasted(&good).unwrap(), format!("code=c&state={state}"));
    for (bad, why) in [
        ("c".to_owned(), "no address"),
        (good.replace("4711", "4712"), "elsewhere"),
        (good.replace("callback", "other"), "elsewhere"),
        (good.replace("127.0.0.1", "evil.example"), "elsewhere"),
        (good.replace(&state, "x"), "another login"),
        (REDIRECT.to_owned(), "another login"),
    ] {
        let error = begun.pasted(&bad).unwrap_err().to_string();
        assert!(error.contains(why) && !error.contains(&state), "{bad}: {error}");
    }
}

#[test]
fn the_code_is_exchanged_once_with_its_proof() {
    let bench = bench(&[]);
    let begun = begin(bench.at(), REDIRECT).unwrap();
    let verifier = begun.verifier.as_ref().unwrap().secret().clone();
    let challenge = asked_for(&begun, "code_challenge").unwrap();
    assert_eq!(PkceCodeChallenge::from_code_verifier_sha256(begun.verifier.as_ref().unwrap()).as_str(), challenge);
    let mut answer = granted("canary-code-access", Some("canary-code-refresh"));
    answer["id_token"] = json!(id_token(&bench, &begun.nonce, "orchest"));
    bench.answer(200, &answer);
    let query = format!("code=canary-code&state={}&iss={}", begun.state, bench.url);
    let tokens = run(begun.finish(bench.at(), &query)).unwrap();
    assert_eq!(tokens.refresh.unwrap().expose(), "canary-code-refresh");
    assert_eq!(tokens.scopes, Some(vec!["openid".to_owned()]));
    let [asked] = bench.asked().try_into().unwrap();
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", "canary-code"),
        ("redirect_uri", REDIRECT),
        ("code_verifier", &verifier),
        ("client_id", "orchest"),
    ] {
        assert_eq!(asked.field(name), Some(value), "{name}");
    }
}

#[test]
fn a_lost_answer_to_a_code_is_not_asked_for_again() {
    let bench = bench(&[]);
    bench.answer_text(503, "busy");
    bench.answer(200, &granted("never", None));
    let begun = begin(bench.at(), REDIRECT).unwrap();
    run(begun.finish(bench.at(), "code=c")).unwrap_err();
    assert_eq!(bench.asked().len(), 1);
}

#[test]
fn an_identity_for_another_login_is_refused() {
    for (nonce, audience) in [("other", "orchest"), ("", "somebody")] {
        let bench = bench(&[]);
        let begun = begin(bench.at(), REDIRECT).unwrap();
        let nonce = if nonce.is_empty() { begun.nonce.clone() } else { nonce.to_owned() };
        let mut answer = granted("canary-other-login", None);
        answer["id_token"] = json!(id_token(&bench, &nonce, audience));
        bench.answer(200, &answer);
        let error = run(begun.finish(bench.at(), "code=c")).unwrap_err().to_string();
        assert!(error.contains("identity token is for another login"), "{error}");
    }
}

#[test]
fn a_missing_identity_is_missed_where_it_was_asked_for_and_granted() {
    for (asked, granted_scopes, is_missed) in [
        ("openid", Some("openid"), true),
        ("openid", None, true),
        ("openid", Some("offline_access"), false),
        ("offline_access", Some("offline_access"), false),
        ("offline_access", None, false),
    ] {
        let bench = bench(&[]);
        let client = Client { scopes: vec![asked.to_owned()], ..bench.client.clone() };
        let mut answer = granted("canary-without-identity", None);
        match granted_scopes {
            Some(scopes) => answer["scope"] = json!(scopes),
            None => drop(answer.as_object_mut().unwrap().remove("scope")),
        }
        bench.answer(200, &answer);
        let at = At { client: &client, ..bench.at() };
        let outcome = run(begin(at, REDIRECT).unwrap().finish(at, "code=c"));
        let said = outcome.map(drop).map_err(|error| error.to_string());
        assert_eq!(said.is_err(), is_missed, "{asked}, {granted_scopes:?}: {said:?}");
        assert!(said.is_ok() || said.unwrap_err().contains("gave no identity token"));
    }
}

#[test]
fn a_refusal_and_another_issuer_cost_no_request() {
    let bench = bench(&[]);
    let begun = begin(bench.at(), REDIRECT).unwrap();
    let error =
        run(begun.finish(bench.at(), "error=access_denied&error_description=no%1Bway")).unwrap_err().to_string();
    assert!(error.ends_with("was refused: no\\x1bway (access_denied)"), "{error}");
    let begun = begin(bench.at(), REDIRECT).unwrap();
    run(begun.finish(bench.at(), "code=c&iss=https://evil.example")).unwrap_err();
    assert!(bench.asked().is_empty());
}

#[test]
fn a_client_with_a_secret_proves_itself_as_the_issuer_likes_it() {
    let bench = bench(&[(200, granted("a-1", None)), (200, granted("a-2", None))]);
    let secret = Some(Secret::new("canary-client-secret"));
    let client = Client { secret, scopes: vec!["repo".to_owned()], ..bench.client.clone() };
    let at = At { client: &client, ..bench.at() };
    run(begin(at, REDIRECT).unwrap().finish(at, "code=c")).unwrap();
    let mut issuer = bench.issuer.clone();
    issuer.secret_in_form = true;
    let at = At { issuer: &issuer, ..at };
    run(begin(at, REDIRECT).unwrap().finish(at, "code=c")).unwrap();
    let [header, form] = bench.asked().try_into().unwrap();
    assert!(header.headers.to_lowercase().contains("authorization: basic") && header.field("client_secret").is_none());
    assert_eq!(form.field("client_secret"), Some("canary-client-secret"));
}
