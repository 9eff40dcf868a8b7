//! Sends requests. The only place that owns a `reqwest::Client`, follows a redirect, retries, pages, limits sizes or
//! counts what was sent.
//!
//! Knows no back end, no settings file, no standard output. Whoever wants to see what happens hands in an [`Observer`];
//! whoever can put a credential on a request hands in an [`Authorize`].

pub(crate) mod authorize;
mod certificate;
mod client;
pub(crate) mod clock;
mod cursor;
mod door;
mod endpoint;
pub(crate) mod error;
mod exchange;
mod fault;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzz;
mod limit;
mod linked;
mod message;
mod numbered;
pub(crate) mod observe;
pub(crate) mod page;
mod redirect;
pub(crate) mod request;
pub(crate) mod response;
mod retry;
mod send;
pub(crate) mod settings;
mod show;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use authorize::{Authorize, Credential, Lent};
#[cfg(feature = "ldap")]
pub(crate) use client::roots;
pub(crate) use clock::SystemClock;
pub(crate) use cursor::Cursor;
pub(crate) use door::Door;
pub(crate) use endpoint::Endpoint;
pub(crate) use error::{Error, Outcome, StatusError};
pub(crate) use linked::Linked;
pub(crate) use numbered::{NumberedPages, NumberedStyle};
pub(crate) use observe::{Event, Observer};
pub(crate) use page::{FiwareOffset, KeystoneMarker, Pager};
pub(crate) use request::{Body, Meaning, Method, Request, Segment};
pub(crate) use response::Response;
pub(crate) use send::Http;
pub(crate) use settings::{HttpSettings, Proxies};
