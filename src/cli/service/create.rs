//! `service create`.

use anyhow::Result;

use crate::api::keystone::Kind;
use crate::base::Secret;
use crate::base::text::shell_word;
use crate::flows::Difference;
use crate::flows::service::{Admin, Service};
use crate::flows::steps::Slot;

use super::super::context::{Context, Tenant};
use super::super::names::check_new;
use super::super::parts::{self, standard_policies};
use super::super::present::{SERVICE, row};
use super::CreateArgs;

pub(super) async fn run(context: &Context, args: &CreateArgs) -> Result<()> {
    check_new(Kind::Domain, &args.name, args.any_name)?;
    context.warn_name(check_new(Kind::User, &args.admin_user, false)?);
    // A rollback and a dry run make no user, so they need no password for it.
    let password = match context.new_password(&args.password)? {
        None if !args.flow.rollback && !context.dry_run() => {
            Some(context.prompt_new_password(&format!("Password for {}", args.admin_user), "--new-password-stdin")?)
        }
        given => given,
    };
    let tenant = administrator(&args.admin_user, password.clone());
    let admin = Admin { name: args.admin_user.clone(), email: args.admin_email.clone(), password };
    let keystone = context.keystone()?;
    // A name that the other servers do not take has nothing in them.
    let known = check_new(Kind::Domain, &args.name, false).is_ok();
    let policies = standard_policies(args.generic_roles);
    let service = Service {
        name: args.name.clone(),
        description: args.description.clone(),
        admin: Some(admin),
        default_groups: args.default_groups,
        finished: context.finished_unseen(&args.flow),
        access: if known { context.access(&args.name, Some(&tenant), policies)? } else { None },
        bulk: context.bulk_roles()?,
        modules: context.modules_of_flow(&args.modules, Some(&tenant), &args.flow)?,
        clearings: Vec::new(),
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
    match (&service.access, known) {
        (None, true) => context.printer.note("no policies were made, because no Keypass is set: keypass.url"),
        (Some(access), _) if access.pep => {
            context.printer.note("the PEP and Keypass take up to two minutes to see new policies");
        }
        _ => {}
    }
    parts::tell_of_databases(context, &args.name, false)?;
    if let Some(entity) = domain.entity() {
        context.printer.show(&SERVICE, row(Kind::Domain, &entity, None))?;
    }
    Ok(())
}

/// The new administrator, whose password is known now: behind a PEP nobody else can make the policies.
fn administrator(user: &str, password: Option<Secret>) -> Tenant {
    Tenant { user: user.to_owned(), password, source: super::TenantArgs::default() }
}
