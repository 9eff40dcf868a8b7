//! The orchestrators and their issuer in a running sandbox: tokens, switches, and what the control port does about them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::sandbox::{Backend, Sandbox, SandboxOptions, Seed, ask};

/// Status and body, by a connection of its own.
fn get(url: &str, path: &str, token: &str) -> (u16, Value) {
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    let head =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap_or_default())
}

fn sandbox() -> Sandbox {
    Sandbox::start(SandboxOptions { seed: Seed::Demo, ..SandboxOptions::default() }).unwrap()
}

#[test]
fn tokens_come_from_the_handle_and_from_the_control_port() {
    let sandbox = sandbox();
    let own = sandbox.paas_token("alice", &["city"], &["openid", "profile"], Duration::from_mins(1), false);
    let wish = r#"{"user": "root", "admin": true}"#;
    let (status, admin) = ask(sandbox.control_port(), "POST", "token", wish).unwrap();
    assert_eq!(status, 200);
    for (token, count) in [(&own, 2), (&admin, 3)] {
        let (status, list) = get(&sandbox.url(Backend::PaasIndigo), "/deployments", token);
        assert_eq!((status, list["page"]["totalElements"].as_u64()), (200, Some(count)));
    }
    let old = sandbox.paas_token("alice", &[], &["openid"], Duration::ZERO, false);
    assert_eq!(get(&sandbox.url(Backend::PaasV1), "/api/v1/users/", &old).0, 401);
    assert_eq!(ask(sandbox.control_port(), "POST", "token", "{}").unwrap().0, 400);
    let environment = sandbox.environment();
    let find =
        |name: &str| environment.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone()).unwrap();
    assert_eq!(find("ORCHEST_PAAS"), sandbox.url(Backend::PaasIndigo));
    let (status, list) = get(&find("ORCHEST_PAAS"), "/deployments?createdBy=me", &find("ORCHEST_PAAS_TOKEN"));
    assert_eq!((status, list["page"]["totalElements"].as_u64()), (200, Some(2)));
}

#[test]
fn switches_turn_while_it_runs_and_a_reset_turns_them_back() {
    let sandbox = sandbox();
    let opaque = |sandbox: &Sandbox| get(&sandbox.url(Backend::PaasV1), "/api/v1/users/", "opaque").0;
    assert_eq!(opaque(&sandbox), 200);
    sandbox.set_switch("opa=allow").unwrap();
    assert_eq!(opaque(&sandbox), 500);
    assert_eq!(ask(sandbox.control_port(), "POST", "switch", "opa=off").unwrap().0, 204);
    assert_eq!(opaque(&sandbox), 200);
    let (status, reason) = ask(sandbox.control_port(), "POST", "switch", "colour=red").unwrap();
    assert_eq!((status, reason.contains("there is no switch colour")), (400, true));
    sandbox.set_switch("release=2.3.0").unwrap();
    let (_, all) = ask(sandbox.control_port(), "GET", "switch", "").unwrap();
    assert_eq!(serde_json::from_str::<Value>(&all).unwrap()["release"], "2.3.0");
    sandbox.reset();
    assert_eq!(get(&sandbox.url(Backend::PaasIndigo), "/info", "").1["build"]["version"], json!("4.0.1"));
}

#[test]
fn nobody_at_a_device_is_no_reason_to_wait() {
    let sandbox = sandbox();
    let wish = r#"{"user_code": "NONE"}"#;
    let (status, reason) = ask(sandbox.control_port(), "POST", "approve", wish).unwrap();
    assert_eq!((status, reason.as_str()), (400, "no device waits with the code NONE"));
    let found = get(&sandbox.url(Backend::Issuer), "/.well-known/openid-configuration", "").1;
    assert_eq!(found["issuer"], format!("{}/", sandbox.url(Backend::Issuer)));
}
