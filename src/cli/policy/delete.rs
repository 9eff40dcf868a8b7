//! `orchest policy delete`: policies of one role in one service, one by one.

use anyhow::Result;

use crate::api::keypass::Policy;
use crate::api::keystone::Kind;

use super::super::args::ItemArgs;
use super::super::bulk::{self, Done};
use super::super::context::{Backend, Context};
use super::super::entity::refuse_bad_arguments;
use super::super::error::{CliError, Exit};
use super::super::items::{Item, Items};
use super::super::present::platform_name;
use super::super::seen;
use super::desk::{Desk, check_id, check_role, is_global};
use super::show::not_of;
use super::{RoleArgs, nearest};

pub(super) async fn run(
    context: &Context,
    of: &RoleArgs,
    args: &ItemArgs,
    fail_if_missing: bool,
    unchecked: bool,
) -> Result<()> {
    check_role(&of.role)?;
    let items = Items::read(context, args, &[], |item| check_id(&item.name).map_err(|error| error.message))?;
    refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    let target = match items.names().as_slice() {
        [one] => format!("policy {one}"),
        many => format!("{} policies", many.len()),
    };
    let place = context.service_name().map(|service| format!(" in service {service}")).unwrap_or_default();
    context.confirm(&format!("delete {target} of role {}{place}", of.role))?;
    let desk = Desk::open(context, &of.tenant).await?;
    let role = desk.role(&of.role).await?;
    // A single policy is deleted whoever has it: the list says that it is this role.
    let listed = if unchecked { None } else { Some(listed(&desk, &role).await?) };
    let results = bulk::each(context, &items, async |item: &Item| {
        let id = item.name.as_str();
        let absent = listed.as_ref().filter(|listed| !listed.iter().any(|policy| policy.id() == id));
        if let Some(listed) = absent {
            if fail_if_missing {
                return Err(not_of(&desk, &role, id, listed));
            }
            let near = nearest(id, listed.iter().map(Policy::id));
            let near = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            return Ok(Done::new("absent").detail(format!("nothing to delete{near}")));
        }
        if context.would(&format!("delete policy {id} of {}", desk.title(&role))) {
            return Ok(Done::new("would be deleted"));
        }
        let gone = desk.keypass.delete(&role.id, id).await?;
        Ok(Done::new(if gone { "deleted" } else { "absent" }))
    })
    .await?;
    context.saw_deleted((Backend::Keypass, Some(&desk.service.name)), seen::POLICY, &results);
    let deleted = results.iter().any(|(_, done)| done.result == "deleted");
    if deleted && is_global(&role) {
        let name = platform_name(Kind::Role, &role.name);
        let service = &desk.service.name;
        context.printer.note(&format!("only in service {service}: policies of {name} in other services stay"));
    }
    context.finish_bulk(&items, &results, "policy")
}

async fn listed(desk: &Desk<'_>, role: &crate::api::keystone::Entity) -> Result<Vec<Policy>> {
    match desk.keypass.list(&role.id).await {
        Err(error) if error.status() == Some(500) => {
            let message = format!("the list of {} fails: one of its policies may be broken", desk.title(role));
            let error = CliError::new(Exit::Failed, message).cause(error.to_string());
            Err(error.next("delete the broken one with --unchecked").into())
        }
        other => Ok(other?),
    }
}
