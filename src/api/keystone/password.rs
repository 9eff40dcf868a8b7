//! Whether a password is in force. A change of a password ends the tokens of its user, and often the very login that
//! made the change; so where its answer is lost, what is sent again is refused, and only the new password tells.

use serde_json::{Map, Value, json};

use crate::base::Secret;
use crate::http::{Error, Method, Outcome, Request};

use super::Keystone;
use super::auth::{by_name, login_body};
use super::scope::Scope;

/// Whose password it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Whose<'a> {
    Id(&'a str),
    Named { user: &'a str, domain: &'a str },
}

impl Whose<'_> {
    fn with(self, password: &Secret) -> Value {
        match self {
            Self::Id(id) => json!({"id": id, "password": password.expose()}),
            Self::Named { user, domain } => by_name(user, domain, password),
        }
    }
}

/// Whether a change of a password may have been made although it ended so: the answer was lost, or the token or the
/// password of before is refused.
pub(crate) fn may_be_changed(error: &Error) -> bool {
    error.outcome() == Outcome::MayHaveHappened || error.status() == Some(401) || matches!(error, Error::Login { .. })
}

/// The id in Keystone's words about an expired password, which it says only to whom has given the right one.
pub(crate) fn owner_of_expired(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("expired and needs to be changed for user: ")?;
    let id = rest.split(|character: char| !character.is_ascii_alphanumeric()).next()?;
    (!id.is_empty()).then_some(id)
}

impl Keystone {
    /// The id of whose password this is, if it is in force. One login, without a scope; `None` also where that fails.
    pub(crate) async fn owner_of_password(&self, whose: Whose<'_>, password: &Secret) -> Option<String> {
        let request = Request::new(Method::Post)
            .path("v3/auth/tokens")
            .json(login_body(&whose.with(password), &Scope::Unscoped))
            .accept_status(401)
            .repeatable();
        let response = self.send_bare(&request).await.ok()?;
        if response.status == 401 {
            return owner_of_expired(&response.error_message()).map(str::to_owned);
        }
        let token: Map<String, Value> = response.decode(Some("token")).ok()?;
        token.get("user")?.get("id")?.as_str().map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scripted, run};
    use super::*;

    #[test]
    fn the_refusal_of_an_expired_password_tells_whose_it_is() {
        let told = "http://h/ refuses the login of a@b (it says: The password is expired and needs to be changed for \
            user: 41aa9c1e.)";
        assert_eq!(owner_of_expired(told), Some("41aa9c1e"));
        assert_eq!(owner_of_expired("refuses the login of a@b (it says: not authenticated)"), None);
        assert_eq!(owner_of_expired("expired and needs to be changed for user: "), None);
    }

    #[test]
    fn a_password_is_in_force_if_it_logs_in_or_would_had_it_not_expired() {
        let refusal = |message: &str| json!({"error": {"code": 401, "message": message, "title": "Unauthorized"}});
        let expired = "The password is expired and needs to be changed for user: 41aa.";
        for (status, body, owner) in [
            (201, json!({"token": {"user": {"id": "41aa"}}}), Some("41aa")),
            (401, refusal(expired), Some("41aa")),
            (401, refusal("The request you have made requires authentication."), None),
            (403, json!({}), None),
            (201, json!("<html>"), None),
        ] {
            let answer = body.clone();
            let scripted = Scripted::new(move |_, _| (status, answer.clone()));
            let new = Secret::new("pw-in-force");
            let found = run(scripted.keystone.owner_of_password(Whose::Id("41aa"), &new));
            assert_eq!(found.as_deref(), owner, "{status} {body}");
            assert_eq!(scripted.asked().len(), 1);
            let auth = scripted.sent(0, "auth");
            let user = json!({"id": "41aa", "password": "pw-in-force"});
            assert_eq!((&auth["scope"], &auth["identity"]["password"]["user"]), (&json!("unscoped"), &user));
        }
    }

    #[test]
    fn who_is_named_is_looked_for_in_the_domain() {
        let named = Whose::Named { user: "ann", domain: "id:d1" };
        let user = json!({"name": "ann", "domain": {"id": "d1"}, "password": "pw-of-whom"});
        assert_eq!(named.with(&Secret::new("pw-of-whom")), user);
    }

    #[test]
    fn a_change_may_have_been_made_where_it_was_lost_or_its_login_is_refused() {
        for (status, may_be) in [(400, false), (401, true), (403, false), (409, false), (500, true), (503, true)] {
            let scripted = Scripted::new(move |_, _| (status, json!({})));
            let request = Request::new(Method::Post).path("v3/users");
            let error = run(scripted.keystone.send_bare(&request)).unwrap_err();
            assert_eq!(may_be_changed(&error), may_be, "{status}");
        }
        assert!(may_be_changed(&Error::Login { message: String::new(), hint: String::new() }));
        assert!(!may_be_changed(&Error::Stopped));
    }
}
