//! TLS in front of a server of a script, with certificates that are good and others that are not; and one that speaks only what
//! nobody should speak any more.

use std::io::{BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::raw::Connection;
use super::server::{Asked, read};

/// The authority that signed the certificates. Its key was thrown away; all but the expired one hold until 2126.
pub const CA: &str = include_str!("../../src/http/tests/tls/ca.pem");
/// Of 127.0.0.1 and localhost.
pub const GOOD: &str = include_str!("../../src/http/tests/tls/good.pem");
pub const EXPIRED: &str = include_str!("../../src/http/tests/tls/expired.pem");
pub const OTHER_NAME: &str = include_str!("../../src/http/tests/tls/other-name.pem");
/// One of a client, with its key.
pub const CLIENT: &str = include_str!("../../src/http/tests/tls/client.pem");

/// A door with TLS. It ends with the process.
#[derive(Debug)]
pub struct Tls {
    url: String,
    connections: Arc<AtomicUsize>,
}

impl Tls {
    /// Before the server at this address, with the certificate and key of this text.
    pub fn before(url: &str, pem: &str) -> Self {
        Self::with(url, pem, false)
    }

    /// One that lets in only who shows a certificate of our authority.
    pub fn asking(url: &str, pem: &str) -> Self {
        Self::with(url, pem, true)
    }

    fn with(url: &str, pem: &str, ask: bool) -> Self {
        // Fails where one is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let certificates = CertificateDer::pem_slice_iter(pem.as_bytes()).map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap();
        let builder = if ask {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(CA.as_bytes()).unwrap()).unwrap();
            let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
            ServerConfig::builder().with_client_cert_verifier(verifier)
        } else {
            ServerConfig::builder().with_no_client_auth()
        };
        let config = Arc::new(builder.with_single_cert(certificates, key).unwrap());
        let server = url.to_owned();
        Self::listening(move |stream| serve(stream, &config, &server))
    }

    /// Answers every greeting with TLS 1.1.
    pub fn old() -> Self {
        Self::listening(|mut stream| {
            let mut greeting = [0; 4096];
            let _ = stream.read(&mut greeting);
            // A handshake record of 1.1 with one hello of the server: its version, 32 bytes of chance, no session, a cipher.
            let hello = [&[3, 2][..], &[7; 32], &[0, 0xc0, 0x13, 0]].concat();
            let body = [&[2, 0, 0, u8::try_from(hello.len()).unwrap()][..], &hello].concat();
            let record = [&[22, 3, 2, 0, u8::try_from(body.len()).unwrap()][..], &body].concat();
            let _ = stream.write_all(&record);
            // Until the other side has had enough.
            while let Ok(1..) = stream.read(&mut greeting) {}
        })
    }

    fn listening(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let connections = Arc::<AtomicUsize>::default();
        let (counted, serve) = (connections.clone(), Arc::new(serve));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                let serve = serve.clone();
                std::thread::spawn(move || serve(stream));
            }
        });
        Self { url, connections }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many connections there were, whatever became of them.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// One connection: what is asked on it is asked of the server, and what that says is said.
fn serve(stream: TcpStream, config: &Arc<ServerConfig>, server: &str) {
    let connection = ServerConnection::new(config.clone()).unwrap();
    let mut reader = BufReader::new(StreamOwned::new(connection, stream));
    while let Some(asked) = read(&mut reader) {
        let Some(answer) = passed_on(&asked, server) else { return };
        if reader.get_mut().write_all(&answer).and_then(|()| reader.get_mut().flush()).is_err() {
            return;
        }
    }
}

fn passed_on(asked: &Asked, server: &str) -> Option<Vec<u8>> {
    let mut head = format!("{} {} HTTP/1.1\r\n", asked.method, asked.path);
    for (name, value) in &asked.headers {
        head += &format!("{name}: {value}\r\n");
    }
    let mut connection = Connection::open(server).ok()?;
    connection.send_bytes((head + "\r\n" + &asked.body).as_bytes()).ok()?;
    let answer = connection.answer(asked.method == "HEAD").ok()?;
    let mut bytes = format!("HTTP/1.1 {} X\r\n", answer.status);
    for (name, value) in &answer.headers {
        bytes += &format!("{name}: {value}\r\n");
    }
    Some([(bytes + "\r\n").into_bytes(), answer.body].concat())
}
