//! `orchest user set-password`: by an administrator, or by its owner.

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::api::keystone::auth::Identity;
use crate::api::keystone::password::{Whose, may_be_changed, owner_of_expired};
use crate::api::keystone::{Entity, Keystone, Kind};
use crate::base::Secret;
use crate::http::{Error, Method, Outcome, Request};

use super::super::args::NewPasswordArgs;
use super::super::context::Context;
use super::super::entity::members;
use super::super::error::{CliError, Exit};
use super::super::names::check_any;

/// How the platform's password plug-in begins its refusals, which are plain text.
const PLUG_IN: &str = "SPASSWORD";

pub(super) async fn set(context: &Context, name: &str, args: &NewPasswordArgs) -> Result<()> {
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
    patch(context, &user, &changes).await?;
    let place = &service.name;
    context.printer.note(&format!("password of {name} in service {place} set; its tokens are no longer valid"));
    Ok(())
}

/// Changes a user, its password among the rest, as an administrator.
pub(super) async fn patch(context: &Context, user: &Entity, changes: &Map<String, Value>) -> Result<Entity> {
    let keystone = context.keystone()?;
    // Asked before the change may end that login.
    let is_own = keystone.login().known().is_some_and(|token| token.text("user", "/id") == user.id);
    let updated = match keystone.update(Kind::User, &user.id, changes).await {
        Ok(updated) => updated,
        Err(error) => after(keystone, (user, is_own), changes, error).await?,
    };
    context.forget_tokens_of(&user.id)?;
    Ok(updated)
}

/// Where the change was not confirmed. Who changes its own password so ends the login that does it: what is sent again
/// after a lost answer is refused. A change of somebody else is only sent again; to log in as that user would prove little, and
/// would cost a failed login where the new password was refused.
async fn after(
    keystone: &Keystone,
    (user, is_own): (&Entity, bool),
    changes: &Map<String, Value>,
    error: Error,
) -> Result<Entity> {
    let new = changes.get("password").and_then(Value::as_str).map(Secret::new);
    if let Some(new) = new
        && is_own
        && may_be_changed(&error)
        && keystone.owner_of_password(Whose::Id(&user.id), &new).await.is_some()
    {
        let user = user.changed(changes);
        keystone.watch().there(Kind::User, &user);
        return Ok(user);
    }
    Err(match (error.status(), keystone.login().identity()) {
        // The login was renewed before, so the answer is about something else.
        (Some(401), Identity::Password { .. }) => refusal(&user.name, "it answers 401, as it does to a weak one"),
        _ => refused(error, &user.name),
    })
}

/// Who changes the own password.
enum Owner {
    /// The present password is in force.
    Before(String),
    /// The new one is: the answer to an earlier run was lost.
    After(String),
}

/// As the user: needs its id, which its own login tells, and the present password. No token is needed.
pub(super) async fn change_own(context: &Context, name: &str, args: &NewPasswordArgs) -> Result<()> {
    check_any(Kind::User, name)?;
    let service = context.service_name().unwrap_or_else(|| "Default".to_owned());
    let new = context.new_password(args)?;
    let (keystone, present) = context.keystone_as(name, &service)?;
    let new = match new {
        Some(new) => new,
        None => context.prompt_new_password("New password", "--new-password-stdin")?,
    };
    // One more failed login brings a user who has mistyped the present password nearer to being locked.
    let tried =
        context.journal.has_tried(|step| step.starts_with("POST keystone /v3/users/") && step.ends_with("/password"));
    let id = match owner(&keystone, (name, &service), tried.then_some(&new)).await? {
        Owner::Before(id) => id,
        Owner::After(id) => return settled(context, &id, &format!("the new password of {name} is in force already")),
    };
    if context.would(&format!("change the password of {name} as {name}")) {
        return Ok(());
    }
    change(&keystone, (name, &id), (&present, &new), tried).await?;
    settled(context, &id, &format!("password of {name} changed"))
}

/// `new` is tried where an earlier run of this line may have made the change already.
async fn owner(keystone: &Keystone, (name, domain): (&str, &str), new: Option<&Secret>) -> Result<Owner> {
    if let Some(id) = name.strip_prefix("id:") {
        return Ok(Owner::Before(id.to_owned()));
    }
    let error = match keystone.login().token().await {
        Ok(token) => return Ok(Owner::Before(token.text("user", "/id").to_owned())),
        Err(error) => error,
    };
    let Error::Login { message, .. } = &error else { return Err(error.into()) };
    // An expired password gets no login, but the refusal tells whose it is.
    if let Some(id) = owner_of_expired(message) {
        return Ok(Owner::Before(id.to_owned()));
    }
    let Some(new) = new else { return Err(error.into()) };
    let found = keystone.owner_of_password(Whose::Named { user: name, domain }, new).await;
    found.map(Owner::After).ok_or_else(|| error.into())
}

/// `tried`: an earlier run of this line may have made the change already.
async fn change(
    keystone: &Keystone,
    (name, id): (&str, &str),
    (present, new): (&Secret, &Secret),
    tried: bool,
) -> Result<()> {
    let body = json!({"user": {"original_password": present.expose(), "password": new.expose()}});
    let request = Request::new(Method::Post).path("v3/users").id(id).path("password").json(body);
    let Err(error) = keystone.send_bare(&request).await else { return Ok(()) };
    // The answer was lost, or that to an earlier run. Of two that are the same, one that is in force tells nothing.
    if may_be_changed(&error)
        && (tried || error.outcome() == Outcome::MayHaveHappened)
        && present.expose() != new.expose()
        && keystone.owner_of_password(Whose::Id(id), new).await.is_some()
    {
        return Ok(());
    }
    Err(match error.status() {
        Some(401) => CliError::new(Exit::Login, format!("the present password of {name} is not accepted"))
            .next("give it with --password-file; an administrator can set another one without it")
            .into(),
        _ => refused(error, name),
    })
}

/// The new password is in force, and what the old one gave is of no use any more.
fn settled(context: &Context, id: &str, done: &str) -> Result<()> {
    let kept = if context.dry_run() { 0 } else { context.forget_tokens_of(id)? };
    let here = if kept > 0 { ", and those kept here are deleted" } else { "" };
    context.printer.note(&format!("{done}; older tokens are no longer valid{here}"));
    if kept > 0 {
        context.printer.hint("if the old password is kept on this machine: orchest auth login --store keyring");
    }
    Ok(())
}

/// What the server says against a new password, in its own words; other errors as they are.
pub(super) fn refused(error: Error, name: &str) -> anyhow::Error {
    let Error::Status(status) = &error else { return error.into() };
    match status.message.strip_prefix(PLUG_IN) {
        Some(words) => refusal(name, words.trim_start_matches([':', ' '])),
        None => error.into(),
    }
}

fn refusal(name: &str, words: &str) -> anyhow::Error {
    CliError::new(Exit::Failed, format!("the server does not take the new password of {name}: {words}"))
        .next("choose one that is longer and in no dictionary, or: --generate-password --password-out FILE")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::keystone::testing::{Scripted, run};

    const LOGIN: &str = "POST /v3/auth/tokens";

    /// Answers a change by this status, and a login with the new password by that one.
    fn scripted(change: u16, login: u16) -> Scripted {
        Scripted::new(move |asked, _| match asked {
            LOGIN => (login, json!({"token": {"user": {"id": "u1"}}})),
            _ => (change, json!({})),
        })
    }

    fn logins(scripted: &Scripted) -> usize {
        scripted.asked().iter().filter(|line| line.starts_with(LOGIN)).count()
    }

    #[test]
    fn ones_own_change_was_made_if_the_new_password_logs_in() {
        let (present, new) = (Secret::new("pw-of-before"), Secret::new("pw-of-after"));
        for (status, tried, login, is_made, asked) in [
            (204, false, 401, true, 0),
            (500, false, 201, true, 1),
            (401, true, 201, true, 1),
            (401, false, 201, false, 0),
            (500, false, 401, false, 1),
            (401, true, 401, false, 1),
            (400, true, 201, false, 0),
        ] {
            let scripted = scripted(status, login);
            let result = run(change(&scripted.keystone, ("ann", "u1"), (&present, &new), tried));
            assert_eq!((result.is_ok(), logins(&scripted)), (is_made, asked), "{status} {login}");
        }
    }

    #[test]
    fn a_change_of_the_own_password_was_made_if_the_new_one_logs_in() {
        let user: Entity = serde_json::from_value(json!({"id": "u1", "name": "ann", "email": "a@b"})).unwrap();
        let changes = members(&[("email", Some(json!("c@d"))), ("password", Some(json!("pw-of-after")))]);
        for (status, login, is_made, asked) in
            [(500, 201, true, 1), (401, 201, true, 1), (500, 401, false, 1), (401, 401, false, 1), (403, 201, false, 0)]
        {
            let scripted = scripted(status, login);
            let error = run(scripted.keystone.update(Kind::User, "u1", &changes)).unwrap_err();
            let made = run(after(&scripted.keystone, (&user, true), &changes, error)).ok();
            let email = made.map(|user| user.text("email").to_owned());
            assert_eq!(email.as_deref(), is_made.then_some("c@d"), "{status} {login}");
            assert_eq!(logins(&scripted), asked, "{status} {login}");
        }
        // The token was ended by the change, and the password of before is refused.
        let refused = Error::Login { message: "refused".to_owned(), hint: String::new() };
        assert!(run(after(&scripted(200, 201).keystone, (&user, true), &changes, refused)).is_ok());
    }

    #[test]
    fn nobody_logs_in_as_somebody_else_to_see_what_became_of_a_change() {
        let user: Entity = serde_json::from_value(json!({"id": "u1", "name": "ann"})).unwrap();
        let changes = members(&[("enabled", Some(json!(false))), ("password", Some(json!("pw-of-before")))]);
        for status in [500, 401] {
            let scripted = scripted(status, 201);
            let error = run(scripted.keystone.update(Kind::User, "u1", &changes)).unwrap_err();
            assert!(run(after(&scripted.keystone, (&user, false), &changes, error)).is_err(), "{status}");
            assert_eq!(logins(&scripted), 0, "{status}");
        }
    }
}
