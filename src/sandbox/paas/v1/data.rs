//! The tables of v1 and how their rows look to a client.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::work::{Status, Work};

/// Everything that v1 keeps.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::sandbox) struct Data {
    pub(super) users: Vec<User>,
    pub(super) templates: Vec<Template>,
    pub(super) deployments: Vec<Deployment>,
    /// Tokens whose owner is known until they expire, whatever becomes of the issuer.
    #[serde(skip)]
    pub(super) seen: BTreeSet<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) sub: String,
    pub(super) issuer: String,
    pub(super) name: String,
    pub(super) username: String,
    pub(super) email: String,
    pub(super) public_ssh_key: Option<String>,
    pub(super) created_at: Timestamp,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Template {
    pub(super) id: String,
    pub(super) labels: Labels,
    /// JSON, pretty-printed.
    pub(super) content: String,
    pub(super) created_by: String,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

/// What of a template can be changed.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Labels {
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) target_provider_type: Option<String>,
    pub(super) tosca_definitions_version: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Deployment {
    pub(super) id: String,
    /// As they came with the request, and their defaults.
    pub(super) fields: Map<String, Value>,
    pub(super) user_group_issuer: String,
    pub(super) work: Work,
    pub(super) task: u32,
    pub(super) outputs: Option<Value>,
    pub(super) reason: Option<String>,
    pub(super) created_by: String,
    pub(super) created_at: Timestamp,
    pub(super) updated_by: String,
    pub(super) updated_at: Timestamp,
}

/// The names of the tasks, by their numbers.
pub(super) const TASKS: [&str; 6] = [
    "template_validation",
    "provider_filtering",
    "providers_ranking",
    "infrastructure_creation",
    "resources_generated",
    "resources_updating",
];

/// `2026-11-21T07:03:04.447+00:00`.
pub(super) fn time(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string()
}

impl User {
    pub(super) fn json(&self) -> Value {
        json!({
            "public_ssh_key": self.public_ssh_key,
            "refresh_token": null,
            "sub": self.sub,
            "name": self.name,
            "username": self.username,
            "email": self.email,
            "issuer": self.issuer,
            "created_at": time(self.created_at),
            "id": self.id,
        })
    }
}

impl Template {
    pub(super) fn json(&self) -> Value {
        json!({
            "name": self.labels.name,
            "version": self.labels.version,
            "target_provider_type": self.labels.target_provider_type,
            "tosca_definitions_version": self.labels.tosca_definitions_version,
            "content": self.content,
            "created_at": time(self.created_at),
            "id": self.id,
        })
    }

    pub(super) fn document(&self) -> Value {
        serde_json::from_str(&self.content).unwrap_or_default()
    }
}

impl Deployment {
    /// Who changed it last is not told: the creator stands there, by mistake.
    pub(super) fn json(&self, url: &str, strict: bool) -> Value {
        let at = format!("{url}/api/v1/deployments/{}", self.id);
        let task = usize::try_from(self.task).unwrap_or_default();
        // Known with the first output: until then no infrastructure is there.
        let infrastructure = (self.work.status != Status::CreateInProgress && self.outputs.is_some())
            .then(|| format!("im-{}", self.id.get(..8).unwrap_or_default()));
        let mut all = json!({
            "user_group_issuer": self.user_group_issuer,
            "status": self.work.status.number(),
            "template_outputs": self.outputs,
            "target_iaas_project": null,
            "im_infrastructure_id": infrastructure,
            "status_reason": self.reason,
            "task": self.task,
        });
        if let Some(map) = all.as_object_mut() {
            map.extend(self.fields.clone());
            map.extend([
                ("created_by".to_owned(), json!(self.created_by)),
                ("created_at".to_owned(), json!(time(self.created_at))),
                ("updated_by".to_owned(), json!(if strict { &self.updated_by } else { &self.created_by })),
                ("updated_at".to_owned(), json!(time(self.updated_at))),
                ("id".to_owned(), json!(self.id)),
                ("owned_by".to_owned(), json!([self.created_by])),
                ("status_name".to_owned(), json!(self.work.status.name())),
                ("task_name".to_owned(), json!(TASKS.get(task))),
                (
                    "links".to_owned(),
                    json!({"templates": format!("{at}/templates"), "resources": format!("{at}/resources"), "logs": format!("{at}/logs")}),
                ),
            ]);
        }
        all
    }

    pub(super) fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }
}
