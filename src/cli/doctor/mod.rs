//! `orchest doctor`: why it does not work. Everything that can be looked at without changing or asking anything, side by side,
//! each with the next command to type.

mod connectors;
mod crontab;
mod files;
mod finding;
mod logins;
mod network;
mod report;
mod runs;
mod settings;
mod surroundings;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::base::clock::LocalFuture;
use crate::base::text::shell_word;
use crate::connectors::ConnectorKind;

use super::context::{Backend, Context};
use super::error::{CliError, Exit};
use finding::{Finding, State};

pub(super) const HELP: &str = "Examples:\n  orchest doctor\n  orchest doctor keystone orion\n  \
    orchest doctor --report doctor.txt -o json\n\n\
    Each line is ok, warn or fail; under what is not ok stands the next command to type. It ends with 1 if something \
    failed, otherwise with 0. Nothing is changed and nothing is asked: a login is tried with what is at hand. No server \
    holds it up for longer than ten seconds.\n\n\
    TARGET is a server (keystone keypass orion perseo iotagent orchestrator paas im), a connector (github trello slack \
    g_drive), or a context, as with --context; left out, it is all that the settings name. What is on this machine is \
    looked at either way. With --quiet nothing is said of what is ok.";

/// How long one server may take in all.
const LIMIT: Duration = Duration::from_secs(10);

const BACKENDS: [Backend; 8] = [
    Backend::Keystone,
    Backend::Keypass,
    Backend::Orion,
    Backend::Perseo,
    Backend::IotAgent,
    Backend::Orchestrator,
    Backend::Paas,
    Backend::Im,
];

/// Every check there is. One more is one line here.
const CHECKS: [Look; 16] = [
    Look::Here(settings::files),
    Look::Here(settings::problems),
    Look::Here(surroundings::proxies),
    Look::Here(surroundings::certificates),
    Look::Here(surroundings::variables),
    Look::Here(surroundings::keyring),
    Look::Here(files::state),
    Look::Here(files::named),
    Look::Here(runs::locks),
    Look::Here(runs::unfinished),
    Look::Here(crontab::lines),
    Look::Server(network::names),
    Look::Server(network::connections),
    Look::Server(network::answers),
    Look::Server(logins::tokens),
    Look::Connector(connectors::tokens),
];

/// What comes of looking.
type Seen<'a> = LocalFuture<'a, Vec<Finding>>;

#[derive(Clone, Copy)]
enum Look {
    /// At this machine.
    Here(fn(&Context) -> Vec<Finding>),
    /// At a server. One that fails is the last of that server: the others would fail of the same.
    Server(for<'a> fn(&'a Context, Backend) -> Seen<'a>),
    Connector(for<'a> fn(&'a Context, ConnectorKind) -> Seen<'a>),
}

#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    /// Servers, connectors or a context to look at
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// Write what was found to a new file, without secrets, for somebody who helps
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

fn backend(word: &str) -> Option<Backend> {
    BACKENDS.into_iter().find(|backend| backend.name() == word)
}

impl DoctorArgs {
    /// The context that is named among the targets.
    pub(crate) fn context(&self) -> Option<&str> {
        let is_other = |word: &&String| backend(word).is_none() && word.parse::<ConnectorKind>().is_err();
        self.targets.iter().find(is_other).map(String::as_str)
    }
}

pub(crate) async fn run(context: &Context, args: &DoctorArgs) -> Result<()> {
    if context.printer.explain_columns(&finding::VIEW)? {
        return Ok(());
    }
    refuse_unknown(context, args)?;
    if let Some(path) = args.report.as_ref().filter(|path| path.exists()) {
        let message = format!("{} is there already, and is not written over", path.display());
        return Err(CliError::usage(message).next("name a file that does not exist yet").into());
    }
    let (servers, connectors) = chosen(context, args);
    let mut findings = Vec::new();
    for check in CHECKS {
        if let Look::Here(look) = check {
            findings.extend(look(context));
        }
    }
    findings.extend(servers.iter().filter_map(|backend| unnamed(context, *backend)));
    if servers.is_empty() && connectors.is_empty() {
        let (found, next) = if settings::can_be_read(context) {
            ("no server is known, so none was looked at", "orchest config set keystone.url https://HOST:5000")
        } else {
            ("no server was looked at, since the settings cannot be read", "orchest config edit")
        };
        findings.push(Finding::warn("settings", "", found).next(next));
    }
    let of_servers = servers.iter().map(|backend| server(context, *backend));
    let of_connectors = connectors.iter().map(|kind| connector(context, *kind));
    let (servers, connectors) = futures_util::future::join(
        futures_util::future::join_all(of_servers),
        futures_util::future::join_all(of_connectors),
    )
    .await;
    findings.extend(servers.into_iter().chain(connectors).flatten());
    finding::show(context, &findings)?;
    if let Some(path) = &args.report {
        report::write(context, path, &findings)?;
        context.printer.note(&format!("wrote {}, which holds no secrets; read it before you send it", path.display()));
    }
    if findings.iter().any(|finding| finding.state == State::Fail) {
        return Err(CliError::silent(Exit::Failed).into());
    }
    Ok(())
}

/// A word that is neither a server nor a connector has to be a context, and only one can be in use.
fn refuse_unknown(context: &Context, args: &DoctorArgs) -> Result<(), CliError> {
    let Some(word) = args.context() else { return Ok(()) };
    let shown = crate::base::text::safe(word).into_owned();
    let is_in_use = context.settings.context().is_some_and(|(name, _)| name == word);
    let others = args.targets.iter().filter(|other| *other != word && backend(other).is_none());
    let others: Vec<&String> = others.filter(|other| other.parse::<ConnectorKind>().is_err()).collect();
    if is_in_use && others.is_empty() {
        return Ok(());
    }
    if let Some((name, _)) = context.settings.context().filter(|(name, _)| *name != word) {
        let message = format!("'{shown}' and '{}' cannot both be the context", crate::base::text::safe(name));
        return Err(CliError::usage(message).next(format!("orchest doctor --context {}", shell_word(word))));
    }
    // Broken settings are told as what they are.
    if others.is_empty() && settings::is_broken(context, word) {
        return Ok(());
    }
    let message = match others.first() {
        Some(other) => format!("'{shown}' and '{}' cannot both be the context", crate::base::text::safe(other)),
        None => format!("there is no server, connector or context '{shown}'"),
    };
    let names = BACKENDS.map(Backend::name).join(", ");
    let kinds = ConnectorKind::ALL.map(ConnectorKind::name).join(", ");
    Err(CliError::usage(message).next(format!("servers: {names}; connectors: {kinds}; orchest config context list")))
}

/// Those that were named, or all that the settings know.
fn chosen(context: &Context, args: &DoctorArgs) -> (Vec<Backend>, Vec<ConnectorKind>) {
    let named: Vec<Backend> = args.targets.iter().filter_map(|word| backend(word)).collect();
    let kinds: Vec<ConnectorKind> = args.targets.iter().filter_map(|word| word.parse().ok()).collect();
    if !named.is_empty() || !kinds.is_empty() {
        return (named, kinds);
    }
    // A wrong address is among what is found, and no reason to look at nothing.
    let known = BACKENDS.into_iter().filter(|backend| context.knows(*backend).unwrap_or(true)).collect();
    let set_up = context.settings.connectors().unwrap_or_default();
    let kinds = ConnectorKind::ALL.into_iter().filter(|kind| set_up.contains(kind.name())).collect();
    (known, kinds)
}

/// A server that was named, and of which nobody says where it is.
fn unnamed(context: &Context, backend: Backend) -> Option<Finding> {
    let name = backend.name();
    match context.known_endpoint(backend) {
        Ok(Some(_)) => None,
        Ok(None) => {
            let found = Finding::fail("address", name, "nobody says where it is");
            Some(found.next(format!("orchest config set {name}.url URL")))
        }
        Err(error) => Some(Finding::of_error("address", name, &error)),
    }
}

/// One server, from its name to its login.
async fn server(context: &Context, backend: Backend) -> Vec<Finding> {
    if !matches!(context.known_endpoint(backend), Ok(Some(_))) {
        return Vec::new();
    }
    let findings = std::cell::RefCell::new(Vec::new());
    let all = async {
        for check in CHECKS {
            let Look::Server(look) = check else { continue };
            let seen = look(context, backend).await;
            let failed = seen.iter().any(|finding| finding.state == State::Fail);
            findings.borrow_mut().extend(seen);
            if failed {
                break;
            }
        }
    };
    within(context, backend.name(), all, &findings).await;
    findings.into_inner()
}

async fn connector(context: &Context, kind: ConnectorKind) -> Vec<Finding> {
    let findings = std::cell::RefCell::new(Vec::new());
    let all = async {
        for check in CHECKS {
            let Look::Connector(look) = check else { continue };
            let seen = look(context, kind).await;
            findings.borrow_mut().extend(seen);
        }
    };
    within(context, kind.name(), all, &findings).await;
    findings.into_inner()
}

/// Nobody waits for longer.
async fn within(
    context: &Context,
    name: &str,
    all: impl Future<Output = ()>,
    findings: &std::cell::RefCell<Vec<Finding>>,
) {
    tokio::select! {
        biased;
        () = all => {}
        () = context.clock.alarm(LIMIT) => {
            let found = Finding::fail("time", name, format!("no end within {} s", LIMIT.as_secs()));
            findings.borrow_mut().push(found.next("run it again; -vv shows which request it waits for"));
        }
    }
}
