//! From what happened to what it means for the person: kind, exit code, and what to type next. The one place that knows
//! exit codes.

mod membership;

use crate::api::keystone::NameError;
use crate::api::paas;
use crate::base::private;
use crate::config;
use crate::flows::{Failure, StepError};
use crate::http;
use crate::output::ErrorReport;
use crate::secrets;

/// What an exit code says, the same for every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Failed,
    /// Not offered by this server, or by this build; nothing was sent.
    Unsupported,
    Usage,
    NotFound,
    Login,
    Forbidden,
    Conflict,
    SomeFailed,
    /// Waited long enough; the work goes on elsewhere.
    Deadline,
    Changes,
    Temporary,
    Config,
    Interrupted,
    ClosedPipe,
    Terminated,
    /// Whatever a command that we ran ended with.
    Child(u8),
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Failed | Self::Unsupported => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Login => 4,
            Self::Forbidden => 5,
            Self::Conflict => 6,
            Self::SomeFailed => 7,
            Self::Deadline => 8,
            Self::Changes => 10,
            Self::Temporary => 75,
            Self::Config => 78,
            Self::Interrupted => 130,
            Self::ClosedPipe => 141,
            Self::Terminated => 143,
            Self::Child(code) => code,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Unsupported => "unsupported",
            Self::Usage => "usage",
            Self::NotFound => "not_found",
            Self::Login => "login",
            Self::Forbidden => "forbidden",
            Self::Conflict => "conflict",
            Self::SomeFailed => "some_failed",
            Self::Deadline => "deadline",
            Self::Changes => "changes_pending",
            Self::Temporary => "temporary",
            Self::Config => "config",
            Self::Interrupted => "interrupted",
            Self::ClosedPipe => "closed_pipe",
            Self::Terminated => "terminated",
            Self::Child(_) => "child",
        }
    }
}

/// An error that a command states itself.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct CliError {
    pub(crate) exit: Exit,
    pub(crate) message: String,
    pub(crate) causes: Vec<String>,
    /// A command to type, or what to do.
    pub(crate) next: Option<String>,
    /// Everything was said already; only the exit code is left.
    pub(crate) silent: bool,
}

impl CliError {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), causes: Vec::new(), next: None, silent: false }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(crate) fn next(self, next: impl Into<String>) -> Self {
        Self { next: Some(next.into()), ..self }
    }

    pub(crate) fn cause(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// A file of ours that was not read or written.
    pub(crate) fn of_file(error: &private::Error) -> Self {
        Self::new(Exit::Failed, error.to_string()).next(error.next())
    }

    /// Ends with this code and no further words.
    pub(crate) fn silent(exit: Exit) -> Self {
        Self { silent: true, ..Self::new(exit, String::new()) }
    }
}

/// What the edge needs to end the process.
pub(crate) struct Verdict {
    pub(crate) exit: Exit,
    pub(crate) silent: bool,
    pub(crate) report: ErrorReport,
}

/// Walks the chain of an error and takes the first typed one that it knows.
pub(crate) fn classify(error: &anyhow::Error) -> Verdict {
    let mut verdict = Verdict { exit: Exit::Failed, silent: false, report: plain(error.to_string()) };
    let mut chain: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
    chain.dedup();
    verdict.report.causes = chain;
    for cause in error.chain() {
        if let Some(own) = cause.downcast_ref::<CliError>() {
            verdict.exit = own.exit;
            verdict.silent = own.silent;
            verdict.report.causes.extend(own.causes.iter().cloned());
            verdict.report.next.clone_from(&own.next);
        } else if let Some(wire) = cause.downcast_ref::<http::Error>() {
            of_wire(&mut verdict, wire);
        } else if let Some(error) = cause.downcast_ref::<paas::Error>() {
            of_paas(&mut verdict, error);
        } else if let Some(lacking) = cause.downcast_ref::<paas::Unsupported>() {
            of_lacking(&mut verdict, lacking);
        } else if let Some(error) = cause.downcast_ref::<crate::connectors::Error>() {
            membership::explain(&mut verdict, error);
        } else if let Some(name) = cause.downcast_ref::<NameError>() {
            of_name(&mut verdict, name);
        } else if let Some(failure) = cause.downcast_ref::<Failure>() {
            of_failure(&mut verdict, failure);
        } else if let Some(settings) = cause.downcast_ref::<config::Error>() {
            verdict.exit = of_settings(settings);
            if matches!(settings, config::Error::UnknownContext { .. }) {
                verdict.report.next = Some("orchest config context list".to_owned());
            }
        } else if let Some(output) = cause.downcast_ref::<crate::output::Error>() {
            of_output(&mut verdict, output);
        } else if let Some(secret) = cause.downcast_ref::<secrets::Error>() {
            verdict.exit = if secret.is_store_trouble() { Exit::Login } else { Exit::Config };
            verdict.report.next = secret.next();
        } else if !of_other(&mut verdict, cause) {
            continue;
        }
        break;
    }
    verdict.report.code = verdict.exit.code();
    verdict.report.kind = verdict.exit.word();
    verdict.report.retryable = verdict.exit == Exit::Temporary;
    verdict
}

/// Errors of what not every build has.
#[cfg(feature = "ldap")]
fn of_other(verdict: &mut Verdict, cause: &(dyn std::error::Error + 'static)) -> bool {
    let Some(error) = cause.downcast_ref::<crate::api::ldap::Error>() else { return false };
    of_directory(verdict, error);
    true
}

#[cfg(not(feature = "ldap"))]
fn of_other(_: &mut Verdict, _: &(dyn std::error::Error + 'static)) -> bool {
    false
}

#[cfg(feature = "ldap")]
fn of_directory(verdict: &mut Verdict, error: &crate::api::ldap::Error) {
    use crate::api::ldap::Error;
    let (exit, next) = match error {
        Error::Setup(_) => (Exit::Config, None),
        Error::Unreachable { .. } => (
            Exit::Temporary,
            Some("check the address with `orchest config show --origin`, then run the same command again"),
        ),
        Error::Lost { .. } => (Exit::Temporary, Some("run the same command again; it looks first at what is there")),
        Error::Tls { .. } => (Exit::Failed, Some("give the server's CA with --cacert FILE, or set ldap.cacert")),
        Error::EmptyPassword { .. } => (Exit::Usage, None),
        Error::Login { .. } => {
            (Exit::Login, Some("check the password; `orchest config show --origin` tells ldap.admin and ldap.basedn"))
        }
        Error::NoPlace { .. } => (Exit::Failed, Some("check ldap.basedn with `orchest config show --origin`")),
        Error::Cut { .. } => {
            (Exit::Failed, Some("name fewer with a pattern, or have the directory's limit for this login raised"))
        }
        refused if refused.is_temporary() => (Exit::Temporary, Some("run the same command again")),
        refused if refused.is_forbidden() => {
            (Exit::Forbidden, Some("log in as the administrator of the directory: ldap.admin"))
        }
        refused if refused.wants_encryption() => (Exit::Failed, Some("use ldaps://, or set ldap.starttls")),
        Error::Refused { .. } | Error::Malformed { .. } => (Exit::Failed, None),
    };
    verdict.exit = exit;
    verdict.report.next = next.map(str::to_owned);
}

/// Whether nothing else that is asked of this server can do better.
pub(crate) fn is_gone(error: &anyhow::Error) -> bool {
    #[cfg(feature = "ldap")]
    if error.downcast_ref::<crate::api::ldap::Error>().is_some_and(crate::api::ldap::Error::is_of_connection) {
        return true;
    }
    matches!(error.downcast_ref::<http::Error>(), Some(http::Error::NotSent { .. }))
}

fn plain(message: String) -> ErrorReport {
    ErrorReport { message, ..ErrorReport::default() }
}

/// A wrong value or key that was typed with this command is a wrong argument, not a broken setting.
fn of_settings(error: &config::Error) -> Exit {
    match error {
        config::Error::Type { origin, .. } if matches!(**origin, config::Origin::Flag(_)) => Exit::Usage,
        config::Error::UnknownKey { origin: None, .. } => Exit::Usage,
        config::Error::Exists { .. } => Exit::Conflict,
        _ => Exit::Config,
    }
}

fn of_output(verdict: &mut Verdict, error: &crate::output::Error) {
    verdict.exit = match error {
        crate::output::Error::ClosedPipe => Exit::ClosedPipe,
        crate::output::Error::Interrupted => Exit::Interrupted,
        error if error.is_usage() => Exit::Usage,
        _ => Exit::Failed,
    };
    verdict.report.next = match error {
        crate::output::Error::UnknownColumn { .. } => {
            Some("the same line with --columns help tells what each of them is".to_owned())
        }
        crate::output::Error::NeedsTerminal { flag, .. } => Some(format!("the same line with {flag}")),
        _ => None,
    };
    verdict.silent = verdict.exit == Exit::ClosedPipe;
}

fn of_paas(verdict: &mut Verdict, error: &paas::Error) {
    match error {
        paas::Error::Wire(wire) => of_wire(verdict, wire),
        paas::Error::Unsupported(lacking) => of_lacking(verdict, lacking),
        paas::Error::Unregistered => {
            verdict.exit = Exit::NotFound;
            verdict.report.next = Some("orchest paas user add".to_owned());
        }
    }
}

fn of_lacking(verdict: &mut Verdict, lacking: &paas::Unsupported) {
    verdict.exit = Exit::Unsupported;
    verdict.report.next = Some(lacking.instead.to_owned());
}

/// The orchestrators of deployments mean different things by the same number; their words tell.
fn of_paas_status(status: &http::StatusError) -> Option<(Exit, &'static str)> {
    const LOGIN: (Exit, &str) = (Exit::Login, "orchest auth login paas, or orchest auth status to see what is in use");
    let says = |words: &[&str]| words.iter().any(|word| status.message.contains(word));
    Some(match status.status {
        401 | 403 if paas::cannot_reach_issuer(status) => {
            (Exit::Temporary, "the orchestrator cannot reach the issuer of the token; run the same command again later")
        }
        401 | 403 if says(&["Unauthorized to perform"]) => {
            (Exit::Forbidden, "whoever runs the orchestrator decides by its policies who may do this: ask there")
        }
        403 if says(&["Not authenticated", "Invalid authentication", "Could not verify", "expired"]) => LOGIN,
        403 if says(&["insufficient_scope", "scope"]) => {
            (Exit::Forbidden, "log in again with the scope offline_access: orchest auth login paas")
        }
        403 if says(&["Only the owner"]) => (Exit::Forbidden, "only whoever created the deployment may do this"),
        403 if says(&["group"]) => (
            Exit::Forbidden,
            "name a group of yours with --group; a new membership shows in a new token: orchest auth login paas",
        ),
        401 => LOGIN,
        403 => (Exit::Forbidden, "orchest auth whoami paas shows with which groups you are logged in"),
        // In the newer dialect nothing more is ever said of a crash.
        500 if says(&["Internal Server Error"]) => (
            Exit::Failed,
            "orchest paas health tells what is down there; where nothing is, it fails over this request: tell whoever runs it",
        ),
        422 if says(&["user_group", "does not belong to user group"]) => {
            (Exit::Failed, "name a group of yours with --group NAME; orchest auth whoami paas shows which you are in")
        }
        422 if says(&["valid public SSH key"]) => (Exit::Failed, "orchest paas ssh-key set --key-file FILE"),
        409 if status.retry_after.is_some() => (Exit::Temporary, "run the same command again"),
        409 => (Exit::Conflict, "orchest deployment show DEPLOYMENT tells its state"),
        _ => return None,
    })
}

/// The Infrastructure Manager says 400 of a login that it does not take, and 403 of what somebody else has made.
fn of_im_status(status: &http::StatusError) -> Option<(Exit, &'static str)> {
    const LOGIN: &str = "orchest auth login paas; or give it credentials of its own: im.auth_file";
    Some(match status.status {
        401 => (Exit::Login, LOGIN),
        400 if ["auth", "credentials"].iter().any(|word| status.message.contains(word)) => (Exit::Login, LOGIN),
        403 => (
            Exit::Forbidden,
            "only the login that made an infrastructure may use it; the orchestrator may have its own",
        ),
        409 => (Exit::Conflict, "run the same command again when it has done what it is doing"),
        _ => return None,
    })
}

fn of_wire(verdict: &mut Verdict, error: &http::Error) {
    if let http::Error::Status(status) = error
        && status.backend == "paas"
        && let Some((exit, next)) = of_paas_status(status)
    {
        verdict.exit = exit;
        verdict.report.status = Some(status.status);
        verdict.report.request_id.clone_from(&status.request_id);
        verdict.report.next = Some(next.to_owned());
        return;
    }
    if let http::Error::Status(status) = error
        && status.backend == "im"
        && let Some((exit, next)) = of_im_status(status)
    {
        verdict.exit = exit;
        verdict.report.status = Some(status.status);
        verdict.report.next = Some(next.to_owned());
        return;
    }
    let next = |text: &str| Some(text.to_owned());
    let report = &mut verdict.report;
    (verdict.exit, report.next) = match error {
        http::Error::Status(status) => {
            report.status = Some(status.status);
            report.request_id.clone_from(&status.request_id);
            match status.status {
                401 => (Exit::Login, next("orchest auth login, or orchest auth status to see what is in use")),
                403 if status.backend != "keystone" => (
                    Exit::Forbidden,
                    next(
                        "a role with a policy that permits it is needed at that very place; it takes up to two minutes until a new one counts",
                    ),
                ),
                403 => (
                    Exit::Forbidden,
                    next("log in with role admin at system or project scope (--scope), or ask for that role"),
                ),
                // What may be absent is asked for so that its 404 is an answer; this one is of the address.
                404 => (Exit::Failed, next("check the address with `orchest config show --origin`")),
                409 => (
                    Exit::Conflict,
                    next("somebody may be changing the same: run the same command again, which looks at what is there"),
                ),
                // The platform's password plug-in; the verbs about passwords word it themselves, flows show it as it comes.
                400 if status.message.starts_with("SPASSWORD") => {
                    (Exit::Failed, next("choose a password that is longer and in no dictionary"))
                }
                429 | 500 | 502 | 503 | 504 => (Exit::Temporary, next("run the same command again")),
                _ => (Exit::Failed, next("-vv shows what is sent, and what comes back")),
            }
        }
        http::Error::NotSent { .. } => (
            Exit::Temporary,
            next("check the address with `orchest config show --origin`, then run the same command again"),
        ),
        http::Error::MayHaveHappened { .. } => {
            (Exit::Temporary, next("run the same command again; it looks first at what is there"))
        }
        http::Error::Moved { .. } => (Exit::Temporary, next("run the same command again")),
        http::Error::Unsendable(_) => (Exit::Usage, None),
        http::Error::Setup(_) => (Exit::Config, None),
        http::Error::Stopped => (Exit::Interrupted, None),
        http::Error::Login { hint, .. } => (Exit::Login, Some(hint.clone()).filter(|hint| !hint.is_empty())),
        http::Error::Tls { .. } => (Exit::Failed, next("give the server's CA with --cacert FILE")),
        http::Error::Redirect { .. } => (Exit::Failed, next("set the address that the server really has")),
        http::Error::Malformed { .. } => (
            Exit::Failed,
            next("check with `orchest config show --origin` that the address is that of the right server"),
        ),
    };
}

fn of_name(verdict: &mut Verdict, error: &NameError) {
    match error {
        NameError::Wire(wire) => of_wire(verdict, wire),
        NameError::NotFound { .. } => verdict.exit = Exit::NotFound,
        NameError::Ambiguous { name, candidates, .. } => {
            verdict.exit = Exit::Conflict;
            for candidate in candidates {
                let domain = candidate.domain_id.as_deref().unwrap_or("-");
                verdict.report.causes.push(format!("id:{}  {}  in domain id:{domain}", candidate.id, candidate.name));
            }
            verdict.report.next = Some(format!("name the service (-s NAME), or use id:… instead of '{name}'"));
        }
    }
}

/// How many of the steps that failed side by side are named.
const OTHERS_SHOWN: usize = 2;

fn of_failure(verdict: &mut Verdict, failure: &Failure) {
    match failure {
        Failure::Step { step, source, done, total, others } => {
            verdict.report.step = Some(step.clone());
            match source {
                StepError::Wire(wire) => of_wire(verdict, wire),
                StepError::Missing(_) => verdict.exit = Exit::Failed,
                StepError::Different(_) => verdict.exit = Exit::Conflict,
            }
            // Sixteen steps at once fail of the same cause; a screenful of it hides what to do next.
            verdict.report.causes.extend(others.iter().take(OTHERS_SHOWN).cloned());
            if let Some(more @ 1..) = others.len().checked_sub(OTHERS_SHOWN) {
                let steps = if more == 1 { "step" } else { "steps" };
                verdict.report.causes.push(format!("and {more} {steps} more that were on their way"));
            }
            if *total > 0 && verdict.exit == Exit::Temporary {
                verdict.report.causes.push(format!("{done} of {total} steps are done and stay"));
                verdict.report.next = Some("run the same command again; it continues".to_owned());
            } else if *done > 0 && verdict.report.next.is_none() {
                let next =
                    "mend the cause and run the same command again, which goes on; --rollback takes a creation back";
                verdict.report.next = Some(next.to_owned());
            }
        }
        Failure::Conflict { differences } => {
            verdict.exit = Exit::Conflict;
            verdict.report.causes.extend(differences.iter().map(ToString::to_string));
        }
        Failure::Interrupted { .. } => {
            verdict.exit = Exit::Interrupted;
            verdict.report.next = Some("run the same command again; it continues".to_owned());
        }
        Failure::Strangers(_) | Failure::Elsewhere(_) | Failure::Begun(_) => verdict.exit = Exit::Conflict,
        Failure::NoRoot(_) => {
            verdict.exit = Exit::NotFound;
            verdict.report.next = Some("orchest service list".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_orchestrator(status: u16, message: &str) -> Verdict {
        let error = http::Error::Status(Box::new(http::StatusError {
            backend: "paas",
            method: "POST",
            url: "http://h/".to_owned(),
            status,
            answered: status,
            message: message.to_owned(),
            body: String::new(),
            request_id: None,
            attempts: 1,
            retry_after: None,
        }));
        classify(&paas::Error::from(error).into())
    }

    #[test]
    fn what_an_orchestrator_means_is_told_by_its_words() {
        for (status, words, exit, next) in [
            (422, "Current user does not belong to user group X", Exit::Failed, "orchest auth whoami paas"),
            (422, "body.user_group: Field required", Exit::Failed, "--group NAME"),
            (
                422,
                "Current user does not have a valid public SSH key",
                Exit::Failed,
                "orchest paas ssh-key set --key-file FILE",
            ),
            (422, "body.timeout: Input should be a valid integer", Exit::Failed, "-vv"),
            (401, "Could not verify JWT: No 'iss' claim in body", Exit::Temporary, "cannot reach the issuer"),
            (401, "Could not verify JWT: Signature has expired", Exit::Login, "orchest auth login paas"),
        ] {
            let verdict = of_orchestrator(status, words);
            let told = verdict.report.next.unwrap_or_default();
            assert!(verdict.exit == exit && told.contains(next), "{status} {words}: {told}");
        }
    }
}
