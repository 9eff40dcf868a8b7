//! Every line that writes to an orchestrator, beside those of deployments: killed at each of its requests, before the server
//! saw it and after it was carried out, or its answer lost; and then the same line again. What is there in the end is what one
//! clean run leaves.

use std::sync::Mutex;
use std::time::Duration;

use orchester::sandbox::{Backend, Request};
use serde_json::{Map, Value, json};

use crate::deployment::{Desk, shapes};
use crate::support::cli::Room;

const ALONE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f alice\n";
const ADD: &str = "template add vm.yaml";
const NAME: &str = "virtual-machines";

/// Somebody without a user.
fn stranger() -> Desk {
    let desk = Desk::new(Backend::PaasV1, false);
    desk.room.file("other.pub", ALONE);
    desk.ok("paas user list");
    desk
}

/// A user with no key and no template.
fn newcomer() -> Desk {
    let desk = stranger();
    desk.ok("paas user add");
    desk
}

/// A user with a key.
pub(crate) fn user() -> Desk {
    let desk = newcomer();
    desk.ok("paas ssh-key set --key-file key.pub");
    desk
}

/// A user with a template, beside one that is of nobody's concern.
fn keeper() -> Desk {
    let desk = newcomer();
    desk.ok(ADD);
    desk.room.file("other.yaml", include_str!("../../src/sandbox/paas/demo/notebook.yaml"));
    desk.ok("template add other.yaml");
    desk
}

/// A user beside another one, who has neither templates nor deployments.
fn host() -> Desk {
    let desk = user();
    let scopes = ["openid", "profile", "email", "offline_access"];
    let token = desk.sandbox.paas_token("bob", &["physics"], &scopes, Duration::from_secs(3600), false);
    let room = Room::new().env("ORCHEST_PAAS", &desk.sandbox.url(Backend::PaasV1)).env("ORCHEST_PAAS_TOKEN", &token);
    room.ok(&["paas", "user", "add"]);
    desk
}

/// Somebody before the other dialect, where that is known already.
fn planner() -> Desk {
    let desk = Desk::indigo();
    desk.ok("paas schedule list");
    desk
}

/// The same with two machines that are up.
fn operator() -> Desk {
    let desk = Desk::indigo();
    desk.ok("deployment create vm.yaml -p num_vms=2 --group physics --name vms");
    desk
}

/// One of them is not.
fn stopped() -> Desk {
    let desk = operator();
    desk.ok("resource stop vms 0");
    desk
}

/// What both orchestrators hold, without what differs between any two runs: no times, ids by their order, and a key that was
/// made here by the name of its file.
fn held(desk: &Desk) -> Value {
    let made = std::fs::read_to_string(desk.room.path("new.pub")).unwrap_or_default();
    plain(&desk.sandbox.state()["paas"], made.trim(), &mut Vec::new())
}

fn plain(value: &Value, made: &str, ids: &mut Vec<String>) -> Value {
    match value {
        // Made of ids and names.
        Value::Object(members) => {
            let members = members.iter().filter(|(key, _)| *key != "outputs");
            Value::Object(members.map(|(key, value)| (key.clone(), plain(value, made, ids))).collect::<Map<_, _>>())
        }
        Value::Array(rows) => Value::Array(rows.iter().map(|row| plain(row, made, ids)).collect()),
        Value::String(text) if !made.is_empty() && text == made => json!("new.pub"),
        Value::String(text) if text.parse::<jiff::Timestamp>().is_ok() => json!("a time"),
        Value::String(text) if is_id(text) => {
            let place = ids.iter().position(|id| id == text).unwrap_or(ids.len());
            if place == ids.len() {
                ids.push(text.clone());
            }
            json!(format!("id {place}"))
        }
        other => other.clone(),
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// The line, with the id of the template where it says so.
fn filled(desk: &Desk, line: &str) -> String {
    if !line.contains("TEMPLATE") {
        return line.to_owned();
    }
    line.replace("TEMPLATE", desk.json(&format!("template show {NAME}"))["id"].as_str().unwrap())
}

/// The requests of a clean run, and what it leaves.
fn clean(line: &str, ready: fn() -> Desk) -> (Vec<Request>, Value) {
    let desk = ready();
    let line = filled(&desk, line);
    desk.sandbox.take_record();
    desk.ok(&line);
    let requests = desk.sandbox.take_record().requests;
    assert!(requests.iter().any(writes), "{line} writes nothing: {:?}", shapes(&requests));
    (requests, held(&desk))
}

fn writes(request: &Request) -> bool {
    request.method != "GET"
}

/// Fails unless the line, run once more after what has happened, ends well and leaves what a clean run does.
#[track_caller]
fn right_when_run_again(desk: &Desk, line: &str, wanted: &Value, what: &str) {
    let again = desk.run(line);
    assert_eq!(again.code, Some(0), "{what}\n{again}");
    assert_eq!(held(desk), *wanted, "{what}\n{again}");
}

pub(crate) fn killed_anywhere(line: &str, ready: fn() -> Desk) {
    let (requests, wanted) = clean(line, ready);
    let cases = (1..=requests.len()).flat_map(|number| ["before", "after"].map(|moment| (number, moment)));
    for_each(cases.collect(), |(number, moment)| {
        let desk = ready();
        let line = filled(&desk, line);
        let struck = desk.struck(&format!("kill@{number}:{moment}"), &line);
        let what = format!("{line}: killed {moment} request {number} of {:?}", shapes(&requests));
        // Whoever waits looks as often as it takes.
        assert!(struck || line.contains("--wait"), "{what}");
        right_when_run_again(&desk, &line, &wanted, &what);
    });
}

/// Several at a time: lines that wait do little else.
pub(crate) fn for_each<T: Send>(cases: Vec<T>, run: impl Fn(T) + Sync) {
    let cases = Mutex::new(cases.into_iter());
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                loop {
                    let next = cases.lock().unwrap().next();
                    let Some(case) = next else { return };
                    run(case);
                }
            });
        }
    });
}

/// Each write meets trouble once. The line may get over it by itself or say that it may be run again, and nothing else.
fn troubled_anywhere(line: &str, ready: fn() -> Desk) {
    let (requests, wanted) = clean(line, ready);
    let troubles = ["status=503@N:after", "cut@N:after", "reset@N:before", "body=html@N"];
    let numbers = (1..).zip(&requests).filter(|(_, request)| writes(request)).map(|(number, _): (usize, _)| number);
    let cases = numbers.flat_map(|number| troubles.map(|trouble| trouble.replace('N', &number.to_string())));
    for_each(cases.collect(), |fault| {
        let desk = ready();
        let line = filled(&desk, line);
        let (output, _) = desk.with_fault(&fault, &line);
        let what = format!("{line}: {fault} of {:?}\n{output}", shapes(&requests));
        // What no server says is no temporary trouble; that it was carried out the next run has to find out.
        let allowed: &[i32] = if fault.starts_with("body") { &[0, 1, 75] } else { &[0, 75] };
        assert!(output.code.is_some_and(|code| allowed.contains(&code)), "{what}");
        if output.code == Some(0) {
            assert_eq!(held(&desk), wanted, "{what}");
        } else {
            right_when_run_again(&desk, &line, &wanted, &what);
        }
    });
}

fn whatever_happens(line: &str, ready: fn() -> Desk) {
    killed_anywhere(line, ready);
    troubled_anywhere(line, ready);
}

#[test]
fn a_template_is_added_once() {
    whatever_happens(ADD, newcomer);
}

#[test]
fn a_template_is_changed_whatever_is_changed_of_it() {
    for line in [
        format!("template update {NAME} --new-name vms"),
        format!("template update {NAME} --new-version 2.0.0"),
        format!("template update {NAME} --provider-type aws"),
        format!("template update {NAME} --version 1.2.0 --new-name vms --new-version 2.0.0 --provider-type aws"),
        format!("template update {NAME} --version 1.2.0 --new-version 2.0.0"),
        "template update TEMPLATE --version 1.2.0 --new-name vms --new-version 2.0.0".to_owned(),
    ] {
        whatever_happens(&line, keeper);
    }
}

#[test]
fn a_template_is_deleted() {
    whatever_happens(&format!("template delete {NAME} --yes"), keeper);
    whatever_happens("template delete TEMPLATE --version 1.2.0 --yes", keeper);
}

#[test]
fn a_user_is_made_once() {
    whatever_happens("paas user add", stranger);
}

#[test]
fn a_user_is_deleted_oneself_too() {
    whatever_happens("paas user delete bob@city.example --yes", host);
    whatever_happens("paas user delete alice@city.example --yes", host);
}

#[test]
fn a_key_is_set_and_replaced() {
    whatever_happens("paas ssh-key set --key-file key.pub", newcomer);
    whatever_happens("paas ssh-key set --key-file other.pub --yes", user);
}

/// Without the program there is nothing to make keys with.
fn has_keygen() -> bool {
    std::process::Command::new("ssh-keygen").arg("-?").output().is_ok()
}

#[test]
fn keys_are_made_once_and_the_private_one_stays_what_it_was() {
    if !has_keygen() {
        return;
    }
    whatever_happens("paas ssh-key generate --key-file new", newcomer);
    whatever_happens("paas ssh-key generate --key-file new --yes", user);
    // Cut short by whatever is worse than a signal, with half of it written.
    let line = "paas ssh-key generate --key-file new";
    let (requests, wanted) = clean(line, newcomer);
    let desk = newcomer();
    desk.killed(&format!("kill@{}:before", requests.len()), line);
    let private = std::fs::read(desk.room.path("new")).unwrap();
    std::fs::remove_file(desk.room.path("new.pub")).unwrap();
    desk.run(&format!("{line} --dry-run")).success().says("would set");
    assert!(!desk.room.path("new.pub").exists(), "a dry run writes nothing");
    right_when_run_again(&desk, line, &wanted, "without its public half");
    assert_eq!(std::fs::read(desk.room.path("new")).unwrap(), private);
    // What it is to do is done, as long as that is the key.
    right_when_run_again(&desk, line, &wanted, "when it had ended well");
    assert_eq!(std::fs::read(desk.room.path("new")).unwrap(), private);
    desk.run(&format!("{line} --kind rsa")).code(2).says("not overwritten");
    desk.ok("paas ssh-key set --key-file other.pub --yes");
    desk.run(line).code(2).says("not overwritten");
}

/// Makes a pair of keys with this comment in a room.
fn made_by_hand(desk: &Desk, name: &str, comment: &str) {
    let path = desk.room.path(name).display().to_string();
    let words = ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", &path];
    assert!(std::process::Command::new("ssh-keygen").args(words).status().unwrap().success());
}

#[test]
fn keys_of_somebody_else_are_none_of_the_line_that_was_cut_short() {
    if !has_keygen() {
        return;
    }
    let line = "paas ssh-key generate --key-file new";
    let (requests, _) = clean(line, newcomer);
    let whole_pair: fn(&Desk) = |desk| {
        std::fs::remove_file(desk.room.path("new")).unwrap();
        std::fs::remove_file(desk.room.path("new.pub")).unwrap();
        made_by_hand(desk, "new", "me@here");
    };
    let other_half: fn(&Desk) = |desk| {
        made_by_hand(desk, "strange", "orchest");
        std::fs::rename(desk.room.path("strange"), desk.room.path("new")).unwrap();
    };
    let no_key: fn(&Desk) = |desk| drop(desk.room.file("new", "of great worth\n"));
    let nothing: fn(&Desk) = |_| {};
    let cases = [
        (whole_pair, line),
        (other_half, line),
        (no_key, line),
        (nothing, "paas ssh-key generate --key-file new --kind rsa"),
    ];
    for (change, line_again) in cases {
        let desk = newcomer();
        desk.killed(&format!("kill@{}:before", requests.len()), line);
        change(&desk);
        let files = || ["new", "new.pub"].map(|name| std::fs::read(desk.room.path(name)).unwrap());
        let theirs = files();
        desk.run(line_again).code(2).says("not overwritten");
        assert!(files() == theirs);
        desk.run("paas ssh-key show").code(3);
    }
}

#[test]
fn a_key_is_taken_away() {
    whatever_happens("paas ssh-key delete --yes", user);
}

#[test]
fn a_schedule_is_made_once() {
    let line = "paas schedule create vm.yaml --files in* --replication rse=A --group physics --yes";
    whatever_happens(line, planner);
}

/// What another line has made for the same data is nobody's to go on with.
#[test]
fn a_schedule_of_another_line_is_not_taken_for_ones_own() {
    let line = "paas schedule create vm.yaml --files in* --replication rse=A --group physics --yes";
    let desk = planner();
    desk.ok(line);
    desk.run(&format!("{line} -o name")).success().says("this very line has made it");
    desk.room.file("inputs.json", "{\"num_vms\": 4}");
    desk.run(&format!("{line} --params inputs.json")).code(6).says("is for the same files already");
    desk.run(&format!("{line} --dry-run")).success().says("exists already");
    assert_eq!(desk.json("paas schedule list").as_array().unwrap().len(), 1);
}

/// A template that was renamed is still the one that a file holds.
#[test]
fn a_renamed_template_is_found_by_its_text() {
    let desk = keeper();
    desk.ok("paas ssh-key set --key-file key.pub");
    let id = desk.json(&format!("template update {NAME} --new-name vms"))["id"].clone();
    assert_eq!(desk.json(ADD)["id"], id);
    desk.run("deployment create vm.yaml --group physics").success().says("stored already, as 'vms'");
    assert_eq!(desk.json("template list").as_array().unwrap().len(), 2);
    desk.run(&format!("template update {NAME} --new-name other")).code(3);
}

/// Only what was noted before it was sent proves that it was this template that had the old name.
#[test]
fn a_template_that_is_called_so_already_is_not_taken_for_a_renamed_one() {
    let desk = keeper();
    desk.run(&format!("template update typo --new-name {NAME}")).code(3).says("no template 'typo'");
    // Two of the new name: each line knows its own.
    let lines = [NAME, "notebook"].map(|name| format!("template update {name} --new-name vms"));
    let ids = lines.each_ref().map(|line| desk.json(line)["id"].clone());
    assert_eq!(lines.each_ref().map(|line| desk.json(line)["id"].clone()), ids);
    desk.ok(&format!("template delete {} --yes", ids[0].as_str().unwrap()));
    desk.run(&lines[0]).code(3);
}

#[test]
fn a_machine_is_stopped() {
    whatever_happens("resource stop vms 0 --wait=60s", operator);
}

#[test]
fn a_machine_is_started() {
    whatever_happens("resource start vms 0 --wait=60s", stopped);
}

#[test]
fn a_machine_is_rebooted() {
    whatever_happens("resource reboot vms 0 --yes --wait=60s", operator);
}

/// Machines take their time: whoever comes back while one is on its way goes on from there.
#[test]
fn a_reboot_that_was_cut_short_goes_on_wherever_the_machine_is() {
    let ready = || {
        let desk = Desk::at_speed(Backend::PaasIndigo, false, Duration::from_secs(2));
        desk.ok("deployment create vm.yaml -p num_vms=1 --group physics --name vms --wait=60s");
        desk
    };
    let line = "resource reboot vms 0 --yes --wait=60s";
    for (number, of) in [(1, "its end"), (2, "its new beginning")] {
        let desk = ready();
        desk.killed(&format!("kill@{number}:after on POST /deployments/*/resources/*/actions"), line);
        std::thread::sleep(Duration::from_secs(1));
        desk.run(line).success().says("rebooted");
        let posts = shapes(&desk.sandbox.requests()).into_iter().filter(|shape| shape.starts_with("POST")).count();
        assert_eq!(posts, 2, "each half once, cut short at {of}");
        assert_eq!(desk.json("resource list vms")[0]["state"], "STARTED");
    }
}
