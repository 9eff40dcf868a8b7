//! `orchest paas ssh-key set`, and what `ssh-key generate` has in common with it. A key that is there has to be removed before
//! another can be set; it is kept until then, and put back if the other is not taken.

use std::path::Path;

use anyhow::Result;

use crate::api::paas::users::{KeySet, User};
use crate::api::paas::{Feature, Paas};

use super::super::super::context::Context;
use super::super::super::error::{CliError, Exit};
use super::super::super::input_file;
use super::super::who;
use super::{KEY, OfOwner, key, row};

pub(super) async fn set(context: &Context, of: &OfOwner, file: &Path) -> Result<()> {
    let text = input_file::read(context, file, "a public key")?;
    let wanted = key::read(&text, &input_file::named(file))?;
    let paas = who::keeper(context, Feature::SshKeys).await?;
    let (user, other) = who::one(&paas, of.word()).await?;
    if is_set(&user, &wanted) {
        return already_so(context, &user, &wanted);
    }
    if !agreed(context, of, &user, other)? {
        return Ok(());
    }
    put(context, &paas, &user, &wanted).await
}

/// Whether the user has this very key.
pub(super) fn is_set(user: &User, wanted: &str) -> bool {
    user.public_key.as_ref().is_some_and(|there| key::same(there, wanted))
}

pub(super) fn already_so(context: &Context, user: &User, wanted: &str) -> Result<()> {
    context.printer.note("already so");
    Ok(context.printer.show(&KEY, row(user, wanted))?)
}

/// Whether it is to be done: asked where a key goes; of somebody else's key that one has to be named.
pub(super) fn agreed(context: &Context, of: &OfOwner, user: &User, other: bool) -> Result<bool> {
    let verb = if user.public_key.is_some() { "replace" } else { "set" };
    of.check(context, user, other, &format!("{verb} it"))?;
    let what = format!("{verb} the SSH key of {}", who::called(user));
    if context.would(&what) {
        return Ok(false);
    }
    if user.public_key.is_some() {
        context.confirm(&what)?;
    } else {
        context.confirm_if_protected(&what)?;
    }
    Ok(true)
}

pub(super) async fn put(context: &Context, paas: &Paas, user: &User, wanted: &str) -> Result<()> {
    if user.public_key.is_some() {
        paas.remove_key(&user.id).await?;
    }
    let result = match paas.set_key(&user.id, wanted).await {
        // The first of two tries has arrived, or somebody else was faster.
        Ok(KeySet::Taken) => is_there(paas, user, wanted).await,
        Ok(KeySet::Done) => Ok(()),
        Ok(KeySet::NoUser) => {
            let message = format!("user {} was there a moment ago, and is not any more", who::called(user));
            return Err(CliError::new(Exit::NotFound, message).into());
        }
        Err(error) => Err(error.into()),
    };
    if let Err(error) = result {
        if let Some(old) = &user.public_key {
            restore(context, paas, user, old).await;
        }
        return Err(error);
    }
    context.printer.note(&format!("user {}: the SSH key is set", who::called(user)));
    Ok(context.printer.show(&KEY, row(user, wanted))?)
}

async fn is_there(paas: &Paas, user: &User, wanted: &str) -> Result<()> {
    let now = paas.user(&user.id).await?.and_then(|user| user.public_key);
    if now.is_some_and(|now| key::same(&now, wanted)) {
        return Ok(());
    }
    let message = format!("somebody else has set another SSH key of user {} meanwhile", who::called(user));
    Err(CliError::new(Exit::Conflict, message).next("orchest paas ssh-key show, then decide").into())
}

/// Puts the old key back; if that fails too, it is shown, since it is nowhere else.
async fn restore(context: &Context, paas: &Paas, user: &User, old: &str) {
    match paas.set_key(&user.id, old.trim()).await {
        Ok(KeySet::Done) => context.printer.note("the SSH key that was there before is there again"),
        Ok(KeySet::Taken) => {}
        Ok(KeySet::NoUser) | Err(_) => {
            context.printer.warn(&format!("the SSH key that was there before could not be put back: {}", old.trim()));
        }
    }
}
