//! SCIM.

use serde_json::{Value, json};

use super::super::super::cast::Cast;
use super::{Bench, READ};
use crate::sandbox::call::{Call, Reply};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

fn with(bench: &mut Bench, token: &str, method: &str, target: &str, body: &Value) -> Reply {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let call = Call::new(method, &format!("/scim/{target}")).with_header("Content-Type", "application/json");
    bench.call(&call.with_header("Authorization", &format!("Bearer {token}")).with_body(body))
}

fn ask(bench: &mut Bench, method: &str, target: &str, body: &Value) -> Reply {
    let token = bench.user("ada", &["admin"]);
    with(bench, &token, method, &format!("v2/{target}"), body)
}

fn find(bench: &mut Bench, filter: &str) -> Value {
    let filter = filter.replace(' ', "%20").replace('"', "%22");
    ask(bench, "GET", &format!("Users?filter={filter}"), &Value::Null).value()
}

fn new(name: &str) -> Value {
    json!({"schemas": [USER], "userName": name, "emails": [{"value": format!("{name}@example.com"), "primary": true}]})
}

fn active(value: bool) -> Value {
    json!({"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": value}]})
}

#[test]
fn people_are_found_by_address_and_counted_from_one() {
    let mut bench = Bench::of(Cast { is_full: true, crowd: 30 });
    let found = find(&mut bench, r#"email eq "ADA@example.com""#);
    assert_eq!(
        (&found["totalResults"], &found["startIndex"], &found["itemsPerPage"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let row = &found["Resources"][0];
    assert_eq!(
        (&row["id"], &row["active"], &row["emails"][0]["value"]),
        (&json!("U1"), &json!(true), &json!("ada@example.com"))
    );
    assert_eq!(found["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]));
    assert_eq!(find(&mut bench, r#"email eq "nobody@example.com""#)["Resources"], json!([]));
    assert_eq!(find(&mut bench, r#"email eq "bob@example.com""#)["Resources"][0]["active"], false);
    assert_eq!(find(&mut bench, r#"userName co "p00""#)["totalResults"], 30);
    let page = ask(&mut bench, "GET", "Users?startIndex=31&count=100", &Value::Null).value();
    assert_eq!(
        (&page["totalResults"], &page["itemsPerPage"], &page["startIndex"]),
        (&json!(40), &json!(10), &json!(31))
    );
    assert_eq!(page["Resources"][9]["userName"], "zoe");
    assert_eq!(find(&mut bench, "")["Errors"], Value::Null);
    assert_eq!(ask(&mut bench, "GET", "Users?filter=email%20xx%20%22a%22", &Value::Null).status, 400);
}

#[test]
fn somebody_new_is_active_at_once_and_is_made_once() {
    let mut bench = Bench::new();
    let reply = ask(&mut bench, "POST", "Users", &new("dee"));
    assert_eq!((reply.status, &reply.value()["active"]), (201, &json!(true)));
    let again = ask(&mut bench, "POST", "Users", &new("dee"));
    assert_eq!((again.status, &again.value()["status"]), (409, &json!("409")));
    assert_eq!(ask(&mut bench, "POST", "Users", &new("bob")).status, 409, "deactivated");
    assert_eq!(bench.mails(), ["dee@example.com"]);
    for body in [json!({}), json!({"schemas": [USER]}), json!({"schemas": [USER], "userName": "x"}), json!([])] {
        assert_eq!(ask(&mut bench, "POST", "Users", &body).status, 400, "{body}");
    }
}

#[test]
fn deleting_deactivates_and_can_be_undone() {
    let mut bench = Bench::new();
    let reply = ask(&mut bench, "DELETE", "Users/U4", &Value::Null);
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    assert_eq!(ask(&mut bench, "GET", "Users/U4", &Value::Null).value()["active"], false);
    assert_eq!(ask(&mut bench, "PATCH", "Users/U4", &active(true)).value()["active"], true);
    assert_eq!(ask(&mut bench, "PATCH", "Users/U4", &active(false)).value()["active"], false);
    let owner = ask(&mut bench, "DELETE", "Users/U1", &Value::Null);
    assert_eq!((owner.status, &owner.value()["detail"]), (403, &json!("not allowed")));
    for id in ["U99", "B1"] {
        assert_eq!(ask(&mut bench, "DELETE", &format!("Users/{id}"), &Value::Null).status, 404, "{id}");
    }
    assert_eq!(ask(&mut bench, "PATCH", "Users/U4", &json!({"active": true})).status, 400);
    assert_eq!(ask(&mut bench, "GET", "Groups", &Value::Null).status, 404);
}

#[test]
fn only_owners_with_the_right_scope_on_plans_that_have_it() {
    let mut bench = Bench::new();
    let tokens = [
        (bench.user("oli", &["admin"]), 200),
        (bench.user("amy", &["admin"]), 403),
        (bench.user("bea", &["admin"]), 403),
        (bench.user("ada", &READ), 403),
        (bench.bot(&["admin"]), 403),
        ("nonsense".to_owned(), 401),
    ];
    for (token, status) in tokens {
        let reply = with(&mut bench, &token, "GET", "v2/Users", &Value::Null);
        assert_eq!(reply.status, status, "{token}");
        if status != 200 {
            let expected = json!(["urn:ietf:params:scim:api:messages:2.0:Error"]);
            assert_eq!((&reply.value()["schemas"], &reply.value()["status"]), (&expected, &json!(status.to_string())));
        }
    }
    for (plan, status) in [("free", 403), ("pro", 403), ("business", 200)] {
        bench.switch(&format!("slack.plan={plan}"));
        assert_eq!(ask(&mut bench, "GET", "Users", &Value::Null).status, status, "{plan}");
    }
    bench.switch("slack.sso");
    assert_eq!(ask(&mut bench, "POST", "Users", &new("dee")).status, 403);
    assert_eq!(ask(&mut bench, "GET", "Users", &Value::Null).status, 200);
}

#[test]
fn the_older_version_says_it_in_other_words() {
    let mut bench = Bench::new();
    let token = bench.user("ada", &["admin"]);
    let reply = with(&mut bench, &token, "GET", "v1/Users/U99", &Value::Null);
    assert_eq!((reply.status, reply.value()), (404, json!({"Errors": {"description": "user_not_found", "code": 404}})));
    assert_eq!(with(&mut bench, &token, "PATCH", "v1/Users/U4", &json!({"active": false})).value()["active"], false);
    assert_eq!(with(&mut bench, &token, "DELETE", "v1/Users/U6", &Value::Null).status, 200);
}

#[test]
fn writes_and_reads_have_limits_that_all_programs_share() {
    let mut bench = Bench::new();
    bench.switch("limits");
    let statuses: Vec<u16> = (0..181).map(|_| ask(&mut bench, "PATCH", "Users/U4", &active(true)).status).collect();
    assert_eq!((statuses[179], statuses[180]), (200, 429));
    let token = bench.user("oli", &["admin"]);
    let reply = with(&mut bench, &token, "DELETE", "v2/Users/U4", &Value::Null);
    assert_eq!((reply.status, reply.header("Retry-After")), (429, Some("60")));
    assert_eq!(ask(&mut bench, "GET", "Users", &Value::Null).status, 200);
}
