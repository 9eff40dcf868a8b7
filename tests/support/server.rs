//! A server that does exactly what its script says: it answers known requests and remembers all of them. A request that
//! is not in the script is answered with 599 and fails the test when it is verified.

use std::io::{BufRead, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    /// With its query, as it was sent.
    pub path: String,
    /// With lower-case names.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// What is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status, headers and a body.
    Plain(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// These bytes and an end, whatever they are.
    Raw(Vec<u8>),
    /// The head of an answer with a body of this many bytes, and then zeros for as long as anybody reads.
    Endless(u64),
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        Self::Plain(status, vec![("Content-Type", "application/json".to_owned())], body.to_string().into_bytes())
    }

    pub fn text(status: u16, content_type: &str, body: &str) -> Self {
        Self::Plain(status, vec![("Content-Type", content_type.to_owned())], body.as_bytes().to_vec())
    }
}

type Script = Arc<Mutex<Vec<(String, Vec<Reply>)>>>;
type Otherwise = Arc<Mutex<Option<Box<dyn Fn(&Asked) -> Reply + Send>>>>;

/// A server on loopback.
pub struct Server {
    url: String,
    script: Script,
    otherwise: Otherwise,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (script, otherwise, asked): (Script, Otherwise, Arc<Mutex<Vec<Asked>>>) = Default::default();
        let of_thread = (script.clone(), otherwise.clone(), asked.clone());
        // It ends with the process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, otherwise, asked) = of_thread.clone();
                std::thread::spawn(move || serve(&stream, &script, &otherwise, &asked));
            }
        });
        Self { url, script, otherwise, asked }
    }

    /// A server that hands out a token, as Keystone does.
    pub fn keystone() -> Self {
        let server = Self::start();
        server.on("POST /v3/auth/tokens", Self::login());
        server
    }

    /// The answer to one.
    pub fn login() -> Reply {
        let token = json!({"token": {"expires_at": "2099-01-01T00:00:00.000000Z", "methods": ["password"],
            "user": {"id": "u1", "name": "admin", "domain": {"id": "default", "name": "Default"}},
            "roles": [{"id": "r1", "name": "admin"}], "system": {"all": true}}});
        let headers = vec![
            ("Content-Type", "application/json".to_owned()),
            ("X-Subject-Token", "canary-token-of-the-server".to_owned()),
        ];
        Reply::Plain(201, headers, token.to_string().into_bytes())
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Answers a request, `GET /v3/domains?name=x`. Said several times: one after the other, the last one for ever.
    pub fn on(&self, request: &str, reply: Reply) {
        let mut script = self.script.lock().unwrap();
        match script.iter_mut().find(|(known, _)| known == request) {
            Some((_, replies)) => replies.push(reply),
            None => script.push((request.to_owned(), vec![reply])),
        }
    }

    /// Answers everything that is not in the script.
    pub fn otherwise(&self, reply: impl Fn(&Asked) -> Reply + Send + 'static) {
        *self.otherwise.lock().unwrap() = Some(Box::new(reply));
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// `METHOD path` of every request.
    pub fn lines(&self) -> Vec<String> {
        self.asked().iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }

    /// Fails if anything was asked that the script does not have.
    #[track_caller]
    pub fn verify(&self) {
        let script = self.script.lock().unwrap();
        let unknown: Vec<String> =
            self.lines().into_iter().filter(|line| !script.iter().any(|(known, _)| known == line)).collect();
        assert!(unknown.is_empty(), "asked beyond the script: {unknown:?}");
    }
}

fn serve(stream: &TcpStream, script: &Script, otherwise: &Otherwise, asked: &Mutex<Vec<Asked>>) {
    let Ok(clone) = stream.try_clone() else { return };
    let mut reader = BufReader::new(clone);
    while let Some(request) = read(&mut reader) {
        let line = format!("{} {}", request.method, request.path);
        asked.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
        let reply = next(script, &line).unwrap_or_else(|| {
            let otherwise = otherwise.lock().unwrap_or_else(PoisonError::into_inner);
            let reply = otherwise.as_ref().map(|reply| reply(&request));
            reply.unwrap_or_else(|| Reply::text(599, "text/plain", "not in the script"))
        });
        if !answer(stream, reply) {
            return;
        }
    }
}

/// The next request, or none where the connection ends.
pub fn read(reader: &mut impl BufRead) -> Option<Asked> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { method, path, headers, body: String::from_utf8_lossy(&body).into_owned() })
}

fn next(script: &Script, line: &str) -> Option<Reply> {
    let mut script = script.lock().unwrap_or_else(PoisonError::into_inner);
    match script.iter_mut().find(|(known, _)| known == line) {
        Some((_, replies)) if replies.len() > 1 => Some(replies.remove(0)),
        Some((_, replies)) => Some(replies[0].clone()),
        None => None,
    }
}

/// Whether the connection goes on.
fn answer(mut stream: &TcpStream, reply: Reply) -> bool {
    match reply {
        Reply::Plain(status, headers, body) => {
            let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", body.len());
            for (name, value) in headers {
                head += &format!("{name}: {value}\r\n");
            }
            head += "\r\n";
            // At once: of two parts the second would wait until the first is acknowledged.
            stream.write_all(&[head.as_bytes(), &body].concat()).is_ok()
        }
        Reply::Raw(bytes) => {
            let _ = stream.write_all(&bytes);
            let _ = stream.shutdown(std::net::Shutdown::Both);
            false
        }
        Reply::Endless(length) => {
            let head = format!("HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n");
            let mut left = length;
            let mut sent = stream.write_all(head.as_bytes());
            let zeros = [b' '; 16384];
            while sent.is_ok() && left > 0 {
                let part = usize::try_from(left).unwrap_or(zeros.len()).min(zeros.len());
                sent = stream.write_all(&zeros[..part]);
                left -= part as u64;
            }
            sent.is_ok()
        }
    }
}
