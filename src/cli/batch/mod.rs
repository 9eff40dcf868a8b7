//! `orchest batch run`: many lines in one process, with one login and shared connections. All of them are read before the first
//! is done. Each is a run of its own in the run log, and goes on where it stopped: so does the whole file.

mod file;
mod run;
mod sink;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::context::Context;

#[derive(Subcommand, Debug)]
pub(crate) enum BatchVerb {
    /// Do the commands of a file, one a line
    #[command(after_help = "Examples:\n  orchest batch run lines.txt --dry-run\n  \
        orchest batch run lines.txt --keep-going --failed-to rest.txt --yes\n\n\
        A line is a command with or without the word orchest before it, in words as a shell would split them. Nothing \
        is expanded: what a shell would expand is refused, unless it is quoted. # begins a comment. A line may also be \
        JSON: [\"user\", \"show\", \"bob\"], or {\"args\": [\"user\", \"show\", \"bob\"]}.\n\n\
        All lines are read before anything is sent; one that is wrong is named, and nothing is done (exit 2). Then \
        they are done in order, and the first one that fails ends it with its exit code; with --keep-going all are \
        done, and the end is 7 if some failed. --failed-to gets the lines that failed or were not reached. Killed \
        anywhere, the same file can be run again.\n\n\
        Flags beside `batch run` hold for each line that does not say otherwise. Nothing is asked: what destroys wants \
        --yes, in its line or for all. Lines read no standard input. With -o json there is one document with a row a \
        line: its exit code and its output.")]
    Run(RunArgs),
}

#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// File with the commands; `-` is standard input
    #[arg(value_name = "FILE")]
    file: std::path::PathBuf,
    /// Go on when a line fails
    #[arg(long)]
    keep_going: bool,
}

pub(crate) async fn run(context: &Context, verb: &BatchVerb) -> Result<()> {
    let BatchVerb::Run(args) = verb;
    run::all(context, args).await
}
