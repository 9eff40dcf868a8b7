//! Logins in a browser: who may end them, and what is seen of them.

use std::net::{Ipv4Addr, TcpListener, TcpStream};

use orchester::sandbox::{Backend, Sandbox, SandboxOptions, Seed};

use crate::support::cli::Room;
use crate::support::login::{Running, kept_refresh};
use crate::support::raw::{Answer, Connection, get};
use crate::support::secret::witness;

const LOGIN: [&str; 8] = ["auth", "login", "paas", "--store", "file", "-vvv", "--trace", "trace.txt"];
pub const OPENED: &str = "if none has opened, open ";

pub fn desk() -> (Sandbox, Room) {
    let mut options = SandboxOptions::default();
    options.seed = Seed::Demo;
    let sandbox = Sandbox::start(options).unwrap();
    let room = Room::new()
        .env("ORCHEST_PAAS", &sandbox.url(Backend::PaasIndigo))
        .env("ORCHEST_PAAS_ISSUER", &sandbox.url(Backend::Issuer))
        .env("ORCHEST_PAAS_CLIENT_ID", "orchest")
        .env("XDG_RUNTIME_DIR", "/dev/null/none");
    let opener = witness(&room, "opener", "");
    (sandbox, room.env("BROWSER", &opener))
}

/// The value of a part of a query.
#[track_caller]
pub fn part(address: &str, name: &str) -> String {
    let url = url::Url::parse(address).unwrap();
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.unwrap_or_else(|| panic!("{name} is not in {address}")).1.into_owned()
}

/// A login that waits for its browser: the address to open, and the port on this machine.
pub fn begun(room: &Room, more: &[&str]) -> (Running, String, u16) {
    let line = [&LOGIN[..], more].concat();
    let mut login = Running::start(room, &line);
    let address = login.word_after(OPENED);
    let back = url::Url::parse(&part(&address, "redirect_uri")).unwrap();
    assert_eq!((back.scheme(), back.host_str(), back.path()), ("http", Some("127.0.0.1"), "/callback"), "{address}");
    let port = back.port().unwrap();
    (login, address, port)
}

/// Sends a request to a port of this machine.
pub fn send(port: u16, method: &str, target: &str, host: &str, more: &str) -> Answer {
    let mut connection = Connection::open(&format!("http://127.0.0.1:{port}")).unwrap();
    connection.send_bytes(format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n").as_bytes()).unwrap();
    connection.answer(false).unwrap()
}

/// The addresses on which this port is listened to, as the kernel tells.
fn listened_on(port: u16) -> Vec<String> {
    let all =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| std::fs::read_to_string(path).unwrap_or_default()).concat();
    let rows = all.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let listening = rows.filter(|row| row.get(3) == Some(&"0A"));
    let ours =
        listening.filter_map(|row| row[1].split_once(':').map(|(host, port)| (host.to_owned(), port.to_owned())));
    ours.filter(|(_, other)| *other == format!("{port:04X}")).map(|(host, _)| host).collect()
}

#[track_caller]
pub fn says_nothing_of_it(text: &str, secrets: &[String], place: &str) {
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "{place} holds {secret}:\n{text}");
    }
}

/// That nobody is waited for longer than five minutes, and that the state is compared in constant time, is tested and to be read
/// beside the code (`src/oauth/fragment.rs`, `src/oauth/code.rs`).
///
/// Fails with `src/oauth/loopback.rs`: `if call.origin.is_some_and(|origin| origin != own) {` → `if false {`.
#[test]
fn s19_a_login_in_a_browser_ends_once_here_and_for_nobody_else() {
    let (sandbox, room) = desk();
    let issuer = sandbox.url(Backend::Issuer);
    let (login, address, port) = begun(&room, &[]);
    // 128 bits of chance at the least, 43 signs of SHA-256, and all of it new each time.
    let (state, challenge) = (part(&address, "state"), part(&address, "code_challenge"));
    assert!(state.len() >= 22 && challenge.len() == 43, "{address}");
    assert_eq!(part(&address, "code_challenge_method"), "S256");
    assert_eq!(part(&address, "response_type"), "code");
    let (mut other, second, other_port) = begun(&room, &[]);
    for name in ["state", "code_challenge", "nonce"] {
        assert_ne!(part(&address, name), part(&second, name), "{name}");
    }
    assert_ne!(port, other_port);

    // On this machine alone: as the kernel has it, and by every other address that leads here.
    assert_eq!(listened_on(port), ["0100007F"]);
    for other in [Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 1, 1, 1)] {
        assert!(TcpStream::connect((other, port)).is_err(), "{other}");
    }

    // Whoever knows a code cannot use it without the proof, which has never left this machine.
    let away = get(&second, &[]).header("location").unwrap().to_owned();
    let stolen = part(&away, "code");
    let redirect = part(&second, "redirect_uri");
    for proof in ["", "&code_verifier=guessed-guessed-guessed-guessed-guessed-guessed"] {
        let form =
            format!("grant_type=authorization_code&client_id=orchest&code={stolen}&redirect_uri={redirect}{proof}");
        let head = format!(
            "POST /token HTTP/1.1\r\nHost: issuer\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            form.len()
        );
        let mut connection = Connection::open(&issuer).unwrap();
        connection.send_bytes((head + &form).as_bytes()).unwrap();
        assert_eq!(connection.answer(false).unwrap().status, 400);
    }
    other.child.kill().unwrap();
    other.child.wait().unwrap();

    // What is not the end of this login is answered, and waited through.
    let back = get(&address, &[]).header("location").unwrap().to_owned();
    let target = &back[back.find("/callback").unwrap()..];
    let code = part(&back, "code");
    let own = format!("127.0.0.1:{port}");
    let wrong = target.replace(&state, &"A".repeat(state.len()));
    let twice = format!("{target}&state={state}");
    for (method, target, host, more, status) in [
        ("GET", wrong.as_str(), own.as_str(), "", 400),
        ("GET", "/callback?code=stolen", &own, "", 400),
        ("GET", &twice, &own, "", 400),
        ("GET", target, &own, "Origin: https://evil.example\r\n", 403),
        ("GET", target, &own, "Origin: null\r\n", 403),
        ("GET", target, "evil.example", "", 400),
        ("GET", target, &format!("localhost:{port}"), "", 400),
        ("POST", target, &own, "Content-Length: 0\r\n", 405),
        ("HEAD", "/callback", &own, "", 405),
        ("GET", "/favicon.ico", &own, "", 404),
    ] {
        let answer = if method == "HEAD" {
            let mut connection = Connection::open(&format!("http://{own}")).unwrap();
            connection.send("HEAD", target, &[], None).unwrap()
        } else {
            send(port, method, target, host, more)
        };
        assert_eq!(answer.status, status, "{method} {target} {host} {more}");
        says_nothing_of_it(&answer.text(), &[state.clone(), code.clone()], "a page");
    }
    // Of many that come with the right answer at once, one is taken; afterwards nobody is there.
    let ends: Vec<_> = (0..4)
        .map(|_| {
            let (target, own) = (target.to_owned(), own.clone());
            std::thread::spawn(move || {
                let mut connection = Connection::open(&format!("http://{own}")).ok()?;
                connection.send("GET", &target, &[], None).ok()
            })
        })
        .collect();
    let ends: Vec<Answer> = ends.into_iter().filter_map(|end| end.join().unwrap()).collect();
    let good: Vec<&Answer> = ends.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(good.len(), 1, "{ends:?}");
    assert!(ends.iter().all(|answer| matches!(answer.status, 200 | 410)), "{ends:?}");
    let output = login.end(&LOGIN).success().prints("alice");
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());

    // Its page and all that was written show nothing of it.
    let refresh = kept_refresh(&room);
    let access = room.ok(&["auth", "token", "paas"]).trim().to_owned();
    let page = good[0].text();
    says_nothing_of_it(&page, &[state.clone(), code.clone(), refresh.clone(), access.clone()], "the page");
    for (name, value) in
        [("referrer-policy", "no-referrer"), ("cache-control", "no-store"), ("x-content-type-options", "nosniff")]
    {
        assert_eq!(good[0].header(name), Some(value), "{ends:?}");
    }
    assert!(good[0].header("content-security-policy").unwrap().contains("default-src 'none'"));
    for text in [&output.stdout, &output.stderr] {
        says_nothing_of_it(text, &[code.clone(), refresh.clone(), access.clone()], "what is said");
    }
    let told = std::fs::read_to_string(room.path("opener.told")).unwrap();
    says_nothing_of_it(&told, &[state, code.clone(), challenge], "the command line of a browser");
    for path in room.files().into_iter().filter(|path| !path.ends_with("secrets.json")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.display().to_string();
        let hidden = if name.contains("/tokens/") {
            vec![code.clone(), refresh.clone()]
        } else {
            vec![code.clone(), refresh.clone(), access.clone()]
        };
        says_nothing_of_it(&text, &hidden, &name);
    }
    taken(&room);
}

/// A port that somebody else has got is not shared with them, and nothing is opened.
fn taken(room: &Room) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    std::fs::remove_file(room.path("opener.told")).unwrap();
    let output = room.run(&[&LOGIN[..], &["--callback-port", &port]].concat()).code(1);
    output.says("cannot be listened on");
    assert!(!room.path("opener.told").exists());
}
