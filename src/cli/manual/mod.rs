//! What the program tells about itself, all of it made from the one tree of commands: help, manual pages, the schema.

mod dress;
pub(crate) mod exits;
pub(crate) mod man;
pub(crate) mod page;
mod roff;
pub(crate) mod schema;
pub(crate) mod version;

pub(crate) use dress::{help, is_asked, tree};

use anyhow::Result;

use super::error::CliError;
use page::Page;

/// The page of a command, by its words or their aliases.
pub(crate) fn find<'p>(pages: &'p [Page], words: &[String]) -> Result<&'p Page> {
    let Some(root) = pages.first() else { return Err(CliError::usage("there are no commands").into()) };
    let mut command = &root.command;
    let mut names: Vec<String> = Vec::new();
    for word in words {
        let Some(sub) = command.find_subcommand(word) else {
            let near = super::nearest::nearest(command, word);
            let error = CliError::usage(format!("there is no command '{}'", words.join(" ")));
            let next = match near.first() {
                Some(near) => {
                    format!("did you mean {}?", names.iter().chain([near]).cloned().collect::<Vec<_>>().join(" "))
                }
                None => "orchest --help lists the commands".to_owned(),
            };
            return Err(error.next(next).into());
        };
        names.push(sub.get_name().to_owned());
        command = sub;
    }
    let is_meant = |page: &&Page| page.words == names;
    pages.iter().find(is_meant).ok_or_else(|| CliError::usage("that command has no page").into())
}

#[cfg(test)]
mod tests;
