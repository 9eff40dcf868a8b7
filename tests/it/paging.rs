//! Long lists: every row once, whatever the number of pages, and no address of the server's choosing is asked.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::scripted::{LIST_USERS, room, smart, user, users_page};
use crate::support::server::{Reply, Server};

const PAGE: usize = 1000;

/// `total` users in pages, each with a link to the next one on another host.
fn in_pages(total: usize, other: &Server) -> Server {
    let server = smart();
    let users: Vec<Value> = (0..total).map(|n| user(&format!("u{n:04}"), &format!("user{n:04}"))).collect();
    let mut request = LIST_USERS.to_owned();
    let mut left = users.as_slice();
    loop {
        let (page, rest) = left.split_at(left.len().min(PAGE));
        let marker = page.last().filter(|_| !rest.is_empty()).map(|last| last["id"].as_str().unwrap().to_owned());
        let next =
            marker.as_ref().map(|marker| format!("{}/v3/users?limit=2&marker={marker}&domain_id=evil", other.url()));
        server.on(&request, users_page(page, next.as_deref()));
        let Some(marker) = marker else { return server };
        request = format!("{LIST_USERS}&marker={marker}");
        left = rest;
    }
}

#[test]
fn every_row_comes_once() {
    for total in [0, 1, 999, 1000, 1001, 2500] {
        let other = Server::keystone();
        let server = in_pages(total, &other);
        let room = room(server.url());
        let names = room.ok(&["user", "list", "-s", "smart", "-o", "name"]);
        let different: BTreeSet<&str> = names.lines().collect();
        assert_eq!((names.lines().count(), different.len()), (total, total));
        let rows = room.run(&["user", "list", "-s", "smart", "-o", "json"]).success().json();
        assert_eq!(rows.as_array().unwrap().len(), total);
        assert_eq!(room.ok(&["user", "list", "-s", "smart", "-o", "jsonl"]).lines().count(), total);
        assert_eq!(room.ok(&["user", "list", "-s", "smart", "-o", "csv"]).lines().count(), total + 1);
        server.verify();
        assert_eq!(other.lines(), Vec::<String>::new(), "{total}");
        let pages = server.lines().iter().filter(|line| line.starts_with(LIST_USERS)).count();
        assert_eq!(pages, 4 * total.div_ceil(PAGE).max(1));
    }
}

#[test]
fn a_row_that_comes_again_is_shown_once() {
    let server = smart();
    let link = format!("{}/v3/users?marker=u2", server.url());
    server.on(LIST_USERS, users_page(&[user("u1", "ann"), user("u2", "bob")], Some(&link)));
    server.on(&format!("{LIST_USERS}&marker=u2"), users_page(&[user("u2", "bob"), user("u3", "cid")], None));
    assert_eq!(room(server.url()).ok(&["user", "list", "-s", "smart", "-o", "name"]), "ann\nbob\ncid\n");
}

/// Without a service a name that was seen on the first page may be that of somebody else too.
#[test]
fn a_name_is_not_settled_by_the_first_page_of_all_services() {
    let server = Server::keystone();
    let link = format!("{}/v3/users?marker=u1", server.url());
    server.on("GET /v3/users?limit=1000", users_page(&[user("u1", "ann")], Some(&link)));
    let mut other = user("u2", "ann");
    other["domain_id"] = json!("d2");
    server.on("GET /v3/users?name=ann", users_page(&[user("u1", "ann"), other], None));
    for name in ["bob", "cid", "dan"] {
        server.on(&format!("GET /v3/users?name={name}"), users_page(&[user(name, name)], None));
    }
    let output = room(server.url()).run(&["user", "show", "ann", "bob", "cid", "dan", "-o", "json"]).code(7);
    assert!(output.stderr.contains("user 'ann' is the name of several"), "{output}");
    server.verify();
}

#[test]
fn a_server_that_does_not_know_markers_is_not_asked_for_ever() {
    let server = smart();
    let link = format!("{}/v3/users?marker=u1", server.url());
    let page = users_page(&[user("u1", "ann")], Some(&link));
    server.on(LIST_USERS, page.clone());
    server.on(&format!("{LIST_USERS}&marker=u1"), page);
    assert_eq!(room(server.url()).ok(&["user", "list", "-s", "smart", "-o", "name"]), "ann\n");
    assert!(server.lines().len() < 10, "{:?}", server.lines());
}

#[test]
fn a_list_that_breaks_off_is_not_taken_for_a_short_one() {
    // Keystone says so when its own limit is below what there is and it gives no link.
    let server = smart();
    let body = json!({"users": [user("u1", "ann")], "links": {"next": null}, "truncated": true});
    server.on(LIST_USERS, Reply::json(200, &body));
    let output = room(server.url()).run(&["user", "list", "-s", "smart", "-o", "json"]).code(1);
    assert!(output.stderr.contains("rows are missing"), "{output}");
    assert!(serde_json::from_str::<Value>(&output.stdout).is_err(), "half a list is no document\n{output}");

    let server = smart();
    let link = format!("{}/v3/users?marker=u1", server.url());
    server.on(LIST_USERS, users_page(&[user("u1", "ann")], Some(&link)));
    server.on(&format!("{LIST_USERS}&marker=u1"), Reply::json(500, &json!({"error": {"message": "no"}})));
    let output = room(server.url()).run(&["user", "list", "-s", "smart", "-o", "json"]).code(75);
    assert!(serde_json::from_str::<Value>(&output.stdout).is_err(), "half a list is no document\n{output}");
    // A link that leads nowhere.
    let server = smart();
    server.on(LIST_USERS, users_page(&[user("u1", "ann")], Some("http://127.0.0.1:1/v3/users?page=2")));
    room(server.url()).run(&["user", "list", "-s", "smart"]).code(1).says("marker");
}
