//! Which settings files there are, whom they are from, and what is wrong with them.

use crate::base::private::shown;
use crate::base::text::shell_word;
use crate::config::trust::{self, Verdict};
use crate::config::{self, Settings};

use super::super::context::Context;
use super::Finding;

/// As many problems of the settings are named.
const NAMED: usize = 10;

/// The files that count, the strongest first.
pub(super) fn files(context: &Context) -> Vec<Finding> {
    let mut findings: Vec<Finding> = config::paths(&context.inputs)
        .into_iter()
        .filter(|place| place.exists)
        .map(|place| {
            let path = shown(&place.path);
            if !place.is_project {
                return Finding::ok("settings", "", format!("settings {path} ({})", place.why));
            }
            let text = trust::text(&place.path).unwrap_or_default();
            let verdict = trust::verdict(context.inputs.trust_file.as_deref(), &place.path, &text);
            let found = match verdict {
                Ok(Verdict::Trusted) => {
                    return Finding::ok("settings", "", format!("settings {path} ({}, trusted)", place.why));
                }
                Ok(Verdict::Changed) => format!("{path} has changed since it was trusted"),
                Ok(Verdict::Unknown) => {
                    format!(
                        "{path} is trusted by nobody: its hosts get no secret, and what weakens something is ignored"
                    )
                }
                Err(error) => error.to_string(),
            };
            let word = shell_word(&place.path.display().to_string());
            Finding::warn("settings", "", found).next(format!("orchest config trust {word}"))
        })
        .collect();
    if findings.is_empty() {
        findings.push(Finding::ok("settings", "", "no settings file; flags and variables alone count"));
    }
    if let Some((name, origin)) = context.settings.context() {
        findings.push(Finding::ok("context", "", format!("context {name} ({origin})")));
    }
    findings
}

/// Whether they cannot be read at all, and not merely because there is no context of this name.
pub(super) fn is_broken(context: &Context, word: &str) -> bool {
    let unnamed = config::Inputs { context: None, ..context.inputs.clone() };
    match Settings::load(&unnamed) {
        Ok(settings) => settings.context_names().any(|name| name == word),
        Err(_) => true,
    }
}

pub(super) fn can_be_read(context: &Context) -> bool {
    Settings::load(&context.inputs).is_ok()
}

/// What is wrong with them.
pub(super) fn problems(context: &Context) -> Vec<Finding> {
    let settings = match Settings::load(&context.inputs) {
        Ok(settings) => settings,
        Err(error) => {
            // What follows draws a picture of the line.
            let told = error.to_string();
            let first = told.lines().next().unwrap_or_default();
            return vec![Finding::fail("settings", "", first).next("orchest config edit")];
        }
    };
    let mut problems: Vec<String> = settings.validate().iter().map(ToString::to_string).collect();
    problems.dedup();
    let more = problems.len().saturating_sub(NAMED);
    let mut findings: Vec<Finding> = problems
        .iter()
        .take(NAMED)
        .map(|problem| Finding::fail("settings", "", problem.as_str()).next("orchest config edit"))
        .collect();
    if more > 0 {
        let found = Finding::fail("settings", "", format!("and {more} more problems in the settings"));
        findings.push(found.next("orchest config validate"));
    }
    let is_news = |warning: &&String| !problems.contains(warning);
    findings.extend(settings.warnings().iter().filter(is_news).map(|warning| {
        // They say themselves what to type, at their end.
        let parts = ["; to allow it: ", "; make it private: "].iter().find_map(|cut| warning.split_once(cut));
        match parts {
            Some((what, next)) => Finding::warn("settings", "", what).next(next),
            None => Finding::warn("settings", "", warning.as_str()).next("orchest config show --origin"),
        }
    }));
    findings
}
