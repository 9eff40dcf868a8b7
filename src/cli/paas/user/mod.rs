//! `orchest paas user`: who an orchestrator knows.

mod delete;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::api::paas::users::User;
use crate::api::paas::{Error, Feature};
use crate::base::text::safe;
use crate::http;
use crate::output::{Column, View};

use super::super::args::ItemArgs;
use super::super::context::{Backend, Context};
use super::super::error::{CliError, Exit};
use super::super::present::Row;
use super::super::seen;
use super::who;

#[derive(Subcommand, Debug)]
pub(crate) enum UserVerb {
    /// List the users of the orchestrator
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest paas user list\n  orchest paas user list --filter issuer~example -o csv"
    )]
    List,
    /// Show a user; left out, yourself
    #[command(alias = "get", after_help = "Examples:\n  orchest paas user show\n  orchest paas user show bob")]
    Show {
        /// Id, user name, e-mail, subject, or `me`
        #[arg(value_name = "USER")]
        who: Option<String>,
    },
    /// Become a user of the orchestrator: with your name and e-mail as your issuer tells them
    #[command(
        visible_alias = "register",
        after_help = "Examples:\n  orchest paas user add\n  orchest paas user add --token-file alice.token"
    )]
    Add,
    /// Delete users that have no deployments and no templates
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  orchest paas user delete bob@example.org --yes\n  \
        orchest paas user delete --from left.txt --yes"
    )]
    Delete {
        #[command(flatten)]
        items: ItemArgs,
        /// End with 3 when one is not there
        #[arg(long)]
        fail_if_missing: bool,
    },
    /// Say why nobody's picture, name or e-mail can be changed here
    #[command(
        alias = "set",
        alias = "profile",
        after_help = "Examples:\n  orchest paas user update --email ann@example.org\n  \
        orchest paas user update --picture me.png\n\n\
        No orchestrator offers it: all of this follows the account at the issuer."
    )]
    Update(ProfileArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ProfileArgs {
    /// Id, user name, e-mail, subject, or `me`
    #[arg(value_name = "USER")]
    _who: Option<String>,
    /// New name
    #[arg(long = "name", value_name = "NAME")]
    _name: Option<String>,
    /// New e-mail
    #[arg(long = "email", value_name = "ADDRESS")]
    _email: Option<String>,
    /// New picture
    #[arg(long = "picture", value_name = "FILE")]
    _picture: Option<PathBuf>,
}

pub(crate) const USER: View = View {
    columns: &[
        Column { title: "USERNAME", key: "username", wide: false },
        Column { title: "NAME", key: "name", wide: false },
        Column { title: "EMAIL", key: "email", wide: false },
        Column { title: "SSH KEY", key: "ssh_key", wide: false },
        Column { title: "ADDED", key: "created_at", wide: true },
        Column { title: "ISSUER", key: "issuer", wide: true },
        Column { title: "SUBJECT", key: "subject", wide: true },
        Column { title: "ID", key: "id", wide: false },
    ],
    name: "username",
};

fn row(user: &User) -> Row {
    let members = [
        ("id", json!(user.id)),
        ("username", json!(user.username)),
        ("name", json!(user.name)),
        ("email", json!(user.email)),
        ("ssh_key", json!(user.public_key.as_ref().and_then(|key| key.split_whitespace().next()))),
        ("issuer", json!(user.issuer)),
        ("subject", json!(user.subject)),
        ("created_at", json!(user.created_at.as_ref().map(crate::api::paas::model::Time::shown))),
        ("public_ssh_key", json!(user.public_key)),
    ];
    let row: Row = members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    row.into_iter().chain(user.rest.clone()).collect()
}

pub(super) async fn run(context: &Context, verb: &UserVerb) -> Result<()> {
    match verb {
        UserVerb::List => list(context).await,
        UserVerb::Show { who } => show(context, who.as_deref()).await,
        UserVerb::Add => add(context).await,
        UserVerb::Delete { items, fail_if_missing } => delete::run(context, items, *fail_if_missing).await,
        UserVerb::Update(_) => Ok(Feature::Profile.refuse(context.dialect().await?)?),
    }
}

async fn list(context: &Context) -> Result<()> {
    let users = who::keeper(context, Feature::Users).await?.users().await?;
    let names = users.iter().filter_map(|user| user.username.as_ref());
    context.saw((Backend::Paas, None), seen::PAAS_USER, names, true);
    let mut writer = context.printer.stream(&USER).in_order().when_empty("no users");
    writer.push_all(users.iter().map(row).collect::<Vec<_>>())?;
    Ok(writer.finish()?)
}

async fn show(context: &Context, word: Option<&str>) -> Result<()> {
    word.map_or(Ok(()), who::check)?;
    let paas = who::keeper(context, Feature::Users).await?;
    let user = match word.filter(|word| *word != who::ME) {
        None => who::me(&paas).await?,
        Some(word) => who::only(word, who::matching(&paas, word).await?)?,
    };
    Ok(context.printer.show(&USER, row(&user))?)
}

async fn add(context: &Context) -> Result<()> {
    let paas = who::keeper(context, Feature::AddUser).await?;
    if context.dry_run() {
        // Whether there is one already, a reading tells.
        if let Some(user) = paas.me().await? {
            context.printer.note(&format!("already so (user {})", safe(&user.id)));
        } else {
            context.would("make a user of this login");
        }
        return Ok(());
    }
    let is_new = paas.register().await.map_err(|error| match error {
        Error::Wire(http::Error::Status(status)) if status.status == 500 => anyhow::Error::new(
            CliError::new(Exit::Failed, "the orchestrator could not make a user of this login")
                .cause("it needs a name, a user name and an e-mail of the issuer, which this token may not open")
                .next("log in with the scopes profile and email (paas.scopes): orchest auth login paas"),
        ),
        error => error.into(),
    })?;
    let user = who::me(&paas).await?;
    context.saw((Backend::Paas, None), seen::PAAS_USER, user.username.as_ref(), false);
    context.printer.note(&format!("{} (user {})", if is_new { "added" } else { "already so" }, safe(&user.id)));
    Ok(context.printer.show(&USER, row(&user))?)
}
