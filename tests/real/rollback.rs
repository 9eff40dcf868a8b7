//! What a rollback takes back, and what it leaves alone. The whole server is compared with what it was before.

use serde_json::{Value, json};

use crate::stage::{Stage, create, kill_points, writes};
use crate::support::cli::Room;
use crate::support::keystone::Keystone;

/// Somebody else's machine: nothing local of the interrupted run is there.
fn elsewhere(keystone: &Keystone) -> Room {
    Room::admin(keystone.url())
}

/// The line that takes a creation back; it needs no password.
fn rollback(name: &str) -> Vec<&str> {
    vec!["service", "create", name, "--admin-user", "adm1", "--rollback", "--yes"]
}

fn post(keystone: &Keystone, collection: &str, kind: &str, members: Value) -> Value {
    let (status, body) = keystone.api("POST", &format!("/v3/{collection}"), Some(&json!({ kind: members })));
    assert_eq!(status, 201, "{body}");
    body[kind].clone()
}

/// Where a creation is killed before its last write is carried out: everywhere, but a real server would take too long for
/// that.
fn points(last: usize) -> Vec<String> {
    let mut all = kill_points(last);
    all.pop();
    if !crate::SERVER.is_fast() {
        // The first look; around the domain; among roles and grants; around the write that finishes it.
        let some = ["1:after", "3:before", "3:after", "4:after", "9:before", "16:after", "23:after", "28:before"];
        let ends = [format!("kill@{}:after", last - 1), format!("kill@{last}:before")];
        all.retain(|point| ends.contains(point) || some.iter().any(|place| *point == format!("kill@{place}")));
        assert_eq!(all.len(), some.len() + ends.len());
    }
    all
}

#[test]
fn a_killed_creation_is_taken_back_by_a_second_process() {
    let keystone = Keystone::start();
    let stage = Stage::warm(&keystone);
    let last = stage.requests(&create("neighbour")).requests.len();
    let before = keystone.snapshot();
    let room = elsewhere(&keystone);
    for point in points(last) {
        stage.killed(&point, &create("halfway"));
        let undone = room.run(&rollback("halfway")).success();
        assert_eq!(keystone.snapshot(), before, "after {point}\n{undone}");
        let is_early = ["kill@1:", "kill@2:", "kill@3:before"].iter().any(|early| point.starts_with(early));
        let word = if is_early { "nothing to roll back" } else { "rolled back run" };
        undone.says(word);
    }
    // The last write was carried out: it is finished, whatever the killed process knew. Somebody else's machine cannot
    // tell; its own run log can.
    stage.killed(&format!("kill@{last}:after"), &create("halfway"));
    let finished = keystone.snapshot();
    room.run(&rollback("halfway")).code(6);
    assert_eq!(keystone.snapshot(), finished);
    stage.run(&rollback("halfway")).0.success().says("rolled back run");
    assert_eq!(keystone.snapshot(), before);
    // It is settled: the next one of that name is nobody's unfinished work.
    stage.requests(&create("halfway"));
    let finished = keystone.snapshot();
    stage.run(&rollback("halfway")).0.code(6);
    assert_eq!(keystone.snapshot(), finished);
}

#[test]
fn a_failure_is_taken_back_at_once_if_asked_for() {
    let keystone = Keystone::start();
    let stage = Stage::warm(&keystone);
    let last = stage.requests(&create("neighbour")).requests.len();
    let before = keystone.snapshot();
    let line = [&create("fragile")[..], &["--rollback-on-failure"]].concat();
    // The domain itself, which leaves nothing to take back; a role; a grant; the write that finishes it.
    for index in [3, 20, 28, last] {
        let (output, record) = stage.run_with(&[&format!("status=403@{index}")], &line);
        assert!(record.requests.iter().any(|request| !request.faults.is_empty()), "{record:#?}");
        let word = if index == 3 { "nothing to roll back" } else { "rolled back run" };
        let output = output.code(5).says(word);
        assert_eq!(keystone.snapshot(), before, "after {index}\n{output}");
    }

    // The server goes away for good, so that the rollback fails too; it is said, and can be done later.
    let line = [&line[..], &["--retries", "1"]].concat();
    let (output, _) = stage.run_with(&["status=503@20!"], &line);
    output.code(75).says("not rolled back").says("--rollback");
    assert_ne!(keystone.snapshot(), before);
    elsewhere(&keystone).run(&rollback("fragile")).success();
    assert_eq!(keystone.snapshot(), before);
}

#[test]
fn what_the_run_did_not_make_is_not_taken_back() {
    let keystone = Keystone::shared();
    let stage = Stage::warm(keystone);
    for (name, collection, kind) in [("guest_user", "users", "user"), ("guest_group", "groups", "group")] {
        stage.killed("kill@20:after", &create(name));
        let id = keystone.service_id(name).unwrap();
        post(keystone, collection, kind, json!({"name": "stranger", "domain_id": id}));
        let before = keystone.snapshot_of(name);
        let (output, record) = stage.run(&rollback(name));
        output.code(6).says(&format!("{kind} stranger"));
        assert!(writes(&record).is_empty(), "{record:#?}");
        assert_eq!(keystone.snapshot_of(name), before);
        // The service can still be finished, with the stranger in it.
        stage.requests(&create(name));
        assert_eq!(keystone.snapshot_of(name).len(), 32 + 1);
    }
    // Another administrator's name: the user is not one that this line would have made.
    stage.killed("kill@20:after", &create("guest_other"));
    let before = keystone.snapshot_of("guest_other");
    stage
        .run(&["service", "create", "guest_other", "--admin-user", "somebody", "--rollback", "--yes"])
        .0
        .code(6)
        .says("adm1");
    assert_eq!(keystone.snapshot_of("guest_other"), before);
}

#[test]
fn a_finished_service_is_never_rolled_back() {
    let keystone = Keystone::shared();
    let stage = Stage::warm(keystone);
    stage.requests(&create("finished"));
    let before = keystone.snapshot_of("finished");
    let (output, record) = stage.run(&rollback("finished"));
    output.code(6).says("not rolled back");
    assert!(writes(&record).is_empty(), "{record:#?}");
    stage.requests(&["service", "update", "finished", "--disable", "--yes"]);
    let (output, record) = stage.run(&rollback("finished"));
    output.code(6);
    assert!(writes(&record).is_empty(), "{record:#?}");
    stage.requests(&["service", "update", "finished", "--enable"]);
    assert_eq!(keystone.snapshot_of("finished"), before);
    stage.run(&rollback("finished_never")).0.success().says("nothing to roll back");
}

#[test]
fn a_subservice_goes_with_the_administrator_it_made_and_without_one_that_was_there() {
    let keystone = Keystone::start();
    let stage = Stage::warm(&keystone);
    stage.requests(&create("rolling"));
    stage.requests(&["user", "create", "old", "--no-password", "-s", "rolling"]);
    let before = keystone.snapshot();
    let room = elsewhere(&keystone);
    for user in ["new", "old"] {
        let words = ["subservice", "create", "piece", "-s", "rolling", "--admin-user", user];
        let line = [&words[..], &["--generate-password", "--password-out", "new.pw"]].concat();
        let undo = [&words[..], &["--rollback", "--yes"]].concat();
        // How many requests it takes is read from a run that is taken down again.
        let record = stage.requests(&line);
        stage.requests(&["subservice", "delete", "piece", "-s", "rolling", "--yes"]);
        if user == "new" {
            stage.requests(&["user", "delete", "new", "-s", "rolling", "--yes"]);
        }
        let closing = record
            .requests
            .iter()
            .position(|request| request.method == "PATCH" && request.path.starts_with("/v3/projects/"));
        let closing = closing.unwrap() + 1;
        for point in kill_points(closing) {
            stage.killed(&point, &line);
            // Only the machine of a run that was killed behind its last write knows that it was.
            let undone = if point == format!("kill@{closing}:after") {
                room.run(&undo).code(6);
                let undone = stage.run(&undo).0.success();
                if user == "new" {
                    // Nothing proves any more that the run made this one too, so it is said and stays.
                    let undone = undone.says("left alone: user new");
                    stage.requests(&["user", "delete", "new", "-s", "rolling", "--yes"]);
                    undone
                } else {
                    undone
                }
            } else {
                room.run(&undo).success()
            };
            assert_eq!(keystone.snapshot(), before, "{user}, after {point}\n{undone}");
        }
    }
}
