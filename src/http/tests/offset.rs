//! Listings by offset and total, as Orion gives them.

use serde_json::json;

use super::*;
use crate::http::Method;
use crate::http::tests::server::{self, Reply, Seen, Server};
use crate::http::tests::{keystone, plain, run};

fn subscriptions() -> Request {
    Request::new(Method::Get).path("v2/subscriptions")
}

fn number(seen: &Seen, key: &str) -> usize {
    seen.query(key).unwrap().parse().unwrap()
}

fn page(rows: &[usize], total: Option<usize>) -> Reply {
    let body = rows.iter().map(|n| json!({ "id": format!("s{n}") })).collect::<Value>().to_string();
    let answer = server::json(200, &body);
    match total {
        Some(total) => server::with(answer, "Fiware-Total-Count", &total.to_string()),
        None => answer,
    }
}

/// Orion with so many rows, giving at most so many a page, with or without a total.
fn orion(total: usize, most: usize, counts: bool) -> Server {
    Server::new(move |_, seen| {
        let (offset, limit) = (number(seen, "offset"), number(seen, "limit").min(most));
        let rows: Vec<usize> = (offset..total).take(limit).collect();
        page(&rows, counts.then_some(total))
    })
}

fn all(server: &Server) -> Result<Vec<Value>, Error> {
    let bench = plain();
    run(bench.http.pages(&keystone(&server.url), subscriptions(), None, FiwareOffset::bare()).all())
}

fn ids(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_row_comes_once_whatever_their_number() {
    for total in [0, 1, 39, 40, 41, 79, 80, 119, 999, 1000, 1001, 2500] {
        let expected: Vec<String> = (0..total).map(|n| format!("s{n}")).collect();
        // A page as large as we ask for; one as small as the platform's own tools ask for.
        for most in [1000, 40] {
            let server = orion(total, most, true);
            assert_eq!(ids(&all(&server).unwrap()), expected, "{total} by {most}");
            // Each page but the first brings one row less.
            let pages = 1 + total.saturating_sub(most).div_ceil(most - 1);
            assert_eq!(server.seen().len(), pages, "{total} by {most}");
            assert!(server.seen().iter().all(|seen| seen.query("options").as_deref() == Some("count")));
            assert!(server.seen().iter().all(|seen| number(seen, "limit") == 1000));
        }
        let server = orion(total, 1000, false);
        assert_eq!(ids(&all(&server).unwrap()), expected, "{total} without a total");
    }
}

/// What a server does to its rows after it gave the first page.
fn changing(total: usize, change: impl Fn(&mut Vec<usize>) + Send + Sync + 'static) -> Server {
    Server::new(move |_, seen| {
        let mut rows: Vec<usize> = (0..total).collect();
        if number(seen, "offset") > 0 {
            change(&mut rows);
        }
        let (offset, limit) = (number(seen, "offset"), number(seen, "limit"));
        let shown: Vec<usize> = rows.iter().copied().skip(offset).take(limit).collect();
        page(&shown, Some(rows.len()))
    })
}

#[test]
fn rows_that_moved_past_a_border_are_noticed() {
    let moved = |total: usize, change: fn(&mut Vec<usize>)| {
        let error = all(&changing(total, change)).unwrap_err();
        assert!(matches!(error, Error::Moved { .. }) && error.is_temporary(), "{error:?}");
    };
    moved(1500, |rows| rows.retain(|row| *row != 5));
    // All that was on the second page is on the first one now.
    moved(1001, |rows| drop(rows.drain(..2)));
    moved(1500, |rows| rows.insert(5, 9000));
    // The total is the same, and yet a row went past.
    moved(1500, |rows| {
        rows.remove(5);
        rows.push(1500);
    });
    // What only grew or lost behind the border did no harm.
    assert_eq!(all(&changing(1500, |rows| rows.push(1500))).unwrap().len(), 1501);
    assert_eq!(all(&changing(1500, |rows| rows.truncate(1499))).unwrap().len(), 1499);
}

#[test]
fn a_total_that_is_not_reached_is_an_error() {
    // The second page is empty, the same as the first, or the border alone.
    for (second, word) in [(vec![], "changed"), (vec![0, 1], "changed"), (vec![1], "rows are missing")] {
        let server = Server::script(vec![page(&[0, 1], Some(5)), page(&second, Some(5))]);
        let error = all(&server).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
        assert_eq!(server.seen().len(), 2);
    }
}

#[test]
fn anything_but_an_array_is_an_error() {
    let error = all(&Server::script(vec![server::json(200, "{}")])).unwrap_err();
    assert!(error.to_string().contains("an object where an array belongs"), "{error}");
}

#[test]
fn rows_that_share_an_id_are_told_apart_by_their_type() {
    let server = Server::new(|_, seen| {
        let entities = [("a", "Lamp"), ("a", "Pole"), ("b", "Lamp")];
        let shown = entities.iter().skip(number(seen, "offset")).take(2);
        let body: Value = shown.map(|(id, sort)| json!({"id": id, "type": sort})).collect();
        server::with(server::json(200, &body.to_string()), "Fiware-Total-Count", "3")
    });
    assert_eq!(ids(&all(&server).unwrap()), ["a", "a", "b"]);
    assert_eq!(server.seen().len(), 2);
}
