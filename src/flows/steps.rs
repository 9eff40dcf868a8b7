//! The kinds of steps that flows in Keystone are made of.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use serde_json::{Map, Value, json};

use crate::api::keystone::grants::{Actor, Grant, Target};
use crate::api::keystone::{Entity, Keystone, Kind, Made};
use crate::base::Secret;
use crate::base::clock::LocalFuture;

use super::bulk_roles::BulkRoles;
use super::graph::{Difference, Effect, Removal, Seen, Step, StepError, Why};
use super::shared::Shared;

/// The member of a root that names the run which has not finished yet. Keystone keeps members it does not know.
pub(crate) const MARKER: &str = "orchest_run";

/// Where a step puts what it found or made, for the steps that need it.
#[derive(Clone, Default)]
pub(crate) struct Slot(Rc<RefCell<Option<Entity>>>);

impl Slot {
    pub(crate) fn fill(&self, entity: Entity) {
        self.0.replace(Some(entity));
    }

    pub(crate) fn entity(&self) -> Option<Entity> {
        self.0.borrow().clone()
    }

    pub(crate) fn id(&self) -> Option<String> {
        self.0.borrow().as_ref().map(|entity| entity.id.clone())
    }

    /// The id, where the step that fills the slot must have run.
    fn need(&self, what: &str) -> Result<String, StepError> {
        self.id().ok_or_else(|| StepError::Missing(format!("{what} does not exist")))
    }
}

/// The run that an object is marked with, if it is.
pub(crate) fn marker(entity: &Entity) -> Option<String> {
    Some(entity.text(MARKER)).filter(|run| !run.is_empty()).map(str::to_owned)
}

/// What is there of one kind below one parent, asked for at most once and only when somebody looks.
pub(crate) struct Siblings {
    pub(super) keystone: Keystone,
    pub(super) parent: Slot,
    pub(super) source: Source,
    seen: Shared<Vec<Entity>>,
}

/// Which list, or which single query.
pub(crate) enum Source {
    /// All roles of the service.
    ServiceRoles,
    /// All of a kind in the domain.
    All(Kind),
    /// The one of this name, in the domain where the kind lives in one.
    Named(Kind, String),
}

impl Siblings {
    pub(crate) fn new(keystone: &Keystone, parent: &Slot, source: Source) -> Rc<Self> {
        Rc::new(Self { keystone: keystone.clone(), parent: parent.clone(), source, seen: Shared::new() })
    }

    pub(super) async fn all(&self) -> Result<&[Entity], StepError> {
        let Some(domain) = self.parent.id() else { return Ok(&[]) };
        let read = async || match &self.source {
            Source::ServiceRoles => self.keystone.service_roles(&domain).await,
            Source::All(kind) => self.keystone.list(*kind, &[("domain_id", &domain)]).await,
            Source::Named(kind, name) => self.keystone.exact(*kind, Some(&domain), name).await,
        };
        Ok(self.seen.get(read).await?)
    }

    /// What was seen, if somebody has looked.
    pub(super) fn seen(&self) -> Option<&[Entity]> {
        self.seen.known().map(Vec::as_slice)
    }

    async fn find(&self, name: &str) -> Result<Option<Entity>, StepError> {
        Ok(self.all().await?.iter().find(|entity| entity.name == name).cloned())
    }
}

/// A role that must be there already, Keystone's own or the service's; looked for, never made.
pub(crate) struct GivenRole {
    pub(crate) keystone: Keystone,
    pub(crate) title: String,
    pub(crate) keystone_name: String,
    pub(crate) slot: Slot,
}

impl Step for GivenRole {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn probe(&self) -> LocalFuture<'_, Result<Seen, StepError>> {
        Box::pin(async {
            if let Some(id) = self.keystone.login().fresh_role(&self.keystone_name).await? {
                let name = self.keystone_name.clone();
                self.slot.fill(Entity { id, name, domain_id: None, enabled: None, rest: Map::new() });
                return Ok(Seen::Same);
            }
            match self.keystone.exact(Kind::Role, None, &self.keystone_name).await?.into_iter().next() {
                None => Ok(Seen::Absent),
                Some(role) => {
                    self.slot.fill(role);
                    Ok(Seen::Same)
                }
            }
        })
    }

    fn make(&self) -> LocalFuture<'_, Result<Effect, StepError>> {
        Box::pin(async { Ok(Effect::Kept) })
    }

    fn remove(&self, _why: Why) -> LocalFuture<'_, Result<Removal, StepError>> {
        Box::pin(async { Ok(Removal::NotOurs("the flow did not make it".to_owned())) })
    }
}

/// Something with a name below a parent: a user, a group, a role of the service.
pub(crate) struct Member {
    pub(crate) keystone: Keystone,
    pub(crate) kind: Kind,
    /// The name people use.
    pub(crate) name: String,
    /// What else it should be; compared with what is there.
    pub(crate) wanted: Map<String, Value>,
    /// Only sent when it is made, never compared: a password.
    pub(crate) password: Option<Secret>,
    /// Where it outlives the root it carries the root's marker, so that a second process can prove whose it is.
    pub(crate) marked_like: Option<Slot>,
    pub(crate) parent: Slot,
    pub(crate) slot: Slot,
    pub(crate) siblings: Rc<Siblings>,
    /// Makes and deletes it together with others of its kind.
    pub(crate) bulk: Option<Rc<BulkRoles>>,
}

impl Member {
    fn keystone_name(&self) -> Result<String, StepError> {
        match self.kind {
            Kind::Role => Ok(format!("{}#{}", self.parent.need("its service")?, self.name)),
            _ => Ok(self.name.clone()),
        }
    }

    fn compare(&self, found: &Entity) -> Seen {
        let differences = found.differences(&self.wanted);
        if differences.is_empty() {
            return Seen::Same;
        }
        let shown = |(key, wanted, found): (String, Value, Value)| Difference {
            what: format!("{}: {key}", self.title()),
            wanted: wanted.to_string(),
            found: found.to_string(),
        };
        Seen::Different(differences.into_iter().map(shown).collect())
    }

    fn members(&self) -> Result<Map<String, Value>, StepError> {
        let mut members = Map::new();
        members.insert("name".to_owned(), json!(self.keystone_name()?));
        if self.kind != Kind::Role {
            members.insert("domain_id".to_owned(), json!(self.parent.need("its service")?));
        }
        members.extend(self.wanted.clone());
        if let Some(password) = &self.password {
            members.insert("password".to_owned(), json!(password.expose()));
        }
        if let Some(run) = self.run_of_root() {
            members.insert(MARKER.to_owned(), json!(run));
        }
        Ok(members)
    }

    fn run_of_root(&self) -> Option<String> {
        marker(&self.marked_like.as_ref()?.entity()?)
    }

    async fn look(&self) -> Result<Option<Entity>, StepError> {
        if self.parent.id().is_none() {
            return Ok(None);
        }
        self.siblings.find(&self.keystone_name()?).await
    }
}

impl Step for Member {
    fn title(&self) -> String {
        format!("{} {}", self.kind.singular(), self.name)
    }

    fn probe(&self) -> LocalFuture<'_, Result<Seen, StepError>> {
        Box::pin(async {
            let Some(found) = self.look().await? else { return Ok(Seen::Absent) };
            let seen = self.compare(&found);
            self.slot.fill(found);
            Ok(seen)
        })
    }

    fn make(&self) -> LocalFuture<'_, Result<Effect, StepError>> {
        Box::pin(async {
            if self.kind == Kind::User && self.password.is_none() {
                let hint = "give its password, for instance with --new-password-file";
                return Err(StepError::Missing(format!("{} is not there and would be made; {hint}", self.title())));
            }
            if let Some(bulk) = self.bulk.as_ref().filter(|bulk| bulk.is_offered())
                && let Some(role) = bulk.make(&self.keystone_name()?).await?
            {
                self.slot.fill(role);
                return Ok(Effect::Made);
            }
            let made = self.keystone.create(self.kind, &self.members()?).await?;
            let effect = if matches!(made, Made::Created(_)) { Effect::Made } else { Effect::Kept };
            let entity = made.into_entity();
            // Somebody may have been faster; what counts is whether it is what we would have made.
            if let Seen::Different(differences) = self.compare(&entity) {
                return Err(StepError::Different(differences));
            }
            self.slot.fill(entity);
            Ok(effect)
        })
    }

    fn remove(&self, _why: Why) -> LocalFuture<'_, Result<Removal, StepError>> {
        Box::pin(async {
            let Some(found) = self.look().await? else { return Ok(Removal::Absent) };
            // A role carries the id of its service in its name, which proves as much as a marker.
            let proven = self.kind == Kind::Role || (marker(&found).is_some() && marker(&found) == self.run_of_root());
            // What lives outside the root is never deleted with it, only taken back with the run that made it.
            if !proven {
                return Ok(Removal::NotOurs("it was not made by the run".to_owned()));
            }
            if let Some(bulk) = self.bulk.as_ref().filter(|bulk| bulk.is_offered())
                && bulk.delete().await?
            {
                return Ok(Removal::Removed);
            }
            let removed = self.keystone.delete(self.kind, &found.id).await?;
            Ok(if removed { Removal::Removed } else { Removal::Absent })
        })
    }
}

/// The grants that are there on one domain, asked for at most once.
pub(crate) struct Granted {
    pub(crate) keystone: Keystone,
    /// The query parameter and the slot whose id it takes: `scope.domain.id`.
    pub(crate) scope: (&'static str, Slot),
    seen: Shared<HashSet<Grant>>,
}

impl Granted {
    pub(crate) fn new(keystone: &Keystone, parameter: &'static str, slot: &Slot) -> Rc<Self> {
        Rc::new(Self { keystone: keystone.clone(), scope: (parameter, slot.clone()), seen: Shared::new() })
    }

    async fn all(&self) -> Result<Option<&HashSet<Grant>>, StepError> {
        let Some(id) = self.scope.1.id() else { return Ok(None) };
        let read = async || -> Result<HashSet<Grant>, crate::api::Error> {
            let rows = self.keystone.assignments(&[(self.scope.0, &id)]).await?;
            Ok(rows.iter().filter_map(Grant::from_assignment).collect())
        };
        Ok(Some(self.seen.get(read).await?))
    }
}

/// Where a grant of a flow applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Service,
    AllSubservices,
    Subservice,
}

/// One role given to one user or group of the flow.
pub(crate) struct GrantStep {
    pub(crate) keystone: Keystone,
    pub(crate) title: String,
    pub(crate) reach: Reach,
    pub(crate) target: Slot,
    pub(crate) to_group: bool,
    pub(crate) actor: Slot,
    pub(crate) role: Slot,
    pub(crate) granted: Rc<Granted>,
}

impl GrantStep {
    fn grant(&self) -> Option<Grant> {
        let (target, actor, role) = (self.target.id()?, self.actor.id()?, self.role.id()?);
        let target = match self.reach {
            Reach::Service => Target::Domain(target),
            Reach::AllSubservices => Target::InheritedToProjects(target),
            Reach::Subservice => Target::Project(target),
        };
        let actor = if self.to_group { Actor::Group(actor) } else { Actor::User(actor) };
        Some(Grant { target, actor, role })
    }
}

impl Step for GrantStep {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn probe(&self) -> LocalFuture<'_, Result<Seen, StepError>> {
        Box::pin(async {
            // Without its user or role there cannot be a grant.
            let Some(grant) = self.grant() else { return Ok(Seen::Absent) };
            let there = self.granted.all().await?.is_some_and(|granted| granted.contains(&grant));
            Ok(if there { Seen::Same } else { Seen::Absent })
        })
    }

    fn make(&self) -> LocalFuture<'_, Result<Effect, StepError>> {
        Box::pin(async {
            let Some(grant) = self.grant() else {
                return Err(StepError::Missing(format!("{}: its user, role or place does not exist", self.title)));
            };
            self.keystone.send(&grant.put()).await?;
            Ok(Effect::Made)
        })
    }

    fn remove(&self, _why: Why) -> LocalFuture<'_, Result<Removal, StepError>> {
        Box::pin(async {
            let Some(grant) = self.grant() else { return Ok(Removal::Absent) };
            let status = self.keystone.send(&grant.remove()).await?.status;
            Ok(if status == 404 { Removal::Absent } else { Removal::Removed })
        })
    }
}

/// Clears the marker of something that outlives the root, when all is done.
pub(crate) struct Unmark {
    pub(crate) keystone: Keystone,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) slot: Slot,
}

impl Step for Unmark {
    fn title(&self) -> String {
        format!("{} {} settled", self.kind.singular(), self.name)
    }

    fn probe(&self) -> LocalFuture<'_, Result<Seen, StepError>> {
        // A marker that was left behind means nothing once its root is finished.
        Box::pin(async { Ok(Seen::Same) })
    }

    fn make(&self) -> LocalFuture<'_, Result<Effect, StepError>> {
        Box::pin(async {
            let Some(found) = self.slot.entity() else { return Ok(Effect::Kept) };
            if marker(&found).is_none() {
                return Ok(Effect::Kept);
            }
            let mut changes = Map::new();
            changes.insert(MARKER.to_owned(), Value::Null);
            self.keystone.update(self.kind, &found.id, &changes).await?;
            Ok(Effect::Made)
        })
    }

    fn remove(&self, _why: Why) -> LocalFuture<'_, Result<Removal, StepError>> {
        Box::pin(async { Ok(Removal::Absent) })
    }
}
