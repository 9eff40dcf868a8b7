//! A template, read.

use super::declared::Declared;
use super::problem::Problem;
use crate::base::yaml::{self, Duplicate, Error, Mark, Node, Scalar, Schema, Shape};

/// What a client has to know of a template. Where there is a choice, order is that of the text.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(crate) definitions_version: Option<String>,
    pub(crate) description: Option<String>,
    /// Its scalars, as the servers read them.
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) imports: Vec<String>,
    pub(crate) inputs: Vec<Declared>,
    /// Name and type.
    pub(crate) nodes: Vec<(String, String)>,
    pub(crate) outputs: Vec<String>,
    /// Where inputs are read by `get_input`.
    pub(crate) reads: Vec<(String, Mark)>,
    pub(super) root: Node,
    pub(super) duplicates: Vec<Duplicate>,
    /// What was wrong with the declarations of inputs.
    pub(super) declarations: Vec<Problem>,
}

impl Template {
    /// Reads what is there; only what is no mapping at all cannot be read. v1 hands templates out as JSON.
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        let yaml::Document { root, duplicates } = yaml::read_or_json(text)?;
        if !root.is_map() {
            return Err(Error { at: root.at, problem: "a template is a mapping, and this is none".to_owned() });
        }
        let own: Vec<&str> = keys(root.get("data_types")).collect();
        let topology = root.get("topology_template");
        let part = |name: &str| topology.and_then(|topology| topology.get(name));
        let (mut inputs, mut declarations) = (Vec::new(), Vec::new());
        for (name, at, node) in named(part("inputs")) {
            let (declared, problems) = Declared::read(name, at, node, &own);
            inputs.push(declared);
            declarations.extend(problems);
        }
        let node_type = |node: &Node| node.get("type").and_then(Node::text).unwrap_or_default().to_owned();
        let mut reads = Vec::new();
        collect_reads(&root, &mut reads);
        Ok(Self {
            definitions_version: text_of(root.get("tosca_definitions_version")),
            description: text_of(root.get("description")),
            metadata: named(root.get("metadata"))
                .filter_map(|(key, _, node)| Some((key.to_owned(), read_as(node)?)))
                .collect(),
            imports: imports(root.get("imports")),
            inputs,
            nodes: named(part("node_templates")).map(|(name, _, node)| (name.to_owned(), node_type(node))).collect(),
            outputs: keys(part("outputs")).map(str::to_owned).collect(),
            reads,
            declarations,
            root,
            duplicates,
        })
    }

    /// A field of the metadata: `template_name`, `template_version`, `target_provider_type`, `display_name`, …
    pub(crate) fn metadata(&self, name: &str) -> Option<&str> {
        self.metadata.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn input(&self, name: &str) -> Option<&Declared> {
        self.inputs.iter().find(|input| input.name == name)
    }

    /// The inputs that somebody has to give a value.
    pub(crate) fn required_inputs(&self) -> impl Iterator<Item = &Declared> {
        self.inputs.iter().filter(|input| input.is_wanted())
    }

    /// Whether the template itself asks for the value of this input.
    pub(crate) fn is_read(&self, name: &str) -> bool {
        self.reads.iter().any(|(read, _)| read == name)
    }
}

fn text_of(node: Option<&Node>) -> Option<String> {
    node.and_then(Node::text).map(str::to_owned)
}

/// What a server takes the scalar for, as text: a version without quotes is a number first. Nothing for nothing.
fn read_as(node: &Node) -> Option<String> {
    Schema::Yaml11.scalar(node).filter(|scalar| *scalar != Scalar::Null).map(|scalar| scalar.shown())
}

fn keys(node: Option<&Node>) -> impl Iterator<Item = &str> {
    named(node).map(|(name, _, _)| name)
}

/// The pairs whose keys are words, each key once: the last one counts, as it does for the servers.
fn named(node: Option<&Node>) -> impl Iterator<Item = (&str, Mark, &Node)> {
    let entries = node.map(Node::entries).unwrap_or_default();
    let mut last = std::collections::HashMap::new();
    for (number, entry) in entries.iter().enumerate() {
        last.insert(entry.key.text(), number);
    }
    let is_last = move |(number, entry): &(usize, &yaml::Entry)| last.get(&entry.key.text()) == Some(number);
    entries
        .iter()
        .enumerate()
        .filter(is_last)
        .filter_map(|(_, entry)| Some((entry.key.text()?, entry.key.at, &entry.value)))
}

/// Imports are names of files or addresses, mappings with `file`, or either under a name.
fn imports(node: Option<&Node>) -> Vec<String> {
    let mut found = Vec::new();
    let Some(node) = node else { return found };
    for import in node.items().iter().chain(Some(node).filter(|node| !node.is_list())) {
        if let Some(file) = import.text().or_else(|| import.get("file").and_then(Node::text)) {
            found.push(file.to_owned());
            continue;
        }
        let named = import.entries().iter().map(|entry| &entry.value);
        found.extend(named.filter_map(|value| text_of(Some(value)).or_else(|| text_of(value.get("file")))));
    }
    found
}

/// `{ get_input: name }` and `{ get_input: [name, 0, key] }`, wherever they are.
fn collect_reads(node: &Node, found: &mut Vec<(String, Mark)>) {
    match &node.shape {
        Shape::Scalar { .. } => {}
        Shape::List(items) => items.iter().for_each(|item| collect_reads(item, found)),
        Shape::Map(entries) => {
            for entry in entries {
                let name = entry.value.text().or_else(|| entry.value.items().first()?.text());
                match name.filter(|_| entry.key.text() == Some("get_input")) {
                    Some(name) => found.push((name.to_owned(), entry.key.at)),
                    None => collect_reads(&entry.value, found),
                }
            }
        }
    }
}
