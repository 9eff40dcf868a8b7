//! The way to the orchestrator of deployments: which dialect it speaks, and with whose token.

use std::cell::Cell;

use anyhow::Result;
use serde_json::Value;

use crate::api::door::Door;
use crate::api::paas::dialect::{self, Dialect, Probed};
use crate::api::paas::{Feature, Paas};
use crate::base::private;
use crate::base::text::shell_word;
use crate::flows::deployments::{Attempt, Made, Making, Unmade, patience};
use crate::state::{Note, Notes, Servers, Things, Unknown};

use super::super::error::{CliError, Exit};
use super::connect::shown;
use super::{Backend, Context};

impl Context {
    /// What earlier runs have made that were cut short, or heard no answer, if they did. The newest comes first.
    pub(crate) async fn made_earlier(
        &self,
        making: &Making<'_>,
        open: &[&Note],
        others: &[String],
    ) -> Result<Option<Made>> {
        let (Some(first), Some(last)) = (open.last(), open.first()) else { return Ok(None) };
        let earlier = Attempt { since: first.since, others: others.to_vec() };
        let now = self.clock.now();
        let of = |note: &&Note| patience(note.since, note.given_up, now);
        // A rehearsal need not be certain.
        let left = open.iter().map(of).max().filter(|_| !self.dry_run()).unwrap_or_default();
        let told = Cell::new(false);
        let rest = async |long| {
            if !told.replace(true) {
                let how = if last.given_up.is_some() { "heard no answer" } else { "was cut short" };
                let began = format!("an earlier run of {:.0} {how}", last.since);
                let long = format!("for up to {} s", left.as_secs());
                self.printer.note(&format!("{began}; looking {long} whether the server comes to list it"));
            }
            self.rest(long).await
        };
        Ok(making.of(&earlier, left, rest).await?)
    }

    /// The orchestrator, ready to be asked.
    pub(crate) async fn paas(&self) -> Result<Paas> {
        let (endpoint, _) = self.endpoint(Backend::Paas)?;
        let authorize = self.paas_authorize().await?;
        let dialect = self.dialect().await?;
        Ok(Paas::new(Door::new(self.http(Backend::Paas)?, endpoint, Some(authorize)), dialect))
    }

    /// Which dialect it speaks: as settings say, as was found out within the last month, or as it is found out now.
    pub(crate) async fn dialect(&self) -> Result<Dialect> {
        match self.known_dialect()? {
            Some(known) => Ok(known),
            None => Ok(self.probe_dialect().await?.dialect),
        }
    }

    fn known_dialect(&self) -> Result<Option<Dialect>> {
        if let Some(said) = self.settings.text("paas.dialect")?.as_deref().and_then(Dialect::read) {
            return Ok(Some(said));
        }
        let address = self.address_of(Backend::Paas)?;
        let known = self.state.as_ref().and_then(|state| Servers::new(state).dialect(&address, self.clock.now()).ok());
        Ok(known.flatten().as_deref().and_then(Dialect::read))
    }

    /// Before anybody is asked to agree to what cannot be done. Sends nothing, so a server that is new here passes.
    pub(crate) fn refuse_where_known(&self, feature: Feature) -> Result<()> {
        Ok(self.known_dialect()?.map_or(Ok(()), |dialect| feature.refuse(dialect))?)
    }

    /// Finds out, and remembers.
    pub(crate) async fn probe_dialect(&self) -> Result<Probed> {
        let address = self.address_of(Backend::Paas)?;
        let probed = dialect::probe(&self.bare_door(Backend::Paas)?).await?;
        let Some(probed) = probed else {
            return Err(CliError::new(
                Exit::Config,
                format!("{address} is no orchestrator of deployments that is known here"),
            )
            .next("check paas.url with `orchest config show --origin`; a path may be missing, such as /orchestrator")
            .into());
        };
        if let Some(servers) = self.state.as_ref().map(Servers::new)
            && let Err(warning) = servers.remember_dialect(&address, probed.dialect.name(), self.clock.now())
        {
            self.printer.warn(&warning.to_string());
        }
        Ok(probed)
    }

    /// What it says of itself to anybody.
    pub(crate) async fn paas_told(&self) -> Result<(Dialect, Value)> {
        let probed = self.probe_dialect().await?;
        Ok((probed.dialect, probed.told))
    }

    /// The notes about deployments that were made from here, where there is a place for them.
    pub(crate) fn notes(&self) -> Option<Notes> {
        self.notes_about(Things::Deployments)
    }

    fn notes_about(&self, things: Things) -> Option<Notes> {
        self.state.as_ref().map(|state| Notes::new(state, things))
    }

    /// Those about deployments at the server in use, the newest first.
    pub(crate) fn notes_here(&self) -> Result<Vec<Note>> {
        self.notes_here_about(Things::Deployments)
    }

    /// Of an attempt that this run begins at the server in use. `key`: the same line has the same.
    pub(crate) fn begun(&self, key: String) -> Result<Note> {
        Ok(Note::begun(self.address_of(Backend::Paas)?, self.run_id().to_string(), key, self.clock.now()))
    }

    /// Makes what the note is about, which is kept for as long as it may come to something. Whatever ends the wait for the
    /// answer, a signal too, is noted: the next run looks for as long as the server may be at it.
    pub(crate) async fn make_noted(
        &self,
        things: Things,
        making: &Making<'_>,
        (note, others): (&Note, Vec<String>),
        otherwise: &'static str,
    ) -> Result<Made> {
        self.keep_note(things, note, otherwise);
        let mut sent = Sent { context: self, things, note, otherwise, is_open: true };
        let ended = making.run(&Attempt { since: note.since, others }).await;
        sent.is_open = matches!(ended, Err(Unmade { open: true, .. }));
        Ok(ended.map_err(|Unmade { error, open }| {
            if !open {
                self.drop_note(things, note);
            }
            error
        })?)
    }

    /// Refuses to make what may be there already, where nobody can tell what was noted of it.
    pub(crate) fn refuse_unknown(&self, things: Things, otherwise: &str, list: &str) -> Result<()> {
        let here = shown(&self.endpoint(Backend::Paas)?.0);
        let Some(Err(unknown)) = self.notes_about(things).map(|notes| notes.check(&here)) else { return Ok(()) };
        let (what, next) = match unknown {
            Unknown::Unreadable(warning) => (warning.to_string(), "mend that, and run this line again".to_owned()),
            Unknown::Torn(path) => {
                let word = shell_word(&path.display().to_string());
                let next = format!("{list} shows whether it is there already; if not: rm {word}, and this line again");
                (format!("{} is damaged", private::shown(&path)), next)
            }
        };
        let message = format!("what an earlier line has made is not known, and {otherwise}");
        Err(CliError::new(Exit::Conflict, message).cause(what).next(next).into())
    }

    /// Keeps a note; where it cannot be kept, `otherwise` says what may come of that.
    pub(crate) fn keep_note(&self, things: Things, note: &Note, otherwise: &str) {
        if let Some(notes) = self.notes_about(things)
            && let Err(warning) = notes.write(note)
        {
            self.printer.warn(&format!("{warning}; should this be killed now, {otherwise}"));
        }
    }

    pub(crate) fn drop_note(&self, things: Things, note: &Note) {
        if let Some(notes) = self.notes_about(things)
            && let Err(warning) = notes.remove(note)
        {
            self.printer.warn(&warning.to_string());
        }
    }

    /// The notes about such things at the server in use, the newest first.
    pub(crate) fn notes_here_about(&self, things: Things) -> Result<Vec<Note>> {
        let Some(notes) = self.notes_about(things) else { return Ok(Vec::new()) };
        match notes.of(&shown(&self.endpoint(Backend::Paas)?.0)) {
            Ok(notes) => Ok(notes),
            Err(warning) => {
                self.printer.warn(&warning.to_string());
                Ok(Vec::new())
            }
        }
    }
}

/// What was sent, and may come to something.
struct Sent<'a> {
    context: &'a Context,
    things: Things,
    note: &'a Note,
    otherwise: &'static str,
    is_open: bool,
}

impl Drop for Sent<'_> {
    /// Also where a signal ends the command in the middle.
    fn drop(&mut self) {
        if self.is_open {
            let note = Note { given_up: Some(self.context.clock.now()), ..self.note.clone() };
            self.context.keep_note(self.things, &note, self.otherwise);
        }
    }
}
