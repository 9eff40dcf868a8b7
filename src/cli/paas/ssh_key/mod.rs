//! `orchest paas ssh-key`: the public keys that an orchestrator puts on the machines of its users.

mod generate;
mod key;
mod keygen;
mod set;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use crate::api::paas::Feature;
use crate::api::paas::users::User;
use crate::base::text::{safe, shell_word};
use crate::output::{Column, View};

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::super::owned::OwnedArgs;
use super::super::present::Row;
use super::who;

#[derive(Subcommand, Debug)]
pub(crate) enum SshKeyVerb {
    /// Show the public key of a user; left out, your own
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest paas ssh-key show\n  orchest paas ssh-key show bob -o value --columns key"
    )]
    Show {
        #[command(flatten)]
        of: OfUser,
    },
    /// Make a pair of keys on this machine, and give the public one to the orchestrator
    #[command(after_help = "Examples:\n  orchest paas ssh-key generate --key-file ~/.ssh/paas\n  \
        orchest paas ssh-key generate --key-file ~/.ssh/paas --kind rsa --yes\n\n\
        The private key never leaves this machine: it is in FILE, the public one in FILE.pub. It has no passphrase; \
        ssh-keygen -p -f FILE gives it one.")]
    Generate {
        #[command(flatten)]
        of: OfOwner,
        /// Where to write the private key; the file must not be there yet, unless this very line has made it
        #[arg(long = "key-file", value_name = "FILE")]
        file: PathBuf,
        /// Kind of key
        #[arg(long, value_enum, default_value_t = KeyKind::Ed25519)]
        kind: KeyKind,
    },
    /// Give a public key to the orchestrator, in place of one that is there
    #[command(after_help = "Examples:\n  orchest paas ssh-key set --key-file ~/.ssh/id_ed25519.pub\n  \
        orchest paas ssh-key set bob --key-file bob.pub --owned-by 7f0c6a1e-8e27-4c45-a7ae-0242ac110002")]
    Set {
        #[command(flatten)]
        of: OfOwner,
        /// File with the public key, such as `~/.ssh/id_ed25519.pub`; `-` is standard input
        #[arg(long = "key-file", value_name = "FILE")]
        file: PathBuf,
    },
    /// Take the public key of a user away from the orchestrator; left out, your own
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  orchest paas ssh-key delete --yes\n  orchest paas ssh-key delete bob --yes --owned-by 7f0c6a1e-8e27-4c45-a7ae-0242ac110002"
    )]
    Delete {
        #[command(flatten)]
        of: OfOwner,
    },
}

/// Whose key.
#[derive(Args, Debug)]
pub(crate) struct OfUser {
    /// Id, user name, e-mail, subject, or `me`
    #[arg(value_name = "USER")]
    who: Option<String>,
}

/// Whose key is changed.
#[derive(Args, Debug)]
pub(crate) struct OfOwner {
    #[command(flatten)]
    of: OfUser,
    #[command(flatten)]
    owned: OwnedArgs,
}

impl OfOwner {
    fn word(&self) -> Option<&str> {
        self.of.who.as_deref()
    }

    /// An orchestrator lets everybody change everybody's key, so whose it is has to be said.
    fn check(&self, context: &Context, user: &User, other: bool, verb: &str) -> Result<()> {
        if !other {
            return Ok(());
        }
        self.owned.insist(context, &format!("the SSH key of {}", who::called(user)), &user.id, verb)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyKind {
    /// The usual one
    Ed25519,
    /// For machines that know no other
    Rsa,
    /// Of the NIST curves
    Ecdsa,
}

pub(crate) const KEY: View = View {
    columns: &[
        Column { title: "USER", key: "user", wide: false },
        Column { title: "TYPE", key: "type", wide: false },
        Column { title: "COMMENT", key: "comment", wide: false },
        Column { title: "KEY", key: "key", wide: false },
        Column { title: "USER ID", key: "user_id", wide: true },
    ],
    name: "key",
};

fn row(user: &User, key: &str) -> Row {
    let mut words = key.split_whitespace();
    let kind = words.next();
    let comment: Vec<&str> = words.skip(1).collect();
    let members = [
        ("user", json!(user.username.as_ref().or(user.name.as_ref()))),
        ("user_id", json!(user.id)),
        ("type", json!(kind)),
        ("comment", json!(comment.join(" "))),
        ("key", json!(key.trim())),
    ];
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

pub(super) async fn run(context: &Context, verb: &SshKeyVerb) -> Result<()> {
    let word = match verb {
        SshKeyVerb::Show { of } => of.who.as_deref(),
        SshKeyVerb::Generate { of, .. } | SshKeyVerb::Set { of, .. } | SshKeyVerb::Delete { of } => of.word(),
    };
    word.map_or(Ok(()), who::check)?;
    match verb {
        SshKeyVerb::Show { .. } => show(context, word).await,
        SshKeyVerb::Generate { of, file, kind } => generate::run(context, of, file, *kind).await,
        SshKeyVerb::Set { of, file } => set::set(context, of, file).await,
        SshKeyVerb::Delete { of } => delete(context, of).await,
    }
}

async fn show(context: &Context, word: Option<&str>) -> Result<()> {
    let paas = who::keeper(context, Feature::SshKeys).await?;
    let user = match word.filter(|word| *word != who::ME) {
        None => who::me(&paas).await?,
        Some(word) => who::only(word, who::matching(&paas, word).await?)?,
    };
    match &user.public_key {
        Some(key) => Ok(context.printer.show(&KEY, row(&user, key))?),
        None => {
            let place = word.map(|word| format!(" {}", shell_word(word))).unwrap_or_default();
            Err(CliError::new(Exit::NotFound, format!("user {} has no SSH key there", who::called(&user)))
                .next(format!(
                    "orchest paas ssh-key set{place} --key-file FILE.pub, or generate{place} --key-file FILE"
                ))
                .into())
        }
    }
}

async fn delete(context: &Context, of: &OfOwner) -> Result<()> {
    let word = of.word();
    if word.is_none() {
        context.refuse_where_known(Feature::SshKeys)?;
        context.confirm("take your SSH key away")?;
    }
    let paas = who::keeper(context, Feature::SshKeys).await?;
    let (user, other) = who::one(&paas, word).await?;
    if user.public_key.is_none() {
        context.printer.note(&format!("user {}: absent (no SSH key)", who::called(&user)));
        return Ok(());
    }
    of.check(context, &user, other, "take it away")?;
    let what = format!("take the SSH key of {} away", who::called(&user));
    if context.would(&what) {
        return Ok(());
    }
    if word.is_some() {
        context.confirm(&what)?;
    }
    if !paas.remove_key(&user.id).await? {
        let message = format!("user {} was there a moment ago, and is not any more", safe(&user.id));
        return Err(CliError::new(Exit::NotFound, message).into());
    }
    context.printer.note(&format!("user {}: deleted the SSH key", who::called(&user)));
    Ok(())
}
