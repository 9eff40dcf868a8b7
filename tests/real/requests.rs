//! How many requests each command makes, which ones, and how many of them wait for each other. The golden files are
//! written by the proxy, so they show what the server is asked, not what the product believes to ask.

use orchester::sandbox::Record;

use crate::stage::{Stage, create, writes};
use crate::support::golden::{assert_golden, request_lines};
use crate::support::keystone::Keystone;

/// Compares the requests with a golden file. `phases` are numbers of requests that run side by side, in any order; a
/// phase begins when the one before it is answered. What is left over is the last phase.
#[track_caller]
fn golden(name: &str, record: &Record, phases: &[usize]) {
    let mut rest = record.requests.as_slice();
    let mut text = String::new();
    let mut over = std::time::Duration::ZERO;
    for size in phases.iter().copied().chain([usize::MAX]) {
        let (phase, later) = rest.split_at(size.min(rest.len()));
        rest = later;
        for request in phase {
            assert!(request.started >= over, "{name}: {request} was sent before the phase began\n{record:#?}");
        }
        over = phase.iter().filter_map(|request| Some(request.started + request.took?)).max().unwrap_or(over);
        let lines = request_lines(phase);
        let mut lines: Vec<&str> = lines.lines().collect();
        lines.sort_unstable();
        text.extend(lines.iter().map(|line| format!("{line}\n")));
    }
    assert_golden(&format!("requests/{name}.txt"), &text);
    // A fast server has answered before the next head arrives: fewer are seen side by side than were sent so, of which there
    // are at most sixteen.
    let at_once = if crate::SERVER.is_fast() { 16 } else { record.most_in_flight };
    let connections = record.connections;
    assert!(connections <= at_once, "{name}: {connections} connections for {at_once} requests side by side");
}

/// The most requests of which each was sent after the one before it was answered.
fn rounds(record: &Record) -> usize {
    let mut spans: Vec<_> =
        record.requests.iter().map(|request| (request.started + request.took.unwrap(), request.started)).collect();
    spans.sort_unstable();
    let mut last = None;
    spans
        .into_iter()
        .filter(|(end, start)| {
            last.is_none_or(|before| *start >= before) && {
                last = Some(*end);
                true
            }
        })
        .count()
}

#[test]
fn a_service() {
    let keystone = Keystone::shared();
    let stage = Stage::cold(keystone);
    let cold = stage.requests(&create("counted"));
    assert!(cold.requests.len() <= 34 + 1, "{}", cold.requests.len());
    // On the platform the plug-in is left out here, and a login of this run tells the role: one request less.
    if !crate::SERVER.is_platform() {
        golden("service-create-cold", &cold, &[1, 2, 1, 30]);
    }

    let again = stage.requests(&create("counted"));
    assert!(writes(&again).is_empty(), "{again:#?}");
    golden("service-create-again", &again, &[2]);

    golden("service-check", &stage.requests(&["service", "check", "counted", "--admin-user", "adm1"]), &[2]);
    golden("service-show", &stage.requests(&["service", "show", "counted"]), &[]);
    golden("service-list", &stage.requests(&["service", "list"]), &[]);

    let delete = stage.requests(&["service", "delete", "counted", "--yes"]);
    golden("service-delete", &delete, &[1, 1, 1, 19]);
    golden("service-delete-absent", &stage.requests(&["service", "delete", "counted", "--yes"]), &[1]);

    let warm = stage.requests(&create("counted_warm"));
    assert!(warm.requests.len() <= 34, "{}", warm.requests.len());
    golden("service-create-warm", &warm, &[2, 1, 30]);
}

/// The longest chain of a command, from its login on, has so many rounds at most. `first` brings about what it expects.
fn assert_chain(keystone: &Keystone, most: usize, first: &[&str], line: &[&str]) {
    // So slow that the server's own time for a dozen requests is little beside it; on a busy machine the second one is.
    for (delay, is_last) in [("delay=4s@*", false), ("delay=15s@*", true)] {
        Stage::cold(keystone).requests(first);
        let (output, record) = Stage::cold(keystone).run_with(&[delay], line);
        output.success();
        assert!(record.most_in_flight <= 16, "{} side by side", record.most_in_flight);
        if rounds(&record) <= most {
            return;
        }
        assert!(!is_last, "{} rounds\n{}", rounds(&record), timeline(&record));
    }
}

#[test]
fn the_longest_chains_of_a_service() {
    let keystone = Keystone::start();
    let delete = ["service", "delete", "chained", "--yes"];
    assert_chain(&keystone, 6, &delete, &create("chained"));
    assert_chain(&keystone, 7, &create("chained"), &delete);
}

#[test]
fn a_subservice() {
    let keystone = Keystone::shared();
    let stage = Stage::warm(keystone);
    stage.requests(&create("parts"));
    let words = ["-s", "parts"];
    let run = |line: &[&str]| stage.requests(&[line, &words].concat());
    golden("subservice-create", &run(&["subservice", "create", "plain"]), &[1, 1]);
    golden("subservice-create-again", &run(&["subservice", "create", "plain"]), &[1]);
    let admin = ["--admin-user", "eva", "--generate-password", "--password-out", "eva.pw"];
    let with_admin = run(&[&["subservice", "create", "led"][..], &admin].concat());
    golden("subservice-create-admin", &with_admin, &[1, 2, 1, 1, 1, 1, 1]);
    golden("subservice-create-admin-again", &run(&[&["subservice", "create", "led"][..], &admin].concat()), &[1, 2]);
    golden("subservice-list", &run(&["subservice", "list"]), &[1]);
    golden("subservice-delete", &run(&["subservice", "delete", "plain", "led", "--yes"]), &[1, 2]);
}

#[test]
fn users_groups_and_roles() {
    let keystone = Keystone::shared();
    let stage = Stage::warm(keystone);
    stage.requests(&create("crowd"));
    let run = |line: &[&str]| stage.requests(&[line, &["-s", "crowd"]].concat());

    golden("user-create", &run(&["user", "create", "carl", "--no-password"]), &[1, 1]);
    golden("user-create-again", &run(&["user", "create", "carl", "--no-password"]), &[1]);
    golden("user-show", &run(&["user", "show", "carl"]), &[1]);
    golden("user-update", &run(&["user", "update", "carl", "--email", "c@city.example"]), &[1, 1]);
    golden("user-update-again", &run(&["user", "update", "carl", "--email", "c@city.example"]), &[1]);
    let five = run(&["user", "create", "a1", "a2", "a3", "a4", "a5", "--no-password"]);
    golden("user-create-five", &five, &[1, 1]);
    let list = run(&["user", "list"]);
    // The service's name, and one page.
    assert_eq!(list.requests.len(), 1 + 1);
    golden("user-list", &list, &[1]);

    run(&["group", "create", "crew"]);
    golden("group-member-add", &run(&["group", "member", "add", "crew", "carl"]), &[1, 1, 1]);
    golden(
        "group-member-add-five",
        &run(&["group", "member", "add", "crew", "a1", "a2", "a3", "a4", "a5"]),
        &[1, 1, 1],
    );
    golden("group-member-list", &run(&["group", "member", "list", "crew"]), &[1, 1]);

    // So slow that what is sent side by side is seen to be.
    let slowly = |line: &[&str]| {
        let (output, record) = stage.run_with(&["delay=1s@*"], &[line, &["-s", "crowd"]].concat());
        output.success();
        record
    };
    let grant = slowly(&["role", "grant", "ServiceCustomer", "--to-user", "carl"]);
    assert!(grant.requests.len() <= 4, "{grant:#?}");
    assert!(rounds(&grant) <= 3, "{grant:#?}");
    golden("role-grant-service", &grant, &[1, 2]);
    run(&["subservice", "create", "energy"]);
    let grant = slowly(&["role", "grant", "SubServiceAdmin", "--to-user", "carl", "-S", "energy"]);
    assert!(grant.requests.len() <= 5, "{grant:#?}");
    assert!(rounds(&grant) <= 3, "{grant:#?}");
    golden("role-grant-subservice", &grant, &[1, 3]);
    golden(
        "role-grant-inherited",
        &run(&["role", "grant", "SubServiceAdmin", "--to-user", "carl", "--inherit"]),
        &[1, 2],
    );
    golden("role-revoke", &run(&["role", "revoke", "ServiceCustomer", "--from-user", "carl"]), &[1, 2]);
    golden("role-list", &run(&["role", "list"]), &[1]);

    // The name of the service counts as a name filter.
    let assignments = run(&["role", "assignments"]);
    assert!(assignments.requests.len() <= 2 + 1, "{assignments:#?}");
    golden("role-assignments", &assignments, &[1, 1]);
    // Two scopes, which Keystone does not answer for in one request, each asked bare and then with names.
    let assignments = run(&["role", "assignments", "--all"]);
    assert!(assignments.requests.len() <= 4 + 1, "{assignments:#?}");
    golden("role-assignments-all", &assignments, &[1]);
    let assignments = run(&["role", "assignments", "--of-user", "carl"]);
    assert!(assignments.requests.len() <= 2 + 2, "{assignments:#?}");
    golden("role-assignments-of-user", &assignments, &[1, 1, 1]);

    let delete = run(&["user", "delete", "a1", "a2", "a3", "a4", "a5", "--yes"]);
    assert!(delete.requests.len() <= 7, "{delete:#?}");
    golden("user-delete-five", &delete, &[1, 1]);
    golden("user-delete-one", &run(&["user", "delete", "carl", "--yes"]), &[1, 1]);
    golden("group-delete", &run(&["group", "delete", "crew", "--yes"]), &[1, 1]);
}

/// The token for the subservice tells who trusts, on what and with which roles; so one look-up and one list are all. On a
/// second run that token is confirmed, because names may have changed their meaning.
#[test]
fn a_trust() {
    let keystone = Keystone::shared();
    let stage = Stage::warm(keystone);
    stage.requests(&create("trusting"));
    let run = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        stage.requests(&[&words, &["-s", "trusting"][..]].concat())
    };
    run("subservice create energy");
    run("user create carl --no-password");
    let admin = crate::support::keystone::Administrator::here().name;
    let me = keystone.list("users").into_iter().find(|user| user["name"] == admin).unwrap()["id"].clone();
    run(&format!("role grant admin --to-user id:{} -S energy", me.as_str().unwrap()));
    let line = "trust create --trustee carl --role admin -S energy";
    golden("trust-create", &run(line), &[1, 1, 1]);
    golden("trust-create-again", &run(line), &[1, 1, 1]);
    golden("trust-list", &run("trust list -S energy"), &[1]);
    let id = stage.room.ok(&["trust", "list", "-s", "trusting", "-S", "energy", "-o", "name"]);
    let id = id.trim_end();
    golden("trust-show", &stage.requests(&["trust", "show", id, "--scope", crate::SERVER.admin_scope()]), &[]);
    golden(
        "trust-delete",
        &stage.requests(&["trust", "delete", id, "--yes", "--scope", crate::SERVER.admin_scope()]),
        &[],
    );
}

#[test]
fn what_services_hold() {
    let keystone = Keystone::shared();
    let stage = Stage::warm(keystone);
    golden("service-list-usage", &stage.requests(&["service", "list", "--usage"]), &[]);
    stage.requests(&create("renaming"));
    stage.requests(&["subservice", "create", "old", "-s", "renaming"]);
    let rename = ["subservice", "update", "old", "--rename", "new", "-s", "renaming", "--yes"];
    golden("subservice-rename", &stage.requests(&rename), &[1, 2]);
    golden("subservice-rename-again", &stage.requests(&rename), &[1]);
    let group = ["group", "create", "crew", "-s", "renaming", "--role", "ServiceCustomer", "--inherit"];
    golden("group-create-role", &stage.requests(&group), &[1, 2, 1]);
}

#[test]
fn a_login_is_kept() {
    let keystone = Keystone::shared();
    let stage = Stage::cold(keystone);
    golden("auth-whoami-cold", &stage.requests(&["auth", "whoami"]), &[]);
    assert_eq!(stage.requests(&["auth", "whoami"]).requests, []);
    assert_eq!(stage.requests(&["service", "list"]).requests.len(), 1);
}

/// What a failure shows: what was sent when, and when it was answered.
fn timeline(record: &Record) -> String {
    let line = |request: &orchester::sandbox::Request| {
        let end = request.took.map(|took| request.started + took);
        format!("{:>9.3?} to {end:>9.3?} {request}\n", request.started)
    };
    record.requests.iter().map(line).collect()
}
