//! Where people can stand, and what becomes of them by being added and removed.

use super::cells::{Never, Person};
use super::desk::Desk;
use super::service::Service;

pub fn removed_absent(service: &Service) {
    let desk = Desk::new();
    let id = service.absent;
    assert_eq!(desk.state(service, id), "absent", "{}", service.name);
    assert_eq!(desk.room.ok(&["-c", service.name, "check", id]), "False\n");
    let strict = desk.room.run(&["-c", service.name, "check", "--exit-status", id]).code(3);
    assert_eq!(strict.stdout, "False\n");
    desk.writes(service.backend);
    assert_eq!(desk.result(service, &["rm", id, "--yes"]), "already so", "{}", service.name);
    assert_eq!(desk.writes(service.backend), 0, "{}", service.name);
}

pub fn added_twice(service: &Service) {
    let desk = Desk::new();
    assert_eq!(desk.room.ok(&["-c", service.name, "check", service.active]), "True\n");
    assert_eq!(desk.result(service, &["add", service.active]), "already so", "{}", service.name);
    let id = service.absent;
    assert_eq!(desk.writes(service.backend), 0, "{}", service.name);
    desk.run(service, &["add", id]).success();
    assert!(desk.writes(service.backend) >= 1, "{}", service.name);
    let state = desk.state(service, id);
    assert!(["active", "pending"].contains(&state.as_str()), "{} {state}", service.name);
    assert_eq!(desk.result(service, &["add", id]), "already so", "{}", service.name);
    assert_eq!(desk.writes(service.backend), 0, "{}", service.name);
    desk.run(service, &["rm", id, "--yes"]).success();
    // Nobody is ever deleted at Slack.
    let gone = if service.name == "slack" { "suspended" } else { "absent" };
    assert_eq!(desk.state(service, id), gone, "{}", service.name);
    desk.writes(service.backend);
    assert_eq!(desk.result(service, &["rm", id, "--yes"]), "already so", "{}", service.name);
    assert_eq!(desk.writes(service.backend), 0, "{}", service.name);
}

/// People who stand so: in the check, in the list, and by what adding and removing makes of them.
pub fn stand(service: &Service, state: &str, people: &[Person]) {
    for person in people {
        let place = format!("{} {}", service.name, person.id);
        let begin = || {
            let desk = Desk::new();
            desk.switch(person.switches);
            assert_eq!(desk.state(service, person.id), state, "{place}");
            desk
        };
        let desk = begin();
        assert_ne!(desk.tells(service, state).0, "no", "{place}");
        let rows = desk.run(service, &["list"]).success().json();
        let listed = rows.as_array().unwrap().iter().find(|row| row["id"] == person.id).cloned();
        assert_eq!(listed.unwrap_or_else(|| panic!("{place}\n{rows}"))["state"], state, "{place}");
        // Nobody is a member who is not in yet, or no longer.
        assert_eq!(desk.room.ok(&["-c", service.name, "check", person.id]), "False\n", "{place}");
        for (desk, line, (result, after)) in
            [(desk, ["add", person.id, "--yes"], person.added), (begin(), ["rm", person.id, "--yes"], person.removed)]
        {
            desk.writes(service.backend);
            assert_eq!(desk.result(service, &line), result, "{place} {line:?}");
            assert_eq!(desk.writes(service.backend) == 0, result == "already so", "{place} {line:?}");
            assert_eq!(desk.state(service, person.id), after, "{place} {line:?}");
        }
    }
}

/// A service in which nobody can stand so says that, and why; those who come nearest stand elsewhere.
pub fn never(service: &Service, never: &Never) {
    let desk = Desk::new();
    let (possible, limits) = desk.tells(service, never.state);
    assert_eq!(possible, "no", "{} {}", service.name, never.state);
    let limits = limits.as_str().unwrap();
    assert!(limits.contains(never.why), "{limits}");
    if let Some((id, result)) = never.add {
        assert_eq!(desk.result(service, &["add", id]), result, "{}", service.name);
    }
    desk.switch(never.switches);
    for (id, state) in never.nearest {
        assert_eq!(desk.state(service, id), *state, "{} {id}", service.name);
    }
    for line in ["list", "invitations"] {
        let rows = desk.run(service, &[line]).success().json();
        let is_so = |row: &serde_json::Value| row["state"] == never.state;
        assert!(!rows.as_array().unwrap().iter().any(is_so), "{} {rows}", service.name);
    }
}
