//! Plain words that are no words to the servers, keys that are there twice, and tags that nobody knows.

use crate::api::paas::tosca::problem::{Problem, Rule, Server, Severity};
use crate::api::paas::tosca::template::Template;
use crate::base::yaml::{Node, Scalar, Schema, Shape};

pub(super) fn lint(template: &Template, problems: &mut Vec<Problem>) {
    walk(&template.root, problems);
    for duplicate in &template.duplicates {
        let text = format!(
            "the key {} is in line {} already: the servers take this one and say nothing",
            duplicate.key, duplicate.first.line
        );
        problems.push(Problem::new(Severity::Warning, Rule::DuplicateKey, duplicate.at, text));
    }
}

fn walk(node: &Node, problems: &mut Vec<Problem>) {
    tag(node, problems);
    match &node.shape {
        Shape::Scalar { text, .. } => problems.extend(trap(node, text)),
        Shape::List(items) => items.iter().for_each(|item| walk(item, problems)),
        Shape::Map(entries) => {
            for entry in entries {
                key(&entry.key, problems);
                walk(&entry.key, problems);
                walk(&entry.value, problems);
            }
        }
    }
}

/// `PyYAML` refuses every tag that is not YAML's own, and the server then answers 500.
fn tag(node: &Node, problems: &mut Vec<Problem>) {
    let Some(tag) = node.tag.as_deref().filter(|tag| *tag != "!" && !tag.starts_with("tag:yaml.org,2002:")) else {
        return;
    };
    let text = format!("the server does not know the tag {tag}, and fails");
    problems.push(Problem::new(Severity::Error, Rule::UnknownTag, node.at, text).only(Server::V1));
}

/// `text: {{ name }}` without quotes is a mapping within a mapping's key, which `PyYAML` has no place for.
fn key(key: &Node, problems: &mut Vec<Problem>) {
    if key.text().is_none() {
        let text = "a list or a mapping as a key makes the server answer 500: put it in quotes if it is text";
        problems.push(Problem::new(Severity::Error, Rule::ComplexKey, key.at, text).only(Server::V1));
    }
}

/// What YAML 1.1 makes of a plain word where YAML 1.2 leaves it alone.
fn trap(node: &Node, text: &str) -> Option<Problem> {
    if !node.is_plain() {
        return None;
    }
    let scalar = Schema::Yaml11.scalar(node)?;
    let warning = |rule| {
        let text = format!("{text} is read as {} by the servers: put it in quotes if it is text", scalar.shown());
        Some(Problem::new(Severity::Warning, rule, node.at, text))
    };
    match &scalar {
        // The type of it (`tag:yaml.org,2002:value`) is one that `PyYAML` knows and cannot make.
        Scalar::Text(text) if text == "=" && node.tag.is_none() => {
            let text = "a bare = makes the server answer 500: put it in quotes";
            Some(Problem::new(Severity::Error, Rule::BareEquals, node.at, text).only(Server::V1))
        }
        Scalar::Date(date) => {
            let text = format!("{date} is a date to the server, which answers 500: put it in quotes");
            Some(Problem::new(Severity::Error, Rule::UnquotedDate, node.at, text).only(Server::V1))
        }
        Scalar::Int(_) | Scalar::Float(_) if text.contains(':') => warning(Rule::Sixtieths),
        Scalar::Int(_) | Scalar::Float(_) if text.contains('_') => warning(Rule::UnderscoreNumber),
        Scalar::Int(_) if is_octal(text) => warning(Rule::OctalNumber),
        _ => None,
    }
}

fn is_octal(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}
