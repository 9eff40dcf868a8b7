//! The question put to the decision point, and the answer to it.

use super::combine::Decision;
use super::function::Value;
use super::xacml::{Designator, NAMESPACE, read_value};
use super::xml::Element;

const SUBJECT_ID: &str = "urn:oasis:names:tc:xacml:1.0:subject:subject-id";
const SUBJECTS: &str = "urn:oasis:names:tc:xacml:1.0:subject-category:access-subject";
const RESOURCE: (&str, &str) =
    ("urn:oasis:names:tc:xacml:3.0:attribute-category:resource", "urn:oasis:names:tc:xacml:1.0:resource:resource-id");
const ACTION: (&str, &str) =
    ("urn:oasis:names:tc:xacml:3.0:attribute-category:action", "urn:oasis:names:tc:xacml:1.0:action:action-id");

/// A request for a decision.
#[derive(Clone, Debug, Default)]
pub(super) struct Request {
    /// The roles to try, each once, in their order.
    subjects: Vec<String>,
    attributes: Vec<Attribute>,
}

#[derive(Clone, Debug)]
struct Attribute {
    category: String,
    id: String,
    issuer: Option<String>,
    values: Vec<Value>,
}

impl Request {
    /// As the PEP asks: may any of these roles do this to that resource?
    pub(super) fn new<'a>(roles: impl Iterator<Item = &'a str>, resource: &str, action: &str) -> Self {
        let subjects: Vec<String> = roles.map(str::to_owned).collect();
        let attribute = |(category, id): (&str, &str), value: &str| Attribute {
            category: category.to_owned(),
            id: id.to_owned(),
            issuer: None,
            values: vec![Value::Text(value.to_owned())],
        };
        let mut attributes = vec![attribute(RESOURCE, resource), attribute(ACTION, action)];
        attributes.extend(subjects.iter().map(|role| attribute((SUBJECTS, SUBJECT_ID), role)));
        Self { subjects, attributes }
    }

    /// From the root of a document; `None` if it is no request. Values of types that no policy can ask for are left out.
    pub(super) fn read(root: &Element) -> Option<Self> {
        if root.namespace != NAMESPACE || root.local() != "Request" {
            return None;
        }
        let mut attributes = Vec::new();
        for group in root.children().filter(|child| child.local() == "Attributes") {
            for attribute in group.children().filter(|child| child.local() == "Attribute") {
                attributes.push(Attribute {
                    category: group.attribute("Category")?.to_owned(),
                    id: attribute.attribute("AttributeId")?.to_owned(),
                    issuer: attribute.attribute("Issuer").map(str::to_owned),
                    values: attribute.children().filter_map(read_value).collect(),
                });
            }
        }
        Some(Self { subjects: subjects(root), attributes })
    }

    pub(super) fn subjects(&self) -> impl Iterator<Item = &str> {
        self.subjects.iter().map(String::as_str)
    }

    /// The values of an attribute, those of several attributes of the same name together.
    pub(super) fn values(&self, wanted: &Designator) -> Vec<Value> {
        let is_wanted = |attribute: &&Attribute| {
            attribute.category == wanted.category
                && attribute.id == wanted.id
                && wanted.issuer.as_ref().is_none_or(|issuer| attribute.issuer.as_ref() == Some(issuer))
        };
        let values = self.attributes.iter().filter(is_wanted).flat_map(|attribute| &attribute.values);
        values.filter(|value| value.kind() == wanted.kind).cloned().collect()
    }
}

/// The values of whatever in the document is called subject-id, each once: Keypass looks for them before it knows
/// whether the document is a request at all.
pub(super) fn subjects(root: &Element) -> Vec<String> {
    let mut found = Vec::new();
    collect_subjects(root, &mut found);
    found
}

fn collect_subjects(element: &Element, found: &mut Vec<String>) {
    for child in element.children() {
        if element.attribute("AttributeId") == Some(SUBJECT_ID) && child.local() == "AttributeValue" {
            let subject = child.text();
            if !found.contains(&subject) {
                found.push(subject);
            }
        }
        collect_subjects(child, found);
    }
}

/// The answer to a request. Where the decision is that none can be made, why it cannot is told only roughly.
pub(super) fn response(decision: Decision, is_request: bool) -> String {
    let status = match decision {
        Decision::Indeterminate(_) if is_request => "processing-error",
        Decision::Indeterminate(_) => "syntax-error",
        _ => "ok",
    };
    let name = decision.name();
    format!(
        "<Response xmlns=\"{NAMESPACE}\"><Result><Decision>{name}</Decision><Status>\
         <StatusCode Value=\"urn:oasis:names:tc:xacml:1.0:status:{status}\"/></Status></Result></Response>"
    )
}

#[cfg(test)]
mod tests {
    use super::super::combine::Leaning;
    use super::super::function::Kind;
    use super::super::xml;
    use super::*;

    fn wanted((category, id): (&str, &str), issuer: Option<&str>) -> Designator {
        let [category, id] = [category, id].map(str::to_owned);
        Designator { category, id, kind: Kind::Text, issuer: issuer.map(str::to_owned), must_be_present: true }
    }

    fn document(body: &str) -> Element {
        xml::parse(&format!("<Request xmlns='{NAMESPACE}'>{body}</Request>")).unwrap()
    }

    fn attribute(id: &str, value: &str) -> String {
        let data_type = "http://www.w3.org/2001/XMLSchema#string";
        format!(
            "<Attribute AttributeId='{id}'><AttributeValue DataType='{data_type}'>{value}</AttributeValue></Attribute>"
        )
    }

    #[test]
    fn a_request_is_read_as_the_pep_means_it() {
        let roles = ["r1", "r2", "r1"].map(|role| attribute(SUBJECT_ID, role)).concat();
        let body = format!(
            "<Attributes Category='{SUBJECTS}'>{roles}</Attributes><Attributes Category='{}'>{}</Attributes>",
            ACTION.0,
            attribute(ACTION.1, "read")
        );
        let request = Request::read(&document(&body)).unwrap();
        assert_eq!(request.subjects().collect::<Vec<_>>(), ["r1", "r2"]);
        assert_eq!(request.values(&wanted(ACTION, None)), [Value::Text("read".to_owned())]);
        assert_eq!(request.values(&wanted((SUBJECTS, SUBJECT_ID), None)).len(), 3);
        assert_eq!(request.values(&wanted((SUBJECTS, ACTION.1), None)), []);
        assert_eq!(request.values(&wanted(ACTION, Some("somebody"))), []);
        assert_eq!(request.values(&Designator { kind: Kind::Uri, ..wanted(ACTION, None) }), []);
    }

    #[test]
    fn subjects_are_found_in_what_is_no_request() {
        let other = xml::parse(&format!("<a><b>{}</b></a>", attribute(SUBJECT_ID, "r1"))).unwrap();
        assert_eq!(subjects(&other), ["r1"]);
        assert!(Request::read(&other).is_none());
        assert!(Request::read(&document("<Attributes><Attribute/></Attributes>")).is_none());
    }

    #[test]
    fn the_answer_names_decision_and_status() {
        let unsure = Decision::Indeterminate(Leaning::Either);
        for (decision, is_request, name, status) in [
            (Decision::Permit, true, "Permit", "ok"),
            (Decision::NotApplicable, true, "NotApplicable", "ok"),
            (unsure, true, "Indeterminate", "processing-error"),
            (unsure, false, "Indeterminate", "syntax-error"),
        ] {
            let root = xml::parse(&response(decision, is_request)).unwrap();
            let result = root.only_child().unwrap();
            let code = result.children().last().and_then(Element::only_child).and_then(|code| code.attribute("Value"));
            assert_eq!(result.children().next().map(Element::text).as_deref(), Some(name));
            assert_eq!(code, Some(format!("urn:oasis:names:tc:xacml:1.0:status:{status}").as_str()));
        }
    }
}
