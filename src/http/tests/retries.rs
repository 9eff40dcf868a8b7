//! What is sent again, how often, and after which waits.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join_all;

use super::server::{Reply, Server, closed, json, slamming, with};
use super::{bench, get, keystone, plain, post, run};
use crate::http::{Error, HttpSettings, Method, Outcome, Request};

const HALF_STEPS: [Duration; 3] = [Duration::from_millis(250), Duration::from_millis(500), Duration::from_secs(1)];

#[test]
fn a_read_is_tried_four_times_with_growing_waits() {
    for status in [500, 502, 503, 504, 429] {
        let server = Server::script(vec![json(status, "{}")]);
        let bench = plain();
        let error = run(bench.http.send(&keystone(&server.url), &get(), None)).unwrap_err();
        let Error::Status(error) = error else { panic!("{error:?}") };
        assert_eq!((error.status, error.attempts, server.seen().len()), (status, 4, 4));
        assert_eq!(bench.clock.slept(), HALF_STEPS);
        let told: Vec<String> = bench.log.lines().into_iter().filter(|line| line.starts_with("retrying")).collect();
        let lines = [("250ms", 3), ("500ms", 2), ("1s", 1)];
        assert_eq!(told, lines.map(|(wait, left)| format!("retrying {wait} {left} status {status}")));
    }
}

#[test]
fn one_bad_answer_is_got_over() {
    for first in [
        json(503, "{}"),
        Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"cut".to_vec()),
        Reply::Raw(Vec::new()),
    ] {
        let server = Server::script(vec![first, json(200, "{\"ok\":1}")]);
        let bench = plain();
        let answer = run(bench.http.send(&keystone(&server.url), &get(), None)).unwrap();
        assert_eq!((answer.json().unwrap()["ok"].as_u64(), server.seen().len()), (Some(1), 2));
        assert_eq!(bench.clock.slept(), HALF_STEPS[..1]);
    }
}

#[test]
fn a_post_whose_answer_is_lost_is_not_repeated() {
    let cut = b"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{\"cut".to_vec();
    for lost in
        [Reply::Raw(Vec::new()), Reply::Raw(b"HTTP/1.1 20".to_vec()), Reply::Raw(cut), json(500, "{}"), json(503, "{}")]
    {
        let server = Server::script(vec![lost.clone()]);
        let bench = plain();
        let error = run(bench.http.send(&keystone(&server.url), &post(), None)).unwrap_err();
        assert_eq!(error.outcome(), Outcome::MayHaveHappened, "{lost:?}");
        assert!(error.is_temporary());
        assert_eq!((server.seen().len(), bench.clock.slept().len()), (1, 0), "{lost:?}");
    }
}

#[test]
fn a_post_that_does_no_harm_twice_is_repeated() {
    let server = Server::script(vec![Reply::Raw(Vec::new()), json(201, "{}")]);
    let answer = run(plain().http.send(&keystone(&server.url), &post().repeatable(), None)).unwrap();
    assert_eq!((answer.status, server.seen().len()), (201, 2));
}

#[test]
fn a_post_that_was_turned_away_unseen_is_repeated() {
    let server = Server::script(vec![json(429, "{}"), json(201, "{}")]);
    run(plain().http.send(&keystone(&server.url), &post(), None)).unwrap();
    assert_eq!(server.seen().len(), 2);

    let bench = plain();
    let error = run(bench.http.send(&keystone(&closed()), &post(), None)).unwrap_err();
    assert!(
        matches!(&error, Error::NotSent { reason, attempts: 4, .. } if reason == "connection refused"),
        "{error:?}"
    );
    assert_eq!((error.outcome(), bench.clock.slept().as_slice()), (Outcome::NotSent, HALF_STEPS.as_slice()));
    assert_eq!((bench.log.count("failed connection refused"), bench.log.count("retrying")), (4, 3));
    let told = bench.log.lines().into_iter().find(|line| line.starts_with("retrying"));
    assert_eq!(told.as_deref(), Some("retrying 250ms 3 connection refused"));
}

#[test]
fn a_post_that_met_another_change_is_repeated_where_the_server_asks_for_it() {
    let met = json(409, r#"{"message":"The deployment is being changed by another request, try again"}"#);
    let server = Server::script(vec![with(met.clone(), "Retry-After", "0"), json(201, "{}")]);
    let answer = run(plain().http.send(&keystone(&server.url), &post(), None)).unwrap();
    assert_eq!((answer.status, server.seen().len()), (201, 2));

    for (reply, sent) in [(met.clone(), 1), (with(met, "Retry-After", "0"), 4)] {
        let server = Server::script(vec![reply]);
        let error = run(plain().http.send(&keystone(&server.url), &post(), None)).unwrap_err();
        assert_eq!((error.status(), server.seen().len()), (Some(409), sent));
    }
}

#[test]
fn a_connection_that_is_slammed_shut_counts_as_perhaps_sent() {
    let (url, connections) = slamming();
    let error = run(plain().http.send(&keystone(&url), &post(), None)).unwrap_err();
    assert_eq!((error.outcome(), connections.load(Ordering::SeqCst)), (Outcome::MayHaveHappened, 1), "{error:?}");
    run(plain().http.send(&keystone(&url), &get(), None)).unwrap_err();
    assert_eq!(connections.load(Ordering::SeqCst), 5);
}

#[test]
fn a_name_that_nobody_knows_is_not_sent() {
    let bench = bench(HttpSettings { tries: 1, ..HttpSettings::default() });
    let error = run(bench.http.send(&keystone("http://no-such-host.invalid:5000"), &post(), None)).unwrap_err();
    assert!(matches!(&error, Error::NotSent { reason, .. } if reason.contains("looked up")), "{error:?}");
}

#[test]
fn retry_after_is_waited_for_in_both_forms() {
    for (value, wait) in [
        ("1", Duration::from_secs(1)),
        ("Thu, 01 Jan 2026 00:00:07 GMT", Duration::from_secs(7)),
        ("soon", HALF_STEPS[0]),
    ] {
        for status in [429, 503] {
            let server = Server::script(vec![with(json(status, "{}"), "Retry-After", value), json(200, "{}")]);
            let bench = plain();
            run(bench.http.send(&keystone(&server.url), &get(), None)).unwrap();
            assert_eq!(bench.clock.slept(), [wait], "{status} {value}");
        }
    }
}

#[test]
fn an_absurd_retry_after_is_reported_and_not_waited_for() {
    let server = Server::script(vec![with(json(429, "{}"), "Retry-After", "86400")]);
    let bench = plain();
    let error = run(bench.http.send(&keystone(&server.url), &post(), None)).unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_hours(24)));
    assert_eq!((server.seen().len(), bench.clock.slept().len()), (1, 0));
}

#[test]
fn the_budget_counts_from_the_last_progress() {
    let slow = with(json(503, "{}"), "Retry-After", "200");
    let server = Server::script(vec![slow.clone(), slow.clone(), json(200, "{}"), slow, json(200, "{}")]);
    let bench = plain();
    let endpoint = keystone(&server.url);
    run(async {
        let error = bench.http.send(&endpoint, &get(), None).await.unwrap_err();
        assert_eq!((error.retry_after(), bench.clock.slept().len()), (Some(Duration::from_secs(200)), 1));
        // The next request starts with a budget of its own, and an answer fills it up again.
        bench.http.send(&endpoint, &get(), None).await.unwrap();
        bench.clock.advance(Duration::from_hours(1));
        bench.http.send(&endpoint, &get(), None).await.unwrap();
    });
    assert_eq!((server.seen().len(), bench.clock.slept().len()), (5, 2));
}

#[test]
fn silence_is_given_up_after_the_patience_of_the_request() {
    let server = Server::script(vec![Reply::Silence(b"", Duration::from_secs(5))]);
    let bench = bench(HttpSettings { tries: 1, ..HttpSettings::default() });
    let request = Request::new(Method::Delete).path("v3/domains").segment("d").patience(Duration::from_millis(80));
    let start = std::time::Instant::now();
    let error = run(bench.http.send(&keystone(&server.url), &request, None)).unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(4));
    assert!(error.to_string().contains("nothing came for 80 ms"), "{error}");
    assert_eq!(error.outcome(), Outcome::MayHaveHappened);
}

#[test]
fn silence_in_the_middle_of_a_body_is_noticed_too() {
    let start = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{";
    let server = Server::script(vec![Reply::Silence(start, Duration::from_secs(5))]);
    let settings = HttpSettings { tries: 1, idle_timeout: Duration::from_millis(80), ..HttpSettings::default() };
    let error = run(bench(settings).http.send(&keystone(&server.url), &get(), None)).unwrap_err();
    assert!(error.to_string().contains("nothing came for 80 ms"), "{error}");
}

#[test]
fn a_crash_over_this_very_request_comes_again_and_is_not_waited_for() {
    for (final_one, status, requests) in [(true, 500, 1), (true, 503, 4), (false, 500, 4)] {
        let server = Server::script(vec![json(status, "{}")]);
        let request = if final_one { get().crash_is_final() } else { get() };
        let error = run(plain().http.send(&keystone(&server.url), &request, None)).unwrap_err();
        assert_eq!((error.status(), server.seen().len()), (Some(status), requests));
    }
}

#[test]
fn who_looks_before_sending_again_waits_as_long_and_as_often() {
    let server = Server::script(vec![json(500, "{}")]);
    let bench = plain();
    run(async {
        let error = bench.http.send(&keystone(&server.url), &post(), None).await.unwrap_err();
        let mut on = Vec::new();
        for made in 1..=5 {
            on.push(bench.http.pause(made, &error).await);
        }
        assert_eq!(on, [true, true, true, false, false]);
    });
    assert_eq!(bench.clock.slept(), HALF_STEPS);
}

#[test]
fn what_the_client_got_wrong_is_not_repeated() {
    for status in [400, 401, 403, 404, 409, 413, 422, 501] {
        let server = Server::script(vec![json(status, "{}")]);
        let error = run(plain().http.send(&keystone(&server.url), &get(), None)).unwrap_err();
        assert_eq!((error.status(), server.seen().len()), (Some(status), 1));
    }
}

/// A server that takes one in three, and tells the others to wait.
fn limited() -> Server {
    Server::new(|count, _| if count % 3 == 2 { json(200, "{}") } else { with(json(429, "{}"), "Retry-After", "1") })
}

#[test]
fn a_limit_that_lets_others_through_is_waited_for_by_all() {
    let (server, bench) = (limited(), bench(HttpSettings { parallel: 16, ..HttpSettings::default() }));
    let endpoint = keystone(&server.url);
    let (get, all) = (get(), 24);
    let sent = run(join_all((0..all).map(|_| bench.http.send(&endpoint, &get, None))));
    assert!(sent.iter().all(Result::is_ok), "{:?}", sent.iter().find_map(|sent| sent.as_ref().err()));
    assert_eq!(server.seen().len(), 3 * all);
}

#[test]
fn who_is_told_to_wait_is_told_it_for_all() {
    let busy = with(json(429, "{}"), "Retry-After", "7");
    for parallel in [1, 3] {
        let server = Server::script(vec![busy.clone(), json(200, "{}")]);
        let bench = bench(HttpSettings { parallel, ..HttpSettings::default() });
        let endpoint = keystone(&server.url);
        let get = get();
        let first = async || bench.http.send(&endpoint, &get, None).await;
        // Those who come while the server rests, and those who waited for their turn when it said so.
        let sent = run(join_all([first(), first(), first()]));
        assert!(sent.iter().all(Result::is_ok));
        let told: Duration = bench.clock.slept().into_iter().sum();
        assert!(told >= Duration::from_secs(7) && server.seen().len() <= 3 + 1, "{parallel}: {told:?}");
    }
}
