//! The counters of `API_stats` of the orchestrator: what each one counts. A counter is there from its first use on.

use serde_json::{Map, Value};

/// What can be asked of one kind of thing, and how the counters of that are called.
struct Route {
    noun: &'static str,
    /// Each verb, and what it does.
    verbs: &'static [(&'static str, &'static str)],
    errors: Errors,
}

/// How failures are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Errors {
    /// `num_flow_VERB_NOUN_errors` and `num_api_VERB_NOUN_errors`.
    Usual,
    /// Not at all.
    Never,
    /// All verbs together, as `num_flow_errors` and `num_api_errors`.
    Together,
}

const fn route(noun: &'static str, verbs: &'static [(&'static str, &'static str)]) -> Route {
    Route { noun, verbs, errors: Errors::Usual }
}

/// The routes in the order of the orchestrator's interface.
const ROUTES: [Route; 15] = [
    route(
        "service",
        &[
            ("get", "services listed or read"),
            ("put", "service changed"),
            ("delete", "service deleted"),
            ("post", "service created"),
        ],
    ),
    route(
        "subservice",
        &[
            ("get", "subservices listed or read"),
            ("put", "subservice changed"),
            ("delete", "subservice deleted"),
            ("post", "subservice created"),
        ],
    ),
    route(
        "user",
        &[("get", "user read"), ("put", "user changed"), ("delete", "user deleted"), ("post", "own password changed")],
    ),
    route("userlist", &[("get", "users listed"), ("post", "user created")]),
    route("group", &[("get", "group read"), ("put", "group changed"), ("delete", "group deleted")]),
    route("grouplist", &[("get", "groups listed"), ("post", "group created")]),
    route("role", &[("get", "roles listed"), ("post", "role created"), ("delete", "role deleted")]),
    route("role_policies", &[("get", "policies of a role listed"), ("post", "policy given to a role")]),
    route("policy_from_role", &[("get", "policy read"), ("delete", "policy taken from a role")]),
    route(
        "roleassignment",
        &[
            ("get", "roles of users and groups listed"),
            ("post", "role granted to user or group"),
            ("delete", "role revoked from user or group"),
        ],
    ),
    route("trust", &[("post", "trust created")]),
    route(
        "module_activation",
        &[
            ("get", "active IoT modules listed"),
            ("post", "IoT module activated (failures are never counted)"),
            ("delete", "IoT module deactivated"),
        ],
    ),
    Route { noun: "loglevel", verbs: &[("update", "log level changed")], errors: Errors::Never },
    Route {
        noun: "ldap",
        verbs: &[
            ("post", "user created in LDAP"),
            ("get", "users of LDAP read"),
            ("put", "user changed in LDAP"),
            ("delete", "user deleted in LDAP"),
        ],
        errors: Errors::Together,
    },
    Route { noun: "entity_service", verbs: &[("post", "documented, but no server counts it")], errors: Errors::Never },
];

/// What of a request one counter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was done.
    Ok,
    /// It was understood and failed on the way.
    FlowError,
    /// It was refused before anything was done.
    ValidationError,
}

/// One counter of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) name: String,
    pub(crate) noun: &'static str,
    pub(crate) verb: &'static str,
    pub(crate) outcome: Outcome,
    pub(crate) means: String,
}

/// What is asked of one noun with one verb, and how that went. `None`: never counted, or together with others.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Count {
    pub(crate) noun: String,
    pub(crate) verb: Option<String>,
    pub(crate) ok: Option<Value>,
    pub(crate) flow_errors: Option<Value>,
    pub(crate) validation_errors: Option<Value>,
}

/// Not counters, though they stand among them.
const OTHERS: [&str; 2] = ["uptime", "initialized"];

/// Every counter that is known, the misspelt ones as servers spell them.
pub(crate) fn known() -> Vec<Known> {
    let mut all = Vec::new();
    for route in &ROUTES {
        for (verb, act) in route.verbs {
            let mut add = |outcome, name: String, means: String| {
                all.push(Known { name, noun: route.noun, verb, outcome, means });
            };
            add(Outcome::Ok, format!("num_{verb}_{}", route.noun), (*act).to_owned());
            if let Some(name) = flow_errors(route, verb) {
                add(Outcome::FlowError, name, format!("{act}: failed on the way"));
            }
            if let Some(name) = validation_errors(route, verb) {
                add(Outcome::ValidationError, name, format!("{act}: refused as it was sent"));
            }
        }
    }
    let together = |outcome, name: &str, means: &str| Known {
        name: name.to_owned(),
        noun: "ldap",
        verb: "",
        outcome,
        means: means.to_owned(),
    };
    all.push(together(Outcome::FlowError, "num_flow_errors", "anything with LDAP: failed on the way"));
    all.push(together(Outcome::ValidationError, "num_api_errors", "anything with LDAP: refused as it was sent"));
    all
}

fn flow_errors(route: &Route, verb: &str) -> Option<String> {
    match (route.noun, verb) {
        _ if route.errors != Errors::Usual => None,
        ("module_activation", "post") => None,
        // As the server spells it.
        ("user", "post") => Some("num_flow__post_usererrors".to_owned()),
        (noun, verb) => Some(format!("num_flow_{verb}_{noun}_errors")),
    }
}

fn validation_errors(route: &Route, verb: &str) -> Option<String> {
    match (route.noun, verb) {
        _ if route.errors != Errors::Usual => None,
        ("module_activation", "post") => None,
        (noun, verb) => Some(format!("num_api_{verb}_{noun}_errors")),
    }
}

/// The counters by noun and verb. A counter begins to be at its first use, so one that is absent beside others of
/// its noun and verb is zero. What the table does not know comes last, as it is.
pub(crate) fn by_verb(counters: &Map<String, Value>) -> Vec<Count> {
    let known = known();
    let mut counts: Vec<Count> = Vec::new();
    let mut places: Vec<(&str, &str)> = Vec::new();
    for counter in &known {
        let place = (counter.noun, counter.verb);
        let is_used = |other: &&Known| (other.noun, other.verb) == place && counters.contains_key(&other.name);
        if places.contains(&place) || !known.iter().any(|other| is_used(&other)) {
            continue;
        }
        places.push(place);
        let value = |outcome| {
            let of_outcome =
                known.iter().find(|other| (other.noun, other.verb, other.outcome) == (place.0, place.1, outcome));
            of_outcome.map(|counter| counters.get(&counter.name).cloned().unwrap_or_else(|| Value::from(0)))
        };
        counts.push(Count {
            noun: counter.noun.to_owned(),
            verb: Some(counter.verb).filter(|verb| !verb.is_empty()).map(str::to_owned),
            ok: value(Outcome::Ok),
            flow_errors: value(Outcome::FlowError),
            validation_errors: value(Outcome::ValidationError),
        });
    }
    let is_unknown = |name: &str| !OTHERS.contains(&name) && !known.iter().any(|counter| counter.name == name);
    let unknown = counters.iter().filter(|(name, _)| is_unknown(name));
    counts.extend(unknown.map(|(name, value)| Count {
        noun: name.clone(),
        verb: None,
        ok: Some(value.clone()),
        flow_errors: None,
        validation_errors: None,
    }));
    counts
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;

    use super::*;

    #[test]
    fn every_counter_has_one_name_and_the_misspelt_ones_are_theirs() {
        let known = known();
        let names: HashSet<&str> = known.iter().map(|counter| counter.name.as_str()).collect();
        assert_eq!(names.len(), known.len());
        for name in [
            "num_get_service",
            "num_flow_delete_subservice_errors",
            "num_api_post_userlist_errors",
            "num_flow__post_usererrors",
            "num_post_role_policies",
            "num_delete_policy_from_role",
            "num_flow_get_roleassignment_errors",
            "num_api_post_trust_errors",
            "num_post_module_activation",
            "num_flow_delete_module_activation_errors",
            "num_update_loglevel",
            "num_put_ldap",
            "num_flow_errors",
            "num_api_errors",
            "num_post_entity_service",
        ] {
            assert!(names.contains(name), "{name}");
        }
        for absent in [
            "num_flow_post_user_errors",
            "num_put_grouplist",
            "num_flow_post_module_activation_errors",
            "num_flow_update_loglevel_errors",
            "num_flow_get_ldap_errors",
        ] {
            assert!(!names.contains(absent), "{absent}");
        }
    }

    #[test]
    fn counters_are_put_together_by_noun_and_verb() {
        let counters = json!({
            "uptime": "2026-01-01 00:00:00", "initialized": true,
            "num_post_service": 7, "num_flow_post_service_errors": 2,
            "num_flow__post_usererrors": 1,
            "num_post_module_activation": 4, "num_update_loglevel": 1, "num_api_errors": 3, "num_get_ldap": 5,
            "num_something_new": {"a": 1},
        });
        let counts = by_verb(counters.as_object().unwrap());
        let shown: Vec<Value> = counts
            .iter()
            .map(|count| json!([count.noun, count.verb, count.ok, count.flow_errors, count.validation_errors]))
            .collect();
        assert_eq!(
            json!(shown),
            json!([
                ["service", "post", 7, 2, 0],
                ["user", "post", 0, 1, 0],
                ["module_activation", "post", 4, null, null],
                ["loglevel", "update", 1, null, null],
                ["ldap", "get", 5, null, null],
                ["ldap", null, null, 0, 3],
                ["num_something_new", null, {"a": 1}, null, null],
            ])
        );
        let nothing = json!({"uptime": "now", "initialized": true});
        assert_eq!(by_verb(nothing.as_object().unwrap()), []);
    }
}
