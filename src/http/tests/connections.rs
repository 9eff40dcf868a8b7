//! How many connections it takes, and how many requests are under way at once.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::task::{LocalSet, spawn_local};

use super::server::{Server, json};
use super::{Log, bench, get, keystone, plain, run};
use crate::http::{Endpoint, HttpSettings};

#[test]
fn one_after_another_take_one_connection() {
    let server =
        Server::new(|number, _| json(200, &format!("{{\"n\":{number},\"x\":\"{}\"}}", "a".repeat(number * 1_000))));
    let bench = plain();
    run(async {
        for _ in 0..100 {
            bench.http.send(&keystone(&server.url), &get(), None).await.unwrap();
        }
    });
    assert_eq!((server.seen().len(), server.connections()), (100, 1));
}

#[test]
fn side_by_side_take_no_more_connections_than_requests_under_way() {
    for parallel in [1, 4, 16] {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (inside, peak) = (now.clone(), most.clone());
        let server = Server::new(move |number, _| {
            peak.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(number as u64 % 5));
            inside.fetch_sub(1, Ordering::SeqCst);
            json(if number % 7 == 0 { 404 } else { 200 }, "{}")
        });
        let bench = bench(HttpSettings { parallel, ..HttpSettings::default() });
        let (endpoint, request) = (keystone(&server.url), get());
        run(join_all((0..200).map(|_| bench.http.send(&endpoint, &request, None))));
        assert_eq!(server.seen().len(), 200);
        assert!(most.load(Ordering::SeqCst) <= parallel);
        assert!(server.connections() <= parallel, "{} connections for {parallel}", server.connections());
    }
}

#[test]
fn tasks_that_wait_for_each_other_share_connections_too() {
    for (tasks, parallel) in [(1, 16), (4, 16), (40, 4)] {
        let server = Server::script(vec![json(200, "{}")]);
        let bench = Rc::new(bench(HttpSettings { parallel, ..HttpSettings::default() }));
        let endpoint = keystone(&server.url);
        run(LocalSet::new().run_until(async {
            let one = || {
                let (bench, endpoint) = (bench.clone(), endpoint.clone());
                spawn_local(async move {
                    for _ in 0..25 {
                        bench.http.send(&endpoint, &get(), None).await.unwrap();
                    }
                })
            };
            join_all((0..tasks).map(|_| one())).await
        }));
        assert_eq!(server.seen().len(), tasks * 25);
        let most = tasks.min(parallel);
        assert!(server.connections() <= most, "{} connections for {most}", server.connections());
    }
}

#[test]
fn one_run_beside_another_has_its_own_name_and_the_same_settings_and_connections() {
    let server = Server::script(vec![json(200, "{}")]);
    let first = bench(HttpSettings { correlator: "first".to_owned(), parallel: 3, ..HttpSettings::default() });
    let log = Rc::new(Log::default());
    let second = first.http.beside("second", log.clone());
    assert_eq!((second.settings().parallel, second.settings().correlator.as_str()), (3, "second"));
    let endpoint = Endpoint::parse("orion", &server.url).unwrap();
    run(async {
        first.http.send(&endpoint, &get(), None).await.unwrap();
        second.send(&endpoint, &get(), None).await.unwrap();
    });
    let names: Vec<_> = server.seen().iter().map(|seen| seen.header("fiware-correlator").map(str::to_owned)).collect();
    assert_eq!(names, [Some("first".to_owned()), Some("second".to_owned())]);
    assert_eq!((server.connections(), first.log.count("answered"), log.count("answered")), (1, 1, 1));
}
