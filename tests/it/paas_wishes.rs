//! docs/paas.md, walked: the two lists of what users and administrators want, each command run on the emulated orchestrator of
//! either dialect. A yes ends well; a no says so, with a way out, and sends nothing that could be it. What was asked and
//! answered stands in docs/paas-requests.md, which the walk writes.

use std::fmt::Write as _;
use std::time::Duration;

use orchester::sandbox::Request;

use crate::deployment::{Desk, shapes};
use crate::support::cli::{Output, Room};
use crate::support::golden::{assert_file, without_ids};

const DOCUMENT: &str = include_str!("../../docs/paas.md");

/// Number, commands, and what each dialect makes of it.
struct Row {
    number: String,
    commands: Vec<String>,
    v1: String,
    indigo: String,
}

fn rows() -> Vec<Row> {
    let lines = DOCUMENT.lines().filter(|line| line.starts_with("| U") || line.starts_with("| A"));
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let commands = cells[2].split(';').map(|command| command.trim().trim_matches('`').to_owned());
        Row {
            number: cells[0].to_owned(),
            commands: commands.collect(),
            v1: cells[3].to_owned(),
            indigo: cells[4].to_owned(),
        }
    };
    lines.map(row).collect()
}

/// Somebody whose user an administrator deletes.
fn leaver(desk: &Desk) -> String {
    let scopes = ["openid", "profile", "email", "offline_access"];
    let token = desk.sandbox.paas_token("bob", &["physics"], &scopes, Duration::from_secs(3600), false);
    let paas = desk.room.run(&["config", "get", "paas.url"]).success().stdout;
    let room = Room::new().env("ORCHEST_PAAS", paas.trim()).env("ORCHEST_PAAS_TOKEN", &token);
    room.ok(&["paas", "user", "add"]);
    let shown = room.run(&["paas", "user", "show", "me", "-o", "json"]).success().json();
    shown["id"].as_str().unwrap().to_owned()
}

/// Each request once, with its status, and how the line ended.
fn cell(requests: &[Request], output: &Output, called: &str) -> String {
    let path = |request: &Request| without_ids(request.path.split('?').next().unwrap_or_default());
    let mut asked: Vec<String> = Vec::new();
    for request in requests {
        let status = request.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let line = format!("`{} {}` {status}", request.method, path(request));
        if !asked.contains(&line) {
            asked.push(line);
        }
    }
    if asked.is_empty() {
        asked.push("nothing".to_owned());
    }
    let code = output.code.unwrap();
    let error = output.stderr.lines().find_map(|line| line.strip_prefix("error: ")).map(|line| format!(": {line}"));
    let end = format!("exit {code}{}", error.unwrap_or_default());
    format!("{}; {}", asked.join(", "), without_ids(&end).replace(called, "DEPLOYMENT").replace('|', "\\|"))
}

/// A cell for each command of the table.
fn walk(desk: &Desk, dialect: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let rows = rows();
    assert_eq!(rows.len(), 27);
    let other = include_str!("../../src/sandbox/paas/demo/notebook.yaml");
    desk.room.file("other.yaml", other);
    let name = other.lines().find_map(|line| line.trim().strip_prefix("template_name: ")).unwrap().to_owned();
    for row in rows {
        let (number, standing) = (row.number.as_str(), if dialect == "v1" { &row.v1 } else { &row.indigo });
        assert!(!row.commands.is_empty() && row.commands.iter().all(|line| line.starts_with("orchest ")), "{number}");
        let called = format!("of-{number}");
        let stuck = matches!(number, "U9" | "A8") && dialect == "indigo";
        let outcome = if stuck { " -p sandbox_outcome=delete-stall" } else { "" };
        desk.ok(&format!("deployment create vm.yaml --group physics --name {called}{outcome}"));
        std::thread::sleep(Duration::from_millis(20));
        if stuck {
            desk.ok(&format!("deployment delete {called} --yes"));
        }
        let user = if number == "A1" && dialect == "v1" { leaver(desk) } else { "bob".to_owned() };
        for command in &row.commands {
            let words: Vec<String> = command
                .split(' ')
                .skip(1)
                .map(|word| match word {
                    "DEPLOYMENT" => called.clone(),
                    "RESOURCE" => "0".to_owned(),
                    "USER" => user.clone(),
                    "WHO" => "bob@https://issuer.sandbox/".to_owned(),
                    "TEMPLATE" => name.clone(),
                    "VERSION" => "9.9".to_owned(),
                    "GROUP" => if command.contains("update") { "chemistry" } else { "physics" }.to_owned(),
                    "NAME=VALUE" => "num_vms=2".to_owned(),
                    "FILE" if command.contains("template add") => "other.yaml".to_owned(),
                    "FILE" if command.contains("ssh-key set") => "key.pub".to_owned(),
                    "FILE" if command.contains("ssh-key generate") => "new-key".to_owned(),
                    "FILE" => "vm.yaml".to_owned(),
                    word => word.to_owned(),
                })
                .collect();
            let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
            words.push("--yes");
            // What is to be seen in the end does not depend on when it is looked at.
            if ["resource st", "resource reboot", "deployment delete"].iter().any(|start| command.contains(start)) {
                words.push("--wait=30s");
            }
            desk.sandbox.take_record();
            let output = desk.room.run(&words);
            let requests = desk.sandbox.take_record().requests;
            let asked = shapes(&requests);
            cells.push(cell(&requests, &output, &called));
            if standing.starts_with("no: ") {
                let output = output.code(1);
                let out = standing.strip_prefix("no: ").unwrap().split([' ', ':']).next().unwrap();
                assert!(
                    output.stderr.contains("next:") && output.stderr.contains(out),
                    "{number} on {dialect}\n{output}"
                );
                let about_itself = |shape: &String| shape == "GET /api/v1/openapi.json";
                assert!(asked.iter().all(about_itself), "{number} on {dialect}: {asked:?}");
            } else if dialect == "v1" && command.contains("deployment delete") {
                output.code(1).says("cannot delete deployments");
            } else {
                assert!(standing.starts_with("yes"), "{number}: {standing}");
                let output = output.success();
                assert!(!asked.is_empty(), "{number} on {dialect}\n{output}");
            }
        }
    }
    cells
}

const HEAD: &str = "\
# What each wish asks an orchestrator for

Written by `tests/it/paas_wishes.rs`, which runs each line of [paas.md](paas.md) against the emulated orchestrators (`UPDATE=1 cargo test
--test it paas_wishes` writes it anew): the requests, each once, with their statuses, and the exit code. What a server lacks ends with
exit 1, and nothing is sent but questions.

| | command | v1 | indigo |
|---|---|---|---|
";

#[test]
fn every_wish_on_both_dialects() {
    let (v1, indigo) = std::thread::scope(|scope| {
        let older = scope.spawn(|| walk(&Desk::indigo(), "indigo"));
        (walk(&Desk::v1(), "v1"), older.join().unwrap())
    });
    let lines =
        rows().into_iter().flat_map(|row| row.commands.into_iter().map(move |command| (row.number.clone(), command)));
    let mut text = HEAD.to_owned();
    for (((number, command), v1), indigo) in lines.zip(&v1).zip(&indigo) {
        writeln!(text, "| {number} | `{command}` | {v1} | {indigo} |").unwrap();
    }
    assert_file("docs/paas-requests.md", &text);
}
