//! Tokens from oidc-agent.

use std::rc::Rc;

use anyhow::Result;

use crate::base::text::safe;
use crate::oauth::agent::{Agent, FromAgent, Of, Socket};

use super::super::super::error::{CliError, Exit};
use super::super::super::login::chain;
use super::{Context, Found, FoundState};

/// In sentences.
pub(super) fn in_agent(account: &str) -> String {
    format!("oidc-agent, account {}", safe(account))
}

impl Context {
    /// oidc-agent, where it is and has an account for us.
    pub(super) async fn paas_agent(&self) -> Result<Option<Found>> {
        let account = self.settings.text("paas.oidc_account")?;
        let variable = |name: &str| self.inputs.variable(name);
        let Some(socket) = Socket::locate(variable, rustix::process::geteuid().as_raw()) else {
            let Some(account) = account else { return Ok(None) };
            let message = format!("there is no oidc-agent to ask for account '{}'", safe(&account));
            let next = "start it (eval $(oidc-agent)), or set OIDC_SOCK to its socket";
            return Err(CliError::new(Exit::Login, message).next(next).into());
        };
        if !socket.is_local() && !self.settings.boolean("allow_http")? {
            let message = format!("the oidc-agent at {socket} would send the token unencrypted over the network");
            return Err(CliError::usage(message).next("say --allow-http if that network is yours").into());
        }
        let printer = self.printer.clone();
        let agent = Agent::new(socket, Rc::new(move |text: &str| printer.note(text)));
        let of = match account {
            Some(account) => Of::Account(account),
            None => match self.only_account(&agent).await? {
                Some(of) => of,
                None => return Ok(None),
            },
        };
        let from = match &of {
            Of::Account(name) => in_agent(name),
            Of::Issuer(name) => format!("oidc-agent, issuer {}", safe(name)),
        };
        let source = Box::new(FromAgent::new(agent, of, self.clock.clone()));
        Ok(Some(Found { from, state: FoundState::Agent, source }))
    }

    /// The one account that is loaded; of several, that of the issuer in the settings.
    async fn only_account(&self, agent: &Agent) -> Result<Option<Of>> {
        let accounts = match agent.accounts().await {
            Ok(accounts) => accounts,
            Err(error) => {
                // Nobody has asked for it by name.
                self.printer.warn(&chain(&error));
                return Ok(None);
            }
        };
        match accounts.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(Of::Account(only.clone()))),
            several => match self.settings.text("paas.issuer")? {
                Some(issuer) => Ok(Some(Of::Issuer(issuer))),
                None => {
                    let message = format!("oidc-agent at {} has several accounts loaded", agent.socket());
                    let error = CliError::new(Exit::Login, message).cause(safe(&several.join(", ")));
                    Err(error.next("choose one: orchest config set paas.oidc_account NAME").into())
                }
            },
        }
    }
}
