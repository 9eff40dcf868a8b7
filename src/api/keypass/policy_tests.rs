//! Every default policy is understood; what only looks like one is not.

use super::super::{templates, write};
use super::*;

fn template(name: &str) -> String {
    write::template(&templates::find(name).unwrap())
}

#[test]
fn every_template_is_read_back_as_it_was_meant() {
    for template in templates::all() {
        let policy = Policy::read(&write::template(&template)).unwrap();
        assert_eq!(policy.id(), template.policy_id);
        assert_eq!(policy.algorithm(), "deny-unless-permit");
        assert_eq!(policy.components(), [template.component]);
        let plain = policy.plain().unwrap();
        assert_eq!((plain.pattern, plain.actions), (template.pattern(), strings(template.actions())));
    }
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

#[test]
fn what_has_more_in_it_is_not_plain() {
    let text = template("sth-customer");
    for (from, to) in [
        ("deny-unless-permit", "permit-overrides"),
        ("Effect=\"Permit\"", "Effect=\"Deny\""),
        ("<Condition>", "<Target/><Condition>"),
        ("</Rule>", "</Rule><Rule RuleId=\"x\" Effect=\"Permit\"/>"),
        ("</Target>", "</Target><ObligationExpressions/>"),
        ("</AllOf>", "</AllOf><AllOf/>"),
        ("string-bag", "string-one-and-only"),
        ("action:action-id", "action:other"),
        ("string-regexp-match", "string-equal"),
        ("wd-17", "wd-18"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        assert_eq!(Policy::read(&changed).unwrap().plain(), None, "{to}");
    }
}

#[test]
fn equal_but_for_blanks_prefixes_comments_and_order() {
    let text = template("orion-admin");
    let policy = Policy::read(&text).unwrap();
    let squeezed: String = text.lines().map(str::trim).collect();
    let reordered = text
        .replace("PolicyId=\"OrionSubServiceAdmin\" ", "")
        .replace("Version=\"1.0\">", "Version='1.0' PolicyId=\"OrionSubServiceAdmin\" >");
    let prefixed = text
        .replace("</", "</x:")
        .replace("<x:", "</x:")
        .replace('<', "<x:")
        .replace("<x:/x:", "</x:")
        .replace("<x:?", "<?")
        .replace("xmlns=", "xmlns:x=");
    let commented = text.replace("<Rule ", "<!-- why --><Rule ");
    for same in [squeezed, reordered, prefixed, commented] {
        assert_ne!(same, text);
        let other = Policy::read(&same).unwrap_or_else(|error| panic!("{error}\n{same}"));
        assert!(policy.is_same(&other), "{}\n{}", policy.canonical(), other.canonical());
    }
    for (from, to) in [
        (">read<", ">raed<"),
        ("Effect=\"Permit\"", "Effect=\"Deny\""),
        ("OrionSubServiceAdmin\"", "Other\""),
        ("<Condition>", "<Description>x</Description><Condition>"),
        ("wd-17", "wd-18"),
        (">fiware:", ">x fiware:"),
    ] {
        let other = Policy::read(&text.replacen(from, to, 1)).unwrap();
        assert!(!policy.is_same(&other), "{to}");
    }
}

#[test]
fn a_listing_is_taken_apart() {
    let inner = |name: &str| template(name).split_once("?>\n").unwrap().1.to_owned();
    let (first, second) = (inner("orion-admin"), inner("sth-admin"));
    let opening = format!(
        "<PolicySet xmlns=\"{NAMESPACE}\" xmlns:ns0=\"{NAMESPACE}\" ns0:PolicySetId=\"t:s\" xmlns:ns1=\"{NAMESPACE}\" \
         ns1:Version=\"1.0\""
    );
    assert_eq!(split(&format!("\u{feff}{opening}/>")).unwrap(), []);
    // As they were stored, and as a server writes them that leaves out what is declared above.
    let bare = second.replacen(&format!(" xmlns=\"{NAMESPACE}\""), "", 1);
    assert_ne!(bare, second);
    let listing = format!("{opening}>{first}<!-- x -->{bare}</PolicySet>");
    let policies = split(&listing).unwrap();
    assert_eq!(policies.iter().map(Policy::id).collect::<Vec<_>>(), ["OrionSubServiceAdmin", "STHSubServiceAdmin"]);
    for (policy, name) in policies.iter().zip(["orion-admin", "sth-admin"]) {
        let alone = Policy::read(&policy.text).unwrap();
        assert!(alone.is_same(policy) && alone.is_same(&Policy::read(&template(name)).unwrap()), "{}", policy.text);
        assert!(!policy.text.contains("ns0"), "{}", policy.text);
    }
}

#[test]
fn a_namespace_counts_as_it_is_meant_and_not_as_it_is_written() {
    for written in ["urn:it's a>b", "urn:it&apos;s a&gt;b", "urn:it&#39;s\na>b"] {
        let opening = format!("<PolicySet xmlns=\"{NAMESPACE}\" xmlns:p=\"{written}\">");
        let policies =
            split(&format!("{opening}<Policy PolicyId=\"a\"><p:x p:y=\"1\"/></Policy></PolicySet>")).unwrap();
        let [policy] = policies.as_slice() else { panic!("{policies:?}") };
        assert!(Policy::read(&policy.text).unwrap().is_same(policy), "{}", policy.text);
        assert!(policy.canonical().contains("\"urn:it's a>b\""), "{}", policy.canonical());
    }
}

#[test]
fn a_page_of_something_else_is_no_listing() {
    for text in
        ["<html/>", "<PolicySet/>", "", "{}", "<Policy xmlns='urn:oasis:names:tc:xacml:3.0:core:schema:wd-17'/>"]
    {
        assert!(split(text).is_err(), "{text}");
    }
}

#[test]
fn a_set_is_about_what_its_policies_are_about() {
    let inner = |name: &str| template(name).split_once("?>\n").unwrap().1.to_owned();
    let set = |target: &str, inner: &str| {
        let text = format!("<PolicySet xmlns='{NAMESPACE}' PolicySetId='s'>{target}{inner}</PolicySet>");
        Policy::read(&text).unwrap()
    };
    let both = set("<Target/>", &(inner("orion-customer") + &inner("sth-admin")));
    assert_eq!((both.id(), both.is_set(), both.plain()), ("s", true, None));
    assert_eq!(both.components(), [Component::Orion, Component::Sth]);
    assert_eq!(both.rules().len(), 2);
    let bare = inner("sth-admin").replace("fiware:sth:.*", "x").replace("string-regexp-match", "string-equal");
    assert_eq!(set("<Target/>", &(inner("orion-customer") + &bare)).components(), Component::ALL);
    let target =
        &inner("sth-admin")[inner("sth-admin").find("<Target>").unwrap()..inner("sth-admin").find("<Rule").unwrap()];
    assert_eq!(set(target, &inner("orion-customer")).components(), [Component::Sth]);
}
