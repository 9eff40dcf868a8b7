//! What people and programs read: rows in nine formats, colour, progress, prompts, error reports.
//!
//! A row is a JSON object, and that is all this room knows of the world: no HTTP, no back end, no command line, no
//! environment (the switches of the environment arrive in [`Options`]). Every byte that leaves goes through
//! [`screen::Screen`], and every text that others wrote through [`clean`].

mod cell;
mod clean;
mod error;
mod filter;
pub(crate) mod fold;
mod format;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzz;
mod json;
#[cfg(feature = "query")]
mod nesting;
mod plan;
mod printer;
mod progress;
mod prompt;
mod query;
mod render;
mod report;
mod row;
mod screen;
mod silent;
mod sort;
mod stream;
mod table;

pub(crate) use clean::{formula_guard, formula_unguarded};
pub(crate) use error::Error;
pub(crate) use format::{Format, Options};
pub(crate) use printer::Printer;
pub(crate) use progress::Progress;
pub(crate) use prompt::Prompter;
pub(crate) use report::ErrorReport;
pub(crate) use row::{Column, View};
pub(crate) use stream::ListWriter;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
