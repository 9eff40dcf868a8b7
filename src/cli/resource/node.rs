//! A node of a deployment, whoever told of it, and which one is meant by a word.

use serde_json::{Map, Value, json};

use crate::api::im::{Machine, VmState, machine};
use crate::api::paas::nodes::COMPUTE;
use crate::api::paas::secrets::masked;
use crate::api::paas::{NodeState, Resource};
use crate::base::text::{safe, shell_word};
use crate::config;
use crate::output::{Column, View};

use super::super::error::{CliError, Exit};
use super::super::present::Row;

pub(crate) const NODE: View = View {
    columns: &[
        Column { title: "NAME", key: "name", wide: false },
        Column { title: "STATE", key: "state", wide: false },
        Column { title: "TYPE", key: "type", wide: false },
        Column { title: "VM", key: "vm", wide: false },
        Column { title: "ADDRESS", key: "address", wide: false },
        Column { title: "UPDATED", key: "updated_at", wide: true },
        Column { title: "ID", key: "id", wide: true },
    ],
    name: "name",
};

/// What it is doing, in the words of whoever told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    Node(NodeState),
    Vm(VmState),
}

impl State {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Node(state) => state.name(),
            Self::Vm(state) => state.name(),
        }
    }
}

/// One node.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// What the orchestrator calls it; a manager has no such thing.
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) kind: Option<String>,
    /// Its number at the manager.
    pub(super) vm: Option<String>,
    pub(super) state: State,
    pub(super) machine: Option<Machine>,
    rest: Map<String, Value>,
}

impl Node {
    pub(super) fn of_resource(resource: Resource) -> Self {
        let Resource { id, state, name, kind, vm, created_at, updated_at, rest: more } = resource;
        let mut rest = Map::new();
        rest.insert("created_at".to_owned(), json!(created_at.map(|time| time.shown())));
        rest.insert("updated_at".to_owned(), json!(updated_at.map(|time| time.shown())));
        let information = more.get("metadata").and_then(|metadata| metadata.get("VirtualMachineInfo"));
        let machine = information.and_then(machine::of_metadata);
        rest.extend(more);
        Self { id: Some(id), name, kind, vm, state: State::Node(state), machine, rest }
    }

    pub(super) fn of_machine(number: String, state: VmState, machine: Option<Machine>) -> Self {
        let mut rest = Map::new();
        if let Some(machine) = &machine {
            rest.insert("radl".to_owned(), machine.parts.clone());
        }
        let name = machine.as_ref().and_then(|machine| machine.name.clone());
        let kind = Some(COMPUTE.to_owned());
        Self { id: None, name, kind, vm: Some(number), state: State::Vm(state), machine, rest }
    }

    /// What to call it in a sentence: nobody else of the deployment has the same.
    pub(super) fn label(&self) -> &str {
        let number = self.vm.as_deref().filter(|_| self.id.is_none());
        self.id.as_deref().or(number).or(self.name.as_deref()).unwrap_or("?")
    }

    /// What people see of it. Secrets only where they are asked for.
    pub(super) fn row(&self, reveal: bool) -> Row {
        let mut row = Row::new();
        row.insert("name".to_owned(), json!(self.name));
        row.insert("state".to_owned(), json!(self.state.name()));
        row.insert("type".to_owned(), json!(self.kind));
        row.insert("vm".to_owned(), json!(self.vm));
        let addresses = self.machine.as_ref().map(|machine| machine.addresses.as_slice()).unwrap_or_default();
        row.insert("address".to_owned(), json!(addresses.first()));
        row.insert("addresses".to_owned(), json!(addresses));
        row.insert("id".to_owned(), json!(self.id));
        let rest = Value::Object(self.rest.clone());
        if let Value::Object(rest) = if reveal { rest } else { masked(&rest) } {
            row.extend(rest);
        }
        row
    }

    fn is(&self, text: &str) -> bool {
        self.id.as_deref().is_some_and(|id| id.eq_ignore_ascii_case(text))
            || self.name.as_deref() == Some(text)
            || self.vm.as_deref() == Some(text)
    }

    fn line(&self) -> String {
        let part = |text: &Option<String>| safe(text.as_deref().unwrap_or("-")).into_owned();
        format!("{}  {}  VM {}  {}", part(&self.name), self.state.name(), part(&self.vm), part(&self.id))
    }
}

/// The one that is meant: by its id, its name in the template, or its number.
pub(super) fn choose<'n>(nodes: &'n [Node], text: &str, deployment: &str) -> Result<&'n Node, CliError> {
    let found: Vec<&Node> = nodes.iter().filter(|node| node.is(text)).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let error = CliError::new(Exit::NotFound, format!("the deployment has no node '{}'", safe(text)));
            let names = nodes.iter().filter_map(|node| node.name.as_deref());
            Err(match config::nearest(text, names) {
                Some(near) => error.next(format!("did you mean {}?", shell_word(&near))),
                None => error.next(format!("orchest resource list {}", shell_word(deployment))),
            })
        }
        several => Err(several_of(several, &format!("{} nodes are called '{}'", several.len(), safe(text)))),
    }
}

/// The shortest word for each: its name, or its number where others have the same name.
pub(super) fn words(nodes: &[Node]) -> impl Iterator<Item = &str> {
    let is_alone = |name: &str| nodes.iter().filter(|node| node.is(name)).count() == 1;
    nodes.iter().filter_map(move |node| {
        let mut words = [&node.name, &node.vm, &node.id].into_iter().flatten();
        words.find(|word| is_alone(word)).map(String::as_str)
    })
}

/// More than one where one was wanted.
pub(super) fn several_of(nodes: &[&Node], message: &str) -> CliError {
    let error = CliError::new(Exit::Conflict, message);
    let error = nodes.iter().fold(error, |error, node| error.cause(node.line()));
    error.next("say which one, by its id or its VM number")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "11e7fc71-8e27-4c45-a7ae-0242ac110002";

    fn node(id: &str, name: &str, vm: &str) -> Node {
        Node {
            id: Some(id.to_owned()),
            name: Some(name.to_owned()),
            kind: None,
            vm: Some(vm.to_owned()),
            state: State::Node(NodeState::Started),
            machine: None,
            rest: Map::new(),
        }
    }

    #[test]
    fn a_node_is_named_in_three_ways_and_never_guessed() {
        let nodes = [node(ID, "front", "0"), node("b", "wn", "1"), node("c", "wn", "2")];
        for (text, label) in [(ID, ID), (&ID.to_uppercase(), ID), ("front", ID), ("2", "c")] {
            assert_eq!(choose(&nodes, text, "d").unwrap().label(), label, "{text}");
        }
        let error = choose(&nodes, "wn", "d").unwrap_err();
        assert_eq!((error.exit, error.causes.len()), (Exit::Conflict, 2));
        let error = choose(&nodes, "fron", "d").unwrap_err();
        assert_eq!((error.exit, error.next.as_deref()), (Exit::NotFound, Some("did you mean front?")));
    }

    #[test]
    fn keys_are_hidden_unless_asked_for() {
        let parts = json!([{"class": "system", "id": "front", "state": "running", "net_interface.0.ip": "10.0.0.1",
            "disk.0.os.credentials.password": "canary-password"}]);
        let node = Node::of_machine("0".to_owned(), VmState::Running, machine::of_radl(&parts));
        assert_eq!((node.label(), node.row(false)["address"].as_str()), ("0", Some("10.0.0.1")));
        assert!(!Value::Object(node.row(false)).to_string().contains("canary"));
        assert!(Value::Object(node.row(true)).to_string().contains("canary-password"));
    }
}
