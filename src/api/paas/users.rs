//! The users that a server keeps, and their public keys; only the newer dialect has them.

use serde_json::{Value, json};

use super::model::{Rest, Taker, Time};
use super::{Error, Feature, Paas, v1};
use crate::http::{Method, Request};

/// The caller, in the place of an id.
pub(crate) const ME: &str = "me";

/// A user.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) issuer: String,
    pub(crate) name: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) public_key: Option<String>,
    pub(crate) created_at: Option<Time>,
    pub(crate) rest: Rest,
}

fn user(value: Value) -> Result<User, String> {
    let mut from = Taker::of(value)?;
    // Nobody needs to see it, and whoever has it is that user.
    from.0.shift_remove("refresh_token");
    Ok(User {
        id: from.needed("id")?,
        subject: from.needed("sub")?,
        issuer: from.needed("issuer")?,
        name: from.text("name"),
        username: from.text("username"),
        email: from.text("email"),
        public_key: from.text("public_ssh_key"),
        created_at: from.time("created_at"),
        rest: from.0,
    })
}

/// What became of a key that was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeySet {
    Done,
    /// There is one already.
    Taken,
    /// No such user.
    NoUser,
}

impl Paas {
    pub(crate) async fn users(&self) -> Result<Vec<User>, Error> {
        Feature::Users.refuse(self.dialect)?;
        let request = v1::collection(Method::Get, "users").query("sort", "created_at");
        self.read_rows(self.all(request, v1::PAGES).await?, user)
    }

    /// Whether whoever has this token may read a list that does not need to know who asks. One request, which is not tried
    /// again.
    pub(crate) async fn lets_in(&self) -> bool {
        let mut request = v1::collection(Method::Get, "templates").query("size", "1");
        request.repeatable = false;
        self.door.send(&request).await.is_ok()
    }

    /// One by its id, or the caller; `None` when there is no such.
    pub(crate) async fn user(&self, id: &str) -> Result<Option<User>, Error> {
        Feature::Users.refuse(self.dialect)?;
        let Some(response) = self.look(v1::item(Method::Get, "users", id)).await? else { return Ok(None) };
        Ok(Some(user(response.json()?).map_err(|reason| response.malformed(&reason))?))
    }

    /// The caller as the server knows it; `None` where it does not.
    pub(crate) async fn me(&self) -> Result<Option<User>, Error> {
        match self.user(ME).await {
            Err(Error::Unregistered) => Ok(None),
            result => result,
        }
    }

    /// Makes a user of the caller, from what the issuer tells; `false`: there was one.
    pub(crate) async fn register(&self) -> Result<bool, Error> {
        Feature::AddUser.refuse(self.dialect)?;
        let request = v1::collection(Method::Post, "users").repeatable().accept_status(409);
        Ok(self.door.send(&request).await?.status != 409)
    }

    /// Asks for the removal; the server answers the same whether it did it or not, so whoever calls looks.
    pub(crate) async fn delete_user(&self, id: &str) -> Result<(), Error> {
        Feature::DeleteUser.refuse(self.dialect)?;
        self.look(v1::item(Method::Delete, "users", id)).await.map(drop)
    }

    pub(crate) async fn set_key(&self, id: &str, key: &str) -> Result<KeySet, Error> {
        Feature::SshKeys.refuse(self.dialect)?;
        let request = keys(Method::Patch, id).json(json!({ "public_key": key })).accept_status(409);
        Ok(match self.look(request).await? {
            None => KeySet::NoUser,
            Some(response) if response.status == 409 => KeySet::Taken,
            Some(_) => KeySet::Done,
        })
    }

    /// `false`: no such user.
    pub(crate) async fn remove_key(&self, id: &str) -> Result<bool, Error> {
        Feature::SshKeys.refuse(self.dialect)?;
        Ok(self.look(keys(Method::Delete, id)).await?.is_some())
    }
}

fn keys(method: Method, id: &str) -> Request {
    v1::item(method, "users", id).path("ssh_keys")
}
