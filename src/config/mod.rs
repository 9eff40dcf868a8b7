//! Settings: what was typed, the environment and the files, layered key by key, each value with where it came from.
//!
//! The one door to the process environment is [`Inputs::from_process`]. The room reads and writes configuration files;
//! it must not know HTTP, any back end's protocol or the command line. Passwords and tokens are only carried through
//! as [`crate::base::Secret`]; where else they may be kept is the business of the room `secrets`.

mod access;
pub(crate) mod aliases;
mod backend;
mod clouds;
pub(crate) mod connectors;
pub(crate) mod contexts;
#[cfg(feature = "ldap")]
mod directory;
mod document;
pub(crate) mod edit;
mod environment;
mod error;
mod files;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzz;
pub(crate) mod import;
mod inputs;
pub(crate) mod keys;
mod kind;
mod legacy;
mod load;
mod mask;
pub(crate) mod modules;
mod origin;
mod show;
pub(crate) mod trust;
mod url;
mod words;
mod write;

#[cfg(feature = "ldap")]
pub(crate) use directory::Directory;
pub(crate) use error::Error;
pub(crate) use files::paths;
pub(crate) use inputs::Inputs;
#[cfg(feature = "sandbox")]
pub(crate) use inputs::SANDBOX_HOME;
pub(crate) use keys::{KEYS, Key, dotted, nearest};
pub(crate) use kind::{Kind, duration};
pub(crate) use load::Settings;
pub(crate) use origin::Origin;
pub(crate) use show::show;

#[cfg(test)]
mod tests;
