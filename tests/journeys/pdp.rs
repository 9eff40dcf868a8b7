//! What the policies of a new service decide, asked of Keypass itself and through the PEP. The tables are typed from the
//! platform's documents and owe nothing to the product's own.

use std::collections::BTreeMap;

use orchester::sandbox::{Backend, SandboxOptions};

use crate::create;
use crate::people::{Verdict, policy, send, through_the_pep, token};
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
fn decision(whole: &Whole, service: &str, question: &str) -> String {
    let answer = send(whole, Backend::Keypass, ("POST", "/pdp/v3", question), (service, "/"), None);
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
    let whole = Whole::of(SandboxOptions::default());
    whole.room.run(&create("bare")).success();
    whole.room.run(&[&create("city")[..], &["--generic-roles"]].concat()).success();
    let every = LEVELS.iter().map(|(_, admin, _)| *admin).chain([KEYPASS[0].1, "fly"]);
    let every: Vec<&str> = every.flat_map(|actions| actions.split(' ')).collect();
    let (mut asked, mut permits) = (0, 0);
    for (service, generic) in [("city", true), ("bare", false)] {
        let roles = roles(&whole, service);
        assert_eq!(roles.len(), 19 + 1, "{roles:?}");
        for (role, id) in &roles {
            for component in ["orion", "perseo", "iotagent", "sth", "keypass", "cygnus"] {
                let permitted = permitted(role, component, generic);
                for action in &every {
                    let found = decision(&whole, service, &question(&[id], component, action));
                    let expected = match permitted {
                        "" => "NotApplicable",
                        some if some.split(' ').any(|one| one == *action) => "Permit",
                        _ => "Deny",
                    };
                    assert_eq!(found, expected, "{role} of {service}: {action} in {component}");
                    asked += 1;
                    permits += usize::from(found == "Permit");
                }
            }
        }
    }
    assert!(asked > 2 * 20 * 6 * 20, "{asked}");
    // Four generic roles and 16 of components once, the 16 alone the second time.
    assert_eq!(permits, (2 * (17 + 6) + 15) + (2 * (17 + 6) + 15 - 12) + 0, "{permits}");
}
