//! `orchest policy list` and `policy show`.

use anyhow::Result;
use serde_json::json;

use crate::api::keypass::{Policy, explain};
use crate::api::keystone::{Entity, Kind};
use crate::base::text::{safe, shell_word};
use crate::output::{Column, View};

use super::super::context::{Backend, Context};
use super::super::error::{CliError, Exit};
use super::super::present::{Row, platform_name};
use super::super::seen;
use super::desk::{Desk, check_id, check_role};
use super::{RoleArgs, nearest};

const fn column(title: &'static str, key: &'static str, wide: bool) -> Column {
    Column { title, key, wide }
}

pub(crate) const POLICY: View = View {
    columns: &[
        column("POLICY", "policy", false),
        column("COMPONENTS", "components", false),
        column("PERMITS", "permits", false),
        column("RESOURCES", "resources", true),
        column("ALGORITHM", "algorithm", true),
    ],
    name: "policy",
};

pub(super) async fn list(context: &Context, of: &RoleArgs, explained: bool) -> Result<()> {
    check_role(&of.role)?;
    let desk = Desk::open(context, &of.tenant).await?;
    let role = desk.role(&of.role).await?;
    let policies = desk.keypass.list(&role.id).await?;
    let ids = policies.iter().map(Policy::id);
    context.saw((Backend::Keypass, Some(&desk.service.name)), seen::POLICY, ids, false);
    if explained && !context.wants_rows() {
        return tell(context, &role, &policies);
    }
    for sentence in explain::narrowed(&policies) {
        context.printer.warn(&sentence);
    }
    let rows: Vec<Row> = policies.iter().map(|policy| row(&desk, &role, policy)).collect();
    let empty = format!("{} has no policies, so it permits nothing", desk.title(&role));
    let mut list = context.printer.stream(&POLICY).in_order().when_empty(&empty);
    list.push_all(rows)?;
    Ok(list.finish()?)
}

/// In sentences.
pub(super) fn tell(context: &Context, role: &Entity, policies: &[Policy]) -> Result<()> {
    let name = platform_name(Kind::Role, &role.name);
    for policy in policies {
        context.printer.text(&explain::policy(name, policy))?;
    }
    if policies.is_empty() {
        context.printer.text(&format!("{name} has no policies here, so it permits nothing"))?;
    }
    for sentence in explain::narrowed(policies) {
        context.printer.text(&sentence)?;
    }
    context.printer.note(explain::CACHES);
    Ok(())
}

fn row(desk: &Desk<'_>, role: &Entity, policy: &Policy) -> Row {
    let role_name = platform_name(Kind::Role, &role.name);
    let components: Vec<&str> = policy.components().iter().map(|component| component.name()).collect();
    let actions: Vec<String> =
        policy.rules().into_iter().filter(|rule| rule.permits).flat_map(|rule| rule.actions).collect();
    let mut row = Row::new();
    row.insert("policy".to_owned(), json!(policy.id()));
    row.insert("role".to_owned(), json!(role_name));
    row.insert("service".to_owned(), json!(desk.service.name));
    row.insert("components".to_owned(), json!(components));
    row.insert("permits".to_owned(), json!(actions));
    row.insert("resources".to_owned(), json!(policy.patterns()));
    row.insert("algorithm".to_owned(), json!(policy.algorithm()));
    // Whether the columns above are all that is in it.
    row.insert("plain".to_owned(), json!(policy.plain().is_some()));
    row.insert("words".to_owned(), json!(explain::policy(role_name, policy)));
    row.insert("role_id".to_owned(), json!(role.id));
    row
}

pub(super) async fn one(context: &Context, of: &RoleArgs, id: &str, explained: bool) -> Result<()> {
    check_role(&of.role)?;
    check_id(id)?;
    let desk = Desk::open(context, &of.tenant).await?;
    let role = desk.role(&of.role).await?;
    // A single policy is found whoever has it: only the list tells whether it is this role.
    let (listed, text) = tokio::join!(desk.keypass.list(&role.id), desk.keypass.show(&role.id, id));
    let text = text?;
    let listed = match (listed, &text) {
        (Ok(listed), _) => listed,
        // One broken policy makes the whole list fail; this may be the one, and has to be seen.
        (Err(error), Some(text)) if error.status() == Some(500) => {
            context.printer.warn(&format!("the list of {} fails, so whose this is was not checked", desk.title(&role)));
            return Ok(context.printer.raw(text.as_bytes())?);
        }
        (Err(error), _) => return Err(error.into()),
    };
    let (Some(policy), Some(text)) = (listed.iter().find(|policy| policy.id() == id), text) else {
        return Err(not_of(&desk, &role, id, &listed));
    };
    if let Err(why) = is_asked(&text, id) {
        let message = format!("Keypass answers with something else than policy '{}'", safe(id));
        return Err(CliError::new(Exit::Failed, message).cause(why).into());
    }
    if context.wants_rows() {
        let mut row = row(&desk, &role, policy);
        row.insert("text".to_owned(), json!(text));
        return Ok(context.printer.show(&POLICY, row)?);
    }
    if explained {
        return tell(context, &role, std::slice::from_ref(policy));
    }
    let end = if text.ends_with('\n') { "" } else { "\n" };
    Ok(context.printer.raw(format!("{text}{end}").as_bytes())?)
}

/// Whether this is the policy that was asked for; or why it is not.
fn is_asked(text: &str, id: &str) -> Result<(), String> {
    let policy = Policy::read(text).map_err(|error| error.to_string())?;
    match (policy.is_policy(), policy.id()) {
        (true, own) if own == id => Ok(()),
        (true, own) => Err(format!("its id is '{}'", safe(own))),
        (false, _) => Err("it is no policy".to_owned()),
    }
}

/// The role has no such policy; perhaps one of nearly that name.
pub(super) fn not_of(desk: &Desk<'_>, role: &Entity, id: &str, listed: &[Policy]) -> anyhow::Error {
    let message = format!("{} has no policy '{id}'", desk.title(role));
    let error = CliError::new(Exit::NotFound, message);
    match nearest(id, listed.iter().map(Policy::id)) {
        Some(near) => error.cause(format!("did you mean '{near}'?")),
        None => {
            let role = shell_word(platform_name(Kind::Role, &role.name));
            error.next(format!("orchest policy list {role} -s {}", shell_word(&desk.service.name)))
        }
    }
    .into()
}
