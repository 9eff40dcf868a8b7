//! `service check` and `service repair`.

use std::collections::HashMap;

use anyhow::Result;
use serde_json::Value;

use crate::api::keystone::Kind;
use crate::base::Secret;
use crate::base::text::shell_word;
use crate::flows::root::{CLEARED, Cleared};
use crate::flows::service::{Admin, Service};
use crate::flows::steps::Slot;
use crate::flows::{Finding, Report, Seen};

use super::super::args::NewPasswordArgs;
use super::super::context::{Backend, Context, Tenant};
use super::super::entity::members;
use super::super::error::{CliError, Exit};
use super::super::names::{check_any, check_new};
use super::super::parts::standard_policies;
use super::super::present::{Row, SERVICE, STEP, row};
use super::CheckArgs;

/// What to compare with: the administrator that was named, or else the one that the service has.
async fn standard<'a>(
    context: &'a Context,
    args: &CheckArgs,
    password: Option<Secret>,
    tenant: Option<&'a Tenant>,
) -> Result<Service<'a>> {
    check_any(Kind::Domain, &args.name)?;
    let admin = match &args.admin_user {
        Some(name) => Some(name.clone()),
        None => present_admin(context, &args.name).await?,
    };
    let known = check_new(Kind::Domain, &args.name, false).is_ok();
    let policies = standard_policies(args.generic_roles);
    Ok(Service {
        name: args.name.clone(),
        description: None,
        admin: admin.map(|name| Admin { name, email: None, password }),
        default_groups: args.default_groups,
        finished: HashMap::new(),
        access: if known { context.access(&args.name, tenant, policies)? } else { None },
        bulk: context.bulk_roles()?,
        modules: None,
        clearings: Vec::new(),
    })
}

/// The one user who holds `admin` on the service, if there is exactly one.
async fn present_admin(context: &Context, service: &str) -> Result<Option<String>> {
    let service = context.service_named(service).await?;
    let query = [("scope.domain.id", service.id.as_str()), ("include_names", "")];
    let rows = context.keystone()?.assignments(&query).await?;
    let text = crate::api::keystone::names::text;
    let direct = |row: &&serde_json::Value| {
        text(row, "/role/name") == "admin"
            && row.pointer("/scope/OS-INHERIT:inherited_to").is_none()
            && text(row, "/user/domain/id") == service.id
    };
    let mut admins: Vec<&str> = rows.iter().filter(direct).map(|row| text(row, "/user/name")).collect();
    admins.dedup();
    Ok(match admins.as_slice() {
        [one] => Some((*one).to_owned()),
        [] => {
            context.printer.warn("nobody of the service holds 'admin' on it; name its administrator with --admin-user");
            None
        }
        several => {
            let several = several.join(", ");
            context.printer.warn(&format!("several administer it ({several}); name one with --admin-user to compare"));
            None
        }
    })
}

pub(super) async fn check(context: &Context, args: &CheckArgs) -> Result<()> {
    let tenant = Tenant::named(&args.tenant);
    check_any(Kind::Domain, &args.name)?;
    let clearings = context.clearings(&args.name, tenant.as_ref())?;
    let beyond: Vec<&str> = clearings.iter().map(|clearing| clearing.stock.title()).collect();
    let service = match standard(context, args, None, tenant.as_ref()).await {
        Err(error) if error.downcast_ref::<CliError>().is_some_and(|error| error.exit == Exit::NotFound) => {
            return leftovers(context, &args.name).await;
        }
        service => Service { clearings, ..service? },
    };
    let graph = service.graph(context.keystone()?, context.run_id(), &Slot::default());
    let findings = context.survey_flow(&graph).await?;
    if findings.iter().any(|finding| finding.is_root && finding.seen == Seen::Absent) {
        return leftovers(context, &args.name).await;
    }
    let drift = report(context, &findings, &beyond, args)?;
    if drift && context.globals.run.exit_status {
        return Err(CliError::silent(Exit::Changes).into());
    }
    Ok(())
}

/// A service that is not there may have left things in other servers, which a new one of its name would find.
async fn leftovers(context: &Context, name: &str) -> Result<()> {
    let mut error = CliError::new(Exit::NotFound, format!("service '{name}' does not exist"));
    let mut any = false;
    if check_new(Kind::Domain, name, false).is_ok() {
        for (backend, title, count) in context.left_behind(name).await? {
            any = any || count.is_some_and(|count| count > 0);
            match count {
                Some(0) => {}
                Some(count) => error = error.cause(format!("but there are {count} {title}")),
                None => error = error.cause(format!("{}: behind a PEP, so nobody can look", backend.title())),
            }
        }
        if context.knows(Backend::Keypass)? {
            error = error.cause("whether it has left policies in Keypass cannot be seen; they have no list");
        }
    }
    let clear = format!("orchest service delete {} clears away what can be reached", shell_word(name));
    Err(if any { error.next(clear) } else { error.next("orchest service list") }.into())
}

/// Prints what is not as it should be, or everything with `-v`; `true`: there is drift. Points are what a repair makes: what is
/// `beyond` them in other servers is told, and no repair touches it.
fn report(context: &Context, findings: &[Finding], beyond: &[&str], args: &CheckArgs) -> Result<bool> {
    let name = args.name.as_str();
    let drift = drift(findings);
    let is_point = |finding: &Finding| !beyond.contains(&finding.title.as_str());
    let points = findings.iter().filter(|finding| is_point(finding)).count();
    let lacking = drift.iter().filter(|finding| is_point(finding)).count();
    if lacking == 0 {
        context.printer.note(&format!("service {name} is as it should be ({points} points)"));
    } else {
        context.printer.note(&format!("{lacking} of {points} points are not as they should be"));
        // With the flags that told what it should be.
        let admin = args.admin_user.as_ref().map(|admin| format!(" --admin-user {}", shell_word(admin)));
        let groups = if args.default_groups { " --default-groups" } else { "" };
        let roles = if args.generic_roles { " --generic-roles" } else { "" };
        let (name, admin) = (shell_word(name), admin.unwrap_or_default());
        context.printer.hint(&format!("orchest service repair {name}{admin}{groups}{roles}"));
    }
    if drift.len() > lacking {
        context.printer.note("other servers hold something at paths of no subservice, which no repair touches");
    }
    show(context, findings)?;
    Ok(!drift.is_empty())
}

/// What a repair would do. What is there but different it would leave.
fn plan(context: &Context, findings: &[Finding], name: &str) -> Result<()> {
    if findings.iter().any(|finding| finding.is_root && finding.seen == Seen::Absent) {
        return Err(CliError::new(Exit::NotFound, format!("service '{name}' does not exist")).into());
    }
    let points = findings.len();
    let left = findings.iter().filter(|finding| matches!(finding.seen, Seen::Different(_))).count();
    let made = drift(findings).len() - left;
    if made + left == 0 {
        context.printer.note(&format!("service {name} is as it should be ({points} points)"));
    } else {
        let leave = if left == 0 { String::new() } else { format!(", and leave {left} that are different") };
        let told = format!("service {name}: would make {made} of {points} points{leave}");
        context.printer.note(&format!("dry run: {told}; nothing was changed"));
    }
    show(context, findings)
}

fn drift(findings: &[Finding]) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.seen != Seen::Same).collect()
}

/// What is not as it should be; everything where rows are wanted.
fn show(context: &Context, findings: &[Finding]) -> Result<()> {
    let shown = if context.wants_rows() { findings.iter().collect() } else { drift(findings) };
    let rows: Vec<Row> = shown.into_iter().map(super::super::flow::finding_row).collect();
    if !rows.is_empty() {
        context.printer.list(&STEP, rows)?;
    }
    Ok(())
}

pub(super) async fn repair(context: &Context, args: &CheckArgs, password: &NewPasswordArgs) -> Result<()> {
    let password = context.new_password(password)?;
    let tenant = Tenant::named(&args.tenant);
    let service = standard(context, args, password, tenant.as_ref()).await?;
    let domain = Slot::default();
    let graph = service.graph(context.keystone()?, context.run_id(), &domain);
    if !context.dry_run() {
        call_off_deletion(context, &args.name).await?;
    }
    if context.dry_run() {
        let findings = context.survey_flow(&graph).await?;
        return plan(context, &findings, &args.name);
    }
    let report: Report = context.repair_flow(&graph, &format!("service {}", args.name)).await?;
    match report.made.len() {
        0 if report.left.is_empty() => context.printer.note(&format!("service {} was as it should be", args.name)),
        0 => {}
        count => {
            let points = if count == 1 { "point" } else { "points" };
            context.printer.note(&format!("service {}: made {count} missing {points}", args.name));
        }
    }
    if !report.left.is_empty() {
        let error =
            CliError::new(Exit::Conflict, format!("service {} has parts that are there but different", args.name));
        let error = report.left.iter().fold(error, |error, left| error.cause(left.clone()));
        return Err(error.next(format!("orchest user update NAME -s {} --help", shell_word(&args.name))).into());
    }
    if let Some(entity) = domain.entity() {
        if entity.enabled == Some(false) {
            context.printer.warn(&format!(
                "service {} is disabled and stays so; orchest service update {} --enable",
                args.name,
                shell_word(&args.name)
            ));
        }
        context.printer.show(&SERVICE, row(Kind::Domain, &entity, None))?;
    }
    Ok(())
}

/// A deletion that stopped half way has said on the service what it need not do again. Whoever repairs it means to keep it.
async fn call_off_deletion(context: &Context, name: &str) -> Result<()> {
    if !(context.has_pep(Backend::Orion)?
        || context.has_pep(Backend::Perseo)?
        || context.has_pep(Backend::IotAgent)?
        || context.has_pep(Backend::Keypass)?)
    {
        return Ok(());
    }
    let _lock = context.lock_for(&format!("service {name}")).await?;
    for service in context.find(Kind::Domain, None, name).await?.iter().filter(|service| Cleared::of(service).any()) {
        let changes = members(&[(CLEARED, Some(Value::Null))]);
        context.keystone()?.update(Kind::Domain, &service.id, &changes).await?;
        context.printer.note("a deletion of it had stopped half way; that is called off");
    }
    Ok(())
}
