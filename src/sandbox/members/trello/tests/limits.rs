//! Limits, and the headers that tell of them.

use super::{Bench, text, words};

const LIST: &str = "organizations/acme/memberships";

fn left(reply: &crate::sandbox::call::Reply, what: &str) -> String {
    reply.header(&format!("x-rate-limit-{what}-remaining")).unwrap().to_owned()
}

#[test]
fn every_answer_tells_three_limits() {
    let mut bench = Bench::new();
    let reply = bench.ask("GET", LIST);
    for (what, max) in [("api-key", "300"), ("api-token", "100"), ("member", "200")] {
        assert_eq!(reply.header(&format!("x-rate-limit-{what}-max")), Some(max), "{what}");
        assert_eq!(reply.header(&format!("x-rate-limit-{what}-interval-ms")), Some("10000"), "{what}");
    }
    assert_eq!(
        (left(&reply, "api-key"), left(&reply, "api-token"), left(&reply, "member")),
        ("299".into(), "99".into(), "199".into())
    );
    assert_eq!(left(&bench.by("bea", "GET", LIST), "api-key"), "298");
    assert_eq!(bench.with("", "GET", LIST).header("x-rate-limit-api-key-max"), Some("300"), "refusals too");
    bench.wait(10);
    assert_eq!(left(&bench.ask("GET", LIST), "api-key"), "299");
}

#[test]
fn a_limit_is_told_in_json_and_without_when_to_come_again() {
    let mut bench = Bench::new();
    bench.switch("trello.limit=2");
    assert_eq!([(); 2].map(|()| bench.ask("GET", LIST).status), [200, 200]);
    let reply = bench.ask("GET", LIST);
    assert_eq!(words(&reply), text(429, r#"{"error":"API_TOKEN_LIMIT_EXCEEDED","message":"Rate limit exceeded"}"#));
    assert_eq!((left(&reply, "api-token"), reply.header("Retry-After")), ("0".to_owned(), None));
    assert_eq!(bench.by("bea", "GET", LIST).status, 200, "another token");
    bench.wait(10);
    assert_eq!(bench.ask("GET", LIST).status, 200);
}

#[test]
fn any_code_can_be_had_and_even_a_header() {
    let mut bench = Bench::new();
    for code in ["API_KEY_LIMIT_EXCEEDED", "API_TOKEN_DB_LIMIT_EXCEEDED", "MEMBER_LIMIT_EXCEEDED"] {
        bench.switch(&format!("trello.limited={code}")).switch("trello.retry_after=3");
        let reply = bench.ask("PUT", "organizations/acme/members/hal?type=normal");
        assert_eq!((reply.status, reply.value()["error"].as_str()), (429, Some(code)));
        assert_eq!(reply.header("Retry-After"), Some("3"));
    }
    assert_eq!(left(&bench.ask("GET", LIST), "member"), "0");
    bench.switch("trello.limited=off");
    assert_eq!(bench.ask("GET", LIST).status, 200);
    assert_eq!(bench.mails(), Vec::<&str>::new());
}

#[test]
fn the_route_to_members_is_narrower_and_refusals_are_counted_too() {
    let mut bench = Bench::new();
    bench.switch("limits");
    let mut statuses = Vec::new();
    for _ in 0..101 {
        bench.wait(1);
        statuses.push(bench.ask("GET", "members/me").status);
    }
    assert_eq!((statuses[99], statuses[100]), (200, 429), "a hundred in fifteen minutes");
    assert_eq!(bench.ask("GET", LIST).status, 200, "another route");
    bench.wait(900);
    let code = |reply: crate::sandbox::call::Reply| reply.value()["error"].as_str().unwrap_or("-").to_owned();
    let codes: Vec<String> = (0..302).map(|_| code(bench.ask("GET", LIST))).collect();
    assert_eq!((codes[99].as_str(), codes[100].as_str()), ("-", "API_TOKEN_LIMIT_EXCEEDED"));
    assert_eq!(codes[301], "API_KEY_LIMIT_EXCEEDED");
    assert_eq!(code(bench.by("bea", "GET", LIST)), "API_KEY_LIMIT_EXCEEDED", "for everybody with the key");
}

#[test]
fn without_a_switch_nobody_is_refused() {
    let mut bench = Bench::new();
    for _ in 0..400 {
        let reply = bench.ask("GET", "members/me");
        assert_eq!((reply.status, left(&reply, "api-key") == "0"), (200, false));
    }
}
