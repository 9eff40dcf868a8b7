//! By SCIM, on the plans Business+ and Enterprise.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::base::text::safe;
use crate::http::{Method, Request, Response};

use super::super::membership::is_email;
use super::super::write::{self, Sent};
use super::super::{Change, Error, ErrorKind, Joining, Membership, Outcome, State};
use super::{Slack, refusal, same};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The longest name that Slack takes.
const LONGEST: usize = 21;

#[derive(Deserialize)]
struct Person {
    id: String,
    #[serde(default = "yes")]
    active: bool,
    #[serde(default)]
    emails: Vec<Address>,
}

#[derive(Deserialize)]
struct Address {
    value: String,
}

fn yes() -> bool {
    true
}

fn users(method: Method) -> Request {
    let request = Request::new(method).path("Users");
    [400, 403, 404, 409].into_iter().fold(request, Request::accept_status)
}

impl Slack {
    async fn scim(&self, request: &Request, what: &str) -> Result<Response, Error> {
        let response = self.scim.send(request).await.map_err(refusal::of_wire)?;
        if response.status == 403 { Err(refusal::of_scim(&response, what)) } else { Ok(response) }
    }

    /// By address. A filter is a piece of a language, so what cannot stand in one is refused.
    pub(super) async fn look_by_scim(&self, email: &str) -> Result<Membership, Error> {
        if email.contains(['"', '\\']) {
            return Err(Error::usage(format!("'{}' cannot be looked for", safe(email))));
        }
        let request = users(Method::Get).query("filter", format!("email eq \"{email}\""));
        let request = request.query("startIndex", "1").query("count", "100");
        let response = self.scim(&request, "look people up").await?;
        let found: Vec<Person> = match response.status {
            200 => response.decode(Some("Resources"))?,
            _ => return Err(refusal::of_scim(&response, "look people up")),
        };
        let is_it = |person: &&Person| person.emails.iter().any(|address| same(&address.value, email));
        let matching = || found.iter().filter(is_it);
        let one = matching().find(|person| person.active).or_else(|| matching().next());
        Ok(one.map_or_else(
            || Membership::absent(email),
            |person| {
                let state = if person.active { State::Active } else { State::Suspended };
                Membership::new(email, state).key(&person.id)
            },
        ))
    }

    pub(super) async fn join_by_scim(&self, before: Membership, how: &Joining) -> Result<Change, Error> {
        if !is_email(&before.id) {
            return Err(Error::usage(format!("'{}' is no e-mail address", safe(&before.id))));
        }
        if how.dry_run {
            return Ok(Change::planned(Outcome::Added, before));
        }
        let _turn = self.turns.take().await;
        let email = before.id.as_str();
        let request = match (before.state, &before.key) {
            (State::Suspended, Some(key)) => users(Method::Patch).segment(key).json(json!({"schemas": [PATCH],
                "Operations": [{"op": "replace", "path": "active", "value": true}]})),
            _ => users(Method::Post).json(newcomer(email, how.name.as_deref())),
        };
        let is_in = |found: &Membership| found.state == State::Active;
        let look = async || Ok(Some(self.look_by_scim(email).await?).filter(is_in));
        let sent = write::once(&self.scim, request, look).await.map_err(refusal::again)?;
        self.forget();
        match sent {
            Sent::Found(member) => Ok(Change::new(Outcome::Added, member)),
            Sent::Answered(response) if response.status < 300 => {
                let body = response.json().unwrap_or(Value::Null);
                let key = body.get("id").and_then(Value::as_str).map(str::to_owned).or(before.key);
                Ok(Change::new(Outcome::Added, Membership { key, ..Membership::new(before.id, State::Active) }))
            }
            Sent::Answered(response) => {
                // A duplicate may be the one that is wanted.
                if response.status == 409
                    && let Some(member) = look().await?
                {
                    return Ok(Change::unchanged(member));
                }
                Err(refusal::of_scim(&response, &format!("put {} into the workspace", safe(email))))
            }
        }
    }

    /// Slack keeps the account and what it wrote.
    pub(super) async fn switch_off(&self, member: &Membership) -> Result<(), Error> {
        let what = format!("take {} out of the workspace", safe(&member.id));
        let Some(key) = &member.key else {
            return Err(Error::new(ErrorKind::Failed, format!("Slack will not {what}")));
        };
        let response = self.scim(&users(Method::Delete).segment(key), &what).await?;
        match response.status {
            200 | 204 | 404 => Ok(()),
            _ => Err(refusal::of_scim(&response, &what)),
        }
    }
}

/// Somebody new. The name for the sign-in is made of the address, of which Slack takes the small letters, digits and a few
/// signs.
fn newcomer(email: &str, name: Option<&str>) -> Value {
    let local = email.split('@').next().unwrap_or(email);
    let plain = |sign: char| if sign.is_ascii_alphanumeric() || "._-".contains(sign) { sign } else { '-' };
    let user: String = local.chars().map(plain).map(|sign| sign.to_ascii_lowercase()).take(LONGEST).collect();
    let name = name.unwrap_or(local);
    let (given, family) = name.rsplit_once(' ').unwrap_or((name, name));
    json!({"schemas": [USER], "userName": user, "emails": [{"value": email, "primary": true}],
        "name": {"givenName": given, "familyName": family}})
}
