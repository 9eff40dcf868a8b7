//! Answers that are too large, too odd, or not what was asked for.

use super::server::{Reply, Server, json, with};
use super::{bench, get, keystone, plain, run};
use crate::http::{Error, HttpSettings, Method, Outcome, Request};

fn reason(error: &Error) -> String {
    match error {
        Error::Malformed { reason, .. } => reason.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_endless_body_is_left_early() {
    let server = Server::script(vec![Reply::Endless]);
    let error = run(plain().http.send(&keystone(&server.url), &get(), None)).unwrap_err();
    assert_eq!(reason(&error), "it is larger than 64 MiB");
    assert_eq!((error.outcome(), server.seen().len()), (Outcome::MayHaveHappened, 1));
    // The server offers 300 MiB; what the sockets' buffers swallowed on top of the limit is not ours.
    assert!(server.written() < 96 << 20, "{} bytes were taken", server.written());
}

#[test]
fn an_announced_size_is_believed_before_anything_is_read() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 314572800\r\n\r\n".to_vec();
    let server = Server::script(vec![Reply::Raw(head)]);
    let error = run(plain().http.send(&keystone(&server.url), &get(), None)).unwrap_err();
    assert_eq!(reason(&error), "it is larger than 64 MiB");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn the_limit_itself_is_allowed() {
    let server = Server::script(vec![json(200, "0123456789"), json(200, "01234567890")]);
    let bench = bench(HttpSettings { max_body: 10, ..HttpSettings::default() });
    run(async {
        assert_eq!(bench.http.send(&keystone(&server.url), &get(), None).await.unwrap().body.len(), 10);
        let error = bench.http.send(&keystone(&server.url), &get(), None).await.unwrap_err();
        assert_eq!(reason(&error), "it is larger than 10 bytes");
    });
}

#[test]
fn the_size_that_a_head_announces_is_not_read_and_not_judged() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 314572800\r\n\r\n".to_vec();
    let server = Server::script(vec![Reply::Raw(head)]);
    let answer = run(plain().http.send(&keystone(&server.url), &Request::new(Method::Head).path("v3"), None)).unwrap();
    assert_eq!((answer.status, answer.body.len()), (200, 0));
}

#[test]
fn large_headers_are_refused() {
    let reply = (0..9).fold(json(200, "{}"), |reply, n| with(reply, &format!("X-{n}"), &"a".repeat(8_000)));
    let server = Server::script(vec![reply]);
    let error = run(plain().http.send(&keystone(&server.url), &get(), None)).unwrap_err();
    assert_eq!(reason(&error), "its headers are larger than 64 KiB");
}

#[test]
fn headers_may_be_as_large_as_the_limit_says() {
    // What every answer here has: its type and its length.
    let own = "content-typeapplication/jsoncontent-length2".len();
    let eight = (0..8).fold(json(200, "{}"), |reply, n| with(reply, &format!("X-{n}"), &"a".repeat(8_000)));
    let rest = 64 * 1024 - own - 8 * 8_003 - "X-8".len();
    let server =
        Server::script(vec![with(eight.clone(), "X-8", &"a".repeat(rest)), with(eight, "X-8", &"a".repeat(rest + 1))]);
    let (bench, endpoint) = (plain(), keystone(&server.url));
    assert_eq!(run(bench.http.send(&endpoint, &get(), None)).unwrap().status, 200);
    let error = run(bench.http.send(&endpoint, &get(), None)).unwrap_err();
    assert_eq!(reason(&error), "its headers are larger than 64 KiB");
}

#[test]
fn a_body_of_many_pieces_is_read_whole() {
    let text = format!("\"{}\"", "a".repeat(4 << 20));
    let server = Server::script(vec![json(200, &text)]);
    let answer = run(plain().http.send(&keystone(&server.url), &get(), None)).unwrap();
    assert!(answer.body == text.as_bytes(), "{} bytes came", answer.body.len());
}

#[test]
fn what_is_no_http_is_no_answer() {
    let server = Server::script(vec![Reply::Raw(b"SSH-2.0-OpenSSH_9\r\n".to_vec())]);
    let bench = bench(HttpSettings { tries: 1, ..HttpSettings::default() });
    let error = run(bench.http.send(&keystone(&server.url), &get(), None)).unwrap_err();
    assert_eq!(error.outcome(), Outcome::MayHaveHappened, "{error:?}");
}

/// A gateway or the login page of a network answers so, whatever it was asked to do.
#[test]
fn a_page_for_people_is_no_success_although_nothing_of_it_is_needed() {
    for (status, is_success) in [(200, true), (201, true), (300, false), (404, false)] {
        let server = Server::script(vec![Reply::Answer(status, Vec::new(), b"<!doctype html><p>hi".to_vec())]);
        let request = get().accept_status(404);
        let answer = run(plain().http.send(&keystone(&server.url), &request, None));
        assert_eq!(answer.is_err(), is_success, "{status}: {answer:?}");
        if let Err(error) = answer {
            assert!(reason(&error).contains("HTML") && error.to_string().contains("/v3/users"), "{error}");
        }
    }
}

#[test]
fn odd_bodies_are_answers_until_someone_wants_json() {
    for (body, word) in [(&b""[..], "empty"), (b"{\"a\":\"\xff\"}", "UTF-8"), (b"{\"users\":[{}", "too early")] {
        let server = Server::script(vec![Reply::Answer(200, Vec::new(), body.to_vec())]);
        let answer = run(plain().http.send(&keystone(&server.url), &get(), None)).unwrap();
        let error = answer.json().unwrap_err();
        assert!(reason(&error).contains(word) && error.to_string().contains("/v3/users"), "{error}");
    }
    let server = Server::script(vec![json(200, "[]")]);
    let answer = run(plain().http.send(&keystone(&server.url), &get(), None)).unwrap();
    let error = answer.decode::<Vec<u8>>(Some("users")).unwrap_err();
    assert_eq!(reason(&error), "an array where an object with `users` belongs");
}
