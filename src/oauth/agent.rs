//! Tokens from oidc-agent, which keeps logins on this machine and gives access tokens through a socket.
//!
//! One request a connection: one JSON object, no newline; the answer is read to its end.

use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use crate::base::clock::LocalFuture;
use crate::base::redact::clean;
use crate::base::text::safe;
use crate::base::{Clock, Secret};
use crate::http::Error;

use super::{Access, Source};

pub(crate) use super::socket::Socket;

/// The agent may ask its user for a password first.
const LIMIT: Duration = Duration::from_mins(1);

/// How long a token should still be good, in seconds. An issuer may give less.
const VALID_FOR: u64 = 120;

/// No token is good for a year, so who asks for that gets a new one.
const ANOTHER: u64 = 365 * 24 * 3600;

/// Far more than a token and its explanations.
const LARGEST: u64 = 256 * 1024;

/// Which token is wanted. An account or an issuer, never both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    Account(String),
    Issuer(String),
}

impl Of {
    fn in_words(&self) -> String {
        match self {
            Self::Account(name) => format!("account '{}'", safe(name)),
            Self::Issuer(name) => format!("issuer {}", safe(name)),
        }
    }
}

/// An agent at its socket.
#[derive(Clone)]
pub(crate) struct Agent {
    socket: Socket,
    limit: Duration,
    /// Told when the agent takes its time, for it may be asking a question on another screen.
    waiting: Rc<dyn Fn(&str)>,
}

/// After this long whoever waits is told what for.
const QUIET: Duration = Duration::from_secs(2);

impl Agent {
    pub(crate) fn new(socket: Socket, waiting: Rc<dyn Fn(&str)>) -> Self {
        Self { socket, limit: LIMIT, waiting }
    }

    #[cfg(test)]
    fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    pub(crate) fn socket(&self) -> &Socket {
        &self.socket
    }

    /// The accounts it has loaded.
    pub(crate) async fn accounts(&self) -> Result<Vec<String>, Error> {
        let answer = self.ask(&json!({"request": "loaded_accounts"})).await?;
        let names = answer.get("info").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// An access token; where the one it gave before is refused, a new one. A failure names the socket and what is loaded there.
    pub(crate) async fn token(&self, of: &Of, is_refused: bool, now: Timestamp) -> Result<Access, Error> {
        let mut request = json!({
            "request": "access_token",
            "min_valid_period": if is_refused { ANOTHER } else { VALID_FOR },
            "application_hint": "orchest",
        });
        if let Some(members) = request.as_object_mut() {
            let (key, value) = match of {
                Of::Account(name) => ("account", name),
                Of::Issuer(name) => ("issuer", name),
            };
            members.insert(key.to_owned(), json!(value));
        }
        let answer = match self.ask(&request).await {
            Ok(answer) => answer,
            Err(error) => return Err(self.explained(error, of).await),
        };
        access(&answer, of, now).map_err(|reason| self.failed(&reason, ""))
    }

    /// The failure, with what the agent does have.
    async fn explained(&self, error: Error, of: &Of) -> Error {
        let Error::Login { message, hint } = error else { return error };
        let loaded = match self.accounts().await {
            Ok(names) if names.is_empty() => "it has no account loaded".to_owned(),
            Ok(names) => format!("it has loaded: {}", safe(&names.join(", "))),
            Err(_) => return Error::Login { message, hint },
        };
        let message = format!("no token for {}: {message}; {loaded}", of.in_words());
        let hint = if hint.is_empty() { "load it with: oidc-add ACCOUNT".to_owned() } else { hint };
        Error::Login { message, hint }
    }

    async fn ask(&self, request: &Value) -> Result<Map<String, Value>, Error> {
        let text = request.to_string();
        let talk = timeout(self.limit, self.talk(text.as_bytes()));
        tokio::pin!(talk);
        let first = timeout(QUIET, &mut talk).await;
        let answer = match first {
            Ok(answer) => answer,
            Err(_) => {
                (self.waiting)(&format!("waiting for oidc-agent at {}; it may be asking you something", self.socket));
                talk.await
            }
        };
        let silent = |_| self.failed(&format!("it gave no answer within {} s", self.limit.as_secs_f64()), "");
        let answer = answer.map_err(silent)?.map_err(|error| self.unreachable(&error))?;
        members(&answer).map_err(|No { reason, info }| self.failed(&reason, &info))
    }

    async fn talk(&self, request: &[u8]) -> std::io::Result<Vec<u8>> {
        match &self.socket {
            Socket::Unix(path) => exchange(UnixStream::connect(path).await?, request).await,
            Socket::Remote(host, port) => exchange(TcpStream::connect((host.as_str(), *port)).await?, request).await,
        }
    }

    fn failed(&self, reason: &str, info: &str) -> Error {
        Error::Login { message: format!("oidc-agent at {}: {reason}", self.socket), hint: info.to_owned() }
    }

    fn unreachable(&self, error: &std::io::Error) -> Error {
        Error::Login {
            message: format!("no oidc-agent at {}: {error}", self.socket),
            hint: "start it (eval $(oidc-agent)), or set OIDC_SOCK to its socket".to_owned(),
        }
    }
}

/// Why there is nothing, and what to do about it, in the words of the agent.
#[derive(Debug)]
pub(super) struct No {
    pub(super) reason: String,
    pub(super) info: String,
}

/// What an answer says, where it says that all is well.
pub(super) fn members(answer: &[u8]) -> Result<Map<String, Value>, No> {
    let Ok(Value::Object(members)) = serde_json::from_slice::<Value>(answer) else {
        let reason = "its answer is no JSON object; is another program listening there?".to_owned();
        return Err(No { reason, info: String::new() });
    };
    let said = |key: &str| members.get(key).and_then(Value::as_str).map(|text| safe(&clean(text)).into_owned());
    if said("status").as_deref() == Some("success") {
        return Ok(members);
    }
    let reason = said("error").unwrap_or_else(|| "it says neither success nor why not".to_owned());
    Err(No { reason, info: said("info").unwrap_or_default() })
}

/// The token of such an answer, or why it is none.
pub(super) fn access(answer: &Map<String, Value>, of: &Of, now: Timestamp) -> Result<Access, String> {
    let Some(token) = answer.get("access_token").and_then(Value::as_str).filter(|token| !token.is_empty()) else {
        return Err("its answer holds no token".to_owned());
    };
    let expires_at = answer.get("expires_at").and_then(Value::as_i64).filter(|end| *end > 0);
    let expires_at = expires_at.and_then(|end| Timestamp::from_second(end).ok()).unwrap_or(Timestamp::MAX);
    let access = Access { value: Secret::new(token), issued_at: now, expires_at };
    if expires_at <= now {
        return Err(format!("its token for {} expired at {expires_at}", of.in_words()));
    }
    Ok(access)
}

async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &[u8]) -> std::io::Result<Vec<u8>> {
    stream.write_all(request).await?;
    // Harmless, and tells a program that reads to the end that this is all.
    stream.shutdown().await?;
    let mut answer = Vec::new();
    stream.take(LARGEST).read_to_end(&mut answer).await?;
    Ok(answer)
}

/// The tokens of one account.
pub(crate) struct FromAgent {
    agent: Agent,
    of: Of,
    clock: Rc<dyn Clock>,
}

impl FromAgent {
    pub(crate) fn new(agent: Agent, of: Of, clock: Rc<dyn Clock>) -> Self {
        Self { agent, of, clock }
    }
}

impl Source for FromAgent {
    fn access(&self, refused: Option<Secret>) -> LocalFuture<'_, Result<Option<Access>, Error>> {
        Box::pin(async move {
            // Which scopes it has, the account's own configuration says.
            let access = self.agent.token(&self.of, refused.is_some(), self.clock.now()).await?;
            Ok(Some(access).filter(|access| Some(&access.value) != refused.as_ref()))
        })
    }
}

#[cfg(test)]
#[path = "agent_tests.rs"]
mod tests;
