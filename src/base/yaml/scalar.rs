//! What a scalar is, by its style, its tag and one of two sets of rules.

use super::node::{Node, Shape, Style};
use super::{core12, yaml11};

/// By which rules plain words are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schema {
    /// The core schema of YAML 1.2.
    Core12,
    /// YAML 1.1 as `PyYAML`'s `SafeLoader` has it.
    Yaml11,
}

/// A scalar's value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    Int(i128),
    /// Also a whole number beyond what an `i128` holds.
    Float(f64),
    /// An unquoted date or time, which only YAML 1.1 knows, as it is written.
    Date(String),
    Text(String),
}

const CORE: &str = "tag:yaml.org,2002:";

impl Schema {
    /// What a plain, untagged word is.
    pub(crate) fn plain(self, text: &str) -> Scalar {
        match self {
            Self::Core12 => core12::plain(text),
            Self::Yaml11 => yaml11::plain(text),
        }
    }

    /// What a scalar node is; nothing for lists and mappings.
    ///
    /// A tag of ours can only make text of something: a word that does not look like its tag stays text, and a tag that is
    /// not YAML's own changes nothing.
    pub(crate) fn scalar(self, node: &Node) -> Option<Scalar> {
        let Shape::Scalar { text, style } = &node.shape else { return None };
        Some(match node.tag.as_deref().map(|tag| tag.strip_prefix(CORE).unwrap_or(tag)) {
            Some("str" | "binary") => Scalar::Text(text.clone()),
            Some("float") => match self.plain(text) {
                #[allow(clippy::cast_precision_loss, reason = "this is what the tag asks for")]
                Scalar::Int(number) => Scalar::Float(number as f64),
                other => other,
            },
            Some("int" | "bool" | "null" | "timestamp") => self.plain(text),
            // By the letter this is text for both; `PyYAML` lets the word decide.
            Some("!") if self == Self::Core12 => Scalar::Text(text.clone()),
            _ if *style == Style::Plain => self.plain(text),
            _ => Scalar::Text(text.clone()),
        })
    }
}

impl Scalar {
    /// The value as a text, with what the rules have made of it: `0777` under 1.1 is `511`.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Int(number) => number.to_string(),
            // A whole one keeps its point, as it does in the languages of the servers.
            Self::Float(number) => format!("{number:?}"),
            Self::Date(text) | Self::Text(text) => text.clone(),
        }
    }
}
