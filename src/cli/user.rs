//! `orchest user`: people and machines of a service.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use crate::api::keystone::grants::{Actor, Grant, Target, membership};
use crate::api::keystone::{Entity, Kind, Made};
use crate::base::Secret;
use crate::base::text::shell_word;
use crate::http::Method;

use super::args::{ItemArgs, NewPasswordArgs};
use super::bulk::{self, Done};
use super::context::Context;
use super::create::Ensure;
use super::entity::{self, members, switch};
use super::error::{CliError, Exit};
use super::items::{Item, Items};
use super::names::{check_any, check_new};
use super::present::{USER, platform_name, row};
use super::role::assignments;

/// Columns that a file of users may have beside `name`.
const COLUMNS: [&str; 4] = ["password", "email", "description", "enabled"];

#[derive(Subcommand, Debug)]
pub(crate) enum UserVerb {
    /// List the users of a service, or of all
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest user list -s smartcity\n  \
        orchest user list -s smartcity -o csv --columns name,email"
    )]
    List {
        /// Only those who can log in
        #[arg(long)]
        enabled: bool,
    },
    /// Show a user, or several
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest user show carl -s smartcity\n  \
        orchest user show id:41aa9c1e -o json"
    )]
    Show {
        #[command(flatten)]
        items: ItemArgs,
    },
    /// Create users, or make sure that they are there
    #[command(after_help = "Examples:\n  orchest user create carl -s smartcity --email carl@city.example\n  \
        orchest user create --from people.csv -s smartcity --failed-to bad.csv")]
    Create(CreateArgs),
    /// Change a user
    #[command(
        visible_alias = "set",
        after_help = "Examples:\n  \
        orchest user update carl -s smartcity --email c@city.example\n  orchest user update carl -s smartcity --disable"
    )]
    Update {
        /// Name, or `id:HEX`
        name: String,
        /// New e-mail address; empty clears it
        #[arg(long)]
        email: Option<String>,
        /// New description; empty clears it
        #[arg(long)]
        description: Option<String>,
        /// New name
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
        /// Let the user log in
        #[arg(long, conflicts_with = "disable")]
        enable: bool,
        /// Refuse the user and end all its logins
        #[arg(long)]
        disable: bool,
    },
    /// Delete users
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  orchest user delete carl -s smartcity --yes\n  \
        orchest user delete --from gone.txt -s smartcity --yes"
    )]
    Delete {
        #[command(flatten)]
        items: ItemArgs,
        /// End with 3 when one is not there
        #[arg(long)]
        fail_if_missing: bool,
    },
    /// Set the password of a user
    #[command(after_help = "Examples:\n  orchest user set-password carl -s smartcity\n  \
        orchest user set-password carl -s smartcity --self")]
    SetPassword {
        /// Name, or `id:HEX`
        name: String,
        /// As the user, who gives the present password instead of an administrator's login
        #[arg(long = "self")]
        own: bool,
        #[command(flatten)]
        password: NewPasswordArgs,
    },
    /// Show which roles a user has
    #[command(after_help = "Examples:\n  orchest user roles carl -s smartcity\n  \
        orchest user roles carl -s smartcity --effective")]
    Roles {
        /// Name, or `id:HEX`
        name: String,
        /// What follows from groups and inheritance, instead of what was granted
        #[arg(long)]
        effective: bool,
    },
}

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

pub(crate) async fn run(context: &Context, verb: &UserVerb) -> Result<()> {
    match verb {
        UserVerb::List { enabled } => {
            let query: &[(&str, &str)] = if *enabled { &[("enabled", "true")] } else { &[] };
            entity::list(context, Kind::User, query).await
        }
        UserVerb::Show { items } => entity::show(context, Kind::User, items).await,
        UserVerb::Create(args) => create(context, args).await,
        UserVerb::Update { name, email, description, rename, enable, disable } => {
            if let Some(new) = rename {
                context.warn_name(check_new(Kind::User, new, false)?);
            }
            let wanted = members(&[
                ("name", rename.as_ref().map(|name| json!(name))),
                ("email", email.as_ref().map(|email| json!(email))),
                ("description", description.as_ref().map(|text| json!(text))),
                ("enabled", switch(*enable, *disable)),
            ]);
            entity::update(context, Kind::User, name, wanted).await
        }
        UserVerb::Delete { items, fail_if_missing } => {
            entity::delete(context, Kind::User, items, *fail_if_missing).await
        }
        UserVerb::SetPassword { name, own: true, password } => own_password(context, name, password).await,
        UserVerb::SetPassword { name, own: false, password } => set_password(context, name, password).await,
        UserVerb::Roles { name, effective } => {
            let service = context.service().await?;
            let user = context.one(Kind::User, Some(&service), name).await?;
            assignments::of_actor(context, &service, &Actor::User(user.id), *effective).await
        }
    }
}

/// What is the same for all users of one command.
struct Common<'a> {
    args: &'a CreateArgs,
    service: Entity,
    groups: Vec<Entity>,
    grants: Vec<(Target, Entity)>,
    password: Option<Secret>,
}

async fn create(context: &Context, args: &CreateArgs) -> Result<()> {
    let items = Items::read(context, &args.items, &COLUMNS, check_row)?;
    entity::refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    for item in &items.good {
        context.warn_name(check_new(Kind::User, &item.name, false)?);
    }
    let password = one_password(context, args, &items)?;
    let service = context.service().await?;
    let (groups, grants) = futures_util::future::try_join(
        wanted_groups(context, &service, &args.groups),
        wanted_grants(context, &service, &args.roles),
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
    context.finish_bulk(&items, &results, "user")
}

fn check_row(item: &Item) -> Result<(), String> {
    check_new(Kind::User, &item.name, false).map_err(|error| error.message)?;
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

async fn wanted_grants(context: &Context, service: &Entity, names: &[String]) -> Result<Vec<(Target, Entity)>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let target = match context.optional_subservice(service).await? {
        Some(subservice) => Target::Project(subservice.id),
        None => Target::Domain(service.id.clone()),
    };
    let lookups =
        names.iter().map(async |name| Ok((target.clone(), context.one(Kind::Role, Some(service), name).await?)));
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
            match context.keystone()?.create(Kind::User, &members).await? {
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
    for (target, role) in &common.grants {
        if context.would(&format!("grant {} to the user", platform_name(Kind::Role, &role.name))) {
            continue;
        }
        let keystone = context.keystone()?;
        let grant = Grant { target: target.clone(), actor: Actor::User(user.to_owned()), role: role.id.clone() };
        keystone.send(&grant.put()).await?;
    }
    Ok(())
}

async fn set_password(context: &Context, name: &str, args: &NewPasswordArgs) -> Result<()> {
    check_any(Kind::User, name)?;
    let password = match context.new_password(args)? {
        None if !context.dry_run() => {
            Some(context.prompt_new_password(&format!("New password for {name}"), "--new-password-stdin")?)
        }
        given => given,
    };
    context.confirm_if_protected(&format!("set the password of user {name}"))?;
    let service = context.service().await?;
    let user = context.one(Kind::User, Some(&service), name).await?;
    if context.would(&format!("set the password of user {name} in service {}", service.name)) {
        return Ok(());
    }
    let changes = members(&[("password", password.map(|password| json!(password.expose())))]);
    context.keystone()?.update(Kind::User, &user.id, &changes).await?;
    context
        .printer
        .note(&format!("password of {name} in service {} set; its tokens are no longer valid", service.name));
    Ok(())
}

/// As the user: needs its id, which its own login tells, and the present password.
async fn own_password(context: &Context, name: &str, args: &NewPasswordArgs) -> Result<()> {
    check_any(Kind::User, name)?;
    let service = context.service_name().unwrap_or_else(|| "Default".to_owned());
    let new = context.new_password(args)?;
    let (keystone, present) = context.keystone_as(name, &service)?;
    let new = match new {
        Some(new) => new,
        None => context.prompt_new_password("New password", "--new-password-stdin")?,
    };
    // Whoever knows the id needs no login, which an expired password does not get.
    let id = match name.strip_prefix("id:") {
        Some(id) => id.to_owned(),
        None => {
            let token = keystone.login().token().await?;
            let id = token.about.get("user").and_then(|user| user.get("id")).and_then(Value::as_str);
            id.unwrap_or_default().to_owned()
        }
    };
    if context.would(&format!("change the password of {name} as {name}")) {
        return Ok(());
    }
    let body = json!({"user": {"original_password": present.expose(), "password": new.expose()}});
    let request = crate::http::Request::new(Method::Post).path("v3/users").segment(id).path("password").json(body);
    keystone.send_bare(&request).await?;
    context.printer.note(&format!("password of {name} changed; older tokens are no longer valid"));
    Ok(())
}
