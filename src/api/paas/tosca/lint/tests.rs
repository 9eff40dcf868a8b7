//! What is found in templates, and what is let be.

use super::lint;
use crate::api::paas::tosca::{Server, Severity};

const HEAD: &str = "tosca_definitions_version: tosca_simple_yaml_1_0\nmetadata: {template_name: t}\n";

/// Severity, line, name and text of everything found.
fn found(text: &str) -> Vec<(Severity, usize, &'static str, String)> {
    lint(text)
        .into_iter()
        .map(|problem| (problem.severity, problem.at.line, problem.rule.name(), problem.text))
        .collect()
}

fn rules(text: &str) -> Vec<(Severity, usize, &'static str)> {
    found(text).into_iter().map(|(severity, line, rule, _)| (severity, line, rule)).collect()
}

/// A template with these inputs, one a line from the fifth on, and what its node's properties are.
fn template(inputs: &str, properties: &str) -> String {
    format!(
        "{HEAD}topology_template:\n  inputs:\n{inputs}  node_templates:\n    n: {{type: t, properties: {properties}}}\n"
    )
}

#[test]
fn a_good_template_has_no_problems() {
    let inputs = "    a: {type: integer, default: 1, required: no, constraints: [{valid_values: [1, 2]}]}\n    b: {type: list, entry_schema: string}\n";
    assert_eq!(
        found(&template(inputs, "{a: {get_input: a}, b: {get_input: [b, 0]}, c: '22:22', d: 0, e: 0.5, f: yes}")),
        []
    );
}

#[test]
fn what_is_missing_at_the_top_is_told() {
    use Severity::Error;
    assert_eq!(rules("[1]\n"), [(Error, 1, "not-a-mapping")]);
    assert_eq!(rules(""), [(Error, 1, "not-a-mapping")]);
    assert_eq!(rules("a: b\nc: [\n"), [(Error, 3, "yaml")]);
    assert_eq!(
        rules("a: 1\n"),
        [(Error, 1, "no-definitions-version"), (Error, 1, "no-topology"), (Error, 1, "no-template-name")]
    );
    let with = |metadata: &str| {
        rules(&format!("tosca_definitions_version: tosca_simple_yaml_1_0\n{metadata}topology_template: {{}}\n"))
    };
    assert_eq!(with("metadata:\n"), [(Error, 2, "metadata")]);
    assert_eq!(with("metadata: [a]\n"), [(Error, 2, "metadata")]);
    assert_eq!(with("metadata:\n  display_name: d\n"), [(Error, 2, "no-template-name")]);
    assert_eq!(with("metadata:\n  template_name: ''\n"), [(Error, 2, "no-template-name")]);
    assert_eq!(with("metadata:\n  template_name: [a]\n"), [(Error, 3, "metadata")]);
    assert_eq!(with("metadata:\n  template_name: a\n  template_version: {a: 1}\n"), [(Error, 4, "metadata")]);
    assert_eq!(
        with("metadata:\n  template_name: a\n  template_version: 1.10\n"),
        [(Severity::Warning, 4, "changed-text")]
    );
    assert_eq!(with("metadata:\n  template_name: a\n  template_version: 1.0\n"), []);
    assert_eq!(
        rules(&format!(
            "tosca_definitions_version: v2\n{}topology_template:\n",
            &HEAD[HEAD.find("metadata").unwrap()..]
        )),
        [(Severity::Warning, 1, "no-definitions-version"), (Error, 3, "no-topology")]
    );
    let concerned: Vec<_> = lint("a: 1\n").iter().map(|problem| problem.server).collect();
    assert_eq!(concerned, [None, None, Some(Server::V1)]);
}

#[test]
fn words_that_the_servers_read_otherwise_are_told() {
    use Severity::{Error, Warning};
    let text = template(
        "    a: {type: string, default: 2024-01-01}\n",
        "{a: {get_input: a}, b: 22:22, c: 0777, d: 1_000, e: 1:30.5, 2024-01-02: x}",
    );
    let all = found(&text);
    let rules: Vec<_> = all.iter().map(|(severity, line, rule, _)| (*severity, *line, *rule)).collect();
    assert_eq!(
        rules,
        [
            (Error, 5, "unquoted-date"),
            (Warning, 7, "sixtieths"),
            (Warning, 7, "octal-number"),
            (Warning, 7, "underscore-number"),
            (Warning, 7, "sixtieths"),
            (Error, 7, "unquoted-date"),
        ]
    );
    assert_eq!(all[1].3, "22:22 is read as 1342 by the servers: put it in quotes if it is text");
    assert!(all[2].3.contains("511") && all[3].3.contains("1000") && all[4].3.contains("90.5"));
}

#[test]
fn keys_that_are_there_twice_and_strange_tags_are_told() {
    let text =
        template("    a: {type: string}\n    a: {type: integer}\n", "{a: {get_input: a}, b: !mine 1, c: !!str 2}");
    let all = found(&text);
    assert_eq!(all.len(), 2, "{all:?}");
    assert_eq!((all[0].1, all[0].2), (6, "duplicate-key"));
    assert!(all[0].3.contains("the key a is in line 5 already"));
    assert_eq!((all[1].0, all[1].2), (Severity::Error, "unknown-tag"));
    let template = crate::api::paas::tosca::Template::read(&text).unwrap();
    assert_eq!(template.inputs.len(), 1);
    assert!(!template.inputs[0].kind.kind.is_text(), "the last one counts");
}

#[test]
fn what_makes_the_server_fail_is_told() {
    let text = template("    a: {type: string}\n", "{a: {get_input: a}, b: {{ item }}, c: =, d: '='}");
    assert_eq!(rules(&text), [(Severity::Error, 7, "complex-key"), (Severity::Error, 7, "bare-equals")]);
}

#[test]
fn json_is_a_template_too() {
    let text = r#"{"tosca_definitions_version": "tosca_simple_yaml_1_0", "metadata": {"template_name": "\ud83d\ude00"},
        "topology_template": {"inputs": {"a": {"type": "string", "default": "2024-01-01", "required": false}}}}"#;
    assert_eq!(rules(text), [(Severity::Note, 1, "unused-input")]);
    let template = crate::api::paas::tosca::Template::read(text).unwrap();
    assert_eq!(template.metadata("template_name"), Some("😀"));
    assert_eq!(template.inputs[0].default, Some("2024-01-01".into()));
}

#[test]
fn an_anchor_that_is_used_often_is_told_once() {
    let text = template(
        "    a: &a {type: string, required: no, default: x}\n    b: *a\n",
        "{x: &p [22:22], y: *p, z: *p, a: {get_input: a}, b: {get_input: b}}",
    );
    assert_eq!(rules(&text), [(Severity::Warning, 8, "sixtieths")]);
}

#[test]
fn inputs_are_held_against_their_readers() {
    use Severity::{Error, Note, Warning};
    let inputs = "    num_cpus: {type: integer, required: false}\n    unused: {type: string, required: no}\n    odd: {type: select, default: 1}\n";
    let text =
        template(inputs, "{a: {concat: [x, {get_input: num_cpu}]}, b: {get_input: num_cpus}, c: {get_input: odd}}");
    let all = found(&text);
    let rules: Vec<_> = all.iter().map(|(severity, line, rule, _)| (*severity, *line, *rule)).collect();
    assert_eq!(
        rules,
        [
            (Warning, 5, "optional-without-default"),
            (Note, 6, "unused-input"),
            (Warning, 7, "unknown-type"),
            (Error, 9, "undeclared-input"),
        ]
    );
    assert!(all[3].3.ends_with("get_input reads num_cpu, which is no input; did you mean num_cpus?"));
}
