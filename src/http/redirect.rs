//! Redirects: a read may be sent on within the same origin, nothing goes anywhere else.

use url::Url;

use super::show::{self, Place};
use super::{Error, Method};
use crate::base::text::shortened;

/// How often one request is sent on.
pub(super) const MOST: u32 = 3;

/// Where an answer sends this request, if it does. Any place but the same scheme, host and port is an error, and so is
/// a redirected write: whether it was carried out is not for us to guess.
pub(super) fn target(status: u16, location: Option<&str>, from: &Url, place: &Place) -> Result<Option<Url>, Error> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let malformed = |reason: &str| Error::Malformed {
        backend: place.backend,
        method: place.method.as_str(),
        url: place.url.clone(),
        reason: reason.to_owned(),
    };
    let location = location.ok_or_else(|| malformed("it redirects without saying where to"))?;
    let to = from.join(location).map_err(|_| malformed("it redirects to something that is no address"))?;
    let ours = to.origin() == from.origin() && to.username().is_empty() && to.password().is_none();
    if !ours || !matches!(place.method, Method::Get | Method::Head) {
        return Err(Error::Redirect {
            backend: place.backend,
            from: place.url.clone(),
            to: shortened(&show::url(&to), 500),
        });
    }
    Ok(Some(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(method: Method, status: u16, location: Option<&str>) -> Result<Option<Url>, Error> {
        let from = Url::parse("http://good.example:5000/v3/users").unwrap();
        target(status, location, &from, &Place { backend: "keystone", method, url: show::url(&from) })
    }

    #[test]
    fn reads_move_within_their_origin() {
        for (location, to) in [
            ("/v3/other", "http://good.example:5000/v3/other"),
            ("other", "http://good.example:5000/v3/other"),
            ("http://GOOD.example:5000/x", "http://good.example:5000/x"),
            ("//good.example:5000/x", "http://good.example:5000/x"),
        ] {
            for status in [301, 302, 303, 307, 308] {
                assert_eq!(ask(Method::Get, status, Some(location)).unwrap().unwrap().as_str(), to);
            }
        }
    }

    #[test]
    fn nothing_moves_anywhere_else() {
        for location in [
            "https://good.example:5000/v3/users",
            "http://good.example:5001/v3/users",
            "http://good.example/v3/users",
            "http://good.example.evil.test:5000/",
            "http://good.example@evil.test:5000/",
            "http://good.example:5000@evil.test/",
            "http://me:pw@good.example:5000/",
            "http://good.example.:5000/",
            "http://gооd.example:5000/",
            "//evil.test/",
            "\\\\evil.test/",
            "ftp://good.example:5000/",
            "file:///etc/passwd",
            "javascript:alert(1)",
        ] {
            for method in [Method::Get, Method::Head, Method::Post, Method::Delete] {
                let error = ask(method, 302, Some(location)).unwrap_err();
                assert!(matches!(error, Error::Redirect { .. }), "{location}: {error:?}");
                assert!(!error.to_string().contains("me:pw"));
            }
        }
    }

    #[test]
    fn writes_do_not_move_at_all() {
        for method in [Method::Post, Method::Put, Method::Patch, Method::Delete] {
            assert!(matches!(ask(method, 308, Some("/v3/users/")), Err(Error::Redirect { .. })));
        }
    }

    #[test]
    fn other_statuses_are_plain_answers() {
        for status in [200, 300, 304, 305, 400] {
            assert!(ask(Method::Get, status, Some("http://evil.test")).unwrap().is_none(), "{status}");
        }
        assert!(matches!(ask(Method::Get, 302, None), Err(Error::Malformed { .. })));
        assert!(matches!(ask(Method::Get, 302, Some("http://[")), Err(Error::Malformed { .. })));
    }
}
