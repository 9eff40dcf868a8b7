//! `orchest service`: a service with its administrator, its roles and who may what.

use std::collections::HashMap;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::api::keystone::Kind;
use crate::base::text::shell_word;
use crate::flows::service::{Admin, Service};
use crate::flows::steps::Slot;
use crate::flows::{Difference, Finding, Report, Seen};

use super::args::{ItemArgs, NewPasswordArgs};
use super::bulk::{self, Done};
use super::context::Context;
use super::entity::{self, members, switch};
use super::error::{CliError, Exit};
use super::flow::FlowArgs;
use super::items::{Item, Items};
use super::names::{check_any, check_new};
use super::present::{Row, SERVICE, STEP, row};

#[derive(Subcommand, Debug)]
pub(crate) enum ServiceVerb {
    /// List the services
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest service list\n  \
        orchest service list --filter enabled=true -o name"
    )]
    List,
    /// Show a service, or several
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest service show smartcity\n  \
        orchest service show smartcity -o json"
    )]
    Show {
        #[command(flatten)]
        items: ItemArgs,
    },
    /// Create a service with its administrator and its roles, or go on where an earlier run stopped
    #[command(after_help = "Examples:\n  \
        orchest service create smartcity --admin-user adm1 --generate-password --password-out adm1.pw\n  \
        orchest service create smartcity --admin-user adm1 --dry-run --new-password-file adm1.pw")]
    Create(CreateArgs),
    /// Change a service
    #[command(
        visible_alias = "set",
        after_help = "Examples:\n  \
        orchest service update smartcity --description 'the city'\n  orchest service update smartcity --disable"
    )]
    Update {
        /// Name, or `id:HEX`
        name: String,
        /// New description; empty clears it
        #[arg(long)]
        description: Option<String>,
        /// Let its users log in
        #[arg(long, conflicts_with = "disable")]
        enable: bool,
        /// Refuse all its users
        #[arg(long)]
        disable: bool,
    },
    /// Delete services with everything in them
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  orchest service delete smartcity\n  \
        orchest service delete smartcity --yes --dry-run"
    )]
    Delete {
        #[command(flatten)]
        items: ItemArgs,
        /// End with 3 when one is not there
        #[arg(long)]
        fail_if_missing: bool,
        /// Only take it out of use
        #[arg(long)]
        disable_only: bool,
    },
    /// Compare a service with the standard set-up
    #[command(after_help = "Examples:\n  orchest service check smartcity --admin-user adm1\n  \
        orchest service check smartcity --exit-status -q")]
    Check(CheckArgs),
    /// Make what a service lacks of the standard set-up
    #[command(after_help = "Examples:\n  orchest service repair smartcity --admin-user adm1\n  \
        orchest service repair smartcity --dry-run")]
    Repair {
        #[command(flatten)]
        check: CheckArgs,
        #[command(flatten)]
        password: NewPasswordArgs,
    },
}

#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    /// Name: a-z, 0-9 and _, 50 at most
    name: String,
    /// Description
    #[arg(long)]
    description: Option<String>,
    /// User that administers the service
    #[arg(long, value_name = "NAME")]
    admin_user: String,
    /// E-mail address of that user
    #[arg(long, value_name = "ADDRESS")]
    admin_email: Option<String>,
    /// Make the four standard groups too
    #[arg(long)]
    default_groups: bool,
    /// Accept a name that Orion does not take
    #[arg(long)]
    any_name: bool,
    #[command(flatten)]
    flow: FlowArgs,
    #[command(flatten)]
    password: NewPasswordArgs,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// Name, or `id:HEX`
    name: String,
    /// User that should administer it
    #[arg(long, value_name = "NAME")]
    admin_user: Option<String>,
    /// The four standard groups too
    #[arg(long)]
    default_groups: bool,
}

pub(crate) async fn run(context: &Context, verb: &ServiceVerb) -> Result<()> {
    match verb {
        ServiceVerb::List => entity::list(context, Kind::Domain, &[]).await,
        ServiceVerb::Show { items } => entity::show(context, Kind::Domain, items).await,
        ServiceVerb::Create(args) => create(context, args).await,
        ServiceVerb::Update { name, description, enable, disable } => {
            if *disable {
                context.confirm(&format!("take service {name} out of use"))?;
            }
            let wanted = members(&[
                ("description", description.as_ref().map(|text| json!(text))),
                ("enabled", switch(*enable, *disable)),
            ]);
            entity::update(context, Kind::Domain, name, wanted).await
        }
        ServiceVerb::Delete { items, fail_if_missing, disable_only } => {
            delete(context, items, *fail_if_missing, *disable_only).await
        }
        ServiceVerb::Check(args) => check(context, args).await,
        ServiceVerb::Repair { check, password } => repair(context, check, password).await,
    }
}

async fn create(context: &Context, args: &CreateArgs) -> Result<()> {
    check_new(Kind::Domain, &args.name, args.any_name)?;
    context.warn_name(check_new(Kind::User, &args.admin_user, false)?);
    // A rollback and a dry run make no user, so they need no password for it.
    let password = match context.new_password(&args.password)? {
        None if !args.flow.rollback && !context.dry_run() => {
            Some(context.prompt_new_password(&format!("Password for {}", args.admin_user), "--new-password-stdin")?)
        }
        given => given,
    };
    let admin = Admin { name: args.admin_user.clone(), email: args.admin_email.clone(), password };
    let keystone = context.keystone()?;
    let service = Service {
        name: args.name.clone(),
        description: args.description.clone(),
        admin: Some(admin),
        default_groups: args.default_groups,
        finished: context.finished_unseen(&args.flow),
    };
    let domain = Slot::default();
    let graph = || service.graph(keystone, context.run_id(), &domain);
    let title = format!("service {}", args.name);
    let other_way = |differences: &[Difference]| {
        let (own, name) = (format!("{title}: "), shell_word(&args.name));
        let mut changes = String::new();
        for difference in differences.iter().filter(|difference| difference.what.starts_with(&own)) {
            match (difference.what.strip_prefix(&own), &args.description) {
                (Some("enabled"), _) => changes.push_str(" --enable"),
                (_, Some(text)) => changes = format!("{changes} --description {}", shell_word(text)),
                _ => {}
            }
        }
        if changes.is_empty() {
            format!("orchest service repair {name} --admin-user {}", shell_word(&args.admin_user))
        } else {
            format!("orchest service update {name}{changes}")
        }
    };
    let report = context.create_flow(graph, &title, &args.flow, other_way).await?;
    let Some(report) = report else { return Ok(()) };
    if report.kept.iter().any(|step| *step == format!("user {}", args.admin_user)) {
        context.printer.note(&format!("user {} was there; its password was not changed", args.admin_user));
    }
    if let Some(entity) = domain.entity() {
        context.printer.show(&SERVICE, row(Kind::Domain, &entity, None))?;
    }
    Ok(())
}

async fn delete(context: &Context, args: &ItemArgs, fail_if_missing: bool, disable_only: bool) -> Result<()> {
    let check = |item: &Item| check_any(Kind::Domain, &item.name).map_err(|error| error.message);
    let items = Items::read(context, args, &[], check)?;
    entity::refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    if disable_only {
        context.confirm(&format!("take {} out of use", items.names().join(", ")))?;
    } else {
        context.confirm_typed("delete", "service", &items.names())?;
    }
    let results = bulk::each(context, &items, async |item: &Item| {
        if disable_only {
            disable_one(context, &item.name).await
        } else {
            delete_one(context, &item.name, fail_if_missing).await
        }
    })
    .await?;
    context.finish_bulk(&items, &results, "service")
}

async fn disable_one(context: &Context, name: &str) -> Result<Done> {
    let service = context.service_named(name).await?;
    if service.enabled == Some(false) {
        return Ok(Done::new("already so"));
    }
    if context.would(&format!("take service {name} out of use")) {
        return Ok(Done::new("would be disabled"));
    }
    let changes = members(&[("enabled", switch(false, true))]);
    context.keystone()?.update(Kind::Domain, &service.id, &changes).await?;
    Ok(Done::new("disabled"))
}

async fn delete_one(context: &Context, name: &str, fail_if_missing: bool) -> Result<Done> {
    let domain = Slot::default();
    let service = Service {
        name: name.to_owned(),
        description: None,
        admin: None,
        default_groups: false,
        finished: HashMap::new(),
    };
    let graph = service.graph(context.keystone()?, context.run_id(), &domain);
    let absent = if context.dry_run() {
        let found = context.find(Kind::Domain, None, name).await?;
        if !found.is_empty() {
            context
                .would(&format!("disable service {name}, delete its roles, then the service with all that is in it"));
            return Ok(Done::new("would be deleted"));
        }
        true
    } else {
        context.delete_flow(&graph, &format!("service {name}")).await?.made.is_empty()
    };
    if !absent {
        return Ok(Done::new("deleted"));
    }
    let near = context.nearest(Kind::Domain, None, name).await;
    let hint = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
    if fail_if_missing {
        return Err(CliError::new(Exit::NotFound, format!("service '{name}' does not exist{hint}")).into());
    }
    Ok(Done::new("absent").detail(format!("nothing to delete{hint}")))
}

/// What to compare with: the administrator that was named, or else the one that the service has.
async fn standard(context: &Context, args: &CheckArgs, password: Option<crate::base::Secret>) -> Result<Service> {
    check_any(Kind::Domain, &args.name)?;
    let admin = match &args.admin_user {
        Some(name) => Some(name.clone()),
        None => present_admin(context, &args.name).await?,
    };
    Ok(Service {
        name: args.name.clone(),
        description: None,
        admin: admin.map(|name| Admin { name, email: None, password }),
        default_groups: args.default_groups,
        finished: HashMap::new(),
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

async fn check(context: &Context, args: &CheckArgs) -> Result<()> {
    let service = standard(context, args, None).await?;
    let graph = service.graph(context.keystone()?, context.run_id(), &Slot::default());
    let findings = context.survey_flow(&graph).await?;
    let drift = report(context, &findings, &args.name)?;
    if drift && context.globals.run.exit_status {
        return Err(CliError::silent(Exit::Changes).into());
    }
    Ok(())
}

/// Prints what is not as it should be, or everything with `-v`; `true`: there is drift.
fn report(context: &Context, findings: &[Finding], name: &str) -> Result<bool> {
    if findings.iter().any(|finding| finding.title == format!("service {name}") && finding.seen == Seen::Absent) {
        return Err(CliError::new(Exit::NotFound, format!("service '{name}' does not exist")).into());
    }
    let drift: Vec<&Finding> = findings.iter().filter(|finding| finding.seen != Seen::Same).collect();
    let shown: Vec<&Finding> = if context.wants_rows() { findings.iter().collect() } else { drift.clone() };
    let rows = shown.iter().map(|finding| super::flow::finding_row(finding)).collect::<Vec<Row>>();
    if drift.is_empty() {
        context.printer.note(&format!("service {name} is as it should be ({} points)", findings.len()));
    } else {
        let count = drift.len();
        context.printer.note(&format!("{count} of {} points are not as they should be", findings.len()));
        context.printer.hint(&format!("orchest service repair {}", shell_word(name)));
    }
    if !rows.is_empty() {
        context.printer.list(&STEP, rows)?;
    }
    Ok(!drift.is_empty())
}

async fn repair(context: &Context, args: &CheckArgs, password: &NewPasswordArgs) -> Result<()> {
    let password = context.new_password(password)?;
    let service = standard(context, args, password).await?;
    let domain = Slot::default();
    let graph = service.graph(context.keystone()?, context.run_id(), &domain);
    if context.dry_run() {
        let findings = context.survey_flow(&graph).await?;
        report(context, &findings, &args.name)?;
        return Ok(());
    }
    let report: Report = context.repair_flow(&graph, &format!("service {}", args.name)).await?;
    match report.made.len() {
        0 => context.printer.note(&format!("service {} was as it should be", args.name)),
        count => context.printer.note(&format!("service {}: made {count}, kept {}", args.name, report.kept.len())),
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
