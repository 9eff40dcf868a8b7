//! What an issuer says about itself: where its end points are.

use serde_json::Value;
use url::Url;

use crate::http::{Endpoint, Error, Http, Method, Request, Response};

use super::Dialect;

/// An issuer's name in messages and counters.
pub(super) const BACKEND: &str = "issuer";

/// The end points of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Issuer {
    /// Its name as it says it itself, which is what its tokens carry.
    pub(crate) name: String,
    pub(crate) token: Url,
    pub(crate) authorization: Option<Url>,
    pub(crate) device: Option<Url>,
    pub(crate) revocation: Option<Url>,
    /// Whether a client's secret goes into the form, because the header is not understood.
    pub(super) secret_in_form: bool,
    pub(super) dialect: Dialect,
    /// What else it wants to be told where a browser is sent to it.
    pub(super) extras: Vec<(&'static str, String)>,
    /// Whether it takes a proof with a code (PKCE).
    pub(super) takes_proof: bool,
    /// Whether it was asked itself, and not only known: then its name is the one it uses.
    pub(super) is_discovered: bool,
}

/// Whether two names mean the same issuer: a slash at the end makes no difference.
pub(crate) fn same_issuer(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

impl Issuer {
    /// One whose end point for tokens is known without asking.
    pub(crate) fn known(token: Url) -> Self {
        let name = token.to_string();
        Self {
            name,
            token,
            authorization: None,
            device: None,
            revocation: None,
            secret_in_form: true,
            dialect: Dialect::default(),
            extras: Vec::new(),
            takes_proof: true,
            is_discovered: false,
        }
    }

    /// By a name that people know it by.
    #[must_use]
    pub(crate) fn called(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// One that does not speak as the standard has it.
    #[must_use]
    pub(crate) fn speaking(self, dialect: Dialect) -> Self {
        Self { dialect, ..self }
    }

    /// One to which a browser is sent with something more than usual.
    #[must_use]
    pub(crate) fn asking(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.extras.push((name, value.into()));
        self
    }

    /// One that refuses a proof.
    #[must_use]
    pub(crate) fn without_proof(self) -> Self {
        Self { takes_proof: false, ..self }
    }

    /// Whether an issuer that calls itself so is this one. What one calls itself that was not asked is not known, but which
    /// host it is.
    pub(super) fn is_itself(&self, iss: &str) -> bool {
        if self.is_discovered {
            return same_issuer(iss, &self.name);
        }
        let host = self.authorization.as_ref().and_then(Url::host_str);
        host.is_some() && Url::parse(iss).is_ok_and(|url| url.host_str() == host)
    }

    /// Asks the issuer: one request.
    pub(crate) async fn discover(http: &Http, address: &str) -> Result<Self, Error> {
        let endpoint = Endpoint::parse(BACKEND, address)?;
        if endpoint.is_plain_http() && !endpoint.is_loopback() {
            return Err(Error::Unsendable(format!("the issuer {} has to be reached by https", endpoint.url)));
        }
        let request = Request::new(Method::Get).path(".well-known/openid-configuration");
        let response = http.send(&endpoint, &request, None).await?;
        Self::read(&endpoint, &response)
    }

    pub(super) fn read(endpoint: &Endpoint, response: &Response) -> Result<Self, Error> {
        let about = response.json()?;
        let name = about.get("issuer").and_then(Value::as_str).unwrap_or_default();
        // Somebody else's end points would get our refresh tokens.
        if !same_issuer(name, endpoint.url.as_str()) {
            return Err(response.malformed(&format!("it calls itself `{name}`, which is another issuer")));
        }
        let url = |key: &str| about.get(key).and_then(Value::as_str).map(|text| checked(endpoint, response, key, text));
        let token = match url("token_endpoint") {
            Some(token) => token?,
            None => return Err(response.malformed("`token_endpoint` is missing")),
        };
        let methods = about.get("token_endpoint_auth_methods_supported").and_then(Value::as_array);
        let knows = |method: &str| methods.is_some_and(|known| known.iter().any(|one| one == method));
        Ok(Self {
            name: name.to_owned(),
            token,
            authorization: url("authorization_endpoint").transpose()?,
            device: url("device_authorization_endpoint").transpose()?,
            revocation: url("revocation_endpoint").transpose()?,
            secret_in_form: knows("client_secret_post") && !knows("client_secret_basic"),
            is_discovered: true,
            ..Self::known(endpoint.url.clone())
        })
    }
}

/// An end point is reached by https; by plain http only where the issuer itself is a program on this machine.
fn checked(issuer: &Endpoint, response: &Response, key: &str, text: &str) -> Result<Url, Error> {
    let bad = |reason: &str| response.malformed(&format!("`{key}` {reason}"));
    let url = Url::parse(text).map_err(|_| bad("is no address"))?;
    let place = Endpoint { backend: BACKEND, url: url.clone() };
    let near = issuer.is_plain_http() && issuer.is_loopback() && place.is_loopback();
    if url.scheme() != "https" && !(url.scheme() == "http" && near) {
        return Err(bad("is not reached by https"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() || url.host().is_none() {
        return Err(bad("holds what does not belong there"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{bench, run};
    use super::*;

    fn about(base: &str) -> Value {
        json!({"issuer": format!("{base}/"), "token_endpoint": format!("{base}/token"),
            "device_authorization_endpoint": format!("{base}/devicecode"),
            "authorization_endpoint": "http://127.0.0.1:1/auth"})
    }

    #[test]
    fn end_points_are_found_and_the_slash_at_the_end_does_not_matter() {
        let bench = bench(&[]);
        let base = bench.url.clone();
        bench.answer(200, &about(&base));
        let issuer = run(Issuer::discover(&bench.http, &base)).unwrap();
        assert_eq!(bench.asked()[0].line, "GET /.well-known/openid-configuration");
        assert_eq!(issuer.name, format!("{base}/"));
        assert_eq!(issuer.device.unwrap().path(), "/devicecode");
        assert!(issuer.revocation.is_none() && !issuer.secret_in_form);
    }

    #[test]
    fn another_issuer_and_end_points_in_the_open_are_refused() {
        for (key, value, word) in [
            ("issuer", "https://evil.example/", "another issuer"),
            ("issuer", "", "another issuer"),
            ("token_endpoint", "http://far.example/token", "not reached by https"),
            ("token_endpoint", "ftp://127.0.0.1/", "not reached by https"),
            ("token_endpoint", "token", "is no address"),
            ("device_authorization_endpoint", "https://me:pw@h/", "does not belong"),
            ("authorization_endpoint", "https://h/#x", "does not belong"),
        ] {
            let bench = bench(&[]);
            let mut answer = about(&bench.url);
            answer[key] = json!(value);
            bench.answer(200, &answer);
            let error = run(Issuer::discover(&bench.http, &bench.url)).unwrap_err().to_string();
            assert!(error.contains(word) && !error.contains("pw@"), "{key}: {error}");
        }
    }

    #[test]
    fn an_issuer_in_the_open_is_asked_nothing() {
        let bench = bench(&[]);
        for address in ["http://iam.example/", "iam.example", "ftp://iam.example"] {
            run(Issuer::discover(&bench.http, address)).unwrap_err();
        }
        assert!(bench.asked().is_empty());
    }

    #[test]
    fn a_secret_goes_into_the_form_only_where_nothing_else_is_understood() {
        for (methods, in_form) in [
            (json!(["client_secret_post"]), true),
            (json!(["client_secret_post", "client_secret_basic"]), false),
            (json!(["none"]), false),
        ] {
            let bench = bench(&[]);
            let mut answer = about(&bench.url);
            answer["token_endpoint_auth_methods_supported"] = methods;
            bench.answer(200, &answer);
            assert_eq!(run(Issuer::discover(&bench.http, &bench.url)).unwrap().secret_in_form, in_form);
        }
    }
}
