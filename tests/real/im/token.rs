//! The user's own token, of a real issuer, at a real manager that trusts it: no name and no password for the manager anywhere.

use super::manager::{DEPLOYMENT, DUMMY, LINES, Manager, RADL, clean, of_row, v1, with_lines};
use crate::issuer::logged_in;
use crate::support::cli::{Output, Room};
use crate::support::issuer::Issuer;
use crate::support::login::ends_in;

/// Logged in by browser, with the token that came of it.
fn logged_in_room(issuer: &Issuer) -> (Room, String) {
    let room = issuer.room("orchest").env("BROWSER", "true");
    logged_in(issuer, &room).success();
    let token = room.ok(&["auth", "token", "paas"]).trim_end().to_owned();
    (room, token)
}

/// A manager that trusts this issuer, with two machines of whoever has the token.
fn manager(issuer: &Issuer, token: &str) -> Manager {
    let authorization = format!("type = InfrastructureManager; token = {token}\\n{DUMMY}");
    Manager::with(&["--issuer", issuer.url()], &authorization, "text/plain", RADL)
}

/// The token is not in what was said.
fn hidden(output: Output, token: &str) -> Output {
    assert!(!output.stdout.contains(token) && !output.stderr.contains(token), "{output}");
    output
}

#[test]
fn the_token_of_a_login_is_all_that_the_manager_wants() {
    let issuer = Issuer::start(&[]);
    let (room, token) = logged_in_room(&issuer);
    let manager = manager(&issuer, &token);
    let server = v1(&manager);
    let room = manager.known_to(room, &server, "v1");
    let run = |line: &[&str]| hidden(room.run(line), &token);

    manager.logs();
    run(&["log", "show", DEPLOYMENT, "-vvv"]).success().prints("Select master VM");
    run(&["deployment", "log", DEPLOYMENT]).success().prints("Select master VM");
    let listed = run(&["resource", "list", DEPLOYMENT, "-o", "json"]).success().json();
    let seen: Vec<(&str, &str, &str)> = listed.as_array().unwrap().iter().map(of_row).collect();
    assert_eq!(seen, [("0", "front", "running"), ("1", "wn", "running")]);
    run(&["resource", "stop", DEPLOYMENT, "front", "--wait"]).success().says("node front: stopped");
    assert_eq!((manager.state("0").as_str(), manager.state("1").as_str()), ("stopped", "running"));
    run(&["resource", "start", DEPLOYMENT, "front", "--wait"]).success().says("node front: started");
    assert_eq!(manager.state("0"), "running");
    run(&["resource", "reboot", DEPLOYMENT, "front"]).success().says("node front: rebooting");
    assert_eq!(manager.did("Rebooting the VM id 0"), 1);
    run(&["deployment", "outputs", DEPLOYMENT]).success().says("was not made of a TOSCA template");

    // Another token of the same person is as good; lines for clouds go along with it.
    ends_in(&room, 0);
    let room = with_lines(room, &[DUMMY]);
    room.run(&["resource", "stop", DEPLOYMENT, "1", "--wait"]).success().says("node 1: stopped");
    assert_eq!(manager.state("1"), "stopped");
    assert_ne!(room.ok(&["auth", "token", "paas"]).trim_end(), token, "it was renewed");
    server.verify();
}

#[test]
fn a_manager_that_trusts_another_issuer_is_not_logged_in_to() {
    let (issuer, other) = (Issuer::start(&[]), Issuer::start(&[]));
    let (room, token) = logged_in_room(&issuer);
    let manager = Manager::with(&["--issuer", other.url()], &LINES.join("\\n"), "text/plain", RADL);
    let room = manager.known_to(room, &v1(&manager), "v1");
    for line in [&["resource", "list"][..], &["log", "show"], &["deployment", "outputs"]] {
        let refused = hidden(room.run(&[line, &[DEPLOYMENT]].concat()), &token);
        refused.code(4).says("Issuer not accepted").says("orchest auth login paas");
    }
}

#[test]
fn a_token_that_its_issuer_did_not_sign_opens_nothing() {
    let issuer = Issuer::start(&[]);
    let (room, token) = logged_in_room(&issuer);
    let manager = manager(&issuer, &token);
    let (claims, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { "B" } else { "A" };
    let forged = format!("{claims}.{first}{}", &signature[1..]);
    let room = manager.known_to(room, &v1(&manager), "v1").env("ORCHEST_PAAS_TOKEN", &forged);
    hidden(clean(room.run(&["resource", "list", DEPLOYMENT])), &forged).code(4).says("Code: 401");
    hidden(room.run(&["resource", "stop", DEPLOYMENT, "0"]), &forged).code(4);
    assert_eq!(manager.state("0"), "running");
}
