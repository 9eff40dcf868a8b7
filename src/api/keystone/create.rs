//! Creating something that has a natural key, when the answer can get lost.
//!
//! A POST is never sent twice without a look in between: after a lost answer or a 5xx the object is searched by its
//! name, or by what else tells it apart, and only if it is not there the POST is sent again.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::http::{Error, Outcome, Request};

use super::{Entity, Keystone, Kind};

/// How an object came to be there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Made<T = Entity> {
    /// We made it: our POST was answered, or its answer was lost and the object was found afterwards.
    Created(T),
    /// It was there: the server refused our POST as a duplicate.
    Existed(T),
}

impl<T> Made<T> {
    pub(crate) fn into_entity(self) -> T {
        match self {
            Self::Created(entity) | Self::Existed(entity) => entity,
        }
    }
}

impl Keystone {
    /// Makes one object; `members` must hold its `name` and, where the kind lives in one, its `domain_id`.
    pub(crate) async fn create(&self, kind: Kind, members: &Map<String, Value>) -> Result<Made, Error> {
        let name = members.get("name").and_then(Value::as_str).unwrap_or_default();
        let domain = members.get("domain_id").and_then(Value::as_str);
        let look = async || Ok(self.exact(kind, domain, name).await?.into_iter().next());
        self.post(&kind.create(members), kind.singular(), look).await
    }

    /// Sends a POST whose answer is one object under `key`; `look` finds that object if it is there.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        request: &Request,
        key: &str,
        look: impl AsyncFn() -> Result<Option<T>, Error>,
    ) -> Result<Made<T>, Error> {
        // An earlier POST of ours may have been carried out although we saw no answer.
        let mut uncertain = false;
        let mut attempt = 1;
        loop {
            let error = match self.send(request).await {
                Ok(response) => return response.decode(Some(key)).map(Made::Created),
                Err(error) => error,
            };
            let duplicate = error.status() == Some(409);
            if !duplicate && error.outcome() != Outcome::MayHaveHappened {
                return Err(error);
            }
            match look().await? {
                Some(found) if duplicate && !uncertain => return Ok(Made::Existed(found)),
                Some(found) => return Ok(Made::Created(found)),
                // A duplicate that cannot be found is a conflict with something else: the server's words say with what.
                None if duplicate || !error.is_temporary() => return Err(error),
                None => {}
            }
            uncertain = true;
            if !self.http.pause(attempt, &error).await {
                return Err(error);
            }
            attempt += 1;
        }
    }

    /// All of this kind with exactly this name. The server's comparison follows its database's collation, so it is
    /// compared again here.
    pub(crate) async fn exact(&self, kind: Kind, domain: Option<&str>, name: &str) -> Result<Vec<Entity>, Error> {
        let rows: Vec<Entity> = self.ask(&kind.find(domain, name), kind.plural()).await?;
        Ok(rows.into_iter().filter(|row| row.name == name).collect())
    }
}
