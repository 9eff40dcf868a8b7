//! Administration of an IoT platform, a PaaS orchestrator and the membership of people, by names.
//!
//! The rooms and the arrows between them are described in `ARCHITECTURE.md`; `tests/it/rooms.rs` enforces them.

pub(crate) mod api;
pub mod base;
pub(crate) mod cli;
pub(crate) mod config;
pub mod connectors;
pub(crate) mod flows;
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
pub(crate) mod http;
pub(crate) mod oauth;
pub(crate) mod output;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub(crate) mod secrets;
pub(crate) mod state;

pub use cli::Surroundings;

/// One command in surroundings that the caller brings, such as a test or a program that embeds this one; gives the exit
/// code. It blocks the thread, and must not be called from within a tokio runtime.
pub fn run(arguments: impl IntoIterator<Item = std::ffi::OsString>, around: &Surroundings) -> u8 {
    let arguments: Vec<std::ffi::OsString> = arguments.into_iter().collect();
    cli::in_surroundings(&arguments, around)
}

/// The whole program: takes the words of the process, returns its exit code.
pub fn main(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> std::process::ExitCode {
    cli::main(arguments)
}
