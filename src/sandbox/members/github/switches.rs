//! What stands around GitHub: which product it is, what an organization's policies say, who is at the browser.

use std::collections::BTreeSet;

use serde::Serialize;

use super::super::super::paas::{number, on, one_of};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, and none excludes another")]
pub(in crate::sandbox) struct Switches {
    /// The release of an Enterprise Server, such as `3.19.0`; none for github.com.
    pub(super) ghes: Option<String>,
    /// Enterprise Server: whoever is put into an organization is in it at once.
    pub(super) ghes_active: bool,
    /// People are managed by their enterprise: who is in comes from its identity provider.
    pub(super) emu: bool,
    /// Single sign-on: `off`, `required`, or `partial`, where lists are cut.
    pub(super) sso: &'static str,
    /// Logins of people who have blocked the organization.
    pub(super) blocked: BTreeSet<String>,
    /// Invitations in 24 hours.
    pub(super) quota: usize,
    /// Requests an hour; 0 for the real number, which is kept to with the switch `limits` only.
    pub(super) limit: u32,
    /// So many of the next writes meet the secondary limit.
    pub(super) secondary: u32,
    /// Which status the limits are told with.
    pub(super) limit_status: u16,
    /// Seconds in the `retry-after` of the secondary limit; 0 for no such header.
    pub(super) retry_after: u32,
    /// The organization lets in no programs of third parties.
    pub(super) restricted: bool,
    /// Making an outside collaborator of a member is put into a queue.
    pub(super) queued: bool,
    /// Who is at the browser.
    pub(in crate::sandbox::members) login: String,
    /// That person says no.
    pub(super) deny: bool,
    /// What that person grants, where it is less than was asked for.
    pub(super) granted: Option<String>,
    /// The app may use the device flow.
    pub(super) device: bool,
    /// A device code is agreed to at this poll; 0 for never.
    pub(super) approve_at_poll: u32,
    /// Seconds between two polls.
    pub(super) interval: u32,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            ghes: None,
            ghes_active: false,
            emu: false,
            sso: "off",
            blocked: BTreeSet::from(["gus".to_owned()]),
            quota: 500,
            limit: 0,
            secondary: 0,
            limit_status: 403,
            retry_after: 1,
            restricted: false,
            queued: false,
            login: "ada".to_owned(),
            deny: false,
            granted: None,
            device: true,
            approve_at_poll: 2,
            interval: 5,
        }
    }
}

const NAMES: &str = "ghes, ghes_active, emu, sso, blocked, quota, limit, secondary, limit_status, retry_after, restricted, \
                     queued, login, deny, granted, device, approve_at_poll, interval";

impl Switches {
    /// Sets one, from its name without `github.` and its word.
    pub(in crate::sandbox::members) fn set(&mut self, name: &str, word: &str) -> Result<(), String> {
        let full = &format!("github.{name}");
        match name {
            "ghes" => self.ghes = release(full, word)?,
            "ghes_active" => self.ghes_active = on(full, word)?,
            "emu" => self.emu = on(full, word)?,
            "sso" => self.sso = one_of(full, word, &["off", "required", "partial"])?,
            "blocked" => {
                self.blocked = word.split(',').map(str::to_lowercase).filter(|login| !login.is_empty()).collect();
            }
            "quota" => self.quota = number(full, word)?,
            "limit" => self.limit = number(full, word)?,
            "secondary" => self.secondary = number(full, word)?,
            "limit_status" => self.limit_status = if one_of(full, word, &["403", "429"])? == "403" { 403 } else { 429 },
            "retry_after" => self.retry_after = number(full, word)?,
            "restricted" => self.restricted = on(full, word)?,
            "queued" => self.queued = on(full, word)?,
            "login" => word.clone_into(&mut self.login),
            "deny" => self.deny = on(full, word)?,
            "granted" => self.granted = (word != "off").then(|| word.to_owned()),
            "device" => self.device = on(full, word)?,
            "approve_at_poll" => self.approve_at_poll = number(full, word)?,
            "interval" => self.interval = number(full, word)?,
            _ => return Err(format!("there is no switch {full}; of github there are {NAMES}")),
        }
        Ok(())
    }
}

fn release(name: &str, word: &str) -> Result<Option<String>, String> {
    match word {
        "off" => Ok(None),
        "on" => Ok(Some("3.19.0".to_owned())),
        word if word.starts_with("3.") => Ok(Some(word.to_owned())),
        _ => Err(format!("{name}={word}: give a release such as 3.19.0, or off")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_takes_its_words_and_no_others() {
        let mut switches = Switches::default();
        for (name, word) in [
            ("ghes", "3.17.2"),
            ("sso", "partial"),
            ("blocked", "Hal,ivy"),
            ("limit_status", "429"),
            ("granted", "read:org"),
            ("interval", "0"),
        ] {
            assert_eq!(switches.set(name, word), Ok(()), "{name}");
        }
        assert_eq!((switches.ghes.as_deref(), switches.limit_status), (Some("3.17.2"), 429));
        assert!(switches.blocked.contains("hal") && !switches.blocked.contains("gus"));
        for (name, word) in [("ghes", "new"), ("sso", "on"), ("quota", "x"), ("limit_status", "500"), ("emu", "x")] {
            assert!(switches.set(name, word).unwrap_err().starts_with(&format!("github.{name}={word}")), "{name}");
        }
    }

    #[test]
    fn what_is_told_of_the_switches_names_all_of_them() {
        let all = serde_json::to_value(Switches::default()).unwrap();
        let named: Vec<&str> = NAMES.split(", ").collect();
        assert_eq!(all.as_object().unwrap().keys().collect::<Vec<_>>(), named);
    }
}
