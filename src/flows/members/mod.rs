//! Making the members of a place those of a roster. What is to be done is worked out whole, and shown, before anything is
//! written; only a plan that keeps within the limits can be carried out.

mod apply;
mod ground;
mod limits;
mod plan;
mod step;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub(crate) use apply::{Came, Results, apply};
pub(crate) use limits::{Limits, Share};
pub(crate) use plan::{Plan, survey};
pub(crate) use step::{Deed, Step, Wish};
