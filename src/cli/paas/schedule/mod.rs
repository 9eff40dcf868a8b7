//! `orchest paas schedule`: deployments that an orchestrator of the older dialect makes whenever data arrive.

mod create;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::Value;

use crate::api::paas::Feature;
use crate::base::text::safe;
use crate::output::{Column, View};

use super::super::context::{Backend, Context};
use super::super::deployment::submit::InputArgs;
use super::super::error::{CliError, Exit};
use super::super::present::Row;
use super::super::seen;
use super::who::keeper;

#[derive(Subcommand, Debug)]
pub(crate) enum ScheduleVerb {
    /// List the schedules
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest paas schedule list\n  orchest paas schedule list -o json"
    )]
    List,
    /// Show a schedule
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest paas schedule show 11e8a1b2-0000-0000-0000-02420a000001\n  \
        orchest paas schedule show 11e8a1b2-0000-0000-0000-02420a000001 -o json"
    )]
    Show {
        /// Id
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Make a schedule: what is deployed, and for which data; it cannot be changed or deleted afterwards
    #[command(after_help = "Examples:\n  \
        orchest paas schedule create kafka.yaml --files 'scope:in*' --replication 'rse=DESY' --replicas 1 --yes\n  \
        orchest paas schedule create kafka.yaml --params inputs.yml --files 'scope:in*' --replication 'rse=DESY' --yes")]
    Create(CreateArgs),
}

#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    /// File with the template that is deployed; `-` is standard input
    #[arg(value_name = "FILE")]
    template: PathBuf,
    /// Which files it is for, as Rucio, the catalogue of the data, names them: SCOPE:NAME, with * for any
    #[arg(long = "files", value_name = "EXPRESSION")]
    expression: String,
    /// Where copies of them have to be, as Rucio is told it: rse=SITE
    #[arg(long, value_name = "EXPRESSION")]
    replication: String,
    /// How many copies
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    replicas: u32,
    #[command(flatten)]
    inputs: InputArgs,
    /// Group to deploy for
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,
    /// Address that is told of every change
    #[arg(long, value_name = "URL")]
    callback: Option<String>,
}

pub(crate) const SCHEDULE: View = View {
    columns: &[
        Column { title: "ID", key: "uuid", wide: false },
        Column { title: "STATUS", key: "status", wide: false },
        Column { title: "FILES", key: "fileExpression", wide: false },
        Column { title: "REPLICATION", key: "replicationExpression", wide: false },
        Column { title: "REPLICAS", key: "numberOfReplicas", wide: false },
        Column { title: "CREATED", key: "creationTime", wide: true },
    ],
    name: "uuid",
};

/// As it came, less the addresses that a server makes up from the request.
fn row(schedule: Value) -> Row {
    match schedule {
        Value::Object(mut members) => {
            members.shift_remove("links");
            members
        }
        _ => Row::new(),
    }
}

pub(super) async fn run(context: &Context, verb: &ScheduleVerb) -> Result<()> {
    match verb {
        ScheduleVerb::List => list(context).await,
        ScheduleVerb::Show { id } => show(context, id).await,
        ScheduleVerb::Create(args) => create::run(context, args).await,
    }
}

async fn list(context: &Context) -> Result<()> {
    let found = keeper(context, Feature::Schedules).await?.schedules().await?;
    let ids = found.iter().filter_map(|schedule| schedule.get("uuid")?.as_str());
    context.saw((Backend::Paas, None), seen::SCHEDULE, ids, true);
    let mut writer = context.printer.stream(&SCHEDULE).in_order().when_empty("no schedules");
    writer.push_all(found.into_iter().map(row).collect::<Vec<_>>())?;
    Ok(writer.finish()?)
}

async fn show(context: &Context, id: &str) -> Result<()> {
    if id.trim().is_empty() || id.chars().any(char::is_control) {
        return Err(CliError::usage("the id is empty, or no line of text").next("orchest paas schedule list").into());
    }
    match keeper(context, Feature::Schedules).await?.schedule(id).await? {
        Some(schedule) => Ok(context.printer.show(&SCHEDULE, row(schedule))?),
        None => {
            context.saw_gone((Backend::Paas, None), seen::SCHEDULE, id);
            let error = CliError::new(Exit::NotFound, format!("there is no schedule '{}'", safe(id)));
            Err(error.next("orchest paas schedule list").into())
        }
    }
}
