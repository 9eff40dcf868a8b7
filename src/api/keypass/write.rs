//! Policies and requests for a decision as XML, in the platform's own form. Every value passes through the writer of XML,
//! so none can end an element or begin one.

use std::io;

use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::writer::Writer;

use super::templates::Template;
use super::words::{
    ACTION, AT_LEAST_ONE, Attribute, BAG, DENY_UNLESS_PERMIT, NAMESPACE, REGEXP_MATCH, RESOURCE, STRING, SUBJECT,
};

type Out = Writer<Vec<u8>>;

/// A default policy.
pub(crate) fn template(template: &Template) -> String {
    policy(&template.policy_id, &template.rule_id, &template.pattern(), template.actions())
}

/// A policy that permits these actions on the resources that match, and denies all others on them.
pub(crate) fn policy(policy_id: &str, rule_id: &str, pattern: &str, actions: &[&str]) -> String {
    document(|out| {
        let root = out.create_element("Policy").with_attributes([
            ("xmlns", NAMESPACE),
            ("PolicyId", policy_id),
            ("RuleCombiningAlgId", DENY_UNLESS_PERMIT),
            ("Version", "1.0"),
        ]);
        root.write_inner_content(|out| {
            nest(out, &["Target", "AnyOf", "AllOf"], |out| {
                let element = out.create_element("Match").with_attribute(("MatchId", REGEXP_MATCH));
                element.write_inner_content(|out| value(out, pattern).and_then(|()| designator(out, RESOURCE)))?;
                Ok(())
            })?;
            let rule = out.create_element("Rule").with_attributes([("RuleId", rule_id), ("Effect", "Permit")]);
            rule.write_inner_content(|out| nest(out, &["Condition"], |out| one_of(out, actions)))?;
            Ok(())
        })?;
        Ok(())
    })
}

/// The question whether one of these roles may do this, as the PEP asks it.
pub(crate) fn request(roles: &[&str], resource: &str, action: &str) -> String {
    document(|out| {
        let root = out.create_element("Request").with_attributes([
            ("xmlns", NAMESPACE),
            ("ReturnPolicyIdList", "false"),
            ("CombinedDecision", "false"),
        ]);
        root.write_inner_content(|out| {
            attributes(out, SUBJECT, roles)?;
            attributes(out, RESOURCE, &[resource])?;
            attributes(out, ACTION, &[action])
        })?;
        Ok(())
    })
}

fn document(write: impl FnOnce(&mut Out) -> io::Result<()>) -> String {
    let mut out = Writer::new_with_indent(Vec::new(), b' ', 2);
    let declaration = Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None));
    // Writing into memory cannot fail.
    let _ = out.write_event(declaration).and_then(|()| write(&mut out));
    String::from_utf8_lossy(&out.into_inner()).into_owned() + "\n"
}

/// Elements without attributes, one in the other.
fn nest(out: &mut Out, names: &[&'static str], inner: impl FnOnce(&mut Out) -> io::Result<()>) -> io::Result<()> {
    names.iter().try_for_each(|name| out.write_event(Event::Start(BytesStart::new(*name))))?;
    inner(out)?;
    names.iter().rev().try_for_each(|name| out.write_event(Event::End(BytesEnd::new(*name))))
}

/// The condition that the action is one of these.
fn one_of(out: &mut Out, actions: &[&str]) -> io::Result<()> {
    let apply = out.create_element("Apply").with_attribute(("FunctionId", AT_LEAST_ONE));
    apply.write_inner_content(|out| {
        let bag = out.create_element("Apply").with_attribute(("FunctionId", BAG));
        bag.write_inner_content(|out| actions.iter().try_for_each(|action| value(out, action)))?;
        designator(out, ACTION)
    })?;
    Ok(())
}

fn value(out: &mut Out, text: &str) -> io::Result<()> {
    out.create_element("AttributeValue")
        .with_attribute(("DataType", STRING))
        .write_text_content(BytesText::from_escaped(quick_xml::escape::escape(text)))?;
    Ok(())
}

fn designator(out: &mut Out, (category, id): Attribute) -> io::Result<()> {
    let attributes = [("MustBePresent", "true"), ("Category", category), ("AttributeId", id), ("DataType", STRING)];
    out.create_element("AttributeDesignator").with_attributes(attributes).write_empty()?;
    Ok(())
}

fn attributes(out: &mut Out, (category, id): Attribute, values: &[&str]) -> io::Result<()> {
    let group = out.create_element("Attributes").with_attribute(("Category", category));
    group.write_inner_content(|out| {
        values.iter().try_for_each(|text| {
            let attribute =
                out.create_element("Attribute").with_attributes([("AttributeId", id), ("IncludeInResult", "false")]);
            attribute.write_inner_content(|out| value(out, text))?;
            Ok(())
        })
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::templates::find;
    use super::*;

    #[test]
    fn a_template_in_full() {
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<Policy xmlns="urn:oasis:names:tc:xacml:3.0:core:schema:wd-17" PolicyId="STHServiceCustomer" RuleCombiningAlgId="urn:oasis:names:tc:xacml:3.0:rule-combining-algorithm:deny-unless-permit" Version="1.0">
  <Target>
    <AnyOf>
      <AllOf>
        <Match MatchId="urn:oasis:names:tc:xacml:1.0:function:string-regexp-match">
          <AttributeValue DataType="http://www.w3.org/2001/XMLSchema#string">fiware:sth:.*</AttributeValue>
          <AttributeDesignator MustBePresent="true" Category="urn:oasis:names:tc:xacml:3.0:attribute-category:resource" AttributeId="urn:oasis:names:tc:xacml:1.0:resource:resource-id" DataType="http://www.w3.org/2001/XMLSchema#string"/>
        </Match>
      </AllOf>
    </AnyOf>
  </Target>
  <Rule RuleId="STHServiceCustomerRule1" Effect="Permit">
    <Condition>
      <Apply FunctionId="urn:oasis:names:tc:xacml:1.0:function:string-at-least-one-member-of">
        <Apply FunctionId="urn:oasis:names:tc:xacml:1.0:function:string-bag">
          <AttributeValue DataType="http://www.w3.org/2001/XMLSchema#string">read</AttributeValue>
        </Apply>
        <AttributeDesignator MustBePresent="true" Category="urn:oasis:names:tc:xacml:3.0:attribute-category:action" AttributeId="urn:oasis:names:tc:xacml:1.0:action:action-id" DataType="http://www.w3.org/2001/XMLSchema#string"/>
      </Apply>
    </Condition>
  </Rule>
</Policy>
"#;
        assert_eq!(template(&find("sth-customer2").unwrap()), expected);
    }

    #[test]
    fn no_value_can_become_markup() {
        let nasty = "\"/><Rule Effect=\"Permit\"/>&<!--";
        for text in [policy(nasty, nasty, nasty, &[nasty]), request(&[nasty], nasty, nasty)] {
            assert_eq!(text.matches("<Rule ").count(), usize::from(text.contains("<Policy ")), "{text}");
            assert!(!text.contains("<!--") && !text.contains("\"/><Rule"), "{text}");
        }
    }

    #[test]
    fn a_request_names_every_role() {
        let text = request(&["r1", "r2"], "fiware:orion:smartcity:/:::", "read");
        assert_eq!(text.matches("IncludeInResult=\"false\"").count(), 4);
        assert_eq!(text.matches("<Attributes ").count(), 3);
    }
}
