//! Resources, what is done to machines, and logs.

use serde_json::{Value, json};

use super::{Bench, MACHINES, bench, create, message, status, wish};

fn resources(bench: &mut Bench, at: &str) -> Vec<Value> {
    bench.get("alice", &format!("{at}/resources?type=tosca.nodes.Compute"))["content"].as_array().unwrap().clone()
}

fn act(bench: &mut Bench, at: &str, id: &str, body: &Value) -> u16 {
    bench.by("alice", "POST", &format!("{at}/resources/{id}/actions"), Some(body)).status
}

#[test]
fn a_machine_carries_its_private_key_in_a_text() {
    let mut bench = bench();
    let at = create(&mut bench, "");
    let new = &resources(&mut bench, &at)[0];
    assert_eq!((&new["state"], &new["physicalId"], &new["metadata"]), (&json!("INITIAL"), &Value::Null, &Value::Null));
    bench.wait(10);
    let all = resources(&mut bench, &at);
    assert_eq!((all.len(), &all[1]["physicalId"], &all[1]["requiredBy"]), (2, &json!("1"), &json!([])));
    let text = all[0]["metadata"]["VirtualMachineInfo"].as_str().unwrap();
    let info: Value = serde_json::from_str(text).unwrap();
    let system = &info["vmProperties"][1];
    assert_eq!(system["state"], "configured");
    assert!(system["disk.0.os.credentials.private_key"].as_str().unwrap().starts_with("-----BEGIN RSA PRIVATE KEY"));
    let extra = bench.by("alice", "GET", &format!("{at}/extrainfo"), None);
    assert_eq!(
        (extra.header("Content-Type").unwrap(), extra.value().as_array().unwrap().len()),
        ("text/plain; charset=utf-8", 2)
    );
}

#[test]
fn resources_are_filtered_by_type_with_its_subtypes() {
    let mut bench = bench();
    let at = create(&mut bench, "");
    for (kind, count) in [
        ("tosca.nodes.Compute", 2),
        ("tosca.nodes.indigo.Compute", 2),
        ("tosca.nodes.Root", 2),
        ("tosca.nodes.BlockStorage", 0),
    ] {
        let page = bench.get("alice", &format!("{at}/resources?type={kind}"));
        assert_eq!((&page["page"]["totalElements"], &page["page"]["totalPages"]), (&json!(count), &json!(1)), "{kind}");
        let plain = bench.get("alice", &format!("{at}/resources/filter?type={kind}"));
        assert_eq!(plain.as_array().unwrap().len(), count, "{kind}");
    }
    assert_eq!(bench.by("alice", "GET", &format!("{at}/resources/filter?type="), None).status, 400);
    assert_eq!(bench.get("alice", &format!("{at}/resources?size=1"))["page"]["totalPages"], 2);
    let reply = bench.by("alice", "GET", &format!("{at}/resources/none"), None);
    let uuid = at.trim_start_matches("/deployments/");
    assert_eq!(
        (reply.status, message(&reply)),
        (404, format!("The resource <none> in deployment <{uuid}> doesn't exist"))
    );
}

#[test]
fn a_machine_stops_a_little_later_and_starts_again_with_the_next_update() {
    let mut bench = bench();
    let at = create(&mut bench, "");
    bench.wait(10);
    let id = resources(&mut bench, &at)[0]["uuid"].as_str().unwrap().to_owned();
    let (stop, start) = (json!({"type": "stop"}), json!({"type": "start"}));
    let state = |bench: &mut Bench| {
        let one = bench.get("alice", &format!("{at}/resources/{id}"));
        one["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(act(&mut bench, &at, &id, &start), 500, "it is started already");
    assert_eq!(act(&mut bench, &at, &id, &stop), 202);
    assert_eq!(state(&mut bench), "STARTED");
    bench.wait(5);
    assert_eq!(state(&mut bench), "STOPPING");
    bench.wait(5);
    assert_eq!(state(&mut bench), "STOPPED");
    assert_eq!(act(&mut bench, &at, &id, &start), 202);
    bench.wait(5);
    assert_eq!(state(&mut bench), "STARTING");
    bench.wait(5);
    assert_eq!(act(&mut bench, &at, &id, &stop), 202);
    bench.wait(10);
    bench.by("alice", "PUT", &at, Some(&wish("")));
    assert_eq!(state(&mut bench), "CONFIGURING");
    bench.wait(10);
    assert_eq!(state(&mut bench), "STARTED");
}

#[test]
fn actions_that_do_not_fit_are_refused_or_break_it() {
    let mut bench = bench();
    let at = create(&mut bench, "vm-stall");
    bench.wait(10);
    let id = resources(&mut bench, &at)[0]["uuid"].as_str().unwrap().to_owned();
    for (target, body, expected) in [
        (id.as_str(), json!({"type": "reboot"}), 500),
        (&id, json!({}), 500),
        ("none", json!({"type": "stop"}), 400),
        (&id, json!({"type": "stop"}), 202),
    ] {
        assert_eq!(act(&mut bench, &at, target, &body), expected, "{target} {body}");
    }
    bench.wait(9999);
    let one = bench.get("alice", &format!("{at}/resources/{id}"));
    assert_eq!(one["state"], "STOPPING");
    let notebook = json!({
        "template": include_str!("../../demo/notebook.yaml"),
        "parameters": {"contact_email": "a@b", "admin_password": "x"},
        "userGroup": "city",
    });
    let uuid = bench.by("alice", "POST", "/deployments", Some(&notebook)).value()["uuid"].as_str().unwrap().to_owned();
    bench.wait(10);
    let at = format!("/deployments/{uuid}");
    let list = bench.get("alice", &format!("{at}/resources/filter?type=tosca.nodes.BlockStorage"));
    assert_eq!(act(&mut bench, &at, list[0]["uuid"].as_str().unwrap(), &json!({"type": "stop"})), 500);
}

#[test]
fn a_node_group_grows_and_loses_the_one_that_was_named() {
    let mut bench = bench();
    let at = create(&mut bench, "");
    bench.wait(10);
    let mut more = wish("");
    more["parameters"] = json!({"num_vms": 4});
    bench.by("alice", "PUT", &at, Some(&more));
    bench.wait(10);
    let all = resources(&mut bench, &at);
    assert_eq!(all.len(), 4);
    let gone = all[1]["uuid"].as_str().unwrap();
    let removing =
        MACHINES.replace("count: { get_input: num_vms }", &format!("count: 3\n            removal_list: [{gone}]"));
    bench.by("alice", "PUT", &at, Some(&json!({"template": removing})));
    bench.wait(10);
    let left = resources(&mut bench, &at);
    assert_eq!(left.len(), 3);
    assert!(left.iter().all(|one| one["uuid"] != gone));
    assert_eq!(status(&mut bench, &at), "UPDATE_COMPLETE");
    assert_eq!(bench.data.indigo.deployments[0].parameters["num_vms"], 4, "parameters are merged");
}

#[test]
fn the_log_grows_and_an_empty_one_may_be_a_failure() {
    let mut bench = bench();
    let at = create(&mut bench, "");
    let log = |bench: &mut Bench| {
        let reply = bench.by("alice", "GET", &format!("{at}/log"), None);
        (reply.status, String::from_utf8(reply.body).unwrap())
    };
    assert_eq!(log(&mut bench).0, 500, "no provider was chosen yet");
    bench.wait(5);
    let early = log(&mut bench).1;
    bench.wait(3);
    let late = log(&mut bench).1;
    assert!(late.starts_with(&early) && late.len() > early.len(), "{early} {late}");
    bench.switch("log_fails=on");
    assert_eq!(log(&mut bench), (200, String::new()));
}
