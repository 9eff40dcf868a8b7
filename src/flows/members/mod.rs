//! Making the members of a place those of a roster. What is to be done is worked out whole, and shown, before anything is
//! written; only a plan that keeps within the limits can be carried out.

mod apply;
mod ground;
mod limits;
mod plan;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub(crate) use apply::{Came, apply};
pub(crate) use ground::Ground;
pub(crate) use limits::{Limits, Share};
pub(crate) use plan::{Deed, Plan, Step, Wish, plan};
