//! Administration of an IoT platform, a PaaS orchestrator and the membership of people, by names.
//!
//! The rooms and the arrows between them are described in `ARCHITECTURE.md`; `tests/it/rooms.rs` enforces them.

pub mod base;
pub(crate) mod config;
pub(crate) mod http;
pub(crate) mod output;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub(crate) mod secrets;
pub(crate) mod state;
