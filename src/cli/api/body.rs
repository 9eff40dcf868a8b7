//! What a request of one's own carries: members, a file, headers.

use std::path::Path;

use serde_json::{Map, Value};

use crate::base::address::is_telling;
use crate::base::text::safe;
use crate::http::{Method, Request};

use super::super::context::Context;
use super::super::error::CliError;
use super::super::input_file;
use super::ApiArgs;

/// Headers that say who one is, or for whom; flags and settings decide these. And those that a request has by itself.
const NOT_YOURS: [&str; 14] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "x-auth-token",
    "x-subject-token",
    "x-service-token",
    "fiware-service",
    "fiware-servicepath",
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "expect",
    "upgrade",
];

/// The request with its members or its file.
pub(super) fn on(context: &Context, request: Request, args: &ApiArgs) -> Result<Request, anyhow::Error> {
    let members = members(&args.fields)?;
    let reads = matches!(args.method, Method::Get | Method::Head);
    if let Some(body) = &args.body {
        if reads {
            return Err(CliError::usage(format!("{} has no body", args.method.as_str()))
                .next("use -F for a query")
                .into());
        }
        return file(context, request, body, &args.headers);
    }
    if members.is_empty() {
        return Ok(request);
    }
    if reads {
        let text = |value: Value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        return Ok(members.into_iter().fold(request, |request, (name, value)| request.query(name, text(value))));
    }
    Ok(request.json(Value::Object(members)))
}

/// `name=text` and `name:=JSON`.
fn members(fields: &[String]) -> Result<Map<String, Value>, CliError> {
    let mut members = Map::new();
    for field in fields {
        let Some((name, text)) = field.split_once('=') else {
            let error = CliError::usage(format!("'{}' has no = in it", safe(field)));
            return Err(error.next("-F name=text, or -F name:=JSON"));
        };
        let (name, value) = match name.strip_suffix(':') {
            Some(name) => {
                let value = serde_json::from_str(text).map_err(|error| {
                    let message = format!("what follows {}:= is not JSON: {error}", safe(name));
                    CliError::usage(message).next("a text is written -F name=text")
                })?;
                (name, value)
            }
            None => (name, Value::from(text)),
        };
        if name.is_empty() {
            return Err(CliError::usage(format!("'{}' names no member", safe(field))).next("-F name=text"));
        }
        if let Some(name) = secret_in(name, &value) {
            let message = format!("{} looks like a secret, which does not belong on the command line", safe(name));
            return Err(CliError::usage(message).next("send a body from a file that only you can read: -f @FILE"));
        }
        if members.insert(name.to_owned(), value).is_some() {
            return Err(CliError::usage(format!("{} is given twice", safe(name))));
        }
    }
    Ok(members)
}

/// The name of a member that announces a secret: this one, or one that lies in it.
fn secret_in<'a>(name: &'a str, value: &'a Value) -> Option<&'a str> {
    // These are members of many things.
    let is_harmless = ["state", "code", "key"].contains(&name) || value.is_null() || value.is_boolean();
    let is_word = name.split(|sign: char| !sign.is_ascii_alphanumeric()).any(|word| word.eq_ignore_ascii_case("pass"));
    if !is_harmless && (is_telling(name) || is_word || name.ends_with("Pass")) {
        return Some(name);
    }
    inner_secret(value)
}

fn inner_secret(value: &Value) -> Option<&str> {
    match value {
        Value::Object(members) => members.iter().find_map(|(name, value)| secret_in(name, value)),
        Value::Array(items) => items.iter().find_map(inner_secret),
        _ => None,
    }
}

/// A file as it is. JSON stays the text that it was, with its numbers to the last digit.
fn file(context: &Context, request: Request, body: &str, headers: &[String]) -> Result<Request, anyhow::Error> {
    let path = Path::new(body.strip_prefix('@').unwrap_or(body));
    let text = input_file::read(context, path, "a body")?;
    // Who says what it is knows it.
    let mut said = headers.iter().filter_map(|header| header.split_once(':'));
    let said = said.rfind(|(name, _)| name.trim().eq_ignore_ascii_case("content-type"));
    if said.is_some_and(|(_, mime)| !mime.to_ascii_lowercase().contains("json")) {
        return Ok(request.text("text/plain", text));
    }
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let mime = match start.chars().next() {
        Some('{' | '[' | '"') => {
            serde_json::from_str::<Value>(start).map_err(|error| {
                let message = format!("{} is not valid JSON: {error}", input_file::named(path));
                CliError::usage(message).next("what it is else can be said: -H 'Content-Type: text/plain'")
            })?;
            "application/json"
        }
        Some('<') => "application/xml",
        _ => "text/plain",
    };
    Ok(request.text(mime, text))
}

/// The request with headers that are nobody else's.
pub(super) fn headers(request: Request, headers: &[String]) -> Result<Request, CliError> {
    let mut request = request;
    for header in headers {
        let parts = header.split_once(':').map(|(name, value)| (name.trim(), value.trim()));
        let Some((name, value)) = parts.filter(|(name, _)| !name.is_empty()) else {
            return Err(CliError::usage(format!("'{}' is no header", safe(header))).next("-H 'Name: value'"));
        };
        let lower = name.to_ascii_lowercase();
        if NOT_YOURS.contains(&lower.as_str()) || is_telling(&lower) {
            let next = match lower.as_str() {
                "fiware-service" | "fiware-servicepath" => "say -s SERVICE and -S SUBSERVICE",
                _ => "the login of the settings is sent; orchest auth status shows it",
            };
            return Err(CliError::usage(format!("the header {} is not given so", safe(name))).next(next));
        }
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if !name.bytes().all(is_token) || value.chars().any(char::is_control) {
            return Err(CliError::usage(format!("'{}' cannot be sent as a header", safe(header))));
        }
        request = request.header(name.to_owned(), value);
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cli::error::Exit;

    fn read(fields: &[&str]) -> Result<Map<String, Value>, CliError> {
        members(&fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn members_are_text_or_json() {
        let found = read(&["name=a=b", "empty=", "on:=true", "n:=1e3", "list:=[1, \"x\"]", "null:=null"]).unwrap();
        assert_eq!(
            json!(found),
            json!({"name": "a=b", "empty": "", "on": true, "n": 1e3, "list": [1, "x"], "null": null})
        );
        for bad in
            [&["x"][..], &["=x"], &[":=1"], &["x:=yes"], &["x:="], &["a=1", "a=2"], &["password=x"], &["api_key=x"]]
        {
            assert_eq!(read(bad).unwrap_err().exit, Exit::Usage, "{bad:?}");
        }
        for deep in [
            r#"user:={"name":"bob","password":"canary-field"}"#,
            r#"list:=[{"config":{"client_secret":"canary-field"}}]"#,
            "adminPass=canary-field",
            "db_pass=canary-field",
            "pass=canary-field",
        ] {
            let error = read(&[deep]).unwrap_err();
            assert!(error.message.contains("looks like a secret") && !error.message.contains("canary"), "{deep}");
        }
        for harmless in [r#"user:={"name":"bob","password_expires":null,"key":"k"}"#, "bypass=1", "compass=north"] {
            read(&[harmless]).unwrap();
        }
        assert!(!read(&["password=canary-field"]).unwrap_err().to_string().contains("canary"));
    }

    #[test]
    fn headers_that_say_who_one_is_are_refused() {
        let on = |header: &str| headers(Request::new(Method::Get), &[header.to_owned()]);
        let request = on("Accept:  application/xml ").unwrap();
        assert_eq!(request.plain_headers, [("Accept".into(), "application/xml".to_owned())]);
        for bad in [
            "Authorization: x",
            "x-auth-TOKEN: x",
            "X-Subject-Token: x",
            "Fiware-Service: x",
            "fiware-servicepath: /",
            "Cookie: x",
            "Host: evil.test",
            "Content-Length: 1",
            "X-Api-Key: x",
            "no colon",
            ": x",
            "a b: x",
            "x: a\r\nb: c",
            "x\u{1b}: a",
        ] {
            let error = on(bad).unwrap_err();
            assert_eq!(error.exit, Exit::Usage, "{bad}");
            assert!(!error.message.contains('\u{1b}'));
        }
    }
}
