//! The one place where YAML is read and written: a tree of nodes that knows its lines, the rules by which plain words
//! become values, and an emitter whose output every reader understands alike.
//!
//! The grammar is `saphyr-parser`'s. What plain words mean is decided here, because the servers we talk to read YAML 1.1
//! (`PyYAML`, `SnakeYAML`) and the clients' own files are read by 1.2's core schema.

mod core12;
mod digits;
mod emit;
mod error;
mod json;
mod merge;
mod node;
mod read;
mod scalar;
mod yaml11;

pub(crate) use emit::emit;
pub(crate) use error::{Error, Mark};
pub(crate) use json::json;
pub(crate) use node::{Duplicate, Entry, Node, Shape, Style};
#[cfg(any(fuzzing, test))]
pub(crate) use read::MAX_BYTES;
pub(crate) use read::{Document, read, read_or_json};
pub(crate) use scalar::{Scalar, Schema};

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod round_tests;
#[cfg(test)]
mod table_tests;
