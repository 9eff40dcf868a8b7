//! From events to the tree, with every limit.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::attributes::Attribute as Written;
use quick_xml::events::{BytesDecl, BytesStart, Event};
use quick_xml::name::{PrefixDeclaration, QName, ResolveResult};
use quick_xml::reader::NsReader;

use super::letters::{is_char, is_name};
use super::{Attribute, Content, Element, Unreadable};

const NO_CHAR: &str = "this is not XML: a control character stands there";
const NO_NAME: &str = "this is not XML: an element or an attribute has no proper name";

/// Trees are walked by recursion, which must not exhaust the stack.
pub(super) const MAX_DEPTH: usize = 64;
/// Each attribute is compared with those before it.
const MAX_ATTRIBUTES: usize = 64;

pub(super) struct Parser<'text> {
    reader: NsReader<&'text [u8]>,
    text: &'text str,
    open: Vec<Element>,
    root: Option<Element>,
    /// Up to here lines were counted, and this is the one there.
    at: usize,
    line: usize,
}

impl<'text> Parser<'text> {
    pub(super) fn new(text: &'text str) -> Self {
        Self { reader: NsReader::from_str(text), text, open: Vec::new(), root: None, at: 0, line: 1 }
    }

    pub(super) fn run(mut self) -> Result<Element, Unreadable> {
        if let Some(at) = self.text.find(|one| !is_char(one)) {
            self.count_to(at);
            return Err(Unreadable { line: Some(self.line), reason: NO_CHAR.to_owned() });
        }
        loop {
            let start = self.position();
            self.count_to(start);
            match self.reader.read_event() {
                Err(error) => return Err(self.refuse(&format!("this is not XML: {error}"))),
                Ok(Event::Start(tag)) => {
                    let element = self.element(&tag, start)?;
                    self.open.push(element);
                }
                Ok(Event::Empty(tag)) => {
                    let element = self.element(&tag, start)?;
                    self.close(element)?;
                }
                Ok(Event::End(_)) => {
                    if let Some(element) = self.open.pop() {
                        self.close(element)?;
                    }
                }
                Ok(Event::Text(text)) => self.add(text.xml10_content())?,
                Ok(Event::CData(text)) if !self.open.is_empty() => self.add(text.xml10_content())?,
                Ok(Event::CData(_)) => return Err(self.refuse("this is not XML: text stands outside of the root")),
                Ok(Event::GeneralRef(reference)) => match reference.resolve_char_ref() {
                    Ok(Some(character)) if !is_char(character) => return Err(self.refuse(NO_CHAR)),
                    Ok(Some(character)) => self.add(Cow::Owned(character.to_string()))?,
                    Ok(None) => match resolve_predefined_entity(&reference) {
                        Some(text) => self.add(Cow::Borrowed(text))?,
                        None => {
                            let name = crate::base::text::safe(&reference).into_owned();
                            return Err(self.refuse(&format!("the entity &{name}; is not one of XML's own five")));
                        }
                    },
                    Err(error) => return Err(self.refuse(&format!("this is not XML: {error}"))),
                },
                Ok(Event::DocType(_)) => {
                    return Err(self.refuse("a document type (<!DOCTYPE) is not read: it can hide other text"));
                }
                Ok(Event::Decl(declaration)) => self.check_encoding(&declaration)?,
                Ok(Event::Comment(_) | Event::PI(_)) => {}
                Ok(Event::Eof) => break,
            }
        }
        match (self.root, self.open.last()) {
            (Some(root), None) => Ok(root),
            (_, Some(open)) => {
                let reason = format!("this is not XML: <{}> is not closed", open.name);
                Err(Unreadable { line: Some(open.line), reason })
            }
            (None, None) => Err(Unreadable { line: None, reason: "this is not XML: it has no element".to_owned() }),
        }
    }

    fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(self.text.len())
    }

    fn count_to(&mut self, position: usize) {
        let passed = self.text.as_bytes().get(self.at..position).unwrap_or_default();
        self.line += passed.split(|byte| *byte == b'\n').count() - 1;
        self.at = position;
    }

    fn refuse(&mut self, reason: &str) -> Unreadable {
        let position = usize::try_from(self.reader.error_position()).unwrap_or_default();
        self.count_to(position.max(self.at));
        Unreadable { line: Some(self.line), reason: reason.to_owned() }
    }

    /// What we send is UTF-8, whatever it says about itself.
    fn check_encoding(&mut self, declaration: &BytesDecl<'_>) -> Result<(), Unreadable> {
        match declaration.encoding() {
            Some(Ok(name)) if !name.eq_ignore_ascii_case("utf-8") && !name.eq_ignore_ascii_case("us-ascii") => {
                let name = crate::base::text::safe(&name).into_owned();
                Err(self.refuse(&format!("it says that its encoding is {name}; save it as UTF-8")))
            }
            _ => Ok(()),
        }
    }

    fn element(&mut self, tag: &BytesStart<'_>, start: usize) -> Result<Element, Unreadable> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.refuse(&format!("elements are nested deeper than {MAX_DEPTH} levels")));
        }
        let name = tag.name();
        if !is_name(name.into_inner()) {
            return Err(self.refuse(NO_NAME));
        }
        let namespace = match self.reader.resolver().resolve_element(name).0 {
            ResolveResult::Bound(namespace) => meant(namespace.into_inner()),
            ResolveResult::Unbound => String::new(),
            ResolveResult::Unknown(_) => return Err(self.refuse("this is not XML: a prefix is not declared")),
        };
        let span = start..self.position();
        let name_end = start + 1 + name.into_inner().len();
        let local = name.local_name().into_inner().to_owned();
        let mut element = Element { name: local, namespace, line: self.line, span, name_end, ..Element::default() };
        for attribute in tag.attributes() {
            if element.attributes.len() + element.declarations.len() >= MAX_ATTRIBUTES {
                return Err(self.refuse(&format!("an element has more than {MAX_ATTRIBUTES} attributes")));
            }
            let attribute = attribute.map_err(|error| self.refuse(&format!("this is not XML: {error}")))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| self.refuse(&format!("this is not XML: {error}")))?
                .into_owned();
            let key = attribute.key;
            if !is_name(key.into_inner()) {
                return Err(self.refuse(NO_NAME));
            }
            if attribute.value.contains('<') || !value.chars().all(is_char) {
                return Err(self.refuse(
                    "this is not XML: an attribute holds what has to be written as a reference, or cannot be",
                ));
            }
            if let Some(PrefixDeclaration::Default | PrefixDeclaration::Named(_)) = key.as_namespace_binding() {
                element.declarations.push((key.into_inner().to_owned(), value));
                continue;
            }
            let namespace = match self.reader.resolver().resolve_attribute(key).0 {
                ResolveResult::Bound(namespace) => meant(namespace.into_inner()),
                ResolveResult::Unbound => String::new(),
                ResolveResult::Unknown(_) => return Err(self.refuse("this is not XML: a prefix is not declared")),
            };
            element.attributes.push(Attribute { name: key.local_name().into_inner().to_owned(), namespace, value });
        }
        Ok(element)
    }

    fn close(&mut self, mut element: Element) -> Result<(), Unreadable> {
        element.span.end = self.position();
        match self.open.last_mut() {
            Some(parent) => parent.content.push(Content::Element(element)),
            None if self.root.is_none() => self.root = Some(element),
            None => return Err(self.refuse("this is not XML: there is a second root")),
        }
        Ok(())
    }

    /// Text around the root may only be blank, and is not kept.
    fn add(&mut self, text: Cow<'_, str>) -> Result<(), Unreadable> {
        let Some(parent) = self.open.last_mut() else {
            let blank = text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty();
            return if blank { Ok(()) } else { Err(self.refuse("this is not XML: text stands outside of the root")) };
        };
        match parent.content.last_mut() {
            Some(Content::Text(before)) => before.push_str(&text),
            _ => parent.content.push(Content::Text(text.into_owned())),
        }
        Ok(())
    }
}

/// A namespace as it is meant: what resolves prefixes hands it out as it was written, with references and all. One that cannot
/// be read is refused where it is declared.
fn meant(namespace: &str) -> String {
    let written = Written { key: QName("xmlns"), value: Cow::Borrowed(namespace) };
    written.normalized_value(XmlVersion::Implicit1_0).map_or_else(|_| namespace.to_owned(), Cow::into_owned)
}
