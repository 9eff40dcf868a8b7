//! Without faults: nothing is changed, everything is counted.

use super::super::super::record::Request;
use super::*;

#[test]
fn records_what_passes_and_keeps_both_connections_open() {
    let (server, proxy, mut client) = set_up(&[]);
    assert_eq!(client.get("/v3/users?name=x").text(), "{\"said\": \"GET /v3/users?name=x HTTP/1.1\"}");
    client.send("POST /v3/users HTTP/1.1\r\nHost: somewhere:1234\r\nContent-Length: 5\r\n\r\nhello");
    assert_eq!(client.answer().unwrap().unwrap().status(), 200);

    let record = proxy.take_record();
    assert_eq!((record.connections, record.most_in_flight), (1, 1));
    let shown: Vec<_> = record.requests.iter().map(|request| (request.index, request.to_string())).collect();
    assert_eq!(shown, [(1, "GET /v3/users?name=x".to_owned()), (2, "POST /v3/users".to_owned())]);
    let post = &record.requests[1];
    assert_eq!((post.status, post.server_status, post.forwarded), (Some(200), Some(200), true));
    assert_eq!((post.request_bytes, post.response_bytes), (5, 35));
    assert_eq!((post.connection, post.in_flight), (1, 1));
    assert!(post.took.is_some() && post.started >= record.requests[0].started);

    let seen = server.seen.lock().unwrap();
    assert_eq!(seen.iter().map(|(connection, _)| *connection).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(seen[0].1.header("host"), Some("somewhere:1234"), "links are built from it");
    assert_eq!(seen[1].1.body, b"hello");
}

#[test]
fn a_record_is_taken_once_and_numbers_go_on_until_they_are_reset() {
    let (_server, proxy, mut client) = set_up(&[]);
    client.get("/1");
    assert_eq!(proxy.take_record().requests.len(), 1);
    assert_eq!(proxy.take_record(), Record::default());
    client.get("/2");
    assert_eq!(proxy.take_record().requests[0].index, 2);
    proxy.reset_count();
    client.get("/3");
    let record = proxy.take_record();
    assert_eq!((record.requests[0].index, record.connections), (1, 0), "the connection is an old one");
}

#[test]
fn numbers_and_counts_over_all_connections() {
    // Every request waits for its rivals, so all three are on their way at once.
    let waiting = Arc::new(std::sync::Barrier::new(3));
    let server = TestServer::start(move |message| {
        waiting.wait();
        echo_path(message)
    });
    let proxy = Proxy::start(&server.url).unwrap();
    let url = proxy.url();
    std::thread::scope(|scope| {
        for path in ["/a", "/b", "/c"] {
            let url = &url;
            scope.spawn(move || Client::connect(url).get(path));
        }
    });
    let record = proxy.take_record();
    assert_eq!((record.connections, record.most_in_flight), (3, 3));
    let pick = |what: fn(&Request) -> usize| record.requests.iter().map(what).collect::<Vec<_>>();
    assert_eq!(pick(|request| request.index), [1, 2, 3]);
    assert_eq!(pick(|request| request.in_flight), [1, 2, 3]);
    assert_eq!(pick(|request| request.connection).len(), 3);
    assert!(proxy.settle(Duration::from_secs(5)), "all clients are gone");
}

#[test]
fn an_answer_in_hand_is_not_counted_beside_the_next_request() {
    let (_server, proxy, _) = set_up(&[]);
    for _ in 0..50 {
        // Each on a connection of its own, as early as it can be.
        Client::connect(&proxy.url()).get("/");
    }
    assert_eq!(proxy.take_record().most_in_flight, 1);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let (server, proxy, mut client) = set_up(&[]);
    client.send("POST /1 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n");
    for number in 1..=3 {
        assert!(client.answer().unwrap().unwrap().text().contains(&format!("/{number} ")));
    }
    assert_eq!(server.lines(), ["POST /1", "GET /2", "GET /3"]);
    assert_eq!(proxy.take_record().requests[0].request_bytes, 3);
}

#[test]
fn chunked_bodies_pass_both_ways_as_they_are() {
    let server = TestServer::start(|message| {
        assert_eq!(message.body, b"hello world");
        b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nabcd\r\n0\r\n\r\n".to_vec()
    });
    let proxy = Proxy::start(&server.url).unwrap();
    let mut client = Client::connect(&proxy.url());
    for _ in 0..2 {
        client.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n");
        client.send("5\r\nworld\r\n0\r\n\r\n");
        let expected = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nabcd\r\n0\r\n\r\n";
        let mut answer = vec![0; expected.len()];
        client.reader.read_exact(&mut answer).unwrap();
        assert_eq!(answer, expected);
    }
    let record = proxy.take_record();
    assert_eq!((record.requests[1].request_bytes, record.requests[1].response_bytes), (11, 4));
    assert_eq!(record.connections, 1);
}

#[test]
fn answers_without_a_body_do_not_stall_the_connection() {
    let server = TestServer::start(|message| {
        let (status, length) = if message.line.starts_with("HEAD") {
            ("200 OK", "Content-Length: 1000\r\n")
        } else if message.line.contains("/304") {
            ("304 Not Modified", "Content-Length: 1000\r\n")
        } else {
            ("204 No Content", "")
        };
        format!("HTTP/1.1 {status}\r\n{length}\r\n").into_bytes()
    });
    let proxy = Proxy::start(&server.url).unwrap();
    let mut client = Client::connect(&proxy.url());
    for (request, status) in [("HEAD /", 200), ("GET /304", 304), ("DELETE /", 204), ("HEAD /", 200)] {
        client.send(format!("{request} HTTP/1.1\r\n\r\n"));
        assert_eq!(read_message(&mut client.reader, true).unwrap().unwrap().status(), status, "{request}");
    }
    assert!(proxy.take_record().requests.iter().all(|request| request.response_bytes == 0 && request.took.is_some()));
}

#[test]
fn answers_before_the_answer_pass_too() {
    let server = TestServer::start(|_| {
        let mut bytes = b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n".to_vec();
        bytes.extend(ok("{}"));
        bytes
    });
    let proxy = Proxy::start(&server.url).unwrap();
    let mut client = Client::connect(&proxy.url());
    client.send("GET / HTTP/1.1\r\n\r\n");
    let statuses = [true, true, false].map(|early| read_message(&mut client.reader, early).unwrap().unwrap().status());
    assert_eq!(statuses, [103, 102, 200]);
    assert_eq!(proxy.take_record().requests[0].status, Some(200));
}

#[test]
fn a_client_that_waits_for_100_gets_it_once() {
    let server = TestServer::start(|_| {
        let mut bytes = b"HTTP/1.1 100 Continue\r\n\r\n".to_vec();
        bytes.extend(ok("{}"));
        bytes
    });
    let proxy = Proxy::start(&server.url).unwrap();
    proxy.set_faults(vec!["status=503@2".parse().unwrap()]);
    let mut client = Client::connect(&proxy.url());
    for status in [200, 503] {
        client.send("PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
        assert_eq!(read_message(&mut client.reader, true).unwrap().unwrap().status(), 100);
        client.send("abc");
        assert_eq!(client.answer().unwrap().unwrap().status(), status);
    }
    assert_eq!(server.seen.lock().unwrap()[0].1.body, b"abc");
}

#[test]
fn large_bodies_pass_both_ways() {
    let large = 20 * 1024 * 1024;
    let server = TestServer::start(move |message| {
        assert_eq!(message.body.len(), large);
        ok(&"y".repeat(large))
    });
    let proxy = Proxy::start(&server.url).unwrap();
    let mut client = Client::connect(&proxy.url());
    client.send(format!("PUT /v1/file HTTP/1.1\r\nContent-Length: {large}\r\n\r\n"));
    client.send("x".repeat(large));
    assert_eq!(client.answer().unwrap().unwrap().body.len(), large);
    let request = &proxy.take_record().requests[0];
    assert_eq!((request.request_bytes, request.response_bytes), (large as u64, large as u64));
}

#[test]
fn an_idle_connection_that_the_server_closed_is_opened_again() {
    let proxy = Proxy::start(&rude_server(|message| ok(&message.line))).unwrap();
    let mut client = Client::connect(&proxy.url());
    for number in 1..=20 {
        let path = format!("/{number}");
        assert!(client.get(&path).text().contains(&path));
        // Whatever the time the server takes to hang up.
        std::thread::sleep(Duration::from_millis(number % 4 * 5));
    }
    let record = proxy.take_record();
    assert_eq!((record.requests.len(), record.connections), (20, 1), "the client noticed nothing");
}

#[test]
fn an_announced_end_of_the_connection_is_passed_on() {
    let server = TestServer::start(|_| b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end".to_vec());
    let proxy = Proxy::start(&server.url).unwrap();
    let mut client = Client::connect(&proxy.url());
    assert_eq!(client.get("/").text(), "until the end");
    client.assert_closed();
    let mut client = Client::connect(&proxy.url());
    client.send("GET / HTTP/1.0\r\n\r\n");
    assert_eq!(client.answer().unwrap().unwrap().text(), "until the end");
    let record = proxy.take_record();
    assert_eq!(record.requests.iter().map(|request| request.response_bytes).collect::<Vec<_>>(), [13, 13]);
}

#[test]
fn a_server_that_breaks_off_looks_the_same_through_the_proxy() {
    let url = rude_server(|message| {
        let half = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf".to_vec();
        if message.line.contains("/half") { half } else { Vec::new() }
    });
    let proxy = Proxy::start(&url).unwrap();
    let mut client = Client::connect(&proxy.url());
    client.send("GET /half HTTP/1.1\r\n\r\n");
    assert_eq!(client.answer().unwrap_err().kind(), ErrorKind::UnexpectedEof);
    let mut client = Client::connect(&proxy.url());
    client.send("GET /silent HTTP/1.1\r\n\r\n");
    client.assert_closed();
    let record = proxy.take_record();
    assert_eq!((record.requests[0].server_status, record.requests[1].server_status), (Some(200), None));
    assert!(record.requests[1].forwarded);
}

#[test]
fn says_so_when_the_server_is_not_there_and_finds_it_again() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = Proxy::start(&format!("http://{nobody}/base/")).unwrap();
    assert!(proxy.url().ends_with("/base"), "{}", proxy.url());
    let mut client = Client::connect(&proxy.url());
    for _ in 0..2 {
        let answer = client.get("/base/v3");
        assert_eq!(answer.status(), 502);
        assert!(answer.text().contains(&nobody.to_string()), "{}", answer.text());
    }
    let request = &proxy.take_record().requests[0];
    assert!(!request.forwarded && request.server_status.is_none() && request.status == Some(502));
}

#[test]
fn refuses_what_is_not_http_and_goes_on() {
    let (server, proxy, mut client) = set_up(&[]);
    client.send("\x16\x03\x01\x00\x05 this is TLS");
    assert_eq!(client.answer().unwrap().unwrap().status(), 400);
    client.assert_closed();
    assert_eq!(Client::connect(&proxy.url()).get("/").status(), 200);
    assert_eq!((server.lines().len(), proxy.take_record().requests.len()), (1, 1));
}

#[test]
fn a_client_that_gives_up_in_the_middle_of_a_request_is_forgotten() {
    let (server, proxy, mut client) = set_up(&[]);
    client.send("POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nonly a part");
    drop(client);
    assert!(proxy.settle(Duration::from_secs(5)));
    assert!(server.lines().is_empty());
    let request = &proxy.take_record().requests[0];
    assert_eq!((request.status, request.request_bytes), (None, 11));
}

#[test]
fn stops_when_it_is_dropped_even_with_a_client_in_the_middle() {
    let (_server, proxy, mut client) = set_up(&["hang@1"]);
    client.send("GET / HTTP/1.1\r\n\r\n");
    let url = proxy.url();
    drop(proxy);
    let ended = client.reader.read(&mut [0]);
    assert!(matches!(&ended, Ok(0)) || ended.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
    assert!(std::net::TcpStream::connect(url.trim_start_matches("http://")).is_err());
}

#[test]
fn a_taken_port_is_an_error_that_names_it() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Proxy::start_on("http://127.0.0.1:1", port).unwrap_err().to_string();
    assert!(error.contains(&port.to_string()), "{error}");
}
