//! Everything that takes more than one write. One engine ([`engine`]) runs all of it; a flow is one file that lists
//! steps. Knows back ends, but neither the command line nor standard output.

pub(crate) mod bulk_roles;
pub(crate) mod deployments;
pub(crate) mod engine;
pub(crate) mod graph;
pub(crate) mod members;
pub(crate) mod modules;
mod other_roles;
pub(crate) mod policies;
pub(crate) mod root;
pub(crate) mod service;
mod shared;
pub(crate) mod standard;
pub(crate) mod steps;
pub(crate) mod stocks;
pub(crate) mod subservice;
pub(crate) mod sweep;
pub(crate) mod undo;
mod walk;

pub(crate) use engine::{Engine, Failure, Finding, Report, Stop, Watch};
pub(crate) use graph::{Difference, Graph, Seen, StepError};

#[cfg(test)]
mod tests;
