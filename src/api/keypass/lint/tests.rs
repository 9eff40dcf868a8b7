//! Planted faults, one each: every one is found, at its line, and the default policies have none.

use proptest::prelude::*;

use super::super::{pattern, templates, write};
use super::*;

fn template(name: &str) -> String {
    write::template(&templates::find(name).unwrap())
}

fn codes(text: &str) -> Vec<String> {
    lint(text).into_iter().map(|found| format!("{} {}", found.severity.word(), found.code)).collect()
}

#[test]
fn the_default_policies_are_right() {
    for template in templates::all() {
        let found = codes(&write::template(&template));
        let legacy = template.actions().contains(&"subscribe");
        assert_eq!(found, if legacy { vec!["note ngsi-v1"] } else { vec![] }, "{}", template.name);
    }
}

/// What is replaced in the policy of `sth-admin`, by what, what is found, and where.
#[test]
fn every_planted_fault_is_found_at_its_line() {
    let text = template("sth-admin");
    let table = [
        ("</Policy>", "", "error not-xml", Some(2)),
        ("<Policy ", "<!DOCTYPE Policy>\n<Policy ", "error refused", Some(2)),
        (">read<", ">&read;<", "error refused", Some(17)),
        ("core:schema:wd-17", "core:schema:wd-18", "error namespace", Some(2)),
        ("PolicyId=\"STHSubServiceAdmin\"", "", "error no-id", Some(2)),
        ("PolicyId=\"STHSubServiceAdmin\"", "PolicyId=\"a b\"", "error bad-id", Some(2)),
        ("deny-unless-permit", "deny-unles-permit", "error algorithm", Some(2)),
        (":rule-combining-algorithm:deny-unless-permit", ":policy-combining-algorithm:x", "error algorithm", Some(2)),
        ("Effect=\"Permit\"", "Effect=\"Deny\"", "warning no-permit", Some(2)),
        ("Effect=\"Permit\"", "Effect=\"Allow\"", "error effect", Some(13)),
        ("RuleId=\"STHSubServiceAdminRule1\"", "", "error no-rule-id", Some(13)),
        (">read<", ">raed<", "warning unknown-action", Some(17)),
        (">read<", ">create<", "note duplicate-action", Some(17)),
        ("fiware:sth:.*", "fiware:(sth:.*", "error pattern", Some(7)),
        ("fiware:sth:.*", "fiware:(?=sth:).*", "note pattern-unchecked", Some(7)),
        ("fiware:sth:.*", "fiware:shh:.*", "warning no-component", Some(7)),
        ("fiware:sth:.*", "fiware:.*", "warning every-component", Some(7)),
        ("resource:resource-id", "resource:resource-name", "warning never-sent", Some(8)),
        ("attribute-category:action", "attribute-category:environment", "warning never-sent", Some(20)),
        ("1.0:function:string-regexp-match", "1.0:funktion:string-regexp-match", "error function", Some(6)),
        ("<Target>", "<Target/><Target>", "error target", Some(2)),
    ];
    for (from, to, expected, line) in table {
        let planted = text.replacen(from, to, 1);
        assert_ne!(planted, text, "{from}");
        let found = lint(&planted);
        let hit = found.iter().find(|found| format!("{} {}", found.severity.word(), found.code) == expected);
        let hit = hit.unwrap_or_else(|| panic!("{expected} was not found after {from} → {to}: {found:#?}"));
        assert_eq!(hit.line, line, "{expected}: {}", hit.text);
    }
}

#[test]
fn hints_name_the_nearest_word() {
    let planted = template("orion-admin").replacen(">update<", ">updaet<", 1);
    assert!(lint(&planted).iter().any(|found| found.text.contains("did you mean update?")));
    let planted = template("orion-admin").replacen("deny-unless-permit", "deny-unles-permit", 1);
    assert!(lint(&planted).iter().any(|found| found.text.contains("did you mean deny-unless-permit?")));
}

#[test]
fn rules_are_counted() {
    let text = template("sth-customer");
    let rule = &text[text.find("  <Rule").unwrap()..text.find("</Policy>").unwrap()];
    assert_eq!(codes(&text.replace(rule, "")), ["error no-rule"]);
    assert_eq!(codes(&text.replace(rule, &rule.repeat(2))), ["warning duplicate-rule"]);
}

#[test]
fn other_documents_and_large_ones_are_refused() {
    assert_eq!(codes("<html/>"), ["error root"]);
    assert_eq!(codes("not a policy"), ["error not-xml"]);
    assert_eq!(codes("<Rule xmlns='urn:oasis:names:tc:xacml:3.0:core:schema:wd-17'/>"), ["error root"]);
    let large = template("sth-admin").replacen(">read<", &format!(">{}<", "x".repeat(5 << 20)), 1);
    let found = lint(&large);
    assert!(found.len() == 1 && found[0].text.contains("5.0 MiB"), "{found:?}");
}

#[test]
fn sets_are_looked_into() {
    let inner = template("sth-admin").split_once("?>\n").unwrap().1.replacen(">read<", ">raed<", 1);
    let set = |inner: &str| {
        format!(
            "<PolicySet xmlns='{NAMESPACE}' PolicySetId='s' Version='1.0' PolicyCombiningAlgId='urn:oasis:names:tc:xacml:\
             3.0:policy-combining-algorithm:deny-overrides'><Target/>{inner}</PolicySet>"
        )
    };
    assert!(codes(&set("")).contains(&"error no-rule".to_owned()));
    assert_eq!(codes(&set(&inner)), ["warning unknown-action"]);
    assert_eq!(
        codes(&set(&inner).replacen("policy-combining", "rule-combining", 1)).first().unwrap(),
        "error algorithm"
    );
    let without = inner.replacen("RuleId=", "Id=", 1);
    assert!(codes(&set(&without)).contains(&"error no-rule-id".to_owned()));
}

proptest! {
    /// Whatever the text, it is answered; and what has no error is read.
    #[test]
    fn nothing_makes_it_fall(cut in 0..2_000_usize, insert in "[<>&\"'/!\\[\\]A-Za-z:; \n-]{0,12}", text in any::<String>()) {
        lint(&text);
        let template = template("orion-admin");
        let (before, after) = template.split_at(cut.min(template.len()));
        let changed = format!("{before}{insert}{after}");
        if lint(&changed).iter().all(|finding| finding.severity != Severity::Error) {
            prop_assert!(Policy::read(&changed).is_ok_and(|policy| !policy.id().is_empty()));
        }
        prop_assert!(lint(before).iter().any(|finding| finding.severity == Severity::Error) || after.trim().is_empty());
        let _ = pattern::matches(&insert, "fiware:orion:a:/:::");
    }
}
