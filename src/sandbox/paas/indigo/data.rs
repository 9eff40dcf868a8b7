//! The tables of indigo and how their rows look to a client: what has no value is left out, times have no seconds, and
//! links lead to a host that only the server knows, unless `strict`.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::Around;
use super::super::work::{Status, Work};
use super::vm;

/// Everything that indigo keeps.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::sandbox) struct Data {
    pub(super) deployments: Vec<Deployment>,
    pub(super) schedules: Vec<super::schedules::Schedule>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Deployment {
    pub(super) uuid: String,
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) user_group: Option<String>,
    pub(super) callback: Option<String>,
    /// The text as it came.
    pub(super) template: String,
    pub(super) document: Value,
    /// Never given back.
    pub(super) parameters: Map<String, Value>,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) work: Work,
    /// A provider was found, and an infrastructure is there.
    pub(super) is_placed: bool,
    pub(super) reason: Option<String>,
    pub(super) outputs: Value,
    pub(super) resources: Vec<Resource>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Resource {
    pub(super) uuid: String,
    /// The index of a virtual machine.
    pub(super) index: Option<usize>,
    pub(super) state: State,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    /// What is being done to it: where to, and since when.
    pub(super) action: Option<(State, Timestamp)>,
}

/// The state of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum State {
    Initial,
    Creating,
    Configuring,
    Starting,
    Started,
    Stopping,
    Stopped,
    Deleting,
    Deleted,
    Error,
}

/// `2023-10-27T13:24+0000`: no seconds, and no colon.
pub(super) fn time(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M+0000").to_string()
}

/// The address in links.
pub(super) fn host<'a>(around: &Around<'a>) -> &'a str {
    if around.strict { around.url } else { "http://internal:8080" }
}

impl Deployment {
    /// By the nodes of its template.
    pub(super) fn kind(&self) -> &'static str {
        let types: Vec<&str> = nodes(&self.document).map(|(_, node)| kind_of(node)).collect();
        let has = |word: &str| types.iter().any(|kind| kind.contains(word));
        match () {
            () if has("Chronos") => "CHRONOS",
            () if has("Marathon") => "MARATHON",
            () if has("Qcg") => "QCG",
            () => "OPENSTACK",
        }
    }

    /// Whether it is made of virtual machines, which alone can be changed.
    pub(super) fn is_of_machines(&self) -> bool {
        self.kind() == "OPENSTACK"
    }

    /// One that never came to be has no provider.
    pub(super) fn json(&self, around: &Around<'_>) -> Value {
        let mut map = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                map.insert(name.to_owned(), value);
            }
        };
        put("uuid", Some(json!(self.uuid)));
        put("creationTime", Some(json!(time(self.created))));
        put("updateTime", Some(json!(time(self.updated))));
        put("physicalId", self.is_placed.then(|| json!(format!("im-{}", short(&self.uuid)))));
        put("status", Some(json!(self.work.status.name())));
        put("statusReason", self.reason.as_ref().map(|reason| json!(reason)));
        put("outputs", Some(self.outputs.clone()));
        put("task", Some(json!(self.task())));
        put("callback", self.callback.as_ref().map(|callback| json!(callback)));
        if around.switches.is_since([2, 6, 0]) {
            put("userGroup", self.user_group.as_ref().map(|group| json!(group)));
        }
        put("cloudProviderName", self.is_placed.then(|| json!("provider-RECAS-BARI")));
        put("cloudProviderEndpoint", self.is_placed.then(|| self.endpoint(around)));
        put("createdBy", Some(json!({"issuer": self.issuer, "subject": self.subject})));
        put("links", Some(self.links(around)));
        Value::Object(map)
    }

    fn task(&self) -> &'static str {
        if self.is_placed && self.work.status.is_moving() { "DEPLOYER" } else { "NONE" }
    }

    fn endpoint(&self, around: &Around<'_>) -> Value {
        let mut endpoint = json!({
            "cpEndpoint": "https://cloud.recas.ba.infn.it:5000/v3",
            "cpComputeServiceId": "4401ac5dc8cfbbb737b0a02575ee53f6",
            "deploymentType": self.kind(),
            "hybridCloudProviderEndpoints": {},
        });
        if around.switches.is_since([4, 0, 0])
            && let Some(map) = endpoint.as_object_mut()
        {
            map.insert("region".to_owned(), json!("RegionOne"));
        }
        endpoint
    }

    /// That to the resources became a template when they could be filtered.
    fn links(&self, around: &Around<'_>) -> Value {
        let at = format!("{}/deployments/{}", host(around), self.uuid);
        let filter = if around.switches.is_since([2, 8, 0]) { "?type={type}" } else { "" };
        json!([
            {"rel": "self", "href": at},
            {"rel": "resources", "href": format!("{at}/resources{filter}")},
            {"rel": "template", "href": format!("{at}/template")},
        ])
    }

    /// The state of all its resources at once.
    pub(super) fn set_states(&mut self, state: State, now: Timestamp, but: Option<State>) {
        for resource in self.resources.iter_mut().filter(|resource| Some(resource.state) != but) {
            (resource.state, resource.updated, resource.action) = (state, now, None);
        }
    }

    /// Begins something new.
    pub(super) fn go(&mut self, status: Status, now: Timestamp) {
        self.work.go(status, now);
        self.updated = now;
        self.reason = None;
    }
}

impl Resource {
    pub(super) fn json(&self, around: &Around<'_>, deployment: &Deployment) -> Value {
        let at = format!("{}/deployments/{}", host(around), deployment.uuid);
        let mut all = json!({
            "uuid": self.uuid,
            "creationTime": time(self.created),
            "updateTime": time(self.updated),
            "state": self.state,
            "toscaNodeType": self.kind,
            "toscaNodeName": self.name,
            "requiredBy": [],
            "links": [
                {"rel": "deployment", "href": at},
                {"rel": "self", "href": format!("{at}/resources/{}", self.uuid)},
            ],
        });
        let Some(map) = all.as_object_mut() else { return all };
        if let Some(index) = self.index.filter(|_| deployment.is_placed) {
            map.insert("physicalId".to_owned(), json!(index.to_string()));
            if around.switches.is_since([2, 8, 0]) {
                let info = vm::info(self, deployment, index).to_string();
                map.insert("metadata".to_owned(), json!({"VirtualMachineInfo": info}));
            }
        }
        all
    }

    /// Of this type, or of one derived from it.
    pub(super) fn is_a(&self, kind: &str) -> bool {
        self.kind == kind || kind == "tosca.nodes.Root" || (kind == COMPUTE && self.is_compute())
    }

    pub(super) fn is_compute(&self) -> bool {
        is_compute(&self.kind)
    }
}

const COMPUTE: &str = "tosca.nodes.Compute";

/// The types that are derived from it are called so too.
pub(super) fn is_compute(kind: &str) -> bool {
    kind == COMPUTE || kind.ends_with(".Compute")
}

/// The node templates of a document.
pub(super) fn nodes(document: &Value) -> impl Iterator<Item = (&String, &Value)> {
    document.pointer("/topology_template/node_templates").and_then(Value::as_object).into_iter().flatten()
}

pub(super) fn kind_of(node: &Value) -> &str {
    node.get("type").and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn short(uuid: &str) -> &str {
    uuid.get(..8).unwrap_or(uuid)
}
