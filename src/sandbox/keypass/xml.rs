//! XML as a small tree: what policies and requests are read from, and what the listing of a subject is written from.
//!
//! Document type declarations are refused, so no entity can be defined, and whatever would cost more than its length to
//! read is refused too: deep nesting and elements with very many attributes.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::escape::{escape, partial_escape, resolve_predefined_entity};
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// Trees are walked by recursion, which must not exhaust the stack.
const MAX_DEPTH: usize = 64;
/// Each attribute is compared with those before it.
const MAX_ATTRIBUTES: usize = 64;

/// An element without its comments and processing instructions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// As written, with its prefix.
    name: String,
    /// Empty for none.
    pub(super) namespace: String,
    /// As written, declarations of namespaces among them.
    attributes: Vec<(String, String)>,
    content: Vec<Content>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Element(Element),
    Text(String),
}

impl Element {
    /// The name without its prefix.
    pub(super) fn local(&self) -> &str {
        self.name.rsplit_once(':').map_or(self.name.as_str(), |(_, local)| local)
    }

    /// The value of an attribute that belongs to no namespace.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn children(&self) -> impl Iterator<Item = &Self> {
        self.content.iter().filter_map(|content| match content {
            Content::Element(element) => Some(element),
            Content::Text(_) => None,
        })
    }

    /// The only child, whatever it is.
    pub(super) fn only_child(&self) -> Option<&Self> {
        let mut children = self.children();
        children.next().filter(|_| children.next().is_none())
    }

    /// The text directly in it.
    pub(super) fn text(&self) -> String {
        let texts = self.content.iter().filter_map(|content| match content {
            Content::Text(text) => Some(text.as_str()),
            Content::Element(_) => None,
        });
        texts.collect()
    }

    /// Writes it on one line, as Keypass does by taking all ends of lines out.
    pub(super) fn write(&self, out: &mut String) {
        let tag = format!("<{}", self.name);
        out.push_str(&tag);
        for (key, value) in &self.attributes {
            let attribute = format!(" {key}=\"{}\"", escape(value.as_str()));
            out.push_str(&attribute);
        }
        if self.content.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for content in &self.content {
            match content {
                Content::Element(element) => element.write(out),
                Content::Text(text) => out.push_str(&partial_escape(text.replace(['\n', '\r'], ""))),
            }
        }
        let end = format!("</{}>", self.name);
        out.push_str(&end);
    }
}

/// The root of a well-formed document; `None` if it is not one, or one that is refused.
pub(super) fn parse(text: &str) -> Option<Element> {
    if !text.chars().all(is_char) {
        return None;
    }
    let mut reader = NsReader::from_str(text);
    // The document itself is the element at the bottom.
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) if open.len() <= MAX_DEPTH => open.push(element(&reader, &start)?),
            Event::Empty(start) if open.len() <= MAX_DEPTH => {
                add(&mut open, Content::Element(element(&reader, &start)?))?;
            }
            Event::End(_) => {
                let done = open.pop()?;
                add(&mut open, Content::Element(done))?;
            }
            Event::Text(text) => add_text(&mut open, text.xml10_content())?,
            Event::CData(text) if open.len() > 1 => add_text(&mut open, text.xml10_content())?,
            Event::GeneralRef(reference) if open.len() > 1 => match reference.resolve_char_ref().ok()? {
                Some(character) if !is_char(character) => return None,
                Some(character) => add_text(&mut open, Cow::Owned(character.to_string()))?,
                None => add_text(&mut open, Cow::Borrowed(resolve_predefined_entity(&reference)?))?,
            },
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            Event::Eof => break,
            Event::Start(_) | Event::Empty(_) | Event::DocType(_) | Event::CData(_) | Event::GeneralRef(_) => {
                return None;
            }
        }
    }
    let mut document = open.pop().filter(|_| open.is_empty())?;
    match (document.content.pop(), document.content.is_empty()) {
        (Some(Content::Element(root)), true) => Some(root),
        _ => None,
    }
}

fn add(open: &mut [Element], content: Content) -> Option<()> {
    open.last_mut()?.content.push(content);
    Some(())
}

/// Text around the root may only be blank, and is not kept.
fn add_text(open: &mut [Element], text: Cow<'_, str>) -> Option<()> {
    if open.len() == 1 {
        return text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty().then_some(());
    }
    match open.last_mut()?.content.last_mut() {
        Some(Content::Text(before)) => before.push_str(&text),
        _ => add(open, Content::Text(text.into_owned()))?,
    }
    Some(())
}

fn element(reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Option<Element> {
    let name = start.name();
    if !is_name(name.into_inner()) {
        return None;
    }
    let namespace = match reader.resolver().resolve_element(name).0 {
        ResolveResult::Bound(namespace) => namespace.into_inner().to_owned(),
        ResolveResult::Unbound => String::new(),
        ResolveResult::Unknown(_) => return None,
    };
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.ok().filter(|_| attributes.len() < MAX_ATTRIBUTES)?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        if !is_name(attribute.key.into_inner()) || attribute.value.contains('<') || !value.chars().all(is_char) {
            return None;
        }
        attributes.push((attribute.key.into_inner().to_owned(), value.into_owned()));
    }
    Some(Element { name: name.into_inner().to_owned(), namespace, attributes, content: Vec::new() })
}

/// What can be in a document: the reader itself takes anything.
fn is_char(one: char) -> bool {
    one >= ' ' && !matches!(one, '\u{fffe}' | '\u{ffff}') || matches!(one, '\t' | '\n' | '\r')
}

/// A word of letters, digits and a few signs, or two of them. Letters of all the world are letters.
fn is_name(text: &str) -> bool {
    let begins = |one: char| one.is_alphabetic() || one == '_';
    let goes_on =
        |one: char| one.is_alphanumeric() || matches!(one, '_' | '-' | '.' | '\u{b7}' | '\u{300}'..='\u{36f}');
    let words: Vec<&str> = text.split(':').collect();
    words.len() <= 2 && words.iter().all(|word| word.starts_with(begins) && word.chars().all(goes_on))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Option<String> {
        let mut out = String::new();
        parse(text)?.write(&mut out);
        Some(out)
    }

    #[test]
    fn reads_names_namespaces_attributes_and_text() {
        let root = parse(
            "<?xml version='1.0'?>\n<!-- c --><p:a xmlns:p='urn:x' b='1&amp;2'>x<b/>&lt;<![CDATA[&]]>&#65;</p:a>\n",
        );
        let root = root.unwrap();
        assert_eq!((root.local(), root.namespace.as_str()), ("a", "urn:x"));
        assert_eq!((root.attribute("b"), root.attribute("p")), (Some("1&2"), None));
        assert_eq!((root.text().as_str(), root.children().count()), ("x<&A", 1));
        assert_eq!(root.only_child().map(Element::local), Some("b"));
    }

    #[test]
    fn writes_on_one_line_without_comments() {
        let text = "<?xml version='1.0'?>\n<a x='1\n2' y=\"&quot;\">\n  <!-- gone --><b/>&amp;\n</a>";
        assert_eq!(written(text).unwrap(), "<a x=\"1 2\" y=\"&quot;\">  <b/>&amp;</a>");
    }

    #[test]
    fn refuses_what_is_not_well_formed() {
        for text in [
            "",
            "  ",
            "text",
            "<a>",
            "</a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "x<a/>",
            "<a b='1' b='2'/>",
            "<a b=1/>",
            "<p:a/>",
            "<a>&undefined;</a>",
            "<a b='&undefined;'/>",
            "<a/>&amp;",
            "<a",
            "<a>&#0;</a>",
            "<![CDATA[x]]>",
            "<a>\u{1}</a>",
            "<a>&#1;</a>",
            "<a b='&#xffff;'/>",
            "<a b='<'/>",
            "<a xmlns:='urn:x'/>",
            "<a 1b='2'/>",
            "<a b\"c='2'/>",
            "<p:a:b xmlns:p='urn:x'/>",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn refuses_document_types_so_that_no_entity_grows() {
        assert_eq!(parse("<!DOCTYPE a><a/>"), None);
        assert_eq!(parse("<!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;'>]><a>&c;</a>"), None);
        assert_eq!(parse("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"), None);
    }

    #[test]
    fn hostile_documents_neither_crash_nor_hang() {
        let nested = |levels: usize| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
        assert!(parse(&nested(MAX_DEPTH)).is_some());
        assert_eq!(parse(&nested(MAX_DEPTH + 1)), None);
        assert_eq!(parse(&nested(10_000)), None);
        let long = "x".repeat(1 << 20);
        let root = parse(&format!("<a b='{long}'/>")).unwrap();
        assert_eq!(root.attribute("b").map(str::len), Some(1 << 20));
        let many: Vec<_> = (0..100_000).map(|number| format!(" a{number}=''")).collect();
        assert_eq!(parse(&format!("<a{}/>", many.concat())), None);
        assert_eq!(parse(&format!("<a{}", "<".repeat(1 << 20))), None);
    }
}
