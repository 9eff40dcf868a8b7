//! How a place is before anything is done there.

use std::collections::HashMap;

use futures_util::{StreamExt as _, stream};

use crate::connectors::{ByAddress, Capabilities, Connector, ConnectorKind, Error, Membership, State};

use super::limits::Share;
use super::plan::Plan;
use super::step::Deed;

/// So many are looked at side by side.
const AT_ONCE: usize = 4;

/// Everybody there, ourselves, and what can be done.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    pub(crate) people: Vec<Membership>,
    /// Under which names and numbers we are among them.
    pub(crate) own: Vec<String>,
    pub(crate) able: Capabilities,
}

impl Ground {
    /// Reads it. A list that is not whole is an error of the connector's.
    pub(crate) async fn look(connector: &dyn Connector) -> Result<Self, Error> {
        let (own, mut people) = (connector.own_ids().await?, connector.list().await?);
        // There, a number may be a member's or an invitation's, and a login may look like one.
        if connector.kind() == ConnectorKind::GitHub {
            for one in &mut people {
                one.key = None;
            }
        }
        Ok(Self { people, own, able: connector.capabilities() })
    }

    /// Looks at those who would go one by one, since there a list does not tell of whom an enterprise has them in, and only
    /// it can end that. A plan that takes more than it may even so is not looked into further.
    pub(crate) async fn look_closer(
        &mut self,
        connector: &dyn Connector,
        plan: &Plan,
        most: Share,
    ) -> Result<(), Error> {
        if connector.kind() != ConnectorKind::GitHub || plan.lists_nobody() {
            return Ok(());
        }
        let leaving = plan.steps.iter().filter(|step| step.deed == Deed::Remove);
        let invited = leaving.clone().filter(|step| step.state != State::Active).count();
        let mut left = (most.of(plan.active) + 1).saturating_sub(invited);
        let ids: Vec<&str> = leaving.filter(|step| step.state == State::Active).map(|step| step.id.as_str()).collect();
        let mut looks = stream::iter(ids).map(|id| connector.membership(id)).buffered(AT_ONCE);
        let mut seen = Vec::new();
        while left > 0
            && let Some(found) = looks.next().await
        {
            let found = found?;
            left -= usize::from(found.fixed.is_none() && found.state.counts_as_in());
            seen.push(Membership { key: None, ..found });
        }
        drop(looks);
        for found in seen {
            self.people
                .iter_mut()
                .filter(|one| fold(&one.id) == fold(&found.id))
                .for_each(|one| one.clone_from(&found));
        }
        Ok(())
    }

    /// How strong a role is. One that cannot be given is as strong as can be, so that it is never lowered unasked.
    pub(super) fn rank(&self, role: &str) -> usize {
        self.able.roles.iter().position(|known| *known == role).unwrap_or(self.able.roles.len())
    }

    pub(super) fn is_own(&self, member: &Membership) -> bool {
        self.own.iter().any(|own| fold(own) == fold(&member.id) || member.key.as_ref() == Some(own))
    }

    /// Whether an address that nobody is listed by may be somebody's who is in.
    pub(super) fn is_blind_to(&self, id: &str) -> bool {
        self.able.by_address != ByAddress::Found && crate::connectors::is_email(id)
    }
}

/// Whether a role lets one decide who is in.
pub(super) fn is_admin(member: &Membership) -> bool {
    member.state == State::Active && member.role.as_deref().is_some_and(is_admin_role)
}

pub(super) fn is_admin_role(role: &str) -> bool {
    matches!(role, "admin" | "owner" | "primary owner" | "organizer")
}

/// Names are the same to all services in any case.
pub(super) fn fold(id: &str) -> String {
    id.trim().to_lowercase()
}

/// The same people, each once. A service may have several lines of one: a share that is direct and one from above, an
/// invitation and one that has lapsed.
pub(super) struct People<'a> {
    /// In the order of the list.
    pub(super) all: Vec<&'a Membership>,
    by_id: HashMap<String, usize>,
    by_key: HashMap<&'a str, usize>,
}

impl<'a> People<'a> {
    pub(super) fn of(ground: &'a Ground) -> Self {
        let mut people = Self { all: Vec::new(), by_id: HashMap::new(), by_key: HashMap::new() };
        for one in &ground.people {
            let place = *people.by_id.entry(fold(&one.id)).or_insert(people.all.len());
            match people.all.get_mut(place) {
                None => people.all.push(one),
                Some(known) if weight(ground, one) > weight(ground, known) => *known = one,
                Some(_) => {}
            }
            if let Some(key) = &one.key {
                people.by_key.entry(key).or_insert(place);
            }
        }
        people
    }

    /// Where somebody is among them, by name or by number.
    pub(super) fn find(&self, id: &str) -> Option<(usize, &'a Membership)> {
        let place = *self.by_id.get(&fold(id)).or_else(|| self.by_key.get(id.trim()))?;
        Some((place, *self.all.get(place)?))
    }
}

/// Which of two lines about one person counts: whoever is in is not also out, and what can be changed can be.
fn weight(ground: &Ground, one: &Membership) -> (usize, bool, usize) {
    let state = match one.state {
        State::Active => 5,
        State::Pending => 4,
        State::Suspended => 3,
        State::Expired => 2,
        State::Absent => 0,
        _ => 1,
    };
    (state, one.fixed.is_none(), one.role.as_deref().map_or(0, |role| ground.rank(role)))
}
