//! What goes out, what comes back, and which statuses are errors.

use super::server::{Reply, Server, json, with};
use super::{bench, get, keystone, plain, post, run};
use crate::base::Secret;
use crate::http::{Endpoint, Error, HttpSettings, Method, Outcome, Request};

#[test]
fn statuses_below_400_and_accepted_ones_are_answers() {
    let server = Server::new(|number, _| json([200, 201, 204, 300, 304, 404, 409][number], "{\"a\":1}"));
    let bench = plain();
    run(async {
        for status in [200, 201, 204, 300, 304] {
            assert_eq!(bench.http.send(&keystone(&server.url), &get(), None).await.unwrap().status, status);
        }
        let accepting = get().accept_status(404);
        assert_eq!(bench.http.send(&keystone(&server.url), &accepting, None).await.unwrap().status, 404);
        let error = bench.http.send(&keystone(&server.url), &accepting, None).await.unwrap_err();
        assert_eq!(error.status(), Some(409));
    });
    assert_eq!(bench.clock.slept(), []);
}

#[test]
fn errors_carry_the_servers_words_and_its_id() {
    let body = r#"{"error":{"code":403,"message":"You are not authorized \u001b[31m","title":"Forbidden"}}"#;
    let server = Server::script(vec![with(json(403, body), "X-Openstack-Request-Id", "req-abc")]);
    let bench = plain();
    let error = run(bench.http.send(&keystone(&server.url), &get().query("name", "a b"), None)).unwrap_err();
    assert_eq!(error.outcome(), Outcome::Answered);
    let Error::Status(error) = error else { panic!("{error:?}") };
    assert_eq!((error.method, error.status, error.attempts), ("GET", 403, 1));
    assert_eq!(error.message, "You are not authorized \\x1b[31m");
    assert_eq!(error.request_id.as_deref(), Some("req-abc"));
    assert_eq!(error.url, format!("{}/v3/users?name=a%20b", server.url));
}

#[test]
fn a_page_in_place_of_an_error_is_not_shown() {
    let page = "<html><head><title>404</title></head><body>internal host name</body></html>";
    let server = Server::script(vec![Reply::Answer(404, Vec::new(), page.as_bytes().to_vec())]);
    let error = run(plain().http.send(&keystone(&server.url), &get(), None)).unwrap_err();
    assert!(error.to_string().ends_with(": an HTML page"), "{error}");
}

#[test]
fn keystone_and_the_others_get_the_headers_they_expect() {
    let server = Server::script(vec![json(200, "{}")]);
    let bench = bench(HttpSettings { correlator: "0123456789abcdef".to_owned(), ..HttpSettings::default() });
    let orion = Endpoint::parse("orion", &server.url).unwrap();
    run(async {
        bench.http.send(&keystone(&server.url), &post(), None).await.unwrap();
        let request =
            Request::new(Method::Get).path("v2").hidden_header("X-Subject-Token", Secret::new("subject-token-value"));
        bench.http.send(&orion, &request, None).await.unwrap();
    });
    let seen = server.seen();
    let agent = concat!("orchest/", env!("CARGO_PKG_VERSION"));
    assert_eq!((seen[0].header("user-agent"), seen[0].header("accept")), (Some(agent), Some("application/json")));
    assert_eq!(seen[0].header("x-openstack-request-id"), Some("req-00000000-0000-0000-0123-456789abcdef"));
    assert_eq!((seen[0].header("fiware-correlator"), seen[1].header("x-openstack-request-id")), (None, None));
    assert_eq!(seen[0].header("content-type"), Some("application/json"));
    assert_eq!(seen[0].body, r#"{"user":{"name":"ann"}}"#);
    assert_eq!(seen[1].header("fiware-correlator"), Some("0123456789abcdef"));
    assert_eq!((seen[1].header("content-type"), seen[1].header("accept")), (None, Some("application/json")));
    assert_eq!(seen[1].header("x-subject-token"), Some("subject-token-value"));
    let lines = bench.log.lines().join("\n");
    assert!(lines.contains("x-subject-token\", \"***") && !lines.contains("subject-token-value"), "{lines}");
}

#[test]
fn line_breaks_in_headers_never_leave() {
    let server = Server::script(vec![json(200, "{}")]);
    let bench = plain();
    run(async {
        for bad in ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b", "\n"] {
            let request = get().hidden_header("X-Auth-Token", Secret::new(format!("hidden-in-header{bad}")));
            let error = bench.http.send(&keystone(&server.url), &request, None).await.unwrap_err();
            assert!(matches!(&error, Error::Unsendable(text) if !text.contains("hidden-in-header")), "{error}");
        }
    });
    assert_eq!(server.connections(), 0);
    assert_eq!(bench.log.lines(), Vec::<String>::new());
}

#[test]
fn names_arrive_on_the_wire_as_they_are() {
    let server = Server::script(vec![json(200, "{}")]);
    let bench = plain();
    let names = ["a b", "a#b", "a/b", "a%b", "a?b", "a..", "%2e%2e", "ü/ö", "..;", "a\\b"];
    run(async {
        for name in names {
            let request = Request::new(Method::Get).path("v3/users").segment(name).query("name", name);
            bench.http.send(&keystone(&server.url), &request, None).await.unwrap();
        }
        let request = Request::new(Method::Delete).path("v3/users").segment("..");
        assert!(bench.http.send(&keystone(&server.url), &request, None).await.is_err());
    });
    for (seen, name) in server.seen().iter().zip(names) {
        let path = seen.target.split('?').next().unwrap().strip_prefix("/v3/users/").unwrap();
        assert!(!path.contains('/'), "{path}");
        assert_eq!(percent_encoding::percent_decode_str(path).decode_utf8().unwrap(), name);
        assert_eq!(seen.query("name").as_deref(), Some(name));
    }
    assert_eq!(server.seen().len(), names.len());
}

#[test]
fn what_a_reader_sees_is_redacted() {
    let server = Server::script(vec![with(json(200, "{}"), "X-Subject-Token", "answer-token-value")]);
    let bench = plain();
    let answer =
        run(bench.http.send(&keystone(&server.url), &get().query("token", "query-token-value"), None)).unwrap();
    assert_eq!(answer.header("x-subject-token"), Some("answer-token-value"));
    let lines = bench.log.lines().join("\n");
    assert!(!lines.contains("answer-token-value") && !lines.contains("query-token-value"), "{lines}");
    assert!(lines.contains("token=***"), "{lines}");
    assert!(lines.contains("(\"x-subject-token\", \"***\")"), "{lines}");
    assert!(lines.contains("(\"content-type\", \"application/json\")"), "{lines}");
}

#[test]
fn nothing_is_built_before_the_first_request() {
    let missing = HttpSettings { cacert: Some("/no/such/file.pem".into()), ..HttpSettings::default() };
    let bench = bench(missing);
    let error = run(bench.http.send(&keystone("http://127.0.0.1:1"), &get(), None)).unwrap_err();
    assert!(matches!(&error, Error::Setup(text) if text.contains("/no/such/file.pem")), "{error}");
}

#[test]
fn every_method_arrives_as_it_is() {
    let server = Server::script(vec![json(200, "{}")]);
    let bench = plain();
    let methods = [Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete];
    for method in methods {
        run(bench.http.send(&keystone(&server.url), &Request::new(method).path("v3"), None)).unwrap();
    }
    let seen: Vec<String> = server.seen().into_iter().map(|seen| seen.method).collect();
    assert_eq!(seen, methods.map(Method::as_str));
}

#[test]
fn what_went_wrong_is_told_in_a_word() {
    let server = Server::script(vec![Reply::Raw(Vec::new()), Reply::Endless]);
    let bench = bench(HttpSettings { tries: 1, max_body: 10, ..HttpSettings::default() });
    for _ in 0..2 {
        run(bench.http.send(&keystone(&server.url), &get(), None)).unwrap_err();
    }
    let told: Vec<String> = bench.log.lines().into_iter().filter(|line| line.starts_with("failed")).collect();
    assert_eq!(told.len(), 2);
    assert!(told[0].len() > "failed ".len(), "{told:?}");
    assert_eq!(told[1], "failed it is larger than 10 bytes");
}
