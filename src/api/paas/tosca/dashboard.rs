//! `X.parameters.yml`, which the dashboard keeps beside a template and lays over its inputs and outputs: names for people,
//! tabs, and types of its own (`select`, `random_password`, `uuidgen`, …) that no server ever sees.

use super::declared::Declared;
use super::kind::Kind;
use super::problem::{Problem, Rule, Severity};
use super::template::Template;
use crate::base::yaml::{self, Entry, Error, Mark, Node, Shape};

/// Such a file, read.
#[derive(Clone, Debug)]
pub(crate) struct Dashboard {
    inputs: Vec<Decoration>,
    /// Names of outputs, and what the dashboard calls them.
    pub(crate) outputs: Vec<(String, String)>,
}

/// What is laid over one input.
#[derive(Clone, Debug)]
struct Decoration {
    name: String,
    at: Mark,
    entries: Vec<Entry>,
}

impl Dashboard {
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        let root = yaml::read(text)?.root;
        if !root.is_map() {
            return Err(Error {
                at: root.at,
                problem: "a file of parameters is a mapping, and this is none".to_owned(),
            });
        }
        let entries = |name: &str| root.get(name).map(Node::entries).unwrap_or_default();
        let decoration = |entry: &Entry| {
            let entries = entry.value.entries().to_vec();
            Some(Decoration { name: entry.key.text()?.to_owned(), at: entry.key.at, entries })
        };
        let output = |entry: &Entry| {
            let name = entry.key.text()?;
            let shown = entry.value.get("display_name").and_then(Node::text).unwrap_or(name);
            Some((name.to_owned(), shown.to_owned()))
        };
        Ok(Self {
            inputs: entries("inputs").iter().filter_map(decoration).collect(),
            outputs: entries("outputs").iter().filter_map(output).collect(),
        })
    }

    /// Lays it over the inputs of the template. Says what it could not use; places are those of this file.
    ///
    /// A type of the dashboard's leaves the one that the template declares, which is all the server knows, and is text
    /// where that has none. Inputs that the template does not declare are not added: no server would read them.
    pub(crate) fn apply(&self, template: &mut Template) -> Vec<Problem> {
        let mut problems = Vec::new();
        for decoration in &self.inputs {
            let Some(input) = template.inputs.iter_mut().find(|input| input.name == decoration.name) else {
                let text = format!("the template has no input {}: it is left out", decoration.name);
                problems.push(Problem::new(Severity::Note, Rule::UndeclaredInput, decoration.at, text));
                continue;
            };
            let declared = template
                .root
                .get("topology_template")
                .and_then(|topology| topology.get("inputs")?.get(&decoration.name))
                .map(Node::entries)
                .unwrap_or_default();
            let (entries, foreign) = decoration.over(declared);
            let node = Node { at: decoration.at, tag: None, shape: Shape::Map(entries) };
            let own: Vec<&str> = template
                .root
                .get("data_types")
                .map(Node::entries)
                .unwrap_or_default()
                .iter()
                .filter_map(|entry| entry.key.text())
                .collect();
            let (mut merged, found) = Declared::read(&decoration.name, input.at, &node, &own);
            if let Some(foreign) = foreign {
                problems.push(decoration.note(&foreign, &merged.kind.kind));
                merged.secret |= foreign.contains("password");
                merged.hidden |= foreign == "hidden";
            }
            problems.extend(found);
            *input = merged;
        }
        problems
    }
}

impl Decoration {
    /// The declaration with this over it, and the type of the dashboard's that was left out.
    fn over(&self, declared: &[Entry]) -> (Vec<Entry>, Option<String>) {
        let mut entries = declared.to_vec();
        let mut foreign = None;
        for entry in &self.entries {
            let is_type = entry.key.text() == Some("type");
            if let Some(name) =
                entry.value.text().filter(|name| is_type && matches!(Kind::of(name, &[]), Kind::Foreign(_)))
            {
                foreign = Some(name.to_owned());
                let text = Shape::Scalar { text: "string".to_owned(), style: yaml::Style::Plain };
                if !declared.iter().any(|entry| entry.key.text() == Some("type")) {
                    entries.push(Entry { value: Node { shape: text, ..entry.value.clone() }, ..entry.clone() });
                }
                continue;
            }
            entries.push(entry.clone());
        }
        (entries, foreign)
    }

    fn note(&self, foreign: &str, kind: &Kind) -> Problem {
        let taken =
            if kind.is_text() { "text".to_owned() } else { format!("what the template says: {}", kind.expected()) };
        let text = format!("{foreign}, the type of {}, is the dashboard's own: it is taken as {taken}", self.name);
        Problem::new(Severity::Note, Rule::UnknownType, self.at, text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEMPLATE: &str = "tosca_definitions_version: tosca_simple_yaml_1_0\ntopology_template:\n  inputs:\n    cpus: {type: integer, default: 1}\n    \
                            mode: {type: string, required: false}\n    pin: {type: string}\n    bare: {description: b}\n";

    #[test]
    fn what_the_dashboard_says_is_laid_over_the_declaration() {
        let file = "tabs: [General]\ninputs:\n  cpus: {type: select, display_name: CPUs, default: 2, tab: General, constraints: [{valid_values: [1, 2]}]}\n  \
                    mode: {type: radio, required: yes}\n  pin: {type: random_password}\n  bare: {type: uuidgen, hidden: true}\n  \
                    gone: {type: string}\noutputs:\n  endpoint: {display_name: Address}\n  other: {}\n";
        let dashboard = Dashboard::read(file).unwrap();
        let mut template = Template::read(TEMPLATE).unwrap();
        assert!(!template.input("pin").unwrap().secret);
        let notes: Vec<String> = dashboard.apply(&mut template).iter().map(|problem| problem.text.clone()).collect();
        let cpus = template.input("cpus").unwrap();
        assert_eq!((cpus.default.clone(), cpus.display_name.as_deref()), (Some(json!(2)), Some("CPUs")));
        assert!(cpus.coerce("2").is_ok() && cpus.coerce("3").is_err() && cpus.coerce("x").is_err());
        assert!(template.input("mode").unwrap().is_wanted());
        assert!(template.input("pin").unwrap().secret);
        assert!(template.input("bare").unwrap().kind.kind.is_text() && template.input("bare").unwrap().hidden);
        assert_eq!(
            dashboard.outputs,
            [("endpoint".to_owned(), "Address".to_owned()), ("other".to_owned(), "other".to_owned())]
        );
        assert_eq!(
            notes,
            [
                "select, the type of cpus, is the dashboard's own: it is taken as what the template says: a whole number",
                "radio, the type of mode, is the dashboard's own: it is taken as text",
                "random_password, the type of pin, is the dashboard's own: it is taken as text",
                "uuidgen, the type of bare, is the dashboard's own: it is taken as text",
                "the template has no input gone: it is left out",
            ]
        );
    }

    #[test]
    fn what_is_no_mapping_is_refused() {
        assert!(Dashboard::read("- a\n").unwrap_err().to_string().contains("mapping"));
        assert!(Dashboard::read("{}\n").unwrap().apply(&mut Template::read(TEMPLATE).unwrap()).is_empty());
    }
}
