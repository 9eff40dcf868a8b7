//! From a text to a tree, within limits.
//!
//! One document is read; a second one is refused, as `PyYAML`'s `safe_load` refuses it. Aliases are put in place while
//! reading, and what they expand to counts, so that a few lines cannot become a billion nodes.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput, Tag};

use super::error::{Error, Mark};
use super::json::tree;
use super::merge;
use super::node::{Duplicate, Entry, Node, Shape, Style};

/// The longest text that is looked at.
pub(crate) const MAX_BYTES: usize = 5_000_000;
/// The deepest nesting.
pub(crate) const MAX_DEPTH: usize = 64;
/// The most nodes, what aliases stand for counted each time.
pub(crate) const MAX_NODES: usize = 100_000;
/// The most bytes of text in scalars, counted the same way.
const MAX_TEXT: usize = 2 * MAX_BYTES;

/// What was read.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) root: Node,
    pub(crate) duplicates: Vec<Duplicate>,
}

/// Reads the only document of the text. An empty text is one empty scalar.
pub(crate) fn read(text: &str) -> Result<Document, Error> {
    if text.len() > MAX_BYTES {
        return Err(Error::new(Mark { line: 1, column: 1 }, format!("the text is longer than {MAX_BYTES} bytes")));
    }
    let mut builder = Builder::default();
    let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| Error::new(mark(error.marker()), error.info()))?;
        builder.take(event, span)?;
    }
    // Inner mappings end before outer ones; people read from the top.
    builder.duplicates.sort_by_key(|duplicate| duplicate.at);
    let empty = || scalar(Mark { line: 1, column: 1 }, String::new(), Style::Plain, None);
    Ok(Document { root: builder.root.unwrap_or_else(empty), duplicates: builder.duplicates })
}

/// Reads YAML, or JSON that is none, which happens: YAML has no pairs of surrogates, and fewer places for tabs.
pub(crate) fn read_or_json(text: &str) -> Result<Document, Error> {
    read(text).or_else(|error| {
        let value = Some(text).filter(|text| text.len() <= MAX_BYTES && text.trim_start().starts_with('{'));
        let value: serde_json::Value = value.and_then(|text| serde_json::from_str(text).ok()).ok_or(error.clone())?;
        if count(&value) > MAX_NODES { Err(error) } else { Ok(Document { root: tree(&value), duplicates: Vec::new() }) }
    })
}

fn count(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        serde_json::Value::Object(map) => 1 + map.values().map(|value| 1 + count(value)).sum::<usize>(),
        _ => 1,
    }
}

fn mark(marker: &Marker) -> Mark {
    Mark { line: marker.line().max(1), column: marker.col() + 1 }
}

fn scalar(at: Mark, text: String, style: Style, tag: Option<String>) -> Node {
    Node { at, tag, shape: Shape::Scalar { text, style } }
}

/// How much a node and all below it is.
#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    text: usize,
    height: usize,
}

/// A list or mapping whose end has not come yet.
struct Open {
    at: Mark,
    tag: Option<String>,
    anchor: usize,
    is_map: bool,
    children: Vec<Node>,
    size: Size,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, Size)>,
    root: Option<Node>,
    duplicates: Vec<Duplicate>,
    /// All that has been built, copies for anchors included.
    spent: Size,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Error> {
        let at = mark(&span.start);
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(Error::new(at, "a second document begins here; only one is read"))
            }
            Event::Alias(anchor) => {
                let (node, size) = self.anchors.get(&anchor).cloned().ok_or_else(|| {
                    Error::new(at, "the alias stands inside of what it stands for, which would never end")
                })?;
                self.spend(at, size)?;
                self.add(at, node, size);
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let size = Size { nodes: 1, text: text.len(), height: 1 };
                self.spend(at, size)?;
                let node = scalar(at, text.into_owned(), style_of(style), tag.as_deref().map(name));
                self.keep(at, anchor, &node, size)?;
                self.add(at, node, size);
                Ok(())
            }
            Event::SequenceStart(anchor, tag) => self.begin(at, anchor, tag.as_deref(), false),
            Event::MappingStart(anchor, tag) => self.begin(at, anchor, tag.as_deref(), true),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, at: Mark, anchor: usize, tag: Option<&Tag>, is_map: bool) -> Result<(), Error> {
        self.spend(at, Size { nodes: 1, text: 0, height: 1 })?;
        let size = Size { nodes: 1, text: 0, height: 1 };
        self.open.push(Open { at, tag: tag.map(name), anchor, is_map, children: Vec::new(), size });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Error> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let shape = if open.is_map { self.map(open.children)? } else { Shape::List(open.children) };
        let node = Node { at: open.at, tag: open.tag, shape };
        self.keep(open.at, open.anchor, &node, open.size)?;
        self.add(open.at, node, open.size);
        Ok(())
    }

    fn map(&mut self, children: Vec<Node>) -> Result<Shape, Error> {
        let mut entries = Vec::with_capacity(children.len() / 2);
        let mut children = children.into_iter();
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            entries.push(Entry { key, value, merged: false });
        }
        self.note_duplicates(&entries);
        Ok(Shape::Map(merge::flatten(entries)?))
    }

    fn note_duplicates(&mut self, entries: &[Entry]) {
        let mut seen: HashMap<&str, Mark> = HashMap::with_capacity(entries.len());
        for key in entries.iter().map(|entry| &entry.key).filter(|key| !merge::is_merge(key)) {
            let Some(text) = key.text() else { continue };
            if let Some(first) = seen.insert(text, key.at) {
                self.duplicates.push(Duplicate { key: text.to_owned(), first, at: key.at });
            }
        }
    }

    /// Keeps a copy for the aliases to come, which counts as if it were in the tree.
    fn keep(&mut self, at: Mark, anchor: usize, node: &Node, size: Size) -> Result<(), Error> {
        if anchor > 0 {
            self.spend(at, Size { height: 0, ..size })?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        Ok(())
    }

    fn spend(&mut self, at: Mark, size: Size) -> Result<(), Error> {
        self.spent.nodes += size.nodes;
        self.spent.text += size.text;
        if self.open.len() + size.height > MAX_DEPTH {
            return Err(Error::new(at, format!("nested more than {MAX_DEPTH} deep")));
        }
        if self.spent.nodes > MAX_NODES || self.spent.text > MAX_TEXT {
            return Err(Error::new(at, format!("more than {MAX_NODES} nodes, or more text than is taken")));
        }
        Ok(())
    }

    fn add(&mut self, at: Mark, node: Node, size: Size) {
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        parent.size.nodes += size.nodes;
        parent.size.text += size.text;
        parent.size.height = parent.size.height.max(size.height + 1);
        // The place of a key is where it is written, also if an alias wrote it.
        let node = if parent.is_map && parent.children.len() % 2 == 0 { Node { at, ..node } } else { node };
        parent.children.push(node);
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
    }
}

fn name(tag: &Tag) -> String {
    format!("{}{}", tag.handle, tag.suffix)
}
