//! The programs that are registered, and forms as they send them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use url::form_urlencoded;

use super::super::call::{Call, Reply};
use super::refused;

/// What may be asked for.
pub(super) const SCOPES: [&str; 6] = ["openid", "profile", "email", "offline_access", "groups", "wlcg.groups"];

/// Name and secret of those that are registered; without a secret for a public one.
const CLIENTS: [(&str, Option<&str>); 2] = [("orchest", None), ("orchest-confidential", Some("sand-secret"))];

/// Fields of a form.
#[derive(Debug)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn of(call: &Call) -> Self {
        Self(form_urlencoded::parse(&call.body).into_owned().collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The scopes asked for; all without such a field.
    pub(super) fn scopes(&self) -> Vec<String> {
        let all = || SCOPES.join(" ");
        let text = self.get("scope").map_or_else(all, str::to_owned);
        text.split_whitespace().map(str::to_owned).collect()
    }
}

/// Whether such a program is registered.
pub(super) fn is_known(id: &str) -> bool {
    CLIENTS.iter().any(|(known, _)| *known == id)
}

/// Whether all of these may be asked for.
pub(super) fn may_ask(scopes: &[String]) -> bool {
    scopes.iter().all(|scope| SCOPES.contains(&scope.as_str()))
}

/// Which program sends this, by a Basic header or by the form.
pub(super) fn authenticated(call: &Call, form: &Form) -> Result<&'static str, Reply> {
    let basic = call.header("authorization").and_then(|header| header.strip_prefix("Basic ")).and_then(pair);
    let own = || (form.get("client_id").unwrap_or_default().to_owned(), form.get("client_secret").map(str::to_owned));
    let (id, secret) = basic.map_or_else(own, |(id, secret)| (id, Some(secret).filter(|secret| !secret.is_empty())));
    let found = CLIENTS.iter().find(|(known, own)| *known == id && *own == secret.as_deref());
    found.map(|(id, _)| *id).ok_or_else(|| refused(401, "invalid_client", "Bad client credentials"))
}

/// Both halves are encoded as in a form.
fn pair(text: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    Some((decoded(id), decoded(secret)))
}
