//! `orchest platform ldap user create`: one user or many, with groups; also the second time.

use anyhow::Result;

use crate::api::keystone::Kind;
use crate::api::ldap::{Change, Directory, NewUser, User};
use crate::base::Secret;
use crate::base::text::shell_word;

use super::super::super::bulk::{self, Done};
use super::super::super::context::{Context, check_length};
use super::super::super::entity::refuse_bad_arguments;
use super::super::super::error::{CliError, Exit};
use super::super::super::items::{Item, Items};
use super::super::super::names::{check_any, check_new};
use super::desk::{Who, open};
use super::rows::{USER, of_user};
use super::user::{absent, demand, different};
use super::verbs::CreateArgs;

/// Columns that a file of users may have beside `name`.
const COLUMNS: [&str; 3] = ["password", "email", "description"];

pub(super) async fn run(context: &Context, args: &CreateArgs) -> Result<()> {
    let items = Items::read(context, &args.items, &COLUMNS, |item| check_row(args, item))?;
    refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    for item in &items.good {
        context.warn_name(check_new(Kind::User, &item.name, false)?);
    }
    for group in &args.groups {
        check_any(Kind::Group, group)?;
    }
    let password = one_password(context, args, &items)?;
    let directory = open(context, Who::Administrator).await?;
    // Before anybody is made for whom there would be no group.
    for group in &args.groups {
        if directory.group(group).await?.is_none() {
            return Err(absent("group", group).into());
        }
    }
    let results = bulk::each(context, &items, async |item: &Item| {
        ensure(context, &directory, args, item, password.as_ref()).await
    })
    .await?;
    if let ([(_, done)], false) = (results.as_slice(), items.from_file) {
        context.printer.note(done.detail.as_deref().unwrap_or(done.result));
        if let Some(row) = &done.row {
            context.printer.show(&USER, row.clone())?;
        }
        return Ok(());
    }
    context.finish_bulk(&items, &results, "user")
}

fn check_row(args: &CreateArgs, item: &Item) -> Result<(), String> {
    check_new(Kind::User, &item.name, false).map_err(|error| error.message)?;
    if let Some(password) = item.field("password") {
        check_length(password, args.password.any_password).map_err(|error| error.message)?;
    }
    check_email(item.field("email").or(args.email.as_deref()).unwrap_or_default())
}

/// LDAP takes no other characters in an address.
pub(super) fn check_email(email: &str) -> Result<(), String> {
    if email.is_ascii() && !email.contains(char::is_control) {
        return Ok(());
    }
    Err(format!("the directory takes only ASCII in an e-mail address, not '{}'", crate::base::text::safe(email)))
}

/// The password of a user from the command line; users of a file bring theirs along.
fn one_password(context: &Context, args: &CreateArgs, items: &Items) -> Result<Option<Secret>> {
    let given = context.new_password(&args.password)?;
    if args.password.generate_password && (items.from_file || items.good.len() > 1) {
        let error = CliError::usage("--generate-password makes one password, for one user");
        return Err(error.next("give a file with a column 'password'").into());
    }
    let missing = items.good.iter().any(|item| item.field("password").is_none());
    if given.is_some() || !missing || context.dry_run() {
        return Ok(given);
    }
    let names = items.names().join(", ");
    context.prompt_new_password(&format!("Password for the new user {names}"), "--new-password-file").map(Some)
}

async fn ensure(
    context: &Context,
    directory: &Directory,
    args: &CreateArgs,
    item: &Item,
    password: Option<&Secret>,
) -> Result<Done> {
    let name = item.name.as_str();
    let given = |key: &str, flag: &Option<String>| item.field(key).map(str::to_owned).or_else(|| flag.clone());
    let (email, description) = (given("email", &args.email), given("description", &args.description));
    let found = match directory.user(name).await? {
        Some(found) => found,
        None if context.would(&format!("create user {name}{}", with_groups(args))) => {
            return Ok(Done::new("would be created"));
        }
        None => {
            let password = item.field("password").map(Secret::new).or_else(|| password.cloned());
            let password = password.ok_or_else(|| CliError::usage(format!("no password for user {name}")))?;
            let user =
                NewUser { name: name.to_owned(), password, email: email.clone(), description: description.clone() };
            match directory.add_user(&user).await? {
                Change::AlreadySo => demand(directory, name).await?,
                Change::Done | Change::NoEntry => return created(context, directory, args, user).await,
            }
        }
    };
    existing(context, directory, args, found, email.as_deref(), description.as_deref()).await
}

fn with_groups(args: &CreateArgs) -> String {
    if args.groups.is_empty() { String::new() } else { format!(" in {}", args.groups.join(", ")) }
}

/// It was made; what it says now is what was asked for, so nothing is looked up.
async fn created(context: &Context, directory: &Directory, args: &CreateArgs, user: NewUser) -> Result<Done> {
    let NewUser { name, password, email, description } = user;
    // The first write carried the password as it is, which is how it was kept unless the directory is set up to hash it. Its
    // own operation for passwords hashes it. Where the directory has no such operation, the password is as good as before.
    match directory.set_password(&name, &password).await {
        Ok(_) => {}
        Err(error) if error.is_of_connection() => return Err(error.into()),
        Err(error) => {
            context.printer.warn(&format!("the directory keeps the password of {name} as it was sent: {error}"));
        }
    }
    join(directory, args, &name).await?;
    let some = |text: Option<String>| text.filter(|text| !text.is_empty());
    let dn = directory.base().user(&name);
    let user = User { dn, name, email: some(email), description: some(description) };
    Ok(Done::new("created").row(of_user(&user, Some(&args.groups))))
}

/// It is there: fine if it is as asked for. Its password is never touched.
async fn existing(
    context: &Context,
    directory: &Directory,
    args: &CreateArgs,
    mut user: User,
    email: Option<&str>,
    description: Option<&str>,
) -> Result<Done> {
    let (name, before) = (user.name.clone(), user.clone());
    if args.ensure.fail_if_exists {
        return Err(CliError::new(Exit::Conflict, format!("user '{name}' exists already in the directory")).into());
    }
    let email = different(email, &mut user.email);
    let description = different(description, &mut user.description);
    let differs = email.is_some() || description.is_some();
    if differs && !args.ensure.update {
        return Err(conflict(&before, email, description).into());
    }
    if differs && context.would(&format!("update user {name}")) {
        return Ok(Done::new("would be updated"));
    }
    if differs {
        directory.update_user(&name, email, description).await?;
    }
    if !args.groups.is_empty() && context.dry_run() {
        context.would(&format!("make sure that user {name} is in {}", args.groups.join(", ")));
        return Ok(Done::new("already so"));
    }
    let joined = join(directory, args, &name).await?;
    let result = if differs || !joined.is_empty() { "updated" } else { "already so" };
    let more = if joined.is_empty() { String::new() } else { format!(", now in {}", joined.join(", ")) };
    let detail = format!("user {name} {result}{more}; its password was not changed");
    let detail = detail.replace(" already so;", " is already so;");
    let groups = directory.groups_of(&name).await?;
    Ok(Done::new(result).row(of_user(&user, Some(&groups))).detail(detail))
}

fn conflict(found: &User, email: Option<&str>, description: Option<&str>) -> CliError {
    let name = &found.name;
    let mut error = CliError::new(Exit::Conflict, format!("user '{name}' exists already and is different"));
    let pairs = [("email", email, &found.email), ("description", description, &found.description)];
    for (key, wanted, there) in pairs {
        if let Some(wanted) = wanted {
            error = error.cause(format!("{key}: wanted {wanted:?}, found {:?}", there.as_deref().unwrap_or_default()));
        }
    }
    let next = format!("orchest platform ldap user update {}, or the same line with --update", shell_word(name));
    error.next(next)
}

/// Puts a user into the groups; those it was not in yet.
async fn join(directory: &Directory, args: &CreateArgs, name: &str) -> Result<Vec<String>> {
    let mut joined = Vec::new();
    for group in &args.groups {
        match directory.add_member(group, name).await? {
            Change::Done => joined.push(group.clone()),
            Change::AlreadySo => {}
            Change::NoEntry => return Err(absent("group", group).into()),
        }
    }
    Ok(joined)
}
