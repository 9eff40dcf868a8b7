//! `orchest generate` at an issuer that we did not write: code, proof, state and renewal, and a service that checks the token.

use serde_json::json;

use crate::support::cli::Room;
use crate::support::issuer::{Browser, Issuer, claims};
use crate::support::login::{Running, ends_in, kept_refresh};
use crate::support::raw::Connection;
use crate::support::server::{Reply, Server};

const DRIVE: &str = "https://www.googleapis.com/auth/drive";
const LINE: [&str; 4] = ["generate", "g_drive", "--store", "file"];
const ABOUT: &str = "GET /about?fields=user%28emailAddress%2CpermissionId%29";
const SHARED: &str = "GET /files/F1/permissions?supportsAllDrives=true&pageSize=100&fields=nextPageToken%2Cpermissions\
    %28id%2Ctype%2Crole%2CemailAddress%2Cdomain%2Cdeleted%2CpendingOwner%2CexpirationTime%2CpermissionDetails\
    %2CinheritedPermissionsDisabled%29";

fn drive() -> Server {
    let server = Server::start();
    let ada = json!({"user": {"emailAddress": "ada@example.org", "permissionId": "01"}});
    server.on(ABOUT, Reply::json(200, &ada));
    let entry = json!({"id": "01", "type": "user", "role": "owner", "emailAddress": "ada@example.org"});
    server.on(SHARED, Reply::json(200, &json!({ "permissions": [entry] })));
    server
}

fn room(issuer: &Issuer, drive: &Server) -> Room {
    let room = Room::new().env("BROWSER", "true").env("ORCHEST_G_DRIVE", drive.url());
    let client = json!({"installed": {"client_id": "orchest-desktop", "client_secret": "canary-desktop-secret"}});
    let path = room.file("client.json", &client.to_string());
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let url = issuer.url();
    room.file(
        ".orchester.toml",
        &format!(
            "[connector.g_drive]\nfile_id = 'F1'\ncredential_path = 'client.json'\nauth_url = '{url}/auth'\ntoken_url = '{url}/token'\n"
        ),
    );
    room
}

fn visit(address: &str) -> u16 {
    let (host, path) = address.trim_start_matches("http://").split_once('/').unwrap();
    let mut connection = Connection::open(&format!("http://{host}")).unwrap();
    connection.send_bytes(format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).unwrap();
    connection.answer(false).unwrap().status
}

/// What the last request brought along.
fn brought(server: &Server) -> String {
    let asked = server.asked().pop().unwrap();
    let header = asked.headers.into_iter().find(|(name, _)| name == "authorization").unwrap().1;
    header.strip_prefix("Bearer ").unwrap().to_owned()
}

#[test]
fn a_token_of_a_real_issuer_is_got_used_and_renewed() {
    let (issuer, drive) = (Issuer::start(&[]), drive());
    let room = room(&issuer, &drive);
    let mut login = Running::start(&room, &LINE);
    let address = login.word_after("if none has opened, open ");
    let back = Browser::new(&issuer).log_in(&address);
    let state = back.split("state=").nth(1).unwrap().split('&').next().unwrap();
    assert_eq!(visit(&back.replace(state, "another")), 400);
    assert_eq!(visit(&back), 200);
    let output = login.end(&LINE).success().prints("ada@example.org").says("ada@example.org: owner at F1");
    let token = brought(&drive);
    assert_eq!((&claims(&token)["sub"], &claims(&token)["scope"]), (&json!("ada"), &json!(DRIVE)));
    let refresh = kept_refresh(&room);
    for secret in [&token, &refresh] {
        assert!(!output.stdout.contains(secret.as_str()) && !output.stderr.contains(secret.as_str()), "{output}");
    }
    // One token for all commands, until it ends.
    let check = ["-c", "g_drive", "check", "ada@example.org"];
    assert_eq!(room.run(&check).success().stdout, "True\n");
    assert_eq!(brought(&drive), token);
    ends_in(&room, 0);
    assert_eq!(room.run(&check).success().stdout, "True\n");
    assert_ne!(brought(&drive), token);
    drive.verify();
}

#[test]
fn a_person_who_says_no_is_believed() {
    let (issuer, drive) = (Issuer::start(&[]), drive());
    let room = room(&issuer, &drive);
    issuer.deny_next();
    let mut login = Running::start(&room, &LINE);
    let back = Browser::new(&issuer).log_in(&login.word_after("if none has opened, open "));
    assert_eq!(visit(&back), 200);
    login.end(&LINE).code(4).says("ada does not want to");
    assert!(drive.asked().is_empty());
    assert!(!room.files().iter().any(|path| path.ends_with("secrets.json")));
}
