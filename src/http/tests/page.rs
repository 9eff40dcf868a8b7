//! Listings in pages, from servers that page well, badly and not at all.

use serde_json::json;

use super::*;
use crate::http::tests::server::{self, Server};
use crate::http::tests::{bench, get, keystone, plain, run};
use crate::http::{HttpSettings, Method};

/// Keystone with so many users, giving so many a page; the link it hands out points elsewhere.
fn paging(total: usize, size: usize) -> Server {
    Server::new(move |_, seen| {
        let first =
            seen.query("marker").map_or(0, |marker| marker.trim_start_matches('u').parse::<usize>().unwrap() + 1);
        let end = total.min(first + size);
        let users: Vec<_> = (first..end).map(|n| json!({"id": format!("u{n}"), "name": format!("name {n}")})).collect();
        let more = end < total || (end == total && !users.is_empty() && users.len() == size);
        let next = more.then(|| format!("http://evil.test/v3/users?limit=1000&marker=u{}", end - 1));
        server::json(200, &json!({"users": users, "links": {"next": next}, "truncated": more}).to_string())
    })
}

fn ids(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|row| row["id"].as_str().unwrap_or_default().to_owned()).collect()
}

fn all(bench: &crate::http::tests::Bench, server: &Server) -> Result<Vec<Value>, Error> {
    run(bench
        .http
        .pages(&keystone(&server.url), get().query("domain_id", "d"), None, KeystoneMarker::new("users"))
        .all())
}

#[test]
fn every_row_comes_once_around_every_page_border() {
    const SIZE: usize = 5;
    for pages in 0..=3 {
        for total in (pages * SIZE).saturating_sub(1)..=pages * SIZE + 1 {
            let server = paging(total, SIZE);
            let bench = plain();
            let rows = all(&bench, &server).unwrap();
            assert_eq!(ids(&rows), (0..total).map(|n| format!("u{n}")).collect::<Vec<_>>(), "{total}");
            assert_eq!(server.seen().len(), total / SIZE + 1, "{total}");
            assert!(server.seen().iter().all(|seen| seen.query("limit").as_deref() == Some("1000")));
            assert!(server.seen().iter().all(|seen| seen.query("domain_id").as_deref() == Some("d")));
            assert_eq!(bench.log.count("warning"), 0);
        }
    }
}

#[test]
fn the_first_page_is_there_before_the_second_is_asked_for() {
    let server = paging(7, 5);
    let (bench, endpoint) = (plain(), keystone(&server.url));
    run(async {
        let mut pages = bench.http.pages(&endpoint, get(), None, KeystoneMarker::new("users"));
        assert_eq!(server.seen().len(), 0);
        assert_eq!(pages.next_page().await.unwrap().unwrap().len(), 5);
        assert_eq!(server.seen().len(), 1);
        assert_eq!(pages.next_page().await.unwrap().unwrap().len(), 2);
        assert!(pages.next_page().await.unwrap().is_none());
        assert!(pages.next_page().await.unwrap().is_none());
    });
    assert_eq!(server.seen().len(), 2);
}

#[test]
fn a_server_that_ignores_limit_and_marker_is_asked_no_third_time() {
    let link = json!({"next": "http://h/v3/users?marker=u1"});
    let body = json!({"users": [{"id": "u0"}, {"id": "u1"}], "links": link}).to_string();
    let server = Server::script(vec![server::json(200, &body)]);
    let rows = all(&plain(), &server).unwrap();
    assert_eq!((ids(&rows), server.seen().len()), (vec!["u0".to_owned(), "u1".to_owned()], 2));

    let old =
        Server::script(vec![server::json(200, r#"{"users": [{"id": "u0"}], "links": {"next": null, "self": "x"}}"#)]);
    assert_eq!((all(&plain(), &old).unwrap().len(), old.seen().len()), (1, 1));
}

#[test]
fn rows_that_move_between_pages_come_once() {
    let page = |ids: &[&str], next: Option<&str>| {
        let users: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
        let next = next.map(|marker| format!("/v3/users?marker={marker}"));
        server::json(200, &json!({"users": users, "links": {"next": next}}).to_string())
    };
    let server =
        Server::script(vec![page(&["a", "b"], Some("b")), page(&["b", "c", "c"], Some("c")), page(&["a", "d"], None)]);
    assert_eq!(ids(&all(&plain(), &server).unwrap()), ["a", "b", "c", "d"]);
}

#[test]
fn rows_without_an_id_are_compared_whole() {
    let body = r#"{"role_assignments": [{"role": {"id": "r"}}, {"role": {"id": "s"}}], "links": {"next": null}}"#;
    let server = Server::script(vec![server::json(200, body)]);
    let request = Request::new(Method::Get).path("v3/role_assignments");
    let (bench, endpoint) = (plain(), keystone(&server.url));
    let rows = run(bench.http.pages(&endpoint, request, None, KeystoneMarker::new("role_assignments")).all()).unwrap();
    assert_eq!(rows.len(), 2);
}

#[test]
fn a_list_that_was_cut_short_is_not_passed_off_as_whole() {
    let body = r#"{"users": [{"id": "a"}], "links": {"next": null}, "truncated": true}"#;
    let error = all(&plain(), &Server::script(vec![server::json(200, body)])).unwrap_err();
    assert!(matches!(&error, Error::Malformed { reason, .. } if reason.contains("rows are missing")), "{error:?}");
    // The same page again, for a server that knows the limit but not the marker.
    let body = r#"{"users": [{"id": "a"}], "links": {"next": "/v3/users?marker=a"}, "truncated": true}"#;
    let server = Server::script(vec![server::json(200, body)]);
    let error = all(&plain(), &server).unwrap_err();
    assert!(error.to_string().contains("rows are missing") && server.seen().len() == 2, "{error:?}");
}

/// A server with so many roles that knows `limit` but not `marker`, and has a limit of its own.
fn without_markers(total: usize, own: usize) -> Server {
    Server::new(move |_, seen| {
        let most = seen.query("limit").map_or(own, |limit| limit.parse().unwrap());
        let roles: Vec<_> = (0..total.min(most)).map(|n| json!({"id": format!("r{n}")})).collect();
        let cut = roles.len() < total;
        let next = cut.then(|| format!("/v3/roles?marker=r{}", most - 1));
        server::json(200, &json!({"roles": roles, "links": {"next": next}, "truncated": cut}).to_string())
    })
}

#[test]
fn a_list_without_markers_is_asked_for_whole() {
    // How many there are, the server's own limit, and how many requests it takes, if it can be done at all.
    for (total, own, requests) in [(0, 5000, Some(1)), (1200, 5000, Some(1)), (1000, 100, Some(2)), (1001, 100, None)] {
        let server = without_markers(total, own);
        let (bench, endpoint) = (plain(), keystone(&server.url));
        let rows = run(bench.http.pages(&endpoint, get(), None, KeystoneMarker::whole("roles")).all());
        assert!(server.seen().first().is_some_and(|seen| seen.query("limit").is_none()));
        match requests {
            Some(requests) => assert_eq!((rows.unwrap().len(), server.seen().len()), (total, requests)),
            None => assert!(rows.unwrap_err().to_string().contains("rows are missing")),
        }
    }
}

#[test]
fn links_that_lead_nowhere_and_odd_bodies_are_errors() {
    for (body, word) in [
        (r#"{"users": [{"id": "a"}], "links": {"next": "http://h/v3/users"}}"#, "no marker"),
        (r#"{"users": [{"id": "a"}], "links": {"next": "http://["}}"#, "no marker"),
        (r#"{"users": {}}"#, "`users`: an object where an array belongs"),
        (r#"[{"id": "a"}]"#, "an array where an object with `users` belongs"),
        (r#"{"groups": []}"#, "`users` is missing"),
        ("<html></html>", "HTML"),
    ] {
        let error = all(&plain(), &Server::script(vec![server::json(200, body)])).unwrap_err();
        assert!(matches!(&error, Error::Malformed { reason, .. } if reason.contains(word)), "{body}: {error:?}");
    }
}

#[test]
fn an_error_on_a_later_page_is_an_error() {
    let first = r#"{"users": [{"id": "a"}], "links": {"next": "/v3/users?marker=a"}}"#;
    let server = Server::script(vec![server::json(200, first), server::json(403, "{}")]);
    assert_eq!(all(&plain(), &server).unwrap_err().status(), Some(403));
}

#[test]
fn markers_are_taken_as_they_are_and_sent_encoded() {
    let first = r#"{"users": [{"id": "a"}], "links": {"next": "http://h/x?marker=a%26b%3D%23%2F+c"}}"#;
    let server = Server::script(vec![server::json(200, first), server::json(200, r#"{"users": []}"#)]);
    all(&plain(), &server).unwrap();
    assert!(server.seen()[1].target.ends_with("&marker=a%26b%3D%23%2F%20c"), "{}", server.seen()[1].target);
}

/// Counts up for ever.
struct Endless;

impl Paging for Endless {
    fn rows<'a>(&self, response: &Response, body: &'a Value) -> Result<&'a Vec<Value>, Error> {
        rows_in(response, body, "rows")
    }

    fn next(&self, request: &Request, page: &Page<'_>) -> Result<Option<Request>, Error> {
        Ok(Some(request.clone().with_query("after", page.body["rows"][0].to_string())))
    }
}

#[test]
fn a_listing_without_an_end_is_given_up() {
    let server = Server::new(|number, _| server::json(200, &format!("{{\"rows\":[{number}]}}")));
    let bench = bench(HttpSettings::default());
    let endpoint = keystone(&server.url);
    let mut pages = bench.http.pages(&endpoint, get(), None, Endless);
    assert_eq!(pages.walk.most_pages, 10_000);
    pages.walk.most_pages = 30;
    let error = run(pages.all()).unwrap_err();
    assert!(matches!(&error, Error::Malformed { reason, .. } if reason.contains("no end after 30 pages")), "{error:?}");
    assert_eq!(server.seen().len(), 30);
}
