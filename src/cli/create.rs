//! Making sure of groups and roles: things that are created by one write and are equal or not.

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value, json};

use crate::api::keystone::grants::Actor;
use crate::api::keystone::{Entity, Kind, Made};
use crate::base::text::shell_word;

use super::args::ItemArgs;
use super::bulk::{self, Done};
use super::context::Context;
use super::entity::refuse_bad_arguments;
use super::error::{CliError, Exit};
use super::items::{Item, Items};
use super::names::check_new;
use super::present::{row, view, word};
use super::relate;
use super::resolve::wire_name;

/// What to do with what is there already.
#[derive(Args, Debug, Clone, Copy)]
pub(crate) struct Ensure {
    /// Make an existing one that differs as asked for, instead of refusing
    #[arg(long)]
    pub(crate) update: bool,
    /// Refuse when it exists, even if it is equal
    #[arg(long, conflicts_with = "update")]
    pub(crate) fail_if_exists: bool,
}

/// What every item is to be and to have.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) members: Map<String, Value>,
    /// Roles of the service that it is granted, and whether on every subservice instead of on the service.
    pub(crate) roles: Vec<String>,
    pub(crate) inherit: bool,
}

/// Creates the items, each with the members of its row over the common ones.
pub(crate) async fn run(
    context: &Context,
    kind: Kind,
    args: &ItemArgs,
    columns: &[&str],
    common: Wanted,
    ensure: Ensure,
) -> Result<()> {
    let check = |item: &Item| check_new(kind, &item.name, false).map(|_| ()).map_err(|error| error.message);
    let items = Items::read(context, args, columns, check)?;
    refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    for item in &items.good {
        context.warn_name(check_new(kind, &item.name, false)?);
    }
    let service = if kind == Kind::Role { context.optional_service().await? } else { Some(context.service().await?) };
    let service = service.as_ref();
    let names = items.names();
    let grants = async {
        match service {
            Some(service) => relate::wanted_grants(context, service, &common.roles, common.inherit).await,
            None => Ok(Vec::new()),
        }
    };
    let (found, grants) = futures_util::future::try_join(existing(context, kind, service, &names), grants).await?;
    let results = bulk::each(context, &items, async |item: &Item| {
        let mut wanted = common.members.clone();
        wanted.extend(item.fields.iter().filter(|(_, text)| !text.is_empty()).map(|(k, v)| (k.clone(), json!(v))));
        let there = found.iter().find(|entity| entity.name == wire_name(kind, service, &item.name));
        let done = one(context, kind, service, &item.name, wanted, there, ensure).await?;
        let id = done.row.as_ref().and_then(|row| row.get("id")).and_then(Value::as_str);
        if let (Kind::Group, Some(id)) = (kind, id) {
            relate::grant(context, &Actor::Group(id.to_owned()), &grants).await?;
        }
        Ok(done)
    })
    .await?;
    if let ([(_, done)], false) = (results.as_slice(), items.from_file) {
        if let Some(row) = &done.row {
            context.printer.note(done.result);
            context.printer.show(view(kind), row.clone())?;
        }
        return Ok(());
    }
    context.finish_bulk(&items, &results, word(kind))
}

/// What is there under these names. Only the service's own count: a role of Keystone with the short name is another one.
async fn existing(context: &Context, kind: Kind, service: Option<&Entity>, names: &[String]) -> Result<Vec<Entity>> {
    let keystone = context.keystone()?;
    let wire: Vec<String> = names.iter().map(|name| wire_name(kind, service, name)).collect();
    if let (Kind::Role, Some(service), true) = (kind, service, wire.len() >= 4) {
        return Ok(keystone.service_roles(&service.id).await?);
    }
    let domain = service.filter(|_| kind != Kind::Role).map(|service| service.id.as_str());
    Ok(keystone.many(kind, domain, &wire).await?.into_values().flatten().collect())
}

async fn one(
    context: &Context,
    kind: Kind,
    service: Option<&Entity>,
    name: &str,
    wanted: Map<String, Value>,
    there: Option<&Entity>,
    ensure: Ensure,
) -> Result<Done> {
    let service_name = service.map(|service| service.name.as_str());
    let found = match there {
        Some(found) => found.clone(),
        None => {
            if context.would(&format!("create {} {name}", word(kind))) {
                return Ok(Done::new("would be created"));
            }
            let mut members = wanted.clone();
            members.insert("name".to_owned(), json!(wire_name(kind, service, name)));
            if let Some(service) = service.filter(|_| kind != Kind::Role) {
                members.insert("domain_id".to_owned(), json!(service.id));
            }
            match context.keystone()?.create(kind, &members).await? {
                Made::Created(entity) => return Ok(Done::new("created").row(row(kind, &entity, service_name))),
                Made::Existed(entity) => entity,
            }
        }
    };
    if ensure.fail_if_exists {
        return Err(CliError::new(Exit::Conflict, format!("{} '{name}' exists already", word(kind))).into());
    }
    let differences = found.differences(&wanted);
    if differences.is_empty() {
        return Ok(Done::new("already so").row(row(kind, &found, service_name)));
    }
    if !ensure.update {
        let error = CliError::new(Exit::Conflict, format!("{} '{name}' exists already and is different", word(kind)));
        let error = differences
            .into_iter()
            .fold(error, |error, (key, wanted, found)| error.cause(format!("{key}: wanted {wanted}, found {found}")));
        let place = service_name.map(|service| format!(" -s {}", shell_word(service))).unwrap_or_default();
        let name = shell_word(name);
        let next = format!("orchest {} update {name}{place}, or the same line with --update", word(kind));
        return Err(error.next(next).into());
    }
    if context.would(&format!("update {} {name}", word(kind))) {
        return Ok(Done::new("would be updated"));
    }
    let changes: Map<String, Value> = differences.into_iter().map(|(key, wanted, _)| (key, wanted)).collect();
    let updated = context.keystone()?.update(kind, &found.id, &changes).await?;
    Ok(Done::new("updated").row(row(kind, &updated, service_name)))
}
