//! One action at one place, or in every subservice: each place is listed once, whatever the number of modules.

use std::cell::RefCell;

use anyhow::Result;

use crate::api::fiware::Place;
use crate::api::orion::{Orion, Subscription};

use super::super::bulk::{self, Done};
use super::super::context::Context;
use super::super::error::CliError;
use super::super::items::{Item, Items};
use super::super::present::Row;
use super::Reach;

/// A place, what is subscribed there, and the way to change it.
pub(super) struct Site {
    pub(super) place: Place,
    pub(super) orion: Orion,
    pub(super) subscriptions: Vec<Subscription>,
}

/// Does `act` at every place that is meant and gives its rows in the order of the places.
pub(super) async fn at_each(
    context: &Context,
    reach: Reach,
    act: impl AsyncFn(&Site) -> Result<Vec<Row>>,
) -> Result<Vec<Row>> {
    if context.failed_to().is_some() {
        let error = CliError::usage("--failed-to has no use here: there is no --from that could read it");
        return Err(error.next("run the same line again; what is done stays done").into());
    }
    let places =
        if reach.all_subservices { context.orion_subservices().await? } else { vec![context.orion_place().await?] };
    if places.is_empty() {
        context.printer.note("the service has no subservices");
    }
    if places.iter().any(Place::is_service) {
        let advice = "name one with -S, or all with --all-subservices";
        context.printer.note(&format!("at the level of a service a module hears nothing of its subservices; {advice}"));
    }
    let rows: RefCell<Vec<(String, Vec<Row>)>> = RefCell::default();
    let items = Items::typed(places.iter().map(|place| Item::typed(place.path())).collect(), |_| Ok(()));
    bulk::each(context, &items, async |item: &Item| {
        let Some(place) = places.iter().find(|place| place.path() == item.name) else { return Ok(Done::new("absent")) };
        let _alone = context.alone_at(place).await?;
        let orion = context.orion(place)?;
        let subscriptions = orion.list().await?;
        let site = Site { place: place.clone(), orion, subscriptions };
        let found = act(&site).await?;
        rows.borrow_mut().push((item.name.clone(), found));
        Ok(Done::new("done"))
    })
    .await?;
    let mut rows = rows.into_inner();
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(rows.into_iter().flat_map(|(_, rows)| rows).collect())
}
