//! The tree of one document.

use super::error::Mark;

/// How a scalar was written. Only a plain one can be anything but text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    /// In single or double quotes.
    Quoted,
    /// After `|` or `>`.
    Block,
}

/// One node, with where it begins. A node that came by an alias lies where its anchor is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) at: Mark,
    /// In full: `tag:yaml.org,2002:str`, `!mine`.
    pub(crate) tag: Option<String>,
    pub(crate) shape: Shape,
}

/// What a node is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Scalar {
        text: String,
        style: Style,
    },
    List(Vec<Node>),
    /// In the order of the text, those of merge keys first.
    Map(Vec<Entry>),
}

/// One pair of a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) key: Node,
    pub(crate) value: Node,
    /// Whether it came by a merge key (`<<`); the mapping's own pairs win over it.
    pub(crate) merged: bool,
}

/// A key that a mapping has twice. Readers of YAML 1.1 take the last one and say nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Duplicate {
    pub(crate) key: String,
    pub(crate) first: Mark,
    pub(crate) at: Mark,
}

impl Node {
    /// The text of a scalar, whatever its style.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.shape {
            Shape::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is_plain(&self) -> bool {
        matches!(self.shape, Shape::Scalar { style: Style::Plain, .. })
    }

    /// The pairs of a mapping; nothing for anything else.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.shape {
            Shape::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; nothing for anything else.
    pub(crate) fn items(&self) -> &[Node] {
        match &self.shape {
            Shape::List(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn is_map(&self) -> bool {
        matches!(self.shape, Shape::Map(_))
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self.shape, Shape::List(_))
    }

    /// The pair of this key: the last one, as the readers of YAML 1.1 have it.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().rev().find(|entry| entry.key.text() == Some(key))
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }
}
