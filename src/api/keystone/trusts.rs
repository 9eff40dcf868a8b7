//! Trusts: roles of one user, the trustor, that another one, the trustee, may use on a project. They have an id and no
//! name, and the server makes as many equal ones as it is asked for; so equality is decided here, before a POST and after
//! one whose answer was lost.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::http::{Error, Method, Request};

use super::{Keystone, Made};

/// One trust. What else the server sent is kept as it came.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Trust {
    pub(crate) id: String,
    pub(crate) trustor_user_id: String,
    pub(crate) trustee_user_id: String,
    #[serde(default)]
    pub(crate) project_id: Option<String>,
    #[serde(default)]
    pub(crate) impersonation: bool,
    #[serde(default)]
    pub(crate) expires_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) remaining_uses: Option<u64>,
    /// A list of trusts does not say them; one trust does.
    #[serde(default)]
    pub(crate) roles: Option<Vec<RoleName>>,
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

/// A role as a trust shows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct RoleName {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) name: String,
}

impl Trust {
    /// Whether it is over, or used up.
    pub(crate) fn is_spent(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now) || self.remaining_uses == Some(0)
    }
}

/// When a trust that is asked for ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Never,
    /// At this moment.
    At(Timestamp),
    /// A while from now, which makes this moment: the same line a minute later makes another one, and means the same.
    Within(Timestamp),
}

impl End {
    fn moment(self) -> Option<Timestamp> {
        match self {
            Self::Never => None,
            Self::At(end) | Self::Within(end) => Some(end),
        }
    }

    /// Whether a trust with this end, which is to come, does for it.
    fn is_met_by(self, found: Option<Timestamp>) -> bool {
        match (self, found) {
            (Self::Never, None) => true,
            // Keystone keeps whole seconds.
            (Self::At(wanted), Some(found)) => wanted.as_second() == found.as_second(),
            (Self::Within(latest), Some(found)) => found.as_second() <= latest.as_second(),
            _ => false,
        }
    }
}

/// A trust that is asked for.
#[derive(Clone, Debug)]
pub(crate) struct NewTrust {
    pub(crate) trustor: String,
    pub(crate) trustee: String,
    pub(crate) project: String,
    /// Ids.
    pub(crate) roles: BTreeSet<String>,
    pub(crate) impersonation: bool,
    pub(crate) end: End,
    /// How many tokens can be got from it. With the last of them Keystone knows it, and all of them, no more.
    pub(crate) uses: Option<u64>,
}

impl NewTrust {
    /// `POST /v3/OS-TRUST/trusts`. Not repeatable: see [`Keystone::create_trust`].
    fn request(&self) -> Request {
        let roles: Vec<Value> = self.roles.iter().map(|id| json!({ "id": id })).collect();
        let mut trust = json!({
            "trustor_user_id": self.trustor,
            "trustee_user_id": self.trustee,
            "project_id": self.project,
            "impersonation": self.impersonation,
            "roles": roles,
        });
        if let Some(members) = trust.as_object_mut() {
            let end = self.end.moment().map(|end| end.strftime("%Y-%m-%dT%H:%M:%S.000000Z").to_string());
            members.extend(end.map(|end| ("expires_at".to_owned(), json!(end))));
            members.extend(self.uses.map(|uses| ("remaining_uses".to_owned(), json!(uses))));
        }
        collection(Method::Post).json(json!({ "trust": trust }))
    }

    /// Whether that is one like this, as far as a list tells.
    fn is_like(&self, found: &Trust, now: Timestamp) -> bool {
        !found.is_spent(now)
            && (&found.trustor_user_id, &found.trustee_user_id) == (&self.trustor, &self.trustee)
            && found.project_id.as_ref() == Some(&self.project)
            && found.impersonation == self.impersonation
            && self.end.is_met_by(found.expires_at)
            // One that was used in part no longer gives what is asked for.
            && found.remaining_uses == self.uses
    }

    fn has_roles_of(&self, found: &Trust) -> bool {
        let roles = found.roles.iter().flatten().map(|role| &role.id).collect::<BTreeSet<_>>();
        roles == self.roles.iter().collect()
    }
}

/// Whose trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Party {
    Trustor(String),
    Trustee(String),
}

fn collection(method: Method) -> Request {
    Request::new(method).path("v3/OS-TRUST/trusts")
}

fn one(method: Method, id: &str) -> Request {
    collection(method).id(id).accept_status(404)
}

impl Keystone {
    /// All trusts of one party, without their roles. The server sends them at once.
    pub(crate) async fn trusts(&self, party: &Party) -> Result<Vec<Trust>, Error> {
        let request = match party {
            Party::Trustor(id) => collection(Method::Get).query("trustor_user_id", id),
            Party::Trustee(id) => collection(Method::Get).query("trustee_user_id", id),
        };
        self.ask(&request, "trusts").await
    }

    /// One trust with its roles; `None` when there is no such, or it is over.
    pub(crate) async fn trust(&self, id: &str) -> Result<Option<Trust>, Error> {
        let response = self.send(&one(Method::Get, id)).await?;
        if response.status == 404 { Ok(None) } else { response.decode(Some("trust")).map(Some) }
    }

    /// Deletes one trust; `false` when it was gone already.
    pub(crate) async fn delete_trust(&self, id: &str) -> Result<bool, Error> {
        Ok(self.send(&one(Method::Delete, id)).await?.status != 404)
    }

    /// A trust that is there and gives exactly what is asked for. Roles are asked for only where all else is equal.
    pub(crate) async fn equal_trust(&self, wanted: &NewTrust, now: Timestamp) -> Result<Option<Trust>, Error> {
        let all = self.trusts(&Party::Trustor(wanted.trustor.clone())).await?;
        let mut alike: Vec<Trust> = all.into_iter().filter(|found| wanted.is_like(found, now)).collect();
        // The one that lasts longest.
        alike.sort_by_key(|found| std::cmp::Reverse(found.expires_at));
        for found in alike {
            let whole = if found.roles.is_some() { Some(found) } else { self.trust(&found.id).await? };
            if let Some(whole) = whole.filter(|whole| wanted.has_roles_of(whole)) {
                return Ok(Some(whole));
            }
        }
        Ok(None)
    }

    /// Makes one. [`Keystone::equal_trust`] has to have found none before, so that one that is found after a lost answer is
    /// ours.
    pub(crate) async fn create_trust(&self, wanted: &NewTrust, now: Timestamp) -> Result<Made<Trust>, Error> {
        self.post(&wanted.request(), "trust", async || self.equal_trust(wanted, now).await).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn now() -> Timestamp {
        at("2026-11-23T12:00:00Z")
    }

    fn wanted() -> NewTrust {
        NewTrust {
            trustor: "u1".to_owned(),
            trustee: "u2".to_owned(),
            project: "p".to_owned(),
            roles: ["r1".to_owned(), "r2".to_owned()].into(),
            impersonation: false,
            end: End::Never,
            uses: None,
        }
    }

    fn found(changes: Value) -> Trust {
        let mut trust = json!({"id": "t", "trustor_user_id": "u1", "trustee_user_id": "u2", "project_id": "p",
            "impersonation": false, "expires_at": null, "remaining_uses": null, "deleted_at": null});
        let Value::Object(changes) = changes else { panic!("{changes}") };
        trust.as_object_mut().unwrap().extend(changes);
        serde_json::from_value(trust).unwrap()
    }

    #[test]
    fn only_a_trust_that_gives_the_same_is_equal() {
        assert!(wanted().is_like(&found(json!({})), now()));
        for other in [
            json!({"trustee_user_id": "u3"}),
            json!({"trustor_user_id": "u3"}),
            json!({"project_id": "q"}),
            json!({"project_id": null}),
            json!({"impersonation": true}),
            json!({"expires_at": "2026-12-01T00:00:00.000000Z"}),
            json!({"remaining_uses": 3}),
        ] {
            assert!(!wanted().is_like(&found(other.clone()), now()), "{other}");
        }
    }

    #[test]
    fn the_set_of_roles_counts_and_not_their_order() {
        let with = |ids: &[&str]| {
            let roles: Vec<Value> = ids.iter().map(|id| json!({"id": id, "name": "x"})).collect();
            wanted().has_roles_of(&found(json!({ "roles": roles })))
        };
        assert!(with(&["r2", "r1"]));
        assert!(!with(&["r1"]) && !with(&["r1", "r2", "r3"]) && !with(&[]));
        assert!(!wanted().has_roles_of(&found(json!({}))), "a list says nothing about roles");
    }

    #[test]
    fn ends_and_uses_are_compared_as_they_are_meant() {
        let ends = |end: End, expires: Value| {
            let wanted = NewTrust { end, ..wanted() };
            wanted.is_like(&found(json!({ "expires_at": expires })), now())
        };
        let (past, soon, later) =
            ("2026-11-23T11:59:59Z", "2026-11-24T00:00:00.000000Z", "2026-11-25T00:00:00.000000Z");
        assert!(ends(End::At(at("2026-11-24T00:00:00.5Z")), json!(soon)));
        assert!(!ends(End::At(at(later)), json!(soon)));
        assert!(ends(End::Within(at(later)), json!(soon)), "what is left of an earlier run");
        assert!(!ends(End::Within(at(soon)), json!(later)), "more than was asked for");
        assert!(!ends(End::Within(at(later)), json!(past)), "it is over");
        assert!(!ends(End::Within(at(later)), json!(null)) && !ends(End::Never, json!(later)));
        let uses = |wanted_uses: Option<u64>, left: Value| {
            let wanted = NewTrust { uses: wanted_uses, ..wanted() };
            wanted.is_like(&found(json!({ "remaining_uses": left })), now())
        };
        assert!(uses(Some(3), json!(3)) && uses(None, json!(null)));
        assert!(!uses(Some(3), json!(2)) && !uses(Some(3), json!(null)) && !uses(None, json!(3)));
    }

    #[test]
    fn the_request_says_only_what_was_asked_for() {
        let plain = wanted().request();
        assert!(!plain.repeatable, "a POST is never repeated blindly");
        let body = |request: Request| match request.body {
            Some(crate::http::Body::Json(body)) => body["trust"].clone(),
            _ => panic!("no JSON"),
        };
        let trust = body(plain);
        assert_eq!(trust["roles"], json!([{"id": "r1"}, {"id": "r2"}]));
        assert!(trust.get("expires_at").is_none() && trust.get("remaining_uses").is_none());
        let full = NewTrust { end: End::At(at("2027-01-01T02:00:00.7+02:00")), uses: Some(5), ..wanted() };
        let trust = body(full.request());
        assert_eq!(
            (&trust["expires_at"], &trust["remaining_uses"]),
            (&json!("2027-01-01T00:00:00.000000Z"), &json!(5))
        );
    }
}
