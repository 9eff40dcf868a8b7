//! Kill it anywhere, run the same line again, and it is right: every request of a flow in turn, before and after the
//! server acted. The numbers of requests are read from clean runs, so a new request is covered by itself.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::stage::{Stage, create, is_everything_wanted, some_kill_points};
use crate::support::keystone::Keystone;
use crate::support::raw::{Answer, Connection};
use crate::support::snapshot::{MARKER, Snapshot};

/// Does `act` for each number below `count`, two at a time, each worker with a stage of its own.
fn in_two_threads(keystone: &Keystone, count: usize, act: impl Fn(&Stage, usize) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let stage = Stage::warm(keystone);
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    act(&stage, index);
                }
            });
        }
    });
}

/// What the server says to a login of the administrator with the password in the file of this home.
fn log_in(keystone: &Keystone, stage: &Stage, service: &str) -> Answer {
    let password = std::fs::read_to_string(stage.room.path("adm1.pw")).unwrap();
    log_in_as(keystone, service, "adm1", password.trim_end())
}

fn log_in_as(keystone: &Keystone, service: &str, name: &str, password: &str) -> Answer {
    let user = json!({"name": name, "domain": {"name": service}, "password": password});
    let body = json!({"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}});
    let mut server = Connection::open(keystone.url()).unwrap();
    server.send("POST", "/v3/auth/tokens", &[("Connection", "close")], Some(&body)).unwrap()
}

/// Adds a role of somebody's own to a service, which a deletion must not leave behind.
fn add_role(keystone: &Keystone, service: &str) -> String {
    let id = keystone.service_id(service).unwrap();
    let (status, body) = keystone.api("POST", "/v3/roles", Some(&json!({"role": {"name": format!("{id}#gardener")}})));
    assert_eq!(status, 201, "{body}");
    id
}

/// A service that has nothing to do with it.
fn decoy(keystone: &Keystone, stage: &Stage) -> Snapshot {
    stage.requests(&create("decoy"));
    stage.requests(&["subservice", "create", "harbour", "-s", "decoy"]);
    stage.requests(&["user", "create", "walt", "--no-password", "-s", "decoy"]);
    keystone.snapshot_of("decoy")
}

#[test]
fn a_service_is_created_and_deleted_whatever_request_dies() {
    let keystone = Keystone::start();
    let clean_stage = Stage::warm(&keystone);
    let decoy = decoy(&keystone, &clean_stage);
    let creations = some_kill_points(clean_stage.requests(&create("clean")).requests.len());
    let clean = keystone.snapshot_of("clean");
    assert_eq!(clean.len(), 1 + 1 + 19 + 1 + 10, "{clean:#?}");
    add_role(&keystone, "clean");
    let deletions = some_kill_points(clean_stage.requests(&["service", "delete", "clean", "--yes"]).requests.len());
    assert!(deletions.len() <= creations.len(), "there are not services enough to delete");

    in_two_threads(&keystone, creations.len(), |stage, index| {
        let (point, name) = (&creations[index], format!("killed{index:03}"));
        stage.killed(point, &create(&name));
        let (again, _) = stage.run(&create(&name));
        let again = again.success();
        let state = keystone.snapshot_of(&name);
        assert_eq!(state, clean, "after {point}\n{again}");
        let domain = &keystone.list(&format!("domains?name={name}"))[0];
        assert!(domain.get(MARKER).is_none_or(serde_json::Value::is_null), "after {point}: {domain}");
        let login = log_in(&keystone, stage, &name);
        assert_eq!(login.status, 201, "after {point}: {}", login.text());

        let id = add_role(&keystone, &name);
        let line = ["service", "delete", &name, "--yes"];
        // There are more ways to die in a creation than in a deletion.
        if let Some(point) = deletions.get(index) {
            stage.killed(point, &line);
        }
        let (again, _) = stage.run(&line);
        let again = again.success();
        assert_eq!(keystone.service_id(&name), None, "after {:?}\n{again}", deletions.get(index));
        assert_eq!(keystone.roles_of(&id), [] as [serde_json::Value; 0], "after {:?}\n{again}", deletions.get(index));
    });
    assert_eq!(keystone.snapshot_of("decoy"), decoy);
}

#[test]
fn a_first_login_that_dies_is_no_trouble_either() {
    let keystone = Keystone::shared();
    for (side, name) in [("before", "unlogged_b"), ("after", "unlogged_a")] {
        let stage = Stage::cold(keystone);
        let record = stage.killed(&format!("kill@1:{side}"), &create(name));
        assert_eq!(record.requests[0].path, "/v3/auth/tokens");
        stage.requests(&create(name));
        assert_eq!(keystone.snapshot_of(name).len(), 32);
    }
}

#[test]
fn a_subservice_with_an_administrator_is_created_whatever_request_dies() {
    let keystone = Keystone::start();
    let stage = Stage::warm(&keystone);
    stage.requests(&create("whole"));
    let before = keystone.snapshot_of("whole");
    // What came into being beside the service itself, without the name of this one.
    let made = |name: &str| -> Snapshot {
        let text = json!(keystone.snapshot_of("whole")).to_string().replace(name, "PART");
        let state: Snapshot = serde_json::from_str(&text).unwrap();
        state.into_iter().filter(|(key, _)| !before.contains_key(key) && key.contains("PART")).collect()
    };
    let line = |name: &str| -> Vec<String> {
        let user = format!("lead_{name}");
        let words = ["subservice", "create", name, "-s", "whole", "--admin-user", &user];
        let password = ["--generate-password", "--password-out", "lead.pw"];
        words.iter().chain(&password).map(|word| (*word).to_owned()).collect()
    };
    let run = |stage: &Stage, line: &[String]| {
        stage.run(&line.iter().map(String::as_str).collect::<Vec<_>>()).0.success();
    };
    let clean_line = line("clean");
    let record = stage.requests(&clean_line.iter().map(String::as_str).collect::<Vec<_>>());
    let points = some_kill_points(record.requests.len());
    let clean = made("clean");
    assert_eq!(clean.len(), 3, "{clean:#?}");

    in_two_threads(&keystone, points.len(), |stage, index| {
        let (point, name) = (&points[index], format!("part{index:02}"));
        let line = line(&name);
        stage.killed(point, &line.iter().map(String::as_str).collect::<Vec<_>>());
        run(stage, &line);
        assert_eq!(made(&name), clean, "after {point}");
        run(stage, &line);
    });
    for project in keystone.list("projects") {
        assert!(project.get(MARKER).is_none_or(serde_json::Value::is_null), "{project}");
    }
    let all = keystone.snapshot_of("whole");
    let rest: Snapshot = all.into_iter().filter(|(key, _)| before.contains_key(key)).collect();
    assert_eq!(rest, before);
}

/// Twelve people with passwords of their own.
fn people() -> Vec<(String, String)> {
    (1..=12).map(|number| (format!("person{number:02}"), format!("Lantern-and-moat-{number:02}"))).collect()
}

#[test]
fn people_of_a_file_are_created_whatever_request_dies() {
    let keystone = Keystone::start();
    let stage = Stage::warm(&keystone);
    let people = people();
    let file = people.iter().fold("name,password,email\n".to_owned(), |text, (name, password)| {
        text + &format!("{name},{password},{name}@city.example\n")
    });
    // One for each worker, and one with people of the same names that nobody may touch.
    let services = ["folk_a", "folk_b", "folk_c"];
    for service in services {
        stage.requests(&create(service));
        stage.requests(&["group", "create", "crew", "watch", "-s", service]);
        stage.requests(&["role", "create", "Gardener", "-s", service]);
    }
    let line = |service: &'static str| {
        let made = ["user", "create", "--from", "people.csv", "-s", service];
        [&made[..], &["--group", "crew", "--group", "watch", "--role", "Gardener"]].concat()
    };
    let delete = |service: &'static str| {
        let names = people.iter().map(|(name, _)| name.as_str());
        ["user", "delete"].into_iter().chain(names).chain(["-s", service, "--yes"]).collect::<Vec<_>>()
    };
    stage.room.file("people.csv", &file);
    let mut points = some_kill_points(stage.requests(&line("folk_c")).requests.len());
    // A case takes two hundred requests.
    if !crate::SERVER.is_fast() && !is_everything_wanted() {
        points = points.into_iter().step_by(3).collect();
    }
    let clean = keystone.snapshot_of("folk_c");
    let of_people = |key: &&String| key.contains("/person");
    assert_eq!(clean.keys().filter(of_people).count(), 12 + 12, "{clean:#?}");
    assert_eq!(clean["group SERVICE/crew"]["members"].as_array().unwrap().len(), 12);

    let free = std::sync::Mutex::new(vec!["folk_a", "folk_b"]);
    in_two_threads(&keystone, points.len(), |stage, index| {
        let (point, service) = (&points[index], free.lock().unwrap().pop().unwrap());
        stage.room.file("people.csv", &file);
        stage.killed(point, &line(service));
        let again = stage.run(&line(service)).0.success();
        assert_eq!(keystone.snapshot_of(service), clean, "after {point}\n{again}");
        for (name, password) in &people {
            let login = log_in_as(&keystone, service, name, password);
            assert_eq!(login.status, 201, "{name} after {point}: {}", login.text());
        }
        stage.run(&delete(service)).0.success();
        free.lock().unwrap().push(service);
    });
    assert_eq!(keystone.snapshot_of("folk_c"), clean);
}
