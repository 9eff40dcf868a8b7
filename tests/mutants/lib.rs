//! The rooms whose mutants `tests/run mutants` makes, as a crate of their own: beside them stands a copy of `src/`, of which only
//! what is named here is compiled. So a mutant costs seconds, where the whole crate would cost minutes.

#![allow(unused)]

pub mod base {
    pub(crate) mod address;
    pub mod clock;
    pub(crate) mod failures;
    pub mod redact;
    pub mod run_id;
    pub mod secret;
    pub mod text;

    pub use clock::Clock;
    pub use run_id::RunId;
    pub use secret::Secret;
}

pub(crate) mod http;

pub(crate) mod api {
    pub(crate) mod door;
    pub(crate) mod fiware;
    pub(crate) mod keystone;

    pub(crate) use crate::http::{Error, Outcome};
}

pub(crate) mod flows {
    pub(crate) mod bulk_roles;
    pub(crate) mod engine;
    pub(crate) mod graph;
    pub(crate) mod root;
    mod shared;
    pub(crate) mod standard;
    pub(crate) mod steps;
    pub(crate) mod sweep;
    pub(crate) mod undo;
    mod walk;

    pub(crate) use engine::{Engine, Failure, Finding, Report, Stop, Watch};
    pub(crate) use graph::{Difference, Graph, Seen, StepError};

    #[cfg(test)]
    mod tests;
}
