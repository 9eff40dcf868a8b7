//! What a new deployment needs, and how it looks.

use serde_json::{Value, json};

use super::{MACHINES, bench, create, message, wish};
use crate::sandbox::call::Call;

#[test]
fn requests_that_are_not_right_are_refused() {
    let mut bench = bench();
    let with = |name: &str, value: Value| {
        let mut body = wish("");
        body[name] = value;
        body
    };
    let needs = MACHINES.replace("      default: small\n      required: no\n", "");
    let reads = needs.replace("Size of each machine", "Size\n      required: no").replace("num_vms }", "flavour }");
    let optional = needs.replace("Size of each machine", "Size\n      required: no");
    let table = [
        (with("template", Value::Null), 400, "template"),
        (with("callback", json!("ftp://x")), 400, "callback"),
        (with("callback", json!("https://x")), 201, ""),
        (with("timeoutMins", json!(0)), 400, "timeoutMins"),
        (with("maxProvidersRetry", json!(0)), 400, "maxProvidersRetry"),
        (with("keepLastAttempt", json!("false")), 201, ""),
        (with("keepLastAttempt", json!("perhaps")), 400, "keepLastAttempt"),
        (with("template", json!("a: [")), 400, "TOSCA"),
        (with("template", json!("a: 1")), 400, "TOSCA"),
        (with("template", json!(needs)), 400, "Input <flavour> is required and is not present"),
        (with("template", json!(reads)), 400, "Input <flavour>"),
        (with("template", json!(optional)), 201, ""),
        (with("colour", json!("red")), 201, ""),
    ];
    for (body, status, words) in table {
        let reply = bench.by("alice", "POST", "/deployments", Some(&body));
        assert_eq!(reply.status, status, "{words}: {}", reply.value());
        assert!(message(&reply).contains(words), "{words}: {}", reply.value());
    }
    let mut limits = with("timeoutMins", json!(10));
    limits["providerTimeoutMins"] = json!(20);
    let reply = bench.by("alice", "POST", "/deployments", Some(&limits));
    assert_eq!((reply.status, message(&reply)), (400, "ProviderTimeout must be <= Timeout".to_owned()));
    let token = bench.token_of("alice", &["city"], false);
    let call = Call::new("POST", "/deployments").with_header("Authorization", &format!("Bearer {token}"));
    assert_eq!(bench.call(&call).status, 400);
    let text = call.clone().with_header("Content-Type", "text/plain").with_body(wish("").to_string());
    assert_eq!(bench.call(&text).status, 415);
    let broken = call.with_header("Content-Type", "application/json").with_body("{");
    assert_eq!(bench.call(&broken).status, 400);
}

#[test]
fn what_has_no_value_is_left_out_and_what_was_put_in_never_comes_back() {
    let mut bench = bench();
    let at = create(&mut bench, "");
    let new = bench.get("alice", &at);
    let names: Vec<&String> = new.as_object().unwrap().keys().collect();
    let expected =
        ["uuid", "creationTime", "updateTime", "status", "outputs", "task", "userGroup", "createdBy", "links"];
    assert_eq!(names, expected);
    assert_eq!(
        (&new["outputs"], &new["task"], &new["creationTime"]),
        (&json!({}), &json!("NONE"), &json!("2027-01-15T08:00+0000"))
    );
    bench.wait(5);
    let half = bench.get("alice", &at);
    assert_eq!(
        (&half["task"], &half["status"], &half["updateTime"]),
        (&json!("DEPLOYER"), &json!("CREATE_IN_PROGRESS"), &new["updateTime"])
    );
    bench.wait(60);
    let end = bench.get("alice", &at);
    assert_eq!(
        (&end["task"], &end["status"], &end["updateTime"]),
        (&json!("NONE"), &json!("CREATE_COMPLETE"), &new["updateTime"])
    );
    assert!(end["outputs"]["endpoint"].is_string() && end["physicalId"].is_string());
    assert_eq!(end["cloudProviderEndpoint"]["deploymentType"], "OPENSTACK");
    assert_eq!(bench.by("bob", "GET", &format!("{at}/template"), None).body, MACHINES.as_bytes());
}

#[test]
fn links_lead_nowhere_unless_strict() {
    let mut bench = bench();
    let at = create(&mut bench, "");
    let href = |link: &Value| link["href"].as_str().unwrap().to_owned();
    assert_eq!(href(&bench.get("alice", &at)["links"][0]), format!("http://internal:8080{at}"));
    assert!(href(&bench.get("alice", "/deployments")["links"][0]).starts_with("http://internal:8080/deployments"));
    let mut strict = bench.strict();
    assert_eq!(href(&strict.get("alice", &at)["links"][0]), format!("{}{at}", super::super::super::testing::URL));
}
