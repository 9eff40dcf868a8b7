//! What the infrastructure manager tells about a virtual machine, its private key among it, and the log of what was done
//! to it.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::outputs::private_key;
use super::super::work::Status;
use super::data::{Deployment, Resource, State, short};

/// One machine.
pub(super) fn info(resource: &Resource, deployment: &Deployment, index: usize) -> Value {
    let (name, word) = (&resource.name, short(&deployment.uuid));
    let host = format!("192.0.2.{}", 10 + index % 200);
    let state = match resource.state {
        State::Initial | State::Creating => "pending",
        State::Configuring => "running",
        State::Stopped | State::Starting => "stopped",
        State::Deleting | State::Deleted => "deleting",
        State::Error => "failed",
        State::Started | State::Stopping => "configured",
    };
    json!({"vmProperties": [
        {"class": "network", "id": "pub_network", "outbound": "yes", "provider_id": "public_net"},
        {
            "class": "system",
            "id": name,
            "state": state,
            "instance_name": format!("{name}-{word}-{index}"),
            "instance_id": format!("vm-{word}-{index}"),
            "cpu.count": 2,
            "memory.size": 4_294_967_296_u64,
            "net_interface.0.ip": host,
            "disk.0.os.name": "linux",
            "disk.0.os.credentials.username": "cloudadm",
            "disk.0.os.credentials.private_key": private_key(&format!("{word}-{index}")),
        },
    ]})
}

/// All machines of a deployment.
pub(super) fn all(deployment: &Deployment) -> Value {
    let of = |resource: &Resource| Some(info(resource, deployment, resource.index?));
    Value::Array(deployment.resources.iter().filter_map(of).collect())
}

const STEPS: [&str; 10] = [
    "Select master VM",
    "Wait for the VM with the public IP",
    "VM 0 is running",
    "Wait for SSH on VM 0",
    "Configure master VM",
    "Copy the contextualization scripts",
    "TASK [Install ansible] ok: [vm0]",
    "TASK [Set the hostname] changed: [vm0]",
    "TASK [Run the role of the template] changed: [vm0]",
    "PLAY RECAP vm0: ok=12 changed=5 unreachable=0 failed=0",
];

/// Grows while the deployment is made.
pub(super) fn log(deployment: &Deployment, now: Timestamp, speed: Duration) -> String {
    let (count, end) = match deployment.work.status {
        Status::CreateInProgress => {
            let count = usize::try_from(deployment.work.part(now, speed, 10)).unwrap_or(STEPS.len());
            (count + 1, None)
        }
        Status::CreateFailed => (8, Some("TASK [Run the role of the template] fatal: [vm0]: FAILED!")),
        Status::UpdateInProgress => (STEPS.len(), Some("Reconfigure the infrastructure")),
        Status::UpdateFailed => (STEPS.len(), Some("TASK [Reconfigure] fatal: [vm0]: FAILED!")),
        Status::UpdateComplete => (STEPS.len(), Some("PLAY RECAP vm0: ok=3 changed=1 unreachable=0 failed=0")),
        _ => (STEPS.len(), None),
    };
    let lines: Vec<String> = STEPS.iter().take(count).copied().chain(end).map(|line| line.to_owned() + "\n").collect();
    lines.concat()
}
