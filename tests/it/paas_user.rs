//! The users of an orchestrator of deployments and their SSH keys.

use serde_json::{Value, json};

use crate::paas_template::{page, room};
use crate::support::server::{Reply, Server};

const ANN: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
const BOB: &str = "4fa85f64-5717-4562-b3fc-2c963f66afa6";
const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEl6ZLTfcJYO0kb1KOrYmTVw2sNAcPx9WtLd4h9pH5fy ann@here";
const OLD: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOldOldOldOldOldOldOldOldOldOldOldOldOldOldOldOldO ann@old";

const LIST: &str = "GET /api/v1/users/?sort=created_at&size=100&page=1";
const ME: &str = "GET /api/v1/users/me";

fn user(id: &str, name: &str, key: Option<&str>) -> Value {
    json!({"id": id, "sub": format!("sub-{name}"), "issuer": "https://iam/", "name": name, "username": name,
        "email": format!("{name}@example.org"), "public_ssh_key": key, "refresh_token": "canary-refresh-token",
        "created_at": "2026-11-21T07:03:04.447+00:00"})
}

fn shown(id: &str, name: &str, key: Option<&str>) -> Reply {
    Reply::json(200, &user(id, name, key))
}

fn unknown() -> Reply {
    let detail = "No user with the given credentials was found in the DB.";
    Reply::json(404, &json!({"status": 404, "detail": detail}))
}

fn absent() -> Reply {
    Reply::json(404, &json!({"status": 404, "detail": "User with id=x does not exist"}))
}

fn done() -> Reply {
    Reply::Plain(204, Vec::new(), Vec::new())
}

fn keys(method: &str, id: &str) -> String {
    format!("{method} /api/v1/users/{id}/ssh_keys")
}

#[test]
fn users_are_listed_without_what_opens_their_accounts() {
    let server = Server::start();
    server.on(LIST, page(&[user(ANN, "ann", Some(KEY)), user(BOB, "bob", None)]));
    server.on(ME, shown(ANN, "ann", None));
    let room = room(&server);
    let listed = room.ok(&["paas", "user", "list", "-o", "json"]);
    assert!(!listed.contains("canary-refresh") && listed.contains("\"ssh_key\": \"ssh-ed25519\""), "{listed}");
    assert_eq!(room.ok(&["paas", "user", "show", "bob@example.org", "-o", "value", "--columns", "id"]).trim(), BOB);
    assert_eq!(room.ok(&["paas", "user", "show", "-o", "value", "--columns", "id"]).trim(), ANN);
    room.run(&["paas", "user", "show", "bo"]).code(3);
    server.verify();
}

#[test]
fn whoever_is_a_user_already_stays_one() {
    let server = Server::start();
    server.on("POST /api/v1/users/", Reply::json(201, &json!({"id": ANN})));
    server.on("POST /api/v1/users/", Reply::json(409, &json!({"status": 409, "detail": "already exists"})));
    server.on(ME, unknown());
    server.on(ME, unknown());
    server.on(ME, shown(ANN, "ann", None));
    let room = room(&server);
    room.run(&["paas", "user", "show"]).code(3).says("orchest paas user add");
    room.run(&["paas", "user", "add", "--dry-run"]).success().says("would make a user");
    room.run(&["paas", "user", "add"]).success().says("added");
    room.run(&["paas", "user", "add"]).success().says("already so");
    assert_eq!(server.lines().iter().filter(|line| line.starts_with("POST")).count(), 2);
}

#[test]
fn a_login_that_tells_too_little_is_said_to() {
    let server = Server::start();
    server.on("POST /api/v1/users/", Reply::text(500, "text/plain", "Internal Server Error"));
    let room = room(&server).env("ORCHEST_RETRIES", "1");
    room.run(&["paas", "user", "add"]).code(1).says("scopes profile and email");
}

#[test]
fn a_user_is_gone_only_when_nobody_finds_him() {
    let server = Server::start();
    server.on(ME, shown(ANN, "ann", None));
    server.on(LIST, page(&[user(ANN, "ann", None), user(BOB, "bob", None)]));
    server.on(&format!("DELETE /api/v1/users/{BOB}"), done());
    server.on(&format!("GET /api/v1/users/{BOB}"), shown(BOB, "bob", None));
    server.on(&format!("GET /api/v1/users/{BOB}"), absent());
    let room = room(&server);
    room.run(&["paas", "user", "delete", "me", "--yes"]).code(2).says("say the id");
    room.run(&["paas", "user", "delete", "bob"]).code(2).says("--yes");
    assert_eq!(server.lines(), Vec::<String>::new());
    let stays = room.run(&["paas", "user", "delete", "bob", "--yes"]).code(6);
    stays.says("deployments or templates of that user are in the way").says("--created-by");
    room.run(&["paas", "user", "delete", "bob", "--yes"]).success().says("deleted");
    room.run(&["paas", "user", "delete", "carl", "--yes"]).success().says("absent");
    server.verify();
}

#[test]
fn whoever_deletes_himself_is_told_so_and_is_looked_for_in_the_list() {
    let server = Server::start();
    server.on(ME, shown(ANN, "ann", None));
    server.on(&format!("GET /api/v1/users/{ANN}"), shown(ANN, "ann", None));
    server.on(&format!("GET /api/v1/users/{ANN}"), unknown());
    server.on(&format!("DELETE /api/v1/users/{ANN}"), done());
    server.on(LIST, page(&[user(BOB, "bob", None)]));
    let output = room(&server).run(&["paas", "user", "delete", ANN, "--yes"]).success();
    output.says("is yourself").says("deleted");
    assert_eq!(server.lines().last().unwrap(), LIST);
}

#[test]
fn a_profile_is_edited_elsewhere() {
    let server = Server::start();
    for dialect in ["v1", "indigo"] {
        let room = room(&server).env("ORCHEST_PAAS_DIALECT", dialect);
        room.run(&["paas", "user", "update", "--picture", "me.png"]).code(1).says("at the issuer");
    }
    let indigo = room(&server).env("ORCHEST_PAAS_DIALECT", "indigo");
    indigo.run(&["paas", "user", "add"]).code(1).says("on the first deployment by itself");
    indigo.run(&["paas", "ssh-key", "show"]).code(1).says("input of the template");
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[test]
fn a_key_is_checked_and_set_without_what_stands_around_it() {
    let server = Server::start();
    server.on(ME, shown(ANN, "ann", None));
    server.on(ME, shown(ANN, "ann", Some(KEY)));
    server.on(&keys("PATCH", ANN), Reply::json(200, &Value::Null));
    let room = room(&server);
    let private =
        room.file("id", "-----BEGIN OPENSSH PRIVATE KEY-----\ncanary-of-a-private-key\n").display().to_string();
    let refused = room.run(&["paas", "ssh-key", "set", "--key-file", &private]).code(2).says("private key");
    assert!(!refused.stderr.contains("canary") && server.lines().is_empty(), "{refused}");
    let public = room.file("id.pub", &format!("{KEY}\n\n")).display().to_string();
    room.run(&["paas", "ssh-key", "set", "--key-file", &public]).success().says("is set");
    assert_eq!(server.asked()[1].body, json!({"public_key": KEY}).to_string());
    room.run(&["paas", "ssh-key", "set", "--key-file", &public]).success().says("already so");
    assert_eq!(room.ok(&["paas", "ssh-key", "show", "-o", "value", "--columns", "key"]).trim(), KEY);
    server.verify();
}

#[test]
fn the_old_key_is_put_back_when_the_new_one_is_not_taken() {
    let server = Server::start();
    server.on(ME, shown(ANN, "ann", Some(OLD)));
    server.on(&keys("DELETE", ANN), done());
    server.on(&keys("PATCH", ANN), Reply::json(422, &json!({"status": 422, "detail": "no key"})));
    server.on(&keys("PATCH", ANN), Reply::json(200, &Value::Null));
    let room = room(&server);
    let public = room.file("id.pub", KEY).display().to_string();
    room.run(&["paas", "ssh-key", "set", "--key-file", &public]).code(2).says("--yes");
    room.run(&["paas", "ssh-key", "set", "--key-file", &public, "--yes"]).code(1).says("is there again");
    let bodies: Vec<String> =
        server.asked().into_iter().map(|asked| asked.body).filter(|body| !body.is_empty()).collect();
    assert_eq!(bodies, [json!({"public_key": KEY}).to_string(), json!({"public_key": OLD}).to_string()]);
}

#[test]
fn a_key_that_arrived_at_the_first_try_is_there() {
    let server = Server::start();
    server.on(ME, shown(ANN, "ann", None));
    server.on(&keys("PATCH", ANN), Reply::json(409, &json!({"status": 409, "detail": "a key is set"})));
    server.on(&format!("GET /api/v1/users/{ANN}"), shown(ANN, "ann", Some(KEY)));
    server.on(&format!("GET /api/v1/users/{ANN}"), shown(ANN, "ann", Some(OLD)));
    let room = room(&server);
    let public = room.file("id.pub", KEY).display().to_string();
    room.run(&["paas", "ssh-key", "set", "--key-file", &public]).success();
    room.run(&["paas", "ssh-key", "set", "--key-file", &public]).code(6).says("meanwhile");
    server.verify();
}

#[test]
fn the_key_of_somebody_else_is_left_alone_until_its_owner_is_named() {
    let server = Server::start();
    server.on(ME, shown(ANN, "ann", None));
    server.on(LIST, page(&[user(ANN, "ann", None), user(BOB, "bob", Some(OLD))]));
    server.on(&keys("DELETE", BOB), done());
    server.on(&keys("PATCH", BOB), Reply::json(200, &Value::Null));
    let room = room(&server);
    let public = room.file("id.pub", KEY).display().to_string();
    for line in [
        &["delete", "bob"][..],
        &["set", "bob", "--key-file", &public],
        &["generate", "bob", "--key-file", "new"],
        &["delete", "bob", "--owned-by", ANN],
    ] {
        let refused = room.run(&[&["paas", "ssh-key"], line, &["--yes"]].concat()).code(6);
        refused.says("bob@example.org) is not yours").says(&format!("--owned-by {BOB}"));
    }
    assert!(server.lines().iter().all(|line| line.starts_with("GET ")) && !room.path("new").exists());
    // What is lost is asked about too, as one's own would be.
    let named = ["paas", "ssh-key", "delete", "bob", "--owned-by", BOB];
    room.run(&named).code(2).says("--yes");
    room.run(&[&named[..], &["--yes"]].concat()).success().says("deleted the SSH key");
    room.run(&["paas", "ssh-key", "set", "bob", "--key-file", &public, "--owned-by", BOB, "--yes"]).success();
    room.run(&["paas", "ssh-key", "delete", "--yes"]).success().says("absent");
    server.verify();
}

#[test]
fn a_pair_is_made_here_and_only_the_public_half_leaves() {
    use std::os::unix::fs::PermissionsExt as _;
    if std::process::Command::new("ssh-keygen").arg("-?").output().is_err() {
        return;
    }
    let server = Server::start();
    server.on(ME, shown(ANN, "ann", None));
    server.on(&keys("PATCH", ANN), Reply::json(200, &Value::Null));
    let room = room(&server);
    let path = room.path("new");
    room.run(&["paas", "ssh-key", "generate", "--key-file", "new", "--dry-run"]).success().says("would set");
    assert!(!path.exists());
    room.run(&["paas", "ssh-key", "generate", "--key-file", "new"]).success().says("private key is in new");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let public = std::fs::read_to_string(room.path("new.pub")).unwrap();
    let sent = server.asked().pop().unwrap().body;
    assert_eq!(sent, json!({"public_key": public.trim()}).to_string());
    let count = server.lines().len();
    // The user that is shown has no key yet, so that these files are none of this line.
    room.run(&["paas", "ssh-key", "generate", "--key-file", "new"]).code(2).says("not overwritten");
    assert!(server.lines()[count..].iter().all(|line| line.starts_with("GET ")), "{:?}", server.lines());
}
