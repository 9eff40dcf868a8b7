//! `orchest policy test`: asks Keypass what its policies say, as a PEP asks it.

use anyhow::Result;
use clap::Args;
use serde_json::json;

use crate::api::keypass::Decision;
use crate::api::keypass::actions::Component;
use crate::api::keystone::Kind;
use crate::output::{Column, View};

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::super::present::{Row, platform_name};
use super::desk::{Desk, check_role};
use super::{RoleArgs, nearest};

#[derive(Args, Debug)]
pub(crate) struct TestArgs {
    #[command(flatten)]
    of: RoleArgs,
    /// What is to be done, such as read or create
    action: String,
    /// In what: orion, perseo, iotagent, sth, keypass
    #[arg(value_name = "COMPONENT", value_parser = Component::ALL.map(Component::name))]
    component: String,
}

const fn column(title: &'static str, key: &'static str, wide: bool) -> Column {
    Column { title, key, wide }
}

pub(crate) const DECISION: View = View {
    columns: &[
        column("DECISION", "decision", false),
        column("ROLE", "role", false),
        column("ACTION", "action", false),
        column("RESOURCE", "resource", false),
    ],
    name: "decision",
};

pub(super) async fn run(context: &Context, args: &TestArgs) -> Result<()> {
    check_role(&args.of.role)?;
    warn_unknown(context, args);
    let path = match context.settings.text("subservice")? {
        Some(name) if name.starts_with('/') => name,
        Some(name) => format!("/{name}"),
        None => "/".to_owned(),
    };
    let desk = Desk::open(context, &args.of.tenant).await?;
    let role = desk.role(&args.of.role).await?;
    let resource = format!("fiware:{}:{}:{path}:::", args.component, desk.service.name);
    let decision = desk.keypass.decide(&[&role.id], &resource, &args.action).await?;
    let word = match decision {
        Decision::Permit => "Permit",
        Decision::Deny => "Deny",
        Decision::NotApplicable => "NotApplicable",
        Decision::Indeterminate => "Indeterminate",
    };
    let mut row = Row::new();
    row.insert("decision".to_owned(), json!(word));
    row.insert("role".to_owned(), json!(platform_name(Kind::Role, &role.name)));
    row.insert("action".to_owned(), json!(args.action));
    row.insert("resource".to_owned(), json!(resource));
    context.printer.show(&DECISION, row)?;
    if decision != Decision::Permit && context.globals.run.exit_status {
        return Err(CliError::silent(Exit::Failed).into());
    }
    Ok(())
}

/// An action that nobody asks for is denied too, and that would look like an answer.
fn warn_unknown(context: &Context, args: &TestArgs) {
    let Some(component) = Component::ALL.into_iter().find(|one| one.name() == args.component) else { return };
    let known = component.known_actions();
    if known.contains(&args.action.as_str()) {
        return;
    }
    let near = nearest(&args.action, known.iter().copied());
    let near = near.map_or_else(|| known.join(", "), |near| format!("did you mean {near}?"));
    let action = crate::base::text::safe(&args.action);
    context.printer.warn(&format!("nobody ever asks for '{action}' in {}: {near}", args.component));
}
