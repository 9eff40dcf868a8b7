//! What can be changed while the orchestrators run: what stands around them, and how old they are. Each switch is a name
//! and a word, such as `broker=down`, given through the control port or the sandbox's handle.

use std::str::FromStr;

use serde::Serialize;

/// What stands around the orchestrators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, and none excludes another")]
pub(in crate::sandbox) struct Switches {
    /// v1: the message broker is `on`, `off` (not configured) or `down`.
    pub(super) broker: &'static str,
    /// v1: the policy server is `off` (not configured), `allow`, `deny` or `down`.
    pub(super) opa: &'static str,
    /// Both: whether the orchestrators reach the issuer.
    pub(super) iam_down: bool,
    /// v1: 401 and 403 as they were before 2025-10-21.
    pub(super) iam_before_2025: bool,
    /// indigo: the next write meets another one and is told to come again.
    pub(super) busy: bool,
    /// indigo: fetching the log fails, which shows as an empty one.
    pub(super) log_fails: bool,
    /// indigo: the unreleased branch on which deleted deployments stay and administrators may act.
    pub(super) cloud_2694: bool,
    /// indigo: which release, such as `4.0.1`.
    pub(super) release: String,
    /// Issuer: who is at the browser.
    pub(in crate::sandbox) login: String,
    /// Issuer: a device code is approved by itself at this poll; 0 for never.
    pub(in crate::sandbox) approve_at_poll: u32,
    /// Issuer: `verification_uri_complete` is given.
    pub(in crate::sandbox) complete_uri: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            broker: "on",
            opa: "off",
            iam_down: false,
            iam_before_2025: false,
            busy: false,
            log_fails: false,
            cloud_2694: false,
            release: "4.0.1".to_owned(),
            login: "alice".to_owned(),
            approve_at_poll: 2,
            complete_uri: false,
        }
    }
}

impl Switches {
    /// Sets one, from `name=word`; says what can be set otherwise.
    pub(in crate::sandbox) fn set(&mut self, text: &str) -> Result<(), String> {
        let (name, word) = text.trim().split_once('=').unwrap_or((text.trim(), "on"));
        match name {
            "broker" => self.broker = one_of(name, word, &["on", "off", "down"])?,
            "opa" => self.opa = one_of(name, word, &["off", "allow", "deny", "down"])?,
            "iam" => self.iam_down = one_of(name, word, &["on", "down"])? == "down",
            "iam_before_2025" => self.iam_before_2025 = on(name, word)?,
            "busy" => self.busy = on(name, word)?,
            "log_fails" => self.log_fails = on(name, word)?,
            "cloud_2694" => self.cloud_2694 = on(name, word)?,
            "release" if numbers(word).is_some() => word.clone_into(&mut self.release),
            "release" => return Err(format!("release={word}: give three numbers, such as 4.0.1")),
            "login" => word.clone_into(&mut self.login),
            "approve_at_poll" => self.approve_at_poll = number(name, word)?,
            "complete_uri" => self.complete_uri = on(name, word)?,
            _ => return Err(format!("there is no switch {name}; there are {NAMES}")),
        }
        Ok(())
    }

    /// Whether the indigo server is of this release or a later one.
    pub(super) fn is_since(&self, first: [u32; 3]) -> bool {
        numbers(&self.release).is_some_and(|release| release >= first)
    }
}

const NAMES: &str =
    "broker, opa, iam, iam_before_2025, busy, log_fails, cloud_2694, release, login, approve_at_poll, complete_uri";

fn numbers(release: &str) -> Option<[u32; 3]> {
    let numbers: Option<Vec<u32>> = release.split('.').map(|word| word.parse().ok()).collect();
    numbers?.try_into().ok()
}

/// One of these words.
pub(in crate::sandbox) fn one_of(name: &str, word: &str, words: &[&'static str]) -> Result<&'static str, String> {
    let found = words.iter().find(|known| **known == word).copied();
    found.ok_or_else(|| format!("{name}={word}: it is one of {}", words.join(", ")))
}

/// `on` or `off`.
pub(in crate::sandbox) fn on(name: &str, word: &str) -> Result<bool, String> {
    Ok(one_of(name, word, &["on", "off"])? == "on")
}

/// Any number.
pub(in crate::sandbox) fn number<T: FromStr>(name: &str, word: &str) -> Result<T, String> {
    word.parse().map_err(|_| format!("{name}={word}: give a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_takes_its_words_and_no_others() {
        let mut switches = Switches::default();
        for text in ["broker=down", "opa=deny", "iam=down", "iam_before_2025", "release=2.3.0", "approve_at_poll=0"] {
            assert_eq!(switches.set(text), Ok(()), "{text}");
        }
        assert_eq!((switches.broker, switches.opa, switches.iam_down), ("down", "deny", true));
        assert!(switches.iam_before_2025 && switches.is_since([2, 3, 0]) && !switches.is_since([2, 4, 0]));
        for text in ["broker=maybe", "release=new", "busy=perhaps", "approve_at_poll=x"] {
            assert!(switches.set(text).unwrap_err().starts_with(text), "{text}");
        }
        assert!(switches.set("colour=red").unwrap_err().contains("iam_before_2025"));
    }
}
