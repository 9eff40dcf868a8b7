//! What two policies have to share to be the same: everything but blanks between elements, comments, prefixes and the
//! order of attributes.

use std::fmt::Write as _;

use super::xml::{Content, Element};

/// The policy in a form in which equal ones are equal texts: a line an element, for people to compare.
pub(super) fn lines(element: &Element) -> String {
    let mut out = String::new();
    write(element, 0, &mut out);
    out
}

fn write(element: &Element, depth: usize, out: &mut String) {
    let mut attributes: Vec<_> = element.attributes.iter().map(|one| (&one.namespace, &one.name, &one.value)).collect();
    attributes.sort();
    let indent = "  ".repeat(depth);
    // Writing into a String cannot fail.
    let _ = write!(out, "{indent}{}", element.name);
    if element.namespace != super::words::NAMESPACE {
        let _ = write!(out, " of {:?}", element.namespace);
    }
    for (namespace, name, value) in attributes {
        let of = if namespace.is_empty() { String::new() } else { format!("{{{namespace}}}") };
        let _ = write!(out, " {of}{name}={value:?}");
    }
    let has_children = element.children().next().is_some();
    let mut below = String::new();
    for content in &element.content {
        match content {
            Content::Element(child) => write(child, depth + 1, &mut below),
            // Keypass itself takes ends of lines out of what it lists.
            Content::Text(text) => {
                let text = text.replace(['\n', '\r'], "");
                if !has_children && !text.is_empty() {
                    let _ = write!(out, " {text:?}");
                } else if !text.trim().is_empty() {
                    let _ = writeln!(below, "{indent}  {text:?}");
                }
            }
        }
    }
    out.push('\n');
    out.push_str(&below);
}
