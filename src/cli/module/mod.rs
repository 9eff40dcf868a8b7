//! `orchest module`: IoT modules, and where they are switched on. A module is on at a place when a subscription there
//! notifies it of everything.

mod choose;
mod disable;
mod enable;
mod list;
mod places;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::api::fiware::Place;
use crate::api::orion::Module;
use crate::output::{Column, View};

use super::context::Context;
use super::present::Row;

use places::Site;

pub(crate) use choose::configured;

/// What is the case at a place.
pub(crate) const MODULE: View = View {
    columns: &[
        Column { title: "NAME", key: "name", wide: false },
        Column { title: "ALIAS", key: "alias", wide: false },
        Column { title: "SUBSERVICE", key: "subservice", wide: false },
        Column { title: "STATUS", key: "status", wide: false },
        Column { title: "ID", key: "id", wide: false },
        Column { title: "NOTIFY", key: "notify", wide: false },
    ],
    name: "name",
};

/// What was done at a place.
const DONE: View = View {
    columns: &[
        Column { title: "NAME", key: "name", wide: false },
        Column { title: "SUBSERVICE", key: "subservice", wide: false },
        Column { title: "RESULT", key: "result", wide: false },
        Column { title: "ID", key: "id", wide: false },
        Column { title: "DETAIL", key: "detail", wide: false },
    ],
    name: "name",
};

#[derive(Subcommand, Debug)]
pub(crate) enum ModuleVerb {
    /// List the modules that are on at a place
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest module list -s smartcity -S energy\n  \
        orchest module list -s smartcity --all-subservices -o json"
    )]
    List {
        #[command(flatten)]
        reach: Reach,
    },
    /// Show of each module in the settings whether it is on
    #[command(after_help = "Examples:\n  orchest module status -s smartcity -S energy\n  \
        orchest module status -s smartcity --all-subservices --exit-status || echo 'look at it'")]
    Status {
        #[command(flatten)]
        reach: Reach,
    },
    /// Switch modules on, or make sure that they are
    #[command(
        visible_alias = "activate",
        after_help = "Examples:\n  orchest module enable STH PERSEO -s smartcity -S energy\n  \
        orchest module enable STH -s smartcity --all-subservices\n  \
        orchest module enable STH -s smartcity -S energy --notify-url http://127.0.0.1:8666/notify"
    )]
    Enable {
        #[command(flatten)]
        names: Names,
        #[command(flatten)]
        reach: Reach,
        /// Delete what notifies a module a second time of the same
        #[arg(long)]
        fix_duplicates: bool,
    },
    /// Switch modules off
    #[command(
        visible_alias = "deactivate",
        after_help = "Examples:\n  orchest module disable STH -s smartcity -S energy\n  \
        orchest module disable STH PERSEO -s smartcity --all-subservices"
    )]
    Disable {
        #[command(flatten)]
        names: Names,
        #[command(flatten)]
        reach: Reach,
    },
}

/// Which modules.
#[derive(Args, Debug)]
pub(crate) struct Names {
    /// Modules, as the settings name them: `module.NAME.notify_url`
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
    /// Where the module wants to be notified, in place of the settings; for one NAME
    #[arg(long, value_name = "URL")]
    notify_url: Option<String>,
}

/// How far.
#[derive(Args, Debug, Clone, Copy)]
pub(crate) struct Reach {
    /// In every subservice of the service, but not at its own level
    #[arg(long)]
    all_subservices: bool,
}

pub(crate) async fn run(context: &Context, verb: &ModuleVerb) -> Result<()> {
    match verb {
        ModuleVerb::List { reach } => list::list(context, *reach).await,
        ModuleVerb::Status { reach } => list::status(context, *reach).await,
        ModuleVerb::Enable { names, reach, fix_duplicates } => {
            enable::run(context, names, *reach, *fix_duplicates).await
        }
        ModuleVerb::Disable { names, reach } => disable::run(context, names, *reach).await,
    }
}

/// The rows of a change, where a machine reads them.
fn told(context: &Context, rows: Vec<Row>) -> Result<()> {
    if context.wants_rows() { Ok(context.printer.list(&DONE, rows)?) } else { Ok(()) }
}

/// What was done about one module at one place.
fn row(site: &Site, module: &Module, result: &str, id: Option<&str>, detail: Option<String>) -> Row {
    row_at(&site.place, module, result, id, detail)
}

/// Of modules about which nothing was done at a place.
fn failed<'a>(place: &Place, modules: impl Iterator<Item = &'a Module>, why: &str) -> Vec<Row> {
    modules.map(|module| row_at(place, module, "failed", None, Some(why.to_owned()))).collect()
}

fn row_at(place: &Place, module: &Module, result: &str, id: Option<&str>, detail: Option<String>) -> Row {
    let mut row = Row::new();
    row.insert("name".to_owned(), json!(module.name));
    row.insert("service".to_owned(), json!(place.service()));
    row.insert("subservice".to_owned(), json!(place.path()));
    row.insert("result".to_owned(), json!(result));
    row.insert("id".to_owned(), json!(id));
    row.insert("detail".to_owned(), json!(detail.filter(|detail| !detail.is_empty())));
    row
}
