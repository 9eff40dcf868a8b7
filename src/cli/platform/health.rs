//! `orchest platform health`: the checks that the orchestrator makes when it starts, of all servers at once.

use anyhow::Result;
use serde_json::json;

use crate::api::platform::probe::{Answer, Probe};
use crate::output::{Column, View};

use super::super::context::{Backend, Context};
use super::super::error::{CliError, Exit};
use super::super::present::Row;
use super::{Examined, examine, patients};

pub(crate) const HEALTH: View = View {
    columns: &[
        Column { title: "SERVER", key: "server", wide: false },
        Column { title: "STATE", key: "state", wide: false },
        Column { title: "MS", key: "took_ms", wide: false },
        Column { title: "CHECK", key: "check", wide: true },
        Column { title: "ADDRESS", key: "address", wide: true },
        Column { title: "REASON", key: "reason", wide: false },
    ],
    name: "server",
};

pub(super) const HELP: &str = "Examples:\n  orchest platform health\n  \
    orchest platform health --exit-status -o jsonl\n\n\
    STATE is up, failing (it answers, but not as it should) or down. No token is sent and nothing is changed. \
    Keypass is asked for the policies of a subject that nobody has, which reads its database; what stands behind a \
    PEP is not reached without a token, so there the PEP's refusal counts as alive. With --exit-status it ends \
    with 1 if a server is not well, otherwise with 0 either way.";

pub(super) async fn run(context: &Context) -> Result<()> {
    let examined = examine(context, patients(context)?, probe).await;
    context.printer.list(&HEALTH, examined.iter().map(row).collect())?;
    let unwell = examined.iter().filter(|examined| !examined.is_well()).count();
    if unwell == 0 {
        return Ok(());
    }
    let message = format!("{unwell} of {} servers are not well", examined.len());
    if !context.globals.run.exit_status {
        context.printer.note(&message);
        return Ok(());
    }
    Err(CliError::new(Exit::Failed, message)
        .next("orchest config show --origin tells where the addresses are from")
        .into())
}

/// What is asked to see whether a server is well, here and by the doctor.
pub(in crate::cli) fn probe(backend: Backend) -> Probe {
    match backend {
        Backend::Keystone => Probe::keystone(),
        Backend::Keypass => Probe::keypass_health(),
        Backend::Orion => Probe::orion(),
        Backend::Perseo => Probe::perseo(),
        Backend::IotAgent => Probe::iot_agent(),
        Backend::Orchestrator => Probe::orchestrator(),
        Backend::Paas => Probe::paas(),
        Backend::Im => Probe::im(),
    }
}

fn row(examined: &Examined) -> Row {
    let state = match &examined.answer {
        Ok(Answer::Well(_) | Answer::Guarded(_)) => "up",
        Ok(Answer::Status(..) | Answer::Stranger) => "failing",
        Err(_) => "down",
    };
    // How long it took to give up says nothing about the server.
    let took = examined.answer.is_ok().then(|| u64::try_from(examined.took.as_millis()).unwrap_or(u64::MAX));
    let members = [
        ("server", json!(examined.patient.backend.name())),
        ("state", json!(state)),
        ("took_ms", json!(took)),
        ("check", json!(examined.probe.shown())),
        ("address", json!(examined.address())),
        ("reason", json!(examined.words())),
    ];
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
