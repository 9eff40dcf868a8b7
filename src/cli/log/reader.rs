//! The log of whoever has one: of the orchestrator, else of the Infrastructure Manager.

use anyhow::Result;

use crate::api::paas::{self, Class, Deployment, Dialect, Feature, Unsupported};

use super::super::error::{CliError, Exit};
use super::super::resource::desk::Desk;

/// Reads it, and remembers who has none.
pub(super) struct Reader<'a> {
    desk: &'a Desk<'a>,
    again: bool,
    lacking: Option<Unsupported>,
    mentioned: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn once(desk: &'a Desk<'a>) -> Self {
        Self { desk, again: false, lacking: None, mentioned: false }
    }

    /// For whoever reads again soon, and so need not be patient with a server that cannot tell it yet.
    pub(super) fn often(desk: &'a Desk<'a>) -> Self {
        Self { again: true, ..Self::once(desk) }
    }

    /// All of it. `known`: the deployment, where it was looked up already.
    pub(super) async fn read(&mut self, known: Option<&Deployment>) -> Result<String> {
        if self.lacking.is_none() {
            match self.desk.paas.log(&self.desk.id, !self.again).await {
                Ok(Some(text)) if !text.trim().is_empty() => return Ok(text),
                Ok(Some(text)) => {
                    return match self.of_manager(known).await {
                        Ok(more) => Ok(more.unwrap_or(text)),
                        // The orchestrator has answered, and will have more to tell.
                        Err(error) if self.again => {
                            self.mention(&error);
                            Ok(text)
                        }
                        Err(error) => Err(error),
                    };
                }
                Ok(None) => return Err(self.desk.gone().into()),
                Err(paas::Error::Unsupported(lacking)) => self.lacking = Some(lacking),
                Err(error) => return Err(self.failed(error)),
            }
        }
        Ok(self.of_manager(known).await?.unwrap_or_default())
    }

    /// Says once that a log cannot be had, while it is read again.
    pub(super) fn mention(&mut self, error: &anyhow::Error) {
        if !std::mem::replace(&mut self.mentioned, true) {
            self.desk.context.printer.warn(&format!("the log cannot be read: {error}; it is tried again"));
        }
    }

    /// The manager's own; where nothing else has one, it has to be there.
    async fn of_manager(&self, known: Option<&Deployment>) -> Result<Option<String>> {
        match &self.lacking {
            None if self.desk.im()?.is_none() => return Ok(None),
            None => {}
            // Nobody is asked for what leads nowhere.
            Some(lacking) => drop(self.desk.manager(lacking)?),
        }
        let deployment = match known {
            Some(deployment) => deployment.clone(),
            None => self.desk.deployment().await?,
        };
        // It is named when it is made.
        if self.again && deployment.infrastructure.is_none() && deployment.status.class() == Class::Moving {
            return Ok(None);
        }
        let managed = match (&self.lacking, &deployment.infrastructure) {
            (None, None) => return Ok(None),
            (Some(lacking), _) => self.desk.managed(&deployment, lacking)?,
            (None, Some(_)) => self.desk.managed(&deployment, &nothing(self.desk.paas.dialect()))?,
        };
        match managed.im.log(&managed.infrastructure).await? {
            Some(text) => Ok(Some(text)),
            // The orchestrator has said something, if only nothing.
            None if self.lacking.is_none() => Ok(None),
            None => Err(managed.gone().into()),
        }
    }

    /// An orchestrator that has not yet chosen where to deploy answers with 500.
    fn failed(&self, error: paas::Error) -> anyhow::Error {
        match &error {
            paas::Error::Wire(wire) if wire.status() == Some(500) => {
                CliError::new(Exit::Temporary, "the orchestrator has no log, or cannot tell it yet")
                    .cause(error.to_string())
                    .cause("it answers like this until it has chosen a provider")
                    .next(format!("orchest log follow {}", self.desk.word()))
                    .into()
            }
            _ => error.into(),
        }
    }
}

/// Whether it is the orchestrator that cannot tell its log yet, and nobody's trouble.
pub(super) fn is_not_yet(error: &anyhow::Error) -> bool {
    error.downcast_ref::<CliError>().is_some_and(|error| error.exit == Exit::Temporary)
}

fn nothing(dialect: Dialect) -> Unsupported {
    let instead = Feature::Log.instead(Dialect::V1).unwrap_or_default();
    Unsupported { what: Feature::Log.what(), dialect, instead }
}
