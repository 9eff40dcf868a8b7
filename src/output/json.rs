//! JSON and YAML texts. Neither can fail for the values we hold, whose keys are always strings.

use serde_json::Value;

use super::clean;

/// On one line.
pub(super) fn compact(value: &Value) -> String {
    value.to_string()
}

/// Indented by two spaces.
pub(super) fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

/// The value as a block of YAML, ending in a line feed.
///
/// Where it has to be shown on a terminal and holds a dangerous character, or would not read back otherwise, it is written
/// in YAML's JSON form, the only one that has escapes for it everywhere.
pub(super) fn yaml(value: &Value, terminal: bool) -> Result<String, super::Error> {
    let block = yaml_serde::to_string(value)
        .map_err(|error| super::Error::Encode { format: "YAML", problem: error.to_string() })?;
    // A block of lines does not escape the line ends that only old YAML knows, and its readers would see a shorter line.
    let torn = block.contains(['\u{85}', '\u{2028}', '\u{2029}']);
    if torn || terminal && block.split('\n').any(clean::is_dangerous) {
        return Ok(format!("{}\n", clean::yaml(compact(value))));
    }
    Ok(block)
}

/// One row as an item of a YAML list.
pub(super) fn yaml_item(value: &Value, terminal: bool) -> Result<String, super::Error> {
    let block = yaml(value, terminal)?;
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
    Ok(item)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::output::testing::HOSTILE;

    #[test]
    fn yaml_reads_back_whatever_is_in_it() {
        for terminal in [false, true] {
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
                let block = yaml_item(&value, terminal).unwrap();
                let back: Value =
                    yaml_serde::from_str(&block).unwrap_or_else(|error| panic!("{text:?}: {error}\n{block}"));
                assert_eq!(back, json!([value]), "{text:?} in\n{block}");
                assert!(!terminal || block.lines().all(|line| !clean::is_dangerous(line)), "{block}");
            }
        }
    }
}
