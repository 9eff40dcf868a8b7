//! Access tokens: what an issuer would hand out, as far as the orchestrators look at it. They have the three parts of a
//! signed JWT, but nothing is signed: the third part is always the same word, and any other word is a bad signature. So
//! the tokens are worth something inside of a sandbox and nowhere else.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The issuer that both orchestrators trust. Nothing listens there: they read from the token what they would ask it.
pub(in crate::sandbox) const ISSUER: &str = "https://issuer.sandbox/";
/// Where a signature would be: the base64 of `unsigned`.
const SIGNATURE: &str = "dW5zaWduZWQ";

/// Who a token stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::sandbox) struct Claims {
    pub(in crate::sandbox) issuer: String,
    pub(in crate::sandbox) subject: String,
    /// In seconds since 1970.
    pub(in crate::sandbox) expires: i64,
    pub(in crate::sandbox) name: Option<String>,
    pub(in crate::sandbox) username: Option<String>,
    pub(in crate::sandbox) email: Option<String>,
    /// `None` without such a claim.
    pub(in crate::sandbox) groups: Option<Vec<String>>,
    pub(in crate::sandbox) scopes: Vec<String>,
}

/// What a token of identity says beside who somebody is: for which program, and in answer to which login.
#[derive(Clone, Copy, Debug)]
pub(in crate::sandbox) struct Login<'issue> {
    pub(in crate::sandbox) audience: &'issue str,
    pub(in crate::sandbox) nonce: Option<&'issue str>,
    /// In seconds since 1970.
    pub(in crate::sandbox) issued: i64,
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum Bad {
    /// No JWT at all.
    Opaque,
    Signature,
    Expired,
    Issuer,
}

impl Claims {
    /// Of the issuer that is trusted, for somebody who is called as the user name says.
    pub(in crate::sandbox) fn of_user(user: &str, groups: &[&str], scopes: &[&str], expires: i64) -> Self {
        let mut letters = user.chars();
        let name: String =
            letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default();
        let has = |scope: &str| scopes.contains(&scope);
        Self {
            issuer: ISSUER.to_owned(),
            subject: user.to_owned(),
            expires,
            name: has("profile").then_some(name),
            username: has("profile").then(|| user.to_owned()),
            email: has("email").then(|| format!("{user}@city.example")),
            groups: Some(groups.iter().map(|group| (*group).to_owned()).collect()),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        }
    }

    /// As a token that opens a server.
    pub(in crate::sandbox) fn token(&self) -> String {
        let mut claims = self.claims();
        claims.insert("scope".to_owned(), json!(self.scopes.join(" ")));
        encoded(claims)
    }

    /// As a token of identity, which tells a program who has logged in and opens nothing.
    pub(in crate::sandbox) fn identity(&self, login: Login<'_>) -> String {
        let mut claims = self.claims();
        claims.insert("aud".to_owned(), json!(login.audience));
        claims.insert("iat".to_owned(), json!(login.issued));
        claims.extend(login.nonce.map(|nonce| ("nonce".to_owned(), json!(nonce))));
        encoded(claims)
    }

    fn claims(&self) -> Map<String, Value> {
        let mut claims = Map::new();
        let mut put = |name: &str, value: Option<Value>| value.map(|value| claims.insert(name.to_owned(), value));
        put("iss", Some(json!(self.issuer)));
        put("sub", Some(json!(self.subject)));
        put("exp", Some(json!(self.expires)));
        put("name", self.name.as_ref().map(|name| json!(name)));
        put("preferred_username", self.username.as_ref().map(|name| json!(name)));
        put("email", self.email.as_ref().map(|email| json!(email)));
        put("groups", self.groups.as_ref().map(|groups| json!(groups)));
        // No two tokens are the same.
        put("jti", Some(json!(super::new_uuid())));
        claims
    }

    /// Out of a token, if it is good; `trusted` says which issuers are.
    pub(in crate::sandbox) fn read(token: &str, now: Timestamp, trusted: impl Fn(&str) -> bool) -> Result<Self, Bad> {
        let parts: Vec<&str> = token.split('.').collect();
        let &[_, payload, signature] = parts.as_slice() else { return Err(Bad::Opaque) };
        let bytes = URL_SAFE_NO_PAD.decode(payload).map_err(|_| Bad::Opaque)?;
        let claims: Value = serde_json::from_slice(&bytes).map_err(|_| Bad::Opaque)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        let claims = Self {
            issuer: text("iss").ok_or(Bad::Issuer)?,
            subject: text("sub").ok_or(Bad::Issuer)?,
            expires: claims.get("exp").and_then(Value::as_i64).unwrap_or_default(),
            name: text("name"),
            username: text("preferred_username"),
            email: text("email"),
            groups: groups(&claims),
            scopes: text("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
        };
        match claims {
            _ if signature != SIGNATURE => Err(Bad::Signature),
            claims if !trusted(&claims.issuer) => Err(Bad::Issuer),
            claims if claims.expires <= now.as_second() => Err(Bad::Expired),
            claims => Ok(claims),
        }
    }

    pub(in crate::sandbox) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }

    pub(in crate::sandbox) fn is_in(&self, group: &str) -> bool {
        self.groups.iter().flatten().any(|own| own == group)
    }
}

fn encoded(claims: Map<String, Value>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{SIGNATURE}", part(&json!({"alg": "none", "typ": "JWT"})), part(&Value::Object(claims)))
}

/// `groups`, or `wlcg.groups`, where each has a slash in front; with both, only what is in both.
fn groups(claims: &Value) -> Option<Vec<String>> {
    let list = |name: &str| {
        let groups = claims.get(name)?.as_array()?.iter().filter_map(Value::as_str);
        Some(groups.map(|group| group.strip_prefix('/').unwrap_or(group).to_owned()).collect::<Vec<_>>())
    };
    match (list("groups"), list("wlcg.groups")) {
        (Some(plain), Some(wlcg)) => Some(plain.into_iter().filter(|group| wlcg.contains(group)).collect()),
        (plain, wlcg) => plain.or(wlcg),
    }
}

/// A token of the trusted issuer, good for so long.
pub(in crate::sandbox) fn mint(
    now: Timestamp,
    user: &str,
    groups: &[&str],
    scopes: &[&str],
    lifetime: Duration,
    admin: bool,
) -> String {
    let groups: Vec<&str> = groups.iter().copied().chain(admin.then_some(super::ADMIN_GROUP)).collect();
    let expires = now.checked_add(lifetime).unwrap_or(Timestamp::MAX).as_second();
    Claims::of_user(user, &groups, scopes, expires).token()
}

/// What the control port is asked for: `{"user": …}`, and as it likes `groups`, `scopes`, `lifetime` in seconds, `admin`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    user: String,
    #[serde(default)]
    groups: Vec<String>,
    scopes: Option<Vec<String>>,
    lifetime: Option<u64>,
    #[serde(default)]
    admin: bool,
}

/// All that anything needs.
pub(in crate::sandbox) const SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// A token as asked for in JSON.
pub(in crate::sandbox) fn asked(body: &[u8], now: Timestamp) -> Result<String, String> {
    let wish: Wish = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let groups: Vec<&str> = wish.groups.iter().map(String::as_str).collect();
    let scopes = wish.scopes.unwrap_or_else(|| SCOPES.map(str::to_owned).to_vec());
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let lifetime = Duration::from_secs(wish.lifetime.unwrap_or(3600));
    Ok(mint(now, &wish.user, &groups, &scopes, lifetime, wish.admin))
}

/// What stands in an Authorization header of the scheme Bearer.
pub(in crate::sandbox) fn bearer(header: Option<&str>) -> Bearer<'_> {
    let Some(header) = header else { return Bearer::Missing };
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    match (scheme.eq_ignore_ascii_case("bearer"), token.trim()) {
        (_, "") => Bearer::Missing,
        (false, _) => Bearer::OtherScheme,
        (true, token) => Bearer::Token(token),
    }
}

/// What stands in an Authorization header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum Bearer<'call> {
    Missing,
    OtherScheme,
    Token(&'call str),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(token: &str) -> Result<Claims, Bad> {
        Claims::read(token, Timestamp::UNIX_EPOCH, |issuer| issuer == ISSUER)
    }

    #[test]
    fn a_token_comes_back_as_it_was_made() {
        let claims = Claims::of_user("ann", &["dev"], &["openid", "profile"], 60);
        assert_eq!((claims.name.as_deref(), claims.email.as_deref()), (Some("Ann"), None));
        let token = claims.token();
        assert_eq!(read(&token), Ok(claims.clone()));
        assert_ne!(token, claims.token());
    }

    #[test]
    fn what_is_wrong_with_a_token_is_told_apart() {
        let claims = Claims::of_user("ann", &[], &[], 60);
        let token = claims.token();
        let forged = token.replace(SIGNATURE, "c2lnbmVk");
        let other = Claims { issuer: "https://elsewhere/".to_owned(), ..claims.clone() }.token();
        let old = Claims { expires: 0, ..claims }.token();
        let table = [
            ("word", Bad::Opaque),
            ("a.b.c", Bad::Opaque),
            (&forged, Bad::Signature),
            (&other, Bad::Issuer),
            (&old, Bad::Expired),
        ];
        for (token, bad) in table {
            assert_eq!(read(token), Err(bad), "{token}");
        }
    }

    #[test]
    fn the_control_port_makes_a_token_for_whoever_is_named() {
        let token = asked(br#"{"user": "ann", "groups": ["dev"], "admin": true}"#, Timestamp::UNIX_EPOCH).unwrap();
        let claims = read(&token).unwrap();
        assert_eq!((claims.expires, claims.is_in("dev"), claims.is_in("admins")), (3600, true, true));
        assert_eq!(claims.scopes, SCOPES);
        assert!(asked(br#"{"groups": []}"#, Timestamp::UNIX_EPOCH).unwrap_err().contains("user"));
    }

    #[test]
    fn groups_are_those_of_both_claims_without_the_slash() {
        let table = [
            (json!({"groups": ["a", "b"]}), Some(vec!["a", "b"])),
            (json!({"wlcg.groups": ["/a", "/b/c"]}), Some(vec!["a", "b/c"])),
            (json!({"groups": ["a", "b"], "wlcg.groups": ["/b"]}), Some(vec!["b"])),
            (json!({}), None),
        ];
        for (claims, expected) in table {
            let found = groups(&claims);
            assert_eq!(found.as_ref().map(|found| found.iter().map(String::as_str).collect()), expected, "{claims}");
        }
    }

    #[test]
    fn the_scheme_may_be_spelt_in_any_case() {
        let table = [
            (None, Bearer::Missing),
            (Some("Bearer"), Bearer::Missing),
            (Some("Bearer "), Bearer::Missing),
            (Some("Basic eA=="), Bearer::OtherScheme),
            (Some("bEARER x"), Bearer::Token("x")),
        ];
        for (header, expected) in table {
            assert_eq!(bearer(header), expected, "{header:?}");
        }
    }
}
