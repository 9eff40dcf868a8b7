//! Roles for somebody who is being made: looked up before the first write, granted after it, and the same the second time.

use anyhow::Result;

use crate::api::keystone::grants::{Actor, Grant, Target};
use crate::api::keystone::{Entity, Kind};

use super::context::Context;
use super::present::platform_name;

/// What `--role` asks for: on the service, on the subservice of `-S`, or on every subservice.
pub(crate) async fn wanted_grants(
    context: &Context,
    service: &Entity,
    names: &[String],
    inherit: bool,
) -> Result<Vec<(Target, Entity)>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let target = match context.optional_subservice(service).await? {
        _ if inherit => Target::InheritedToProjects(service.id.clone()),
        Some(subservice) => Target::Project(subservice.id),
        None => Target::Domain(service.id.clone()),
    };
    let lookups =
        names.iter().map(async |name| Ok((target.clone(), context.one(Kind::Role, Some(service), name).await?)));
    futures_util::future::try_join_all(lookups).await
}

/// Grants them; those that are there stay as they are.
pub(crate) async fn grant(context: &Context, actor: &Actor, grants: &[(Target, Entity)]) -> Result<()> {
    for (target, role) in grants {
        if context.would(&format!("grant {}", platform_name(Kind::Role, &role.name))) {
            continue;
        }
        let grant = Grant { target: target.clone(), actor: actor.clone(), role: role.id.clone() };
        context.keystone()?.send(&grant.put()).await?;
    }
    Ok(())
}
