//! A file of inputs: JSON, or YAML by the rules of 1.1, which are those of the servers.

use serde_json::Value;

use super::inputs::Given;
use crate::base::yaml::{self, Error, Mark, Schema};

/// The inputs in the text, in their order. What is JSON is read as such: there `1e3` is a number.
pub(crate) fn read_inputs(text: &str) -> Result<Vec<(String, Given)>, Error> {
    let document = yaml::read_or_json(text)?;
    if let Some(twice) = document.duplicates.first() {
        let problem = format!("{} is in line {} already", twice.key, twice.first.line);
        return Err(Error { at: twice.at, problem });
    }
    let strict = if text.trim_start().starts_with('{') { serde_json::from_str(text).ok() } else { None };
    let value = match strict {
        Some(value) => value,
        None => yaml::json(&document.root, Schema::Yaml11)?,
    };
    match value {
        Value::Object(map) => Ok(map.into_iter().map(|(name, value)| (name, Given::Value(value))).collect()),
        // A file in which everything is commented out.
        Value::Null => Ok(Vec::new()),
        _ => {
            let problem = "a file of inputs is a mapping of names and values".to_owned();
            Err(Error { at: Mark { line: 1, column: 1 }, problem })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn inputs(text: &str) -> Result<Value, String> {
        let all = read_inputs(text).map_err(|error| error.to_string())?;
        let value = |(name, given)| match given {
            Given::Value(value) => (name, value),
            Given::Text(text) => (name, json!([text])),
        };
        Ok(Value::Object(all.into_iter().map(value).collect()))
    }

    #[test]
    fn yaml_is_read_by_the_rules_of_the_servers_and_json_by_its_own() {
        assert_eq!(
            inputs("b: yes\na: 010\nc: '010'\nd: 1e3\n").unwrap(),
            json!({"b": true, "a": 8, "c": "010", "d": "1e3"})
        );
        assert_eq!(inputs(" {\"a\": 1e3, \"b\": [\"yes\"]}\n").unwrap(), json!({"a": 1000.0, "b": ["yes"]}));
        assert_eq!(inputs("{\"a\": \"\\ud83d\\ude00\"}").unwrap(), json!({"a": "😀"}));
        assert_eq!(inputs("{a: 1, b: no}").unwrap(), json!({"a": 1, "b": false}));
        assert_eq!(inputs("# nothing\n").unwrap(), json!({}));
    }

    #[test]
    fn what_is_no_mapping_of_inputs_is_refused() {
        for (text, wrong) in [
            ("[1, 2]", "line 1, column 1: a file of inputs is a mapping"),
            ("word", "a file of inputs is a mapping"),
            ("a: 1\na: 2\n", "line 2, column 1: a is in line 1 already"),
            ("{\"a\": 1, \"a\": 2}", "a is in line 1 already"),
            ("a: [1\n", "line 2"),
            ("a: .nan\n", "JSON"),
        ] {
            let error = inputs(text).unwrap_err();
            assert!(error.contains(wrong), "{text:?}: {error}");
        }
    }
}
