//! What is kept of names for completion in shells, and where.

use crate::config::Settings;
use crate::http::Endpoint;
use crate::state::NamesOf;

use super::super::bulk::Done;
use super::super::items::Item;
use super::connect::shown;
use super::{Backend, Context};

/// Whether names may be kept, and completed from what was kept.
pub(crate) fn keeps_names(settings: &Settings) -> bool {
    settings.boolean("name_cache").unwrap_or_default()
}

/// Where names of a back end are kept, if settings say where it is; those of a service apart.
pub(crate) fn names_of(settings: &Settings, backend: Backend, service: Option<&str>) -> Option<NamesOf> {
    let address = settings.backend(backend.name()).ok().flatten()?.url;
    let endpoint = Endpoint::parse(backend.name(), &address).ok()?;
    Some(NamesOf { endpoint: shown(&endpoint), service: service.map(str::to_owned) })
}

impl Context {
    /// These names are there, and with `whole` no others.
    pub(crate) fn saw(
        &self,
        (backend, service): (Backend, Option<&str>),
        kind: &'static str,
        names: impl IntoIterator<Item = impl Into<String>>,
        whole: bool,
    ) {
        if let Some(of) = names_of(&self.settings, backend, service) {
            self.seen.there(&of, kind, names, whole);
        }
    }

    /// This name is there no more.
    pub(crate) fn saw_gone(&self, (backend, service): (Backend, Option<&str>), kind: &'static str, name: &str) {
        if let Some(of) = names_of(&self.settings, backend, service) {
            self.seen.gone(&of, kind, name);
        }
    }

    /// What came of a bulk that deletes.
    pub(crate) fn saw_deleted(&self, place: (Backend, Option<&str>), kind: &'static str, results: &[(Item, Done)]) {
        for (item, done) in results {
            if matches!(done.result, "deleted" | "absent") {
                self.saw_gone(place, kind, &item.name);
            }
        }
    }

    /// At the end of a run.
    pub(crate) fn keep_names(&self) {
        if keeps_names(&self.settings) {
            self.common.gather(self.seen.take());
        }
        let now = self.clock.now();
        if let (Some(state), Some(gathered)) = (self.state.as_ref(), self.common.gathered(now)) {
            gathered.keep(state, now);
        }
    }
}
