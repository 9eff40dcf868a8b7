//! The operating system's own, as the library reaches it.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use keyring::{Entry, Error};

use super::{Backend, Failure};
use crate::base::Secret;

pub(super) struct System;

impl Backend for System {
    fn get(&self, service: &str, user: &str) -> Result<Option<Secret>, Failure> {
        match entry(service, user)?.get_password() {
            Ok(password) => Ok(Some(Secret::new(password))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(refused(&error)),
        }
    }

    fn put(&self, service: &str, user: &str, secret: &Secret) -> Result<(), Failure> {
        entry(service, user)?.set_password(secret.expose()).map_err(|error| refused(&error))
    }

    fn erase(&self, service: &str, user: &str) -> Result<bool, Failure> {
        match entry(service, user)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(refused(&error)),
        }
    }
}

fn entry(service: &str, user: &str) -> Result<Entry, Failure> {
    // Its status says why there is no store; the error of an entry says only that there is none.
    let status = Entry::store_status().as_ref();
    status.map_err(|error| absence(error).map_or_else(|| refused(error), Failure::Absent))?;
    Entry::new(service, user).map_err(|error| refused(&error))
}

fn refused(error: &Error) -> Failure {
    Failure::Refused(match error {
        Error::Ambiguous(entries) => format!("{} entries match", entries.len()),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "what it holds is not text".to_owned(),
        Error::NoStorageAccess(cause) => format!("it is locked or access was refused ({cause})"),
        Error::PlatformFailure(cause) => cause.to_string(),
        other => other.to_string(),
    })
}

/// What shows, where the store could not be reached, that there is none: no bus at the address, or none of its programs is a
/// keyring or could be started as one. A bus that is silent or refuses us shows nothing.
fn absence(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    const NO_SUCH: [&str; 3] = [
        "no secret service provider",
        "org.freedesktop.DBus.Error.ServiceUnknown",
        "org.freedesktop.DBus.Error.NameHasNoOwner",
    ];
    let shown = |cause: &(dyn std::error::Error + 'static)| {
        let text = cause.to_string();
        let shared = cause.downcast_ref::<Arc<io::Error>>().map(|error| &**error);
        let kind = cause.downcast_ref::<io::Error>().or(shared).map(io::Error::kind);
        if matches!(kind, Some(ErrorKind::NotFound | ErrorKind::ConnectionRefused)) {
            return Some(format!("there is no message bus where this session names one ({text})"));
        }
        let is_none = NO_SUCH.iter().any(|word| text.contains(word));
        is_none.then(|| format!("none is on the message bus of this session ({text})"))
    };
    // The innermost says it in the fewest words.
    std::iter::successors(Some(error), |error| error.source()).filter_map(shown).last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_is_told_from_what_is_locked_silent_or_refuses() {
        #[derive(Debug, thiserror::Error)]
        #[error("zbus error: {0}")]
        struct Outer(#[source] Inner);
        #[derive(Debug, thiserror::Error)]
        enum Inner {
            #[error("Failed to connect")]
            Shared(#[source] Arc<io::Error>),
            #[error("I/O error")]
            Io(#[source] io::Error),
            #[error("{0}")]
            Word(&'static str),
        }
        let shared = |kind: ErrorKind| Inner::Shared(Arc::new(kind.into()));
        for (inner, absent) in [
            (shared(ErrorKind::NotFound), true),
            (Inner::Io(ErrorKind::ConnectionRefused.into()), true),
            (Inner::Word("no secret service provider or dbus session found"), true),
            (Inner::Word("org.freedesktop.DBus.Error.ServiceUnknown: The name is not activatable"), true),
            (shared(ErrorKind::PermissionDenied), false),
            (Inner::Io(ErrorKind::TimedOut.into()), false),
            (Inner::Word("org.freedesktop.DBus.Error.NoReply: it is busy"), false),
            (Inner::Word("org.freedesktop.DBus.Error.Spawn.ChildExited: it was started and ended"), false),
            (Inner::Word("SS Error: object locked"), false),
        ] {
            let outer = Outer(inner);
            assert_eq!(absence(&outer).is_some(), absent, "{outer:?}");
        }
    }
}
