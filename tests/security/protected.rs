//! Contexts that are protected: whoever destroys something there says which one is meant.

use std::collections::BTreeSet;

use orchester::sandbox::{Backend, Request, SandboxOptions, Seed};

use crate::support::cli::{Output, Room};
use crate::support::terminal::Terminal;
use crate::support::whole::Whole;

const SETTINGS: &str = "service = \"smartcity\"\n[contexts.prod]\nprotected = true\n[contexts.open]\n\
    [module.STH]\nnotify_url = \"http://127.0.0.1:9/sth\"\n";

/// Each line that destroys, takes away or replaces something, as `noun verb …`. Where a line needs the other kind of orchestrator
/// it begins with `v1:`.
const LINES: [&str; 47] = [
    "service delete smartcity",
    "service delete smartcity --disable-only",
    "service update smartcity --disable",
    "service create fresh --admin-user boss --new-password-file new.pw --rollback",
    "subservice delete energy",
    "subservice update energy --disable",
    "subservice update energy --rename power",
    "user delete bob",
    "user delete alice bob carl",
    "user update bob --disable",
    "user update bob --new-password-file new.pw",
    "user set-password bob --new-password-file new.pw",
    "group delete operators",
    "group member rm operators bob",
    "role delete ServiceCustomer",
    "role revoke ServiceCustomer --from-user carl",
    "policy delete ServiceCustomer STHServiceCustomer",
    "policy update ServiceCustomer --template orion-customer2",
    "policy sync policies --prune",
    "module disable STH",
    "subscription delete 0123456789abcdef01234567",
    "subscription delete --all -S energy",
    "trust delete 0123abcd",
    "deployment delete vms",
    "deployment update vms machines.yaml",
    "resource stop vms server",
    "v1: deployment delete vms1",
    "v1: deployment update vms1 --group other",
    "v1: template delete container",
    "v1: template add machines.yaml",
    "v1: paas user delete bob",
    "v1: paas ssh-key delete",
    "members rm bea -c github",
    "members rm bea -c trello",
    "members rm bea@example.com -c g_drive",
    "members add hal -c github",
    "rm bea -c github",
    "rm bea -c trello",
    "rm bea@example.com -c g_drive",
    "add hal -c github",
    "members sync --from roster.csv -c github --remove-extra",
    "stats metrics --of orion --reset",
    "stats metrics --of perseo --reset",
    "platform loglevel set DEBUG --of orion",
    "api keystone DELETE /v3/users/0123",
    "api orion POST /v2/op/update -F actionType=delete",
    "api github PUT /orgs/acme/memberships/hal",
];

/// Verbs by whose name something might be destroyed, and why they are not in the table.
const HARMLESS: [(&str, &str); 9] = [
    ("deployment owner", "no server offers it, so nothing is sent"),
    ("log prune", "no server offers it, so nothing is sent"),
    ("resource reset", "no server offers it, so nothing is sent"),
    ("deployment reset", "it ends a deletion that was begun, of what has to be stuck for that"),
    ("resource reboot", "it is a stop, which is there"),
    ("sandbox reset", "the sandbox keeps nothing"),
    ("sandbox down", "the sandbox keeps nothing"),
    ("config unset", "it changes a file of one's own"),
    ("config context", "it changes a file of one's own"),
];

/// What a name of a verb says.
const DESTROYS: [&str; 13] = [
    "delete",
    "rm",
    "disable",
    "revoke",
    "reset",
    "stop",
    "reboot",
    "prune",
    "unset",
    "down",
    "set-password",
    "sync",
    "context",
];

fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

/// Those that change something, logins and questions excepted.
fn writes(requests: &[Request]) -> Vec<String> {
    let asks = |request: &Request| {
        let path = request.path.split('?').next().unwrap();
        ["GET", "HEAD"].contains(&request.method.as_str())
            || path.ends_with("/auth/tokens")
            || path.ends_with("users.list")
    };
    requests
        .iter()
        .filter(|request| !asks(request))
        .map(|request| format!("{} {}", request.method, request.path))
        .collect()
}

fn furnished(whole: &Whole) -> [Room; 2] {
    let room = || {
        let room = whole.sandbox.environment().iter().fold(Room::new(), |room, (name, value)| room.env(name, value));
        room.file(".orchester.toml", SETTINGS);
        room.file("new.pw", "moat-and-drawbridge-7\n");
        room.file("machines.yaml", include_str!("../../src/sandbox/paas/demo/machines.yaml"));
        room.file("roster.csv", "github\nada\noli\n");
        let policy = room.ok(&["policy", "templates", "sth-customer2"]);
        room.file("policies/ServiceCustomer/a.xml", &policy);
        room
    };
    let v1 = room().env("ORCHEST_PAAS", &whole.sandbox.url(Backend::PaasV1));
    let usual = room();
    for (room, name) in [(&usual, "vms"), (&v1, "vms1")] {
        room.run(&["deployment", "create", "machines.yaml", "--name", name, "--group", "city", "-p", "num_vms=1"])
            .success();
    }
    [usual, v1]
}

fn is_refused(output: &Output) -> bool {
    output.code == Some(2)
        && output.stderr.contains("context 'prod' is protected")
        && output.stderr.contains("--confirm prod")
}

fn every_line_wants_the_name() {
    let mut options = SandboxOptions::default();
    (options.seed, options.paas_speed) = (Seed::Demo, std::time::Duration::ZERO);
    let whole = Whole::of(options);
    let [usual, v1] = furnished(&whole);
    for line in LINES {
        let (room, line) = match line.strip_prefix("v1: ") {
            Some(line) => (&v1, words(line)),
            None => (&usual, words(line)),
        };
        let before = whole.sandbox.state();
        for more in [&["--yes"][..], &["-y", "--confirm", "production"], &["--yes", "--confirm", ""], &["--no-input"]] {
            whole.sandbox.take_record();
            let output = room.run(&[&line[..], &["--context", "prod"], more].concat());
            assert!(is_refused(&output), "{more:?} is enough\n{output}");
            let sent = writes(&whole.sandbox.take_record().requests);
            assert!(sent.is_empty(), "{sent:?}\n{output}");
        }
        assert_eq!(whole.sandbox.state(), before, "{line:?}");
        // By its name it goes on; and nothing is asked about where nothing is done.
        for more in [&["--confirm", "prod"][..], &[]] {
            let output = room.run(&[&line[..], &["--context", "prod", "--dry-run"], more].concat());
            assert!(!output.stderr.contains("is protected"), "{output}");
        }
    }
    // Typed on a terminal, it is the name that counts, and no yes.
    let line = "user delete bob --context prod";
    for (typed, code) in [("yes", 2), ("y", 2), ("bob", 2), ("", 2)] {
        let mut terminal = Terminal::start(&usual, line);
        terminal.shows("Type 'prod' to go on");
        terminal.types(&format!("{typed}\r"));
        let (ended, seen) = terminal.ended();
        assert_eq!(ended, code, "{seen}");
    }
    usual.run(&["user", "show", "bob"]).success();
    let mut terminal = Terminal::start(&usual, line);
    terminal.shows("Type 'prod' to go on");
    terminal.types("prod\r");
    assert_eq!(terminal.ended().0, 0);
    usual.run(&["user", "show", "bob"]).code(3);
    usual.run(&["user", "delete", "carl", "--context", "prod", "--confirm", "prod"]).success();
    // Elsewhere `--yes` is enough.
    usual.run(&["user", "delete", "alice", "--context", "open", "--yes"]).success();
}

/// The verbs below a noun, or the noun itself where it has none.
fn verbs(room: &Room, path: &[&str], found: &mut BTreeSet<String>) {
    let help = room.run(&[path, &["--help"]].concat()).success().stdout;
    let begin = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names: Vec<&str> = begin
        .take_while(|line| line.is_empty() || line.starts_with(' '))
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    if names.is_empty() {
        found.insert(path.join(" "));
    }
    for name in names.into_iter().filter(|name| *name != "help") {
        verbs(room, &[path, &[name]].concat(), found);
    }
}

/// A verb that destroys by its name is in the table; a new one has to be put there.
fn none_is_forgotten() {
    let mut found = BTreeSet::new();
    verbs(&Room::new(), &[], &mut found);
    assert!(found.len() > 100, "{found:?}");
    let lines: Vec<&str> = LINES.iter().map(|line| line.trim_start_matches("v1: ")).collect();
    let is_known = |verb: &str| {
        lines.iter().any(|line| format!("{line} ").starts_with(&format!("{verb} ")))
            || HARMLESS.iter().any(|(known, _)| verb == *known || verb.starts_with(&format!("{known} ")))
            // The directory is there in builds with it alone, and tests/real/ldap asks about each of its verbs.
            || verb.starts_with("platform ldap")
    };
    let destroys = |verb: &str| verb.split(' ').any(|word| DESTROYS.contains(&word));
    let forgotten: Vec<&String> = found.iter().filter(|verb| destroys(verb) && !is_known(verb)).collect();
    assert!(forgotten.is_empty(), "{forgotten:?}");
}

/// Fails with `src/cli/context/confirm.rs`: in `confirm_at`, `if let Some(context) = self.protected()?` → `if let Some(context) =
/// self.protected()?.filter(|_| !self.globals.run.yes)`.
#[test]
fn s38_in_a_protected_context_whoever_destroys_says_which_one() {
    every_line_wants_the_name();
    none_is_forgotten();
}
