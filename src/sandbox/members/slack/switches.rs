//! What stands around Slack: the plan, who manages people, how the app is registered, who is at the browser.

use serde::Serialize;

use super::super::super::paas::{number, on, one_of};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, and none excludes another")]
pub(in crate::sandbox) struct Switches {
    /// `free`, `pro`, `business` or `enterprise`.
    pub(super) plan: &'static str,
    /// People come from an identity provider.
    pub(super) sso: bool,
    /// Requests a minute, method and token; 0 for the real numbers, which are kept to with the switch `limits` only.
    pub(super) limit: u32,
    /// What the next request fails with, such as `fatal_error`.
    pub(super) error: Option<String>,
    /// Whoever was invited is shown as deactivated, too.
    pub(super) invited_deleted: bool,
    /// Whoever was invited is found by address.
    pub(super) lookup_invited: bool,
    /// The workspace is too big for a list without a limit.
    pub(super) limit_required: bool,
    /// Pages hold half of what was asked for.
    pub(super) short: bool,
    /// The app is public: no secret, a proof instead, and tokens of people only.
    pub(super) public: bool,
    /// Tokens end after twelve hours.
    pub(super) rotation: bool,
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
            plan: "enterprise",
            sso: false,
            limit: 0,
            error: None,
            invited_deleted: true,
            lookup_invited: false,
            limit_required: false,
            short: false,
            public: false,
            rotation: false,
            redirect: "http://localhost:3118/callback".to_owned(),
            login: "ada".to_owned(),
            deny: false,
        }
    }
}

const NAMES: &str = "plan, sso, limit, error, invited_deleted, lookup_invited, limit_required, short, public, rotation, \
                     redirect, login, deny";

impl Switches {
    /// Sets one, from its name without `slack.` and its word.
    pub(in crate::sandbox::members) fn set(&mut self, name: &str, word: &str) -> Result<(), String> {
        let full = &format!("slack.{name}");
        match name {
            "plan" => self.plan = one_of(full, word, &["free", "pro", "business", "enterprise"])?,
            "sso" => self.sso = on(full, word)?,
            "limit" => self.limit = number(full, word)?,
            "error" => self.error = (word != "off").then(|| word.to_owned()),
            "invited_deleted" => self.invited_deleted = on(full, word)?,
            "lookup_invited" => self.lookup_invited = on(full, word)?,
            "limit_required" => self.limit_required = on(full, word)?,
            "short" => self.short = on(full, word)?,
            "public" => self.public = on(full, word)?,
            "rotation" => self.rotation = on(full, word)?,
            "redirect" => word.clone_into(&mut self.redirect),
            "login" => word.clone_into(&mut self.login),
            "deny" => self.deny = on(full, word)?,
            _ => return Err(format!("there is no switch {full}; of slack there are {NAMES}")),
        }
        Ok(())
    }

    pub(super) fn is_enterprise(&self) -> bool {
        self.plan == "enterprise"
    }

    /// Whether the plan has SCIM.
    pub(super) fn has_scim(&self) -> bool {
        matches!(self.plan, "business" | "enterprise")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_takes_its_words_and_no_others() {
        let mut switches = Switches::default();
        for (name, word, scim) in [("plan", "business", true), ("error", "fatal_error", true), ("plan", "free", false)]
        {
            assert_eq!(switches.set(name, word), Ok(()), "{name}");
            assert_eq!((switches.has_scim(), switches.is_enterprise()), (scim, false));
        }
        for (name, word) in [("plan", "gold"), ("limit", "x"), ("sso", "x")] {
            assert!(switches.set(name, word).unwrap_err().starts_with(&format!("slack.{name}={word}")), "{name}");
        }
    }

    #[test]
    fn what_is_told_of_the_switches_names_all_of_them() {
        let all = serde_json::to_value(Switches::default()).unwrap();
        assert_eq!(all.as_object().unwrap().keys().collect::<Vec<_>>(), NAMES.split(", ").collect::<Vec<_>>());
    }
}
