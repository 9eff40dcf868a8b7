//! XML as a small tree that knows where each element stands: what policies, listings and decisions are read from.
//!
//! Whoever writes the document decides nothing about us: document types are refused, so no entity can be defined, and so
//! is whatever would cost more to read than its length.

mod letters;
mod parser;

use std::fmt;
use std::ops::Range;

use parser::Parser;

/// The longest policy that is sent.
pub(crate) const MAX_POLICY: usize = 1 << 20;
/// Why a text is no document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) line: Option<usize>,
    pub(crate) reason: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

/// An element without its comments and processing instructions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// Without its prefix.
    pub(super) name: String,
    /// Empty for none.
    pub(super) namespace: String,
    pub(super) attributes: Vec<Attribute>,
    /// Declarations of namespaces: `xmlns` or `xmlns:p`, and what it stands for.
    pub(super) declarations: Vec<(String, String)>,
    pub(super) content: Vec<Content>,
    pub(super) line: usize,
    /// Where it stands in the text.
    pub(super) span: Range<usize>,
    /// Where in the text its name, with its prefix, ends.
    pub(super) name_end: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) value: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Element(Element),
    Text(String),
}

impl Element {
    /// The value of an attribute: that without a namespace, or else, as some servers write it, that of the element's own.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let of = |namespace: &str| {
            self.attributes.iter().find(|attribute| attribute.name == name && attribute.namespace == namespace)
        };
        of("").or_else(|| of(&self.namespace)).map(|attribute| attribute.value.as_str())
    }

    pub(super) fn children(&self) -> impl Iterator<Item = &Self> {
        self.content.iter().filter_map(|content| match content {
            Content::Element(element) => Some(element),
            Content::Text(_) => None,
        })
    }

    /// The children of this name.
    pub(super) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children().filter(move |child| child.name == name)
    }

    /// The only child, if it has this name.
    pub(super) fn only(&self, name: &str) -> Option<&Self> {
        let mut children = self.children();
        children.next().filter(|child| children.next().is_none() && child.name == name)
    }

    /// The text directly in it.
    pub(super) fn text(&self) -> String {
        let texts = self.content.iter().filter_map(|content| match content {
            Content::Text(text) => Some(text.as_str()),
            Content::Element(_) => None,
        });
        texts.collect()
    }

    /// It and everything in it.
    pub(super) fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        self.children().for_each(|child| child.walk(visit));
    }
}

/// The root of a document of at most this many bytes.
pub(super) fn parse(text: &str, limit: usize) -> Result<Element, Unreadable> {
    if text.len() > limit {
        let reason = format!("it is {} long, and more than {} is not read", size(text.len()), size(limit));
        return Err(Unreadable { line: None, reason });
    }
    Parser::new(text).run()
}

fn size(bytes: usize) -> String {
    match bytes >> 10 {
        0 => format!("{bytes} bytes"),
        kib if kib < 1024 => format!("{kib} KiB"),
        kib => format!("{}.{} MiB", kib >> 10, ((kib & 1023) * 10) >> 10),
    }
}

#[cfg(test)]
mod tests;
