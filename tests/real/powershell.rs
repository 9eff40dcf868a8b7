//! The completion script for PowerShell, read by the grammar of PowerShell: the shell itself comes from no registry.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::support::cli::Room;
use crate::support::prepared::servers;

/// What tests/servers/powershell/read.mjs has found.
#[derive(Deserialize)]
struct Found {
    /// What is no PowerShell.
    errors: Vec<String>,
    /// The strings that PowerShell would put values into.
    expandable: Vec<String>,
    /// What offers something in another way than all the others.
    strange: Vec<String>,
    /// By the words of the command with a `;` between them: what is offered behind it.
    branches: BTreeMap<String, Vec<Vec<String>>>,
}

fn read(script: &str) -> Found {
    let reader = servers().join("powershell-1/read.mjs");
    assert!(reader.exists(), "no {}; run tests/servers/powershell.sh, or tests/run", reader.display());
    #[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
    let node = std::env::var_os("NODE").unwrap_or_else(|| "node".into());
    let mut command = Command::new(node);
    // Compiled with care, which takes half a minute, the grammar would be no faster.
    command.arg("--liftoff-only").arg(reader).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().unwrap();
    std::io::Write::write_all(&mut process.stdin.take().unwrap(), script.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Every command of `orchest schema`, by its words.
fn commands(room: &Room) -> Vec<String> {
    let schema: serde_json::Value = serde_json::from_str(&room.ok(&["schema"])).unwrap();
    let listed = schema["commands"].as_array().unwrap();
    listed.iter().map(|command| command["command"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn powershell_reads_its_script_and_evaluates_nothing_in_it() {
    let room = Room::new();
    let script = room.ok(&["completions", "powershell"]);
    // A method that is called with nothing but a block needs no brackets, which the grammar does not know.
    let (before, last) = script.rsplit_once(".Where{ ").unwrap();
    let (block, after) = last.split_once(" }").unwrap();
    let found = read(&format!("{before}.Where({{ {block} }}){after}"));
    assert_eq!(found.errors, Vec::<String>::new());
    assert_eq!(found.expandable, ["\"$wordToComplete*\""], "a text of ours could be evaluated");
    assert_eq!(found.strange, Vec::<String>::new());
    for command in commands(&room) {
        let branch = format!("orchest {command}").replace(' ', ";");
        let offers = &found.branches[&branch];
        assert!(offers.iter().all(|offer| offer.len() == 3), "{branch}: {offers:?}");
        assert!(offers.iter().any(|offer| offer[0] == "--help"), "{branch}: {offers:?}");
    }
    let offered = |branch: &str| found.branches[branch].iter().map(|offer| offer[0].as_str()).collect::<Vec<_>>();
    assert!(offered("orchest").contains(&"subservice"));
    assert!(offered("orchest;user").contains(&"set-password"));
    assert!(offered("orchest;user;list").contains(&"--enabled"));

    // What is not PowerShell is found.
    for broken in ["if (", "'open", "[CompletionResult]::new('a', 'it's')"] {
        assert_ne!(read(broken).errors, Vec::<String>::new(), "{broken}");
    }
}
