//! For the unit tests of this room: the smallest server that can stand behind the proxy, and the smallest client that
//! can stand in front of it. Both read messages in their own way, so that a mistake in `wire.rs` is not shared.

use std::io::{BufRead, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A message as either side received it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Message {
    /// The request or status line.
    pub(super) line: String,
    /// Lower-case names.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Message {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn status(&self) -> u16 {
        self.line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_else(|| panic!("{self:?}"))
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Reads one message; `None` if the stream ended first. `bodiless` is for answers that have none in spite of headers.
pub(super) fn read_message(from: &mut impl BufRead, bodiless: bool) -> std::io::Result<Option<Message>> {
    let mut message = Message::default();
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    message.line = line.trim_end().to_owned();
    loop {
        line.clear();
        if from.read_line(&mut line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        message.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    if bodiless {
        return Ok(Some(message));
    }
    if message.header("transfer-encoding") == Some("chunked") {
        loop {
            line.clear();
            from.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim_end(), 16).map_err(|_| ErrorKind::InvalidData)?;
            let mut chunk = vec![0; size + 2];
            from.read_exact(&mut chunk)?;
            message.body.extend_from_slice(&chunk[..size]);
            if size == 0 {
                return Ok(Some(message));
            }
        }
    }
    let length = message.header("content-length").map(|text| text.parse().unwrap());
    if let Some(length) = length {
        message.body.resize(length, 0);
        from.read_exact(&mut message.body)?;
    } else if message.line.starts_with("HTTP/") {
        from.read_to_end(&mut message.body)?;
    }
    Ok(Some(message))
}

/// What the server received, with the number of the connection.
pub(super) type Seen = Arc<Mutex<Vec<(usize, Message)>>>;

/// A server that answers each request with the bytes that `answer` gives, and closes the connection after an answer
/// without a length. It lives until the test's process ends.
pub(super) struct TestServer {
    pub(super) url: String,
    pub(super) seen: Seen,
}

impl TestServer {
    pub(super) fn start(answer: impl Fn(&Message) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Seen::default();
        let answer = Arc::new(answer);
        let book = Arc::clone(&seen);
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let (stream, answer, book) = (stream.unwrap(), Arc::clone(&answer), Arc::clone(&book));
                std::thread::spawn(move || converse(&stream, number + 1, &*answer, &book));
            }
        });
        Self { url, seen }
    }

    /// The request lines, without the version.
    pub(super) fn lines(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        seen.iter().map(|(_, message)| message.line.replace(" HTTP/1.1", "")).collect()
    }
}

fn converse(stream: &TcpStream, number: usize, answer: &dyn Fn(&Message) -> Vec<u8>, book: &Seen) {
    let mut reader = BufReader::new(stream);
    while let Ok(Some(message)) = read_message(&mut reader, false) {
        book.lock().unwrap().push((number, message.clone()));
        let bytes = answer(&message);
        let stays =
            (&*stream).write_all(&bytes).is_ok() && !String::from_utf8_lossy(&bytes).contains("Connection: close");
        if !stays {
            return;
        }
    }
}

/// An answer with a length.
pub(super) fn ok(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes()
}

/// A client with one connection.
pub(super) struct Client {
    pub(super) reader: BufReader<TcpStream>,
}

impl Client {
    pub(super) fn connect(url: &str) -> Self {
        let authority = url.trim_start_matches("http://").split('/').next().unwrap();
        let stream = TcpStream::connect(authority).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Self { reader: BufReader::new(stream) }
    }

    pub(super) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.reader.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    /// One request without a body, and its answer.
    pub(super) fn get(&mut self, path: &str) -> Message {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: somewhere:1234\r\n\r\n"));
        self.answer().unwrap().unwrap()
    }

    pub(super) fn answer(&mut self) -> std::io::Result<Option<Message>> {
        read_message(&mut self.reader, false)
    }

    /// Asserts that the connection ends here, in order or not.
    pub(super) fn assert_closed(&mut self) {
        let mut rest = Vec::new();
        self.reader.read_to_end(&mut rest).unwrap();
        assert_eq!(String::from_utf8_lossy(&rest), "");
    }
}
