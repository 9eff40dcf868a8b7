//! Real servers that tests/servers/*.sh have prepared: where they are, and how one is started.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Where tests/servers/*.sh put what they prepare.
pub fn servers() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
    let elsewhere = std::env::var_os("ORCHEST_TEST_SERVERS");
    elsewhere.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers"), PathBuf::from)
}

/// The Python of a prepared folder, about to run a script of tests/servers; the folder is made by a script, too.
pub fn python(folder: &str, made_by: &str, script: &str) -> Command {
    let python = servers().join(folder).join("venv/bin/python");
    assert!(python.exists(), "no {}; run tests/servers/{made_by}, or tests/run", python.display());
    let mut command = Command::new(python);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers").join(script));
    command
}

/// A server that was started; it stops when this is dropped, or however else the test ends.
#[derive(Debug)]
pub struct Served(Child);

impl Served {
    /// Starts one; gives the words that it says when it is ready, too.
    pub fn start<const WORDS: usize>(command: &mut Command) -> (Self, [String; WORDS]) {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let words = ready(process.stdout.take().unwrap());
        (Self(process), words)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // It stops what it has started and removes its data before it ends.
        let _ = self.0.wait();
    }
}

/// The words behind `ready`, in the first line of whoever has started.
pub fn ready<const WORDS: usize>(from: impl Read) -> [String; WORDS] {
    let mut line = String::new();
    BufReader::new(from).read_line(&mut line).unwrap();
    let words: Option<Vec<String>> =
        line.strip_prefix("ready ").map(|words| words.split_whitespace().map(str::to_owned).collect());
    let words = words.and_then(|words| words.try_into().ok());
    words.unwrap_or_else(|| panic!("the server did not start ({line:?}); see above"))
}
