//! Google Drive: each request that the product can send, held against Google's own document.

use std::collections::BTreeSet;

use orchester::sandbox::{Backend, Sandbox, SandboxOptions, Seed, TokenKind};
use serde_json::{Value, json};

use crate::support::cli::Room;
use crate::support::discovery::Discovery;
use crate::support::witness::Witness;

use super::{document, supposed};

const SCOPE: &str = "https://www.googleapis.com/auth/drive";

/// Everything that the product can ask Drive for.
const METHODS: [&str; 5] = [
    "drive.about.get",
    "drive.permissions.create",
    "drive.permissions.delete",
    "drive.permissions.list",
    "drive.permissions.update",
];

/// Items, lines about them, and what these end with.
const LINES: [(&str, &str, i32); 20] = [
    ("F1", "members capabilities", 0),
    ("F1", "members check bea@example.com hal@example.com ivy@example.com", 0),
    ("F1", "members list", 0),
    ("F1", "-c g_drive check bea@example.com", 0),
    ("F1", "members add hal@example.com", 0),
    ("F1", "members add eve@example.com --role reader --notify", 0),
    ("F1", "members add eve@example.com --role commenter", 0),
    ("F1", "members add hal@example.com --role reader --dry-run", 0),
    ("F1", "members add somebody@elsewhere.example --role reader --notify", 0),
    ("F1", "members rm hal@example.com --yes", 0),
    ("F1", "-c g_drive add max@example.com", 0),
    ("F1", "-c g_drive rm max@example.com", 0),
    ("F1", "members rm ada@example.com --yes", 6),
    ("0AD", "members list", 0),
    ("0AD", "members add hal@example.com --role organizer", 0),
    ("0AD", "members add hal@example.com --role fileOrganizer", 0),
    ("0AD", "members rm hal@example.com --yes", 0),
    ("F2", "members add oli@example.com --role fileOrganizer", 0),
    ("F3", "members check bea@example.com", 0),
    ("F1", "auth whoami g_drive", 0),
];

fn room(url: &str, token: &str, item: &str, is_admin: bool) -> Room {
    let room = Room::new().env("ORCHEST_RETRIES", "1").env("ORCHEST_G_DRIVE_TOKEN", token);
    let text =
        format!("[connector.g_drive]\nfile_id = \"{item}\"\napi_url = \"{url}/drive/v3\"\ndomain_admin = {is_admin}\n");
    room.file(".orchester.toml", &text);
    room
}

#[test]
fn every_request_is_one_that_google_describes() {
    let mut options = SandboxOptions::default();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.toml");
    // More than a page.
    std::fs::write(&path, "[members]\ncrowd = 120\n").unwrap();
    options.seed = Seed::read(path.to_str().unwrap()).unwrap();
    let sandbox = Sandbox::start(options).unwrap();
    let witness = Witness::before(&sandbox.url(Backend::GDrive));
    let token = sandbox.members_token(TokenKind::Google, "ada@example.com", &[SCOPE], None);
    for (item, line, code) in LINES {
        // An administrator of the domain says so where it is about a shared drive.
        let room = room(witness.url(), &token, item, item == "0AD");
        let words: Vec<&str> = line.split(' ').collect();
        let words = if words[0] == "members" { [&words[..], &["-c", "g_drive"]].concat() } else { words };
        room.run(&words).code(code);
    }
    let drive = Discovery::new(document("drive.v3.json"));
    let asked = witness.asked();
    let mut methods = BTreeSet::new();
    for asked in &asked {
        let method = drive.check(asked);
        methods
            .insert(method.unwrap_or_else(|error| panic!("{} {}: {error}\n{}", asked.method, asked.path, asked.body)));
    }
    assert_eq!(methods, METHODS.map(str::to_owned).into());
    for part in ["pageToken=", "useDomainAdminAccess=true", "sendNotificationEmail=true", "sendNotificationEmail=false"]
    {
        assert!(asked.iter().any(|asked| asked.path.contains(part)), "{part} was never sent");
    }
}

#[test]
fn what_google_does_not_describe_is_noticed() {
    let drive = Discovery::new(document("drive.v3.json"));
    let list = "/drive/v3/files/F1/permissions";
    let one = "/drive/v3/files/F1/permissions/7";
    let share = || json!({"role": "reader", "type": "user", "emailAddress": "a@example.com"});
    let with = |name: &str, value: Value| {
        let mut body = share();
        body[name] = value;
        Some(body)
    };
    for (method, path, query, body, says) in [
        ("GET", list, "?page=2", None, "page is no parameter"),
        ("GET", list, "?pageSize=ten", None, "pageSize=ten"),
        ("GET", list, "?pageSize=101", None, "pageSize=101"),
        ("GET", list, "?supportsAllDrives=yes", None, "supportsAllDrives=yes"),
        ("GET", list, "?supportsTeamDrives=true", None, "deprecated"),
        ("GET", list, "?pageSize=1&pageSize=2", None, "twice"),
        ("GET", list, "?alt=yaml", None, "alt=yaml"),
        ("GET", list, "?fields=permissions(id,mail)", None, "'mail'"),
        ("GET", list, "?fields=permissions(id", None, "bracket"),
        ("GET", list, "?fields=permissions(id))", None, "too much"),
        ("GET", list, "?fileId=F1", None, "fileId is no parameter of the query"),
        ("GET", list, "", Some(share()), "takes no body"),
        ("PUT", list, "", Some(share()), "no method"),
        ("GET", "/drive/v3/files/F1/permission", "", None, "no method"),
        ("GET", "/drive/v2/files/F1/permissions", "", None, "outside"),
        ("POST", list, "", None, "the body is missing"),
        ("POST", list, "", Some(json!({"type": "user", "emailAddress": "a@example.com"})), "role is missing"),
        ("POST", list, "", with("role", json!("editor")), "role"),
        ("POST", list, "", with("type", json!("person")), "type"),
        ("POST", list, "", with("value", json!("a@example.com")), "value is no member"),
        ("POST", list, "", with("pendingOwner", json!("yes")), "pendingOwner"),
        ("POST", list, "", with("teamDrivePermissionDetails", json!([])), "deprecated"),
        ("PATCH", one, "?sendNotificationEmail=false", Some(json!({"role": "reader"})), "sendNotificationEmail"),
    ] {
        let asked = supposed(method, &format!("{path}{query}"), body.as_ref());
        let error = drive.check(&asked).expect_err(&format!("{asked:?}"));
        assert!(error.contains(says), "{asked:?}: {error}");
    }
    let fields = "?fields=nextPageToken,permissions(id,permissionDetails(inherited))&alt=json&pageSize=100";
    for (method, path, body, id) in [
        ("GET", format!("{list}{fields}"), None, "drive.permissions.list"),
        ("POST", list.to_owned(), Some(share()), "drive.permissions.create"),
        // Nothing but a new share needs all of it.
        ("PATCH", one.to_owned(), Some(json!({"role": "writer"})), "drive.permissions.update"),
    ] {
        assert_eq!(drive.check(&supposed(method, &path, body.as_ref())).unwrap(), id);
    }
}
