//! The seed's own file, with all four of its services in it, and the answers that its lines give.

use serde_json::{Value, json};

use crate::support::cli::Room;
use crate::support::server::{Reply, Server};

const CREW: &str = "GET /1/organizations/crew/memberships?filter=all&member=true&member_fields=username%2CfullName";
const ME: &str = "GET /1/members/me?fields=id%2Cusername";
const JOIN: &str = "PUT /1/organizations/crew/members/dee?type=normal";
const LEAVE: &str = "DELETE /1/organizations/crew/members/b2";
const LOOKUP: &str = "POST /api/users.lookupByEmail";
const SHARED: &str = "GET /drive/v3/files/F1/permissions?supportsAllDrives=true&pageSize=100&fields=nextPageToken%2Cpermissions\
    %28id%2Ctype%2Crole%2CemailAddress%2Cdomain%2Cdeleted%2CpendingOwner%2CexpirationTime%2CpermissionDetails\
    %2CinheritedPermissionsDisabled%29";
const SHARE: &str = "POST /drive/v3/files/F1/permissions?supportsAllDrives=true&fields=id%2Crole%2CemailAddress\
    &sendNotificationEmail=false";
const UNSHARE: &str = "DELETE /drive/v3/files/F1/permissions/02?supportsAllDrives=true";

fn person(number: u32, name: &str, role: &str) -> Value {
    json!({"id": format!("a{number}"), "idMember": format!("b{number}"), "memberType": role, "unconfirmed": false,
        "deactivated": false, "member": {"username": name}})
}

fn entry(id: &str, role: &str, address: &str) -> Value {
    json!({"id": id, "type": "user", "role": role, "emailAddress": address})
}

fn shared(entries: &[Value]) -> Reply {
    Reply::json(200, &json!({ "permissions": entries }))
}

/// All of the services but GitHub, which has tests of its own.
fn services() -> Server {
    let server = Server::start();
    server.on(ME, Reply::json(200, &json!({"id": "b1", "username": "ada"})));
    server.on(
        "POST /token",
        Reply::json(200, &json!({"access_token": "ya29.canary-fresh", "expires_in": 3599, "token_type": "Bearer"})),
    );
    server.on(
        LOOKUP,
        Reply::json(200, &json!({"ok": true, "user": {"id": "U1", "profile": {"email": "ada@example.com"}}})),
    );
    server
}

fn room(server: &Server) -> Room {
    let room = Room::new().env("ORCHEST_RETRIES", "1");
    let seed = json!({"default_connector": "trello", "connectors": {
        "trello": {"api_key": "key-canary", "api_secret": "secret-canary", "token": "token-canary",
            "token_secret": "secret-canary-2", "team_id": "crew"},
        "slack": {"token": "xoxb-canary", "legacy_token": "xoxp-canary-legacy", "client_id": "1", "client_secret": "cs-canary"},
        "g_drive": {"credential_path": "google_drive_credentials.json", "token_path": "google_drive_token.json", "file_id": "F1"},
        "g_groups": {}}});
    room.file(".orchester.json", &seed.to_string());
    let client = json!({"installed": {"client_id": "c", "client_secret": "cs-canary", "token_uri": "https://oauth2.googleapis.com/token"}});
    let path = room.file("google_drive_credentials.json", &client.to_string());
    // As a browser saves it.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(path, open).unwrap();
    let token = json!({"access_token": "ya29.canary-stale", "client_id": "c", "client_secret": "cs-canary",
        "refresh_token": "1//canary", "token_expiry": "2019-09-10T00:00:00Z", "invalid": false, "_class": "OAuth2Credentials",
        "token_uri": "https://www.googleapis.com/oauth2/v3/token", "_module": "oauth2client.client"});
    room.file("google_drive_token.json", &token.to_string());
    let url = server.url();
    let tables = format!(
        "[connector.trello]\napi_url = \"{url}/1\"\n[connector.slack]\napi_url = \"{url}/api\"\n\
         [connector.g_drive]\napi_url = \"{url}/drive/v3\"\ntoken_url = \"{url}/token\"\n"
    );
    room.file(".orchester.toml", &tables);
    room
}

#[track_caller]
fn answers(room: &Room, line: &[&str], answer: &str) {
    let output = room.run(line).success();
    assert_eq!(output.stdout, answer, "{output}");
    assert!(!output.stderr.contains("canary"), "{output}");
}

#[test]
fn trello() {
    let server = services();
    let room = room(&server);
    let (ada, bob, dee) = (person(1, "ada", "admin"), person(2, "Bob", "normal"), person(3, "dee", "normal"));
    let crew = |people: &[&Value]| Reply::json(200, &json!(people));
    server.on(CREW, crew(&[&ada, &bob]));
    answers(&room, &["-c", "trello", "check", "bob"], "True\n");
    answers(&room, &["check", "dee"], "False\n");
    answers(&room, &["-c", "trello", "add", "bob"], "True\n");
    answers(&room, &["-c", "trello", "rm", "dee"], "True\n");
    assert!(server.lines().iter().all(|line| line.starts_with("GET ")));
    server.on(JOIN, Reply::json(200, &json!({})));
    server.on(LEAVE, Reply::json(200, &json!({})));
    // The list as it was, and as it is afterwards.
    for people in [[&ada, &bob].as_slice(), &[&ada, &bob, &dee], &[&ada, &bob, &dee], &[&ada, &dee]] {
        server.on(CREW, crew(people));
    }
    // The first of them is what was said above, and is used up.
    answers(&room, &["check", "bob"], "True\n");
    answers(&room, &["add", "dee"], "True\n");
    answers(&room, &["rm", "bob"], "True\n");
    let writes: Vec<String> = server.lines().into_iter().filter(|line| !line.starts_with("GET ")).collect();
    assert_eq!(writes, [JOIN, LEAVE]);
    server.verify();
}

#[test]
fn slack_tells_the_truth_about_what_no_program_can_do() {
    let server = services();
    let room = room(&server);
    answers(&room, &["-c", "slack", "check", "ADA@example.com"], "True\n");
    answers(&room, &["-c", "slack", "add", "ada@example.com"], "True\n");
    let output =
        room.run(&["-c", "slack", "rm", "ada@example.com"]).code(1).says("no program can").says("my.slack.com/admin");
    assert!(output.stdout.is_empty() && output.stderr.contains("legacy_token"), "{output}");
    let output = room.run(&["-c", "slack", "rm", "ada@example.com", "-o", "json"]).code(1);
    assert!(output.stderr.contains("\"unsupported\""), "{output}");
    let nobody = Server::start();
    nobody.on(LOOKUP, Reply::json(200, &json!({"ok": false, "error": "users_not_found"})));
    nobody.on("POST /api/users.list", Reply::json(200, &json!({"ok": true, "members": []})));
    let room = self::room(&nobody);
    answers(&room, &["-c", "slack", "check", "dee@example.com"], "False\n");
    answers(&room, &["-c", "slack", "rm", "dee@example.com"], "True\n");
    room.run(&["-c", "slack", "add", "dee@example.com"]).code(1).says("connector.slack.mode");
    let revoked = Server::start();
    revoked.on(LOOKUP, Reply::json(200, &json!({"ok": false, "error": "token_revoked"})));
    self::room(&revoked).run(&["-c", "slack", "check", "dee@example.com"]).code(4).says("token_revoked");
}

#[test]
fn google_drive() {
    let server = services();
    let room = room(&server);
    let (owner, bob) = (entry("01", "owner", "owner@example.com"), entry("02", "writer", "Bob@Example.com"));
    let dee = entry("03", "writer", "dee@example.com");
    server.on(SHARED, shared(&[owner.clone(), bob.clone()]));
    answers(&room, &["-c", "g_drive", "check", "bob@example.com"], "True\n");
    answers(&room, &["-c", "g_drive", "check", "dee@example.com"], "False\n");
    server.on(SHARE, Reply::json(200, &dee));
    answers(&room, &["-c", "g_drive", "add", "dee@example.com"], "True\n");
    let about = "GET /drive/v3/about?fields=user%28emailAddress%2CpermissionId%29";
    server.on(about, Reply::json(200, &json!({"user": {"emailAddress": "owner@example.com", "permissionId": "01"}})));
    server.on(UNSHARE, Reply::Plain(204, Vec::new(), Vec::new()));
    server.on(SHARED, shared(&[owner.clone(), bob, dee.clone()]));
    server.on(SHARED, shared(&[owner, dee]));
    room.run(&["-c", "g_drive", "rm", "owner@example.com"]).code(6).says("owns the file");
    answers(&room, &["-c", "g_drive", "rm", "BOB@example.com"], "True\n");
    let tokens = server.asked().into_iter().filter(|asked| asked.path.starts_with("/drive"));
    let tokens: Vec<String> = tokens
        .flat_map(|asked| asked.headers)
        .filter(|(name, _)| name == "authorization")
        .map(|(_, value)| value)
        .collect();
    assert!(tokens.len() > 3 && tokens.iter().all(|token| token == "Bearer ya29.canary-fresh"), "{tokens:?}");
    server.verify();
}

#[test]
fn all_of_them_at_once() {
    let server = services();
    let room = room(&server);
    server.on(CREW, Reply::json(200, &json!([person(1, "ada@example.com", "admin")])));
    server.on(SHARED, shared(&[entry("01", "owner", "owner@example.com")]));
    let output = room.run(&["-c", "all", "check", "ada@example.com"]).success();
    assert_eq!(output.stdout, "trello True\nslack True\ng_drive False\n");
    let output =
        room.run(&["members", "check", "ada@example.com", "-c", "all", "--exit-status", "-o", "jsonl"]).code(3);
    let rows: Vec<Value> = output.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> =
        rows.iter().map(|row| (row["connector"].as_str().unwrap(), row["state"].as_str().unwrap())).collect();
    assert_eq!(told, [("trello", "active"), ("slack", "active"), ("g_drive", "absent")]);
    room.run(&["members", "capabilities", "-c", "all"]).success().prints("my.slack.com/admin").prints("--with-boards");
    room.run(&["help", "connectors"]).success().prints("[connector.g_drive]");
}

#[test]
fn the_run_log_has_what_was_changed_and_not_what_was_asked() {
    let server = services();
    let room = room(&server);
    let tables = std::fs::read_to_string(room.path(".orchester.toml")).unwrap();
    let slack = "[connector.slack]\nmode = \"channel\"\nchannel = \"C1\"\n";
    room.file(".orchester.toml", &tables.replace("[connector.slack]\n", slack));
    server.on("POST /api/conversations.members", Reply::json(200, &json!({"ok": true, "members": []})));
    server.on("POST /api/conversations.invite", Reply::json(200, &json!({"ok": true, "channel": {"id": "C1"}})));
    answers(&room, &["-c", "slack", "check", "ada@example.com"], "False\n");
    let log = |room: &Room| -> String {
        let files = room.files().into_iter().filter(|path| path.starts_with(room.path(".state")));
        files.map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()).collect()
    };
    assert!(!log(&room).contains("POST slack"), "questions are no changes, though they are asked by POST");
    answers(&room, &["-c", "slack", "add", "ada@example.com"], "True\n");
    let log = log(&room);
    assert!(log.contains("POST slack /conversations.invite") && !log.contains("POST slack /users"), "{log}");
    assert!(!log.contains("canary"), "{log}");
    server.verify();
}
