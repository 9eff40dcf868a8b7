//! What can be set about sending. Where the values come from is not known here.

use std::path::PathBuf;
use std::time::Duration;

/// How to send. The defaults are those that the help texts promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HttpSettings {
    /// How long a connection may take to come about, TLS included.
    pub(crate) connect_timeout: Duration,
    /// How long to wait without a single byte; a request's own patience goes first.
    pub(crate) idle_timeout: Duration,
    /// How long to keep trying while no server gives a usable answer.
    pub(crate) budget: Duration,
    /// How often one request is sent at most.
    pub(crate) tries: u32,
    /// The only certificate authorities to trust, instead of the system's.
    pub(crate) cacert: Option<PathBuf>,
    /// Our own certificate, for servers that ask for one.
    pub(crate) cert: Option<PathBuf>,
    /// The key of our own certificate, where it is not in the same file.
    pub(crate) key: Option<PathBuf>,
    /// Do not check certificates at all.
    pub(crate) insecure: bool,
    /// The run's id, sent along so that the servers' logs can be searched for it. Empty: none is sent.
    pub(crate) correlator: String,
    pub(crate) proxies: Proxies,
    /// The largest answer that is read, in bytes.
    pub(crate) max_body: u64,
    /// How many requests may be under way at once.
    pub(crate) parallel: usize,
    /// Whether answers bring along the certificate that their server showed.
    pub(crate) tells_certificate: bool,
}

/// Proxies by the scheme of the address that is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Proxies {
    pub(crate) http: Option<String>,
    pub(crate) https: Option<String>,
    /// For either scheme, where the above say nothing.
    pub(crate) all: Option<String>,
    /// Names with their subdomains, addresses and networks that are reached directly, separated by commas.
    pub(crate) no_proxy: Option<String>,
}

impl HttpSettings {
    /// Whether connections that were made with these can serve the other, too.
    pub(crate) fn connects_as(&self, other: &Self) -> bool {
        Self { correlator: other.correlator.clone(), ..self.clone() } == *other
    }
}

impl Proxies {
    /// Whether everything is reached directly.
    pub(crate) fn is_empty(&self) -> bool {
        self.http.is_none() && self.https.is_none() && self.all.is_none()
    }
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_mins(1),
            budget: Duration::from_mins(5),
            tries: 4,
            cacert: None,
            cert: None,
            key: None,
            insecure: false,
            correlator: String::new(),
            proxies: Proxies::default(),
            max_body: 64 * 1024 * 1024,
            parallel: 16,
            tells_certificate: false,
        }
    }
}
