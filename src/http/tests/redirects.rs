//! Redirects on the wire: nothing reaches the other server.

use super::server::{Server, json, with};
use super::{get, keystone, plain, post, run};
use crate::base::Secret;
use crate::http::{Error, Method, Outcome, Request};

#[test]
fn a_read_follows_within_its_origin_and_keeps_its_headers() {
    let server = Server::new(|_, seen| match seen.target.as_str() {
        "/v3/users" => with(json(301, ""), "Location", "/v3/users/?again"),
        "/v3/users/?again" => with(json(307, ""), "Location", "last"),
        _ => json(200, "{\"here\":1}"),
    });
    let request = get().hidden_header("X-Auth-Token", Secret::new("redirect-token"));
    let bench = plain();
    let answer = run(bench.http.send(&keystone(&server.url), &request, None)).unwrap();
    assert_eq!(answer.json().unwrap()["here"], 1);
    let seen = server.seen();
    assert_eq!(
        seen.iter().map(|one| one.target.as_str()).collect::<Vec<_>>(),
        ["/v3/users", "/v3/users/?again", "/v3/users/last"]
    );
    assert!(seen.iter().all(|one| one.header("x-auth-token") == Some("redirect-token")));
    assert_eq!((bench.log.count("sending"), bench.log.count("answered")), (3, 3));
}

#[test]
fn circles_end_after_three() {
    let server = Server::script(vec![with(json(302, ""), "Location", "/v3/users")]);
    let error = run(plain().http.send(&keystone(&server.url), &get(), None)).unwrap_err();
    assert!(matches!(&error, Error::Malformed { reason, .. } if reason.contains("circles")), "{error:?}");
    assert_eq!(server.seen().len(), 4);
}

#[test]
fn nothing_reaches_another_host_port_or_scheme() {
    let other = Server::script(vec![json(200, "{}")]);
    let port = other.url.rsplit(':').next().unwrap();
    for target in [
        format!("{}/v3/users", other.url),
        format!("http://localhost:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("//127.0.0.1:{port}/"),
    ] {
        for status in [301, 302, 303, 307, 308] {
            let server = Server::script(vec![with(json(status, ""), "Location", &target)]);
            for request in [get(), post(), Request::new(Method::Delete).path("v3/users")] {
                let error = run(plain().http.send(&keystone(&server.url), &request, None)).unwrap_err();
                let text = error.to_string();
                assert!(matches!(error, Error::Redirect { .. }), "{error:?}");
                assert!(text.contains(&server.url) && text.contains(port), "{text}");
            }
            assert_eq!(server.seen().len(), 3);
        }
    }
    assert_eq!(other.connections(), 0);
}

#[test]
fn a_write_is_not_sent_on_even_at_home() {
    let server = Server::script(vec![with(json(308, ""), "Location", "/v3/users/")]);
    let error = run(plain().http.send(&keystone(&server.url), &post(), None)).unwrap_err();
    assert!(matches!(error, Error::Redirect { .. }));
    assert_eq!((error.outcome(), server.seen().len()), (Outcome::MayHaveHappened, 1));
}
