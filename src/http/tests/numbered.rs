//! Listings in numbered pages, as the two orchestrators give them.

use serde_json::json;

use super::*;
use crate::http::Method;
use crate::http::tests::server::{self, Reply, Seen, Server};
use crate::http::tests::{keystone, plain, run};

const NEW: NumberedStyle =
    NumberedStyle { rows: "data", id: "id", first: 1, pages: "/page/total_pages", total: "/page/total_elements" };
const OLD: NumberedStyle =
    NumberedStyle { rows: "content", id: "uuid", first: 0, pages: "/page/totalPages", total: "/page/totalElements" };

fn number(seen: &Seen, key: &str) -> usize {
    seen.query(key).unwrap().parse().unwrap()
}

/// A page of these rows, with links that nobody may follow.
fn page(style: NumberedStyle, all: &[usize], seen: &Seen, counts: bool) -> Reply {
    let (size, first) = (number(seen, "size"), usize::try_from(style.first).unwrap());
    let start = (number(seen, "page") - first) * size;
    let rows: Vec<Value> = all.iter().skip(start).take(size).map(|n| json!({ style.id: format!("r{n}") })).collect();
    let mut body = json!({ style.rows: rows, "links": { "next": "http://evil.test/?page=2" } });
    if counts {
        let name = |pointer: &str| pointer.rsplit('/').next().unwrap().to_owned();
        body["page"] = json!({ name(style.pages): all.len().div_ceil(size).max(1), name(style.total): all.len() });
    }
    server::json(200, &body.to_string())
}

fn walk(style: NumberedStyle, server: &Server) -> Result<Vec<String>, Error> {
    let (bench, request) = (plain(), Request::new(Method::Get).path("deployments"));
    let rows = run(bench.http.pages(&keystone(&server.url), request, None, NumberedPages::new(style, 40)).all())?;
    Ok(rows.iter().map(|row| row[style.id].as_str().unwrap().to_owned()).collect())
}

#[test]
fn every_row_comes_once_whatever_their_number() {
    for style in [NEW, OLD] {
        for total in [0, 1, 39, 40, 41, 80, 81, 300] {
            for counts in [true, false] {
                let all: Vec<usize> = (0..total).collect();
                let server = Server::new(move |_, seen| page(style, &all, seen, counts));
                let expected: Vec<String> = (0..total).map(|n| format!("r{n}")).collect();
                assert_eq!(walk(style, &server).unwrap(), expected, "{total}");
                // Without counts only an empty page tells the end.
                let pages = if counts { total.div_ceil(40).max(1) } else { total.div_ceil(40) + 1 };
                assert_eq!(server.seen().len(), pages, "{total}, counts: {counts}");
            }
        }
    }
}

#[test]
fn a_row_that_goes_is_noticed_and_one_that_comes_is_read_too() {
    for (change, gone) in [(-1, true), (1, false)] {
        let server = Server::new(move |_, seen| {
            let first = number(seen, "page") == 1;
            let all: Vec<usize> = match (first, change) {
                (true, _) => (0..100).collect(),
                (false, -1) => (1..100).collect(),
                (false, _) => (0..101).collect(),
            };
            page(NEW, &all, seen, true)
        });
        match walk(NEW, &server) {
            Err(error) => assert!(gone && matches!(error, Error::Moved { .. }), "{error}"),
            Ok(rows) => assert!(!gone && rows.len() == 101, "{}", rows.len()),
        }
    }
}

#[test]
fn a_server_that_repeats_a_page_does_not_hold_anybody() {
    let server = Server::new(|_, _| {
        let row = json!({ "id": "r1" });
        server::json(200, &json!({ "data": [row], "page": { "total_pages": 9, "total_elements": 1 } }).to_string())
    });
    assert_eq!(walk(NEW, &server).unwrap(), ["r1"]);
    assert_eq!(server.seen().len(), 2);
}
