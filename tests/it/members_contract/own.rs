//! What one service alone has: GitHub's scopes and lists with gaps, Trello's conflicts.

use orchester::sandbox::Backend;
use serde_json::Value;

use super::{Desk, SERVICES, Service};

fn service(name: &str) -> &'static Service {
    SERVICES.iter().find(|service| service.name == name).unwrap()
}

/// GitHub answers 404 where a token lacks a scope, whoever it belongs to.
#[test]
fn an_owner_whose_token_may_only_read_changes_nothing_and_is_told_so() {
    let (desk, service) = (Desk::new(), service("github"));
    let weak = desk.sandbox.members_token(service.kind, service.owner, &["read:org"], None);
    let desk = desk.with(service.variable, &weak);
    let before = desk.sandbox.state();
    assert_eq!(desk.state(service, service.absent), "absent");
    let new = "new@example.com";
    for line in [
        &["add", service.absent][..],
        &["add", new],
        &["check", new],
        &["rm", service.active, "--yes"],
        &["rm", "dan", "--yes"],
    ] {
        let output = desk.run(service, line).code(5).says("admin:org");
        assert!(!output.stdout.contains("removed"), "{output}");
    }
    let short = desk.room.run(&["-c", service.name, "rm", service.active]).code(5);
    assert_eq!(short.stdout, "");
    assert_eq!(desk.sandbox.state(), before);
}

#[test]
fn two_spellings_of_one_person_are_one_after_the_other() {
    let (desk, service) = (Desk::new(), service("github"));
    let results = |line: &[&str]| -> Vec<Value> {
        let rows = desk.run(service, line).success().json();
        rows.as_array().unwrap().iter().map(|row| row["result"].clone()).collect()
    };
    assert_eq!(results(&["add", "hal", "HAL", "Hal"]), ["invited", "already so", "already so"]);
    assert_eq!(desk.sandbox.mails(service.backend), ["hal@example.com"]);
    let removed = results(&["rm", "HAL", "hal", "bea", "Bea", "--yes"]);
    assert_eq!(removed.iter().filter(|one| *one == "already so").count(), 2);
}

#[test]
fn a_list_of_which_github_hides_a_part_is_no_list() {
    let (mut desk, service) = (Desk::new(), service("github"));
    let (part, server) =
        ("those who are invited are not listed: this login", "those who are invited are not listed: this server");
    for (who, scopes, release, code, says) in [
        ("hal", service.scopes, "off", 5, "hidden from this login"),
        (service.owner, &["read:org"], "off", 0, part),
        (service.owner, service.scopes, "off", 0, ""),
        // A server without such a list wants no scope for it.
        (service.owner, &["read:org"], "3.19.0", 0, server),
        (service.owner, service.scopes, "3.19.0", 0, server),
    ] {
        desk.switch(&[&format!("github.ghes={release}")]);
        let url = desk.sandbox.url(Backend::GitHub) + if release == "off" { "" } else { "/api/v3" };
        let token = desk.sandbox.members_token(service.kind, who, scopes, None);
        desk = desk.with(service.variable, &token).with("ORCHEST_GITHUB", &url);
        let output = desk.run(service, &["list"]).code(code).says(says);
        assert_eq!(output.stdout.is_empty(), code != 0, "{output}");
        for gap in [part, server] {
            assert_eq!(output.stderr.contains(gap), says == gap, "{output}");
        }
    }
    desk.switch(&["github.ghes=off", "github.sso=partial"]);
    let desk = {
        let url = desk.sandbox.url(Backend::GitHub);
        desk.with("ORCHEST_GITHUB", &url)
    };
    assert_eq!(desk.run(service, &["list"]).code(5).says("Configure SSO").stdout, "");
}

/// A change that meets another one is tried again after a look, and is for later if that does not help.
#[test]
fn a_conflict_at_trello_is_temporary() {
    let service = service("trello");
    for (line, state) in [(["add", "hal"], "active"), (["rm", "bea"], "absent")] {
        let desk = Desk::new();
        desk.switch(&["trello.conflict=on"]);
        let output = desk.run(service, &[&line[..], &["--yes"]].concat()).code(75).says("somebody else is changing");
        assert!(output.stderr.contains("run the same command again"), "{output}");
        let desk = desk.with("ORCHEST_RETRIES", "3");
        desk.switch(&["trello.conflict=on"]);
        desk.sandbox.take_record();
        desk.run(service, &[&line[..], &["--yes"]].concat()).success();
        let asked: Vec<String> = desk.sandbox.take_record().requests.into_iter().map(|one| one.method).collect();
        let writes: Vec<usize> = (0..asked.len()).filter(|at| asked[*at] != "GET").collect();
        assert_eq!(writes.len(), 2, "{asked:?}");
        assert!(writes[1] > writes[0] + 1, "a look between: {asked:?}");
        assert_eq!(desk.state(service, line[1]), state);
    }
}
