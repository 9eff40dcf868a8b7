//! What is there already: equal things stay, different ones are shown and left alone, and only `repair` mends.

use serde_json::{Value, json};

use crate::stage::{Stage, create, writes};
use crate::support::keystone::Keystone;
use crate::support::raw::Connection;

fn patch(keystone: &Keystone, path: &str, body: &Value) {
    let (status, answer) = keystone.api("PATCH", path, Some(body));
    assert_eq!(status, 200, "{answer}");
}

fn delete(keystone: &Keystone, path: &str) {
    assert_eq!(keystone.api("DELETE", path, None).0, 204, "{path}");
}

/// Whether this user of the service can log in with this password.
fn logs_in(keystone: &Keystone, service: &str, user: &str, password: &str) -> bool {
    let user = json!({"name": user, "domain": {"name": service}, "password": password});
    let body = json!({"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}});
    let mut server = Connection::open(keystone.url()).unwrap();
    server.send("POST", "/v3/auth/tokens", &[("Connection", "close")], Some(&body)).unwrap().status == 201
}

/// The id of a role of a service.
fn role(keystone: &Keystone, service: &str, name: &str) -> String {
    let wanted = format!("{}#{name}", keystone.service_id(service).unwrap());
    let roles = keystone.roles_of(&keystone.service_id(service).unwrap());
    roles.iter().find(|role| role["name"] == json!(wanted)).unwrap()["id"].as_str().unwrap().to_owned()
}

fn user(keystone: &Keystone, service: &str, name: &str) -> String {
    let domain = keystone.service_id(service).unwrap();
    keystone.list(&format!("users?domain_id={domain}&name={name}"))[0]["id"].as_str().unwrap().to_owned()
}

/// The line ends with 6, says this, and writes nothing.
#[track_caller]
fn refused(keystone: &Keystone, stage: &Stage, service: &str, line: &[&str], words: &[&str]) {
    let before = keystone.snapshot_of(service);
    let (output, record) = stage.run(line);
    let output = words.iter().fold(output.code(6), |output, word| output.says(word));
    assert!(writes(&record).is_empty(), "{output}\n{record:#?}");
    assert_eq!(keystone.snapshot_of(service), before, "{output}");
}

#[test]
fn a_service_that_differs_is_left_alone() {
    let keystone = Keystone::shared();
    let stage = Stage::warm(keystone);
    let line = create("taken");
    let described = [&line[..], &["--description", "the old town"]].concat();
    stage.requests(&described);
    // What was not asked for is not compared.
    let (output, record) = stage.run(&line);
    output.success().says("already so");
    assert!(writes(&record).is_empty());

    let other = [&line[..], &["--description", "the new town"]].concat();
    let words = ["the new town", "the old town", "orchest service update taken --description 'the new town'"];
    refused(keystone, &stage, "taken", &other, &words);
    stage.run(&[&line[..], &["--fail-if-exists"]].concat()).0.code(6).says("exists already");

    let grant = format!(
        "/v3/domains/{}/users/{}/roles/{}",
        keystone.service_id("taken").unwrap(),
        user(keystone, "taken", "adm1"),
        role(keystone, "taken", "ServiceAdminORION")
    );
    delete(keystone, &grant);
    delete(keystone, &format!("/v3/roles/{}", role(keystone, "taken", "ServiceCustomer")));
    let words = ["role ServiceCustomer", "ServiceAdminORION to adm1", "orchest service repair taken --admin-user adm1"];
    refused(keystone, &stage, "taken", &line, &words);

    let path = format!("/v3/users/{}", user(keystone, "taken", "adm1"));
    patch(keystone, &path, &json!({"user": {"email": "other@city.example"}}));
    refused(keystone, &stage, "taken", &line, &["adm1@city.example", "other@city.example"]);
}

#[test]
fn drift_is_told_and_repaired_and_nothing_else_is() {
    let keystone = Keystone::shared();
    let stage = Stage::warm(keystone);
    stage.requests(&create("drifting"));
    let clean = keystone.snapshot_of("drifting");
    let check = ["service", "check", "drifting", "--admin-user", "adm1", "--exit-status"];
    stage.run(&check).0.success().says("as it should be");

    let extra = json!({"user": {"name": "guest", "domain_id": keystone.service_id("drifting").unwrap()}});
    assert_eq!(keystone.api("POST", "/v3/users", Some(&extra)).0, 201);
    let with_guest = keystone.snapshot_of("drifting");
    // Three roles, two of which the administrator had.
    for name in ["ServiceCustomer", "ServiceAdminSTH", "SubServiceAdminPERSEO"] {
        delete(keystone, &format!("/v3/roles/{}", role(keystone, "drifting", name)));
    }
    let drifted = keystone.snapshot_of("drifting");
    assert_eq!(drifted.len(), clean.len() + 1 - 5);

    let (output, record) = stage.run(&check);
    output.code(10).says("5 of ").says("orchest service repair drifting").prints("ServiceAdminSTH to adm1");
    assert!(writes(&record).is_empty());
    stage.run(&check[..5]).0.success().prints("role ServiceCustomer");
    stage.run(&["service", "repair", "drifting", "--admin-user", "adm1", "--dry-run"]).0.success();
    assert_eq!(keystone.snapshot_of("drifting"), drifted);

    let (output, record) = stage.run(&["service", "repair", "drifting", "--admin-user", "adm1"]);
    output.success().says("made 5");
    assert_eq!(writes(&record).len(), 5, "{record:#?}");
    assert_eq!(keystone.snapshot_of("drifting"), with_guest);
    let (output, record) = stage.run(&["service", "repair", "drifting", "--admin-user", "adm1"]);
    output.success().says("was as it should be");
    assert!(writes(&record).is_empty());
    stage.run(&check).0.success();

    for verb in ["check", "repair"] {
        stage.run(&["service", verb, "drifted_away", "--admin-user", "adm1"]).0.code(3).says("drifted_away");
    }
}

#[test]
fn what_somebody_disabled_stays_disabled() {
    let keystone = Keystone::shared();
    let stage = Stage::warm(keystone);
    stage.requests(&create("closed"));
    let id = keystone.service_id("closed").unwrap();
    patch(keystone, &format!("/v3/domains/{id}"), &json!({"domain": {"enabled": false}}));
    let words = ["enabled: wanted true, found false", "orchest service update closed --enable"];
    refused(keystone, &stage, "closed", &create("closed"), &words);

    delete(keystone, &format!("/v3/roles/{}", role(keystone, "closed", "ServiceCustomer")));
    let (output, _) = stage.run(&["service", "repair", "closed", "--admin-user", "adm1"]);
    output.success().says("disabled and stays so");
    let state = keystone.snapshot_of("closed");
    assert_eq!(state["domain SERVICE"]["enabled"], json!(false));
    assert!(state.contains_key("role SERVICE#ServiceCustomer"));
    stage.run(&["service", "check", "closed", "--admin-user", "adm1", "--exit-status"]).0.code(10).prints("enabled");

    // Disabled by hand in the middle of somebody's run: its marker makes it ours to finish.
    stage.killed("kill@20:after", &create("closed_half"));
    stage.requests(&create("closed_half"));
    assert_eq!(keystone.snapshot_of("closed_half")["domain SERVICE"]["enabled"], json!(true));

    // The same for a subservice.
    stage.requests(&["subservice", "create", "cellar", "-s", "closed_half"]);
    stage.requests(&["subservice", "update", "cellar", "-s", "closed_half", "--disable", "--yes"]);
    refused(keystone, &stage, "closed_half", &["subservice", "create", "cellar", "-s", "closed_half"], &["enabled"]);
}

#[test]
fn the_password_of_an_existing_user_is_never_changed() {
    let keystone = Keystone::shared();
    let stage = Stage::warm(keystone);
    stage.room.file("first.pw", "first-Passw0rd");
    stage.room.file("second.pw", "second-Passw0rd");
    let line = |file: &'static str| ["service", "create", "kept", "--admin-user", "adm1", "--new-password-file", file];
    stage.requests(&line("first.pw"));
    assert!(logs_in(keystone, "kept", "adm1", "first-Passw0rd"));
    stage.run(&line("second.pw")).0.success().says("its password was not changed");
    assert!(logs_in(keystone, "kept", "adm1", "first-Passw0rd"));

    let words =
        ["subservice", "create", "attic", "-s", "kept", "--admin-user", "adm1", "--new-password-file", "second.pw"];
    stage.run(&words).0.success().says("its password was not changed");
    assert!(logs_in(keystone, "kept", "adm1", "first-Passw0rd"));
    assert!(!logs_in(keystone, "kept", "adm1", "second-Passw0rd"));

    // Half made with the first password, finished with the second: the first one counts, and it is said.
    let half =
        |file: &'static str| ["service", "create", "kept_half", "--admin-user", "adm1", "--new-password-file", file];
    stage.killed("kill@30:after", &half("first.pw"));
    stage.run(&half("second.pw")).0.success().says("its password was not changed");
    assert!(logs_in(keystone, "kept_half", "adm1", "first-Passw0rd"));
}
