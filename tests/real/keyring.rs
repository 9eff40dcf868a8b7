//! The keyring on a real Secret Service: gnome-keyring on a session bus of its own.

use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::cli::Room;
use crate::support::issuer::{Browser, Issuer};
use crate::support::keystone::{ADMIN_PASSWORD, Keystone};
use crate::support::login::{Running, files};

/// A bus with a keyring behind it; both end with this value.
struct SecretService {
    process: Child,
    address: String,
}

impl SecretService {
    /// In the home of this room. Unlocked, as after logging in at a desktop; or locked, as for cron.
    fn start(room: &Room, unlocked: bool) -> Self {
        Self::with(room, unlocked, &[])
    }

    /// A bus on which no program is a keyring, and none is started as one.
    fn without_keyring(room: &Room) -> Self {
        let allowed = "<allow send_destination='*'/><allow receive_sender='*'/><allow own='*'/>";
        let config = format!(
            "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>\
             <policy context='default'>{allowed}</policy></busconfig>"
        );
        let config = room.file("bus.conf", &config);
        Self::with(room, false, &["--config-file", config.to_str().unwrap()])
    }

    fn with(room: &Room, unlocked: bool, options: &[&str]) -> Self {
        // It serves until its standard input closes, however the test ends.
        let daemon = if unlocked {
            "printf desktop | gnome-keyring-daemon --unlock --components=secrets >/dev/null"
        } else {
            ":"
        };
        let script = format!("{daemon}; echo \"$DBUS_SESSION_BUS_ADDRESS\"; cat >/dev/null");
        let mut process = Command::new("dbus-run-session")
            .args(options)
            .args(["--", "sh", "-c", &script])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", room.path(""))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("dbus-run-session: {error}; run tests/servers/secret-service.sh"));
        let mut address = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
        assert!(address.contains("path="), "no bus: {address:?}");
        Self { process, address: address.trim().to_owned() }
    }
}

impl Drop for SecretService {
    fn drop(&mut self) {
        let _ = self.process.stdin.take().map(|mut stdin| stdin.flush());
        let _ = self.process.wait();
    }
}

fn room(keystone: &Keystone) -> Room {
    Room::admin(keystone.url()).without("ORCHEST_PASSWORD")
}

#[test]
fn a_password_is_kept_found_and_forgotten() {
    let keystone = Keystone::shared();
    let room = room(keystone);
    let service = SecretService::start(&room, true);
    let room = room.env("DBUS_SESSION_BUS_ADDRESS", &service.address);
    let login = ["auth", "login", "--store", "keyring", "--password-stdin"];
    room.run_with_input(&login, &format!("{ADMIN_PASSWORD}\n")).success();
    // The keyring's own file among them, where it is encrypted; the sockets of its daemon hold nothing.
    for file in room.files().into_iter().filter(|file| file.is_file()) {
        let text = std::fs::read(&file).unwrap();
        let leaked = text.windows(ADMIN_PASSWORD.len()).any(|bytes| bytes == ADMIN_PASSWORD.as_bytes());
        assert!(!leaked, "the password is in {}", file.display());
    }
    // Nothing but the keyring can give the password for another login.
    let token = room.run(&["auth", "token"]).success().stdout;
    let renewed = room.run(&["auth", "login"]).success();
    assert_ne!(room.run(&["auth", "token"]).success().stdout, token, "{renewed}");
    room.run(&["auth", "logout"]).success();
    room.run(&["user", "list", "-s", "default"]).code(78).says("no password");
}

#[test]
fn a_locked_keyring_is_said_and_not_waited_for() {
    let keystone = Keystone::shared();
    let room = room(keystone);
    let service = SecretService::start(&room, false);
    let room = room.env("DBUS_SESSION_BUS_ADDRESS", &service.address);
    let started = Instant::now();
    let login = ["auth", "login", "--store", "keyring", "--password-stdin"];
    let output = room.run_with_input(&login, &format!("{ADMIN_PASSWORD}\n"));
    assert!(started.elapsed() < Duration::from_secs(10), "{output}");
    assert_ne!(output.code, Some(0), "{output}");
    let output = output.says("keyring").says("--password-file");
    assert!(!output.stderr.contains(ADMIN_PASSWORD), "{output}");
}

/// Logs in, to keep the login in the keyring, which is the usual place for it.
fn logged_in(issuer: &Issuer, room: &Room) {
    let line = ["auth", "login", "paas", "--no-browser"];
    let mut login = Running::with_input(room, &line);
    let back = Browser::new(issuer).log_in(&login.word_after("open "));
    login.paste(&back);
    login.end(&line).success().says("kept in the keyring");
}

#[test]
fn a_login_in_the_keyring_is_remembered_where_the_keyring_is_out_of_reach() {
    let issuer = Issuer::start(&[]);
    let room = issuer.room("orchest").env("XDG_RUNTIME_DIR", "/dev/null/none");
    let service = SecretService::start(&room, true);
    let room = room.env("DBUS_SESSION_BUS_ADDRESS", &service.address);
    logged_in(&issuer, &room);
    assert!(files(&room, "secrets.json").is_empty());
    let [note] = files(&room, "/logins/").try_into().unwrap();
    let note = std::fs::read_to_string(note).unwrap();
    assert!(note.contains(issuer.url()) && !note.contains("token"), "{note}");

    // As under cron, and again; and without the settings.
    let room = room.without("DBUS_SESSION_BUS_ADDRESS");
    for line in [&["auth", "logout", "paas"][..], &["auth", "logout", "--all"], &["auth", "logout", "paas"]] {
        room.run(line).code(1).says("may still be kept here").says(issuer.url());
    }
    let room = room.env("DBUS_SESSION_BUS_ADDRESS", &service.address).without("ORCHEST_PAAS_ISSUER");
    room.run(&["auth", "logout", "--all"]).success().says("is revoked").says("erased from the keyring");
    assert!(files(&room, "/logins/").is_empty());
    let room = room.without("DBUS_SESSION_BUS_ADDRESS").env("ORCHEST_PAAS_ISSUER", issuer.url());
    room.run(&["auth", "logout", "paas"]).success().says("was not logged in");
}

#[test]
fn a_bus_without_a_keyring_is_as_good_as_none() {
    let issuer = Issuer::start(&[]);
    let room = issuer.room("orchest").env("XDG_RUNTIME_DIR", "/dev/null/none");
    let service = SecretService::without_keyring(&room);
    let room = room.env("DBUS_SESSION_BUS_ADDRESS", &service.address);
    for _ in 0..2 {
        room.run(&["auth", "logout", "paas"]).success().says("was not logged in").says("no login is noted");
    }
    // That nothing can be kept is found out before anybody logs in, and leaves no note behind.
    for line in [&["auth", "login", "paas", "--no-browser"][..], &["generate", "github", "--no-browser"]] {
        let output = room.run(line).code(4).says("--store file");
        assert!(!output.stderr.contains("open http"), "{output}");
    }
    room.run(&["auth", "logout", "paas"]).success().says("was not logged in");
}

#[test]
fn a_token_of_a_connector_is_kept_in_the_keyring_unless_something_else_is_said() {
    use orchester::sandbox::{Backend, Sandbox, SandboxOptions, Seed, TokenKind};

    let mut options = SandboxOptions::default();
    options.seed = Seed::Demo;
    let sandbox = Sandbox::start(options).unwrap();
    let token = sandbox.members_token(TokenKind::GithubClassic, "ada", &["admin:org"], None);
    let room =
        Room::new().env("ORCHEST_GITHUB", &sandbox.url(Backend::GitHub)).env("XDG_RUNTIME_DIR", "/dev/null/none");
    let room = room.env("ORCHEST_GITHUB_ORGANIZATION", "acme");
    let line = ["generate", "github", "--no-browser"];
    // That there is no place for it is said before anybody is asked.
    let output = room.run_with_input(&line, &format!("{token}\n")).code(4);
    output.says("orchest generate github --store file");
    assert!(sandbox.take_record().requests.is_empty());

    let service = SecretService::start(&room, true);
    let room = room.env("DBUS_SESSION_BUS_ADDRESS", &service.address);
    let output = room.run_with_input(&line, &format!("{token}\n")).success().says("kept in the keyring");
    assert!(!output.stdout.contains(&token) && !output.stderr.contains(&token), "{output}");
    assert!(files(&room, "secrets.json").is_empty());
    let check = ["-c", "github", "check", "bea"];
    assert_eq!(room.run(&check).success().stdout, "True\n");
    // Out of reach, as under cron, that is remembered.
    let cron = room.without("DBUS_SESSION_BUS_ADDRESS");
    cron.run(&check).code(4);
    cron.run(&["auth", "logout", "github"]).code(1).says("may still be kept here");
    let room = cron.env("DBUS_SESSION_BUS_ADDRESS", &service.address);
    room.run(&["auth", "logout", "github"]).success().says("forgotten here");
    room.run(&check).code(4).says("orchest generate github");
}
