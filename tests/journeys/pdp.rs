//! What the policies of a new service decide, asked of Keypass itself and through the PEP. The tables are typed from the
//! platform's documents and owe nothing to the product's own.

use std::collections::{BTreeMap, BTreeSet};

use orchester::sandbox::Backend;
use serde_json::json;

use crate::create;
use crate::people::{Verdict, policy, send, through_the_pep, token};
use crate::support::raw::Connection;
use crate::support::whole::Whole;

/// Component, and what each level may do: of administrators, of customers.
const LEVELS: [(&str, &str, &str); 4] = [
    (
        "orion",
        "create update delete read subscribe register discover subscribe-availability",
        "read subscribe discover subscribe-availability",
    ),
    ("perseo", "readRule writeRule notify", "readRule"),
    ("iotagent", "create update delete read", "read"),
    ("sth", "read create", "read"),
];

const KEYPASS: [(&str, &str); 4] = [
    ("admin", "createPolicy listPolicies deleteSubjectPolicies readPolicy deletePolicy deleteTenantPolicies"),
    ("SubServiceAdmin", "createPolicy listPolicies deleteSubjectPolicies readPolicy deletePolicy"),
    ("SubServiceCustomer", "listPolicies readPolicy"),
    ("ServiceCustomer", "listPolicies readPolicy"),
];

/// What a role may do in a component; nothing at all where it has no policy.
fn permitted(role: &str, component: &str, generic: bool) -> &'static str {
    let of_component = |component: &str| LEVELS.iter().find(|(name, _, _)| *name == component);
    let level = |customer: bool, component: &str| {
        of_component(component).map_or("", |(_, admin, of_customer)| if customer { of_customer } else { admin })
    };
    let is_customer = role.contains("Customer");
    match role {
        "admin" | "SubServiceAdmin" | "SubServiceCustomer" | "ServiceCustomer" if !generic => "",
        "admin" | "SubServiceAdmin" | "SubServiceCustomer" | "ServiceCustomer" if component == "keypass" => {
            KEYPASS.iter().find(|(of, _)| *of == role).unwrap().1
        }
        "admin" | "SubServiceAdmin" | "SubServiceCustomer" | "ServiceCustomer" => level(is_customer, component),
        // Of one component, in capitals at the end of its name, and of no other.
        role if role.ends_with(&component.to_uppercase()) => level(is_customer, component),
        _ => "",
    }
}

fn question(roles: &[&str], component: &str, action: &str) -> String {
    let value = |id: &str, value: &str| {
        format!(
            "<Attribute IncludeInResult='false' AttributeId='urn:oasis:names:tc:xacml:1.0:{id}'><AttributeValue \
             DataType='http://www.w3.org/2001/XMLSchema#string'>{value}</AttributeValue></Attribute>"
        )
    };
    let group = |category: &str, attributes: &str| {
        format!("<Attributes Category='urn:oasis:names:tc:xacml:{category}'>{attributes}</Attributes>")
    };
    let roles: String = roles.iter().map(|role| value("subject:subject-id", role)).collect();
    let resource = value("resource:resource-id", &format!("fiware:{component}:city:/energy:::"));
    format!(
        "<Request xmlns='urn:oasis:names:tc:xacml:3.0:core:schema:wd-17' ReturnPolicyIdList='false' \
         CombinedDecision='false'>{}{}{}</Request>",
        group("1.0:subject-category:access-subject", &roles),
        group("3.0:attribute-category:resource", &resource),
        group("3.0:attribute-category:action", &value("action:action-id", action)),
    )
}

/// The decision, on stock servers.
fn decision(keypass: &mut Connection, service: &str, question: &str) -> String {
    let head = format!(
        "POST /pdp/v3 HTTP/1.1\r\nHost: a\r\nFiware-Service: {service}\r\nContent-Type: application/xml\r\n\
         Content-Length: {}\r\n\r\n",
        question.len()
    );
    keypass.send_bytes((head + question).as_bytes()).unwrap();
    let answer = keypass.answer(false).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    let (_, rest) = text.split_once("Decision>").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

/// The ids of the service's roles, and of `admin`.
fn roles(whole: &Whole, service: &str) -> BTreeMap<String, String> {
    let state = whole.sandbox.state();
    let domains = state["keystone"]["domains"].as_object().unwrap();
    let domain = domains.iter().find(|(_, domain)| domain["name"] == service).unwrap().0;
    let all = state["keystone"]["roles"].as_object().unwrap();
    let named = all.iter().map(|(id, role)| (role["name"].as_str().unwrap(), id.clone()));
    named
        .filter_map(|(name, id)| match name.split_once('#') {
            Some((of, role)) => (of == domain).then(|| (role.to_owned(), id)),
            None => (name == "admin").then(|| (name.to_owned(), id)),
        })
        .collect()
}

/// Every role, component and action. Of the generic roles nobody has policies unless asked for.
#[test]
fn a_new_service_decides_as_the_table_says() {
    let whole = Whole::empty(false);
    whole.room.run(&create("bare")).success();
    whole.room.run(&[&create("city")[..], &["--generic-roles"]].concat()).success();
    let every = LEVELS.iter().map(|(_, admin, _)| *admin).chain([KEYPASS[0].1, "fly"]);
    let every: BTreeSet<&str> = every.flat_map(|actions| actions.split(' ')).collect();
    let mut keypass = Connection::open(&whole.sandbox.url(Backend::Keypass)).unwrap();
    for (service, generic) in [("city", true), ("bare", false)] {
        let mut permits = 0;
        let roles = roles(&whole, service);
        assert_eq!(roles.len(), 19 + 1, "{roles:?}");
        for (role, id) in &roles {
            for component in ["orion", "perseo", "iotagent", "sth", "keypass"] {
                let permitted = permitted(role, component, generic);
                for action in &every {
                    let found = decision(&mut keypass, service, &question(&[id], component, action));
                    let expected = match permitted {
                        "" => "NotApplicable",
                        some if some.split(' ').any(|one| one == *action) => "Permit",
                        _ => "Deny",
                    };
                    assert_eq!(found, expected, "{role} of {service}: {action} in {component}");
                    permits += usize::from(found == "Permit");
                }
            }
        }
        // Administrators of components may do 17 things together and customers 7, at two levels each.
        let of_components = 2 * 17 + 2 * 7;
        let of_all = (17 + 6) + (17 + 5) + 2 * (7 + 2);
        assert_eq!(permits, if generic { of_components + of_all } else { of_components });
    }
}

/// Of several roles, one that permits is enough.
#[test]
fn roles_add_up() {
    let whole = Whole::empty(false);
    whole.room.run(&[&create("city")[..], &["--generic-roles"]].concat()).success();
    let roles = roles(&whole, "city");
    let mut keypass = Connection::open(&whole.sandbox.url(Backend::Keypass)).unwrap();
    let mut of = |names: &[&str], action: &str| {
        let ids: Vec<&str> = names.iter().map(|name| roles[*name].as_str()).collect();
        decision(&mut keypass, "city", &question(&ids, "orion", action))
    };
    assert_eq!(of(&["SubServiceCustomer", "SubServiceAdminPERSEO"], "create"), "NotApplicable");
    assert_eq!(of(&["SubServiceAdminPERSEO", "SubServiceCustomer"], "create"), "Deny");
    for names in [["SubServiceCustomer", "SubServiceAdminORION"], ["SubServiceAdminORION", "SubServiceCustomer"]] {
        assert_eq!(of(&names, "create"), "Permit");
    }
}

/// Component, request, and the action that the PEP asks for.
const ASKED: [(&str, &str, &str, &str); 44] = [
    ("orion", "GET /v2", "", "read"),
    ("orion", "GET /v2/entities", "", "read"),
    ("orion", "GET /v2/subscriptions", "", "read"),
    ("orion", "GET /v2/registrations", "", "read"),
    ("orion", "GET /v2/types", "", "read"),
    ("orion", "POST /v2/op/query", "{}", "read"),
    ("orion", "POST /v2/entities", "{}", "create"),
    ("orion", "POST /v2/subscriptions", "{}", "create"),
    ("orion", "POST /v2/registrations", "{}", "create"),
    ("orion", "POST /v2/entities/e/attrs?options=append", "{}", "create"),
    ("orion", "POST /v2/op/update", r#"{"actionType":"append"}"#, "create"),
    ("orion", "POST /v2/op/update", r#"{"actionType":"appendStrict"}"#, "create"),
    ("orion", "POST /v2/entities/e/attrs", "{}", "update"),
    ("orion", "PATCH /v2/entities/e/attrs", "{}", "update"),
    ("orion", "PUT /v2/entities/e/attrs", "{}", "update"),
    ("orion", "PUT /v2/entities/e/attrs/a/value", "{}", "update"),
    ("orion", "PATCH /v2/subscriptions/5b0c2d3e4f5a6b7c8d9e0f1a", "{}", "update"),
    ("orion", "POST /v2/op/update", r#"{"actionType":"update"}"#, "update"),
    ("orion", "POST /v2/op/update", r#"{"actionType":"replace"}"#, "update"),
    ("orion", "DELETE /v2/entities/e", "", "delete"),
    ("orion", "DELETE /v2/subscriptions/5b0c2d3e4f5a6b7c8d9e0f1a", "", "delete"),
    ("orion", "DELETE /v2/registrations/5b0c2d3e4f5a6b7c8d9e0f1a", "", "delete"),
    ("orion", "POST /v2/op/update", r#"{"actionType":"delete"}"#, "delete"),
    ("perseo", "GET /rules", "", "readRule"),
    ("perseo", "GET /rules/r", "", "readRule"),
    ("perseo", "GET /m2m/vrules", "", "readRule"),
    ("perseo", "GET /m2m/vrules/r", "", "readRule"),
    ("perseo", "GET /version", "", "readRule"),
    ("perseo", "POST /rules", "{}", "writeRule"),
    ("perseo", "PUT /rules/r", "{}", "writeRule"),
    ("perseo", "DELETE /rules/r", "", "writeRule"),
    ("perseo", "POST /m2m/vrules", "{}", "writeRule"),
    ("perseo", "PUT /m2m/vrules/r", "{}", "writeRule"),
    ("perseo", "DELETE /m2m/vrules/r", "", "writeRule"),
    ("perseo", "POST /notices", "{}", "notify"),
    ("keypass", "POST /pap/v1/subject/nobody", "<Policy/>", "createPolicy"),
    ("keypass", "GET /pap/v1/subject/nobody", "", "listPolicies"),
    ("keypass", "GET /pap/v1/subject/nobody/policy/P", "", "readPolicy"),
    ("keypass", "DELETE /pap/v1/subject/nobody/policy/P", "", "deletePolicy"),
    ("keypass", "DELETE /pap/v1/subject/nobody", "", "deleteSubjectPolicies"),
    // Last: it does.
    ("keypass", "DELETE /pap/v1", "", "deleteTenantPolicies"),
    // Nothing but a good token is asked for.
    ("keypass", "POST /pdp/v3", "<Request/>", ""),
    // These belong to a protocol that is gone.
    ("orion", "POST /v1/subscribeContext", "{}", "ACTION_NOT_FOUND"),
    ("keypass", "PUT /pap/v1/subject/nobody/policy/P", "<Policy/>", "ACTION_NOT_FOUND"),
];

/// Somebody who may do one thing in one component and no other gets through with exactly the requests for it.
#[test]
fn the_pep_asks_for_the_action_of_each_request() {
    let whole = Whole::empty(true);
    whole.room.run(&[&create("city")[..], &["--generic-roles"]].concat()).success();
    let adm1 = whole.room_of("adm1", "city");
    for line in [
        "subservice create energy -s city",
        "role create Probe -s city",
        "user create probe -s city -S energy --role Probe --new-password-file new.pw",
    ] {
        adm1.run(&line.split(' ').collect::<Vec<_>>()).success();
    }
    let (place, token) = (("city", "/energy"), token(&whole, "city", "probe", "/energy"));
    let mut actions: Vec<(&str, &str)> = ASKED.iter().map(|(component, _, _, action)| (*component, *action)).collect();
    actions.dedup();
    actions.retain(|(_, action)| !["", "ACTION_NOT_FOUND"].contains(action));
    assert_eq!(actions.len(), 4 + 3 + 6);
    for (of, allowed) in actions {
        adm1.file("probe.xml", &policy(&format!("Probe-{of}"), of, &[allowed]));
        adm1.run(&["policy", "update", "Probe", "probe.xml", "-s", "city"]).success();
        for (component, request, body, action) in ASKED.iter().filter(|(component, ..)| *component == of) {
            let backend = Backend::ALL.into_iter().find(|backend| backend.name() == *component).unwrap();
            let (method, target) = request.split_once(' ').unwrap();
            if *action == "ACTION_NOT_FOUND" {
                let answer = send(&whole, backend, (method, target, body), place, Some(&token));
                assert_eq!((answer.status, &answer.json()["name"]), (400, &json!("ACTION_NOT_FOUND")), "{request}");
                continue;
            }
            let verdict = through_the_pep(&whole, backend, (method, target, body), place, &token);
            let passed = matches!(verdict, Verdict::Passed(_));
            assert_eq!(passed, [allowed, ""].contains(action), "{request} {body}, allowed: {allowed}: {verdict:?}");
        }
    }
}
