//! The real Infrastructure Manager with its cloud `Dummy`, and an orchestrator that names an infrastructure there.

mod manager;
mod outputs;
mod token;

use manager::{DEPLOYMENT, LINES, Manager, clean, indigo, of_row, v1};

#[test]
fn what_the_orchestrator_lacks_the_manager_does() {
    let manager = Manager::start();
    let server = v1(&manager);
    let room = manager.room(&server, "v1");

    let listed = clean(room.run(&["resource", "list", DEPLOYMENT, "-o", "json"]).success()).json();
    let seen: Vec<(&str, &str, &str)> = listed.as_array().unwrap().iter().map(of_row).collect();
    assert_eq!(seen, [("0", "front", "running"), ("1", "wn", "running")]);
    let shown = clean(room.run(&["resource", "show", DEPLOYMENT, "wn", "-o", "json"]).success());
    assert!(shown.stdout.contains("\"disk.0.os.credentials.password\": \"***\""), "{shown}");
    let revealed = room.run(&["resource", "show", DEPLOYMENT, "1", "--reveal", "-o", "json"]).success();
    assert!(revealed.stdout.contains("\"disk.0.os.credentials.password\": \"password\""), "{revealed}");

    clean(room.run(&["resource", "stop", DEPLOYMENT, "front", "--wait"])).success().says("node front: stopped");
    assert_eq!((manager.state("0").as_str(), manager.state("1").as_str()), ("stopped", "running"));
    room.run(&["resource", "stop", DEPLOYMENT, "0"]).success().says("already so");
    room.run(&["resource", "reboot", DEPLOYMENT, "0"]).code(6).says("resource start");
    room.run(&["resource", "start", DEPLOYMENT, "0", "--dry-run"]).success().says("would start");
    assert_eq!(manager.state("0"), "stopped");
    clean(room.run(&["resource", "start", DEPLOYMENT, "0", "--wait"])).success().says("node 0: started");
    assert_eq!(manager.state("0"), "running");
    assert_eq!(manager.did("Rebooting the VM id 0"), 0);
    clean(room.run(&["resource", "reboot", DEPLOYMENT, "0"])).success().says("node 0: rebooting");
    assert_eq!(manager.did("Rebooting the VM id 0"), 1, "once, and no other machine");
    room.run(&["resource", "stop", DEPLOYMENT, "7"]).code(3);
    room.run(&["resource", "ssh", DEPLOYMENT, "front"]).success().prints("ssh username@10.0.0.1\n");
    manager.logs();
    room.run(&["log", "show", DEPLOYMENT]).success().prints("Select master VM");
    server.verify();
}

#[test]
fn the_older_kind_has_no_reboot_and_the_manager_has() {
    let manager = Manager::start();
    let server = indigo(&manager);
    let room = manager.room(&server, "indigo");
    clean(room.run(&["resource", "reboot", DEPLOYMENT, "front"])).success().says("node front: rebooting");
    assert_eq!(manager.did("Rebooting the VM id 0"), 1);
    manager.logs();
    let log = clean(room.run(&["log", "show", DEPLOYMENT, "--grep", "MASTER", "-o", "json"]).success()).json();
    assert!(log[0]["text"].as_str().unwrap().contains("Select master VM"), "{log}");
    assert!(log[0]["at"].as_str().unwrap().ends_with('Z'), "{log}");
    assert!(server.lines().iter().all(|line| line.starts_with("GET ")), "{:?}", server.lines());
    server.verify();
}

/// The token goes there in the manager's own form, and its refusal is one of the login.
#[test]
fn a_token_that_the_manager_cannot_read_is_a_login_that_it_refuses() {
    let manager = Manager::start();
    let server = v1(&manager);
    let room = manager.room(&server, "v1").without("ORCHEST_IM_AUTH_FILE");
    let refused = clean(room.run(&["resource", "list", DEPLOYMENT]));
    refused.code(4).says("decode OIDC auth token");
    // Somebody else's infrastructure.
    let file = room.file("other", &LINES.join("\n").replace("username = u", "username = other"));
    let room = room.env("ORCHEST_IM_AUTH_FILE", &file.display().to_string());
    clean(room.run(&["resource", "list", DEPLOYMENT])).code(5).says("not granted");
}
