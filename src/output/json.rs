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
