//! The address on this machine that a browser comes back to. Some issuers take any port (RFC 8252); others compare every
//! letter with what was registered, the name of the machine among it.

use url::{Host, Url};

/// Such an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Callback {
    pub(super) host: String,
    /// 0: any that is free.
    pub(super) port: u16,
    pub(super) path: String,
}

impl Callback {
    /// What this machine is called where its number is not.
    pub(super) const BY_NAME: &str = "localhost";

    /// By number, at this port or a free one.
    pub(crate) fn usual(port: Option<u16>) -> Self {
        Self { host: "127.0.0.1".to_owned(), port: port.unwrap_or(0), path: "/callback".to_owned() }
    }

    /// As it was registered, to the letter. `None`: it does not lead to a port of this machine by plain http.
    pub(crate) fn registered(address: &str) -> Option<Self> {
        let url = Url::parse(address).ok()?;
        let is_here = match url.host()? {
            Host::Domain(name) => name == Self::BY_NAME,
            Host::Ipv4(number) => number.octets() == [127, 0, 0, 1],
            Host::Ipv6(_) => false,
        };
        let callback = Self { host: url.host_str()?.to_owned(), port: url.port()?, path: url.path().to_owned() };
        // What is not the same again would not be taken there.
        (is_here && callback.port != 0 && callback.address() == address).then_some(callback)
    }

    /// The address itself.
    pub(crate) fn address(&self) -> String {
        format!("{}{}", self.origin(), self.path)
    }

    /// The port, or that it is any, for messages.
    pub(crate) fn port_in_words(&self) -> String {
        if self.port == 0 { "a free port".to_owned() } else { format!("port {}", self.port) }
    }

    pub(super) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_port_of_this_machine_can_be_listened_on() {
        for (address, is_one) in [
            ("http://localhost:8888/finish_auth", true),
            ("http://127.0.0.1:3000/callback", true),
            ("http://localhost/callback", false),
            ("https://localhost:8888/finish_auth", false),
            ("http://localhost.evil.example:8888/", false),
            ("http://127.0.0.2:8888/", false),
            ("http://u:p@localhost:8888/", false),
            ("http://localhost:8888/a?b=c", false),
            ("http://localhost:8888/a#b", false),
            ("http://LOCALHOST:8888/a", false),
            ("http://localhost:80/a", false),
            ("localhost", false),
        ] {
            let found = Callback::registered(address);
            assert_eq!(found.is_some(), is_one, "{address}");
            assert!(found.is_none_or(|found| found.address() == address));
        }
    }
}
