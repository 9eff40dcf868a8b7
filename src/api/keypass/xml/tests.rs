//! What is read, with its place, and what is refused, with a reason.

use super::parser::MAX_DEPTH;
use super::*;

fn reason(text: &str) -> String {
    parse(text, MAX_POLICY).map(|root| format!("{root:?}")).unwrap_err().to_string()
}

#[test]
fn reads_names_namespaces_attributes_text_and_places() {
    let text = "<?xml version='1.0' encoding='utf-8'?>\n<!-- c -->\n<p:a xmlns:p='urn:x' b='1&amp;2' p:c='3'>\n\
                x<b/>&lt;<![CDATA[&]]>&#65;\n<p:d\n>t</p:d></p:a>\n";
    let root = parse(text, MAX_POLICY).unwrap();
    assert_eq!((root.name.as_str(), root.namespace.as_str(), root.line), ("a", "urn:x", 3));
    assert_eq!((root.attribute("b"), root.attribute("c"), root.attribute("xmlns:p")), (Some("1&2"), Some("3"), None));
    assert_eq!(root.declarations, [("xmlns:p".to_owned(), "urn:x".to_owned())]);
    assert_eq!(root.text(), "\nx<&A\n");
    let last = root.children().last().unwrap();
    assert_eq!((last.name.as_str(), last.line), ("d", 5));
    assert_eq!(&text[last.span.clone()], "<p:d\n>t</p:d>");
    assert_eq!(&text[last.span.start..last.name_end], "<p:d");
    assert_eq!(&text[root.span.clone()], text[text.find("<p:a").unwrap()..].trim_end());
}

#[test]
fn an_attribute_without_a_namespace_goes_first() {
    let root = parse("<a xmlns='urn:x' xmlns:p='urn:x' xmlns:q='urn:q' p:b='2' b='1' q:c='3'/>", 999).unwrap();
    assert_eq!((root.attribute("b"), root.attribute("c")), (Some("1"), None));
}

#[test]
fn says_why_and_where_it_is_not_xml() {
    for (text, line) in [
        ("", None),
        (" \n ", None),
        ("text", Some(1)),
        ("<a>\n<b>\n</a>", Some(3)),
        ("\n<a>", Some(2)),
        ("<a/>\n<b/>", Some(2)),
        ("<a/>\nx", Some(2)),
        ("<a b='1' b='2'/>", Some(1)),
        ("\n<a b=1/>", Some(2)),
        ("<p:a/>", Some(1)),
        ("<a p:b='1'/>", Some(1)),
        ("<a>\n&#0;</a>", Some(2)),
        ("<![CDATA[x]]>", Some(1)),
        ("<a", Some(1)),
        ("<a>\n\u{1}</a>", Some(2)),
        ("<a>\n&#1;</a>", Some(2)),
        ("<a b='&#xffff;'/>", Some(1)),
        ("<a b='<'/>", Some(1)),
        ("<a xmlns:='urn:x'/>", Some(1)),
        ("<:a/>", Some(1)),
        ("<a 1b='2'/>", Some(1)),
        ("<a b\"c='2'/>", Some(1)),
        ("<p:a:b xmlns:p='urn:x'/>", Some(1)),
    ] {
        let error = parse(text, MAX_POLICY).unwrap_err();
        assert!(error.reason.starts_with("this is not XML"), "{text}: {error}");
        // Where text outside of the root begins with the blank before it, that line is named.
        assert!(error.line == line || error.line == line.map(|line| line - 1), "{text}: {error}");
    }
}

#[test]
fn refuses_what_could_grow_or_read_files() {
    assert!(reason("<!DOCTYPE a><a/>").contains("document type"));
    let bomb = "<!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;'>]><a>&c;</a>";
    assert!(reason(bomb).contains("document type"));
    assert!(reason("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>").contains("document type"));
    assert_eq!(reason("<a>\n&b;</a>"), "line 2: the entity &b; is not one of XML's own five");
    assert!(reason("<a c='&b;'/>").contains("this is not XML"));
    assert!(reason("<?xml version='1.0' encoding='ISO-8859-1'?><a/>").contains("save it as UTF-8"));
}

#[test]
fn keeps_to_its_limits() {
    let nested = |levels: usize| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
    assert!(parse(&nested(MAX_DEPTH), MAX_POLICY).is_ok());
    assert!(reason(&nested(MAX_DEPTH + 1)).contains("deeper than 64"));
    assert!(reason(&nested(100_000)).contains("deeper than 64"));
    let many: Vec<String> = (0..65).map(|number| format!("a{number}=''")).collect();
    assert!(reason(&format!("<a {}/>", many.join(" "))).contains("more than 64 attributes"));
    let long = format!("<a>{}</a>", "x".repeat(5 << 20));
    assert_eq!(reason(&long), "it is 5.0 MiB long, and more than 1.0 MiB is not read");
}

#[test]
fn lines_are_counted_once() {
    let many = format!("<a>{}</a>", "<b/>\n".repeat(100_000));
    let root = parse(&many, MAX_POLICY).unwrap();
    assert_eq!(root.children().last().unwrap().line, 100_000);
}
