//! Killed at every request, and run again or taken back.

use crate::support::whole::{Whole, assert_same};
use crate::{TENANT, create};

/// What a test makes: everything a service can have at its creation.
fn line(name: &str) -> Vec<&str> {
    [&create(name)[..], &["--generic-roles", "--default-groups", "--modules", "STH"]].concat()
}

fn stage(platform: bool) -> Whole {
    let whole = Whole::start(platform);
    whole.room.file(".orchester.toml", "[module.STH]\nnotify_url = 'http://sth:8666/notify'\n");
    // What is remembered of the server and the token are there, so that every run makes the same requests.
    whole.room.ok(&["service", "delete", "nobody_ever", "--yes", "--keep-policies", "--keep-data"]);
    whole
}

fn every_kill_of_a_creation(platform: bool) {
    let whole = stage(platform);
    let others = whole.lines();
    let (output, requests) = whole.watched(&line("clean0"));
    output.success();
    let last = requests.len();
    let clean = whole.split("clean0").0;
    assert!(last > 50 && clean.len() > 40, "{last} requests, {} lines", clean.len());
    whole.room.run(&[&["service", "delete", "clean0", "--yes"][..], &TENANT].concat()).success();
    assert_same(&whole.lines(), &others, "all");
    for index in 1..=last {
        let name = format!("kill{index:03}x");
        whole.killed(&format!("kill@{index}:before"), &line(&name));
        whole.room.run(&line(&name)).success();
        assert_same(&whole.split(&name).0, &clean, &format!("run again after kill@{index}:before"));
        whole.room.run(&[&["service", "delete", &name, "--yes"][..], &TENANT].concat()).success();
        assert_same(&whole.lines(), &others, &format!("deleted after kill@{index}:before"));

        // The very last write was carried out: it is finished, and nobody else can take it back.
        if index < last {
            whole.killed(&format!("kill@{index}:after"), &line(&name));
            let rollback = [&line(&name)[..], &["--rollback", "--yes"]].concat();
            whole.room.run(&rollback).success();
            assert_same(&whole.lines(), &others, &format!("taken back after kill@{index}:after"));
        }
    }
}

#[test]
fn a_creation_is_killed_at_every_request() {
    every_kill_of_a_creation(false);
}

#[test]
fn a_creation_is_killed_at_every_request_behind_a_pep() {
    every_kill_of_a_creation(true);
}

fn every_kill_of_a_deletion(platform: bool) {
    let whole = stage(platform);
    let others = whole.lines();
    let make = |name: &str| {
        whole.room.run(&create(name)).success();
        let adm1 = whole.room_of("adm1", name);
        adm1.run(&["subservice", "create", "energy", "-s", name]).success();
        adm1.file(".orchester.toml", "[module.STH]\nnotify_url = 'http://sth:8666/notify'\n");
        adm1.run(&["module", "enable", "STH", "-s", name, "-S", "energy"]).success();
    };
    let delete = |name: &'static str| [&["service", "delete", name, "--yes"][..], &TENANT].concat();
    make("doomed");
    let (output, requests) = whole.watched(&delete("doomed"));
    output.success().says("with 1 subscriptions in Orion");
    assert_same(&whole.lines(), &others, "all");
    for index in 1..=requests.len() {
        for side in ["before", "after"] {
            make("doomed");
            whole.killed(&format!("kill@{index}:{side}"), &delete("doomed"));
            whole.room.run(&delete("doomed")).success();
            assert_same(&whole.lines(), &others, &format!("deleted again after kill@{index}:{side}"));
        }
    }
}

#[test]
fn a_deletion_is_killed_at_every_request() {
    every_kill_of_a_deletion(false);
}

#[test]
fn a_deletion_is_killed_at_every_request_behind_a_pep() {
    every_kill_of_a_deletion(true);
}

/// One failure of each kind at every request to Keypass: the same state after a rerun, or nothing left after a rollback.
#[test]
fn keypass_fails_at_every_policy() {
    for platform in [false, true] {
        let whole = stage(platform);
        let others = whole.lines();
        let (output, requests) = whole.watched(&create("clean0"));
        output.success();
        let clean = whole.split("clean0").0;
        let places: Vec<usize> =
            (1..).zip(&requests).filter(|(_, request)| request.server == "keypass").map(|(index, _)| index).collect();
        assert_eq!(places.len(), 17);
        for (turn, index) in places.into_iter().enumerate() {
            let name = format!("fail{index:03}x");
            let kind = ["cut@N:after", "status=500@N:after", "status=503@N", "reset@N"][turn % 4];
            let fault = kind.replace('N', &index.to_string());
            let (output, _) = whole.with_faults(&[&fault], &create(&name));
            if output.code != Some(0) {
                whole.room.run(&create(&name)).success();
            }
            assert_same(&whole.split(&name).0, &clean, &fault);
            whole.room.run(&[&["service", "delete", &name, "--yes"][..], &TENANT].concat()).success();

            let refused = [&create(&name)[..], &["--rollback-on-failure"]].concat();
            let (output, _) = whole.with_faults(&[&format!("status=400@{index}")], &refused);
            output.code(1).says("rolled back run");
            assert_same(&whole.split(&name).0, &Vec::new(), &fault);
        }
        whole.room.run(&[&["service", "delete", "clean0", "--yes"][..], &TENANT].concat()).success();
        assert_same(&whole.lines(), &others, "all");
    }
}

/// A subservice with an administrator of its own and a module, by the administrator of its service.
fn every_kill_of_a_subservice(platform: bool) {
    let whole = stage(platform);
    whole.room.run(&create("towns")).success();
    let adm1 = whole.room_of("adm1", "towns");
    adm1.file(".orchester.toml", "[module.STH]\nnotify_url = 'http://sth:8666/notify'\n");
    let whole = whole.with_room(adm1);
    let line = |name: &str| -> Vec<String> {
        let words =
            ["subservice", "create", name, "-s", "towns", "--admin-user", name, "--new-password-file", "new.pw"];
        words.iter().chain(&["--modules", "STH"]).map(|word| (*word).to_owned()).collect()
    };
    whole.room.ok(&["auth", "whoami"]);
    let others = whole.lines();
    let clean_line = line("clean0");
    let (output, requests) = whole.watched(&words(&clean_line));
    output.success();
    let (clean, last) = (whole.split("clean0").0, requests.len());
    assert!(last >= 10, "{requests:#?}");
    for index in 1..=last {
        let name = format!("kill{index:03}x");
        let made = line(&name);
        whole.killed(&format!("kill@{index}:before"), &words(&made));
        whole.room.run(&words(&made)).success();
        assert_same(&whole.split(&name).0, &clean, &format!("run again after kill@{index}:before"));
        whole.room.run(&["subservice", "delete", &name, "-s", "towns", "--yes"]).success();
        whole.room.run(&["user", "delete", &name, "-s", "towns", "--yes"]).success();
        if index < last {
            whole.killed(&format!("kill@{index}:after"), &words(&made));
            whole.room.run(&[&words(&made)[..], &["--rollback", "--yes"]].concat()).success();
            let left: Vec<String> = whole.split(&name).0.into_iter().filter(|line| !line.contains(".users.")).collect();
            assert_same(&left, &Vec::new(), &format!("taken back after kill@{index}:after"));
            whole.room.run(&["user", "delete", &name, "-s", "towns", "--yes"]).success();
        }
    }
    whole.room.run(&["subservice", "delete", "clean0", "-s", "towns", "--yes"]).success();
    whole.room.run(&["user", "delete", "clean0", "-s", "towns", "--yes"]).success();
    assert_same(&whole.lines(), &others, "all");
}

fn words(line: &[String]) -> Vec<&str> {
    line.iter().map(String::as_str).collect()
}

#[test]
fn a_subservice_is_killed_at_every_request() {
    every_kill_of_a_subservice(false);
}

#[test]
fn a_subservice_is_killed_at_every_request_behind_a_pep() {
    every_kill_of_a_subservice(true);
}
