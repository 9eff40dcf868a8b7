//! `orchest trust list`, `show` and `delete`.

use anyhow::Result;
use clap::Args;

use crate::api::keystone::auth::Identity;
use crate::api::keystone::trusts::Party;
use crate::api::keystone::{Keystone, Kind};

use super::super::args::ItemArgs;
use super::super::bulk::{self, Done};
use super::super::context::{Backend, Context};
use super::super::entity::refuse_bad_arguments;
use super::super::error::{CliError, Exit};
use super::super::items::{Item, Items};
use super::super::names::check_any;
use super::super::seen;
use super::asker::Asker;
use super::check_id;
use super::place::{on_subservice, subservice_scope};
use super::row::{TRUST, TRUSTS, row};

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// Those that are given to this user, instead of those that you gave; `id:HEX` needs no right to look users up
    #[arg(long = "of", visible_alias = "trustee", value_name = "USER", conflicts_with = "trustor")]
    trustee: Option<String>,
    /// Those that this user gave
    #[arg(long, value_name = "USER")]
    trustor: Option<String>,
}

pub(super) async fn run(context: &Context, args: &ListArgs) -> Result<()> {
    for name in args.trustee.iter().chain(&args.trustor) {
        check_any(Kind::User, name)?;
    }
    let mut project = None;
    let asker = match subservice_scope(context)? {
        Some(scope) => {
            let (keystone, token) = on_subservice(context, scope).await?;
            project = Some(token.text("project", "/id").to_owned());
            Asker::only(keystone)
        }
        None => Asker::new(context)?,
    };
    let (id, name) = match args.trustee.as_ref().or(args.trustor.as_ref()) {
        Some(name) => user(context, &asker, name).await?,
        None => (asker.me().await?.text("user", "/id").to_owned(), String::new()),
    };
    let party = if args.trustee.is_some() { Party::Trustee(id.clone()) } else { Party::Trustor(id.clone()) };
    let trusts = asker.ask(async |keystone: &Keystone| keystone.trusts(&party).await).await?;
    let mut names = asker.names();
    names.add(&id, &name);
    let now = context.clock.now();
    // Other logins have others.
    context.saw((Backend::Keystone, None), seen::TRUST, trusts.iter().map(|trust| &trust.id), false);
    let ours = trusts.iter().filter(|trust| project.is_none() || trust.project_id == project);
    let mut list = context.printer.stream(&TRUSTS).in_order().when_empty("no trusts");
    list.push_all(ours.map(|trust| row(trust, &names, now)))?;
    Ok(list.finish()?)
}

/// The id of a user, and its name where it was found by it. We ourselves are known from the token.
async fn user(context: &Context, asker: &Asker, name: &str) -> Result<(String, String)> {
    if let Some(id) = name.strip_prefix("id:") {
        return Ok((id.to_owned(), String::new()));
    }
    let service = context.service_name();
    if let Identity::Password { user, domain } = context.keystone()?.login().identity()
        && user == name
        && service.as_ref().is_none_or(|service| service == domain)
    {
        return Ok((asker.me().await?.text("user", "/id").to_owned(), name.to_owned()));
    }
    let service = context.service().await?;
    let user = context.one(Kind::User, Some(&service), name).await?;
    Ok((user.id, user.name))
}

pub(super) async fn show(context: &Context, id: &str) -> Result<()> {
    let asker = Asker::new(context)?;
    let Some(trust) = asker.ask(async |keystone: &Keystone| keystone.trust(id).await).await? else {
        context.saw_gone((Backend::Keystone, None), seen::TRUST, id);
        return Err(absent(id).into());
    };
    Ok(context.printer.show(&TRUST, row(&trust, &asker.names(), context.clock.now()))?)
}

fn absent(id: &str) -> CliError {
    CliError::new(Exit::NotFound, format!("there is no trust {id}, or it is over")).next("orchest trust list")
}

pub(super) async fn delete(context: &Context, args: &ItemArgs, fail_if_missing: bool) -> Result<()> {
    let check = |item: &Item| check_id(&item.name).map(drop).map_err(|error| error.message);
    let items = Items::read(context, args, &[], check)?;
    refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    match items.names().as_slice() {
        [one] => context.confirm(&format!("delete trust {one}"))?,
        many => context.confirm(&format!("delete {} trusts", many.len()))?,
    }
    let asker = Asker::new(context)?;
    let results = bulk::each(context, &items, async |item: &Item| {
        let id = check_id(&item.name)?;
        let gone = if context.dry_run() {
            asker.ask(async |keystone: &Keystone| Ok(keystone.trust(id).await?.is_some())).await?
        } else {
            asker.ask(async |keystone: &Keystone| keystone.delete_trust(id).await).await?
        };
        Ok(match gone {
            false if fail_if_missing => return Err(absent(id).into()),
            false => Done::new("absent").detail("nothing to delete"),
            true if context.would(&format!("delete trust {id}")) => Done::new("would be deleted"),
            true => Done::new("deleted"),
        })
    })
    .await?;
    context.saw_deleted((Backend::Keystone, None), seen::TRUST, &results);
    context.finish_bulk(&items, &results, "trust")
}
