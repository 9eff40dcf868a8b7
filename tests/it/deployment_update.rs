//! Whose an update in progress is. A server says only that there is one; what was sent from here is noted here.

use std::time::Duration;

use orchester::sandbox::Backend;

use crate::deployment::{Desk, shapes};
use crate::paas_killed::for_each;
use crate::support::cli::Room;

/// Long enough for a line or two while it is in progress, on a busy machine too.
const SPEED: Duration = Duration::from_secs(6);

/// Before a server that takes its time, with a deployment that is done; and its id.
fn ready() -> (Desk, String) {
    let desk = Desk::at_speed(Backend::PaasIndigo, false, SPEED);
    let made = desk.json("deployment create vm.yaml -p num_vms=1 --group physics --name vms --wait=60s");
    (desk, made["id"].as_str().unwrap().to_owned())
}

/// The same person at another machine.
fn elsewhere(desk: &Desk) -> Room {
    let scopes = ["openid", "profile", "email", "offline_access"];
    let token = desk.sandbox.paas_token("alice", &["physics"], &scopes, Duration::from_secs(3600), false);
    let room = Room::new().env("ORCHEST_PAAS", &desk.url()).env("ORCHEST_PAAS_TOKEN", &token);
    room.env("ORCHEST_RETRIES", "2")
}

fn update(room: &Room, word: &str, machines: usize) -> crate::support::cli::Output {
    room.run(&["deployment", "update", word, "-p", &format!("num_vms={machines}")])
}

/// How an update comes to its end, in words and lines.
type End = (&'static str, fn(&Desk, &str));

/// How many updates were sent since the record was taken last.
fn sent(desk: &Desk) -> usize {
    shapes(&desk.sandbox.take_record().requests).iter().filter(|shape| shape.starts_with("PUT ")).count()
}

/// Somebody else's update, begun when ours has ended, is not waited for as if it were ours.
#[track_caller]
fn is_refused_while_another_goes_on(desk: &Desk, id: &str, how: &str) {
    update(&elsewhere(desk), id, 4).success();
    desk.sandbox.take_record();
    let output = update(&desk.room, "vms", 2);
    assert_eq!(output.code, Some(6), "{how}\n{output}");
    assert!(output.stderr.contains("UPDATE_IN_PROGRESS"), "{how}\n{output}");
    assert_eq!(sent(desk), 0, "{how}");
}

#[test]
fn an_update_that_was_seen_to_end_is_not_taken_for_that_of_somebody_else() {
    let ours = "deployment update vms -p num_vms=2";
    let ends: [End; 4] = [
        ("waited for", |desk, line| drop(desk.ok(&format!("{line} --wait=60s")))),
        ("waited for by another line", |desk, line| {
            desk.ok(line);
            desk.ok("deployment wait vms");
        }),
        ("refused", |desk, line| {
            let (output, _) = desk.with_fault("status=400@1:before on PUT /deployments/*", line);
            assert!(output.code != Some(0), "{output}");
        }),
        ("found to have ended by a line that could not go on", |desk, line| {
            desk.ok(line);
            std::thread::sleep(SPEED + Duration::from_millis(500));
            let other = "deployment update vms -p num_vms=1";
            desk.with_fault("status=400@1:before on PUT /deployments/*", other);
        }),
    ];
    for_each(ends.to_vec(), |(how, end)| {
        let (desk, id) = ready();
        end(&desk, ours);
        is_refused_while_another_goes_on(&desk, &id, how);
        desk.ok("deployment wait vms");
        desk.sandbox.take_record();
        update(&desk.room, "vms", 2).success();
        assert_eq!(sent(&desk), 1, "{how}");
    });
}

#[test]
fn the_same_line_goes_on_with_its_update_wherever_the_deployment_was_made() {
    let (desk, id) = ready();
    let other = elsewhere(&desk);
    other.ok(&["deployment", "list"]);
    desk.sandbox.take_record();
    for _ in 0..2 {
        update(&other, &id, 2).success().says("is being updated");
    }
    assert_eq!(sent(&desk), 1);
    update(&other, &id, 4).code(6);
    // What is noted of an update names nothing.
    other.run(&["deployment", "show", "last"]).code(3);
    other.run(&["deployment", "wait", &id]).success();
    update(&other, &id, 2).success();
    assert_eq!(sent(&desk), 1, "once more, since the first has ended");
}

#[test]
fn an_update_of_what_was_made_elsewhere_is_sent_once_wherever_it_is_killed() {
    let at_another_machine = || {
        let (mut desk, id) = ready();
        desk.room = elsewhere(&desk);
        desk.ok("deployment list");
        (desk, format!("deployment update {id} -p num_vms=2"))
    };
    let (clean, line) = at_another_machine();
    clean.sandbox.take_record();
    clean.ok(&line);
    let requests = shapes(&clean.sandbox.take_record().requests);
    assert!(requests.len() >= 3 && requests.last().unwrap().starts_with("PUT "), "{requests:?}");
    let cases = (1..=requests.len()).flat_map(|number| ["before", "after"].map(|moment| (number, moment)));
    for_each(cases.collect(), |(number, moment)| {
        let (desk, line) = at_another_machine();
        let what = format!("killed {moment} request {number} of {requests:?}");
        desk.killed(&format!("kill@{number}:{moment}"), &line);
        desk.sandbox.take_record();
        let again = desk.run(&line);
        assert_eq!(again.code, Some(0), "{what}\n{again}");
        let has_arrived = number == requests.len() && moment == "after";
        assert_eq!(sent(&desk), usize::from(!has_arrived), "{what}");
        let id = line.split(' ').nth(2).unwrap();
        assert_eq!(desk.json(&format!("deployment show {id}"))["status"], "UPDATE_IN_PROGRESS", "{what}");
    });
}
