//! What `orchest generate` keeps: in the keyring, or in a file of ours by explicit choice. It is looked up last, since a keyring
//! takes its time, and belongs to the address that it was made for.

use std::path::PathBuf;
use std::rc::Rc;

use crate::base::Secret;
use crate::config::Origin;
use crate::connectors::issuer::{Addresses, issuer};
use crate::connectors::{ConnectorKind, Error, Session, Token, gdrive};
use crate::oauth::{Client, Issuer, Refresher, TokenStore as _};

use super::super::context::{Kept, Owner};
use super::setup::{Sheet, wire};

/// In the place of a domain, where a password would have one: a token that is used as it is.
pub(super) const BARE: &str = "member token";

/// The same, of a login that renews itself.
pub(super) const LASTING: &str = "member login";

/// Everything that says where something goes.
pub(super) const ADDRESSES: [&str; 6] = ["api_url", "scim_url", "web_url", "auth_url", "token_url", "redirect_uri"];

/// A login that renews itself, as far as it is known without asking anybody.
pub(super) struct Lasting {
    pub(super) store: Kept,
    pub(super) issuer: Issuer,
    /// Without its secret.
    pub(super) client: Client,
}

impl Sheet<'_> {
    pub(super) fn addresses(&self) -> Addresses {
        let text = |key: &str| self.section.text(key);
        Addresses { api: text("api_url"), web: text("web_url"), auth: text("auth_url"), token: text("token_url") }
    }

    /// Nobody is sent to where a stranger's file says.
    pub(super) fn refuse_strangers(&self) -> Result<(), Error> {
        self.may_go(&Origin::Default, &ADDRESSES)
    }

    /// The client of the settings, without its secret; of Google, that of its file.
    pub(super) fn client(&self) -> Result<Option<Client>, Error> {
        let id = match self.kind {
            ConnectorKind::GDrive => match self.client_file()? {
                Some(text) => Some(gdrive::client(&text)?.0),
                None => None,
            },
            _ => self.section.text("client_id"),
        };
        Ok(id.map(|id| Client { id, secret: None, scopes: Vec::new() }))
    }

    /// Its secret, if it has one.
    pub(super) fn client_secret(&self) -> Result<Option<Secret>, Error> {
        match self.kind {
            ConnectorKind::GDrive => match self.client_file()? {
                Some(text) => Ok(gdrive::client(&text)?.1),
                None => Ok(None),
            },
            _ => self.secret("client_secret", &ADDRESSES),
        }
    }

    /// Whether somebody who asks for the login of this client has to prove nothing but that.
    pub(super) fn is_public(&self) -> bool {
        let named = |key: &str| self.section.origin(key).is_some();
        let variable = format!("{}.client_secret", self.kind.name());
        !["client_secret", "client_secret_file", "client_secret_command"].into_iter().any(named)
            && self.context.settings.env_secret(&variable).is_none()
    }

    pub(super) fn issuer(&self) -> Result<Issuer, Error> {
        issuer(self.kind, &self.addresses(), self.is_public())
    }

    fn owner(&self, sort: &'static str, user: String, scope: String) -> Owner {
        let endpoint = self.section.text("api_url").unwrap_or_else(|| format!("{} as usual", self.kind.title()));
        let way = if self.kind == ConnectorKind::GitHub { "--device" } else { "--no-browser" };
        Owner { endpoint, user, sort, scope, command: format!("orchest generate {}", self.kind.name()), way }
    }

    /// Where a token is kept that is used as it is.
    pub(super) fn bare(&self) -> Result<Kept, Error> {
        let owner = self.owner(BARE, self.kind.name().to_owned(), String::new());
        self.context.kept(owner).map_err(|error| Error::settings(error.to_string()))
    }

    /// A login that renews itself; `None` where the settings name no client that it could be of.
    pub(super) fn lasting(&self) -> Result<Option<Lasting>, Error> {
        let Some(client) = self.client()? else { return Ok(None) };
        let issuer = self.issuer()?;
        let user = format!("{} {}", self.kind.name(), client.id);
        // Where it is renewed is a part of whose it is: a setting that changes must not lead it elsewhere.
        let owner = self.owner(LASTING, user, issuer.token.to_string());
        let owner = Owner { endpoint: format!("{} {}", owner.endpoint, issuer.token), ..owner };
        let store = self.context.kept(owner).map_err(|error| Error::settings(error.to_string()))?;
        Ok(Some(Lasting { store, issuer, client }))
    }

    /// What is kept, if anything is.
    pub(super) fn kept(&self) -> Result<Option<Token>, Error> {
        // A client whose file is gone, or is that of a service account, has no login here.
        let lasting = self.lasting().ok().flatten();
        let mut trouble = Ok(None);
        if let Some(lasting) = lasting {
            let is_fresh = lasting.store.access().is_some_and(|access| access.is_fresh(self.context.clock.now()));
            match lasting.store.refresh_token() {
                Ok(None) if !is_fresh => {}
                Err(error) if !is_fresh => trouble = Err(error.into()),
                _ => {
                    self.refuse_strangers()?;
                    return self.renewing(lasting).map(Some);
                }
            }
        }
        // A place that cannot be looked at matters only where no other knows.
        match self.bare()?.refresh_token() {
            Ok(Some(token)) => {
                self.refuse_strangers()?;
                Ok(Some(Token::Given(token)))
            }
            Ok(None) => trouble,
            Err(error) => Err(error.into()),
        }
    }

    /// The login that renews itself alone.
    pub(super) fn lasting_session(&self) -> Result<Option<Token>, Error> {
        self.lasting()?.map(|lasting| self.renewing(lasting)).transpose()
    }

    /// The file of a login of Google's that the settings name, and its refresh token, where there is one.
    pub(super) fn login_file(&self) -> Result<Option<(PathBuf, Secret)>, Error> {
        if self.kind != ConnectorKind::GDrive {
            return Ok(None);
        }
        match (self.section.path("token_path").filter(|path| path.exists()), self.of_files()) {
            (Some(path), Ok(gdrive::Login::Refresh(login))) => Ok(Some((path, login.refresh_token))),
            (None, _) | (_, Ok(_)) => Ok(None),
            (Some(_), Err(error)) => Err(error),
        }
    }

    /// The login of that file, as what gives tokens.
    pub(super) fn session_of_file(&self) -> Result<Option<Token>, Error> {
        if self.login_file()?.is_none() {
            return Ok(None);
        }
        let mut settings = gdrive::Settings::new(self.of_files()?, "-");
        settings.api_url = self.section.text("api_url");
        settings.token_url = self.section.text("token_url");
        let wire = wire(self.context).map_err(|error| Error::settings(error.to_string()))?;
        Ok(gdrive::session(&settings, &wire)?.map(Token::Session))
    }

    /// Which setting or variable gives a secret, in words.
    pub(super) fn place_of(&self, key: &str) -> String {
        let name = self.kind.name();
        if let Some((_, variable)) = self.context.settings.env_secret(&format!("{name}.{key}")) {
            return format!("the variable {variable}");
        }
        let keys = [format!("{key}_file"), format!("{key}_command"), key.to_owned()];
        let set = keys.into_iter().find(|key| self.section.origin(key).is_some());
        set.map_or_else(|| name.to_owned(), |key| format!("connector.{name}.{key}"))
    }

    fn renewing(&self, lasting: Lasting) -> Result<Token, Error> {
        let Lasting { store, issuer, client } = lasting;
        let secret = self.client_secret()?;
        let who = Box::new(move || Ok(Client { secret: secret.clone(), ..client.clone() }));
        let http = wire(self.context).map_err(|error| Error::settings(error.to_string()))?.http();
        let source = Refresher::at(http, issuer, who, Rc::new(store), self.context.clock.clone());
        Ok(Token::Session(Session::new(Rc::new(source))))
    }
}
