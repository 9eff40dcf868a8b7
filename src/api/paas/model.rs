//! What both dialects tell, under one set of names. Everything that a server sends beyond that is kept as it came.

use jiff::Timestamp;
use jiff::fmt::strtime::BrokenDownTime;
use serde_json::{Map, Value};

use super::status::{self, NodeState, Status};

/// What a server sent, less the members that were understood.
pub(crate) type Rest = Map<String, Value>;

/// One deployment.
#[derive(Clone, Debug)]
pub(crate) struct Deployment {
    pub(crate) id: String,
    pub(crate) status: Status,
    pub(crate) task: Option<String>,
    pub(crate) reason: Option<String>,
    /// Empty until it is complete; absent where the server tells none at all.
    pub(crate) outputs: Option<Map<String, Value>>,
    pub(crate) created_at: Option<Time>,
    pub(crate) updated_at: Option<Time>,
    /// `SUBJECT@ISSUER`, or the id of a user.
    pub(crate) created_by: Option<String>,
    /// Ids of users; only one dialect has them.
    pub(crate) owners: Vec<String>,
    pub(crate) group: Option<String>,
    pub(crate) provider: Option<String>,
    pub(crate) region: Option<String>,
    /// Id of the infrastructure at the Infrastructure Manager, where that is told.
    pub(crate) infrastructure: Option<String>,
    /// The stored template, where templates are stored.
    pub(crate) template: Option<String>,
    pub(crate) rest: Rest,
}

/// One node of a deployment.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) id: String,
    pub(crate) state: NodeState,
    pub(crate) name: Option<String>,
    /// Its type in the template.
    pub(crate) kind: Option<String>,
    /// Its number at the Infrastructure Manager.
    pub(crate) vm: Option<String>,
    pub(crate) created_at: Option<Time>,
    pub(crate) updated_at: Option<Time>,
    pub(crate) rest: Rest,
}

/// A moment as a server wrote it, and, if that could be read, as everybody writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Time {
    pub(crate) at: Option<Timestamp>,
    text: String,
}

impl Time {
    /// RFC 3339, or without seconds and with an offset that has no colon, or without any zone.
    pub(crate) fn read(text: &str) -> Self {
        let lenient = |form: &str| {
            let parsed = BrokenDownTime::parse(form, text).ok()?;
            parsed.to_timestamp().ok()
        };
        let at = text.parse().ok().or_else(|| lenient("%Y-%m-%dT%H:%M%z")).or_else(|| lenient("%Y-%m-%dT%H:%M:%S%z"));
        let at = at.or_else(|| format!("{text}Z").parse().ok());
        Self { at, text: text.to_owned() }
    }

    /// For people and programs.
    pub(crate) fn shown(&self) -> String {
        self.at.map_or_else(|| self.text.clone(), |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
    }
}

/// Takes members out of an object.
pub(super) struct Taker(pub(super) Map<String, Value>);

impl Taker {
    pub(super) fn of(value: Value) -> Result<Self, String> {
        match value {
            Value::Object(members) => Ok(Self(members)),
            _ => Err("it is no object".to_owned()),
        }
    }

    /// A text; a number is taken as its digits. `null` and empty are as good as absent.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        match self.0.shift_remove(key)? {
            Value::String(text) if !text.is_empty() => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    pub(super) fn needed(&mut self, key: &str) -> Result<String, String> {
        self.text(key).ok_or_else(|| format!("`{key}` is missing"))
    }

    pub(super) fn time(&mut self, key: &str) -> Option<Time> {
        self.text(key).map(|text| Time::read(&text))
    }

    pub(super) fn object(&mut self, key: &str) -> Option<Map<String, Value>> {
        match self.0.shift_remove(key)? {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    pub(super) fn texts(&mut self, key: &str) -> Vec<String> {
        let Some(Value::Array(all)) = self.0.shift_remove(key) else { return Vec::new() };
        all.into_iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
    }

    fn drop(&mut self, keys: &[&str]) {
        for key in keys {
            self.0.shift_remove(*key);
        }
    }
}

/// From the dialect with snakes.
pub(super) fn deployment_v1(value: Value) -> Result<Deployment, String> {
    let mut from = Taker::of(value)?;
    let id = from.needed("id")?;
    let (number, name) = (from.text("status"), from.text("status_name"));
    let status = name.or(number).ok_or("`status` is missing")?;
    let (number, name) = (from.text("task"), from.text("task_name"));
    let task = name.or_else(|| number.map(|text| text.parse().map_or(text, status::task)));
    // The links are made from whatever address the server takes for its own, and two of three lead nowhere.
    from.drop(&["links"]);
    Ok(Deployment {
        id,
        status: Status::read(&status),
        task,
        reason: from.text("status_reason"),
        outputs: from.object("template_outputs"),
        created_at: from.time("created_at"),
        updated_at: from.time("updated_at"),
        created_by: from.text("created_by"),
        owners: from.texts("owned_by"),
        group: from.text("user_group"),
        provider: from.text("target_provider_name"),
        region: from.text("target_region_name"),
        infrastructure: from.text("im_infrastructure_id"),
        template: from.text("template_id"),
        rest: from.0,
    })
}

/// From the dialect with camels.
pub(crate) fn deployment_indigo(value: Value) -> Result<Deployment, String> {
    let mut from = Taker::of(value)?;
    let id = from.needed("uuid")?;
    let status = from.needed("status")?;
    let by = Taker(from.object("createdBy").unwrap_or_default());
    let region = from.0.get("cloudProviderEndpoint").and_then(|endpoint| endpoint.get("region")).cloned();
    from.drop(&["links"]);
    Ok(Deployment {
        id,
        status: Status::read(&status),
        task: from.text("task"),
        reason: from.text("statusReason"),
        outputs: from.object("outputs"),
        created_at: from.time("creationTime"),
        updated_at: from.time("updateTime"),
        created_by: who(by),
        owners: Vec::new(),
        group: from.text("userGroup"),
        provider: from.text("cloudProviderName"),
        region: region.and_then(|region| region.as_str().map(str::to_owned)),
        infrastructure: from.text("physicalId"),
        template: None,
        rest: from.0,
    })
}

fn who(mut by: Taker) -> Option<String> {
    match (by.text("subject"), by.text("issuer")) {
        (Some(subject), Some(issuer)) => Some(format!("{subject}@{issuer}")),
        (subject, _) => subject,
    }
}

/// From the dialect with camels.
pub(super) fn resource_indigo(value: Value) -> Result<Resource, String> {
    let mut from = Taker::of(value)?;
    from.drop(&["links", "requiredBy"]);
    Ok(Resource {
        id: from.needed("uuid")?,
        state: NodeState::read(&from.needed("state")?),
        name: from.text("toscaNodeName"),
        kind: from.text("toscaNodeType"),
        vm: from.text("physicalId"),
        created_at: from.time("creationTime"),
        updated_at: from.time("updateTime"),
        rest: from.0,
    })
}

/// From the dialect with snakes, in the form that its schema announces.
pub(super) fn resource_v1(value: Value) -> Result<Resource, String> {
    let mut from = Taker::of(value)?;
    let (number, name) = (from.text("status"), from.text("status_name"));
    from.drop(&["links"]);
    Ok(Resource {
        id: from.needed("id")?,
        state: NodeState::read(&name.or(number).ok_or("`status` is missing")?),
        name: from.text("tosca_node_name"),
        kind: from.text("tosca_node_type"),
        vm: from.text("im_vm_idx"),
        created_at: from.time("created_at"),
        updated_at: from.time("updated_at"),
        rest: from.0,
    })
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
