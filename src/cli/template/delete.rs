//! `orchest template delete`. The orchestrator answers that it has deleted a template also where it has not, so it is
//! looked for afterwards.

use anyhow::Result;

use crate::api::paas::templates::Stored;
use crate::api::paas::{Feature, Paas};
use crate::base::text::safe;

use super::super::args::ItemArgs;
use super::super::bulk::{self, Done};
use super::super::context::{Backend, Context};
use super::super::entity::refuse_bad_arguments;
use super::super::error::{CliError, Exit};
use super::super::items::{Item, Items};
use super::super::seen;
use super::{check, find, keeper};

pub(super) async fn run(
    context: &Context,
    args: &ItemArgs,
    version: Option<&str>,
    fail_if_missing: bool,
) -> Result<()> {
    let items = Items::read(context, args, &[], |item| check(&item.name).map_err(|error| error.message))?;
    refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    let what = match items.good.as_slice() {
        [one] => format!("template {}", safe(&one.name)),
        many => format!("{} templates", many.len()),
    };
    let of_version = version.map(|version| format!(" of version {}", safe(version))).unwrap_or_default();
    context.refuse_where_known(Feature::Templates)?;
    context.confirm(&format!("delete {what}{of_version}"))?;
    let paas = keeper(context).await?;
    let found = find::many(&paas, &items.names(), version).await?;
    let results = bulk::each(context, &items, async |item: &Item| {
        let candidates = found.get(&item.name).cloned().unwrap_or_default();
        if candidates.is_empty() && !fail_if_missing {
            return Ok(Done::new("absent").detail("nothing to delete"));
        }
        let template = find::only(&item.name, version, candidates)?;
        if context.would(&format!("delete template {}", find::candidate(&template))) {
            return Ok(Done::new("would be deleted"));
        }
        delete(&paas, &template).await
    })
    .await?;
    if version.is_none() {
        context.saw_deleted((Backend::Paas, None), seen::TEMPLATE, &results);
    }
    context.finish_bulk(&items, &results, "template")
}

async fn delete(paas: &Paas, template: &Stored) -> Result<Done> {
    paas.delete_template(&template.id).await?;
    if paas.template(&template.id).await?.is_none() {
        return Ok(Done::new("deleted"));
    }
    let message = format!("template {} is still there: deployments use it", find::candidate(template));
    Err(CliError::new(Exit::Conflict, message)
        .cause("the orchestrator answered as if it were deleted, which it also does when it is not")
        .next("orchest deployment list; a template can go when its deployments are gone")
        .into())
}
