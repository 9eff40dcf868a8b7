//! `orchest platform ldap user`: list, show and update; the others have files of their own.

use anyhow::Result;

use crate::api::keystone::Kind;
use crate::api::ldap::{Change, Directory, User};
use crate::base::text::safe;

use super::super::super::args::ItemArgs;
use super::super::super::bulk;
use super::super::super::context::Context;
use super::super::super::entity::refuse_bad_arguments;
use super::super::super::error::{CliError, Exit};
use super::super::super::items::Items;
use super::super::super::names::check_any;
use super::desk::{Who, open};
use super::rows::{USER, USERS, of_user};
use super::verbs::{UpdateArgs, UserVerb};
use super::{create, delete};

pub(super) async fn run(context: &Context, verb: &UserVerb) -> Result<()> {
    match verb {
        UserVerb::List { pattern } => list(context, pattern.as_deref().unwrap_or("*")).await,
        UserVerb::Show { items, own } => show(context, items, *own).await,
        UserVerb::Create(args) => create::run(context, args).await,
        UserVerb::Update(args) => update(context, args).await,
        UserVerb::Delete { items, fail_if_missing } => delete::users(context, items, *fail_if_missing).await,
    }
}

async fn list(context: &Context, pattern: &str) -> Result<()> {
    check_any(Kind::User, pattern)?;
    if context.printer.explain_columns(&USERS)? {
        return Ok(());
    }
    let directory = open(context, Who::Administrator).await?;
    let users = directory.users(pattern).await?;
    if users.is_empty() {
        context.printer.note("no users");
    }
    Ok(context.printer.list(&USERS, users.iter().map(|user| of_user(user, None)).collect())?)
}

async fn show(context: &Context, args: &ItemArgs, own: bool) -> Result<()> {
    let items =
        Items::read(context, args, &[], |item| check_any(Kind::User, &item.name).map_err(|error| error.message))?;
    refuse_bad_arguments(&items)?;
    if context.printer.explain_columns(&USER)? {
        return Ok(());
    }
    bulk::report_bad(context, &items);
    let who = match (own, items.good.as_slice()) {
        (false, _) => Who::Administrator,
        (true, [one]) => Who::User(&one.name),
        (true, _) => return Err(CliError::usage("--self is about one user").into()),
    };
    let directory = open(context, who).await?;
    if let ([item], false) = (items.good.as_slice(), items.from_file) {
        let user = demand(&directory, &item.name).await?;
        let groups = directory.groups_of(&item.name).await?;
        return Ok(context.printer.show(&USER, of_user(&user, Some(&groups)))?);
    }
    let (mut rows, mut missing) = (Vec::new(), items.bad.len());
    for item in &items.good {
        if let Some(user) = directory.user(&item.name).await? {
            let groups = directory.groups_of(&item.name).await?;
            rows.push(of_user(&user, Some(&groups)));
        } else {
            missing += 1;
            context.printer.failure(&format!("{}: no such user in the directory", item.label()));
        }
    }
    context.printer.list(&USER, rows)?;
    if missing == 0 {
        return Ok(());
    }
    context.printer.failure(&format!("failed {missing}"));
    Err(CliError::silent(Exit::SomeFailed).into())
}

/// The user, who has to be there.
pub(super) async fn demand(directory: &Directory, name: &str) -> Result<User> {
    let found = directory.user(name).await?;
    found.ok_or_else(|| absent("user", name).into())
}

/// For a name that nothing has.
pub(super) fn absent(word: &str, name: &str) -> CliError {
    CliError::new(Exit::NotFound, format!("{word} '{}' does not exist in the directory", safe(name)))
        .next(format!("orchest platform ldap {word} list"))
}

async fn update(context: &Context, args: &UpdateArgs) -> Result<()> {
    let name = args.name.as_str();
    check_any(Kind::User, name)?;
    create::check_email(args.email.as_deref().unwrap_or_default()).map_err(CliError::usage)?;
    let password = context.new_password(&args.password)?;
    // In a dry run none is made up.
    let new_password = password.is_some() || args.password.generate_password;
    if args.email.is_none() && args.description.is_none() && !new_password {
        let error = CliError::usage("nothing to change was given");
        return Err(error.next("orchest platform ldap user update --help shows what can be changed").into());
    }
    super::guard(context, &format!("change user {name}"))?;
    let directory = open(context, if args.own { Who::User(name) } else { Who::Administrator }).await?;
    let mut user = demand(&directory, name).await?;
    let email = different(args.email.as_deref(), &mut user.email);
    let description = different(args.description.as_deref(), &mut user.description);
    let parts = [("email", email.is_some()), ("description", description.is_some()), ("password", new_password)];
    let parts: Vec<&str> = parts.into_iter().filter_map(|(part, changes)| changes.then_some(part)).collect();
    if parts.is_empty() {
        context.printer.note("already so");
    } else if context.would(&format!("change {} of user {name}", parts.join(", "))) {
        return Ok(());
    }
    if email.is_some() || description.is_some() {
        there(directory.update_user(name, email, description).await?, name)?;
    }
    if let Some(password) = &password {
        there(directory.set_password(name, password).await?, name)?;
    }
    if !parts.is_empty() {
        context.printer.note(&format!("updated user {name}: {}", parts.join(", ")));
    }
    Ok(context.printer.show(&USERS, of_user(&user, None))?)
}

/// What has to be written so that it is as wanted; what is known is brought up to it.
pub(super) fn different<'a>(wanted: Option<&'a str>, found: &mut Option<String>) -> Option<&'a str> {
    let wanted = wanted?;
    if wanted == found.as_deref().unwrap_or_default() {
        return None;
    }
    *found = (!wanted.is_empty()).then(|| wanted.to_owned());
    Some(wanted)
}

/// Somebody may have deleted it a moment ago.
fn there(change: Change, name: &str) -> Result<()> {
    if change == Change::NoEntry { Err(absent("user", name).into()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::different;

    #[test]
    fn only_what_is_different_is_written() {
        let mut found = Some("a".to_owned());
        assert_eq!(different(None, &mut found), None);
        assert_eq!(different(Some("a"), &mut found), None);
        assert_eq!(different(Some("b"), &mut found), Some("b"));
        assert_eq!(found.as_deref(), Some("b"));
        assert_eq!(different(Some(""), &mut found), Some(""));
        assert_eq!(found, None);
        assert_eq!(different(Some(""), &mut found), None);
    }
}
