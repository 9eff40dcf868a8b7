//! `orchest platform ldap`: the users and groups of the platform's directory, and whether a password is right.

mod verbs;

#[cfg(feature = "ldap")]
mod auth;
#[cfg(feature = "ldap")]
mod create;
#[cfg(feature = "ldap")]
mod delete;
#[cfg(feature = "ldap")]
mod desk;
#[cfg(feature = "ldap")]
mod group;
#[cfg(feature = "ldap")]
mod rows;
#[cfg(feature = "ldap")]
mod user;

use anyhow::Result;

pub(crate) use verbs::LdapVerb;

use super::super::context::Context;

#[cfg(feature = "ldap")]
pub(super) async fn run(context: &Context, verb: &LdapVerb) -> Result<()> {
    match verb {
        LdapVerb::User(verb) => user::run(context, verb).await,
        LdapVerb::Group(verb) => group::run(context, verb).await,
        LdapVerb::Auth { name } => auth::run(context, name).await,
    }
}

/// Asks before a change where the context is protected.
#[cfg(feature = "ldap")]
fn guard(context: &Context, what: &str) -> Result<()> {
    let (_, address) = desk::place(context)?;
    context.confirm_if_protected_at(what, &address.shown())
}

#[cfg(not(feature = "ldap"))]
#[expect(clippy::unused_async, reason = "the other build talks to a server here")]
pub(super) async fn run(_context: &Context, _verb: &LdapVerb) -> Result<()> {
    use super::super::error::{CliError, Exit};
    Err(CliError::new(Exit::Unsupported, "this build of orchest has no LDAP")
        .next("cargo install orchester --features ldap")
        .into())
}
