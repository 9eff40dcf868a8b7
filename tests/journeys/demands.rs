//! What the platform's users ask of any tool that replaces the orchestrator: nothing half made, nothing twice, nothing of
//! somebody else touched.

use orchester::sandbox::{Backend, Request};

use crate::people::{Verdict, policy, through_the_pep, token};
use crate::support::whole::{Lines, Whole, assert_same};
use crate::{TENANT, create};

/// Everything that a service can have at its creation.
pub fn full(name: &str) -> Vec<&str> {
    [&create(name)[..], &["--generic-roles", "--default-groups", "--modules", "STH"]].concat()
}

pub fn delete(name: &str) -> Vec<&str> {
    [&["service", "delete", name, "--yes"][..], &TENANT].concat()
}

pub fn empty(platform: bool) -> Whole {
    let whole = Whole::empty(platform);
    whole.room.file(".orchester.toml", "[module.STH]\nnotify_url = 'http://sth:8666/notify'\n");
    whole
}

/// The platform alone refuses passwords; the domain and its roles are there by then.
#[test]
fn a_weak_password_of_the_new_administrator() {
    let whole = empty(true);
    whole.room.file("weak.pw", "password123");
    let others = whole.lines();
    let weak = ["service", "create", "frail", "--admin-user", "adm1", "--new-password-file", "weak.pw"];
    let refused = whole.room.run(&[&weak[..], &["--rollback-on-failure"]].concat()).code(1);
    refused.says("the password is not strong enough").says("rolled back run").says("choose a password that is longer");
    assert_same(&whole.lines(), &others, "rolled back");

    // Without that, what was made is out of use, and the same line with another password goes on.
    whole.room.run(&weak).code(1).says("the password is not strong enough");
    let shown = whole.room.run(&["service", "show", "frail", "-o", "json"]).success().json();
    assert_eq!(shown["enabled"], false);
    whole.room.run(&create("frail")).success();
    let finished = whole.split("frail").0;
    whole.room.run(&delete("frail")).success();
    whole.room.run(&create("clean")).success();
    assert_same(&finished, &whole.split("clean").0, "as if there had been no refusal");
    whole.room.run(&delete("clean")).success();
    assert_same(&whole.lines(), &others, "all");

    // Or it is taken back.
    whole.room.run(&weak).code(1);
    whole.room.run(&[&weak[..], &["--rollback", "--yes"]].concat()).success();
    assert_same(&whole.lines(), &others, "taken back");
}

#[test]
fn the_same_again_changes_nothing() {
    for platform in [false, true] {
        let whole = empty(platform);
        let lines = [
            "service create twice --admin-user adm1 --new-password-file new.pw --generic-roles --default-groups --modules STH",
            "subservice create energy -s twice --admin-user eva --new-password-file new.pw",
            "user create bob -s twice --new-password-file new.pw --role ServiceCustomer --group AdminGroup",
            "role create Watch -s twice",
            "role grant Watch --to-user bob -s twice -S energy",
        ];
        for line in lines {
            whole.room.run(&line.split(' ').collect::<Vec<_>>()).success();
        }
        let made = whole.lines();
        for line in lines {
            let (output, requests) = whole.watched(&line.split(' ').collect::<Vec<_>>());
            output.success();
            assert_same(&whole.lines(), &made, line);
            // A grant is sent without a look: it cannot be there twice.
            let writes = |request: &&Request| request.method != "GET" && request.path != "/v3/auth/tokens";
            let writes: Vec<&Request> = requests.iter().filter(writes).collect();
            assert!(writes.iter().all(|request| request.method == "PUT"), "{line}: {writes:#?}");
        }
    }
}

/// Behind a PEP the whole tenant cannot be listed at once. (The same without one is in clearing.rs.)
#[test]
fn behind_a_pep_95_subscriptions_are_found_and_removed() {
    let whole = empty(true);
    whole.room.run(&[&create("busy")[..], &["--generic-roles"]].concat()).success();
    let adm1 = whole.room_of("adm1", "busy");
    adm1.run(&["subservice", "create", "waste", "-s", "busy"]).success();
    let others = whole.lines();
    adm1.run(&["subservice", "create", "energy", "-s", "busy"]).success();
    let token = token(&whole, "busy", "adm1", "/energy");
    let fill = || {
        for number in 0..95 {
            let entity = if number % 2 == 0 { r#""idPattern":".*""# } else { r#""id":"lamp""# };
            let body = format!(
                r#"{{"subject":{{"entities":[{{{entity}}}]}},"notification":{{"http":{{"url":"http://n:1/x"}}}}}}"#
            );
            let request = ("POST", "/v2/subscriptions", body.as_str());
            let verdict = through_the_pep(&whole, Backend::Orion, request, ("busy", "/energy"), &token);
            assert_eq!(verdict, Verdict::Passed(201));
        }
    };
    fill();
    let place = ["-s", "busy", "-S", "energy"];
    adm1.run(&[&["subscription", "delete", "--all", "--yes"][..], &place].concat()).success().says("deleted 95");
    fill();
    let output = adm1.run(&["subservice", "delete", "energy", "-s", "busy", "--yes"]).success();
    output.says("95 subscriptions in Orion");
    assert_same(&whole.lines(), &others, "all");
}

/// Two services with the same subservice, user, role and policies: nothing that is done in one reaches the other.
#[test]
fn twins_do_not_meet() {
    for platform in [false, true] {
        let whole = empty(platform);
        for name in ["twin_a", "twin_b"] {
            whole.room.run(&full(name)).success();
            for line in [
                "subservice create energy --admin-user eva --new-password-file new.pw",
                "user create bob --new-password-file new.pw --role ServiceCustomer",
                "role create Watch",
                "role grant Watch --to-user bob -S energy",
            ] {
                whole.room.run(&line.split(' ').chain(["-s", name]).collect::<Vec<_>>()).success();
            }
            let adm1 = whole.room_of("adm1", name);
            adm1.file(".orchester.toml", "[module.STH]\nnotify_url = 'http://sth:8666/notify'\n");
            adm1.run(&["module", "enable", "STH", "-s", name, "-S", "energy"]).success();
            adm1.file("probe.xml", &policy("WatchSth", "sth", &["read"]));
            adm1.run(&["policy", "update", "Watch", "probe.xml", "-s", name]).success();
        }
        let b = || -> Lines { whole.lines().into_iter().filter(|line| line.contains("twin_b")).collect() };
        let (before, mut last) = (b(), whole.lines());
        assert!(before.len() > 40, "{before:#?}");
        for (server, what) in [(".keypass", "OrionAdmin"), (".orion", "http://sth:8666/notify"), (".keystone", "bob@")]
        {
            assert!(before.iter().any(|line| line.starts_with(server) && line.contains(what)), "{server}: {before:#?}");
        }
        let adm1 = whole.room_of("adm1", "twin_a");
        adm1.file(".orchester.toml", "[module.STH]\nnotify_url = 'http://sth:8666/notify'\n");
        adm1.file("less.xml", &policy("OrionAdmin", "orion", &["read"]));
        adm1.file("watch.xml", &policy("WatchSth", "sth", &["create"]));
        for line in [
            "module disable STH -S energy",
            "module enable STH -S energy",
            "subscription create --entity lamp --notify http://n:1/x -S energy",
            "subscription delete --all --yes -S energy",
            "module disable STH",
            "policy update Watch watch.xml",
            "policy delete Watch WatchSth --yes",
            // The role `admin` is the same one in both.
            "policy update admin less.xml",
            "policy delete admin OrionAdmin --yes",
            "role revoke Watch --from-user bob -S energy",
            "user update bob --email bob@a.example",
            "user delete bob --yes",
            "subservice update energy --description power",
            "subservice delete energy --yes",
            "group delete AdminGroup --yes",
        ] {
            adm1.run(&line.split(' ').chain(["-s", "twin_a"]).collect::<Vec<_>>()).success();
            assert_same(&b(), &before, line);
            let now = whole.lines();
            assert_ne!(now, last, "{line} did something");
            last = now;
        }
        whole.room.run(&["role", "delete", "Watch", "-s", "twin_a", "--yes"]).success();
        assert_same(&b(), &before, "role delete");
        whole.room.run(&delete("twin_a")).success();
        assert_same(&b(), &before, "service delete");
    }
}

/// Names that Keystone would take and Orion would not.
#[test]
fn bad_names_are_refused_before_anything_is_sent() {
    let whole = empty(false);
    let eleven = ["a"; 11].join("/");
    for (line, says) in [
        ("service create SmartCity --admin-user adm1 --new-password-file new.pw", "Orion takes only a-z, 0-9 and _"),
        (&format!("subservice create {eleven} -s city"), "at most 10 levels"),
        ("subservice create energy,waste -s city", "'energy,waste' cannot be the name"),
        (&format!("subscription list -s city -S {eleven}"), "at most 10 levels"),
        ("subscription list -s city -S energy,waste", "Orion cannot take the subservice '/energy,waste'"),
        ("subscription delete --all --yes -s city -S energy,waste", "Orion cannot take the subservice"),
        ("module enable STH -s city -S energy,waste", "Orion cannot take the subservice"),
    ] {
        let (output, requests) = whole.watched(&line.split(' ').collect::<Vec<_>>());
        output.code(2).says(says);
        assert_eq!(requests, [], "{line}");
    }
}
