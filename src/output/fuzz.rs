//! What has to hold for any query and for any text in any format.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::clean::{formula_guard, formula_unguarded, json as escaped, lines, one_line, tsv_field};
#[cfg(feature = "query")]
use super::error::Error;
use super::filter::Filter;
#[cfg(feature = "query")]
use super::query::{Query, Shape};

/// A query is compiled or refused at a place within it. Only a short one of words that cannot loop is run.
pub(crate) fn query(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let rows = json!([{"name": "a\u{1b}b", "enabled": true, "n": 1.5, "roles": ["x", "y"], "none": null}]);
    #[cfg(feature = "query")]
    match Query::compile(&text) {
        Ok(query) if ends_soon(&text) => run(&query, &rows),
        Ok(_) => {}
        Err(Error::QuerySyntax { position, .. }) => {
            assert!((1..=text.chars().count() + 1).contains(&position), "{position}");
        }
        Err(error) => unreachable!("{error}"),
    }
    if let Ok(filter) = Filter::parse(&text) {
        assert!(!filter.column.is_empty());
        for value in rows.pointer("/0").and_then(Value::as_object).into_iter().flat_map(|row| row.values()) {
            filter.test.passes(Some(value));
        }
    }
    formats(&text);
}

/// What was written for a terminal, a spreadsheet or a program is harmless there, and no less than it was.
fn formats(text: &str) {
    let shown = lines(text);
    assert!(!shown.chars().any(|one| one.is_control() && !matches!(one, '\n' | '\t')), "{shown:?}");
    let document = json!({text: [text]});
    for pretty in [document.to_string(), format!("{document:#}")] {
        let harmless = escaped(pretty);
        assert!(
            harmless.split('\n').all(|line| matches!(crate::base::text::safe(line), Cow::Borrowed(_))),
            "{harmless}"
        );
        assert_eq!(serde_json::from_str(&harmless).ok().as_ref(), Some(&document));
    }
    assert!(!one_line(text).contains(['\n', '\r']) && !tsv_field(text).contains(['\n', '\r', '\t']));
    let guarded = formula_guard(text.to_owned());
    assert!(!guarded.starts_with(['=', '+', '-', '@', '\t', '\r']), "{guarded:?}");
    assert_eq!(formula_unguarded(&guarded), text);
}

/// Without names that loop or multiply: jq may go on for ever, and that is its user's business.
#[cfg(feature = "query")]
fn ends_soon(code: &str) -> bool {
    const WORDS: [&str; 16] = [
        "map", "select", "length", "keys", "name", "enabled", "n", "roles", "none", "not", "and", "or", "tostring",
        "sort", "add", "halt",
    ];
    let mut words = code.split(|one: char| !one.is_alphanumeric() && one != '_').filter(|word| !word.is_empty());
    code.len() <= 64
        && !code.contains(['*', '$', '@'])
        && !code.contains("..")
        && words.all(|word| WORDS.contains(&word) || word.len() < 4 && word.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(feature = "query")]
fn run(query: &Query, rows: &Value) {
    for shape in [Shape::Compact, Shape::Pretty, Shape::Raw] {
        let mut left = 100;
        let mut sink = |_| {
            left -= 1;
            if left > 0 { Ok(()) } else { Err(Error::QueryStopped { problem: "it says very much".to_owned() }) }
        };
        // What fails on the data is an error of the user's.
        let _ = query.run(rows, shape, &mut sink);
    }
}
