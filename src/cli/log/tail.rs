//! A log as it grows: for `log follow`, and for every `--follow`.

use anyhow::Result;

use crate::api::paas::Deployment;

use super::super::error::{Exit, classify};
use super::super::resource::desk::Desk;
use super::lines;
use super::reader::{Reader, is_not_yet};

/// What was shown of a log, and where more comes from.
pub(crate) struct Tail<'a> {
    reader: Reader<'a>,
    shown: String,
}

impl<'a> Tail<'a> {
    pub(crate) fn new(desk: &'a Desk<'a>) -> Self {
        Self { reader: Reader::often(desk), shown: String::new() }
    }

    /// What has come since, in whole lines unless this is the `last` look. What cannot be told yet comes later, and what
    /// cannot be read then is an error.
    pub(crate) async fn more(&mut self, known: Option<&Deployment>, last: bool) -> Result<String> {
        let text = match self.reader.read(known).await {
            // An orchestrator that cannot tell it says so by a crash; it may never have one.
            Err(error) if is_not_yet(&error) => self.shown.clone(),
            Err(error) if !last && classify(&error).exit == Exit::Temporary => {
                self.reader.mention(&error);
                self.shown.clone()
            }
            result => result?,
        };
        let fresh = lines::fresh(&self.shown, &text, last).to_owned();
        self.shown = lines::seen(&self.shown, &text, &fresh);
        Ok(fresh)
    }

    /// Whether there was nothing at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.shown.trim().is_empty()
    }
}
