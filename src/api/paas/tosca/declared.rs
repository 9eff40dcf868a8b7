//! One input as a template declares it.

use serde_json::Value;

use super::constraints_read::constraints;
use super::kind::{Kind, Type};
use super::mismatch::Mismatch;
use super::problem::{Problem, Rule, Severity};
use crate::api::paas::secrets::is_secret;
use crate::base::yaml::{Mark, Node, Scalar, Schema};

/// Deeper entry schemas than this are not looked into; the reader's own limit would allow for them.
const DEEPEST: usize = 16;

/// An input.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    pub(crate) name: String,
    pub(crate) at: Mark,
    pub(crate) kind: Type,
    pub(crate) description: Option<String>,
    /// What the dashboard calls it.
    pub(crate) display_name: Option<String>,
    /// Whether the dashboard does not show it.
    pub(crate) hidden: bool,
    /// By its type where it fits that, by the rules of YAML 1.1 where not.
    pub(crate) default: Option<Value>,
    pub(crate) required: bool,
    /// Whether it should be asked for without echo, and masked.
    pub(crate) secret: bool,
}

impl Declared {
    /// The input of this name, with what is wrong about it.
    pub(super) fn read(name: &str, at: Mark, node: &Node, own: &[&str]) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        if !node.is_map() {
            let text = format!("the input {name} is not declared by a mapping");
            problems.push(Problem::new(Severity::Error, Rule::BadDeclaration, node.at, text));
        }
        let kind = kind(name, at, node, own, DEEPEST, &mut problems);
        let default = default(name, &kind, node, &mut problems);
        let required = required(name, node, &mut problems);
        let text = |key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
        // A switch that says whether there is a password is no password.
        let secret = is_secret(name) && kind.kind != Kind::Boolean || is_password(&kind.kind);
        let hidden = node.get("hidden").and_then(|node| Schema::Yaml11.scalar(node)) == Some(Scalar::Bool(true));
        let declared = Self {
            name: name.to_owned(),
            at,
            kind,
            description: text("description"),
            display_name: text("display_name"),
            hidden,
            default,
            required,
            secret,
        };
        (declared, problems)
    }

    /// Whether somebody has to give a value.
    pub(crate) fn is_wanted(&self) -> bool {
        self.required && self.default.is_none()
    }

    /// The value that a text of the command line stands for.
    pub(crate) fn coerce(&self, text: &str) -> Result<Value, Mismatch> {
        self.kind.parse_text(text)
    }

    /// The value, if it is one of this input's type, in the form the server should get it.
    pub(crate) fn check(&self, value: &Value) -> Result<Value, Mismatch> {
        self.kind.parse_json(value)
    }

    /// What is wrong, without the value where that is secret.
    pub(crate) fn words(&self, mismatch: &Mismatch) -> String {
        if self.secret { mismatch.discreet() } else { mismatch.to_string() }
    }
}

fn is_password(kind: &Kind) -> bool {
    matches!(kind, Kind::Foreign(name) if name.contains("password"))
}

/// The type of an input or of an entry schema, which may also be the mere name of a type.
fn kind(name: &str, at: Mark, node: &Node, own: &[&str], depth: usize, problems: &mut Vec<Problem>) -> Type {
    let named = if node.text().is_some() { Some(node) } else { node.get("type") };
    let mut tell = |at, text: String| problems.push(Problem::new(Severity::Warning, Rule::UnknownType, at, text));
    let found = match named.and_then(|named| Some((named.at, named.text()?))) {
        Some((at, text)) => {
            let found = Kind::of(text, own);
            if matches!(found, Kind::Foreign(_)) {
                tell(at, format!("the input {name} has the type {text}, which is none of TOSCA: it is taken as text"));
            }
            found
        }
        None => {
            tell(at, format!("the input {name} has no type: it is taken as text"));
            Kind::String
        }
    };
    let schema = node.get("entry_schema").filter(|_| depth > 0 && matches!(found, Kind::List | Kind::Map));
    let entry = schema.map(|schema| kind(name, schema.at, schema, own, depth - 1, problems));
    let mut clauses = match node.get("constraints") {
        Some(clauses) => constraints(&found, entry.as_ref(), clauses, problems),
        None => Vec::new(),
    };
    clauses.extend(named.and_then(Node::text).and_then(Kind::own_constraint));
    Type { kind: found, entry: entry.map(Box::new), constraints: clauses }
}

/// The default. An empty one is none.
fn default(name: &str, kind: &Type, node: &Node, problems: &mut Vec<Problem>) -> Option<Value> {
    let node = node.get("default")?;
    let scalar = Schema::Yaml11.scalar(node);
    if scalar == Some(Scalar::Null) {
        return None;
    }
    match kind.parse_node(node) {
        Ok(value) => {
            changed(name, kind, node, problems);
            Some(value)
        }
        Err(mismatch) => {
            let text = format!("the default of the input {name} does not fit: {mismatch}");
            problems.push(Problem::new(Severity::Warning, Rule::BadDefault, node.at, text));
            crate::base::yaml::json(node, Schema::Yaml11).ok()
        }
    }
}

/// Words among texts that YAML 1.1 makes other words of: `no`, `010`, `16.10`.
fn changed(name: &str, kind: &Type, node: &Node, problems: &mut Vec<Problem>) {
    if let Some(entry) = &kind.entry {
        for value in node.items().iter().chain(node.entries().iter().map(|entry| &entry.value)) {
            changed(name, entry, value, problems);
        }
        return;
    }
    let Some(scalar) = Schema::Yaml11.scalar(node).filter(|_| kind.kind.is_text() || kind.kind == Kind::Version) else {
        return;
    };
    let (text, read) = (node.text().unwrap_or_default(), scalar.shown());
    // Dates and odd numbers are told about wherever they are.
    if read != text && matches!(scalar, Scalar::Bool(_) | Scalar::Float(_)) && !text.contains([':', '_']) {
        let text = format!("{text}, in the input {name}, is read as {read} by the servers: put it in quotes");
        problems.push(Problem::new(Severity::Warning, Rule::ChangedText, node.at, text));
    }
}

fn required(name: &str, node: &Node, problems: &mut Vec<Problem>) -> bool {
    let Some(node) = node.get("required") else { return true };
    // alien4cloud reads the words of YAML 1.1 in quotes, too.
    match node.text().map(|text| Schema::Yaml11.plain(text)) {
        Some(Scalar::Bool(required)) => required,
        _ => {
            let text = format!("`required` of the input {name} is neither true nor false: it is taken as true");
            problems.push(Problem::new(Severity::Warning, Rule::BadDeclaration, node.at, text));
            true
        }
    }
}
