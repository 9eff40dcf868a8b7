//! Logging in to Keystone and out.

use anyhow::Result;
use serde_json::json;

use crate::api::keystone::Kind;
use crate::api::keystone::auth::{Identity, Token};
use crate::base::text::shell_word;
use crate::config::Origin;
use crate::output::{Column, View};

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::super::present::{Row, platform_name};
use super::{StoreChoice, may_show_token};

const STATUS: View = View {
    columns: &[
        Column { title: "ENDPOINT", key: "endpoint", wide: false },
        Column { title: "USER", key: "user", wide: false },
        Column { title: "SCOPE", key: "scope", wide: false },
        Column { title: "TOKEN", key: "token", wide: false },
        Column { title: "EXPIRES", key: "expires_at", wide: false },
        Column { title: "ROLES", key: "roles", wide: false },
    ],
    name: "user",
};

/// The token in use. One that somebody gave us says nothing about itself, so the server is asked.
async fn in_use(context: &Context) -> Result<Token> {
    let login = context.keystone()?.login();
    let token = login.token().await?;
    if !matches!(login.identity(), Identity::Token(_)) {
        return Ok(token);
    }
    let known = login.validate(&token.value).await?;
    known.ok_or_else(|| CliError::new(Exit::Login, "the token that was given is not accepted").into())
}

/// Who one is.
pub(super) async fn whoami(context: &Context) -> Result<()> {
    let token = in_use(context).await?;
    Ok(context.printer.show(&STATUS, row(context, Some(&token), "good")?)?)
}

pub(super) async fn login(context: &Context, store: StoreChoice) -> Result<()> {
    let login = context.keystone()?.login();
    let token = if matches!(login.identity(), Identity::Token(_)) {
        in_use(context).await?
    } else {
        // The password is proved first; only then is the token of an earlier login given back.
        let old = login.cached();
        let token = login.log_in_anew().await?;
        if let Some(old) = old {
            login.give_back(&old.value).await;
        }
        token
    };
    let stored = match store {
        StoreChoice::None => String::new(),
        choice => format!("; password kept in {}", context.store_password(choice)?),
    };
    let until = token.expires_at;
    context.printer.note(&format!("logged in until {until}{stored}"));
    context.printer.show(&STATUS, row(context, Some(&token), "good")?)?;
    // Other commands would not know whose password was kept.
    let is_typed = context.settings.get("auth.user").is_some_and(|user| matches!(user.origin, Origin::Flag(_)));
    if let (Some(name), true) = (context.settings.text("auth.user")?, is_typed && store != StoreChoice::None) {
        let name = shell_word(&name);
        context.printer.hint(&format!("orchest config set auth.user {name}, so that other commands log in so too"));
    }
    Ok(())
}

/// Forgets every token of every server.
pub(super) fn forget_all(context: &Context) -> Result<()> {
    let count = context.forget_all_tokens()?;
    context.printer.note(&format!("forgot {count} tokens, which stay valid until they expire"));
    Ok(())
}

pub(super) async fn logout(context: &Context, keep_password: bool) -> Result<()> {
    let keystone = context.keystone()?;
    let (said, failed) = match keystone.login().cached() {
        None => ("was not logged in", None),
        Some(token) => match keystone.login().revoke(&token.value).await {
            Ok(()) => ("logged out; the token is revoked", None),
            Err(error) => ("logged out here", Some(error)),
        },
    };
    context.printer.note(said);
    let erased = if keep_password { Ok(Vec::new()) } else { context.erase_password() };
    for place in erased.iter().flatten() {
        context.printer.note(&format!("password erased from {place}"));
    }
    // Whoever has it can still use it, so that is no success; and it is gone here, so the same line again would help nobody.
    let Some(error) = failed else { return erased.map(drop) };
    let message = "the token could not be revoked and stays valid until it expires";
    let next = "where somebody else may have it: a new password ends every login of a user (orchest user set-password)";
    let unrevoked = CliError::new(Exit::Failed, message).cause(error.to_string()).next(next);
    // Each of its causes names a place where the password still is.
    let left = match erased.map_err(anyhow::Error::downcast::<CliError>) {
        Ok(_) => Vec::new(),
        Err(Ok(own)) => [own.message].into_iter().chain(own.causes).collect(),
        Err(Err(other)) => vec![other.to_string()],
    };
    Err(left.into_iter().fold(unrevoked, CliError::cause).into())
}

pub(super) async fn status(context: &Context, check: bool) -> Result<()> {
    let login = context.keystone()?.login();
    let cached = match login.identity() {
        Identity::Token(_) if check => Some(in_use(context).await?),
        Identity::Token(_) => None,
        Identity::Password { .. } => login.cached(),
    };
    let (state, usable) = match (&cached, check) {
        (None, _) if matches!(login.identity(), Identity::Token(_)) => ("given", true),
        (None, _) => ("none", false),
        (Some(token), true) => match login.validate(&token.value).await? {
            Some(_) => ("good", true),
            None => ("not accepted", false),
        },
        (Some(_), false) => ("kept", true),
    };
    context.printer.show(&STATUS, row(context, cached.as_ref(), state)?)?;
    if usable {
        return Ok(());
    }
    let error = CliError::new(Exit::Login, "there is no token in use");
    Err(error.next("orchest auth login").into())
}

fn row(context: &Context, token: Option<&Token>, state: &str) -> Result<Row> {
    let login = context.keystone()?.login();
    let mut row = Row::new();
    row.insert("endpoint".to_owned(), json!(context.keystone_address()?));
    let user = match login.identity() {
        Identity::Password { user, domain } => format!("{user}@{domain}"),
        Identity::Token(_) => "(a token)".to_owned(),
    };
    row.insert("user".to_owned(), json!(user));
    row.insert("scope".to_owned(), json!(login.scope().to_string()));
    row.insert("token".to_owned(), json!(state));
    let expires =
        token.filter(|token| token.expires_at < jiff::Timestamp::MAX).map(|token| token.expires_at.to_string());
    row.insert("expires_at".to_owned(), json!(expires));
    let short =
        |token: &Token| token.roles().into_iter().map(|role| platform_name(Kind::Role, role).to_owned()).collect();
    let roles: Option<Vec<String>> = token.map(short);
    row.insert("roles".to_owned(), json!(roles));
    for key in ["user", "project", "domain", "system", "methods"] {
        if let Some(value) = token.and_then(|token| token.about.get(key)) {
            row.insert(format!("token_{key}"), value.clone());
        }
    }
    Ok(row)
}

pub(super) async fn token(context: &Context) -> Result<()> {
    may_show_token(context)?;
    let token = context.keystone()?.login().token().await?;
    Ok(context.printer.text(token.value.expose())?)
}
