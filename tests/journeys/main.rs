//! The platform as a whole: services with everything they have in Keystone, Keypass, Orion, Perseo and the IoT agent, from
//! their creation to their end, through every interruption; and the journeys that its users have written down. All of it
//! on stock servers and on Telefonica's platform with a PEP, both emulated.

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

mod api;
mod clearing;
mod demands;
mod interrupted;
mod life;
mod pdp;
mod people;
mod provisioning;
mod renewal;
mod scenario;

/// For what the shared parts ask: what runs here is emulated.
pub const SERVER: support::keystone::Kind = support::keystone::Kind::Emulated;

/// The words that make a service.
fn create(name: &str) -> Vec<&str> {
    vec!["service", "create", name, "--admin-user", "adm1", "--new-password-file", "new.pw"]
}

/// Behind a PEP, in whose name.
const TENANT: [&str; 4] = ["--tenant-user", "adm1", "--tenant-password-file", "new.pw"];
