//! Builds the one `reqwest::Client`, when the first request needs it: roots, our own certificate, proxies.

use std::cell::OnceCell;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use reqwest::{Certificate, Client, ClientBuilder, Identity, NoProxy, Proxy, redirect, retry, tls};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use url::Url;

use crate::base::redact;
use crate::base::text::shell_word;

use super::{Error, HttpSettings, show};

/// Loopback is never asked of a proxy: it would be the proxy's own.
const NEVER_PROXIED: &str = "localhost,127.0.0.0/8,::1,::ffff:127.0.0.0/104";

/// Servers in this field close an idle connection after 5 s or less. Letting go first avoids the write that meets a
/// closing connection and whose outcome nobody knows.
const KEPT_IDLE: Duration = Duration::from_secs(4);

/// The client, built on first use. Reading the system's roots is most of a start's work, so what is only ever asked
/// for plain http, without files or proxies, has a client that reads none.
#[derive(Default)]
pub(super) struct Clients {
    plain: OnceCell<Client>,
    full: OnceCell<Client>,
}

impl Clients {
    /// The client for this address.
    pub(super) fn get(&self, url: &Url, settings: &HttpSettings) -> Result<&Client, Error> {
        let no_files = settings.cacert.is_none() && settings.cert.is_none() && settings.key.is_none();
        if url.scheme() == "http" && no_files && settings.proxies.is_empty() {
            return kept(&self.plain, || {
                finished(base(settings).tls_certs_only([])).map_err(|error| Error::Setup(setup(&error)))
            });
        }
        kept(&self.full, || full(settings))
    }

    /// Whether nothing was built yet.
    pub(super) fn is_untouched(&self) -> bool {
        self.plain.get().is_none() && self.full.get().is_none()
    }
}

fn kept(cell: &OnceCell<Client>, build: impl FnOnce() -> Result<Client, Error>) -> Result<&Client, Error> {
    if let Some(client) = cell.get() {
        return Ok(client);
    }
    let client = build()?;
    Ok(cell.get_or_init(|| client))
}

fn full(settings: &HttpSettings) -> Result<Client, Error> {
    let authorities = settings.cacert.as_deref().map(authorities).transpose()?;
    let identity = identity(settings)?;
    let proxies = proxies(settings)?;
    let start = || {
        let mut builder = base(settings);
        if let Some(identity) = &identity {
            builder = builder.identity(identity.clone());
        }
        for proxy in &proxies {
            builder = builder.proxy(proxy.clone());
        }
        builder
    };
    let client = match authorities {
        Some(authorities) => finished(start().tls_certs_only(authorities)),
        None => system_or_own(|own| {
            let builder = start();
            finished(if own { builder.tls_certs_only(own_roots()) } else { builder })
        }),
    };
    client.map_err(|error| {
        let file = settings.cert.as_deref().map_or_else(String::new, |cert| format!("{}: ", cert.display()));
        Error::Setup(format!("{file}{}", setup(&error)))
    })
}

/// Slim containers have no certificate authorities at all, and then not even a client for plain http can be built
/// with the system's. The roots that were compiled in stand in.
fn system_or_own<E>(build: impl Fn(bool) -> Result<Client, E>) -> Result<Client, E> {
    build(false).or_else(|_| build(true))
}

fn own_roots() -> impl Iterator<Item = Certificate> {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().filter_map(|root| Certificate::from_der(root).ok())
}

fn base(settings: &HttpSettings) -> ClientBuilder {
    // Fails where one is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[allow(clippy::disallowed_methods, reason = "this is the one place")]
    let builder = Client::builder();
    builder
        .connect_timeout(settings.connect_timeout)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .no_proxy()
        .tls_version_min(tls::Version::TLS_1_2)
        .tls_danger_accept_invalid_certs(settings.insecure)
        .tls_info(settings.tells_certificate)
        .pool_max_idle_per_host(settings.parallel)
        .pool_idle_timeout(KEPT_IDLE)
}

fn finished(builder: ClientBuilder) -> reqwest::Result<Client> {
    builder.build()
}

fn setup(error: &reqwest::Error) -> String {
    let deepest = std::iter::successors(std::error::Error::source(error), |cause| cause.source()).last();
    let reason = deepest.map_or_else(|| error.to_string(), ToString::to_string);
    format!("the connection cannot be set up: {}", show::text(&reason))
}

/// The certificates of a file, each checked to be one that can sign.
fn authorities(path: &Path) -> Result<Vec<Certificate>, Error> {
    let (found, _) = certificates(path)?;
    let certificate = |der: &CertificateDer<'_>| {
        Certificate::from_der(der).map_err(|error| Error::Setup(format!("{}: {error}", path.display())))
    };
    found.iter().map(certificate).collect()
}

/// The same for connections that are not made here.
#[cfg(feature = "ldap")]
pub(crate) fn roots(path: &Path) -> Result<RootCertStore, Error> {
    certificates(path).map(|(_, store)| store)
}

fn certificates(path: &Path) -> Result<(Vec<CertificateDer<'static>>, RootCertStore), Error> {
    let bad = |reason: &str| Error::Setup(format!("{}: {reason}", path.display()));
    let text = read(path)?;
    let mut store = RootCertStore::empty();
    let mut found = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let certificate = certificate.map_err(|_| bad("its PEM text is damaged"))?;
        store.add(certificate.clone()).map_err(|error| bad(&format!("holds a certificate that is none ({error})")))?;
        found.push(certificate);
    }
    if found.is_empty() {
        return Err(bad("holds no certificate in PEM form"));
    }
    Ok((found, store))
}

/// Our own certificate and its key, from two files or one.
fn identity(settings: &HttpSettings) -> Result<Option<Identity>, Error> {
    let (cert, key) = match (&settings.cert, &settings.key) {
        (Some(cert), key) => (cert, key.as_ref().unwrap_or(cert)),
        (None, Some(key)) => {
            return Err(Error::Setup(format!("{}: a key is of no use without its certificate", key.display())));
        }
        (None, None) => return Ok(None),
    };
    let mut pem = read(cert)?;
    private(key)?;
    if key != cert {
        pem.push(b'\n');
        pem.extend(read(key)?);
    }
    if String::from_utf8_lossy(&pem).contains("ENCRYPTED") {
        return Err(Error::Setup(encrypted(key)));
    }
    Identity::from_pem(&pem).map(Some).map_err(|_| {
        Error::Setup(format!("{} and {}: no certificate with a key in PEM form", cert.display(), key.display()))
    })
}

/// A key that needs a passphrase, and the command that makes one that needs none.
fn encrypted(key: &Path) -> String {
    let shown = show::text(&key.to_string_lossy());
    let (from, to) = (shell_word(&shown), shell_word(&format!("{shown}.plain")));
    format!(
        "{shown}: the key is encrypted, and its passphrase is not asked for; make a copy without one and give that with \
         --key: (umask 077; openssl pkey -in {from} -out {to})"
    )
}

fn private(path: &Path) -> Result<(), Error> {
    let mode = fs::metadata(path).map_err(|error| unreadable(path, &error))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(Error::Setup(format!(
            "{path}: others may read this key (mode {:04o}); run: chmod 600 {path}",
            mode & 0o7777,
            path = path.display()
        )));
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::Setup(format!("{}: cannot be read ({error})", path.display()))
}

fn proxies(settings: &HttpSettings) -> Result<Vec<Proxy>, Error> {
    let given = &settings.proxies;
    // The library takes a star for all names and for no address.
    if given.no_proxy.as_deref().is_some_and(|list| list.split(',').any(|entry| entry.trim() == "*")) {
        return Ok(Vec::new());
    }
    let direct = match given.no_proxy.as_deref() {
        Some(more) => format!("{NEVER_PROXIED},{more}"),
        None => NEVER_PROXIED.to_owned(),
    };
    let mut proxies = Vec::new();
    // The first that knows the scheme is asked, so the general one comes last.
    for (kind, address) in [("http", &given.http), ("https", &given.https), ("all", &given.all)] {
        let Some(address) = address.as_deref().filter(|address| !address.is_empty()) else { continue };
        let url = proxy_address(address)?;
        let proxy = match kind {
            "http" => Proxy::http(url),
            "https" => Proxy::https(url),
            _ => Proxy::all(url),
        };
        let proxy = proxy.map_err(|error| Error::Setup(setup(&error)))?;
        proxies.push(proxy.no_proxy(NoProxy::from_string(&direct)));
    }
    Ok(proxies)
}

/// Reads a proxy's address; the scheme may be left out. Its user and password are secrets from here on.
fn proxy_address(text: &str) -> Result<Url, Error> {
    let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let Ok(url) = Url::parse(&full) else {
        return Err(Error::Setup("the address of the proxy cannot be read".to_owned()));
    };
    if let Some(password) = url.password() {
        let plain = percent_decode_str(password).decode_utf8_lossy();
        let user = percent_decode_str(url.username()).decode_utf8_lossy();
        redact::register(&plain);
        redact::register(password);
        redact::register(&format!("{user}:{plain}"));
    }
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(Error::Setup(format!("{}: a proxy is reached by http or https", show::url(&url))));
    }
    Ok(url)
}

#[cfg(test)]
#[path = "tests/client.rs"]
mod tests;
