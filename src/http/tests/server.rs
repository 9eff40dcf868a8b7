//! A server for tests: threads, no crate, and every answer a script or a function of the request.

use std::io::{self, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// Path and query, as they were written.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn query(&self, key: &str) -> Option<String> {
        let url = url::Url::parse(&format!("http://h{}", self.target)).unwrap();
        url.query_pairs().find(|(name, _)| name == key).map(|(_, value)| value.into_owned())
    }
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Status, further headers, body.
    Answer(u16, Vec<(String, String)>, Vec<u8>),
    /// These bytes as they are, then the connection is closed.
    Raw(Vec<u8>),
    /// Say this and then nothing for so long, then close.
    Silence(&'static [u8], Duration),
    /// A head that announces nothing, then zeros for as long as somebody reads.
    Endless,
}

pub(crate) fn json(status: u16, body: &str) -> Reply {
    Reply::Answer(status, vec![("Content-Type".to_owned(), "application/json".to_owned())], body.as_bytes().to_vec())
}

pub(crate) fn with(reply: Reply, name: &str, value: &str) -> Reply {
    match reply {
        Reply::Answer(status, mut headers, body) => {
            headers.push((name.to_owned(), value.to_owned()));
            Reply::Answer(status, headers, body)
        }
        other => other,
    }
}

type Handler = dyn Fn(usize, &Seen) -> Reply + Send + Sync;

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
    /// Bytes written in answers.
    written: Arc<AtomicUsize>,
    handler: Arc<Handler>,
    tls: Option<Arc<ServerConfig>>,
}

impl Server {
    /// Answers every request by this function of its number and itself.
    pub(crate) fn new(handler: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::listening(Arc::new(handler), None)
    }

    /// Answers by this list, the last of it for ever.
    pub(crate) fn script(replies: Vec<Reply>) -> Self {
        Self::new(move |number, _| replies[number.min(replies.len() - 1)].clone())
    }

    /// Says `{}` over TLS with the certificate and key of this text; asks for a client's certificate if told to.
    pub(crate) fn tls(pem: &str, ask: bool) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let certificates = CertificateDer::pem_slice_iter(pem.as_bytes()).map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap();
        let builder = if ask {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(CA.as_bytes()).unwrap()).unwrap();
            ServerConfig::builder()
                .with_client_cert_verifier(WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap())
        } else {
            ServerConfig::builder().with_no_client_auth()
        };
        let config = builder.with_single_cert(certificates, key).unwrap();
        Self::listening(Arc::new(|_, _: &Seen| json(200, "{}")), Some(Arc::new(config)))
    }

    fn listening(handler: Arc<Handler>, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let (seen, connections, written) = (Arc::default(), Arc::default(), Arc::default());
        let server = Self { url, seen, connections, written, handler, tls };
        let shared = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (server, stream) = (shared.clone(), stream.unwrap());
                stream.set_nodelay(true).unwrap();
                server.connections.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || match &server.tls {
                    None => server.serve(stream),
                    Some(config) => {
                        let connection = ServerConnection::new(config.clone()).unwrap();
                        server.serve(StreamOwned::new(connection, stream));
                    }
                });
            }
        });
        server
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn written(&self) -> usize {
        self.written.load(Ordering::SeqCst)
    }

    /// Serves one connection until either side has had enough; which side, and why, is the test's business.
    fn serve(&self, stream: impl Read + Write) {
        let mut reader = BufReader::new(stream);
        loop {
            let request = match read(&mut reader) {
                Ok(Some(request)) => request,
                Ok(None) => return,
                // No HTTP, a TLS greeting for instance. As other servers do, say so and hang up.
                Err(_) => return drop(reader.get_mut().write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
            };
            let number = {
                let mut seen = self.seen.lock().unwrap();
                seen.push(request.clone());
                seen.len() - 1
            };
            let head = request.method == "HEAD";
            let reply = (self.handler)(number, &request);
            let Ok(true) = self.reply(reader.get_mut(), reply, head) else { return };
        }
    }

    /// Whether the connection goes on.
    fn reply(&self, out: &mut impl Write, reply: Reply, head: bool) -> io::Result<bool> {
        match reply {
            Reply::Answer(status, headers, mut body) => {
                if matches!(status, 204 | 304) {
                    body.clear();
                }
                let mut text = format!("HTTP/1.1 {status} X\r\n");
                for (name, value) in headers {
                    text = text + &name + ": " + &value + "\r\n";
                }
                text = text + "Content-Length: " + &body.len().to_string() + "\r\n\r\n";
                // In one piece, as servers do: head and body then arrive together.
                let mut bytes = text.into_bytes();
                if !head {
                    bytes.extend(body);
                }
                out.write_all(&bytes)?;
                out.flush()?;
                Ok(true)
            }
            Reply::Raw(bytes) => {
                out.write_all(&bytes)?;
                out.flush()?;
                Ok(false)
            }
            Reply::Silence(start, time) => {
                out.write_all(start)?;
                out.flush()?;
                thread::sleep(time);
                Ok(false)
            }
            Reply::Endless => {
                out.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
                let zeros = vec![b'0'; 1 << 16];
                for _ in 0..(300 << 4) {
                    out.write_all(&zeros)?;
                    self.written.fetch_add(zeros.len(), Ordering::SeqCst);
                }
                Ok(false)
            }
        }
    }
}

fn read(reader: &mut impl io::BufRead) -> io::Result<Option<Seen>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut seen = Seen { method, target, headers, body: String::new() };
    let length = seen.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    seen.body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(seen))
}

/// A port on which nobody listens.
pub(crate) fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// Accepts and closes at once, before a request can be read; counts how often.
pub(crate) fn slamming() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let shared = count.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            shared.fetch_add(1, Ordering::SeqCst);
            drop::<TcpStream>(stream.unwrap());
        }
    });
    (url, count)
}

/// The authority that signed what the servers here show.
pub(crate) const CA: &str = include_str!("tls/ca.pem");
