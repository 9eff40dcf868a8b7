//! What must not be seen of addresses: the passwords in them, and the values of telling names.

use std::ops::Range;

use super::redact::MASK;

/// What ends an address within a text.
const ENDS: &[char] = &['"', '<', '>'];

const SCHEME: &str = "://";

/// What ends the part of an address that names its host.
const SEPARATORS: [char; 4] = ['/', '?', '#', '\\'];

/// Whether a header or a query key announces a secret. Broad on purpose: a masked harmless value costs nothing.
pub(crate) fn is_telling(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let parts = [
        "token",
        "secret",
        "passw",
        "authorization",
        "cookie",
        "api-key",
        "api_key",
        "apikey",
        "signature",
        "assertion",
    ];
    parts.iter().any(|part| name.contains(part)) || ["key", "code", "sig", "auth", "state"].contains(&name.as_str())
}

/// A query without the values of these names.
pub(crate) fn query(query: &str, is_secret: impl Fn(&str) -> bool) -> String {
    let shown = |pair: &str| match pair.split_once('=') {
        Some((key, value)) if !value.is_empty() && is_secret(key) => format!("{key}={MASK}"),
        _ => pair.to_owned(),
    };
    query.split('&').map(shown).collect::<Vec<_>>().join("&")
}

/// A text whose addresses have lost their passwords, and the values of these names in what follows `?` and `#`. Users
/// stay: `git@host` is no secret.
pub(crate) fn within(text: &str, is_secret: impl Fn(&str) -> bool) -> String {
    let words = text.split_inclusive(|one: char| one.is_whitespace() || ENDS.contains(&one));
    words.map(|word| if word.contains(SCHEME) { of_word(word, &is_secret) } else { word.to_owned() }).collect()
}

fn of_word(word: &str, is_secret: &impl Fn(&str) -> bool) -> String {
    let (word, end) = match word.char_indices().next_back() {
        Some((at, last)) if last.is_whitespace() || ENDS.contains(&last) => word.split_at(at),
        _ => (word, ""),
    };
    let shown = parts(word).iter().enumerate().map(|(at, part)| host(part, at > 0)).collect::<Vec<_>>().join(SCHEME);
    let (path, pairs) = shown.split_at(shown.find(['?', '#']).unwrap_or(shown.len()));
    let marked = pairs.split_inclusive(['?', '#']).map(|pairs| match pairs.strip_suffix(['?', '#']) {
        Some(bare) => query(bare, is_secret) + pairs.get(bare.len()..).unwrap_or_default(),
        None => query(pairs, is_secret),
    });
    path.to_owned() + &marked.collect::<String>() + end
}

/// What stands between schemes: one address can stand in another, as in `https://a/?to=https://b/`. A password may hold what
/// looks like the end of a scheme, so one that has begun goes on until there is an `@`.
fn parts(word: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in word.split(SCHEME) {
        let goes_on = parts.len() > 1 && parts.last().is_some_and(|before| is_open(before));
        match parts.last_mut().filter(|_| goes_on) {
            Some(before) => {
                before.push_str(SCHEME);
                before.push_str(part);
            }
            None => parts.push(part.to_owned()),
        }
    }
    parts
}

/// Whether what follows a scheme ends within what may be a password: after a colon that begins no port and no path.
fn is_open(part: &str) -> bool {
    let authority = part.split(SEPARATORS).next().unwrap_or_default();
    let after = authority.split_once(':').map(|(_, after)| after);
    !part.contains('@')
        && !authority.starts_with('[')
        && after.is_some_and(|after| authority.len() == part.len() || !is_port(after))
}

fn is_port(after: &str) -> bool {
    after.bytes().all(|byte| byte.is_ascii_digit())
}

/// What follows a scheme, without the password; before the first one there is none.
fn host(part: &str, has_scheme: bool) -> String {
    let mut shown = part.to_owned();
    if let Some(password) = password(part).filter(|_| has_scheme) {
        shown.replace_range(password, MASK);
    }
    shown
}

/// Where the password is. One with a `/` in it ought to be escaped, and is not always: what follows the colon is a port
/// only where it is a number.
fn password(address: &str) -> Option<Range<usize>> {
    let authority = address.split(SEPARATORS).next().unwrap_or_default();
    let end = match authority.rfind('@') {
        Some(at) => at,
        None if address.contains(SCHEME) => address.rfind('@')?,
        None if authority.starts_with('[') || authority.rsplit_once(':').is_none_or(|(_, port)| is_port(port)) => {
            return None;
        }
        None => address.rfind('@')?,
    };
    let start = address.get(..end)?.find(':')? + 1;
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_telling_values_go_and_the_rest_stays() {
        for (text, seen) in [
            ("https://h/?token=abc", "https://h/?token=***"),
            ("https://u:pw@h/", "https://u:***@h/"),
            ("note:see-https://u:pw@h/", "note:see-https://u:***@h/"),
            ("see https://h:8888/lab?a=1&token=abc&b=2, then", "see https://h:8888/lab?a=1&token=***&b=2, then"),
            (
                "a \"http://u:p@ss@h\" and ssh://cloudadm@10.0.0.1:22",
                "a \"http://u:***@h\" and ssh://cloudadm@10.0.0.1:22",
            ),
            ("https://h/#/x?access_token=abc", "https://h/#/x?access_token=***"),
            ("mongodb://u:p@a:1,b:2/db?x=y", "mongodb://u:***@a:1,b:2/db?x=y"),
            ("https://a/?to=https://u:pw@b/&token=abc", "https://a/?to=https://u:***@b/&token=***"),
            ("https://a,https://u:pw@b\nx: y", "https://a,https://u:***@b\nx: y"),
            ("redis://:pw@h/0", "redis://:***@h/0"),
            ("postgres://u:a/b#c@h/db", "postgres://u:***@h/db"),
            ("https://h/?token=abc then", "https://h/?token=*** then"),
            ("<https://h/?token=abc>", "<https://h/?token=***>"),
            ("https://u:a://b@h/x", "https://u:***@h/x"),
            ("https://u:://b@h/?token=abc", "https://u:***@h/?token=***"),
            ("https://u:12://b://c@h/", "https://u:***@h/"),
            ("postgres://u:a/b://c@h/db", "postgres://u:***@h/db"),
            ("https://h:80/?to=https://u:a://b@c/", "https://h:80/?to=https://u:***@c/"),
        ] {
            assert_eq!(within(text, is_telling), seen);
        }
        for open in [
            "https://h:80/@me",
            "http://[::1]/a@b",
            "https://u@h/",
            "https://h/?token=",
            "a:b@c",
            "://",
            "",
            "a:b@c://h",
            "https://h:a b@c",
            "https://u:@h/",
            "https://h:a://b",
        ] {
            assert_eq!(within(open, is_telling), open);
        }
    }
}
