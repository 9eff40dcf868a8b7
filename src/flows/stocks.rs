//! The kinds of things that [`super::sweep`] clears away.

use crate::api::door::Door;
use crate::api::fiware::Place;
use crate::api::iotagent::{IotAgent, Known};
use crate::api::orion::Orion;
use crate::api::perseo::Perseo;
use crate::base::clock::LocalFuture;

use super::graph::StepError;
use super::sweep::{Leftover, Stock};

type Listed<'a> = LocalFuture<'a, Result<Vec<Leftover>, StepError>>;
type Deleted<'a> = LocalFuture<'a, Result<(), StepError>>;

/// Orion's path for all paths of a service.
const ALL: &str = "/#";

/// Subscriptions in Orion. They go on notifying whoever they name, with data of a service that is gone.
pub(crate) struct Subscriptions;

impl Stock for Subscriptions {
    fn title(&self) -> &'static str {
        "subscriptions in Orion"
    }

    fn list<'a>(&'a self, door: &'a Door, place: &'a Place) -> Listed<'a> {
        Box::pin(async {
            let rows = Orion::new(door.clone(), place.clone()).list().await?;
            Ok(rows.iter().map(|row| Leftover { id: row.id().to_owned(), key: None }).collect())
        })
    }

    fn delete<'a>(&'a self, door: &'a Door, place: &'a Place, leftover: &'a Leftover) -> Deleted<'a> {
        // The id is enough within a service, and a deletion takes no wildcard.
        let place = if place.path() == ALL { Place::service_level(place.service()) } else { place.clone() };
        Box::pin(async { Ok(Orion::new(door.clone(), place).delete(&leftover.id).await.map(drop)?) })
    }

    fn everywhere(&self) -> Option<&'static str> {
        Some(ALL)
    }
}

/// Rules in Perseo. They go on acting.
pub(crate) struct Rules;

impl Stock for Rules {
    fn title(&self) -> &'static str {
        "rules in Perseo"
    }

    fn list<'a>(&'a self, door: &'a Door, place: &'a Place) -> Listed<'a> {
        Box::pin(async {
            let names = Perseo::new(door.clone(), place.clone()).rules().await?;
            Ok(names.into_iter().map(|id| Leftover { id, key: None }).collect())
        })
    }

    fn delete<'a>(&'a self, door: &'a Door, place: &'a Place, leftover: &'a Leftover) -> Deleted<'a> {
        Box::pin(async { Ok(Perseo::new(door.clone(), place.clone()).delete(&leftover.id).await?) })
    }
}

/// Devices of an IoT agent. They go on measuring into a service that is gone.
pub(crate) struct Devices;

impl Stock for Devices {
    fn title(&self) -> &'static str {
        "devices of the IoT agent"
    }

    fn list<'a>(&'a self, door: &'a Door, place: &'a Place) -> Listed<'a> {
        Box::pin(async { Ok(leftovers(IotAgent::new(door.clone(), place.clone()).devices().await?)) })
    }

    fn delete<'a>(&'a self, door: &'a Door, place: &'a Place, leftover: &'a Leftover) -> Deleted<'a> {
        Box::pin(async { Ok(IotAgent::new(door.clone(), place.clone()).delete_device(&known(leftover)).await?) })
    }
}

/// Groups of devices of an IoT agent. They would let new devices in.
pub(crate) struct Groups;

impl Stock for Groups {
    fn title(&self) -> &'static str {
        "groups of the IoT agent"
    }

    fn list<'a>(&'a self, door: &'a Door, place: &'a Place) -> Listed<'a> {
        Box::pin(async { Ok(leftovers(IotAgent::new(door.clone(), place.clone()).groups().await?)) })
    }

    fn delete<'a>(&'a self, door: &'a Door, place: &'a Place, leftover: &'a Leftover) -> Deleted<'a> {
        Box::pin(async { Ok(IotAgent::new(door.clone(), place.clone()).delete_group(&known(leftover)).await?) })
    }
}

fn leftovers(rows: Vec<Known>) -> Vec<Leftover> {
    rows.into_iter().map(|row| Leftover { id: row.id, key: row.apikey }).collect()
}

fn known(leftover: &Leftover) -> Known {
    Known { id: leftover.id.clone(), apikey: leftover.key.clone() }
}
