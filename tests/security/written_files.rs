//! Files that are written: only where somebody said, never over something, and nothing is left of what was only meanwhile.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::scripted::{FIND_BOB, room, smart, user, users_page};
use crate::support::cli::Room;
use crate::support::server::{Reply, Server};
use crate::support::terminal::Terminal;

/// Names that lead out of a folder, or into one that matters.
const EVIL: [&str; 14] = [
    "../evil",
    "../../evil",
    "../../../../../../../../tmp/orchest-evil",
    "/tmp/orchest-evil",
    "..",
    ".",
    "evil/",
    "./evil",
    "..\\evil",
    "C:\\evil",
    "~/evil",
    "$HOME/evil",
    "evil\u{0}.txt",
    "-evil",
];

/// A place where nothing may be written, with a room in it that is worked in.
struct Yard {
    room: Room,
    before: BTreeSet<String>,
}

fn all(room: &Room) -> BTreeSet<String> {
    let home = room.path("");
    room.files().iter().map(|path| path.strip_prefix(&home).unwrap().display().to_string()).collect()
}

impl Yard {
    fn new(room: Room) -> Self {
        room.file("precious", "precious");
        Self { before: all(&room), room }
    }

    /// Whatever is new lies flat in a folder of ours, under a name without any of those in it.
    #[track_caller]
    fn is_tidy(&self, what: &str) {
        assert!(!Path::new("/tmp/orchest-evil").exists(), "{what}");
        assert_eq!(std::fs::read_to_string(self.room.path("precious")).unwrap(), "precious");
        for name in all(&self.room).difference(&self.before) {
            let below = name.strip_prefix(".state/orchest/").unwrap_or_else(|| panic!("{what}: {name} was written"));
            let parts: Vec<&str> = below.split('/').collect();
            assert!(parts.len() <= 2 && !parts.contains(&"..") && !parts.contains(&"evil"), "{what}: {name}");
            let plain = |sign: char| sign.is_ascii_alphanumeric() || "._-%+@=".contains(sign);
            assert!(below.chars().all(|sign| plain(sign) || sign == '/'), "{what}: {name:?}");
        }
    }
}

/// Servers that call everything so.
fn names_of_servers_name_no_file() {
    for evil in EVIL {
        let keystone = Server::start();
        let about = json!({"token": {"expires_at": "2099-01-01T00:00:00.000000Z", "methods": ["password"],
            "user": {"id": evil, "name": evil, "domain": {"id": evil, "name": evil}},
            "roles": [{"id": evil, "name": evil}], "project": {"id": evil, "name": evil, "domain": {"id": evil, "name": evil}}}});
        let headers =
            vec![("Content-Type", "application/json".to_owned()), ("X-Subject-Token", "canary-token-e".to_owned())];
        keystone.on("POST /v3/auth/tokens", Reply::Plain(201, headers, about.to_string().into_bytes()));
        let row = json!({"id": evil, "name": evil, "domain_id": evil, "enabled": true, "description": evil});
        keystone.otherwise(move |asked| {
            let kind = asked.path.trim_start_matches("/v3/").split(['?', '/']).next().unwrap_or_default().to_owned();
            let of =
                json!({kind.clone(): [row.clone()], kind.trim_end_matches('s'): row.clone(), "links": {"next": null}});
            Reply::json(200, &of)
        });
        let yard = Yard::new(room(keystone.url()));
        // Names that no argument can hold come from servers alone.
        let typed = if evil.contains('\0') { "evil" } else { evil };
        for line in [
            vec!["auth", "login", "--store", "file", "--user", typed, "--user-domain", typed],
            vec!["auth", "whoami"],
            vec!["service", "list"],
            vec!["user", "list", "-s", "smart"],
            vec!["user", "show", "id:x", "-s", "smart", "-o", "yaml"],
            vec!["user", "create", "bob", "-s", "smart", "--no-password"],
            vec!["role", "assignments", "-s", "smart"],
            vec!["audit", "list"],
        ] {
            let output = yard.room.run(&line);
            assert!(output.signal.is_none(), "{output}");
            yard.is_tidy(&format!("{evil:?}, {line:?}"));
        }
        let paas = Server::start();
        let deployment = json!({"uuid": evil, "status": "CREATE_COMPLETE", "createdBy": {"issuer": evil, "subject": evil},
            "outputs": {evil: evil, "key": "x"}, "physicalId": evil, "links": []});
        paas.otherwise(move |asked| match asked.path.split('?').next().unwrap() {
            path if path.ends_with("/template") => Reply::text(200, "text/plain", "tosca_definitions_version: x\n"),
            path if path.ends_with("/resources") || path == "/deployments" => {
                let page = json!({"size": 100, "totalElements": 1, "totalPages": 1, "number": 0});
                Reply::json(200, &json!({"content": [deployment.clone()], "page": page}))
            }
            _ => Reply::json(200, &deployment),
        });
        let yard = Yard::new(crate::scripted::room_without_password("http://127.0.0.1:9"));
        let room = yard.room.env("ORCHEST_PAAS", paas.url()).env("ORCHEST_PAAS_TOKEN", "canary-token-p");
        room.file("t.yaml", "tosca_definitions_version: tosca_simple_yaml_1_0\ntopology_template: {}\n");
        let before = all(&room);
        let yard = Yard { room: room.env("ORCHEST_PAAS_DIALECT", "indigo"), before };
        for line in [
            vec!["deployment", "list"],
            vec!["deployment", "outputs", "id:x"],
            vec!["deployment", "outputs", "id:x", "-o", "json", "--reveal"],
            vec!["deployment", "create", "t.yaml", "--name", typed, "--group", typed],
            vec!["log", "show", "id:x"],
            vec!["resource", "list", "id:x"],
        ] {
            let output = yard.room.run(&line);
            assert!(output.signal.is_none(), "{output}");
            yard.is_tidy(&format!("{evil:?}, {line:?}"));
        }
        assert!(keystone.lines().len() > 5 && paas.lines().len() > 3, "{:?} {:?}", keystone.lines(), paas.lines());
    }
}

/// What a flag names is made new, and a link or something that is there is left as it is.
fn nothing_is_written_over() {
    let server = smart();
    for _ in 0..20 {
        server.on(FIND_BOB, users_page(&[user("u5", "bob")], None));
    }
    server.on("PATCH /v3/users/u5", Reply::json(200, &json!({"user": user("u5", "bob")})));
    let room = room(server.url());
    room.file("victim", "precious, and no password");
    room.file("empty", "");
    std::os::unix::fs::symlink(room.path("victim"), room.path("link")).unwrap();
    std::os::unix::fs::symlink(room.path("new"), room.path("dangling")).unwrap();
    std::fs::create_dir(room.path("folder")).unwrap();
    let set = |file: &str| {
        room.run(&["user", "set-password", "bob", "-s", "smart", "--generate-password", "--password-out", file])
    };
    for file in ["link", "dangling", "folder", "nowhere/file"] {
        let output = set(file);
        assert!(!matches!(output.code, Some(0) | None), "{output}");
    }
    let trace = |file: &str| room.run(&["user", "list", "-s", "smart", "--trace", file]);
    for file in ["link", "dangling", "folder"] {
        let output = trace(file);
        assert!(!matches!(output.code, Some(0) | None), "{output}");
    }
    assert_eq!(server.lines().iter().filter(|line| line.starts_with("PATCH")).count(), 0, "{:?}", server.lines());
    // One that is there is the password of an earlier run of the same line, and stays as it is.
    set("victim");
    for (what, line) in [
        ("a key", vec!["paas", "ssh-key", "generate", "--key-file", "victim", "--paas", "http://127.0.0.1:9"]),
        ("a key", vec!["paas", "ssh-key", "generate", "--key-file", "link", "--paas", "http://127.0.0.1:9"]),
    ] {
        let output = room.run(&line);
        assert!(!matches!(output.code, Some(0) | None), "{what}\n{output}");
    }
    assert_eq!(std::fs::read_to_string(room.path("victim")).unwrap(), "precious, and no password");
    assert!(!room.path("new").exists());

    // The key of a machine: the text is a server's, the place is not.
    const DEPLOYMENT: &str = "11e7fc71-8e27-4c45-a7ae-0242ac110002";
    let paas = Server::start();
    let system = json!({"class": "system", "id": "../evil", "net_interface.0.ip": "203.0.113.7",
        "disk.0.os.credentials.username": "cloudadm", "disk.0.os.credentials.private_key": "canary-key"});
    let node = json!({"uuid": "../../evil", "state": "STARTED", "toscaNodeName": "../evil",
        "toscaNodeType": "tosca.nodes.indigo.Compute", "physicalId": "0", "creationTime": "2026-11-24T12:00+0000",
        "metadata": {"VirtualMachineInfo": json!({"vmProperties": [system]}).to_string()}});
    let page = json!({"size": 100, "totalElements": 1, "totalPages": 1, "number": 0});
    paas.otherwise(move |asked| match asked.path.contains("/resources") {
        true => Reply::json(200, &json!({"content": [node.clone()], "page": page.clone()})),
        false => Reply::json(200, &json!({"uuid": DEPLOYMENT, "status": "CREATE_COMPLETE", "physicalId": "i1"})),
    });
    let room = room
        .env("ORCHEST_PAAS", paas.url())
        .env("ORCHEST_PAAS_TOKEN", "canary-token")
        .env("ORCHEST_PAAS_DIALECT", "indigo");
    for file in ["victim", "link", "dangling", "folder"] {
        let output = room.run(&["resource", "ssh", DEPLOYMENT, "--key-out", file]);
        assert!(matches!(output.code, Some(1 | 6 | 78)), "{file}\n{output}");
    }
    assert_eq!(std::fs::read_to_string(room.path("victim")).unwrap(), "precious, and no password");
    room.run(&["resource", "ssh", DEPLOYMENT, "--key-out", "fresh"]).success();
    assert_eq!(std::fs::read_to_string(room.path("fresh")).unwrap(), "canary-key\n");
    assert!(!room.path("new").exists() && !room.path("evil").exists());
}

/// Nothing takes archives apart: what could is not even a dependency.
fn no_archive_is_opened() {
    let lock = std::fs::read_to_string(crate::support::sources::root().join("Cargo.lock")).unwrap();
    for name in ["tar", "zip", "async-zip", "sevenz-rust", "flate2", "xz2", "bzip2", "zstd", "brotli"] {
        assert!(!lock.contains(&format!("name = \"{name}\"\n")), "{name}");
    }
}

/// Fails with `src/base/private/mod.rs`: in `create_new`, `temporary.persist_noclobber(path)` → `temporary.persist(path)`.
#[test]
fn s27_what_servers_call_things_names_no_file_and_nothing_is_written_over() {
    names_of_servers_name_no_file();
    nothing_is_written_over();
    no_archive_is_opened();
}

/// The process that is the parent of this one.
fn parent(of: i32) -> i32 {
    let status = std::fs::read_to_string(format!("/proc/{of}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:")).unwrap_or("0");
    line.trim().parse().unwrap()
}

/// Everything below a folder, the folders too, with its size.
fn below(folder: &Path) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let about = entry.path().symlink_metadata().unwrap();
        found.push((entry.path().display().to_string(), if about.is_dir() { 0 } else { about.len() }));
        if about.is_dir() {
            found.extend(below(&entry.path()));
        }
    }
    found.sort();
    found
}

/// There is no editing of copies: the editor gets the settings file itself, so there is no copy that could be read or be left
/// behind, whatever ends the program; and the file is as the editor left it.
fn an_editor_gets_no_copy() {
    for signal in [None, Some(Signal::INT), Some(Signal::TERM), Some(Signal::HUP), Some(Signal::KILL)] {
        let room = Room::new();
        room.file(".orchester.toml", "service = \"smart\"\n");
        std::fs::create_dir(room.path("tmp")).unwrap();
        let editor = room.file(
            "editor",
            "#!/bin/sh\necho $$ > \"$HOME/started.new\"; mv \"$HOME/started.new\" \"$HOME/started\"\n\
            printf '%s\\n' \"$@\" > \"$HOME/given\"\nwhile [ ! -e \"$HOME/go\" ]; do sleep 0.05; done\n",
        );
        std::fs::set_permissions(&editor, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let tmp = room.path("tmp").display().to_string();
        let room = room.env("TMPDIR", &tmp).env("EDITOR", &editor.display().to_string());
        let terminal = Terminal::start(&room, "config edit");
        let begin = Instant::now();
        while !room.path("started").exists() {
            assert!(begin.elapsed() < Duration::from_secs(30), "{}", terminal.seen());
            std::thread::sleep(Duration::from_millis(5));
        }
        let pid: i32 = std::fs::read_to_string(room.path("started")).unwrap().trim().parse().unwrap();
        let meanwhile = below(&room.path("tmp"));
        assert!(meanwhile.is_empty(), "{meanwhile:?}");
        if let Some(signal) = signal {
            kill_process(Pid::from_raw(parent(pid)).unwrap(), signal).unwrap();
        }
        std::fs::write(room.path("go"), "").unwrap();
        let (code, seen) = terminal.ended();
        assert!(signal.is_some() || code == 0, "{seen}");
        let given = std::fs::read_to_string(room.path("given")).unwrap();
        assert_eq!(given, format!("{}\n", room.path(".orchester.toml").display()), "{signal:?}");
        assert_eq!(std::fs::read_to_string(room.path(".orchester.toml")).unwrap(), "service = \"smart\"\n");
        assert!(below(&room.path("tmp")).is_empty());
        let stray: Vec<String> = all(&room)
            .into_iter()
            .filter(|name| !["editor", "started", "given", "go", ".orchester.toml"].contains(&name.as_str()))
            .filter(|name| !name.starts_with(".state/orchest/"))
            .collect();
        assert!(stray.is_empty(), "{signal:?}: {stray:?}");
    }
}

/// The one folder that is made in the place for temporary things: nobody else may look into it, and it is gone in the end.
fn a_tour_leaves_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let room = Room::new();
        std::fs::create_dir(room.path("tmp")).unwrap();
        let tmp = room.path("tmp").display().to_string();
        let room = room.env("TMPDIR", &tmp);
        let mut child = room.spawn(&["sandbox", "tour"]);
        let begin = Instant::now();
        // It has a home once its first line has left something there.
        while !below(&room.path("tmp")).iter().any(|(name, _)| name.contains("runs.jsonl")) {
            assert!(begin.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none());
            std::thread::sleep(Duration::from_millis(5));
        }
        let [home] = std::fs::read_dir(room.path("tmp"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
        assert_eq!(home.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), signal).unwrap();
        let output = crate::support::cli::finish(child, &["sandbox", "tour"]);
        assert_ne!(output.code, Some(0), "{output}");
        let left = below(&room.path("tmp"));
        assert!(left.is_empty(), "{signal:?}: {left:?}\n{output}");
    }
}

/// Fails with `src/cli/editor.rs`: `.arg(path)` → `.arg({ let copy = std::env::temp_dir().join("copy.toml"); let _ =
/// std::fs::copy(path, &copy); copy })`.
/// Fails with `src/cli/sandbox/tour.rs`: `Permissions::from_mode(0o700)` → `Permissions::from_mode(0o755)`.
#[test]
fn s37_nothing_is_edited_in_a_copy_and_nothing_temporary_stays() {
    an_editor_gets_no_copy();
    a_tour_leaves_nothing();
}
