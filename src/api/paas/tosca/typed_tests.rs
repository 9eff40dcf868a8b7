//! Values of every type and constraint, out of texts, nodes and JSON.

use serde_json::{Value, json};

use super::declared::Declared;
use super::problem::Problem;
use crate::base::yaml::{self, Mark};

/// The input that is declared so, and what is wrong about it.
fn read(declaration: &str) -> (Declared, Vec<Problem>) {
    let node = yaml::read(declaration).unwrap().root;
    Declared::read("x", Mark::default(), &node, &["mine"])
}

fn input(declaration: &str) -> Declared {
    let (declared, problems) = read(declaration);
    assert_eq!(problems, [], "{declaration}");
    declared
}

/// A declaration, a text, and what it becomes; nothing if it does not fit.
#[test]
fn texts_are_understood_by_the_type() {
    let no = None;
    for (declaration, text, wanted) in [
        ("type: string", "1", Some(json!("1"))),
        ("type: string", " yes ", Some(json!(" yes "))),
        ("type: string", "", Some(json!(""))),
        ("type: integer", "4", Some(json!(4))),
        ("type: integer", " -4 ", Some(json!(-4))),
        ("type: integer", "4.0", Some(json!(4))),
        ("type: integer", "18446744073709551615", Some(json!(u64::MAX))),
        ("type: integer", "4.5", no.clone()),
        ("type: integer", "four", no.clone()),
        ("type: integer", "0x10", no.clone()),
        ("type: integer", "1_000", no.clone()),
        ("type: integer", "", no.clone()),
        ("type: integer", "99999999999999999999999", no.clone()),
        ("type: PortDef", "22", Some(json!(22))),
        ("type: PortDef", "65536", no.clone()),
        ("type: tosca.datatypes.network.PortDef", "0", no.clone()),
        ("type: float", "1.5", Some(json!(1.5))),
        ("type: float", "1e3", Some(json!(1000.0))),
        ("type: float", "3", Some(json!(3.0))),
        ("type: float", "nan", no.clone()),
        ("type: float", "inf", no.clone()),
        ("type: float", "1e999", no.clone()),
        ("type: boolean", "yes", Some(json!(true))),
        ("type: boolean", "Off", Some(json!(false))),
        ("type: boolean", "TRUE", Some(json!(true))),
        ("type: boolean", "1", no.clone()),
        ("type: boolean", "y", no.clone()),
        ("type: timestamp", "2024-01-31", Some(json!("2024-01-31"))),
        ("type: timestamp", "2024-01-31T10:00:00Z", Some(json!("2024-01-31T10:00:00Z"))),
        ("type: timestamp", "2024-2-9 10:00:00", Some(json!("2024-2-9 10:00:00"))),
        ("type: timestamp", "2023-02-29", no.clone()),
        ("type: timestamp", "yesterday", no.clone()),
        ("type: version", "16.04", Some(json!("16.04"))),
        ("type: version", "7", Some(json!("7"))),
        ("type: version", "1.0.0.beta-4", Some(json!("1.0.0.beta-4"))),
        ("type: version", "latest", no.clone()),
        ("type: range", "[1, 5]", Some(json!([1, 5]))),
        ("type: range", "[1, UNBOUNDED]", Some(json!([1, "UNBOUNDED"]))),
        ("type: range", "[5, 1]", no.clone()),
        ("type: range", "[1]", no.clone()),
        ("type: range", "1-5", no.clone()),
        ("type: scalar-unit.size", "4 GB", Some(json!("4 GB"))),
        ("type: scalar-unit.size", "4gib", Some(json!("4gib"))),
        ("type: scalar-unit.size", "4", no.clone()),
        ("type: scalar-unit.time", "10 ms", Some(json!("10 ms"))),
        ("type: scalar-unit.time", "10 GB", no.clone()),
        ("type: scalar-unit.frequency", "2.4 GHz", Some(json!("2.4 GHz"))),
        ("type: scalar-unit.frequency", "2.4", no.clone()),
        ("type: list", "[a, 1, yes]", Some(json!(["a", 1, true]))),
        ("{type: list, entry_schema: string}", "[a, 010, no]", Some(json!(["a", "010", "no"]))),
        ("{type: list, entry_schema: {type: integer, constraints: [{less_than: 3}]}}", "[1, 2]", Some(json!([1, 2]))),
        ("{type: list, entry_schema: {type: integer, constraints: [{less_than: 3}]}}", "[1, 3]", no.clone()),
        (
            "{type: list, entry_schema: {type: list, entry_schema: integer}}",
            "[[1], [2, 3]]",
            Some(json!([[1], [2, 3]])),
        ),
        ("type: list", "a", no.clone()),
        ("type: list", "{a: 1}", no.clone()),
        ("type: list", "[a", no.clone()),
        ("{type: map, entry_schema: {type: string}}", "{a: 1, b: no}", Some(json!({"a": "1", "b": "no"}))),
        ("{type: map, entry_schema: integer}", "{a: x}", no.clone()),
        ("type: map", "[1]", no.clone()),
        ("type: mine", "{port: 22, deep: {yes: on}}", Some(json!({"port": 22, "deep": {"true": true}}))),
        ("type: tosca.datatypes.network.PortSpec", "{protocol: tcp}", Some(json!({"protocol": "tcp"}))),
        ("type: tosca.datatypes.network.PortSpec", "tcp", Some(json!("tcp"))),
        ("type: mine", "[1, a]", Some(json!([1, "a"]))),
        ("type: mine", "3", Some(json!(3))),
        ("type: mine", "'010'", Some(json!("010"))),
        ("type: mine", "", no.clone()),
        ("type: mine", "~", no.clone()),
        ("type: mine", "{a", no.clone()),
        (
            "{type: map, entry_schema: {type: tosca.datatypes.indigo.network.PortSpec}}",
            "{ssh: {source: 22}}",
            Some(json!({"ssh": {"source": 22}})),
        ),
    ] {
        let found = input(declaration).coerce(text);
        assert_eq!(found.clone().ok(), wanted, "{declaration} {text:?}: {found:?}");
    }
}

#[test]
fn json_is_held_against_the_type() {
    let no = None;
    for (kind, value, wanted) in [
        ("string", json!("1"), Some(json!("1"))),
        ("string", json!(1), no.clone()),
        ("string", json!(true), no.clone()),
        ("string", json!(null), no.clone()),
        ("string", json!(["a"]), no.clone()),
        ("integer", json!(4), Some(json!(4))),
        ("integer", json!(4.0), Some(json!(4))),
        ("integer", json!(4.5), no.clone()),
        ("integer", json!(1e300), no.clone()),
        ("integer", json!("4"), Some(json!(4))),
        ("integer", json!(true), no.clone()),
        ("float", json!(4), Some(json!(4))),
        ("float", json!("4.5"), Some(json!(4.5))),
        ("boolean", json!(true), Some(json!(true))),
        ("boolean", json!("no"), Some(json!(false))),
        ("boolean", json!(1), no.clone()),
        ("version", json!("20.10"), Some(json!("20.10"))),
        ("version", json!(7), Some(json!("7"))),
        ("version", json!(16.04), no.clone()),
        ("version", json!(7.0), no.clone()),
        ("version", json!(true), no.clone()),
        ("version", json!([16]), no.clone()),
        ("timestamp", json!("2024-01-01"), Some(json!("2024-01-01"))),
        ("range", json!([1, "UNBOUNDED"]), Some(json!([1, "UNBOUNDED"]))),
        ("range", json!([2, 1]), no.clone()),
        ("scalar-unit.size", json!("4 GB"), Some(json!("4 GB"))),
        ("scalar-unit.size", json!(4), no.clone()),
        ("list", json!([1, "a"]), Some(json!([1, "a"]))),
        ("list", json!("a"), no.clone()),
        ("map", json!({"a": 1}), Some(json!({"a": 1}))),
        ("map", json!([]), no.clone()),
        ("a.b", json!({"a": 1}), Some(json!({"a": 1}))),
        ("a.b", json!(1), Some(json!(1))),
        ("a.b", json!([{"a": "1"}]), Some(json!([{"a": "1"}]))),
        ("a.b", json!(null), no.clone()),
    ] {
        assert_eq!(input(&format!("type: {kind}")).check(&value).ok(), wanted, "{kind} {value}");
    }
    let version = input("type: version").check(&json!(20.10)).unwrap_err().to_string();
    assert_eq!(version, "text, in quotes where it looks like something else, is expected, and not 20.1");
    let long = input("type: integer").check(&json!("x".repeat(1000))).unwrap_err().to_string();
    assert!(long.ends_with("xxx…") && long.chars().count() < 150, "{long}");
    let nested = input("{type: map, entry_schema: {type: list, entry_schema: {type: integer}}}");
    assert_eq!(nested.check(&json!({"a": ["1", 2.0]})).unwrap(), json!({"a": [1, 2]}));
    let wrong = nested.check(&json!({"a": [1], "b": [1, "x"]})).unwrap_err();
    assert_eq!(wrong.to_string(), ".b[1]: a whole number is expected, and not x");
}

/// A type without a point in its name may be one that an import brings along.
#[test]
fn lists_and_mappings_of_an_unknown_type_go_through_as_they_come() {
    let unknown = read("{type: PortSpec, default: {source: 22, more: [yes]}}").0;
    assert_eq!(unknown.default, Some(json!({"source": 22, "more": [true]})));
    for value in [json!({"source": 22, "deep": {"a": null}}), json!([1, "a"]), json!("22"), json!([])] {
        assert_eq!(unknown.check(&value).unwrap(), value);
    }
    assert_eq!(unknown.coerce("[1, a]").unwrap(), json!("[1, a]"), "what is typed is text");
    for value in [json!(22), json!(true), json!(null)] {
        assert!(unknown.check(&value).is_err(), "{value}");
    }
}

#[test]
fn constraints_are_held_by_the_type() {
    for (kind, clause, good, bad) in [
        ("integer", "equal: 4", &["4", "4.0"][..], &["5"][..]),
        ("integer", "greater_than: 4", &["5"], &["4", "-5"]),
        ("float", "greater_or_equal: 4", &["4", "4.5"], &["3.9"]),
        ("float", "less_than: 4.5", &["4.4"], &["4.5"]),
        ("integer", "less_or_equal: 4", &["4"], &["5"]),
        ("integer", "in_range: [1, 4]", &["1", "4"], &["0", "5"]),
        ("integer", "in_range: [1, UNBOUNDED]", &["1", "400"], &["0"]),
        ("string", "valid_values: [no, yes]", &["no", "yes"], &["false", "No"]),
        ("string", "valid_values: ['16.04', 7, 010]", &["16.04", "7", "010"], &["8", "16"]),
        ("boolean", "valid_values: [false, 'yes']", &["no", "true"], &[]),
        ("boolean", "valid_values: [no]", &["false"], &["true"]),
        ("version", "valid_values: [16.04, '7']", &["16.04", "7.0"], &["16.4.1"]),
        ("version", "greater_or_equal: 1.9", &["1.10", "2"], &["1.8.9"]),
        ("scalar-unit.size", "valid_values: [2 GB, 4 GB]", &["2 GB", "4gb", "2000 MB"], &["2 GiB"]),
        ("scalar-unit.size", "in_range: [1 GB, 1 TB]", &["1 GB", "999 GB", "1 TB"], &["1 MB", "1 TiB"]),
        ("scalar-unit.time", "less_than: 1 h", &["59 m"], &["60 m", "1 d"]),
        ("scalar-unit.frequency", "greater_than: 1 GHz", &["1001 MHz"], &["1000 MHz"]),
        ("timestamp", "greater_than: '2024-01-01T00:00:00Z'", &["2024-01-01T00:00:01Z"], &["2023-12-31T23:59:59Z"]),
        ("string", "length: 2", &["ab", "äö"], &["a", "abc"]),
        ("string", "min_length: 2", &["ab"], &["a"]),
        ("string", "max_length: 2", &["ab", ""], &["abc"]),
        ("list", "max_length: 2", &["[1, 2]"], &["[1, 2, 3]"]),
        ("map", "min_length: 1", &["{a: 1}"], &["{}"]),
        ("string", "pattern: '[a-z]+|x1'", &["abc", "x1"], &["abc1", "1abc", "ABC", ""]),
    ] {
        let input = input(&format!("{{type: {kind}, constraints: [{{{clause}}}]}}"));
        for text in good {
            assert!(input.coerce(text).is_ok(), "{kind} {clause}: {text} {:?}", input.coerce(text));
        }
        for text in bad {
            assert!(input.coerce(text).is_err(), "{kind} {clause}: {text}");
        }
    }
    let both = input("{type: integer, constraints: [{greater_than: 1}, {less_than: 3}]}");
    assert!(both.coerce("2").is_ok() && both.coerce("1").is_err() && both.coerce("3").is_err());
    assert!(both.check(&json!(3)).is_err());
}

#[test]
fn what_cannot_be_understood_is_told_and_left_out() {
    for (declaration, wrong) in [
        (
            "{type: integer, constraints: [{valid_values: [1, x]}]}",
            "in valid_values: a whole number is expected, and not x",
        ),
        ("{type: integer, constraints: [{in_range: 3}]}", "in_range is a list of two ends"),
        ("{type: string, constraints: [{valid_values: a}]}", "valid_values is a list"),
        ("{type: string, constraints: [{min_length: x}]}", "min_length is a whole number, and not x"),
        ("{type: string, constraints: [{pattern: '(?=a)b'}]}", "this pattern cannot be checked here"),
        ("{type: string, constraints: [{sounds_like: a}]}", "no constraint is called sounds_like"),
        ("{type: string, constraints: [a]}", "a constraint is a mapping"),
        ("{type: string, constraints: {sounds_like: a}}", "constraints are a list"),
        ("{type: select}", "the type select, which is none of TOSCA"),
        ("{description: d}", "no type"),
        ("{type: string, required: maybe}", "neither true nor false"),
        ("word", "not declared by a mapping"),
        ("{type: integer, default: x}", "the default of the input x does not fit: a whole number"),
        ("{type: integer, default: 3, constraints: [{valid_values: [1, 2]}]}", "one of 1, 2 is expected, and not 3"),
        ("{type: string, default: no}", "no, in the input x, is read as false by the servers"),
        ("{type: version, default: 16.10}", "16.10, in the input x, is read as 16.1 by the servers"),
        ("{type: list, entry_schema: string, default: [a, yes]}", "yes, in the input x, is read as true"),
    ] {
        let (declared, problems) = read(declaration);
        assert!(problems.iter().any(|problem| problem.text.contains(wrong)), "{declaration}: {problems:?}");
        assert!(
            declaration.contains("type: integer")
                || declared.coerce("[anything]").is_ok()
                || declared.kind.kind != super::Kind::String
        );
    }
}

#[test]
fn required_defaults_and_secrets() {
    for (declaration, wanted) in [
        ("{type: string}", true),
        ("{type: string, required: no}", false),
        ("{type: string, required: off}", false),
        ("{type: string, required: 'false'}", false),
        ("{type: string, required: yes}", true),
        ("{type: string, default: a}", false),
        ("{type: string, default: ''}", false),
        ("{type: string, default: }", true),
    ] {
        assert_eq!(input(declaration).is_wanted(), wanted, "{declaration}");
    }
    let default = |declaration: &str| input(declaration).default;
    assert_eq!(default("{type: scalar-unit.size, default: 4 GB}"), Some(json!("4 GB")));
    assert_eq!(default("{type: string, default: 010}"), Some(json!("010")));
    assert_eq!(default("{type: integer, default: '1'}"), Some(json!(1)));
    assert_eq!(default("{type: boolean, default: no}"), Some(json!(false)));
    assert_eq!(default("{type: string, default: null}"), None::<Value>);
    let secret = |name: &str, declaration: &str| {
        Declared::read(name, Mark::default(), &yaml::read(declaration).unwrap().root, &[]).0.secret
    };
    assert!(secret("admin_password", "type: string") && !secret("admin_password", "type: boolean"));
    assert!(secret("pin", "type: random_password") && !secret("pin", "type: string"));
}
