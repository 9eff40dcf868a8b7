//! `orchest subservice`: a part of a service, a Keystone project and an Orion servicePath.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::api::keystone::Kind;
use crate::api::keystone::names::project_name;
use crate::base::text::shell_word;
use crate::flows::Difference;
use crate::flows::service::Admin;
use crate::flows::steps::Slot;
use crate::flows::subservice::Subservice;

use super::args::{ItemArgs, NewPasswordArgs, TenantArgs};
use super::bulk::Done;
use super::context::{Context, Tenant};
use super::entity::{self, Found, members, switch};
use super::error::{CliError, Exit};
use super::flow::FlowArgs;
use super::names::check_new;
use super::parts;
use super::present::{SUBSERVICE, row};

#[derive(Subcommand, Debug)]
pub(crate) enum SubserviceVerb {
    /// List the subservices of a service, or of all
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest subservice list -s smartcity\n  \
        orchest subservice list -o csv"
    )]
    List,
    /// Show a subservice, or several
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest subservice show energy -s smartcity\n  \
        orchest subservice show /energy -s smartcity -o json"
    )]
    Show {
        #[command(flatten)]
        items: ItemArgs,
    },
    /// Create a subservice, with an administrator of its own if asked for
    #[command(after_help = "Examples:\n  orchest subservice create water -s smartcity\n  \
        orchest subservice create water -s smartcity --admin-user walt --generate-password --password-out walt.pw")]
    Create(CreateArgs),
    /// Change a subservice
    #[command(
        visible_alias = "set",
        after_help = "Examples:\n  \
        orchest subservice update energy -s smartcity --description 'power grid'\n  \
        orchest subservice update energy -s smartcity --disable --yes\n  \
        orchest subservice update energy -s smartcity --rename power --yes"
    )]
    Update {
        /// Name with or without its slash, or `id:HEX`
        name: String,
        /// New description; empty clears it
        #[arg(long)]
        description: Option<String>,
        /// Take it into use
        #[arg(long, conflicts_with = "disable")]
        enable: bool,
        /// Take it out of use
        #[arg(long)]
        disable: bool,
        /// New name. Its data in Orion, STH, Perseo and the IoT agents stays under the old one
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
        /// Accept a new name that Orion does not take
        #[arg(long, requires = "rename")]
        any_name: bool,
    },
    /// Delete subservices
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  orchest subservice delete energy -s smartcity --yes\n  \
        orchest subservice delete energy waste -s smartcity --dry-run"
    )]
    Delete {
        #[command(flatten)]
        items: ItemArgs,
        /// End with 3 when one is not there
        #[arg(long)]
        fail_if_missing: bool,
        /// Leave its subscriptions, rules, and groups and devices of the IoT agent where they are
        #[arg(long)]
        keep_data: bool,
        #[command(flatten)]
        tenant: TenantArgs,
    },
}

#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    /// Name: levels of A-Z, a-z, 0-9 and _ with slashes between them
    name: String,
    /// Description
    #[arg(long)]
    description: Option<String>,
    /// User of the service that administers the subservice; made if it is not there
    #[arg(long, value_name = "NAME")]
    admin_user: Option<String>,
    /// E-mail address of that user
    #[arg(long, value_name = "ADDRESS", requires = "admin_user")]
    admin_email: Option<String>,
    /// Modules to switch on for it
    #[arg(long, value_name = "NAME", value_delimiter = ',', conflicts_with = "any_name")]
    modules: Vec<String>,
    /// Accept a name that Orion does not take
    #[arg(long)]
    any_name: bool,
    #[command(flatten)]
    flow: FlowArgs,
    #[command(flatten)]
    password: NewPasswordArgs,
}

pub(crate) async fn run(context: &Context, verb: &SubserviceVerb) -> Result<()> {
    match verb {
        SubserviceVerb::List => entity::list(context, Kind::Project, &[]).await,
        SubserviceVerb::Show { items } => entity::show(context, Kind::Project, items).await,
        SubserviceVerb::Create(args) => create(context, args).await,
        SubserviceVerb::Update { name, description, enable, disable, rename, any_name } => {
            if *disable {
                context.confirm(&format!("take subservice {name} out of use"))?;
            }
            let wanted = members(&[
                ("description", description.as_ref().map(|text| json!(text))),
                ("enabled", switch(*enable, *disable)),
            ]);
            match rename {
                Some(new) => super::rename::run(context, name, new, *any_name, wanted).await,
                None => entity::update(context, Kind::Project, name, wanted).await,
            }
        }
        SubserviceVerb::Delete { items, fail_if_missing, keep_data, tenant } => {
            if !*keep_data {
                tell_what_goes(context, items)?;
            }
            let tenant = Tenant::named(tenant);
            let delete = async |found: Found<'_>| delete_one(context, found, *keep_data, tenant.as_ref()).await;
            entity::delete_with(context, Kind::Project, items, *fail_if_missing, delete).await
        }
    }
}

async fn create(context: &Context, args: &CreateArgs) -> Result<()> {
    check_new(Kind::Project, &args.name, args.any_name)?;
    let given = context.new_password(&args.password)?;
    let admin = match &args.admin_user {
        None if given.is_some() => {
            return Err(CliError::usage("a new password needs --admin-user, whose it is").into());
        }
        None => None,
        Some(name) => {
            context.warn_name(check_new(Kind::User, name, false)?);
            let password = match given {
                None if !args.flow.rollback && !context.dry_run() => {
                    Some(context.prompt_new_password(&format!("Password for {name}"), "--new-password-stdin")?)
                }
                given => given,
            };
            Some(Admin { name: name.clone(), email: args.admin_email.clone(), password })
        }
    };
    let service = context.service().await?;
    let subservice = Subservice {
        name: args.name.clone(),
        description: args.description.clone(),
        admin,
        finished: context.finished_unseen(&args.flow),
        modules: context.modules_of_flow(&args.modules, None, &args.flow)?,
    };
    let project = Slot::default();
    let keystone = context.keystone()?;
    let graph = || subservice.graph(keystone, context.run_id(), &service, &project);
    let title = format!("subservice {} of service {}", project_name(&args.name), service.name);
    let (own, within) = (shell_word(&args.name), shell_word(&service.name));
    let other_way = |differences: &[Difference]| match &args.admin_user {
        Some(user) if differences.iter().any(|difference| difference.what.contains(user.as_str())) => {
            format!("orchest role grant SubServiceAdmin --to-user {} -s {within} -S {own}", shell_word(user))
        }
        _ => format!("orchest subservice update {own} -s {within} --help"),
    };
    let report = context.create_flow(graph, &title, &args.flow, other_way).await?;
    let Some(report) = report else { return Ok(()) };
    if let Some(name) = &args.admin_user
        && report.kept.iter().any(|step| *step == format!("user {name}"))
    {
        context.printer.note(&format!("user {name} was there; its password was not changed"));
    }
    if let Some(entity) = project.entity() {
        context.printer.show(&SUBSERVICE, row(Kind::Project, &entity, Some(&service.name)))?;
    }
    Ok(())
}

/// In a dry run, and before a question: what there is in other servers goes too, which the name of a subservice does not say.
fn tell_what_goes(context: &Context, items: &ItemArgs) -> Result<()> {
    let run = &context.globals.run;
    let is_answered = run.confirm.is_some() || (run.yes && !context.settings.boolean("protected")?);
    let is_told = context.dry_run() || !is_answered;
    let Some(service) = context.service_name().filter(|_| is_told) else { return Ok(()) };
    // No other server has anything of a service that Orion knows no name for. What is called by its id has one.
    let is_known = service.starts_with("id:") || check_new(Kind::Domain, &service, false).is_ok();
    let titles = if is_known { context.clearable()? } else { Vec::new() };
    if titles.is_empty() || (items.names.is_empty() && items.from.is_none()) {
        return Ok(());
    }
    let all = titles.join(", ");
    context.printer.note(&format!("with a subservice goes what it has: all {all}; --keep-data leaves it where it is"));
    Ok(())
}

/// Deletes one that was looked up, with the same engine and the same lock as its creation, after what its users have left in
/// other servers.
async fn delete_one(context: &Context, found: Found<'_>, keep_data: bool, tenant: Option<&Tenant>) -> Result<Done> {
    let Some(service) = found.service else { return Ok(Done::new("absent")) };
    let project = found.entity;
    let is_domain = project.member("is_domain") == serde_json::Value::Bool(true);
    if is_domain || project.domain_id.as_deref() != Some(service.id.as_str()) {
        let message = format!("subservice id:{} does not belong to service '{}'", project.id, service.name);
        return Err(CliError::new(Exit::Conflict, message).cause("nothing was done").into());
    }
    let title = format!("subservice {} of service {}", project.name, service.name);
    // Orion would take a name in capitals for another service's.
    let known = check_new(Kind::Domain, &service.name, false).is_ok();
    let clearings = if keep_data || !known { Vec::new() } else { context.clearings(&service.name, tenant)? };
    let graph = Subservice::removal(context.keystone()?, context.run_id(), service, &project, &clearings);
    let report = context.delete_flow(&graph, &title).await?;
    let done = Done::new(if report.made.is_empty() { "absent" } else { "deleted" });
    Ok(match parts::cleared(&clearings) {
        Some(cleared) => done.detail(format!("with {cleared}")),
        None => done,
    })
}
