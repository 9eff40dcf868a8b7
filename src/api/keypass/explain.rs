//! What policies say, in plain words.

use std::collections::BTreeMap;

use super::actions::Component;
use super::policy::Policy;

/// Said once under any explanation.
pub(crate) const CACHES: &str =
    "a change takes up to two minutes to be seen: the PEP and Keypass remember their answers";

const BEGINNING: &str = "urn:oasis:names:tc:xacml:";

/// What one policy of a role permits.
pub(crate) fn policy(role: &str, policy: &Policy) -> String {
    let Some(plain) = policy.plain() else {
        return format!("{role}: policy {} says more than can be told in words; read its text", policy.id());
    };
    let components = policy.components();
    let place = place(role);
    match components.as_slice() {
        [component] => {
            let (old, asked): (Vec<String>, Vec<String>) =
                plain.actions.into_iter().partition(|action| component.is_legacy(action));
            let may = if asked.is_empty() { "nothing that is asked for today".to_owned() } else { list(&asked) };
            let old = if old.is_empty() {
                String::new()
            } else {
                format!("; {} are of NGSIv1 and not asked for", list(&old))
            };
            format!("{role} may {may} in {} ({}), {place}{old}", component.name(), component.what())
        }
        [] => format!("{role}: policy {} applies to no component: {:?} matches none", policy.id(), plain.pattern),
        several => {
            let names: Vec<String> = several.iter().map(|component| component.name().to_owned()).collect();
            format!("{role} may {} in {}, {place}", list(&plain.actions), list(&names))
        }
    }
}

/// Where a role of this name takes effect, by the platform's custom.
fn place(role: &str) -> &'static str {
    if role.starts_with("SubService") {
        "in its subservices"
    } else if role.starts_with("Service") || role == "admin" {
        "on the service itself, not in its subservices"
    } else {
        "where the role is granted"
    }
}

/// `a`, `a and b`, `a, b and c`.
fn list(words: &[String]) -> String {
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "nothing".to_owned(),
    }
}

/// Policies of one role that are about the same component, and what is left of them: each denies what it does not permit,
/// and a denial wins.
pub(crate) fn narrowed(policies: &[Policy]) -> Vec<String> {
    let mut by_component: BTreeMap<Component, Vec<&Policy>> = BTreeMap::new();
    for policy in policies {
        for component in policy.components() {
            by_component.entry(component).or_default().push(policy);
        }
    }
    let several = by_component.into_iter().filter(|(_, policies)| policies.len() > 1);
    several
        .map(|(component, policies)| {
            let ids: Vec<String> = policies.iter().map(|policy| policy.id().to_owned()).collect();
            let left = match common(&policies) {
                Some(mut actions) => {
                    actions.retain(|action| !component.is_legacy(action));
                    format!("; together they permit {}", list(&actions))
                }
                None => String::new(),
            };
            format!("{} narrow each other in {} (a denial wins){left}", list(&ids), component.name())
        })
        .collect()
}

/// The actions that all of them permit, as far as all can be told in words.
fn common(policies: &[&Policy]) -> Option<Vec<String>> {
    let mut actions: Option<Vec<String>> = None;
    for policy in policies {
        let plain = policy.plain()?;
        actions = Some(match actions {
            None => plain.actions,
            Some(before) => before.into_iter().filter(|action| plain.actions.contains(action)).collect(),
        });
    }
    actions
}

/// What changes from one policy to the other: `- permit delete`, `+ permit read`; lines of both where words do not suffice.
pub(crate) fn changes(before: &Policy, after: &Policy) -> Vec<String> {
    let mut lines = Vec::new();
    if let (Some(old), Some(new)) = (before.plain(), after.plain()) {
        let (gone, come) = (without(&old.actions, &new.actions), without(&new.actions, &old.actions));
        if old.pattern != new.pattern {
            lines.extend([format!("- on {}", old.pattern), format!("+ on {}", new.pattern)]);
        }
        if !gone.is_empty() {
            lines.push(format!("- permit {}", gone.join(", ")));
        }
        if !come.is_empty() {
            lines.push(format!("+ permit {}", come.join(", ")));
        }
    }
    if lines.is_empty() {
        let (old, new) = (before.canonical(), after.canonical());
        let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
        // The beginning that all names share says nothing to a person.
        let shown = |sign: &str, line: &str| format!("{sign} {}", line.trim_start().replace(BEGINNING, "…"));
        lines.extend(without(&old, &new).into_iter().map(|line| shown("-", line)));
        lines.extend(without(&new, &old).into_iter().map(|line| shown("+", line)));
        if lines.is_empty() && old != new {
            lines.push("~ the same parts in another order or number".to_owned());
        }
    }
    lines
}

fn without<T: PartialEq + Clone>(all: &[T], taken: &[T]) -> Vec<T> {
    all.iter().filter(|one| !taken.contains(one)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::super::{templates, write};
    use super::*;

    fn template(name: &str) -> Policy {
        Policy::read(&write::template(&templates::find(name).unwrap())).unwrap()
    }

    #[test]
    fn templates_in_words() {
        let table = [
            (
                "SubServiceAdmin",
                "orion-admin",
                "SubServiceAdmin may create, update, delete and read in orion (the context broker), in its subservices; \
                 subscribe, register, discover and subscribe-availability are of NGSIv1 and not asked for",
            ),
            (
                "ServiceCustomer",
                "perseo-customer2",
                "ServiceCustomer may readRule in perseo (the rules), on the service itself, not in its subservices",
            ),
            (
                "admin",
                "sth-admin2",
                "admin may read and create in sth (the history of measurements), on the service itself, not in its subservices",
            ),
            (
                "Gardener",
                "sth-customer",
                "Gardener may read in sth (the history of measurements), where the role is granted",
            ),
        ];
        for (role, name, expected) in table {
            assert_eq!(policy(role, &template(name)), expected);
        }
        for one in templates::all() {
            let words = policy(&one.role, &template(&one.name));
            assert!(words.contains(one.component.what()), "{words}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_not() {
        let text = write::template(&templates::find("sth-customer").unwrap());
        let strange = Policy::read(&text.replace("deny-unless-permit", "permit-unless-deny")).unwrap();
        assert!(policy("x", &strange).contains("more than can be told"));
        let nowhere = Policy::read(&text.replace("fiware:sth", "fiware:moon")).unwrap();
        assert!(policy("x", &nowhere).contains("applies to no component"));
        let everywhere = Policy::read(&text.replace("fiware:sth:", "fiware:")).unwrap();
        assert!(policy("x", &everywhere).contains("may read in orion, perseo, iotagent, sth and keypass"));
    }

    #[test]
    fn two_policies_for_one_component_leave_what_both_permit() {
        let all = [template("sth-admin"), template("sth-customer"), template("orion-admin")];
        let expected = "STHSubServiceAdmin and STHSubServiceCustomer narrow each other in sth (a denial wins); together they \
                        permit read";
        assert_eq!(narrowed(&all), [expected]);
        assert_eq!(narrowed(&all[1..]), Vec::<String>::new());
    }

    #[test]
    fn changes_are_told_in_words_where_words_suffice() {
        let (before, after) = (template("sth-admin"), template("sth-customer"));
        assert_eq!(changes(&before, &after), ["- permit create"]);
        assert_eq!(changes(&after, &before), ["+ permit create"]);
        assert_eq!(changes(&before, &before), Vec::<String>::new());
        let text = &before.text;
        let moved = Policy::read(&text.replace("fiware:sth", "fiware:orion")).unwrap();
        assert_eq!(changes(&before, &moved), ["- on fiware:sth:.*", "+ on fiware:orion:.*"]);
        let renamed = Policy::read(&text.replace("Rule1", "Rule2")).unwrap();
        let lines = changes(&before, &renamed);
        assert!(lines.len() == 2 && lines[0].contains("Rule1") && lines[1].contains("Rule2"), "{lines:?}");
    }
}
