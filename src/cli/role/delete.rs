//! `orchest role delete` where no service is named: about roles of Keystone itself, which every service may use. Whoever means
//! the role of a service has left out which one, and must not be told that there is nothing to delete.

use anyhow::Result;

use crate::api::keystone::Kind;
use crate::base::text::safe;

use super::super::args::ItemArgs;
use super::super::bulk::{self, Done};
use super::super::context::Context;
use super::super::entity::refuse_bad_arguments;
use super::super::error::CliError;
use super::super::items::{Item, Items};
use super::super::names::check_any;
use super::super::resolve::{is_of_services, most_like, without_service};

pub(super) async fn of_keystone(context: &Context, args: &ItemArgs, fail_if_missing: bool) -> Result<()> {
    let check = |item: &Item| check_any(Kind::Role, &item.name).map_err(|error| error.message);
    let items = Items::read(context, args, &[], check)?;
    refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    let names = items.names();
    let target = match names.as_slice() {
        [one] => format!("role {one}"),
        many => format!("{} roles", many.len()),
    };
    context.confirm(&format!("delete {target}"))?;
    let found = context.many(Kind::Role, None, &names).await?;
    let absent: Vec<&String> = names.iter().filter(|name| found.get(*name).is_none_or(Vec::is_empty)).collect();
    // What there is instead is asked for only where something is missing.
    let there = if absent.is_empty() { Vec::new() } else { context.there(Kind::Role, None).await };
    // In a file it is a bad row among good ones.
    if !items.from_file
        && let Some(name) = absent.into_iter().find(|name| is_of_services(name, &there))
    {
        let message = format!("role '{}' is none of Keystone itself; nothing was deleted", safe(name));
        return Err(without_service(CliError::usage(message), name).into());
    }
    let results = bulk::each(context, &items, async |item: &Item| {
        let candidates = found.get(&item.name).cloned().unwrap_or_default();
        if candidates.is_empty() && is_of_services(&item.name, &there) {
            let name = safe(&item.name);
            let message = format!("role '{name}' is none of Keystone itself, only of services (-s NAME)");
            return Err(without_service(CliError::usage(message), &item.name).into());
        }
        if candidates.is_empty() && !fail_if_missing {
            let near = most_like(Kind::Role, None, &item.name, &there);
            let hint = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            return Ok(Done::new("absent").detail(format!("nothing to delete{hint}")));
        }
        let role = context.demand(Kind::Role, &item.name, None, candidates).await?;
        if context.would(&format!("delete role {}", item.name)) {
            return Ok(Done::new("would be deleted"));
        }
        let gone = context.keystone()?.delete(Kind::Role, &role.id).await?;
        Ok(Done::new(if gone { "deleted" } else { "absent" }))
    })
    .await?;
    context.finish_bulk(&items, &results, "role")
}
