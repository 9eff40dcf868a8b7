//! The sandbox's own port: reset, faults, the log of requests, tokens, switches, mails, the end. `orchest sandbox VERB` speaks to it from another
//! process. A page in a browser cannot: every request has to carry a header that browsers do not send unasked.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::call::{Call, Reply};
use super::fault::{Action, Fault};
use super::record::Book;
use super::world::{Backend, Platform, World};
use super::{issuer, members, paas};

/// Where a command finds the control port of the sandbox that it runs in.
pub const VARIABLE: &str = "ORCHEST_SANDBOX_PORT";
const HEADER: &str = "x-orchest-sandbox";
const PATIENCE: Duration = Duration::from_secs(10);

/// What can be asked of a running sandbox.
#[derive(Debug)]
pub(super) struct Control {
    world: Arc<World>,
    pub(super) book: Arc<Book>,
    seeded: Platform,
    description: Mutex<Value>,
    end: AtomicBool,
    /// It is there for a command, and ends with it alone.
    held: AtomicBool,
}

impl Control {
    pub(super) fn new(world: Arc<World>, book: Arc<Book>, seeded: Platform) -> Self {
        Self {
            world,
            book,
            seeded,
            description: Mutex::default(),
            end: AtomicBool::new(false),
            held: AtomicBool::new(false),
        }
    }

    pub(super) fn describe(&self, addresses: &[(Backend, String)]) {
        let urls: serde_json::Map<String, Value> =
            addresses.iter().map(|(backend, url)| (backend.name().to_owned(), json!(url))).collect();
        *self.description.lock().unwrap_or_else(PoisonError::into_inner) =
            json!({"pid": std::process::id(), "platform": self.world.flavour.platform, "urls": urls});
    }

    pub(super) fn reset(&self) {
        self.go_back(self.seeded.clone());
    }

    /// What all back ends hold now.
    pub(super) fn moment(&self) -> Platform {
        self.world.platform().clone()
    }

    pub(super) fn go_back(&self, moment: Platform) {
        *self.world.platform() = moment;
        self.book.set_faults(Vec::new());
        self.book.reset_count();
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Platform, Timestamp)) {
        change(&mut self.world.platform(), Timestamp::now());
    }

    pub(super) fn state(&self) -> Value {
        serde_json::to_value(&*self.world.platform()).unwrap_or_default()
    }

    pub(super) fn set_switch(&self, switch: &str) -> Result<(), String> {
        let platform = &mut *self.world.platform();
        if members::Switches::has(switch) {
            return platform.members.switches.set(switch);
        }
        platform.paas.switches.set(switch)
    }

    fn switches(&self) -> Value {
        let platform = self.world.platform();
        let mut all = serde_json::to_value(&platform.paas.switches).unwrap_or_default();
        if let Some(map) = all.as_object_mut() {
            map.insert("members".to_owned(), serde_json::to_value(&platform.members.switches).unwrap_or_default());
        }
        all
    }

    pub(super) fn mails(&self, backend: Backend) -> Vec<members::Mail> {
        members::mails(&self.world.platform().members, backend).to_vec()
    }

    pub(super) fn is_asked_to_end(&self) -> bool {
        self.end.load(Ordering::Relaxed)
    }

    pub(super) fn hold(&self) {
        self.held.store(true, Ordering::Relaxed);
    }

    pub(super) fn answer(&self, call: &Call) -> Reply {
        if call.header(HEADER).is_none() {
            return Reply::text(403, "this port belongs to orchest sandbox\n");
        }
        let (method, path) = call.route();
        match (method, path.as_slice()) {
            ("GET", [""]) => Reply::json(200, &self.description.lock().unwrap_or_else(PoisonError::into_inner)),
            ("POST", ["reset"]) => {
                self.reset();
                Reply::empty(204)
            }
            ("POST", ["fault"]) => self.add_fault(&String::from_utf8_lossy(&call.body)),
            ("DELETE", ["fault"]) => {
                self.book.set_faults(Vec::new());
                Reply::empty(204)
            }
            ("GET", ["fault"]) => {
                let waiting: Vec<String> = self.book.waiting_faults().iter().map(ToString::to_string).collect();
                Reply::json(200, &json!(waiting))
            }
            ("GET", ["requests"]) => {
                let lines: String =
                    self.book.requests().iter().map(|request| request.to_json().to_string() + "\n").collect();
                Reply::text(200, &lines)
            }
            ("POST", ["switch"]) => match self.set_switch(&String::from_utf8_lossy(&call.body)) {
                Ok(()) => Reply::empty(204),
                Err(reason) => Reply::text(400, &reason),
            },
            ("GET", ["switch"]) => Reply::json(200, &self.switches()),
            ("GET", ["mails"]) => {
                let sent = |backend: Backend| (backend.name().to_owned(), json!(self.mails(backend)));
                Reply::json(200, &Value::Object(Backend::MEMBERS.map(sent).into_iter().collect()))
            }
            ("POST", ["token"]) => match token(&call.body) {
                Ok(token) => Reply::text(200, &token),
                Err(reason) => Reply::text(400, &reason),
            },
            ("POST", ["approve"]) => {
                let platform = &mut *self.world.platform();
                if members::decide(&mut platform.members, &call.body) {
                    return Reply::empty(204);
                }
                match issuer::decide(&mut platform.issuer, &platform.paas.switches.login, &call.body) {
                    Ok(()) => Reply::empty(204),
                    Err(reason) => Reply::text(400, &reason),
                }
            }
            ("POST", ["down"]) if self.held.load(Ordering::Relaxed) => {
                Reply::text(409, "this sandbox ends with the shell or the command that it is for")
            }
            ("POST", ["down"]) => {
                self.end.store(true, Ordering::Relaxed);
                Reply::empty(204)
            }
            _ => Reply::text(404, "no such request\n"),
        }
    }

    fn add_fault(&self, text: &str) -> Reply {
        match text.parse::<Fault>() {
            Err(error) => Reply::text(400, &error.to_string()),
            Ok(fault) if matches!(fault.action, Action::Signal(_)) => {
                Reply::text(400, "a signal needs a command to go to: orchest sandbox shell --fault … -- COMMAND")
            }
            Ok(fault) => {
                // "The third request" means the third from now.
                self.book.restart_count();
                self.book.add_fault(fault);
                Reply::empty(204)
            }
        }
    }
}

/// Of one of the membership services, if it says which kind.
fn token(body: &[u8]) -> Result<String, String> {
    let wish: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    if wish.get("kind").is_some() {
        return members::token::asked(body, Timestamp::now());
    }
    paas::token::asked(body, Timestamp::now())
}

/// Asks a running sandbox, waiting no longer than it may take: status and body.
pub fn ask(port: u16, method: &str, path: &str, body: &str) -> io::Result<(u16, String)> {
    let address = (Ipv4Addr::LOCALHOST, port).into();
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let length = body.len();
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nHost: {address}\r\n{HEADER}: 1\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let strange = || io::Error::other("something else than a sandbox answers there");
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(strange)?;
    let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).and_then(|code| code.parse().ok());
    Ok((status.ok_or_else(strange)?, body.to_owned()))
}
