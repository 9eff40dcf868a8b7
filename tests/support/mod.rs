//! What both test binaries need: servers to talk to, the binary in a clean room, and files to compare with.
//!
//! Nothing here uses the product's own code to look at a server: a mistake there must not hide itself. (`orchester::sandbox`
//! is a tool for tests and knows nothing of the product.)

pub mod cli;
pub mod contract;
pub mod described;
pub mod discovery;
pub mod golden;
pub mod issuer;
pub mod keystone;
pub mod legacy;
pub mod login;
pub mod machines;
pub mod pasted;
pub mod ports;
pub mod prepared;
pub mod raw;
pub mod secret;
pub mod server;
pub mod shell;
pub mod snapshot;
pub mod sources;
pub mod terminal;
pub mod tls;
pub mod whole;
pub mod witness;
