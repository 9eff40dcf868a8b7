//! `orchest trust token`: what a trust is for.

use anyhow::Result;

use crate::api::keystone::Scope;
use crate::api::keystone::auth::Identity;
use crate::http::Error;

use super::super::auth::may_show_token;
use super::super::context::Context;
use super::super::error::{CliError, Exit};

pub(super) async fn run(context: &Context, id: &str) -> Result<()> {
    let identity = context.keystone()?.login().identity().clone();
    let Identity::Password { user, domain } = identity else {
        let error =
            CliError::usage("a trust is used with the trustee's password; a token cannot be exchanged for another");
        return Err(error.next("name the trustee with --user and --user-domain, and give no token").into());
    };
    may_show_token(context)?;
    let login = context.login_for(Scope::Trust { id: id.to_owned() })?;
    // One that is kept may have died with its trust.
    let token = login.confirmed(|_| true).await.map_err(|error| refused(error, id, &user, &domain))?;
    Ok(context.printer.text(token.value.expose())?)
}

/// 403 is the one refusal whose reason Keystone tells.
fn refused(error: Error, id: &str, user: &str, domain: &str) -> anyhow::Error {
    if error.status() != Some(403) {
        return error.into();
    }
    CliError::new(Exit::Forbidden, format!("trust {id} gives {user}@{domain} nothing"))
        .cause("its trustee is somebody else, or its trustor is disabled or has lost one of its roles")
        .cause(error.to_string())
        .next(format!("as the trustor: orchest trust show {id}"))
        .into()
}
