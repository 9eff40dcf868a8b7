//! What stands around Trello: plans, the wording of refusals, who is at the browser.

use serde::Serialize;

use super::super::super::paas::{number, on, one_of};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, and none excludes another")]
pub(in crate::sandbox) struct Switches {
    /// The workspace belongs to an enterprise, which can suspend people.
    pub(super) enterprise: bool,
    /// How many people a workspace takes; 0 for any number.
    pub(super) seats: usize,
    /// The last administrator can leave.
    pub(super) last_admin: bool,
    /// The wording of some refusals before it was changed.
    pub(super) older: bool,
    /// Requests in ten seconds and token; 0 for the real number, which is kept to with the switch `limits` only.
    pub(super) limit: u32,
    /// The code with which everything is refused as too much.
    pub(super) limited: Option<&'static str>,
    /// Seconds in a `retry-after`, which the real one is not known to send; 0 for no such header.
    pub(super) retry_after: u32,
    /// The next write meets another one.
    pub(super) conflict: bool,
    /// Of the next request a part fails.
    pub(super) partial: bool,
    /// The only workspace that programs of OAuth 2.0 may work in.
    pub(super) only: Option<String>,
    /// Where a browser may be sent back to, to the letter.
    pub(super) redirect: String,
    /// Who is at the browser.
    pub(super) login: String,
    /// That person says no.
    pub(super) deny: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            enterprise: false,
            seats: 0,
            last_admin: false,
            older: false,
            limit: 0,
            limited: None,
            retry_after: 0,
            conflict: false,
            partial: false,
            only: None,
            redirect: "http://localhost:3000/callback".to_owned(),
            login: "ada".to_owned(),
            deny: false,
        }
    }
}

const NAMES: &str = "enterprise, seats, last_admin, older, limit, limited, retry_after, conflict, partial, only, \
                     redirect, login, deny";

/// The names of the limits.
const CODES: [&str; 6] = [
    "off",
    "API_KEY_LIMIT_EXCEEDED",
    "API_TOKEN_LIMIT_EXCEEDED",
    "API_TOKEN_DB_LIMIT_EXCEEDED",
    "MEMBER_LIMIT_EXCEEDED",
    "API_TOO_MANY_CARDS_REQUESTED",
];

impl Switches {
    /// Sets one, from its name without `trello.` and its word.
    pub(in crate::sandbox::members) fn set(&mut self, name: &str, word: &str) -> Result<(), String> {
        let full = &format!("trello.{name}");
        match name {
            "enterprise" => self.enterprise = on(full, word)?,
            "seats" => self.seats = number(full, word)?,
            "last_admin" => self.last_admin = on(full, word)?,
            "older" => self.older = on(full, word)?,
            "limit" => self.limit = number(full, word)?,
            "limited" => self.limited = Some(one_of(full, word, &CODES)?).filter(|code| *code != "off"),
            "retry_after" => self.retry_after = number(full, word)?,
            "conflict" => self.conflict = on(full, word)?,
            "partial" => self.partial = on(full, word)?,
            "only" => self.only = (word != "off").then(|| word.to_owned()),
            "redirect" => word.clone_into(&mut self.redirect),
            "login" => word.clone_into(&mut self.login),
            "deny" => self.deny = on(full, word)?,
            _ => return Err(format!("there is no switch {full}; of trello there are {NAMES}")),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_takes_its_words_and_no_others() {
        let mut switches = Switches::default();
        for (name, word) in [("limited", "MEMBER_LIMIT_EXCEEDED"), ("only", "acme"), ("seats", "10"), ("partial", "on")]
        {
            assert_eq!(switches.set(name, word), Ok(()), "{name}");
        }
        assert_eq!((switches.limited, switches.only.as_deref()), (Some("MEMBER_LIMIT_EXCEEDED"), Some("acme")));
        for (name, word) in [("limited", "TOO_MUCH"), ("seats", "x"), ("deny", "x")] {
            assert!(switches.set(name, word).unwrap_err().starts_with(&format!("trello.{name}={word}")), "{name}");
        }
        switches.set("limited", "off").unwrap();
        assert_eq!(switches.limited, None);
    }

    #[test]
    fn what_is_told_of_the_switches_names_all_of_them() {
        let all = serde_json::to_value(Switches::default()).unwrap();
        assert_eq!(all.as_object().unwrap().keys().collect::<Vec<_>>(), NAMES.split(", ").collect::<Vec<_>>());
    }
}
