//! `orchest completions refresh`: comes by all names once, on purpose.

use anyhow::Result;

use crate::api::keystone::{Entity, Kind};
use crate::api::paas::{Class, Filter};

use super::super::context::{Backend, Context, keeps_names, names_of};
use super::super::error::{CliError, Exit};
use super::super::present::word;
use super::super::seen;

/// Nobody completes more names of one kind than this, so no more are asked for.
const MOST: usize = 20_000;

pub(super) async fn run(context: &Context) -> Result<()> {
    if !keeps_names(&context.settings) {
        let error = CliError::usage("no names are kept: name_cache is false");
        return Err(error.next("orchest config show --origin tells who says so").into());
    }
    let keystone = names_of(&context.settings, Backend::Keystone, None).is_some();
    let paas = names_of(&context.settings, Backend::Paas, None).is_some();
    let mut outcome = Outcome::default();
    // Where nothing is set the message about Keystone says what to set.
    if keystone || !paas {
        let found = of_keystone(context, &mut outcome).await;
        if let Err(error) = found {
            outcome.add(context, word(Kind::Domain), Err(error));
        }
    }
    if paas {
        outcome.add(context, "deployment", deployments(context).await);
    }
    match outcome {
        Outcome { noted, first: Some(error) } if noted.is_empty() => Err(error),
        Outcome { noted, first } => {
            context.printer.note(&format!("noted {}", noted.join(", ")));
            first.map_or(Ok(()), |_| Err(CliError::silent(Exit::SomeFailed).into()))
        }
    }
}

/// Whoever may not list one kind may list another.
#[derive(Default)]
struct Outcome {
    noted: Vec<String>,
    first: Option<anyhow::Error>,
}

impl Outcome {
    fn add(&mut self, context: &Context, kind: &str, found: Result<usize>) {
        match found {
            Ok(count) => self.noted.push(format!("{count} {kind}{}", if count == 1 { "" } else { "s" })),
            Err(error) => {
                let sentence = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
                context.printer.warn(&format!("no names of {kind}s: {sentence}"));
                self.first.get_or_insert(error);
            }
        }
    }
}

async fn of_keystone(context: &Context, outcome: &mut Outcome) -> Result<()> {
    // A login that fails fails for all.
    context.keystone()?.login().token().await?;
    outcome.add(context, word(Kind::Domain), list(context, Kind::Domain, None).await);
    let Some(service) = context.optional_service().await? else { return Ok(()) };
    for kind in [Kind::Project, Kind::User, Kind::Group] {
        outcome.add(context, word(kind), list(context, kind, Some(&service)).await);
    }
    let roles = context.keystone()?.service_roles(&service.id).await;
    outcome.add(context, word(Kind::Role), roles.map(|roles| roles.len()).map_err(Into::into));
    Ok(())
}

/// Reads a list, page by page, which is all it takes for its names to be noted.
async fn list(context: &Context, kind: Kind, service: Option<&Entity>) -> Result<usize> {
    let keystone = context.keystone()?;
    let id = service.map(|service| service.id.as_str());
    let request = id.map_or_else(|| kind.list(), |id| kind.list().query("domain_id", id));
    let mut pager = keystone.pages(request, kind);
    let mut count = 0;
    while let Some(page) = pager.next_page().await? {
        for row in page {
            let entity = keystone.typed(kind, row)?;
            count += usize::from(entity.member("is_domain") != serde_json::Value::Bool(true));
        }
        if count >= MOST {
            return Ok(count);
        }
    }
    keystone.watch().all(kind, id);
    Ok(count)
}

async fn deployments(context: &Context) -> Result<usize> {
    let mut found = context.paas().await?.deployments(&Filter::default()).await?;
    found.retain(|deployment| deployment.status.class() != Class::Gone);
    context.saw((Backend::Paas, None), seen::DEPLOYMENT, found.iter().map(|deployment| &deployment.id), true);
    Ok(found.len())
}
