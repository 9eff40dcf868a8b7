//! The proxy in front of the real Keystone.

use orchester::sandbox::Proxy;
use serde_json::json;

use crate::support::golden::request_lines;
use crate::support::keystone::{Keystone, login};
use crate::support::raw::Connection;

#[test]
fn records_a_login_and_lets_the_token_work() {
    let keystone = Keystone::shared();
    let proxy = Proxy::start(keystone.url()).unwrap();
    let answer = login(&proxy.url());
    assert_eq!(answer.status, 201, "{}", answer.text());
    let token = answer.header("x-subject-token").unwrap();

    // Twice on one connection, which Keystone keeps open behind gthread workers.
    let mut client = Connection::open(&proxy.url()).unwrap();
    for _ in 0..2 {
        let domains = client.send("GET", "/v3/domains?name=Default", &[("X-Auth-Token", token)], None).unwrap();
        assert_eq!(domains.json()["domains"][0]["id"], "default");
        // The Host header passed through, so the server's links lead back to the proxy.
        let link = domains.json()["links"]["self"].as_str().unwrap().to_owned();
        assert!(link.starts_with(&proxy.url()), "{link} is not below {}", proxy.url());
    }

    let record = proxy.take_record();
    let lines = "POST /v3/auth/tokens\nGET /v3/domains?name=Default\nGET /v3/domains?name=Default\n";
    assert_eq!(request_lines(&record.requests), lines);
    assert_eq!((record.connections, record.most_in_flight), (2, 1));
    let statuses: Vec<_> = record.requests.iter().map(|request| request.server_status).collect();
    assert_eq!(statuses, [Some(201), Some(200), Some(200)]);
    assert!(record.requests[0].request_bytes > 0 && record.requests[0].response_bytes > 0);
}

#[test]
fn an_answer_that_is_cut_was_acted_on() {
    let keystone = Keystone::shared();
    let proxy = Proxy::start(keystone.url()).unwrap();
    let token = login(keystone.url());
    let token = token.header("x-subject-token").unwrap();
    for (fault, name, made) in [("cut@1", "cut_before", 0), ("cut@1:after", "cut_after", 1)] {
        proxy.reset_count();
        proxy.set_faults(vec![fault.parse().unwrap()]);
        let mut client = Connection::open(&proxy.url()).unwrap();
        let body = json!({"domain": {"name": name, "enabled": false}});
        assert!(client.send("POST", "/v3/domains", &[("X-Auth-Token", token)], Some(&body)).is_err(), "{fault}");
        assert_eq!(keystone.list(&format!("domains?name={name}")).len(), made, "{fault}");
    }
}
