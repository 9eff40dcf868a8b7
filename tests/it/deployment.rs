//! `orchest deployment` against the emulated orchestrators of both dialects: made once whatever happens, watched, deleted.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use orchester::sandbox::{Backend, Request, Sandbox, SandboxOptions, Seed, Signal};
use rustix::process::{Pid, kill_process};
use serde_json::Value;

use crate::support::cli::{Output, Room, finish};
use crate::support::witness::Witness;

const TEMPLATE: &str = include_str!("../../src/sandbox/paas/demo/machines.yaml");
const CREATE: &str = "deployment create vm.yaml -p num_vms=4 --group physics";

/// Somebody with a template, before one of the two.
pub(crate) struct Desk {
    pub(crate) sandbox: Sandbox,
    pub(crate) room: Room,
    backend: Backend,
}

impl Desk {
    pub(crate) fn indigo() -> Self {
        Self::new(Backend::PaasIndigo, false)
    }

    pub(crate) fn v1() -> Self {
        let desk = Self::new(Backend::PaasV1, false);
        desk.ok("paas user add");
        desk.ok("paas ssh-key set --key-file key.pub");
        desk
    }

    /// Somebody new to the newer dialect, and who sees every request.
    pub(crate) fn witnessed() -> (Self, Witness) {
        let mut desk = Self::new(Backend::PaasV1, false);
        let witness = Witness::before(&desk.url());
        desk.room = desk.room.env("ORCHEST_PAAS", witness.url());
        (desk, witness)
    }

    pub(crate) fn url(&self) -> String {
        self.sandbox.url(self.backend)
    }

    pub(crate) fn new(backend: Backend, strict: bool) -> Self {
        Self::at_speed(backend, strict, Duration::from_millis(1))
    }

    /// Where every step of a deployment or a machine takes this long.
    pub(crate) fn at_speed(backend: Backend, strict: bool, speed: Duration) -> Self {
        let mut options = SandboxOptions::default();
        (options.seed, options.strict, options.paas_speed) = (Seed::Empty, strict, speed);
        let sandbox = Sandbox::start(options).unwrap();
        let scopes = ["openid", "profile", "email", "offline_access"];
        let token = sandbox.paas_token("alice", &["physics", "chemistry"], &scopes, Duration::from_secs(3600), false);
        let room = Room::new().env("ORCHEST_PAAS", &sandbox.url(backend)).env("ORCHEST_PAAS_TOKEN", &token);
        room.file("vm.yaml", TEMPLATE);
        room.file(
            "key.pub",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGnOXRzJ5lqVx2RYxEdB5mzYBmC5LOA3XG0sXl3nG7hV alice\n",
        );
        Self { sandbox, room: room.env("ORCHEST_RETRIES", "2"), backend }
    }

    pub(crate) fn run(&self, line: &str) -> Output {
        self.room.run(&line.split(' ').collect::<Vec<_>>())
    }

    #[track_caller]
    pub(crate) fn ok(&self, line: &str) -> String {
        self.run(line).success().stdout
    }

    #[track_caller]
    pub(crate) fn json(&self, line: &str) -> Value {
        self.run(&format!("{line} -o json")).success().json()
    }

    /// The ids that there are.
    fn ids(&self) -> Vec<String> {
        self.ok("deployment list -o name").lines().map(str::to_owned).collect()
    }

    pub(crate) fn with_fault(&self, fault: &str, line: &str) -> (Output, Vec<Request>) {
        self.sandbox.take_record();
        self.sandbox.reset_count();
        self.sandbox.set_faults(vec![fault.parse().unwrap()]);
        let output = self.run(line);
        self.sandbox.set_faults(Vec::new());
        (output, self.sandbox.take_record().requests)
    }

    pub(crate) fn killed(&self, fault: &str, line: &str) {
        assert!(self.struck(fault, line), "{line} was not killed by {fault}");
    }

    /// Kills a line at one of its requests; `false`: it came to its end before that, as one that waits may.
    pub(crate) fn struck(&self, fault: &str, line: &str) -> bool {
        let (tell, told) = std::sync::mpsc::channel::<Pid>();
        let told = Mutex::new(told);
        self.sandbox.on_signal(
            &(Arc::new(move |_| {
                let pid = told.lock().unwrap().recv_timeout(Duration::from_secs(5)).unwrap();
                kill_process(pid, rustix::process::Signal::KILL).unwrap();
            }) as Arc<dyn Fn(Signal) + Send + Sync>),
        );
        self.sandbox.reset_count();
        self.sandbox.set_faults(vec![fault.parse().unwrap()]);
        let words: Vec<&str> = line.split(' ').collect();
        let child = self.room.spawn(&words);
        tell.send(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap()).unwrap();
        let output = finish(child, &words);
        assert!(output.signal == Some(9) || output.code == Some(0), "{fault}\n{output}");
        assert!(self.sandbox.settle(Duration::from_secs(60)));
        self.sandbox.set_faults(Vec::new());
        output.signal == Some(9)
    }
}

pub(crate) fn shapes(requests: &[Request]) -> Vec<String> {
    let path = |request: &Request| request.path.split('?').next().unwrap_or_default().to_owned();
    requests.iter().map(|request| format!("{} {}", request.method, path(request))).collect()
}

#[test]
fn a_dry_run_finds_a_stored_template_by_its_content_as_the_real_run_does() {
    let desk = Desk::v1();
    let create = "deployment create vm.yaml --group physics --dry-run";
    desk.run(create).success().says("would store template virtual-machines");
    desk.ok("template add vm.yaml");
    desk.ok("template update virtual-machines --new-name machines");
    let dry = desk.run(create).success().says("is stored already, as 'machines'").says("would deploy");
    assert!(!dry.stderr.contains("would store"), "{dry}");
    let real = desk.run("deployment create vm.yaml --group physics").success().says("is stored already, as 'machines'");
    assert!(!real.stderr.contains("stored template"), "{real}");
}

#[test]
fn a_deployment_lives_from_its_template_to_its_end() {
    let desk = Desk::indigo();
    let made = desk.run(&format!("{CREATE} --name vms --wait=60s --follow -o json")).success();
    let row = made.json();
    assert_eq!((row["status"].as_str(), row["name"].as_str()), (Some("CREATE_COMPLETE"), Some("vms")), "{made}");
    let id = row["id"].as_str().unwrap();
    assert_eq!(desk.ids(), [id]);
    assert_eq!(desk.ok("deployment template vms"), TEMPLATE);
    // What opens machines is not shown unless asked for.
    let hidden = desk.json("deployment outputs last");
    assert_eq!(hidden["ssh_private_key"], "***");
    for line in [
        "deployment show vms -o json",
        "deployment show vms -o yaml",
        "deployment list -o jsonl",
        "deployment info vms -o json",
    ] {
        assert!(!desk.ok(line).contains("PRIVATE KEY"), "{line}");
    }
    assert!(desk.ok("deployment outputs vms --reveal -o json").contains("PRIVATE KEY"));
    assert!(desk.ok("deployment log vms").contains("VM 0"));
    let updated = desk.json("deployment update vms -p num_vms=2 --wait=60s");
    assert_eq!(updated["status"], "UPDATE_COMPLETE");
    desk.run("deployment delete vms --yes --wait=60s").success();
    assert_eq!(desk.ids(), [""; 0]);
    // The same line again.
    desk.run("deployment delete vms --yes").success().says("nothing to delete");
    desk.run("deployment delete vms --yes --fail-if-missing").code(3);
}

#[test]
fn the_same_line_makes_no_second_one_under_a_name() {
    let desk = Desk::indigo();
    let line = format!("{CREATE} --name vms");
    let first = desk.json(&line)["id"].clone();
    assert_eq!(desk.json(&line)["id"], first);
    desk.run("deployment create vm.yaml -p num_vms=2 --group physics --name vms").code(6).says("deployment update vms");
    assert_eq!(desk.ids().len(), 1);
    // Without a name two are wanted.
    desk.ok(CREATE);
    assert_eq!(desk.ids().len(), 2);
}

#[test]
fn killed_at_any_request_and_run_again_there_is_one() {
    let clean = Desk::indigo();
    clean.sandbox.take_record();
    clean.ok(CREATE);
    let count = clean.sandbox.take_record().requests.len();
    assert!(count >= 3, "{count}");
    for number in 1..=count {
        for moment in ["before", "after"] {
            let desk = Desk::indigo();
            desk.killed(&format!("kill@{number}:{moment}"), CREATE);
            desk.run(CREATE).success();
            assert_eq!(desk.ids().len(), 1, "killed {moment} request {number} of {count}");
        }
    }
}

#[test]
fn an_answer_that_is_lost_is_looked_for() {
    for fault in [
        "cut@1:after on POST /deployments",
        "reset@1:before on POST /deployments",
        "status=502@1:after on POST /deployments",
    ] {
        let desk = Desk::indigo();
        let (output, mut requests) = desk.with_fault(fault, CREATE);
        // Where nothing is found nobody knows what is still to come; the next run looks first.
        if output.code == Some(75) {
            desk.sandbox.take_record();
            desk.run(CREATE).success();
            requests.extend(desk.sandbox.take_record().requests);
        } else {
            output.success();
        }
        assert_eq!(desk.ids().len(), 1, "{fault}: {:?}", shapes(&requests));
        // Never twice without a look between.
        let posts: Vec<usize> = shapes(&requests)
            .iter()
            .enumerate()
            .filter(|(_, shape)| shape.starts_with("POST"))
            .map(|(at, _)| at)
            .collect();
        for pair in posts.windows(2) {
            assert!(
                shapes(&requests)[pair[0]..pair[1]].iter().any(|shape| shape == "GET /deployments"),
                "{requests:?}"
            );
        }
    }
}

#[test]
fn what_is_wrong_is_said_before_anything_is_asked() {
    let desk = Desk::indigo();
    desk.room.file("list.yaml", "- a\n");
    desk.room.file("latin.yaml", "a: 1\n");
    desk.sandbox.take_record();
    for (line, word) in [
        ("deployment create vm.yaml -p num_vms=3", "one of 1, 2, 4"),
        ("deployment create vm.yaml -p nodes=3", "no input nodes"),
        ("deployment create vm.yaml -p num_vms:=x", "no JSON"),
        ("deployment create vm.yaml -p flavour", "NAME=VALUE"),
        ("deployment create list.yaml", "mapping"),
        ("deployment create nowhere.yaml", "there is no file"),
        ("template inputs ./nowhere", "there is no file"),
        ("deployment create vm.yaml --wait=soon", "no time to wait"),
        ("deployment create vm.yaml --name last", "no name"),
        ("deployment create vm.yaml --callback ftp://x", "no http"),
        ("deployment create vm.yaml --timeout-all 5 --timeout-provider 6", "longer"),
        ("deployment list --status CREATED", "no state"),
        ("deployment list --after yesterday", "no moment"),
        ("deployment list --created-by alice", "SUBJECT@ISSUER"),
        ("deployment delete 11ed9f7e-0000-4000-8000-000000000001", "--yes"),
        ("deployment update 11ed9f7e-0000-4000-8000-000000000001", "nothing to change"),
    ] {
        desk.run(line).code(2).says(word);
    }
    assert_eq!(shapes(&desk.sandbox.take_record().requests), [""; 0]);
}

#[test]
fn what_belongs_to_somebody_else_is_touched_by_whoever_says_whose_it_is() {
    let desk = Desk::indigo();
    let id = desk.json(CREATE)["id"].as_str().unwrap().to_owned();
    let scopes = ["openid", "profile", "email", "offline_access"];
    let bob = desk.sandbox.paas_token("bob", &["physics"], &scopes, Duration::from_secs(3600), true);
    let room = Room::new().env("ORCHEST_PAAS", &desk.sandbox.url(desk.backend)).env("ORCHEST_PAAS_TOKEN", &bob);
    let output = room.run(&["deployment", "delete", &id, "--yes"]).code(6).says("alice@").says("--owned-by");
    assert!(!output.stdout.contains("deleted"), "{output}");
    assert_eq!(desk.ids(), [id.as_str()]);
    // The server has its own opinion, once the owner is named.
    let owner = desk.json(&format!("deployment show {id}"))["created_by"].as_str().unwrap().to_owned();
    let named = room.run(&["deployment", "delete", &id, "--yes", "--owned-by", &owner]);
    assert!(!named.stderr.contains("--owned-by"), "{named}");
    named.code(5);
    assert_eq!(desk.ids(), [id.as_str()]);
}

/// A yes that is missing where nobody can be asked is missed before the first request.
#[test]
fn a_reset_without_a_terminal_wants_its_yes_before_anything_is_sent() {
    let desk = Desk::indigo();
    desk.ok("deployment create vm.yaml -p sandbox_outcome=delete-stall --group physics --name stuck --wait=60s");
    desk.ok("deployment delete stuck --yes");
    desk.sandbox.take_record();
    let refused = desk.run("deployment reset stuck").code(2).says("give up on the deletion of deployment stuck");
    refused.says("line with --yes");
    assert!(desk.sandbox.take_record().requests.is_empty());
    desk.run("deployment reset stuck --dry-run").success().says("would reset deployment stuck");
    desk.run("deployment reset stuck --yes").success().says("DELETE_FAILED");
}

#[test]
fn a_wait_ends_with_a_code_of_its_own() {
    let desk = Desk::indigo();
    desk.room.file("bad.yaml", TEMPLATE);
    desk.run("deployment create bad.yaml -p sandbox_outcome=fail --group physics --name bad --wait=60s")
        .code(1)
        .says("CREATE_FAILED");
    desk.run("deployment create bad.yaml -p sandbox_outcome=stall --group physics --name slow").success();
    desk.run("deployment wait slow --limit 1s").code(8).says("orchest deployment wait slow");
    desk.run("deployment wait 11ed9f7e-0000-4000-8000-000000000001").code(3).says("does not exist");
}

#[test]
fn the_newer_dialect_stores_the_template_first_and_says_what_it_cannot_do() {
    let desk = Desk::v1();
    let row = desk.json(&format!("{CREATE} --name vms"));
    assert_eq!(row["status"], "CREATE_IN_PROGRESS");
    assert_eq!(desk.json("deployment list --mine --limit 10").as_array().unwrap().len(), 1);
    assert_eq!(desk.json(&format!("{CREATE} --name vms"))["id"], row["id"]);
    desk.sandbox.take_record();
    for (line, word) in [
        ("deployment reset vms", "database"),
        ("deployment update vms vm.yaml", "deployment create"),
        ("deployment log vms", "im.url"),
        ("deployment info vms", "resource list"),
        ("deployment owner add vms bob", "other user"),
        ("deployment create vm.yaml --group physics --callback https://me/", "deployment wait"),
    ] {
        let output = desk.run(&format!("{line} -o json")).code(1).says(word);
        assert!(output.stderr.contains("unsupported"), "{output}");
    }
    let asked = shapes(&desk.sandbox.take_record().requests);
    assert!(asked.iter().all(|shape| shape.starts_with("GET ") && shape.ends_with("openapi.json")), "{asked:?}");
    desk.run("deployment update vms --group chemistry").success().prints("chemistry");
    desk.run("deployment delete vms --yes").code(1).says("cannot delete deployments");
    desk.run("deployment wait vms --limit 1s").code(8).says("not known to report progress");
}

#[test]
fn what_the_newer_dialect_would_refuse_or_fail_over_is_refused_before_anything_is_asked() {
    let desk = Desk::v1();
    desk.room.file("dated.yaml", &TEMPLATE.replace("default: small", "default: 2024-01-01"));
    desk.sandbox.take_record();
    desk.run("deployment create vm.yaml").code(2).says("--group NAME");
    desk.run("deployment create dated.yaml --group physics").code(2).says("2024-01-01 is a date");
    desk.run("template add dated.yaml").code(2).says("2024-01-01 is a date");
    desk.run("deployment list --created-by s@https://iam/").code(2).says("orchest paas user list");
    assert_eq!(shapes(&desk.sandbox.take_record().requests), [""; 0]);
}

#[test]
fn a_row_that_nobody_works_on_is_told_and_not_made_twice() {
    let desk = Desk::v1();
    desk.sandbox.set_switch("broker=down").unwrap();
    for _ in 0..2 {
        desk.run(&format!("{CREATE} --name vms")).code(1).says("nobody works on it");
    }
    assert_eq!(desk.ids().len(), 1);
}

/// Two troubles in a row: the answer is lost, and so is the look.
#[test]
fn a_lost_look_does_not_make_a_lost_answer_forgotten() {
    let desk = Desk::indigo();
    desk.ok("deployment list");
    desk.sandbox.reset_count();
    let faults = ["cut@1:after on POST /deployments", "reset@1! on GET /deployments"];
    desk.sandbox.set_faults(faults.iter().map(|fault| fault.parse().unwrap()).collect());
    desk.run(CREATE).code(75);
    desk.sandbox.set_faults(Vec::new());
    desk.run(CREATE).success();
    assert_eq!(desk.ids().len(), 1);
}

/// A server that works on it for longer than the answer is waited for: the next run waits for as long as it may be at it.
#[test]
fn an_answer_that_was_given_up_is_waited_for_by_the_next_run() {
    let mut desk = Desk::indigo();
    desk.room = desk.room.env("ORCHEST_TIMEOUT", "10s");
    desk.ok("deployment list");
    desk.sandbox.reset_count();
    desk.sandbox.set_faults(vec!["delay=22s@1:before on POST /deployments".parse().unwrap()]);
    desk.run(CREATE).code(75);
    desk.sandbox.take_record();
    desk.run(CREATE).success().says("heard no answer; looking for up to").says("going on with it");
    let requests = desk.sandbox.take_record().requests;
    assert!(!shapes(&requests).iter().any(|shape| shape.starts_with("POST")), "{:?}", shapes(&requests));
    assert_eq!(desk.ids().len(), 1);
}

/// Nobody can say what it was about, so nothing is made that may be there already.
#[test]
fn a_note_that_nobody_can_read_stops_whoever_would_deploy_twice() {
    for (folder, line) in [
        ("deployments", CREATE),
        ("schedules", "paas schedule create vm.yaml --files in* --replication rse=A --group physics --yes"),
    ] {
        let desk = Desk::indigo();
        desk.ok(line);
        let kept = |path: &PathBuf| path.display().to_string().contains(&format!("/orchest/{folder}/"));
        let note = desk.room.files().into_iter().find(kept).unwrap();
        std::fs::write(&note, "{\"version\":1,\"entry\":{\"endp").unwrap();
        desk.sandbox.take_record();
        desk.run(line).code(6).says("is damaged").says("rm ");
        let requests = shapes(&desk.sandbox.take_record().requests);
        assert!(!requests.iter().any(|shape| shape.starts_with("POST")), "{requests:?}");
        std::fs::remove_file(note).unwrap();
        // Of a schedule the list tells, too.
        let code = if folder == "schedules" { 6 } else { 0 };
        desk.run(line).code(code);
    }
}

#[test]
fn a_dry_run_over_a_line_that_was_cut_short_changes_nothing() {
    let desk = Desk::indigo();
    desk.killed("kill@4:before", CREATE);
    desk.run(&format!("{CREATE} --dry-run")).success().says("going on with");
    desk.ok(CREATE);
    assert_eq!(desk.ids().len(), 1);
}

#[test]
fn a_name_whose_deployment_is_going_or_gone_wrong_is_not_taken_for_done() {
    let desk = Desk::indigo();
    desk.run("deployment create vm.yaml -p sandbox_outcome=fail --group physics --name bad --wait=60s").code(1);
    desk.run("deployment create vm.yaml -p sandbox_outcome=fail --group physics --name bad")
        .code(6)
        .says("CREATE_FAILED");
    let line = "deployment create vm.yaml -p sandbox_outcome=delete-stall --group physics --name stuck";
    desk.run(&format!("{line} --wait=60s")).success();
    desk.run("deployment delete stuck --yes").success();
    desk.run(line).code(75).says("is being deleted");
    desk.run("deployment list --template 11ed9f7e-0000-4000-8000-000000000001")
        .code(1)
        .says("templates are files there");
}

#[test]
fn an_update_and_a_deletion_killed_at_any_request_are_right_when_run_again() {
    let lines = ["deployment update vms -p num_vms=2 --wait=60s", "deployment delete vms --yes --wait=60s"];
    for line in lines {
        let ready = || {
            let desk = Desk::indigo();
            desk.ok(&format!("{CREATE} --name vms --wait=60s"));
            desk
        };
        let clean = ready();
        clean.sandbox.take_record();
        clean.ok(line);
        // Whoever waits looks as often as it takes.
        let count = clean.sandbox.take_record().requests.len().min(5);
        assert!(count >= 3, "{count}");
        for number in 1..=count {
            for moment in ["before", "after"] {
                let desk = ready();
                let struck = desk.struck(&format!("kill@{number}:{moment}"), line);
                assert!(struck || number > 3, "{line}: request {number}");
                desk.run(line).success();
                let left = desk.ids().len();
                assert_eq!(left, usize::from(line.contains("update")), "{line}, killed {moment} request {number}");
            }
        }
    }
}
