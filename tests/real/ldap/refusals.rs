//! Wrong passwords, none at all, no server, and settings that cannot be meant.

use std::io::Write as _;
use std::net::TcpListener;

use super::slapd::{BASE, Setup, Slapd, says, types};
use crate::support::cli::Room;

#[test]
fn a_password_is_right_or_wrong() {
    let slapd = Slapd::start();
    let room = slapd.room();
    types(&room, "user create ann --new-password-file a.pw").success();
    types(&room, "auth ann --password-file a.pw").success().says("the password of ann is right");
    types(&room, "auth ann --password-file b.pw").code(4).says("refuses the login of user ann");
    types(&room, "auth zoe --password-file a.pw").code(4);
    let stdin = ["platform", "ldap", "auth", "ann", "--password-stdin"];
    room.run_with_input(&stdin, "tall-Order-7001\n").success();
    room.run_with_input(&stdin, "tall-Order-7002\n").code(4);
    // The administrator's own password is no answer to whether ann's is right.
    types(&room, "auth ann").code(2).says("--password-file");
    let with = ["platform", "ldap", "auth", "ann", "--password-command", "echo tall-Order-7001"];
    room.run(&with).success();
}

/// The server would say yes to it, which is shown first.
#[test]
fn an_empty_password_never_leaves() {
    let lines = "allow bind_anon_cred bind_anon_dn".to_owned();
    let slapd = Slapd::with(&Setup { lines, ..Setup::default() });
    let room = slapd.room();
    types(&room, "user create ann --new-password-file a.pw").success();
    assert!(slapd.takes(&format!("uid=ann,ou=users,{BASE}"), ""), "this server takes it for no login");
    // Nobody takes the connection, so whoever tried to make one would end with 75.
    let nobody = slapd.room().env("ORCHEST_LDAP", "ldap://127.0.0.1:9");
    for room in [&room, &nobody] {
        let stdin = ["platform", "ldap", "auth", "ann", "--password-stdin"];
        for input in ["", "\n"] {
            room.run_with_input(&stdin, input).code(2).says("empty");
        }
        room.file("empty.pw", "");
        types(room, "auth ann --password-file empty.pw").code(2).says("empty");
        types(room, "user list --password-file empty.pw").code(2).says("empty");
        types(room, "user create bob --new-password-file empty.pw --any-password").code(78);
    }
}

#[test]
fn the_administrator_is_wrong_or_unknown() {
    let slapd = Slapd::start();
    let room = slapd.room();
    types(&room, "user list --password-file a.pw").code(4).says("refuses the login of administrator admin");
    let other = slapd.room().env("ORCHEST_LDAP_ADMIN", "admin,ou=users");
    types(&other, "user list").code(4);
    let nobody = slapd.room().without("ORCHEST_LDAP_ADMIN");
    let output = types(&nobody, "user create ann --new-password-file a.pw").code(78);
    output.says("who administers the directory").says("no request for it is sent").says("ldap.password_file");
    let by_variable = slapd.room().without("ORCHEST_LDAP_PASSWORD_FILE");
    types(&by_variable, "user list").code(2).says("--password-file");
    let by_variable = by_variable.env("ORCHEST_LDAP_PASSWORD", super::slapd::ADMIN_PASSWORD);
    types(&by_variable, "user list").success();
    let by_command =
        slapd.room().without("ORCHEST_LDAP_PASSWORD_FILE").env("ORCHEST_LDAP_PASSWORD_COMMAND", "cat admin.pw");
    types(&by_command, "user list").success();
}

#[test]
fn nobody_there_is_temporary_and_a_wrong_address_is_not() {
    let port = crate::support::ports::free_port();
    let room = |url: &str| {
        let room = Room::new().env("ORCHEST_LDAP", url).env("ORCHEST_LDAP_ADMIN", "admin");
        room.file("a.pw", "tall-Order-7001");
        room
    };
    let gone = room(&format!("ldap://127.0.0.1:{port}"));
    types(&gone, "user list --password-file a.pw").code(75).says("cannot be reached").says("refused");
    types(&gone, "auth ann --password-file a.pw").code(75);
    types(&gone, "user delete a b c --yes --password-file a.pw").code(75);
    types(&room("https://127.0.0.1"), "user list --password-file a.pw").code(78).says("ldaps://");
    types(&Room::new(), "user list").code(78).says("where is the directory?").says("--ldap URL");
    types(&gone, "user list --host x").code(2).says("--ldap");
    // Something that speaks another protocol.
    let web = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ldap://{}", web.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = web.accept().unwrap();
        let _ = stream.write_all(&b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".repeat(4));
    });
    let output = types(&room(&url), "user list --password-file a.pw").code(75).says("did not answer");
    assert!(!output.stderr.contains("panicked"), "{output}");
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ldap://{}", silent.local_addr().unwrap());
    let slow = room(&url).env("ORCHEST_IDLE_TIMEOUT", "300ms");
    types(&slow, "user list --password-file a.pw").code(75).says("no answer in time");
}

#[test]
fn a_password_does_not_travel_in_the_clear() {
    let room = Room::new().env("ORCHEST_LDAP_ADMIN", "admin").env("ORCHEST_CONNECT_TIMEOUT", "200ms");
    room.file("a.pw", "tall-Order-7001");
    // An address of nobody (RFC 5737).
    let plain = ["user", "list", "--password-file", "a.pw", "--ldap", "ldap://192.0.2.1"];
    says(&room, &plain).code(2).says("unencrypted").says("--allow-http").says("ldaps://");
    says(&room, &[&plain[..], &["--allow-http"]].concat()).code(75);
    says(&room, &["user", "list", "--password-file", "a.pw", "--ldap", "ldaps://192.0.2.1"]).code(75);
    let starttls = room.env("ORCHEST_LDAP_STARTTLS", "true");
    says(&starttls, &plain).code(75);
}

#[test]
fn another_base_is_told() {
    let slapd = Slapd::start();
    let room = slapd.room().env("ORCHEST_LDAP_BASEDN", "dc=other,dc=example");
    types(&room, "user list").code(4).says("ldap.basedn");
    let none = slapd.room().env("ORCHEST_LDAP_BASEDN", "city");
    types(&none, "user list").code(78).says("ldap.basedn");
}

#[test]
fn a_file_of_strangers_gets_no_password() {
    let slapd = Slapd::start();
    let room = slapd.room().without("ORCHEST_LDAP").env("HOME", "/nonexistent");
    room.file(".orchester.toml", &format!("ldap.url = \"{}\"\n", slapd.url()));
    types(&room, "user list").code(78).says("nobody has trusted");
    types(&room, "user list --password-file admin.pw").success();
}

#[test]
fn a_protected_context_asks() {
    let slapd = Slapd::start();
    let room = slapd.room();
    types(&room, "user create ann --new-password-file a.pw").success();
    types(&room, "group create crew").success();
    let guarded = slapd.room().env("ORCHEST_PROTECTED", "true");
    for line in ["user delete ann --yes", "group delete crew --yes", "user update ann --description x"] {
        types(&guarded, line).code(2).says("protected");
    }
    types(&guarded, "user update ann --description x --confirm default").success();
}
