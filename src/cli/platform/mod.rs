//! `orchest platform`: the servers themselves. Which versions they are, whether they are well, and how much they write
//! into their logs; and the users and groups of the directory beside them.

pub(crate) mod health;
mod ldap;
pub(crate) mod loglevel;
pub(crate) mod version;

use std::time::Duration;

use anyhow::Result;
use clap::Subcommand;

use crate::api::door::Door;
use crate::api::platform::probe::{Answer, Probe};
use crate::http;

use super::context::{Backend, Context};
use super::error::{CliError, Exit};

#[derive(Subcommand, Debug)]
pub(crate) enum PlatformVerb {
    /// Show the versions of all servers whose address is known
    #[command(after_help = version::HELP)]
    Version,
    /// Ask every server whose address is known whether it is well
    #[command(after_help = health::HELP)]
    Health,
    /// See and set how much a server writes into its log
    #[command(subcommand)]
    Loglevel(loglevel::LoglevelVerb),
    /// Manage the users and groups of the directory, an LDAP server, and check passwords
    #[command(subcommand)]
    Ldap(ldap::LdapVerb),
}

pub(crate) async fn run(context: &Context, verb: &PlatformVerb) -> Result<()> {
    match verb {
        PlatformVerb::Version => version::run(context).await,
        PlatformVerb::Health => health::run(context).await,
        PlatformVerb::Loglevel(verb) => loglevel::run(context, verb).await,
        PlatformVerb::Ldap(verb) => ldap::run(context, verb).await,
    }
}

/// In the order in which one depends on the other.
const SERVERS: [Backend; 6] =
    [Backend::Keystone, Backend::Keypass, Backend::Orion, Backend::Perseo, Backend::IotAgent, Backend::Orchestrator];

/// A server that is going to be asked something.
struct Patient {
    backend: Backend,
    door: Door,
    /// Whether a PEP stands before it.
    guarded: bool,
}

/// What it answered, and how long that took.
struct Examined {
    patient: Patient,
    probe: Probe,
    answer: Result<Answer, http::Error>,
    took: Duration,
}

/// The servers whose address is known; none is broken settings.
fn patients(context: &Context) -> Result<Vec<Patient>> {
    let mut patients = Vec::new();
    for backend in SERVERS {
        if context.knows(backend)? {
            let guarded = context.has_pep(backend)?;
            patients.push(Patient { backend, door: context.bare_door(backend)?, guarded });
        }
    }
    if patients.is_empty() {
        return Err(CliError::new(Exit::Config, "no server is known")
            .next("orchest config set keystone.url https://HOST:5000, or give --keystone URL, --orion URL and so on")
            .into());
    }
    Ok(patients)
}

/// Asks all of them at once.
async fn examine(context: &Context, patients: Vec<Patient>, probe: impl Fn(Backend) -> Probe) -> Vec<Examined> {
    let asked = patients.into_iter().map(|patient| {
        let probe = probe(patient.backend);
        async move {
            let started = context.clock.monotonic();
            let answer = probe.ask(&patient.door, patient.guarded).await;
            let took = context.clock.monotonic().saturating_sub(started);
            Examined { patient, probe, answer, took }
        }
    });
    futures_util::future::join_all(asked).await
}

impl Examined {
    /// Whether the server, or the PEP before it, answered as it should.
    fn is_well(&self) -> bool {
        matches!(self.answer, Ok(Answer::Well(_) | Answer::Guarded(_)))
    }

    /// Whether it may be well in a moment.
    fn is_temporary(&self) -> bool {
        match &self.answer {
            Ok(Answer::Status(status, _)) => matches!(status, 429 | 500 | 502 | 503 | 504),
            Ok(_) => false,
            Err(error) => error.is_temporary(),
        }
    }

    fn address(&self) -> String {
        self.patient.door.endpoint().url.as_str().trim_end_matches('/').to_owned()
    }

    /// What there is to say about the answer; nothing where it is as it should be.
    fn words(&self) -> Option<String> {
        match &self.answer {
            Ok(Answer::Well(_)) => None,
            Ok(Answer::Guarded(status)) => {
                Some(format!("a PEP answered {status}, as it does without a token; what is behind it was not asked"))
            }
            Ok(Answer::Status(status, words)) if words.is_empty() => Some(format!("answered {status}")),
            Ok(Answer::Status(status, words)) => Some(format!("answered {status}: {words}")),
            Ok(Answer::Stranger) => {
                Some(format!("answers, but not as {} does: is this its address?", self.patient.backend.title()))
            }
            Err(error) => Some(error.to_string()),
        }
    }
}
