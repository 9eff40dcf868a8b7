//! Logins where there is no browser, and the token that one brings back behind a `#`.

use orchester::sandbox::{Backend, Sandbox};
use serde_json::json;

use crate::logins::{OPENED, begun, desk, part, says_nothing_of_it, send};
use crate::support::cli::{Output, Room};
use crate::support::login::{Running, files, kept_refresh};
use crate::support::raw::{Connection, get};
use crate::support::secret::witness;
use crate::support::terminal::Terminal;

/// Trello's page, with the room of somebody who has no token of it.
fn trello(sandbox: &Sandbox, toml: &str) -> Room {
    let (address, key) = (format!("{}/1", sandbox.url(Backend::Trello)), Sandbox::TRELLO_KEY);
    let room = Room::new().env("ORCHEST_TRELLO", &address).env("ORCHEST_TRELLO_API_KEY", key);
    room.file(".orchester.toml", &format!("[connector.trello]\nworkspace = 'acme'\n{toml}"));
    let opener = witness(&room, "opener", "");
    room.env("BROWSER", &opener).env("XDG_RUNTIME_DIR", "/dev/null/none")
}

/// Without a screen nothing is opened: a short code for another machine, or an address that is pasted back unseen. A token that
/// Trello hands over behind a `#` is read by a page of our own that can talk to nobody but us.
///
/// Fails with `src/oauth/page.rs`: `connect-src 'self'` → `connect-src *`.
#[test]
fn s20_a_login_without_a_browser_shows_a_token_to_nobody() {
    let (sandbox, room) = desk();
    // By device, on a terminal.
    let terminal = Terminal::start(&room, "auth login paas --device --store file");
    terminal.shows("in any browser and type ");
    terminal.shows("waiting for at most");
    let behind = |text: &str| terminal.words().split(text).nth(1)?.split(' ').next().map(str::to_owned);
    let code = behind("in any browser and type ").unwrap();
    approve(&sandbox, &code);
    let (ended, seen) = terminal.ended();
    assert_eq!(ended, 0, "{seen}");
    assert!(!seen.contains(&kept_refresh(&room)), "{seen}");
    room.run(&["auth", "logout", "paas"]).success();

    // By pasting, with everybody looking over the shoulder.
    let mut terminal = Terminal::start(&room, "auth login paas --no-browser --store file");
    terminal.shows("in any browser and log in");
    terminal.shows("that address");
    let address = terminal.words().split("open ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let back = get(&address, &[]).header("location").unwrap().to_owned();
    terminal.types(&format!("{back}\r"));
    let (ended, seen) = terminal.ended();
    assert_eq!(ended, 0, "{seen}");
    says_nothing_of_it(&seen, &[part(&back, "code"), kept_refresh(&room)], "the screen");
    assert!(!room.path("opener.told").exists(), "a browser was started");

    // Over SSH a browser would come back to another machine.
    let remote = room.env("SSH_CONNECTION", "203.0.113.9 50000 203.0.113.10 22");
    let (mut login, _, _) = begun(&remote, &[]);
    assert!(login.heard.contains("no browser is started"), "{}", login.heard);
    login.child.kill().unwrap();
    login.child.wait().unwrap();
    assert!(!remote.path("opener.told").exists(), "a browser was started");

    // Trello's token, from its page by hand: seen on that page and nowhere else.
    let by_hand = trello(&sandbox, "");
    let mut terminal = Terminal::start(&by_hand, "generate trello --store file --no-browser");
    terminal.shows("the token that the page shows: ");
    let address = terminal.words().split("open ").nth(1).unwrap().split([' ', ',', '\n']).next().unwrap().to_owned();
    let page = get(&address, &[]).text();
    let token = page.split("<pre>").nth(1).unwrap().split("</pre>").next().unwrap().to_owned();
    terminal.types(&format!("{token}\r"));
    let (ended, seen) = terminal.ended();
    assert!(ended == 0 && token.starts_with("ATTA"), "{seen}");
    says_nothing_of_it(&seen, std::slice::from_ref(&token), "the screen");
    assert!(!by_hand.path("opener.told").exists());
    by_fragment(&sandbox);
}

fn approve(sandbox: &Sandbox, code: &str) {
    let body = json!({"user_code": code, "user": "alice"});
    let mut control = Connection::open(&format!("http://127.0.0.1:{}", sandbox.control_port())).unwrap();
    let answer = control.send("POST", "/approve", &[("x-orchest-sandbox", "1")], Some(&body)).unwrap();
    assert!(answer.status < 300, "{}", answer.text());
}

/// The browser keeps what stands behind the `#`; the page that it comes back to is ours.
fn by_fragment(sandbox: &Sandbox) {
    let port = crate::support::ports::free_port();
    let room = trello(sandbox, &format!("redirect_uri = 'http://localhost:{port}/finish_auth'\n"));
    let line = ["generate", "trello", "--store", "file", "-vvv", "--trace", "trace.txt"];
    let mut login = Running::with_input(&room, &line);
    let away = get(&login.word_after(OPENED), &[]).header("location").unwrap().to_owned();
    let (address, fragment) = away.split_once('#').unwrap();
    let token = fragment.strip_prefix("token=").unwrap().to_owned();
    // Nothing that Trello's page leads to is anybody else's, and no server is told the fragment.
    assert!(address.starts_with(&format!("http://localhost:{port}/finish_auth?state=")), "{away}");
    let host = format!("localhost:{port}");
    let path = &address[address.find("/finish_auth").unwrap()..];
    let page = send(port, "GET", path, &host, "");
    let policy = page.header("content-security-policy").unwrap().to_owned();
    for allowed in ["default-src 'none'", "script-src 'nonce-", "connect-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(allowed), "{policy}");
    }
    assert!(!policy.contains('*') && policy.matches("-src").count() == 3, "{policy}");
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    let text = page.text();
    assert!(!["http:", "https:", "//", "src=", "href="].iter().any(|part| text.contains(part)), "{text}");
    assert!(
        text.contains("fetch(location.pathname, {method: 'POST'") && text.contains("history.replaceState"),
        "{text}"
    );

    let body = format!("{}&{fragment}", path.split_once('?').unwrap().1);
    let hand_over = |origin: &str| {
        let mut connection = Connection::open(&format!("http://127.0.0.1:{port}")).unwrap();
        let head = format!(
            "POST /finish_auth HTTP/1.1\r\nHost: {host}\r\n{origin}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        connection.send_bytes(head.as_bytes()).unwrap();
        connection.answer(false).unwrap()
    };
    assert_eq!(hand_over("Origin: https://trello.com\r\n").status, 403);
    assert_eq!(hand_over("").status, 405);
    let end = hand_over(&format!("Origin: http://{host}\r\n"));
    assert_eq!(end.status, 200);
    let output: Output = login.end(&line).success();
    for text in [
        end.text(),
        output.stdout.clone(),
        output.stderr.clone(),
        std::fs::read_to_string(room.path("trace.txt")).unwrap(),
    ] {
        says_nothing_of_it(&text, std::slice::from_ref(&token), "what is shown");
    }
    assert_eq!(files(&room, "secrets.json").len(), 1);
    // Trello itself is asked whose it is, with the token in the path, as it wants it; nobody else is told.
    let told = sandbox.requests().into_iter().filter(|request| request.path.contains(&token));
    assert!(told.clone().all(|request| request.server == "trello"), "{:?}", told.collect::<Vec<_>>());
}
