//! Making a subscription. Orion takes equal ones without end, so a POST is never sent twice without a look in between:
//! after a lost answer the list tells whether it was carried out.

use serde_json::Value;

use crate::http::{Error, Method, Outcome, Response};

use super::{Module, Orion, Subscription};

impl Orion {
    /// Makes a subscription and gives its id. `is_it` recognizes it in a list; none there may be so before.
    pub(crate) async fn create(&self, body: &Value, is_it: impl Fn(&Subscription) -> bool) -> Result<String, Error> {
        let request = self.at(Method::Post, "v2/subscriptions").json(body.clone());
        let mut attempt = 1;
        loop {
            let error = match self.door.send(&request).await.and_then(|response| id_of(&response)) {
                Ok(id) => return Ok(id),
                Err(error) => error,
            };
            if error.outcome() != Outcome::MayHaveHappened {
                return Err(error);
            }
            if let Some(found) = self.list().await?.into_iter().find(&is_it) {
                return Ok(found.id().to_owned());
            }
            if !error.is_temporary() || !self.door.pause(attempt, &error).await {
                return Err(error);
            }
            attempt += 1;
        }
    }

    /// Ends a race of machines: deletes the [`Module::twins`] of what is there, and tells how many that were. Others may be
    /// deleting the same at this moment.
    pub(crate) async fn settle(&self, module: &Module, there: &[Subscription]) -> Result<usize, Error> {
        let twins = module.twins(there);
        for twin in &twins {
            self.delete(twin.id()).await?;
        }
        Ok(twins.len())
    }
}

/// The body is empty; where the new one is, says a header.
fn id_of(response: &Response) -> Result<String, Error> {
    let location = response.header("location").unwrap_or_default();
    match location.trim_end_matches('/').rsplit_once("/subscriptions/") {
        Some((_, id)) if !id.is_empty() => Ok(id.to_owned()),
        _ => Err(response.malformed("it does not say where the new subscription is")),
    }
}
