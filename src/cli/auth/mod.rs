//! `orchest auth`: logging in and out, and who one is. Without another word it is about Keystone.

#[cfg(feature = "oauth")]
mod issuer;
mod keystone;
#[cfg(feature = "oauth")]
mod logout;
mod paas;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};

#[cfg(feature = "oauth")]
use crate::connectors::ConnectorKind;

use super::context::{Backend, Context};
use super::error::CliError;
#[cfg(feature = "oauth")]
use super::members::session;

/// Where a secret is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StoreChoice {
    Keyring,
    File,
    None,
}

/// At whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// Keystone, with a password
    #[default]
    Keystone,
    /// The issuer of tokens for the PaaS orchestrator
    Paas,
    /// What `orchest generate github` has kept
    #[cfg(feature = "oauth")]
    #[value(name = "github")]
    GitHub,
    /// What `orchest generate trello` has kept
    #[cfg(feature = "oauth")]
    Trello,
    /// What `orchest generate slack` has kept
    #[cfg(feature = "oauth")]
    Slack,
    /// What `orchest generate g_drive` has kept
    #[cfg(feature = "oauth")]
    #[value(name = "g_drive")]
    GDrive,
}

#[cfg(feature = "oauth")]
impl Target {
    /// The service of which people are members.
    fn connector(self) -> Option<ConnectorKind> {
        match self {
            Self::Keystone | Self::Paas => None,
            Self::GitHub => Some(ConnectorKind::GitHub),
            Self::Trello => Some(ConnectorKind::Trello),
            Self::Slack => Some(ConnectorKind::Slack),
            Self::GDrive => Some(ConnectorKind::GDrive),
        }
    }
}

/// At whom, for verbs that need no more.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct TargetArg {
    /// Whose login
    #[arg(value_enum, value_name = "TARGET", default_value = "keystone", hide_default_value = true)]
    target: Target,
}

/// How to log in at an issuer.
#[derive(Args, Clone, Debug)]
pub(crate) struct LoginArgs {
    /// Where to keep what the next login needs: a password (for keystone, kept nowhere unless asked for) or a refresh token
    /// (for paas, in the keyring unless said otherwise)
    #[arg(long, value_enum)]
    store: Option<StoreChoice>,
    /// For paas: show a short code to type in a browser on any machine
    #[arg(long, conflicts_with_all = ["no_browser", "callback_port"])]
    device: bool,
    /// For paas: open no browser; the address that the login ends at is pasted here
    #[arg(long)]
    no_browser: bool,
    /// For paas: port on 127.0.0.1 that the browser comes back to, where the issuer wants a certain one
    #[arg(long, value_name = "PORT")]
    callback_port: Option<u16>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum AuthVerb {
    /// Log in and keep the token; keep what the next login needs too if asked for
    #[command(after_help = "Examples:\n  orchest auth login --user admin --scope system\n  \
        orchest auth login --user admin --store keyring\n  orchest auth login paas --device\n  \
        orchest auth login paas --no-browser --store file")]
    Login {
        #[command(flatten)]
        target: TargetArg,
        #[command(flatten)]
        how: LoginArgs,
    },
    /// Revoke the token and forget it, with what was stored for the next login
    #[command(after_help = "Examples:\n  orchest auth logout\n  orchest auth logout paas\n  orchest auth logout --all")]
    Logout {
        #[command(flatten)]
        target: TargetArg,
        /// Every token that is kept here, of every server; logins at issuers are revoked there
        ///
        /// Of the logins at issuers this finds that of the settings, those in the file of secrets, those that were noted when
        /// they were put into the keyring, and those of which a token is remembered. A keyring does not tell what it holds.
        /// Where a place cannot be looked at and may hold a login, that is said, and the end is 1.
        #[arg(long)]
        all: bool,
        /// Keep the stored password
        #[arg(long)]
        keep_password: bool,
    },
    /// Show which login would be used, without logging in
    #[command(
        after_help = "Examples:\n  orchest auth status\n  orchest auth status --check\n  orchest auth status paas"
    )]
    Status {
        #[command(flatten)]
        target: TargetArg,
        /// Ask the server whether the token is still good
        #[arg(long)]
        check: bool,
    },
    /// Log in if need be, and show who one is
    #[command(
        after_help = "Examples:\n  orchest auth whoami\n  orchest auth whoami -o json\n  orchest auth whoami paas"
    )]
    Whoami {
        #[command(flatten)]
        target: TargetArg,
    },
    /// Print the token, into a pipe
    #[command(after_help = "Examples:\n  orchest auth token | wc -c\n  \
        orchest auth token paas | wc -c\n  \
        curl -H @<(orchest auth token | sed 's/^/X-Auth-Token: /') http://localhost:5000/v3/projects")]
    Token {
        #[command(flatten)]
        target: TargetArg,
    },
}

impl AuthVerb {
    /// The back end that the login is for.
    pub(crate) fn primary(&self) -> Backend {
        if self.target() == Target::Paas { Backend::Paas } else { Backend::Keystone }
    }

    fn target(&self) -> Target {
        let (Self::Login { target, .. }
        | Self::Logout { target, .. }
        | Self::Status { target, .. }
        | Self::Whoami { target }
        | Self::Token { target }) = self;
        target.target
    }
}

/// The same for services of which people are members.
#[cfg(feature = "oauth")]
async fn of_connector(context: &Context, verb: &AuthVerb, kind: ConnectorKind) -> Result<()> {
    match verb {
        AuthVerb::Login { .. } => {
            let error = CliError::usage(format!("a login at {} has a command of its own", kind.title()));
            Err(error.next(format!("orchest generate {kind}")).into())
        }
        AuthVerb::Logout { .. } => session::logout(context, kind).await,
        AuthVerb::Status { check: false, .. } => session::status(context, kind),
        AuthVerb::Status { .. } | AuthVerb::Whoami { .. } => session::whoami(context, kind).await,
        AuthVerb::Token { .. } => {
            may_show_token(context)?;
            session::token(context, kind).await
        }
    }
}

pub(crate) async fn run(context: &Context, verb: &AuthVerb) -> Result<()> {
    #[cfg(feature = "oauth")]
    if let Some(kind) = verb.target().connector()
        && !matches!(verb, AuthVerb::Logout { all: true, .. })
    {
        return of_connector(context, verb, kind).await;
    }
    let is_paas = verb.primary() == Backend::Paas;
    match verb {
        AuthVerb::Login { how, .. } if is_paas => paas::login(context, how).await,
        AuthVerb::Login { how, .. } => {
            if how.device || how.no_browser || how.callback_port.is_some() {
                let error = CliError::usage("Keystone is logged in to with a password, without any browser");
                return Err(error.next("for the PaaS orchestrator: orchest auth login paas").into());
            }
            keystone::login(context, how.store.unwrap_or(StoreChoice::None)).await
        }
        AuthVerb::Logout { all: true, .. } => {
            let logins = paas::logout_all(context).await;
            #[cfg(feature = "oauth")]
            let logins = logins.and(session::logout_all(context).await);
            keystone::forget_all(context).and(logins)
        }
        AuthVerb::Logout { .. } if is_paas => paas::logout(context).await,
        AuthVerb::Logout { keep_password, .. } => keystone::logout(context, *keep_password).await,
        AuthVerb::Status { .. } if is_paas => paas::status(context).await,
        AuthVerb::Status { check, .. } => {
            paas::remark(context);
            keystone::status(context, *check).await
        }
        AuthVerb::Whoami { .. } if is_paas => paas::whoami(context).await,
        AuthVerb::Whoami { .. } => keystone::whoami(context).await,
        AuthVerb::Token { .. } if is_paas => paas::token(context).await,
        AuthVerb::Token { .. } => keystone::token(context).await,
    }
}

/// A token goes into a pipe; onto a screen only if somebody says so. Asked before anything is sent.
pub(crate) fn may_show_token(context: &Context) -> Result<()> {
    if context.stdout_is_terminal() && !context.prompter.confirm("show the token on this screen", "a pipe")? {
        return Err(CliError::usage("the token was not shown").into());
    }
    Ok(())
}
