use serde_json::json;

use super::super::testing::{bench, granted, run};
use super::*;
use crate::base::Secret;

fn details() -> Value {
    json!({"device_code": "canary-device-code", "user_code": "ABCD-EFGH", "verification_uri": "https://iam.example/device"})
}

fn refusal(code: &str) -> (u16, Value) {
    (400, json!({ "error": code }))
}

#[test]
fn what_an_issuer_leaves_out_is_filled_in() {
    let bench = bench(&[(200, details())]);
    let waiting = run(start(bench.at())).unwrap();
    assert_eq!((waiting.address(), waiting.code()), ("https://iam.example/device", "ABCD-EFGH"));
    assert_eq!((waiting.complete(), waiting.life()), (None, Duration::from_mins(10)));
    assert_eq!(waiting.details.interval(), Duration::from_secs(5));
    let asked = &bench.asked()[0];
    assert_eq!(asked.line, "POST /devicecode");
    assert_eq!((asked.field("client_id"), asked.field("scope")), (Some("orchest"), Some("openid offline_access")));

    let mut full = details();
    full["interval"] = json!(null);
    full["expires_in"] = json!(1_000_000_000);
    full["verification_uri_complete"] = json!("https://iam.example/device?user_code=ABCD-EFGH");
    bench.answer(200, &full);
    let waiting = run(start(bench.at())).unwrap();
    assert_eq!(waiting.life(), LONGEST);
    assert!(waiting.complete().unwrap().ends_with("user_code=ABCD-EFGH"));
    assert!(!format!("{waiting:?}").contains("canary-device-code"));
}

#[test]
fn nobody_is_asked_more_often_or_more_rarely_than_makes_sense() {
    for (said, seconds) in [
        (json!(0), 5),
        (json!(1), 1),
        (json!(60), 60),
        (json!(61), 60),
        (json!(1_000_000_000), 60),
        (json!(u64::MAX), 60),
        (json!(-1), 5),
        (json!(0.001), 5),
        (json!("3"), 5),
        (json!([]), 5),
    ] {
        let mut answer = details();
        answer["interval"] = said.clone();
        let bench = bench(&[(200, answer)]);
        let waiting = run(start(bench.at())).unwrap();
        assert_eq!(waiting.details.interval(), Duration::from_secs(seconds), "{said}");
    }
}

#[test]
fn an_address_that_no_browser_should_open_is_refused() {
    for (key, value) in
        [("verification_uri", "javascript:alert(1)"), ("verification_uri", "file:///etc/passwd"), ("user_code", "")]
    {
        let mut bad = details();
        bad[key] = json!(value);
        let bench = bench(&[(200, bad)]);
        let error = run(start(bench.at())).unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{key} {value}: {error}");
    }
}

#[test]
fn polling_goes_on_while_it_is_pending_and_slower_when_asked() {
    let bench = bench(&[
        (200, details()),
        refusal("authorization_pending"),
        refusal("slow_down"),
        refusal("authorization_pending"),
        (200, granted("canary-access", Some("canary-refresh"))),
    ]);
    let tokens = run(async {
        let waiting = start(bench.at()).await.unwrap();
        wait(bench.at(), &waiting).await.unwrap()
    });
    assert_eq!(
        (tokens.access.value, tokens.refresh),
        (Secret::new("canary-access"), Some(Secret::new("canary-refresh")))
    );
    assert_eq!(bench.clock.slept().iter().map(Duration::as_secs).collect::<Vec<_>>(), [5, 10, 10]);
    let last = bench.asked().pop().unwrap();
    assert_eq!(last.field("grant_type"), Some("urn:ietf:params:oauth:grant-type:device_code"));
    assert_eq!(last.field("device_code"), Some("canary-device-code"));
    assert!(
        !last.headers.to_lowercase().contains("authorization:"),
        "a client without a secret names itself in the form"
    );
}

#[test]
fn trouble_on_the_way_is_waited_out_and_what_cannot_be_mended_is_not() {
    let bench = bench(&[(200, details())]);
    bench.answer_text(503, "busy");
    bench.answer(200, &granted("canary-access-2", None));
    run(async {
        let waiting = start(bench.at()).await.unwrap();
        wait(bench.at(), &waiting).await.unwrap();
    });
    let bench = super::super::testing::bench(&[(200, details())]);
    bench.answer_text(404, "no such path");
    let error = run(async {
        let waiting = start(bench.at()).await.unwrap();
        wait(bench.at(), &waiting).await.unwrap_err()
    });
    assert_eq!(error.status(), Some(404));
    assert_eq!(bench.asked().len(), 2, "it is not asked again");
}

#[test]
fn every_end_without_a_token_is_named() {
    for (code, words) in [
        ("expired_token", "expired before it was typed"),
        ("access_denied", "was denied"),
        ("invalid_grant", "ends the login: invalid_grant"),
    ] {
        let bench = bench(&[(200, details()), refusal(code)]);
        let error = run(async {
            let waiting = start(bench.at()).await.unwrap();
            wait(bench.at(), &waiting).await.unwrap_err()
        });
        assert!(matches!(&error, Error::Login { message, .. } if message.contains(words)), "{code}: {error}");
    }
}

#[test]
fn a_refused_start_says_why() {
    let bench = bench(&[(400, json!({"error": "invalid_scope", "error_description": "no \u{1b}scope"}))]);
    let error = run(start(bench.at())).unwrap_err().to_string();
    assert!(error.ends_with("refuses to start a login: no \\x1bscope (invalid_scope)"), "{error}");
    bench.answer_text(404, "");
    let error = run(start(bench.at())).unwrap_err().to_string();
    assert!(error.contains("knows no client 'orchest'"), "{error}");
    let mut without = bench.issuer.clone();
    without.device = None;
    let at = At { issuer: &without, ..bench.at() };
    assert!(run(start(at)).unwrap_err().to_string().contains("has no login by device"));
}

#[test]
fn tokens_of_a_form_we_cannot_use_are_named_without_their_text() {
    for answer in [
        json!({"access_token": 12, "token_type": "canary-typed"}),
        json!({"access_token": "canary-mac", "token_type": "mac"}),
        json!({"token_type": "Bearer"}),
    ] {
        let bench = bench(&[(200, details()), (200, answer.clone())]);
        let error = run(async {
            let waiting = start(bench.at()).await.unwrap();
            wait(bench.at(), &waiting).await.unwrap_err()
        });
        assert!(matches!(error, Error::Malformed { .. }) && !error.to_string().contains("canary"), "{answer}: {error}");
    }
}
