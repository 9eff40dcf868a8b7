//! The default policies, decided upon by the emulated Keypass, which knows nothing of the table they are written from.

use serde_json::Value;

use super::City;

/// Component, level, what it may do: the platform's own table.
const MAY: [(&str, &str, &str); 11] = [
    ("orion", "admin", "create update delete read subscribe register discover subscribe-availability"),
    ("orion", "customer", "read subscribe discover subscribe-availability"),
    ("perseo", "admin", "readRule writeRule notify"),
    ("perseo", "customer", "readRule"),
    ("iotagent", "admin", "create update delete read"),
    ("iotagent", "customer", "read"),
    ("sth", "admin", "read create"),
    ("sth", "customer", "read"),
    ("keypass", "SubServiceAdmin", "createPolicy listPolicies deleteSubjectPolicies readPolicy deletePolicy"),
    (
        "keypass",
        "admin",
        "createPolicy listPolicies deleteSubjectPolicies readPolicy deletePolicy deleteTenantPolicies",
    ),
    ("keypass", "customer", "listPolicies readPolicy"),
];

/// What a PEP asks: component, request, action.
const ASKED: [(&str, &str, &str); 24] = [
    ("orion", "GET /v2/entities", "read"),
    ("orion", "POST /v2/op/query", "read"),
    ("orion", "POST /v2/entities", "create"),
    ("orion", "POST /v2/subscriptions", "create"),
    ("orion", "POST /v2/registrations", "create"),
    ("orion", "PATCH /v2/entities/e/attrs", "update"),
    ("orion", "DELETE /v2/subscriptions/s", "delete"),
    ("perseo", "GET /rules", "readRule"),
    ("perseo", "GET /m2m/vrules", "readRule"),
    ("perseo", "GET /version", "readRule"),
    ("perseo", "POST /rules", "writeRule"),
    ("perseo", "DELETE /rules/r", "writeRule"),
    ("perseo", "POST /notices", "notify"),
    ("keypass", "POST subject", "createPolicy"),
    ("keypass", "GET subject", "listPolicies"),
    ("keypass", "GET policy", "readPolicy"),
    ("keypass", "DELETE policy", "deletePolicy"),
    ("keypass", "DELETE subject", "deleteSubjectPolicies"),
    ("keypass", "DELETE tenant", "deleteTenantPolicies"),
    ("iotagent", "PUT /iot/devices/d", "update"),
    ("sth", "GET /STH", "read"),
    ("sth", "POST /notify", "create"),
    ("sth", "PUT /STH", "update"),
    ("sth", "DELETE /STH", "delete"),
];

fn level(role: &str, component: &str) -> &'static str {
    match role {
        _ if role.contains("Customer") => "customer",
        "SubServiceAdmin" if component == "keypass" => "SubServiceAdmin",
        _ => "admin",
    }
}

fn may(role: &str, component: &str, action: &str) -> bool {
    let level = level(role, component);
    let row = MAY.iter().find(|(name, of, _)| *name == component && *of == level).unwrap();
    row.2.split(' ').any(|one| one == action)
}

fn question(role: &str, component: &str, action: &str) -> String {
    let string = "http://www.w3.org/2001/XMLSchema#string";
    let group = |category: &str, id: &str, value: &str| {
        format!(
            "<Attributes Category='urn:oasis:names:tc:xacml:{category}'><Attribute IncludeInResult='false' \
             AttributeId='urn:oasis:names:tc:xacml:1.0:{id}'><AttributeValue DataType='{string}'>{value}\
             </AttributeValue></Attribute></Attributes>"
        )
    };
    format!(
        "<Request xmlns='urn:oasis:names:tc:xacml:3.0:core:schema:wd-17' ReturnPolicyIdList='false' \
         CombinedDecision='false'>{}{}{}</Request>",
        group("1.0:subject-category:access-subject", "subject:subject-id", role),
        group("3.0:attribute-category:resource", "resource:resource-id", &format!("fiware:{component}:city:/:::")),
        group("3.0:attribute-category:action", "action:action-id", action),
    )
}

#[test]
fn all_default_policies_are_taken_and_decide_as_the_platform_means() {
    let city = City::new();
    let list: Value = city.types("policy templates -o json").success().json();
    let list = list.as_array().unwrap();
    assert_eq!(list.len(), 36);
    for row in list {
        let text = |key: &str| row[key].as_str().unwrap();
        let answer =
            city.ask("POST", &format!("/pap/v1/subject/{}", text("role")), "city", &city.template(text("name")));
        assert_eq!(answer.status, 201, "{}", text("name"));
        assert!(answer.header("location").unwrap().ends_with(text("policy")), "{}", text("name"));
    }
    let mut asked = 0;
    for row in list {
        let (role, component) = (row["role"].as_str().unwrap(), row["component"].as_str().unwrap());
        let mut actions: Vec<&str> = MAY.iter().flat_map(|(_, _, actions)| actions.split(' ')).collect();
        let of_component =
            |(name, _, action): &(&'static str, &str, &'static str)| (*name == component).then_some(*action);
        actions.extend(ASKED.iter().filter_map(of_component));
        actions.sort_unstable();
        actions.dedup();
        for action in actions {
            let answer = city.ask("POST", "/pdp/v3", "city", &question(role, component, action));
            let expected = if may(role, component, action) { "Permit" } else { "Deny" };
            let text = answer.text();
            assert!(text.contains(&format!(">{expected}<")), "{role} {action} in {component}: {text}");
            asked += 1;
        }
    }
    assert!(asked > 36 * 15, "{asked}");
}

#[test]
fn what_the_policies_say_can_be_asked() {
    let city = City::new();
    let decision = |line: &str| city.types(&format!("policy test {line} -s smartcity -o value --columns decision"));
    assert_eq!(decision("ServiceCustomer read orion").success().stdout, "NotApplicable\n");
    city.types("policy update ServiceCustomer --template orion-customer2 -s smartcity").success();
    assert_eq!(decision("ServiceCustomer read orion").success().stdout, "Permit\n");
    assert_eq!(decision("ServiceCustomer create orion --exit-status").code(1).stdout, "Deny\n");
    decision("ServiceCustomer raed orion").success().says("did you mean read?");
    let row = city.types("policy test ServiceCustomer read orion -s smartcity -S energy -o json").success().json();
    assert_eq!(row["resource"], "fiware:orion:smartcity:/energy:::");
}
