//! What a request does, in the words of the access policies.

use crate::sandbox::call::Call;
use crate::sandbox::world::Backend;

use super::refusal::Refusal;

/// What the PEP makes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Policies decide on this action.
    Action(&'static str),
    /// A question to the decision point, which everybody with a good token may ask.
    Decision,
}

/// What a request does.
pub(super) fn of(backend: Backend, call: &Call) -> Result<Asked, Refusal> {
    let (method, words) = call.route();
    let action = match backend {
        Backend::Keypass if method == "POST" && words.starts_with(&["pdp", "v3"]) => return Ok(Asked::Decision),
        Backend::Keypass => keypass(method, &words),
        Backend::Perseo => perseo(method, &words),
        _ => {
            // The paths of Orion are compared without regard to case.
            let lower: Vec<String> = words.iter().map(|word| word.to_ascii_lowercase()).collect();
            let words: Vec<&str> = lower.iter().map(String::as_str).collect();
            if words == ["v2", "op", "update"] {
                return update(call).map(Asked::Action);
            }
            orion(method, &words, appends(call))
        }
    };
    action.map(Asked::Action).ok_or(Refusal::ActionNotFound)
}

/// Nothing is known of replacing a policy.
fn keypass(method: &str, words: &[&str]) -> Option<&'static str> {
    match (method, words) {
        ("GET", ["pap", "v1", "subject", _, "policy", _]) => Some("readPolicy"),
        ("DELETE", ["pap", "v1", "subject", _, "policy", _]) => Some("deletePolicy"),
        ("POST", ["pap", "v1", "subject", _, ..]) => Some("createPolicy"),
        ("GET", ["pap", "v1", "subject", _, ..]) => Some("listPolicies"),
        ("DELETE", ["pap", "v1", "subject", _, ..]) => Some("deleteSubjectPolicies"),
        ("DELETE", ["pap", "v1", ..]) => Some("deleteTenantPolicies"),
        _ => None,
    }
}

fn perseo(method: &str, words: &[&str]) -> Option<&'static str> {
    let rest = match words {
        ["notices", ..] => return (method == "POST").then_some("notify"),
        ["version", ..] => return (method == "GET").then_some("readRule"),
        ["rules", rest @ ..] | ["m2m", "vrules", rest @ ..] => rest,
        _ => return None,
    };
    match (method, rest) {
        ("GET", _) => Some("readRule"),
        ("POST", _) | ("PUT" | "DELETE", [_, ..]) => Some("writeRule"),
        _ => None,
    }
}

/// The words of `NGSIv1` are no longer known.
fn orion(method: &str, words: &[&str], appends: bool) -> Option<&'static str> {
    let rest = match words {
        ["version", ..] => return (method == "GET").then_some("read"),
        ["v2", "op", "query"] => return (method == "POST").then_some("read"),
        ["v2", rest @ ..] => rest,
        _ => return None,
    };
    match (method, rest) {
        // An empty id is none.
        (_, [_, "", ..]) => None,
        ("GET", [] | ["entities" | "types" | "subscriptions" | "registrations", ..]) => Some("read"),
        ("POST", ["entities" | "subscriptions" | "registrations"]) => Some("create"),
        ("POST", ["entities", _, "attrs"]) if appends => Some("create"),
        ("POST" | "PATCH", ["entities", _, "attrs"])
        | ("PUT", ["entities", _, "attrs", ..])
        | ("PATCH", ["subscriptions" | "registrations", _, ..]) => Some("update"),
        ("DELETE", ["entities" | "subscriptions" | "registrations", _, ..]) => Some("delete"),
        _ => None,
    }
}

/// `options` may hold several words.
fn appends(call: &Call) -> bool {
    call.query("options").is_some_and(|options| options.split(',').any(|option| option == "append"))
}

/// A batch says in its body what it does.
fn update(call: &Call) -> Result<&'static str, Refusal> {
    if !is_json(call) {
        return Err(Refusal::UnexpectedContentType(call.header("content-type").unwrap_or("undefined").to_owned()));
    }
    let body = call.json().unwrap_or_default();
    match body.get("actionType").and_then(|action| action.as_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("append" | "appendstrict") => Ok("create"),
        Some("update" | "replace") => Ok("update"),
        Some("delete") => Ok("delete"),
        _ => Err(Refusal::BadJson),
    }
}

/// Whether the body is said to be JSON.
pub(super) fn is_json(call: &Call) -> bool {
    let content_type = call.header("content-type").unwrap_or_default();
    content_type.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("application/json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(backend: Backend, method: &str, target: &str) -> Option<&'static str> {
        match of(backend, &Call::new(method, target)) {
            Ok(Asked::Action(action)) => Some(action),
            Ok(Asked::Decision) => Some("(decision)"),
            Err(_) => None,
        }
    }

    #[test]
    fn requests_to_orion() {
        for (method, target, expected) in [
            ("GET", "/version", Some("read")),
            ("GET", "/v2", Some("read")),
            ("GET", "/V2/Subscriptions?limit=1", Some("read")),
            ("GET", "/v2/entities/e/attrs/a/value", Some("read")),
            ("GET", "/v2/types/t", Some("read")),
            ("POST", "/v2/op/query", Some("read")),
            ("GET", "/v2/op/query", None),
            ("POST", "/v2/entities", Some("create")),
            ("POST", "/v2/subscriptions", Some("create")),
            ("POST", "/v2/registrations", Some("create")),
            ("POST", "/v2/types", None),
            ("POST", "/v2/entities/e/attrs?options=keyValues,append", Some("create")),
            ("POST", "/v2/entities/e/attrs?options=appendX", Some("update")),
            ("POST", "/v2/entities/e/attrs", Some("update")),
            ("PATCH", "/v2/entities/e/attrs", Some("update")),
            ("PUT", "/v2/entities/e/attrs/a", Some("update")),
            ("PUT", "/v2/entities/e", None),
            ("PATCH", "/v2/subscriptions/s", Some("update")),
            ("DELETE", "/v2/subscriptions/s", Some("delete")),
            ("DELETE", "/v2/entities/e", Some("delete")),
            ("DELETE", "/v2/subscriptions/", None),
            ("DELETE", "/v2/types/t", None),
            ("POST", "/v1/subscribeContext", None),
        ] {
            assert_eq!(action(Backend::Orion, method, target), expected, "{method} {target}");
        }
    }

    #[test]
    fn batches_say_what_they_do() {
        for (action, expected) in [
            ("append", Ok("create")),
            ("appendStrict", Ok("create")),
            ("update", Ok("update")),
            ("replace", Ok("update")),
            ("delete", Ok("delete")),
            ("explode", Err(Refusal::BadJson)),
        ] {
            let call = Call::new("POST", "/v2/op/update").with_body(format!("{{\"actionType\":\"{action}\"}}"));
            let refused = Refusal::UnexpectedContentType("undefined".to_owned());
            assert_eq!(of(Backend::Orion, &call), Err(refused), "{action}");
            let call = call.with_header("Content-Type", "application/json; charset=utf-8");
            assert_eq!(of(Backend::Orion, &call), expected.map(Asked::Action), "{action}");
        }
    }

    #[test]
    fn requests_to_perseo() {
        for (method, target, expected) in [
            ("GET", "/rules", Some("readRule")),
            ("GET", "/rules/r", Some("readRule")),
            ("GET", "/version", Some("readRule")),
            ("POST", "/rules", Some("writeRule")),
            ("PUT", "/rules/r", Some("writeRule")),
            ("DELETE", "/rules/r", Some("writeRule")),
            ("DELETE", "/rules", None),
            ("PATCH", "/rules/r", None),
            ("GET", "/m2m/vrules", Some("readRule")),
            ("DELETE", "/m2m/vrules/r", Some("writeRule")),
            ("POST", "/notices", Some("notify")),
            ("GET", "/notices", None),
            ("GET", "/admin/log", None),
        ] {
            assert_eq!(action(Backend::Perseo, method, target), expected, "{method} {target}");
        }
    }

    #[test]
    fn requests_to_keypass() {
        for (method, target, expected) in [
            ("POST", "/pap/v1/subject/r", Some("createPolicy")),
            ("GET", "/pap/v1/subject/r", Some("listPolicies")),
            ("GET", "/pap/v1/subject/", Some("listPolicies")),
            ("DELETE", "/pap/v1/subject/r", Some("deleteSubjectPolicies")),
            ("GET", "/pap/v1/subject/r/policy/p", Some("readPolicy")),
            ("DELETE", "/pap/v1/subject/r/policy/p", Some("deletePolicy")),
            ("PUT", "/pap/v1/subject/r/policy/p", None),
            ("DELETE", "/pap/v1", Some("deleteTenantPolicies")),
            ("POST", "/pdp/v3", Some("(decision)")),
            ("GET", "/pdp/v3", None),
            ("GET", "/version", None),
        ] {
            assert_eq!(action(Backend::Keypass, method, target), expected, "{method} {target}");
        }
    }
}
