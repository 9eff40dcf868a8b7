//! The product against servers that we did not write. `tests/run` prepares them; without them these tests fail.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking; clippy knows that inside of #[test] only"
)]
#![allow(clippy::pedantic, unreachable_pub, reason = "a test is read once, when it fails; plain words help most then")]

#[path = "../support/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "two test binaries share it, and neither needs all of it")]
mod support;

/// What the tests of this binary run against.
pub const SERVER: support::keystone::Kind = support::keystone::Kind::Real;

mod auth;
mod bulk;
mod conflict;
mod contract;
mod described;
mod faults;
mod generate;
mod group;
mod im;
mod issuer;
mod keyring;
mod kill;
mod ldap;
mod legacy;
mod long;
mod names;
mod operator;
mod powershell;
mod proxy;
mod readme;
mod requests;
mod rivals;
mod role;
mod rollback;
mod server;
mod service;
mod stage;
mod subservice;
mod trust;
mod user;
