//! Logins: no more is asked for than it takes, and what was given ends where it came from.

use orchester::sandbox::{Sandbox, SandboxOptions, Seed, TokenKind};
use serde_json::{Value, json};
use url::Url;

use crate::scripted::{TOKEN, room_without_password, with_users};
use crate::support::cli::Room;
use crate::support::login::{Running, agreed};
use crate::support::server::{Reply, Server};

const CLIENT: &str =
    r#"{"installed":{"client_id":"orchest.apps.googleusercontent.com","client_secret":"sand-secret"}}"#;

fn demo() -> Sandbox {
    let mut options = SandboxOptions::default();
    options.seed = Seed::Demo;
    Sandbox::start(options).unwrap()
}

/// Somebody who has no token yet.
fn room(sandbox: &Sandbox, toml: &str) -> Room {
    let open =
        |name: &str| !name.ends_with("_TOKEN") && !name.ends_with("PASSWORD") && name != "ORCHEST_G_DRIVE_TOKEN_URL";
    let variables = sandbox.environment();
    let room =
        variables.iter().filter(|(name, _)| open(name)).fold(Room::new(), |room, (name, value)| room.env(name, value));
    room.file(".orchester.toml", toml);
    room.file("client.json", CLIENT);
    room.file("client.secret", "sand-secret\n");
    room.env("ORCHEST_RETRIES", "1").env("XDG_RUNTIME_DIR", "/dev/null/none")
}

/// The settings, the flags, and what a person is asked to agree to, by name of the place in the address: for telling who is in,
/// and for changing it.
fn golden() -> Vec<(&'static str, String, &'static str, [&'static str; 2])> {
    let localhost = "http://localhost:3000/callback";
    let https = "https://acme.example/back";
    let slack = |mode: &str| {
        format!("[connector.slack]\nclient_id = 'orchest'\nmode = '{mode}'\nredirect_uri = '{localhost}'\n")
    };
    let of_bot = |mode: &str| {
        format!(
            "[connector.slack]\nclient_id = 'orchest'\nclient_secret_file = 'client.secret'\nmode = '{mode}'\nredirect_uri = '{https}'\n"
        )
    };
    let people = "users:read users:read.email";
    vec![
        (
            "github",
            "[connector.github]\nclient_id = 'orchest'\nclient_secret_file = 'client.secret'\n".to_owned(),
            "scope",
            ["read:org", "admin:org"],
        ),
        ("trello", "[connector.trello]\nworkspace = 'acme'\n".to_owned(), "scope", ["read", "read write"]),
        (
            "trello",
            format!("[connector.trello]\nclient_id = 'orchest'\nredirect_uri = '{localhost}'\n"),
            "scope",
            [
                "read:organization:trello read:member:trello offline_access",
                "read:organization:trello write:organization:membership:trello read:member:trello offline_access",
            ],
        ),
        ("slack", slack("check-only"), "user_scope", [people, people]),
        ("slack", slack("scim"), "user_scope", [people, "users:read users:read.email admin"]),
        (
            "slack",
            slack("admin"),
            "user_scope",
            [people, "users:read users:read.email admin.users:read admin.users:write"],
        ),
        (
            "slack",
            slack("channel"),
            "user_scope",
            [
                "users:read users:read.email channels:read groups:read",
                "users:read users:read.email channels:read groups:read channels:write groups:write",
            ],
        ),
        ("slack", of_bot("check-only"), "scope", [people, people]),
        (
            "slack",
            of_bot("channel"),
            "scope",
            [
                "users:read users:read.email channels:read groups:read",
                "users:read users:read.email channels:read groups:read channels:manage groups:write",
            ],
        ),
        // Google has no scope for the people of one file that this program did not open itself: `drive.file` reaches nothing.
        (
            "g_drive",
            "[connector.g_drive]\nfile_id = 'F1'\ncredential_path = 'client.json'\n".to_owned(),
            "scope",
            ["https://www.googleapis.com/auth/drive.metadata.readonly", "https://www.googleapis.com/auth/drive"],
        ),
    ]
}

/// What the address asks for that a browser is to be sent to.
fn asked_by(address: &str, key: &str) -> String {
    let url = Url::parse(address.trim_end_matches([',', '.'])).unwrap_or_else(|error| panic!("{error}: {address}"));
    let others = ["scope", "user_scope", "bot_scope", "granular_bot_scope"];
    let all: Vec<(String, String)> =
        url.query_pairs().into_owned().filter(|(name, _)| others.contains(&name.as_str())).collect();
    let [(name, value)] = all.try_into().unwrap_or_else(|all| panic!("{all:?} in {address}"));
    assert_eq!(name, key, "{address}");
    value.replace(',', " ")
}

fn each_aim_has_its_scopes() {
    let sandbox = demo();
    for (name, toml, key, golden) in golden() {
        for (aim, expected) in [&["--read-only"][..], &[]].into_iter().zip(golden) {
            let room = room(&sandbox, &toml);
            let line = [&["generate", name, "--store", "file", "--no-browser"], aim].concat();
            let told = room.run(&[&line[..], &["--dry-run"]].concat()).success();
            assert!(told.stderr.contains(&format!("scopes asked: {expected}\n")), "{toml}{expected:?}\n{told}");
            let mut login = Running::with_input(&room, &line);
            let address = login.word_after("open ");
            assert_eq!(asked_by(&address, key), expected, "{toml}");
            login.paste("");
            let output = login.end(&line);
            assert_ne!(output.code, Some(0), "{output}");
        }
    }
    // On another screen nothing is opened: what is asked for goes to GitHub alone.
    let web = Server::start();
    web.otherwise(|_| Reply::json(400, &json!({"error": "unauthorized_client"})));
    for (aim, scope) in [(&["--read-only"][..], "scope=read%3Aorg"), (&[], "scope=admin%3Aorg")] {
        let toml = format!("[connector.github]\nclient_id = 'orchest'\nweb_url = '{}'\n", web.url());
        let output = room(&sandbox, &toml).run(&[&["generate", "github", "--device", "--store", "file"], aim].concat());
        assert_ne!(output.code, Some(0), "{output}");
        let body = web.asked().pop().unwrap().body;
        assert!(body.split('&').any(|pair| pair == scope), "{body}");
    }
}

fn a_token_that_may_do_more_is_noticed() {
    let sandbox = demo();
    let room = room(&sandbox, "[connector.github]\norganization = 'acme'\n");
    let line = ["generate", "github", "--store", "file", "--no-browser"];
    let wide = sandbox.members_token(TokenKind::GithubClassic, "ada", &["admin:org", "repo", "delete_repo"], None);
    let output = room.run_with_input(&line, &format!("{wide}\n")).success();
    assert!(
        output.stderr.contains("it may do more than orchest needs: ") && output.stderr.contains("delete_repo"),
        "{output}"
    );
    let right = sandbox.members_token(TokenKind::GithubClassic, "ada", &["admin:org"], None);
    let output = room.run_with_input(&line, &format!("{right}\n")).success();
    assert!(!output.stderr.contains("may do more"), "{output}");
}

/// Fails with `src/connectors/issuer.rs`: `(ConnectorKind::GitHub, By::OAuth, Aim::Tell) => &["read:org"]` → `&["admin:org"]`.
#[test]
fn s21_a_login_asks_for_no_more_than_it_takes() {
    each_aim_has_its_scopes();
    a_token_that_may_do_more_is_noticed();
}

/// What is kept in the file of secrets.
fn kept(room: &Room) -> Vec<String> {
    let Ok(text) = std::fs::read_to_string(room.path(".state/orchest/secrets.json")) else { return Vec::new() };
    let document: Value = serde_json::from_str(&text).unwrap();
    document["secrets"].as_array().unwrap().iter().map(|one| one["password"].as_str().unwrap().to_owned()).collect()
}

/// Nothing in the room holds it any more.
#[track_caller]
fn forgotten(room: &Room, secret: &str) {
    for path in room.files() {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        assert!(!text.contains(secret), "{} holds it still", path.display());
    }
}

/// A service, the settings, the way in, and where a token ends there.
type Service = (&'static str, &'static str, &'static str);

const SERVICES: [Service; 3] = [
    ("trello", "[connector.trello]\nworkspace = 'acme'\n", "DELETE /1/tokens/*"),
    ("slack", "", "POST /api/auth.revoke"),
    ("g_drive", "[connector.g_drive]\nfile_id = 'F1'\ncredential_path = 'client.json'\n", "POST /revoke"),
];

/// Logs in, and says what is kept of it.
fn logged_in(sandbox: &Sandbox, room: &Room, name: &str) -> String {
    let line = ["generate", name, "--store", "file", "--no-browser"];
    let token = match name {
        "trello" => sandbox.members_token(TokenKind::Trello, "ada", &["read", "write"], None),
        _ => sandbox.members_token(TokenKind::SlackUser, "ada", &["users:read", "users:read.email"], None),
    };
    if name == "g_drive" {
        let mut login = Running::with_input(room, &line);
        let address = login.word_after("open ");
        login.paste(&agreed(&address));
        login.end(&line).success();
    } else {
        room.run_with_input(&[&line[..], &["--by-hand"]].concat(), &format!("{token}\n")).success();
    }
    let [kept] = kept(room).try_into().unwrap_or_else(|kept| panic!("{name}: {kept:?}"));
    kept
}

fn members_services() {
    for (name, toml, revocation) in SERVICES {
        let sandbox = demo();
        let room = room(&sandbox, toml);
        let out = ["auth", "logout", name];
        let revoked = |sandbox: &Sandbox| {
            let (method, path) = revocation.split_once(' ').unwrap();
            let path = path.trim_end_matches('*');
            sandbox
                .take_record()
                .requests
                .iter()
                .filter(|one| one.method == method && one.path.starts_with(path))
                .count()
        };
        // It is revoked first: whoever is killed there has it still, and can say the same again.
        let token = logged_in(&sandbox, &room, name);
        sandbox.take_record();
        room.run(&out).success().says("revoked there");
        assert_eq!(revoked(&sandbox), 1, "{name}");
        forgotten(&room, &token);
        // Whatever goes wrong there, it is gone here, and that is said.
        for fault in ["status=503@1!", "status=403@1!", "cut@1!:before", "body=html@1!"] {
            let token = logged_in(&sandbox, &room, name);
            sandbox.take_record();
            sandbox.set_faults(vec![format!("{fault} on {revocation}").parse().unwrap()]);
            let output = room.run(&out);
            sandbox.set_faults(Vec::new());
            assert_eq!(revoked(&sandbox), 1, "{name} {fault}\n{output}");
            let is_told = output.code == Some(1) && output.stderr.contains("still valid there");
            // What a page that is none says of it is that nothing went wrong.
            assert!(is_told || (fault.starts_with("body") && output.code == Some(0)), "{name} {fault}\n{output}");
            assert!(!output.stderr.contains(&token), "{output}");
            forgotten(&room, &token);
        }
        // One that is not reachable at all.
        let token = logged_in(&sandbox, &room, name);
        drop(sandbox);
        let output = room.run(&out).code(1);
        assert!(output.stderr.contains("still valid there") && !output.stderr.contains(&token), "{output}");
        forgotten(&room, &token);
    }
}

/// An issuer of tokens, and Keystone.
fn issuers() {
    for (answer, code, says) in [
        (Reply::json(200, &Value::Null), 0, "the login is revoked"),
        (Reply::json(400, &json!({"error": "unsupported_token_type"})), 1, "could not be revoked and stays valid"),
        (Reply::text(503, "text/plain", "busy"), 1, "could not be revoked and stays valid"),
        (Reply::Raw(Vec::new()), 1, "could not be revoked and stays valid"),
    ] {
        let issuer = Server::start();
        let at = |path: &str| format!("{}/{path}", issuer.url());
        let about = json!({"issuer": issuer.url(), "token_endpoint": at("token"), "revocation_endpoint": at("revoke")});
        issuer.on("GET /.well-known/openid-configuration", Reply::json(200, &about));
        issuer.on("POST /revoke", answer);
        let room = Room::new().env("ORCHEST_PAAS_ISSUER", issuer.url()).env("ORCHEST_PAAS_CLIENT_ID", "orchest");
        let room = room.env("ORCHEST_RETRIES", "1").env("XDG_RUNTIME_DIR", "/dev/null/none");
        let secret = json!({"endpoint": issuer.url(), "user": "orchest", "domain": "refresh token", "password": "canary-refresh"});
        room.file(".state/orchest/secrets.json", &json!({"version": 1, "secrets": [secret]}).to_string());
        let output = room.run(&["auth", "logout", "paas"]).code(code).says(says);
        assert!(!output.stderr.contains("canary"), "{output}");
        assert!(issuer.asked().last().unwrap().body.contains("token=canary-refresh"), "{output}");
        forgotten(&room, "canary-refresh");
    }
    for (answer, code, says) in [
        (Reply::Plain(204, Vec::new(), Vec::new()), 0, "the token is revoked"),
        (Reply::json(503, &json!({})), 1, "could not be revoked and stays valid"),
        (Reply::Raw(Vec::new()), 1, "could not be revoked and stays valid"),
    ] {
        let server = with_users(&[]);
        server.on("DELETE /v3/auth/tokens", answer);
        let room = room_without_password(server.url());
        room.run_with_input(&["auth", "login", "--store", "file", "--password-stdin"], "canary-password\n").success();
        let room = room.env("ORCHEST_STORE", "file");
        let output = room.run(&["auth", "logout"]).code(code).says(says);
        assert!(output.stderr.contains("erased") && !output.stderr.contains("canary"), "{output}");
        assert_eq!(server.lines().iter().filter(|line| line.starts_with("DELETE")).count(), 1, "{output}");
        forgotten(&room, TOKEN);
        forgotten(&room, "canary-password");
    }
}

/// Fails with `src/connectors/revoke.rs`: in `at_slack`, a first line `return Ok(true);`.
/// Fails with `src/cli/auth/logout.rs`: in `end`, `Err(error) => End::Failed(error)` → `Err(error) => return Err(error)`.
#[test]
fn s22_a_logout_revokes_first_and_forgets_whatever_comes_of_it() {
    members_services();
    issuers();
}
