//! Keypass, the store of access policies: what may stand in a policy, how it is written, read, checked and told in words.

pub(crate) mod actions;
pub(crate) mod templates;
mod words;
pub(crate) mod write;
