//! Listens on 127.0.0.1 for the browser that comes back from a login (RFC 8252): one path, one answer that counts, and
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

use super::page::{Page, onward};

/// The one path that is answered.
pub(crate) const PATH: &str = "/callback";

/// A browser sends less than 2 KiB.
const LARGEST: usize = 16 * 1024;

/// Browsers open connections they may not use; those are let go.
const SILENCE: Duration = Duration::from_secs(10);

/// Nobody needs more at once.
const CONNECTIONS: usize = 16;

/// What came back: the query of the callback, still encoded.
pub(crate) type Query = String;

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
    port: u16,
    listener: Option<TcpListener>,
    start: Option<Start>,
    task: Option<JoinHandle<()>>,
}

/// Where a login starts, once.
#[derive(Debug)]
struct Start {
    path: String,
    to: String,
    used: AtomicBool,
}

impl Loopback {
    /// Takes this port, or a free one.
    pub(crate) async fn bind(port: Option<u16>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port.unwrap_or(0))).await?;
        Ok(Self { port: listener.local_addr()?.port(), listener: Some(listener), start: None, task: None })
    }

    /// The address for the browser to come back to.
    pub(crate) fn redirect_uri(&self) -> String {
        redirect_uri(self.port)
    }

    /// An address that leads to this one, for whoever comes first. Nobody can guess it, and it says nothing of the login.
    pub(crate) fn start_at(&mut self, to: &Url) -> String {
        let path = format!("/start-{}", CsrfToken::new_random().secret());
        let address = format!("http://127.0.0.1:{}{path}", self.port);
        self.start = Some(Start { path, to: to.to_string(), used: AtomicBool::new(false) });
        address
    }

    /// Waits for the query that ends the login. Later ones are answered, and count for nothing, until the value goes.
    pub(crate) async fn wait(&mut self, judge: Judge, limit: Duration) -> Option<Query> {
        let (tell, mut told) = unbounded_channel();
        let listener = self.listener.take()?;
        let door = Door { port: self.port, start: self.start.take(), judge, tell, used: AtomicBool::new(false) };
        self.task = Some(tokio::spawn(serve(listener, Arc::new(door))));
        timeout(limit, told.recv()).await.ok().flatten()
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// The address of a listener on this port.
pub(crate) fn redirect_uri(port: u16) -> String {
    format!("http://127.0.0.1:{port}{PATH}")
}

struct Door {
    port: u16,
    start: Option<Start>,
    judge: Judge,
    tell: UnboundedSender<Query>,
    used: AtomicBool,
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
    let mut head = Vec::new();
    let mut part = [0_u8; 2048];
    let answer = loop {
        let count = stream.read(&mut part).await?;
        if count == 0 {
            return Ok(());
        }
        head.extend(part.iter().take(count));
        if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            break door.answer(head.get(..end).unwrap_or_default());
        }
        if head.len() > LARGEST {
            break Page::TooLarge.response();
        }
    };
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

impl Door {
    /// The whole answer, ready for the wire.
    fn answer(&self, head: &[u8]) -> String {
        match Call::read(head).ok_or(Page::Bad).and_then(|call| self.judged(&call)) {
            Ok(to) => onward(to),
            Err(page) => page.response(),
        }
    }

    /// Where the browser is sent on to, or what it is shown.
    fn judged(&self, call: &Call<'_>) -> Result<&str, Page> {
        // A name that leads here by somebody's trick is not ours (DNS rebinding).
        if call.host != Some(&format!("127.0.0.1:{}", self.port)) {
            return Err(Page::Bad);
        }
        if call.origin.is_some_and(|origin| origin != format!("http://127.0.0.1:{}", self.port)) {
            return Err(Page::Foreign);
        }
        let (path, query) = call.target.split_once('?').unwrap_or((call.target, ""));
        let start = self.start.as_ref().filter(|start| start.path == path);
        if path != PATH && start.is_none() {
            return Err(Page::NotFound);
        }
        if call.method != "GET" {
            return Err(Page::NotGet);
        }
        if let Some(start) = start {
            return if start.used.swap(true, Ordering::SeqCst) { Err(Page::Used) } else { Ok(&start.to) };
        }
        Err(self.ended(query))
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
        let _ = self.tell.send(query.to_owned());
        if verdict == Verdict::Done { Page::Done } else { Page::Denied }
    }
}

/// The head of a request, as far as it matters.
struct Call<'a> {
    method: &'a str,
    target: &'a str,
    host: Option<&'a str>,
    origin: Option<&'a str>,
}

impl<'a> Call<'a> {
    /// Strict: whatever a browser would not send is not read.
    fn read(head: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(head).ok()?;
        let mut lines = text.split("\r\n");
        let mut words = lines.next()?.split(' ');
        let (method, target, version) = (words.next()?, words.next()?, words.next()?);
        if words.next().is_some() || !matches!(version, "HTTP/1.1" | "HTTP/1.0") || !target.starts_with('/') {
            return None;
        }
        let mut call = Self { method, target, host: None, origin: None };
        for line in lines {
            let (name, value) = line.split_once(':')?;
            let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!#$%&'*+^`|~".contains(&byte);
            if name.is_empty() || !name.bytes().all(is_token) || value.contains(['\r', '\n', '\0']) {
                return None;
            }
            let place = match name.to_ascii_lowercase().as_str() {
                "host" => &mut call.host,
                "origin" => &mut call.origin,
                _ => continue,
            };
            if place.replace(value.trim()).is_some() {
                return None;
            }
        }
        Some(call)
    }
}

#[cfg(test)]
#[path = "loopback_tests.rs"]
mod tests;
