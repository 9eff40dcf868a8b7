//! The suite of tests/real once more, against the emulated stock Keystone: it needs nothing that is not in this repository.
//!
//! Not here: `keyring`, which is about a real Secret Service and asks the server for no more than a login; `readme`, whose
//! script starts a real Keystone by itself; `long`, which puts 1,200 rows into a database. `contract` is another one here:
//! what the real server answered, and where the emulated one is meant to differ.

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
pub const SERVER: support::keystone::Kind = support::keystone::Kind::Emulated;

#[path = "../real/auth.rs"]
mod auth;
#[path = "../real/bulk.rs"]
mod bulk;
#[path = "../real/conflict.rs"]
mod conflict;
mod contract;
#[path = "../real/faults.rs"]
mod faults;
#[path = "../real/group.rs"]
mod group;
#[path = "../real/kill.rs"]
mod kill;
#[path = "../real/names.rs"]
mod names;
#[path = "../real/operator.rs"]
mod operator;
#[path = "../real/proxy.rs"]
mod proxy;
#[path = "../real/requests.rs"]
mod requests;
#[path = "../real/rivals.rs"]
mod rivals;
#[path = "../real/role.rs"]
mod role;
#[path = "../real/rollback.rs"]
mod rollback;
#[path = "../real/server.rs"]
mod server;
#[path = "../real/service.rs"]
mod service;
#[path = "../real/stage.rs"]
mod stage;
#[path = "../real/subservice.rs"]
mod subservice;
#[path = "../real/trust.rs"]
mod trust;
#[path = "../real/user.rs"]
mod user;
