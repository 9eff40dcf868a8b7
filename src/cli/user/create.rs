//! `orchest user create`: one user or many, with groups and roles; also the second time.

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value, json};

use crate::api::keystone::grants::{Actor, Target, membership};
use crate::api::keystone::{Entity, Kind, Made};
use crate::base::Secret;
use crate::base::text::shell_word;
use crate::http::Method;

use super::super::args::{ItemArgs, NewPasswordArgs};
use super::super::bulk::{self, Done};
use super::super::context::{Context, check_length};
use super::super::create::Ensure;
use super::super::entity::{self, members};
use super::super::error::{CliError, Exit};
use super::super::items::{Item, Items};
use super::super::names::check_new;
use super::super::present::{USER, row};
use super::super::relate;
use super::password;

/// Columns that a file of users may have beside `name`.
const COLUMNS: [&str; 4] = ["password", "email", "description", "enabled"];

#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    #[command(flatten)]
    items: ItemArgs,
    /// E-mail address
    #[arg(long)]
    email: Option<String>,
    /// Description
    #[arg(long)]
    description: Option<String>,
    /// Create it without the right to log in
    #[arg(long)]
    disabled: bool,
    /// Put it into this group of the service (can be repeated)
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
    /// Grant it this role on the service, or on the subservice of -S (can be repeated)
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<String>,
    /// Create it without a password; it cannot log in with one then
    #[arg(long, conflicts_with_all = ["new_password_stdin", "new_password_file", "generate_password"])]
    no_password: bool,
    #[command(flatten)]
    ensure: Ensure,
    #[command(flatten)]
    password: NewPasswordArgs,
}

/// What is the same for all users of one command.
struct Common<'a> {
    args: &'a CreateArgs,
    service: Entity,
    groups: Vec<Entity>,
    grants: Vec<(Target, Entity)>,
    password: Option<Secret>,
}

pub(super) async fn run(context: &Context, args: &CreateArgs) -> Result<()> {
    let items = Items::read(context, &args.items, &COLUMNS, |item| check_row(args, item))?;
    entity::refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    for item in &items.good {
        context.warn_name(check_new(Kind::User, &item.name, false)?);
    }
    let password = one_password(context, args, &items)?;
    let service = context.service().await?;
    let (groups, grants) = futures_util::future::try_join(
        wanted_groups(context, &service, &args.groups),
        relate::wanted_grants(context, &service, &args.roles, false),
    )
    .await?;
    let names = items.names();
    let found = context.many(Kind::User, Some(&service), &names).await?;
    let common = Common { args, service, groups, grants, password };
    let results = bulk::each(context, &items, async |item: &Item| {
        let there = found.get(&item.name).and_then(|found| found.first());
        ensure(context, &common, item, there).await
    })
    .await?;
    if let ([(_, done)], false) = (results.as_slice(), items.from_file) {
        if let Some(detail) = &done.detail {
            context.printer.note(detail);
        }
        if let Some(row) = &done.row {
            context.printer.show(&USER, row.clone())?;
        }
        return Ok(());
    }
    if items.from_file && !args.no_password && common.password.is_none() {
        let created =
            results.iter().filter(|(item, done)| done.result == "created" && item.field("password").is_none());
        match created.count() {
            0 => {}
            1 => context.printer.hint(&format!("one has no password and cannot log in; {PASSWORDS}")),
            count => context.printer.hint(&format!("{count} have no password and cannot log in; {PASSWORDS}")),
        }
    }
    context.finish_bulk(&items, &results, "user")
}

/// How somebody gets a password who has none.
const PASSWORDS: &str = "orchest user set-password NAME -s SERVICE gives one (--no-password: as it is meant)";

fn check_row(args: &CreateArgs, item: &Item) -> Result<(), String> {
    check_new(Kind::User, &item.name, false).map_err(|error| error.message)?;
    if let Some(password) = item.field("password") {
        check_length(password, args.password.any_password).map_err(|error| error.message)?;
    }
    match item.field("enabled") {
        None | Some("true" | "false" | "yes" | "no") => Ok(()),
        Some(other) => Err(format!("enabled must be true or false, not '{}'", crate::base::text::safe(other))),
    }
}

/// The password of a user from the command line; users of a file bring theirs along, or have none.
fn one_password(context: &Context, args: &CreateArgs, items: &Items) -> Result<Option<Secret>> {
    let given = context.new_password(&args.password)?;
    if args.password.generate_password && (items.from_file || items.good.len() > 1) {
        let error = CliError::usage("--generate-password makes one password, for one user");
        return Err(error.next("give a file with a column 'password', or --no-password").into());
    }
    if given.is_some() || args.no_password || items.from_file || context.dry_run() {
        return Ok(given);
    }
    let names = items.names().join(", ");
    context.prompt_new_password(&format!("Password for the new user {names}"), "--new-password-stdin").map(Some)
}

async fn wanted_groups(context: &Context, service: &Entity, names: &[String]) -> Result<Vec<Entity>> {
    let lookups = names.iter().map(|name| context.one(Kind::Group, Some(service), name));
    futures_util::future::try_join_all(lookups).await
}

async fn ensure(context: &Context, common: &Common<'_>, item: &Item, there: Option<&Entity>) -> Result<Done> {
    let args = common.args;
    let wanted = wanted(args, item);
    let service = common.service.name.as_str();
    let done = match there {
        Some(found) => existing(context, common, item, found, &wanted).await?,
        None => {
            if context.would(&format!("create user {} in service {service}", item.name)) {
                return Ok(Done::new("would be created"));
            }
            let mut members = wanted.clone();
            members.insert("name".to_owned(), json!(item.name));
            members.insert("domain_id".to_owned(), json!(common.service.id));
            let password = item.field("password").map(Secret::new).or_else(|| common.password.clone());
            if let Some(password) = password {
                members.insert("password".to_owned(), json!(password.expose()));
            }
            let made = context.keystone()?.create(Kind::User, &members).await;
            match made.map_err(|error| password::refused(error, &item.name))? {
                Made::Created(user) => Done::new("created").row(row(Kind::User, &user, Some(service))),
                Made::Existed(found) => existing(context, common, item, &found, &wanted).await?,
            }
        }
    };
    let id = done.row.as_ref().and_then(|row| row.get("id")).and_then(Value::as_str).map(str::to_owned);
    if let Some(id) = id {
        relate(context, common, &id).await?;
    }
    Ok(done)
}

/// The members that were asked for, by the row or else by the flags.
fn wanted(args: &CreateArgs, item: &Item) -> Map<String, Value> {
    let text = |key: &str, flag: &Option<String>| {
        item.field(key).map(str::to_owned).or_else(|| flag.clone()).map(|text| json!(text))
    };
    let enabled = match item.field("enabled") {
        Some(word) => matches!(word, "true" | "yes"),
        None => !args.disabled,
    };
    members(&[
        ("email", text("email", &args.email)),
        ("description", text("description", &args.description)),
        ("enabled", Some(json!(enabled))),
    ])
}

/// It is there: fine if it is as asked for. Its password is never touched.
async fn existing(
    context: &Context,
    common: &Common<'_>,
    item: &Item,
    found: &Entity,
    wanted: &Map<String, Value>,
) -> Result<Done> {
    let name = &item.name;
    let service = common.service.name.as_str();
    let kept = "its password was not changed";
    if common.args.ensure.fail_if_exists {
        return Err(
            CliError::new(Exit::Conflict, format!("user '{name}' exists already in service '{service}'")).into()
        );
    }
    let differences = found.differences(wanted);
    if differences.is_empty() {
        return Ok(Done::new("already so")
            .row(row(Kind::User, found, Some(service)))
            .detail(format!("user {name} is already so; {kept}")));
    }
    if !common.args.ensure.update {
        let error = CliError::new(Exit::Conflict, format!("user '{name}' exists already and is different"));
        let error = differences
            .into_iter()
            .fold(error, |error, (key, wanted, found)| error.cause(format!("{key}: wanted {wanted}, found {found}")));
        let (name, service) = (shell_word(name), shell_word(service));
        return Err(error
            .next(format!("orchest user update {name} -s {service}, or the same line with --update"))
            .into());
    }
    if context.would(&format!("update user {name}")) {
        return Ok(Done::new("would be updated"));
    }
    let changes: Map<String, Value> = differences.into_iter().map(|(key, wanted, _)| (key, wanted)).collect();
    let updated = context.keystone()?.update(Kind::User, &found.id, &changes).await?;
    Ok(Done::new("updated")
        .row(row(Kind::User, &updated, Some(service)))
        .detail(format!("user {name} updated; {kept}")))
}

/// Groups and roles of `--group` and `--role`; repeating them changes nothing.
async fn relate(context: &Context, common: &Common<'_>, user: &str) -> Result<()> {
    for group in &common.groups {
        if context.would(&format!("put the user into group {}", group.name)) {
            continue;
        }
        let keystone = context.keystone()?;
        keystone.send(&membership(Method::Put, &group.id, user)).await?;
    }
    relate::grant(context, &Actor::User(user.to_owned()), &common.grants).await
}
