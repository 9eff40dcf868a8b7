//! Servers that answer with rubbish, not at all, or with a way to somewhere else: one clear sentence, the right exit code,
//! and a token that stays where it belongs.

use std::net::TcpListener;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::scripted::{FIND_BOB, FIND_SERVICE, LIST_USERS, LOGIN, TOKEN, room, smart, user, users_page, with_users};
use crate::support::cli::{Output, Room, finish, peak_memory};
use crate::support::ports::free_port;
use crate::support::server::{Reply, Server};

const LIST: [&str; 4] = ["user", "list", "-s", "smart"];
const CREATE: [&str; 6] = ["user", "create", "bob", "-s", "smart", "--no-password"];

fn html() -> Reply {
    Reply::text(200, "text/html", "<html><head><title>Welcome to the hotel</title></head><body>Log in</body></html>")
}

fn raw(head: &str, body: &[u8]) -> Reply {
    Reply::Raw([format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{head}\r\n").as_bytes(), body].concat())
}

/// Answers that are none, with what has to be said of each.
fn rubbish() -> Vec<(&'static str, Reply, i32, &'static str)> {
    let invalid = b"{\"users\": [{\"id\": \"u\", \"name\": \"\xff\xfe\"}]}".to_vec();
    vec![
        ("a page for people", html(), 1, "HTML"),
        ("nothing", Reply::text(200, "application/json", ""), 1, "empty"),
        ("300 MB", Reply::Endless(300_000_000), 1, "larger"),
        ("no text", Reply::Plain(200, Vec::new(), invalid), 1, "UTF-8"),
        ("a list", Reply::json(200, &json!([1, 2])), 1, "array"),
        ("a number", Reply::json(200, &json!(7)), 1, "number"),
        ("another object", Reply::json(200, &json!({"other": {}})), 1, "users"),
        ("another type inside", Reply::json(200, &json!({"users": {"id": "u"}})), 1, "users"),
        ("a row that is none", Reply::json(200, &json!({"users": [{"id": 7}]})), 1, "user"),
        ("half of it", Reply::text(200, "application/json", r#"{"users": [{"id": "u1", "na"#), 1, "JSON"),
        ("less than it promised", raw("Content-Length: 500\r\n", b"{\"users\": []}"), 75, "no answer"),
        ("no HTTP", Reply::Raw(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()), 75, "no answer"),
        ("an end at once", Reply::Raw(Vec::new()), 75, "no answer"),
    ]
}

/// One error, not a list of them; who answered, and nothing that a terminal could act upon.
#[track_caller]
fn is_clear(output: &Output, what: &str) {
    assert_eq!(output.stderr.matches("error:").count(), 1, "{what}\n{output}");
    assert!(output.stderr.contains("keystone"), "{what}\n{output}");
    assert!(output.stderr.len() < 1500, "{what}\n{output}");
    assert_harmless(&output.stderr);
}

#[track_caller]
fn assert_harmless(text: &str) {
    let bad = text.chars().find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c));
    assert_eq!(bad, None, "{text:?}");
}

#[test]
fn a_list_that_is_none() {
    for (what, reply, code, word) in rubbish() {
        let server = smart();
        server.on(LIST_USERS, reply);
        let output = room(server.url()).run(&LIST).code(code);
        is_clear(&output, what);
        assert!(output.stderr.contains(word), "{what}: does not say {word:?}\n{output}");
        assert_eq!(output.stdout, "", "{what}\n{output}");
        server.verify();
    }
}

#[test]
fn a_login_that_is_none() {
    for (what, reply, _, _) in rubbish() {
        let server = Server::start();
        server.on(LOGIN, reply);
        let output = room(server.url()).run(&LIST);
        assert!(matches!(output.code, Some(1 | 75)), "{what}\n{output}");
        is_clear(&output, what);
        assert!(server.lines().iter().all(|line| line == LOGIN), "{:?}", server.lines());
    }
}

#[test]
fn a_creation_whose_answer_is_none_is_looked_at_and_not_sent_twice() {
    for (what, reply, _, _) in rubbish() {
        let server = smart();
        server.on(FIND_BOB, users_page(&[], None));
        server.on("POST /v3/users", reply);
        let output = room(server.url()).run(&CREATE);
        assert!(matches!(output.code, Some(1 | 75)), "{what}\n{output}");
        is_clear(&output, what);
        let posts: Vec<_> = server.lines().into_iter().filter(|line| line == "POST /v3/users").collect();
        assert_eq!(posts.len(), 1, "{what}\n{output}");
    }
}

#[test]
fn a_creation_that_happened_behind_a_lost_answer_is_found() {
    let server = smart();
    server.on(FIND_BOB, users_page(&[], None));
    server.on(FIND_BOB, users_page(&[user("u5", "bob")], None));
    server.on("POST /v3/users", Reply::Raw(Vec::new()));
    let output = room(server.url()).run(&CREATE).success();
    assert!(output.stdout.contains("u5"), "{output}");
}

const OWN_PASSWORD: &str = "user set-password bob -s smart --self --password-file old.pw --new-password-file new.pw";
const CHANGE: &str = "POST /v3/users/u1/password";

/// A Keystone that lets the old password in until the change, and the new one from the so many-th login with it on; of the change
/// it tells nobody.
fn changing(patience: usize) -> Server {
    let server = Server::start();
    let (changed, logins) = (AtomicBool::new(false), AtomicUsize::new(0));
    server.otherwise(move |asked| {
        if asked.path.ends_with("/password") {
            changed.store(true, Relaxed);
            return Reply::Raw(Vec::new());
        }
        let is_new = asked.body.contains("pw-of-after");
        let lets_in = is_new == changed.load(Relaxed) && (!is_new || logins.fetch_add(1, Relaxed) >= patience);
        if lets_in { Server::login() } else { Reply::json(401, &json!({})) }
    });
    server
}

fn owner_of_passwords(server: &Server) -> Room {
    let room = room(server.url());
    room.file("old.pw", "pw-of-before");
    room.file("new.pw", "pw-of-after");
    room
}

#[test]
fn a_password_that_was_changed_behind_a_lost_answer_is_not_called_wrong() {
    let line: Vec<&str> = OWN_PASSWORD.split(' ').collect();
    let server = changing(0);
    owner_of_passwords(&server).run(&line).success().says("password of bob changed");
    assert_eq!(server.lines(), [LOGIN, CHANGE, LOGIN]);
    // The same line again, after a run that did not get to see that.
    let server = changing(1);
    let room = owner_of_passwords(&server);
    room.run(&line).code(75);
    assert_eq!(server.lines(), [LOGIN, CHANGE, LOGIN]);
    room.run(&line).success().says("in force already");
    assert_eq!(server.lines()[3..], [LOGIN, LOGIN]);
}

/// Servers lock a user after some of them.
#[test]
fn a_present_password_that_is_wrong_costs_one_failed_login() {
    let server = Server::start();
    server.otherwise(|_| Reply::json(401, &json!({})));
    let line: Vec<&str> = OWN_PASSWORD.split(' ').collect();
    owner_of_passwords(&server).run(&line).code(4);
    assert_eq!(server.lines(), [LOGIN]);
}

#[test]
fn a_huge_answer_does_not_fill_the_memory() {
    // Without a length it has to be read before it can be known to be too long.
    let unannounced = raw("Connection: close\r\n", &vec![b' '; 90_000_000]);
    for (reply, most) in [(Reply::Endless(300_000_000), 60_000), (unannounced, 200_000)] {
        let server = smart();
        server.on(LIST_USERS, reply);
        let room = room(server.url());
        let mut child = room.spawn(&LIST);
        let peak = peak_memory(&mut child);
        let output = finish(child, &LIST).code(1);
        assert!(output.stderr.contains("larger"), "{output}");
        assert!(peak > 1000 && peak < most, "{peak} kB");
    }
}

#[test]
fn no_way_leads_to_another_host() {
    for status in [301, 302, 303, 307, 308] {
        let other = Server::keystone();
        other.on(LIST_USERS, users_page(&[user("u1", "eve")], None));
        let to = |path: &str| Reply::Plain(status, vec![("Location", format!("{}{path}", other.url()))], Vec::new());
        let on_get = smart();
        on_get.on(LIST_USERS, to("/v3/users?domain_id=d1&limit=1000"));
        let on_post = smart();
        on_post.on(FIND_BOB, users_page(&[], None));
        on_post.on("POST /v3/users", to("/v3/users"));
        let on_login = Server::start();
        on_login.on(LOGIN, to("/v3/auth/tokens"));
        for (server, arguments) in [(&on_get, &LIST[..]), (&on_post, &CREATE), (&on_login, &LIST)] {
            let output = room(server.url()).run(arguments).code(1);
            is_clear(&output, "a redirect");
            let port = other.url().rsplit(':').next().unwrap().to_owned();
            assert!(output.stderr.contains("another place") && output.stderr.contains(&port), "{status}\n{output}");
            assert_eq!(other.lines(), Vec::<String>::new(), "{status}\n{output}");
        }
    }
}

#[test]
fn a_user_name_in_a_redirect_does_not_make_it_the_same_host() {
    let other = Server::keystone();
    let server = smart();
    let (here, there) = (server.url().replace("http://", ""), other.url().replace("http://", ""));
    let to = format!("http://{here}@{there}/v3/users");
    server.on(LIST_USERS, Reply::Plain(302, vec![("Location", to)], Vec::new()));
    room(server.url()).run(&LIST).code(1).says("another place");
    assert_eq!(other.lines(), Vec::<String>::new());
}

#[test]
fn every_status_has_its_exit_code() {
    let message = |status: u16| {
        Reply::json(status, &json!({"error": {"code": status, "message": "the very reason", "title": "x"}}))
    };
    for (status, code) in [
        (400, 1),
        (401, 4),
        (403, 5),
        // A list that is not found is no missing user (3) but another server.
        (404, 1),
        (409, 6),
        (413, 1),
        (418, 1),
        (429, 75),
        (500, 75),
        (501, 1),
        (502, 75),
        (503, 75),
        (504, 75),
    ] {
        let server = smart();
        server.on(LIST_USERS, message(status));
        let output = room(server.url()).run(&LIST).code(code);
        is_clear(&output, "a status");
        assert!(output.stderr.contains(&status.to_string()), "{output}");
        assert!(output.stderr.contains("the very reason"), "{output}");
        assert_eq!(output.stdout, "", "{output}");
        server.verify();
    }
}

#[test]
fn a_refused_token_is_renewed_once_and_no_more() {
    let refused = Server::keystone();
    refused.on(FIND_SERVICE, Reply::json(401, &json!({"error": {"code": 401, "message": "no"}})));
    room(refused.url()).run(&LIST).code(4).says("orchest auth");
    let logins = refused.lines().iter().filter(|line| *line == LOGIN).count();
    assert!(logins <= 2, "{:?}", refused.lines());

    let wrong = Server::start();
    wrong.on(LOGIN, Reply::json(401, &json!({"error": {"code": 401, "message": "wrong"}})));
    room(wrong.url()).run(&LIST).code(4);
    assert_eq!(wrong.lines(), [LOGIN]);
}

#[test]
fn a_create_that_is_refused_says_why() {
    for (status, code, words) in [
        (403, 5, &["the very reason", "admin", "scope system"][..]),
        (409, 6, &["the very reason"]),
        (400, 1, &["the very reason"]),
    ] {
        let server = smart();
        server.on(FIND_BOB, users_page(&[], None));
        let body = json!({"error": {"code": status, "message": "the very reason"}});
        server.on("POST /v3/users", Reply::json(status, &body));
        let output = room(server.url()).run(&CREATE).code(code);
        for word in words {
            assert!(output.stderr.contains(word), "{word}\n{output}");
        }
    }
}

fn busy(after: &str) -> Reply {
    Reply::Plain(429, vec![("Retry-After", after.to_owned())], b"{}".to_vec())
}

#[test]
fn a_busy_server_is_given_the_time_that_it_asks_for() {
    let server = smart();
    server.on(LIST_USERS, busy("1"));
    server.on(LIST_USERS, users_page(&[user("u1", "ann")], None));
    let begin = Instant::now();
    let room_of_two = room(server.url()).env("ORCHEST_RETRIES", "2");
    assert!(room_of_two.ok(&LIST).contains("ann"));
    assert!(begin.elapsed() >= Duration::from_secs(1));

    // A POST too: 429 says that nothing was done.
    let server = smart();
    server.on(FIND_BOB, users_page(&[], None));
    server.on("POST /v3/users", busy("0"));
    server.on("POST /v3/users", Reply::json(201, &json!({"user": user("u5", "bob")})));
    room(server.url()).env("ORCHEST_RETRIES", "2").ok(&CREATE);
    assert_eq!(server.lines().iter().filter(|line| *line == "POST /v3/users").count(), 2);

    // Tomorrow is later than anybody wants to wait.
    let server = smart();
    server.on(LIST_USERS, busy("86400"));
    let begin = Instant::now();
    room(server.url()).env("ORCHEST_RETRIES", "4").run(&LIST).code(75).says("429");
    assert!(begin.elapsed() < Duration::from_secs(5));
    assert_eq!(server.lines().iter().filter(|line| *line == LIST_USERS).count(), 1);
}

#[test]
fn a_server_that_is_down_is_asked_as_often_as_set() {
    let server = smart();
    server.on(LIST_USERS, Reply::text(503, "text/html", "<h1>Service Unavailable</h1>"));
    room(server.url()).env("ORCHEST_RETRIES", "3").run(&LIST).code(75).says("503").says("run the same command again");
    assert_eq!(server.lines().iter().filter(|line| *line == LIST_USERS).count(), 3);
}

#[test]
fn nobody_listens() {
    let url = format!("http://127.0.0.1:{}", free_port());
    let output = room(&url).env("ORCHEST_RETRIES", "2").run(&LIST).code(75);
    assert!(output.stderr.contains("refused") && output.stderr.contains(&url), "{output}");
}

#[test]
fn nobody_answers() {
    // Connections come about, and nobody takes them.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let begin = Instant::now();
    let output = room(&url).env("ORCHEST_IDLE_TIMEOUT", "1s").run(&LIST).code(75);
    is_clear(&output, "silence");
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

#[test]
fn what_a_server_says_never_steers_a_terminal() {
    let evil = "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J\u{202e}abc\r\u{8}\u{7f}";
    for status in [400, 401, 403, 409, 500] {
        let server = smart();
        server.on(LIST_USERS, Reply::json(status, &json!({"error": {"code": status, "message": evil}})));
        let output = room(server.url()).run(&LIST);
        assert_ne!(output.code, Some(0), "{output}");
        assert_harmless(&output.stderr);
        assert!(output.stderr.contains("red"), "{output}");
    }
    // Names in errors: two of one name, and a refusal to take anything over.
    let server = smart();
    let two = [user("u1\u{1b}[2J", "bob"), user("u2", "bob")];
    server.on(FIND_BOB, users_page(&two, None));
    let output = room(server.url()).run(&["user", "show", "bob", "-s", "smart"]);
    assert_ne!(output.code, Some(0), "{output}");
    assert_harmless(&output.stderr);
    // Tables, also into a pipe.
    let server = with_users(&[user("u1", evil), user("u2", "plain")]);
    for format in ["table", "wide"] {
        let output = room(server.url()).run(&["user", "list", "-s", "smart", "-o", format]).success();
        assert_harmless(&output.stdout);
        assert_eq!(output.stdout.lines().count(), 3, "{output}");
        assert!(!output.stderr.contains(TOKEN));
    }
    // A request id and a reason phrase of the server's own.
    let server = smart();
    let head = "HTTP/1.1 500 \u{1b}[31mBad\r\nx-openstack-request-id: req-\u{1b}[31m\r\nContent-Length: 2\r\n\r\n{}";
    server.on(LIST_USERS, Reply::Raw(head.as_bytes().to_vec()));
    for flag in ["-v", "-vvv"] {
        let output = room(server.url()).run(&["user", "list", "-s", "smart", flag]);
        assert_ne!(output.code, Some(0), "{output}");
        assert_harmless(&output.stderr);
    }
}
