//! What every room may use: secrets and their redaction, time, run ids, text made safe for a terminal, files that
//! nobody else may read, addresses without what is secret in them, what children may see, what failed while others waited, YAML.
//!
//! Nothing here knows HTTP, what is in a file, the command line or any back end.

pub(crate) mod address;
pub(crate) mod child;
pub mod clock;
pub(crate) mod digest;
pub(crate) mod failures;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzz;
pub(crate) mod private;
pub mod redact;
pub mod run_id;
pub mod secret;
pub mod text;
pub(crate) mod yaml;

pub use clock::Clock;
pub use run_id::RunId;
pub use secret::Secret;
