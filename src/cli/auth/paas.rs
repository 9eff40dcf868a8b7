//! Logging in at the issuer of tokens for the PaaS orchestrator, and out.

use anyhow::Result;
use serde_json::json;

use crate::output::{Column, View};

use super::super::context::{Context, Found, FoundState, PaasIdentity};
use super::super::error::{CliError, Exit};
use super::super::present::Row;
#[cfg(not(feature = "oauth"))]
use super::LoginArgs;
use super::may_show_token;

const STATUS: View = View {
    columns: &[
        Column { title: "SOURCE", key: "source", wide: false },
        Column { title: "TOKEN", key: "token", wide: false },
        Column { title: "EXPIRES", key: "expires_at", wide: false },
        Column { title: "ISSUER", key: "issuer", wide: false },
        Column { title: "SUBJECT", key: "subject", wide: false },
        Column { title: "GROUPS", key: "groups", wide: false },
    ],
    name: "subject",
};

fn row(source: &str, token: &str, who: Option<&PaasIdentity>) -> Row {
    let mut row = Row::new();
    row.insert("source".to_owned(), json!(source));
    row.insert("token".to_owned(), json!(token));
    row.insert("expires_at".to_owned(), json!(who.and_then(|who| who.expires_at).map(|end| end.to_string())));
    row.insert("issuer".to_owned(), json!(who.and_then(|who| who.issuer.clone())));
    row.insert("subject".to_owned(), json!(who.and_then(|who| who.subject.clone())));
    row.insert("groups".to_owned(), json!(who.map(|who| who.groups.clone())));
    row
}

/// The token in use, got now if need be.
async fn in_use(context: &Context) -> Result<(String, crate::oauth::Access)> {
    let Found { from, source, .. } = context.paas_token().await?;
    match source.access(None).await? {
        Some(access) => Ok((from, access)),
        None => Err(CliError::new(Exit::Login, format!("{from} gives no token")).into()),
    }
}

pub(super) async fn whoami(context: &Context) -> Result<()> {
    let (from, access) = in_use(context).await?;
    let who = PaasIdentity::of(&access);
    if who.subject.is_none() {
        context.printer.note("the token says nothing about itself; its server knows whose it is");
    }
    Ok(context.printer.show(&STATUS, row(&from, "good", Some(&who)))?)
}

pub(super) async fn token(context: &Context) -> Result<()> {
    may_show_token(context)?;
    let (_, access) = in_use(context).await?;
    Ok(context.printer.text(access.value.expose())?)
}

/// Who has just logged in.
#[cfg(feature = "oauth")]
pub(super) fn shown(context: &Context, from: &str, who: &PaasIdentity) -> Result<()> {
    Ok(context.printer.show(&STATUS, row(from, "good", Some(who)))?)
}

/// What would be used, without asking an issuer.
pub(super) async fn status(context: &Context) -> Result<()> {
    let Some(found) = context.paas_found().await? else {
        context.printer.show(&STATUS, row("", "none", None))?;
        let error = CliError::new(Exit::Login, "there is no token in use");
        return Err(error.next("orchest auth login paas").into());
    };
    let (word, access) = match &found.state {
        FoundState::Given(access) => ("given", Some(access)),
        #[cfg(feature = "oauth")]
        FoundState::Kept(Some(access)) => ("kept", Some(access)),
        #[cfg(feature = "oauth")]
        FoundState::Kept(None) => ("to be renewed", None),
        FoundState::Agent => ("on request", None),
    };
    let who = access.map(PaasIdentity::of);
    Ok(context.printer.show(&STATUS, row(&found.from, word, who.as_ref()))?)
}

/// Beside the status of Keystone, where there is a PaaS orchestrator in the settings. What it costs to know more, its own
/// status pays.
pub(super) fn remark(context: &Context) {
    if context.settings.get("paas.issuer").is_some() || context.settings.get("paas.url").is_some() {
        context.printer.note("the login for the PaaS orchestrator: orchest auth status paas");
    }
}

#[cfg(not(feature = "oauth"))]
#[expect(clippy::unused_async, reason = "as in a build that can log in")]
pub(super) async fn login(_: &Context, how: &LoginArgs) -> Result<()> {
    let LoginArgs { store: _, device: _, no_browser: _, callback_port: _ } = how;
    Err(without("log in"))
}

#[cfg(not(feature = "oauth"))]
#[expect(clippy::unused_async, reason = "as in a build that can log in")]
pub(super) async fn logout(_: &Context) -> Result<()> {
    Err(without("log out"))
}

/// There are no logins at issuers.
#[cfg(not(feature = "oauth"))]
#[expect(clippy::unused_async, reason = "as in a build that can log in")]
pub(super) async fn logout_all(_: &Context) -> Result<()> {
    Ok(())
}

#[cfg(not(feature = "oauth"))]
fn without(what: &str) -> anyhow::Error {
    let error = CliError::usage(format!("this program was built without what it takes to {what} at an issuer"));
    error.next("give a token (ORCHEST_PAAS_TOKEN) or use oidc-agent; or build it with the feature oauth").into()
}

#[cfg(feature = "oauth")]
pub(super) use super::issuer::login;
#[cfg(feature = "oauth")]
pub(super) use super::logout::{logout, logout_all};
