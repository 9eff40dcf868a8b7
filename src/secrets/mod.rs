//! Where passwords come from and where they are kept: keyring, 0600 files, command helpers, generated ones.
//!
//! Nothing here is looked at before a secret is needed. The room knows no back end and no command line; paths,
//! environment and choices are handed in. Prompting is the caller's.

pub(crate) mod command;
mod error;
pub(crate) mod file;
mod file_store;
pub(crate) mod generate;
mod keyring;
mod order;
pub(crate) mod stdin;
mod store;

pub(crate) use error::Error;
pub(crate) use file_store::FileStore;
pub(crate) use keyring::{Keyring, Session};
pub(crate) use order::{Sources, Typed, find};
pub(crate) use store::{Key, Store};
