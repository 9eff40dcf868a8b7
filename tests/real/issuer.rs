//! Logging in at a real issuer of tokens: by device, by browser and by pasting; renewing, rotating and revoking.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Child;

use serde_json::json;

use crate::support::cli::{Output, Room, finish};
use crate::support::issuer::{Browser, Issuer, claims};
use crate::support::login::{Running, ends_in, files, kept_refresh};
use crate::support::raw::Connection;

const DEVICE: [&str; 6] = ["auth", "login", "paas", "--device", "--store", "file"];
const BROWSER: [&str; 5] = ["auth", "login", "paas", "--store", "file"];

/// Logs in by browser, with a test for a browser.
pub(crate) fn logged_in(issuer: &Issuer, room: &Room) -> Output {
    let mut login = Running::start(room, &BROWSER);
    let address = login.word_after("if none has opened, open ");
    let back = Browser::new(issuer).log_in(&address);
    assert_eq!(visit(&back, "").0, 200);
    login.end(&BROWSER)
}

/// Goes where the issuer has sent the browser; gives status and page.
fn visit(address: &str, headers: &str) -> (u16, String) {
    let (host, path) = address.trim_start_matches("http://").split_once('/').unwrap();
    let mut connection = Connection::open(&format!("http://{host}")).unwrap();
    connection.send_bytes(format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n").as_bytes()).unwrap();
    let answer = connection.answer(false).unwrap();
    (answer.status, answer.text())
}

fn room(issuer: &Issuer) -> Room {
    issuer.room("orchest").env("BROWSER", "true")
}

#[test]
fn a_device_is_approved_elsewhere_and_the_login_serves_from_then_on() {
    let issuer = Issuer::start(&[]);
    let room = issuer.room("orchest");
    room.run(&["auth", "status", "paas"]).code(4).says("next: orchest auth login paas");
    let mut login = Running::start(&room, &DEVICE);
    let address = login.word_after("open ");
    assert_eq!(address, format!("{}/device", issuer.url()));
    let code = login.heard.trim().rsplit(' ').next().unwrap().to_owned();
    assert!(Browser::new(&issuer).approve(&address, &code).contains("approved"));
    let output = login.end(&DEVICE).success().prints("ada").prints("lab/one").says("logged in at");

    // One token for all commands, and it is Ada's.
    let token = room.ok(&["auth", "token", "paas"]);
    let token = token.trim_end();
    assert_eq!(claims(token)["sub"], "ada");
    assert_eq!(room.ok(&["auth", "token", "paas"]).trim_end(), token);
    let status = room.run(&["auth", "status", "paas", "-o", "json"]).success().json();
    assert_eq!((&status["token"], &status["subject"]), (&json!("kept"), &json!("ada")));
    let who = room.run(&["auth", "whoami", "paas", "-o", "json"]).success().json();
    assert_eq!((&who["groups"], &who["issuer"]), (&json!(["lab/one", "lab/two"]), &json!(issuer.url())));

    // No secret is anywhere but in the two files for it, and nobody else reads those.
    let refresh = kept_refresh(&room);
    for text in [&output.stdout, &output.stderr] {
        assert!(!text.contains(token) && !text.contains(&refresh), "{text}");
    }
    for path in room.files() {
        let (name, text) = (path.display().to_string(), std::fs::read_to_string(&path).unwrap());
        assert_eq!(text.contains(token), name.contains("/tokens/"), "{name}");
        assert_eq!(text.contains(&refresh), name.ends_with("secrets.json"), "{name}");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{name} is open to others");
    }
}

#[test]
fn what_the_trace_shows_of_a_login_holds_no_secret() {
    let issuer = Issuer::start(&[]);
    let room = room(&issuer);
    let line = [&BROWSER[..], &["-vvv", "--trace", "trace.txt"]].concat();
    let mut login = Running::start(&room, &line);
    let back = Browser::new(&issuer).log_in(&login.word_after("if none has opened, open "));
    visit(&back, "");
    let output = login.end(&line).success();
    let token = room.ok(&["auth", "token", "paas"]);
    let code = back.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let refresh = kept_refresh(&room);
    ends_in(&room, 0);
    let renewed = room.run(&["auth", "token", "paas", "-vvv", "--trace", "trace.txt"]).success();
    let trace = std::fs::read_to_string(room.path("trace.txt")).unwrap();
    for secret in [token.trim_end(), code, &refresh, &kept_refresh(&room), renewed.stdout.trim_end()] {
        for text in [&output.stderr, &output.stdout, &renewed.stderr, &trace] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    assert!(trace.contains("form {grant_type, code, code_verifier"), "{trace}");
    assert!(trace.contains("form {grant_type, refresh_token"), "{trace}");
}

#[test]
fn a_login_that_is_denied_says_so_and_keeps_nothing() {
    let issuer = Issuer::start(&[]);
    let room = room(&issuer);
    let mut login = Running::start(&room, &DEVICE);
    let address = login.word_after("open ");
    let code = login.heard.trim().rsplit(' ').next().unwrap().to_owned();
    issuer.deny_next();
    Browser::new(&issuer).approve(&address, &code);
    login.end(&DEVICE).code(4).says("was denied");

    let mut login = Running::start(&room, &BROWSER);
    let address = login.word_after("if none has opened, open ");
    issuer.deny_next();
    let (status, page) = visit(&Browser::new(&issuer).log_in(&address), "");
    assert!(status == 200 && page.contains("refused"), "{page}");
    login.end(&BROWSER).code(4).says("ada does not want to (access_denied)");
    assert!(files(&room, "/tokens/").is_empty() && files(&room, "secrets.json").is_empty());
    room.run(&["auth", "token", "paas"]).code(4).says("there is no token for the PaaS orchestrator");
}

#[test]
fn a_code_that_nobody_types_expires() {
    let issuer = Issuer::start(&["--device-ttl", "3"]);
    let output = issuer.room("orchest").run(&DEVICE).code(4);
    output.says("expired before it was typed").says("begin again");
}

#[test]
fn an_interrupt_ends_the_waiting() {
    let issuer = Issuer::start(&[]);
    let mut login = Running::start(&issuer.room("orchest"), &DEVICE);
    login.word_after("waiting for at most ");
    let pid = rustix::process::Pid::from_child(&login.child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    login.end(&DEVICE).code(130);
}

#[test]
fn the_browser_comes_back_once_and_only_for_this_login() {
    let issuer = Issuer::start(&[]);
    let room = room(&issuer);
    let mut login = Running::start(&room, &BROWSER);
    let address = login.word_after("if none has opened, open ");
    for part in ["code_challenge_method=S256", "prompt=consent", "redirect_uri=http%3A%2F%2F127.0.0.1%3A"] {
        assert!(address.contains(part), "{address}");
    }
    let back = Browser::new(&issuer).log_in(&address);
    let (before, state) = back.split_once("state=").unwrap();
    let state = state.split('&').next().unwrap();
    assert_eq!(visit(&format!("{before}state=another"), "").0, 400);
    assert_eq!(visit(&back, "Origin: https://evil.example\r\n").0, 403);
    // A connection from before, used afterwards, while the code is being exchanged or too late for that.
    let host = back.trim_start_matches("http://").split('/').next().unwrap().to_owned();
    let mut second = Connection::open(&format!("http://{host}")).unwrap();
    let (status, page) = visit(&back, "");
    assert!(status == 200 && !page.contains(state), "{page}");
    let request = format!("GET /callback?code=x&state={state} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let answered = second.send_bytes(request.as_bytes()).and_then(|()| second.answer(false));
    assert!(answered.as_ref().map_or(true, |answer| answer.status == 410), "{answered:?}");
    login.end(&BROWSER).success().prints("ada");
    assert!(Connection::open(&format!("http://{host}")).is_err(), "nobody listens any more");
}

#[test]
fn a_certain_port_is_used_or_said_to_be_taken() {
    let issuer = Issuer::start(&[]);
    let room = room(&issuer);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let line = [&BROWSER[..], &["--callback-port", &port]].concat();
    room.run(&line).code(1).says(&format!("port {port} of this machine cannot be listened on")).says("--callback-port");
    drop(taken);
    let mut login = Running::start(&room, &line);
    let back = Browser::new(&issuer).log_in(&login.word_after("if none has opened, open "));
    assert!(back.starts_with(&format!("http://127.0.0.1:{port}/callback?")), "{back}");
    visit(&back, "");
    login.end(&line).success();
}

/// What the browser of the room was started with, as soon as it was.
fn started_with(room: &Room) -> String {
    let opened = (0..200).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        std::fs::read_to_string(room.path("opened")).ok()
    });
    opened.expect("the browser was not started")
}

#[test]
fn the_browser_of_the_environment_is_opened_without_our_secrets() {
    let issuer = Issuer::start(&[]);
    let room = issuer.room("orchest").env("ORCHEST_GITHUB_TOKEN", "canary-token-in-env");
    let browser = room.file(
        "browser",
        "#!/bin/sh\n(echo \"$1\"; env) > \"$HOME/opened.new\"\nmv \"$HOME/opened.new\" \"$HOME/opened\"\n",
    );
    std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o700)).unwrap();
    let room = room.env("BROWSER", &browser.display().to_string());
    let mut login = Running::start(&room, &BROWSER);
    let address = login.word_after("if none has opened, open ");
    let opened = started_with(&room);
    // Everybody on the machine can read what a browser is started with.
    let started = opened.lines().next().unwrap();
    assert!(started.starts_with("http://127.0.0.1:") && started.contains("/start-"), "{started}");
    let host = started.trim_start_matches("http://").split('/').next().unwrap();
    let path = started.trim_start_matches("http://").trim_start_matches(host);
    let mut connection = Connection::open(started).unwrap();
    let sent_on = connection.send("GET", path, &[], None).unwrap();
    assert_eq!((sent_on.status, sent_on.header("location")), (302, Some(address.as_str())));
    assert!(opened.contains("HOME=") && !opened.contains("canary-token-in-env"), "{opened}");
    visit(&Browser::new(&issuer).log_in(&address), "");
    login.end(&BROWSER).success();

    // Whoever has read that may have been there first.
    std::fs::remove_file(room.path("opened")).unwrap();
    let mut login = Running::start(&room, &BROWSER);
    login.word_after("if none has opened, open ");
    let started = started_with(&room).lines().next().unwrap().to_owned();
    assert_eq!((visit(&started, "").0, visit(&started, "").0), (302, 410));
    login.end(&BROWSER).code(4).says("the login was opened twice");
}

#[test]
fn an_address_can_be_pasted_where_there_is_no_browser() {
    let issuer = Issuer::start(&[]);
    let room = issuer.room("orchest");
    let line = ["auth", "login", "paas", "--no-browser", "--store", "file"];
    room.run(&line).code(2).says("that address was not given on standard input");
    room.run_with_input(&line, "http://127.0.0.1:8400/callback?code=x&state=y\n").code(4).says("another login");
    room.run_with_input(&line, "https://evil.example/callback?code=x\n").code(4).says("it leads elsewhere");

    let mut login = Running::with_input(&room, &line);
    let back = Browser::new(&issuer).log_in(&login.word_after("open "));
    login.paste(&back);
    let output = login.end(&line).success();
    assert!(!output.stderr.contains(back.split("code=").nth(1).unwrap().split('&').next().unwrap()), "{output}");
    room.ok(&["auth", "token", "paas"]);
}

#[test]
fn a_token_is_renewed_two_minutes_early_and_the_refresh_token_rotates() {
    let issuer = Issuer::start(&[]);
    let room = room(&issuer);
    logged_in(&issuer, &room).success();
    let (first, old) = (room.ok(&["auth", "token", "paas"]), kept_refresh(&room));
    ends_in(&room, 125);
    assert_eq!(room.ok(&["auth", "token", "paas"]), first);
    assert_eq!(kept_refresh(&room), old);
    ends_in(&room, 118);
    let second = room.ok(&["auth", "token", "paas"]);
    let new = kept_refresh(&room);
    assert!(second != first && new != old);
    assert!(claims(second.trim_end())["exp"].as_i64() >= claims(first.trim_end())["exp"].as_i64());
    ends_in(&room, 0);
    assert_ne!(room.ok(&["auth", "token", "paas"]), second, "the new refresh token is good");
    assert!(!issuer.takes(&old), "the old one is not");
}

#[test]
fn many_at_once_use_the_refresh_token_once() {
    let issuer = Issuer::start(&[]);
    let room = room(&issuer);
    logged_in(&issuer, &room).success();
    // A second use of a refresh token would end the login at this issuer, for all of them.
    for _ in 0..3 {
        ends_in(&room, 0);
        let line = ["auth", "token", "paas"];
        let children: Vec<Child> = (0..6).map(|_| room.spawn(&line)).collect();
        let tokens: Vec<String> = children.into_iter().map(|child| finish(child, &line).success().stdout).collect();
        assert!(tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");
    }
}

#[test]
fn logging_out_revokes_and_forgets() {
    let issuer = Issuer::start(&[]);
    let room = room(&issuer);
    logged_in(&issuer, &room).success();
    let refresh = kept_refresh(&room);
    room.run(&["auth", "logout", "paas"]).success().says("logged out; the login is revoked").says("erased from");
    assert!(!issuer.takes(&refresh));
    assert!(files(&room, "/tokens/").is_empty());
    assert!(!std::fs::read_to_string(&files(&room, "secrets.json")[0]).unwrap().contains(&refresh));
    room.run(&["auth", "token", "paas"]).code(4);
    let room = room.env("XDG_RUNTIME_DIR", "/dev/null/none");
    room.run(&["auth", "logout", "paas"]).success().says("was not logged in");
}

#[test]
fn logging_in_again_gives_the_earlier_login_back() {
    let issuer = Issuer::start(&[]);
    let room = room(&issuer);
    logged_in(&issuer, &room).success();
    let first = kept_refresh(&room);
    logged_in(&issuer, &room).success();
    let second = kept_refresh(&room);
    assert!(first != second && !issuer.takes(&first));
    assert!(issuer.takes(&second));
}

#[test]
fn a_login_that_was_revoked_elsewhere_is_over() {
    let issuer = Issuer::start(&[]);
    let room = room(&issuer);
    logged_in(&issuer, &room).success();
    let refresh = kept_refresh(&room);
    let revoked = Browser::new(&issuer).post("/token/revocation", &[("client_id", "orchest"), ("token", &refresh)]);
    assert_eq!(revoked.status, 200, "{}", revoked.text());
    ends_in(&room, 0);
    let output = room.run(&["auth", "token", "paas"]).code(4).says("is over").says("orchest auth login paas");
    assert!(!output.stderr.contains(&refresh), "{output}");
    assert!(files(&room, "/tokens/").is_empty());
    room.run(&["auth", "token", "paas"]).code(4).says("there is no token for the PaaS orchestrator");
}

#[test]
fn a_client_with_a_secret_shows_it_to_nobody_else() {
    let issuer = Issuer::start(&[]);
    let room = issuer.room("orchest-basic").env("BROWSER", "true");
    let file = room.file("client.secret", "canary-client-secret\n").display().to_string();
    let room = room.env("ORCHEST_PAAS_CLIENT_SECRET_FILE", &file);
    let output = logged_in(&issuer, &room).success();
    assert!(!output.stderr.contains("canary-client-secret"), "{output}");
    ends_in(&room, 0);
    room.ok(&["auth", "token", "paas"]);
    // It is not even looked at while the token is good.
    std::fs::remove_file(room.path("client.secret")).unwrap();
    room.ok(&["auth", "token", "paas"]);
    ends_in(&room, 0);
    room.run(&["auth", "token", "paas"]).code(78).says("no secret of the client");
    room.file("client.secret", "not-the-secret\n");
    ends_in(&room, 0);
    let refresh = kept_refresh(&room);
    room.run(&["auth", "token", "paas"]).code(4).says("invalid_client");
    assert_eq!(kept_refresh(&room), refresh, "a wrong secret is no reason to drop the login");
}

#[test]
fn an_issuer_that_is_none_is_said_to_be() {
    let issuer = Issuer::start(&[]);
    let wrong = Room::new().env("ORCHEST_PAAS_ISSUER", &format!("{}/realm", issuer.url()));
    wrong.env("ORCHEST_PAAS_CLIENT_ID", "orchest").run(&DEVICE).code(1).says("404");
    issuer.room("nobody").run(&DEVICE).code(4).says("invalid_client");
    issuer.room("orchest").without("ORCHEST_PAAS_CLIENT_ID").run(&DEVICE).code(78).says("paas.client_id");
    Room::new().run(&DEVICE).code(78).says("paas.issuer");
    issuer.room("orchest").run(&[&DEVICE[..], &["-q"]].concat()).code(2).says("--quiet");
    issuer.room("orchest").run(&["auth", "login", "paas", "--device"]).code(4).says("--store file");
}
