//! The way to the orchestrator of deployments: which dialect it speaks, and with whose token.

use std::cell::Cell;

use anyhow::Result;
use jiff::Timestamp;
use serde_json::Value;

use crate::api::door::Door;
use crate::api::paas::dialect::{self, Dialect, Probed};
use crate::api::paas::{Feature, Paas};
use crate::flows::deployments::{Attempt, Made, Making};
use crate::state::{Note, Notes, Servers, Things};

use super::super::error::{CliError, Exit};
use super::connect::shown;
use super::{Backend, Context};

impl Context {
    /// What earlier runs have made that were cut short, the last of them then, if they did.
    pub(crate) async fn made_earlier(
        &self,
        making: &Making<'_>,
        earlier: &Attempt,
        last: Timestamp,
    ) -> Result<Option<Made>> {
        let told = Cell::new(false);
        let rest = async |long| {
            if !told.replace(true) {
                let began = format!("an earlier run of {last:.0} was cut short");
                self.printer.note(&format!("{began}; looking whether the server comes to list it"));
            }
            self.rest(long).await
        };
        Ok(making.of(earlier, self.clock.now().duration_since(last), rest).await?)
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
