//! `orchest role`: what people may do, and who may do it.

pub(crate) mod assignments;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::api::keystone::grants::{Actor, Grant, Target};
use crate::api::keystone::{Entity, Kind};
use crate::http::Request;

use super::args::ItemArgs;
use super::context::Context;
use super::create::{self, Ensure};
use super::entity::{self, members};
use super::error::CliError;
use super::names::check_any;
use super::present::{OUTCOME, Row};

#[derive(Subcommand, Debug)]
pub(crate) enum RoleVerb {
    /// List the roles of a service, or of all
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest role list -s smartcity\n  \
        orchest role list -s smartcity -o name"
    )]
    List,
    /// Show a role, or several
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest role show ServiceCustomer -s smartcity\n  \
        orchest role show admin -o json"
    )]
    Show {
        #[command(flatten)]
        items: ItemArgs,
    },
    /// Create roles in a service, or make sure that they are there
    #[command(after_help = "Examples:\n  orchest role create Gardener -s smartcity\n  \
        orchest role create --from roles.txt -s smartcity")]
    Create {
        #[command(flatten)]
        items: ItemArgs,
        /// Description
        #[arg(long)]
        description: Option<String>,
        #[command(flatten)]
        ensure: Ensure,
    },
    /// Change a role's description
    #[command(
        visible_alias = "set",
        after_help = "Examples:\n  \
        orchest role update Gardener -s smartcity --description 'waters plants'\n  \
        orchest role update Gardener -s smartcity --description ''"
    )]
    Update {
        /// Name without its service, or `id:HEX`
        name: String,
        /// New description; empty clears it
        #[arg(long)]
        description: Option<String>,
    },
    /// Delete roles and all their grants
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  orchest role delete Gardener -s smartcity --yes\n  \
        orchest role delete a b -s smartcity --yes"
    )]
    Delete {
        #[command(flatten)]
        items: ItemArgs,
        /// End with 3 when one is not there
        #[arg(long)]
        fail_if_missing: bool,
    },
    /// Give a role to users or groups
    #[command(after_help = "Examples:\n  orchest role grant ServiceCustomer --to-user carl -s smartcity\n  \
        orchest role grant SubServiceAdmin --to-user carl -s smartcity -S energy\n  \
        orchest role grant SubServiceAdmin --to-group operators -s smartcity --inherit")]
    Grant(GrantArgs),
    /// Take a role from users or groups
    #[command(after_help = "Examples:\n  orchest role revoke ServiceCustomer --from-user carl -s smartcity\n  \
        orchest role revoke SubServiceAdmin --from-group operators -s smartcity --inherit")]
    Revoke(GrantArgs),
    /// Show who has which role where
    #[command(after_help = "Examples:\n  orchest role assignments -s smartcity --all\n  \
        orchest role assignments -s smartcity --of-user carl --effective")]
    Assignments(assignments::AssignmentArgs),
}

#[derive(Args, Debug)]
pub(crate) struct GrantArgs {
    /// Role, without its service
    role: String,
    /// User (can be repeated)
    #[arg(long = "to-user", visible_alias = "from-user", value_name = "USER", num_args = 1..)]
    users: Vec<String>,
    /// Group (can be repeated)
    #[arg(long = "to-group", visible_alias = "from-group", value_name = "GROUP", num_args = 1..)]
    groups: Vec<String>,
    /// On every subservice, also those that come later, instead of on the service itself
    #[arg(long)]
    inherit: bool,
}

pub(crate) async fn run(context: &Context, verb: &RoleVerb) -> Result<()> {
    match verb {
        RoleVerb::List => entity::list(context, Kind::Role, &[]).await,
        RoleVerb::Show { items } => entity::show(context, Kind::Role, items).await,
        RoleVerb::Create { items, description, ensure } => {
            let common = members(&[("description", description.as_ref().map(|text| json!(text)))]);
            create::run(context, Kind::Role, items, &["description"], common, *ensure).await
        }
        RoleVerb::Update { name, description } => {
            let wanted = members(&[("description", description.as_ref().map(|text| json!(text)))]);
            entity::update(context, Kind::Role, name, wanted).await
        }
        RoleVerb::Delete { items, fail_if_missing } => {
            entity::delete(context, Kind::Role, items, *fail_if_missing).await
        }
        RoleVerb::Grant(args) => change(context, args, Change::Grant).await,
        RoleVerb::Revoke(args) => change(context, args, Change::Revoke).await,
        RoleVerb::Assignments(args) => assignments::run(context, args).await,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Grant,
    Revoke,
}

impl Change {
    fn request(self, grant: &Grant) -> Request {
        match self {
            Self::Grant => grant.put(),
            Self::Revoke => grant.remove(),
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Grant => ("granted", "to"),
            Self::Revoke => ("revoked", "from"),
        }
    }
}

/// Grants or revokes; both may be repeated without harm.
async fn change(context: &Context, args: &GrantArgs, change: Change) -> Result<()> {
    for (kind, names) in [(Kind::User, &args.users), (Kind::Group, &args.groups)] {
        names.iter().try_for_each(|name| check_any(kind, name))?;
    }
    check_any(Kind::Role, &args.role)?;
    if args.users.is_empty() && args.groups.is_empty() {
        let flags = if change == Change::Grant { "--to-user or --to-group" } else { "--from-user or --from-group" };
        return Err(CliError::usage(format!("whom? name them with {flags}")).into());
    }
    let on_subservice = context.settings.text("subservice")?.is_some();
    if args.inherit && on_subservice {
        return Err(CliError::usage("--inherit reaches every subservice, -S only one: use one of them").into());
    }
    if change == Change::Revoke {
        context.confirm_if_protected(&format!("revoke {}", args.role))?;
    }
    let service = context.service().await?;
    let (role, users, groups, subservice) = tokio::try_join!(
        context.one(Kind::Role, Some(&service), &args.role),
        all(context, Kind::User, &service, &args.users),
        all(context, Kind::Group, &service, &args.groups),
        context.optional_subservice(&service),
    )?;
    let (target, place) = match &subservice {
        _ if args.inherit => {
            (Target::InheritedToProjects(service.id.clone()), format!("every subservice of {}", service.name))
        }
        Some(project) => {
            let name = super::present::platform_name(Kind::Project, &project.name);
            (Target::Project(project.id.clone()), format!("subservice {name} of {}", service.name))
        }
        None => (Target::Domain(service.id.clone()), format!("service {}", service.name)),
    };
    let actors = users.into_iter().map(|user| (Actor::User(user.id), user.name));
    let actors = actors.chain(groups.into_iter().map(|group| (Actor::Group(group.id), group.name)));
    let changes = actors.map(async |(actor, name)| {
        let grant = Grant { target: target.clone(), actor, role: role.id.clone() };
        one(context, change, &grant, &args.role, &name, &place).await
    });
    let rows = futures_util::future::try_join_all(changes).await?;
    if context.wants_rows() {
        context.printer.list(&OUTCOME, rows)?;
    }
    Ok(())
}

async fn all(context: &Context, kind: Kind, service: &Entity, names: &[String]) -> Result<Vec<Entity>> {
    let found = context.many(kind, Some(service), names).await?;
    let mut entities = Vec::new();
    for name in names {
        let candidates = found.get(name).cloned().unwrap_or_default();
        entities.push(context.demand(kind, name, Some(service), candidates).await?);
    }
    Ok(entities)
}

async fn one(context: &Context, change: Change, grant: &Grant, role: &str, name: &str, place: &str) -> Result<Row> {
    let (done, preposition) = change.words();
    let sentence = format!("{role} {preposition} {name} on {place}");
    let result = if context.would(&format!("{} {sentence}", if change == Change::Grant { "grant" } else { "revoke" })) {
        "would be changed"
    } else {
        let status = context.keystone()?.send(&change.request(grant)).await?.status;
        if status == 404 {
            context.printer.note(&format!("{role} was not granted to {name} on {place}"));
            "absent"
        } else {
            context.printer.note(&format!("{done} {sentence}"));
            done
        }
    };
    let mut row = Row::new();
    row.insert("name".to_owned(), json!(name));
    row.insert("result".to_owned(), json!(result));
    row.insert("detail".to_owned(), json!(sentence));
    Ok(row)
}
