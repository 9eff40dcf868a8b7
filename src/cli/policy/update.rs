//! `orchest policy update`: binds a policy to a role, after a look at what that would do to others.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::api::keypass::{Policy, explain};
use crate::api::keystone::{Entity, Kind};

use super::super::context::{Backend, Context};
use super::super::error::{CliError, Exit};
use super::super::present::platform_name;
use super::super::seen;
use super::desk::{Desk, check_role, is_global, rivals};
use super::source::{self, Checked, Source};
use super::{RoleArgs, show};

#[derive(Args, Debug)]
pub(crate) struct UpdateArgs {
    #[command(flatten)]
    pub(crate) of: RoleArgs,
    /// File with the policy; `-` is standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// One of the platform's default policies instead; `policy templates` lists them
    #[arg(long, value_name = "NAME", conflicts_with = "file")]
    template: Option<String>,
    /// Refuse unless the policy has this id
    #[arg(long, value_name = "ID")]
    policy_id: Option<String>,
    /// Take the policy away from the role that has it now
    #[arg(long = "move")]
    moves: bool,
    /// Say in plain words who may do what then
    #[arg(long)]
    explain: bool,
}

pub(super) async fn run(context: &Context, args: &UpdateArgs) -> Result<()> {
    check_role(&args.of.role)?;
    let Checked { name, policy } = checked(context, args)?;
    let id = policy.id();
    if let Some(expected) = args.policy_id.as_deref().filter(|expected| *expected != id) {
        let expected = crate::base::text::safe(expected);
        let message = format!("{name} holds the policy '{id}', not '{expected}'; nothing was sent");
        return Err(CliError::usage(message).into());
    }
    let desk = Desk::open(context, &args.of.tenant).await?;
    let role = desk.role(&args.of.role).await?;
    let held = desk.keypass.list(&role.id).await?;
    let before = held.iter().find(|held| held.id() == id);
    if before.is_some_and(|before| before.is_same(&policy)) {
        context.printer.note(&format!("already so: {} has policy {id}", desk.title(&role)));
        return finish(context, args, &role, &held);
    }
    if before.is_none() && desk.keypass.show(&role.id, id).await?.is_some() {
        moved(&desk, args, &role, id).await?;
    }
    narrowed(context, &role, &held, &policy)?;
    let title = desk.title(&role);
    let what = if before.is_some() { "replace" } else { "bind" };
    context.confirm_if_protected(&format!("{what} policy {id} of {title}"))?;
    let mut after: Vec<Policy> = held.iter().filter(|held| held.id() != id).cloned().collect();
    after.push(policy.clone());
    if context.would(&format!("{what} policy {id} of {title}")) {
        preview(context, before, &policy)?;
        return finish(context, args, &role, &after);
    }
    desk.keypass.store(&role.id, &policy).await?;
    context.saw((Backend::Keypass, Some(&desk.service.name)), seen::POLICY, [id], false);
    let done = if before.is_some() { "replaced" } else { "bound" };
    context.printer.note(&format!("{done} policy {id} of {title}"));
    if is_global(&role) {
        let name = platform_name(Kind::Role, &role.name);
        context
            .printer
            .note(&format!("role {name} is Keystone's own: its policies in other services stay as they are"));
    }
    if !args.explain {
        context.printer.note(explain::CACHES);
    }
    finish(context, args, &role, &after)
}

fn checked(context: &Context, args: &UpdateArgs) -> Result<Checked> {
    let source: Source = match (&args.template, &args.file) {
        (Some(name), _) => source::template(name)?,
        (None, Some(file)) => source::read(context, file)?,
        (None, None) => {
            let error = CliError::usage("which policy?");
            return Err(error.next("give a FILE, - for standard input, or --template NAME").into());
        }
    };
    let unreadable = || CliError::usage("this is no policy; nothing was sent");
    Ok(source::check(context, vec![source])?.pop().ok_or_else(unreadable)?)
}

/// Another role has a policy of this id, and would lose it.
async fn moved(desk: &Desk<'_>, args: &UpdateArgs, role: &Entity, id: &str) -> Result<()> {
    let holder = desk.holder(id, role).await?;
    let who = holder.as_ref().map_or_else(|| "another role".to_owned(), |name| format!("role {name}"));
    if args.moves {
        let service = &desk.service.name;
        desk.context.printer.warn(&format!("{who} of service {service} loses its policy {id} by this"));
        return desk.context.confirm(&format!("take policy {id} away from {who} of service {service}"));
    }
    let message = format!("{who} has the policy '{id}' in service {}", desk.service.name);
    let error = CliError::new(Exit::Conflict, message)
        .cause("Keypass keeps one policy of an id for a whole service: this would take it away from there");
    Err(error.next("give yours a PolicyId of its own, or say --move").into())
}

/// A second policy for one component never adds anything: that has to be meant.
fn narrowed(context: &Context, role: &Entity, held: &[Policy], policy: &Policy) -> Result<()> {
    let rivals = rivals(held, policy);
    if rivals.is_empty() {
        return Ok(());
    }
    let mut all: Vec<Policy> = rivals.into_iter().cloned().collect();
    all.push(policy.clone());
    for sentence in explain::narrowed(&all) {
        context.printer.warn(&sentence);
    }
    let role = platform_name(Kind::Role, &role.name);
    context.printer.hint("to widen what a role may do, replace its policy for that component, or grant another role");
    context.confirm(&format!("narrow what role {role} may do by policy {}", policy.id()))
}

/// What would be different.
pub(super) fn preview(context: &Context, before: Option<&Policy>, after: &Policy) -> Result<()> {
    let lines = match (before, after.plain()) {
        (Some(before), _) => explain::changes(before, after),
        (None, Some(plain)) => vec![format!("+ permit {} on {}", plain.actions.join(", "), plain.pattern)],
        (None, None) => vec![format!("+ policy {}", after.id())],
    };
    for line in lines {
        context.printer.text(&line)?;
    }
    Ok(())
}

fn finish(context: &Context, args: &UpdateArgs, role: &Entity, policies: &[Policy]) -> Result<()> {
    if args.explain { show::tell(context, role, policies) } else { Ok(()) }
}
