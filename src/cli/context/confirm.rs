//! Asking before something is destroyed.

use anyhow::Result;

use crate::base::text::shell_word;

use super::super::error::{CliError, Exit};
use super::{Backend, Context};

impl Context {
    fn protected(&self) -> Result<Option<String>> {
        let on = self.settings.boolean("protected")?;
        Ok(on.then(|| self.settings.context().map_or_else(|| "default".to_owned(), |(name, _)| name.to_owned())))
    }

    /// Asks before something is destroyed. Without a terminal it takes `--yes`, before any request.
    pub(crate) fn confirm(&self, what: &str) -> Result<()> {
        self.confirm_on(what, &[self.primary])
    }

    /// The same for what happens on servers that need not be the noun's own.
    pub(crate) fn confirm_on(&self, what: &str, servers: &[Backend]) -> Result<()> {
        if self.dry_run() {
            return Ok(());
        }
        self.confirm_at(what, &self.addresses(servers)?)
    }

    /// The same at an address that is no back end's.
    pub(crate) fn confirm_at(&self, what: &str, target: &str) -> Result<()> {
        if self.dry_run() {
            return Ok(());
        }
        if let Some(context) = self.protected()? {
            return self.confirm_protected(&context, what, target);
        }
        if self.globals.run.yes || self.prompter.confirm(&format!("{what} on {target}"), "--yes")? {
            return Ok(());
        }
        Err(CliError::new(Exit::Usage, format!("not confirmed, so nothing was done: {what}")).into())
    }

    /// As [`Context::confirm`], for what cannot be brought back: the name has to be typed.
    pub(crate) fn confirm_typed(&self, verb: &str, word: &str, names: &[String]) -> Result<()> {
        if self.dry_run() {
            return Ok(());
        }
        let what = format!("{verb} {word} {} with everything in it", names.join(", "));
        let target = self.addresses(&[self.primary])?;
        if let Some(context) = self.protected()? {
            return self.confirm_protected(&context, &what, &target);
        }
        if self.globals.run.yes {
            return Ok(());
        }
        let expected = names.join(" ");
        if self.prompter.type_name(&format!("{what} on {target}"), &expected, "--yes")? {
            return Ok(());
        }
        Err(CliError::new(Exit::Usage, format!("not confirmed, so nothing was done: {what}")).into())
    }

    /// For changes that are asked about only where the context is protected.
    pub(crate) fn confirm_if_protected(&self, what: &str) -> Result<()> {
        self.confirm_if_protected_on(what, self.primary)
    }

    /// The same on a server that need not be the noun's own.
    pub(crate) fn confirm_if_protected_on(&self, what: &str, server: Backend) -> Result<()> {
        if self.dry_run() || self.protected()?.is_none() { Ok(()) } else { self.confirm_on(what, &[server]) }
    }

    /// The same at an address that is no back end's.
    pub(crate) fn confirm_if_protected_at(&self, what: &str, target: &str) -> Result<()> {
        if self.dry_run() || self.protected()?.is_none() { Ok(()) } else { self.confirm_at(what, target) }
    }

    fn confirm_protected(&self, context: &str, what: &str, target: &str) -> Result<()> {
        let question = format!("context '{context}' is protected. {what} on {target}");
        let confirmed = match &self.globals.run.confirm {
            Some(name) => name == context,
            None => self.prompter.type_name(&question, context, &format!("--confirm {context}"))?,
        };
        if confirmed {
            return Ok(());
        }
        Err(CliError::usage(format!("context '{context}' is protected; nothing was done"))
            .next(format!("add --confirm {} if you mean it", shell_word(context)))
            .into())
    }
}
