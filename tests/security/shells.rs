//! Names that servers have, in the shells that complete them.

use serde_json::{Value, json};

use crate::scripted::{room, user, users_page};
use crate::support::cli::Room;
use crate::support::server::{Reply, Server};
use crate::support::shell::{Kind, Shell, furnished};

/// What a shell would act upon, and has to carry.
const CARRIED: [&str; 32] = [
    "$(touch x)",
    "`touch x`",
    "a; touch x",
    "' touch x '",
    "a' touch x",
    "\"; touch x; \"",
    "a && touch x",
    "a|touch x",
    "a & touch x",
    "a>x",
    "<(touch x)",
    "$HOME>x",
    "${IFS}",
    "a b",
    "  a",
    "*",
    "?",
    "[a-z]*",
    "{a,b}",
    "~",
    "~root",
    "#a",
    "!!",
    "a!b",
    "^a^b",
    "=ls",
    "%1",
    "a\\b",
    "\\",
    "ünal ☃",
    "id:a=b@c",
    "(a)",
];

/// What is not what it seems to be, or moves what is on the screen.
const LEFT_OUT: [&str; 8] =
    ["a\ntouch x", "a\rtouch x", "a\ttouch x", "a\u{1b}[2Jb", "a\u{7f}b", "a\u{202e}b", "a\u{200b}b", "a\u{9b}31mb"];

/// fish leaves a tilde at the beginning of a word as it is when it completes one, and then takes it for somebody's home.
fn is_carried(shell: &str, name: &str) -> bool {
    shell != "fish" || !name.starts_with('~')
}

/// A server with a service for each of these lists of users.
fn server(services: &[&[&str]]) -> Server {
    let server = Server::keystone();
    for (number, names) in services.iter().enumerate() {
        let domain = json!({"domains": [{"id": format!("d{number}"), "name": format!("s{number}"), "enabled": true}]});
        server.on(&format!("GET /v3/domains?name=s{number}"), Reply::json(200, &domain));
        let users: Vec<Value> = names
            .iter()
            .enumerate()
            .map(|(place, name)| {
                let mut user = user(&format!("u{number}-{place}"), name);
                user["domain_id"] = json!(format!("d{number}"));
                user
            })
            .collect();
        server.on(&format!("GET /v3/users?domain_id=d{number}&limit=1000"), users_page(&users, None));
    }
    server
}

/// A room in which the users of all services were listed, and the server is gone.
fn knowing(services: &[&[&str]]) -> Room {
    let server = server(services);
    let room = furnished(room(server.url()));
    for number in 0..services.len() {
        room.ok(&["user", "list", "-s", &format!("s{number}"), "-o", "json"]);
    }
    room
}

/// In bash, zsh, fish and elvish, on a terminal: nothing of a name is carried out, and it comes in as one word, whatever it is.
///
/// Fails with `src/cli/completions/bash.rs`: `None => Some(quoted(rest)),` → `None => Some(rest.to_owned()),`.
/// Fails with `completions/_orchest`: `compadd -V` → `compadd -Q -V`.
#[test]
fn s11_no_shell_acts_upon_a_name() {
    let mut services: Vec<&[&str]> = CARRIED.iter().map(std::slice::from_ref).collect();
    services.push(&CARRIED);
    services.push(&LEFT_OUT);
    services.push(&["-rf x"]);
    let (all, left_out, flag) = (CARRIED.len(), CARRIED.len() + 1, CARRIED.len() + 2);
    let room = knowing(&services);
    for kind in Kind::all() {
        let mut shell = Shell::start(kind, &room);
        let mut wrong = Vec::new();
        let mut check = |typed: &str, expected: &str, (ran, seen): (String, String)| {
            let harmless = !room.path("x").exists();
            if ran != expected || !harmless {
                wrong.push(format!("{kind}: {typed:?} ran {ran}, not {expected}; harmless: {harmless}\n{seen:?}"));
            }
        };
        for (number, name) in CARRIED.iter().enumerate() {
            let expected = format!("<user><show><-s><s{number}><{name}>");
            let typed = format!("orchest user show -s s{number} ");
            if !is_carried(kind.name(), name) {
                let expected = format!("<user><show><-s><s{number}>");
                check(&typed, &expected, shell.completes_nothing(&typed));
                continue;
            }
            check(&typed, &expected, shell.completes(&typed, 1));
            // Where a quote has been opened it is closed again, and what it keeps is kept otherwise.
            if number % 4 == 0 {
                let typed = format!("{typed}'");
                check(&typed, &expected, shell.completes(&typed, 1));
            }
            // The same in the word of its flag.
            if number % 8 == 0 {
                let typed = format!("orchest policy list a -s s{number} --tenant-user=");
                let expected = format!("<policy><list><a><-s><s{number}><--tenant-user={name}>");
                check(&typed, &expected, shell.completes(&typed, 1));
            }
        }
        // A list of all of them, shown and not chosen from.
        let typed = format!("orchest user show -s s{all} ");
        let (ran, seen) = shell.completes(&typed, 2);
        assert!(!room.path("x").exists(), "{kind}: {seen:?}");
        assert!(ran.starts_with(&format!("<user><show><-s><s{all}>")), "{kind}: {ran} {seen:?}");
        // What cannot be typed, or not be seen, is not there at all.
        let typed = format!("orchest user show -s s{left_out} ");
        check(&typed, &format!("<user><show><-s><s{left_out}>"), shell.completes_nothing(&typed));
        // Where it would be taken for a flag a name is not offered; behind -- it is a name.
        let typed = format!("orchest user show -s s{flag} ");
        check(&typed, &format!("<user><show><-s><s{flag}>"), shell.completes_nothing(&typed));
        let typed = format!("orchest user show -s s{flag} -- ");
        check(&typed, &format!("<user><show><-s><s{flag}><--><-rf x>"), shell.completes(&typed, 1));
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// What a shell is told is clean, whatever was kept, and nothing secret is in it.
#[test]
fn s11_a_shell_is_told_clean_words_alone() {
    let names: Vec<&str> = CARRIED.iter().chain(&LEFT_OUT).copied().collect();
    let room = knowing(&[&names]).env("ORCHEST_PASSWORD", "canary of the login");
    for shell in ["zsh", "fish", "elvish"] {
        let output = room.run(&["__complete", shell, "4", "user", "show", "-s", "s0", ""]).success();
        assert_eq!(output.stderr, "");
        let words: Vec<&str> = output.stdout.lines().skip(1).map(|line| line.split('\t').next().unwrap()).collect();
        let mut expected: Vec<&str> = CARRIED.into_iter().filter(|name| is_carried(shell, name)).collect();
        expected.sort_unstable();
        assert_eq!(words, expected);
        // The same where no service is named.
        let anywhere = room.run(&["__complete", shell, "2", "user", "show", ""]).success();
        assert_eq!(anywhere.stdout, output.stdout);
        let strange = |sign: char| sign.is_control() && sign != '\n' && sign != '\t';
        assert!(!output.stdout.contains(strange) && !output.stdout.contains("canary"), "{:?}", output.stdout);
    }
    let server = Server::start();
    let gone = room.env("ORCHEST_KEYSTONE", server.url());
    let output = gone.run(&["__complete", "fish", "4", "user", "show", "-s", "s0", ""]).success();
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("words\n", ""));
    assert_eq!(server.lines(), Vec::<String>::new());
}
