//! One value as one piece of text: for people, or for programs.

use serde_json::Value;

use super::json;
use crate::base::text;

/// For a table: yes and no, lists with commas, a dash where there is nothing. Always clean.
pub(super) fn shown(value: Option<&Value>) -> String {
    let text = match value {
        Some(Value::Bool(true)) => "yes".to_owned(),
        Some(Value::Bool(false)) => "no".to_owned(),
        Some(Value::Array(items)) if items.iter().all(|item| !item.is_array() && !item.is_object()) => {
            items.iter().map(|item| plain(Some(item))).collect::<Vec<_>>().join(", ")
        }
        Some(Value::Object(object)) if object.is_empty() => String::new(),
        other => plain(other),
    };
    if text.trim().is_empty() { "-".to_owned() } else { text::safe(&text).into_owned() }
}

/// For programs: the text itself, JSON for what has parts, nothing where there is nothing.
pub(super) fn plain(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => json::compact(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_as_people_and_programs_see_them() {
        for (value, people, programs) in [
            (json!(null), "-", ""),
            (json!(true), "yes", "true"),
            (json!(false), "no", "false"),
            (json!(""), "-", ""),
            (json!("  "), "-", "  "),
            (json!(3), "3", "3"),
            (json!(2.5), "2.5", "2.5"),
            (json!([]), "-", "[]"),
            (json!({}), "-", "{}"),
            (json!(["a", "b"]), "a, b", r#"["a","b"]"#),
            (json!([{"a": 1}]), r#"[{"a":1}]"#, r#"[{"a":1}]"#),
            (json!({"a": [1]}), r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (json!("a\u{1b}b\nc"), "a\\x1bb\\nc", "a\u{1b}b\nc"),
        ] {
            assert_eq!(shown(Some(&value)), people, "{value}");
            assert_eq!(plain(Some(&value)), programs, "{value}");
        }
        assert_eq!((shown(None), plain(None)), ("-".to_owned(), String::new()));
    }
}
