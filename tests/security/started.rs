//! Every program that the product starts, as it tells what it was started with.

use orchester::sandbox::{Backend, Sandbox, SandboxOptions, Seed};

use crate::scripted::{room_without_password, with_users};
use crate::support::cli::Room;
use crate::support::login::Running;
use crate::support::machines::{self, DEPLOYMENT};
use crate::support::raw::get;
use crate::support::secret::{told, witness};
use crate::support::terminal::Terminal;

/// What is secret in these runs, by a part of it.
pub const SECRETS: [&str; 2] = ["canary", "eyJ"];

/// Variables of somebody who works with many things: ours, those of others, and one that an old line can name.
const VARIABLES: [(&str, &str); 10] = [
    ("ORCHEST_GITHUB_TOKEN", "canary-github"),
    ("ORCHEST_TRELLO_API_KEY", "canary-trello"),
    ("OS_TOKEN_OTHER", "canary-openstack"),
    ("AWS_ACCESS_KEY_ID", "canary-aws-id"),
    ("AWS_SECRET_ACCESS_KEY", "canary-aws"),
    ("PGPASSFILE", "/home/canary-pg"),
    ("DATABASE_URL", "postgres://u:canary-db@127.0.0.1/db"),
    ("https_proxy", "http://u:canary-proxy@127.0.0.1:9"),
    ("ADM1_PW", "canary-old-line"),
    ("VAULT", "canary-vault"),
];

fn furnished(room: Room) -> Room {
    VARIABLES.iter().fold(room, |room, (name, value)| room.env(name, value))
}

/// One whose programs come before those of the machine.
fn with_path(room: Room) -> Room {
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", room.path("").display());
    room.env("PATH", &path)
}

/// Name and what it was told, of each.
pub fn started() -> Vec<(&'static str, String)> {
    vec![
        ("password helper", helper()),
        ("browser", browser()),
        ("ssh-keygen", keygen()),
        ("ssh", ssh()),
        ("editor", editor()),
        ("crontab", crontab()),
    ]
}

fn helper() -> String {
    let server = with_users(&[]);
    let room = furnished(room_without_password(server.url()));
    room.file("own.pw", "canary-login");
    let command = witness(&room, "helper", "exec cat \"$HOME/own.pw\"");
    room.run(&["user", "list", "-s", "smart", "--password-command", &command]).success();
    told(&room, "helper")
}

fn browser() -> String {
    let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
    let room = furnished(Room::new())
        .env("ORCHEST_PAAS", &sandbox.url(Backend::PaasIndigo))
        .env("ORCHEST_PAAS_ISSUER", &sandbox.url(Backend::Issuer))
        .env("ORCHEST_PAAS_CLIENT_ID", "orchest");
    let opener = witness(&room, "browser", "");
    let room = room.env("BROWSER", &opener);
    let line = ["auth", "login", "paas", "--store", "file"];
    let login = Running::start(&room, &line);
    let told = told(&room, "browser");
    // What it was told leads all the way to the end of the login.
    let mut address = told.lines().find(|line| line.starts_with("http://")).unwrap().to_owned();
    while let Some(next) = get(&address, &[]).header("location") {
        address = next.to_owned();
    }
    login.end(&line).success();
    told
}

fn keygen() -> String {
    let mut options = SandboxOptions::default();
    options.seed = Seed::Empty;
    let sandbox = Sandbox::start(options).unwrap();
    let room = sandbox.environment().iter().fold(Room::new(), |room, (name, value)| room.env(name, value));
    let room = with_path(furnished(room).env("ORCHEST_PAAS", &sandbox.url(Backend::PaasV1)));
    room.run(&["paas", "user", "add"]).success();
    witness(&room, "ssh-keygen", "exec /usr/bin/ssh-keygen \"$@\"");
    room.run(&["paas", "ssh-key", "generate", "--key-file", "key"]);
    told(&room, "ssh-keygen")
}

fn ssh() -> String {
    let server = machines::server("STARTED", "STARTED");
    let room = with_path(furnished(machines::room(&server)));
    witness(&room, "ssh", "");
    room.run(&["resource", "ssh", DEPLOYMENT, "front", "--exec"]).success();
    told(&room, "ssh")
}

fn editor() -> String {
    let room = furnished(Room::new()).env("ORCHEST_PASSWORD", "canary-login");
    let editor = witness(&room, "editor", "");
    let room = room.env("EDITOR", &editor);
    let terminal = Terminal::start(&room, "config edit");
    let (code, seen) = terminal.ended();
    assert_eq!(code, 0, "{seen}");
    told(&room, "editor")
}

/// The doctor looks for secrets in it.
fn crontab() -> String {
    let room = with_path(furnished(Room::new()));
    witness(&room, "crontab", "exit 1");
    room.run(&["doctor", "orion"]).code(1);
    told(&room, "crontab")
}

/// There is no pager and no plugin. What `sandbox … -- COMMAND` runs is the user's own command and gets what the user has.
///
/// Fails with `src/base/child.rs`: `command.env_clear();` → nothing.
#[test]
fn s02_children_see_nothing_of_the_environment_that_may_be_secret() {
    for (name, told) in started() {
        let environment = told.split("--- words").next().unwrap();
        for kept in ["PATH=", "HOME=", "LANG="] {
            assert!(environment.contains(kept), "{name} does not see {kept}\n{told}");
        }
        assert!(!environment.contains("canary") && !environment.contains("ORCHEST_"), "{name}\n{told}");
    }
}
