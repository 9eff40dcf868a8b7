//! Out of logins at issuers: what is kept here goes in any case, and what could not be revoked is no success.

use serde_json::{Value, json};

use crate::support::cli::Room;
use crate::support::server::{Reply, Server};

const DISCOVERY: &str = "GET /.well-known/openid-configuration";
const REVOKE: &str = "POST /revoke";

/// An issuer that can revoke.
fn issuer() -> Server {
    let server = Server::start();
    let at = |path: &str| format!("{}/{path}", server.url());
    let about = json!({"issuer": server.url(), "token_endpoint": at("token"), "revocation_endpoint": at("revoke")});
    server.on(DISCOVERY, Reply::json(200, &about));
    server
}

/// Somebody whose logins at these issuers are kept in a file; the first is that of the settings.
fn room(issuers: &[(&str, &str)]) -> Room {
    let room = Room::new().env("ORCHEST_PAAS_ISSUER", issuers[0].0).env("ORCHEST_PAAS_CLIENT_ID", "orchest");
    let room = room.env("ORCHEST_RETRIES", "1");
    let kept = |(issuer, token): &(&str, &str)| json!({"endpoint": issuer, "user": "orchest", "domain": "refresh token", "password": token});
    let mut secrets: Vec<Value> = issuers.iter().map(kept).collect();
    secrets
        .push(json!({"endpoint": "http://keystone", "user": "admin", "domain": "Default", "password": "canary-stays"}));
    room.file(".state/orchest/secrets.json", &json!({"version": 1, "secrets": secrets}).to_string());
    room
}

fn kept(room: &Room) -> String {
    std::fs::read_to_string(room.path(".state/orchest/secrets.json")).unwrap()
}

#[track_caller]
fn forgotten(room: &Room) {
    assert!(!kept(room).contains("canary-refresh") && kept(room).contains("canary-stays"), "{}", kept(room));
}

#[test]
fn a_login_is_revoked_and_then_forgotten() {
    let issuer = issuer();
    issuer.on(REVOKE, Reply::json(200, &Value::Null));
    let room = room(&[(issuer.url(), "canary-refresh-1")]);
    room.run(&["auth", "logout", "paas"]).success().says("the login is revoked");
    forgotten(&room);
    assert!(issuer.asked().last().unwrap().body.contains("token=canary-refresh-1"));
    room.run(&["auth", "logout", "paas"]).success().says("was not logged in");
}

#[test]
fn without_the_secret_of_the_client_a_login_is_forgotten_all_the_same() {
    let issuer = issuer();
    let room = room(&[(issuer.url(), "canary-refresh-1")]).env("ORCHEST_PAAS_CLIENT_SECRET_FILE", "/nowhere/secret");
    let output = room.run(&["auth", "logout", "paas"]).code(1);
    let output = output.says("could not be revoked and stays valid").says("/nowhere/secret").says(issuer.url());
    assert!(!output.stderr.contains("canary") && !issuer.lines().contains(&REVOKE.to_owned()), "{output}");
    forgotten(&room);
    // Where there is nothing to revoke nobody is asked for it.
    room.run(&["auth", "logout", "paas"]).success().says("was not logged in");
}

#[test]
fn without_an_issuer_that_answers_a_login_is_forgotten_all_the_same() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refusing = issuer();
    refusing.on(REVOKE, Reply::json(400, &json!({"error": "unsupported_token_type"})));
    let silent = Server::start();
    silent.on(DISCOVERY, Reply::text(503, "text/html", "busy"));
    for address in [format!("http://{closed}"), refusing.url().to_owned(), silent.url().to_owned()] {
        let room = room(&[(&address, "canary-refresh-1")]);
        room.run(&["auth", "logout", "paas"])
            .code(1)
            .says("could not be revoked and stays valid")
            .says("next: revoke it");
        forgotten(&room);
    }
}

#[test]
fn all_logins_at_all_issuers_are_revoked() {
    let (own, other) = (issuer(), issuer());
    for server in [&own, &other] {
        server.on(REVOKE, Reply::json(200, &Value::Null));
    }
    let room = room(&[(own.url(), "canary-refresh-own"), (other.url(), "canary-refresh-other")]);
    let room = room.env("ORCHEST_PAAS_CLIENT_SECRET", "canary-client-secret");
    let output = room.run(&["auth", "logout", "--all"]).success();
    for (server, token) in [(&own, "canary-refresh-own"), (&other, "canary-refresh-other")] {
        assert!(output.stderr.contains(&format!("the login at {} is revoked", server.url())), "{output}");
        let asked = server.asked();
        let revoked: Vec<&str> =
            asked.iter().filter(|asked| asked.method == "POST").map(|asked| asked.body.as_str()).collect();
        assert!(matches!(revoked.as_slice(), [body] if body.contains(token)), "{revoked:?}");
    }
    // The secret of one client is none of another issuer's business.
    assert!(own.asked().iter().any(|asked| asked.headers.iter().any(|(name, _)| name == "authorization")));
    assert!(!other.asked().iter().any(|asked| asked.headers.iter().any(|(name, _)| name == "authorization")));
    forgotten(&room);
    room.run(&["auth", "logout", "--all"]).success().says("forgot 0 tokens");
}

#[test]
fn one_issuer_that_fails_keeps_no_login_of_another() {
    let (own, other) = (Server::start(), issuer());
    own.on(DISCOVERY, Reply::text(404, "text/html", "gone"));
    other.on(REVOKE, Reply::json(200, &Value::Null));
    let room = room(&[(own.url(), "canary-refresh-own"), (other.url(), "canary-refresh-other")]);
    let output = room.run(&["auth", "logout", "--all"]).code(1);
    output.says(&format!("the login at {} could not be revoked", own.url())).says("is revoked").says("forgot");
    forgotten(&room);
}
