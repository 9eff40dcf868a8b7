//! Keypass over the wire.
//!
//! It keeps one policy of an id for a whole tenant, whatever subject the address names: storing an id again for another
//! role takes the policy away from the first. There is a call that deletes all policies of a subject; it does so in every
//! tenant, so it is not here.

use crate::api::door::Door;
use crate::api::fiware::Place;
use crate::http::{Error, Method, Outcome, Request, Response};

use super::policy::{Policy, split};
use super::xml::{self, MAX_POLICY};
use super::{words, write};

const XML: &str = "application/xml";

/// What the policies say to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Permit,
    Deny,
    /// No policy is about this.
    NotApplicable,
    /// A policy is broken, or wants to know what was not said.
    Indeterminate,
}

/// One tenant of one Keypass.
#[derive(Clone)]
pub(crate) struct Keypass {
    door: Door,
    place: Place,
}

impl Keypass {
    /// The tenant of a service.
    pub(crate) fn new(door: Door, service: &str) -> Self {
        Self { door, place: Place::service_level(service) }
    }

    pub(crate) fn tenant(&self) -> &str {
        self.place.service()
    }

    fn request(&self, method: Method) -> Request {
        // Keypass looks at no path, and a PEP before it lets nothing through without one.
        self.place.on(Request::new(method)).header("accept", XML)
    }

    fn subject(&self, method: Method, subject: &str) -> Request {
        self.request(method).path("pap/v1/subject").segment(subject)
    }

    fn policy(&self, method: Method, subject: &str, id: &str) -> Request {
        self.subject(method, subject).path("policy").segment(id).accept_status(404)
    }

    /// The policies of a role, by the role's id.
    pub(crate) async fn list(&self, subject: &str) -> Result<Vec<Policy>, Error> {
        let response = self.door.send(&self.subject(Method::Get, subject)).await?;
        split(&text(&response)?).map_err(|error| response.malformed(&error.to_string()))
    }

    /// The policy of this id in the tenant, whichever role it is bound to.
    pub(crate) async fn show(&self, subject: &str, id: &str) -> Result<Option<String>, Error> {
        let response = self.door.send(&self.policy(Method::Get, subject, id)).await?;
        if response.status == 404 { Ok(None) } else { text(&response).map(Some) }
    }

    /// Stores a policy for a role: a new one, or in place of the one of the same id. After a lost answer it looks before it
    /// sends again.
    pub(crate) async fn store(&self, subject: &str, policy: &Policy) -> Result<(), Error> {
        let request = self.subject(Method::Post, subject).text(XML, policy.text.clone());
        let mut attempt = 1;
        loop {
            let Err(error) = self.door.send(&request).await else { return Ok(()) };
            if error.outcome() != Outcome::MayHaveHappened {
                return Err(error);
            }
            if self.list(subject).await?.iter().any(|there| there.is_same(policy)) {
                return Ok(());
            }
            if !self.pause(attempt, &error).await {
                return Err(error);
            }
            attempt += 1;
        }
    }

    /// Deletes one policy; `false` when it was gone already. Older servers answer 200 with the policy, newer ones 204.
    pub(crate) async fn delete(&self, subject: &str, id: &str) -> Result<bool, Error> {
        Ok(self.door.send(&self.policy(Method::Delete, subject, id)).await?.status != 404)
    }

    /// Deletes all policies of the tenant, of whatever role.
    pub(crate) async fn delete_tenant(&self) -> Result<(), Error> {
        self.door.send(&self.whole()).await.map(|_| ())
    }

    /// The same for one where others may be storing policies: the caller looks before it is sent again.
    pub(crate) async fn clear_tenant(&self) -> Result<(), Error> {
        self.door.send(&self.whole().once()).await.map(|_| ())
    }

    fn whole(&self) -> Request {
        self.request(Method::Delete).path("pap/v1").accept_status(404)
    }

    /// Waits before a request is sent again; `false`: it is not to be.
    pub(crate) async fn pause(&self, attempt: u32, error: &Error) -> bool {
        error.is_temporary() && self.door.pause(attempt, error).await
    }

    /// Whether one of these roles may do this; asked as a PEP asks.
    pub(crate) async fn decide(&self, roles: &[&str], resource: &str, action: &str) -> Result<Decision, Error> {
        // It changes nothing, so it may be asked twice.
        let request = self.request(Method::Post).path("pdp/v3").repeatable();
        let response = self.door.send(&request.text(XML, write::request(roles, resource, action))).await?;
        decision(&text(&response)?).ok_or_else(|| response.malformed("there is no decision in it"))
    }
}

fn text(response: &Response) -> Result<String, Error> {
    String::from_utf8(response.body.clone()).map_err(|_| response.malformed("it is not valid UTF-8"))
}

fn decision(text: &str) -> Option<Decision> {
    let root = xml::parse(text, MAX_POLICY).ok().filter(|root| root.namespace == words::NAMESPACE)?;
    match root.named("Result").next()?.named("Decision").next()?.text().trim() {
        "Permit" => Some(Decision::Permit),
        "Deny" => Some(Decision::Deny),
        "NotApplicable" => Some(Decision::NotApplicable),
        "Indeterminate" => Some(Decision::Indeterminate),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_found_by_name() {
        let answer = |decision: &str| {
            let namespace = words::NAMESPACE;
            format!(
                "<p:Response xmlns:p='{namespace}'><p:Result><p:Decision>{decision}</p:Decision></p:Result></p:Response>"
            )
        };
        for (word, expected) in [
            ("Permit", Some(Decision::Permit)),
            ("Deny", Some(Decision::Deny)),
            ("NotApplicable", Some(Decision::NotApplicable)),
            (" Indeterminate\n", Some(Decision::Indeterminate)),
            ("permit", None),
        ] {
            assert_eq!(decision(&answer(word)), expected, "{word}");
        }
        assert_eq!(decision(""), None);
        assert_eq!(decision("<Response><Result><Decision>Permit</Decision></Result></Response>"), None);
    }

    /// The request that reaches into other tenants is made nowhere: what deletes is either below `policy`, or the tenant.
    #[test]
    fn no_request_deletes_a_subject() {
        let source = include_str!("client.rs").split("#[cfg(test)]").next().unwrap();
        assert_eq!(source.matches(concat!("subject(Method::", "Delete")).count(), 0);
        assert_eq!(source.matches("Method::Delete").count(), 2, "one policy, and a tenant");
    }
}
