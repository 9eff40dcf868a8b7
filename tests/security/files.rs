//! Files that hold secrets: who may read them, and what is left of them when we are killed while we write.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::inotify;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::scripted::{LIST_USERS, room_without_password, users_page, without_bob};
use crate::support::cli::{Output, Room, finish};
use crate::support::server::{Reply, Server};

const LIST: [&str; 4] = ["user", "list", "-s", "smart"];
const KEEP: [&str; 5] = ["auth", "login", "--store", "file", "--password-stdin"];

fn server() -> Server {
    let server = without_bob();
    server.on(LIST_USERS, users_page(&[], None));
    server.on("DELETE /v3/auth/tokens", Reply::Plain(204, Vec::new(), Vec::new()));
    server
}

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().mode() & 0o7777
}

/// Runs a line with these limits of the shell.
fn limited(room: &Room, limits: &str, line: &[&str], input: &str) -> Output {
    let mut command = Command::new("sh");
    let script = format!("{limits}; exec {} \"$@\"", Room::BINARY);
    room.furnish(command.args(["-c", &script, "sh"]).args(line));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
    finish(child, line)
}

fn under(room: &Room, part: &str) -> Vec<PathBuf> {
    room.files().into_iter().filter(|path| path.display().to_string().contains(part)).collect()
}

/// Forgets the tokens, so that a password is needed.
fn without_tokens(room: &Room) {
    under(room, "/tokens/").iter().for_each(|path| std::fs::remove_file(path).unwrap());
}

/// A file of somebody else: made into one where we may do that, and otherwise one that every machine has.
fn of_somebody_else(room: &Room) -> PathBuf {
    let path = room.file("theirs.pw", "canary-theirs\n");
    if chown(&path, Some(4711), None).is_ok() { path } else { PathBuf::from("/etc/passwd") }
}

/// A settings file may hold a token too. It is its owner's own and kept as it is; one that others may read is warned about.
///
/// Fails with `src/base/private/mod.rs`: `const FILE_MODE: u32 = 0o600;` → `const FILE_MODE: u32 = 0o644;`.
#[test]
fn s03_files_with_secrets_are_for_their_owner_alone() {
    for umask in ["000", "022", "077"] {
        let server = server();
        let room = room_without_password(server.url());
        let limit = format!("umask {umask}");
        limited(&room, &limit, &KEEP, "canary-kept\n").success();
        let create = ["user", "create", "bob", "-s", "smart", "--generate-password", "--password-out", "out.pw"];
        limited(&room, &limit, &[&create[..], &["--trace", "trace.txt"]].concat(), "").success();
        let files = [under(&room, "/.state/"), under(&room, "out.pw"), under(&room, "trace.txt")].concat();
        for name in ["secrets.json", "/tokens/", "runs.jsonl", "out.pw", "trace.txt"] {
            assert!(files.iter().any(|path| path.display().to_string().contains(name)), "{name}: {files:?}");
        }
        for path in files {
            assert_eq!(mode(&path), 0o600, "{} under umask {umask}", path.display());
            let directory = path.parent().unwrap();
            let ours = directory != room.path("") && directory.display().to_string().contains("/.state");
            assert!(!ours || mode(directory) == 0o700, "{} under umask {umask}", directory.display());
        }
    }

    let server = server();
    let room = room_without_password(server.url()).env("ORCHEST_STORE", "file");
    room.run_with_input(&KEEP, "canary-kept\n").success();
    let [store] = under(&room, "secrets.json").try_into().unwrap();
    let [token] = under(&room, "/tokens/").try_into().unwrap();
    let logins = || server.lines().iter().filter(|line| *line == "POST /v3/auth/tokens").count();

    // Wider modes are refused with the command that mends them, and so is a file of somebody else.
    let own = room.file("own.pw", "canary-own\n");
    let (own, tokens) = (own.to_str().unwrap(), room.file("own.token", "canary-own-token\n"));
    for wide in [0o644, 0o640, 0o604, 0o660, 0o700] {
        for (path, flag) in [(Path::new(own), "--password-file"), (&tokens, "--token-file")] {
            without_tokens(&room);
            set_permissions(path, Permissions::from_mode(wide)).unwrap();
            let before = server.lines().len();
            let output = room.run(&[&LIST[..], &[flag, path.to_str().unwrap()]].concat()).code(78);
            output.says(&format!("run: chmod 600 {}", path.display()));
            assert_eq!(server.lines().len(), before, "nothing is asked with a secret that others know");
        }
    }
    room.run(&LIST).success();
    let theirs = of_somebody_else(&room);
    without_tokens(&room);
    let line = [&LIST[..], &["--password-file", theirs.to_str().unwrap()]].concat();
    room.run(&line).code(78).says("belongs to user id");
    set_permissions(&store, Permissions::from_mode(0o644)).unwrap();
    room.run(&LIST).code(78).says(&format!("run: chmod 600 {}", store.display()));
    set_permissions(&store, Permissions::from_mode(0o600)).unwrap();
    room.run(&LIST).success();

    // A token that others may read is not used, and not written through either.
    set_permissions(&token, Permissions::from_mode(0o644)).unwrap();
    let before = logins();
    let output = room.run(&LIST).success();
    assert_eq!(logins(), before + 1, "{output}");
    assert_eq!(mode(&token), 0o600);

    // A link leads nowhere: what it leads to is neither read nor written, whether it is there or not.
    let victim = room.file("victim", "precious\n");
    let victim_name = victim.to_str().unwrap().to_owned();
    for (place, line, input) in [
        (&store, &KEEP[..], "canary-new\n"),
        (&token, &LIST, ""),
        (&room.path("link.pw"), &[&LIST[..], &["--password-file", "link.pw"]].concat(), ""),
        (&room.path("link.token"), &[&LIST[..], &["--token-file", "link.token"]].concat(), ""),
        (&room.path("link.trace"), &[&LIST[..], &["--trace", "link.trace"]].concat(), ""),
        (
            &room.path("link.out"),
            &["user", "create", "bob", "-s", "smart", "--generate-password", "--password-out", "link.out"],
            "",
        ),
    ] {
        for target in [victim_name.clone(), format!("{victim_name}.new")] {
            without_tokens(&room);
            let _ = std::fs::remove_file(place);
            symlink(&target, place).unwrap();
            let output = room.run_with_input(line, input);
            // A run that needs no token of another one goes on without it.
            assert!(place == &token || output.code != Some(0), "{}\n{output}", place.display());
            assert!(output.stderr.contains("symbolic link"), "{}\n{output}", place.display());
            assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious\n");
            assert!(!room.path("victim.new").exists(), "{}", place.display());
            let _ = std::fs::remove_file(place);
            if place == &store {
                room.run_with_input(&KEEP, "canary-kept\n").success();
            }
        }
    }

    // Nor is a directory believed into which others can put files.
    set_permissions(store.parent().unwrap(), Permissions::from_mode(0o777)).unwrap();
    let output = room.run_with_input(&KEEP, "canary-new\n").says("run: chmod 700 ");
    assert!(!matches!(output.code, Some(0) | None), "{output}");
    assert!(!std::fs::read_to_string(&store).unwrap().contains("canary-new"), "{output}");

    let toml = room.file(".orchester.toml", "[connector.github]\ntoken = \"canary-in-settings\"\n");
    set_permissions(&toml, Permissions::from_mode(0o644)).unwrap();
    let output = room.run(&["config", "show"]).success().says("holds secrets and others may read it");
    assert!(output.stderr.contains("chmod 600") && !output.stdout.contains("canary"), "{output}");
}

/// The passwords that the store holds; fails where it is not whole.
#[track_caller]
fn kept(store: &Path, after: &str) -> Vec<String> {
    let text = std::fs::read_to_string(store).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{after}: {error} in {text:?}"));
    let all = document["secrets"].as_array().unwrap().iter();
    let mut all: Vec<String> = all.map(|one| one["password"].as_str().unwrap().to_owned()).collect();
    all.sort();
    all
}

/// What a store holds of which somebody has made many entries, so that it takes longer to write than anything else does.
fn full_store() -> (Server, Room, PathBuf) {
    let server = server();
    let room = room_without_password(server.url()).env("ORCHEST_STORE", "file");
    room.run_with_input(&KEEP, "old\n").success();
    let [store] = under(&room, "secrets.json").try_into().unwrap();
    let mut document: Value = serde_json::from_str(&std::fs::read_to_string(&store).unwrap()).unwrap();
    let secrets = document["secrets"].as_array_mut().unwrap();
    let one = secrets[0].clone();
    secrets.extend((0..40).map(|n| {
        let mut other = one.clone();
        (other["user"], other["password"]) = (format!("user{n}").into(), format!("password{n}").into());
        other
    }));
    std::fs::write(&store, document.to_string()).unwrap();
    // In the form in which it is written.
    room.run_with_input(&KEEP, "old\n").success();
    (server, room, store)
}

/// The system is told to end the program at the n-th byte of a file, which is what a full disk and a kill look like; and then
/// it is killed at each thing that happens in the directory: a file appears, is written, is closed, takes its name.
///
/// Fails with `src/base/private/mod.rs`: `write` begins with `return open(path,
/// OpenOptions::new().write(true).create(true).truncate(true))?.write_all(bytes).map_err(Error::io("write", path));`.
#[test]
fn s04_a_kill_leaves_the_old_file_or_the_new_one() {
    let (_server, room, store) = full_store();
    let directory = store.parent().unwrap().to_owned();
    let old = kept(&store, "the beginning");
    let whole = std::fs::metadata(&store).unwrap().len();
    let mut new: Vec<String> = old.iter().map(|one| one.replace("old", "new")).collect();
    new.sort();
    let begun =
        || under(&room, ".secrets.json.").into_iter().filter(|path| path.extension().is_some()).collect::<Vec<_>>();
    let mut cut = 0;
    for limit in (0..whole + 400).step_by(199) {
        let mut command = Command::new("prlimit");
        command.arg(format!("--fsize={limit}")).arg("--").arg(Room::BINARY).args(KEEP);
        let child = room.furnish(&mut command).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().expect("this test needs `prlimit`, of util-linux");
        let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"new\n");
        let output = finish(child, &KEEP);
        let now = kept(&store, &format!("{limit} bytes\n{output}"));
        assert!(now == old || now == new, "{limit} bytes\n{output}");
        assert_eq!(mode(&store), 0o600);
        for path in begun() {
            // What is left over is for nobody else either, and nobody takes it for the file.
            assert_eq!(mode(&path), 0o600);
            cut += usize::from(std::fs::metadata(&path).unwrap().len() < whole / 2);
            std::fs::remove_file(path).unwrap();
        }
        if now == new {
            room.run_with_input(&KEEP, "old\n").success();
        }
        // What only grows is not rewritten, and would reach the limit first.
        let _ = std::fs::remove_file(directory.join("runs.jsonl"));
    }
    assert!(cut > 3, "the file itself was cut off {cut} times only");

    let mut killed = 0;
    for event in 1..60 {
        let watch = inotify::init(inotify::CreateFlags::CLOEXEC).unwrap();
        inotify::add_watch(&watch, &directory, inotify::WatchFlags::ALL_EVENTS).unwrap();
        let mut child = room.spawn_with_input(&KEEP);
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"new\n").unwrap();
        let pid = Pid::from_child(&child);
        std::thread::spawn(move || {
            let mut buffer = [const { std::mem::MaybeUninit::uninit() }; 4096];
            let mut reader = inotify::Reader::new(&watch, &mut buffer);
            if (0..event).all(|_| reader.next().is_ok()) {
                let _ = kill_process(pid, Signal::KILL);
            }
        });
        let output = finish(child, &KEEP);
        let now = kept(&store, &format!("event {event}\n{output}"));
        assert!(now == old || now == new, "event {event}: {now:?}\n{output}");
        if now == new {
            room.run_with_input(&KEEP, "old\n").success();
        }
        match output.signal {
            Some(9) => killed += 1,
            _ => break,
        }
    }
    // A busy machine kills late: how many of them met the old file is a matter of luck, that some were killed is not.
    assert!(killed > 0, "{killed}");
    // After all of that the same line ends well.
    room.run_with_input(&KEEP, "new\n").success();
    assert_eq!(kept(&store, "the end"), new);
}
