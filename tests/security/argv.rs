//! What stands on command lines, ours and those of the programs that we start.

use crate::started::{SECRETS, started};
use crate::support::cli::Room;
use crate::support::legacy::{Stage, scripts};

/// One line of a help text that introduces an argument: the names that it has, and what its value is called.
struct Argument {
    words: String,
    value: Option<String>,
}

/// The commands and the arguments that a help text shows.
fn parts(help: &str) -> (Vec<String>, Vec<Argument>) {
    let (mut commands, mut arguments, mut section) = (Vec::new(), Vec::new(), "");
    for line in help.lines() {
        let is_heading = !line.starts_with(' ') && line.ends_with(':');
        let text = line.trim_start();
        let depth = line.len() - text.len();
        if is_heading {
            section = line;
        } else if section == "Commands:" && depth == 2 {
            commands.extend(text.split_whitespace().next().map(str::to_owned));
        } else if section != "Commands:" && (text.starts_with('-') || depth == 2 && text.starts_with(['<', '['])) {
            // The description stands two blanks or a line further on.
            let head = text.split("  ").next().unwrap();
            let (words, value) =
                head.split_once(['<', '[']).map_or((head, None), |(words, value)| (words, Some(value)));
            arguments.push(Argument { words: words.trim().to_lowercase(), value: value.map(str::to_lowercase) });
        }
    }
    (commands, arguments)
}

/// Walks the tree of commands; says what takes a secret itself, and counts what it has seen.
fn walk(room: &Room, path: &[String], found: &mut Vec<String>, seen: &mut (usize, usize)) {
    let words: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
    let (commands, arguments) = parts(&room.ok(&words));
    seen.0 += 1;
    for Argument { words, value } in arguments {
        seen.1 += 1;
        let Some(value) = value else { continue };
        let text = format!("{words} {value}");
        let secret = ["passw", "token", "secret", "passphrase", "credential", "api-key"];
        let is_secret = secret.iter().any(|word| text.contains(word));
        // A flag may say where the secret is, or where one is to be written.
        let is_place = ["file", "command", "out"].iter().any(|end| words.ends_with(end)) && !value.contains("pass");
        if is_secret && !is_place {
            found.push(format!("{path:?}: {text}"));
        }
    }
    for command in commands {
        walk(room, &[path, &[command]].concat(), found, seen);
    }
}

/// The variable of the checklist that would let a literal through does not exist: an old line with a password in it is
/// refused, whatever the environment says.
///
/// Fails with `src/cli/legacy/given.rs`: `if word == "-" {` → `if !word.is_empty() {`.
#[test]
fn s01_no_line_takes_a_secret_itself() {
    let (mut found, mut seen) = (Vec::new(), (0, 0));
    walk(&Room::new(), &[], &mut found, &mut seen);
    assert_eq!(found, Vec::<String>::new());
    assert!(seen.0 > 100 && seen.1 > 4_000, "this is not the whole tree: {seen:?}");

    // Old lines had passwords among their words. Each of these places refuses one, alone and before anything is sent.
    let stage = Stage::new(false);
    let mut places = 0;
    for row in scripts() {
        for place in row[1].split(' ').filter(|name| name.ends_with("PASSWORD")) {
            let line = stage.line(&row[0], &row[1], &[(place, "tall-Order-literal")]);
            let line: Vec<&str> = line.iter().map(String::as_str).collect();
            let room = Room::new().env("CLOUD_PW", "x").env("ORCHEST_ALLOW_ARGV_SECRETS", "1");
            let output = room.run(&line).code(2).says(place).says("env:NAME");
            assert!(!output.stderr.contains("tall-Order-literal") && output.stdout.is_empty(), "{output}");
            assert!(room.files().is_empty(), "{:?}", room.files());
            places += 1;
        }
    }
    assert!(places > 44, "{places}");
    assert!(stage.sandbox.requests().is_empty());

    // And no line that runs shows one, ours as little as those of programs that we start.
    for (name, told) in started() {
        let (_, lines) = told.split_once("--- words").unwrap();
        assert!(lines.contains("--- line of the parent") && lines.contains("orchest"), "{name}\n{told}");
        for secret in SECRETS {
            assert!(!lines.contains(secret), "{name} is started with {secret}, or by a line with it\n{told}");
        }
    }
}
