//! Pages, order and filters.

use serde_json::{Value, json};

use super::{Bench, bench, create, message, wish};

fn by_people() -> Bench {
    let mut bench = bench();
    for user in ["alice", "alice", "bob"] {
        bench.wait(61);
        assert_eq!(bench.by(user, "POST", "/deployments", Some(&wish(""))).status, 201);
    }
    bench
}

fn creators(list: &Value) -> Vec<String> {
    let rows = list["content"].as_array().unwrap().iter();
    rows.map(|row| row["createdBy"]["subject"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn one_sees_ones_own_and_an_administrator_everybodys() {
    let mut bench = by_people();
    let admin = bench.token_of("root", &["city"], true);
    let alice = "createdBy=alice%40https%3A%2F%2Fissuer.sandbox%2F";
    let table = [
        (None, "", 200, vec!["alice", "alice"]),
        (None, "createdBy=me", 200, vec!["alice", "alice"]),
        (None, alice, 200, vec!["alice", "alice"]),
        (None, "createdBy=bob%40https%3A%2F%2Fissuer.sandbox%2F", 403, vec![]),
        (None, "createdBy=bob", 400, vec![]),
        (None, "createdBy=a%40b%40c", 400, vec![]),
        (None, "userGroup=city", 200, vec!["alice", "alice"]),
        (None, "userGroup=others", 403, vec![]),
        (None, "excludedStatus=CREATE_IN_PROGRESS", 200, vec!["alice", "alice"]),
        (Some(&admin), "", 200, vec!["bob", "alice", "alice"]),
        (Some(&admin), "createdBy=me", 200, vec![]),
        (Some(&admin), alice, 200, vec!["alice", "alice"]),
        (Some(&admin), "userGroup=others", 403, vec![]),
    ];
    for (token, query, status, expected) in table {
        let own = bench.token_of("alice", &["city"], false);
        let reply = bench.ask("GET", &format!("/deployments?{query}"), Some(token.unwrap_or(&own)), None);
        assert_eq!(reply.status, status, "{query}");
        if status == 200 {
            assert_eq!(creators(&reply.value()), expected, "{query}");
        }
    }
    let reply = bench.by("alice", "GET", "/deployments?userGroup=others", None);
    assert_eq!(message(&reply), "The group others is not in the user's authorized groups");
}

#[test]
fn pages_count_from_nought_and_hold_ten() {
    let mut bench = bench();
    for _ in 0..12 {
        bench.wait(1);
        create(&mut bench, "");
    }
    let rels = |list: &Value| -> Vec<String> {
        list["links"].as_array().unwrap().iter().map(|link| link["rel"].as_str().unwrap().to_owned()).collect()
    };
    let first = bench.get("alice", "/deployments?createdBy=me");
    assert_eq!(first["page"], json!({"size": 10, "totalElements": 12, "totalPages": 2, "number": 0}));
    assert_eq!(rels(&first), ["first", "self", "next", "last"]);
    let next = first["links"][2]["href"].as_str().unwrap();
    assert_eq!(next, "http://internal:8080/deployments?createdBy=me&page=1&size=10");
    let last = bench.get("alice", "/deployments?page=1");
    assert_eq!(
        (last["content"].as_array().unwrap().len(), rels(&last)),
        (2, ["first", "prev", "self", "last"].map(str::to_owned).to_vec())
    );
    let all = bench.get("alice", "/deployments?size=20&page=x");
    assert_eq!((all["content"].as_array().unwrap().len(), rels(&all)), (12, vec!["self".to_owned()]));
    assert_eq!(bench.get("alice", "/deployments?page=7")["content"], json!([]));
}

#[test]
fn the_newest_come_first_unless_something_else_is_asked_for() {
    let mut bench = bench();
    let made: Vec<String> = ["fail", "", "stall"].map(|outcome| create(&mut bench, outcome)).to_vec();
    bench.wait(10);
    let table = [
        ("", [2, 1, 0]),
        ("sort=createdAt,asc", [0, 1, 2]),
        ("sort=status,asc", [1, 0, 2]),
        ("sort=status,desc&sort=createdAt", [2, 0, 1]),
    ];
    for (query, expected) in table {
        let list = bench.get("alice", &format!("/deployments?{query}"));
        let found: Vec<String> = list["content"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| format!("/deployments/{}", row["uuid"].as_str().unwrap()))
            .collect();
        assert_eq!(found, expected.map(|place: usize| made[place].clone()), "{query}");
    }
    assert_eq!(bench.by("alice", "GET", "/deployments?sort=colour", None).status, 500);
    assert_eq!(bench.strict().by("alice", "GET", "/deployments?sort=colour", None).status, 400);
}
