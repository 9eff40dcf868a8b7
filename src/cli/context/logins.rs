//! Logins at Keystone: who, and for what.

use std::cell::RefCell;
use std::rc::Rc;

use anyhow::Result;
use serde_json::Value;

use crate::api::keystone::auth::{Identity, PasswordSource};
use crate::api::keystone::names::text;
use crate::api::keystone::{Keystone, Login, Scope};
use crate::base::Secret;
use crate::config::Origin;
use crate::http::Endpoint;
use crate::secrets;
use crate::state::{TokenCache, TokenKey, Warning};

use super::super::error::{CliError, Exit};
use super::super::login::{Known, OnlyTyped, Tokens};
use super::connect::shown;
use super::{Backend, Context, Tenant};

/// Further logins of this run, by user, domain and scope, so that each is made once.
pub(crate) type Logins = RefCell<Vec<((String, String, String), Rc<Login>)>>;

impl Context {
    fn scope(&self, user_domain: &str) -> Result<Scope> {
        let text = |key: &str| self.settings.text(key);
        let (project, domain) = (text("auth.project")?, text("auth.domain")?);
        let chosen = text("auth.scope")?;
        Ok(match chosen.as_deref() {
            Some("project") => {
                let Some(name) = project else {
                    return Err(CliError::usage("which project is the scope?")
                        .next("name it with --admin-project")
                        .into());
                };
                project_scope(name, text("auth.project_domain")?.or(domain), user_domain)
            }
            Some("domain") => Scope::Domain { name: domain.unwrap_or_else(|| user_domain.to_owned()) },
            Some(_) => Scope::System,
            None => match (project, domain) {
                (Some(name), domain) => project_scope(name, text("auth.project_domain")?.or(domain), user_domain),
                (None, Some(name)) => Scope::Domain { name },
                (None, None) => Scope::System,
            },
        })
    }

    /// Keystone with our login; nothing is sent yet.
    pub(crate) fn keystone(&self) -> Result<&Keystone> {
        if let Some(keystone) = self.keystone.get() {
            return Ok(keystone);
        }
        let (endpoint, origin) = self.keystone_endpoint()?;
        let user = self.settings.text("auth.user")?;
        let domain = self.settings.text("auth.user_domain")?.unwrap_or_else(|| "Default".to_owned());
        let token = self.given_token(&origin)?;
        let identity = match (token, &user) {
            (Some(token), _) => Identity::Token(token),
            (None, Some(user)) => Identity::Password { user: user.clone(), domain: domain.clone() },
            (None, None) => {
                return Err(CliError::new(Exit::Config, format!("who logs in to {}?", endpoint.url))
                    .next("give --user, set ORCHEST_USER, or: orchest config set auth.user NAME")
                    .into());
            }
        };
        let user = user.unwrap_or_default();
        let scope = self.scope(&domain)?;
        let only_typed = OnlyTyped::at(&origin);
        let passwords = self.passwords_for(&endpoint, &self.globals.identity, only_typed, &user, &domain)?;
        self.journal.report_unfinished();
        self.journal.target(&endpoint.url, &passwords.key.user);
        let source = self.own_source(passwords.clone())?;
        let login = self.new_login(&endpoint, identity, &user, &domain, scope, source)?;
        let _ = self.passwords.set(passwords);
        let watch = self.seen.keystone(shown(&endpoint));
        let keystone = Keystone::new(self.http(Backend::Keystone)?, endpoint, Rc::new(login), watch);
        Ok(self.keystone.get_or_init(|| keystone))
    }

    /// A login whose tokens are kept between runs.
    fn new_login(
        &self,
        endpoint: &Endpoint,
        identity: Identity,
        user: &str,
        domain: &str,
        scope: Scope,
        password: Box<dyn PasswordSource>,
    ) -> Result<Login> {
        let key = TokenKey {
            endpoint: address(endpoint),
            user: user.to_owned(),
            user_domain: domain.to_owned(),
            scope: scope.key(),
        };
        let printer = self.printer.clone();
        let warn = Rc::new(move |text: &str| printer.warn(text));
        let cache = self.state.as_ref().map(TokenCache::new);
        let common = Some(self.common.clone());
        let tokens = Box::new(Tokens { cache, common, key, clock: self.clock.clone(), warn });
        let http = self.http(Backend::Keystone)?;
        Ok(Login::new(http, endpoint.clone(), identity, scope, password, tokens, self.clock.clone()))
    }

    /// Our own login, for another scope. A token that was given stays what it is.
    pub(crate) fn login_for(&self, scope: Scope) -> Result<Rc<Login>> {
        let own = self.keystone()?.shared_login();
        let Identity::Password { user, domain } = own.identity().clone() else { return Ok(own) };
        if *own.scope() == scope {
            return Ok(own);
        }
        let key = (user.clone(), domain.clone(), scope.key());
        if let Some((_, login)) = self.logins.borrow().iter().find(|(known, _)| *known == key) {
            return Ok(login.clone());
        }
        let Some(passwords) = self.passwords.get().cloned() else { return Ok(own) };
        let (endpoint, _) = self.keystone_endpoint()?;
        let identity = Identity::Password { user: user.clone(), domain: domain.clone() };
        let source = self.own_source(passwords)?;
        let login = Rc::new(self.new_login(&endpoint, identity, &user, &domain, scope, source)?);
        self.logins.borrow_mut().push((key, login.clone()));
        Ok(login)
    }

    /// Keystone with our own login for another scope.
    pub(crate) fn keystone_for(&self, scope: Scope) -> Result<Keystone> {
        let login = self.login_for(scope)?;
        let (endpoint, _) = self.keystone_endpoint()?;
        let watch = self.seen.keystone(shown(&endpoint));
        Ok(Keystone::new(self.http(Backend::Keystone)?, endpoint, login, watch))
    }

    /// The login of a user of a service. What is kept for our own login is not its password.
    pub(super) fn login_of(&self, tenant: &Tenant, service: &str, scope: Scope) -> Result<Rc<Login>> {
        let key = (tenant.user.clone(), service.to_owned(), scope.key());
        if let Some((_, login)) = self.logins.borrow().iter().find(|(known, _)| *known == key) {
            return Ok(login.clone());
        }
        let (endpoint, origin) = self.keystone_endpoint()?;
        let source: Box<dyn PasswordSource> = match &tenant.password {
            Some(password) => Box::new(Known(password.clone())),
            None => {
                let why = OnlyTyped::at(&origin).unwrap_or(OnlyTyped::SomebodyElse);
                let typed = tenant.source.identity();
                Box::new(self.passwords_for(&endpoint, &typed, Some(why), &tenant.user, service)?)
            }
        };
        let identity = Identity::Password { user: tenant.user.clone(), domain: service.to_owned() };
        let login = Rc::new(self.new_login(&endpoint, identity, &tenant.user, service, scope, source)?);
        self.logins.borrow_mut().push((key, login.clone()));
        Ok(login)
    }

    /// A token that somebody gave us, unless the address is not one that it may go to.
    fn given_token(&self, endpoint: &Origin) -> Result<Option<Secret>> {
        // Who comes with a user's password means that user, whatever token lies around.
        let identity = &self.globals.identity;
        let is_typed =
            identity.password_stdin || identity.password_file.is_some() || identity.password_command.is_some();
        if identity.given.login.is_some() || (is_typed && identity.token_file.is_none()) {
            return Ok(None);
        }
        let variable = self.settings.env_secret("token");
        let variable = variable.filter(|(_, name)| endpoint.may_receive(&Origin::Env(name.clone())));
        let file = self.settings.get("auth.token_file").filter(|item| endpoint.may_receive(&item.origin));
        let file = file.filter(|item| variable.is_none() || !lies_below_variables(&item.origin));
        if file.is_some()
            && let Some(path) = self.settings.path("auth.token_file")?
        {
            return Ok(Some(secrets::file::read(&path)?));
        }
        Ok(variable.map(|(token, _)| token))
    }

    /// Keystone as somebody else, without any scope and without keeping anything; and the password that was used.
    pub(crate) fn keystone_as(&self, user: &str, domain: &str) -> Result<(Keystone, Secret)> {
        let (endpoint, origin) = self.keystone_endpoint()?;
        let why = OnlyTyped::at(&origin).unwrap_or(OnlyTyped::SomebodyElse);
        let passwords = self.passwords_for(&endpoint, &self.globals.identity, Some(why), user, domain)?;
        let password = passwords.obtain()?;
        let key =
            TokenKey { endpoint: String::new(), user: String::new(), user_domain: String::new(), scope: String::new() };
        let tokens = Tokens { cache: None, common: None, key, clock: self.clock.clone(), warn: Rc::new(|_| {}) };
        let identity = Identity::Password { user: user.to_owned(), domain: domain.to_owned() };
        let login = Login::new(
            self.http(Backend::Keystone)?,
            endpoint.clone(),
            identity,
            Scope::Unscoped,
            Box::new(passwords),
            Box::new(tokens),
            self.clock.clone(),
        );
        let watch = self.seen.keystone(shown(&endpoint));
        Ok((Keystone::new(self.http(Backend::Keystone)?, endpoint, Rc::new(login), watch), password))
    }

    /// Drops the tokens of a user that are kept here, whatever they are for; says how many.
    pub(crate) fn forget_tokens_of(&self, user_id: &str) -> Result<usize> {
        let here = address(&self.keystone_endpoint()?.0);
        self.common.forget_passwords();
        self.common.forget_tokens(|key, token| key.endpoint == here && token.text("user", "/id") == user_id);
        let Some(state) = &self.state else { return Ok(0) };
        let is_of = |key: &TokenKey, about: &Value| key.endpoint == here && text(about, "/user/id") == user_id;
        Ok(self.forgotten(TokenCache::new(state).forget_where(is_of)))
    }

    /// Drops every token that is kept here for this scope, whose name is about to mean something else.
    pub(crate) fn forget_tokens_for(&self, scope: &Scope) -> Result<usize> {
        let (here, scope) = (address(&self.keystone_endpoint()?.0), scope.key());
        self.common.forget_tokens(|key, _| key.endpoint == here && key.scope == scope);
        let Some(state) = &self.state else { return Ok(0) };
        let is_for = |key: &TokenKey, _: &Value| key.endpoint == here && key.scope == scope;
        Ok(self.forgotten(TokenCache::new(state).forget_where(is_for)))
    }

    /// What is kept here is for convenience; that it could not be dropped is no failure.
    fn forgotten(&self, dropped: Result<usize, Warning>) -> usize {
        dropped.unwrap_or_else(|warning| {
            self.printer.warn(&warning.to_string());
            0
        })
    }

    pub(crate) fn forget_all_tokens(&self) -> Result<usize> {
        self.common.forget_tokens(|_, _| true);
        let Some(state) = &self.state else { return Ok(0) };
        TokenCache::new(state).forget_all().map_err(|warning| CliError::new(Exit::Failed, warning.to_string()).into())
    }
}

/// Whether what is said there counts less than a variable. Within one layer a file goes before the token itself.
fn lies_below_variables(origin: &Origin) -> bool {
    matches!(origin, Origin::File { .. } | Origin::Default)
}

/// Whose tokens they are, for keeping them apart.
fn address(endpoint: &Endpoint) -> String {
    endpoint.origin().ascii_serialization() + endpoint.url.path()
}

fn project_scope(name: String, domain: Option<String>, user_domain: &str) -> Scope {
    Scope::Project { name, domain: domain.unwrap_or_else(|| user_domain.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_goes_before_what_files_say() {
        let file = Origin::File { path: "/h/.orchester.toml".into(), line: 1, context: None, trusted: true };
        assert!(lies_below_variables(&file) && lies_below_variables(&Origin::Default));
        for nearer in [Origin::Flag("--token-file".to_owned()), Origin::Env("ORCHEST_TOKEN_FILE".to_owned())] {
            assert!(!lies_below_variables(&nearer), "{nearer}");
        }
    }
}
