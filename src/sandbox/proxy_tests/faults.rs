//! Each fault, as a client and a server see it.

use super::*;

#[test]
fn reset_aborts_the_connection() {
    for (fault, reached) in [("reset@1", 0), ("reset@1:after", 1)] {
        let (server, _proxy, mut client) = set_up(&[fault]);
        client.send("GET / HTTP/1.1\r\n\r\n");
        assert_eq!(client.answer().unwrap_err().kind(), ErrorKind::ConnectionReset, "{fault}");
        assert_eq!(server.lines().len(), reached, "{fault}");
    }
}

#[test]
fn cut_closes_it_in_good_order() {
    for (fault, reached) in [("cut@1", 0), ("cut@1:after", 1)] {
        let (server, proxy, mut client) = set_up(&[fault]);
        client.send("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello");
        client.assert_closed();
        assert_eq!(server.lines().len(), reached, "{fault}");
        let request = &proxy.take_record().requests[0];
        assert_eq!(
            (request.status, request.server_status.is_some(), request.forwarded),
            (None, reached == 1, reached == 1)
        );
        assert_eq!(request.faults, [fault]);
        assert_eq!(Client::connect(&proxy.url()).get("/2").status(), 200, "only the first is struck");
    }
}

#[test]
fn truncate_sends_half_of_what_was_promised() {
    let (_server, proxy, mut client) = set_up(&["truncate@1"]);
    client.send("GET / HTTP/1.1\r\n\r\n");
    let mut all = String::new();
    client.reader.read_to_string(&mut all).unwrap();
    assert!(all.contains("Content-Length: 26"), "{all}");
    assert!(all.ends_with("\r\n\r\n{\"said\": \"GET"), "{all}");
    let request = &proxy.take_record().requests[0];
    assert_eq!((request.status, request.response_bytes), (Some(200), 13));
}

#[test]
fn delay_takes_its_time_on_either_side() {
    for fault in ["delay=300ms@1", "delay=300ms@1:after"] {
        let (_server, proxy, mut client) = set_up(&[fault]);
        let started = Instant::now();
        assert_eq!(client.get("/").status(), 200);
        assert!(started.elapsed() >= Duration::from_millis(300), "{fault}");
        assert!(proxy.take_record().requests[0].took >= Some(Duration::from_millis(300)));
    }
}

#[test]
fn hang_never_answers() {
    for (fault, reached) in [("hang@1", 0), ("hang@1:after", 1)] {
        let (server, proxy, mut client) = set_up(&[fault]);
        client.reader.get_ref().set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        client.send("GET / HTTP/1.1\r\n\r\n");
        assert_eq!(client.answer().unwrap_err().kind(), ErrorKind::WouldBlock, "{fault}");
        assert_eq!(server.lines().len(), reached, "{fault}");
        assert!(!proxy.settle(Duration::from_millis(10)), "the client still waits");
        drop(client);
        assert!(proxy.settle(Duration::from_secs(5)), "{fault}");
    }
}

#[test]
fn drip_comes_byte_by_byte_and_complete() {
    let (_server, _proxy, mut client) = set_up(&["drip=2ms@1"]);
    let started = Instant::now();
    assert_eq!(client.get("/").text(), "{\"said\": \"GET / HTTP/1.1\"}");
    assert!(started.elapsed() >= Duration::from_millis(150), "{:?}", started.elapsed());
    assert_eq!(client.get("/2").status(), 200, "the connection goes on");
}

#[test]
fn status_replaces_the_answer_and_the_connection_goes_on() {
    let (server, proxy, mut client) = set_up(&["status=503@1", "status=429,retry-after=1@2:after", "status=204@4"]);
    client.send("POST /1 HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello");
    let answer = client.answer().unwrap().unwrap();
    assert_eq!((answer.line.as_str(), answer.header("retry-after")), ("HTTP/1.1 503 Service Unavailable", None));
    let answer = client.get("/2");
    assert_eq!((answer.status(), answer.header("retry-after")), (429, Some("1")));
    assert_eq!(client.get("/3").status(), 200);
    client.send("DELETE /4 HTTP/1.1\r\n\r\n");
    assert_eq!(read_message(&mut client.reader, true).unwrap().unwrap().status(), 204);
    client.send("HEAD /5 HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert_eq!(read_message(&mut client.reader, true).unwrap().unwrap().status(), 200);

    assert_eq!(server.lines(), ["GET /2", "GET /3", "HEAD /5"]);
    let record = proxy.take_record();
    let statuses: Vec<_> = record.requests.iter().map(|request| (request.status, request.server_status)).collect();
    let some = |a, b| (Some(a), Some(b));
    assert_eq!(statuses, [(Some(503), None), some(429, 200), some(200, 200), (Some(204), None), some(200, 200)]);
    assert_eq!(record.connections, 1);
}

#[test]
fn a_fault_for_good_strikes_from_its_number_on() {
    let (server, proxy, mut client) = set_up(&["status=500@2!", "cut@9"]);
    let statuses = ["/1", "/2", "/3"].map(|path| client.get(path).status());
    assert_eq!(statuses, [200, 500, 500]);
    assert_eq!(server.lines(), ["GET /1"]);
    let waiting: Vec<_> = proxy.waiting_faults().iter().map(ToString::to_string).collect();
    assert_eq!(waiting, ["cut@9"]);
}

#[test]
fn body_replaces_the_body_and_nothing_else() {
    let expected: [(&str, &[u8]); 5] = [
        ("html", b"<!DOCTYPE html>"),
        ("empty", b""),
        ("truncated", b"{\"said\": \"GET"),
        ("array", b"["),
        ("invalid-utf8", b"{\"name\": \"\xff"),
    ];
    for (kind, start) in expected {
        let server = TestServer::start(|message| {
            let body = format!("{{\"said\": \"{}\"}}", message.line);
            let (size, head) = (body.len(), "HTTP/1.1 201 Created\r\nX-Subject-Token: t\r\nTransfer-Encoding: chunked");
            format!("{head}\r\n\r\n{size:x}\r\n{body}\r\n0\r\n\r\n").into_bytes()
        });
        let proxy = Proxy::start(&server.url).unwrap();
        proxy.set_faults(vec![format!("body={kind}@1").parse().unwrap()]);
        let mut client = Client::connect(&proxy.url());
        let answer = client.get("/");
        assert_eq!((answer.status(), answer.header("x-subject-token")), (201, Some("t")), "{kind}");
        assert!(answer.body.starts_with(start), "{kind}: {:?}", answer.body);
        assert_eq!(answer.header("transfer-encoding"), None);
        assert_eq!(answer.header("content-type"), Some(if kind == "html" { "text/html" } else { "application/json" }));
        assert_eq!(client.get("/2").status(), 201, "the framing is right");
        assert_eq!(proxy.take_record().requests[0].response_bytes, answer.body.len() as u64);
    }
}

#[test]
fn body_before_answers_success_without_the_server() {
    let (server, _proxy, mut client) = set_up(&["body=html@1:before"]);
    let answer = client.get("/");
    assert_eq!((answer.status(), answer.header("content-type")), (200, Some("text/html")));
    assert!(server.lines().is_empty());
}

#[test]
fn a_huge_body_is_streamed_and_can_be_refused() {
    let (_server, proxy, mut client) = set_up(&["body=huge@*"]);
    client.send("GET / HTTP/1.1\r\n\r\n");
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        std::io::BufRead::read_line(&mut client.reader, &mut head).unwrap();
    }
    assert!(head.contains("Content-Length: 314572800"), "{head}");
    let mut body = (&mut client.reader).take(314_572_800);
    let (mut size, mut last, mut block) = (0, 0, vec![0; 1 << 16]);
    while let Ok(count @ 1..) = body.read(&mut block) {
        size += count;
        last = block[count - 1];
    }
    assert_eq!((size, last), (314_572_800, b'"'));
    assert_eq!(proxy.take_record().requests[0].response_bytes, 314_572_800);

    client.send("GET / HTTP/1.1\r\n\r\n");
    drop(client);
    assert!(proxy.settle(Duration::from_secs(5)), "nobody reads it, so nobody writes it");
}

#[test]
fn redirect_points_elsewhere() {
    let (server, _proxy, mut client) = set_up(&["redirect=http://127.0.0.1:9/x?y=z@1"]);
    let answer = client.get("/");
    assert_eq!((answer.status(), answer.header("location")), (302, Some("http://127.0.0.1:9/x?y=z")));
    assert!(server.lines().is_empty());
}

#[test]
fn signals_are_handed_over_on_their_side() {
    let server = TestServer::start(echo_path);
    let proxy = Proxy::start(&server.url).unwrap();
    let faults = ["int@1", "term@2:after", "int@3", "delay=10ms@3:after"];
    proxy.set_faults(faults.map(|text| text.parse().unwrap()).to_vec());
    let (heard, seen) = (Arc::new(Mutex::new(Vec::new())), Arc::clone(&server.seen));
    let book = Arc::clone(&heard);
    proxy.on_signal(Box::new(move |signal| book.lock().unwrap().push((signal, seen.lock().unwrap().len()))));
    let mut client = Client::connect(&proxy.url());
    for path in ["/1", "/2", "/3"] {
        assert_eq!(client.get(path).status(), 200, "the exchange goes on");
    }
    assert_eq!(*heard.lock().unwrap(), [(Signal::Interrupt, 0), (Signal::Terminate, 2), (Signal::Interrupt, 2)]);
}

#[test]
fn kill_forwards_only_what_comes_after() {
    for (fault, reached) in [("kill@1", 0), ("kill@1:after", 1)] {
        let (server, proxy, mut client) = set_up(&[fault]);
        let count = Arc::new(AtomicUsize::new(0));
        // Stands for a process: killing it closes its connection.
        let (stream, killed) = (client.reader.get_ref().try_clone().unwrap(), Arc::clone(&count));
        proxy.on_signal(Box::new(move |signal| {
            assert_eq!(signal, Signal::Kill);
            killed.fetch_add(1, Ordering::SeqCst);
            stream.shutdown(std::net::Shutdown::Both).unwrap();
        }));
        client.send("POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
        client.assert_closed();
        assert!(proxy.settle(Duration::from_secs(5)));
        assert_eq!((count.load(Ordering::SeqCst), server.lines().len()), (1, reached), "{fault}");
        assert_eq!(proxy.take_record().requests[0].status, None);
    }
}

#[test]
fn several_faults_strike_one_request_in_their_order() {
    let (server, _proxy, mut client) = set_up(&["delay=50ms@1", "status=500@1:after", "delay=50ms@1:after"]);
    let started = Instant::now();
    assert_eq!(client.get("/").status(), 500);
    assert!(started.elapsed() >= Duration::from_millis(50));
    assert_eq!(server.lines(), ["GET /"]);
}
