//! What the issuer keeps, and who its people are.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::keystone::new_id;
use super::super::paas::token::Claims;
use super::super::world::About;

#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::sandbox) struct Data {
    /// Its own, by all the names that it was reached by.
    #[serde(skip)]
    pub(in crate::sandbox) addresses: BTreeSet<String>,
    /// By device code.
    pub(super) devices: BTreeMap<String, super::device::Device>,
    /// By code.
    pub(super) codes: BTreeMap<String, super::token::Code>,
    /// By refresh token.
    pub(super) logins: BTreeMap<String, Login>,
    revoked: BTreeSet<String>,
}

/// What a refresh token is good for.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Login {
    pub(super) client: &'static str,
    pub(super) user: String,
    pub(super) scopes: Vec<String>,
    pub(super) expires: Timestamp,
}

/// The people of the small city, and one who administers. Anybody else is in no group.
fn groups(user: &str) -> &'static [&'static str] {
    match user {
        "alice" | "bob" => &["city"],
        "root" => &["city", "admins"],
        _ => &[],
    }
}

impl Data {
    /// What new tokens of somebody say.
    pub(super) fn claims(about: &About<'_>, user: &str, scopes: &[String]) -> Claims {
        let expires = about.now.checked_add(about.flavour.token_lifetime).unwrap_or(Timestamp::MAX).as_second();
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        let claims = Claims::of_user(user, groups(user), &scopes, expires);
        Claims { issuer: format!("{}/", about.url), ..claims }
    }

    /// A new word that nobody can guess.
    pub(super) fn word() -> String {
        new_id()
    }

    pub(super) fn revoke(&mut self, token: &str) {
        if self.logins.remove(token).is_none() {
            self.revoked.insert(token.to_owned());
        }
    }

    pub(in crate::sandbox) fn is_revoked(&self, token: &str) -> bool {
        self.revoked.contains(token)
    }
}

/// What `/userinfo` tells.
pub(super) fn info(claims: &Claims) -> Value {
    let mut map = Map::new();
    map.insert("sub".to_owned(), json!(claims.subject));
    let texts = [("name", &claims.name), ("preferred_username", &claims.username), ("email", &claims.email)];
    for (name, text) in texts {
        map.extend(text.as_ref().map(|text| (name.to_owned(), json!(text))));
    }
    map.insert("groups".to_owned(), json!(claims.groups));
    Value::Object(map)
}
