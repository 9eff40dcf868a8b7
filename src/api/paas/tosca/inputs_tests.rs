//! What was given against what is declared.

use serde_json::json;

use super::*;
use crate::api::paas::tosca::Template;

const TEMPLATE: &str = "tosca_definitions_version: tosca_simple_yaml_1_0\ntopology_template:\n  inputs:\n    num_cpus: {type: integer, constraints: [{valid_values: [1, 2]}]}\n    \
    name: {type: string}\n    size: {type: scalar-unit.size, default: 4 GB}\n    admin_token: {type: string, constraints: [{min_length: 4}]}\n    note: {type: string, required: no}\n";

fn declared() -> Vec<Declared> {
    Template::read(TEMPLATE).unwrap().inputs
}

fn text(name: &str, text: &str) -> (String, Given) {
    (name.to_owned(), Given::Text(text.to_owned()))
}

fn value(name: &str, value: Value) -> (String, Given) {
    (name.to_owned(), Given::Value(value))
}

#[test]
fn the_later_of_two_wins_and_the_order_is_that_of_the_template() {
    let declared = declared();
    let given = [
        value("admin_token", json!("from-file")),
        text("name", "one"),
        value("num_cpus", json!("nonsense")),
        text("num_cpus", "2"),
        text("name", "1"),
        value("name", json!("two")),
    ];
    let resolved = resolve(&declared, given, Undeclared::Refused).unwrap();
    let order: Vec<&String> = resolved.values.keys().collect();
    assert_eq!(order, ["num_cpus", "name", "admin_token"]);
    assert_eq!(resolved.values["num_cpus"], json!(2));
    assert_eq!(resolved.values["name"], json!("two"));
    assert_eq!(resolved.shown(), json!({"num_cpus": 2, "name": "two", "admin_token": "***"}));
    assert_eq!(resolved.complete().unwrap().len(), 3);
}

#[test]
fn all_that_is_missing_is_told_at_once_and_may_be_asked_for() {
    let declared = declared();
    let resolved = resolve(&declared, [text("num_cpus", "1")], Undeclared::Refused).unwrap();
    let asked: Vec<(&str, bool)> = resolved.missing.iter().map(|input| (input.name.as_str(), input.secret)).collect();
    assert_eq!(asked, [("name", false), ("admin_token", true)]);
    assert_eq!(resolved.complete().unwrap_err().to_string(), "no value for name, admin_token");
}

#[test]
fn all_that_is_wrong_is_told_at_once_and_no_secret_with_it() {
    let given = [
        text("num_cpus", "3"),
        text("admin_token", "abc"),
        text("num_cpu", "1"),
        value("name", json!(7)),
        text("zzzzzz", ""),
    ];
    let errors = resolve(&declared(), given, Undeclared::Refused).unwrap_err();
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "the input num_cpus: one of 1, 2 is expected, and not 3",
            "the input name: text, in quotes where it looks like something else, is expected, and not 7",
            "the input admin_token: a length of 4 or more is expected",
            "the template has no input num_cpu; did you mean num_cpus?",
            "the template has no input zzzzzz",
        ]
    );
}

#[test]
fn undeclared_inputs_are_kept_when_told_so() {
    let declared = declared();
    let given = [text("extra", "1"), value("more", json!([1])), text("name", "n")];
    let resolved = resolve(&declared, given, Undeclared::Kept).unwrap();
    assert_eq!(Value::Object(resolved.values), json!({"name": "n", "extra": "1", "more": [1]}));
}
