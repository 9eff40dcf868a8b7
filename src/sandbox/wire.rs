//! Reading one HTTP/1.1 message off a stream: the head by httparse, the body by its framing, both with limits.
//!
//! Every byte is handed on as it came, so that the proxy adds no dialect of its own. Knows nothing of faults, records or
//! which side of the proxy a stream is on.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// As much head as the servers in front of which we stand take themselves (8 to 64 KB).
const HEAD_LIMIT: usize = 64 * 1024;
/// Far above what any of them sends.
const HEADER_COUNT: usize = 128;
/// A chunk's size line with its extensions.
const LINE_LIMIT: usize = 4096;
/// Room for one read.
const READ: usize = 16 * 1024;

/// Why a message could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireError {
    #[error("the connection ended in the middle of a message")]
    Cut,
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("not an HTTP/1 message: {0}")]
    Malformed(#[from] httparse::Error),
    #[error("{0}")]
    Framing(&'static str),
    #[error("the message is larger than {0} bytes")]
    TooLarge(usize),
}

/// How the end of a body is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Empty,
    Length(u64),
    Chunked,
    UntilClose,
}

/// The head of a request, read and raw.
#[derive(Debug)]
pub(super) struct RequestHead {
    pub(super) raw: Vec<u8>,
    pub(super) method: String,
    /// With the query, as sent.
    pub(super) path: String,
    pub(super) framing: Framing,
    pub(super) keep_alive: bool,
    /// The client waits for a `100 Continue` before it sends the body.
    pub(super) expects_continue: bool,
}

/// The head of a response, read and raw.
#[derive(Debug)]
pub(super) struct ResponseHead {
    pub(super) raw: Vec<u8>,
    pub(super) status: u16,
    pub(super) reason: String,
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) framing: Framing,
    pub(super) keep_alive: bool,
}

/// A part of a body.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// As it came, with the framing of chunks.
    pub(super) raw: Vec<u8>,
    /// The content alone.
    pub(super) payload: Vec<u8>,
}

/// A stream and what was read from it too early.
#[derive(Debug)]
pub(super) struct Reader<R> {
    source: R,
    buffer: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, buffer: Vec::new() }
    }

    pub(super) fn source(&self) -> &R {
        &self.source
    }

    pub(super) fn source_mut(&mut self) -> &mut R {
        &mut self.source
    }

    pub(super) fn into_source(self) -> R {
        self.source
    }

    /// Whether bytes lie here that nobody asked for yet.
    pub(super) fn has_leftover(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Reads some more; `false` at the end of the stream. Nothing is lost if the future is dropped.
    async fn fill(&mut self) -> Result<bool, WireError> {
        self.buffer.reserve(READ);
        Ok(self.source.read_buf(&mut self.buffer).await? > 0)
    }

    /// The next request's head, or `None` if the stream ended between two messages. Nothing is lost if the future is
    /// dropped.
    pub(super) async fn request_head(&mut self) -> Result<Option<RequestHead>, WireError> {
        self.head(parse_request).await
    }

    /// The next response's head, for a request of this method.
    pub(super) async fn response_head(&mut self, method: &str) -> Result<Option<ResponseHead>, WireError> {
        self.head(|bytes| parse_response(bytes, method)).await
    }

    async fn head<T>(
        &mut self,
        parse: impl Fn(&[u8]) -> Result<Option<(usize, T)>, WireError>,
    ) -> Result<Option<T>, WireError> {
        loop {
            if let Some((length, head)) = parse(&self.buffer)? {
                self.buffer.drain(..length);
                return Ok(Some(head));
            }
            if self.buffer.len() > HEAD_LIMIT {
                return Err(WireError::TooLarge(HEAD_LIMIT));
            }
            if !self.fill().await? {
                let only_line_ends = self.buffer.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
                return if only_line_ends { Ok(None) } else { Err(WireError::Cut) };
            }
        }
    }

    /// The next part of a body, or `None` after its end.
    pub(super) async fn piece(&mut self, body: &mut Body) -> Result<Option<Piece>, WireError> {
        if body.is_done() {
            return Ok(None);
        }
        if self.buffer.is_empty() && !self.fill().await? {
            return if body.ends_with_the_stream() { Ok(None) } else { Err(WireError::Cut) };
        }
        let mut payload = Vec::new();
        let used = body.consume(&self.buffer, &mut payload)?;
        Ok(Some(Piece { raw: self.buffer.drain(..used).collect(), payload }))
    }

    /// The whole body, if it is no larger than that.
    pub(super) async fn whole(&mut self, body: &mut Body, limit: usize) -> Result<Piece, WireError> {
        let mut whole = Piece::default();
        while let Some(piece) = self.piece(body).await? {
            whole.raw.extend(piece.raw);
            whole.payload.extend(piece.payload);
            if whole.raw.len() > limit {
                return Err(WireError::TooLarge(limit));
            }
        }
        Ok(whole)
    }
}

fn parse_request(bytes: &[u8]) -> Result<Option<(usize, RequestHead)>, WireError> {
    let mut headers = [httparse::EMPTY_HEADER; HEADER_COUNT];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(length) = request.parse(bytes)? else { return Ok(None) };
    let framing = match framing(request.headers)? {
        // A request without a length has no body.
        Framing::UntilClose => Framing::Empty,
        framing => framing,
    };
    let (raw, _) = bytes.split_at(length);
    let head = RequestHead {
        raw: raw.to_vec(),
        method: request.method.unwrap_or_default().to_owned(),
        path: request.path.unwrap_or_default().to_owned(),
        framing,
        keep_alive: keeps_alive(request.version, request.headers),
        expects_continue: has_token(request.headers, "expect", "100-continue"),
    };
    Ok(Some((length, head)))
}

fn parse_response(bytes: &[u8], method: &str) -> Result<Option<(usize, ResponseHead)>, WireError> {
    let mut headers = [httparse::EMPTY_HEADER; HEADER_COUNT];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = response.parse(bytes)? else { return Ok(None) };
    let status = response.code.unwrap_or_default();
    // RFC 9112 §6.3: these have no body, whatever their headers say.
    let bodiless = method == "HEAD" || status < 200 || status == 204 || status == 304;
    let framing = if bodiless { Framing::Empty } else { framing(response.headers)? };
    let (raw, _) = bytes.split_at(length);
    let head = ResponseHead {
        raw: raw.to_vec(),
        status,
        reason: response.reason.unwrap_or_default().to_owned(),
        headers: response.headers.iter().map(|header| (header.name.to_owned(), header.value.to_vec())).collect(),
        framing,
        keep_alive: keeps_alive(response.version, response.headers) && framing != Framing::UntilClose,
    };
    Ok(Some((length, head)))
}

fn framing(headers: &[httparse::Header<'_>]) -> Result<Framing, WireError> {
    if has_token(headers, "transfer-encoding", "chunked") {
        return Ok(Framing::Chunked);
    }
    let mut length = None;
    for header in headers.iter().filter(|header| header.name.eq_ignore_ascii_case("content-length")) {
        let digits = header.value.trim_ascii();
        let all_digits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        let number = std::str::from_utf8(digits).ok().filter(|_| all_digits).and_then(|text| text.parse::<u64>().ok());
        let number = number.ok_or(WireError::Framing("the content length is no number"))?;
        if length.is_some_and(|other| other != number) {
            return Err(WireError::Framing("there are two different content lengths"));
        }
        length = Some(number);
    }
    Ok(match length {
        Some(0) => Framing::Empty,
        Some(length) => Framing::Length(length),
        None => Framing::UntilClose,
    })
}

fn keeps_alive(version: Option<u8>, headers: &[httparse::Header<'_>]) -> bool {
    version == Some(1) && !has_token(headers, "connection", "close")
}

/// Whether one of the headers of that name lists the word.
fn has_token(headers: &[httparse::Header<'_>], name: &str, token: &str) -> bool {
    headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case(name))
        .flat_map(|header| header.value.split(|byte| *byte == b','))
        .any(|word| word.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
}

/// How far a body has been read.
#[derive(Debug)]
pub(super) struct Body(State);

#[derive(Debug)]
enum State {
    Done,
    Length(u64),
    UntilClose,
    /// In a chunk's size line, of which this much is known.
    Size(Vec<u8>),
    Chunk(u64),
    /// After a chunk's data, before its line end.
    ChunkEnd,
    /// In the trailer: length of the line so far and of everything.
    Trailer(usize, usize),
}

impl Body {
    pub(super) fn new(framing: Framing) -> Self {
        Self(match framing {
            Framing::Empty => State::Done,
            Framing::Length(length) => State::Length(length),
            Framing::Chunked => State::Size(Vec::new()),
            Framing::UntilClose => State::UntilClose,
        })
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self.0, State::Done)
    }

    fn ends_with_the_stream(&self) -> bool {
        matches!(self.0, State::UntilClose)
    }

    /// Takes what belongs to the body from the start of `input`; says how many bytes that were.
    fn consume(&mut self, input: &[u8], payload: &mut Vec<u8>) -> Result<usize, WireError> {
        let mut rest = input;
        while !rest.is_empty() {
            match &mut self.0 {
                State::Done => break,
                State::UntilClose => {
                    payload.extend_from_slice(rest);
                    rest = &[];
                }
                State::Length(left) => {
                    rest = take(rest, left, payload);
                    if *left == 0 {
                        self.0 = State::Done;
                    }
                }
                State::Chunk(left) => {
                    rest = take(rest, left, payload);
                    if *left == 0 {
                        self.0 = State::ChunkEnd;
                    }
                }
                _ => {
                    let Some((byte, after)) = rest.split_first() else { break };
                    self.step(*byte)?;
                    rest = after;
                }
            }
        }
        Ok(input.len() - rest.len())
    }

    /// One byte of the framing of chunks.
    fn step(&mut self, byte: u8) -> Result<(), WireError> {
        match &mut self.0 {
            State::Size(line) => {
                line.push(byte);
                if line.len() > LINE_LIMIT {
                    return Err(WireError::TooLarge(LINE_LIMIT));
                }
                // httparse reads no digit at all as zero.
                if !line.first().is_some_and(u8::is_ascii_hexdigit) {
                    return Err(WireError::Framing("a chunk's size is no number"));
                }
                if byte == b'\n' {
                    self.0 = match httparse::parse_chunk_size(line) {
                        Ok(httparse::Status::Complete((_, 0))) => State::Trailer(0, 0),
                        Ok(httparse::Status::Complete((_, size))) => State::Chunk(size),
                        _ => return Err(WireError::Framing("a chunk's size is no number")),
                    };
                }
            }
            State::ChunkEnd => match byte {
                b'\r' => {}
                b'\n' => self.0 = State::Size(Vec::new()),
                _ => return Err(WireError::Framing("a chunk is longer than its size")),
            },
            State::Trailer(line, all) => {
                *all += 1;
                if *all > HEAD_LIMIT {
                    return Err(WireError::TooLarge(HEAD_LIMIT));
                }
                match byte {
                    b'\r' => {}
                    b'\n' if *line == 0 => self.0 = State::Done,
                    b'\n' => *line = 0,
                    _ => *line += 1,
                }
            }
            State::Done | State::Length(_) | State::UntilClose | State::Chunk(_) => {}
        }
        Ok(())
    }
}

/// Moves at most `left` bytes over and says what remains of the input.
fn take<'a>(input: &'a [u8], left: &mut u64, payload: &mut Vec<u8>) -> &'a [u8] {
    let count = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
    let (taken, rest) = input.split_at(count);
    payload.extend_from_slice(taken);
    *left = left.saturating_sub(taken.len() as u64);
    rest
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
