//! Logging in at an issuer of tokens (OAuth 2, `OpenID` Connect): by code with PKCE, by device, by refresh token, through
//! oidc-agent, or with a token that somebody gave us.
//!
//! Knows no back end, no files and no standard output. Where tokens are kept is handed in as a [`TokenStore`]; what puts
//! a token on a request is [`Bearer`].

pub(crate) mod agent;
mod assertion;
#[cfg(feature = "oauth")]
mod callback;
#[cfg(feature = "oauth")]
mod client;
#[cfg(feature = "oauth")]
pub(crate) mod code;
#[cfg(feature = "oauth")]
pub(crate) mod device;
#[cfg(feature = "oauth")]
mod dialect;
#[cfg(feature = "oauth")]
mod discovery;
#[cfg(feature = "oauth")]
pub(crate) mod fragment;
#[cfg(all(feature = "oauth", any(fuzzing, test)))]
pub(crate) mod fuzz;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzz_agent;
pub(crate) mod jwt;
mod login;
#[cfg(feature = "oauth")]
pub(crate) mod loopback;
#[cfg(feature = "oauth")]
mod page;
#[cfg(feature = "oauth")]
mod refresh;
#[cfg(feature = "oauth")]
mod revoke;
mod socket;
#[cfg(feature = "oauth")]
#[cfg(test)]
mod testing;
mod tokens;
#[cfg(feature = "oauth")]
mod wire;

pub(crate) use assertion::{Asserted, Signer};
#[cfg(feature = "oauth")]
pub(crate) use callback::Callback;
#[cfg(feature = "oauth")]
pub(crate) use client::{At, Client};
#[cfg(feature = "oauth")]
pub(crate) use dialect::Dialect;
#[cfg(feature = "oauth")]
pub(crate) use discovery::{Issuer, same_issuer};
pub(crate) use login::{Bearer, Given, Source};
#[cfg(feature = "oauth")]
pub(crate) use refresh::{Refresher, TokenStore};
#[cfg(feature = "oauth")]
pub(crate) use revoke::revoke;
pub(crate) use tokens::Access;
#[cfg(feature = "oauth")]
pub(crate) use tokens::Tokens;
