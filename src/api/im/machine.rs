//! What is told of a machine: a list of its parts, in which one is the system and some are networks. Orchestrators pass the
//! same list on.

use std::net::IpAddr;

use serde_json::Value;

use crate::base::Secret;

/// What a machine is doing, in the manager's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum VmState {
    Pending,
    Running,
    Configured,
    Unconfigured,
    Stopped,
    Off,
    Failed,
    Deleting,
    /// `unknown`, or a word that nobody knew when this was written.
    Other(String),
}

impl VmState {
    pub(crate) fn read(text: &str) -> Self {
        match text {
            "pending" => Self::Pending,
            "running" => Self::Running,
            "configured" => Self::Configured,
            "unconfigured" => Self::Unconfigured,
            "stopped" => Self::Stopped,
            "off" => Self::Off,
            "failed" => Self::Failed,
            "deleting" => Self::Deleting,
            other => Self::Other(if other.is_empty() { "unknown" } else { other }.to_owned()),
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Configured => "configured",
            Self::Unconfigured => "unconfigured",
            Self::Stopped => "stopped",
            Self::Off => "off",
            Self::Failed => "failed",
            Self::Deleting => "deleting",
            Self::Other(word) => word,
        }
    }

    /// Whether it is on, set up or not.
    pub(crate) fn is_up(&self) -> bool {
        matches!(self, Self::Running | Self::Configured | Self::Unconfigured)
    }

    /// Whether it waits to be started.
    pub(crate) fn is_down(&self) -> bool {
        matches!(self, Self::Stopped | Self::Off)
    }
}

/// One machine, as far as people need it; the rest as it came.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    /// The name of its kind: several may have it.
    pub(crate) name: Option<String>,
    /// The one that can be reached from outside comes first.
    pub(crate) addresses: Vec<String>,
    pub(crate) user: Option<String>,
    pub(crate) private_key: Option<Secret>,
    pub(crate) parts: Value,
}

/// Reads the list; `None` where no system is in it.
pub(crate) fn of_radl(parts: &Value) -> Option<Machine> {
    let of_class = |class: &'static str| {
        let all = parts.as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(move |part| part.get("class").and_then(Value::as_str) == Some(class))
    };
    let system = of_class("system").next()?;
    let text = |key: &str| system.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let outside: Vec<&str> = of_class("network")
        .filter(|network| network.get("outbound").is_some_and(|on| on == "yes" || *on == Value::Bool(true)))
        .filter_map(|network| network.get("id")?.as_str())
        .collect();
    let mut addresses: Vec<(bool, String)> = Vec::new();
    for (key, value) in system.as_object()? {
        let number = key.strip_prefix("net_interface.").and_then(|rest| rest.strip_suffix(".ip"));
        if let (Some(number), Some(address)) = (number, value.as_str()) {
            let network = text(&format!("net_interface.{number}.connection"));
            let inside = !network.is_some_and(|network| outside.contains(&network)) || is_private(address);
            addresses.push((inside, address.to_owned()));
        }
    }
    addresses.sort_by_key(|(inside, _)| *inside);
    Some(Machine {
        name: text("id").map(str::to_owned),
        addresses: addresses.into_iter().map(|(_, address)| address).collect(),
        user: text("disk.0.os.credentials.username").map(str::to_owned),
        private_key: text("disk.0.os.credentials.private_key").map(Secret::new),
        parts: parts.clone(),
    })
}

/// The same as an orchestrator passes it on: as text, or as a list in an object.
pub(crate) fn of_metadata(information: &Value) -> Option<Machine> {
    let parsed = match information {
        Value::String(text) => serde_json::from_str(text).ok()?,
        other => other.clone(),
    };
    of_radl(parsed.get("vmProperties").unwrap_or(&parsed))
}

fn is_private(address: &str) -> bool {
    match address.parse() {
        Ok(IpAddr::V4(four)) => four.is_private() || four.is_loopback() || four.is_link_local(),
        Ok(IpAddr::V6(six)) => six.is_unique_local() || six.is_loopback() || six.is_unicast_link_local(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_address_that_can_be_reached_comes_first() {
        let parts = json!([
            {"class": "network", "id": "inner"},
            {"class": "network", "id": "outer", "outbound": "yes"},
            {"class": "system", "id": "front", "state": "configured",
                "net_interface.0.connection": "inner", "net_interface.0.ip": "10.0.0.4",
                "net_interface.1.connection": "outer", "net_interface.1.ip": "203.0.113.7",
                "disk.0.os.credentials.username": "cloudadm", "disk.0.os.credentials.private_key": "canary-key"},
        ]);
        let machine = of_radl(&parts).unwrap();
        assert_eq!(machine.addresses, ["203.0.113.7", "10.0.0.4"]);
        assert_eq!((machine.name.as_deref(), machine.user.as_deref()), (Some("front"), Some("cloudadm")));
        assert!(machine.private_key.unwrap().expose() == "canary-key");
        let passed_on = json!(json!({ "vmProperties": parts }).to_string());
        assert_eq!(of_metadata(&passed_on).unwrap().addresses.len(), 2);
    }

    #[test]
    fn what_describes_no_machine_is_none() {
        for nothing in [json!(null), json!([]), json!([{"class": "network"}]), json!("not json"), json!({"a": 1})] {
            assert!(of_metadata(&nothing).is_none(), "{nothing}");
        }
    }

    #[test]
    fn words_stay_what_they_were() {
        for word in ["pending", "running", "configured", "unconfigured", "stopped", "off", "failed", "deleting", "odd"]
        {
            let state = VmState::read(word);
            assert_eq!(state.name(), word);
            assert!(!(state.is_up() && state.is_down()));
        }
        assert_eq!(VmState::read("").name(), "unknown");
    }
}
