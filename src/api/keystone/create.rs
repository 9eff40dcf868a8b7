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
        let made = self.post(&kind.create(members), kind.singular(), look).await?;
        if let Made::Created(entity) = &made {
            self.watch.there(kind, entity);
        }
        Ok(made)
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
                None => {}
            }
            uncertain = true;
            // It says no to what does not get better. That is also a duplicate that cannot be found: a conflict with
            // something else, and the server's words say with what.
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
        let found: Vec<Entity> = rows.into_iter().filter(|row| row.name == name).collect();
        for entity in &found {
            self.watch.there(kind, entity);
        }
        if found.is_empty() {
            self.watch.missing(kind, domain, name);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::keystone::testing::{Scripted, run};

    fn user(name: &str) -> Value {
        json!({"id": "1", "name": name})
    }

    /// Statuses, lists of names, what comes of them, how many requests of each sort that takes.
    type Case = (&'static [u16], &'static [&'static [&'static str]], Made<String>, (usize, usize));

    /// Answers the POSTs by these statuses, the last for ever, and the looks in between by these names, likewise.
    fn scripted(posts: &'static [u16], looks: &'static [&'static [&'static str]]) -> Scripted {
        Scripted::new(move |asked, count| match asked {
            "POST /v3/users" => {
                let status = posts[count.min(posts.len() - 1)];
                (status, if status < 300 { json!({"user": user("made")}) } else { json!({}) })
            }
            "GET /v3/users?domain_id=d&name=ann" => {
                let names = looks[count.min(looks.len() - 1)];
                (200, json!({"users": names.iter().map(|name| user(name)).collect::<Vec<_>>()}))
            }
            other => panic!("{other}"),
        })
    }

    fn create(scripted: &Scripted) -> Result<Made<String>, Error> {
        let members = json!({"name": "ann", "domain_id": "d"});
        Ok(match run(scripted.keystone.create(Kind::User, members.as_object().unwrap()))? {
            Made::Created(entity) => Made::Created(entity.name),
            Made::Existed(entity) => Made::Existed(entity.name),
        })
    }

    fn posts_and_looks(scripted: &Scripted) -> (usize, usize) {
        let asked = scripted.asked();
        let posts = asked.iter().filter(|line| line.starts_with("POST")).count();
        (posts, asked.len() - posts)
    }

    #[test]
    fn a_post_is_only_sent_again_after_a_look_that_found_nothing() {
        let (made, created, existed) = (
            || Made::Created("made".to_owned()),
            || Made::Created("ann".to_owned()),
            || Made::Existed("ann".to_owned()),
        );
        let cases: [Case; 7] = [
            (&[201], &[&[]], made(), (1, 0)),
            (&[409], &[&["ann"]], existed(), (1, 1)),
            (&[409], &[&["Ann", "ann"]], existed(), (1, 1)),
            (&[500], &[&["ann"]], created(), (1, 1)),
            (&[500, 201], &[&[]], made(), (2, 1)),
            (&[503, 500, 201], &[&["Ann"]], made(), (3, 2)),
            // The first one was carried out although its answer was lost, and the look came too early for it.
            (&[500, 409], &[&[], &["ann"]], created(), (2, 2)),
        ];
        for (posts, looks, outcome, requests) in cases {
            let scripted = scripted(posts, looks);
            assert_eq!(create(&scripted).unwrap(), outcome, "{posts:?} {looks:?}");
            assert_eq!(posts_and_looks(&scripted), requests, "{posts:?} {looks:?}");
        }
    }

    #[test]
    fn what_was_answered_stands_and_what_is_not_temporary_is_not_tried_again() {
        for (status, requests) in
            [(400, (1, 0)), (403, (1, 0)), (409, (1, 1)), (501, (1, 1)), (500, (4, 4)), (503, (4, 4))]
        {
            let posts: &'static [u16] = Box::leak(Box::new([status]));
            let scripted = scripted(posts, &[&[]]);
            assert_eq!(create(&scripted).unwrap_err().status(), Some(status));
            assert_eq!(posts_and_looks(&scripted), requests, "{status}");
        }
    }
}
