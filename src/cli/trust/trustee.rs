//! Looking the trustee up, which takes a right that the trustor may not have.

use anyhow::Result;

use crate::api::keystone::auth::Token;
use crate::api::keystone::names::only;
use crate::api::keystone::{Entity, Keystone, Kind};
use crate::base::text::shell_word;
use crate::http::Error;

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::super::names::check_any;
use super::asker::has_scope;
use super::create::CreateArgs;

/// An id and, where it was found by it, a name.
pub(super) struct Trustee {
    pub(super) id: String,
    pub(super) name: String,
}

pub(super) async fn find(
    context: &Context,
    args: &CreateArgs,
    on_subservice: &Keystone,
    token: &Token,
) -> Result<Trustee> {
    if let Some(id) = args.trustee.strip_prefix("id:") {
        return Ok(Trustee { id: id.to_owned(), name: String::new() });
    }
    // The scope of the settings is for looking around; without one there is the token that we have anyway.
    let keystone = if has_scope(context)? { context.keystone()? } else { on_subservice };
    let place = args.trustee_domain.as_deref().unwrap_or_else(|| token.text("project", "/domain/name"));
    let found = match domain(keystone, args, token).await {
        Ok(Some(domain)) => keystone.exact(Kind::User, Some(&domain), &args.trustee).await,
        Ok(None) => {
            let message = format!("service '{place}' does not exist, or this login may not see it");
            return Err(CliError::new(Exit::NotFound, message).next(by_id(args, place)).into());
        }
        Err(error) => Err(error),
    };
    match found.map_err(|error| not_allowed(error, keystone, args, place))? {
        none if none.is_empty() => {
            let message = format!("user '{}' does not exist in service '{place}'", args.trustee);
            let next = format!("orchest user list -s {}", shell_word(place));
            Err(CliError::new(Exit::NotFound, message).next(next).into())
        }
        found => {
            let Entity { id, name, .. } = only("user", &args.trustee, place, found)?;
            Ok(Trustee { id, name })
        }
    }
}

/// The id of the domain that the trustee lives in. That of the subservice and our own are in the token.
async fn domain(keystone: &Keystone, args: &CreateArgs, token: &Token) -> Result<Option<String>, Error> {
    let Some(name) = &args.trustee_domain else { return Ok(Some(token.text("project", "/domain/id").to_owned())) };
    if let Some(id) = name.strip_prefix("id:") {
        return Ok(Some(id.to_owned()));
    }
    for key in ["project", "user"] {
        if token.text(key, "/domain/name") == name {
            return Ok(Some(token.text(key, "/domain/id").to_owned()));
        }
    }
    Ok(keystone.exact(Kind::Domain, None, name).await?.into_iter().next().map(|domain| domain.id))
}

fn not_allowed(error: Error, keystone: &Keystone, args: &CreateArgs, place: &str) -> anyhow::Error {
    // A login for that scope which is refused from the beginning; one that was good is another matter.
    let no_scope = matches!(error, Error::Login { .. }) && keystone.login().known().is_none();
    if error.status() != Some(403) && !no_scope {
        return error.into();
    }
    CliError::new(Exit::Forbidden, format!("this login may not look up users of service '{place}'"))
        .cause(error.to_string())
        .next(by_id(args, place))
        .into()
}

fn by_id(args: &CreateArgs, place: &str) -> String {
    let (name, place) = (shell_word(&args.trustee), shell_word(place));
    format!(
        "name it by its id, --trustee id:HEX; its administrator sees that with: orchest user show {name} -s {place}"
    )
}

/// What can be said about the names before anything is sent.
pub(super) fn check(args: &CreateArgs) -> Result<(), CliError> {
    check_any(Kind::User, &args.trustee)?;
    args.trustee_domain.iter().try_for_each(|name| check_any(Kind::Domain, name))
}
