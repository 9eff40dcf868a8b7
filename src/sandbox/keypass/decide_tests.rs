use super::super::samples::{DEFAULTS, default_policy, one_of, policy, resource, target, value};
use super::*;

const CITY: &str = "fiware:orion:city:/:::";

/// The decision on one role with these policies.
fn decision(texts: &[&str], resource: &str, action: &str) -> Decision {
    let mut data = Data::default();
    for (number, text) in texts.iter().enumerate() {
        data.put("city", "role", &format!("{number}"), (*text).to_owned());
    }
    decide(&data, "city", &Request::new(["role"].into_iter(), resource, action)).unwrap()
}

fn rule(effect: &str, actions: &str) -> String {
    format!("<Rule RuleId='r' Effect='{effect}'>{}</Rule>", one_of(actions))
}

/// A policy for everything.
fn of_rules(algorithm: &str, rules: &[String]) -> String {
    policy("P", algorithm, &format!("<Target/>{}", rules.concat()))
}

#[test]
fn default_policies_permit_their_actions_and_no_others() {
    for (component, level, actions, other) in DEFAULTS {
        let text = default_policy(level, component, actions);
        let frn = format!("fiware:{component}:city:/sub:::");
        for action in actions.split(' ') {
            assert_eq!(decision(&[&text], &frn, action), Decision::Permit, "{component} {level} {action}");
        }
        assert_eq!(decision(&[&text], &frn, other), Decision::Deny, "{component} {level} {other}");
        let elsewhere = frn.replace(component, "another");
        assert_eq!(decision(&[&text], &elsewhere, "read"), Decision::NotApplicable, "{component} {level}");
    }
}

#[test]
fn without_policies_nothing_applies() {
    assert_eq!(decision(&[], CITY, "read"), Decision::NotApplicable);
    let nobody = Request::new(std::iter::empty(), CITY, "read");
    assert_eq!(decide(&Data::default(), "city", &nobody), None);
}

#[test]
fn two_policies_of_a_role_for_a_component_do_not_add_up() {
    let (read, write) = (default_policy("A", "orion", "read"), default_policy("B", "orion", "create"));
    assert_eq!(decision(&[&read, &write], CITY, "read"), Decision::Deny);
    assert_eq!(decision(&[&read, &default_policy("B", "perseo", "readRule")], CITY, "read"), Decision::Permit);
}

#[test]
fn of_two_texts_with_one_id_the_later_counts() {
    let (read, write) = (default_policy("A", "orion", "read"), default_policy("A", "orion", "create"));
    assert_eq!(decision(&[&read, &write], CITY, "create"), Decision::Permit);
}

#[test]
fn roles_add_up() {
    let mut data = Data::default();
    data.put("city", "reader", "R", default_policy("R", "orion", "read"));
    data.put("city", "writer", "W", default_policy("W", "orion", "create"));
    data.put("town", "writer", "W", default_policy("W", "orion", "delete"));
    let ask = |roles: &[&str], action: &str| {
        decide(&data, "city", &Request::new(roles.iter().copied(), CITY, action)).unwrap()
    };
    assert_eq!(ask(&["reader", "writer"], "create"), Decision::Permit);
    assert_eq!(ask(&["writer", "reader"], "create"), Decision::Permit);
    assert_eq!(ask(&["writer", "stranger"], "read"), Decision::NotApplicable);
    assert_eq!(ask(&["stranger", "writer"], "read"), Decision::Deny);
    assert_eq!(ask(&["reader", "writer"], "delete"), Decision::Deny);
}

#[test]
fn rules_are_combined_by_the_algorithm_of_their_policy() {
    let both = [rule("Permit", "read"), rule("Deny", "read delete")];
    for (algorithm, on_read, on_delete, on_other) in [
        ("3.0:deny-overrides", "Deny", "Deny", "NotApplicable"),
        ("3.0:permit-overrides", "Permit", "Deny", "NotApplicable"),
        ("3.0:deny-unless-permit", "Permit", "Deny", "Deny"),
        ("3.0:permit-unless-deny", "Deny", "Deny", "Permit"),
        ("1.0:first-applicable", "Permit", "Deny", "NotApplicable"),
    ] {
        let text = of_rules(algorithm, &both);
        for (action, expected) in [("read", on_read), ("delete", on_delete), ("update", on_other)] {
            assert_eq!(decision(&[&text], CITY, action).name(), expected, "{algorithm} {action}");
        }
    }
}

#[test]
fn a_set_combines_its_policies() {
    let member = |id: &str, effect: &str| {
        let text = policy(id, "3.0:deny-overrides", &format!("<Target/><Rule Effect='{effect}'/>"));
        text.split_once("-->").map(|(_, policy)| policy.to_owned()).unwrap()
    };
    let set = |algorithm: &str, target: &str| {
        format!(
            "<PolicySet xmlns='urn:oasis:names:tc:xacml:3.0:core:schema:wd-17' PolicySetId='S' PolicyCombiningAlgId=\
             'urn:oasis:names:tc:xacml:3.0:policy-combining-algorithm:{algorithm}'>{target}{}{}</PolicySet>",
            member("A", "Deny"),
            member("B", "Permit")
        )
    };
    assert_eq!(decision(&[&set("permit-overrides", "<Target/>")], CITY, "read"), Decision::Permit);
    assert_eq!(decision(&[&set("deny-overrides", "<Target/>")], CITY, "read"), Decision::Deny);
    let elsewhere = target(&resource("^fiware:sth"));
    assert_eq!(decision(&[&set("permit-overrides", &elsewhere)], CITY, "read"), Decision::NotApplicable);
}

#[test]
fn targets_need_all_of_any_of() {
    let rule = "<Rule Effect='Permit'/>";
    let any = |all: &[&str]| format!("<AnyOf><AllOf>{}</AllOf></AnyOf>", all.join("</AllOf><AllOf>"));
    let (yes, no) = (resource("orion"), resource("perseo"));
    let both = format!("{yes}{no}");
    for (target, applies) in [
        (any(&[&yes, &no]), true),
        (any(&[&both]), false),
        (any(&[&both, &yes]), true),
        (format!("{}{}", any(&[&yes]), any(&[&no])), false),
        (format!("{}{}", any(&[&yes]), any(&[&no, &yes])), true),
    ] {
        let text = policy("P", "3.0:deny-overrides", &format!("<Target>{target}</Target>{rule}"));
        let expected = if applies { Decision::Permit } else { Decision::NotApplicable };
        assert_eq!(decision(&[&text], CITY, "read"), expected, "{target}");
    }
}

#[test]
fn a_rule_may_have_a_target_of_its_own() {
    let of = |pattern: &str| format!("<Rule Effect='Deny'>{}</Rule>", target(&resource(pattern)));
    let text = of_rules("3.0:deny-overrides", &[rule("Permit", "read"), of("/secret:")]);
    assert_eq!(decision(&[&text], "fiware:orion:city:/open:::", "read"), Decision::Permit);
    assert_eq!(decision(&[&text], "fiware:orion:city:/secret:::", "read"), Decision::Deny);
}

#[test]
fn a_missing_attribute_is_doubt_where_it_must_be_present() {
    let other_id = |text: String| text.replace("1.0:resource:resource-id", "1.0:resource:other");
    let doubtful = other_id(default_policy("P", "orion", "read"));
    assert_eq!(decision(&[&doubtful], CITY, "read").name(), "Indeterminate");
    let optional = doubtful.replacen("MustBePresent='true'", "MustBePresent='false'", 1);
    assert_eq!(decision(&[&optional], CITY, "read"), Decision::NotApplicable);

    let no_action = one_of("read").replace("1.0:action:action-id", "1.0:action:other");
    let rule = |effect: &str| format!("<Rule Effect='{effect}'>{no_action}</Rule>");
    let permit = Decision::Indeterminate(Leaning::Only(Effect::Permit));
    assert_eq!(decision(&[&of_rules("3.0:deny-overrides", &[rule("Permit")])], CITY, "read"), permit);
    assert_eq!(decision(&[&of_rules("3.0:deny-unless-permit", &[rule("Permit")])], CITY, "read"), Decision::Deny);
    // What is doubtful about a single target of the subject is doubtful about all its policies.
    let sure = default_policy("Q", "orion", "read");
    assert_eq!(decision(&[&sure, &doubtful], CITY, "read").name(), "Indeterminate");
}

#[test]
fn doubt_about_the_target_of_a_member_keeps_its_leaning() {
    let member = policy("P", "3.0:deny-overrides", &format!("{}<Rule Effect='Deny'/>", target(&resource("orion"))));
    let doubtful = member.replace("1.0:resource:resource-id", "1.0:resource:other");
    let policy = Policy::read(&xml::parse(&doubtful).unwrap()).unwrap();
    let request = Request::new(["role"].into_iter(), CITY, "read");
    assert_eq!(of_policy(&policy, &request), Decision::Indeterminate(Leaning::Only(Effect::Deny)));
}

#[test]
fn texts_that_are_no_policies_make_every_decision_of_their_subject_doubtful() {
    let good = default_policy("A", "orion", "read");
    for bad in ["", "<Policy", "<Policy/>", "<!DOCTYPE a><a/>"] {
        assert_eq!(decision(&[&good, bad], CITY, "read"), Decision::Indeterminate(Leaning::Either), "{bad}");
    }
}

#[test]
fn conditions_know_logic_and_stop_where_it_is_settled() {
    let function = "urn:oasis:names:tc:xacml:1.0:function";
    let apply = |name: &str, of: &[&str]| format!("<Apply FunctionId='{function}:{name}'>{}</Apply>", of.concat());
    let is = |actions: &str| {
        let condition = one_of(actions);
        condition.trim_start_matches("<Condition>").trim_end_matches("</Condition>").to_owned()
    };
    let (yes, no) = (is("read"), is("delete"));
    let doubt = yes.replace("1.0:action:action-id", "1.0:action:other");
    let designator =
        yes.rsplit_once("</Apply>\n").map(|(_, rest)| rest.trim_end_matches("</Apply>")).unwrap().to_owned();
    let only = apply("string-one-and-only", &[&designator]);
    let is_in = apply("string-is-in", &[&apply("string-normalize-to-lower-case", &[&value("READ")]), &designator]);
    let equal = apply("string-equal", &[&only, &apply("string-normalize-space", &[&value(" read ")])]);
    for (condition, expected) in [
        (apply("and", &[&yes, &yes]), "Permit"),
        (apply("and", &[&no, &doubt]), "NotApplicable"),
        (apply("and", &[&yes, &doubt]), "Indeterminate"),
        (apply("and", &[]), "Permit"),
        (apply("or", &[&yes, &doubt]), "Permit"),
        (apply("or", &[&no, &no]), "NotApplicable"),
        (apply("not", &[&no]), "Permit"),
        (apply("not", &[&doubt]), "Indeterminate"),
        (is_in, "Permit"),
        (equal, "Permit"),
    ] {
        let rule = format!("<Rule Effect='Permit'><Condition>{condition}</Condition></Rule>");
        let text = of_rules("3.0:deny-overrides", &[rule]);
        assert_eq!(decision(&[&text], CITY, "read").name(), expected, "{condition}");
    }
}
