//! What stands around Drive: policies, quotas, and who is at the browser.

use serde::Serialize;

use super::super::super::paas::{number, on, one_of};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, and none excludes another")]
pub(in crate::sandbox) struct Switches {
    /// The reason for which every new share is refused, such as `domainPolicy`.
    pub(super) policy: Option<String>,
    /// Requests a minute and person; 0 for the real number, which is kept to with the switch `limits` only.
    pub(super) limit: u32,
    /// Which status the limit is told with.
    pub(super) limit_status: u16,
    /// Shares a day; 0 for any number.
    pub(super) sharing: u32,
    /// A share is made, but its mail fails.
    pub(super) mail_fails: bool,
    /// What the next request fails with, such as `500:backendError`.
    pub(super) error: Option<(u16, String)>,
    /// The refusal to change what comes from further up is told by its older name.
    pub(super) older: bool,
    /// The program is in testing: its logins last for seven days.
    pub(super) testing: bool,
    /// The service account may act for people.
    pub(super) delegation: bool,
    /// Who is at the browser.
    pub(super) login: String,
    /// That person says no.
    pub(super) deny: bool,
    /// What that person grants, where it is less than was asked for.
    pub(super) granted: Option<String>,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            policy: None,
            limit: 0,
            limit_status: 403,
            sharing: 0,
            mail_fails: false,
            error: None,
            older: false,
            testing: false,
            delegation: false,
            login: "ada@example.com".to_owned(),
            deny: false,
            granted: None,
        }
    }
}

const NAMES: &str =
    "policy, limit, limit_status, sharing, mail_fails, error, older, testing, delegation, login, deny, granted";

/// What a policy can refuse with.
const POLICIES: [&str; 10] = [
    "off",
    "cannotShareTeamDriveWithNonGoogleAccounts",
    "teamDriveDomainUsersOnlyRestriction",
    "teamDriveTeamMembersOnlyRestriction",
    "domainPolicy",
    "shareOutNotPermitted",
    "shareOutNotPermittedToUser",
    "shareInNotPermitted",
    "publishOutNotPermitted",
    "dailyLimitExceeded",
];

impl Switches {
    /// Sets one, from its name without `gdrive.` and its word.
    pub(in crate::sandbox::members) fn set(&mut self, name: &str, word: &str) -> Result<(), String> {
        let full = &format!("gdrive.{name}");
        match name {
            "policy" => {
                let reason = one_of(full, word, &POLICIES)?;
                self.policy = (reason != "off").then(|| reason.to_owned());
            }
            "limit" => self.limit = number(full, word)?,
            "limit_status" => self.limit_status = if one_of(full, word, &["403", "429"])? == "403" { 403 } else { 429 },
            "sharing" => self.sharing = number(full, word)?,
            "mail_fails" => self.mail_fails = on(full, word)?,
            "error" => self.error = error(full, word)?,
            "older" => self.older = on(full, word)?,
            "testing" => self.testing = on(full, word)?,
            "delegation" => self.delegation = on(full, word)?,
            "login" => word.clone_into(&mut self.login),
            "deny" => self.deny = on(full, word)?,
            "granted" => self.granted = (word != "off").then(|| word.to_owned()),
            _ => return Err(format!("there is no switch {full}; of gdrive there are {NAMES}")),
        }
        Ok(())
    }
}

fn error(name: &str, word: &str) -> Result<Option<(u16, String)>, String> {
    if word == "off" {
        return Ok(None);
    }
    let (status, reason) = word.split_once(':').unwrap_or((word, "backendError"));
    let status: u16 = number(name, status)?;
    match status {
        400..=599 => Ok(Some((status, reason.to_owned()))),
        _ => Err(format!("{name}={word}: give a status and a reason, such as 500:backendError")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_takes_its_words_and_no_others() {
        let mut switches = Switches::default();
        for (name, word) in [("policy", "domainPolicy"), ("limit_status", "429"), ("error", "503"), ("granted", "x")] {
            assert_eq!(switches.set(name, word), Ok(()), "{name}");
        }
        assert_eq!(switches.error, Some((503, "backendError".to_owned())));
        for (name, word) in [("policy", "mine"), ("limit_status", "500"), ("error", "200:ok"), ("sharing", "x")] {
            assert!(switches.set(name, word).unwrap_err().starts_with(&format!("gdrive.{name}")), "{name}");
        }
        switches.set("policy", "off").unwrap();
        assert_eq!(switches.policy, None);
    }

    #[test]
    fn what_is_told_of_the_switches_names_all_of_them() {
        let all = serde_json::to_value(Switches::default()).unwrap();
        assert_eq!(all.as_object().unwrap().keys().collect::<Vec<_>>(), NAMES.split(", ").collect::<Vec<_>>());
    }
}
