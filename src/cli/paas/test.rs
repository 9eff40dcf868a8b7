//! `orchest paas test`: who answers, and as whom one is known there.

use std::rc::Rc;

use anyhow::Result;
use serde_json::json;

use crate::api::door::Door;
use crate::api::paas::about::About;
use crate::api::paas::users::User;
use crate::api::paas::{Dialect, Error, Filter, Paas};
use crate::base::Secret;
use crate::http;
use crate::oauth::{Bearer, Given};
use crate::output::{Column, View};

use super::super::context::{Backend, Context, PaasIdentity};
use super::super::error::{CliError, Exit};
use super::super::present::Row;
use super::info::title;

pub(crate) const TEST: View = View {
    columns: &[
        Column { title: "ADDRESS", key: "address", wide: false },
        Column { title: "DIALECT", key: "dialect", wide: false },
        Column { title: "VERSION", key: "version", wide: false },
        Column { title: "TOKEN", key: "token", wide: false },
        Column { title: "ISSUER", key: "issuer", wide: false },
        Column { title: "SUBJECT", key: "subject", wide: false },
        Column { title: "GROUPS", key: "groups", wide: false },
        Column { title: "USER", key: "user", wide: false },
        Column { title: "USER ID", key: "user_id", wide: false },
    ],
    name: "dialect",
};

/// No issuer ever gave this to anybody.
const NOBODYS: &str = "orchest-asks-whether-strangers-are-let-in";

pub(super) async fn run(context: &Context) -> Result<()> {
    let (dialect, told) = context.paas_told().await?;
    let about = About::of(&context.bare_door(Backend::Paas)?, dialect, &told).await?;
    context.printer.note(&format!("{} speaks {}", context.address_of(Backend::Paas)?, title(dialect)));
    let found = context.paas_token().await?;
    let from = found.from.clone();
    let Some(access) = found.source.access(None).await? else {
        return Err(CliError::new(Exit::Login, format!("{from} gives no token"))
            .next("orchest auth login paas")
            .into());
    };
    let token = PaasIdentity::of(&access);
    let paas = context.paas().await?;
    let user = match dialect {
        Dialect::V1 => known_as(context, &paas).await?,
        Dialect::Indigo => {
            paas.deployments(&Filter { mine: true, newest: Some(1), ..Filter::default() }).await?;
            None
        }
    };
    let members = [
        ("address", json!(context.address_of(Backend::Paas)?)),
        ("dialect", json!(dialect.name())),
        ("version", json!(about.version)),
        ("token", json!(from)),
        ("issuer", json!(user.as_ref().map(|user| user.issuer.clone()).or(token.issuer))),
        ("subject", json!(user.as_ref().map(|user| user.subject.clone()).or(token.subject))),
        ("groups", json!(token.groups)),
        ("user", json!(user.as_ref().and_then(|user| user.username.clone().or_else(|| user.name.clone())))),
        ("user_id", json!(user.as_ref().map(|user| &user.id))),
    ];
    let row: Row = members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    Ok(context.printer.show(&TEST, row)?)
}

/// The caller in the newer dialect's list of users.
async fn known_as(context: &Context, paas: &Paas) -> Result<Option<User>> {
    if lets_in_strangers(context).await? {
        context.printer.warn(
            "this orchestrator lets in whoever brings any token, even one that no issuer gave: everybody who reaches it can \
             see and delete what is there. Its operator has to set up a policy server (OPA)",
        );
    }
    match paas.me().await {
        Ok(Some(user)) => Ok(Some(user)),
        Ok(None) => {
            context.printer.note("the token is good, and the orchestrator has no user for it yet");
            context.printer.hint("orchest paas user add");
            Ok(None)
        }
        // So it answers where it needs to know who asks, and the issuer does not tell.
        Err(Error::Wire(http::Error::Status(status))) if status.status == 500 => {
            let message = "the orchestrator does not find out whose the token is";
            let error = CliError::new(Exit::Login, message).cause(http::Error::Status(status).to_string());
            Err(error
                .next("orchest auth whoami paas shows the token's issuer; orchest auth login paas gets another")
                .into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Asks with a token of nobody. Whatever goes wrong is a no.
async fn lets_in_strangers(context: &Context) -> Result<bool> {
    let bare = context.bare_door(Backend::Paas)?;
    let hint = "this one is nobody's".to_owned();
    let given = Given::new(Secret::new(NOBODYS), "a test".to_owned(), hint, context.clock.clone());
    let bearer = Bearer::new(Box::new(given), bare.endpoint().origin(), context.clock.clone());
    let door = Door::new(context.http(Backend::Paas)?, bare.endpoint().clone(), Some(Rc::new(bearer)));
    Ok(Paas::new(door, Dialect::V1).lets_in().await)
}
