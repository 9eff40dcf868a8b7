//! How everything is at each of the services, and what is to be done there.

use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use futures_util::future::join_all;

use crate::connectors::{Connector, ConnectorKind, Error};
use crate::flows::members::{Limits, Plan, survey};
use crate::state::Lock;

use super::super::super::context::Context;
use super::super::each::{alone, note};
use super::super::roster::Roster;
use super::super::setup;
use super::SyncArgs;

/// One place, and what is to be done there.
pub(super) struct Site {
    pub(super) kind: ConnectorKind,
    pub(super) target: String,
    pub(super) connector: Rc<dyn Connector>,
    pub(super) plan: Plan,
    /// Which of the people each of its wishes is.
    pub(super) people: Vec<usize>,
}

/// Of connectors that could not be asked.
pub(super) type Unseen = Vec<(ConnectorKind, Error)>;

/// All that was asked.
pub(super) struct Seen {
    pub(super) sites: Vec<Site>,
    pub(super) unseen: Unseen,
    /// Held until everything is done.
    pub(super) _locks: Vec<Option<Lock>>,
}

/// Where one connector does not answer, the others go on.
pub(super) async fn all(
    context: &Context,
    args: &SyncArgs,
    roster: &Roster,
    ignored: Option<&Roster>,
    kinds: &[ConnectorKind],
) -> Result<Seen> {
    let manager = setup::manager(context)?;
    let limits = Limits {
        remove_extra: args.remove_extra,
        demote: args.allow_demotions,
        invite_addresses: args.invite_addresses,
        most: args.max_removals,
        admins: args.min_admins,
    };
    let (mut made, mut unseen) = (Vec::new(), Vec::new());
    for kind in kinds {
        match manager.connector(*kind) {
            Ok(connector) => {
                roster.check_roles(*kind, connector.capabilities().roles)?;
                made.push((*kind, connector));
            }
            Err(error) => unseen.push((*kind, error)),
        }
    }
    note(context, kinds);
    let locks = alone(context, &made, Duration::ZERO).await?;
    let look = async |(kind, connector): (ConnectorKind, Rc<dyn Connector>)| {
        let (wishes, people) = roster.wishes(kind);
        let ignored = ignored.map(|roster| roster.ids(kind)).unwrap_or_default();
        let plan = survey(&*connector, &wishes, &ignored, &limits).await.map_err(|error| (kind, error))?;
        Ok(Site { kind, target: connector.target(), connector, plan, people })
    };
    let mut sites = Vec::new();
    for seen in join_all(made.into_iter().map(look)).await {
        match seen {
            Ok(site) => sites.push(site),
            Err(error) => unseen.push(error),
        }
    }
    match unseen.pop() {
        // The error of the only one says it all.
        Some((_, error)) if kinds.len() == 1 => Err(error.into()),
        last => {
            unseen.extend(last);
            Ok(Seen { sites, unseen, _locks: locks })
        }
    }
}
