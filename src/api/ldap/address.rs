//! The address of a directory, and whether anybody on the way can read along.

use std::net::Ipv6Addr;

use url::{Host, Url};

use super::Error;

/// `ldap://host:port` or `ldaps://host:port`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    url: Url,
    host: Host,
}

impl Address {
    /// Reads an address; only protocol, host and port may be said.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let bad = || Error::Setup(format!("'{}' is no address of a directory", crate::base::text::safe(text)));
        let url = Url::parse(text).map_err(|_| bad())?;
        let known = matches!(url.scheme(), "ldap" | "ldaps");
        let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        if !known || !bare || url.fragment().is_some() || !matches!(url.path(), "" | "/") {
            return Err(bad());
        }
        // The standard reads hosts of unknown protocols as any text.
        let host = url.host_str().filter(|host| !host.is_empty()).and_then(|host| Host::parse(host).ok());
        Ok(Self { host: host.ok_or_else(bad)?, url })
    }

    /// The whole of it.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// For messages.
    pub(crate) fn shown(&self) -> String {
        self.url.as_str().trim_end_matches('/').to_owned()
    }

    /// Whether everything is encrypted from the first byte.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.url.scheme() == "ldaps"
    }

    /// Whether nothing leaves this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        match &self.host {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => {
                *address == Ipv6Addr::LOCALHOST || address.to_ipv4_mapped().is_some_and(|four| four.is_loopback())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_known_in_all_its_forms() {
        for here in
            ["ldap://localhost", "ldap://LOCALHOST:1", "ldap://127.0.0.9", "ldap://[::1]", "ldaps://a.localhost"]
        {
            assert!(Address::parse(here).unwrap().is_loopback(), "{here}");
        }
        for there in ["ldap://d", "ldap://10.0.0.1", "ldap://127.0.0.1.evil.test", "ldap://localhost.evil.test"] {
            assert!(!Address::parse(there).unwrap().is_loopback(), "{there}");
        }
        assert!(
            Address::parse("ldaps://d").unwrap().is_encrypted() && !Address::parse("ldap://d").unwrap().is_encrypted()
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in ["", "d", "http://d", "ldapi://x", "ldap://", "ldap:d", "ldap://u@d", "ldap://d/dc=x", "ldap://d?x"]
        {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
    }
}
