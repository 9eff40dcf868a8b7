//! `policy diff` and `policy sync`.

use serde_json::Value;

use super::requests::sorted;
use super::{City, writes};
use crate::support::cli::Output;
use crate::support::golden::{assert_golden, request_lines};

fn folder(city: &City) {
    for (role, templates) in
        [("ServiceCustomer", ["orion-customer2", "sth-customer2"]), ("SubServiceAdmin", ["orion-admin", "sth-admin"])]
    {
        for template in templates {
            city.room.file(&format!("policies/{role}/{template}.xml"), &city.template(template));
        }
    }
}

#[test]
fn a_directory_is_made_so_and_only_what_it_names() {
    let city = City::new();
    folder(&city);
    city.types("policy update ServiceCustomer --template perseo-customer2 -s smartcity").success();
    city.types("policy update SubServiceCustomer --template orion-customer -s smartcity").success();
    let line = "policy sync policies -s smartcity";
    let (output, requests) = city.requests(0, &format!("{line} --dry-run"));
    output.says("would bind policy OrionServiceCustomer").prints("absent");
    assert_eq!(writes(&requests), Vec::<String>::new());
    let (_, requests) = city.requests(0, line);
    assert_eq!(writes(&requests).len(), 4);
    let (output, requests) = city.requests(0, line);
    output.says("already so");
    assert_golden("requests/policy-sync-again.txt", &sorted(&request_lines(&requests)));
    let names = |role: &str| {
        let mut names = city.policies(role, "smartcity");
        names.sort();
        names
    };
    assert_eq!(names("ServiceCustomer"), ["OrionServiceCustomer", "PerseoServiceCustomer", "STHServiceCustomer"]);

    city.types(&format!("{line} --prune")).code(2).says("--yes");
    let (output, _) = city.requests(0, &format!("{line} --prune --dry-run"));
    output.says("would delete policy PerseoServiceCustomer of role ServiceCustomer");
    let (_, requests) = city.requests(0, &format!("{line} --prune --yes"));
    let writes = writes(&requests);
    assert!(writes.len() == 1 && writes[0].ends_with("/policy/PerseoServiceCustomer"), "{writes:?}");
    assert_eq!(names("ServiceCustomer"), ["OrionServiceCustomer", "STHServiceCustomer"]);
    assert_eq!(names("SubServiceAdmin"), ["OrionSubServiceAdmin", "STHSubServiceAdmin"]);
    assert_eq!(names("SubServiceCustomer"), ["OrionSubServiceCustomer"], "a role without a folder");
}

/// `policy: state, result`, of one document.
fn told(output: &Output) -> Vec<String> {
    let document = output.json();
    let word = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let rows = document.as_array().unwrap().iter();
    let mut told: Vec<String> =
        rows.map(|row| format!("{}: {}, {}", word(row, "policy"), word(row, "state"), word(row, "result"))).collect();
    told.sort();
    told
}

#[test]
fn a_machine_reads_one_list_with_what_came_of_each() {
    let city = City::new();
    folder(&city);
    city.types("policy update ServiceCustomer --template perseo-customer2 -s smartcity").success();
    let line = "policy sync policies -s smartcity --prune --yes --jobs 1 -o json";
    let (planned, requests) = city.requests(0, &format!("{line} --dry-run"));
    assert_eq!(
        told(&planned),
        [
            "OrionServiceCustomer: absent, would be bound",
            "OrionSubServiceAdmin: absent, would be bound",
            "PerseoServiceCustomer: not in files, would be deleted",
            "STHServiceCustomer: absent, would be bound",
            "STHSubServiceAdmin: absent, would be bound",
        ]
    );
    // What follows the reading is the first of them; and where one fails, nothing is deleted.
    city.sandbox.reset_count();
    city.sandbox.set_faults(vec![format!("status=403@{}", requests.len() + 1).parse().unwrap()]);
    let failed = city.types(line).code(7);
    city.sandbox.set_faults(Vec::new());
    assert_eq!(
        told(&failed),
        [
            "OrionServiceCustomer: absent, failed",
            "OrionSubServiceAdmin: absent, bound",
            "PerseoServiceCustomer: not in files, not done",
            "STHServiceCustomer: absent, bound",
            "STHSubServiceAdmin: absent, bound",
        ]
    );
    let rows = failed.json();
    for row in rows.as_array().unwrap() {
        let why = row["detail"].as_str().unwrap_or_default();
        assert_eq!(why.contains("403"), row["result"] == "failed", "{row:#}");
    }
    failed.says("OrionServiceCustomer: ").says("bound 3   failed 1");

    let done = city.types(line).success();
    assert_eq!(
        told(&done),
        [
            "OrionServiceCustomer: absent, bound",
            "OrionSubServiceAdmin: same, already so",
            "PerseoServiceCustomer: not in files, deleted",
            "STHServiceCustomer: same, already so",
            "STHSubServiceAdmin: same, already so",
        ]
    );
    let again = city.types(line).success().says("already so");
    assert!(told(&again).iter().all(|row| row.ends_with("same, already so")), "{again}");
    // People see the plan, and then words.
    std::fs::remove_file(city.room.path("policies/ServiceCustomer/sth-customer2.xml")).unwrap();
    let people = city.types("policy sync policies -s smartcity --prune --yes").success();
    let people = people.says("STHServiceCustomer: deleted");
    assert!(people.stdout.contains("not in files") && !people.stdout.contains("RESULT"), "{people}");
}

#[test]
fn nothing_moves_between_roles() {
    let city = City::new();
    folder(&city);
    city.types("policy update ServiceAdminSTH --template sth-admin -s smartcity").success();
    let (output, requests) = city.requests(6, "policy sync policies -s smartcity --prune --yes");
    output.says("'STHSubServiceAdmin'").says("role ServiceAdminSTH has it").says("nothing was changed");
    assert_eq!(writes(&requests), Vec::<String>::new());
    // The same id in two folders can never be.
    city.room.file("policies/ServiceCustomer/again.xml", &city.template("orion-admin"));
    let (output, requests) = city.requests(2, "policy sync policies -s smartcity");
    output.says("both hold the policy 'OrionSubServiceAdmin'");
    assert!(requests.is_empty());
}

#[test]
fn directories_that_are_none() {
    let city = City::new();
    city.room.file("empty/readme.txt", "nothing");
    city.room.file("wrong/ServiceCustomer/a.xml", "<broken");
    city.room.file("unknown/Gardner/a.xml", &city.template("sth-admin"));
    city.types("policy sync empty -s smartcity").code(2).says("there is no folder in empty");
    city.types("policy sync none -s smartcity").code(2).says("is no directory");
    city.types("policy sync wrong -s smartcity").code(2).says("wrong/ServiceCustomer/a.xml:1: this is not XML");
    city.types("policy sync unknown -s smartcity").code(3).says("role 'Gardner' does not exist");
}

#[test]
fn a_difference_is_told_and_counted() {
    let city = City::new();
    folder(&city);
    let line = "policy diff ServiceCustomer policies/ServiceCustomer -s smartcity --exit-status";
    city.types(line).code(10).prints("absent");
    city.types("policy sync policies -s smartcity").success();
    city.types(line).success().says("no differences");
    city.room.file(
        "policies/ServiceCustomer/sth-customer2.xml",
        &city.template("sth-customer2").replace(">read<", ">create<"),
    );
    city.types(line).code(10).prints("- permit read; + permit create");
    city.types("policy diff ServiceCustomer policies/ServiceCustomer -s smartcity").success();
    let one = "policy diff ServiceCustomer policies/ServiceCustomer/orion-customer2.xml -s smartcity --exit-status";
    city.types(one).success();
    std::fs::remove_file(city.room.path("policies/ServiceCustomer/orion-customer2.xml")).unwrap();
    city.types(line).code(10).prints("not in files");
}
