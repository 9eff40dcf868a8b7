//! How connectors reach their services: one client for all of them, and what puts a token on a request.

use std::rc::Rc;

use crate::base::clock::LocalFuture;
use crate::base::{Clock, Secret};
use crate::http::{Authorize, Credential, Endpoint, Event, Http, HttpSettings, Observer, SystemClock};
use crate::oauth::{Bearer, Given, Source};

use super::{ConnectorKind, Error, Token};

/// The way out. Cheap to clone; connectors made with one share its connections and its limits.
#[derive(Clone)]
pub struct Wire {
    pub(super) http: Rc<Http>,
    pub(super) clock: Rc<dyn Clock>,
}

/// Sees and says nothing.
struct Silent;

impl Observer for Silent {
    fn event(&self, _: &Event<'_>) {}
}

impl Wire {
    /// With the usual limits: a connection within 10 s, a byte at least once a minute, four tries where trying again does
    /// no harm. It has to be used on a tokio runtime with time and I/O, on one thread.
    pub fn new() -> Self {
        let clock: Rc<dyn Clock> = Rc::new(SystemClock::new());
        Self { http: Rc::new(Http::new(HttpSettings::default(), clock.clone(), Rc::new(Silent))), clock }
    }

    /// With a client that is there already.
    pub(crate) fn of(http: Rc<Http>, clock: Rc<dyn Clock>) -> Self {
        Self { http, clock }
    }

    /// The client that it was made with.
    #[cfg(feature = "oauth")]
    pub(crate) fn http(&self) -> Rc<Http> {
        self.http.clone()
    }

    /// What puts a token on the requests to one place, and nowhere else.
    pub(super) fn bearer(&self, kind: ConnectorKind, token: &Token, endpoint: &Endpoint) -> Rc<dyn Authorize> {
        let source: Box<dyn Source> = match token {
            Token::Given(token) => {
                let from = format!("the settings of {kind}");
                let hint = format!("put a new one in its place, or get one: orchest generate {kind}");
                Box::new(Given::new(token.clone(), from, hint, self.clock.clone()))
            }
            Token::Session(session) => Box::new(session.clone()),
        };
        Rc::new(Bearer::new(source, endpoint.origin(), self.clock.clone()))
    }
}

impl Default for Wire {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire").finish_non_exhaustive()
    }
}

/// A place that a token may be sent to: by https, or by plain http where it is a program on this machine.
pub(super) fn endpoint(kind: ConnectorKind, text: &str) -> Result<Endpoint, Error> {
    let endpoint = Endpoint::parse(kind.name(), text)?;
    if endpoint.is_plain_http() && !endpoint.is_loopback() {
        let message =
            format!("{} would carry the token for {} unencrypted over the network", endpoint.url, kind.title());
        return Err(Error::settings(message).next("use https"));
    }
    Ok(endpoint)
}

/// A header that never changes.
pub(super) struct Fixed {
    value: Secret,
    origin: url::Origin,
}

impl Fixed {
    /// `Authorization: VALUE`.
    pub(super) fn new(value: String, endpoint: &Endpoint) -> Self {
        Self { value: Secret::new(value), origin: endpoint.origin() }
    }
}

impl Authorize for Fixed {
    fn credential(&self) -> LocalFuture<'_, Result<Credential, crate::http::Error>> {
        let credential = Credential { header: "Authorization", value: self.value.clone(), generation: 0 };
        Box::pin(std::future::ready(Ok(credential)))
    }

    fn renew(&self, _: u64) -> LocalFuture<'_, Result<bool, crate::http::Error>> {
        Box::pin(std::future::ready(Ok(false)))
    }

    fn origin(&self) -> url::Origin {
        self.origin.clone()
    }
}
