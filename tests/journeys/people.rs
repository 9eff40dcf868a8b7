//! People who log in and ask the servers themselves, without any help of the product.

use orchester::sandbox::Backend;
use serde_json::{Value, json};

use crate::support::raw::{Answer, Connection};
use crate::support::whole::{PASSWORD, Whole};

/// What a PEP made of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Whatever the server behind it said then.
    Passed(u16),
    /// No policy of any role there permits the action.
    Denied,
    /// No role there at all.
    NoRoles,
}

/// Logs somebody of a service in, at `/` or in a subservice, with the password of whoever a test makes.
pub fn login(whole: &Whole, service: &str, user: &str, path: &str) -> Answer {
    let domain = json!({"name": service});
    let scope = match path {
        "/" => json!({"domain": domain}),
        path => json!({"project": {"name": path, "domain": domain}}),
    };
    let user = json!({"name": user, "domain": domain, "password": PASSWORD});
    let body = json!({"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}});
    let mut connection = Connection::open(&whole.sandbox.url(Backend::Keystone)).unwrap();
    connection.send("POST", "/v3/auth/tokens", &[("Connection", "close")], Some(&body)).unwrap()
}

/// The token of such a login.
#[track_caller]
pub fn token(whole: &Whole, service: &str, user: &str, path: &str) -> String {
    let answer = login(whole, service, user, path);
    assert_eq!(answer.status, 201, "{user} at {path}: {}", answer.text());
    answer.header("x-subject-token").unwrap().to_owned()
}

/// Sends a request with a body of any kind (XML where it begins with `<`), with somebody's token if there is one.
pub fn send(
    whole: &Whole,
    backend: Backend,
    (method, target, body): (&str, &str, &str),
    (service, path): (&str, &str),
    token: Option<&str>,
) -> Answer {
    let mut text = format!(
        "{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nFiware-Service: {service}\r\n\
         Fiware-ServicePath: {path}\r\n"
    );
    if let Some(token) = token {
        text += &format!("X-Auth-Token: {token}\r\n");
    }
    if !body.is_empty() {
        let kind = if body.starts_with('<') { "xml" } else { "json" };
        text += &format!("Content-Type: application/{kind}\r\nContent-Length: {}\r\n", body.len());
    }
    let mut connection = Connection::open(&whole.sandbox.url(backend)).unwrap();
    connection.send_bytes((text + "\r\n" + body).as_bytes()).unwrap();
    connection.answer(false).unwrap()
}

/// What the PEP says to it. Anything but a verdict on the rights of the caller ends the test.
#[track_caller]
pub fn through_the_pep(
    whole: &Whole,
    backend: Backend,
    request: (&str, &str, &str),
    place: (&str, &str),
    token: &str,
) -> Verdict {
    let answer = send(whole, backend, request, place, Some(token));
    let name = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default()["name"].clone();
    match (answer.status, name.as_str()) {
        (403, Some("ACCESS_DENIED")) => Verdict::Denied,
        (401, Some("ROLES_NOT_FOUND")) => Verdict::NoRoles,
        (401 | 403, _) => panic!("{request:?} at {place:?}: {}", answer.text()),
        (_, Some(name)) if name.ends_with("_NOT_FOUND") || name.starts_with("MISSING") => {
            panic!("{request:?} at {place:?}: {}", answer.text())
        }
        (status, _) => Verdict::Passed(status),
    }
}

/// A policy for one component that permits these actions and no others.
pub fn policy(id: &str, component: &str, actions: &[&str]) -> String {
    let kind = "urn:oasis:names:tc:xacml:3.0:attribute-category";
    let string = "http://www.w3.org/2001/XMLSchema#string";
    let function = "urn:oasis:names:tc:xacml:1.0:function";
    let value = |text: &str| format!("<AttributeValue DataType=\"{string}\">{text}</AttributeValue>");
    let designator = |id: &str, category: &str| {
        format!(
            "<AttributeDesignator AttributeId=\"urn:oasis:names:tc:xacml:1.0:{id}\" Category=\"{kind}:{category}\" \
             DataType=\"{string}\" MustBePresent=\"true\"/>"
        )
    };
    let bag: String = actions.iter().map(|action| value(action)).collect();
    format!(
        "<Policy xmlns=\"urn:oasis:names:tc:xacml:3.0:core:schema:wd-17\" PolicyId=\"{id}\" Version=\"1.0\" \
         RuleCombiningAlgId=\"urn:oasis:names:tc:xacml:3.0:rule-combining-algorithm:deny-unless-permit\">\
         <Target><AnyOf><AllOf><Match MatchId=\"{function}:string-regexp-match\">{}{}</Match></AllOf></AnyOf></Target>\
         <Rule RuleId=\"{id}Rule1\" Effect=\"Permit\"><Condition>\
         <Apply FunctionId=\"{function}:string-at-least-one-member-of\">{}\
         <Apply FunctionId=\"{function}:string-bag\">{bag}</Apply></Apply></Condition></Rule></Policy>",
        value(&format!("fiware:{component}:.*")),
        designator("resource:resource-id", "resource"),
        designator("action:action-id", "action"),
    )
}
