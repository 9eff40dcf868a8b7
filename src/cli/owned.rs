//! What belongs to somebody else is touched only by whoever says whose it is: servers of one kind do not ask, and an
//! administrator of the other may do everything. `--yes` answers questions about what is one's own.

use anyhow::Result;
use clap::Args;

use crate::api::paas::{Deployment, Dialect, Paas};
use crate::base::text::{safe, shell_word};
use crate::oauth::jwt;

use super::context::{Context, bare};
use super::error::{CliError, Exit};

#[derive(Args, Debug, Clone, Default)]
pub(crate) struct OwnedArgs {
    /// Of whom it is, where it is not yours
    #[arg(long, value_name = "WHO")]
    owned_by: Option<String>,
}

impl OwnedArgs {
    /// Goes on with a deployment that is one's own, or whose owner is named. `verb`: `delete it`.
    pub(crate) async fn check(
        &self,
        context: &Context,
        paas: &Paas,
        deployment: &Deployment,
        verb: &str,
    ) -> Result<()> {
        let Some(owner) = other_owner(paas, deployment).await? else { return Ok(()) };
        self.insist(context, &format!("deployment {}", safe(&deployment.id)), &owner, verb)
    }

    /// Goes on with what is somebody else's where the line names the owner, or a person types the name now.
    pub(crate) fn insist(&self, context: &Context, what: &str, owner: &str, verb: &str) -> Result<()> {
        if self.owned_by.as_deref() == Some(owner) {
            return Ok(());
        }
        let message = format!("{what} is not yours but {}'s", safe(owner));
        if self.owned_by.is_none() && context.prompter.is_allowed() && !context.dry_run() {
            let what = format!("{message}; {verb} all the same");
            if context.prompter.type_name(&what, owner, "--owned-by")? {
                return Ok(());
            }
        }
        let next = format!("add --owned-by {} if you mean it", shell_word(owner));
        Err(CliError::new(Exit::Conflict, format!("{message}; nothing was done")).next(next).into())
    }
}

/// Whose it is, where it is somebody else's.
async fn other_owner(paas: &Paas, deployment: &Deployment) -> Result<Option<String>> {
    let is_own = match paas.dialect() {
        Dialect::V1 => {
            let me = paas.me().await?.map(|user| user.id);
            me.is_some_and(|me| deployment.owners.contains(&me) || deployment.created_by.as_ref() == Some(&me))
        }
        // The token says who one is; where it does not, the server has to know.
        Dialect::Indigo => match (&deployment.created_by, me(paas).await?) {
            (Some(by), Some((subject, issuer))) => is_same(by, &subject, &issuer),
            _ => true,
        },
    };
    let owner = deployment.owners.first().or(deployment.created_by.as_ref());
    Ok((!is_own).then(|| owner.map_or_else(|| "somebody".to_owned(), String::clone)))
}

/// Subject and issuer of the login in use, where its token tells them.
pub(crate) async fn me(paas: &Paas) -> Result<Option<(String, String)>> {
    let Some(login) = paas.login() else { return Ok(None) };
    let token = bare(&login.credential().await?.value);
    let claims = jwt::read(token.expose()).unwrap_or_default();
    Ok(claims.subject.zip(claims.issuer))
}

/// `SUBJECT@ISSUER`, or the subject alone where a server does not tell more. Issuers end in `/` or not, as it comes.
fn is_same(by: &str, subject: &str, issuer: &str) -> bool {
    let plain = |text: &str| text.trim_end_matches('/').to_owned();
    by == subject || plain(by) == plain(&format!("{subject}@{issuer}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_the_same_at_one_issuer_only() {
        for by in ["s", "s@https://iam/", "s@https://iam"] {
            assert!(is_same(by, "s", "https://iam/") && is_same(by, "s", "https://iam"), "{by}");
        }
        for by in ["t", "s@https://other/", "t@https://iam/", "@https://iam/", ""] {
            assert!(!is_same(by, "s", "https://iam/"), "{by}");
        }
    }
}
