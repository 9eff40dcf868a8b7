//! An issuer of tokens as INDIGO IAM is one: discovery, the device flow, the flow with a code and PKCE, refresh tokens that
//! are used once. Nobody has to log in: a code is agreed to at once, a device at its second poll or through the control
//! port, and who has logged in is a switch. Its tokens are not signed, see `paas::token`; both orchestrators take them.

mod client;
mod data;
mod device;
mod token;

use serde_json::json;

use super::call::{Call, Reply};
use super::paas::Switches;
use super::paas::token::{Bearer, Claims, bearer};
use super::world::About;
use client::Form;

pub(super) use data::Data;
pub(super) use device::decide;

/// Answers one request.
pub(super) fn answer(data: &mut Data, about: &About<'_>, switches: &Switches, call: &Call) -> Reply {
    let address = format!("{}/", about.url);
    data.addresses.insert(address.clone());
    let (method, words) = call.route();
    let form = Form::of(call);
    match (method, words.as_slice()) {
        ("GET", [".well-known", "openid-configuration"]) => discovery(&address),
        ("GET", ["jwk"]) => Reply::json(200, &json!({"keys": []})),
        ("POST", ["devicecode"]) => device::start(data, about, switches, &form),
        ("POST", ["token"]) => token::answer(data, about, switches, call, &form).unwrap_or_else(|refusal| refusal),
        ("GET", ["authorize"]) => token::authorize(data, about, switches, call),
        ("GET" | "POST", ["userinfo"]) => userinfo(data, about, call),
        ("POST", ["revoke"]) => {
            data.revoke(form.get("token").unwrap_or_default());
            Reply::empty(200)
        }
        _ => Reply::html(404, "Not Found"),
    }
}

/// An error as the standards have it.
fn refused(status: u16, error: &str, description: &str) -> Reply {
    Reply::json(status, &json!({"error": error, "error_description": description}))
}

/// The `issuer` ends in a slash.
fn discovery(address: &str) -> Reply {
    let at = |path: &str| format!("{address}{path}");
    Reply::json(
        200,
        &json!({
            "issuer": address,
            "authorization_endpoint": at("authorize"),
            "token_endpoint": at("token"),
            "device_authorization_endpoint": at("devicecode"),
            "userinfo_endpoint": at("userinfo"),
            "revocation_endpoint": at("revoke"),
            "jwks_uri": at("jwk"),
            "response_types_supported": ["code"],
            "grant_types_supported": [
                "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code",
            ],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": client::SCOPES,
        }),
    )
}

/// Where the access token says `openid`.
fn userinfo(data: &Data, about: &About<'_>, call: &Call) -> Reply {
    let no = |description: &str| refused(401, "invalid_token", description);
    let Bearer::Token(token) = bearer(call.header("authorization")) else { return no("no token") };
    let claims = Claims::read(token, about.now, |issuer| data.addresses.contains(issuer));
    match claims {
        Ok(claims) if !data.is_revoked(token) && claims.has_scope("openid") => Reply::json(200, &data::info(&claims)),
        _ => no("Invalid access token"),
    }
}

#[cfg(test)]
mod tests;
