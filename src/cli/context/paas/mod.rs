//! Which token the PaaS orchestrator gets, and where it comes from.
//!
//! Given on the command line, or in a variable; from a file or a program of the settings; from a login that is kept here; at
//! last from oidc-agent. The first that there is counts, and the others are named with `-v`.

mod agent;
#[cfg(feature = "oauth")]
mod login;
#[cfg(feature = "oauth")]
mod noted;
#[cfg(feature = "oauth")]
mod store;

use std::rc::Rc;

use anyhow::Result;
use jiff::Timestamp;

use crate::api::paas::cannot_reach_issuer;
use crate::base::Secret;
use crate::config::Origin;
use crate::http::Authorize;
use crate::oauth::{Access, Bearer, Given, Source, jwt};
use crate::secrets;

use super::super::error::{CliError, Exit};
use super::tickets::untrusted;
use super::{Backend, Context};

use agent::in_agent;

#[cfg(feature = "oauth")]
pub(crate) use store::{Erased, Kept, OutOfReach, Owner, Place};

/// What it takes to have a token.
const WAYS: &str = "log in with `orchest auth login paas` (add --device where there is no browser), set \
    ORCHEST_PAAS_TOKEN, or name an account of oidc-agent: orchest config set paas.oidc_account NAME";

/// Where the token is from, and how to get it.
pub(crate) struct Found {
    /// For sentences: `the variable ORCHEST_PAAS_TOKEN`.
    pub(crate) from: String,
    pub(crate) state: FoundState,
    pub(crate) source: Box<dyn Source>,
}

/// What is known of it without a request.
pub(crate) enum FoundState {
    /// Somebody gave it.
    Given(Access),
    /// A login is kept here; perhaps with an access token that is still good.
    #[cfg(feature = "oauth")]
    Kept(Option<Access>),
    /// Another program has the login.
    Agent,
}

/// Whose token it is, as far as the token itself says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PaasIdentity {
    pub(crate) issuer: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) groups: Vec<String>,
}

impl PaasIdentity {
    /// Read from the token where it is a JWT, which is not checked: that is the server's business.
    pub(crate) fn of(access: &Access) -> Self {
        let claims = jwt::read(access.value.expose()).unwrap_or_default();
        let end = Some(access.expires_at).filter(|end| *end < Timestamp::MAX);
        Self {
            issuer: claims.issuer,
            subject: claims.subject,
            expires_at: claims.expires_at.or(end),
            groups: claims.groups,
        }
    }
}

impl Context {
    /// What puts a token on the requests to the PaaS orchestrator. Nothing is sent yet, but for a question to oidc-agent
    /// where nobody has named its account.
    pub(crate) async fn paas_authorize(&self) -> Result<Rc<dyn Authorize>> {
        let (endpoint, origin) = self.endpoint(Backend::Paas)?;
        self.refuse_plain(&endpoint, "token")?;
        if origin.is_untrusted() {
            return Err(untrusted(Backend::Paas, &endpoint, &origin).into());
        }
        let found = self.paas_token().await?;
        let bearer = Bearer::new(found.source, endpoint.origin(), self.clock.clone());
        Ok(Rc::new(bearer.unless(cannot_reach_issuer)))
    }

    /// The token in use, and where it is from.
    pub(crate) async fn paas_token(&self) -> Result<Found> {
        let found = self.paas_found().await?;
        found.ok_or_else(|| CliError::new(Exit::Login, "there is no token for the PaaS orchestrator").next(WAYS).into())
    }

    /// The same, where it may be that there is none.
    pub(crate) async fn paas_found(&self) -> Result<Option<Found>> {
        let given = self.paas_given()?;
        let kept = if given.is_none() { self.paas_kept()? } else { None };
        let found = match given.or(kept) {
            Some(found) => Some(found),
            None => self.paas_agent().await?,
        };
        if let Some(found) = &found
            && self.globals.output.verbose > 0
        {
            let others = self.paas_passed_over(&found.from)?;
            let others =
                if others.is_empty() { String::new() } else { format!("; passed over: {}", others.join(", ")) };
            self.printer.note(&format!("token for the PaaS orchestrator: {}{others}", found.from));
        }
        Ok(found)
    }

    /// Every place that names a token, in the order in which they count.
    fn paas_places(&self) -> Result<Vec<String>> {
        let item = |key: &str| self.settings.get(key);
        let is_flag = item("paas.token_file").is_some_and(|item| matches!(item.origin, Origin::Flag(_)));
        let mut places = Vec::new();
        if is_flag {
            places.push("--token-file".to_owned());
        }
        let variables = ["ORCHEST_PAAS_TOKEN", "ORCHENT_TOKEN", "ORCHESTRATOR_TOKEN"];
        places.extend(variables.into_iter().filter(|name| self.inputs.variable(name).is_some()).map(in_variable));
        let mut set = ["paas.token_file", "paas.token_command"];
        // A file and a program are two ways to say the same: the nearer settings count.
        if self.settings.nearer("paas.token_file", "paas.token_command") == "paas.token_command" {
            set.reverse();
        }
        let is_set = |key: &&str| item(key).is_some() && !(is_flag && *key == "paas.token_file");
        places.extend(set.into_iter().filter(is_set).map(str::to_owned));
        let account = self.settings.text("paas.oidc_account")?;
        places.extend(account.map(|account| in_agent(&account)));
        Ok(places)
    }

    fn paas_passed_over(&self, used: &str) -> Result<Vec<String>> {
        let places = self.paas_places()?;
        Ok(places.into_iter().filter(|place| place != used).collect())
    }

    fn paas_given(&self) -> Result<Option<Found>> {
        let Some(from) = self.paas_places()?.into_iter().find(|place| !place.starts_with("oidc-agent")) else {
            return Ok(None);
        };
        let token = match from.as_str() {
            "--token-file" | "paas.token_file" => match self.settings.path("paas.token_file")? {
                Some(path) => secrets::file::read(&path)?,
                None => return Ok(None),
            },
            "paas.token_command" => {
                let words = self.settings.list("paas.token_command")?.unwrap_or_default();
                self.printed_by(&words)?
            }
            _ => match self.settings.env_secret("paas.token") {
                Some((token, _)) => token,
                None => return Ok(None),
            },
        };
        let hint = format!("put a new one there; or {WAYS}");
        let given = Given::new(token, from.clone(), hint, self.clock.clone());
        let state = FoundState::Given(given.check()?);
        Ok(Some(Found { from, state, source: Box::new(given) }))
    }

    /// What a program of the settings prints.
    fn printed_by(&self, words: &[String]) -> Result<Secret> {
        let environment: Vec<(String, String)> = self.inputs.env.clone().into_iter().collect();
        Ok(secrets::command::run(words, &environment, secrets::command::LIMIT)?)
    }

    #[cfg(not(feature = "oauth"))]
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "as in a build that can log in")]
    fn paas_kept(&self) -> Result<Option<Found>> {
        Ok(None)
    }
}

fn in_variable(name: &str) -> String {
    format!("the variable {name}")
}
