//! Which requests a fault counts: `POST /v3/roles*`, `keystone:/v3/users*`, `orion:*`.

use std::fmt;
use std::str::FromStr;

/// A method, a server and a path with `*` for any characters; what is not given matches everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    method: Option<String>,
    server: Option<String>,
    path: String,
}

impl Pattern {
    /// Whether it is about this request. The query is not looked at.
    pub fn matches(&self, method: &str, server: &str, target: &str) -> bool {
        let path = target.split('?').next().unwrap_or(target);
        self.method.as_deref().is_none_or(|wanted| wanted == method)
            && self.server.as_deref().is_none_or(|wanted| wanted == server)
            && glob(&self.path, path)
    }
}

/// Compares piece by piece: the first has to begin the text, the last to end it, and the others to follow in order.
fn glob(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    if !pattern.contains('*') {
        return rest.is_empty();
    }
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

impl FromStr for Pattern {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (method, place) = match text.trim().split_once(' ') {
            Some((method, place)) => (Some(method.to_owned()), place.trim()),
            None => (None, text.trim()),
        };
        if method
            .as_ref()
            .is_some_and(|method| method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_uppercase()))
        {
            return Err("a method is written in capitals, as in: on POST /v3/roles*");
        }
        let (server, path) = match place.split_once(':') {
            Some((server, path)) if !server.contains(['/', '*']) => (Some(server.to_owned()), path),
            _ => (None, place),
        };
        if !path.starts_with(['/', '*']) {
            return Err("after \"on\" goes a path such as /v3/users* or keystone:/v3/users*");
        }
        Ok(Self { method, server, path: path.to_owned() })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(method) = &self.method {
            write!(f, "{method} ")?;
        }
        if let Some(server) = &self.server {
            write!(f, "{server}:")?;
        }
        f.write_str(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_what_it_says_and_nothing_else() {
        let table = [
            ("/v3/users", "GET", "keystone", "/v3/users?name=a", true),
            ("/v3/users", "GET", "keystone", "/v3/users/1", false),
            ("/v3/users*", "GET", "keystone", "/v3/users/1", true),
            ("POST /v3/users*", "GET", "keystone", "/v3/users/1", false),
            ("POST *", "POST", "orion", "/v2/subscriptions", true),
            ("orion:*", "POST", "orion", "/v2/subscriptions", true),
            ("orion:*", "POST", "perseo", "/rules", false),
            ("/v3/*/roles/*", "PUT", "keystone", "/v3/domains/1/users/2/roles/3", true),
            ("/v3/*/roles", "PUT", "keystone", "/v3/domains/1/users/2/roles/3", false),
            ("*roles*x", "PUT", "keystone", "/roles", false),
        ];
        for (pattern, method, server, target, expected) in table {
            let parsed: Pattern = pattern.parse().unwrap();
            assert_eq!(parsed.matches(method, server, target), expected, "{pattern} {method} {server} {target}");
            assert_eq!(parsed.to_string(), pattern);
        }
    }

    #[test]
    fn refuses_what_could_match_nothing() {
        for text in ["", "v3/users", "post /v3/users", "POST", "keystone:users"] {
            assert!(text.parse::<Pattern>().is_err(), "{text}");
        }
    }
}
