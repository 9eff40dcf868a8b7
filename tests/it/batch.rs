//! `orchest batch run`: many lines, one login, and the same file run again.

use serde_json::{Value, json};

use crate::city::City;
use crate::scripted::{LOGIN, room, room_without_password, smart, user, users_page};
use crate::support::cli::Room;
use crate::support::golden::{assert_golden, request_lines};
use crate::support::server::{Reply, Server};
use crate::support::whole::Whole;

fn find(name: &str) -> String {
    format!("GET /v3/users?domain_id=d1&name={name}")
}

/// A Keystone with these users in `smart`, each found by name.
fn people(names: &[&str]) -> Server {
    let server = smart();
    for (number, name) in names.iter().enumerate() {
        server.on(&find(name), users_page(&[user(&format!("u{number}"), name)], None));
    }
    server.on(&find("nobody"), users_page(&[], None));
    server.on("GET /v3/users?domain_id=d1&limit=1000", users_page(&[], None));
    server
}

fn logins(server: &Server) -> usize {
    server.lines().iter().filter(|line| *line == LOGIN).count()
}

#[test]
fn ten_lines_cost_one_login_and_share_what_they_can() {
    let whole = Whole::start(false);
    let lines: String = (0..5).map(|_| "user show bob -s smartcity\nuser show carl -s smartcity\n").collect();
    whole.room.file("lines.txt", &lines);
    whole.sandbox.take_record();
    let (output, requests) = whole.watched(&["batch", "run", "lines.txt"]);
    let output = output.success();
    assert_golden("requests/batch-run-ten.txt", &request_lines(&requests));
    assert_eq!(output.stdout.matches("bob").count(), 10, "name and address, five times\n{output}");
    assert!(
        output.stderr.contains("line 10: orchest user show carl -s smartcity") && output.stderr.contains("done 10"),
        "{output}"
    );

    // Where nothing can be kept between runs, one login is one login all the same.
    let server = people(&["ann", "bob"]);
    let room = room(server.url())
        .without("HOME")
        .without("XDG_STATE_HOME")
        .without("XDG_CONFIG_HOME")
        .without("XDG_CACHE_HOME");
    room.file("lines.txt", "user show ann -s smart\nuser show bob -s smart\nuser show ann -s smart\n");
    room.run(&["batch", "run", "lines.txt", "--jobs", "1"]).success();
    assert_eq!(logins(&server), 1, "{:?}", server.lines());
}

#[test]
fn a_wrong_line_is_named_and_nothing_is_sent() {
    let server = people(&["ann"]);
    let room = room(server.url());
    let good: String = (0..499).map(|_| "user show ann -s smart\n").collect();
    room.file("lines.txt", &format!("{good}user shwo ann\nuser show ann -s smart\n"));
    let output =
        room.run(&["batch", "run", "lines.txt", "--keep-going"]).code(2).says("line 500: ").says("nothing was sent");
    assert!(output.stderr.contains("shwo"), "{output}");
    for (line, words) in [
        ("batch run x", "no other batch"),
        ("legacy printServices http h 5000 a b @c", "words of today"),
        ("config edit", "editor"),
        ("user create --from - -s smart", "standard input"),
        ("user list -s smart > out", "no shell reads it"),
        ("user show $HOME", "stands for nothing"),
        ("user show 'ann", "not closed"),
        ("[1]", "no text"),
        ("user list --help", "asks for help"),
    ] {
        room.file("one.txt", line);
        room.run(&["batch", "run", "one.txt"]).code(2).says("line 1: ").says(words);
    }
    room.run(&["batch", "run", "lists/missing.txt"]).code(2).says("cannot read").says("next: ls lists\n");
    room.run_with_input(&["batch", "run", "-", "--password-stdin"], "user show ann\n").code(2).says("only one thing");
    room.file("one.txt", "api orion POST /v2/x -f @-\n");
    room.run(&["batch", "run", "one.txt"]).code(2).says("standard input");
    assert!(server.lines().is_empty(), "{:?}", server.lines());
    // What only looks as if it read that does not.
    room.file("one.txt", "user show ann-stdin -s smart\napi orion POST /v2/x -F type=-\n");
    let output = room.run(&["batch", "run", "one.txt"]);
    assert!(!output.stderr.contains("standard input"), "{output}");
}

#[test]
fn the_first_failure_ends_it_with_its_code_unless_it_is_to_go_on() {
    let server = people(&["ann", "bob"]);
    let room = room(server.url());
    let text = "\u{feff}# people\nuser show ann -s smart\n\n# this one is gone\nuser show nobody -s smart\n[\"user\", \"show\", \"bob\", \"-s\", \"smart\"]\n";
    room.file("lines.txt", text);
    let output = room.run(&["batch", "run", "lines.txt", "--failed-to", "rest.txt"]).code(3);
    assert!(
        output.stderr.contains("line 5 ended with 3") && output.stderr.contains("done 1   failed 1   not reached 1"),
        "{output}"
    );
    assert!(!server.lines().contains(&find("bob")));
    let rest = "# this one is gone\nuser show nobody -s smart\n[\"user\", \"show\", \"bob\", \"-s\", \"smart\"]\n";
    assert_eq!(std::fs::read_to_string(room.path("rest.txt")).unwrap(), rest);

    let output = room.run(&["batch", "run", "lines.txt", "--keep-going", "--failed-to", "rest.txt"]).code(7);
    assert!(output.stdout.contains("bob") && output.stderr.contains("done 2   failed 1   not reached 0"), "{output}");
    assert_eq!(
        std::fs::read_to_string(room.path("rest.txt")).unwrap(),
        "# this one is gone\nuser show nobody -s smart\n"
    );
    // What is left is good input.
    room.run(&["batch", "run", "rest.txt"]).code(3);
    // Whoever runs what is left, night by night, is not to run it again when nothing is.
    room.file("good.txt", "user show ann -s smart\n");
    room.run(&["batch", "run", "good.txt", "--failed-to", "rest.txt"]).success();
    assert_eq!(std::fs::read_to_string(room.path("rest.txt")).unwrap(), "");
    // A reader that goes away takes nothing along of what is left.
    for more in ["-o json", "--jobs 2"] {
        let line = format!("'{}' batch run lines.txt --keep-going --failed-to rest.txt {more} | true", Room::BINARY);
        let mut shell = std::process::Command::new("sh");
        room.furnish(shell.args(["-c", &line])).output().unwrap();
        let rest = std::fs::read_to_string(room.path("rest.txt")).unwrap();
        assert!(rest.contains("user show nobody -s smart\n"), "{more}: {rest}");
    }
    assert_eq!(logins(&server), 1, "{:?}", server.lines());
}

#[test]
fn programs_get_one_document_with_a_row_a_line() {
    let server = people(&["ann"]);
    let room = room(server.url());
    room.file(
        "lines.txt",
        "user show ann -s smart\nuser show nobody -s smart\nuser show ann -s smart -o csv\nuser list -s smart\n",
    );
    for jobs in ["1", "3"] {
        let output = room.run(&["batch", "run", "lines.txt", "--keep-going", "-o", "json", "--jobs", jobs]).code(7);
        let rows = output.json();
        let codes: Vec<i64> = rows.as_array().unwrap().iter().map(|row| row["exit_code"].as_i64().unwrap()).collect();
        assert_eq!(codes, [0, 3, 0, 0], "{output}");
        assert_eq!(rows[0]["output"]["name"], "ann");
        assert_eq!((&rows[1]["error"]["code"], &rows[1]["output"]), (&json!(3), &Value::Null));
        assert!(rows[2]["output"].as_str().unwrap().starts_with("name,"), "{rows:#}");
        assert_eq!(rows[3]["output"], json!([]));
    }
    let csv =
        room.run(&["batch", "run", "lines.txt", "--keep-going", "-o", "csv", "--columns", "line,exit_code"]).code(7);
    assert_eq!(csv.stdout, "line,exit_code\n1,0\n2,3\n3,0\n4,0\n");
}

/// A line may fail before it is known that its output is for a program, or tell its error in words of its own.
#[test]
fn programs_get_the_error_of_a_line_however_it_was_told() {
    let server = people(&["ann"]);
    let room = room(server.url());
    room.file(
        "lines.txt",
        "user show ann -s smart --config nowhere.toml\nuser show nobody -s smart -o csv\nuser show ann -s smart -o bogus\n",
    );
    let output = room.run(&["batch", "run", "lines.txt", "--keep-going", "-o", "json"]).code(7);
    let rows = output.json();
    let told: Vec<[&Value; 3]> =
        rows.as_array().unwrap().iter().map(|row| ["kind", "code", "causes"].map(|key| &row["error"][key])).collect();
    let none = json!([]);
    assert_eq!(told[0], [&json!("config"), &json!(78), &none], "{output}");
    assert_eq!(told[1], [&json!("not_found"), &json!(3), &none], "{output}");
    assert_eq!(told[2], [&json!("usage"), &json!(2), &none], "{output}");
    let message = |row: usize| rows[row]["error"]["error"].as_str().unwrap().to_owned();
    assert!(message(0).contains("nowhere.toml") && message(1).contains("'nobody'"), "{output}");
    assert!(rows[1]["error"]["next"].as_str().unwrap().starts_with("orchest user list"), "{output}");
}

#[test]
fn lines_side_by_side_are_shown_whole_and_in_their_order() {
    let server = people(&["ann", "bob", "cy", "dee", "eve", "fay"]);
    let room = room(server.url());
    let names = ["ann", "bob", "cy", "dee", "eve", "fay"];
    room.file("lines.txt", &names.map(|name| format!("user show {name} -s smart -o name\n")).concat());
    let output = room.run(&["batch", "run", "lines.txt", "--jobs", "4"]).success();
    assert_eq!(output.stdout, names.map(|name| format!("{name}\n")).concat(), "{output}");
}

#[test]
fn flags_beside_it_hold_for_every_line_that_says_nothing_else() {
    let server = people(&["ann"]);
    server.on("GET /v3/domains?name=other", Reply::json(200, &json!({"domains": []})));
    server.on("DELETE /v3/users/u0", Reply::Plain(204, Vec::new(), Vec::new()));
    let room = room(server.url());
    room.file("lines.txt", "user show ann\nuser show ann -s other\n");
    room.run(&["batch", "run", "lines.txt", "-s", "smart", "--keep-going"]).code(7).says("line 2 ended with 3");
    // What destroys wants a yes, in its line or for all, and is never asked about.
    room.file("lines.txt", "user delete ann -s smart\n");
    room.run(&["batch", "run", "lines.txt"]).code(2).says("--yes");
    room.run(&["batch", "run", "lines.txt", "--yes", "--dry-run"]).success().says("would delete user ann");
    assert!(!server.lines().iter().any(|line| line.starts_with("DELETE")));
    room.run(&["batch", "run", "lines.txt", "--yes"]).success();
    assert_eq!(server.lines().last().unwrap(), "DELETE /v3/users/u0");
}

#[test]
fn a_password_is_read_once_for_all_lines() {
    let server = people(&["ann"]);
    let room = room_without_password(server.url()).without("HOME").without("XDG_STATE_HOME").without("XDG_CONFIG_HOME");
    room.file(
        "lines.txt",
        "user show ann -s smart\nuser show ann -s smart\nauth whoami --scope project --admin-project p\n",
    );
    let output = room
        .run_with_input(&["batch", "run", "lines.txt", "--password-stdin", "--keep-going"], "from-stdin\n")
        .success();
    assert_eq!(crate::scripted::passwords(&server), ["from-stdin", "from-stdin"], "one for each scope\n{output}");
    assert!(!output.stderr.contains("from-stdin"), "{output}");
    // Without any, each line says so, and none asks.
    let server = people(&["ann"]);
    let room = room_without_password(server.url());
    room.file("lines.txt", "user show ann -s smart\n");
    room.run(&["batch", "run", "lines.txt"]).code(78).says("no password");
}

/// Killed anywhere, the same file is run again, and everything is there once.
#[test]
fn killed_anywhere_the_same_file_is_right() {
    let lines = "user create ann -s smartcity --no-password\nuser create bob -s smartcity --no-password\n\
        group create ops -s smartcity\ngroup member add ops ann bob -s smartcity\nrole create Watcher -s smartcity\n\
        role grant Watcher --to-user ann -s smartcity\n";
    let file = ["batch", "run", "lines.txt"];
    let clean = City::new();
    clean.room.file("lines.txt", lines);
    let (output, requests) = clean.watched(&file);
    output.success();
    let count = requests.len();
    assert!(count > 15, "{count}");
    let members = |city: &City| {
        city.room.ok(&["group", "member", "list", "ops", "-s", "smartcity", "-o", "name", "--sort-by", "name"])
    };
    let users = |city: &City| city.room.ok(&["user", "list", "-s", "smartcity", "-o", "name", "--sort-by", "name"]);
    for number in (1..=count).step_by(2) {
        let city = City::new();
        city.room.file("lines.txt", lines);
        city.killed(&format!("kill@{number}:after"), &file);
        let output = city.room.run(&file).success();
        assert!(output.stderr.contains("done 6"), "{output}");
        assert_eq!((members(&city), users(&city)), (members(&clean), users(&clean)), "killed at {number}");
        // Every line is a run of its own, so none is left open.
        let left = city.room.run(&["audit", "list", "-o", "json"]).success().json();
        let open: Vec<&Value> = left.as_array().unwrap().iter().filter(|run| run["state"] == "unfinished").collect();
        assert!(open.is_empty(), "killed at {number}: {open:#?}");
    }
}

#[test]
fn ctrl_c_ends_it_in_time_and_writes_down_what_is_left() {
    let city = City::new();
    city.room.file("lines.txt", "user list -s smartcity\nuser show adm1 -s smartcity\nuser show bob -s smartcity\n");
    city.sandbox.reset_count();
    city.sandbox.set_faults(vec!["delay=20s@3:before".parse().unwrap()]);
    let line = ["batch", "run", "lines.txt", "--failed-to", "rest.txt"];
    let child = city.room.spawn(&line);
    let begun = std::time::Instant::now();
    while city.sandbox.requests().iter().filter(|request| request.path.contains("/v3/")).count() < 3 {
        assert!(begun.elapsed().as_secs() < 30);
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let begun = std::time::Instant::now();
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = crate::support::cli::finish(child, &line).code(130);
    assert!(begun.elapsed().as_secs() < 4, "{:?}", begun.elapsed());
    let rest = std::fs::read_to_string(city.room.path("rest.txt")).unwrap_or_else(|error| panic!("{error}\n{output}"));
    assert_eq!(rest, "user show adm1 -s smartcity\nuser show bob -s smartcity\n", "{output}");
}

#[test]
fn an_empty_file_is_nothing_to_do() {
    let room = Room::new();
    room.file("lines.txt", "# nothing\n\n");
    room.run(&["batch", "run", "lines.txt"]).success().says("no command");
    assert_eq!(room.run(&["batch", "run", "lines.txt", "-o", "json"]).success().stdout, "[]\n");
}
