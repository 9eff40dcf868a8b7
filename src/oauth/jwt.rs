//! What an access token says about itself, where it is a JWT. Nothing is verified: that is the business of the server it
//! is sent to. It is read to be shown, and to refuse an expired one before it is sent.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// The claims that matter here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) issuer: Option<String>,
    pub(crate) subject: Option<String>,
    /// Of `groups` and of `wlcg.groups`; where both are there, what is in both.
    pub(crate) groups: Vec<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) audience: Vec<String>,
}

/// The claims of a token; `None` if it is no JWT, which a token need not be.
pub(crate) fn read(token: &str) -> Option<Claims> {
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    object(header)?.get("alg")?.as_str()?;
    let claims = object(payload)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Claims {
        expires_at: claims.get("exp").and_then(seconds),
        issuer: text("iss"),
        subject: text("sub"),
        groups: groups(&claims),
        nonce: text("nonce"),
        audience: match claims.get("aud") {
            Some(Value::String(one)) => vec![one.clone()],
            other => texts(other).unwrap_or_default(),
        },
    })
}

fn object(part: &str) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
    match serde_json::from_slice(&bytes).ok()? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// Seconds since 1970; some issuers write a fraction.
fn seconds(value: &Value) -> Option<Timestamp> {
    #[expect(clippy::cast_possible_truncation, reason = "what is out of range is refused by the next step")]
    let whole = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds.floor() as i64))?;
    Timestamp::from_second(whole).ok()
}

fn texts(value: Option<&Value>) -> Option<Vec<String>> {
    Some(value?.as_array()?.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn groups(claims: &Map<String, Value>) -> Vec<String> {
    let plain = texts(claims.get("groups"));
    let strip = |name: String| name.strip_prefix('/').map_or(name.clone(), str::to_owned);
    let profile: Option<Vec<String>> =
        texts(claims.get("wlcg.groups")).map(|names| names.into_iter().map(strip).collect());
    match (plain, profile) {
        (Some(plain), Some(profile)) => plain.into_iter().filter(|name| profile.contains(name)).collect(),
        (one, other) => one.or(other).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn token(claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.c2ln", part(&json!({"alg": "RS256", "typ": "at+jwt"})), part(claims))
    }

    #[test]
    fn claims_are_read() {
        let claims = read(&token(&json!({"exp": 1_800_000_000, "iss": "https://i/", "sub": "s", "groups": ["a"],
            "nonce": "n", "aud": ["x", "y"]})))
        .unwrap();
        assert_eq!(claims.expires_at, Timestamp::from_second(1_800_000_000).ok());
        assert_eq!((claims.issuer.as_deref(), claims.subject.as_deref()), (Some("https://i/"), Some("s")));
        assert_eq!((claims.groups, claims.nonce.as_deref()), (vec!["a".to_owned()], Some("n")));
        assert_eq!(claims.audience, ["x", "y"]);
        let sparse = read(&token(&json!({"exp": 1_800_000_000.7, "aud": "one"}))).unwrap();
        assert_eq!(sparse.expires_at, Timestamp::from_second(1_800_000_000).ok());
        assert_eq!((sparse.audience, sparse.groups), (vec!["one".to_owned()], Vec::new()));
    }

    #[test]
    fn groups_of_two_claims_count_where_both_have_them() {
        for (claims, groups) in [
            (json!({"groups": ["a", "b"]}), &["a", "b"][..]),
            (json!({"wlcg.groups": ["/a", "/a/b"]}), &["a", "a/b"]),
            (json!({"groups": ["a", "b"], "wlcg.groups": ["/b", "/c"]}), &["b"]),
            (json!({"groups": "a"}), &[]),
        ] {
            assert_eq!(read(&token(&claims)).unwrap().groups, groups, "{claims}");
        }
    }

    #[test]
    fn what_is_no_jwt_is_none() {
        let unsigned = token(&json!({})).rsplit_once('.').unwrap().0.to_owned();
        let no_header = format!("{}.{}.x", URL_SAFE_NO_PAD.encode("{}"), URL_SAFE_NO_PAD.encode("{}"));
        for text in ["", "opaque", "a.b.c", "....", &unsigned, &no_header, "e30.WzFd.x"] {
            assert_eq!(read(text), None, "{text}");
        }
        let huge = read(&token(&json!({"exp": 1e300}))).unwrap();
        assert_eq!(huge.expires_at, None);
    }
}
