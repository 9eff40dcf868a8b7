//! Deployments take minutes to hours, and a server that has no names for them. What that asks for: making one only once,
//! whatever becomes of the answer; and waiting until one has settled.

pub(crate) mod create;
pub(crate) mod machine;
pub(crate) mod wait;

pub(crate) use create::{Attempt, Made, Making, Scheduled, Unmade, patience};
pub(crate) use wait::{Goal, Step, Waiter};
