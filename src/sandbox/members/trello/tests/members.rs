//! Reading a workspace, putting people in and taking them out.

use serde_json::{Value, json};

use super::super::super::cast::Cast;
use super::{Bench, TRELLO_KEY, header, id, text, usernames, words};
use crate::sandbox::call::Call;

const MEMBERSHIPS: &str = "organizations/acme/memberships?filter=all&member=true&member_fields=username,fullName";

/// User name, and what a client makes its state of.
fn states(list: &Value) -> Vec<(String, bool, bool, String)> {
    let rows = list.as_array().unwrap().iter();
    let is = |row: &Value, name: &str| row[name].as_bool().unwrap();
    rows.map(|row| {
        let name = row["member"]["username"].as_str().unwrap().to_owned();
        (name, is(row, "unconfirmed"), is(row, "deactivated"), row["memberType"].as_str().unwrap().to_owned())
    })
    .collect()
}

#[test]
fn one_list_tells_everybody_and_what_each_is() {
    let mut bench = Bench::new();
    let list = bench.get(MEMBERSHIPS);
    let row =
        |name: &str, unconfirmed, deactivated, kind: &str| (name.to_owned(), unconfirmed, deactivated, kind.to_owned());
    let expected = [
        row("ada", false, false, "admin"),
        row("oli", false, false, "admin"),
        row("bob4", true, false, "normal"),
        row("bea", false, false, "normal"),
        row("cy", false, true, "normal"),
    ];
    assert_eq!(states(&list), expected);
    assert_eq!(list[0]["member"], json!({"id": id('b', 1), "username": "ada", "fullName": "Ada"}));
    assert!(bench.get("organizations/acme/memberships")[0].get("member").is_none());
    assert_eq!(bench.get(&format!("organizations/{}/memberships", id('c', 1))).as_array().unwrap().len(), 5, "by id");
    let table = [("active", 4), ("admin", 2), ("deactivated", 1), ("normal", 3), ("me", 1)];
    for (filter, count) in table {
        let list = bench.get(&format!("organizations/acme/memberships?filter={filter}"));
        assert_eq!(list.as_array().unwrap().len(), count, "{filter}");
    }
    assert_eq!(bench.ask("GET", "organizations/acme/memberships?filter=x").status, 400);
    assert_eq!(usernames(&bench.get("organizations/acme/members")), ["ada", "oli", "bob4", "bea", "cy"]);
}

#[test]
fn the_list_is_whole_however_long_it_is() {
    let mut bench = Bench::of(Cast { is_full: false, crowd: 1200 });
    let list = bench.get(MEMBERSHIPS);
    assert_eq!(list.as_array().unwrap().len(), 1203);
    assert_eq!(list[1202]["member"]["username"], "zoe");
}

#[test]
fn people_and_workspaces_are_found_by_id_and_by_name_to_the_letter() {
    let mut bench = Bench::new();
    for (scopes, email) in [(&["read"][..], None), (&["read", "account"], Some("ada@example.com"))] {
        let token = bench.token("ada", scopes);
        let own = bench.with(&header(TRELLO_KEY, &token), "GET", "members/me?fields=id,username,email").value();
        assert_eq!(own, json!({"id": id('b', 1), "username": "ada", "email": email}));
    }
    assert_eq!(bench.get("members/Ada")["id"], id('b', 11));
    assert_eq!(
        bench.get(&format!("members/{}?fields=username,email", id('b', 8))),
        json!({"id": id('b', 8), "username": "hal", "email": null})
    );
    for target in ["members/HAL", "members/nobody", "organizations/nowhere", "organizations/ACME"] {
        assert_eq!(words(&bench.ask("GET", target)), text(404, "The requested resource was not found."), "{target}");
    }
    let workspace = bench.get("organizations/acme?fields=name,displayName");
    assert_eq!(workspace, json!({"id": id('c', 1), "name": "acme", "displayName": "Acme"}));
    assert_eq!(words(&bench.ask("GET", "members/me?fields=colour")), text(400, "invalid value for fields"));
}

#[test]
fn people_are_searched_by_parts_of_names_and_never_by_an_address() {
    let mut bench = Bench::of(Cast { is_full: true, crowd: 30 });
    assert_eq!(usernames(&bench.get("search/members/?query=AD")), ["ada", "Ada"]);
    assert_eq!(usernames(&bench.get("search/members?query=ada@example.com")), Vec::<&str>::new());
    for (query, count) in [("query=p00", 8), ("query=p00&limit=20", 20)] {
        assert_eq!(bench.get(&format!("search/members?{query}")).as_array().unwrap().len(), count, "{query}");
    }
    let within = format!("search/members?query=a&idOrganization={}&onlyOrgMembers=true", id('c', 1));
    assert_eq!(usernames(&bench.get(&within)), ["ada", "bea"]);
    for query in ["query=", "query=a&limit=21", "query=a&limit=0"] {
        assert_eq!(bench.ask("GET", &format!("search/members?{query}")).status, 400, "{query}");
    }
}

#[test]
fn who_has_an_account_is_in_at_once() {
    let mut bench = Bench::new();
    let reply = bench.ask("PUT", "organizations/acme/members/hal?type=normal").value();
    assert_eq!(reply["id"], id('c', 1));
    let row = reply["memberships"].as_array().unwrap().last().unwrap();
    assert_eq!((&row["idMember"], &row["unconfirmed"]), (&json!(id('b', 8)), &json!(false)));
    assert_eq!(usernames(&reply["members"]).last(), Some(&"hal"));
    assert_eq!(bench.mails(), ["hal@example.com"]);
    bench.ask("PUT", &format!("organizations/acme/members/{}?type=normal", id('b', 8)));
    assert_eq!((bench.mails().len(), bench.get(MEMBERSHIPS).as_array().unwrap().len()), (1, 6), "nothing twice");
    assert_eq!(bench.ask("PUT", "organizations/acme/members/nobody?type=normal").status, 404);
}

#[test]
fn a_role_that_is_said_is_given_also_a_lower_one() {
    let mut bench = Bench::new();
    for (name, kind) in [("oli", "normal"), ("bea", "admin")] {
        assert_eq!(bench.ask("PUT", &format!("organizations/acme/members/{name}?type={kind}")).status, 200);
    }
    assert_eq!(usernames(&bench.get("organizations/acme/members?filter=admins")), ["ada", "bea"]);
    for kind in ["", "?type=", "?type=Normal", "?type=observer"] {
        let reply = bench.ask("PUT", &format!("organizations/acme/members/hal{kind}"));
        assert_eq!(words(&reply), text(400, "invalid value for type"), "{kind}");
    }
}

#[test]
fn an_address_makes_a_ghost_that_waits_to_be_claimed() {
    let mut bench = Bench::new();
    for count in 1..=2 {
        let reply = bench.ask("PUT", "organizations/acme/members?email=dee%40example.com&fullName=Dee&type=normal");
        let body = reply.value();
        let row = body["memberships"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((reply.status, &row["unconfirmed"], &row["memberType"]), (200, &json!(true), &json!("normal")));
        let member = body["members"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&member["confirmed"], &member["fullName"]), (&json!(false), &json!("Dee")));
        assert!(member["username"].as_str().unwrap().starts_with("dee"));
        assert_eq!(bench.mails(), vec!["dee@example.com"; count], "each asks by mail");
        assert_eq!(body["members"].as_array().unwrap().len(), 6, "one ghost");
    }
    let json = r#"{"email": "HAL@example.com", "type": "normal"}"#;
    let token = bench.token("ada", &["read", "write"]);
    let call = Call::new("PUT", "/1/organizations/acme/members")
        .with_header("Authorization", &super::header(super::TRELLO_KEY, &token))
        .with_header("Content-Type", "application/json")
        .with_body(json);
    let body = bench.call(&call).value();
    assert_eq!(usernames(&body["members"]).last(), Some(&"hal"), "whose address it is");
}

#[test]
fn what_is_wrong_with_an_invitation_by_address_is_told() {
    let mut bench = Bench::new();
    for (query, status) in [
        ("email=&type=normal", 400),
        ("email=x&type=normal", 400),
        ("email=a%40b.example", 400),
        ("email=a%40b.example&type=NORMAL", 400),
        ("email=a%40b.example&type=admin", 403),
        ("email=a%40b.example&type=normal", 200),
    ] {
        assert_eq!(bench.ask("PUT", &format!("organizations/acme/members?{query}")).status, status, "{query}");
    }
    assert_eq!(bench.ask("PUT", "organizations/nowhere/members?email=a%40b.example&type=normal").status, 404);
}

#[test]
fn removing_leaves_a_guest_on_the_boards_unless_all_is_said() {
    for (all, guests) in [("", vec!["ada", "bea", "gil"]), ("/all", vec!["ada", "gil"])] {
        let mut bench = Bench::new();
        let reply = bench.ask("DELETE", &format!("organizations/acme/members/{}{all}", id('b', 5))).value();
        assert_eq!((&reply["name"], usernames(&reply["members"])), (&json!("acme"), vec!["ada", "oli", "bob4", "cy"]));
        assert_eq!(usernames(&bench.get(&format!("boards/{}/members", id('e', 1)))), guests);
        assert_eq!(bench.ask("DELETE", &format!("organizations/acme/members/{}", id('b', 5))).status, 404);
    }
}

#[test]
fn a_person_is_removed_by_id_only_and_the_last_administrator_stays() {
    let mut bench = Bench::new();
    assert_eq!(words(&bench.ask("DELETE", "organizations/acme/members/bea")), text(400, "invalid id"));
    let at = |number| format!("organizations/acme/members/{}", id('b', number));
    assert_eq!(bench.by("bea", "DELETE", &at(6)).status, 401, "no administrator");
    assert_eq!(bench.by("bea", "DELETE", &at(5)).status, 200, "anybody may leave");
    assert_eq!(bench.ask("DELETE", &at(6)).status, 200);
    assert_eq!(bench.ask("DELETE", &at(1)).status, 403);
    assert_eq!(bench.ask("PUT", "organizations/acme/members/ada?type=normal").status, 403);
    bench.switch("trello.last_admin");
    assert_eq!(bench.ask("DELETE", &at(1)).status, 200);
}

#[test]
fn only_an_enterprise_suspends() {
    let mut bench = Bench::new();
    let at = "organizations/acme/members/bea/deactivated";
    assert_eq!(bench.ask("PUT", &format!("{at}?value=true")).status, 403);
    bench.switch("trello.enterprise");
    for (value, count) in [("true", 2), ("false", 1)] {
        assert_eq!(bench.ask("PUT", &format!("{at}?value={value}")).status, 200);
        let list = bench.get("organizations/acme/memberships?filter=deactivated");
        assert_eq!(list.as_array().unwrap().len(), count, "{value}");
    }
    assert_eq!(bench.ask("PUT", at).status, 400);
}
