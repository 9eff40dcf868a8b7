//! The rows of docs/legacy.md about the directory: each command is run, in their order.

use super::slapd::{Slapd, types};

const TABLE: &str = include_str!("../../../docs/legacy.md");

/// What a row prints or says, and what another line shows afterwards: whether it is there.
type Effect = (&'static str, Option<(&'static str, &'static str, bool)>);

fn effect(request: &str) -> Effect {
    let holds = |line, text| Some((line, text, true));
    let lacks = |line, text| Some((line, text, false));
    match request {
        "POST ldap/group" => ("created", holds("group list", "of-text")),
        "GET ldap/group" => ("crew", None),
        "PUT ldap/group" => ("updated", holds("group show crew", "of-others")),
        "POST ldap/user" => ("created", holds("group show crew", "ann")),
        "GET ldap/user" | "GET ldap/user (USER_NAME)" => ("a@city.example", None),
        "PUT ldap/user" => ("updated", holds("user show ann", "of-others")),
        "POST ldap/auth" => ("is right", None),
        "DELETE ldap/user" => ("deleted", lacks("user list", "ann")),
        "DELETE ldap/group" => ("deleted", lacks("group list", "crew")),
        other => panic!("nobody tests {other}"),
    }
}

#[test]
fn every_request_to_the_directory_has_its_command() {
    let slapd = Slapd::start();
    let room = slapd.room();
    let values = [
        ("USER", "ann"),
        ("GROUP", "crew"),
        ("EMAIL", "a@city.example"),
        ("TEXT", "of-text"),
        ("TEXT2", "of-others"),
        ("FILE", "a.pw"),
        ("FILE2", "b.pw"),
    ];
    let (mut run, mut not) = (0, 0);
    for row in TABLE.lines().filter(|line| line.contains(" ldap/")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let (request, today) = (cells[0], cells[1].trim_matches('`'));
        let Some(line) = today.strip_prefix("orchest platform ldap ") else {
            assert!(today.starts_with("not done here, because no mail is sent"), "{today}");
            not += 1;
            continue;
        };
        let value = |word: &str| {
            values.iter().find(|(name, _)| *name == word).map_or(word.to_owned(), |(_, value)| (*value).to_owned())
        };
        let line: Vec<String> = line.split(' ').map(value).collect();
        let output = types(&room, &line.join(" ")).success();
        let (prints, after) = effect(request);
        assert!(output.stdout.contains(prints) || output.stderr.contains(prints), "{request}: {prints}\n{output}");
        if let Some((look, text, there)) = after {
            let seen = types(&room, &format!("{look} -o csv")).success();
            assert_eq!(seen.stdout.contains(text), there, "{request}, then '{text}' in\n{seen}");
        }
        run += 1;
    }
    assert_eq!((run, not), (10, 1));
}
