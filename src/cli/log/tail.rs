//! A log as it grows: for `log follow`, and for every `--follow`.

use anyhow::Result;

use crate::api::paas::Deployment;

use super::super::error::{Exit, classify};
use super::super::resource::desk::Desk;
use super::lines;
use super::reader::Reader;

/// What was shown of a log, and where more comes from.
pub(crate) struct Tail<'a> {
    reader: Reader<'a>,
    shown: String,
}

impl<'a> Tail<'a> {
    pub(crate) fn new(desk: &'a Desk<'a>) -> Self {
        Self { reader: Reader::often(desk), shown: String::new() }
    }

    /// What has come since, in whole lines unless this is the `last` look. What cannot be told yet comes later.
    pub(crate) async fn more(&mut self, known: Option<&Deployment>, last: bool) -> Result<String> {
        let text = match self.reader.read(known).await {
            Err(error) if classify(&error).exit == Exit::Temporary => self.shown.clone(),
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
