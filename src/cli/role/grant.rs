//! `orchest role grant` and `role revoke`: one role at one place, for some users and groups. Both may be repeated without
//! harm.

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::json;

use crate::api::keystone::grants::{Actor, Grant, Target};
use crate::api::keystone::{Entity, Kind};
use crate::http::Request;

use super::super::args::ItemArgs;
use super::super::bulk::{self, Done};
use super::super::context::Context;
use super::super::error::CliError;
use super::super::items::{Item, Items};
use super::super::names::check_any;
use super::super::present::{OUTCOME, Row, platform_name};

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
    /// File to read them from instead: users, one a line, or CSV or JSONL with `name` and `kind` (user or group); `-` is
    /// standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["users", "groups"])]
    from: Option<PathBuf>,
    /// On every subservice, also those that come later, instead of on the service itself
    #[arg(long)]
    inherit: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
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

    fn verb(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Revoke => "revoke",
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Grant => ("granted", "to"),
            Self::Revoke => ("revoked", "from"),
        }
    }
}

pub(crate) async fn run(context: &Context, args: &GrantArgs, change: Change) -> Result<()> {
    check_any(Kind::Role, &args.role)?;
    let items = read(context, args, change)?;
    bulk::report_bad(context, &items);
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
        candidates(context, Kind::User, &service, &items),
        candidates(context, Kind::Group, &service, &items),
        context.optional_subservice(&service),
    )?;
    let found = async |item: &Item| {
        let kind = kind(item);
        let all = if kind == Kind::User { &users } else { &groups };
        context.demand(kind, &item.name, Some(&service), all.get(&item.name).cloned().unwrap_or_default()).await
    };
    // Names that were typed are all looked up before the first change; a file reports row by row.
    if !items.from_file {
        for item in &items.good {
            found(item).await?;
        }
    }
    let (target, place) = place(&service, subservice.as_ref(), args.inherit);
    let results = bulk::each(context, &items, async |item: &Item| {
        let entity = found(item).await?;
        let actor = if kind(item) == Kind::User { Actor::User(entity.id) } else { Actor::Group(entity.id) };
        let grant = Grant { target: target.clone(), actor, role: role.id.clone() };
        one(context, change, &grant, &args.role, &entity.name, &place).await
    })
    .await?;
    if context.wants_rows() {
        context.printer.list(&OUTCOME, results.iter().map(|(item, done)| row(&item.name, done)).collect())?;
    }
    Ok(())
}

/// Who it is about, from the command line or from the file.
fn read(context: &Context, args: &GrantArgs, change: Change) -> Result<Items> {
    let check = |item: &Item| {
        if !matches!(item.field("kind"), None | Some("user" | "group")) {
            return Err("kind is user or group".to_owned());
        }
        check_any(kind(item), &item.name).map_err(|error| error.message)
    };
    if args.from.is_some() {
        let from = ItemArgs { names: Vec::new(), from: args.from.clone() };
        return Items::read(context, &from, &["kind"], check);
    }
    if args.users.is_empty() && args.groups.is_empty() {
        let (_, preposition) = change.words();
        let flags = format!("--{preposition}-user, --{preposition}-group or --from FILE");
        return Err(CliError::usage(format!("whom? name them with {flags}")).into());
    }
    context.check_failed_to()?;
    let of = |kind: &'static str, names: &[String]| -> Vec<Item> {
        names.iter().map(|name| Item::typed(name).with_field("kind", kind)).collect()
    };
    let items = Items::typed([of("user", &args.users), of("group", &args.groups)].concat(), check);
    super::super::entity::refuse_bad_arguments(&items)?;
    Ok(items)
}

fn kind(item: &Item) -> Kind {
    if item.field("kind") == Some("group") { Kind::Group } else { Kind::User }
}

async fn candidates(
    context: &Context,
    wanted: Kind,
    service: &Entity,
    items: &Items,
) -> Result<HashMap<String, Vec<Entity>>> {
    let of_kind = items.good.iter().filter(|item| kind(item) == wanted);
    let names: Vec<String> = of_kind.map(|item| item.name.clone()).collect();
    context.many(wanted, Some(service), &names).await
}

/// Where it is granted, for the server and for people.
fn place(service: &Entity, subservice: Option<&Entity>, inherit: bool) -> (Target, String) {
    match subservice {
        _ if inherit => {
            (Target::InheritedToProjects(service.id.clone()), format!("every subservice of {}", service.name))
        }
        Some(project) => {
            let name = platform_name(Kind::Project, &project.name);
            (Target::Project(project.id.clone()), format!("subservice {name} of {}", service.name))
        }
        None => (Target::Domain(service.id.clone()), format!("service {}", service.name)),
    }
}

async fn one(context: &Context, change: Change, grant: &Grant, role: &str, name: &str, place: &str) -> Result<Done> {
    let (done, preposition) = change.words();
    let sentence = format!("{role} {preposition} {name} on {place}");
    let result = if context.would(&format!("{} {sentence}", change.verb())) {
        "would be changed"
    } else if context.keystone()?.send(&change.request(grant)).await?.status == 404 {
        context.printer.note(&format!("{role} was not granted to {name} on {place}"));
        "absent"
    } else {
        // Keystone does not tell whether it was granted before, and to ask would be one request more: so this is true of both.
        context.printer.note(&match change {
            Change::Grant => format!("{role} is {done} {preposition} {name} on {place}"),
            Change::Revoke => format!("{done} {sentence}"),
        });
        done
    };
    Ok(Done::new(result).detail(sentence))
}

fn row(name: &str, done: &Done) -> Row {
    let mut row = Row::new();
    row.insert("name".to_owned(), json!(name));
    row.insert("result".to_owned(), json!(done.result));
    row.insert("detail".to_owned(), json!(done.detail));
    row
}
