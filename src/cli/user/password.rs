//! `orchest user set-password`: by an administrator, or by its owner.

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::api::keystone::auth::Identity;
use crate::api::keystone::{Entity, Kind};
use crate::http::{Error, Method, Request};

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
    let answer = keystone.update(Kind::User, &user.id, changes).await;
    let updated = answer.map_err(|error| match (error.status(), keystone.login().identity()) {
        // The login was renewed before, so the answer is about something else.
        (Some(401), Identity::Password { .. }) => refusal(&user.name, "it answers 401, as it does to a weak one"),
        _ => refused(error, &user.name),
    })?;
    context.forget_tokens_of(&user.id)?;
    Ok(updated)
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
    let id = match name.strip_prefix("id:") {
        Some(id) => id.to_owned(),
        None => match keystone.login().token().await {
            Ok(token) => token.text("user", "/id").to_owned(),
            // An expired password gets no login, but the refusal tells whose it is.
            Err(Error::Login { message, hint }) => {
                owner_of_expired(&message).map(str::to_owned).ok_or(Error::Login { message, hint })?
            }
            Err(error) => return Err(error.into()),
        },
    };
    if context.would(&format!("change the password of {name} as {name}")) {
        return Ok(());
    }
    let body = json!({"user": {"original_password": present.expose(), "password": new.expose()}});
    let request = Request::new(Method::Post).path("v3/users").id(&id).path("password").json(body);
    keystone.send_bare(&request).await.map_err(|error| match error.status() {
        Some(401) => CliError::new(Exit::Login, format!("the present password of {name} is not accepted"))
            .next("give it with --password-file; an administrator can set another one without it")
            .into(),
        _ => refused(error, name),
    })?;
    let kept = context.forget_tokens_of(&id)?;
    let here = if kept > 0 { ", and those kept here are deleted" } else { "" };
    context.printer.note(&format!("password of {name} changed; older tokens are no longer valid{here}"));
    if kept > 0 {
        context.printer.hint("if the old password is kept on this machine: orchest auth login --store keyring");
    }
    Ok(())
}

/// The id in Keystone's words about an expired password.
fn owner_of_expired(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("expired and needs to be changed for user: ")?;
    let id = rest.split(|character: char| !character.is_ascii_alphanumeric()).next()?;
    (!id.is_empty()).then_some(id)
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
    use super::owner_of_expired;

    #[test]
    fn the_refusal_of_an_expired_password_tells_whose_it_is() {
        let told = "http://h/ refuses the login of a@b (it says: The password is expired and needs to be changed for \
            user: 41aa9c1e.)";
        assert_eq!(owner_of_expired(told), Some("41aa9c1e"));
        assert_eq!(owner_of_expired("refuses the login of a@b (it says: not authenticated)"), None);
        assert_eq!(owner_of_expired("expired and needs to be changed for user: "), None);
    }
}
