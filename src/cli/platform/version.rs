//! `orchest platform version`: the versions of all servers side by side.

use anyhow::Result;
use serde_json::json;

use crate::api::platform::probe::{Answer, Probe};
use crate::output::{Column, View};

use super::super::context::{Backend, Context};
use super::super::error::{CliError, Exit};
use super::super::present::Row;
use super::{Examined, examine, patients};

pub(crate) const VERSION: View = View {
    columns: &[
        Column { title: "SERVER", key: "server", wide: false },
        Column { title: "VERSION", key: "version", wide: false },
        Column { title: "STATE", key: "state", wide: false },
        Column { title: "ADDRESS", key: "address", wide: true },
        Column { title: "DETAIL", key: "detail", wide: false },
    ],
    name: "server",
};

pub(super) const HELP: &str = "Examples:\n  orchest platform version\n  \
    orchest platform version -o json\n\n\
    Keystone's is that of its interface. Behind a PEP no version is told without a token. It ends with 0 if all \
    servers answered, otherwise with 1, or with 75 if a second try may help.";

/// Keypass wants to know for whom, whatever it is asked.
const NOBODY: &str = "orchest";

pub(super) async fn run(context: &Context) -> Result<()> {
    let service = context.service_name().unwrap_or_else(|| NOBODY.to_owned());
    let examined = examine(context, patients(context)?, |backend| probe(backend, &service)).await;
    context.printer.list(&VERSION, examined.iter().map(row).collect())?;
    let unwell: Vec<&Examined> = examined.iter().filter(|examined| !examined.is_well()).collect();
    if unwell.is_empty() {
        return Ok(());
    }
    let exit = if unwell.iter().all(|examined| examined.is_temporary()) { Exit::Temporary } else { Exit::Failed };
    let message = format!("{} of {} servers told no version", unwell.len(), examined.len());
    Err(CliError::new(exit, message).next("orchest platform health; orchest config show --origin").into())
}

fn probe(backend: Backend, service: &str) -> Probe {
    match backend {
        Backend::Keystone => Probe::keystone(),
        Backend::Keypass => Probe::keypass_version(service),
        Backend::Orion => Probe::orion(),
        Backend::Perseo => Probe::perseo(),
        Backend::IotAgent => Probe::iot_agent(),
        Backend::Orchestrator => Probe::orchestrator(),
        Backend::Paas => Probe::paas(),
        Backend::Im => Probe::im(),
    }
}

fn row(examined: &Examined) -> Row {
    let (state, version) = match &examined.answer {
        Ok(Answer::Well(version)) => ("ok", version.clone()),
        Ok(Answer::Guarded(_)) => ("behind a PEP", None),
        Ok(Answer::Status(..) | Answer::Stranger) => ("wrong answer", None),
        Err(_) => ("unreachable", None),
    };
    let members = [
        ("server", json!(examined.patient.backend.name())),
        ("version", json!(version)),
        ("state", json!(state)),
        ("address", json!(examined.address())),
        ("detail", json!(examined.words())),
    ];
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
