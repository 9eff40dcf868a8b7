//! A server of answers that are computed at once: reads a request, asks a function, writes what it says. What clients do
//! wrong (no HTTP, a huge body, a body that never comes) ends their own connection and nothing else.

use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::call::{Call, Reply};
use super::wire::{Body, Reader, RequestHead, WireError};

/// More than any request to these servers has to say.
const LARGEST_BODY: usize = 8 * 1024 * 1024;
/// How long a client may take for a head or for a body.
const PATIENCE: Duration = Duration::from_mins(1);
/// How much of a refused body is read, so that the client sees the refusal and not an aborted connection.
const LINGER: Duration = Duration::from_secs(1);

/// Answers one request.
pub(super) type Answer = Rc<dyn Fn(&Call) -> Reply>;

/// A listener on loopback, and on nothing else; 0 means any port.
pub(super) fn bind(port: u16) -> std::io::Result<(std::net::TcpListener, SocketAddr)> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves for ever. Every answer is held back for this long first.
pub(super) async fn serve(listener: TcpListener, answer: Answer, latency: Duration) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::task::spawn_local(converse(stream, Rc::clone(&answer), latency))),
            // Out of file descriptors, most likely: it passes.
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn converse(stream: TcpStream, answer: Answer, latency: Duration) {
    let _ = stream.set_nodelay(true);
    let (read, mut write) = stream.into_split();
    let mut reader = Reader::new(read);
    loop {
        let head = match timeout(PATIENCE, reader.request_head()).await {
            Ok(Ok(Some(head))) => head,
            Ok(Ok(None)) | Err(_) => return,
            Ok(Err(_)) => return close(&mut reader, &mut write, &Reply::text(400, "this is not HTTP\n")).await,
        };
        let Ok(body) = timeout(PATIENCE, body(&mut reader, &mut write, &head)).await else { return };
        let body = match body {
            Ok(body) => body,
            Err(WireError::TooLarge(_)) => {
                return close(&mut reader, &mut write, &Reply::text(413, "the body is larger than 8 MiB\n")).await;
            }
            Err(_) => return,
        };
        let call = call(&head, body);
        if latency > Duration::ZERO {
            sleep(latency).await;
        }
        let reply = answer(&call);
        let bytes = rendered(&reply, head.method == "HEAD", head.keep_alive);
        if write.write_all(&bytes).await.is_err() || !head.keep_alive {
            return;
        }
    }
}

async fn body(
    reader: &mut Reader<OwnedReadHalf>,
    write: &mut OwnedWriteHalf,
    head: &RequestHead,
) -> Result<Vec<u8>, WireError> {
    if head.expects_continue {
        write.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    Ok(reader.whole(&mut Body::new(head.framing), LARGEST_BODY).await?.payload)
}

fn call(head: &RequestHead, body: Vec<u8>) -> Call {
    let text = String::from_utf8_lossy(&head.raw);
    let headers = text.lines().skip(1).filter_map(|line| line.split_once(':'));
    let call = Call::new(&head.method, &head.path).with_body(body);
    headers.fold(call, |call, (name, value)| call.with_header(name.trim(), value.trim()))
}

fn rendered(reply: &Reply, is_head: bool, keep_alive: bool) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} {}\r\n", reply.status, reason(reply.status));
    for (name, value) in &reply.headers {
        let value = value.replace(['\r', '\n'], " ");
        head = head + name + ": " + &value + "\r\n";
    }
    // 204 and 304 have no body, and say nothing of its length.
    if !matches!(reply.status, 204 | 304) {
        head = head + "Content-Length: " + &reply.body.len().to_string() + "\r\n";
    }
    head.push_str(if keep_alive { "\r\n" } else { "Connection: close\r\n\r\n" });
    let mut bytes = head.into_bytes();
    if !is_head && !matches!(reply.status, 204 | 304) {
        bytes.extend_from_slice(&reply.body);
    }
    bytes
}

async fn close(reader: &mut Reader<OwnedReadHalf>, write: &mut OwnedWriteHalf, reply: &Reply) {
    let sent = write.write_all(&rendered(reply, false, false)).await;
    if sent.is_ok() && write.shutdown().await.is_ok() {
        let mut rest = [0_u8; 4096];
        let drain = async { while reader.source_mut().read(&mut rest).await.is_ok_and(|count| count > 0) {} };
        let _ = timeout(LINGER, drain).await;
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        300 => "Multiple Choices",
        302 => "Found",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Entity",
        500 => "Internal Server Error",
        504 => "Gateway Timeout",
        _ => "",
    }
}
