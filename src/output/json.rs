//! JSON and YAML texts. Neither can fail for the values we hold, whose keys are always strings.

use serde_json::Value;

use crate::base::yaml;

/// On one line.
pub(super) fn compact(value: &Value) -> String {
    value.to_string()
}

/// Indented by two spaces.
pub(super) fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

/// A JSON text, known to be one, indented by two spaces as [`pretty`] does it. Nothing but the blanks between its parts
/// changes.
pub(super) fn laid_out(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() * 2);
    let mut depth = 0_usize;
    let mut rest = text.chars().peekable();
    let line = |shown: &mut String, depth: usize| {
        shown.push('\n');
        shown.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(sign) = rest.next() {
        match sign {
            '"' => {
                shown.push(sign);
                while let Some(inner) = rest.next() {
                    shown.push(inner);
                    match inner {
                        '"' => break,
                        '\\' => shown.extend(rest.next()),
                        _ => {}
                    }
                }
            }
            '{' | '[' => {
                while rest.next_if(char::is_ascii_whitespace).is_some() {}
                let end = if sign == '{' { '}' } else { ']' };
                shown.push(sign);
                if rest.next_if_eq(&end).is_some() {
                    shown.push(end);
                } else {
                    depth += 1;
                    line(&mut shown, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut shown, depth);
                shown.push(sign);
            }
            ',' => {
                shown.push(sign);
                line(&mut shown, depth);
            }
            ':' => shown.push_str(": "),
            blank if blank.is_ascii_whitespace() => {}
            other => shown.push(other),
        }
    }
    shown
}

/// The value as a block of YAML, ending in a line feed. Whatever could act on a terminal is escaped in it.
pub(super) fn yaml(value: &Value) -> String {
    yaml::emit(value)
}

/// One row as an item of a YAML list.
pub(super) fn yaml_item(value: &Value) -> String {
    let block = yaml(value);
    let mut item = String::with_capacity(block.len() + 16);
    for (number, line) in block.lines().enumerate() {
        item.push_str(match (number, line.is_empty()) {
            (0, _) => "- ",
            // An empty line inside a block of text stays empty.
            (_, true) => "",
            (_, false) => "  ",
        });
        item.push_str(line);
        item.push('\n');
    }
    item
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::output::clean;
    use crate::output::testing::HOSTILE;

    #[test]
    fn a_text_is_laid_out_as_a_value_is_and_keeps_its_digits() {
        for value in [
            json!({"a": [1, {"b": "x, {y}: \"z\" \\"}, [], {}], "c": null, "d": {"e": true}}),
            json!([]),
            json!({}),
            json!("text"),
            json!([[[]], [{}]]),
        ] {
            assert_eq!(laid_out(&value.to_string()), pretty(&value), "{value}");
            assert_eq!(laid_out(&pretty(&value)), pretty(&value), "{value}");
        }
        let exact = "{\"n\":123456789012345678901234567890.10,\"e\":1E400}";
        assert_eq!(laid_out(exact), "{\n  \"n\": 123456789012345678901234567890.10,\n  \"e\": 1E400\n}");
    }

    #[test]
    fn yaml_reads_back_whatever_is_in_it() {
        for text in HOSTILE.iter().copied().chain([
            "yes",
            "no",
            "on",
            "~",
            "null",
            "012",
            "1e3",
            "- a",
            "a: b",
            "#",
            "\u{2028}!\n",
            "a\u{85}b\nc\u{2029}",
        ]) {
            let value = json!({"text": text, "list": [text, {"deep": text}], "k": null, text: text});
            let block = yaml_item(&value);
            let back: Value = yaml_serde::from_str(&block).unwrap_or_else(|error| panic!("{text:?}: {error}\n{block}"));
            assert_eq!(back, json!([value]), "{text:?} in\n{block}");
            assert!(block.lines().all(|line| !clean::is_dangerous(line)), "{block}");
        }
    }
}
