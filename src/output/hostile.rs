//! The hostile corpus through every way out.

use serde_json::{Value, json};

use super::testing::{Bench, HOSTILE, USERS, rows, with};
use super::*;

fn assert_clean(text: &str, what: &str) {
    // Our own colours are the only escapes there may be.
    let text = ["\u{1b}[1m", "\u{1b}[0m", "\u{1b}[1;31m", "\u{1b}[1;33m"]
        .iter()
        .fold(text.to_owned(), |text, own| text.replace(own, ""));
    for line in text.split(['\n', '\t']) {
        assert!(!clean::is_dangerous(line), "{what}: {line:?}");
    }
}

#[test]
fn nothing_hostile_reaches_a_terminal() {
    for format in Format::NAMES {
        for width in [12, 200] {
            let bench = Bench::new(Options { width: Some(width), ..with(format) }, true);
            for text in HOSTILE {
                let key = format!("k{text}");
                let row =
                    json!({"name": text, "id": text, "enabled": [text], "domain": {"name": {text: text}}, key: text});
                let row = row.as_object().unwrap().clone();
                bench.printer.list(&USERS, vec![row.clone()]).unwrap();
                bench.printer.show(&USERS, row).unwrap();
                bench.printer.text(text).unwrap();
                bench.printer.raw(text.as_bytes()).unwrap();
                bench.printer.note(text);
                bench.printer.warn(text);
                bench.printer.hint(text);
                let some = || Some(text.to_owned());
                bench.printer.error(&ErrorReport {
                    message: text.to_owned(),
                    causes: vec![text.to_owned()],
                    hint: some(),
                    next: some(),
                    request_id: some(),
                    step: some(),
                    ..ErrorReport::default()
                });
            }
            assert_clean(&bench.stdout.text(), format);
            assert_clean(&bench.stderr.text(), format);
        }
    }
}

#[cfg(feature = "query")]
#[test]
fn nothing_hostile_comes_out_of_a_query() {
    for format in ["table", "json", "jsonl", "yaml", "value"] {
        for query in [".[].name", ".", ".[0].name | error"] {
            let bench = Bench::new(Options { query: Some(query.into()), ..with(format) }, true);
            for text in HOSTILE {
                let listed = bench.printer.list(&USERS, rows(&json!([{"name": text}])));
                if let Err(error) = listed {
                    bench.printer.error(&ErrorReport { message: error.to_string(), ..ErrorReport::default() });
                }
            }
            assert_clean(&bench.stdout.text(), format);
            assert_clean(&bench.stderr.text(), format);
        }
    }
}

#[test]
fn json_in_a_pipe_is_the_data_and_on_a_terminal_too() {
    for terminal in [false, true] {
        for text in HOSTILE {
            let bench = Bench::new(with("json"), terminal);
            bench.printer.list(&USERS, rows(&json!([{"name": text}]))).unwrap();
            assert_eq!(serde_json::from_str::<Value>(&bench.stdout.text()).unwrap(), json!([{"name": text}]));
        }
    }
}
