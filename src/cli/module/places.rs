//! One action at one place, or in every subservice: each place is listed once, whatever the number of modules.

use std::cell::RefCell;

use anyhow::Result;
use serde_json::json;

use crate::api::fiware::Place;
use crate::api::orion::{Orion, Subscription};

use super::super::bulk::{self, Done};
use super::super::context::Context;
use super::super::items::{Item, Items};
use super::super::present::Row;
use super::Reach;

/// A place, what is subscribed there, and the way to change it.
pub(super) struct Site {
    pub(super) place: Place,
    pub(super) orion: Orion,
    pub(super) subscriptions: Vec<Subscription>,
}

/// Does `act` at every place that is meant. What it has put into the rows stays there when it fails; at one of several places
/// `missed` adds those of which nothing was done, by how many there are already and why. `print` gets the rows of all places,
/// in their order, whatever failed, but for where none of them said anything: an empty list would say that there is nothing.
pub(super) async fn at_each(
    context: &Context,
    reach: Reach,
    act: impl AsyncFn(&Site, &mut Vec<Row>) -> Result<()>,
    missed: impl Fn(&Place, usize, &str) -> Vec<Row>,
    print: impl FnOnce(Vec<Row>) -> Result<()>,
) -> Result<()> {
    context.refuse_failed_to()?;
    let places =
        if reach.all_subservices { context.orion_subservices().await? } else { vec![context.orion_place().await?] };
    if places.is_empty() {
        context.printer.note("the service has no subservices");
    }
    if places.iter().any(Place::is_service) {
        let advice = "name one with -S, or all with --all-subservices";
        context.printer.note(&format!("at the level of a service a module hears nothing of its subservices; {advice}"));
    }
    let found: RefCell<Vec<(String, Vec<Row>)>> = RefCell::default();
    let items = Items::typed(places.iter().map(|place| Item::typed(place.path())).collect(), |_| Ok(()));
    let outcome = bulk::all(context, &items, async |item: &Item| {
        let Some(place) = places.iter().find(|place| place.path() == item.name) else { return Ok(Done::new("absent")) };
        let mut rows = Vec::new();
        let result = at(context, place, &act, &mut rows).await;
        found.borrow_mut().push((item.name.clone(), rows));
        result.map(|()| Done::new("done"))
    })
    .await?;
    let (mut found, told) = (found.into_inner(), outcome.told());
    let mut rows = Vec::new();
    let mut is_answered = places.is_empty();
    for place in &places {
        let is_here = |path: &str| path == place.path();
        let own = found.iter_mut().find(|(path, _)| is_here(path)).map(|(_, rows)| std::mem::take(rows));
        let mut own = own.unwrap_or_default();
        match told.iter().find(|(path, _)| is_here(path)) {
            // That of the only place is the error of the command.
            Some((_, ("failed" | bulk::UNKNOWN, _))) if places.len() == 1 => {}
            Some((_, (result @ ("failed" | bulk::UNKNOWN), why))) => {
                let mut lost = missed(place, own.len(), why.as_deref().unwrap_or_default());
                for row in &mut lost {
                    row.insert("result".to_owned(), json!(result));
                }
                own.extend(lost);
            }
            Some(_) => is_answered = true,
            None => {}
        }
        rows.extend(own);
    }
    if is_answered || !rows.is_empty() {
        print(rows)?;
    }
    outcome.end(context).map(drop)
}

/// Looks at one place and does it there, while no other run of ours does.
async fn at(
    context: &Context,
    place: &Place,
    act: &impl AsyncFn(&Site, &mut Vec<Row>) -> Result<()>,
    rows: &mut Vec<Row>,
) -> Result<()> {
    let _alone = context.alone_at(place).await?;
    let orion = context.orion(place)?;
    let subscriptions = orion.list().await?;
    let site = Site { place: place.clone(), orion, subscriptions };
    act(&site, rows).await
}
