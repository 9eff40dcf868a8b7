//! Who is in: one request tells it of everybody.

use std::rc::Rc;

use serde::Deserialize;

use crate::base::text::safe;
use crate::http::{Method, Request, Response};

use super::super::membership::{is_email, same};
use super::super::{Error, ErrorKind, Membership, State};
use super::{Trello, reading, refusal};

/// A membership as it is sent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    id_member: String,
    member_type: Option<String>,
    #[serde(default)]
    unconfirmed: bool,
    #[serde(default)]
    deactivated: bool,
    member: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    username: Option<String>,
}

/// Ourselves.
#[derive(Deserialize)]
pub(super) struct Me {
    pub(super) id: String,
    pub(super) username: Option<String>,
}

/// Of an administrator.
pub(super) const ADMIN: &str = "admin";

impl Sent {
    fn membership(self) -> Membership {
        let state = match (self.deactivated, self.unconfirmed) {
            (true, _) => State::Suspended,
            (false, true) => State::Pending,
            (false, false) => State::Active,
        };
        let name = self.member.and_then(|member| member.username).unwrap_or_else(|| self.id_member.clone());
        Membership { role: self.member_type, ..Membership::new(name, state).key(self.id_member) }
    }
}

/// Everybody, as the answer to an invitation tells it; `None` where it does not.
pub(super) fn rows(response: &Response) -> Option<Vec<Membership>> {
    let sent: Vec<Sent> = response.decode(Some("memberships")).ok()?;
    let rows: Vec<Membership> = sent.into_iter().map(Sent::membership).collect();
    (!rows.is_empty()).then_some(rows)
}

impl Trello {
    /// Everybody, read now.
    pub(super) async fn read(&self) -> Result<Vec<Membership>, Error> {
        let request = self.at(Method::Get).path("memberships").query("filter", "all").query("member", "true");
        let response = self.send(&request.query("member_fields", "username,fullName")).await?;
        if response.status >= 400 {
            return Err(refusal::explain(&response, &self.workspace, "tell who is in it"));
        }
        let sent: Vec<Sent> = response.decode(None)?;
        Ok(sent.into_iter().map(Sent::membership).collect())
    }

    pub(super) async fn everybody(&self) -> Result<Rc<Vec<Membership>>, Error> {
        self.people.get(async || self.read().await).await
    }

    /// One person, by username or by id.
    pub(super) async fn look(&self, id: &str) -> Result<Membership, Error> {
        let everybody = self.everybody().await?;
        if let Some(found) = find(&everybody, id) {
            return Ok(found.clone());
        }
        if is_email(id) {
            let detail = "Trello tells nobody's e-mail address: name the person by username";
            return Ok(Membership::new(id, State::Unknown).detail(detail));
        }
        Ok(Membership::absent(id))
    }

    /// The same, read now: after a write.
    pub(super) async fn look_again(&self, id: &str) -> Result<Membership, Error> {
        self.people.forget();
        self.look(id).await
    }

    /// Ourselves, asked now.
    pub(super) async fn me(&self) -> Result<Me, Error> {
        let request = Request::new(Method::Get).path("members/me").query("fields", "id,username").read_by(reading);
        Ok(self.send(&request).await?.decode(None)?)
    }

    /// Refuses to take the rights of the last administrator, or one's own.
    pub(super) async fn keep_an_admin(&self, member: &Membership, done: &str) -> Result<(), Error> {
        if member.key.as_ref() == Some(&self.me().await?.id) {
            let message =
                format!("{} is whom the token belongs to, and cannot be {done} by themselves", safe(&member.id));
            return Err(Error::new(ErrorKind::Conflict, message).next("let another administrator do it"));
        }
        let is_admin = |one: &&Membership| one.is(ADMIN) && one.state == State::Active;
        if is_admin(&member) && self.read().await?.iter().filter(is_admin).count() < 2 {
            let message = format!("{} is the last administrator of {}", safe(&member.id), self.workspace);
            return Err(Error::new(ErrorKind::Conflict, message).next("make somebody else one first: --role admin"));
        }
        Ok(())
    }
}

/// Names are the same in any case, ids only as they are.
pub(super) fn find<'a>(people: &'a [Membership], id: &str) -> Option<&'a Membership> {
    people.iter().find(|one| same(&one.id, id) || one.key.as_deref() == Some(id))
}
