//! `/v2/subscriptions`: all that there are, by tenant and path, and what can be done with them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::sandbox::call::{Call, Reply};

use super::counted;
use super::error::Refusal;
use super::head::Head;
use super::subscription::Subscription;

/// A subscription and where it belongs.
#[derive(Clone, Debug, Serialize)]
struct Stored {
    tenant: String,
    path: String,
    subscription: Subscription,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Subscriptions {
    /// By id. Ids grow with time, so this is also the order in which Orion lists them.
    by_id: BTreeMap<String, Stored>,
    created: u64,
}

impl Serialize for Subscriptions {
    /// In an order that the ids have no part in, so that two states with the same content differ in the ids alone.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut rows = Vec::new();
        for (id, stored) in &self.by_id {
            let row = serde_json::to_value(stored).map_err(serde::ser::Error::custom)?;
            rows.push((row.to_string(), id, row));
        }
        rows.sort_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
        to.collect_seq(rows.into_iter().map(|(_, id, row)| json!({"stored": row, "id": id})))
    }
}

/// With no path given, or `/#`, all of the tenant; else those stored at exactly that path.
pub(super) fn list(all: &Subscriptions, now: Timestamp, head: &Head) -> Reply {
    let everywhere = ["", "/#"].contains(&head.path());
    let matching = |stored: &Stored| stored.tenant == head.tenant && (everywhere || stored.path == head.path());
    let found: Vec<_> = all.by_id.iter().filter(|(_, stored)| matching(stored)).collect();
    let page = found.iter().skip(head.offset).take(head.limit);
    let page: Value = page.map(|(id, stored)| stored.subscription.json(id, now)).collect();
    counted(Reply::json(200, &page), head, found.len())
}

/// Where a subscription goes that is made or changed by this request.
fn stored_path(head: &Head) -> String {
    if head.path().is_empty() { "/#".to_owned() } else { head.path().to_owned() }
}

pub(super) fn create(all: &mut Subscriptions, now: Timestamp, call: &Call, head: &Head) -> Result<Reply, Refusal> {
    let subscription = Subscription::new(&call.body)?;
    if head.paths.len() > 1 {
        return Err(Refusal::bad("max one service-path allowed for subscriptions"));
    }
    all.created += 1;
    let id = format!("{:08x}{:016x}", now.as_second(), all.created);
    let location = format!("/v2/subscriptions/{id}");
    all.by_id.insert(id, Stored { tenant: head.tenant.clone(), path: stored_path(head), subscription });
    Ok(Reply::empty(201).with_header("Location", location))
}

/// Unlike the other two by id, reading goes by the path as well if one is given, word for word.
pub(super) fn show(all: &Subscriptions, now: Timestamp, head: &Head, id: &str) -> Result<Reply, Refusal> {
    check_id(id)?;
    let stored = all.by_id.get(&id.to_ascii_lowercase()).filter(|stored| stored.tenant == head.tenant);
    let stored = stored.filter(|stored| head.path().is_empty() || stored.path == head.path());
    let stored = stored.ok_or_else(not_found)?;
    Ok(Reply::json(200, &stored.subscription.json(id, now)))
}

fn not_found() -> Refusal {
    Refusal::new(404, "The requested subscription has not been found. Check id")
}

fn check_id(id: &str) -> Result<(), Refusal> {
    if id.len() != 24 {
        return Err(Refusal::bad("Invalid subscription ID: bad length - 24 chars expected"));
    }
    if !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Refusal::bad("Invalid subscription ID: invalid char in ID string"));
    }
    Ok(())
}

/// A change moves the subscription to the path of the request, and without one to `/#`.
pub(super) fn change(all: &mut Subscriptions, call: &Call, head: &Head, id: &str) -> Result<Reply, Refusal> {
    let stored = all.by_id.get_mut(&id.to_ascii_lowercase()).filter(|stored| stored.tenant == head.tenant);
    let Some(stored) = stored else {
        Subscription::check_patch(&call.body)?;
        return Err(Refusal::new(404, "subscription id not found"));
    };
    stored.subscription = stored.subscription.patched(&call.body)?;
    stored.path = stored_path(head);
    Ok(Reply::empty(204))
}

/// The id is enough within the tenant, whatever the path.
pub(super) fn remove(all: &mut Subscriptions, head: &Head, id: &str) -> Result<Reply, Refusal> {
    let id = id.to_ascii_lowercase();
    if all.by_id.get(&id).is_none_or(|stored| stored.tenant != head.tenant) {
        return Err(not_found());
    }
    all.by_id.remove(&id);
    Ok(Reply::empty(204))
}
