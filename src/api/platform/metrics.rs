//! `GET /admin/metrics`: what a server did for each service and subservice. The orchestrator, Orion and Perseo have
//! it in nearly the same form and spell some of it differently.

use serde_json::{Map, Value};

/// One field, the spellings in use, and what it means.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    others: &'static [&'static str],
    pub(crate) means: &'static str,
}

/// The fields that all three have.
pub(crate) const FIELDS: [Field; 10] = [
    Field {
        name: "incomingTransactions",
        others: &[],
        means: "requests answered (the orchestrator: with 200, 201, 204)",
    },
    Field {
        name: "incomingTransactionErrors",
        others: &["incomingTransactionsErrors", "incomingTransacionError", "incomingTransacionErrors"],
        means: "requests answered with an error (documents of the orchestrator misspell it incomingTransacionError)",
    },
    Field {
        name: "incomingTransactionRequestSize",
        others: &["incomingTransactionsRequestSize"],
        means: "size of their bodies (the orchestrator: written anew as JSON)",
    },
    Field {
        name: "incomingTransactionResponseSize",
        others: &["incomingTransactionsResponseSize"],
        means: "size of the bodies of the answers",
    },
    Field {
        name: "outgoingTransactions",
        others: &[],
        means: "calls to other servers that went well (the orchestrator: 200, 201, 204)",
    },
    Field {
        name: "outgoingTransactionErrors",
        others: &["outgoingTransactionsErrors"],
        means: "calls to other servers that failed",
    },
    Field {
        name: "outgoingTransactionRequestSize",
        others: &["outgoingTransactionsRequestSize"],
        means: "size of those calls (the orchestrator: printed body and headers)",
    },
    Field {
        name: "outgoingTransactionResponseSize",
        others: &["outgoingTransactionsResponseSize"],
        means: "size of their answers (the orchestrator: as announced, and never those of Keypass)",
    },
    Field {
        name: "serviceTimeTotal",
        others: &[],
        means: "seconds of work (the orchestrator counts the time of its own calls twice)",
    },
    Field {
        name: "serviceTime",
        others: &[],
        means: "seconds a transaction (the orchestrator: serviceTimeTotal over incoming, outgoing and all errors)",
    },
];

/// What a server did for one service or subservice, or in all.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measured {
    /// None: all services.
    pub(crate) service: Option<String>,
    /// None: the whole service.
    pub(crate) subservice: Option<String>,
    /// By the names of [`FIELDS`]; what that does not know, as it came.
    pub(crate) fields: Map<String, Value>,
}

/// The name of a field in [`FIELDS`], whatever it is spelt like.
fn canonical(name: &str) -> &str {
    FIELDS.iter().find(|field| field.others.contains(&name)).map_or(name, |field| field.name)
}

/// One entry a service and a subservice, the sum of a service before its subservices and that of all at the end.
pub(crate) fn flatten(body: &Map<String, Value>) -> Vec<Measured> {
    let mut all = Vec::new();
    for (service, of_service) in members(body, &["service", "services"]) {
        let Some(of_service) = of_service.as_object() else { continue };
        if let Some(sum) = of_service.get("sum").and_then(Value::as_object) {
            all.push(Measured { service: Some(service.clone()), subservice: None, fields: fields(sum) });
        }
        for (subservice, counts) in members(of_service, &["subservs", "subservices"]) {
            let Some(counts) = counts.as_object() else { continue };
            all.push(Measured {
                service: Some(service.clone()),
                subservice: Some(subservice.clone()),
                fields: fields(counts),
            });
        }
    }
    if let Some(sum) = body.get("sum").and_then(Value::as_object) {
        // Orion has the sums of equally named subservices beside that of everything.
        let sum = sum.get("sum").and_then(Value::as_object).unwrap_or(sum);
        all.push(Measured { service: None, subservice: None, fields: fields(sum) });
    }
    all
}

fn members<'body>(
    body: &'body Map<String, Value>,
    names: &[&str],
) -> impl Iterator<Item = (&'body String, &'body Value)> {
    names.iter().find_map(|name| body.get(*name)?.as_object()).into_iter().flatten()
}

fn fields(counts: &Map<String, Value>) -> Map<String, Value> {
    counts.iter().map(|(name, value)| (canonical(name).to_owned(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn flat(body: &Value) -> Value {
        let all = flatten(body.as_object().unwrap());
        json!(all.iter().map(|one| json!([one.service, one.subservice, one.fields])).collect::<Vec<_>>())
    }

    #[test]
    fn the_three_forms_become_one() {
        let of_orchestrator = json!({
            "service": {"smart": {"sum": {"incomingTransactions": 3},
                "subservs": {"energy": {"incomingTransactions": 1}}}},
            "sum": {"incomingTransactions": 4, "incomingTransacionError": 2},
        });
        assert_eq!(
            flat(&of_orchestrator),
            json!([
                ["smart", null, {"incomingTransactions": 3}],
                ["smart", "energy", {"incomingTransactions": 1}],
                [null, null, {"incomingTransactions": 4, "incomingTransactionErrors": 2}],
            ])
        );
        let of_orion = json!({
            "services": {"smart": {"subservs": {"energy": {"serviceTime": 0.5}}, "sum": {"serviceTime": 0.5}}},
            "sum": {"subservs": {"energy": {"serviceTime": 0.5}}, "sum": {"serviceTime": 0.25}},
        });
        assert_eq!(
            flat(&of_orion),
            json!([
                ["smart", null, {"serviceTime": 0.5}],
                ["smart", "energy", {"serviceTime": 0.5}],
                [null, null, {"serviceTime": 0.25}],
            ])
        );
        let of_perseo = json!({
            "services": {"smart": {"subservices": {"/e": {"incomingTransactionsErrors": 1, "firedRules": 2}},
                "sum": {"outgoingTransactionsRequestSize": 9}}},
            "sum": {"notifications": 1},
        });
        assert_eq!(
            flat(&of_perseo),
            json!([
                ["smart", null, {"outgoingTransactionRequestSize": 9}],
                ["smart", "/e", {"incomingTransactionErrors": 1, "firedRules": 2}],
                [null, null, {"notifications": 1}],
            ])
        );
    }

    #[test]
    fn what_is_not_there_or_not_as_it_should_be_gives_no_rows() {
        for body in [json!({}), json!({"service": {}}), json!({"service": {"a": 1, "b": {}}, "sum": 3})] {
            assert_eq!(flat(&body), json!([]), "{body}");
        }
    }

    #[test]
    fn every_field_is_explained_once() {
        for field in &FIELDS {
            assert_eq!(canonical(field.name), field.name);
            assert!(!field.means.is_empty() && FIELDS.iter().filter(|other| other.name == field.name).count() == 1);
            assert!(field.others.iter().all(|other| canonical(other) == field.name), "{}", field.name);
        }
    }
}
