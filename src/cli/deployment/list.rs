//! `orchest deployment list`.

use anyhow::Result;
use clap::Args;

use crate::api::paas::{Class, Dialect, Feature, Filter};
use crate::base::text::safe;

use super::super::context::{Backend, Context};
use super::super::deployment_id::is_uuid;
use super::super::error::CliError;
use super::super::present::Row;
use super::super::seen;
use super::matching::{Wanted, moment, statuses};
use super::rows::{DEPLOYMENT, judged};

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// Only yours
    #[arg(long, conflicts_with = "created_by")]
    mine: bool,
    /// Only those of this person: SUBJECT@ISSUER, or, where users are kept, an id
    #[arg(long, value_name = "WHO")]
    created_by: Option<String>,
    /// Only those of this group
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// Only in these states
    #[arg(long, value_name = "STATE")]
    status: Vec<String>,
    /// Not in these states
    #[arg(long, value_name = "STATE")]
    exclude_status: Vec<String>,
    /// Only older ones: a day, a time, or how long ago
    #[arg(long, value_name = "WHEN")]
    before: Option<String>,
    /// Only newer ones: a day, a time, or how long ago
    #[arg(long, value_name = "WHEN")]
    after: Option<String>,
    /// Only of this stored template, by its id
    #[arg(long, value_name = "ID")]
    template: Option<String>,
    /// Only those that seem stuck: on their way, and not touched for longer than `paas.stalled_after`, or than is usual (a day
    /// for creations and updates, two hours for deletions)
    #[arg(long)]
    stalled: bool,
    /// The newest, and no more than so many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
}

pub(super) async fn run(context: &Context, args: &ListArgs) -> Result<()> {
    let now = context.clock.now();
    let at = |text: &Option<String>| text.as_deref().map(|text| moment(text, now)).transpose();
    let wanted = Wanted {
        statuses: statuses(&args.status)?,
        excluded: statuses(&args.exclude_status)?,
        before: at(&args.before)?,
        after: at(&args.after)?,
        group: args.group.clone(),
        created_by: args.created_by.clone(),
    };
    if let Some(by) = &args.created_by
        && by.matches('@').count() != 1
        && !is_uuid(by)
    {
        let message = format!("--created-by '{}' is no SUBJECT@ISSUER and no user's id", safe(by));
        return Err(CliError::usage(message).next("orchest deployment list -o wide shows who made what").into());
    }
    let filter = Filter {
        mine: args.mine,
        created_by: args.created_by.clone(),
        group: args.group.clone(),
        template: args.template.clone(),
        newest: args.limit.filter(|_| !wanted.is_choosy() && !args.stalled),
    };
    if args.template.is_some() {
        Feature::Templates.refuse(context.dialect().await?)?;
    }
    let paas = context.paas().await?;
    if let Some(by) = &args.created_by {
        refuse_subject(paas.dialect(), by)?;
    }
    let mut found = paas.deployments(&filter).await?;
    let all = filter == Filter::default();
    let there = found.iter().filter(|deployment| deployment.status.class() != Class::Gone);
    context.saw((Backend::Paas, None), seen::DEPLOYMENT, there.map(|deployment| &deployment.id), all);
    found.retain(|deployment| wanted.fits(deployment));
    found.retain(|deployment| args.template.is_none() || deployment.template == args.template);
    if args.stalled {
        let limit = context.settings.duration("paas.stalled_after")?;
        found.retain(|deployment| deployment.is_stalled(now, limit));
    }
    found.sort_by_key(|deployment| std::cmp::Reverse(deployment.created_at.as_ref().and_then(|time| time.at)));
    if let Some(limit) = args.limit {
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    let notes = context.notes_here()?;
    let mut writer = context.printer.stream(&DEPLOYMENT).in_order().when_empty("no deployments");
    let rows: Result<Vec<Row>> = found.iter().map(|found| judged(context, found, &notes, false)).collect();
    writer.push_all(rows?)?;
    Ok(writer.finish()?)
}

/// In the newer dialect whoever made something is told by an id alone, so nothing there is of a SUBJECT@ISSUER.
fn refuse_subject(dialect: Dialect, by: &str) -> Result<(), CliError> {
    if dialect == Dialect::Indigo || is_uuid(by) {
        return Ok(());
    }
    let message = format!("--created-by '{}': this orchestrator knows its users by their ids", safe(by));
    Err(CliError::usage(message).next("orchest paas user list"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_made_something_is_told_as_the_dialect_tells_it() {
        let (id, subject) = ("7f0c6a1e-8e27-4c45-a7ae-0242ac110002", "s@https://iam/");
        for (dialect, by, fits) in
            [(Dialect::V1, id, true), (Dialect::V1, subject, false), (Dialect::Indigo, subject, true)]
        {
            assert_eq!(refuse_subject(dialect, by).is_ok(), fits, "{by}");
        }
        let error = refuse_subject(Dialect::V1, subject).unwrap_err();
        assert_eq!((error.exit.code(), error.next.as_deref()), (2, Some("orchest paas user list")));
    }
}
