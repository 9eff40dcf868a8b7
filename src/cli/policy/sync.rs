//! `orchest policy sync`: the policies of the roles of a service as a directory has them. The whole plan is made, and shown,
//! before the first change.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use futures_util::future::try_join_all;

use crate::api::keypass::{Policy, explain};
use crate::api::keystone::{Entity, Kind};

use super::super::args::TenantArgs;
use super::super::bulk::{self, Came, Done};
use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::super::items::{Item, Items};
use super::super::present::platform_name;
use super::desk::{Desk, check_role, rivals};
use super::plan::{self, Entry, State};
use super::source::{self, Checked};

#[derive(Args, Debug)]
pub(crate) struct SyncArgs {
    /// Directory with a folder of *.xml for each role
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Delete what a role with a folder has beyond its files
    #[arg(long)]
    prune: bool,
    #[command(flatten)]
    tenant: TenantArgs,
}

/// A folder: the role's name, and its policies.
struct Folder {
    role: String,
    files: Vec<Checked>,
}

pub(super) async fn run(context: &Context, args: &SyncArgs) -> Result<()> {
    context.refuse_failed_to()?;
    let folders = folders(context, &args.directory)?;
    plan::refuse_doubles(folders.iter().flat_map(|folder| &folder.files))?;
    let desk = Desk::open(context, &args.tenant).await?;
    let roles = try_join_all(folders.iter().map(|folder| desk.role(&folder.role))).await?;
    let lists = try_join_all(roles.iter().map(|role| desk.keypass.list(&role.id))).await?;
    let mut entries = Vec::new();
    for ((folder, role), held) in folders.iter().zip(&roles).zip(&lists) {
        let name = platform_name(Kind::Role, &role.name);
        entries.extend(plan::compare(name, &role.id, &folder.files, held, args.prune));
    }
    refuse_moves(&desk, &roles, &entries).await?;
    let changes: Vec<Entry> = entries.iter().filter(|entry| entry.state != State::Same).cloned().collect();
    // A machine reads one document: what came of it, or else the plan.
    let is_final = changes.is_empty() || context.dry_run();
    if is_final || !context.wants_rows() {
        plan::planned(context, &entries)?;
    }
    if changes.is_empty() {
        context.printer.note("already so");
        return Ok(());
    }
    ask(context, &desk, &changes, &lists, &roles)?;
    let mut came = HashMap::new();
    let end = apply(context, &desk, &changes, &mut came).await;
    if context.wants_rows() && !is_final {
        plan::results(context, &entries, &came)?;
    }
    end
}

fn folders(context: &Context, directory: &Path) -> Result<Vec<Folder>> {
    if !directory.is_dir() {
        let message = format!("{} is no directory; sync takes one with a folder for each role", directory.display());
        return Err(CliError::usage(message).into());
    }
    let mut folders = Vec::new();
    for path in source::entries(directory, Path::is_dir)? {
        let role = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        check_role(&role)?;
        let sources = source::read_all(context, &[path])?;
        folders.push(Folder { role, files: source::check(context, sources)? });
    }
    if folders.is_empty() {
        let message = format!("there is no folder in {}", directory.display());
        return Err(CliError::usage(message).next("make one for each role: DIR/ROLE/NAME.xml").into());
    }
    Ok(folders)
}

/// A policy that the plan would bind here, and somebody else has: Keypass would take it away from there without a word, and
/// a deletion planned for there would then hit it here.
async fn refuse_moves(desk: &Desk<'_>, roles: &[Entity], entries: &[Entry]) -> Result<()> {
    let absent: Vec<&Entry> = entries.iter().filter(|entry| entry.state == State::Absent).collect();
    let found = try_join_all(absent.iter().map(|entry| desk.keypass.show(&entry.role_id, entry.policy.id()))).await?;
    for (entry, _) in absent.iter().zip(found).filter(|(_, found)| found.is_some()) {
        let id = entry.policy.id();
        let Some(role) = roles.iter().find(|role| role.id == entry.role_id) else { continue };
        let holder = desk.holder(id, role).await?;
        let who = holder.map_or_else(|| "another role".to_owned(), |name| format!("role {name}"));
        let message = format!("{} wants the policy '{id}' for {}, and {who} has it", entry.file, entry.role);
        let error = CliError::new(Exit::Conflict, message).cause("nothing was changed");
        return Err(error.next("give it a PolicyId of its own, or delete it there first").into());
    }
    Ok(())
}

/// Asks once, for everything that takes something away.
fn ask(context: &Context, desk: &Desk<'_>, entries: &[Entry], lists: &[Vec<Policy>], roles: &[Entity]) -> Result<()> {
    let mut narrows = false;
    for (role, held) in roles.iter().zip(lists) {
        let of_role = || entries.iter().filter(|entry| entry.role_id == role.id);
        let gone =
            |policy: &&Policy| of_role().any(|entry| entry.state == State::Extra && entry.policy.id() == policy.id());
        let mut after: Vec<Policy> = held.iter().filter(|policy| !gone(policy)).cloned().collect();
        for entry in of_role().filter(|entry| entry.state != State::Extra) {
            after.retain(|policy| policy.id() != entry.policy.id());
            after.push(entry.policy.clone());
        }
        if of_role().any(|entry| entry.state == State::Absent && !rivals(&after, &entry.policy).is_empty()) {
            narrows = true;
            for sentence in explain::narrowed(&after) {
                context.printer.warn(&sentence);
            }
        }
    }
    let extra = entries.iter().filter(|entry| entry.state == State::Extra).count();
    let service = &desk.service.name;
    match (extra, narrows) {
        (0, false) => context.confirm_if_protected(&format!("change {} policies of service {service}", entries.len())),
        (0, true) => context.confirm(&format!("narrow what roles of service {service} may do")),
        (extra, _) => context.confirm(&format!("delete {extra} policies of service {service}, and change others")),
    }
}

/// New and changed ones first: a role is then never without a policy that it keeps. `came` gets what came of each of them.
async fn apply(context: &Context, desk: &Desk<'_>, entries: &[Entry], came: &mut HashMap<String, Came>) -> Result<()> {
    let (extra, stored): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|entry| entry.state == State::Extra);
    let mut results = Vec::new();
    for group in [stored, extra] {
        let items = group.iter().map(|entry| Item::typed(entry.policy.id())).collect();
        let items = Items::typed(items, |_| Ok(()));
        if items.good.is_empty() {
            continue;
        }
        let outcome = bulk::all(context, &items, async |item: &Item| {
            let Some(entry) = group.iter().find(|entry| entry.policy.id() == item.name) else {
                return Ok(Done::new("absent"));
            };
            one(context, desk, entry).await
        })
        .await?;
        came.extend(outcome.told());
        results.extend(outcome.end(context)?);
    }
    if !context.dry_run() {
        context.printer.note(explain::CACHES);
    }
    context.tell_bulk(&results, "policy");
    Ok(())
}

async fn one(context: &Context, desk: &Desk<'_>, entry: &Entry) -> Result<Done> {
    let (id, role) = (entry.policy.id(), &entry.role);
    let (verb, done) = match entry.state {
        State::Extra => ("delete", "deleted"),
        State::Different(_) => ("replace", "replaced"),
        State::Absent | State::Same => ("bind", "bound"),
    };
    if context.would(&format!("{verb} policy {id} of role {role}")) {
        return Ok(Done::new(entry.state.would()));
    }
    if entry.state == State::Extra {
        let gone = desk.keypass.delete(&entry.role_id, id).await?;
        return Ok(Done::new(if gone { done } else { "absent" }));
    }
    desk.keypass.store(&entry.role_id, &entry.policy).await?;
    Ok(Done::new(done))
}
