//! Programs that are started: word by word, for no longer and with no more to say than they need; and none that nobody named.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::scripted::{passwords, room, room_without_password, with_users};
use crate::support::cli::{Room, finish};
use crate::support::terminal::Terminal;

const LIST: [&str; 4] = ["user", "list", "-s", "smart"];
/// A helper has 30 s, and a busy machine some more.
const LIMIT: std::ops::Range<Duration> = Duration::from_secs(29)..Duration::from_secs(45);

/// A program of this text, at this place in a room.
fn program(room: &Room, name: &str, text: &str) -> String {
    let path = room.file(name, &format!("#!/bin/sh\n{text}\n"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path.display().to_string()
}

/// Notes its words, one a line.
const NOTE: &str = "printf '%s\\n' \"$@\" > \"$HOME/words\"";

fn noted(room: &Room) -> String {
    std::fs::read_to_string(room.path("words")).unwrap_or_default()
}

/// No file but what a test knows of: a shell would have made one.
#[track_caller]
fn no_shell_was_there(room: &Room) {
    let evil: Vec<_> = room.files().into_iter().filter(|path| path.ends_with("evil")).collect();
    assert!(evil.is_empty(), "{evil:?}");
}

fn words_are_words() {
    let server = with_users(&[]);
    let room = room_without_password(server.url());
    let odd = program(&room, "my helper; touch evil/$(x)", &format!("{NOTE}\necho canary-of-helper"));
    // In settings each word is one, whatever is in it.
    let words = ["a b", "; touch evil", "$(touch evil)", "`touch evil`", "*", "|touch evil", "a'b\"c", "", "\n"];
    let argv: Vec<&str> = std::iter::once(odd.as_str()).chain(words).collect();
    room.file(".orchester.toml", &format!("auth.password_command = {}\n", json!(argv)));
    room.run(&LIST).success();
    assert_eq!(noted(&room), words.map(|word| format!("{word}\n")).concat());
    no_shell_was_there(&room);
    // A flag is taken apart at blanks, and nowhere else.
    let plain = program(&room, "helper;x", &format!("{NOTE}\necho canary-of-flag"));
    let flag = format!("{plain} $(touch evil) ;touch evil *");
    room.run(&["auth", "login", "--password-command", &flag]).success();
    assert_eq!(noted(&room), "$(touch\nevil)\n;touch\nevil\n*\n");
    no_shell_was_there(&room);
    assert_eq!(passwords(&server), ["canary-of-helper", "canary-of-flag"]);
}

/// What a helper leaves undone, and what is said of it.
fn ends_are_looked_at() {
    let server = with_users(&[]);
    let room = room_without_password(server.url());
    for (name, text, says) in [
        (
            "fails",
            "echo canary-half; echo \"locked canary-half $(printf '\\033[31m')\" >&2; exit 3",
            "exit code 3: locked ***",
        ),
        ("dies", "echo canary-half; kill -9 $$", "signal 9"),
        ("prints", "head -c 65537 /dev/zero | tr '\\0' x; sleep 60", "64 KiB"),
        ("pours", "echo canary-half; yes | head -c 200000", "64 KiB"),
        ("nothing", "true", "nothing"),
    ] {
        let command = program(&room, name, text);
        let begin = Instant::now();
        let output = room.run(&[&LIST[..], &["--password-command", &command]].concat()).code(78);
        assert!(begin.elapsed() < Duration::from_secs(20), "{name}: {:?}", begin.elapsed());
        let said = output
            .stderr
            .replace("65536 bytes", "64 KiB")
            .replace("is empty", "nothing")
            .replace("printed no", "nothing");
        assert!(said.contains(says), "{name} says no {says:?}\n{output}");
        assert!(!output.stderr.contains("canary") && !output.stderr.contains('\u{1b}'), "{output}");
    }
    assert!(server.lines().is_empty(), "{:?}", server.lines());
    // What is small enough is taken, however much is said beside it.
    let command = program(&room, "talks", "head -c 1048576 /dev/zero | tr '\\0' x >&2; echo canary-whole");
    room.run(&[&LIST[..], &["--password-command", &command]].concat()).success();
    assert_eq!(passwords(&server), ["canary-whole"]);
}

fn the_editor_is_one_too() {
    let room = Room::new();
    room.file(".orchester.toml", "service = \"smart\"\n");
    let editor = program(&room, "ed;itor", NOTE);
    let room = room
        .env("ORCHEST_EDITOR", &format!("{editor} $(touch evil) ;touch evil"))
        .env("ORCHEST_PASSWORD", "canary-env");
    let (code, seen) = Terminal::start(&room, "config edit").ended();
    assert_eq!(code, 0, "{seen}");
    let file = room.path(".orchester.toml");
    assert_eq!(noted(&room), format!("$(touch\nevil)\n;touch\nevil\n{}\n", file.display()));
    no_shell_was_there(&room);
    let failing = program(&room, "fails", "exit 3");
    let (code, seen) = Terminal::start(&room.env("ORCHEST_EDITOR", &failing), "config edit").ended();
    assert!(code == 1 && seen.contains("exit status: 3"), "{seen}");
}

/// Fails with `src/secrets/command.rs`: `Command::new(program).args(arguments)` → `Command::new("sh").args(["-c",
/// &argv.join(" ")])`.
/// Fails with `src/secrets/command.rs`: `LIMIT: Duration = Duration::from_secs(30)` → `from_secs(300)`.
#[test]
fn s30_helpers_and_editors_are_started_word_by_word_and_not_for_long() {
    let server = with_users(&[]);
    let slow = room_without_password(server.url());
    let command = program(&slow, "slow", "exec sleep 120");
    let line = [&LIST[..], &["--password-command", &command]].concat();
    let begin = Instant::now();
    let child = slow.spawn(&line);
    words_are_words();
    ends_are_looked_at();
    the_editor_is_one_too();
    let output = finish(child, &line).code(78).says("30");
    assert!(LIMIT.contains(&begin.elapsed()), "{:?}\n{output}", begin.elapsed());
    assert!(server.lines().is_empty());
}

/// There are no plug-ins, so none gets a token: nothing is started by its name alone but what the settings, `$BROWSER`, `$EDITOR`
/// and OpenSSH's two programs name, and `crontab -l` for the doctor.
///
/// Fails with `src/cli/run.rs`: in `usage`, a first line `let _ = std::process::Command::new(format!("orchest-{}",
/// arguments.first().map_or("", String::as_str))).status();`.
#[test]
fn s31_no_program_is_found_by_its_name_and_given_anything() {
    let server = with_users(&[]);
    let room = room(server.url());
    // It starts nothing by a name, or it would spring itself.
    let trap = format!("echo \"$0 $*\" >> {}", room.path("sprung").display());
    // Nouns, verbs, words of others, helpers of other tools' protocols, pagers and shells.
    let nouns = room.ok(&["--help"]);
    let nouns: Vec<&str> = nouns
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(nouns.len() > 20 && nouns.contains(&"service"), "{nouns:?}");
    let others =
        ["foo", "lst", "plugin", "credential", "auth-helper", "keyring", "help", "legacy", "doctor", "completion"];
    for name in nouns.iter().chain(&others) {
        program(&room, &format!("trap/orchest-{name}"), &trap);
        program(&room, &format!("trap/orchester-{name}"), &trap);
    }
    for name in [
        "orchest",
        "less",
        "more",
        "pager",
        "sh",
        "bash",
        "env",
        "git",
        "curl",
        "xdg-open",
        "vi",
        "ssh",
        "ssh-keygen",
        "pass",
        "security",
    ] {
        program(&room, &format!("trap/{name}"), &trap);
    }
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", room.path("trap").display());
    let room = room.env("PATH", &path).env("PAGER", "less").env("VISUAL", "vi");
    for word in nouns.iter().chain(&others) {
        // A word that is no noun is a mistake, and not a program.
        let line = [&[*word][..], &["--no-input", "--dry-run"]].concat();
        let output = room.run(&line);
        // The doctor finds fault with the server.
        assert!(matches!(output.code, Some(0 | 2 | 78)) || *word == "doctor", "{output}");
        if others[..5].contains(word) {
            assert_eq!(output.code, Some(2), "{output}");
        }
    }
    for line in
        [&LIST[..], &["auth", "status"], &["auth", "token"], &["config", "show"], &["help", "names"], &["user", "foo"]]
    {
        room.run(line);
    }
    assert!(server.lines().len() > 1, "{:?}", server.lines());
    let sprung = std::fs::read_to_string(room.path("sprung")).unwrap_or_default();
    assert_eq!(sprung, "", "something was started");
    // The trap itself works.
    let found =
        std::process::Command::new(room.path("trap/orchest-foo")).env("PATH", "/usr/bin:/bin").status().unwrap();
    assert!(found.success() && std::fs::read_to_string(room.path("sprung")).unwrap().contains("orchest-foo"));
    let security = std::fs::read_to_string(crate::support::sources::root().join("SECURITY.md")).unwrap();
    assert!(security.contains("- Plugins: no `orchest-NAME` is looked for and started."), "{security}");
}
