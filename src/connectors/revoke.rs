//! Taking a token back where it came from, as far as a service lets programs do that.

use serde_json::Value;

use crate::http::{Door, Method, Request};

use super::identity::door;
use super::{ConnectorKind, Error, Proof, Wire};

/// Takes it back. `false`: the service has no way to, or not for this kind of token.
pub(crate) async fn revoke(
    kind: ConnectorKind,
    wire: &Wire,
    api_url: Option<&str>,
    proof: &Proof,
) -> Result<bool, Error> {
    let door = door(kind, wire, api_url, proof)?;
    match (kind, proof) {
        (ConnectorKind::Trello, Proof::Key { token, .. }) => at_trello(&door, token.expose()).await,
        (ConnectorKind::Slack, _) => at_slack(&door).await,
        // GitHub takes back what apps were given only from who knows their secret; what was made by hand ends by hand.
        _ => Ok(false),
    }
}

/// One that is not known there any more is taken back. (A key that is none is refused with the same status.)
async fn at_trello(door: &Door, token: &str) -> Result<bool, Error> {
    let request =
        [401, 404].into_iter().fold(Request::new(Method::Delete).path("tokens").segment(token), Request::accept_status);
    let answer = door.send(&request).await?;
    let said = String::from_utf8_lossy(&answer.body);
    if answer.status == 401 && said.trim() != "invalid token" {
        let error = Error::new(super::ErrorKind::Auth, "Trello does not take the key, and revokes nothing");
        return Err(error.next("check connector.trello.api_key"));
    }
    Ok(true)
}

async fn at_slack(door: &Door) -> Result<bool, Error> {
    let body = door.send(&Request::new(Method::Post).path("auth.revoke").form("")).await?.json()?;
    let word = body.get("error").and_then(Value::as_str);
    match word {
        None | Some("token_revoked" | "invalid_auth" | "account_inactive" | "token_expired") => Ok(true),
        Some(word) => {
            let word = crate::base::text::safe(word);
            Err(Error::new(super::ErrorKind::Failed, format!("Slack does not revoke the token: {word}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{empty, json as reply, run, script, text};
    use super::super::{ErrorKind, Token};
    use super::*;
    use crate::base::Secret;
    use crate::http::tests::server::Reply;

    fn take_back(kind: ConnectorKind, answers: Vec<(&str, Reply)>, proof: &Proof) -> (Result<bool, ErrorKind>, usize) {
        let bench = script(answers);
        let outcome = run(revoke(kind, &bench.wire, Some(&bench.url), proof));
        (outcome.map_err(|error| error.kind()), bench.asked().len())
    }

    #[test]
    fn a_token_is_taken_back_where_that_can_be_done_and_once_more_is_no_harm() {
        let key = Proof::Key { key: Secret::new("canary-key-r"), token: Secret::new("canary-revoke") };
        let line = "DELETE /tokens/canary-revoke";
        for (answer, expected) in [
            (reply(200, &json!({"_value": null})), Ok(true)),
            (text(401, "invalid token"), Ok(true)),
            (text(401, "invalid key"), Err(ErrorKind::Auth)),
            (empty(404), Ok(true)),
        ] {
            assert_eq!(take_back(ConnectorKind::Trello, vec![(line, answer)], &key), (expected, 1));
        }
        let token = Proof::Token(Token::Given(Secret::new("canary-revoke-2")));
        for (body, expected) in [
            (json!({"ok": true, "revoked": true}), Ok(true)),
            (json!({"ok": false, "error": "token_revoked"}), Ok(true)),
            (json!({"ok": false, "error": "not_allowed_token_type"}), Err(ErrorKind::Failed)),
        ] {
            let told = take_back(ConnectorKind::Slack, vec![("POST /auth.revoke", reply(200, &body))], &token);
            assert_eq!(told, (expected, 1), "{body}");
        }
        assert_eq!(take_back(ConnectorKind::GitHub, Vec::new(), &token), (Ok(false), 0));
    }
}
