//! Listens on this machine for the browser that comes back from a login (RFC 8252): one path, one answer that counts, and
//! then no more. A login may also start here: whoever starts a browser shows its command line to everybody on the machine, and
//! what a login is known by has no business there. So the browser is sent here first, and from here on to the issuer.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use oauth2::CsrfToken;
use url::Url;

use super::callback::Callback;
use super::page::{Page, onward, relay};

/// A browser sends less than 2 KiB.
const LARGEST: usize = 16 * 1024;

/// What a page hands over is a few hundred bytes.
const LARGEST_BODY: usize = 4 * 1024;

/// Browsers open connections they may not use; those are let go.
const SILENCE: Duration = Duration::from_secs(10);

/// Nobody needs more at once.
const CONNECTIONS: usize = 16;

/// What came back: the query of the callback, still encoded.
pub(crate) type Query = String;

/// What a browser has to say.
#[derive(Debug)]
pub(super) enum Heard {
    Query(Query),
    /// The login was opened a second time, perhaps by somebody who has seen our browser's command line.
    Twice,
}

/// Why there is no query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missed {
    /// Nobody came back in time.
    Late,
    /// More than one browser has been sent to the login.
    Twice,
}

/// Says of a query whether it ends this login. It was made for the state of the login, and compares nothing else.
pub(crate) type Judge = Arc<dyn Fn(&str) -> Verdict + Send + Sync>;

/// What a query is to this login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Its end.
    Done,
    /// Its end, without success.
    Denied,
    /// Not its.
    Foreign,
}

/// The listener. It is gone when the value is.
#[derive(Debug)]
pub(crate) struct Loopback {
    callback: Callback,
    listeners: Vec<TcpListener>,
    start: Option<Start>,
    /// What counts stands behind a `#`, which a browser keeps to itself: a page has to hand it over.
    behind_hash: bool,
    tasks: Vec<JoinHandle<()>>,
}

/// Where a login starts, once.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) path: String,
    pub(super) to: String,
    pub(super) used: AtomicBool,
}

impl Loopback {
    /// Listens where the browser is to come back to; at a free port if it has none.
    pub(crate) async fn bind(callback: Callback) -> io::Result<Self> {
        let first = TcpListener::bind(("127.0.0.1", callback.port)).await?;
        let callback = Callback { port: first.local_addr()?.port(), ..callback };
        let mut listeners = vec![first];
        // A browser may try that one first, and somebody else could be there.
        if callback.host == Callback::BY_NAME {
            match TcpListener::bind(("::1", callback.port)).await {
                Ok(second) => listeners.push(second),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
                // This machine has no such address.
                Err(_) => {}
            }
        }
        Ok(Self { callback, listeners, start: None, behind_hash: false, tasks: Vec::new() })
    }

    /// For what stands behind a `#`.
    #[must_use]
    pub(crate) fn behind_hash(mut self) -> Self {
        self.behind_hash = true;
        self
    }

    /// Where the browser comes back to.
    pub(crate) fn callback(&self) -> &Callback {
        &self.callback
    }

    /// An address that leads to this one, for whoever comes first. Nobody can guess it, and it says nothing of the login.
    pub(crate) fn start_at(&mut self, to: &Url) -> String {
        let path = format!("/start-{}", CsrfToken::new_random().secret());
        let address = format!("{}{path}", self.callback.origin());
        self.start = Some(Start { path, to: to.to_string(), used: AtomicBool::new(false) });
        address
    }

    /// Waits for the query that ends the login. Later ones are answered, and count for nothing, until the value goes.
    pub(crate) async fn wait(&mut self, judge: Judge, limit: Duration) -> Result<Query, Missed> {
        let (tell, mut told) = unbounded_channel();
        let door = Door {
            callback: self.callback.clone(),
            start: self.start.take(),
            behind_hash: self.behind_hash,
            judge,
            tell,
            used: AtomicBool::new(false),
        };
        let door = Arc::new(door);
        self.tasks.extend(self.listeners.drain(..).map(|listener| tokio::spawn(serve(listener, door.clone()))));
        match timeout(limit, told.recv()).await {
            Ok(Some(Heard::Query(query))) => Ok(query),
            Ok(Some(Heard::Twice)) => Err(Missed::Twice),
            Ok(None) | Err(_) => Err(Missed::Late),
        }
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

pub(super) struct Door {
    pub(super) callback: Callback,
    pub(super) start: Option<Start>,
    pub(super) behind_hash: bool,
    pub(super) judge: Judge,
    pub(super) tell: UnboundedSender<Heard>,
    pub(super) used: AtomicBool,
}

async fn serve(listener: TcpListener, door: Arc<Door>) {
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(permit) = permits.clone().acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else { continue };
        let door = door.clone();
        tokio::spawn(async move {
            // A browser that goes away needs no answer.
            let _ = timeout(SILENCE, converse(stream, &door)).await;
            drop(permit);
        });
    }
}

async fn converse(mut stream: TcpStream, door: &Door) -> io::Result<()> {
    let mut sent = Vec::new();
    let answer = loop {
        if let Some(end) = sent.windows(4).position(|four| four == b"\r\n\r\n") {
            let (head, body) = sent.split_at(end);
            let body = body.get(4..).unwrap_or_default();
            let Some(call) = Call::read(head) else { break Page::Bad.response() };
            match call.length {
                length if length > LARGEST_BODY => break Page::TooLarge.response(),
                length if body.len() >= length => break door.answer(&call, body),
                _ => {}
            }
        } else if sent.len() > LARGEST {
            break Page::TooLarge.response();
        }
        let mut part = [0_u8; 2048];
        let count = stream.read(&mut part).await?;
        if count == 0 {
            return Ok(());
        }
        sent.extend(part.iter().take(count));
    };
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

impl Door {
    /// The whole answer, ready for the wire.
    pub(super) fn answer(&self, call: &Call<'_>, body: &[u8]) -> String {
        self.judged(call, body).unwrap_or_else(Page::response)
    }

    /// The way on, or what is shown instead.
    fn judged(&self, call: &Call<'_>, body: &[u8]) -> Result<String, Page> {
        // A name that leads here by somebody's trick is not ours (DNS rebinding).
        if call.host != Some(&self.callback.authority()) {
            return Err(Page::Bad);
        }
        let own = self.callback.origin();
        if call.origin.is_some_and(|origin| origin != own) {
            return Err(Page::Foreign);
        }
        let (path, query) = call.target.split_once('?').unwrap_or((call.target, ""));
        let start = self.start.as_ref().filter(|start| start.path == path);
        if path != self.callback.path && start.is_none() {
            return Err(Page::NotFound);
        }
        match (call.method, start) {
            ("GET", Some(start)) if start.used.swap(true, Ordering::SeqCst) => {
                // The first may not have been ours; nobody can tell which login would come back.
                let _ = self.tell.send(Heard::Twice);
                Err(Page::Used)
            }
            ("GET", Some(start)) => Ok(onward(&start.to)),
            ("GET", None) if self.behind_hash => Ok(relay()),
            ("GET", None) => Err(self.ended(query)),
            // Only our own page, and a browser says so.
            ("POST", None) if self.behind_hash && call.origin.is_some() => {
                Err(self.ended(std::str::from_utf8(body).unwrap_or_default()))
            }
            _ => Err(Page::NotGet),
        }
    }

    fn ended(&self, query: &str) -> Page {
        let verdict = (self.judge)(query);
        if verdict == Verdict::Foreign {
            return Page::NotOurs;
        }
        if self.used.swap(true, Ordering::SeqCst) {
            return Page::Used;
        }
        // The waiting side has left only when its time was up.
        let _ = self.tell.send(Heard::Query(query.to_owned()));
        if verdict == Verdict::Done { Page::Done } else { Page::Denied }
    }
}

/// The head of a request, as far as it matters.
pub(super) struct Call<'a> {
    method: &'a str,
    target: &'a str,
    pub(super) host: Option<&'a str>,
    pub(super) origin: Option<&'a str>,
    /// Of its body.
    length: usize,
}

impl<'a> Call<'a> {
    /// Strict: whatever a browser would not send is not read.
    pub(super) fn read(head: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(head).ok()?;
        let mut lines = text.split("\r\n");
        let mut words = lines.next()?.split(' ');
        let (method, target, version) = (words.next()?, words.next()?, words.next()?);
        if words.next().is_some() || !matches!(version, "HTTP/1.1" | "HTTP/1.0") || !target.starts_with('/') {
            return None;
        }
        let mut call = Self { method, target, host: None, origin: None, length: 0 };
        let mut length = None;
        for line in lines {
            let (name, value) = line.split_once(':')?;
            let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!#$%&'*+^`|~".contains(&byte);
            if name.is_empty() || !name.bytes().all(is_token) || value.contains(['\r', '\n', '\0']) {
                return None;
            }
            let place = match name.to_ascii_lowercase().as_str() {
                "host" => &mut call.host,
                "origin" => &mut call.origin,
                "content-length" => &mut length,
                _ => continue,
            };
            if place.replace(value.trim()).is_some() {
                return None;
            }
        }
        call.length = length.map_or(Some(0), |text| text.parse().ok())?;
        Some(call)
    }
}

#[cfg(test)]
#[path = "loopback_tests.rs"]
mod tests;
