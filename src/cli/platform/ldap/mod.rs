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
    Err(without().into())
}

#[cfg(not(feature = "ldap"))]
fn without() -> super::super::error::CliError {
    use super::super::error::{CliError, Exit};
    CliError::new(Exit::Unsupported, "this build of orchest has no LDAP").next("cargo install --path . --features ldap")
}

#[cfg(all(test, not(feature = "ldap")))]
mod tests {
    use super::super::super::error::classify;

    #[test]
    fn a_build_without_it_says_how_to_get_one_with_it() {
        let verdict = classify(&super::without().into());
        assert_eq!((verdict.exit.code(), verdict.report.kind), (1, "unsupported"));
        assert!(verdict.report.next.is_some_and(|next| next.contains("--features ldap")));
    }
}
