//! The checklist of security: one test a rule, `s01_…` to `s40_…`. Above each stands the one-line change of the product with
//! which it was seen to fail.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking; clippy knows that inside of #[test] only"
)]
#![allow(clippy::pedantic, unreachable_pub, reason = "a test is read once, when it fails; plain words help most then")]

#[path = "../support/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "several test binaries share it, and none needs all of it")]
mod support;

#[path = "../it/scripted.rs"]
#[allow(dead_code, reason = "shared with another test binary, and neither needs all of it")]
mod scripted;

/// What the tests of this binary run against.
pub const SERVER: support::keystone::Kind = support::keystone::Kind::Emulated;

mod argv;
mod channels;
mod code_base;
mod files;
mod headers;
mod headless;
mod helpers;
mod keyring;
mod least;
mod legacy_too;
mod limits;
mod logins;
mod memory;
mod network;
mod origins;
mod project_files;
mod protected;
mod redaction;
mod segments;
mod shells;
mod started;
mod supply_chain;
mod terminals;
mod traces;
mod written_files;
mod xacml;
