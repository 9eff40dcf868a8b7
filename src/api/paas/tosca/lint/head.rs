//! What a server looks for at the top: the version of the definitions, the topology, and the metadata.

use crate::api::paas::tosca::problem::{Problem, Rule, Server, Severity};
use crate::api::paas::tosca::template::Template;
use crate::base::yaml::{Mark, Node, Scalar, Schema};

/// What v1 fills the fields of a stored template from.
const FIELDS: [&str; 3] = ["template_name", "template_version", "target_provider_type"];

pub(super) fn lint(template: &Template, problems: &mut Vec<Problem>) {
    let top = Mark { line: 1, column: 1 };
    let root = &template.root;
    match root.get("tosca_definitions_version").map(|node| (node.at, node.text())) {
        None => {
            let text = "there is no tosca_definitions_version, so this is no TOSCA template";
            problems.push(Problem::new(Severity::Error, Rule::NoDefinitionsVersion, top, text));
        }
        Some((at, text)) if !text.is_some_and(|text| text.starts_with("tosca_simple_yaml_")) => {
            let text = "tosca_definitions_version should be tosca_simple_yaml_1_0, the only one in use";
            problems.push(Problem::new(Severity::Warning, Rule::NoDefinitionsVersion, at, text));
        }
        Some(_) => {}
    }
    if !root.get("topology_template").is_some_and(Node::is_map) {
        let at = root.entry("topology_template").map_or(top, |entry| entry.key.at);
        let text = "there is no topology_template, so there is nothing to deploy";
        problems.push(Problem::new(Severity::Error, Rule::NoTopology, at, text));
    }
    metadata(root, top, problems);
}

/// v1 answers 500 to metadata that are empty, or whose three fields are no scalars, and later falls over a template
/// without a name.
fn metadata(root: &Node, top: Mark, problems: &mut Vec<Problem>) {
    let mut error = |rule, at, text: String| {
        problems.push(Problem::new(Severity::Error, rule, at, text).only(Server::V1));
    };
    let Some(entry) = root.entry("metadata") else {
        error(Rule::NoTemplateName, top, "there is no metadata.template_name, which the server needs".to_owned());
        return;
    };
    if entry.value.entries().is_empty() {
        error(Rule::Metadata, entry.key.at, "metadata is not a mapping with something in it".to_owned());
        return;
    }
    for field in FIELDS {
        let Some(node) = entry.value.get(field) else { continue };
        if node.text().is_none() {
            error(Rule::Metadata, node.at, format!("metadata.{field} is not a scalar"));
        }
    }
    let name = entry.value.get("template_name").filter(|node| {
        node.text().is_none_or(|text| !text.trim().is_empty()) && Schema::Yaml11.scalar(node) != Some(Scalar::Null)
    });
    if name.is_none() {
        error(
            Rule::NoTemplateName,
            entry.key.at,
            "there is no metadata.template_name, which the server needs".to_owned(),
        );
    }
    changed(&entry.value, problems);
}

/// `template_version: 1.10` is 1.1 before it becomes text.
fn changed(metadata: &Node, problems: &mut Vec<Problem>) {
    for field in FIELDS {
        let Some(node) = metadata.get(field) else { continue };
        let (Some(text), Some(scalar)) = (node.text(), Schema::Yaml11.scalar(node)) else { continue };
        let read = scalar.shown();
        if read != text && matches!(scalar, Scalar::Bool(_) | Scalar::Float(_)) && !text.contains([':', '_']) {
            let text = format!("{text}, in metadata.{field}, is read as {read} by the servers: put it in quotes");
            problems.push(Problem::new(Severity::Warning, Rule::ChangedText, node.at, text));
        }
    }
}
