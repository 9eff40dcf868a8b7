//! Everything the emulated platform holds, in memory and nowhere else, behind one lock: each request is answered as if it
//! were alone, which is what the databases behind the real ones give.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::call::{Call, Reply};
use super::paas::token::{Bearer, ISSUER, bearer};
use super::{iotagent, issuer, keypass, keystone, members, orion, paas, pep, perseo};

/// A server of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Backend {
    /// Identity.
    Keystone,
    /// Access policies.
    Keypass,
    /// Context broker: subscriptions.
    Orion,
    /// Rules.
    Perseo,
    /// Groups and devices.
    IotAgent,
    /// The PaaS orchestrator in its newer dialect.
    PaasV1,
    /// The PaaS orchestrator in its older dialect, Java's.
    PaasIndigo,
    /// An issuer of tokens that both of them trust.
    Issuer,
    /// Members of an organization of GitHub.
    GitHub,
    /// Members of a workspace of Trello.
    Trello,
    /// Members of a workspace of Slack.
    Slack,
    /// People who share something in Google Drive.
    GDrive,
}

impl Backend {
    /// All of them, in the order of their ports.
    pub const ALL: [Self; 12] = [
        Self::Keystone,
        Self::Keypass,
        Self::Orion,
        Self::Perseo,
        Self::IotAgent,
        Self::PaasV1,
        Self::PaasIndigo,
        Self::Issuer,
        Self::GitHub,
        Self::Trello,
        Self::Slack,
        Self::GDrive,
    ];

    /// Those whose members are administered.
    pub(super) const MEMBERS: [Self; 4] = [Self::GitHub, Self::Trello, Self::Slack, Self::GDrive];

    /// How far behind the first port it is. The control port has its place before those that came later.
    pub(super) fn place(self) -> u16 {
        let place = (0..).zip(Self::ALL).find(|(_, other)| *other == self).map_or(0, |(place, _)| place);
        if Self::MEMBERS.contains(&self) { place + 2 } else { place }
    }

    /// As it is written in records and in the names of settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keystone => "keystone",
            Self::Keypass => "keypass",
            Self::Orion => "orion",
            Self::Perseo => "perseo",
            Self::IotAgent => "iotagent",
            Self::PaasV1 => "paas-v1",
            Self::PaasIndigo => "paas-indigo",
            Self::Issuer => "issuer",
            Self::GitHub => "github",
            Self::Trello => "trello",
            Self::Slack => "slack",
            Self::GDrive => "gdrive",
        }
    }
}

/// Which of the platforms in the field is emulated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flavour {
    /// Telefonica's: SCIM plug-in, the older rule that scope is not enforced, `cloud_admin` on `admin_domain`, the
    /// password plug-in's plain text, and a PEP in front of Keypass, Orion and Perseo. Otherwise stock Keystone 30 and
    /// everything direct.
    pub(super) platform: bool,
    /// How long a token is good for.
    pub(super) token_lifetime: Duration,
    /// The orchestrators are without the faults of the routes that they have.
    pub(super) strict: bool,
    /// How long a deployment takes for one transition.
    pub(super) paas_speed: Duration,
}

impl Default for Flavour {
    fn default() -> Self {
        Self {
            platform: false,
            token_lifetime: Duration::from_hours(1),
            strict: false,
            paas_speed: Duration::from_secs(3),
        }
    }
}

/// What an emulator may know about the request beside the request itself.
#[derive(Clone, Debug)]
pub(super) struct About<'world> {
    pub(super) now: Timestamp,
    pub(super) flavour: &'world Flavour,
    /// The address that clients know, `http://127.0.0.1:15000`, for links in answers.
    pub(super) url: &'world str,
}

/// The data of all back ends. Two platforms in the same state are equal, and serialise equally.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Platform {
    pub(super) keystone: keystone::Data,
    pub(super) keypass: keypass::Data,
    pub(super) orion: orion::Data,
    pub(super) perseo: perseo::Data,
    pub(super) iotagent: iotagent::Data,
    pub(super) paas: paas::Data,
    pub(super) issuer: issuer::Data,
    pub(super) members: members::Data,
}

impl Platform {
    /// Answers one request. Behind a PEP, only what the PEP lets through reaches the back end.
    pub(super) fn answer(&mut self, backend: Backend, about: &About<'_>, call: &Call) -> Reply {
        if about.flavour.platform
            && let Err(refusal) = pep::check(self, backend, about, call)
        {
            return refusal;
        }
        match backend {
            Backend::Keystone => keystone::answer(&mut self.keystone, about, call),
            Backend::Keypass => keypass::answer(&mut self.keypass, call),
            Backend::Orion => orion::answer(&mut self.orion, about, call),
            Backend::Perseo => perseo::answer(&mut self.perseo, call),
            Backend::IotAgent => iotagent::answer(&mut self.iotagent, call),
            Backend::PaasV1 | Backend::PaasIndigo => {
                // Java's asks the issuer about each token; the other one remembers who it was.
                let is_revoked = match bearer(call.header("authorization")) {
                    Bearer::Token(token) => backend == Backend::PaasIndigo && self.issuer.is_revoked(token),
                    Bearer::Missing | Bearer::OtherScheme => false,
                };
                let own = &self.issuer.addresses;
                let is_trusted = |issuer: &str| !is_revoked && (issuer == ISSUER || own.contains(issuer));
                paas::answer(&mut self.paas, backend, about, &is_trusted, call)
            }
            Backend::Issuer => issuer::answer(&mut self.issuer, about, &self.paas.switches, call),
            Backend::GitHub | Backend::Trello | Backend::Slack | Backend::GDrive => {
                members::answer(&mut self.members, backend, about, call)
            }
        }
    }
}

/// A platform that many connections ask.
#[derive(Debug)]
pub(super) struct World {
    platform: Mutex<Platform>,
    pub(super) flavour: Flavour,
    /// The addresses that clients know.
    urls: Mutex<BTreeMap<Backend, String>>,
}

impl World {
    pub(super) fn new(platform: Platform, flavour: Flavour) -> Self {
        Self { platform: Mutex::new(platform), flavour, urls: Mutex::default() }
    }

    pub(super) fn set_url(&self, backend: Backend, url: String) {
        self.urls.lock().unwrap_or_else(PoisonError::into_inner).insert(backend, url);
    }

    pub(super) fn platform(&self) -> MutexGuard<'_, Platform> {
        self.platform.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn answer(&self, backend: Backend, call: &Call) -> Reply {
        // As the real ones do: links lead back to the address that the client used.
        let url = match call.header("host") {
            Some(host) => format!("http://{host}"),
            None => self.urls.lock().unwrap_or_else(PoisonError::into_inner).get(&backend).cloned().unwrap_or_default(),
        };
        let about = About { now: Timestamp::now(), flavour: &self.flavour, url: &url };
        self.platform().answer(backend, &about, call)
    }
}
