//! The subservice that a trust is about, as the token that the login gets for it describes it.

use anyhow::Result;

use crate::api::keystone::auth::{Identity, Token};
use crate::api::keystone::names::project_name;
use crate::api::keystone::{Keystone, Kind, Scope};

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::super::names::check_any;

/// The scope of the subservice that `-S` names, if it names one.
pub(super) fn subservice_scope(context: &Context) -> Result<Option<Scope>> {
    let Some(name) = context.settings.text("subservice")? else { return Ok(None) };
    let Some(domain) = context.service_name() else {
        return Err(CliError::usage("which service?").next("name it with -s NAME").into());
    };
    check_any(Kind::Project, &name)?;
    check_any(Kind::Domain, &domain)?;
    let plain = Scope::Project { name: name.clone(), domain: domain.clone() };
    // Projects that the platform did not make have no slash in front. Only who logs in to one so can mean it.
    if name.starts_with("id:") || *context.keystone()?.login().scope() == plain {
        return Ok(Some(plain));
    }
    Ok(Some(Scope::Project { name: project_name(&name), domain }))
}

/// Our login for that subservice, and what the server says of it at this moment.
pub(super) async fn on_subservice(context: &Context, scope: Scope) -> Result<(Keystone, Token)> {
    let keystone = context.keystone_for(scope.clone())?;
    let token = keystone.login().confirmed(|token| is_for(token, &scope)).await?;
    if is_for(&token, &scope) {
        return Ok((keystone, token));
    }
    let error = match keystone.login().identity() {
        Identity::Token(_) => CliError::new(Exit::Forbidden, format!("the token that was given is not for {scope}"))
            .next("give one for it, or a user and a password"),
        Identity::Password { .. } => {
            let name = token.text("project", "/name");
            CliError::new(Exit::NotFound, format!("there is no {scope}"))
                .cause(format!("the server takes {name} for it"))
        }
    };
    Err(error.into())
}

fn is_for(token: &Token, scope: &Scope) -> bool {
    let is = |pointer: &str, name: &str| match name.strip_prefix("id:") {
        Some(id) => token.text("project", &format!("{pointer}/id")) == id,
        None => token.text("project", &format!("{pointer}/name")) == name,
    };
    match scope {
        Scope::Project { name, domain } => is("", name) && is("/domain", domain),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::base::Secret;

    use super::*;

    #[test]
    fn a_token_is_compared_with_the_place_that_was_named() {
        let project = json!({"id": "p1", "name": "/energy",
            "domain": {"id": "0123456789abcdef0123456789abcdef", "name": "smartcity"}});
        let about = [("project".to_owned(), project)].into_iter().collect();
        let token = Token { value: Secret::new("token-of-a-test"), expires_at: jiff::Timestamp::MAX, about };
        let is = |name: &str, domain: &str| {
            is_for(&token, &Scope::Project { name: name.to_owned(), domain: domain.to_owned() })
        };
        assert!(is("/energy", "smartcity") && is("id:p1", "smartcity"));
        assert!(is("/energy", "id:0123456789abcdef0123456789abcdef"));
        assert!(!is("/water", "smartcity") && !is("/energy", "oldcity") && !is("id:p2", "smartcity"));
        assert!(!is_for(&token, &Scope::System));
    }
}
