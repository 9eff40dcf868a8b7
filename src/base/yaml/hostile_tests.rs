//! Reading: what is in the tree, and what is refused.

use std::time::{Duration, Instant};

use serde_json::{Value, json as value};

use super::read::{MAX_BYTES, MAX_DEPTH, MAX_NODES};
use super::{Mark, Schema, Shape, Style, json, read, read_or_json};

fn both(text: &str) -> (Value, Value) {
    let root = read(text).unwrap_or_else(|error| panic!("{text:?}: {error}")).root;
    (json(&root, Schema::Core12).unwrap(), json(&root, Schema::Yaml11).unwrap())
}

fn problem(text: &str) -> String {
    match read(text) {
        Err(error) => error.to_string(),
        Ok(document) => panic!("{:?}", document.root),
    }
}

/// Refused when the limit is met, not after minutes.
fn refused_at_once(text: &str) -> String {
    let start = Instant::now();
    let problem = problem(text);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    problem
}

#[test]
fn the_two_schemas_read_the_same_text() {
    let (core, old) =
        both("a: yes\nb: 22:22\nc: 'yes'\nd: |\n  no\ne: 0777\nf: !!str 12\ng: 2024-01-01\nh: !!int '7'\n");
    assert_eq!(
        core,
        value!({"a": "yes", "b": "22:22", "c": "yes", "d": "no\n", "e": 777, "f": "12", "g": "2024-01-01", "h": 7})
    );
    assert_eq!(
        old,
        value!({"a": true, "b": 1342, "c": "yes", "d": "no\n", "e": 511, "f": "12", "g": "2024-01-01", "h": 7})
    );
    assert_eq!(both("").0, Value::Null);
    assert_eq!(both("# only a comment\n").0, Value::Null);
    assert_eq!(both("\u{feff}a: 1\n").0, value!({"a": 1}));
    assert_eq!(both("---\na: 1\n...\n").0, value!({"a": 1}));
    assert_eq!(
        both("yes: 1\n1: 2\n~: 3\n"),
        (value!({"yes": 1, "1": 2, "null": 3}), value!({"true": 1, "1": 2, "null": 3}))
    );
    assert_eq!(both("{a: !mine 1, b: !!float 2}").1, value!({"a": 1, "b": 2.0}));
    assert_eq!(both("a: ! 12"), (value!({"a": "12"}), value!({"a": 12})));
    assert_eq!(both("18446744073709551615").0, value!(u64::MAX));
    assert_eq!(both("184467440737095516160").0, value!(184_467_440_737_095_516_160.0));
}

#[test]
fn places_styles_and_duplicates_are_kept() {
    let document = read("ä: 'x'\nb: [1,\n  \"y\"]\nä: |\n  z\nc: {d: 1, d: 2}\n").unwrap();
    let entries = document.root.entries();
    assert_eq!(entries[0].value.at, Mark { line: 1, column: 4 });
    assert_eq!(entries[1].value.items()[1].at, Mark { line: 3, column: 3 });
    assert!(matches!(entries[0].value.shape, Shape::Scalar { style: Style::Quoted, .. }));
    assert!(matches!(entries[2].value.shape, Shape::Scalar { style: Style::Block, .. }));
    assert!(entries[1].value.items()[0].is_plain());
    let found: Vec<_> = document.duplicates.iter().map(|one| (one.key.as_str(), one.first.line, one.at.line)).collect();
    assert_eq!(found, [("ä", 1, 4), ("d", 6, 6)]);
    assert_eq!(json(&document.root, Schema::Core12).unwrap(), value!({"ä": "z\n", "b": [1, "y"], "c": {"d": 2}}));
}

#[test]
fn merge_keys_and_aliases_are_resolved() {
    let text = "base: &base {a: 1, b: 2}\nmore: &more\n  <<: *base\n  b: 3\nlist:\n  <<: [*more, {b: 9, c: 4}]\n  a: 0\nplain: *base\n";
    let (core, old) = both(text);
    assert_eq!(core, old);
    assert_eq!(core["more"], value!({"a": 1, "b": 3}));
    assert_eq!(core["list"], value!({"b": 3, "c": 4, "a": 0}));
    assert_eq!(core["plain"], value!({"a": 1, "b": 2}));
    assert_eq!(read(text).unwrap().duplicates, []);
    assert_eq!(both("{'<<': 1}").0, value!({"<<": 1}));
    for bad in ["a: 1\n<<: 2\n", "a: 1\n<<: [{b: 1}, 2]\n"] {
        assert!(problem(bad).starts_with("line 2, column 1: a merge key"), "{bad}");
    }
}

#[test]
fn json_is_read_where_it_is_no_yaml() {
    let text = "{\"a\": [1, \"\\ud83d\\ude00\"], \"b\": \"no\", \"c\": {\"d\": null, \"e\": 1e30}}";
    assert!(read(text).is_err());
    let root = read_or_json(text).unwrap().root;
    assert_eq!(json(&root, Schema::Yaml11).unwrap(), value!({"a": [1, "😀"], "b": "no", "c": {"d": null, "e": 1e30}}));
    assert_eq!(read_or_json("a: yes").unwrap().root, read("a: yes").unwrap().root);
    assert_eq!(read_or_json("{\"a\": 1").unwrap_err(), read("{\"a\": 1").unwrap_err());
    let many = format!("{{\"\\ud83d\\ude00\": [{}]}}", vec!["1"; MAX_NODES].join(","));
    assert!(read_or_json(&many).is_err());
}

#[test]
fn errors_say_where() {
    assert!(problem("a: [1, 2\nb: 3\n").starts_with("line 2"));
    assert!(problem("a: *nothing\n").starts_with("line 1, column 4"));
    assert!(problem("a: 1\n---\nb: 2\n").starts_with("line 2, column 1: a second document"));
    assert!(problem("a: &x [*x]\n").contains("never end"));
    assert!(problem("a: \"open\n").starts_with("line"));
    assert!(json(&read("a: .nan").unwrap().root, Schema::Core12).is_err());
    assert!(json(&read("? [a]\n: 1").unwrap().root, Schema::Core12).unwrap_err().to_string().contains("key"));
}

#[test]
fn a_billion_laughs_are_refused_at_once() {
    let line = |level: usize| {
        let item = level.checked_sub(1).map_or_else(|| "x".to_owned(), |below| format!("*a{below}"));
        format!("a{level}: &a{level} [{}]", vec![item; 9].join(", "))
    };
    let text = (0..=9).map(line).collect::<Vec<_>>().join("\n");
    assert!(refused_at_once(&text).contains(&MAX_NODES.to_string()));
    // The same in merge keys, and with one long text in place of many nodes.
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1_000_000), ["*a"; 50].join(", "));
    assert!(refused_at_once(&long).contains("text"));
    // Anchors within anchors are copies too.
    let nested = (0..50).map(|level| format!("&a{level} [")).collect::<Vec<_>>().concat();
    let text = format!("{nested}{}{}", vec!["x"; 10_000].join(","), "]".repeat(50));
    assert!(refused_at_once(&text).contains(&MAX_NODES.to_string()));
}

#[test]
fn deep_nesting_is_refused_at_once() {
    for (open, close) in [("{a: ", "}"), ("[", "]"), ("- ", ""), ("? ", ""), ("{", ""), ("[[{", ""), ("? - ", "")] {
        let text = format!("{}x{}", open.repeat(800_000 / open.len()), close.repeat(10));
        refused_at_once(&text);
    }
    let indented = (0..1000).map(|level| format!("{}a:\n", " ".repeat(level))).collect::<Vec<_>>().concat();
    assert!(refused_at_once(&indented).contains("nested"));
    let nested = |depth: usize| format!("{}x{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(MAX_DEPTH - 1)).is_ok());
    assert!(problem(&nested(MAX_DEPTH)).contains("nested"));
    // An alias is as deep as what it stands for.
    let alias = format!("- &a {}\n- {}", nested(40), nested(40).replace('x', "*a"));
    assert!(problem(&alias).contains("nested"));
}

#[test]
fn reading_takes_no_longer_than_the_text_is_long() {
    assert!(refused_at_once(&"a".repeat(MAX_BYTES + 1)).contains("longer"));
    for piece in [
        "a", "a ", "a: b\n", "- a\n", "# a\n", "a\n", "'", "\"", "&a ", "!a ", "%a\n", "\n", "\t", " ", ": ",
        "a: &a\n", "[a, ", "a: |\n ", "x:\n- ", "*a ", "? a\n", "\u{85}", "a\\\n", "--- a\n", "a: 'b\n", "{a, ", "!!",
        "|\n", "[a]: ",
    ] {
        for prefix in ["", "\"", "'", "[", "|\n "] {
            let text = format!("{prefix}{}", piece.repeat(100_000 / piece.len()));
            let start = Instant::now();
            let _ = read(&text);
            assert!(start.elapsed() < Duration::from_secs(5), "{prefix:?} {piece:?}: {:?}", start.elapsed());
        }
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(\\PC|[-:#?!&*|>%@`\"'{}\\[\\], \n\t\\\\<~a0]){0,60}") {
        if let Ok(document) = read(&text) {
            let _ = (json(&document.root, Schema::Core12), json(&document.root, Schema::Yaml11));
        }
    }
}
