//! `orchest group`: groups of users of a service.

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;

use crate::api::keystone::grants::membership;
use crate::api::keystone::{Entity, Kind};
use crate::http::Method;

use super::args::ItemArgs;
use super::bulk::{self, Done};
use super::context::Context;
use super::create::{self, Ensure, Wanted};
use super::entity::{self, members};
use super::error::CliError;
use super::items::{Item, Items};
use super::names::{check_any, check_new};
use super::present::{USER, row};

#[derive(Subcommand, Debug)]
pub(crate) enum GroupVerb {
    /// List the groups of a service, or of all
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest group list -s smartcity\n  orchest group list -o json"
    )]
    List,
    /// Show a group, or several
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest group show operators -s smartcity\n  \
        orchest group show operators -s smartcity -o json"
    )]
    Show {
        #[command(flatten)]
        items: ItemArgs,
    },
    /// Create groups, or make sure that they are there
    #[command(
        after_help = "Examples:\n  orchest group create nightshift -s smartcity --role SubServiceAdmin --inherit\n  \
        orchest group create --from groups.csv -s smartcity"
    )]
    Create {
        #[command(flatten)]
        items: ItemArgs,
        /// Description
        #[arg(long)]
        description: Option<String>,
        /// Grant it this role on the service, or on the subservice of -S (can be repeated)
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<String>,
        /// Grant it the roles on every subservice, also those that come later, instead of on the service itself
        #[arg(long, requires = "roles")]
        inherit: bool,
        #[command(flatten)]
        ensure: Ensure,
    },
    /// Change a group
    #[command(
        visible_alias = "set",
        after_help = "Examples:\n  \
        orchest group update operators -s smartcity --description 'night shift'\n  \
        orchest group update operators -s smartcity --rename crew"
    )]
    Update {
        /// Name, or `id:HEX`
        name: String,
        /// New description; empty clears it
        #[arg(long)]
        description: Option<String>,
        /// New name
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
    },
    /// Delete groups; their members stay
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  orchest group delete operators -s smartcity --yes\n  \
        orchest group delete operators -s smartcity --dry-run"
    )]
    Delete {
        #[command(flatten)]
        items: ItemArgs,
        /// End with 3 when one is not there
        #[arg(long)]
        fail_if_missing: bool,
    },
    /// Manage who is in a group
    #[command(subcommand)]
    Member(MemberVerb),
}

#[derive(Subcommand, Debug)]
pub(crate) enum MemberVerb {
    /// List the members of a group
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest group member list operators -s smartcity\n  \
        orchest group member list operators -s smartcity -o name"
    )]
    List {
        /// Name of the group, or `id:HEX`
        group: String,
    },
    /// Put users into a group
    #[command(after_help = "Examples:\n  orchest group member add operators carl adm1 -s smartcity\n  \
        orchest group member add operators --from shift.txt -s smartcity")]
    Add {
        /// Name of the group, or `id:HEX`
        group: String,
        #[command(flatten)]
        users: ItemArgs,
    },
    /// Take users out of a group
    #[command(
        alias = "remove",
        after_help = "Examples:\n  orchest group member rm operators bob -s smartcity\n  \
        orchest group member rm operators --from gone.txt -s smartcity"
    )]
    Rm {
        /// Name of the group, or `id:HEX`
        group: String,
        #[command(flatten)]
        users: ItemArgs,
    },
}

pub(crate) async fn run(context: &Context, verb: &GroupVerb) -> Result<()> {
    match verb {
        GroupVerb::List => entity::list(context, Kind::Group, &[]).await,
        GroupVerb::Show { items } => entity::show(context, Kind::Group, items).await,
        GroupVerb::Create { items, description, roles, inherit, ensure } => {
            if *inherit && context.settings.text("subservice")?.is_some() {
                return Err(CliError::usage("--inherit reaches every subservice, -S only one: use one of them").into());
            }
            let members = members(&[("description", description.as_ref().map(|text| json!(text)))]);
            let wanted = Wanted { members, roles: roles.clone(), inherit: *inherit };
            create::run(context, Kind::Group, items, &["description"], wanted, *ensure).await
        }
        GroupVerb::Update { name, description, rename } => {
            if let Some(new) = rename {
                context.warn_name(check_new(Kind::Group, new, false)?);
            }
            let wanted = members(&[
                ("name", rename.as_ref().map(|name| json!(name))),
                ("description", description.as_ref().map(|text| json!(text))),
            ]);
            entity::update(context, Kind::Group, name, wanted).await
        }
        GroupVerb::Delete { items, fail_if_missing } => {
            entity::delete(context, Kind::Group, items, *fail_if_missing).await
        }
        GroupVerb::Member(MemberVerb::List { group }) => list_members(context, group).await,
        GroupVerb::Member(MemberVerb::Add { group, users }) => change(context, group, users, Method::Put).await,
        GroupVerb::Member(MemberVerb::Rm { group, users }) => change(context, group, users, Method::Delete).await,
    }
}

async fn find_group(context: &Context, name: &str) -> Result<(Entity, Entity)> {
    check_any(Kind::Group, name)?;
    let service = context.service().await?;
    let group = context.one(Kind::Group, Some(&service), name).await?;
    Ok((service, group))
}

async fn list_members(context: &Context, name: &str) -> Result<()> {
    let (service, group) = find_group(context, name).await?;
    let keystone = context.keystone()?;
    let rows = keystone.members(&group.id).await?;
    let rows =
        rows.into_iter().map(|value| Ok(row(Kind::User, &keystone.typed(Kind::User, value)?, Some(&service.name))));
    let rows: Vec<_> = rows.collect::<Result<_>>()?;
    let empty = format!("group {name} has no members");
    let mut list = context.printer.stream(&USER).in_order().when_empty(&empty);
    list.push_all(rows)?;
    Ok(list.finish()?)
}

async fn change(context: &Context, name: &str, users: &ItemArgs, method: Method) -> Result<()> {
    let items =
        Items::read(context, users, &[], |item| check_any(Kind::User, &item.name).map_err(|error| error.message))?;
    entity::refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    if method == Method::Delete {
        context.confirm_if_protected(&format!("take users out of group {name}"))?;
    }
    let (service, group) = find_group(context, name).await?;
    let found = context.many(Kind::User, Some(&service), &items.names()).await?;
    let adding = method == Method::Put;
    let results = bulk::each(context, &items, async |item: &Item| {
        let candidates = found.get(&item.name).cloned().unwrap_or_default();
        if candidates.is_empty() && !adding {
            return Ok(Done::new("absent"));
        }
        let user = context.demand(Kind::User, &item.name, Some(&service), candidates).await?;
        let verb = if adding { "put" } else { "take" };
        if context.would(&format!("{verb} {} {} group {name}", item.name, if adding { "into" } else { "out of" })) {
            return Ok(Done::new("would be changed"));
        }
        let answer = context.keystone()?.send(&membership(method, &group.id, &user.id)).await?;
        Ok(Done::new(match (adding, answer.status) {
            (true, _) => "added",
            (false, 404) => "absent",
            (false, _) => "removed",
        }))
    })
    .await?;
    context.finish_bulk(&items, &results, "user")
}
