//! The proxy between a client and a server that are both made of nothing but sockets.

use std::io::{BufReader, ErrorKind, Read as _, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::test_server::{Client, Message, TestServer, ok, read_message};
use super::*;

fn echo_path(message: &Message) -> Vec<u8> {
    ok(&format!("{{\"said\": \"{}\"}}", message.line))
}

/// A server, a proxy in front of it with these faults, and a client of the proxy.
fn set_up(faults: &[&str]) -> (TestServer, Proxy, Client) {
    let server = TestServer::start(echo_path);
    let proxy = Proxy::start(&server.url).unwrap();
    proxy.set_faults(faults.iter().map(|text| text.parse().unwrap()).collect());
    let client = Client::connect(&proxy.url());
    (server, proxy, client)
}

/// A server that hangs up after each answer without a word.
fn rude_server(answer: impl Fn(&Message) -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            if let Ok(Some(message)) = read_message(&mut BufReader::new(&stream), false) {
                (&stream).write_all(&answer(&message)).unwrap();
            }
        }
    });
    url
}

mod faults;
mod passing;
