//! Services and subservices that have something in other servers, on the emulated platform.

use crate::city::{City, STH, of_module};
use crate::support::cli::Output;
use crate::support::terminal::Terminal;

#[test]
fn what_goes_with_a_subservice_is_told_before_it_goes() {
    let city = City::new();
    let goes = "with a subservice goes what it has: all subscriptions in Orion, rules in Perseo";
    let delete = ["subservice", "delete", "energy", "-s", "smartcity"];
    // Nobody can be asked: it is told with the question, and nothing is sent.
    let (output, requests) = city.watched(&delete);
    output.code(2).says(goes).says("--keep-data leaves it").says("line with --yes");
    assert_eq!(requests, []);
    city.room.run(&[&delete[..], &["--dry-run"]].concat()).success().says(goes).says("would delete subservice energy");
    // What stays, and what was agreed to, is nothing to tell of.
    for flags in [&["--keep-data", "--dry-run"][..], &["--keep-data"]] {
        let output = city.room.run(&[&delete[..], flags].concat());
        assert!(!output.stderr.contains(goes), "{output}");
    }
    let output = city.room.run(&["subservice", "delete", "waste", "-s", "smartcity", "--yes"]).success();
    assert!(!output.stderr.contains(goes), "{output}");

    let mut terminal = Terminal::start(&city.room, &delete.join(" "));
    terminal.shows(goes);
    terminal.shows("[y/N]");
    terminal.types("y\r");
    let (code, seen) = terminal.ended();
    assert_eq!(code, 0, "{seen}");
    city.room.run(&["subservice", "show", "energy", "-s", "smartcity"]).code(3);
}

#[test]
fn a_dry_run_says_once_what_it_would_do() {
    let city = City::new();
    for line in [
        "user delete adm1 -s smartcity --yes --dry-run",
        "user create bob -s smartcity --no-password --dry-run",
        "group create crew -s smartcity --dry-run",
    ] {
        let output = city.room.run(&line.split(' ').collect::<Vec<_>>()).success();
        let told: Vec<&str> = output.stderr.lines().filter(|line| line.contains("would")).collect();
        assert!(told.len() == 1 && told[0].starts_with("dry run: would "), "{output}");
    }
    // Of many, how many.
    let output = city.room.run(&["subservice", "delete", "energy", "waste", "-s", "smartcity", "--yes", "--dry-run"]);
    output.success().says("would delete subservice energy").says("would be deleted 2");
}

/// What other servers hold besides is told, and is none of the points.
#[test]
fn a_check_and_a_repair_count_the_same_points() {
    let city = City::new();
    let types = |verb: &str, more: &str| {
        let line = ["service", verb, "smartcity", "--admin-user", "adm1", more];
        city.room.run(&line.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>())
    };
    let told = |output: &Output, about: &str| {
        let line = output.stderr.lines().find(|line| line.contains(about));
        line.unwrap_or_else(|| panic!("{about:?} is not told\n{output}")).to_owned()
    };
    let (good, bad) = ("service smartcity is as it should be (", " points are not as they should be");
    let whole = told(&types("check", "--exit-status").success(), good);
    assert_eq!(told(&types("repair", "--dry-run").success(), good), whole);
    types("repair", "").success().says("smartcity was as it should be");

    // Nobody's any more, and nothing that a repair makes.
    city.subscribe("/gone", &of_module(STH));
    let beyond =
        types("check", "--exit-status").code(10).prints("1 at paths of no subservice").says("no repair touches");
    assert_eq!(told(&beyond, good), whole);
    assert!(!beyond.stderr.contains("orchest service repair"), "{beyond}");

    city.room.ok(&["role", "delete", "ServiceCustomer", "-s", "smartcity", "--yes"]);
    let lacking = told(&types("check", "--exit-status").code(10), bad);
    assert!(lacking.starts_with("1 of "), "{lacking}");
    let counts = lacking.split(" points").next().unwrap();
    let planned = types("repair", "--dry-run").success();
    planned.says(&format!("dry run: service smartcity: would make {counts} points; nothing was changed"));
    types("repair", "").success().says("smartcity: made 1 missing point");
}
