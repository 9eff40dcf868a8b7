//! To whom the program speaks at all: run in a network of its own, in which every connection that is begun is seen.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use orchester::sandbox::{Backend, SandboxOptions, Seed, TokenKind};

use crate::support::cli::Room;
use crate::support::legacy::{Stage, routes, scripts};
use crate::support::sources::root;
use crate::support::whole::Whole;

/// Set where the test runs once more, inside.
const INSIDE: &str = "ORCHEST_TEST_NETWORK";

/// A network with this machine in it, and a way out that leads nowhere: whoever asks for a name or another host is seen to.
const NETWORK: &str = "set -e
ip link set lo up
ip link add out0 type veth peer name out1
ip link set out0 arp off up
ip link set out1 up
ip addr add 192.0.2.2/24 dev out0
ip route add default dev out0
ip -6 addr add 2001:db8::2/64 dev out0 nodad || true
ip -6 route add default dev out0 || true
exec \"$@\"";

/// How a namespace can be had here: as root, or as root of one's own.
fn means() -> Vec<&'static str> {
    let ways = [vec!["--net"], vec!["--user", "--map-root-user", "--net"]];
    let works = |way: &Vec<&str>| {
        let script = NETWORK.replace("exec \"$@\"", "true");
        let tried = Command::new("unshare").args(way).args(["sh", "-c", &script]).output();
        tried.is_ok_and(|tried| tried.status.success())
    };
    ways.into_iter().find(works).unwrap_or_else(|| {
        panic!("this test needs a network namespace: `unshare` and `ip` (tests/servers/network.sh), and the right to use them")
    })
}

#[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// What was begun so far.
struct Wire {
    seen: Arc<Mutex<BTreeSet<String>>>,
    child: std::process::Child,
}

impl Wire {
    fn watch() -> Self {
        let mut child = Command::new("python3")
            .arg(root().join("tests/servers/wire_watch.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this test needs python3");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "ready");
        let seen = Arc::<Mutex<BTreeSet<String>>>::default();
        let of_thread = seen.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                of_thread.lock().unwrap().insert(line);
            }
        });
        Self { seen, child }
    }

    fn seen(&self) -> BTreeSet<String> {
        self.seen.lock().unwrap().clone()
    }

    /// Waits until something of this kind is seen.
    #[track_caller]
    fn shows(&self, is_it: impl Fn(&str) -> bool) {
        let begin = Instant::now();
        while !self.seen().iter().any(|line| is_it(line)) {
            assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", self.seen());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        drop(self.child.stdin.take().map(|mut stdin| stdin.flush()));
        let _ = self.child.wait();
    }
}

/// The ports that somebody listens at. In this network there is nobody but this test, so these are the configured servers.
fn listening() -> BTreeSet<u16> {
    let text = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let row = |line: &str| {
        let mut cells = line.split_whitespace().skip(1);
        let (local, state) = (cells.next()?, cells.nth(1)?);
        let port = local.split_once(':')?.1;
        (state == "0A").then(|| u16::from_str_radix(port, 16).ok())?
    };
    text.lines().skip(1).filter_map(row).collect()
}

fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

/// Without a setting, and without a server.
fn alone() {
    let room = Room::new();
    for line in [
        "--version",
        "--help",
        "help names",
        "help environment",
        "config path",
        "config show --origin",
        "config init",
        "config validate",
        "legacy",
        "policy templates",
        "policy lint nothing.xml",
        "audit list",
        "stats local",
        "auth status",
        "auth logout --all",
        "service list",
        "deployment list",
        "-c github check ada",
        "paas info",
    ] {
        let output = room.run(&words(line));
        assert!(output.signal.is_none(), "{output}");
    }
}

/// Members of the four services, deployments at both kinds of orchestrators, and logins at all of them.
fn people_and_deployments() -> Whole {
    let mut options = SandboxOptions::default();
    (options.seed, options.paas_speed) = (Seed::Demo, Duration::ZERO);
    let whole = Whole::of(options);
    let room = &whole.room;
    room.file("machines.yaml", include_str!("../../src/sandbox/paas/demo/machines.yaml"));
    room.file("roster.csv", "github\nada\noli\nhal\n");
    let lines = [
        "-c all check bea@example.com",
        "-c github check bea",
        "-c github add hal",
        "-c github rm hal",
        "-c trello check bea",
        "-c slack check bea@example.com",
        "-c g_drive check bea@example.com",
        "-c g_drive add hal@example.com",
        "-c g_drive rm hal@example.com",
        "members list -c github,trello,slack,g_drive",
        "members invitations -c github",
        "members capabilities",
        "members sync --from roster.csv -c github --yes",
        "auth whoami github",
        "auth status --check",
        "auth logout github",
        "deployment create machines.yaml --name vms --group city -p num_vms=1 --wait",
        "deployment list",
        "deployment outputs vms",
        "resource list vms",
        "log show vms",
        "deployment delete vms --yes",
        "paas info",
        "paas health",
        "paas config",
        "platform health",
        "platform version",
        "stats metrics --of all",
        "service list --usage",
        "user list -s smartcity -vvv --trace trace.txt",
    ];
    for line in lines {
        let output = room.run(&words(line));
        assert!(output.signal.is_none() && output.code != Some(101), "{output}");
    }
    let v1 = whole.sandbox.environment().iter().fold(Room::new(), |room, (name, value)| room.env(name, value));
    let v1 = v1.env("ORCHEST_PAAS", &whole.sandbox.url(Backend::PaasV1));
    for line in ["template list", "paas user list", "paas info", "deployment list", "paas ssh-key show"] {
        v1.run(&words(line));
    }
    // Tokens, by pasting and by hand; no browser is started.
    let toml = "[connector.trello]\nworkspace = 'acme'\n[connector.github]\norganization = 'acme'\n";
    let new = whole
        .sandbox
        .environment()
        .iter()
        .filter(|(name, _)| !name.ends_with("_TOKEN"))
        .fold(Room::new(), |room, (name, value)| room.env(name, value));
    new.file(".orchester.toml", toml);
    for (name, kind, scopes) in
        [("github", TokenKind::GithubClassic, &["admin:org"][..]), ("trello", TokenKind::Trello, &["read", "write"])]
    {
        let token = whole.sandbox.members_token(kind, "ada", scopes, None);
        new.run_with_input(&["generate", name, "--by-hand", "--no-browser", "--store", "file"], &format!("{token}\n"))
            .success();
        new.run(&["auth", "logout", name]);
    }
    whole
}

fn inside() {
    let wire = Wire::watch();
    alone();
    assert!(wire.seen().is_empty(), "without any server: {:?}", wire.seen());
    let mut stages = Vec::new();
    for platform in [false, true] {
        let stage = Stage::new(platform);
        scripts().iter().for_each(|row| stage.walk(row));
        stages.push(stage);
    }
    let whole = people_and_deployments();
    let mut allowed = listening();
    // This one holds its servers no longer than it walks.
    let stage = Stage::new(false);
    allowed.extend(listening());
    let before = wire.seen();
    routes::walk(stage);
    let (seen, own) = (wire.seen(), wire.seen().difference(&before).count());
    assert!(seen.len() > 8, "{seen:?}");
    let is_configured = |line: &String| {
        let port = line.strip_prefix("tcp 127.0.0.1:").and_then(|port| port.parse::<u16>().ok());
        port.is_some_and(|port| allowed.contains(&port))
    };
    let others: Vec<&String> = seen.iter().filter(|line| !is_configured(line)).collect();
    // The scripted orchestrator of those routes is the one server that was started after the look at the ports.
    let scripted = others.iter().filter(|line| line.starts_with("tcp 127.0.0.1:")).count();
    assert!(scripted <= 1 && others.len() == scripted && own > 0, "asked beyond the settings: {others:?}");
    drop((stages, whole));

    // What is looked for would be seen: a name that is asked for, and a host.
    let room = Room::admin("http://192.0.2.77:5000").env("ORCHEST_RETRIES", "1").env("ORCHEST_CONNECT_TIMEOUT", "1s");
    room.run(&["user", "list", "--allow-http"]);
    wire.shows(|line| line == "tcp 192.0.2.77:5000");
    room.env("ORCHEST_KEYSTONE", "https://keystone.example").run(&["user", "list"]);
    wire.shows(|line| line.starts_with("udp ") && line.ends_with(":53"));
}

/// Fails with `src/cli/run.rs`: in `build`, a first line `let _ = std::net::TcpStream::connect_timeout(&([192, 0, 2, 9],
/// 443).into(), std::time::Duration::from_millis(50));`.
#[test]
fn s36_nobody_is_asked_but_the_servers_of_the_settings() {
    if is_inside() {
        return inside();
    }
    let way = means();
    let output = Command::new("unshare")
        .args(way)
        .args(["sh", "-c", NETWORK, "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "network::s36_nobody_is_asked_but_the_servers_of_the_settings", "--nocapture"])
        .env(INSIDE, "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}
