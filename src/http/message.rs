//! The back end's own words, found in the body of an error.

use serde_json::Value;

use crate::base::address::is_telling;
use crate::base::redact;
use crate::base::text::{safe_lines, shortened};

use super::show;

/// More than this helps nobody.
const MOST: usize = 500;

/// The same, where all of it was asked for.
const MOST_OF_ALL: usize = 4000;

/// What the server says went wrong, cleaned and cut. Empty when it says nothing that a person can use.
pub(super) fn find(body: &[u8]) -> String {
    if body.iter().all(u8::is_ascii_whitespace) {
        return String::new();
    }
    if is_html(body) {
        return "an HTML page".to_owned();
    }
    let found = match serde_json::from_slice::<Value>(body) {
        Ok(value) => from_json(&value),
        Err(_) => String::from_utf8_lossy(body).trim().to_owned(),
    };
    // Secrets go before the cut, which could leave one half of one standing.
    shortened(&show::text(&found), MOST)
}

/// All that it says, cleaned and cut, line by line.
pub(super) fn whole(body: &[u8]) -> String {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => {
            hide(&mut value);
            format!("{value:#}")
        }
        Err(_) => String::from_utf8_lossy(body).trim().to_owned(),
    };
    shortened(&safe_lines(&redact::clean(&text)), MOST_OF_ALL)
}

/// What was sent is repeated by some, and may have been a secret.
fn hide(value: &mut Value) {
    match value {
        Value::Object(members) => members.iter_mut().for_each(|(name, member)| {
            // The status of an answer is called so as well as what an issuer gives out.
            let is_status = name == "code" && member.is_number();
            if (is_telling(name) && !is_status) || name == "input" {
                *member = Value::from(redact::MASK);
            } else {
                hide(member);
            }
        }),
        Value::Array(items) => items.iter_mut().for_each(hide),
        _ => {}
    }
}

/// The forms in use: Keystone's `error.message`, `detail` (SCIM, the platform), its lists and
/// objects (the newer orchestrator), `error` beside a description (Orion,
/// OAuth), `message` (GitHub, the deployment services).
fn from_json(value: &Value) -> String {
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let Some(message) = ["/error/message", "/detail", "/detail/error_description"].into_iter().find_map(text) {
        return message.to_owned();
    }
    if let Some(Value::Array(all)) = value.get("detail") {
        return all.iter().filter_map(refused_member).collect::<Vec<_>>().join("; ");
    }
    match (text("/error"), ["/error_description", "/description", "/message"].into_iter().find_map(text)) {
        (Some(name), Some(more)) => format!("{name}: {more}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => value.as_str().unwrap_or_default().to_owned(),
    }
}

/// One entry of a list of what is wrong with a request, as `FastAPI` makes it: where, and why. What was sent is in there
/// too, and may be a secret.
fn refused_member(entry: &Value) -> Option<String> {
    let reason = entry.get("msg")?.as_str()?;
    let place = entry.get("loc").and_then(Value::as_array).map(|parts| {
        let part = |part: &Value| part.as_str().map_or_else(|| part.to_string(), str::to_owned);
        parts.iter().map(part).collect::<Vec<_>>().join(".")
    });
    Some(place.map_or_else(|| reason.to_owned(), |place| format!("{place}: {reason}")))
}

/// Whether this is a page for a browser: the mark of a proxy, a portal, or another service on that port.
pub(super) fn is_html(body: &[u8]) -> bool {
    let start = body.get(..body.len().min(512)).unwrap_or_default();
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    start.starts_with("<!doctype html")
        || start.starts_with("<html")
        || (start.starts_with('<') && (start.contains("<html") || start.contains("<head")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_back_ends_form_is_understood() {
        for (body, message) in [
            (r#"{"error":{"code":409,"message":"Conflict occurred","title":"Conflict"}}"#, "Conflict occurred"),
            (r#"{"detail":"no such role"}"#, "no such role"),
            (r#"{"message":"Bad credentials","documentation_url":"x"}"#, "Bad credentials"),
            (r#"{"error":"invalid_grant","error_description":"expired"}"#, "invalid_grant: expired"),
            (r#"{"error":"BadRequest","description":"no subject"}"#, "BadRequest: no subject"),
            (r#"{"error":"not_authed"}"#, "not_authed"),
            (r#"{"status":401,"detail":{"error":"Unauthenticated","error_description":"expired"}}"#, "expired"),
            (
                r#"{"detail":[{"type":"missing","loc":["query","template_id"],"msg":"Field required","input":"hunter2"},
                    {"loc":["body",0],"msg":"bad"}]}"#,
                "query.template_id: Field required; body.0: bad",
            ),
            (
                r#"{"code":409,"title":"Conflict","message":"Deployment already in X state."}"#,
                "Deployment already in X state.",
            ),
            (r#""just text""#, "just text"),
            ("SPASSWORD: the password is too short\n", "SPASSWORD: the password is too short"),
            ("{\"error\":{\"message\":\"\"}}", ""),
            ("[1,2]", ""),
            (" \n", ""),
            ("", ""),
        ] {
            assert_eq!(find(body.as_bytes()), message, "{body}");
        }
    }

    #[test]
    fn a_page_is_not_shown() {
        for page in [
            "<!DOCTYPE HTML PUBLIC><html><body>secret</body></html>",
            "\u{feff}\n <html>",
            "<?xml version=\"1.0\"?>\n<!DOCTYPE x><html>",
            "<!-- comment --><HEAD>",
        ] {
            assert_eq!(find(page.as_bytes()), "an HTML page", "{page}");
        }
    }

    #[test]
    fn of_the_whole_body_secrets_are_left_out() {
        crate::base::redact::register("message-whole-secret");
        let body =
            r#"{"detail": [{"loc": ["body"], "input": "hunter2"}], "token": "abc", "seen": "message-whole-secret"}"#;
        let shown = whole(body.as_bytes());
        assert!(shown.contains("\"loc\"") && shown.contains('\n'), "{shown}");
        for secret in ["hunter2", "abc", "message-whole-secret"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert_eq!(whole(b" plain\x1b[2J\nmore "), "plain\\x1b[2J\nmore");
        assert_eq!(whole("x".repeat(5000).as_bytes()).chars().count(), MOST_OF_ALL + 1);
    }

    #[test]
    fn words_are_cleaned_and_cut() {
        crate::base::redact::register("message-room-secret");
        let long = format!("{}message-room-secret tail", "a".repeat(490));
        let found = find(long.as_bytes());
        assert!(!found.contains("message-") && found.chars().count() <= MOST + 1, "{found}");
        assert_eq!(find("red \u{1b}[31m text\nnext".as_bytes()), "red \\x1b[31m text\\nnext");
        assert_eq!(find(&[0xff, b'x']), "\u{fffd}x");
    }
}
