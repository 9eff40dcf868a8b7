//! The PaaS orchestrator in its two dialects: [`v1`], `infn-datacloud/orchestrator-python` as of November 2025, and
//! [`indigo`], the Java one up to 4.0.1. Two servers with data of their own; one issuer, one set of switches.
//!
//! By default each has the faults that its source has. `strict` mends the faults of the routes that are there and adds no
//! route: where no server has one, there is none.
//!
//! Work goes on with the clock, worked out when somebody asks. How a deployment ends can be chosen with an input named
//! `sandbox_outcome`, see [`work::Outcome`].

pub(super) mod indigo;
mod outputs;
mod seed;
mod switches;
#[cfg(test)]
mod testing;
pub(super) mod token;
pub(super) mod v1;
pub(super) mod work;
mod yaml;

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::call::{Call, Reply};
use super::world::{About, Backend};

pub(super) use seed::{GROUP, seed};
pub(super) use switches::{Switches, number, on, one_of};

/// What both dialects hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Data {
    pub(super) v1: v1::Data,
    pub(super) indigo: indigo::Data,
    pub(super) switches: Switches,
}

/// What an orchestrator may know about the request beside the request itself.
pub(super) struct Around<'a> {
    pub(super) now: Timestamp,
    /// How long one transition takes.
    pub(super) speed: Duration,
    pub(super) strict: bool,
    /// The address that clients know.
    pub(super) url: &'a str,
    pub(super) switches: &'a Switches,
    /// Whether tokens of this issuer are good.
    pub(super) is_trusted: &'a dyn Fn(&str) -> bool,
}

/// Answers one request to one of the two.
pub(super) fn answer(
    data: &mut Data,
    backend: Backend,
    about: &About<'_>,
    is_trusted: &dyn Fn(&str) -> bool,
    call: &Call,
) -> Reply {
    let is_busy = backend == Backend::PaasIndigo && indigo::is_write(call) && std::mem::take(&mut data.switches.busy);
    let Data { v1, indigo, switches } = data;
    let (now, url, flavour) = (about.now, about.url, about.flavour);
    let around = Around { now, speed: flavour.paas_speed, strict: flavour.strict, url, switches, is_trusted };
    match backend {
        Backend::PaasV1 => v1::answer(v1, &around, call),
        _ => indigo::answer(indigo, &around, is_busy, call),
    }
}

/// The group whose members are administrators of the indigo dialect.
pub(super) const ADMIN_GROUP: &str = "admins";

/// A new version 4 UUID.
fn new_uuid() -> String {
    let random = u128::from_str_radix(&super::keystone::new_id(), 16).unwrap_or_default();
    let bits = random & !(0xf << 76) & !(0b11 << 62) | (4 << 76) | (0b10 << 62);
    uuid_text(bits)
}

/// The usual spelling.
fn uuid_text(bits: u128) -> String {
    let hex = format!("{bits:032x}");
    let groups = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    let groups: Vec<&str> = groups.iter().filter_map(|(from, to)| hex.get(*from..*to)).collect();
    groups.join("-")
}

/// SHA-256, in hexadecimal digits.
fn sha256_hex(text: &str) -> String {
    sha256(text).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// SHA-256, by what TLS needs anyway.
pub(super) fn sha256(text: &str) -> Vec<u8> {
    let suite = rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
    let hash = suite.tls13().map(|suite| suite.common.hash_provider.hash(text.as_bytes()));
    hash.map(|output| output.as_ref().to_vec()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_of_version_4_and_a_hash_is_sha_256() {
        let id = new_uuid();
        assert_eq!((id.len(), &id[14..15]), (36, "4"), "{id}");
        assert!("89ab".contains(&id[19..20]), "{id}");
        assert_ne!(id, new_uuid());
        assert_eq!(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}

#[cfg(test)]
mod running_tests;
