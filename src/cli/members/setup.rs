//! From settings to connectors. What one of them lacks stops only that one, and only when it is asked.

use std::path::Path;

use crate::base::Secret;
use crate::config::Origin;
use crate::config::connectors::Section;
use crate::connectors::{
    ConnectorKind, Error, ErrorKind, Manager, Proof, Settings, Token, Wire, gdrive, github, slack, trello,
};
use crate::secrets;

use super::super::context::Context;

/// Far more than any file of credentials.
const LARGEST: u64 = 64 * 1024;

/// The connectors, each made when it is asked for.
pub(super) fn manager(context: &Context) -> anyhow::Result<Manager<'_>> {
    Ok(Manager::asking(wire(context)?, |kind| Sheet::of(context, kind)?.settings()))
}

/// The way to all of them.
pub(super) fn wire(context: &Context) -> anyhow::Result<Wire> {
    Ok(Wire::of(context.general_http()?, context.clock.clone()))
}

/// What the settings say of one connector.
pub(super) struct Sheet<'a> {
    pub(super) context: &'a Context,
    pub(super) kind: ConnectorKind,
    pub(super) section: Section,
    /// What to be proved with, in place of what is set or kept.
    pub(super) given: Option<Proof>,
}

impl<'a> Sheet<'a> {
    pub(super) fn of(context: &'a Context, kind: ConnectorKind) -> Result<Self, Error> {
        let section = context.settings.connector(kind.name()).map_err(|error| Error::settings(error.to_string()))?;
        Ok(Self { context, kind, section, given: None })
    }

    /// What it takes to make it.
    pub(super) fn settings(&self) -> Result<Settings, Error> {
        match self.kind {
            ConnectorKind::GitHub => self.github().map(Settings::from),
            ConnectorKind::Trello => self.trello().map(Settings::from),
            ConnectorKind::GDrive => self.g_drive().map(Settings::from),
            ConnectorKind::Slack => self.slack().map(Settings::from),
        }
    }

    fn github(&self) -> Result<github::Settings, Error> {
        let organization = self.needed("organization", "acme")?;
        let mut settings = github::Settings::new(self.token("token", &["api_url"])?, organization);
        settings.api_url = self.section.text("api_url");
        settings.teams = self.section.list("teams");
        settings.pace = self.section.duration("pace");
        Ok(settings)
    }

    fn trello(&self) -> Result<trello::Settings, Error> {
        let workspace = self.needed("workspace", "acme-crew")?;
        let login = match (&self.given, self.token("token", &["api_url"])?) {
            (Some(Proof::Key { key, token }), _) => trello::Login::Key { key: key.clone(), token: token.clone() },
            (None, Token::Given(token)) if !self.section.switch("oauth") => {
                trello::Login::Key { key: self.api_key()?, token }
            }
            (_, token) => trello::Login::OAuth(token),
        };
        let mut settings = trello::Settings::new(login, workspace);
        settings.pace = self.section.duration("pace");
        settings.api_url = self.section.text("api_url");
        Ok(settings)
    }

    /// The key of a Trello app.
    pub(super) fn api_key(&self) -> Result<Secret, Error> {
        self.secret("api_key", &["api_url"])?.ok_or_else(|| {
            let next = "take it from https://trello.com/apps/admin, or say connector.trello.oauth = true";
            Error::settings("Trello is not set up: connector.trello.api_key is missing").next(next)
        })
    }

    fn slack(&self) -> Result<slack::Settings, Error> {
        let (addresses, all) = (["api_url"], ["api_url", "scim_url"]);
        let admin_token = self.secret("admin_token", &all)?.map(Token::from);
        let token = match (self.found("token", &addresses)?, &admin_token) {
            (Some(token), _) => token,
            (None, Some(token)) => token.clone(),
            (None, None) if self.section.is_empty() => {
                return Err(Error::settings("Slack is not set up")
                    .next("orchest generate slack; or set ORCHEST_SLACK_TOKEN or connector.slack.token_file"));
            }
            (None, None) => return Err(self.no_token("token")),
        };
        if self.section.forgotten.contains(&"legacy_token") {
            self.context.printer.warn("the legacy_token of .orchester.json is not used: Slack has ended those tokens");
        }
        let mut settings = slack::Settings::new(token);
        settings.admin_token = admin_token;
        settings.mode = match self.section.text("mode") {
            Some(word) => word.parse().map_err(Error::settings)?,
            None => slack::Mode::default(),
        };
        let is_typed = matches!(self.section.origin("channel"), Some(Origin::Flag(_)));
        if is_typed && settings.mode != slack::Mode::Channel {
            let message =
                format!("--target names a channel, and in the mode {} Slack's workspace is meant", settings.mode);
            return Err(Error::usage(message).next("set connector.slack.mode to channel, or leave --target out"));
        }
        // Without a token of its own SCIM is given this one.
        if settings.admin_token.is_none() && settings.mode == slack::Mode::Scim {
            self.found("token", &all)?;
        }
        settings.team_id = self.section.text("team_id");
        settings.channel = self.section.text("channel");
        settings.invite_link = self.section.text("invite_link");
        settings.pace = self.section.duration("pace");
        settings.api_url = self.section.text("api_url");
        settings.scim_url = self.section.text("scim_url");
        Ok(settings)
    }

    fn g_drive(&self) -> Result<gdrive::Settings, Error> {
        let file_id = self.needed("file_id", "1AbC…")?;
        let mut settings = gdrive::Settings::new(self.google()?, file_id);
        settings.role = self.section.text("role");
        settings.domain_admin = self.section.switch("domain_admin");
        settings.pace = self.section.duration("pace");
        settings.api_url = self.section.text("api_url");
        settings.token_url = self.section.text("token_url");
        Ok(settings)
    }

    /// A token that was given goes first; then what the files hold; then what is kept.
    fn google(&self) -> Result<gdrive::Login, Error> {
        if let Some(token) = self.set("token", &["api_url"])? {
            return Ok(gdrive::Login::Token(token));
        }
        // There is none in the files, but a client perhaps.
        match self.of_files() {
            Err(error) if error.kind() == ErrorKind::Auth => self.kept()?.map(gdrive::Login::Token).ok_or(error),
            login => login,
        }
    }

    /// What the files of credentials hold.
    pub(super) fn of_files(&self) -> Result<gdrive::Login, Error> {
        let mut texts = Vec::new();
        for key in ["token_path", "credential_path"] {
            let Some(path) = self.section.path(key) else { continue };
            self.may_go(&self.origin(key), &["api_url", "token_url"])?;
            // The file of a login comes into being with the login.
            texts.extend(credentials(&path)?);
        }
        if texts.is_empty() {
            let message = "there are no credentials for Google Drive";
            return Err(Error::new(ErrorKind::Auth, message).next(
                "orchest generate g_drive; or name the key of a service account: connector.g_drive.credential_path",
            ));
        }
        let mut login = gdrive::Login::from_files(texts.iter().map(String::as_str))?;
        if let gdrive::Login::ServiceAccount(account) = &mut login {
            account.subject = self.section.text("subject");
        }
        Ok(login)
    }

    /// The file of the OAuth client.
    #[cfg(feature = "oauth")]
    pub(super) fn client_file(&self) -> Result<Option<String>, Error> {
        let Some(path) = self.section.path("credential_path") else { return Ok(None) };
        self.may_go(&self.origin("credential_path"), &["api_url", "token_url", "auth_url"])?;
        credentials(&path)?.map(Some).ok_or_else(|| {
            let shown = crate::base::private::shown(&path);
            Error::settings(format!("{shown}, the file of the OAuth client, does not exist"))
                .next("make a client of the type \"Desktop app\" in the Google console, and download its file")
        })
    }

    /// What nothing can be done without.
    pub(super) fn needed(&self, key: &str, example: &str) -> Result<String, Error> {
        self.section.text(key).ok_or_else(|| {
            let (title, name) = (self.kind.title(), self.kind.name());
            let missing = format!(": connector.{name}.{key} is missing");
            let message = format!("{title} is not set up{}", if self.section.is_empty() { "" } else { &missing });
            Error::settings(message).next(format!("orchest config set connector.{name}.{key} {example}"))
        })
    }

    /// A token, for addresses that these keys name.
    fn token(&self, key: &str, addresses: &[&str]) -> Result<Token, Error> {
        self.found(key, addresses)?.ok_or_else(|| self.no_token(key))
    }

    /// The same; `None`: there is none.
    fn found(&self, key: &str, addresses: &[&str]) -> Result<Option<Token>, Error> {
        match self.set(key, addresses)? {
            Some(token) => Ok(Some(token)),
            None => self.kept(),
        }
    }

    /// The same, without what is kept: that takes its time.
    fn set(&self, key: &str, addresses: &[&str]) -> Result<Option<Token>, Error> {
        match &self.given {
            Some(Proof::Token(token)) => Ok(Some(token.clone())),
            Some(Proof::Key { token, .. }) => Ok(Some(Token::Given(token.clone()))),
            None => Ok(self.secret(key, addresses)?.map(Token::Given)),
        }
    }

    #[cfg(not(feature = "oauth"))]
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "as in a build that can log in")]
    fn kept(&self) -> Result<Option<Token>, Error> {
        Ok(None)
    }

    fn no_token(&self, key: &str) -> Error {
        let name = self.kind.name();
        let variable = format!("ORCHEST_{name}_{key}").to_ascii_uppercase();
        Error::new(ErrorKind::Auth, format!("there is no token for {}", self.kind.title()))
            .next(format!("orchest generate {name}; or set {variable} or connector.{name}.{key}_file"))
    }

    /// From a variable, else from that one of a file, a program and the settings themselves which the section has left.
    pub(super) fn secret(&self, key: &str, addresses: &[&str]) -> Result<Option<Secret>, Error> {
        let (file, command) = (format!("{key}_file"), format!("{key}_command"));
        let name = format!("{}.{key}", self.kind.name());
        let found = if let Some((secret, variable)) = self.context.settings.env_secret(&name) {
            Some((secret, Origin::Env(variable)))
        } else if let Some(path) = self.section.path(&file) {
            Some((secrets::file::read(&path).map_err(|error| of_secrets(&error))?, self.origin(&file)))
        } else if let Some(words) =
            self.section.command(&command).map_err(|error| Error::settings(error.to_string()))?
        {
            let environment: Vec<(String, String)> = self.context.inputs.env.clone().into_iter().collect();
            let secret = secrets::command::run(&words, &environment, secrets::command::LIMIT)
                .map_err(|error| of_secrets(&error))?;
            Some((secret, self.origin(&command)))
        } else {
            self.section.secret(key)
        };
        let Some((secret, origin)) = found else { return Ok(None) };
        self.may_go(&origin, addresses)?;
        Ok(Some(secret))
    }

    /// Whether a secret from there may be sent to the places that these keys name.
    pub(super) fn may_go(&self, secret: &Origin, addresses: &[&str]) -> Result<(), Error> {
        for key in addresses {
            if let Some(place) = self.section.origin(key)
                && !crate::config::Settings::may_use_secret(place, secret)
            {
                let name = self.kind.name();
                let message = format!("connector.{name}.{key} is named by a file that nobody has trusted ({place})");
                return Err(Error::settings(message)
                    .cause(format!("a token from elsewhere ({secret}) is not sent there"))
                    .next(place.trusting()));
            }
        }
        Ok(())
    }

    fn origin(&self, key: &str) -> Origin {
        self.section.origin(key).cloned().unwrap_or(Origin::Default)
    }
}

/// The text of a file of credentials. Nobody else may read it, unless it only says which client we are: that is no secret,
/// and browsers save such files for everybody to read.
fn credentials(path: &Path) -> Result<Option<String>, Error> {
    match crate::base::private::read(path, LARGEST) {
        Ok(found) => Ok(found.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) => {
            let is_short = std::fs::metadata(path).is_ok_and(|about| about.len() <= LARGEST);
            let text = if is_short { std::fs::read_to_string(path).ok() } else { None };
            let is_client = |text: &String| {
                let file: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
                file.as_object().is_some_and(|file| file.len() == 1 && file.contains_key("installed"))
            };
            text.filter(is_client).map(Some).ok_or_else(|| Error::settings(error.to_string()))
        }
    }
}

/// A store that is locked or away is as good as no login; the rest is a matter of settings.
fn of_secrets(error: &secrets::Error) -> Error {
    let kind = if error.is_store_trouble() { ErrorKind::Auth } else { ErrorKind::Settings };
    Error::new(kind, error.to_string())
}
