//! `orchest platform ldap user delete` and `group delete`: absent ones are fine, unless told otherwise.

use anyhow::Result;

use crate::api::keystone::Kind;
use crate::api::ldap::{Change, Directory};

use super::super::super::args::ItemArgs;
use super::super::super::bulk::{self, Done};
use super::super::super::context::Context;
use super::super::super::entity::refuse_bad_arguments;
use super::super::super::items::{Item, Items};
use super::super::super::names::check_any;
use super::super::super::present::word;
use super::desk::{Who, open, place};
use super::user::absent;

pub(super) async fn users(context: &Context, args: &ItemArgs, fail_if_missing: bool) -> Result<()> {
    all(context, Kind::User, args, fail_if_missing, async |directory, name| {
        Ok(if context.dry_run() {
            directory.user(name).await?.map_or(Change::NoEntry, |_| Change::AlreadySo)
        } else {
            directory.delete_user(name).await?
        })
    })
    .await
}

pub(super) async fn groups(context: &Context, args: &ItemArgs, fail_if_missing: bool) -> Result<()> {
    all(context, Kind::Group, args, fail_if_missing, async |directory, name| {
        Ok(if context.dry_run() {
            directory.group(name).await?.map_or(Change::NoEntry, |_| Change::AlreadySo)
        } else {
            directory.delete_group(name).await?
        })
    })
    .await
}

/// `act` deletes; in a dry run it looks, and what is there counts as `AlreadySo`.
async fn all(
    context: &Context,
    kind: Kind,
    args: &ItemArgs,
    fail_if_missing: bool,
    act: impl AsyncFn(&Directory, &str) -> Result<Change>,
) -> Result<()> {
    let items = Items::read(context, args, &[], |item| check_any(kind, &item.name).map_err(|error| error.message))?;
    refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    let what = match items.names().as_slice() {
        [one] => format!("{} {one}", word(kind)),
        many => format!("{} {}s", many.len(), word(kind)),
    };
    let (_, address) = place(context)?;
    context.confirm_at(&format!("delete {what} of the directory"), &address.shown())?;
    let directory = open(context, Who::Administrator).await?;
    let results = bulk::each(context, &items, async |item: &Item| match act(&directory, &item.name).await? {
        Change::Done => Ok(Done::new("deleted")),
        Change::AlreadySo => {
            context.would(&format!("delete {} {}", word(kind), item.name));
            Ok(Done::new("would be deleted"))
        }
        Change::NoEntry if fail_if_missing => Err(absent(word(kind), &item.name).into()),
        Change::NoEntry => Ok(Done::new("absent").detail("nothing to delete")),
    })
    .await?;
    context.finish_bulk(&items, &results, word(kind))
}
