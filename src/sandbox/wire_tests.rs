//! Messages in every way they can be cut into reads.

use proptest::prelude::*;

use super::*;

/// Runs to the end on a runtime without any driver: memory needs none.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// A stream that yields these pieces, one a read.
fn reader(pieces: &[&[u8]]) -> Reader<impl AsyncRead + Unpin + use<>> {
    let mut source: Box<dyn AsyncRead + Unpin> = Box::new(tokio::io::empty());
    for piece in pieces.iter().rev().map(|piece| piece.to_vec()) {
        source = Box::new(std::io::Cursor::new(piece).chain(source));
    }
    Reader::new(source)
}

fn request(text: &str) -> Result<Option<RequestHead>, WireError> {
    block_on(reader(&[text.as_bytes()]).request_head())
}

fn response(text: &str, method: &str) -> ResponseHead {
    block_on(reader(&[text.as_bytes()]).response_head(method)).unwrap().unwrap()
}

#[test]
fn reads_a_request() {
    let text =
        "POST /v3/users?name=a%20b HTTP/1.1\r\nHost: k:5000\r\ncontent-length: 12\r\nExpect: 100-Continue\r\n\r\n";
    let head = request(text).unwrap().unwrap();
    assert_eq!((head.method.as_str(), head.path.as_str()), ("POST", "/v3/users?name=a%20b"));
    assert_eq!(head.raw, text.as_bytes());
    assert_eq!(head.framing, Framing::Length(12));
    assert!(head.keep_alive && head.expects_continue);
}

#[test]
fn knows_when_a_connection_ends() {
    let keeps = |headers: &str| request(&format!("GET / {headers}\r\n\r\n")).unwrap().unwrap().keep_alive;
    assert!(keeps("HTTP/1.1"));
    assert!(!keeps("HTTP/1.0"));
    assert!(!keeps("HTTP/1.1\r\nConnection: foo, Close"));
    let head = response("HTTP/1.1 200 OK\r\n\r\n", "GET");
    assert_eq!((head.framing, head.keep_alive), (Framing::UntilClose, false));
}

#[test]
fn knows_how_a_body_ends() {
    let framing = |headers: &str| response(&format!("HTTP/1.1 200 OK\r\n{headers}\r\n"), "GET").framing;
    assert_eq!(framing("Content-Length: 7\r\n"), Framing::Length(7));
    assert_eq!(framing("Content-Length: 0\r\n"), Framing::Empty);
    assert_eq!(framing("Content-Length: 7\r\nContent-Length: 7\r\n"), Framing::Length(7));
    assert_eq!(framing("Transfer-Encoding: gzip, Chunked\r\nContent-Length: 7\r\n"), Framing::Chunked);
    assert_eq!(framing(""), Framing::UntilClose);
    for (status, method) in
        [("204 No Content", "GET"), ("304 Not Modified", "GET"), ("100 Continue", "GET"), ("200 OK", "HEAD")]
    {
        let head = response(&format!("HTTP/1.1 {status}\r\nContent-Length: 7\r\n\r\n"), method);
        assert_eq!(head.framing, Framing::Empty, "{status} to {method}");
        assert!(head.keep_alive);
    }
    assert_eq!(request("GET / HTTP/1.1\r\n\r\n").unwrap().unwrap().framing, Framing::Empty);
}

#[test]
fn refuses_heads_that_mean_two_things_or_nothing() {
    for length in ["-1", "+5", "", "7, 7", "0x7", "99999999999999999999999", "7\r\nContent-Length: 8"] {
        let error = request(&format!("POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n")).unwrap_err();
        assert!(matches!(error, WireError::Framing(_)), "{length:?} gave {error}");
    }
    for text in ["hello\r\n\r\n", "GET /\r\n\r\n", "\x16\x03\x01\x02\x00", "GET / HTTP/1.1\r\nno colon\r\n\r\n"] {
        assert!(matches!(request(text), Err(WireError::Malformed(_))), "{text:?}");
    }
}

#[test]
fn tells_an_end_between_messages_from_one_inside() {
    assert!(request("").unwrap().is_none());
    assert!(request("\r\n").unwrap().is_none());
    assert!(matches!(request("GET / HT"), Err(WireError::Cut)));
}

#[test]
fn a_head_has_a_limit() {
    let endless = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(2 * HEAD_LIMIT));
    assert!(matches!(request(&endless), Err(WireError::TooLarge(HEAD_LIMIT))));
    let crowd = format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(HEADER_COUNT + 1));
    assert!(matches!(request(&crowd), Err(WireError::Malformed(httparse::Error::TooManyHeaders))));
}

/// The content, the raw bytes and what is left on the stream.
type Parts = (Vec<u8>, Vec<u8>, Vec<u8>);

fn body(pieces: &[&[u8]], framing: Framing) -> Result<Parts, WireError> {
    block_on(async {
        let mut reader = reader(pieces);
        let piece = reader.whole(&mut Body::new(framing), 1 << 20).await?;
        let mut rest = std::mem::take(&mut reader.buffer);
        reader.into_source().read_to_end(&mut rest).await?;
        Ok((piece.payload, piece.raw, rest))
    })
}

#[test]
fn takes_no_byte_of_the_next_message() {
    let (payload, raw, rest) = body(&[b"hello wor", b"ldGET /"], Framing::Length(11)).unwrap();
    assert_eq!(
        (payload.as_slice(), raw.as_slice(), rest.as_slice()),
        (&b"hello world"[..], &b"hello world"[..], &b"GET /"[..])
    );
    let chunks = b"5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\nGET /";
    let (payload, raw, rest) = body(&[chunks], Framing::Chunked).unwrap();
    assert_eq!((payload.as_slice(), rest.as_slice()), (&b"hello"[..], &b"GET /"[..]));
    assert_eq!(raw, chunks.split_at(chunks.len() - 5).0);
    let (payload, ..) = body(&[b"all ", b"of it"], Framing::UntilClose).unwrap();
    assert_eq!(payload, b"all of it");
}

#[test]
fn refuses_chunks_that_lie() {
    for bytes in ["x\r\n", "\r\n", "5\r\nhello!\r\n", "11111111111111111\r\n", "-5\r\n"] {
        let outcome = body(&[bytes.as_bytes()], Framing::Chunked);
        assert!(matches!(outcome, Err(WireError::Framing(_))), "{bytes:?} gave {outcome:?}");
    }
    let endless = "1;".to_owned() + &"x".repeat(2 * LINE_LIMIT);
    assert!(matches!(body(&[endless.as_bytes()], Framing::Chunked), Err(WireError::TooLarge(LINE_LIMIT))));
    let trailer = "0\r\n".to_owned() + &"X: y\r\n".repeat(HEAD_LIMIT / 4);
    assert!(matches!(body(&[trailer.as_bytes()], Framing::Chunked), Err(WireError::TooLarge(HEAD_LIMIT))));
}

#[test]
fn notices_a_body_that_is_cut_or_too_long() {
    for (bytes, framing) in
        [("hell", Framing::Length(5)), ("5\r\nhell", Framing::Chunked), ("5\r\nhello\r\n0\r\n", Framing::Chunked)]
    {
        assert!(matches!(body(&[bytes.as_bytes()], framing), Err(WireError::Cut)), "{bytes:?}");
    }
    let long = vec![b'x'; (1 << 20) + 1];
    assert!(matches!(body(&[&long], Framing::UntilClose), Err(WireError::TooLarge(_))));
}

proptest! {
    #[test]
    fn where_the_reads_end_does_not_matter(
        chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..40), 0..5),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let mut bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        for chunk in &chunks {
            bytes.extend(format!("{:X}\r\n", chunk.len()).into_bytes());
            bytes.extend(chunk);
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"0\r\n\r\nrest");
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        places.extend([0, bytes.len()]);
        places.sort_unstable();
        let pieces: Vec<&[u8]> = places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();

        let (head, piece) = block_on(async {
            let mut reader = reader(&pieces);
            let head = reader.response_head("GET").await.unwrap().unwrap();
            let piece = reader.whole(&mut Body::new(head.framing), 1 << 20).await.unwrap();
            (head, piece)
        });
        prop_assert_eq!(piece.payload, chunks.concat());
        prop_assert_eq!([head.raw, piece.raw, b"rest".to_vec()].concat(), bytes);
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        block_on(async {
            // An error is as good as a success; a panic or an endless loop is not.
            let _ = reader(&[&bytes]).request_head().await;
            let _ = reader(&[&bytes]).whole(&mut Body::new(Framing::Chunked), 1 << 20).await;
        });
    }
}
