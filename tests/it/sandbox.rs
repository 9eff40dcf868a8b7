//! The emulated platform as a person and a script meet it: started, broken on purpose, asked, put back and ended.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, TcpStream};
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use orchester::sandbox::{Backend, Sandbox, SandboxOptions};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::cli::{Output, Room, finish};
use crate::support::raw::Connection;
use crate::support::server::Server;

/// `orchest sandbox up`, and what it said at its start.
struct Up {
    child: Option<Child>,
    environment: Vec<(String, String)>,
}

impl Up {
    fn start(room: &Room, port: u16, more: &[&str]) -> Self {
        let port = port.to_string();
        let mut child = room.spawn(&[&["sandbox", "up", "--port-base", &port][..], more].concat());
        let mut environment = Vec::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // The last one of them.
        while environment.last().is_none_or(|(name, _): &(String, String)| name != "ORCHEST_SANDBOX_PORT") {
            let line = lines.next().unwrap_or_else(|| panic!("it ended: {:?}", child.wait())).unwrap();
            let (name, value) = line.strip_prefix("export ").and_then(|rest| rest.split_once('=')).unwrap();
            environment.push((name.to_owned(), value.to_owned()));
        }
        Self { child: Some(child), environment }
    }

    /// Somebody who pasted the lines.
    fn room(&self) -> Room {
        self.environment.iter().fold(Room::new(), |room, (name, value)| room.env(name, value))
    }

    fn signal(&mut self, signal: Signal) -> Output {
        let child = self.child.take().unwrap();
        kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), signal).unwrap();
        finish(child, &["sandbox", "up"])
    }

    fn ended(&mut self) -> Output {
        finish(self.child.take().unwrap(), &["sandbox", "up"])
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What a list shows, in the order of the alphabet: the server's own is that of the ids.
fn names(room: &Room, line: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = room.ok(line).lines().map(str::to_owned).collect();
    names.sort();
    names
}

/// Fourteen ports in a row that nobody has just now.
fn ports() -> u16 {
    use std::sync::atomic::{AtomicU16, Ordering};
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let seed = u16::try_from(std::process::id() % 600).unwrap() * 20;
    loop {
        let base = 20_000 + (seed + NEXT.fetch_add(20, Ordering::Relaxed)) % 12_000;
        if (base..base + 14).all(|port| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return base;
        }
    }
}

#[test]
fn the_tour_makes_a_city_and_leaves_nothing() {
    let output = Room::new().run(&["sandbox", "tour"]).success();
    for text in ["(exit code 75)", "$ orchest service delete smartcity --yes", "Nothing is left"] {
        assert!(output.stdout.contains(text), "{text}\n{output}");
    }
    assert!(output.stderr.contains("went on with run"), "{output}");
}

#[test]
fn a_sandbox_is_used_broken_asked_put_back_and_ended_from_other_shells() {
    let port = ports();
    let mut up = Up::start(&Room::new(), port, &["--seed", "demo"]);
    let room = up.room();
    let list = ["user", "list", "-s", "smartcity", "-o", "name"];
    assert_eq!(names(&room, &list), ["adm1", "alice", "bob", "carl"]);
    room.run(&["user", "create", "dora", "-s", "smartcity", "--no-password"]).success();

    room.run(&["sandbox", "fault", "status=503@1! on GET /v3/users*"]).success().says("waits");
    room.run(&["user", "list", "-s", "smartcity", "--retries", "1"]).code(75);
    room.run(&["service", "list"]).success();
    room.run(&["sandbox", "fault", "kill@1"]).code(2).says("sandbox shell");
    room.run(&["sandbox", "fault", "explode@1"]).code(2).says("explode");
    room.run(&["sandbox", "fault", "cut@9"]).success();
    assert_eq!(room.ok(&["sandbox", "fault", "--list"]), "cut@9\n");
    room.run(&["sandbox", "fault", "--clear"]).success();

    let requests = room.ok(&["sandbox", "requests"]);
    let requests: Vec<Value> = requests.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(
        requests.iter().any(|request| request["method"] == "POST" && request["path"] == "/v3/users"),
        "{requests:?}"
    );
    assert!(requests.iter().all(|request| request["server"] == "keystone"));
    assert!(requests.iter().any(|request| request["faults"][0] == "status=503@* on GET /v3/users*"), "{requests:?}");

    // By the port too, and not only where the variable is.
    Room::new().run(&["sandbox", "reset", "--port-base", &port.to_string()]).success();
    assert_eq!(names(&room, &list), ["adm1", "alice", "bob", "carl"]);
    assert_eq!(
        room.ok(&["sandbox", "requests"]).lines().count(),
        4,
        "a refused token, a login, the service, the users"
    );
    room.run(&["sandbox", "down"]).success();
    up.ended().success();
    room.run(&["sandbox", "requests"]).code(1).says("no sandbox answers").says("orchest sandbox up");
}

#[test]
fn an_orchestrator_is_as_strict_and_as_fast_as_asked() {
    let mut up = Up::start(&Room::new(), ports(), &["--seed", "demo", "--strict", "--paas-speed", "1"]);
    let find = |name: &str| {
        let found = up.environment.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.clone()).unwrap_or_else(|| panic!("{name} is not told"))
    };
    let (url, bearer) = (find("ORCHEST_PAAS"), format!("Bearer {}", find("ORCHEST_PAAS_TOKEN")));
    let mut connection = Connection::open(&url).unwrap();
    let mut ask = |method: &str, path: &str, body: Option<&Value>| {
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        connection.send(method, path, &headers, body).unwrap().json()
    };
    let list = ask("GET", "/deployments?createdBy=me", None);
    assert_eq!(list["page"]["totalElements"], 2);
    assert!(list["links"][0]["href"].as_str().unwrap().starts_with(&url), "{list}");
    let template = "tosca_definitions_version: tosca_simple_yaml_1_0\ntopology_template: {}\n";
    let body = serde_json::json!({"template": template, "userGroup": "city"});
    let uuid = ask("POST", "/deployments", Some(&body))["uuid"].as_str().unwrap().to_owned();
    std::thread::sleep(Duration::from_millis(10));
    assert_eq!(ask("GET", &format!("/deployments/{uuid}"), None)["status"], "CREATE_COMPLETE");
    let ended = up.signal(Signal::INT);
    for name in ["paas-v1 is at", "paas-indigo is at", "issuer is at"] {
        assert!(ended.stderr.contains(name), "{ended}");
    }
}

#[test]
fn a_taken_port_is_explained_and_ctrl_c_is_clean() {
    let port = ports();
    for signal in [Signal::INT, Signal::TERM] {
        let mut up = Up::start(&Room::new(), port, &[]);
        let second = Room::new().run(&["sandbox", "up", "--port-base", &port.to_string()]);
        second.code(1).says(&port.to_string()).says("orchest sandbox down").says("--port-base");
        up.signal(signal).success().says("nothing is kept");
    }
}

/// Its command would go on without it; that has to end, and takes it along.
#[test]
fn the_sandbox_of_a_shell_ends_with_the_shell_alone() {
    let script = "orchest sandbox down; echo \"down $?\"; orchest service list -o name";
    let output = Room::new().run(&["sandbox", "shell", "--", "sh", "-c", script]).success();
    assert_eq!(output.stdout, "down 2\nDefault\n", "{output}");
    let output = output.says("ends with the shell").says("next: exit");
    assert!(!output.stderr.contains("the sandbox ends; nothing is kept"), "{output}");
}

/// Nobody who tries something comes upon a server of theirs, or changes a setting of theirs.
#[test]
fn settings_of_the_operator_are_neither_used_in_a_shell_nor_changed() {
    let server = Server::start();
    let url = server.url();
    let settings = format!(
        "service = 'smart'\n[auth]\nscope = 'domain'\ndomain = 'mycity'\n[orchestrator]\nurl = '{url}'\n[im]\nurl = '{url}'\n"
    );
    let room = Room::new().env("ORCHEST_CONTEXT", "nowhere").env("OS_CLOUD", "prod").env("ORCHEST_OUTPUT", "name");
    let room = room.env("ORCHEST_ORCHESTRATOR", url).env("ORCHEST_TOKEN", "canary");
    room.file(".config/orchest/config.toml", &settings);
    let home = room.file(".orchester.toml", &settings);
    let script = "orchest service list && orchest config set module.STH.notify_url http://sth:8666/notify && \
        orchest module list -s Default -o json; orchest stats show; echo \"stats $?\"; orchest config path -o jsonl";
    let output = room.run(&["sandbox", "shell", "--", "sh", "-c", script]).success();
    assert!(output.stdout.starts_with("Default\n"), "{output}");
    assert!(output.stdout.contains("stats 78"), "no address of an IoT orchestrator is known there: {output}");
    assert!(!output.stdout.contains(&home.display().to_string()), "{output}");
    assert_eq!(server.lines(), Vec::<String>::new());
    assert_eq!(std::fs::read_to_string(home).unwrap(), settings);
}

/// Of the city that people learn on.
#[test]
fn everything_of_the_small_city_can_be_tried() {
    let typed = |line: &str| Room::new().run(&["sandbox", "shell", "--seed", "demo", "--", "sh", "-c", line]).success();
    typed("orchest service check smartcity --exit-status --generic-roles").says("service smartcity is as it should be");
    typed("orchest policy test ServiceCustomer read orion -s smartcity").prints("Permit");
    let modules = "orchest config init && orchest module list -s smartcity --all-subservices -o name";
    typed(modules).prints("STH");
    let status = typed("orchest module status -s smartcity -S energy -o csv");
    status.prints("STH,STH,/energy,active").prints("PERSEO,PERSEO,/energy,absent");
    typed("orchest members add hal -c github --team crew").prints("invited");
    // What help tells of the port in such a shell.
    let port = "${ORCHEST_KEYSTONE##*:}";
    typed("orchest help move from the old scripts").prints(port);
    typed(&format!("orchest legacy printServiceUsers http 127.0.0.1 {port} smartcity adm1 env:ORCHEST_PASSWORD"))
        .prints("carl");
}

#[test]
fn two_side_by_side_do_not_meet() {
    let (one, other) = (Up::start(&Room::new(), ports(), &[]), Up::start(&Room::new(), ports(), &["--platform"]));
    let (room, stranger) = (one.room(), other.room());
    room.run(&["sandbox", "fault", "status=500@*!"]).success();
    stranger.run(&["service", "list"]).success();
    room.run(&["service", "list", "--retries", "1"]).code(75);
    room.run(&["sandbox", "fault", "--clear"]).success();
    let create =
        ["service", "create", "smartcity", "--admin-user", "adm1", "--generate-password", "--password-out", "pw"];
    room.run(&create).success();
    let services = ["service", "list", "-o", "name"];
    assert_eq!(names(&room, &services), ["Default", "smartcity"]);
    assert_eq!(names(&stranger, &services), ["Default", "admin_domain"]);
}

#[test]
fn a_seed_that_cannot_be_used_is_a_usage_error() {
    let room = Room::new();
    let file = room.file("seed.toml", "[[service]]\nname = 'a'\ncolour = 'red'\n");
    room.run(&["sandbox", "up", "--seed", file.to_str().unwrap()]).code(2).says("seed.toml").says("colour");
    room.run(&["sandbox", "shell", "--seed", "/nowhere", "--", "true"]).code(2).says("/nowhere");
    room.run(&["sandbox", "shell", "--fault", "boom@1", "--", "true"]).code(2).says("boom");
    room.run(&["sandbox", "shell", "--", "sh", "-c", "exit 7"]).code(7);
}

/// Twenty lines of an operator's shell. The seventh request gets a 503: it ends with 75, and run again, with 0.
#[test]
fn an_operators_script_survives_a_server_that_stumbles() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/provision.sh");
    let (room, script) = (Room::new(), script.to_str().unwrap());
    let both = format!(
        "code=0; {script} || code=$?; echo \"first $code\"; {script}; echo \"then $?\"; orchest user list -s smartcity -o name | sort"
    );
    let output = room.run(&["sandbox", "shell", "--fault", "status=503@7", "--", "sh", "-c", &both]).success();
    assert!(output.stdout.contains("first 75\n"), "{output}");
    assert!(output.stdout.contains("then 0\n"), "{output}");
    assert!(output.stdout.ends_with("adm1\nann\nbob\n"), "{output}");
}

#[test]
fn what_clients_do_wrong_stops_nobody_else() {
    let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
    let url = sandbox.url(Backend::Keystone);
    let address = url.trim_start_matches("http://");
    // One byte, and then nothing; it stays open to the end of the test.
    let mut slow = TcpStream::connect(address).unwrap();
    slow.write_all(b"P").unwrap();
    let mut stalled = TcpStream::connect(address).unwrap();
    stalled.write_all(b"POST /v3/auth/tokens HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{").unwrap();

    let answer = |text: &[u8]| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        // A refusal may come, and the connection end, before everything is written.
        let _ = stream.write_all(text);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    };
    let close = "Host: a\r\nConnection: close\r\n";
    let wrong = answer(format!("GET /v3/users HTTP/1.1\r\nX-Auth-Token: wrong\r\n{close}\r\n").as_bytes());
    assert!(wrong.starts_with("HTTP/1.1 401 "), "{wrong}");
    let broken =
        answer(format!("POST /v3/auth/tokens HTTP/1.1\r\n{close}Content-Length: 5\r\n\r\n{{\"a\":").as_bytes());
    assert!(broken.starts_with("HTTP/1.1 400 "), "{broken}");
    let huge = [
        format!("POST /v3/auth/tokens HTTP/1.1\r\n{close}Content-Length: 20000000\r\n\r\n").into_bytes(),
        vec![b'x'; 20_000_000],
    ]
    .concat();
    let huge = answer(&huge);
    assert!(huge.is_empty() || huge.starts_with("HTTP/1.1 413 "), "{huge}");
    assert!(answer(b"no HTTP at all\r\n\r\n").starts_with("HTTP/1.1 400 "));

    let started = Instant::now();
    let room = sandbox.environment().iter().fold(Room::new(), |room, (name, value)| room.env(name, value));
    room.run(&["service", "list"]).success();
    assert!(started.elapsed() < Duration::from_secs(10));
}

/// This machine's addresses that are not loopback.
fn other_addresses() -> Vec<IpAddr> {
    let output = std::process::Command::new("hostname").arg("-I").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let mut all: Vec<IpAddr> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    // Another address of the loopback network is not the one that it listens on either.
    all.push("127.0.0.2".parse().unwrap());
    all
}

#[test]
fn nothing_is_reachable_from_elsewhere() {
    let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
    let ports: Vec<u16> = sandbox
        .addresses()
        .iter()
        .map(|(_, url)| url.rsplit(':').next().unwrap().parse().unwrap())
        .chain([sandbox.control_port()])
        .collect();
    assert_eq!(ports.len(), Backend::ALL.len() + 1);
    for address in other_addresses() {
        for port in &ports {
            // The address is this machine's: somebody else can listen there on the same port, so the sandbox does not.
            let free = std::net::TcpListener::bind((address, *port));
            assert!(free.is_ok(), "{address}:{port} is taken: {free:?}");
            drop(free);
            let answer = TcpStream::connect_timeout(&(address, *port).into(), Duration::from_secs(2));
            assert!(answer.is_err(), "{address}:{port} answers");
        }
    }
}

#[test]
fn a_page_in_a_browser_cannot_reach_the_control_port() {
    let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
    let control = format!("http://127.0.0.1:{}", sandbox.control_port());
    for (method, path) in [("POST", "/reset"), ("POST", "/down"), ("GET", "/requests"), ("POST", "/fault")] {
        let answer = Connection::open(&control).unwrap().send(method, path, &[("Connection", "close")], None).unwrap();
        assert_eq!(answer.status, 403, "{method} {path}");
    }
    assert!(!sandbox.is_asked_to_end());
}
