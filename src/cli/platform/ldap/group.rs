//! `orchest platform ldap group`: groups, and who is in them.

use anyhow::Result;

use crate::api::keystone::Kind;
use crate::api::ldap::{Change, Directory, Group, NewGroup};
use crate::base::text::shell_word;

use super::super::super::args::ItemArgs;
use super::super::super::bulk::{self, Done};
use super::super::super::context::Context;
use super::super::super::create::Ensure;
use super::super::super::entity::refuse_bad_arguments;
use super::super::super::error::{CliError, Exit};
use super::super::super::items::{Item, Items};
use super::super::super::names::{check_any, check_new};
use super::delete;
use super::desk::{Who, open};
use super::rows::{GROUP, of_group};
use super::user::{absent, demand as demand_user, different};
use super::verbs::{GroupVerb, MemberVerb};

pub(super) async fn run(context: &Context, verb: &GroupVerb) -> Result<()> {
    match verb {
        GroupVerb::List { pattern } => list(context, pattern.as_deref().unwrap_or("*")).await,
        GroupVerb::Show { items } => show(context, items).await,
        GroupVerb::Create { items, description, ensure } => {
            create(context, items, description.as_deref(), *ensure).await
        }
        GroupVerb::Update { name, description } => update(context, name, description).await,
        GroupVerb::Delete { items, fail_if_missing } => delete::groups(context, items, *fail_if_missing).await,
        GroupVerb::Member(MemberVerb::Add { group, users }) => members(context, group, users, true).await,
        GroupVerb::Member(MemberVerb::Rm { group, users }) => members(context, group, users, false).await,
    }
}

async fn list(context: &Context, pattern: &str) -> Result<()> {
    check_any(Kind::Group, pattern)?;
    if context.printer.explain_columns(&GROUP)? {
        return Ok(());
    }
    let groups = open(context, Who::Administrator).await?.groups(pattern).await?;
    if groups.is_empty() {
        context.printer.note("no groups");
    }
    Ok(context.printer.list(&GROUP, groups.iter().map(of_group).collect())?)
}

async fn show(context: &Context, args: &ItemArgs) -> Result<()> {
    let items =
        Items::read(context, args, &[], |item| check_any(Kind::Group, &item.name).map_err(|error| error.message))?;
    refuse_bad_arguments(&items)?;
    if context.printer.explain_columns(&GROUP)? {
        return Ok(());
    }
    bulk::report_bad(context, &items);
    let directory = open(context, Who::Administrator).await?;
    if let ([item], false) = (items.good.as_slice(), items.from_file) {
        let group = demand(&directory, &item.name).await?;
        return Ok(context.printer.show(&GROUP, of_group(&group))?);
    }
    let (mut rows, mut missing) = (Vec::new(), items.bad.len());
    for item in &items.good {
        if let Some(group) = directory.group(&item.name).await? {
            rows.push(of_group(&group));
        } else {
            missing += 1;
            context.printer.failure(&format!("{}: no such group in the directory", item.label()));
        }
    }
    context.printer.list(&GROUP, rows)?;
    if missing == 0 {
        return Ok(());
    }
    context.printer.failure(&format!("failed {missing}"));
    Err(CliError::silent(Exit::SomeFailed).into())
}

async fn demand(directory: &Directory, name: &str) -> Result<Group> {
    let found = directory.group(name).await?;
    found.ok_or_else(|| absent("group", name).into())
}

async fn create(context: &Context, args: &ItemArgs, description: Option<&str>, ensure: Ensure) -> Result<()> {
    let check = |item: &Item| check_new(Kind::Group, &item.name, false).map(|_| ()).map_err(|error| error.message);
    let items = Items::read(context, args, &["description"], check)?;
    refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    for item in &items.good {
        context.warn_name(check_new(Kind::Group, &item.name, false)?);
    }
    let directory = open(context, Who::Administrator).await?;
    let results = bulk::each(context, &items, async |item: &Item| {
        let description = item.field("description").or(description);
        ensure_one(context, &directory, &item.name, description, ensure).await
    })
    .await?;
    if let ([(_, done)], false) = (results.as_slice(), items.from_file) {
        if let Some(row) = &done.row {
            context.printer.note(done.result);
            context.printer.show(&GROUP, row.clone())?;
        }
        return Ok(());
    }
    context.finish_bulk(&items, &results, "group")
}

async fn ensure_one(
    context: &Context,
    directory: &Directory,
    name: &str,
    description: Option<&str>,
    ensure: Ensure,
) -> Result<Done> {
    let mut group = match directory.group(name).await? {
        Some(found) => found,
        None if context.would(&format!("create group {name}")) => return Ok(Done::new("would be created")),
        None => {
            let description = description.filter(|text| !text.is_empty()).map(str::to_owned);
            let new = NewGroup { name: name.to_owned(), description: description.clone() };
            match directory.add_group(&new).await? {
                Change::AlreadySo => demand(directory, name).await?,
                Change::Done | Change::NoEntry => {
                    let dn = directory.base().group(name);
                    let group = Group { dn, name: name.to_owned(), description, members: Vec::new() };
                    return Ok(Done::new("created").row(of_group(&group)));
                }
            }
        }
    };
    if ensure.fail_if_exists {
        return Err(CliError::new(Exit::Conflict, format!("group '{name}' exists already in the directory")).into());
    }
    let before = group.description.clone().unwrap_or_default();
    let Some(wanted) = different(description, &mut group.description) else {
        return Ok(Done::new("already so").row(of_group(&group)));
    };
    if !ensure.update {
        let next = format!("orchest platform ldap group update {}, or the same line with --update", shell_word(name));
        return Err(CliError::new(Exit::Conflict, format!("group '{name}' exists already and is different"))
            .cause(format!("description: wanted {wanted:?}, found {before:?}"))
            .next(next)
            .into());
    }
    if context.would(&format!("update group {name}")) {
        return Ok(Done::new("would be updated"));
    }
    there(directory.update_group(name, wanted).await?, name)?;
    Ok(Done::new("updated").row(of_group(&group)))
}

async fn update(context: &Context, name: &str, description: &str) -> Result<()> {
    check_any(Kind::Group, name)?;
    super::guard(context, &format!("change group {name}"))?;
    let directory = open(context, Who::Administrator).await?;
    let mut group = demand(&directory, name).await?;
    match different(Some(description), &mut group.description) {
        None => context.printer.note("already so"),
        Some(_) if context.would(&format!("change description of group {name}")) => return Ok(()),
        Some(wanted) => {
            there(directory.update_group(name, wanted).await?, name)?;
            context.printer.note(&format!("updated group {name}"));
        }
    }
    Ok(context.printer.show(&GROUP, of_group(&group))?)
}

async fn members(context: &Context, group: &str, users: &ItemArgs, adding: bool) -> Result<()> {
    check_any(Kind::Group, group)?;
    let items =
        Items::read(context, users, &[], |item| check_any(Kind::User, &item.name).map_err(|error| error.message))?;
    refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    if !adding {
        super::guard(context, &format!("take users out of group {group}"))?;
    }
    let directory = open(context, Who::Administrator).await?;
    demand(&directory, group).await?;
    let results = bulk::each(context, &items, async |item: &Item| {
        let user = item.name.as_str();
        // A group takes any name; nobody else would notice a slip of the finger.
        if adding {
            demand_user(&directory, user).await?;
        }
        let (verb, where_to) = if adding { ("put", "into") } else { ("take", "out of") };
        if context.would(&format!("{verb} {user} {where_to} group {group}")) {
            return Ok(Done::new("would be changed"));
        }
        let change = if adding {
            directory.add_member(group, user).await?
        } else {
            directory.remove_member(group, user).await?
        };
        there(change, group)?;
        Ok(Done::new(match (adding, change) {
            (true, Change::Done) => "added",
            (true, _) => "already so",
            (false, Change::Done) => "removed",
            (false, _) => "absent",
        }))
    })
    .await?;
    context.finish_bulk(&items, &results, "user")
}

/// Somebody may have deleted it a moment ago.
fn there(change: Change, name: &str) -> Result<()> {
    if change == Change::NoEntry { Err(absent("group", name).into()) } else { Ok(()) }
}
