//! Scripts that several tests share: a Keystone with one service, and rooms that give up quickly.

use serde_json::{Value, json};

use crate::support::cli::Room;
use crate::support::server::{Asked, Reply, Server};

/// What the scripted server calls the token that it hands out.
pub(crate) const TOKEN: &str = "canary-token-of-the-server";
pub(crate) const LOGIN: &str = "POST /v3/auth/tokens";
pub(crate) const FIND_SERVICE: &str = "GET /v3/domains?name=smart";
pub(crate) const LIST_USERS: &str = "GET /v3/users?domain_id=d1&limit=1000";
pub(crate) const FIND_BOB: &str = "GET /v3/users?domain_id=d1&name=bob";

/// A Keystone with the service `smart`.
pub(crate) fn smart() -> Server {
    let server = Server::keystone();
    server.on(FIND_SERVICE, Reply::json(200, &json!({"domains": [{"id": "d1", "name": "smart", "enabled": true}]})));
    server
}

/// One with users in it.
pub(crate) fn with_users(users: &[Value]) -> Server {
    let server = smart();
    server.on(LIST_USERS, users_page(users, None));
    server
}

/// One in which `bob` can be made: he is not there, and a POST makes him.
pub(crate) fn without_bob() -> Server {
    let server = smart();
    server.on(FIND_BOB, users_page(&[], None));
    server.on("POST /v3/users", Reply::json(201, &json!({"user": user("u5", "bob")})));
    server
}

pub(crate) fn users_page(users: &[Value], next: Option<&str>) -> Reply {
    Reply::json(200, &json!({"users": users, "links": {"next": next}}))
}

pub(crate) fn user(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name, "domain_id": "d1", "enabled": true})
}

/// A room of the administrator that tries every request once.
pub(crate) fn room(url: &str) -> Room {
    Room::admin(url).env("ORCHEST_RETRIES", "1")
}

/// A room in which nobody has said a password, and no message bus can be found.
pub(crate) fn room_without_password(url: &str) -> Room {
    let room = room(url).without("ORCHEST_PASSWORD");
    let runtime = room.path("run").display().to_string();
    room.env("XDG_RUNTIME_DIR", &runtime)
}

/// The passwords that the server was shown, one a login.
pub(crate) fn passwords(server: &Server) -> Vec<String> {
    let logins = server.asked().into_iter().filter(|asked| format!("{} {}", asked.method, asked.path) == LOGIN);
    logins.map(|login| password(&login)).collect()
}

fn password(login: &Asked) -> String {
    let body: Value = serde_json::from_str(&login.body).unwrap();
    body["auth"]["identity"]["password"]["user"]["password"].as_str().unwrap_or("none").to_owned()
}
