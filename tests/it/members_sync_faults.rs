//! One roster at all four services, broken and killed, and typed again until it is done: the end is what a clean run leaves,
//! and nobody has two mails.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use orchester::sandbox::{Backend, Fault, Sandbox, SandboxOptions, Seed, Signal};
use rustix::process::{Pid, kill_process};

use crate::support::cli::{Output, Room, finish};

const SERVICES: [Backend; 4] = [Backend::GitHub, Backend::Trello, Backend::Slack, Backend::GDrive];

/// All four services, and somebody who owns everything.
struct Desk {
    sandbox: Sandbox,
    room: Room,
}

impl Desk {
    fn new(crowd: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seed.toml");
        std::fs::write(&path, format!("[members]\ncrowd = {crowd}\n")).unwrap();
        let mut options = SandboxOptions::default();
        options.seed = if crowd > 0 { Seed::read(path.to_str().unwrap()).unwrap() } else { Seed::Demo };
        let sandbox = Sandbox::start(options).unwrap();
        sandbox.set_switch("slack.plan=business").unwrap();
        let room = sandbox.environment().iter().fold(Room::new(), |room, (name, value)| room.env(name, value));
        // Every fault is one that the command has to do with.
        let room = room.env("ORCHEST_RETRIES", "1").env("ORCHEST_SLACK_MODE", "scim").env("ORCHEST_GITHUB_PACE", "0s");
        Self { sandbox, room }
    }

    fn sync(&self, roster: &str, flags: &[&str]) -> Output {
        self.room.file("people.csv", roster);
        self.room.run(&[&LINE, flags].concat())
    }

    /// Everybody and their state and role, by service; and every mail.
    fn held(&self) -> (BTreeSet<String>, BTreeMap<&'static str, Vec<String>>) {
        let rows = self.room.run(&["members", "list", "-c", "all", "-o", "json"]).success().json();
        let line = |row: &serde_json::Value| {
            let text = |key: &str| row[key].as_str().unwrap_or("-").to_owned();
            ["connector", "id", "state", "role"].map(text).join(" ")
        };
        let people = rows.as_array().unwrap().iter().map(line).collect();
        let mails = SERVICES.map(|service| {
            let mut mails = self.sandbox.mails(service);
            mails.sort();
            (service.name(), mails)
        });
        (people, mails.into_iter().collect())
    }

    /// Types a line, and sends it a signal at a request if it has as many.
    fn struck(&self, line: &[&str], fault: &str, signal: rustix::process::Signal) -> Output {
        let (tell, told) = std::sync::mpsc::channel::<Pid>();
        let told = Mutex::new(told);
        let strike = move |_| {
            let pid = told.lock().unwrap().recv_timeout(Duration::from_secs(5)).unwrap();
            kill_process(pid, signal).unwrap();
        };
        self.sandbox.on_signal(&(Arc::new(strike) as Arc<dyn Fn(Signal) + Send + Sync>));
        self.sandbox.reset_count();
        self.sandbox.set_faults(vec![fault.parse().unwrap()]);
        let child = self.room.spawn(line);
        tell.send(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap()).unwrap();
        let output = finish(child, line);
        assert!(self.sandbox.settle(Duration::from_secs(60)));
        self.sandbox.set_faults(Vec::new());
        output
    }

    /// Runs it, and kills it at a request if it has as many.
    fn killed(&self, roster: &str, fault: &str) -> bool {
        self.room.file("people.csv", roster);
        let output = self.struck(&[&LINE[..], &EXTRA].concat(), fault, rustix::process::Signal::KILL);
        assert!(output.signal == Some(9) || output.code == Some(0), "{fault}\n{output}");
        output.signal == Some(9)
    }

    /// Types a line, and asks it to stop at a request.
    fn interrupted(&self, line: &[&str], fault: &str) -> Output {
        self.struck(line, fault, rustix::process::Signal::INT).code(130)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.room.path(name)).unwrap()
    }
}

/// By their ids those of whom a document says this.
fn with_result(output: &Output, result: &str) -> Vec<String> {
    let rows = output.json();
    let of = rows.as_array().unwrap().iter().filter(|row| row["result"] == result);
    of.map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

const LINE: [&str; 7] = ["members", "sync", "--from", "people.csv", "-c", "all", "--yes"];
const EXTRA: [&str; 3] = ["--remove-extra", "--max-removals", "100%"];

/// A line of a roster: the name at all four.
fn person(name: &str) -> String {
    format!("{name},{name},{name},{name}@example.com,{name}@example.com\n")
}

const HEADER: &str = "name,github,trello,slack,g_drive\n";
/// Those who are in places of their own.
const OWNERS: &str = "Ada,ada,ada,ada@example.com,ada@example.com\nOli,oli,oli,oli@example.com,\n";

fn crowd(numbers: impl Iterator<Item = u32>) -> String {
    numbers.map(|number| person(&format!("p{number:04}"))).collect()
}

/// The same numbers in every run.
fn one_in_twenty(number: usize) -> bool {
    (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(20).is_multiple_of(20)
}

fn faults() -> Vec<Fault> {
    let kinds = ["status=503", "cut", "reset", "status=502", "truncate", "status=429,retry-after=0"];
    let fault = |(turn, number): (usize, usize)| {
        let kind = kinds[turn % kinds.len()];
        let side = if kind == "truncate" { "" } else { [":before", ":after"][turn / kinds.len() % 2] };
        format!("{kind}@{number}{side}").parse().unwrap()
    };
    (1..9000).filter(|number| one_in_twenty(*number)).enumerate().map(fault).collect()
}

#[test]
fn five_hundred_people_at_four_services_with_one_request_in_twenty_broken() {
    let rosters = || {
        let earlier = (1..=510).filter(|number| number % 17 != 0);
        let first = format!("{HEADER}{OWNERS}{}{}", person("bea"), crowd(earlier));
        // Thirty come back, ten leave; and three are new, of whom one is at Slack only.
        let new = "Hal,hal,hal,,hal@example.com\nIvy,ivy,ivy,,ivy@example.com\nNew,,,new@example.com,\n";
        (first, format!("{HEADER}{OWNERS}{}{}{new}", person("bea"), crowd(1..=500)))
    };
    let desks = [Desk::new(510), Desk::new(510)];
    let (first, second) = rosters();
    std::thread::scope(|scope| {
        for desk in &desks {
            scope.spawn(|| desk.sync(&first, &["--remove-extra"]).success());
        }
    });
    let [clean, broken] = desks;
    assert_eq!(clean.held().0, broken.held().0);
    clean.sync(&second, &["--remove-extra"]).success();
    let (people, mails) = clean.held();
    assert!(people.contains("github p0500 active member") || people.contains("github p0500 pending member"));
    assert!(people.contains("github p0017 pending member") && people.contains("slack p0017@example.com active member"));

    broken.sandbox.reset_count();
    broken.sandbox.set_faults(faults());
    let mut codes = Vec::new();
    loop {
        let output = broken.sync(&second, &["--remove-extra"]);
        assert!(matches!(output.code, Some(0 | 7)), "{output}");
        codes.push(output.code);
        assert!(codes.len() < 40, "it does not come to its end: {codes:?}\n{output}");
        if output.code == Some(0) {
            break;
        }
    }
    broken.sandbox.set_faults(Vec::new());
    assert!(codes.len() > 1, "nothing failed");
    assert_eq!(broken.held(), (people.clone(), mails.clone()), "{codes:?}");
    for (service, mails) in &mails {
        assert_eq!(mails.iter().collect::<BTreeSet<_>>().len(), mails.len(), "{service}");
    }
    // Half of the roster is lost.
    let half = format!("{HEADER}{OWNERS}{}", crowd(1..=250));
    broken.sync(&half, &["--remove-extra"]).code(6).says("--max-removals 25%");
    assert_eq!(broken.held(), (people, mails));
}

/// People of every state, for every kind of change.
const KILLED: &str = "name,github,trello,slack,g_drive\n\
    Ada,ada,ada,ada@example.com,ada@example.com\nOli,oli,oli,oli@example.com,\nBea,bea,,bea@example.com,bea@example.com\n\
    Bob,bob,,bob@example.com,\nDan,dan,,,\nHal,hal,hal,,hal@example.com\nCy,,,cy@example.com,\nNew,,,new@example.com,\n\
    Max,max,max,,\nIvy,,ivy,,\n";

#[test]
fn killed_anywhere_and_typed_again_it_ends_the_same() {
    let clean = Desk::new(0);
    clean.sandbox.take_record();
    clean.sync(KILLED, &EXTRA).success();
    let requests = clean.sandbox.take_record().requests.len();
    let wanted = clean.held();
    assert!(requests > 50, "{requests}");
    let cases: Vec<String> = (1..=requests)
        .map(|number| format!("kill@{number}:{}", if number % 2 == 0 { "before" } else { "after" }))
        .collect();
    let left = Mutex::new(cases);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let Some(fault) = left.lock().unwrap().pop() else { return };
                    let desk = Desk::new(0);
                    desk.killed(KILLED, &fault);
                    desk.sync(KILLED, &EXTRA).success();
                    assert_eq!(desk.held(), wanted, "{fault}");
                    desk.sync(KILLED, &EXTRA).success().says("nothing to change");
                }
            });
        }
    });
}

const NEWCOMERS: [&str; 6] = ["hal", "ivy", "max", "octocat", "fay", "zoe"];

/// All of them have been invited, and nobody twice.
fn all_are_invited(desk: &Desk) {
    let mut mails = desk.sandbox.mails(Backend::GitHub);
    mails.sort();
    let mut wanted = NEWCOMERS.map(|login| format!("{login}@example.com")).to_vec();
    wanted.sort();
    assert_eq!(mails, wanted);
}

#[test]
fn whoever_was_not_reached_when_a_bulk_was_stopped_is_among_those_who_failed() {
    for (pace, jobs, fault) in [
        ("0s", "1", "int@2:before on PUT /orgs/acme/memberships/*"),
        // Several are under way, and would wait for their turn longer than they have.
        ("60s", "4", "int@1:after on PUT /orgs/acme/memberships/*"),
    ] {
        let Desk { sandbox, room } = Desk::new(0);
        let desk = Desk { sandbox, room: room.env("ORCHEST_GITHUB_PACE", pace) };
        desk.room.file("people.txt", &NEWCOMERS.map(|login| format!("{login}\n")).concat());
        desk.room.file("failed.txt", "somebody-of-yesterday\n");
        let line = ["members", "add", "--from", "people.txt", "-c", "github", "--failed-to", "failed.txt"];
        let output = desk.interrupted(&[&line[..], &["--jobs", jobs, "-o", "json"]].concat(), fault);
        let output = output.says("stopped after").says("what failed or was not done is in failed.txt");
        let failed = desk.read("failed.txt");
        let left: Vec<&str> = failed.lines().collect();
        assert!(left.contains(&"zoe") && left.iter().all(|login| NEWCOMERS.contains(login)), "{left:?}\n{output}");
        // The others are shown, with what came of them.
        let done: Vec<&str> = NEWCOMERS.into_iter().filter(|login| !left.contains(login)).collect();
        assert!(!done.is_empty(), "{left:?}\n{output}");
        assert_eq!(with_result(&output, "invited"), done, "{output}");
        // Whoever was under way may be in or not.
        let unknown = with_result(&output, "unknown");
        assert!(unknown.iter().all(|login| left.contains(&login.as_str())), "{left:?}\n{output}");
        let desk = Desk { room: desk.room.env("ORCHEST_GITHUB_PACE", "0s"), ..desk };
        desk.room.run(&["members", "add", "--from", "failed.txt", "-c", "github"]).success();
        all_are_invited(&desk);
    }
}

#[test]
fn whoever_was_not_reached_when_a_sync_was_stopped_is_among_those_who_failed() {
    for (pace, fault) in
        [("0s", "int@2:before on PUT /orgs/acme/memberships/*"), ("60s", "int@1:after on PUT /orgs/acme/memberships/*")]
    {
        let Desk { sandbox, room } = Desk::new(0);
        let desk = Desk { sandbox, room: room.env("ORCHEST_GITHUB_PACE", pace) };
        let rows = NEWCOMERS.map(|login| format!("{login},{login}\n")).concat();
        desk.room.file("people.csv", &format!("name,github\n{rows}"));
        desk.room.file("failed.csv", "somebody,of-yesterday\n");
        let sync = |from| ["members", "sync", "--from", from, "-c", "github", "--yes", "--failed-to", "failed.csv"];
        let output = desk.interrupted(&[&sync("people.csv")[..], &["-o", "json"]].concat(), fault);
        let output = output.says("stopped after").says("what failed or was not done is in failed.csv");
        let failed = desk.read("failed.csv");
        assert!(failed.starts_with("name,github,failed\n") && failed.contains("zoe,zoe,"), "{failed}\n{output}");
        let done = with_result(&output, "invited");
        assert!(done.contains(&"hal".to_owned()) && !failed.contains("hal,"), "{failed}\n{output}");
        assert_eq!(done.len() + failed.lines().count() - 1, NEWCOMERS.len(), "{failed}\n{output}");
        // There is one at a time, so all others are known not to be done.
        let unknown = with_result(&output, "unknown");
        assert_eq!(unknown.len(), failed.matches("it was begun").count(), "{failed}\n{output}");
        let not_done = with_result(&output, "not done").len();
        assert!(unknown.len() <= 1 && done.len() + unknown.len() + not_done == NEWCOMERS.len(), "{output}");
        std::fs::rename(desk.room.path("failed.csv"), desk.room.path("again.csv")).unwrap();
        let desk = Desk { room: desk.room.env("ORCHEST_GITHUB_PACE", "0s"), ..desk };
        desk.room.run(&sync("again.csv")).success();
        all_are_invited(&desk);
    }
}

/// The team comes after the invitation: whoever was stopped between the two has it by the same line.
#[test]
fn killed_between_an_invitation_and_its_team_and_typed_again_somebody_is_in_both() {
    let line = ["members", "add", "hal", "-c", "github", "--role", "admin", "--team", "crew", "-o", "json"];
    for (fault, results) in [
        ("kill@1:after on PUT /orgs/acme/memberships/hal", ["changed", "already so"]),
        ("kill@1:before on PUT /orgs/acme/teams/*", ["changed", "already so"]),
        ("kill@1:after on PUT /orgs/acme/teams/*", ["already so", "already so"]),
    ] {
        let desk = Desk::new(0);
        let killed = desk.struck(&line, fault, rustix::process::Signal::KILL);
        assert_eq!(killed.signal, Some(9), "{fault}\n{killed}");
        for result in results {
            let row = desk.room.run(&line).success().json()[0].clone();
            assert_eq!([&row["result"], &row["state"], &row["role"]], [result, "pending", "admin"], "{fault}");
        }
    }
}
