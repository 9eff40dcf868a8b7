//! `orchest legacy` and docs/legacy.md, on the emulated platform.

use orchester::sandbox::Sandbox;

use crate::support::cli::Room;
use crate::support::legacy::{Stage, routes, row, rows, scripts};

#[test]
fn every_script_does_what_it_did_on_stock_servers() {
    let stage = Stage::new(false);
    let before = stage.sandbox.state();
    scripts().iter().for_each(|row| stage.walk(row));
    let (before, after) = (before["keystone"].to_string(), stage.sandbox.state()["keystone"].to_string());
    assert!(!after.contains("energy") && !after.contains("adm1") && before.len() == after.len(), "{after}");
}

#[test]
fn every_script_does_what_it_did_on_the_platform() {
    let stage = Stage::new(true);
    scripts().iter().for_each(|row| stage.walk(row));
}

/// The smoke tests of the scripts themselves, one after the other.
#[test]
fn the_sixteen_smoke_journeys() {
    let stage = Stage::new(true);
    let journeys = [
        "createNewService",
        "createNewSubService",
        "createNewServiceRole",
        "createNewServiceUser",
        "assignInheritRoleServiceUser",
        "assignRoleServiceUser",
        "assignRoleSubServiceUser",
        "listAllRoleAssignments",
        "listUserRoleAssignments",
        "listRoleAssignments",
        "listSubServiceRoleAssignments",
        "printServices",
        "printSubServices",
        "printServiceUsers",
        "printServiceRoles",
        "printServiceRolePolicies",
    ];
    for script in journeys {
        let change: &[(&str, &str)] =
            if script.ends_with("Policies") { &[("ROLE_NAME", "ServiceCustomerORION")] } else { &[] };
        let mut line = stage.prepared(&row(script), change, &[]);
        line[1].push_str(".py");
        let output = stage.run(&line).success();
        let shown = match script {
            "printServices" | "createNewService" => "city",
            "printSubServices" | "createNewSubService" => "energy",
            "printServiceRolePolicies" => "PolicyOrionServiceCustomer",
            "printServiceRoles" | "createNewServiceRole" | "listRoleAssignments" => "Gardener",
            _ => "carl",
        };
        assert!(output.stdout.contains(shown) || output.stderr.contains(shown), "{output}");
    }
}

#[test]
fn a_login_for_a_domain_makes_no_role_on_stock_keystone_and_is_told_so() {
    let stage = Stage::new(false);
    stage.walk(&row("createNewService"));
    let role = row("createNewServiceRole");
    let line = stage.line(&role[0], &role[1], &[]);
    stage.run(&line).code(5).says("--scope system");
    // What the environment says of the scope counts more than what the script had in it.
    let wide = ["--user-domain", "Default"].map(str::to_owned);
    let row = row("printServices");
    let line = [stage.line(&row[0], &row[1], &[]), wide.to_vec()].concat();
    let words: Vec<&str> = line.iter().map(String::as_str).collect();
    stage.run(&line).code(4).says("--scope domain --admin-domain Default");
    let room = Room::new().env("CLOUD_PW", Sandbox::PASSWORD).env("ORCHEST_SCOPE", "system");
    let output = room.run(&words).success().prints("city");
    assert!(!output.stderr.contains("--scope"), "{output}");
}

#[test]
fn the_role_of_customers_comes_with_its_policies() {
    let stage = Stage::new(true);
    stage.walk(&row("createNewService"));
    let line = stage.prepared(&row("createNewServiceRole"), &[("NEW_ROLE_NAME", "ServiceCustomer")], &[]);
    stage.run(&line).success().says("6 of 6");
    let policies = stage.line(
        "printServiceRolePolicies",
        &row("printServiceRolePolicies")[1],
        &[("ROLE_NAME", "ServiceCustomer")],
    );
    let output = stage.run(&policies).success();
    for component in ["Orion", "Perseo", "Iotagent", "STH", "Keypass"] {
        assert!(output.stdout.contains(&format!("{component}ServiceCustomer")), "{output}");
    }
    // A dry run looks at the first and says the others.
    stage.sandbox.reset_count();
    let dry = [vec!["--dry-run".to_owned()], line].concat();
    stage.run(&dry).success().says("6 of 6").says("only the first is looked at");
    let writes = stage.sandbox.requests().into_iter().filter(|asked| !["GET", "HEAD"].contains(&asked.method.as_str()));
    assert!(writes.clone().all(|asked| asked.path == "/v3/auth/tokens"), "{:?}", writes.collect::<Vec<_>>());
}

#[test]
fn passwords_come_in_three_ways_and_never_in_the_line() {
    let stage = Stage::new(true);
    stage.walk(&row("createNewService"));
    let users = row("printServiceUsers");
    let with = |form: &str| stage.line(&users[0], &users[1], &[("SERVICE_ADMIN_PASSWORD", form)]);
    let words = |line: &[String]| line.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let room = Room::new().env("MINE", "tall-Order-7001");
    room.file("pw", "tall-Order-7001\n");
    for (form, input, today) in [
        ("@pw", "", "--password-file pw"),
        ("env:MINE", "", "--password-command 'printenv MINE'"),
        ("-", "tall-Order-7001\n", "--password-stdin"),
    ] {
        let line = words(&with(form));
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        room.run_with_input(&line, input).success().prints("adm1").says(today);
    }
    stage.sandbox.take_record();
    let literal = with("tall-Order-7001");
    let literal: Vec<&str> = literal.iter().map(String::as_str).collect();
    let output = room.run(&literal).code(2).says("SERVICE_ADMIN_PASSWORD").says("env:NAME");
    assert!(!output.stderr.contains("tall-Order") && output.stdout.is_empty(), "{output}");
    // A token of somebody else in the environment does not take the place of the login that the line names.
    let strange = Room::new().env("MINE", "tall-Order-7001").env("ORCHEST_TOKEN", "stale");
    let line = with("env:MINE");
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    strange.run(&line).success();
    for file in room.files().iter().chain(&strange.files()).filter(|file| !file.ends_with("pw")) {
        let text = String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned();
        assert!(!text.contains("tall-Order"), "{}", file.display());
    }
    let again = with("env:MINE");
    let twice: Vec<&str> = again.iter().map(String::as_str).chain(["--password-file", "pw"]).collect();
    room.run(&twice).code(2).says("leave --password-file out");
}

#[test]
fn a_line_that_cannot_be_meant_is_refused_before_any_request() {
    let room = Room::new();
    room.run(&["legacy", "printServces"]).code(2).says("did you mean printServices?");
    room.run(&["legacy", "printServices", "http"])
        .code(2)
        .says("takes 6 arguments, not 1")
        .says("DOMAIN_ADMIN_PASSWORD");
    let two = ["legacy", "changeUserPassword", "http", "127.0.0.1", "1", "city", "adm1", "-", "carl", "-"];
    room.run(&two).code(2).says("only one password");
    // Nobody is asked; what destroys something takes a yes.
    let remove = ["legacy", "removeServiceUser", "http", "127.0.0.1", "1", "city", "carl", "adm1", "env:PW"];
    Room::new().env("PW", "tall-Order-7001").run(&remove).code(2).says("--yes");
    let list = room.ok(&["legacy", "list", "-o", "json"]);
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 44);
    assert_eq!(room.ok(&["legacy", "-o", "name"]).lines().count(), 44);
    assert!(room.ok(&["help", "migrate"]).contains("createTrustToken"));
}

#[test]
fn every_request_has_its_command() {
    routes::walk(Stage::new(false));
}

#[test]
fn all_twenty_four_patterns_are_there() {
    let rows = rows("Routes");
    let mut patterns: Vec<&str> = rows.iter().filter_map(|row| row[0].split(' ').nth(1)).collect();
    patterns.sort_unstable();
    patterns.dedup();
    assert_eq!(patterns.len(), 24, "{patterns:?}");
}
