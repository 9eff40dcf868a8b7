//! The server behind the proxy: its address, and the one connection to it that each client's connection has.
//!
//! Plain http only. Knows nothing of faults.

use std::fmt;
use std::io;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use url::Url;

use super::proxy::ProxyError;
use super::wire::Reader;

/// Where the server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    host: String,
    port: u16,
    /// Of the base URL, without a slash at its end. Requests carry it themselves; it is needed for the proxy's own URL.
    pub(super) path: String,
}

impl Address {
    pub(super) fn parse(text: &str) -> Result<Self, ProxyError> {
        let bad = |reason: &'static str| ProxyError::Address { text: without_user(text), reason };
        let url = Url::parse(text).map_err(|_| bad("is no URL such as http://127.0.0.1:5000"))?;
        match url.scheme() {
            "http" => {}
            "https" => return Err(ProxyError::Encrypted { text: without_user(text) }),
            _ => return Err(bad("does not start with http://")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("holds a user name; the client sends the credentials"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(bad("has a query or a fragment; the base address of a server is needed"));
        }
        let host = url.host_str().ok_or_else(|| bad("has no host"))?;
        Ok(Self {
            // `[::1]` is how a URL spells it, `::1` is what can be looked up.
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: url.port_or_known_default().unwrap_or(80),
            path: url.path().trim_end_matches('/').to_owned(),
        })
    }

    pub(super) async fn connect(&self) -> io::Result<Upstream> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        let (read, write) = stream.into_split();
        Ok(Upstream { reader: Reader::new(read), writer: write })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "http://[{}]:{}{}", self.host, self.port, self.path)
        } else {
            write!(f, "http://{}:{}{}", self.host, self.port, self.path)
        }
    }
}

/// The text without what stands before an `@`: it may be a password, and errors are read by others.
fn without_user(text: &str) -> String {
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        (None, Some((_, host))) => format!("…@{host}"),
        _ => text.to_owned(),
    }
}

/// An open connection to the server, with no request on it.
#[derive(Debug)]
pub(super) struct Upstream {
    pub(super) reader: Reader<OwnedReadHalf>,
    pub(super) writer: OwnedWriteHalf,
}

impl Upstream {
    /// Returns when the connection is of no more use: closed, broken, or with bytes on it that nobody asked for.
    pub(super) async fn spoiled(&mut self) {
        if !self.reader.has_leftover() {
            // Whatever this yields, an idle connection should have yielded nothing.
            let _ = self.reader.source_mut().read_u8().await;
        }
    }

    /// The same question, asked without waiting.
    pub(super) fn is_spoiled(&self) -> bool {
        let mut byte = [0_u8];
        let nothing_there =
            self.reader.source().try_read(&mut byte).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
        self.reader.has_leftover() || !nothing_there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_base_addresses() {
        let table = [
            ("http://127.0.0.1:5000", "http://127.0.0.1:5000", ""),
            ("http://127.0.0.1:5000/", "http://127.0.0.1:5000", ""),
            ("HTTP://Keystone.example", "http://keystone.example:80", ""),
            ("http://[::1]:35357/identity/", "http://[::1]:35357/identity", "/identity"),
        ];
        for (text, shown, path) in table {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.to_string().as_str(), address.path.as_str()), (shown, path), "{text}");
        }
    }

    #[test]
    fn refuses_what_it_cannot_stand_in_front_of_and_repeats_no_password() {
        let table = [
            ("https://keystone.example", "plain http"),
            ("ftp://keystone.example", "http://"),
            ("keystone.example:5000", "http://"),
            ("", "is no URL"),
            ("http://", "is no URL"),
            ("http://admin:hush@keystone.example", "user name"),
            ("https://admin:hush@keystone.example", "plain http"),
            ("admin:hush@keystone.example", "http://"),
            ("http://keystone.example/?a=b", "query"),
        ];
        for (text, reason) in table {
            let error = Address::parse(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text:?} gave: {error}");
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
