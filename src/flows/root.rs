//! The first and the last step of a flow: a domain or project that is made disabled and marked, and that loses its
//! marker and is enabled in one write when everything else is done.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::api::Error;
use crate::api::keystone::{Entity, Keystone, Kind, Made};
use crate::base::RunId;
use crate::base::clock::LocalFuture;

use super::graph::{Difference, Effect, Removal, Seen, Step, StepError, Why};
use super::steps::{MARKER, Slot, marker};

/// A domain, or a project of a domain.
pub(crate) struct Root {
    keystone: Keystone,
    kind: Kind,
    /// As Keystone has it, or `id:…`.
    name: String,
    wanted: Map<String, Value>,
    run: RunId,
    slot: Slot,
    /// The service of a project.
    domain: Option<String>,
    /// Complete with this one write: no marker, enabled at once.
    alone: bool,
    /// Named by an id that is gone; the slot holds only that id.
    gone: std::cell::Cell<bool>,
    known: Vec<(Kind, String)>,
    /// The slot was filled by whoever built the flow.
    fresh: bool,
    /// By id: what a killed run of this machine had just finished, with the run.
    finished: HashMap<String, String>,
}

impl Root {
    pub(crate) fn new(
        keystone: &Keystone,
        kind: Kind,
        name: &str,
        wanted: Map<String, Value>,
        run: &RunId,
        slot: &Slot,
    ) -> Self {
        let (keystone, name, run, slot) = (keystone.clone(), name.to_owned(), run.clone(), slot.clone());
        Self {
            keystone,
            kind,
            name,
            wanted,
            run,
            slot,
            domain: None,
            alone: false,
            gone: std::cell::Cell::new(false),
            known: Vec::new(),
            fresh: false,
            finished: HashMap::new(),
        }
    }

    /// What of the things that live in it the flow makes.
    pub(crate) fn with_known(self, known: Vec<(Kind, String)>) -> Self {
        Self { known, ..self }
    }

    /// Lives in this domain.
    pub(crate) fn in_domain(self, domain: &str) -> Self {
        Self { domain: Some(domain.to_owned()), ..self }
    }

    /// What the slot holds was looked up just now.
    pub(crate) fn known(self) -> Self {
        Self { fresh: true, ..self }
    }

    /// What a killed run had just finished counts as unfinished: nobody was told of it.
    pub(crate) fn with_finished(self, finished: &HashMap<String, String>) -> Self {
        Self { finished: finished.clone(), ..self }
    }

    /// Nothing else belongs to the flow.
    pub(crate) fn alone(self) -> Self {
        Self { alone: true, ..self }
    }

    async fn look(&self) -> Result<Option<Entity>, StepError> {
        if self.fresh {
            return Ok(self.slot.entity());
        }
        let mut found = self.keystone.candidates(self.kind, self.domain.as_deref(), &self.name).await?;
        let found = if found.is_empty() { None } else { Some(found.remove(0)) };
        match (&found, self.name.strip_prefix("id:")) {
            (Some(entity), _) => self.slot.fill(entity.clone()),
            // Named by an id that is gone: what outlived it can still be found by that id.
            (None, Some(id)) => {
                self.gone.set(true);
                let rest = Map::new();
                let (id, name) = (id.to_owned(), self.name.clone());
                self.slot.fill(Entity { id, name, domain_id: None, enabled: None, rest });
            }
            (None, None) => {}
        }
        Ok(found)
    }

    /// The run that left it so.
    fn unfinished(&self, found: &Entity) -> Option<String> {
        marker(found).or_else(|| self.finished.get(&found.id).cloned())
    }

    fn compare(&self, found: &Entity) -> Seen {
        if let Some(run) = self.unfinished(found) {
            return Seen::Unfinished { run };
        }
        let mut differences: Vec<Difference> = found
            .differences(&self.wanted)
            .into_iter()
            .map(|(key, wanted, found)| Difference {
                what: format!("{}: {key}", self.title()),
                wanted: wanted.to_string(),
                found: found.to_string(),
            })
            .collect();
        if found.enabled == Some(false) {
            differences.push(Difference::disabled(&self.title()));
        }
        if differences.is_empty() { Seen::Same } else { Seen::Different(differences) }
    }
}

impl Step for Root {
    fn title(&self) -> String {
        title(self.kind, &self.name)
    }

    fn probe(&self) -> LocalFuture<'_, Result<Seen, StepError>> {
        Box::pin(async { Ok(self.look().await?.map_or(Seen::Absent, |found| self.compare(&found))) })
    }

    fn make(&self) -> LocalFuture<'_, Result<Effect, StepError>> {
        Box::pin(async {
            let mut members = Map::new();
            members.insert("name".to_owned(), json!(self.name));
            members.insert("enabled".to_owned(), json!(self.alone));
            if let Some(domain) = &self.domain {
                members.insert("domain_id".to_owned(), json!(domain));
            }
            members.extend(self.wanted.clone());
            if !self.alone {
                members.insert(MARKER.to_owned(), json!(self.run.as_str()));
            }
            let made = self.keystone.create(self.kind, &members).await?;
            let refused = matches!(made, Made::Existed(_));
            let entity = made.into_entity();
            // Somebody made it since we looked: the server refused ours as a duplicate, or our answer was lost and what
            // was found is not marked by us. With a marker it is the same flow elsewhere, which we help along.
            let ours = marker(&entity).as_deref() == Some(self.run.as_str());
            let rival = refused || (!self.alone && !ours);
            let seen = if rival { self.compare(&entity) } else { Seen::Same };
            self.slot.fill(entity);
            match seen {
                Seen::Different(differences) => Err(StepError::Different(differences)),
                // What is complete with this one write cannot finish what another line began.
                Seen::Unfinished { run } if self.alone => Err(StepError::Different(vec![Difference {
                    what: self.title(),
                    wanted: "made by this run".to_owned(),
                    found: format!("begun by run {run} meanwhile"),
                }])),
                // Finished, and somebody else's: what would follow is not ours to put into it.
                Seen::Same if rival && !self.alone => Err(StepError::Different(vec![Difference {
                    what: self.title(),
                    wanted: "made by this run".to_owned(),
                    found: "made by somebody else meanwhile".to_owned(),
                }])),
                _ if rival => Ok(Effect::Kept),
                _ => Ok(Effect::Made),
            }
        })
    }

    fn remove(&self, why: Why) -> LocalFuture<'_, Result<Removal, StepError>> {
        Box::pin(async move {
            let Some(found) = self.slot.entity().filter(|_| !self.gone.get()) else {
                return Ok(Removal::Absent);
            };
            if why == Why::Rollback && self.unfinished(&found).is_none() {
                return Ok(Removal::NotOurs("it carries no marker of an unfinished run".to_owned()));
            }
            let removed = self.keystone.delete(self.kind, &found.id).await?;
            Ok(if removed { Removal::Removed } else { Removal::Absent })
        })
    }

    fn strangers(&self) -> LocalFuture<'_, Result<Vec<String>, StepError>> {
        Box::pin(async {
            let (Kind::Domain, Some(domain)) = (self.kind, self.slot.id()) else { return Ok(Vec::new()) };
            let mut strangers = Vec::new();
            let standard: Vec<String> =
                super::standard::roles().iter().map(|role| format!("{domain}#{role}")).collect();
            let roles = self.keystone.service_roles(&domain).await?.into_iter();
            strangers
                .extend(roles.filter(|role| !standard.contains(&role.name)).map(|role| format!("role {}", role.name)));
            for kind in [Kind::User, Kind::Group, Kind::Project] {
                for entity in self.keystone.list(kind, &[("domain_id", &domain)]).await? {
                    if !self.known.contains(&(kind, entity.name.clone())) {
                        strangers.push(format!("{} {}", kind.singular(), entity.name));
                    }
                }
            }
            Ok(strangers)
        })
    }
}

/// What a service that is being deleted carries, once it is so: what of it was cleared away that takes a token of one of its
/// users. When it is disabled none of them passes a PEP any more, and a rerun need not try.
pub(crate) const CLEARED: &str = "orchest_cleared";

/// What can have been cleared away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cleared {
    /// What its users left in other servers.
    pub(crate) data: bool,
    /// Its policies.
    pub(crate) policies: bool,
}

impl Cleared {
    /// What the service says.
    pub(crate) fn of(root: &Entity) -> Self {
        let text = root.text(CLEARED);
        Self { data: text.contains("data"), policies: text.contains("policies") }
    }

    /// Whether a deletion got as far as clearing something.
    pub(crate) fn any(self) -> bool {
        self.data || self.policies
    }

    fn text(self) -> &'static str {
        match (self.data, self.policies) {
            (true, true) => "data and policies",
            (true, false) => "data",
            (false, true) => "policies",
            (false, false) => "",
        }
    }
}

/// Whether another deletion got to the service meanwhile, and with it to what only its users can reach: it is gone, or
/// disabled with that cleared. Asked where a server behind a PEP refuses.
pub(super) async fn is_past(
    keystone: &Keystone,
    root: &Slot,
    error: &Error,
    is_cleared: impl Fn(Cleared) -> bool,
) -> bool {
    let refused = matches!(error, Error::Login { .. }) || matches!(error.status(), Some(401 | 403 | 404));
    let Some(id) = root.id().filter(|_| refused) else { return false };
    match keystone.show(Kind::Domain, &id).await {
        Ok(None) => true,
        Ok(Some(now)) => now.enabled == Some(false) && is_cleared(Cleared::of(&now)),
        Err(_) => false,
    }
}

/// Which part of the end of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Enabled and unmarked in one write: nobody could use it before.
    All,
    /// Only enabled: what is still to come needs a token of one of its users. It stays marked.
    Enabling,
    /// Only unmarked.
    Settling,
}

/// Enables the root and clears its marker. Walked backwards: disables it, so that nobody uses what is being deleted.
pub(crate) struct Finish {
    keystone: Keystone,
    kind: Kind,
    name: String,
    slot: Slot,
    /// What the root should be; a run that is continued may have been asked for something else.
    wanted: Map<String, Value>,
    part: Part,
    /// Behind a PEP; walked backwards, the root is told that it is cleared away.
    clears: Cleared,
}

impl Finish {
    pub(crate) fn new(keystone: &Keystone, kind: Kind, name: &str, slot: &Slot, wanted: Map<String, Value>) -> Self {
        let (keystone, name, slot) = (keystone.clone(), name.to_owned(), slot.clone());
        Self { keystone, kind, name, slot, wanted, part: Part::All, clears: Cleared::default() }
    }

    /// What is gone when this one is taken back, and took a token of the service.
    pub(crate) fn clearing(self, clears: Cleared) -> Self {
        Self { clears, ..self }
    }

    /// Enables it only, for steps that need a token of one of its users.
    pub(crate) fn enabling(self) -> Self {
        Self { part: Part::Enabling, ..self }
    }

    /// The rest, for what was enabled before.
    pub(crate) fn settling(self) -> Self {
        Self { part: Part::Settling, ..self }
    }

    fn changes(&self, found: &Entity) -> Map<String, Value> {
        let mut changes = Map::new();
        // A deletion that stopped half way is called off by whoever goes on with the creation.
        if Cleared::of(found).any() {
            changes.insert(CLEARED.to_owned(), Value::Null);
        }
        if self.part != Part::Settling {
            changes.insert("enabled".to_owned(), json!(true));
        }
        if self.part != Part::Enabling {
            changes.insert(MARKER.to_owned(), Value::Null);
            changes.extend(self.wanted.clone());
        }
        changes
    }

    async fn change(&self, id: &str, changes: &Map<String, Value>) -> Result<(), StepError> {
        let root = self.keystone.update(self.kind, id, changes).await?;
        self.slot.fill(root);
        Ok(())
    }
}

impl Step for Finish {
    fn title(&self) -> String {
        let title = title(self.kind, &self.name);
        if self.part == Part::Settling { format!("{title} settled") } else { format!("{title} enabled") }
    }

    fn probe(&self) -> LocalFuture<'_, Result<Seen, StepError>> {
        Box::pin(async {
            Ok(match self.slot.entity() {
                Some(found) if self.part == Part::Enabling && found.enabled == Some(true) => Seen::Same,
                Some(found) if marker(&found).is_some() => Seen::Absent,
                // Disabled without a marker is somebody's decision; the root reports it.
                Some(_) => Seen::Same,
                None => Seen::Absent,
            })
        })
    }

    fn make(&self) -> LocalFuture<'_, Result<Effect, StepError>> {
        Box::pin(async {
            let Some(found) = self.slot.entity() else { return Ok(Effect::Kept) };
            // Without a marker the root is not ours to enable.
            if marker(&found).is_none() || (self.part == Part::Enabling && found.enabled == Some(true)) {
                return Ok(Effect::Kept);
            }
            self.change(&found.id, &self.changes(&found)).await?;
            Ok(Effect::Made)
        })
    }

    fn remove(&self, why: Why) -> LocalFuture<'_, Result<Removal, StepError>> {
        Box::pin(async move {
            let Some(found) = self.slot.entity() else { return Ok(Removal::Absent) };
            let on = found.enabled == Some(true);
            // A project can be deleted while enabled; a domain cannot.
            if !on || self.kind == Kind::Project {
                return Ok(Removal::Absent);
            }
            let mut changes = Map::new();
            if self.part != Part::Settling {
                changes.insert("enabled".to_owned(), json!(false));
            }
            let before = Cleared::of(&found);
            // The policies are still there when only what they let somebody clear away is gone.
            let policies = self.clears.policies && self.part != Part::Settling;
            let now = Cleared { data: before.data || self.clears.data, policies: before.policies || policies };
            if why == Why::Delete && now != before {
                changes.insert(CLEARED.to_owned(), json!(now.text()));
            }
            if changes.is_empty() {
                return Ok(Removal::Absent);
            }
            match self.change(&found.id, &changes).await {
                // Another run may have deleted it since we looked, which a 404 alone does not tell.
                Err(StepError::Wire(error)) if error.status() == Some(404) => {
                    match self.keystone.show(self.kind, &found.id).await? {
                        None => Ok(Removal::Absent),
                        Some(_) => Err(error.into()),
                    }
                }
                result => result.map(|()| Removal::Removed),
            }
        })
    }
}

fn title(kind: Kind, name: &str) -> String {
    let word = if kind == Kind::Domain { "service" } else { "subservice" };
    format!("{word} {}", crate::api::keystone::names::subservice_name(name))
}

#[cfg(test)]
#[path = "root_tests.rs"]
mod tests;
