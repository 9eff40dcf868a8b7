//! How an issuer of tokens speaks where it does not keep to the standard (RFC 6749): its answers are turned into those of the
//! standard before anybody reads them.

use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::http::Request;

/// Who speaks how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// As the standard has it.
    #[default]
    Standard,
    /// Atlassian: requests are JSON.
    Json,
    /// GitHub: refusals have the status of a success, and there are commas between scopes.
    GitHub,
    /// Slack: the same, with words of its own, and a person's token stands one level down.
    Slack,
}

/// What others call a refresh token that is no good any more.
const OVER: [&str; 4] = ["bad_refresh_token", "invalid_refresh_token", "token_expired", "token_revoked"];

impl Dialect {
    /// The body of a request, given as a form.
    pub(super) fn asking(self, request: Request, form: &[u8]) -> Request {
        match self {
            Self::Json => {
                let members: Map<String, Value> =
                    form_urlencoded::parse(form).map(|(name, value)| (name.into_owned(), json!(value))).collect();
                request.json(Value::Object(members))
            }
            Self::Standard | Self::GitHub | Self::Slack => request.form(String::from_utf8_lossy(form)),
        }
    }

    /// An answer as the standard has it: its status, and its body.
    pub(super) fn reading(self, status: u16, body: &[u8]) -> (u16, Vec<u8>) {
        if matches!(self, Self::Standard | Self::Json) {
            return (status, body.to_owned());
        }
        let Ok(Value::Object(mut members)) = serde_json::from_slice(body) else { return (status, body.to_owned()) };
        if let Some(Value::Object(person)) = members.remove("authed_user")
            && self == Self::Slack
            && !members.contains_key("access_token")
        {
            members.extend(person);
        }
        let refusal = members.get("error").and_then(Value::as_str).map(str::to_owned);
        if let Some(word) = refusal {
            if OVER.contains(&word.as_str()) {
                members.entry("error_description").or_insert_with(|| json!(word));
                members.insert("error".to_owned(), json!("invalid_grant"));
            }
            return (if status < 300 { 400 } else { status }, Value::Object(members).to_string().into_bytes());
        }
        if let Some(scope) = members.get("scope").and_then(Value::as_str) {
            let spaced = scope.replace(',', " ");
            members.insert("scope".to_owned(), json!(spaced));
        }
        // Slack says there whose it is.
        if self == Self::Slack && members.contains_key("access_token") {
            members.insert("token_type".to_owned(), json!("bearer"));
        }
        (status, Value::Object(members).to_string().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(dialect: Dialect, status: u16, body: &Value) -> (u16, Value) {
        let (status, body) = dialect.reading(status, body.to_string().as_bytes());
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[test]
    fn a_refusal_with_the_status_of_a_success_is_one() {
        for (dialect, body, word) in [
            (
                Dialect::GitHub,
                json!({"error": "authorization_pending", "error_description": "d"}),
                "authorization_pending",
            ),
            (Dialect::GitHub, json!({"error": "bad_refresh_token"}), "invalid_grant"),
            (Dialect::Slack, json!({"ok": false, "error": "invalid_refresh_token"}), "invalid_grant"),
            (Dialect::Slack, json!({"ok": false, "error": "invalid_code"}), "invalid_code"),
        ] {
            let (status, read) = read(dialect, 200, &body);
            assert_eq!((status, read["error"].as_str()), (400, Some(word)), "{body}");
        }
        assert_eq!(read(Dialect::GitHub, 404, &json!({"error": "Not Found"})).0, 404);
        assert_eq!(read(Dialect::Standard, 200, &json!({"error": "x"})).0, 200);
    }

    #[test]
    fn a_persons_token_is_found_one_level_down_and_a_bots_goes_before_it() {
        let person =
            json!({"id": "U1", "access_token": "xoxp-1", "refresh_token": "r", "scope": "a,b", "token_type": "user"});
        let (_, found) = read(Dialect::Slack, 200, &json!({"ok": true, "authed_user": person}));
        assert_eq!((&found["access_token"], &found["refresh_token"]), (&json!("xoxp-1"), &json!("r")));
        assert_eq!((&found["scope"], &found["token_type"]), (&json!("a b"), &json!("bearer")));
        let both = json!({"ok": true, "access_token": "xoxb-1", "token_type": "bot", "authed_user": person});
        assert_eq!(read(Dialect::Slack, 200, &both).1["access_token"], json!("xoxb-1"));
    }

    #[test]
    fn what_is_no_json_stays_as_it_is() {
        assert_eq!(Dialect::Slack.reading(200, b"<html>"), (200, b"<html>".to_vec()));
    }

    #[test]
    fn atlassian_is_asked_in_json() {
        let request = Request::new(crate::http::Method::Post);
        let asked = Dialect::Json.asking(request, b"grant_type=refresh_token&refresh_token=a%2Bb");
        let body = asked.body.unwrap();
        assert_eq!(body.mime(), "application/json");
        assert_eq!(body.text(), r#"{"grant_type":"refresh_token","refresh_token":"a+b"}"#);
    }
}
