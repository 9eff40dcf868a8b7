//! Every example of every help, and every line of every task, does what it says when it is typed.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::support::cli::Output;
use crate::support::pasted::Pasted;

/// What cannot end with 0 here: the line, or with `*` how it begins, how it ends, what it says then, and why. Without a code it is not
/// typed at all.
const EXCEPTIONS: &[(&str, Option<i32>, &str, &str)] = &[
    ("orchest service delete smartcity", Some(2), "line with --yes", "it asks, and nobody is there"),
    ("orchest user set-password carl -s smartcity", Some(2), "this has to be asked", "it asks for the password"),
    ("orchest user set-password carl -s smartcity --self", Some(78), "has to be given now", "it asks for the old one"),
    ("orchest config trust .orchester.toml", Some(2), "line with --yes", "it shows the file and asks"),
    ("orchest config edit", Some(2), "an editor needs a terminal", "it opens an editor"),
    ("EDITOR=vim orchest config edit --file ./.orchester.toml", Some(2), "needs a terminal", "it opens an editor"),
    ("orchest auth login --user admin --store keyring", Some(4), "no keyring", "there is no session with a keyring"),
    ("orchest auth login paas --device", Some(78), "which issuer", "it needs an issuer, and somebody with a browser"),
    ("orchest auth login paas --no-browser --store file", Some(78), "which issuer", "the same"),
    ("orchest auth logout paas", Some(78), "which issuer", "there is no login to end"),
    ("orchest generate github", Some(4), "no keyring", "it asks for a token, for the keyring"),
    ("orchest generate g_drive --read-only", Some(2), "which OAuth client", "it needs a client of one's own"),
    ("orchest generate slack --no-browser --store file", Some(2), "in a terminal", "it waits for a token to be pasted"),
    ("orchest config init", Some(6), "already exists", "there are settings for the other examples"),
    (
        "orchest paas ssh-key generate --key-file ~/.ssh/paas",
        Some(2),
        "line with --yes",
        "it takes the place of a key, and asks",
    ),
    ("orchest deployment owner *", Some(1), "not offered", "no orchestrator offers it, and that is what is said"),
    ("orchest log prune *", Some(1), "no orchestrator offers", "the same"),
    ("orchest resource reset *", Some(1), "no orchestrator offers", "the same"),
    ("orchest paas user update *", Some(1), "not offered", "the same"),
    ("orchest resource ssh kafka-test front --key-out*", None, "", "it opens a session with a machine that is none"),
    ("orchest platform ldap *", None, "", "it needs a directory: tests/real/ldap has one"),
    ("orchest platform loglevel show", Some(78), "where is the orchestrator", "the IoT orchestrator is not emulated"),
    ("orchest platform loglevel set DEBUG", Some(78), "where is the orchestrator", "the same"),
    ("orchest stats show --host orchestrator.example*", None, "", "the same, at a made-up address"),
    ("orchest completions bash | sudo*", None, "", "it writes where only the administrator may"),
    ("orchest completions zsh | sudo*", None, "", "the same"),
    ("orchest completions fish | source", None, "", "fish reads it: tests/security/shells.rs"),
    ("orchest completions powershell | Out-String*", None, "", "PowerShell reads it, which is not here"),
    ("orchest sandbox up*", None, "", "it serves until it is told to end: tests/it/sandbox.rs"),
    ("orchest sandbox tour*", None, "", "tests/run runs it on its own"),
    ("orchest sandbox reset --port-base 16000", Some(1), "no sandbox answers", "there is no second one"),
    ("orchest sandbox down --port-base 16000", Some(1), "no sandbox answers", "there is no second one"),
    ("orchest sandbox proxy --to http://127.0.0.1:15000 --fault kill*", Some(137), "", "the fault kills the command"),
];

type Exception = (&'static str, Option<i32>, &'static str, &'static str);

/// The longest one: a whole line before its beginning.
fn exception(line: &str) -> Option<&'static Exception> {
    let fits = |(text, ..): &&Exception| match text.strip_suffix('*') {
        Some(beginning) => line.starts_with(beginning),
        None => line == *text,
    };
    EXCEPTIONS.iter().filter(fits).max_by_key(|(text, ..)| text.len())
}

fn judge(line: &str, output: &Output) -> Result<(), String> {
    let (code, says) = exception(line).map_or((0, ""), |(_, code, says, _)| (code.unwrap_or(0), *says));
    if output.code == Some(code) && (output.stderr.contains(says) || output.stdout.contains(says)) {
        return Ok(());
    }
    Err(format!("{line}\nshould end with {code} and say {says:?}\n{output}"))
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_example_works_as_it_stands() {
    let city = Pasted::new();
    let verbs = city.commands().into_iter().filter(|command| command["is_group"] == false);
    let lines: Vec<String> = verbs.flat_map(|command| texts(&command["examples"])).collect();
    assert!(lines.len() > 280, "{} examples", lines.len());
    let unused: Vec<&str> = EXCEPTIONS
        .iter()
        .filter(|other| !lines.iter().any(|line| exception(line).is_some_and(|one| one.0 == other.0)))
        .map(|(text, ..)| *text)
        .collect();
    assert!(unused.is_empty(), "exceptions that no example needs: {unused:#?}");

    let (next, failures, typed) = (AtomicUsize::new(0), Mutex::new(Vec::new()), AtomicUsize::new(0));
    let first = Mutex::new(Some(city));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let ready = first.lock().unwrap().take();
                let city = ready.unwrap_or_else(Pasted::new);
                while let Some(line) = lines.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if exception(line).is_some_and(|(_, code, ..)| code.is_none()) {
                        continue;
                    }
                    city.again();
                    typed.fetch_add(1, Ordering::Relaxed);
                    if let Err(why) = judge(line, &city.paste(line)) {
                        failures.lock().unwrap().push(why);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    println!("{} of {} examples were typed", typed.into_inner(), lines.len());
    assert!(failures.is_empty(), "{} failed\n\n{}", failures.len(), failures.join("\n\n"));
}

/// Whatever it is for: a line that only asks which columns there are sends nothing.
#[test]
fn no_example_does_anything_that_only_asks_for_columns() {
    let city = Pasted::new();
    let is_plain = |line: &String| {
        let parts = [" | ", " > ", " || ", " && ", " -- ", "<(", "--columns"];
        !parts.iter().any(|part| line.contains(part))
    };
    let mut lines = Vec::new();
    for command in city.commands().iter().filter(|command| command["is_group"] == false) {
        lines.extend(texts(&command["examples"]).into_iter().find(is_plain));
    }
    assert!(lines.len() > 150, "{} lines", lines.len());
    city.requests();
    let mut failures = Vec::new();
    for line in lines {
        let output = city.paste(&format!("{line} --columns help"));
        let requests = city.requests();
        if !requests.is_empty() || !matches!(output.code, Some(0 | 2)) {
            failures.push(format!("{output}\n{requests:#?}"));
        }
    }
    assert!(failures.is_empty(), "{} failed\n\n{}", failures.len(), failures.join("\n\n"));
}

/// The lines of a task one after the other, as people would type them.
#[test]
fn every_task_can_be_done_as_it_is_told() {
    let city = Pasted::new();
    let topic = city.paste("orchest help tasks").success().stdout;
    let titles: Vec<&str> = topic.lines().skip(4).filter_map(|line| line.strip_prefix("  ")).collect();
    assert!(titles.len() >= 25, "{titles:?}");
    let mut failures = Vec::new();
    for title in titles {
        city.again();
        let told = city.paste(&format!("orchest help '{title}'")).success().stdout;
        let whole = told.replace(" \\\n   ", "");
        let lines: Vec<&str> = whole.lines().filter_map(|line| line.strip_prefix("  ")).collect();
        assert!(whole.starts_with(title) && !lines.is_empty(), "{told}");
        for line in lines {
            if !exception(line).is_some_and(|(_, code, ..)| code.is_none()) {
                failures.extend(judge(line, &city.paste(line)).err());
            }
        }
    }
    assert!(failures.is_empty(), "{} failed\n\n{}", failures.len(), failures.join("\n\n"));
}
