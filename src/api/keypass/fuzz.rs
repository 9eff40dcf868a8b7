//! What has to hold for any policy.

use super::lint::{Severity, lint};
use super::policy::{Policy, split};
use super::{explain, pattern, write};

/// A policy that was read and written reads the same, and so does each one of a listing when it stands alone.
pub(crate) fn policy(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let findings = lint(&text);
    match Policy::read(&text) {
        Ok(policy) => whole(&policy),
        Err(error) => {
            assert!(findings.iter().any(|finding| finding.severity == Severity::Error), "{error}");
            assert!(error.line.is_none_or(|line| line <= text.matches('\n').count() + 1), "{error}");
        }
    }
    for one in split(&text).into_iter().flatten() {
        match Policy::read(&one.text) {
            Ok(alone) => assert!(alone.is_same(&one), "{}\nis not\n{}", alone.canonical(), one.canonical()),
            Err(error) => unreachable!("{error} in\n{}", one.text),
        }
    }
    let matched = pattern::matches(&text, "fiware:orion:smartcity:/energy:::");
    assert!(matched.is_none() || pattern::check(&text).is_ok());
    // XML has no word for the other control characters, and ends lines in its own way.
    if !text.chars().any(|one| one.is_control() || matches!(one, '\u{fffe}' | '\u{ffff}')) {
        let written = write::policy(&text, &text, &text, &[&text, "read"]);
        let plain = Policy::read(&written).ok().and_then(|policy| policy.plain());
        let said = plain.map(|plain| (plain.pattern, plain.actions));
        assert_eq!(said, Some((text.to_string(), vec![text.to_string(), "read".to_owned()])), "{written}");
    }
}

fn whole(policy: &Policy) {
    assert!(Policy::read(&policy.text).is_ok_and(|again| again == *policy));
    assert!(explain::changes(policy, policy).is_empty());
    explain::policy("ServiceCustomer", policy);
    explain::narrowed(&[policy.clone(), policy.clone()]);
    policy.algorithm();
    let Some(plain) = policy.plain() else { return };
    assert!(policy.rules().iter().all(|rule| rule.permits) && policy.patterns() == [plain.pattern.clone()]);
    let actions: Vec<&str> = plain.actions.iter().map(String::as_str).collect();
    let written = write::policy(policy.id(), "rule", &plain.pattern, &actions);
    let again = Policy::read(&written).ok().and_then(|again| again.plain());
    assert_eq!(again, Some(plain), "{written}");
}
