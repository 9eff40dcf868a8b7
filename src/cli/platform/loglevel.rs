//! `orchest platform loglevel`: how much a server writes into its log.

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use crate::api::platform::{Administration, levels};
use crate::output::{Column, View};

use super::super::context::{Backend, Context};
use super::super::error::{CliError, Exit};
use super::super::present::Row;

pub(crate) const LEVEL: View = View {
    columns: &[
        Column { title: "SERVER", key: "server", wide: false },
        Column { title: "LEVEL", key: "level", wide: false },
    ],
    name: "level",
};

/// Keypass wants to know for whom, whatever it is asked.
const NOBODY: &str = "orchest";

#[derive(Subcommand, Debug)]
pub(crate) enum LoglevelVerb {
    /// Show the level
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest platform loglevel show\n  \
        orchest platform loglevel show --of keypass\n\n\
        Of the orchestrator one worker process answers, and tells its own."
    )]
    Show(OfArgs),
    /// Set the level
    #[command(after_help = "Examples:\n  orchest platform loglevel set DEBUG\n  \
        orchest platform loglevel set WARN --of keypass\n\n\
        LEVEL, in any case, is one of\n  \
        orchestrator  FATAL CRITICAL ERROR WARNING WARN INFO DEBUG\n  \
        keypass       ERROR WARN INFO DEBUG TRACE ALL\n  \
        orion         NONE FATAL ERROR WARN INFO DEBUG\n  \
        perseo        FATAL ERROR WARN WARNING INFO DEBUG\n\n\
        The orchestrator wants the token of a cloud administrator, and sets the level of the one worker process that \
        answers: the others keep theirs. No server keeps it over a restart.")]
    Set {
        /// The level, in any case
        level: String,
        #[command(flatten)]
        of: OfArgs,
    },
}

#[derive(Args, Debug)]
pub(crate) struct OfArgs {
    /// Whose
    #[arg(long, value_enum, value_name = "SERVER", default_value_t = Of::Orchestrator)]
    of: Of,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Of {
    Orchestrator,
    Keypass,
    Orion,
    Perseo,
}

impl Of {
    fn backend(self) -> Backend {
        match self {
            Self::Orchestrator => Backend::Orchestrator,
            Self::Keypass => Backend::Keypass,
            Self::Orion => Backend::Orion,
            Self::Perseo => Backend::Perseo,
        }
    }

    fn levels(self) -> &'static [&'static str] {
        match self {
            Self::Orchestrator => levels::ORCHESTRATOR,
            Self::Keypass => levels::KEYPASS,
            Self::Orion => levels::ORION,
            Self::Perseo => levels::PERSEO,
        }
    }
}

pub(super) async fn run(context: &Context, verb: &LoglevelVerb) -> Result<()> {
    match verb {
        LoglevelVerb::Show(OfArgs { of }) => {
            let level = administration(context, *of, false)?.log_level().await?;
            show(context, *of, &level)
        }
        LoglevelVerb::Set { level, of: OfArgs { of } } => set(context, *of, level).await,
    }
}

async fn set(context: &Context, of: Of, typed: &str) -> Result<()> {
    let (backend, known) = (of.backend(), of.levels());
    let level = levels::named(known, typed).ok_or_else(|| {
        let shown = crate::base::text::safe(typed);
        CliError::usage(format!("'{shown}' is no level of {}", backend.title())).next(known.join(", "))
    })?;
    let administration = administration(context, of, true)?;
    let what = format!("set the log level of {} to {level}", backend.title());
    if context.would(&what) {
        return Ok(());
    }
    context.confirm_if_protected_on(&what, backend)?;
    if let Err(words) = administration.set_log_level(level).await? {
        let error = CliError::new(Exit::Failed, format!("{} refused the level {level}: {words}", backend.title()));
        let next = "it wants a cloud administrator: --user cloud_admin --user-domain admin_domain --scope domain";
        return Err(if matches!(of, Of::Orchestrator) { error.next(next) } else { error }.into());
    }
    show(context, of, level)?;
    if matches!(of, Of::Orchestrator) {
        context.printer.note("one worker process of the orchestrator has this level now; the others keep theirs");
    }
    Ok(())
}

/// The orchestrator lets anybody read and wants a token for writing; the others ask nobody. A PEP has no word for either
/// request, so it refuses them whoever asks.
fn administration(context: &Context, of: Of, writes: bool) -> Result<Administration> {
    let backend = of.backend();
    if context.has_pep(backend)? {
        let (title, name) = (backend.title(), backend.name());
        let error = CliError::usage(format!("{title} stands behind a PEP, which lets nobody through to its log level"));
        let variable = format!("ORCHEST_{}_PEP=false", name.to_uppercase());
        let next = format!("ask it where no PEP stands: --{name} URL, with {variable} in the environment");
        return Err(error.next(next).into());
    }
    let needs_token = writes && backend == Backend::Orchestrator;
    let door = if needs_token { context.admin_door(backend)? } else { context.bare_door(backend)? };
    Ok(match of {
        Of::Orchestrator => Administration::of_orchestrator(door),
        Of::Keypass => {
            let service = context.service_name().unwrap_or_else(|| NOBODY.to_owned());
            Administration::of_keypass(door, &service)
        }
        Of::Orion | Of::Perseo => Administration::of(door),
    })
}

fn show(context: &Context, of: Of, level: &str) -> Result<()> {
    let members = [("server", json!(of.backend().name())), ("level", json!(level))];
    let row: Row = members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    Ok(context.printer.show(&LEVEL, row)?)
}
