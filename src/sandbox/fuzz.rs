//! What has to hold for any text that a sandbox is given, and for any bytes on a wire.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, ReadBuf};

use super::fault::{Action, At, Fault};
pub(crate) use super::keypass::fuzz::pdp;
use super::pattern::Pattern;
use super::wire::{Body, Framing, Reader, WireError};

/// What was read and written reads the same.
pub(crate) fn faults(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match text.parse::<Fault>() {
        Ok(fault) => {
            let written = fault.to_string();
            assert!(!written.contains(['\r', '\n']) || fault.only.is_some(), "{written:?}");
            let again = written.parse::<Fault>();
            assert!(again.as_ref().is_ok_and(|again| *again == fault), "{text:?}: {written:?} is {again:?}");
            let (At::Only(first) | At::From(first)) = fault.at;
            assert!(first > 0 && fault.strikes(first) && !fault.strikes(first - 1));
            assert_eq!(fault.strikes(first.saturating_add(1)), matches!(fault.at, At::From(_)) || first == usize::MAX);
            if let Action::Status { code, retry_after } = &fault.action {
                assert!((200..=599).contains(code));
                assert!(
                    retry_after.as_deref().is_none_or(|value| value.bytes().all(|byte| byte >= b' ' && byte != 0x7f))
                );
            }
        }
        Err(error) => assert!(error.to_string().contains(&*text) || text.contains(" on "), "{error}"),
    }
    let mut lines = text.lines();
    if let Some(Ok(pattern)) = lines.next().map(str::parse::<Pattern>) {
        let written = pattern.to_string();
        assert!(written.parse::<Pattern>().is_ok_and(|again| again == pattern), "{written:?}");
        for target in lines {
            assert_eq!(
                pattern.matches("GET", "orion", target),
                pattern.matches("GET", "orion", &format!("{target}?a=/b"))
            );
        }
    }
}

/// Bytes that come a few at a time.
struct Trickle<'a> {
    rest: &'a [u8],
    most: usize,
}

impl AsyncRead for Trickle<'_> {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let (now, rest) = self.rest.split_at(self.most.min(self.rest.len()).min(into.remaining()));
        into.put_slice(now);
        self.rest = rest;
        Poll::Ready(Ok(()))
    }
}

/// What never waits is ready at once.
fn ready<T>(work: impl Future<Output = T>) -> T {
    match std::pin::pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => unreachable!("there is nothing to wait for"),
    }
}

/// How a stream ends between two messages.
const WHOLE: &str = "whole";

/// What was read of a stream: heads, payloads, every byte as it came, and how it ended.
#[derive(Debug, Default, PartialEq)]
struct Told {
    heads: Vec<(String, Framing, bool)>,
    payloads: Vec<Vec<u8>>,
    raw: Vec<u8>,
    end: String,
}

/// Messages mean the same in whatever pieces they come, and every byte is handed on.
pub(crate) fn wire(bytes: &[u8]) {
    for is_request in [true, false] {
        let told = ready(read(bytes, usize::MAX, is_request));
        assert!(bytes.starts_with(&told.raw), "{told:?}");
        for most in [1, 7] {
            let mut again = ready(read(bytes, most, is_request));
            // How much was handed on before something was wrong depends on how much came at once.
            if told.end != WHOLE {
                again.raw.clone_from(&told.raw);
            }
            assert_eq!(again, told);
        }
    }
}

async fn read(bytes: &[u8], most: usize, is_request: bool) -> Told {
    let mut reader = Reader::new(Trickle { rest: bytes, most });
    let mut told = Told::default();
    told.end = match message(&mut reader, &mut told, is_request).await {
        Ok(()) => WHOLE.to_owned(),
        Err(error) => error.to_string(),
    };
    told
}

async fn message(reader: &mut Reader<Trickle<'_>>, told: &mut Told, is_request: bool) -> Result<(), WireError> {
    loop {
        let (head, raw, framing, keeps) = if is_request {
            let Some(head) = reader.request_head().await? else { return Ok(()) };
            (format!("{} {}", head.method, head.path), head.raw, head.framing, head.keep_alive)
        } else {
            let Some(head) = reader.response_head("GET").await? else { return Ok(()) };
            (format!("{} {} {:?}", head.status, head.reason, head.headers), head.raw, head.framing, head.keep_alive)
        };
        told.heads.push((head, framing, keeps));
        told.raw.extend(raw);
        let mut body = Body::new(framing);
        let mut payload = Vec::new();
        while let Some(piece) = reader.piece(&mut body).await? {
            assert!(piece.payload.len() <= piece.raw.len() && !piece.raw.is_empty(), "{piece:?}");
            told.raw.extend(piece.raw);
            payload.extend(piece.payload);
        }
        if let Framing::Length(length) = framing {
            assert_eq!(payload.len() as u64, length);
        }
        told.payloads.push(payload);
    }
}
