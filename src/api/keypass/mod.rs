//! Keypass, the store of access policies: what may stand in a policy, how it is written, read, checked and told in words.

pub(crate) mod actions;
mod canonical;
mod client;
pub(crate) mod explain;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzz;
pub(crate) mod lint;
mod pattern;
pub(crate) mod policy;
pub(crate) mod templates;
mod words;
pub(crate) mod write;
mod xml;

pub(crate) use client::{Decision, Keypass};
pub(crate) use policy::Policy;
