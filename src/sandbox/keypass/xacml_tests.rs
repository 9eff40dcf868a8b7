use super::super::samples::{STRING, default_policy, one_of, policy, resource, target, value};
use super::super::xml;
use super::*;

const EQUAL: &str = "urn:oasis:names:tc:xacml:1.0:function:string-equal";

fn read(text: &str) -> Option<Policy> {
    Policy::read(&xml::parse(text)?)
}

fn with(body: &str) -> Option<Policy> {
    read(&policy("P", "3.0:deny-overrides", body))
}

fn set(algorithm: &str, body: &str) -> Option<Policy> {
    read(&format!(
        "<PolicySet xmlns='{NAMESPACE}' PolicySetId='S' PolicyCombiningAlgId='urn:oasis:names:tc:xacml:{algorithm}'>\
         <Target/>{body}</PolicySet>"
    ))
}

#[test]
fn a_default_policy_is_read() {
    let policy = read(&default_policy("OrionAdmin", "orion", "read create")).unwrap();
    assert_eq!((policy.id.as_str(), policy.algorithm), ("OrionAdmin", Algorithm::Unless(Effect::Permit)));
    let only = &policy.target[0][0][0];
    assert_eq!((only.value.text(), only.function), ("fiware:orion:.*", Function::Matches(Kind::Text)));
    assert!(only.attribute.must_be_present);
    let Members::Rules(rules) = &policy.members else { panic!("rules") };
    assert!(
        matches!(&rules[0].condition, Some(Expression::Apply(Function::AtLeastOneMemberOf(_), both)) if both.len() == 2)
    );
}

#[test]
fn a_set_holds_policies_and_sets() {
    let inner = policy("P", "3.0:deny-overrides", "<Target/>");
    let inner = inner.split_once("-->").map(|(_, policy)| policy.to_owned()).unwrap();
    let algorithm = "3.0:policy-combining-algorithm:permit-overrides";
    let set_of = set(algorithm, &inner).unwrap();
    assert_eq!(set_of.id, "S");
    assert!(matches!(set_of.members, Members::Policies(members) if members.len() == 1));
    assert!(set("3.0:rule-combining-algorithm:permit-overrides", &inner).is_none());
    assert!(set(algorithm, "<PolicyIdReference>P</PolicyIdReference>").is_none());
}

#[test]
fn what_is_no_policy_is_refused() {
    let good = policy("P", "3.0:deny-overrides", "<Target/>");
    assert!(read(&good).is_some());
    for bad in [
        good.replace("wd-17", "wd-16"),
        good.replace("<Policy ", "<Rule ").replace("</Policy", "</Rule"),
        good.replace("PolicyId=", "Id="),
        good.replace("PolicyId='P'", "PolicyId='P Q'"),
        good.replace("PolicyId='P'", "PolicyId='P%4'"),
        good.replace("deny-overrides", "whatever"),
        good.replace("<Target/>", ""),
        good.replace("<Target/>", "<Target/><Target/>"),
        good.replace("</Policy>", ""),
    ] {
        assert!(read(&bad).is_none(), "{bad}");
    }
}

#[test]
fn rules_are_checked() {
    let action = one_of("read");
    let not_a_truth = format!("<Condition>{}</Condition>", value("read"));
    for (rule, is_good) in [
        ("<Rule Effect='Permit'/>".to_owned(), true),
        (format!("<Rule Effect='Deny'>{action}</Rule>"), true),
        ("<Rule Effect='Maybe'/>".to_owned(), false),
        ("<Rule/>".to_owned(), false),
        (format!("<Rule Effect='Permit'>{not_a_truth}</Rule>"), false),
        ("<Rule Effect='Permit'><Condition/></Rule>".to_owned(), false),
        (format!("<Rule Effect='Permit'>{}</Rule>", action.replace("string-bag", "anyURI-bag")), false),
        (format!("<Rule Effect='Permit'>{}</Rule>", action.replace("AttributeDesignator", "AttributeSelector")), false),
        (format!("<Rule Effect='Permit'>{}</Rule>", action.replace("'true'", "'perhaps'")), false),
        ("<VariableDefinition/>".to_owned(), false),
        ("<ObligationExpressions/>".to_owned(), true),
    ] {
        assert_eq!(with(&format!("<Target/>{rule}")).is_some(), is_good, "{rule}");
    }
}

#[test]
fn targets_are_checked() {
    let good = resource("a");
    for (target, is_good) in [
        (target(&good), true),
        (target(&format!("{good}{good}")), true),
        (target(""), false),
        ("<Target><AnyOf/></Target>".to_owned(), false),
        (format!("<Target>{good}</Target>"), false),
        (target(&resource("(")), false),
        (target(&good.replace("regexp-match", "bag")), false),
        (target(&good.replace(STRING, "http://www.w3.org/2001/XMLSchema#date")), false),
        (target(&good.replacen(STRING, "http://www.w3.org/2001/XMLSchema#anyURI", 1)), false),
        (target(&good.replace("</Match>", "<AttributeValue/></Match>")), false),
        (target(&format!("<Match MatchId='{EQUAL}'/>")), false),
    ] {
        assert_eq!(with(&target).is_some(), is_good, "{target}");
    }
}
