//! Whom a token belongs to, what it may do and until when, as far as the service tells: asked before it is kept.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::http::{Door, Error as WireError, Method, Request, Response};

use super::{ConnectorKind, Error, ErrorKind, Proof, Wire, gdrive, github, slack, trello, wire};

/// What is known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    /// A login, a name, an address.
    pub(crate) name: String,
    /// `None`: not told.
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) expires_at: Option<Timestamp>,
}

impl Identity {
    /// Asks the service at this address, or at its own.
    pub(crate) async fn ask(
        kind: ConnectorKind,
        wire: &Wire,
        api_url: Option<&str>,
        proof: &Proof,
    ) -> Result<Self, Error> {
        let door = door(kind, wire, api_url, proof)?;
        let said = match kind {
            ConnectorKind::GitHub => of_github(&door).await,
            ConnectorKind::Trello => of_trello(&door, proof).await,
            ConnectorKind::Slack => of_slack(&door).await,
            ConnectorKind::GDrive => of_drive(&door).await,
        };
        said.map_err(|error| refused(kind, error))
    }
}

/// The way to a service at this address, or at its own.
pub(super) fn door(kind: ConnectorKind, wire: &Wire, api_url: Option<&str>, proof: &Proof) -> Result<Door, Error> {
    let base = match kind {
        ConnectorKind::GitHub => github::base(api_url),
        ConnectorKind::Trello => api_url.unwrap_or(trello::USUAL).to_owned(),
        ConnectorKind::Slack => api_url.unwrap_or(slack::USUAL).to_owned(),
        ConnectorKind::GDrive => api_url.unwrap_or(gdrive::USUAL).to_owned(),
    };
    let endpoint = wire::endpoint(kind, &base)?;
    let authorize = match proof {
        Proof::Token(token) => wire.bearer(kind, token, &endpoint),
        Proof::Key { key, token } => trello::by_key(key, token, &endpoint)?,
    };
    Ok(Door::new(wire.http.clone(), endpoint, Some(authorize)))
}

fn refused(kind: ConnectorKind, error: WireError) -> Error {
    let next = match kind {
        ConnectorKind::Trello => {
            "the secret that is shown beside a key is no token; a token is on the page that was opened"
        }
        _ => "get another, and paste all of it",
    };
    let is_auth = error.status() == Some(401);
    let error = Error::from(error);
    if is_auth {
        return Error::new(ErrorKind::Auth, format!("{} does not take this token", kind.title())).next(next);
    }
    error
}

fn text(body: &Value, pointer: &str) -> Option<String> {
    body.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The scopes that a header tells, with commas between.
fn scopes(response: &Response) -> Option<Vec<String>> {
    let told = response.header("x-oauth-scopes")?;
    Some(told.split(',').map(str::trim).filter(|scope| !scope.is_empty()).map(str::to_owned).collect())
}

/// As GitHub writes a time: `2026-12-01 09:00:00 UTC`, or with `+0100`.
fn github_time(text: &str) -> Option<Timestamp> {
    let (time, zone) = text.rsplit_once(' ')?;
    if zone == "UTC" {
        return time.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    }
    format!("{}{zone}", time.replace(' ', "T")).parse().ok()
}

async fn of_github(door: &Door) -> Result<Identity, WireError> {
    let response = door.send(&github::whoami()).await?;
    Ok(Identity {
        name: text(&response.json()?, "/login").unwrap_or_default(),
        scopes: scopes(&response),
        expires_at: response.header("github-authentication-token-expiration").and_then(github_time),
    })
}

async fn of_trello(door: &Door, proof: &Proof) -> Result<Identity, WireError> {
    let own = Request::new(Method::Get).path("members/me").query("fields", "id,username");
    let name = text(&door.send(&own).await?.json()?, "/username").unwrap_or_default();
    let Proof::Key { token, .. } = proof else { return Ok(Identity { name, ..Identity::default() }) };
    // The one place where a token stands in an address; it is taken out of whatever is shown of that.
    let about = door.send(&Request::new(Method::Get).path("tokens").segment(token.expose())).await?.json()?;
    let rights = about.get("permissions").and_then(Value::as_array).into_iter().flatten();
    let of_places = rights.filter(|right| text(right, "/modelType").as_deref() == Some("Organization"));
    let may = |right: &Value, word: &str| right.get(word).and_then(Value::as_bool).unwrap_or(false);
    let (mut read, mut write) = (false, false);
    for right in of_places {
        read |= may(right, "read");
        write |= may(right, "write");
    }
    let scopes = [(read, "read"), (write, "write")].into_iter().filter(|(has, _)| *has);
    Ok(Identity {
        name,
        scopes: Some(scopes.map(|(_, word)| word.to_owned()).collect()),
        expires_at: text(&about, "/dateExpires").and_then(|time| time.parse().ok()),
    })
}

async fn of_slack(door: &Door) -> Result<Identity, WireError> {
    let response = door.send(&slack::whoami()).await?;
    let body = response.json()?;
    let person = text(&body, "/user").or_else(|| text(&body, "/user_id")).unwrap_or_default();
    let place = text(&body, "/team").or_else(|| text(&body, "/team_id"));
    let name = place.map_or_else(|| person.clone(), |place| format!("{person} in {place}"));
    Ok(Identity { name, scopes: scopes(&response), expires_at: None })
}

async fn of_drive(door: &Door) -> Result<Identity, WireError> {
    let about = Request::new(Method::Get).path("about").query("fields", "user(emailAddress,permissionId)");
    let body = door.send(&about).await?.json()?;
    Ok(Identity { name: text(&body, "/user/emailAddress").unwrap_or_default(), ..Identity::default() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Token;
    use super::super::testing::{json as reply, run, script, with};
    use super::*;
    use crate::base::Secret;

    fn ask(
        kind: ConnectorKind,
        answers: Vec<(&str, crate::http::tests::server::Reply)>,
        proof: &Proof,
    ) -> Result<Identity, Error> {
        let bench = script(answers);
        let base = format!("{}/api", bench.url);
        run(Identity::ask(kind, &bench.wire, Some(&base), proof))
    }

    fn given() -> Proof {
        Proof::Token(Token::Given(Secret::new("canary-identity")))
    }

    #[test]
    fn a_service_tells_whose_it_is_what_it_may_and_until_when() {
        let own = with(reply(200, &json!({"login": "ada"})), "X-OAuth-Scopes", "admin:org, gist");
        let own = with(own, "GitHub-Authentication-Token-Expiration", "2026-12-01 09:00:00 UTC");
        let found = ask(ConnectorKind::GitHub, vec![("GET /api/user", own)], &given()).unwrap();
        assert_eq!((found.name.as_str(), found.scopes), ("ada", Some(vec!["admin:org".to_owned(), "gist".to_owned()])));
        assert_eq!(found.expires_at.unwrap().to_string(), "2026-12-01T09:00:00Z");

        let about = json!({"dateExpires": null, "permissions": [
            {"modelType": "Board", "read": true, "write": true}, {"modelType": "Organization", "read": true, "write": false}]});
        let key = Proof::Key { key: Secret::new("canary-key"), token: Secret::new("canary-trello") };
        let answers = vec![
            ("GET /api/members/me?fields=id%2Cusername", reply(200, &json!({"username": "ada"}))),
            ("GET /api/tokens/canary-trello", reply(200, &about)),
        ];
        let found = ask(ConnectorKind::Trello, answers, &key).unwrap();
        assert_eq!((found.scopes, found.expires_at), (Some(vec!["read".to_owned()]), None));

        let slack = json!({"ok": true, "user": "ada", "team": "Acme"});
        let found = ask(ConnectorKind::Slack, vec![("POST /api/auth.test", reply(200, &slack))], &given()).unwrap();
        assert_eq!((found.name.as_str(), found.scopes), ("ada in Acme", None));
    }

    #[test]
    fn a_token_that_is_none_is_refused() {
        for (kind, line, answer) in [
            (ConnectorKind::GitHub, "GET /api/user", reply(401, &json!({"message": "Bad credentials"}))),
            (ConnectorKind::Slack, "POST /api/auth.test", reply(200, &json!({"ok": false, "error": "invalid_auth"}))),
        ] {
            let error = ask(kind, vec![(line, answer)], &given()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Auth, "{error}");
            assert!(error.to_string().contains("does not take this token"), "{error}");
        }
    }

    #[test]
    fn times_of_github_are_understood() {
        for (text, expected) in [
            ("2026-12-01 09:00:00 UTC", Some("2026-12-01T09:00:00Z")),
            ("2026-12-01 09:00:00 +0100", Some("2026-12-01T08:00:00Z")),
            ("never", None),
        ] {
            assert_eq!(github_time(text).map(|time| time.to_string()).as_deref(), expected, "{text}");
        }
    }
}
