//! Administration of an IoT platform, a PaaS orchestrator and the membership of people, by names.
//!
//! The rooms and the arrows between them are described in `ARCHITECTURE.md`; `tests/it/rooms.rs` enforces them.

pub(crate) mod api;
pub mod base;
pub(crate) mod cli;
pub(crate) mod config;
pub mod connectors;
pub(crate) mod flows;
#[cfg(fuzzing)]
pub mod fuzzing;
pub(crate) mod http;
pub(crate) mod oauth;
pub(crate) mod output;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub(crate) mod secrets;
pub(crate) mod state;

/// The whole program: takes the words of the process, returns its exit code.
pub fn main(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> std::process::ExitCode {
    cli::main(arguments)
}
