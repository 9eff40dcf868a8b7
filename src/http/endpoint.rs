//! Where a back end lives, and how a request becomes an address: the one place where paths and queries are encoded.

use std::net::Ipv6Addr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

use crate::base::text::{safe, shortened};

use super::{Error, Request, Segment};

/// Everything but the characters that no server and no proxy reads a meaning into.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~').remove(b'.');

/// Where a back end lives: `https://host:port/prefix`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// The back end's name in messages and counters: `keystone`.
    pub(crate) backend: &'static str,
    pub(crate) url: Url,
}

impl Endpoint {
    /// Reads an address as people write it. A trailing slash is fine, and so is Keystone's own `/v3` or the
    /// orchestrator's `/api/v1`.
    pub(crate) fn parse(backend: &'static str, text: &str) -> Result<Self, Error> {
        let bad = |reason: &str| Err(Error::Setup(format!("{} is no address of {backend}: {reason}", quoted(text))));
        if text.chars().any(|character| character.is_whitespace() || character.is_control()) {
            return bad("it holds a blank or a control character");
        }
        let lower = text.to_ascii_lowercase();
        if !lower.starts_with("http://") && !lower.starts_with("https://") {
            return bad("it has to start with http:// or https://");
        }
        let mut url = match Url::parse(text) {
            Ok(url) => url,
            Err(error) => return bad(&error.to_string()),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return bad("user and password do not belong in it");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return bad("`?` and `#` do not belong in it");
        }
        let mut path = url.path().trim_end_matches('/').to_owned();
        // What request paths start with anyway.
        let own = match backend {
            "keystone" => "/v3",
            "paas" => "/api/v1",
            _ => "",
        };
        if let Some(shorter) = path.strip_suffix(own) {
            path = shorter.trim_end_matches('/').to_owned();
        }
        url.set_path(&path);
        Ok(Self { backend, url })
    }

    /// Scheme, host and port: what a credential is bound to.
    pub(crate) fn origin(&self) -> url::Origin {
        self.url.origin()
    }

    /// Whether requests stay on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => {
                address == Ipv6Addr::LOCALHOST || address.to_ipv4_mapped().is_some_and(|four| four.is_loopback())
            }
            None => false,
        }
    }

    /// Whether anybody on the way can read along.
    pub(crate) fn is_plain_http(&self) -> bool {
        self.url.scheme() == "http"
    }

    /// The full address of a request to this endpoint. Refuses an empty segment, `.`, `..` and NUL (S23).
    pub(crate) fn address(&self, request: &Request) -> Result<Url, Error> {
        // An address that others dictate, such as an issuer's, may end in a slash that matters.
        let whole = self.url.path();
        let mut path = if request.segments.is_empty() { whole } else { whole.trim_end_matches('/') }.to_owned();
        for segment in &request.segments {
            let text = match segment {
                Segment::Fixed(text) => text,
                Segment::Value(text) | Segment::Id(text) => text.as_str(),
            };
            if text.is_empty() {
                return Err(Error::Unsendable("an empty name cannot be part of an address".to_owned()));
            }
            if text == "." || text == ".." || text.contains('\0') {
                return Err(Error::Unsendable(format!("the name {} cannot be part of an address", quoted(text))));
            }
            if matches!(segment, Segment::Id(_)) && !is_id(text) {
                return Err(Error::Unsendable(format!("{} is no id: none has such characters", quoted(text))));
            }
            path.push('/');
            path.push_str(&encoded(text));
        }
        if path.is_empty() || request.slash {
            path.push('/');
        }
        let mut url = self.url.clone();
        url.set_path(&path);
        // Servers are asked for exactly what was meant, or not at all.
        if url.path() != path {
            return Err(Error::Unsendable(format!("the path {} cannot be sent as it is", quoted(&path))));
        }
        if !request.query.is_empty() {
            let pairs: Vec<String> =
                request.query.iter().map(|(key, value)| format!("{}={}", encoded(key), encoded(value))).collect();
            url.set_query(Some(&pairs.join("&")));
        }
        Ok(url)
    }
}

/// Whether it can be an id: of no blanks, and of nothing that means something in an address.
fn is_id(text: &str) -> bool {
    let odd = |sign: char| sign.is_control() || sign.is_whitespace() || "/\\?#%;".contains(sign);
    !text.is_empty() && text.len() <= 255 && !text.contains(odd)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// Text from outside for a message: safe, and without a password that was written into an address.
fn quoted(text: &str) -> String {
    let shown = match text.rsplit_once('@') {
        Some((before, host)) => {
            let scheme = before.split_once("://").map_or("", |(scheme, _)| scheme);
            let start = if scheme.is_empty() { String::new() } else { format!("{scheme}://") };
            format!("{start}{}@{host}", crate::base::redact::MASK)
        }
        None => text.to_owned(),
    };
    format!("`{}`", shortened(&safe(&crate::base::redact::clean(&shown)), 200))
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;

    use super::*;
    use crate::http::Method;

    fn endpoint(text: &str) -> Endpoint {
        Endpoint::parse("keystone", text).unwrap()
    }

    fn get() -> Request {
        Request::new(Method::Get)
    }

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (given, url) in [
            ("http://h:5000", "http://h:5000/"),
            ("http://h:5000/", "http://h:5000/"),
            ("http://h:5000/v3", "http://h:5000/"),
            ("http://h:5000/v3/", "http://h:5000/"),
            ("HTTPS://Host/identity/v3//", "https://host/identity"),
            ("http://[::1]:5000", "http://[::1]:5000/"),
            ("http://h/v3/other", "http://h/v3/other"),
            ("http://h/myv3", "http://h/myv3"),
        ] {
            assert_eq!(endpoint(given).url.as_str(), url, "{given}");
        }
        assert_eq!(Endpoint::parse("paas", "http://h/v3").unwrap().url.as_str(), "http://h/v3");
        assert_eq!(Endpoint::parse("paas", "http://h/x/api/v1/").unwrap().url.as_str(), "http://h/x");
    }

    #[test]
    fn what_is_no_address_is_refused_by_name_and_without_its_password() {
        for bad in [
            "",
            "localhost:5000",
            "ftp://h",
            "http://",
            "http://::1:5000",
            "http://h/?a=b",
            "http://h/#x",
            "http://h:x",
            "http://a b/",
            "http://h/a b",
            "http://h/a\u{1}",
            "http://me@h",
            "http://:pw@h",
            "http://h/\n",
        ] {
            let text = Endpoint::parse("keystone", bad).unwrap_err().to_string();
            assert!(text.contains("keystone") && !text.contains('\n'), "{bad:?}: {text}");
        }
        let text = Endpoint::parse("keystone", "http://me:pass-in-url@h:5000").unwrap_err().to_string();
        assert!(text.contains("http://***@h:5000") && !text.contains("pass-in-url"), "{text}");
        let text = Endpoint::parse("keystone", "me:pass-in-url@h:5000").unwrap_err().to_string();
        assert!(text.contains("`***@h:5000`") && !text.contains("pass-in-url"), "{text}");
        assert!(Endpoint::parse("keystone", "file:///etc/passwd").is_err());
    }

    #[test]
    fn an_address_without_segments_is_asked_for_as_it_is() {
        for exact in ["https://h/token/", "https://h/a/token", "https://h/", "https://h/token?p=policy"] {
            let endpoint = Endpoint { backend: "issuer", url: Url::parse(exact).unwrap() };
            assert_eq!(endpoint.address(&Request::new(Method::Post)).unwrap().as_str(), exact);
        }
    }

    #[test]
    fn loopback_is_known_in_all_its_forms() {
        for here in [
            "http://localhost",
            "http://127.0.0.1:1",
            "http://127.9.9.9",
            "http://[::1]",
            "http://[::ffff:127.0.0.1]",
            "http://a.localhost",
        ] {
            assert!(endpoint(here).is_loopback(), "{here}");
        }
        for there in ["http://localhost.evil.test", "http://10.0.0.1", "http://[fe80::1]", "http://127.0.0.1.evil.test"]
        {
            assert!(!endpoint(there).is_loopback(), "{there}");
        }
        assert!(endpoint("http://h").is_plain_http() && !endpoint("https://h").is_plain_http());
    }

    /// Names that have broken clients, each with what it is about.
    fn corpus() -> Vec<String> {
        let mut names: Vec<String> = [
            "plain",
            "with space",
            " lead",
            "trail ",
            "a#b",
            "#",
            "a/b",
            "/",
            "//",
            "a%b",
            "%",
            "%2e%2e",
            "%2E",
            "%00",
            "a?b",
            "?",
            "..a",
            "a..",
            "...",
            ". ",
            ".a",
            "a;b",
            ";",
            "a&b=c",
            "a+b",
            "a:b",
            "a@b",
            "Zürich",
            "日本",
            "😀",
            "e\u{301}",
            "a\\b",
            "\\",
            "a\tb",
            "a\nb",
            "a\u{7f}b",
            "\"",
            "'",
            "<x>",
            "$(id)",
            "`id`",
            "*",
            "~",
            "-",
            "_",
            "http://evil.test/",
            "../../etc",
            "./x",
            "[x]",
            "{x}",
            "|",
            "^",
            "a,b",
            "=",
            "\u{202e}x",
            "\u{feff}",
        ]
        .map(str::to_owned)
        .to_vec();
        names.push("x".repeat(64));
        names.push("/".repeat(64));
        names.push("ü".repeat(64));
        names
    }

    #[test]
    fn every_name_arrives_as_one_segment_and_unchanged() {
        let base = endpoint("http://h:5000/prefix");
        for name in corpus() {
            let url = base.address(&get().path("v3/users").segment(&name).path("projects")).unwrap();
            let parts: Vec<&str> = url.path().split('/').collect();
            assert_eq!(parts.len(), 6, "{name:?} → {url}");
            assert_eq!((parts[1], parts[2], parts[3], parts[5]), ("prefix", "v3", "users", "projects"));
            assert_eq!(percent_decode_str(parts[4]).decode_utf8().unwrap(), name);
            assert!(parts[4].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_~.%".contains(&byte)), "{url}");
            assert_eq!((url.query(), url.fragment(), url.host_str()), (None, None, Some("h")));
        }
    }

    #[test]
    fn every_query_value_arrives_unchanged() {
        for name in corpus() {
            let url =
                endpoint("http://h").address(&get().path("v3/users").query("na me", &name).query("b", "")).unwrap();
            let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            assert_eq!(pairs, [("na me".to_owned(), name.clone()), ("b".to_owned(), String::new())], "{url}");
            assert!(!url.query().unwrap().contains('+'), "{url}");
        }
    }

    #[test]
    fn names_that_no_path_can_hold_are_refused() {
        for bad in ["", ".", "..", "a\0b", "\0"] {
            let error = endpoint("http://h").address(&get().path("v3/users").segment(bad)).unwrap_err();
            assert!(matches!(&error, Error::Unsendable(text) if !text.contains('\0')), "{bad:?}: {error:?}");
            assert!(error.to_string().ends_with(" cannot be part of an address"), "{bad:?}: {error}");
        }
    }

    #[test]
    fn an_id_has_no_character_that_leads_elsewhere() {
        let sent = |id: &str| endpoint("http://h").address(&get().path("v3/groups").id(id)).is_ok();
        for good in
            ["default", "0123456789abcdef0123456789abcdef", "ann@example.org", "CN=Ann,OU=x", "a.b~c:d|e", "zoë"]
        {
            assert!(sent(good), "{good}");
        }
        assert!(sent(&"a".repeat(255)));
        let long = "a".repeat(256);
        for bad in [
            "",
            ".",
            "..",
            "g/users/u",
            "a\\b",
            "a?b",
            "a#b",
            "a%2Fb",
            "a;b",
            "a b",
            "a\u{a0}b",
            "a\nb",
            "a\u{1}b",
            &long,
        ] {
            assert!(!sent(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_collection_may_end_in_a_slash() {
        let url = endpoint("http://h").address(&get().path("api/v1/users").slash().query("page", "1")).unwrap();
        assert_eq!(url.as_str(), "http://h/api/v1/users/?page=1");
    }

    #[test]
    fn a_request_without_a_path_asks_for_the_endpoint_itself() {
        assert_eq!(endpoint("http://h").address(&get()).unwrap().as_str(), "http://h/");
        assert_eq!(endpoint("http://h/p").address(&get()).unwrap().as_str(), "http://h/p");
    }
}
