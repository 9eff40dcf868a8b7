//! Templates as they are found in the wild: each construct in one made-up template, and nonsense, which never does harm.

use serde_json::json;

use super::{Kind, Severity, Template, lint};
use crate::api::paas::secrets::masked;

const DEMO: &str = include_str!("demo.yaml");

#[test]
fn everything_is_read_in_its_order() {
    let template = Template::read(DEMO).unwrap();
    assert_eq!(template.definitions_version.as_deref(), Some("tosca_simple_yaml_1_0"));
    assert_eq!(template.description.as_deref(), Some("Two lines\nof text\n"));
    assert_eq!(template.metadata("template_name"), Some("demo-vm"));
    assert_eq!(template.metadata("template_version"), Some("1.0"));
    assert_eq!(template.metadata("icon"), None);
    assert_eq!(template.imports, ["https://example.org/types.yml", "one.yml", "two.yml", "three.yml"]);
    let names: Vec<&str> = template.inputs.iter().map(|input| input.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "num_cpus",
            "mem_size",
            "load",
            "secure",
            "tag",
            "ports",
            "open",
            "image",
            "began",
            "wait",
            "clock",
            "span",
            "mount",
            "db_password"
        ]
    );
    assert_eq!(
        template.nodes,
        [
            ("server".to_owned(), "tosca.nodes.indigo.Compute".to_owned()),
            ("disk".to_owned(), "tosca.nodes.BlockStorage".to_owned())
        ]
    );
    assert_eq!(template.outputs, ["endpoint", "node_credential"]);
    assert!(template.is_read("span") && template.is_read("ports") && !template.is_read("nothing"));
    let wanted: Vec<&str> = template.required_inputs().map(|input| input.name.as_str()).collect();
    assert_eq!(wanted, ["image", "db_password"]);
    let kind = |name: &str| template.input(name).unwrap().kind.kind.clone();
    assert_eq!(kind("mount"), Kind::Complex("Mount".to_owned()));
    assert_eq!(kind("span"), Kind::Range);
    let default = |name: &str| template.input(name).unwrap().default.clone().unwrap();
    assert_eq!(default("mem_size"), json!("4 GB"));
    assert_eq!(default("ports"), json!({"ssh": {"protocol": "tcp", "source": 22}}));
    assert_eq!(default("open"), json!(["10.0.0.0/8", "no"]));
    assert!(template.input("db_password").unwrap().secret);
    assert_eq!(template.lint(), [], "it is a good one");
    assert_eq!(masked(&json!({"node_credential": {"token": "x"}})), json!({"node_credential": {"token": "***"}}));
}

#[test]
fn whatever_is_taken_out_of_it_it_is_still_read() {
    let lines: Vec<&str> = DEMO.lines().collect();
    for left_out in 0..lines.len() {
        let rest: Vec<&str> =
            lines.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, line)| *line).collect();
        let text = rest.join("\n");
        let problems = lint(&text);
        let readable = Template::read(&text).is_ok();
        let refused = problems.iter().any(|problem| matches!(problem.rule.name(), "yaml" | "not-a-mapping"));
        assert_eq!(readable, !refused, "without {:?}", lines[left_out]);
        assert!(
            problems
                .iter()
                .all(|problem| problem.at.line >= 1 && problem.at.column >= 1 && problem.severity <= Severity::Note)
        );
    }
}

proptest::proptest! {
    #[test]
    fn bytes_do_no_harm(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let _ = lint(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_text_is_too_odd_for_an_input(text in "(\\PC|[-:{}\\[\\],0-9. a]){0,30}") {
        for input in Template::read(DEMO).unwrap().inputs {
            if let Ok(value) = input.coerce(&text) {
                proptest::prop_assert_eq!(input.check(&value), Ok(value.clone()), "{}", input.name);
            }
            let _ = input.check(&json!(text));
        }
    }

    #[test]
    fn a_broken_template_does_no_harm(at in 0..DEMO.len(), length in 0..40_usize, with in "[-:#?!&*|>'\"{}\\[\\], \n\ta0]{0,6}") {
        let start = (0..=at).rev().find(|at| DEMO.is_char_boundary(*at)).unwrap_or(0);
        let end = (start + length..=DEMO.len()).find(|end| DEMO.is_char_boundary(*end)).unwrap_or(DEMO.len());
        let text = format!("{}{with}{}", &DEMO[..start], &DEMO[end..]);
        let start = std::time::Instant::now();
        let _ = lint(&text);
        proptest::prop_assert!(start.elapsed() < std::time::Duration::from_secs(5));
    }
}
