//! The levels that the logs of the servers know.

use serde_json::Value;

/// As the orchestrator takes them.
pub(crate) const ORCHESTRATOR: &[&str] = &["FATAL", "CRITICAL", "ERROR", "WARNING", "WARN", "INFO", "DEBUG"];
/// As Keypass takes them.
pub(crate) const KEYPASS: &[&str] = &["ERROR", "WARN", "INFO", "DEBUG", "TRACE", "ALL"];
/// As Orion takes them.
pub(crate) const ORION: &[&str] = &["NONE", "FATAL", "ERROR", "WARN", "INFO", "DEBUG"];
/// As Perseo takes them.
pub(crate) const PERSEO: &[&str] = &["FATAL", "ERROR", "WARN", "WARNING", "INFO", "DEBUG"];

/// The level as the servers spell it, whatever the case it was typed in.
pub(crate) fn named(known: &[&'static str], typed: &str) -> Option<&'static str> {
    known.iter().find(|level| level.eq_ignore_ascii_case(typed.trim())).copied()
}

/// The level in an answer: `{"level": "INFO"}`, the same as text inside of a JSON string, or the bare word.
pub(super) fn read(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?.trim();
    let word = match serde_json::from_str::<Value>(text).map(super::unwrapped) {
        Ok(Value::Object(object)) => object.get("level")?.as_str()?.to_owned(),
        Ok(Value::String(word)) => word,
        _ => text.to_owned(),
    };
    let is_word = !word.is_empty() && word.len() <= 20 && word.chars().all(|letter| letter.is_ascii_alphanumeric());
    is_word.then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_known_in_any_case() {
        assert_eq!(named(ORCHESTRATOR, "Debug"), Some("DEBUG"));
        assert_eq!(named(KEYPASS, " trace "), Some("TRACE"));
        for (known, unknown) in [(ORCHESTRATOR, "BADLEVEL"), (ORCHESTRATOR, "TRACE"), (ORION, ""), (PERSEO, "ALL")] {
            assert_eq!(named(known, unknown), None, "{unknown}");
        }
    }

    #[test]
    fn every_servers_answer_is_read() {
        for (body, level) in [
            (r#"{"level":"INFO"}"#, Some("INFO")),
            (r#""{\"level\": \"WARNING\"}""#, Some("WARNING")),
            (r#""DEBUG""#, Some("DEBUG")),
            ("INFO\n", Some("INFO")),
            (r#"{"level":3}"#, None),
            ("<html>a page</html>", None),
            ("", None),
        ] {
            assert_eq!(read(body.as_bytes()).as_deref(), level, "{body}");
        }
    }
}
