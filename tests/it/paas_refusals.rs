//! Numbers that mean one thing at one server and another at the next, and answers that are not true: each ends with the code
//! of what happened, and with one sentence that holds.

use std::time::Duration;

use crate::deployment::Desk;

const SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

fn token_of(desk: &Desk, who: &str) -> String {
    desk.sandbox.paas_token(who, &["physics", "chemistry"], &SCOPES, Duration::from_hours(1), false)
}

/// What is in the way, the code, and the words of it. The switch turns 401 and 403 round, as they were before October 2025.
#[test]
fn the_two_meanings_of_401_and_403_are_told_apart() {
    for flavour in ["iam_before_2025=off", "iam_before_2025=on"] {
        let mut desk = Desk::v1();
        desk.sandbox.set_switch(flavour).unwrap();
        let good = token_of(&desk, "alice");
        let forged = format!("{}{}", &good[..good.len() - 1], if good.ends_with('A') { 'B' } else { 'A' });
        // Nobody has seen this one before.
        let unseen = token_of(&desk, "carol");
        let table = [
            ("opa=off", &forged, 4, "Signature verification failed", "orchest auth login paas"),
            ("opa=deny", &good, 5, "Unauthorized to perform this operation", "by its policies"),
            ("opa=down", &good, 1, "500", "orchest paas health"),
            ("iam=down", &unseen, 75, "No 'iss' claim", "cannot reach the issuer"),
        ];
        for (switch, token, code, words, next) in table {
            desk.sandbox.set_switch(switch).unwrap();
            desk.room = desk.room.env("ORCHEST_PAAS_TOKEN", token);
            let output = desk.run("template list").code(code);
            let errors = output.stderr.lines().filter(|line| line.starts_with("error: ")).count();
            assert!(errors == 1 && output.stdout.is_empty(), "{flavour} {switch}\n{output}");
            output.says(words).says(next);
            desk.sandbox.set_switch("opa=off").unwrap();
            desk.sandbox.set_switch("iam=on").unwrap();
        }
    }
}

#[test]
fn a_deletion_that_is_answered_and_did_not_happen_is_no_deletion() {
    let desk = Desk::v1();
    desk.ok("deployment create vm.yaml --group physics --name vms");
    for line in ["template delete virtual-machines --yes", "paas user delete alice --yes"] {
        desk.run(line).code(6).says("still there");
    }
    assert!(desk.ok("template list -o name").contains("virtual-machines"));
    assert!(desk.ok("paas user list -o json").contains("alice"));
}

#[test]
fn a_row_that_was_stored_with_a_504_is_there_once() {
    let desk = Desk::v1();
    desk.sandbox.set_switch("broker=down").unwrap();
    for _ in 0..3 {
        let output = desk.run("deployment create vm.yaml --group physics --name vms").code(1);
        output.says("nobody works on it");
    }
    assert_eq!(desk.ok("deployment list -o name").lines().count(), 1);
}

#[test]
fn a_server_that_never_moves_is_not_waited_for_for_ever() {
    let mut desk = Desk::v1();
    desk.ok("deployment create vm.yaml --group physics --name vms");
    let waited = desk.run("deployment wait vms --limit 1s").code(8);
    waited.says("CREATE_IN_PROGRESS").says("orchest deployment wait vms").says("not known to report progress");
    assert!(desk.ok("deployment list --stalled -o name").is_empty(), "it may take the ten days that it was given");
    desk.room = desk.room.env("ORCHEST_PAAS_STALLED_AFTER", "1ms");
    assert_eq!(desk.ok("deployment list --stalled -o name").lines().count(), 1);
    desk.run("deployment show vms").success().says("may be stuck");
}
