//! How addresses, headers and servers' words are shown: without secrets, without anything that acts on a terminal.

use url::Url;

use crate::base::address::{self, is_telling};
use crate::base::redact::{MASK, clean};
use crate::base::text::safe;

use super::{Method, Request};

/// What an error has to say about the request it belongs to.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) backend: &'static str,
    pub(super) method: Method,
    /// Redacted.
    pub(super) url: String,
}

impl Place {
    pub(super) fn new(backend: &'static str, request: &Request, address: &Url) -> Self {
        Self { backend, method: request.method, url: url(address) }
    }
}

/// An address without user, password, the values of telling query keys, and its fragment: we never make one, and where a
/// server does it is how some logins hand over a token.
pub(super) fn url(address: &Url) -> String {
    let mut shown = address.clone();
    if !shown.username().is_empty() || shown.password().is_some() {
        // Both can only fail for addresses that cannot have a user.
        let _ = shown.set_username("");
        let _ = shown.set_password(None);
    }
    if let Some(query) = address.query() {
        shown.set_query(Some(&address::query(query, is_telling)));
    }
    if shown.fragment().is_some() {
        shown.set_fragment(Some(MASK));
    }
    text(shown.as_str())
}

/// The same for an address as a server wrote it, which may be relative or none at all.
fn location(written: &str) -> String {
    let (before, fragment) = written.split_once('#').map_or((written, ""), |(before, _)| (before, "#***"));
    let (path, query) = before.split_once('?').map_or((before, None), |(path, query)| (path, Some(query)));
    let mut shown = path.to_owned();
    if let Some(start) = path.find("//").map(|at| at + 2)
        && let Some(end) = path.get(start..).and_then(|rest| rest.split(['/', '\\']).next()?.rfind('@'))
    {
        shown.replace_range(start..start + end, MASK);
    }
    if let Some(query) = query {
        // A redirect at the end of a login carries its result in the query.
        shown.push('?');
        shown.push_str(&address::query(query, is_telling));
    }
    text(&(shown + fragment))
}

/// A header's value, or what may be seen of it.
pub(super) fn header(name: &str, value: &str) -> String {
    if is_telling(name) {
        return MASK.to_owned();
    }
    if name.to_ascii_lowercase().ends_with("location") { location(value) } else { text(value) }
}

/// Text for a message: registered secrets out first, then whatever a terminal would act on.
pub(super) fn text(given: &str) -> String {
    safe(&clean(given)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_users_and_telling_values() {
        let address = Url::parse("https://me:pw@h/p?name=a%20b&token=abc&key=k&client_secret=s&marker=m&code").unwrap();
        assert_eq!(url(&address), "https://h/p?name=a%20b&token=***&key=***&client_secret=***&marker=m&code");
    }

    #[test]
    fn a_user_alone_or_a_password_alone_goes_too() {
        for written in ["https://me@h/p", "https://:pw@h/p", "https://h/p"] {
            assert_eq!(url(&Url::parse(written).unwrap()), "https://h/p", "{written}");
        }
    }

    #[test]
    fn what_a_login_hands_over_in_a_fragment_is_not_shown() {
        let address = Url::parse("https://h/back?a=b#access_token=abc&state=s").unwrap();
        assert_eq!(url(&address), "https://h/back?a=b#***");
        for (location, seen) in [
            ("https://h/back#access_token=abc", "https://h/back#***"),
            ("/back?code=c#access_token=abc?x", "/back?code=***#***"),
            ("http://me:pw@h/p?a=b", "http://***@h/p?a=b"),
            ("//me@h", "//***@h"),
            ("/user@h", "/user@h"),
        ] {
            assert_eq!(header("Location", location), seen, "{location}");
        }
    }

    #[test]
    fn telling_headers_are_masked_whatever_their_case() {
        for name in [
            "Authorization",
            "x-auth-token",
            "X-Subject-Token",
            "COOKIE",
            "set-cookie",
            "Proxy-Authorization",
            "X-Api-Key",
            "PRIVATE-TOKEN",
        ] {
            assert_eq!(header(name, "seen"), MASK, "{name}");
        }
        assert_eq!(header("Location", "http://h/back?code=c&a=b"), "http://h/back?code=***&a=b");
        assert_eq!(header("Fiware-Service", "smart\u{1b}city"), "smart\\x1bcity");
    }

    #[test]
    fn known_secrets_are_found_in_harmless_places() {
        crate::base::redact::register("show-room-secret");
        assert_eq!(header("Location", "/x?y=show-room-secret"), "/x?y=***");
    }

    #[test]
    fn long_text_is_cut_between_characters() {}
}
