use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::Value;

use super::super::testing::{bench, run};
use super::*;

/// Made for these tests; it opens nothing.
const KEY: &str = include_str!("test_key.pem");

fn signer(key: &str) -> Signer {
    Signer {
        name: "robot@project.example".to_owned(),
        key_id: Some("k1".to_owned()),
        key: Secret::new(key),
        subject: Some("boss@example.com".to_owned()),
        scope: "https://scope.example/a".to_owned(),
    }
}

fn asserted(bench: &super::super::testing::Bench, key: &str) -> Asserted {
    let url = Url::parse(&format!("{}/token", bench.url)).unwrap();
    Asserted::new(bench.http.clone(), signer(key), url, bench.clock.clone(), "look at the key".to_owned())
}

fn part(text: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

#[test]
fn an_assertion_says_who_for_whom_and_until_when_and_is_signed() {
    let bench = bench(&[(200, json!({"access_token": "ya29.asserted", "expires_in": 3599, "token_type": "Bearer"}))]);
    let access = run(asserted(&bench, KEY).access(None)).unwrap().unwrap();
    assert_eq!(
        (access.value.expose(), access.expires_at.to_string()),
        ("ya29.asserted", "2026-01-01T00:59:59Z".to_owned())
    );
    let asked = bench.asked();
    assert_eq!((asked[0].line.as_str(), asked[0].field("grant_type")), ("POST /token", Some(GRANT)));
    let assertion = asked[0].field("assertion").unwrap();
    let parts: Vec<&str> = assertion.split('.').collect();
    assert_eq!(part(parts[0]), json!({"alg": "RS256", "typ": "JWT", "kid": "k1"}));
    assert_eq!(
        part(parts[1]),
        json!({"iss": "robot@project.example", "scope": "https://scope.example/a", "aud": format!("{}/token", bench.url),
            "iat": 1_767_225_600, "exp": 1_767_229_200, "sub": "boss@example.com"})
    );
    let der = PrivatePkcs8KeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
    let pair = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let public: Vec<u8> = pair.public().as_ref().to_vec();
    let signature = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
    let text = format!("{}.{}", parts[0], parts[1]);
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).verify(text.as_bytes(), &signature).unwrap();
}

#[test]
fn a_refusal_is_a_login_that_failed() {
    let bench = bench(&[(400, json!({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}))]);
    let error = run(asserted(&bench, KEY).access(None)).unwrap_err();
    assert!(
        matches!(&error, Error::Login { message, hint } if message.contains("Invalid JWT Signature.")
        && message.contains("robot@") && hint == "look at the key"),
        "{error:?}"
    );
}

#[test]
fn what_is_no_key_is_not_quoted() {
    let bench = bench(&[]);
    for key in ["", "canary-no-key", "-----BEGIN PRIVATE KEY-----\nY2FuYXJ5\n-----END PRIVATE KEY-----\n"] {
        let error = run(asserted(&bench, key).access(None)).unwrap_err();
        assert!(matches!(error, Error::Setup(_)) && !error.to_string().contains("canary"), "{error}");
    }
    assert!(bench.asked().is_empty());
}
