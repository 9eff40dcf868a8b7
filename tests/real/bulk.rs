//! Many at once: files of users, what is said about bad rows and when, what is left after a failure, and how many requests
//! it takes.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use orchester::sandbox::Proxy;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::operator::{login_status, made, names_within, one, service, state_of};
use crate::support::cli::{Room, finish};
use crate::support::keystone::Keystone;

/// So many are worked on at once.
const JOBS: usize = 8;

/// Whether this line of the file is a bad one.
fn is_bad(line: usize) -> bool {
    line.is_multiple_of(27)
}

/// A header and 1,000 rows as a spreadsheet writes them, with a mark and with quotes, 37 of them bad in one of three ways.
fn thousand() -> String {
    (2..=1001).fold("\u{feff}name,email,enabled\n".to_owned(), |mut text, line| {
        let (name, enabled) = match (is_bad(line), line / 27 % 3) {
            (false, _) => (format!("u{line}"), "true"),
            (true, 0) => (String::new(), "true"),
            (true, 1) => (format!(" u{line}"), "true"),
            (true, _) => (format!("u{line}"), "perhaps"),
        };
        writeln!(text, "\"{name}\",u{line}@x.example,{enabled}").unwrap();
        text
    })
}

/// The same rows, all good.
fn mended(text: &str) -> String {
    let mut lines = text.lines();
    let header = lines.next().unwrap().to_owned() + "\n";
    lines.fold(header, |mut text, row| {
        // The address says which row it is.
        let number = row.split("u").find_map(|part| part.split_once("@x.example").map(|(number, _)| number)).unwrap();
        writeln!(text, "u{number},u{number}@x.example,true").unwrap();
        text
    })
}

#[test]
fn a_thousand_users_from_a_file_with_bad_rows() {
    let keystone = Keystone::start();
    let id = service(&keystone, "blk");
    let proxy = Proxy::start(keystone.url()).unwrap();
    let room = Room::admin(&proxy.url());
    let csv = thousand();
    let bad: Vec<usize> = (2..=1001).filter(|line| is_bad(*line)).collect();
    assert_eq!(bad.len(), 37);
    room.file("people.csv", &csv);
    let line = |file: &str| -> Vec<String> {
        let line = format!("user create --from {file} -s blk --failed-to failed.csv --jobs {JOBS}");
        line.split(' ').map(str::to_owned).collect()
    };
    let run = |file: &str| room.run(&line(file).iter().map(String::as_str).collect::<Vec<_>>());

    // With a server that is not there: every bad row is named all the same, so they are named before any request.
    let deaf = Room::admin("http://127.0.0.1:9").env("ORCHEST_RETRIES", "0");
    deaf.file("people.csv", &csv);
    let answer = deaf.run(&["user", "create", "--from", "people.csv", "-s", "blk"]).code(75);
    for line in &bad {
        assert!(answer.stderr.contains(&format!("line {line}  ")), "line {line}\n{answer}");
    }
    assert_eq!(answer.stderr.lines().filter(|line| line.starts_with("line ")).count(), 37, "{answer}");
    for reason in [
        "line 81  : the name of the user '' is empty",
        "line 27   u27: ",
        "line 54  u54: enabled must be true or false",
    ] {
        assert!(answer.stderr.contains(reason), "{reason}\n{answer}");
    }
    assert_eq!(answer.stderr.matches("is empty").count(), 12, "{answer}");

    let answer = run("people.csv").code(7).says("created 963   failed 37").says("hint: mend failed.csv");
    for line in &bad {
        assert!(answer.stderr.contains(&format!("line {line}  ")), "line {line}\n{answer}");
    }
    let good: BTreeSet<String> = (2..=1001).filter(|line| !is_bad(*line)).map(|line| format!("u{line}")).collect();
    let there = || names_within(&keystone, "users", &id).into_iter().collect::<BTreeSet<String>>();
    assert_eq!(there(), good);
    let record = proxy.take_record();
    let posts = record.requests.iter().filter(|request| request.to_string() == "POST /v3/users");
    assert_eq!(posts.count(), 963);
    assert!(record.connections <= record.most_in_flight, "{} connections", record.connections);
    // One for each that is worked on, and the first look before them; the login, the service and the list beside the posts.
    assert!(record.connections <= JOBS + 1, "{} connections", record.connections);
    assert!(record.requests.len() <= 963 + 4, "{} requests", record.requests.len());

    let failed = std::fs::read_to_string(room.path("failed.csv")).unwrap();
    // The mark of the file, its header, and the bad rows as they stood there, to the byte.
    let wanted = csv.lines().enumerate().filter(|(n, _)| *n == 0 || is_bad(n + 1)).map(|(_, row)| row);
    assert_eq!(failed, wanted.fold(String::new(), |text, row| text + row + "\n"));
    assert!(failed.starts_with('\u{feff}') && failed.contains("\"") && failed.lines().count() == 38, "{failed}");

    room.file("mended.csv", &mended(&failed));
    run("mended.csv").success().says("created 37");
    assert_eq!(std::fs::read_to_string(room.path("failed.csv")).unwrap(), "");
    assert_eq!(there(), (2..=1001).map(|line| format!("u{line}")).collect());

    // Everything again: nothing changes, and hardly anything is asked.
    room.file("people.csv", &mended(&csv));
    let before = state_of(&keystone, &id);
    proxy.take_record();
    run("people.csv").success().says("already so 1000");
    let requests = proxy.take_record().requests;
    let shown: Vec<String> = requests.iter().map(ToString::to_string).collect();
    assert!(requests.len() <= 5 && requests.iter().all(|request| request.method == "GET"), "{shown:?}");
    assert_eq!(state_of(&keystone, &id), before);

    // A second thousand behind the server's back, as somebody else would have made it.
    keystone.many_users(&id, "v", 1000);
    let expected: BTreeSet<String> =
        (2..=1001).map(|line| format!("u{line}")).chain((1..=1000).map(|number| format!("v{number}"))).collect();
    let listed = room.ok(&["user", "list", "-s", "blk", "-o", "name"]);
    assert_eq!(listed.lines().count(), 2000);
    assert_eq!(listed.lines().map(str::to_owned).collect::<BTreeSet<_>>(), expected);
    let rows = room.run(&["user", "list", "-s", "blk", "-o", "json"]).success().json();
    assert_eq!(rows.as_array().unwrap().len(), 2000);
}

#[test]
fn names_and_rows_come_in_every_form() {
    let keystone = Keystone::shared();
    let id = service(keystone, "blk_forms");
    let room = Room::admin(keystone.url());
    let create = ["user", "create", "-s", "blk_forms", "--from"];
    room.file(
        "rows.jsonl",
        "{\"name\":\"ann\",\"email\":\"a@x.example\",\"password\":\"pw-of-ann\"}\n{\"name\":\"b,b\"}\n",
    );
    room.run(&[&create[..], &["rows.jsonl"]].concat()).success().says("created 2");
    assert_eq!(login_status(keystone, &id, "ann", "pw-of-ann"), 201);
    room.run_with_input(&[&create[..], &["-", "--jobs", "8"]].concat(), "cyd\n\n dan \neva\nann\n")
        .success()
        .says("created 3");
    room.run_with_input(&[&create[..], &["-"]].concat(), "\u{feff}email,name\r\nf@x.example,fay\r\n").success();
    assert_eq!(names_within(keystone, "users", &id), ["ann", "b,b", "cyd", "dan", "eva", "fay"]);

    // Neither a file that is not one nor a header that is not understood makes anything.
    room.file("empty.csv", "");
    room.file("wrong.csv", "nome,email\ngus,g@x.example\n");
    room.file("column.csv", "name,mail\ngus,g@x.example\n");
    let refused =
        [("empty.csv", "is empty"), ("wrong.csv", "no column 'name'"), ("column.csv", "'mail'"), (".", "directory")];
    for (file, said) in refused {
        room.run(&[&create[..], &[file]].concat()).code(2).says(said);
    }
    assert_eq!(names_within(keystone, "users", &id).len(), 6);

    room.file("gone.txt", "ann\nnobody\nb,b\ncyd\ndan\n");
    let delete = ["user", "delete", "-s", "blk_forms", "--from"];
    room.run(&[&delete[..], &["gone.txt"]].concat()).code(2).says("--yes");
    room.run(&[&delete[..], &["gone.txt", "--yes"]].concat()).success().says("absent 1   deleted 4");
    assert_eq!(names_within(keystone, "users", &id), ["eva", "fay"]);
    room.run(&[&delete[..], &["gone.txt", "--yes"]].concat()).success().says("absent 5");
    let strict = room.run_with_input(&[&delete[..], &["-", "--yes", "--fail-if-missing"]].concat(), "eva\nnobody\n");
    strict.code(7).says("line 2  nobody: user 'nobody' does not exist");
    assert_eq!(names_within(keystone, "users", &id), ["fay"]);
}

#[test]
fn one_that_the_server_refuses_does_not_stop_the_others() {
    let keystone = Keystone::shared();
    let id = service(keystone, "blk_part");
    let proxy = Proxy::start(keystone.url()).unwrap();
    let room = Room::admin(&proxy.url());
    room.ok(&["auth", "login"]);
    room.file("five.txt", "ann\nbob\ncyd\ndan\neva\n");
    let typed = ["user", "create", "-s", "blk_part", "--from", "five.txt", "--failed-to", "failed.txt", "--jobs", "1"];
    // The service, the list, then one request for each; the fifth is that for cyd.
    proxy.reset_count();
    proxy.set_faults(vec!["status=403@5".parse().unwrap()]);
    room.run(&typed).code(7).says("line 3  cyd: ").says("403").says("created 4   failed 1");
    assert_eq!(names_within(keystone, "users", &id), ["ann", "bob", "dan", "eva"]);
    assert_eq!(std::fs::read_to_string(room.path("failed.txt")).unwrap(), "cyd\n");
    proxy.set_faults(Vec::new());
    let again = ["user", "create", "-s", "blk_part", "--from", "failed.txt"];
    room.run(&again).success();
    assert_eq!(names_within(keystone, "users", &id), ["ann", "bob", "cyd", "dan", "eva"]);

    // One that is there and different is refused, the new ones are made; the rows say which is which.
    made(keystone, "user", &json!({"name": "fay", "domain_id": id, "email": "old@x.example"}));
    room.file("more.csv", "name,email\nfay,new@x.example\ngus,g@x.example\nhal,h@x.example\nann,\n");
    let typed = ["user", "create", "-s", "blk_part", "--from", "more.csv", "--failed-to", "failed.csv", "-o", "json"];
    let answer = room.run(&typed).code(7).says("line 2  fay: ");
    let results: Vec<String> = answer
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {}", row["name"].as_str().unwrap(), row["result"].as_str().unwrap()))
        .collect();
    assert_eq!(results, ["gus created", "hal created", "ann already so", "fay failed"]);
    assert_eq!(std::fs::read_to_string(room.path("failed.csv")).unwrap(), "name,email\nfay,new@x.example\n");
    let fay = one(keystone, "users", &id, "fay");
    assert_eq!(fay["email"], "old@x.example");
    let update = ["user", "create", "-s", "blk_part", "--from", "failed.csv", "--update"];
    room.run(&update).success();
    assert_eq!(one(keystone, "users", &id, "fay")["email"], "new@x.example");
}

#[test]
fn what_is_not_there_to_be_shown_is_kept_too() {
    let keystone = Keystone::shared();
    let id = service(keystone, "blk_show");
    made(keystone, "user", &json!({"name": "ann", "domain_id": id}));
    let room = Room::admin(keystone.url());
    room.file("names.txt", "ann\nnobody\n");
    let line = ["user", "show", "-s", "blk_show", "--from", "names.txt", "--failed-to", "missing.txt", "-o", "name"];
    room.run(&line).code(7).prints("ann").says("line 2  nobody: ").says("hint: mend missing.txt");
    let missing = || std::fs::read_to_string(room.path("missing.txt")).unwrap();
    assert_eq!(missing(), "nobody\n");
    // Whoever looks there later is not told of those again.
    room.file("names.txt", "ann\n");
    room.run(&line).success();
    assert_eq!(missing(), "");
}

#[test]
fn who_stops_it_is_told_what_was_done_and_keeps_the_rest() {
    let keystone = Keystone::shared();
    let id = service(keystone, "blk_stop");
    made(keystone, "user", &json!({"name": "ann", "domain_id": id, "email": "old@x.example"}));
    let proxy = Proxy::start(keystone.url()).unwrap();
    let room = Room::admin(&proxy.url());
    room.ok(&["auth", "login"]);
    let rows = ["ann,new@x.example", "bob,b@x.example", "cyd,c@x.example", "dan,d@x.example", "eva,e@x.example"];
    room.file("five.csv", &format!("name,email\n{}\n", rows.join("\n")));
    room.file("failed.csv", "of another day\n");
    // The service, the list, and bob; ann is refused without a request, and cyd waits.
    proxy.reset_count();
    proxy.set_faults(vec!["delay=5s@4:before".parse().unwrap()]);
    let line = ["user", "create", "-s", "blk_stop", "--from", "five.csv", "--failed-to", "failed.csv", "--jobs", "1"];
    let line = [&line[..], &["-o", "json"]].concat();
    let child = room.spawn(&line);
    let (begin, mut seen) = (Instant::now(), 0);
    while seen < 4 {
        assert!(begin.elapsed() < Duration::from_mins(1), "only {seen} requests");
        seen += proxy.take_record().requests.len();
        std::thread::sleep(Duration::from_millis(5));
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = finish(child, &line).code(130).says("line 2  ann: ").says("line 4  cyd: it was begun");
    // The server may have cyd all the same.
    let output = output.says("created 1   failed 1   unknown 1   not done 2");
    let output = output.says("stopped after 1 of 5 items").says("what failed or was not done is in failed.csv");
    let results: Vec<String> = output
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {}", row["name"].as_str().unwrap(), row["result"].as_str().unwrap()))
        .collect();
    assert_eq!(results, ["bob created", "ann failed", "cyd unknown", "dan not done", "eva not done"]);
    let left = std::fs::read_to_string(room.path("failed.csv")).unwrap();
    assert_eq!(left, format!("name,email\n{}\n{}\n", rows[0], rows[2..].join("\n")));
    assert!(proxy.settle(Duration::from_mins(1)));
    proxy.set_faults(Vec::new());
    room.run(&["user", "create", "-s", "blk_stop", "--from", "failed.csv", "--update"]).success();
    assert_eq!(names_within(keystone, "users", &id), ["ann", "bob", "cyd", "dan", "eva"]);
}

#[test]
fn the_file_of_the_failed_ones_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let keystone = Keystone::shared();
    service(keystone, "blk_mode");
    let room = Room::admin(keystone.url());
    room.file("rows.csv", "name,password,enabled\nann,pw-in-the-file,perhaps\nbob,pw-of-bob,true\n");
    let answer =
        room.run(&["user", "create", "-s", "blk_mode", "--from", "rows.csv", "--failed-to", "failed.csv"]).code(7);
    let mode = std::fs::metadata(room.path("failed.csv")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!answer.stderr.contains("pw-in-the-file") && !answer.stdout.contains("pw-in-the-file"), "{answer}");
}
