//! Stands between the product and a server, passes every byte on, and afterwards knows each request with its headers and
//! its body: what the proxy of the sandbox, which may see real secrets, does not keep.

use std::io::{BufReader, Cursor, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use super::server::{Asked, read};

type Wires = Arc<Mutex<Vec<Arc<Mutex<Vec<u8>>>>>>;

/// It ends with the process.
#[derive(Debug)]
pub struct Witness {
    url: String,
    wires: Wires,
}

impl Witness {
    /// Before the server at this address.
    pub fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = format!("http://{}", listener.local_addr().unwrap());
        let server = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let wires = Wires::default();
        let kept = wires.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let wire = Arc::<Mutex<Vec<u8>>>::default();
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(wire.clone());
                let Ok(server) = TcpStream::connect(&server) else { continue };
                let (Ok(from), Ok(to)) = (client.try_clone(), server.try_clone()) else { continue };
                std::thread::spawn(move || pass(from, to, Some(&wire)));
                std::thread::spawn(move || pass(server, client, None));
            }
        });
        Self { url: own, wires }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Everything that was asked, connection by connection.
    pub fn asked(&self) -> Vec<Asked> {
        let wires = self.wires.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = Vec::new();
        for wire in &*wires {
            let bytes = wire.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let mut reader = BufReader::new(Cursor::new(bytes));
            all.extend(std::iter::from_fn(|| read(&mut reader)));
        }
        all
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, wire: Option<&Mutex<Vec<u8>>>) {
    let mut buffer = [0; 16384];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        // Known before it is passed on, so that nobody has an answer to what is not known yet.
        if let Some(wire) = wire {
            wire.lock().unwrap_or_else(PoisonError::into_inner).extend(&buffer[..length]);
        }
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
