//! The Infrastructure Manager, which makes the machines of a deployment: asked where the orchestrator lacks a function.
//!
//! It numbers the machines of an infrastructure, does what it is asked before it answers, and has one log for all of them.

pub(crate) mod header;
pub(crate) mod machine;

use std::time::Duration;

use serde_json::{Map, Value};

use super::door::Door;
use crate::http::{Error, Method, Request, Response};

pub(crate) use machine::{Machine, VmState};

/// It asks the cloud first.
const LONG: Duration = Duration::from_mins(5);

/// What can be done with a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Start,
    Stop,
    Reboot,
}

impl Op {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Reboot => "reboot",
        }
    }
}

/// Part of what it says, with 403, of the outputs of what was made of its own language and not of TOSCA.
const NO_TEMPLATE: &str = "not valid in this infrastructure";

/// What an infrastructure has for outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outputs {
    /// Those of its template by their names; `null` is not known yet.
    Told(Map<String, Value>),
    /// It was not made of a template that could have some.
    NoTemplate,
}

/// One manager, with the user's token.
#[derive(Clone)]
pub(crate) struct Im {
    door: Door,
}

impl Im {
    pub(crate) fn new(door: Door) -> Self {
        Self { door }
    }

    /// The way to it, for requests of somebody's own.
    pub(crate) fn into_door(self) -> Door {
        self.door
    }

    /// The machines of an infrastructure by their numbers, each with its state; `None` when it has no such infrastructure.
    pub(crate) async fn states(&self, infrastructure: &str) -> Result<Option<Vec<(String, VmState)>>, Error> {
        let Some(response) = self.look(state(infrastructure)).await? else { return Ok(None) };
        let body = response.json()?;
        let Some(states) = body.pointer("/state/vm_states").and_then(Value::as_object) else {
            return Err(response.malformed("`state.vm_states` is missing"));
        };
        let mut all: Vec<(String, VmState)> = states
            .iter()
            .map(|(number, state)| (number.clone(), VmState::read(state.as_str().unwrap_or_default())))
            .collect();
        all.sort_by_key(|(number, _)| number.parse::<u64>().unwrap_or(u64::MAX));
        Ok(Some(all))
    }

    /// One machine; `None` when there is none of that number, or no such infrastructure.
    pub(crate) async fn machine(&self, infrastructure: &str, number: &str) -> Result<Option<Machine>, Error> {
        let Some(response) = self.look(vm(Method::Get, infrastructure, number)).await? else { return Ok(None) };
        let body = response.json()?;
        let radl = response.member(&body, "radl")?;
        machine::of_radl(radl).map(Some).ok_or_else(|| response.malformed("it describes no machine"))
    }

    /// Does it. `false`: there is no such machine. Starting and stopping twice does no harm; rebooting twice does.
    pub(crate) async fn act(&self, infrastructure: &str, number: &str, op: Op) -> Result<bool, Error> {
        Ok(self.look(act(infrastructure, number, op)).await?.is_some())
    }

    /// What was written while the machines were set up.
    pub(crate) async fn log(&self, infrastructure: &str) -> Result<Option<String>, Error> {
        let Some(response) = self.look(property(infrastructure, "contmsg")).await? else { return Ok(None) };
        let body = response.json()?;
        match response.member(&body, "contmsg")?.as_str() {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err(response.malformed("`contmsg` is no text")),
        }
    }

    /// The outputs of the template, which it works out when it is asked.
    pub(crate) async fn outputs(&self, infrastructure: &str) -> Result<Option<Outputs>, Error> {
        let response = match self.look(property(infrastructure, "outputs")).await {
            Ok(Some(response)) => response,
            Ok(None) => return Ok(None),
            Err(Error::Status(status)) if status.status == 403 && status.message.contains(NO_TEMPLATE) => {
                return Ok(Some(Outputs::NoTemplate));
            }
            Err(error) => return Err(error),
        };
        let body = response.json()?;
        match response.member(&body, "outputs")? {
            Value::Object(members) => Ok(Some(Outputs::Told(members.clone()))),
            _ => Err(response.malformed("`outputs` is no object")),
        }
    }

    /// Sends what has a 404 for an answer: `None`.
    async fn look(&self, request: Request) -> Result<Option<Response>, Error> {
        let response = self.door.send(&request.accept_status(404)).await?;
        Ok(Some(response).filter(|response| response.status != 404))
    }
}

fn one(method: Method, infrastructure: &str) -> Request {
    Request::new(method).path("infrastructures").segment(infrastructure).header("Accept", "application/json")
}

fn property(infrastructure: &str, property: &'static str) -> Request {
    one(Method::Get, infrastructure).path(property).patience(LONG)
}

fn state(infrastructure: &str) -> Request {
    property(infrastructure, "state")
}

fn vm(method: Method, infrastructure: &str, number: &str) -> Request {
    one(method, infrastructure).path("vms").segment(number).patience(LONG)
}

fn act(infrastructure: &str, number: &str, op: Op) -> Request {
    let mut request = vm(Method::Put, infrastructure, number).path(op.name());
    request.repeatable = op != Op::Reboot;
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reboot_is_sent_once() {
        for (op, repeatable) in [(Op::Start, true), (Op::Stop, true), (Op::Reboot, false)] {
            let request = act("i/1", "0", op);
            assert_eq!((request.repeatable, request.method), (repeatable, Method::Put), "{op:?}");
            assert_eq!(request.template(), format!("/infrastructures/{{}}/vms/{{}}/{}", op.name()));
        }
    }
}
