//! The device flow.

use serde_json::{Value, json};

use super::Bench;
use crate::sandbox::members::decide;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn start(bench: &mut Bench, client: &str) -> (u16, Value) {
    let fields = [("client_id", client), ("scope", "admin:org")];
    let reply = bench.post("/login/device/code", &fields, "application/json");
    (reply.status, reply.value())
}

fn poll(bench: &mut Bench, code: &str) -> Value {
    let fields = [("client_id", "orchest"), ("device_code", code), ("grant_type", GRANT)];
    let reply = bench.post("/login/oauth/access_token", &fields, "application/json");
    assert_eq!(reply.status, 200, "also where it is an error");
    reply.value()
}

#[test]
fn a_device_waits_until_somebody_agrees() {
    let mut bench = Bench::new();
    let (_, started) = start(&mut bench, "orchest");
    assert_eq!((&started["expires_in"], &started["interval"]), (&json!(900), &json!(5)));
    assert_eq!(started["verification_uri"], "http://127.0.0.1:15010/login/device");
    let word = started["user_code"].as_str().unwrap();
    assert_eq!((word.len(), word.find('-')), (9, Some(4)), "{word}");
    let code = started["device_code"].as_str().unwrap();
    bench.wait(5);
    assert_eq!(poll(&mut bench, code)["error"], "authorization_pending");
    bench.wait(5);
    let done = poll(&mut bench, code);
    assert_eq!((&done["scope"], &done["token_type"]), (&json!("admin:org"), &json!("bearer")));
    assert_eq!(poll(&mut bench, code)["error"], "incorrect_device_code", "a code is good for once");
}

#[test]
fn whoever_asks_too_soon_waits_five_seconds_longer_each_time() {
    let mut bench = Bench::new();
    let (_, started) = start(&mut bench, "orchest");
    let code = started["device_code"].as_str().unwrap();
    for interval in [10, 15] {
        let slow = poll(&mut bench, code);
        assert_eq!((&slow["error"], &slow["interval"]), (&json!("slow_down"), &json!(interval)));
    }
    bench.wait(14);
    assert_eq!(poll(&mut bench, code)["interval"], 20);
    bench.wait(20);
    assert_eq!(poll(&mut bench, code)["error"], "authorization_pending");
    bench.switch("github.interval=0");
    let (_, started) = start(&mut bench, "orchest");
    assert_eq!(poll(&mut bench, started["device_code"].as_str().unwrap())["error"], "authorization_pending");
}

#[test]
fn what_ends_a_device_flow_is_told_by_name() {
    let mut bench = Bench::new();
    assert_eq!(start(&mut bench, "stranger"), (404, json!({"error": "Not Found"})));
    assert_eq!(poll(&mut bench, "nonsense")["error"], "incorrect_device_code");
    let code = |started: &Value| started["device_code"].as_str().unwrap().to_owned();
    let late = code(&start(&mut bench, "orchest").1);
    bench.wait(900);
    assert_eq!(poll(&mut bench, &late)["error"], "expired_token");
    let denied = code(&start(&mut bench, "orchest").1);
    bench.switch("github.deny").switch("github.approve_at_poll=1").wait(5);
    assert_eq!(poll(&mut bench, &denied)["error"], "access_denied");
    bench.switch("github.device=off");
    assert_eq!(start(&mut bench, "orchest").1["error"], "device_flow_disabled");
}

#[test]
fn the_control_port_decides_about_a_device() {
    let mut bench = Bench::new();
    bench.switch("github.approve_at_poll=0").switch("github.interval=0");
    for (deny, expected) in [(false, Value::Null), (true, json!("access_denied"))] {
        let (_, started) = start(&mut bench, "orchest");
        let code = started["device_code"].as_str().unwrap();
        assert_eq!([(); 3].map(|()| poll(&mut bench, code)["error"].clone())[2], "authorization_pending");
        let wish = json!({"user_code": started["user_code"], "user": "bea", "deny": deny}).to_string();
        assert!(decide(&mut bench.data, wish.as_bytes()));
        assert_eq!(poll(&mut bench, code)["error"], expected);
    }
    assert!(!decide(&mut bench.data, br#"{"user_code": "AAAA-BBBB"}"#));
}
