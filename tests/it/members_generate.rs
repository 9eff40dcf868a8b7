//! `orchest generate` at each of the four services of the sandbox: from nothing to a token that serves, is renewed, and ends.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use orchester::sandbox::{Backend, Sandbox, SandboxOptions, Seed};
use serde_json::{Value, json};

use crate::support::cli::{Output, Room, finish};
use crate::support::login::{Running, agreed, get};
use crate::support::ports::free_port;
use crate::support::raw::Connection;
use crate::support::server::Server;
use crate::support::terminal::Terminal;

const OPENED: &str = "if none has opened, open ";

fn demo() -> Sandbox {
    let mut options = SandboxOptions::default();
    options.seed = Seed::Demo;
    Sandbox::start(options).unwrap()
}

/// A room that knows the sandbox and has no token; `toml` says the rest.
fn room(sandbox: &Sandbox, toml: &str) -> Room {
    let open =
        |name: &str| !name.ends_with("_TOKEN") && !name.ends_with("PASSWORD") && name != "ORCHEST_G_DRIVE_TOKEN_URL";
    let variables = sandbox.environment();
    let room =
        variables.iter().filter(|(name, _)| open(name)).fold(Room::new(), |room, (name, value)| room.env(name, value));
    room.file(".orchester.toml", toml);
    // A browser that only tells what it was started with.
    let log = room.path("opened").display().to_string();
    let opener = room.file("opener", &format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >> {log}\n"));
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o700)).unwrap();
    room.env("BROWSER", &opener.display().to_string())
}

const CLIENT: &str =
    r#"{"installed":{"client_id":"orchest.apps.googleusercontent.com","client_secret":"sand-secret"}}"#;

/// The last page that a browser sees which opens this address.
#[track_caller]
fn browse(address: &str) -> String {
    let (status, _, page) = get(&agreed(address), "");
    assert_eq!(status, 200, "{page}");
    page
}

/// Everything that was written anywhere but into the files for secrets.
#[track_caller]
fn no_secret_is_anywhere(room: &Room, output: &Output, secrets: &[&str]) {
    for secret in secrets {
        assert!(!output.stdout.contains(secret) && !output.stderr.contains(secret), "{output}");
        for path in room.files() {
            let name = path.display().to_string();
            let is_for_secrets = ["secrets.json", "/tokens/", "named-file", "google_drive", "/client."]
                .iter()
                .any(|part| name.contains(part));
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(is_for_secrets || !text.contains(secret), "{name} holds a secret");
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert!(!text.contains(secret) || mode & 0o077 == 0, "{name} is open to others");
        }
    }
}

/// What is kept in the file of secrets.
fn kept(room: &Room) -> Vec<String> {
    let file = room.files().into_iter().find(|path| path.ends_with("secrets.json"));
    let Some(file) = file else { return Vec::new() };
    let document: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let all = document["secrets"].as_array().unwrap();
    all.iter().map(|one| one["password"].as_str().unwrap().to_owned()).collect()
}

/// One service, and a login there.
struct Case {
    name: &'static str,
    toml: String,
    /// What the sandbox has to be told.
    switches: Vec<String>,
    line: &'static [&'static str],
    /// What it does with what the program says.
    person: fn(&Sandbox, &mut Running),
    /// Who can be asked about then.
    member: &'static str,
    scopes: &'static str,
}

fn by_browser(_: &Sandbox, login: &mut Running) {
    let page = browse(&login.word_after(OPENED));
    assert!(page.contains("Back to the terminal"), "{page}");
}

fn by_pasting(_: &Sandbox, login: &mut Running) {
    let address = login.word_after("open ");
    login.paste(&agreed(&address));
}

/// Trello shows the token on its page.
fn by_page(_: &Sandbox, login: &mut Running) {
    let address = login.word_after("open ");
    let (_, _, page) = get(address.trim_end_matches(','), "");
    let token = page.split("<pre>").nth(1).unwrap().split("</pre>").next().unwrap();
    login.paste(token);
}

/// The browser keeps what stands behind the `#`; the page that it comes back to hands it over.
fn by_fragment(_: &Sandbox, login: &mut Running) {
    let back = agreed(&login.word_after(OPENED));
    let (address, fragment) = back.split_once('#').unwrap();
    assert!(fragment.starts_with("token=ATTA"), "{back}");
    let (status, _, page) = get(address, "");
    assert_eq!(status, 200);
    assert!(page.contains("fetch(location.pathname, {method: 'POST'"), "{page}");
    let (host, path) = address.trim_start_matches("http://").split_once('/').unwrap();
    let (path, query) = path.split_once('?').unwrap();
    let body = format!("{query}&{fragment}");
    let hand_over = |origin: &str| {
        let mut connection = Connection::open(&format!("http://{}", host.replace("localhost", "127.0.0.1"))).unwrap();
        let head = format!("POST /{path} HTTP/1.1\r\nHost: {host}\r\n{origin}Content-Length: {}\r\n\r\n", body.len());
        connection.send_bytes((head + &body).as_bytes()).unwrap();
        let answer = connection.answer(false).unwrap();
        (answer.status, answer.text())
    };
    assert_eq!(hand_over("Origin: https://evil.example\r\n").0, 403);
    assert_eq!(hand_over("").0, 405);
    let (status, page) = hand_over(&format!("Origin: http://{host}\r\n"));
    assert!(status == 200 && !page.contains("ATTA"), "{page}");
}

/// On another screen.
fn by_device(sandbox: &Sandbox, login: &mut Running) {
    let address = login.word_after("open ");
    assert_eq!(address, format!("{}/login/device", sandbox.url(Backend::GitHub)));
    let code = login.heard.trim().rsplit(' ').next().unwrap().to_owned();
    let body = json!({"user_code": code, "user": "ada"});
    let control = Connection::open(&format!("http://127.0.0.1:{}", sandbox.control_port()));
    let answer = control.unwrap().send("POST", "/approve", &[("x-orchest-sandbox", "1")], Some(&body)).unwrap();
    assert!(answer.status < 300, "{}", answer.text());
}

fn cases() -> Vec<Case> {
    let port = free_port();
    let localhost = format!("http://localhost:{port}/finish_auth");
    let drive = "[connector.g_drive]\nfile_id = 'F1'\ncredential_path = 'client.json'\n".to_owned();
    let github = "[connector.github]\norganization = 'acme'\nclient_id = 'orchest'\n".to_owned();
    vec![
        Case {
            name: "github, by device",
            toml: github.clone(),
            switches: vec!["github.interval=1".to_owned()],
            line: &["generate", "github", "--store", "file"],
            person: by_device,
            member: "bea",
            scopes: "admin:org",
        },
        Case {
            name: "github, by browser",
            toml: github + "client_secret_file = 'client.secret'\n",
            switches: Vec::new(),
            line: &["generate", "github", "--store", "file", "--read-only"],
            person: by_browser,
            member: "bea",
            scopes: "read:org",
        },
        Case {
            name: "trello, from its page",
            toml: "[connector.trello]\nworkspace = 'acme'\n".to_owned(),
            switches: Vec::new(),
            line: &["generate", "trello", "--store", "file"],
            person: by_page,
            member: "bea",
            scopes: "read write",
        },
        Case {
            name: "trello, behind a hash",
            toml: format!("[connector.trello]\nworkspace = 'acme'\nredirect_uri = '{localhost}'\n"),
            switches: Vec::new(),
            line: &["generate", "trello", "--store", "file", "--read-only"],
            person: by_fragment,
            member: "bea",
            scopes: "read",
        },
        Case {
            name: "trello, OAuth 2.0",
            toml: format!(
                "[connector.trello]\nworkspace = 'acme'\nclient_id = 'orchest'\nredirect_uri = '{localhost}'\n"
            ),
            switches: vec![format!("trello.redirect={localhost}")],
            line: &["generate", "trello", "--store", "file"],
            person: by_browser,
            member: "bea",
            scopes: "read:organization:trello write:organization:membership:trello read:member:trello offline_access",
        },
        Case {
            name: "slack, PKCE",
            toml: format!("[connector.slack]\nclient_id = 'orchest'\nredirect_uri = '{localhost}'\n"),
            switches: vec!["slack.public=on".to_owned(), format!("slack.redirect={localhost}")],
            line: &["generate", "slack", "--store", "file"],
            person: by_browser,
            member: "bea@example.com",
            scopes: "users:read users:read.email",
        },
        Case {
            name: "slack, an app with a secret",
            toml: "[connector.slack]\nclient_id = 'orchest'\nclient_secret_file = 'client.secret'\n\
                redirect_uri = 'https://acme.example/slack'\n"
                .to_owned(),
            switches: vec!["slack.redirect=https://acme.example/slack".to_owned()],
            line: &["generate", "slack", "--store", "file"],
            person: by_pasting,
            member: "bea@example.com",
            scopes: "users:read users:read.email",
        },
        Case {
            name: "g_drive, by browser",
            toml: drive.clone(),
            switches: Vec::new(),
            line: &["generate", "g_drive", "--store", "file"],
            person: by_browser,
            member: "bea@example.com",
            scopes: "https://www.googleapis.com/auth/drive",
        },
        Case {
            name: "g_drive, by pasting",
            toml: drive,
            switches: Vec::new(),
            line: &["generate", "g_drive", "--store", "file", "--no-browser", "--read-only"],
            person: by_pasting,
            member: "bea@example.com",
            scopes: "https://www.googleapis.com/auth/drive.metadata.readonly",
        },
    ]
}

fn furnished(sandbox: &Sandbox, toml: &str) -> Room {
    let room = room(sandbox, toml);
    for (name, text) in [("client.json", CLIENT), ("client.secret", "sand-secret\n")] {
        let path = room.file(name, text);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    room
}

/// Logs in as the case has it.
#[track_caller]
fn logged_in(sandbox: &Sandbox, room: &Room, case: &Case) -> Output {
    for switch in &case.switches {
        sandbox.set_switch(switch).unwrap();
    }
    let mut login = Running::with_input(room, case.line);
    (case.person)(sandbox, &mut login);
    login.end(case.line)
}

#[test]
fn a_login_at_each_service_gives_a_token_that_serves_and_ends() {
    for case in cases() {
        let sandbox = demo();
        let room = furnished(&sandbox, &case.toml);
        let name = case.line[1];
        let output = logged_in(&sandbox, &room, &case);
        assert_eq!(output.code, Some(0), "{}: {output}", case.name);
        // What is asked for is said before anybody is asked.
        let (asked, opened) = (output.stderr.find("scopes asked: "), output.stderr.find("http://"));
        assert!(asked.is_some() && asked < opened, "{}: {output}", case.name);
        assert!(output.stderr.contains(&format!("scopes asked: {}\n", case.scopes)), "{}: {output}", case.name);
        assert!(output.stdout.contains(name) && !output.stderr.contains("warning"), "{}: {output}", case.name);
        let secrets = kept(&room);
        assert_eq!(secrets.len(), 1, "{}", case.name);
        // It serves; and so does what the next command is given.
        let check = ["-c", name, "check", case.member];
        assert_eq!(room.run(&check).success().stdout, "True\n", "{}", case.name);
        // An app is asked for nobody in particular.
        let who = if case.name.contains("a secret") { "orchest in Acme" } else { "ada" };
        room.run(&["auth", "whoami", name]).success().prints(who);
        room.run(&["auth", "status", name]).success().prints("generate");
        let token = room.ok(&["auth", "token", name]);
        assert!(token.trim_end().len() > 20 && token.lines().count() == 1, "{}: {token}", case.name);
        no_secret_is_anywhere(&room, &output, &[&secrets[0], token.trim_end(), "sand-secret"]);
        let opened = std::fs::read_to_string(room.path("opened")).unwrap_or_default();
        for secret in [&secrets[0], token.trim_end(), "sand-secret", "state=", "code="] {
            assert!(!opened.contains(secret), "{}: {opened}", case.name);
        }
        // Its end is one there, too, where that can be.
        let end = room.run(&["auth", "logout", name]).success();
        let is_revoked = end.stderr.contains("revoked there");
        let can_be = name != "github" && case.name != "trello, OAuth 2.0";
        assert_eq!(is_revoked, can_be, "{}: {end}", case.name);
        assert!(is_revoked || end.stderr.contains("no way to revoke"), "{end}");
        assert_eq!(kept(&room), Vec::<String>::new());
        room.run(&check).code(4).says(&format!("orchest generate {name}"));
        if is_revoked {
            let variable = format!("ORCHEST_{}_TOKEN", name.to_uppercase());
            let room = room.env(&variable, token.trim_end());
            // An access token of Google is good for what is left of its hour.
            let is_google = name == "g_drive";
            assert_eq!(room.run(&check).code, Some(if is_google { 0 } else { 4 }), "{}", case.name);
            assert_eq!(room.run(&["auth", "logout", name]).success().stdout, "");
        }
    }
}

#[test]
fn a_login_that_ends_is_renewed_by_one_process_at_a_time() {
    for case in cases()
        .into_iter()
        .filter(|case| ["trello, OAuth 2.0", "slack, PKCE", "g_drive, by browser"].contains(&case.name))
    {
        let sandbox = demo();
        let room = furnished(&sandbox, &case.toml);
        logged_in(&sandbox, &room, &case).success();
        let first = kept(&room);
        sandbox.take_record();
        // Everybody's token is over now.
        sandbox.set_switch("ahead=90000").unwrap();
        let line = ["-c", case.line[1], "check", case.member];
        let children: Vec<_> = (0..4).map(|_| room.spawn(&line)).collect();
        for child in children {
            assert_eq!(finish(child, &line).success().stdout, "True\n", "{}", case.name);
        }
        let renewals =
            sandbox.take_record().requests.iter().filter(|one| one.method == "POST" && is_renewal(&one.path)).count();
        assert_eq!(renewals, 1, "{}", case.name);
        let is_rotated = case.line[1] != "g_drive";
        assert_eq!(kept(&room) != first, is_rotated, "{}", case.name);
        // One that is over says what to type.
        sandbox.set_switch("ahead=90000000").unwrap();
        room.run(&line).code(4).says(&format!("next: orchest generate {}", case.line[1]));
    }
}

fn is_renewal(path: &str) -> bool {
    path.ends_with("/token") || path.ends_with("oauth.v2.access")
}

#[test]
fn what_is_not_the_end_of_this_login_is_answered_and_changes_nothing() {
    let sandbox = demo();
    let room = furnished(&sandbox, "[connector.g_drive]\nfile_id = 'F1'\ncredential_path = 'client.json'\n");
    // So slow that a second callback finds it still there.
    sandbox.set_faults(vec!["delay=1500ms@1 on POST /token".parse().unwrap()]);
    let line = ["generate", "g_drive", "--store", "file"];
    let mut login = Running::with_input(&room, &line);
    let address = login.word_after(OPENED);
    let back = agreed(&address);
    let state = back.split("state=").nth(1).unwrap().split('&').next().unwrap();
    for (address, headers, status) in [
        (back.replace(state, "another"), "", 400),
        (back.clone(), "Origin: https://evil.example\r\n", 403),
        (back.replace("/callback", "/other"), "", 404),
        (back.clone(), "", 200),
        (back.clone(), "", 410),
    ] {
        let (answered, _, page) = get(&address, headers);
        assert_eq!(answered, status, "{address}");
        assert!(!page.contains(state) && !page.contains("code="), "{page}");
    }
    login.end(&line).success();
    // Nobody listens any more, and a code is good for once.
    let host = back.trim_start_matches("http://").split('/').next().unwrap();
    assert!(Connection::open(&format!("http://{host}")).is_err());
    let opened = std::fs::read_to_string(room.path("opened")).unwrap();
    assert!(opened.starts_with("http://127.0.0.1:") && !opened.contains(state), "{opened}");
}

#[test]
fn who_says_no_and_a_port_that_is_taken_end_it_and_nothing_is_kept() {
    let sandbox = demo();
    let room = furnished(&sandbox, "[connector.g_drive]\ncredential_path = 'client.json'\n");
    sandbox.set_switch("gdrive.deny=on").unwrap();
    let line = ["generate", "g_drive", "--store", "file"];
    let mut login = Running::with_input(&room, &line);
    assert!(browse(&login.word_after(OPENED)).contains("refused"));
    login.end(&line).code(4).says("was refused").says("begin again");
    assert_eq!(kept(&room), Vec::<String>::new());

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let output = room.run(&[&line[..], &["--callback-port", &port.to_string()]].concat()).code(1);
    output.says("leave --callback-port out for a free one");
    let slack =
        format!("[connector.slack]\nclient_id = 'orchest'\nredirect_uri = 'http://localhost:{port}/finish_auth'\n");
    let room = furnished(&sandbox, &slack);
    sandbox.take_record();
    room.run(&["generate", "slack", "--store", "file"])
        .code(1)
        .says(&format!("port {port} of this machine cannot be listened on"))
        .says("connector.slack.redirect_uri");
    assert!(sandbox.take_record().requests.is_empty());
}

#[test]
fn the_files_of_the_seed_are_written_where_the_settings_name_them() {
    let sandbox = demo();
    let toml = "[connector.g_drive]\nfile_id = 'F1'\ncredential_path = 'client.json'\ntoken_path = 'google_drive_token.json'\n\
        [connector.trello]\nworkspace = 'acme'\ntoken_file = 'named-file'\n";
    let room = furnished(&sandbox, toml);
    let line = ["generate", "g_drive"];
    let mut login = Running::with_input(&room, &line);
    browse(&login.word_after(OPENED));
    let output = login.end(&line).success();
    let path = room.path("google_drive_token.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    for (key, value) in [
        ("_class", json!("OAuth2Credentials")),
        ("client_id", json!("orchest.apps.googleusercontent.com")),
        ("invalid", json!(false)),
        ("scopes", json!(["https://www.googleapis.com/auth/drive"])),
    ] {
        assert_eq!(file[key], value, "{key}");
    }
    let (access, refresh) = (file["access_token"].as_str().unwrap(), file["refresh_token"].as_str().unwrap());
    no_secret_is_anywhere(&room, &output, &[access, refresh]);
    assert_eq!(room.run(&["-c", "g_drive", "check", "bea@example.com"]).success().stdout, "True\n");
    room.run(&["auth", "whoami", "g_drive"]).success().prints("ada@example.com").prints("token_path");
    room.run(&["auth", "logout", "g_drive"]).success().says("is revoked there, and forgotten here");
    assert!(!path.exists());

    let line = ["generate", "trello"];
    let mut login = Running::with_input(&room, &line);
    by_page(&sandbox, &mut login);
    let output = login.end(&line).success();
    let token = std::fs::read_to_string(room.path("named-file")).unwrap();
    no_secret_is_anywhere(&room, &output, &[token.trim_end()]);
    assert_eq!(room.run(&["-c", "trello", "check", "bea"]).success().stdout, "True\n");
    assert_eq!(kept(&room), Vec::<String>::new());
    // It may be for other programs, too.
    room.run(&["auth", "logout", "trello"]).code(1).says("connector.trello.token_file names").says("which stays");

    // That it can be written is found out before anybody logs in.
    std::os::unix::fs::symlink("elsewhere", &path).unwrap();
    sandbox.take_record();
    room.run(&["generate", "g_drive"])
        .code(78)
        .says("connector.g_drive.token_path names no file that could be written");
    assert!(sandbox.take_record().requests.is_empty());
}

#[test]
fn a_new_token_takes_the_place_of_the_former_which_ends() {
    let sandbox = demo();
    let room = furnished(&sandbox, "[connector.trello]\nworkspace = 'acme'\n");
    let line = ["generate", "trello", "--store", "file"];
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let mut login = Running::with_input(&room, &line);
        by_page(&sandbox, &mut login);
        let output = login.end(&line).success();
        assert_eq!(output.stderr.contains("the former token is revoked"), !tokens.is_empty(), "{output}");
        tokens.extend(kept(&room));
    }
    let former = room.env("ORCHEST_TRELLO_TOKEN", &tokens[0]);
    former.run(&["-c", "trello", "check", "bea"]).code(4);
    let room = former.without("ORCHEST_TRELLO_TOKEN");
    assert_eq!(room.run(&["-c", "trello", "check", "bea"]).success().stdout, "True\n");
}

/// Settings may change; what was kept under the old ones is not forgotten with them.
#[test]
fn what_no_settings_name_any_more_is_found_by_logout_all() {
    let sandbox = demo();
    let room = furnished(&sandbox, "[connector.g_drive]\nfile_id = 'F1'\ncredential_path = 'client.json'\n");
    let line = ["generate", "g_drive", "--store", "file"];
    let mut login = Running::with_input(&room, &line);
    browse(&login.word_after(OPENED));
    login.end(&line).success();
    std::fs::remove_file(room.path("client.json")).unwrap();
    room.run(&["auth", "logout", "g_drive"]).code(1).says("may still be kept here").says("client.json");
    assert_eq!(kept(&room).len(), 1);
    room.run(&["auth", "logout", "--all"]).code(1);
    assert_eq!(kept(&room), Vec::<String>::new());
}

#[test]
fn a_token_out_of_somebodys_hand_is_looked_at_before_it_is_kept() {
    let sandbox = demo();
    let room = furnished(&sandbox, "[connector.github]\norganization = 'acme'\n");
    let line = ["generate", "github", "--store", "file", "--no-browser"];
    room.run_with_input(&line, "ghp_canary-of-nobody\n").code(4).says("does not take this token");
    room.run_with_input(&line, "two words\n").code(2).says("no token of GitHub");
    room.run_with_input(&line, "\n").code(2);
    assert_eq!(kept(&room), Vec::<String>::new());
    // More than is needed, and less.
    let token = |who: &str, scopes: &[&str]| {
        sandbox.members_token(orchester::sandbox::TokenKind::GithubClassic, who, scopes, None)
    };
    let wide = token("ada", &["admin:org", "repo"]);
    let output = room.run_with_input(&line, &format!("{wide}\n")).success();
    let output = output
        .says("settings/personal-access-tokens/new")
        .says("it may do more than orchest needs: repo")
        .says("ada: admin at acme");
    no_secret_is_anywhere(&room, &output, &[&wide]);
    let narrow = token("bea", &["read:org"]);
    let output = room.run_with_input(&line, &format!("{narrow}\n")).success();
    output.says("not granted: admin:org").says("bea is member at acme: who is in can be told, and not changed");
    assert_eq!(kept(&room), [narrow], "the new one is in the place of the old one");
    // What goes first is said.
    let room = room.env("ORCHEST_GITHUB_TOKEN", &wide);
    let other = token("ada", &["admin:org"]);
    room.run_with_input(&line, &format!("{other}\n")).success().says("the variable ORCHEST_GITHUB_TOKEN");
}

#[test]
fn what_cannot_be_done_is_said_before_anybody_is_asked() {
    let sandbox = demo();
    let toml = "[connector.slack]\nclient_id = 'orchest'\nclient_secret_file = 'client.secret'\n\
        [connector.trello]\nclient_id = 'orchest'\n[connector.github]\norganization = 'acme'\n";
    let room = furnished(&sandbox, toml);
    for (line, code, says) in [
        (
            &["generate", "g_groups"][..],
            2,
            "there is no connector 'g_groups'; there are github, trello, slack, g_drive",
        ),
        (&["generate"], 2, "CONNECTOR"),
        (&["generate", "g_drive"], 2, "connector.g_drive.credential_path"),
        (&["generate", "g_drive", "--by-hand"], 2, "leave --by-hand out"),
        (&["generate", "slack", "--device"], 2, "no login by device"),
        (&["generate", "github", "--device"], 2, "connector.github.client_id"),
        (&["generate", "trello", "--store", "file"], 2, "connector.trello.redirect_uri"),
        (&["generate", "trello", "--by-hand", "--store", "named"], 2, "connector.trello.token_file"),
        (&["generate", "slack", "--callback-port", "1"], 2, "connector.slack.redirect_uri"),
        (&["generate", "github", "--quiet"], 2, "--quiet would hide the address"),
        (&["auth", "login", "slack"], 2, "orchest generate slack"),
        (&["auth", "token", "github"], 4, "orchest generate github"),
    ] {
        room.run(line).code(code).says(says);
    }
    // An app with a secret cannot have a browser come back here: the other way is shown, with all that it takes.
    let output = room.run(&["generate", "slack", "--store", "file", "--dry-run"]).success();
    output
        .says("only for apps without a secret (PKCE)")
        .says("api.slack.com/apps?new_app=1")
        .says("      - users:read.email")
        .says("nothing was asked for");
    assert!(sandbox.take_record().requests.is_empty());
}

/// In a folder that somebody else has filled: how it ended, and what it said.
fn in_work(room: &Room, line: &[&str]) -> (Option<i32>, String) {
    let mut command = std::process::Command::new(Room::BINARY);
    let output = room.furnish(command.args(line)).current_dir(room.path("work")).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn nobody_is_sent_to_where_a_strangers_file_says() {
    let sandbox = demo();
    let room = furnished(&sandbox, "[connector.github]\norganization = 'acme'\nclient_id = 'orchest'\n");
    room.file("work/.orchester.toml", "[connector.github]\nweb_url = 'https://evil.example'\n");
    let (code, said) = in_work(&room, &["generate", "github", "--store", "file"]);
    assert_eq!(code, Some(78), "{said}");
    assert!(said.contains("connector.github.web_url is named by a file that nobody has trusted"), "{said}");
    assert!(said.contains("orchest config trust"), "{said}");
    assert!(sandbox.take_record().requests.is_empty());

    // What is kept goes to nobody else, whichever setting names them; nor is a file of theirs written.
    let token = sandbox.members_token(orchester::sandbox::TokenKind::SlackUser, "ada", &["users:read", "admin"], None);
    room.run_with_input(&["generate", "slack", "--by-hand", "--store", "file"], &format!("{token}\n")).success();
    let room = room.without("ORCHEST_SLACK_SCIM_URL");
    let evil = Server::start();
    let toml = format!("[connector.slack]\nmode = 'scim'\nscim_url = '{}/scim/v2'\n", evil.url());
    room.file("work/.orchester.toml", &toml);
    let (code, said) = in_work(&room, &["-c", "slack", "check", "bea@example.com"]);
    assert_eq!(code, Some(78), "{said}");
    assert!(evil.asked().is_empty());
    room.file(".orchester.toml", "[connector.g_drive]\nfile_id = 'F1'\ncredential_path = 'client.json'\n");
    let victim = room.file("victim", "precious");
    room.file("work/own", "precious");
    for path in ["../victim", "own", "../new"] {
        room.file("work/.orchester.json", &json!({"connectors": {"g_drive": {"token_path": path}}}).to_string());
        let (code, said) = in_work(&room, &["generate", "g_drive"]);
        assert_eq!(code, Some(78), "{path}: {said}");
        assert!(said.contains("token_path is named by a file that nobody has trusted"), "{said}");
    }
    assert_eq!(std::fs::read_to_string(victim).unwrap(), "precious");
    assert_eq!(std::fs::read_to_string(room.path("work/own")).unwrap(), "precious");
    assert!(!room.path("new").exists());
    // A new file beside it is what the first orchester was there for.
    room.file("work/.orchester.json", r#"{"connectors": {"g_drive": {"token_path": "google_drive_token.json"}}}"#);
    let (code, said) = in_work(&room, &["generate", "g_drive", "--dry-run"]);
    assert!(code == Some(0) && said.contains("google_drive_token.json"), "{said}");
}

#[test]
fn a_token_that_cannot_be_revoked_is_forgotten_and_that_is_told() {
    let sandbox = demo();
    let room = furnished(&sandbox, "[connector.g_drive]\nfile_id = 'F1'\ncredential_path = 'client.json'\n");
    let line = ["generate", "g_drive", "--store", "file"];
    let mut login = Running::with_input(&room, &line);
    browse(&login.word_after(OPENED));
    login.end(&line).success();
    sandbox.set_faults(vec!["status=503@1! on POST /revoke".parse().unwrap()]);
    let room = room.env("ORCHEST_RETRIES", "1");
    room.run(&["auth", "logout", "g_drive"]).code(1).says("still valid there").says("end it at the service");
    assert_eq!(kept(&room), Vec::<String>::new());
    sandbox.set_faults(Vec::new());
    room.run(&["auth", "logout", "g_drive"]).success().says("nothing is kept for Google Drive");
}

#[test]
fn what_is_typed_on_a_terminal_is_not_shown_and_ctrl_c_keeps_nothing() {
    let sandbox = demo();
    let room = furnished(&sandbox, "[connector.github]\norganization = 'acme'\n");
    let line = "generate github --no-browser --store file";
    let mut terminal = Terminal::start(&room, line);
    terminal.shows("the token: ");
    terminal.interrupts();
    let (code, seen) = terminal.ended();
    assert_eq!(code, 130, "{seen}");
    assert_eq!(kept(&room), Vec::<String>::new());
    assert!(sandbox.take_record().requests.is_empty());

    let token = sandbox.members_token(orchester::sandbox::TokenKind::GithubClassic, "ada", &["admin:org"], None);
    let mut terminal = Terminal::start(&room, line);
    terminal.shows("the token: ");
    terminal.types(&format!("{token}\r"));
    let (code, seen) = terminal.ended();
    assert_eq!(code, 0, "{seen}");
    assert!(!seen.contains(&token), "{seen}");
    assert_eq!(kept(&room), [token]);
}

/// Killed at any moment, it has kept all of it or nothing, and the same line begins anew.
#[test]
fn whoever_is_killed_at_a_browser_has_kept_nothing() {
    let sandbox = demo();
    let room = furnished(&sandbox, "[connector.g_drive]\nfile_id = 'F1'\ncredential_path = 'client.json'\n");
    let line = ["generate", "g_drive", "--store", "file"];
    for fault in ["kill@1 on POST /token", "kill@1:after on POST /token", "kill@1 on GET /drive/v3/about"] {
        let mut login = Running::with_input(&room, &line);
        let child = login.child.id();
        sandbox.on_signal(
            &(std::sync::Arc::new(move |_| {
                let pid = rustix::process::Pid::from_raw(i32::try_from(child).unwrap()).unwrap();
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }) as std::sync::Arc<dyn Fn(_) + Send + Sync>),
        );
        let address = login.word_after(OPENED);
        sandbox.set_faults(vec![fault.parse().unwrap()]);
        let _ = get(&agreed(&address), "");
        let output = login.end(&line);
        assert_eq!(output.signal, Some(9), "{fault}: {output}");
        assert_eq!(kept(&room), Vec::<String>::new(), "{fault}");
        sandbox.set_faults(Vec::new());
    }
    let mut login = Running::with_input(&room, &line);
    browse(&login.word_after(OPENED));
    login.end(&line).success();
    assert_eq!(kept(&room).len(), 1);
}
