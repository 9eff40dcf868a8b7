//! What the small city has at its PaaS orchestrators: two people, three templates, and three deployments at each of the
//! two. All of it comes by the way that everybody else's comes, some days ago.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::call::{Call, Reply};
use super::token::{ISSUER, SCOPES, mint};
use super::{Around, Data, indigo, v1};

const MACHINES: &str = include_str!("demo/machines.yaml");
const NOTEBOOK: &str = include_str!("demo/notebook.yaml");
const DOCKER: &str = include_str!("demo/docker.yaml");

/// The group that both of them are in.
pub(in crate::sandbox) const GROUP: &str = "city";

const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

/// One that is up, one whose deletion hangs, and one that failed: owner, days ago, how it ends, whether it is deleted.
const DEPLOYMENTS: [(&str, u64, &str, bool); 3] =
    [("bob", 5, "delete-stall", true), ("alice", 2, "", false), ("alice", 1, "fail", false)];

/// Fills both of them.
pub(in crate::sandbox) fn seed(data: &mut Data, now: Timestamp) {
    let mut seeder = Seeder { data, now };
    for name in ["alice", "bob"] {
        seeder.v1(30, name, "POST", "/users/", &Value::Null);
        let key = json!({"public_key": format!("ssh-ed25519 {KEY} {name}")});
        seeder.v1(30, name, "PATCH", "/users/me/ssh_keys", &key);
    }
    let templates: Vec<String> =
        [MACHINES, NOTEBOOK, DOCKER].map(|text| seeder.v1(20, "alice", "POST", "/templates/", &json!(text))).to_vec();
    for (name, days, outcome, is_deleted) in DEPLOYMENTS {
        let inputs = json!({"num_vms": 2, "sandbox_outcome": outcome});
        let body = json!({"template_id": templates.first(), "template_inputs": inputs, "user_group": GROUP});
        let id = seeder.v1(days, name, "POST", "/deployments/", &body);
        let body = json!({"template": MACHINES, "parameters": inputs, "userGroup": GROUP});
        let uuid = seeder.indigo(days, name, "POST", "/deployments", &body);
        if is_deleted {
            let target = format!("/deployments/{id}?force=false&unsecure=false");
            seeder.v1(days - 1, name, "DELETE", &target, &Value::Null);
            seeder.indigo(days - 1, name, "DELETE", &format!("/deployments/{uuid}"), &Value::Null);
        }
    }
    // What has become due since then, also where nothing will be done later on.
    seeder.v1(0, "alice", "GET", "/health/", &Value::Null);
    seeder.indigo(0, "alice", "GET", "/info", &Value::Null);
}

struct Seeder<'data> {
    data: &'data mut Data,
    now: Timestamp,
}

impl Seeder<'_> {
    fn v1(&mut self, days: u64, user: &str, method: &str, path: &str, body: &Value) -> String {
        let (now, call) = self.call(days, user, method, &format!("/api/v1{path}"), body);
        self.ask(now, |data, around| v1::answer(&mut data.v1, around, &call))
    }

    fn indigo(&mut self, days: u64, user: &str, method: &str, path: &str, body: &Value) -> String {
        let (now, call) = self.call(days, user, method, path, body);
        self.ask(now, |data, around| indigo::answer(&mut data.indigo, around, false, &call))
    }

    fn call(&self, days: u64, user: &str, method: &str, target: &str, body: &Value) -> (Timestamp, Call) {
        let now = self.now.checked_sub(Duration::from_hours(24 * days)).unwrap_or(self.now);
        let token = mint(now, user, &[GROUP], &SCOPES, Duration::from_mins(1), false);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let call = Call::new(method, target)
            .with_header("Authorization", &format!("Bearer {token}"))
            .with_header("Content-Type", "application/json")
            .with_body(body);
        (now, call)
    }

    /// The id in the answer, by the name that either dialect has for it.
    fn ask(&mut self, now: Timestamp, answer: impl FnOnce(&mut Data, &Around<'_>) -> Reply) -> String {
        let switches = super::Switches::default();
        let is_trusted = |issuer: &str| issuer == ISSUER;
        let (speed, url) = (Duration::from_mins(1), "");
        let around = Around { now, speed, strict: true, url, switches: &switches, is_trusted: &is_trusted };
        let body: Value = serde_json::from_slice(&answer(self.data, &around).body).unwrap_or_default();
        let id = body.get("id").or_else(|| body.get("uuid")).and_then(Value::as_str);
        id.unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::super::work::Status;
    use crate::sandbox::world::Backend;

    #[test]
    fn both_have_one_that_is_up_one_that_hangs_and_one_that_failed() {
        for (backend, base) in [(Backend::PaasV1, "/api/v1"), (Backend::PaasIndigo, "")] {
            let mut bench = Bench::seeded(backend);
            let list = match backend {
                Backend::PaasV1 => {
                    let id = bench.v1_template("virtual-machines");
                    bench.get("alice", &format!("{base}/deployments/?template_id={id}"))["data"].clone()
                }
                _ => {
                    let token = bench.token_of("root", &[], true);
                    bench.ask("GET", "/deployments", Some(&token), None).value()["content"].clone()
                }
            };
            let list = list.as_array().unwrap();
            let names: Vec<&str> =
                list.iter().map(|one| one.get("status_name").unwrap_or(&one["status"]).as_str().unwrap()).collect();
            let expected = [Status::CreateFailed, Status::CreateComplete, Status::DeleteInProgress].map(Status::name);
            assert_eq!(names, expected, "{}", backend.name());
            let outputs = list[1].get("template_outputs").unwrap_or(&list[1]["outputs"]);
            assert!(outputs["endpoint"].is_string(), "{outputs}");
        }
    }

    #[test]
    fn the_one_that_is_up_has_two_machines() {
        let mut bench = Bench::seeded(Backend::PaasIndigo);
        let list = bench.get("alice", "/deployments?createdBy=me&sort=status,asc");
        let uuid = list["content"][0]["uuid"].as_str().unwrap();
        let resources = bench.get("alice", &format!("/deployments/{uuid}/resources?type=tosca.nodes.Compute"));
        assert_eq!(resources["page"]["totalElements"], 2);
        assert_eq!(resources["content"][0]["state"], "STARTED");
    }
}
