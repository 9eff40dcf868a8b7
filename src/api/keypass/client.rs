//! Keypass over the wire.
//!
//! It keeps one policy of an id for a whole tenant, whatever subject the address names: storing an id again for another
//! role takes the policy away from the first. There is a call that deletes all policies of a subject; it does so in every
//! tenant, so it is not here.

use crate::api::fiware::{Door, Place};
use crate::http::{Error, Method, Outcome, Request, Response};

use super::policy::{Policy, split};

const XML: &str = "application/xml";

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
        self.place.on_service(Request::new(method)).header("accept", XML)
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
            let error = match self.door.send(&request).await {
                Ok(_) => return Ok(()),
                Err(error) => error,
            };
            if error.outcome() != Outcome::MayHaveHappened {
                return Err(error);
            }
            if self.list(subject).await?.iter().any(|there| there.is_same(policy)) {
                return Ok(());
            }
            if !error.is_temporary() || !self.door.pause(attempt, &error).await {
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
        self.door.send(&self.request(Method::Delete).path("pap/v1").accept_status(404)).await.map(|_| ())
    }
}

fn text(response: &Response) -> Result<String, Error> {
    String::from_utf8(response.body.clone()).map_err(|_| response.malformed("it is not valid UTF-8"))
}
