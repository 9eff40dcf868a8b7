//! Which back end wants which token, and whose.
//!
//! Keypass, Orion, Perseo and the IoT agent know no users. Reached directly they are given no token at all. Where a PEP
//! stands before one, the PEP looks at three things: the token, whether its user lives in the service that is named, and
//! the roles that this user has at the place that is named. [`Ticket::to`] is the one table of that.

use std::rc::Rc;

use anyhow::Result;

use crate::api::door::Door;
use crate::api::fiware::Place;
use crate::api::keystone::auth::Identity;
use crate::api::keystone::{Login, Scope};
use crate::base::Secret;
use crate::base::text::shell_word;
use crate::config::Origin;
use crate::http::{Authorize, Endpoint, Lent};

use super::super::args::TenantArgs;
use super::super::error::{CliError, Exit};
use super::Context;

/// The servers that settings can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Keystone,
    Keypass,
    Orion,
    Perseo,
    IotAgent,
    Orchestrator,
    Paas,
    Im,
}

impl Backend {
    pub(crate) const ALL: [Self; 8] = [
        Self::Keystone,
        Self::Keypass,
        Self::Orion,
        Self::Perseo,
        Self::IotAgent,
        Self::Orchestrator,
        Self::Paas,
        Self::Im,
    ];

    /// In settings, flags and counters.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Keystone => "keystone",
            Self::Keypass => "keypass",
            Self::Orion => "orion",
            Self::Perseo => "perseo",
            Self::IotAgent => "iotagent",
            Self::Orchestrator => "orchestrator",
            Self::Paas => "paas",
            Self::Im => "im",
        }
    }

    /// In sentences.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Keystone => "Keystone",
            Self::Keypass => "Keypass",
            Self::Orion => "Orion",
            Self::Perseo => "Perseo",
            Self::IotAgent => "the IoT agent",
            Self::Orchestrator => "the orchestrator",
            Self::Paas => "the PaaS orchestrator",
            Self::Im => "the Infrastructure Manager",
        }
    }

    /// By custom, for examples.
    pub(super) fn port(self) -> u16 {
        match self {
            Self::Keystone => 5000,
            Self::Keypass => 7070,
            Self::Orion => 1026,
            Self::Perseo => 9090,
            Self::IotAgent => 4041,
            Self::Orchestrator => 8084,
            Self::Paas => 443,
            Self::Im => 8800,
        }
    }
}

/// What a request to a back end carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ticket {
    /// Nothing: whoever reaches the server may use it.
    None,
    /// A token for the service, of a user of that service.
    OfService,
    /// A token for the subservice, of a user of its service.
    OfSubservice,
}

impl Ticket {
    /// The table.
    pub(crate) fn to(backend: Backend, pep: bool, place: &Place) -> Self {
        match (backend, pep) {
            // The PaaS and its manager take no token of Keystone's: see `paas/` and `im.rs`.
            (_, false) | (Backend::Paas | Backend::Im, _) => Self::None,
            // Policies belong to a service as a whole; Keypass knows no paths.
            (Backend::Keypass, true) => Self::OfService,
            (_, true) if place.is_service() => Self::OfService,
            (_, true) => Self::OfSubservice,
        }
    }
}

/// A user of a service, in whose name something is done behind a PEP.
#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    pub(crate) user: String,
    /// The password where it is known already, for instance because this run has just set it.
    pub(crate) password: Option<Secret>,
    /// Where else to get it from.
    pub(crate) source: TenantArgs,
}

impl Tenant {
    /// The one that flags name, if they do.
    pub(crate) fn named(args: &TenantArgs) -> Option<Self> {
        Some(Self { user: args.user.clone()?, password: None, source: args.clone() })
    }
}

impl Context {
    /// Whether a PEP stands before it.
    pub(crate) fn has_pep(&self, backend: Backend) -> Result<bool> {
        Ok(self.settings.backend(backend.name())?.is_some_and(|backend| backend.pep))
    }

    /// Whether settings say where it is.
    pub(crate) fn knows(&self, backend: Backend) -> Result<bool> {
        Ok(self.settings.backend(backend.name())?.is_some())
    }

    /// The way to a back end that the command cannot do without.
    pub(crate) fn door(&self, backend: Backend, place: &Place, tenant: Option<&Tenant>) -> Result<Door> {
        let (endpoint, origin) = self.endpoint(backend)?;
        let authorize: Option<Rc<dyn Authorize>> = match Ticket::to(backend, self.has_pep(backend)?, place) {
            Ticket::None => None,
            ticket => {
                self.refuse_plain(&endpoint, "token")?;
                if origin.is_untrusted() {
                    return Err(untrusted(backend, &endpoint, &origin).into());
                }
                let login = self.tenant_login(backend, ticket, place, tenant)?;
                Some(Rc::new(Lent::new(login, endpoint.origin())))
            }
        };
        Ok(Door::new(self.http(backend)?, endpoint, authorize))
    }

    /// A way that carries our own token, whatever it is for: the administration of a server.
    pub(crate) fn admin_door(&self, backend: Backend) -> Result<Door> {
        let (endpoint, origin) = self.endpoint(backend)?;
        self.refuse_plain(&endpoint, "token")?;
        if origin.is_untrusted() {
            return Err(untrusted(backend, &endpoint, &origin).into());
        }
        let login = self.keystone()?.shared_login();
        let authorize: Rc<dyn Authorize> = Rc::new(Lent::new(login, endpoint.origin()));
        Ok(Door::new(self.http(backend)?, endpoint, Some(authorize)))
    }

    /// A way that carries no token: health and versions.
    pub(crate) fn bare_door(&self, backend: Backend) -> Result<Door> {
        let (endpoint, _) = self.endpoint(backend)?;
        Ok(Door::new(self.http(backend)?, endpoint, None))
    }

    fn tenant_login(
        &self,
        backend: Backend,
        ticket: Ticket,
        place: &Place,
        tenant: Option<&Tenant>,
    ) -> Result<Rc<Login>> {
        let scope = match ticket {
            Ticket::OfSubservice => {
                Scope::Project { name: place.path().to_owned(), domain: place.service().to_owned() }
            }
            Ticket::None | Ticket::OfService => Scope::Domain { name: place.service().to_owned() },
        };
        if let Some(tenant) = tenant {
            return self.login_of(tenant, place.service(), scope);
        }
        let keystone = self.keystone()?;
        match keystone.login().identity() {
            // It is what it is; the PEP will say.
            Identity::Token(_) => Ok(keystone.shared_login()),
            Identity::Password { domain, .. } if domain == place.service() => self.login_for(scope),
            Identity::Password { user, domain } => Err(foreign(backend, place, user, domain).into()),
        }
    }
}

/// Nobody of another domain passes a PEP, whatever the roles: said before anything is sent.
fn foreign(backend: Backend, place: &Place, user: &str, domain: &str) -> CliError {
    let (title, service) = (backend.title(), place.service());
    let message = format!("{title} stands behind a PEP, which lets only users of service '{service}' through");
    CliError::new(Exit::Forbidden, message)
        .cause(format!("this login is {user} of '{domain}'"))
        .next(format!("log in as its administrator: --user NAME --user-domain {}", shell_word(service)))
}

pub(super) fn untrusted(backend: Backend, endpoint: &Endpoint, origin: &Origin) -> CliError {
    let message = format!("{} ({}) is named by a file that nobody has trusted", backend.title(), endpoint.url);
    CliError::new(Exit::Config, message).cause("a token is not sent there".to_owned()).next(origin.trusting())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_token_goes_where() {
        let service = Place::service_level("smartcity");
        let energy = Place::new("smartcity", "/energy");
        for backend in [Backend::Keypass, Backend::Orion, Backend::Perseo, Backend::IotAgent] {
            for place in [&service, &energy] {
                assert_eq!(Ticket::to(backend, false, place), Ticket::None, "{backend:?} {place:?}");
            }
            assert_eq!(Ticket::to(backend, true, &service), Ticket::OfService, "{backend:?}");
        }
        assert_eq!(Ticket::to(Backend::Keypass, true, &energy), Ticket::OfService);
        assert_eq!(Ticket::to(Backend::Orion, true, &energy), Ticket::OfSubservice);
        assert_eq!(Ticket::to(Backend::Perseo, true, &energy), Ticket::OfSubservice);
        assert_eq!(Ticket::to(Backend::IotAgent, true, &energy), Ticket::OfSubservice);
    }

    #[test]
    fn a_stranger_is_told_whose_login_is_needed() {
        let error = foreign(Backend::Orion, &Place::service_level("smartcity"), "cloud_admin", "admin_domain");
        assert!(error.message.contains("only users of service 'smartcity'"), "{}", error.message);
        assert!(error.next.is_some_and(|next| next.contains("--user-domain smartcity")));
    }
}
