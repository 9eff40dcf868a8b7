//! What can be changed at the membership services while they run. Each switch is a name and a word, such as
//! `github.sso=required`; the two that all of them share have no service in front.

use std::time::Duration;

use serde::Serialize;

use super::super::paas::{number, on};
use super::{gdrive, github, slack, trello};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(in crate::sandbox) struct Switches {
    /// How far the clock of the four is ahead.
    pub(super) ahead: Duration,
    /// Whether the limits that the real ones have are kept to; otherwise requests are counted only.
    pub(super) limits: bool,
    pub(super) github: github::Switches,
    pub(super) gdrive: gdrive::Switches,
    pub(super) trello: trello::Switches,
    pub(super) slack: slack::Switches,
}

/// The prefixes.
const SERVICES: [&str; 4] = ["github", "trello", "slack", "gdrive"];

impl Switches {
    /// Whether a switch of this name, with or without a word, is one of these.
    pub(in crate::sandbox) fn has(text: &str) -> bool {
        let name = text.trim().split('=').next().unwrap_or_default();
        let service = name.split_once('.').map(|(service, _)| service);
        matches!(name, "ahead" | "limits") || service.is_some_and(|service| SERVICES.contains(&service))
    }

    /// Sets one, from `name=word`; says what can be set otherwise.
    pub(in crate::sandbox) fn set(&mut self, text: &str) -> Result<(), String> {
        let (name, word) = text.trim().split_once('=').unwrap_or((text.trim(), "on"));
        let (service, own) = name.split_once('.').unwrap_or((name, ""));
        match service {
            "ahead" => self.ahead = Duration::from_secs(number(name, word)?),
            "limits" => self.limits = on(name, word)?,
            "github" => self.github.set(own, word)?,
            "gdrive" => self.gdrive.set(own, word)?,
            "trello" => self.trello.set(own, word)?,
            "slack" => self.slack.set(own, word)?,
            _ => return Err(format!("there is no switch {name}")),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_is_told_by_its_service() {
        for (text, expected) in
            [("github.sso=required", true), ("ahead=5", true), ("limits", true), ("iam=down", false), ("x.y", false)]
        {
            assert_eq!(Switches::has(text), expected, "{text}");
        }
        let mut switches = Switches::default();
        switches.set("ahead=60").unwrap();
        switches.set("limits").unwrap();
        assert_eq!((switches.ahead, switches.limits), (Duration::from_mins(1), true));
        for service in SERVICES {
            let answer = switches.set(&format!("{service}.colour=red")).unwrap_err();
            assert!(answer.starts_with(&format!("there is no switch {service}.colour")), "{answer}");
        }
        assert!(switches.set("ahead=soon").unwrap_err().contains("number"));
    }
}
