//! What the nouns have in common: list, show, update and delete are the same for users, groups, roles, services and
//! subservices, up to the kind.

use anyhow::Result;
use serde_json::{Map, Value};

use crate::api::keystone::names::split_role;
use crate::api::keystone::{Entity, Kind};

use super::args::ItemArgs;
use super::bulk::{self, Done};
use super::context::Context;
use super::error::{CliError, Exit};
use super::items::{Item, Items};
use super::names::check_any;
use super::present::{row, view, word};

/// Names of services by id, for rows that come from several.
pub(crate) async fn service_names(context: &Context) -> Result<std::collections::HashMap<String, String>> {
    let services = context.keystone()?.list(Kind::Domain, &[]).await?;
    Ok(services.into_iter().map(|service| (service.id, service.name)).collect())
}

/// The id of the service that an object belongs to; a role carries it in its name.
pub(crate) fn service_id(kind: Kind, entity: &Entity) -> Option<&str> {
    match kind {
        Kind::Role => split_role(&entity.name).0,
        _ => entity.domain_id.as_deref(),
    }
}

/// `NOUN list`: page by page, so that a long list begins to appear with its first page.
pub(crate) async fn list(context: &Context, kind: Kind, query: &[(&str, &str)]) -> Result<()> {
    if context.printer.explain_columns(view(kind))? {
        return Ok(());
    }
    let service = if kind == Kind::Domain { None } else { context.optional_service().await? };
    let keystone = context.keystone()?;
    let mut request = query.iter().fold(kind.list(), |request, (key, value)| request.query(*key, *value));
    let prefix = service.as_ref().map(|service| format!("{}#", service.id));
    let mut names = std::collections::HashMap::new();
    match (&service, &prefix) {
        (Some(_), Some(prefix)) if kind == Kind::Role => request = request.query("name__startswith", prefix),
        (Some(service), _) => {
            request = request.query("domain_id", &service.id);
            names.insert(service.id.clone(), service.name.clone());
        }
        (None, _) if kind != Kind::Domain => names = service_names(context).await?,
        _ => {}
    }
    if let Some(service) = &service {
        names.insert(service.id.clone(), service.name.clone());
    }
    let empty = format!("no {}s", word(kind));
    let mut writer = context.printer.stream(view(kind)).in_order().when_empty(&empty);
    let mut pager = keystone.pages(request, kind);
    while let Some(page) = pager.next_page().await? {
        let mut rows = Vec::with_capacity(page.len());
        for value in page {
            let entity = keystone.typed(kind, value)?;
            // The server may not know the prefix filter.
            if kind == Kind::Role && prefix.as_ref().is_some_and(|prefix| !entity.name.starts_with(prefix)) {
                continue;
            }
            // A domain is a project too, in Keystone's eyes.
            if kind == Kind::Project && entity.rest.get("is_domain").and_then(Value::as_bool) == Some(true) {
                continue;
            }
            let service = service_id(kind, &entity).and_then(|id| names.get(id)).map(String::as_str);
            rows.push(row(kind, &entity, service));
        }
        writer.push_all(rows)?;
    }
    if query.is_empty() {
        keystone.watch().all(kind, service.as_ref().map(|service| service.id.as_str()));
    }
    Ok(writer.finish()?)
}

/// `NOUN show NAME…`: one as its members, several as a list.
pub(crate) async fn show(context: &Context, kind: Kind, args: &ItemArgs) -> Result<()> {
    let items = Items::read(context, args, &[], |item| check_any(kind, &item.name).map_err(|error| error.message))?;
    refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    let service = if kind == Kind::Domain { None } else { context.optional_service().await? };
    if let ([item], false) = (items.good.as_slice(), items.from_file) {
        show_one(context, kind, service, &item.name).await?;
        return context.nothing_failed();
    }
    let found = context.many(kind, service.as_ref(), &items.names()).await?;
    let service_name = service.as_ref().map(|service| service.name.as_str());
    let (mut rows, mut missing) = (Vec::new(), Vec::new());
    for item in &items.good {
        match found.get(&item.name).map(Vec::as_slice).unwrap_or_default() {
            [entity] => rows.push(row(kind, entity, service_name)),
            several => {
                missing.push(item);
                let count = if several.is_empty() { "does not exist" } else { "is the name of several" };
                context.printer.failure(&format!("{}: {} '{}' {count}", item.label(), word(kind), item.name));
            }
        }
    }
    context.printer.list(view(kind), rows)?;
    if missing.is_empty() && items.bad.is_empty() {
        return context.nothing_failed();
    }
    context.printer.failure(&format!("failed {}", missing.len() + items.bad.len()));
    if let Some(path) = bulk::keep_failed(context, &items, &missing)? {
        context.printer.hint(&format!("mend {} and run the same command with it as --from", path.display()));
    }
    Err(CliError::silent(Exit::SomeFailed).into())
}

async fn show_one(context: &Context, kind: Kind, service: Option<Entity>, name: &str) -> Result<()> {
    let found = context.find(kind, service.as_ref(), name).await?;
    if found.len() > 1 {
        return Err(ambiguous(context, kind, name, &found).await.into());
    }
    let entity = context.demand(kind, name, service.as_ref(), found).await?;
    let service_name = match (&service, service_id(kind, &entity)) {
        (Some(service), _) => Some(service.name.clone()),
        (None, Some(id)) if kind != Kind::Domain => {
            context.keystone()?.show(Kind::Domain, id).await?.map(|service| service.name)
        }
        _ => None,
    };
    context.printer.show(view(kind), row(kind, &entity, service_name.as_deref()))?;
    Ok(())
}

/// Several go by that name: lists them with the services they are in.
pub(crate) async fn ambiguous(context: &Context, kind: Kind, name: &str, found: &[Entity]) -> CliError {
    let names = service_names(context).await.unwrap_or_default();
    let error = CliError::new(Exit::Conflict, format!("{} {}s are called '{name}'", found.len(), word(kind)));
    let lines = found.iter().map(|entity| {
        let service = service_id(kind, entity).and_then(|id| names.get(id)).map_or("-", String::as_str);
        format!("{name}  in service {service}  id:{}", entity.id)
    });
    let error = lines.fold(error, CliError::cause);
    error.next(format!("name the service with -s, or use the id: orchest {} show id:…", word(kind)))
}

/// `NOUN update NAME`: sends only what is different.
pub(crate) async fn update(context: &Context, kind: Kind, name: &str, wanted: Map<String, Value>) -> Result<()> {
    check_any(kind, name)?;
    if wanted.is_empty() {
        return Err(CliError::usage("nothing to change was given")
            .next(format!("orchest {} update --help shows what can be changed", word(kind)))
            .into());
    }
    let service = if kind == Kind::Domain { None } else { Some(context.service().await?) };
    let found = context.find_own(kind, service.as_ref(), name).await?;
    let found = context.demand(kind, name, service.as_ref(), found).await?;
    let changes: Map<String, Value> =
        found.differences(&wanted).into_iter().map(|(key, wanted, _)| (key, wanted)).collect();
    let service_name = service.as_ref().map(|service| service.name.as_str());
    if changes.is_empty() {
        context.printer.note("already so");
        return Ok(context.printer.show(view(kind), row(kind, &found, service_name))?);
    }
    let keys: Vec<&str> = changes.keys().map(String::as_str).collect();
    if context.would(&format!("change {} of {} {name}", keys.join(", "), word(kind))) {
        return Ok(());
    }
    let updated = context.keystone()?.update(kind, &found.id, &changes).await?;
    context.printer.note(&format!("updated {} {name}", word(kind)));
    Ok(context.printer.show(view(kind), row(kind, &updated, service_name))?)
}

/// Something to delete that was looked up, and the service that was named.
pub(crate) struct Found<'a> {
    pub(crate) entity: Entity,
    pub(crate) service: Option<&'a Entity>,
}

/// `NOUN delete NAME…`: absent ones are fine, unless told otherwise.
pub(crate) async fn delete(context: &Context, kind: Kind, args: &ItemArgs, fail_if_missing: bool) -> Result<()> {
    let delete = async |found: Found<'_>| {
        let gone = context.keystone()?.delete(kind, &found.entity.id).await?;
        Ok(Done::new(if gone { "deleted" } else { "absent" }))
    };
    delete_with(context, kind, args, fail_if_missing, delete).await
}

/// The same, where more belongs to it than one request.
pub(crate) async fn delete_with(
    context: &Context,
    kind: Kind,
    args: &ItemArgs,
    fail_if_missing: bool,
    delete: impl AsyncFn(Found<'_>) -> Result<Done>,
) -> Result<()> {
    let items = Items::read(context, args, &[], |item| check_any(kind, &item.name).map_err(|error| error.message))?;
    refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    let names = items.names();
    let target = match names.as_slice() {
        [one] => format!("{} {one}", word(kind)),
        many => format!("{} {}s", many.len(), word(kind)),
    };
    let place = context.service_name().map(|service| format!(" of service {service}")).unwrap_or_default();
    context.confirm(&format!("delete {target}{place}"))?;
    let service = match kind {
        Kind::Role => context.optional_service().await?,
        _ => Some(context.service().await?),
    };
    let found = context.many(kind, service.as_ref(), &names).await?;
    let results = bulk::each(context, &items, async |item: &Item| {
        let candidates = found.get(&item.name).cloned().unwrap_or_default();
        if candidates.is_empty() && !fail_if_missing {
            // A list for every absent one would cost more than it tells.
            let near = match items.good.len() {
                1 => context.nearest(kind, service.as_ref(), &item.name).await,
                _ => None,
            };
            let done = Done::new("absent");
            return Ok(match near {
                Some(near) => done.detail(format!("nothing to delete; did you mean '{near}'?")),
                None => done.detail("nothing to delete"),
            });
        }
        let entity = context.demand(kind, &item.name, service.as_ref(), candidates).await?;
        if context.would(&format!("delete {} {}", word(kind), item.name)) {
            return Ok(Done::new("would be deleted"));
        }
        delete(Found { entity, service: service.as_ref() }).await
    })
    .await?;
    context.finish_bulk(&items, &results, word(kind))
}

/// On the command line a bad name is a usage error; in a file it is a bad row among good ones.
pub(crate) fn refuse_bad_arguments(items: &Items) -> Result<()> {
    match items.bad.first() {
        Some(bad) if !items.from_file => Err(CliError::usage(bad.reason.clone()).into()),
        _ => Ok(()),
    }
}

/// Members of an object from flags that were given; an empty text clears.
pub(crate) fn members(pairs: &[(&str, Option<Value>)]) -> Map<String, Value> {
    pairs.iter().filter_map(|(key, value)| Some(((*key).to_owned(), value.clone()?))).collect()
}

/// `--enable` or `--disable`, if one of them.
pub(crate) fn switch(enable: bool, disable: bool) -> Option<Value> {
    if enable {
        Some(Value::Bool(true))
    } else if disable {
        Some(Value::Bool(false))
    } else {
        None
    }
}
