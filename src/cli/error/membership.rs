//! Errors of the connectors.

use crate::connectors::{Error, ErrorKind};
use crate::http;

use super::{Exit, Verdict};

pub(super) fn explain(verdict: &mut Verdict, error: &Error) {
    verdict.exit = match (error.kind(), error.wire()) {
        (_, Some(http::Error::Stopped)) => Exit::Interrupted,
        (kind, _) => exit(kind),
    };
    let report = &mut verdict.report;
    report.causes.extend(error.causes().iter().cloned());
    report.next = error.way_out().map(str::to_owned);
    report.status = error.status();
    report.request_id = error.request_id().map(str::to_owned);
}

fn exit(kind: ErrorKind) -> Exit {
    match kind {
        ErrorKind::Usage => Exit::Usage,
        ErrorKind::Settings => Exit::Config,
        ErrorKind::Auth => Exit::Login,
        ErrorKind::Forbidden => Exit::Forbidden,
        ErrorKind::NotFound => Exit::NotFound,
        ErrorKind::Conflict | ErrorKind::Blocked => Exit::Conflict,
        ErrorKind::Unsupported => Exit::Unsupported,
        // Tomorrow is another day.
        ErrorKind::Quota | ErrorKind::Unavailable => Exit::Temporary,
        _ => Exit::Failed,
    }
}
