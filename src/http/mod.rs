//! Sends requests. The only place that owns a `reqwest::Client`, follows a redirect, retries, pages, limits sizes or
//! counts what was sent.
//!
//! Knows no back end, no settings file, no standard output. Whoever wants to see what happens hands in an [`Observer`];
//! whoever can put a credential on a request hands in an [`Authorize`].

pub(crate) mod authorize;
pub(crate) mod error;
pub(crate) mod observe;
pub(crate) mod request;

pub(crate) use authorize::{Authorize, Credential};
pub(crate) use error::{Error, Outcome, StatusError};
pub(crate) use observe::{Event, Observer};
pub(crate) use request::{Body, Endpoint, Method, Request};
