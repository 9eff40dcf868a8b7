//! Files with Google credentials, of whatever tool made them.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::base::Secret;

use super::super::{Error, Token};

/// How to log in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Login {
    /// An access token, good for an hour; or a login that is kept, and gives them.
    Token(Token),
    /// A login that a person gave.
    Refresh(Refresh),
    /// A program with a key of its own.
    ServiceAccount(ServiceAccount),
}

/// A login that a person gave to a client.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Refresh {
    /// The client.
    pub client_id: String,
    /// Its secret, which is none where programs are handed out.
    pub client_secret: Option<Secret>,
    /// The login itself.
    pub refresh_token: Secret,
    /// Where it is used, as its file says.
    pub token_uri: Option<String>,
    /// A token that may still be good, and until when.
    pub access: Option<(Secret, Timestamp)>,
}

/// A program with a key of its own.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServiceAccount {
    /// Its address, with which things are shared.
    pub email: String,
    /// The number of its key.
    pub key_id: Option<String>,
    /// The key: PKCS#8 in PEM.
    pub key: Secret,
    /// Where it is used, as its file says.
    pub token_uri: Option<String>,
    /// The user in whose name it acts.
    pub subject: Option<String>,
}

/// What one file brings.
#[derive(Default)]
struct Found {
    client_id: Option<String>,
    client_secret: Option<Secret>,
    refresh_token: Option<Secret>,
    token_uri: Option<String>,
    access: Option<(Secret, Timestamp)>,
}

impl Login {
    /// From the texts of files: the key of a service account, or the login of a person with, if it does not say it itself, the
    /// client that it was given to. Nothing of them gets into an error.
    pub fn from_files<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let mut all = Found::default();
        for text in texts {
            let Ok(Value::Object(file)) = serde_json::from_str(text.trim_start_matches('\u{feff}')) else {
                return Err(Error::settings("a file of Google credentials is no JSON object"));
            };
            if word(&file, "type").as_deref() == Some("service_account") {
                return service_account(&file).map(Self::ServiceAccount);
            }
            let found = person(&file)?;
            all.client_id = all.client_id.or(found.client_id);
            all.client_secret = all.client_secret.or(found.client_secret);
            all.refresh_token = all.refresh_token.or(found.refresh_token);
            all.token_uri = all.token_uri.or(found.token_uri);
            all.access = all.access.or(found.access);
        }
        match (all.client_id, all.refresh_token) {
            (Some(client_id), Some(refresh_token)) => {
                let Found { client_secret, token_uri, access, .. } = all;
                Ok(Self::Refresh(Refresh { client_id, client_secret, refresh_token, token_uri, access }))
            }
            (_, None) => Err(Error::new(super::super::ErrorKind::Auth, "there is a Google client, but no login")
                .next("log in: orchest generate g_drive; a service account needs no login")),
            (None, Some(_)) => Err(Error::settings("there is a Google login, but not which client it was given to")
                .next("connector.g_drive.credential_path names the file of the client")),
        }
    }
}

/// The client that a file of Google's console is about: its number, and its secret. It is the first step of a login.
#[cfg(feature = "oauth")]
pub(crate) fn client(text: &str) -> Result<(String, Option<Secret>), Error> {
    let Ok(Value::Object(file)) = serde_json::from_str(text.trim_start_matches('\u{feff}')) else {
        return Err(Error::settings("the file of the OAuth client is no JSON object"));
    };
    if word(&file, "type").as_deref() == Some("service_account") {
        return Err(Error::usage("a service account needs no login")
            .next("share the file with its address, and go on: orchest -c g_drive check ADDRESS"));
    }
    let found = person(&file)?;
    let id = found.client_id.ok_or_else(|| Error::settings("the file of the OAuth client names no client_id"))?;
    Ok((id, found.client_secret))
}

fn word(file: &Map<String, Value>, key: &str) -> Option<String> {
    file.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn secret(file: &Map<String, Value>, key: &str) -> Option<Secret> {
    word(file, key).map(Secret::new)
}

fn service_account(file: &Map<String, Value>) -> Result<ServiceAccount, Error> {
    let (Some(email), Some(key)) = (word(file, "client_email"), secret(file, "private_key")) else {
        return Err(Error::settings("the file of the service account has no client_email or no private_key"));
    };
    let (key_id, token_uri) = (word(file, "private_key_id"), word(file, "token_uri"));
    Ok(ServiceAccount { email, key_id, key, token_uri, subject: None })
}

fn person(file: &Map<String, Value>) -> Result<Found, Error> {
    if file.contains_key("web") {
        return Err(Error::settings("the OAuth client is one for web pages")
            .next("make one of the type \"Desktop app\" in the Google console, and download its file"));
    }
    // The oldest tool writes down when it has given up.
    if file.get("invalid").and_then(Value::as_bool) == Some(true) {
        return Err(Error::new(super::super::ErrorKind::Auth, "the Google login is over, as its file says")
            .next("log in again: orchest generate g_drive"));
    }
    if let Some(Value::Object(client)) = file.get("installed") {
        let (client_id, client_secret) = (word(client, "client_id"), secret(client, "client_secret"));
        return Ok(Found { client_id, client_secret, token_uri: word(client, "token_uri"), ..Found::default() });
    }
    let access = secret(file, "access_token").or_else(|| secret(file, "token"));
    let until = word(file, "token_expiry").or_else(|| word(file, "expiry"));
    Ok(Found {
        client_id: word(file, "client_id"),
        client_secret: secret(file, "client_secret"),
        refresh_token: secret(file, "refresh_token"),
        token_uri: word(file, "token_uri"),
        access: access.zip(until.and_then(|until| moment(&until))),
    })
}

/// Some tools leave the zone out, and mean UTC.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| format!("{text}Z").parse().ok())
}

#[cfg(test)]
mod tests {
    use super::super::super::ErrorKind;
    use super::*;

    const CLIENT: &str = r#"{"installed":{"client_id":"c1","client_secret":"canary-cs","token_uri":"https://oauth2.googleapis.com/token"}}"#;

    fn login(texts: &[&str]) -> Login {
        Login::from_files(texts.iter().copied()).unwrap()
    }

    #[test]
    fn the_files_of_every_tool_are_understood() {
        let old = r#"{"access_token":"ya29.canary","client_id":"c0","client_secret":"canary-s","refresh_token":"1//canary",
            "token_expiry":"2026-01-01T01:00:00Z","token_uri":"https://accounts.google.com/o/oauth2/token","invalid":false,
            "_class":"OAuth2Credentials","_module":"oauth2client.client","scopes":["a"]}"#;
        let new = r#"{"token":"ya29.canary","refresh_token":"1//canary","client_id":"c0","client_secret":"canary-s",
            "expiry":"2026-01-01T01:00:00.000001"}"#;
        let cloud =
            r#"{"type":"authorized_user","client_id":"c0","client_secret":"canary-s","refresh_token":"1//canary"}"#;
        for (text, has_access) in [(old, true), (new, true), (cloud, false)] {
            let Login::Refresh(found) = login(&[text, CLIENT]) else { panic!("{text}") };
            assert_eq!((found.client_id.as_str(), found.refresh_token.expose()), ("c0", "1//canary"));
            assert_eq!(found.access.is_some(), has_access, "{text}");
            assert!(!format!("{found:?}").contains("canary"));
        }
        let Login::Refresh(found) = login(&[CLIENT, r#"{"refresh_token":"1//canary"}"#]) else { panic!() };
        assert_eq!(found.client_id, "c1");
        let robot = r#"{"type":"service_account","client_email":"r@p.example","private_key":"canary-pem","private_key_id":"k"}"#;
        let Login::ServiceAccount(found) = login(&[robot]) else { panic!() };
        assert_eq!((found.email.as_str(), found.key_id.as_deref()), ("r@p.example", Some("k")));
    }

    #[cfg(feature = "oauth")]
    #[test]
    fn a_client_is_found_where_there_is_one() {
        let (id, secret) = client(CLIENT).unwrap();
        assert_eq!((id.as_str(), secret.unwrap().expose()), ("c1", "canary-cs"));
        for (text, word) in [
            ("[]", "no JSON"),
            (r#"{"type":"service_account"}"#, "needs no login"),
            (r#"{"web":{"client_id":"c"}}"#, "web pages"),
            (r#"{"installed":{}}"#, "no client_id"),
        ] {
            assert!(client(text).unwrap_err().to_string().contains(word), "{text}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        for (texts, kind, word) in [
            (&["{"][..], ErrorKind::Settings, "no JSON"),
            (&["[]"], ErrorKind::Settings, "no JSON"),
            (&[CLIENT], ErrorKind::Auth, "no login"),
            (&[r#"{"web":{"client_id":"c"}}"#], ErrorKind::Settings, "web pages"),
            (&[r#"{"refresh_token":"r-missing","invalid":true}"#], ErrorKind::Auth, "over"),
            (&[r#"{"refresh_token":"r-missing"}"#], ErrorKind::Settings, "which client"),
            (&[r#"{"type":"service_account","client_email":"a"}"#], ErrorKind::Settings, "private_key"),
        ] {
            let error = Login::from_files(texts.iter().copied()).unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(word), "{error}");
        }
    }
}
