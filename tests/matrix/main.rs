//! Every fault at every request of every flow, and what has to hold after each; the table that the tests print says how many
//! were tried.

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

/// What the tests of this binary run against.
pub const SERVER: support::keystone::Kind = support::keystone::Kind::Emulated;
