//! Where the back ends are, and the clients that reach them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;

use crate::api::door::Door;
use crate::config::{Origin, Settings};
use crate::http::{Endpoint, Http, HttpSettings, Observer, Proxies};

use super::super::error::{CliError, Exit};
use super::{Backend, Context};

/// Which authorities are trusted, and whether certificates go unchecked.
type Tls = (Option<PathBuf>, bool);

/// The clients in use, each with what sets it apart.
#[derive(Default)]
pub(crate) struct Clients(RefCell<Vec<Known>>);

/// A client, what it trusts, and whether it tells of the run.
type Known = ((Tls, bool), Rc<Http>);

impl Context {
    pub(super) fn duration(&self, key: &str, default: Duration) -> Result<Duration> {
        Ok(self.settings.duration(key)?.unwrap_or(default))
    }

    /// The client for one back end. Back ends with the same authorities and the same switch share one.
    pub(crate) fn http(&self, backend: Backend) -> Result<Rc<Http>> {
        // It has already weighed its own against those for all back ends, layer by layer.
        match self.settings.backend(backend.name())? {
            Some(backend) => self.client((backend.cacert, backend.insecure), true),
            None => self.client(self.general_tls()?, true),
        }
    }

    /// The client for what is no back end: issuers of tokens, and services of which people are members. They are told of no
    /// run of ours.
    pub(crate) fn general_http(&self) -> Result<Rc<Http>> {
        self.client(self.general_tls()?, false)
    }

    fn general_tls(&self) -> Result<Tls> {
        Ok((self.settings.path("http.cacert")?, self.settings.boolean("http.insecure")?))
    }

    fn client(&self, tls: Tls, correlates: bool) -> Result<Rc<Http>> {
        if let Some((_, http)) = self.clients.0.borrow().iter().find(|(known, _)| *known == (tls.clone(), correlates)) {
            return Ok(http.clone());
        }
        let settings = self.http_settings(tls.clone(), correlates)?;
        if settings.insecure {
            self.journal.unchecked();
        }
        let observer: Rc<dyn Observer> = self.journal.clone();
        let http = match self.common.client(&settings, &observer) {
            Some(http) => Rc::new(http),
            None => {
                let http = Rc::new(Http::new(settings, self.clock.clone(), observer));
                self.common.keep_client(&http);
                http
            }
        };
        self.clients.0.borrow_mut().push(((tls, correlates), http.clone()));
        Ok(http)
    }

    fn http_settings(&self, (cacert, insecure): Tls, correlates: bool) -> Result<HttpSettings> {
        let base = HttpSettings::default();
        let correlator = self.globals.run.correlator.clone().unwrap_or_else(|| self.run_id().to_string());
        let proxies = self.proxies()?;
        Ok(HttpSettings {
            connect_timeout: self.duration("http.connect_timeout", base.connect_timeout)?,
            idle_timeout: self.duration("http.idle_timeout", base.idle_timeout)?,
            budget: self.duration("http.timeout", base.budget)?,
            tries: self.settings.count("http.retries")?.and_then(|n| u32::try_from(n).ok()).unwrap_or(base.tries),
            cacert,
            cert: self.settings.path("http.cert")?,
            key: self.settings.path("http.key")?,
            insecure,
            correlator: if correlates { correlator } else { String::new() },
            proxies,
            parallel: self.settings.count("http.parallel")?.unwrap_or(base.parallel),
            ..base
        })
    }

    /// Those that are asked in place of servers elsewhere.
    pub(crate) fn proxies(&self) -> Result<Proxies> {
        let variable = |names: [&str; 2]| names.iter().find_map(|name| self.inputs.variable(name)).map(str::to_owned);
        let proxy = self.settings.text("http.proxy")?;
        Ok(Proxies {
            http: proxy.clone().or_else(|| variable(["http_proxy", "HTTP_PROXY"])),
            https: proxy.clone().or_else(|| variable(["https_proxy", "HTTPS_PROXY"])),
            all: proxy.or_else(|| variable(["all_proxy", "ALL_PROXY"])),
            no_proxy: variable(["no_proxy", "NO_PROXY"]),
        })
    }

    /// A way without a token for a look that has to be over soon: nothing is tried twice, and answers bring along the
    /// certificate that was shown.
    pub(crate) fn brief_door(&self, backend: Backend, limit: Duration) -> Result<Door> {
        let (endpoint, _) = self.endpoint(backend)?;
        let tls = match self.settings.backend(backend.name())? {
            Some(backend) => (backend.cacert, backend.insecure),
            None => self.general_tls()?,
        };
        let usual = self.http_settings(tls, true)?;
        let settings = HttpSettings {
            connect_timeout: usual.connect_timeout.min(limit),
            idle_timeout: usual.idle_timeout.min(limit),
            budget: limit,
            tries: 1,
            tells_certificate: true,
            ..usual
        };
        let http = Rc::new(Http::new(settings, self.clock.clone(), self.journal.clone()));
        Ok(Door::new(http, endpoint, None))
    }

    /// Where a back end is, and where its address comes from; `None` if nobody said.
    pub(crate) fn known_endpoint(&self, backend: Backend) -> Result<Option<(Endpoint, Origin)>> {
        let Some(found) = self.settings.backend(backend.name())? else { return Ok(None) };
        let endpoint = Endpoint::parse(backend.name(), &found.url)?;
        Ok(Some((endpoint, found.origin)))
    }

    /// Where a back end is that the command cannot do without.
    pub(super) fn endpoint(&self, backend: Backend) -> Result<(Endpoint, Origin)> {
        let (title, name, port) = (backend.title(), backend.name(), backend.port());
        self.known_endpoint(backend)?.ok_or_else(|| {
            let parts = if self.primary == backend { " (or --host HOST --port PORT)" } else { "" };
            let address = match backend {
                // On the open internet, and often below a path.
                Backend::Paas => "https://HOST/PATH".to_owned(),
                // Without --allow-http nothing is sent in clear text to another machine.
                _ => format!("https://HOST:{port}"),
            };
            let for_good = format!("for good: orchest config set {name}.url {address}");
            let error = CliError::new(Exit::Config, format!("where is {title}?"));
            let error = if cfg!(feature = "sandbox") && matches!(backend, Backend::Keystone | Backend::Paas) {
                error.cause("to try things out, with servers that are emulated: orchest sandbox shell --seed demo")
            } else {
                error
            };
            error.next(format!("give --{name} URL{parts}, or {for_good}")).into()
        })
    }

    /// Refuses to send a secret where anybody on the way could read it.
    pub(super) fn refuse_plain(&self, endpoint: &Endpoint, secret: &str) -> Result<()> {
        if endpoint.is_plain_http() && !endpoint.is_loopback() && !self.settings.boolean("allow_http")? {
            let message = format!("{} would carry the {secret} unencrypted over the network", endpoint.url);
            let error = CliError::usage(message);
            return Err(error.next("use https, or say --allow-http if that network is yours").into());
        }
        Ok(())
    }

    pub(super) fn keystone_endpoint(&self) -> Result<(Endpoint, Origin)> {
        let (endpoint, origin) = self.endpoint(Backend::Keystone)?;
        self.refuse_plain(&endpoint, "password")?;
        Ok((endpoint, origin))
    }

    /// Keystone's address, for messages.
    pub(crate) fn keystone_address(&self) -> Result<String> {
        Ok(shown(&self.keystone_endpoint()?.0))
    }

    /// The address of a back end that the command cannot do without.
    pub(crate) fn address_of(&self, backend: Backend) -> Result<String> {
        Ok(shown(&self.endpoint(backend)?.0))
    }

    /// The addresses of back ends, for questions.
    pub(super) fn addresses(&self, backends: &[Backend]) -> Result<String> {
        let addresses: Result<Vec<String>> =
            backends.iter().map(|backend| Ok(shown(&self.endpoint(*backend)?.0))).collect();
        Ok(addresses?.join(", "))
    }
}

/// What a command is about beyond its words: the servers that the settings name, by their names, and the service.
pub(crate) fn about(settings: &Settings) -> BTreeMap<String, String> {
    let address = |backend: Backend| {
        let found = settings.backend(backend.name()).ok().flatten()?;
        Some((backend.name().to_owned(), shown(&Endpoint::parse(backend.name(), &found.url).ok()?)))
    };
    let place = |key: &str| Some((key.to_owned(), settings.text(key).ok().flatten()?));
    Backend::ALL
        .into_iter()
        .filter_map(address)
        .chain(["service", "subservice"].into_iter().filter_map(place))
        .collect()
}

pub(super) fn shown(endpoint: &Endpoint) -> String {
    endpoint.url.as_str().trim_end_matches('/').to_owned()
}
