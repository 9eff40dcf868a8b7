//! Writing: every value is read back as it was, by both sets of rules.

use proptest::prelude::*;
use serde_json::{Value, json as value};

use super::json::tree;
use super::{Schema, emit, json, read};

fn reads_back(value: &Value) -> Result<(), TestCaseError> {
    let text = emit(value);
    let root = match read(&text) {
        Ok(document) => document.root,
        Err(error) => return Err(TestCaseError::fail(format!("{error}\n{text}"))),
    };
    for schema in [Schema::Core12, Schema::Yaml11] {
        let back = json(&root, schema).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(&back, value, "{:?} in\n{}", schema, text);
    }
    prop_assert_eq!(&json(&tree(value), Schema::Yaml11).ok(), &Some(value.clone()));
    prop_assert!(text.ends_with('\n') && text.lines().all(|line| crate::base::text::safe(line) == line), "{:?}", text);
    Ok(())
}

#[test]
fn it_is_a_block_with_keys_in_their_order() {
    let list = value!({
        "name": "energy", "id": "0123", "on": true, "empty": [], "none": {}, "null": null,
        "list": ["a", {"b": 1, "c": [1.5, [2]]}, "no"],
        "deep": {"x": {"y": "two\nlines\n"}, "z": "more\n\nlines"},
    });
    let text = "name: energy\nid: \"0123\"\n\"on\": true\nempty: []\nnone: {}\n\"null\": null\nlist:\n- a\n- b: 1\n  c:\n  - 1.5\n  - - 2\n\
                - \"no\"\ndeep:\n  x:\n    \"y\": |\n      two\n      lines\n  z: |-\n    more\n\n    lines\n";
    assert_eq!(emit(&list), text);
    assert_eq!(emit(&value!([])), "[]\n");
    assert_eq!(emit(&value!("a\nb")), "|-\n  a\n  b\n");
}

#[test]
fn a_string_is_plain_only_where_nobody_reads_anything_else() {
    for plain in [
        "a",
        "a b",
        "http://x:5000/v3",
        "/path",
        "a#b",
        "1.2.3",
        "10.0.0.1",
        "zero",
        "ä",
        "it's",
        "deadbeef",
        "a, b",
        "x=y",
        "é",
    ] {
        assert_eq!(emit(&value!(plain)), format!("{plain}\n"));
    }
    for quoted in [
        "",
        " a",
        "a ",
        "yes",
        "No",
        "y",
        "~",
        "null",
        "0777",
        "0o17",
        "1e3",
        "1_000",
        "22:22",
        "2024-01-01",
        "0x1f",
        ".5",
        "-",
        "- a",
        "a: b",
        "a:",
        "a #b",
        "#",
        "<<",
        "=",
        "...",
        "---",
        "{",
        "[",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%",
        "@",
        "`",
        "'",
        "?",
        ",",
    ] {
        let text = emit(&value!(quoted));
        assert_eq!(text, format!("\"{quoted}\"\n"));
    }
    for (text, escaped) in [
        ("\u{1b}[31m", "\"\\x1b[31m\"\n"),
        ("a\u{7f}\u{9b}", "\"a\\x7f\\x9b\"\n"),
        ("\u{2028}\u{feff}\u{202e}", "\"\\u2028\\ufeff\\u202e\"\n"),
        ("\u{e0041}", "\"\\U000e0041\"\n"),
        ("tab\tstop\r\n", "\"tab\\tstop\\r\\n\"\n"),
        ("a\n\n", "\"a\\n\\n\"\n"),
        (" a\nb", "\" a\\nb\"\n"),
        ("\"q\"\\", "\"\\\"q\\\"\\\\\"\n"),
    ] {
        assert_eq!(emit(&value!(text)), escaped, "{text:?}");
    }
}

#[test]
fn numbers_are_numbers_to_both() {
    for number in [
        value!(0),
        value!(-1),
        value!(u64::MAX),
        value!(i64::MIN),
        value!(1e21),
        value!(-1.5e300),
        value!(1e-7),
        value!(5e-324),
        value!(-0.0),
        value!(0.1),
        value!(f64::MAX),
    ] {
        reads_back(&number).unwrap();
    }
    assert_eq!(emit(&value!(1e21)), "1.0e+21\n");
}

#[test]
fn long_keys_are_announced() {
    for length in [10, 998, 1000, 1001, 1024, 5000] {
        let key = "k".repeat(length);
        reads_back(&value!({key.clone(): 1, "b": {key.clone(): [1, {key: {"x": 2}}]}})).unwrap();
    }
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9_.:+eExob-]{0,8}",
        "[-:#?!&*|>%@`\"'{}\\[\\], \n\t\r\\\\<~=a0y.]{0,12}",
        "\\PC{0,10}",
        ".{0,6}",
        "[a-z \n]{0,20}",
        proptest::collection::vec(any::<char>(), 0..6).prop_map(|all| all.into_iter().collect()),
        proptest::sample::select(vec![
            "yes",
            "no",
            "null",
            "~",
            "on",
            "2024-01-01",
            "22:22",
            "0777",
            "<<",
            "=",
            "\n",
            "|\n",
            "a\n b\n",
            "---",
            "..."
        ])
        .prop_map(str::to_owned),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
        texts().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((texts(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn whatever_is_written_is_read_back(value in values()) {
        reads_back(&value)?;
    }
}
