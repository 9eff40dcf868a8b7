//! What can go wrong with a connector, by what it means for whoever asked.

use crate::http;

/// What an error means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// What was asked for makes no sense there; nothing was sent.
    Usage,
    /// A setting is missing or wrong.
    Settings,
    /// Nobody is logged in, or the credentials are wrong, expired or revoked.
    Auth,
    /// The login may not do this, or may not see the place.
    Forbidden,
    /// There is no such person.
    NotFound,
    /// Something has to be decided first: the last owner, oneself, an access that comes from elsewhere.
    Conflict,
    /// The person has blocked the place, or was blocked.
    Blocked,
    /// The service, its plan or its mode has no way to do this.
    Unsupported,
    /// A limit that lasts for hours is used up; nobody else can be added either.
    Quota,
    /// Not now: too fast, overloaded, or out of reach.
    Unavailable,
    /// Anything else.
    Failed,
}

/// Why something could not be done. The text is one lower-case clause; causes and a way out go with it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: String,
    causes: Vec<String>,
    next: Option<String>,
    /// What was answered, where the connector has read the answer itself.
    status: Option<u16>,
    request_id: Option<String>,
    wire: Option<Box<http::Error>>,
}

impl Error {
    /// With a meaning and a clause. Whoever looks settings up for a [`super::Manager`] says so what is missing.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let (causes, next) = (Vec::new(), None);
        Self { kind, message: message.into(), causes, next, status: None, request_id: None, wire: None }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    pub(crate) fn settings(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Settings, message)
    }

    /// With what to do about it.
    #[must_use]
    pub fn next(self, next: impl Into<String>) -> Self {
        Self { next: Some(next.into()), ..self }
    }

    pub(crate) fn cause(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// The same after something that stands, so that nobody takes it for nothing: what that is, and how to get the
    /// rest.
    pub(super) fn after(self, done: impl Into<String>, next: impl Into<String>) -> Self {
        let causes = std::iter::once(self.message).chain(self.causes).collect();
        Self { message: done.into(), causes, next: Some(next.into()), ..self }
    }

    /// About an answer that was read here: what the service said goes along.
    pub(super) fn answered(self, response: &http::Response) -> Self {
        let words = response.error_message();
        let said = if words.is_empty() { String::new() } else { format!(": {words}") };
        let error = self.cause(format!("it answered {}{said}", response.status));
        Self { status: Some(response.status), request_id: response.request_id.clone(), ..error }
    }

    /// An error of the wire with a meaning that the connector knows.
    pub(super) fn of_wire(kind: ErrorKind, message: impl Into<String>, wire: http::Error) -> Self {
        let error = Self::new(kind, message).cause(wire.to_string());
        Self { wire: Some(Box::new(wire)), ..error }
    }

    /// What it means.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What the service said, and what led to it.
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// What to do about it.
    pub fn way_out(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// The HTTP status, where one was answered.
    pub fn status(&self) -> Option<u16> {
        self.status.or_else(|| self.wire.as_ref()?.status())
    }

    /// The id under which the service's log knows the request.
    pub fn request_id(&self) -> Option<&str> {
        let of_wire = || match self.wire.as_deref() {
            Some(http::Error::Status(status)) => status.request_id.as_deref(),
            _ => None,
        };
        self.request_id.as_deref().or_else(of_wire)
    }

    /// Whether nobody else could do better now either, so that the rest of a list need not be tried.
    pub fn is_about_everybody(&self) -> bool {
        // A server that fails once may do better for the next; one that is out of reach, or wants to be left alone, does not.
        let of_server = matches!(self.wire.as_deref(), Some(http::Error::NotSent { .. })) || self.status() == Some(429);
        of_server || matches!(self.kind, ErrorKind::Settings | ErrorKind::Auth | ErrorKind::Quota)
    }

    pub(crate) fn wire(&self) -> Option<&http::Error> {
        self.wire.as_deref()
    }
}

/// Of an answer that no such service gives.
const ADDRESS: &str = "check the address of the service: something else may be answering there";
const CHANGING: &str = "somebody may be changing the same: run the same command again, which looks at what is there";

impl From<http::Error> for Error {
    fn from(error: http::Error) -> Self {
        let (kind, next) = match &error {
            http::Error::Status(status) => match status.status {
                401 => (ErrorKind::Auth, None),
                403 => (ErrorKind::Forbidden, None),
                429 | 500 | 502 | 503 | 504 => {
                    let wait =
                        status.retry_after.map(|wait| format!("run the same command again in {} s", wait.as_secs()));
                    (ErrorKind::Unavailable, Some(wait.unwrap_or_else(|| "run the same command again".to_owned())))
                }
                404 => (ErrorKind::Failed, Some(ADDRESS.to_owned())),
                409 => (ErrorKind::Conflict, Some(CHANGING.to_owned())),
                _ => (ErrorKind::Failed, None),
            },
            http::Error::Malformed { .. } => (ErrorKind::Failed, Some(ADDRESS.to_owned())),
            http::Error::NotSent { .. } | http::Error::MayHaveHappened { .. } | http::Error::Moved { .. } => {
                (ErrorKind::Unavailable, Some("run the same command again; it looks first at what is there".to_owned()))
            }
            http::Error::Login { hint, .. } => (ErrorKind::Auth, Some(hint.clone()).filter(|hint| !hint.is_empty())),
            http::Error::Unsendable(_) => (ErrorKind::Usage, None),
            http::Error::Setup(_) => (ErrorKind::Settings, None),
            _ => (ErrorKind::Failed, None),
        };
        Self { next, wire: Some(Box::new(error.clone())), ..Self::new(kind, error.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_list_is_what_nobody_can_help() {
        for (kind, ends) in [
            (ErrorKind::Auth, true),
            (ErrorKind::Settings, true),
            (ErrorKind::Quota, true),
            (ErrorKind::Unavailable, false),
            (ErrorKind::Blocked, false),
            (ErrorKind::Conflict, false),
            (ErrorKind::NotFound, false),
            (ErrorKind::Forbidden, false),
        ] {
            assert_eq!(Error::new(kind, "x").is_about_everybody(), ends, "{kind:?}");
        }
    }

    #[test]
    fn a_server_out_of_reach_is_out_of_reach_for_all() {
        let (backend, url, reason) = ("github", "u".to_owned(), "r".to_owned());
        let gone = http::Error::NotSent { backend, url: url.clone(), reason: reason.clone(), attempts: 4 };
        assert!(Error::from(gone).is_about_everybody());
        let lost = http::Error::MayHaveHappened { backend, method: "PUT", url, reason, attempts: 4 };
        assert!(!Error::from(lost).is_about_everybody());
    }

    #[test]
    fn what_was_done_before_stands_in_front_of_what_failed() {
        let error = Error::new(ErrorKind::NotFound, "no team").cause("it answered 404").next("check its spelling");
        let error = error.after("bob is invited, but not to the team", "check its spelling, and run it again");
        assert_eq!(error.to_string(), "bob is invited, but not to the team");
        assert_eq!(error.causes(), ["no team", "it answered 404"]);
        assert_eq!(
            (error.kind(), error.way_out()),
            (ErrorKind::NotFound, Some("check its spelling, and run it again"))
        );
    }

    #[test]
    fn errors_of_the_wire_keep_their_meaning() {
        let login = http::Error::Login { message: "no".to_owned(), hint: "do".to_owned() };
        let error = Error::from(login);
        assert_eq!((error.kind(), error.way_out(), error.to_string()), (ErrorKind::Auth, Some("do"), "no".to_owned()));
        assert_eq!(Error::from(http::Error::Setup("x".to_owned())).kind(), ErrorKind::Settings);
        let moved = http::Error::Moved { backend: "github", url: "u".to_owned() };
        assert_eq!(Error::from(moved).kind(), ErrorKind::Unavailable);
        let (backend, method, url) = ("github", "GET", "u".to_owned());
        let html = http::Error::Malformed { backend, method, url, reason: "it is HTML".to_owned() };
        assert!(Error::from(html).way_out().is_some_and(|next| next.contains("address")));
    }
}
