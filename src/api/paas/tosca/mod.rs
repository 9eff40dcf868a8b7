//! TOSCA templates, as far as a client has to read them: what they are called, which inputs they want, and what will go
//! wrong on a server. A template is only read; its bytes go to the server as they are.
//!
//! Both families of servers read YAML 1.1 (`PyYAML`; `SnakeYAML` by way of alien4cloud), and neither checks the type of an
//! input before it is too late: so it is done here. The rules of types and constraints are those of *TOSCA Simple Profile in
//! YAML 1.0*, and where that is vague those of the `tosca-parser` of OpenStack.

#![cfg_attr(not(test), allow(dead_code, reason = "a template is read whole, whatever of it is asked for"))]

mod compare;
mod constraint;
mod constraints_read;
mod dashboard;
mod declared;
mod file;
mod inputs;
mod kind;
mod lint;
mod mismatch;
mod problem;
mod template;
mod typed;
mod units;
mod version;

pub(crate) use dashboard::Dashboard;
pub(crate) use declared::Declared;
pub(crate) use file::read_inputs;
pub(crate) use inputs::{Given, InputError, Undeclared, resolve};
#[cfg(test)]
pub(crate) use kind::Kind;
pub(crate) use lint::lint;
pub(crate) use problem::{Problem, Server, Severity};
pub(crate) use template::Template;

#[cfg(test)]
mod corpus_tests;
#[cfg(test)]
mod typed_tests;
