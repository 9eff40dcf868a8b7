//! `service delete`.

use std::collections::HashMap;

use anyhow::Result;

use crate::api::keystone::{Kind, Scope};
use crate::flows::service::Service;
use crate::flows::steps::Slot;
use crate::flows::sweep::Clearing;

use super::super::args::{ItemArgs, TenantArgs};
use super::super::bulk::{self, Done};
use super::super::context::{Context, Tenant};
use super::super::entity::{self, members, switch};
use super::super::error::{CliError, Exit};
use super::super::items::{Item, Items};
use super::super::names::{check_any, check_new};
use super::super::parts;

/// What the flags say.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line, independent of the others")]
pub(super) struct How {
    pub(super) fail_if_missing: bool,
    pub(super) disable_only: bool,
    pub(super) keep_policies: bool,
    pub(super) keep_data: bool,
}

pub(super) async fn run(context: &Context, args: &ItemArgs, how: &How, tenant: &TenantArgs) -> Result<()> {
    let check = |item: &Item| check_any(Kind::Domain, &item.name).map_err(|error| error.message);
    let items = Items::read(context, args, &[], check)?;
    entity::refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    if how.disable_only {
        context.confirm(&format!("take {} out of use", items.names().join(", ")))?;
    } else {
        context.confirm_typed("delete", "service", &items.names())?;
    }
    let tenant = Tenant::named(tenant);
    let results = bulk::each(context, &items, async |item: &Item| {
        if how.disable_only {
            disable_one(context, &item.name).await
        } else {
            delete_one(context, &item.name, how, tenant.as_ref()).await
        }
    })
    .await?;
    context.finish_bulk(&items, &results, "service")
}

async fn disable_one(context: &Context, name: &str) -> Result<Done> {
    let service = context.service_named(name).await?;
    if service.enabled == Some(false) {
        return Ok(Done::new("already so"));
    }
    if context.would(&format!("take service {name} out of use")) {
        return Ok(Done::new("would be disabled"));
    }
    let changes = members(&[("enabled", switch(false, true))]);
    context.keystone()?.update(Kind::Domain, &service.id, &changes).await?;
    Ok(Done::new("disabled"))
}

async fn delete_one(context: &Context, name: &str, how: &How, tenant: Option<&Tenant>) -> Result<Done> {
    let domain = Slot::default();
    // By its id alone nobody but Keystone knows it; its name is looked up.
    let called = match name.strip_prefix("id:") {
        Some(id) => context.keystone()?.show(Kind::Domain, id).await?.map(|service| service.name),
        None => Some(name.to_owned()),
    };
    // Orion would take a name in capitals for another service's, and the others know no such names either.
    let known = called.as_ref().filter(|called| check_new(Kind::Domain, called, false).is_ok());
    let (access, clearings) = match known {
        Some(called) => beyond_keystone(context, called, how, tenant)?,
        None => (None, Vec::new()),
    };
    if access.is_some() || !clearings.is_empty() {
        refuse_if_hidden(context, name).await?;
    }
    if context.dry_run() {
        return plan(context, name, how, &clearings).await;
    }
    let service = Service {
        name: name.to_owned(),
        description: None,
        admin: None,
        default_groups: false,
        finished: HashMap::new(),
        access,
        bulk: context.bulk_roles()?,
        modules: None,
        clearings: clearings.clone(),
    };
    let graph = service.graph(context.keystone()?, context.run_id(), &domain);
    let report = context.delete_flow(&graph, &format!("service {name}")).await?;
    for left in &report.left {
        context.printer.warn(&format!("left alone: {left}"));
    }
    if report.made.is_empty() {
        return missing(context, name, how).await;
    }
    if let Some(called) = called.filter(|_| !how.keep_data) {
        parts::tell_of_databases(context, &called, true)?;
    }
    let done = Done::new("deleted");
    Ok(match parts::cleared(&clearings) {
        Some(cleared) => done.detail(format!("with {cleared}")),
        None => done,
    })
}

/// Stock Keystone shows a login for one domain nothing but that domain. What it does not show may be alive all the same,
/// and must not be cleared away as if it were gone.
async fn refuse_if_hidden(context: &Context, name: &str) -> Result<()> {
    let keystone = context.keystone()?;
    let Scope::Domain { name: own } = keystone.login().scope() else { return Ok(()) };
    if !context.find(Kind::Domain, None, name).await?.is_empty() {
        return Ok(());
    }
    let sees_others = keystone.list(Kind::Domain, &[]).await?.iter().any(|domain| domain.name != *own);
    if sees_others {
        return Ok(());
    }
    let message = format!("this login sees only '{own}', so whether service '{name}' is there cannot be told");
    Err(CliError::new(Exit::Forbidden, message)
        .cause("nothing was cleared away in other servers")
        .next("log in for more: --scope system, or --scope project")
        .into())
}

/// What it has in other servers. Whoever may not go there is told before anything is sent.
fn beyond_keystone<'a>(
    context: &'a Context,
    service: &str,
    how: &How,
    tenant: Option<&'a Tenant>,
) -> Result<(Option<crate::flows::service::Access<'a>>, Vec<Clearing<'a>>)> {
    let ways = || -> Result<_> {
        let access = if how.keep_policies { None } else { context.access(service, tenant, Vec::new())? };
        let clearings = if how.keep_data { Vec::new() } else { context.clearings(service, tenant)? };
        Ok((access, clearings))
    };
    ways().map_err(|error| match error.downcast::<CliError>() {
        Ok(error) if error.exit == Exit::Forbidden => {
            let next = "name one of its users: --tenant-user NAME --tenant-password-file FILE; or leave what is there \
                        where it is: --keep-policies --keep-data";
            error.next(next).into()
        }
        Ok(error) => error.into(),
        Err(error) => error,
    })
}

async fn plan(context: &Context, name: &str, how: &How, clearings: &[Clearing<'_>]) -> Result<Done> {
    let found = context.find(Kind::Domain, None, name).await?;
    if found.is_empty() {
        return missing(context, name, how).await;
    }
    let mut plan = format!("disable service {name}, delete its roles, then the service with all that is in it");
    let titles: Vec<&str> = clearings.iter().map(|clearing| clearing.stock.title()).collect();
    if !titles.is_empty() {
        plan = format!("clear away all {}; {plan}", titles.join(", "));
    }
    context.would(&plan);
    Ok(Done::new("would be deleted"))
}

async fn missing(context: &Context, name: &str, how: &How) -> Result<Done> {
    let near = context.nearest(Kind::Domain, None, name).await;
    let hint = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
    if how.fail_if_missing {
        return Err(CliError::new(Exit::NotFound, format!("service '{name}' does not exist{hint}")).into());
    }
    Ok(Done::new("absent").detail(format!("nothing to delete{hint}")))
}
