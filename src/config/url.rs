//! The address of a back end taken apart, so that a host of one layer and a port of another can meet.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The parts of `protocol://host:port/path`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parts {
    /// `http` or `https`.
    pub(super) protocol: String,
    /// As [`host`] gives it: IPv6 in brackets.
    pub(super) host: String,
    /// Only if written.
    pub(super) port: Option<u16>,
    /// Empty, or starting with a slash and not ending with one.
    pub(super) path: String,
}

impl Parts {
    /// Reads an address. User information, queries and fragments are refused: a password there would end up in logs, and
    /// none of them means anything to a back end's base address.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::of(text, &["http", "https"])
    }

    fn of(text: &str, protocols: &[&str]) -> Option<Self> {
        let (protocol, rest) = text.split_once("://")?;
        let protocol = protocol.to_ascii_lowercase();
        if !protocols.contains(&protocol.as_str()) || rest.contains(forbidden) || rest.contains(['@', '?', '#']) {
            return None;
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (name, port) = match authority.rfind(':') {
            Some(colon) if !authority.ends_with(']') => {
                let (name, port) = authority.split_at(colon);
                (name, Some(port.get(1..)?.parse().ok().filter(|port| *port > 0)?))
            }
            _ => (authority, None),
        };
        // Without brackets nobody can tell where an IPv6 address ends and its port begins.
        if name.contains(':') && !name.starts_with('[') {
            return None;
        }
        Some(Self { protocol, host: host(name)?, port, path: path.trim_end_matches('/').to_owned() })
    }

    /// The address again.
    pub(super) fn assemble(&self) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{}{port}{}", self.protocol, self.host, self.path)
    }
}

/// Whether this is the address of a directory. A path there would be an entry to look at, which is said elsewhere.
pub(super) fn is_directory(text: &str) -> bool {
    Parts::of(text, &["ldap", "ldaps"]).is_some_and(|parts| parts.path.is_empty())
}

/// A host as it stands in a URL: lower case, IPv6 in brackets. `None` if it is not one.
pub(super) fn host(text: &str) -> Option<String> {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    if inner.is_some() || text.contains(':') {
        return inner.unwrap_or(text).parse::<Ipv6Addr>().ok().map(|address| format!("[{address}]"));
    }
    let bad = |character: char| forbidden(character) || "/\\@?#%:[]<>^|\"`{}".contains(character);
    if text.is_empty() || text.contains(bad) || text.starts_with('.') || text.contains("..") {
        return None;
    }
    // `127.1` and `0x7f.1` are addresses to some resolvers and names to others: only the full form is an address.
    let numeric = text.rsplit('.').next().is_some_and(|last| last.starts_with(|first: char| first.is_ascii_digit()));
    if numeric && text.parse::<Ipv4Addr>().is_err() && text.contains('.') {
        return None;
    }
    Some(text.to_lowercase())
}

fn forbidden(character: char) -> bool {
    character.is_whitespace() || character.is_control() || character == '\\'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_apart_and_puts_together() {
        for (written, same) in [
            ("https://ks.example:5000", "https://ks.example:5000"),
            ("HTTP://KS.example/", "http://ks.example"),
            ("http://[::1]:5000/v3/", "http://[::1]:5000/v3"),
            ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"),
            ("https://a/identity/v3", "https://a/identity/v3"),
        ] {
            assert_eq!(Parts::parse(written).unwrap().assemble(), same, "{written}");
        }
    }

    #[test]
    fn refuses_what_could_hide_a_password_or_another_host() {
        for bad in [
            "",
            "ks.example",
            "ftp://a",
            "http://",
            "http://:5000",
            "http://user:pw@a",
            "http://a?x",
            "http://a#x",
            "http://a b",
            "http://a\\@b",
            "http://a:0",
            "http://a:65536",
            "http://a:",
            "http://::1:5000",
            "http://[::1",
            "http://[zz]",
            "http://a\nb",
            "http://127.1",
        ] {
            assert_eq!(Parts::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn directories_have_addresses_of_their_own() {
        for good in ["ldap://localhost", "LDAPS://d.example:636/", "ldap://[::1]:3389"] {
            assert!(is_directory(good), "{good}");
        }
        for bad in ["http://d", "ldapi:///x", "ldap://", "ldap://d/dc=x", "ldap://d?x", "ldap://cn=a:b@d", "d:389"] {
            assert!(!is_directory(bad), "{bad}");
        }
        assert_eq!(Parts::parse("ldap://d"), None);
    }

    #[test]
    fn hosts_with_and_without_brackets() {
        assert_eq!(host("fe80::1").as_deref(), Some("[fe80::1]"));
        assert_eq!(host("[fe80::1]").as_deref(), Some("[fe80::1]"));
        assert_eq!(host("LocalHost").as_deref(), Some("localhost"));
        assert_eq!(host("10.0.0.1").as_deref(), Some("10.0.0.1"));
        for bad in ["", "a:b", "a/b", "a@b", "[a]", "..", "1.2.3"] {
            assert_eq!(host(bad), None, "{bad}");
        }
    }
}
