//! `orchest completions`, and what a shell is answered that asks: names that other commands came by, and no request for them.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use orchester::sandbox::Backend;
use serde_json::json;

use crate::city::City;
use crate::deployment::Desk;
use crate::scripted::{FIND_BOB, LIST_USERS, room, smart, user, users_page, with_users, without_bob};
use crate::support::cli::Room;
use crate::support::machines;
use crate::support::server::{Reply, Server};
use crate::support::shell::{Kind, Shell, furnished};

/// What fish is told at the end of a line whose words are divided by blanks: only what begins as the last word does.
#[track_caller]
fn completed(room: &Room, line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split(' ').collect();
    let count = (words.len() - 1).to_string();
    let output = room.run(&[&["__complete", "fish", &count], words.as_slice()].concat()).success();
    assert_eq!(output.stderr, "", "{output}");
    let mut lines = output.stdout.lines();
    assert!(matches!(lines.next(), Some("words" | "told" | "files")), "{output}");
    let begins = words.last().unwrap();
    let values = lines.map(|line| line.split('\t').next().unwrap().to_owned());
    values.filter(|value| value.starts_with(begins)).collect()
}

/// The files in which names are kept.
fn kept(room: &Room) -> Vec<PathBuf> {
    room.files().into_iter().filter(|path| path.display().to_string().contains("/names/")).collect()
}

#[test]
fn the_scripts_are_the_files_and_shells_can_read_them() {
    let room = furnished(Room::new());
    for (shell, file) in [
        ("bash", "orchest.bash"),
        ("zsh", "_orchest"),
        ("fish", "orchest.fish"),
        ("elvish", "orchest.elv"),
        ("powershell", "_orchest.ps1"),
    ] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("completions").join(file);
        assert_eq!(room.ok(&["completions", shell]), std::fs::read_to_string(path).unwrap(), "{shell}");
    }
    // Its editor is there on a terminal only, where all of them are tried.
    for shell in Kind::all().into_iter().filter(|shell| *shell != Kind::Elvish) {
        room.file("script", &room.ok(&["completions", shell.name()]));
        let mut command = Command::new(shell.name());
        let output = room.furnish(command.args(["-n", "script"])).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{shell}: {output:?}");
    }
    let help = room.ok(&["completions", "--help"]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell", "refresh"] {
        assert!(help.contains(&format!("  {shell} ")), "{help}");
    }
    // A shell that starts is given its script, whatever is wrong with the settings.
    room.file(".orchester.toml", "[broken");
    room.ok(&["completions", "bash"]);
    room.run(&["completions", "refresh"]).code(78);
    room.run(&["completions", "tcsh"]).code(2).says("unrecognized");
}

#[test]
fn names_come_from_what_commands_came_by() {
    let city = City::new();
    let room = &city.room;
    for (line, expected) in [
        ("service show ", &["smartcity"][..]),
        ("user list -s sm", &["smartcity"]),
        ("subservice show -s smartcity ", &["energy", "waste"]),
        ("user show -s smartcity ", &["adm1"]),
        ("module enable -s smartcity -S en", &["energy"]),
        ("user show ", &["adm1"]),
        ("subservice delete ", &["energy", "waste"]),
        ("user show -s other ", &[]),
        ("user create -s smartcity a", &[]),
    ] {
        assert_eq!(completed(room, line), expected, "{line:?}");
    }
    room.ok(&["user", "create", "carl", "dora", "-s", "smartcity", "--no-password"]);
    let harbour = ["service", "create", "harbour", "--admin-user", "hana", "--generate-password"];
    room.ok(&[&harbour[..], &["--password-out", "hana.pw"]].concat());
    // Of all services where none is named, on the line or in the settings.
    assert_eq!(completed(room, "user show "), ["adm1", "carl", "dora", "hana"]);
    room.file(".orchester.toml", "service = 'harbour'\n");
    assert_eq!(completed(room, "user show "), ["hana"]);
    std::fs::remove_file(room.path(".orchester.toml")).unwrap();
    room.ok(&["service", "delete", "harbour", "--yes"]);
    room.ok(&["group", "create", "crew", "-s", "smartcity"]);
    room.ok(&["role", "create", "Gardener", "-s", "smartcity"]);
    assert_eq!(completed(room, "user delete -s smartcity "), ["adm1", "carl", "dora"]);
    assert_eq!(completed(room, "user delete -s smartcity carl "), ["adm1", "dora"]);
    assert_eq!(completed(room, "role grant Ga -s smartcity --to-user c"), ["carl"]);
    assert_eq!(completed(room, "role revoke -s smartcity Ga"), ["Gardener"]);
    assert_eq!(completed(room, "group member add -s smartcity c"), ["crew"]);
    assert_eq!(completed(room, "group member add crew -s smartcity c"), ["carl"]);
    // Keystone's own stand beside those of the service.
    room.ok(&["role", "show", "admin"]);
    assert_eq!(completed(room, "role show -s smartcity ad"), ["admin"]);

    room.ok(&["user", "delete", "carl", "-s", "smartcity", "--yes"]);
    room.ok(&["user", "update", "dora", "-s", "smartcity", "--rename", "dorothy"]);
    room.ok(&["subservice", "update", "waste", "-s", "smartcity", "--rename", "dump", "--yes"]);
    room.ok(&["subservice", "delete", "energy", "-s", "smartcity", "--yes"]);
    assert_eq!(completed(room, "user show -s smartcity "), ["adm1", "dorothy"]);
    assert_eq!(completed(room, "subservice show -s smartcity "), ["dump"]);
    // What is looked for and not there is forgotten, whoever has deleted it.
    room.file("other/.keep", "");
    let other = room.path("other").display().to_string();
    let elsewhere = |line: &[&str]| {
        let mut command = Command::new(Room::BINARY);
        let run = room.furnish(command.args(line)).env("XDG_STATE_HOME", &other).output().unwrap();
        assert!(run.status.success(), "{run:?}");
    };
    elsewhere(&["user", "delete", "dorothy", "-s", "smartcity", "--yes"]);
    assert_eq!(completed(room, "user show -s smartcity "), ["adm1", "dorothy"]);
    room.run(&["user", "show", "dorothy", "-s", "smartcity"]).code(3);
    assert_eq!(completed(room, "user show -s smartcity "), ["adm1"]);
    elsewhere(&["group", "delete", "crew", "-s", "smartcity", "--yes"]);
    room.ok(&["group", "list", "-s", "smartcity"]);
    assert_eq!(completed(room, "group show -s smartcity "), Vec::<String>::new());

    assert!(kept(room).iter().all(|path| path.metadata().unwrap().permissions().mode() & 0o777 == 0o600));
    assert!(kept(room).len() >= 2);
    room.ok(&["service", "delete", "smartcity", "--yes"]);
    for line in ["service show ", "user show -s smartcity ", "role show -s smartcity Ga"] {
        assert_eq!(completed(room, line), Vec::<String>::new(), "{line:?}");
    }
}

/// They are kept once for all lines, in the order in which they came and went.
#[test]
fn names_come_from_the_lines_of_a_batch() {
    let city = City::new();
    let room = &city.room;
    let lines = [
        "user create dora ema fred -s smartcity --no-password",
        "user delete dora -s smartcity --yes",
        "user update fred -s smartcity --rename gus",
        "user show nobody -s smartcity",
        "user create dora -s smartcity --no-password",
        "user delete ema -s smartcity --yes",
        "user create hilde -s smartcity --no-password --no-cache",
    ];
    room.file("lines.txt", &lines.join("\n"));
    room.run(&["batch", "run", "lines.txt", "--keep-going"]).code(7);
    assert_eq!(completed(room, "user show -s smartcity "), ["adm1", "dora", "gus"]);
    // A service that is made anew has nothing of what the old one had.
    room.file(
        "anew.txt",
        "user list -s smartcity\nservice delete smartcity --yes\n\
        service create smartcity --admin-user boss --generate-password --password-out boss.pw\n",
    );
    room.ok(&["batch", "run", "anew.txt"]);
    assert_eq!(completed(room, "user show -s smartcity "), ["boss"]);
}

#[test]
fn what_stands_on_the_line_says_whose_names() {
    let (one, other) = (with_users(&[user("u1", "ann")]), with_users(&[user("u2", "bob")]));
    let room = room(one.url());
    let list = ["user", "list", "-s", "smart"];
    room.ok(&list);
    room.ok(&[&list[..], &["--keystone", other.url()]].concat());
    let settings = format!("[contexts.two.keystone]\nurl = '{}'\n[contexts.two]\nservice = 'smart'\n", other.url());
    room.file(".config/orchest/config.toml", &settings);
    let room = room.without("ORCHEST_KEYSTONE");
    let (here, there) = (one.url(), other.url());
    let address = there.strip_prefix("http://").unwrap();
    let (host, port) = address.split_once(':').unwrap();
    let asked = (one.lines().len(), other.lines().len());
    for (line, expected) in [
        (format!("user show -s smart --keystone {here} "), &["ann"][..]),
        (format!("user show -s smart --keystone={there} "), &["bob"]),
        (format!("--keystone {there}/v3/ -ssmart user show "), &["bob"]),
        (format!("user show -s smart --host {host} --port {port} "), &["bob"]),
        ("user show --context two ".to_owned(), &["bob"]),
        ("user show --context three -s smart ".to_owned(), &[]),
        ("user show -s smart ".to_owned(), &[]),
        (format!("user show -s id:d1 --keystone {here} "), &[]),
        (format!("user show -s smart --no-cache --keystone {here} "), &[]),
    ] {
        assert_eq!(completed(&room, &line), expected, "{line:?}");
    }
    // Also what stands behind the cursor.
    let output = room.run(&["__complete", "zsh", "2", "user", "show", "", "-s", "smart", "--context", "two"]).success();
    assert_eq!(output.stdout, "words\nbob\tbob\n");
    assert_eq!((one.lines().len(), other.lines().len()), asked, "completion asks nobody");
}

#[test]
fn a_list_of_some_adds_and_a_list_of_all_replaces() {
    let server = smart();
    let page = |names: &[&str]| users_page(&names.iter().map(|name| user(name, name)).collect::<Vec<_>>(), None);
    server.on(LIST_USERS, page(&["ann", "zoe"]));
    server.on(LIST_USERS, page(&["zoe"]));
    server.on("GET /v3/users?enabled=true&domain_id=d1&limit=1000", page(&["bob"]));
    let room = room(server.url());
    let list = ["user", "list", "-s", "smart"];
    room.ok(&list);
    room.ok(&[&list[..], &["--enabled"]].concat());
    assert_eq!(completed(&room, "user show -s smart "), ["ann", "bob", "zoe"]);
    room.ok(&list);
    assert_eq!(completed(&room, "user show -s smart "), ["zoe"]);
    server.verify();
}

#[test]
fn nothing_is_kept_where_nobody_wants_it() {
    let server = with_users(&[user("u1", "ann")]);
    let list = ["user", "list", "-s", "smart"];
    let (flag, variable, setting) = (room(server.url()), room(server.url()), room(server.url()));
    flag.ok(&[&list[..], &["--no-cache"]].concat());
    let variable = variable.env("ORCHEST_NAME_CACHE", "false");
    variable.ok(&list);
    setting.ok(&["config", "set", "name_cache", "false"]);
    setting.ok(&list);
    for room in [flag, variable, setting] {
        assert_eq!(kept(&room), Vec::<PathBuf>::new());
        assert!(completed(&room, "user show -s smart ").is_empty());
    }
}

#[test]
fn what_is_broken_is_silence() {
    let server = with_users(&[user("u1", "ann")]);
    let room = room(server.url());
    room.ok(&["user", "list", "-s", "smart"]);
    assert_eq!(completed(&room, "user show -s smart "), ["ann"]);
    let files = kept(&room);
    assert_eq!(files.len(), 2);
    for broken in ["", "{", "null", "\u{0}", "{\"version\":1,\"entry\":{\"of\":{\"endpoint\":\"x\"}}}"] {
        files.iter().for_each(|path| std::fs::write(path, broken).unwrap());
        assert!(completed(&room, "user show -s smart ").is_empty(), "{broken:?}");
    }
    // It is made anew, without a word about it.
    let again = room.run(&["user", "list", "-s", "smart"]).success();
    assert_eq!(again.stderr, "");
    assert_eq!(completed(&room, "user show -s smart "), ["ann"]);
    // Nor is anything believed that others could have written.
    files.iter().for_each(|path| std::fs::set_permissions(path, PermissionsExt::from_mode(0o666)).unwrap());
    assert!(completed(&room, "user show -s smart ").is_empty());
    room.file(".config/orchest/config.toml", "[broken");
    assert!(completed(&room, "user show -s smart ").is_empty());
    assert_eq!(completed(&room, "user sho"), ["show"]);
    for line in
        [&["__complete"][..], &["__complete", "tcsh"], &["__complete", "zsh", "9", "a"], &["__complete", "fish", "x"]]
    {
        let output = room.run(line).success();
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", ""), "{line:?}");
    }
}

#[test]
fn names_that_were_made_by_a_lost_answer_are_known_too() {
    let server = without_bob();
    let room = room(server.url());
    room.ok(&["user", "create", "bob", "-s", "smart", "--no-password"]);
    assert_eq!(completed(&room, "user show -s smart "), ["bob"]);
    // Gone in the meantime.
    room.run(&["user", "show", "bob", "-s", "smart"]).code(3);
    assert!(completed(&room, "user show -s smart ").is_empty());
    assert!(server.lines().iter().any(|line| line == FIND_BOB));
}

#[test]
fn a_refresh_asks_once_for_each_kind() {
    let city = City::new();
    let room = &city.room;
    room.ok(&["user", "create", "carl", "-s", "smartcity", "--no-password"]);
    std::fs::remove_dir_all(room.path(".state/orchest/names")).unwrap();
    assert!(completed(room, "service show ").is_empty());
    let (output, requests) = city.watched(&["completions", "refresh", "-s", "smartcity"]);
    output.success().says("2 subservices, 2 users, 0 groups, 19 roles, 0 deployments");
    let lists = requests.iter().filter(|request| request.path.starts_with("/v3/") && request.path.contains('?'));
    // One of each kind, and the look for the service.
    assert_eq!(lists.count(), 6, "{requests:?}");
    assert!(requests.iter().all(|request| request.method == "GET"), "{requests:?}");
    assert_eq!(completed(room, "user show -s smartcity "), ["adm1", "carl"]);
    assert_eq!(completed(room, "subservice show -s smartcity "), ["energy", "waste"]);
    room.run(&["completions", "refresh", "--no-cache"]).code(2).says("name_cache");
    Room::new().run(&["completions", "refresh"]).code(78).says("where is Keystone?");
    assert!(!city.sandbox.url(Backend::Keystone).is_empty());
}

#[test]
fn deployments_by_the_names_that_they_were_given_here() {
    let desk = Desk::indigo();
    let room = &desk.room;
    assert!(completed(room, "deployment show ").is_empty());
    desk.ok("deployment create vm.yaml -p num_vms=4 --group physics --name kafka --wait");
    assert_eq!(completed(room, "deployment show "), ["kafka", "last"]);
    let listed = desk.ok("deployment list -o name");
    let id = listed.trim();
    assert_eq!(completed(room, "resource list "), ["kafka", "last", id]);
    assert_eq!(completed(room, "deployment delete kafka "), ["last", id]);
    desk.ok("deployment delete kafka --yes --wait");
    assert!(!completed(room, "deployment show ").contains(&id.to_owned()));
    desk.ok("completions refresh");
    // A Keystone that is out of reach takes nothing away from the orchestrator.
    desk.ok("deployment create vm.yaml -p num_vms=4 --group physics --name rabbit --wait");
    let listed = desk.ok("deployment list -o name");
    let refresh = ["completions", "refresh", "--keystone", "http://127.0.0.1:1", "--retries", "0"];
    let output = room.run(&refresh).code(7);
    assert!(output.stderr.contains("noted 1 deployment"), "{output}");
    assert!(completed(room, "resource list ").contains(&listed.trim().to_owned()));
}

#[test]
fn runs_trusts_schedules_and_nodes_by_their_ids() {
    let city = City::new();
    let room = &city.room;
    room.ok(&["role", "create", "Gardener", "-s", "smartcity"]);
    room.ok(&["role", "grant", "Gardener", "--to-user", "adm1", "-s", "smartcity", "-S", "energy"]);
    room.ok(&["user", "create", "carl", "-s", "smartcity", "--no-password"]);
    let carl = room.run(&["user", "show", "carl", "-s", "smartcity", "-o", "json"]).success().json();
    let carl = format!("id:{}", carl["id"].as_str().unwrap());
    let give = ["trust", "create", "--trustee", &carl, "--role", "Gardener", "-s", "smartcity", "-S", "energy"];
    let adm1 = ["--user", "adm1", "--user-domain", "smartcity", "--password-file", "adm1.pw", "-o", "json"];
    let made = room.run(&[&give[..], &adm1].concat()).success().json();
    assert_eq!(completed(room, "trust show "), [made["id"].as_str().unwrap()]);
    room.ok(&[&["trust", "delete", made["id"].as_str().unwrap(), "--yes"], &adm1[..6]].concat());
    assert_eq!(completed(room, "trust delete "), Vec::<String>::new());
    // The newest first, and what was typed beside it.
    let runs = room.ok(&["audit", "list", "-o", "name"]);
    assert_eq!(completed(room, "audit show "), runs.lines().collect::<Vec<_>>());
    let told = room.run(&["__complete", "fish", "2", "audit", "resume", ""]).success().stdout;
    assert!(told.lines().all(|line| !line.contains("Gardener")), "what succeeded need not be done again: {told}");
    room.run(&["user", "show", "nobody", "-s", "smartcity"]).code(3);
    (0..120).for_each(|_| drop(room.ok(&["version", "--json"])));
    let told = room.run(&["__complete", "fish", "2", "audit", "resume", ""]).success().stdout;
    assert!(told.lines().any(|line| line.ends_with("\tuser show nobody -s smartcity")), "{told}");

    let server = machines::server("STARTED", "STOPPED");
    let schedules = json!([{"uuid": "s1", "status": "RUNNING"}, {"uuid": "s2", "status": "RUNNING"}]);
    let page = json!({"size": 100, "totalElements": 2, "totalPages": 1, "number": 0});
    server.on("GET /schedules?size=100&page=0", Reply::json(200, &json!({"content": schedules, "page": page})));
    let room = machines::room(&server);
    let id = machines::DEPLOYMENT;
    room.file(".config/orchest/config.toml", &format!("[paas.alias]\nkafka = '{id}'\n"));
    room.ok(&["paas", "schedule", "list"]);
    assert_eq!(completed(&room, "paas schedule show "), ["s1", "s2"]);
    assert_eq!(completed(&room, "resource show kafka "), Vec::<String>::new());
    room.ok(&["resource", "list", "kafka"]);
    for named in ["kafka", id] {
        assert_eq!(completed(&room, &format!("resource show {named} ")), ["db", "front", "wn"], "{named}");
    }
    assert_eq!(completed(&room, "resource stop kafka front "), ["db", "wn"]);
    assert_eq!(completed(&room, "resource show other "), Vec::<String>::new());
}

/// What is kept is read in full, however much there is.
#[test]
fn ten_thousand_names_are_no_trouble() {
    let names: Vec<String> = (0..10_000).map(|number| format!("person.number.{number:05}@city.example")).collect();
    let users: Vec<serde_json::Value> = names.iter().map(|name| user(name, name)).collect();
    let server = with_users(&users);
    let room = room(server.url());
    room.ok(&["user", "list", "-s", "smart", "-o", "jsonl"]);
    assert_eq!(completed(&room, "user show -s smart "), names);
    assert_eq!(completed(&room, "user show -s smart person.number.0999").len(), 10);
}

#[test]
fn policies_subscriptions_and_services_of_several_servers() {
    let server = Server::keystone();
    let domains = json!({"domains": [{"id": "d1", "name": "smart"}, {"id": "d2", "name": "stupid"}], "links": {}});
    server.on("GET /v3/domains?limit=1000", Reply::json(200, &domains));
    let room = room(server.url());
    room.ok(&["service", "list"]);
    assert_eq!(completed(&room, "service delete s"), ["smart", "stupid"]);
    assert_eq!(completed(&room, "user list --user-domain st"), ["stupid"]);
}

/// Words, flags and files, as somebody at a terminal has them.
#[test]
fn shells_complete_words_flags_and_files() {
    let server = with_users(&[user("u1", "ann"), user("u2", "annabel"), user("u3", "zoe")]);
    let room = furnished(room(server.url()));
    room.ok(&["user", "list", "-s", "smart"]);
    room.file("people.csv", "name\nann\n");
    for kind in Kind::all() {
        let mut shell = Shell::start(kind, &room);
        for (typed, ran) in [
            ("orchest subse", "<subservice>"),
            ("orchest user set-p", "<user><set-password>"),
            ("orchest user list --enab", "<user><list><--enabled>"),
            ("orchest user show -s smart z", "<user><show><-s><smart><zoe>"),
            ("orchest user show zoe --service sm", "<user><show><zoe><--service><smart>"),
            ("orchest user show zoe --service=sm", "<user><show><zoe><--service=smart>"),
            ("orchest user create -s smart --from peo", "<user><create><-s><smart><--from><people.csv>"),
            ("orchest user create -s smart --from=peo", "<user><create><-s><smart><--from=people.csv>"),
            ("orchest members check -c trello,git", "<members><check><-c><trello,github>"),
        ] {
            assert_eq!(shell.completes(typed, 1).0, ran, "{kind}: {typed:?}");
        }
        // As far as all of them agree; nothing of other services.
        let (ran, seen) = shell.completes("orchest user show -s smart an", 1);
        assert!(ran.starts_with("<user><show><-s><smart><ann"), "{kind}: {ran} {seen:?}");
        assert_eq!(shell.completes_nothing("orchest user show -s other z").0, "<user><show><-s><other><z>", "{kind}");
    }
}
