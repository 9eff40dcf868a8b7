//! The path of a request of one's own: taken apart, so that the one encoder puts it together.

use percent_encoding::percent_decode_str;

use crate::base::address::is_telling;
use crate::base::text::safe;
use crate::http::Request;

use super::super::error::CliError;

/// The request with this path and query. Whatever would lead elsewhere than below the server's address is refused.
pub(super) fn of(text: &str, request: Request) -> Result<Request, CliError> {
    let refuse = |why: &str| {
        let message = format!("'{}' is no path below the server's address: {why}", safe(text));
        Err(CliError::usage(message).next("write it as in /v3/users?name=bob"))
    };
    if text.chars().any(|sign| sign.is_control() || sign.is_whitespace()) {
        return refuse("it holds a blank or a control character; write %20 for a blank");
    }
    if text.contains('\\') {
        return refuse("it holds a \\; write %5C if it is meant so");
    }
    let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
    if path.contains("://") || path.starts_with("//") {
        return refuse("it is an address of its own");
    }
    if text.contains('#') {
        return refuse("it holds a #; write %23 if it is meant so");
    }
    let mut request = request;
    let inner = path.strip_prefix('/').unwrap_or(path);
    let (inner, slash) = inner.strip_suffix('/').map_or((inner, false), |inner| (inner, true));
    for segment in inner.split('/').filter(|_| !inner.is_empty()) {
        let Some(plain) = decoded(segment) else { return refuse("a % in it is no escape") };
        if plain.is_empty() {
            return refuse("it has two / in a row");
        }
        if plain == "." || plain == ".." || plain.contains('\0') {
            return refuse("it has a . or .. in it, or ends a text");
        }
        request = request.segment(plain);
    }
    if slash {
        request = request.slash();
    }
    let pairs = query.into_iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty());
    for pair in pairs {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let plain = |text: &str| decoded(&text.replace('+', " "));
        let (Some(name), Some(value)) = (plain(name), plain(value)) else {
            return refuse("a % in it is no escape");
        };
        // GitHub's lists are asked for by state.
        if is_telling(&name) && !matches!(name.as_str(), "state" | "code") && !value.is_empty() {
            return refuse("a secret does not belong on the command line");
        }
        request = request.query(name, value);
    }
    Ok(request)
}

/// The text without its escapes; `None` where one is none, or hides what is no text.
fn decoded(text: &str) -> Option<String> {
    let escapes = text.split('%').skip(1);
    let is_escape = |rest: &str| rest.get(..2).is_some_and(|two| two.bytes().all(|digit| digit.is_ascii_hexdigit()));
    if !escapes.clone().all(is_escape) {
        return None;
    }
    percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::error::Exit;
    use crate::http::{Endpoint, Method};

    fn url(path: &str) -> Result<String, CliError> {
        let request = of(path, Request::new(Method::Get))?;
        let endpoint = Endpoint::parse("orion", "http://h:1026/below").unwrap();
        Ok(endpoint.address(&request).unwrap().to_string())
    }

    #[test]
    fn a_path_is_sent_as_it_was_meant() {
        for (path, sent) in [
            ("/v2/entities", "http://h:1026/below/v2/entities"),
            ("v2/entities/", "http://h:1026/below/v2/entities/"),
            ("/", "http://h:1026/below"),
            ("/v2/a%2Fb/%C3%BC?q=a%26b&x=1+2&flag", "http://h:1026/below/v2/a%2Fb/%C3%BC?q=a%26b&x=1%202&flag="),
            ("/users.list?cursor=dGVhbQ%3D%3D", "http://h:1026/below/users.list?cursor=dGVhbQ%3D%3D"),
            ("/a:b@c;d", "http://h:1026/below/a%3Ab%40c%3Bd"),
            ("/ü", "http://h:1026/below/%C3%BC"),
        ] {
            assert_eq!(url(path).unwrap(), sent, "{path}");
        }
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        for path in [
            "//evil.test/x",
            "http://evil.test/",
            "https://h:1026/v2",
            "/http://evil.test/",
            "/../x",
            "/a/../../b",
            "/a/./b",
            "/%2e%2e/x",
            "/a/%2E/b",
            "/a//b",
            "///",
            "\\\\evil.test\\x",
            "/a\\..\\b",
            "/a#b",
            "/a b",
            "/a\nb",
            "/a%00b",
            "/a%zz",
            "/a%",
            "/a%ff",
            "/a?x=%zz",
            "/1/members/me?key=abc",
            "/x?access_token=abc",
        ] {
            let error = url(path).unwrap_err();
            assert_eq!(error.exit, Exit::Usage, "{path}");
            assert!(!error.message.contains('\n'), "{}", error.message);
        }
    }
}
