//! The address of a back end, put together from a URL and its parts, each from the layer that says it first.

use std::path::PathBuf;

use super::error::Error;
use super::keys::BACKENDS;
use super::load::Settings;
use super::origin::Origin;
use super::url::Parts;

/// How to reach a back end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Backend {
    /// Without a slash at its end.
    pub(crate) url: String,
    /// Whether a PEP stands before it.
    pub(crate) pep: bool,
    /// The certificate authorities to trust, instead of the system's.
    pub(crate) cacert: Option<PathBuf>,
    /// Whether its certificate is not checked.
    pub(crate) insecure: bool,
    /// Where the address came from; if any part of it came from a file nobody vouches for, that file.
    pub(crate) origin: Origin,
}

/// A part of an address, how deep its layer lies, and where it came from.
type Part<'a, T> = (usize, T, &'a Origin);

impl Settings {
    /// The back end of that name; `None` if neither a URL nor a host is known.
    ///
    /// A URL counts as its protocol, host and port said together. So a host of a higher layer keeps the protocol of a URL
    /// below it, and overriding a host can never turn `https` into `http` unnoticed.
    pub(crate) fn backend(&self, name: &str) -> Result<Option<Backend>, Error> {
        let Some((_, default_protocol, default_port)) = BACKENDS.iter().find(|(known, _, _)| *known == name) else {
            return Ok(None);
        };
        let key = |part: &str| format!("{name}.{part}");
        let text = |part: &str| Ok::<_, Error>(self.part(&key(part), self.text(&key(part))?));
        let url = text("url")?.and_then(|(depth, url, origin)| Some((depth, Parts::parse(&url)?, origin)));
        let of_url = |depth: &Part<'_, Parts>| depth.0;

        let host = higher(text("host")?, url.as_ref().map(|url| (of_url(url), url.1.host.clone(), url.2)));
        let Some((host_depth, host, host_origin)) = host else { return Ok(None) };
        let protocol = higher(text("protocol")?, url.as_ref().map(|url| (of_url(url), url.1.protocol.clone(), url.2)));
        let port = self.part(&key("port"), self.port(&key("port"))?.map(Some));
        let port = higher(port, url.as_ref().map(|url| (of_url(url), url.1.port, url.2)));
        // The path belongs to the host it was written with.
        let path = url.as_ref().filter(|url| url.0 == host_depth && url.1.host == host).map(|url| url.1.path.clone());

        let origins = [Some(host_origin), protocol.as_ref().map(|part| part.2), port.as_ref().map(|part| part.2)];
        let stranger = origins.iter().flatten().find(|origin| origin.is_untrusted());
        let parts = Parts {
            protocol: protocol.map_or_else(|| (*default_protocol).to_owned(), |part| part.1),
            host,
            port: port.map_or(*default_port, |part| part.1),
            path: base_path(name, path.unwrap_or_default()),
        };
        Ok(Some(Backend {
            url: parts.assemble(),
            pep: self.boolean(&key("pep"))?,
            cacert: self.path(&self.nearer(&key("cacert"), "http.cacert"))?,
            insecure: self.boolean(&self.nearer(&key("insecure"), "http.insecure"))?,
            origin: stranger.copied().unwrap_or(host_origin).clone(),
        }))
    }

    fn part<T>(&self, key: &str, value: Option<T>) -> Option<Part<'_, T>> {
        let (depth, item) = self.find(key)?;
        Some((depth, value?, &item.origin))
    }

    /// The key that was set in the higher layer; in the same layer the first one.
    pub(crate) fn nearer(&self, specific: &str, general: &str) -> String {
        self.nearest([specific, general]).unwrap_or(specific).to_owned()
    }

    /// The same among several; `None` if none of them was set.
    pub(super) fn nearest<'key>(&self, keys: impl IntoIterator<Item = &'key str>) -> Option<&'key str> {
        let set = keys.into_iter().filter_map(|key| Some((self.find(key)?.0, key)));
        set.min_by_key(|(depth, _)| *depth).map(|(_, key)| key)
    }
}

fn higher<'a, T>(own: Option<Part<'a, T>>, of_url: Option<Part<'a, T>>) -> Option<Part<'a, T>> {
    match (own, of_url) {
        (Some(own), Some(of_url)) => Some(if own.0 < of_url.0 { own } else { of_url }),
        (own, of_url) => own.or(of_url),
    }
}

/// The address that a URL stands for where nobody says any part of it otherwise, as [`Backend::url`] has it.
pub(super) fn address(name: &str, url: &str) -> Option<String> {
    let parts = Parts::parse(url)?;
    Some(Parts { path: base_path(name, parts.path), ..parts }.assemble())
}

/// Whether two addresses are one, in every part. Whoever leaves the port out means that of the protocol.
pub(super) fn is_same_address(one: &str, other: &str) -> bool {
    let whole = |text: &str| {
        let parts = Parts::parse(text)?;
        let usual = if parts.protocol == "https" { 443 } else { 80 };
        Some(Parts { port: parts.port.or(Some(usual)), ..parts })
    };
    matches!((whole(one), whole(other)), (Some(one), Some(other)) if one == other)
}

/// `OS_AUTH_URL` ends with the version of the protocol, by custom; what is wanted here is the address before it.
fn base_path(name: &str, path: String) -> String {
    let version = ["/v3", "/v2.0"].iter().find_map(|version| path.strip_suffix(version));
    match version {
        Some(base) if name == "keystone" => base.to_owned(),
        _ => path,
    }
}
