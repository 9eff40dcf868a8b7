//! Out of logins at issuers: what is kept here goes in any case, and what could not be revoked is no success.

use serde_json::{Value, json};

use crate::support::cli::Room;
use crate::support::login::note_in_keyring;
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
    let room = room.env("ORCHEST_RETRIES", "1").env("XDG_RUNTIME_DIR", "/dev/null/none");
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

/// An access token that is remembered, while its login is in no file.
fn remember(room: Room, issuer: &Server) -> Room {
    let room = room.env("ORCHEST_STORE", "file");
    let token = json!({"access_token": "canary-access", "token_type": "Bearer", "expires_in": 3600,
        "refresh_token": "canary-refresh-2"});
    issuer.on("POST /token", Reply::json(200, &token));
    room.run(&["auth", "token", "paas"]).success();
    let file = room.path(".state/orchest/secrets.json");
    std::fs::remove_file(file).unwrap();
    room.without("ORCHEST_STORE")
}

const BOTH: [&[&str]; 2] = [&["auth", "logout", "paas"], &["auth", "logout", "--all"]];

#[test]
fn where_there_is_no_keyring_and_none_was_used_every_logout_ends_well() {
    // No bus, and one that is not where it is said to be.
    for bus in ["", "unix:path=/nowhere/bus"] {
        let issuer = issuer();
        issuer.on(REVOKE, Reply::json(200, &Value::Null));
        let room = room(&[(issuer.url(), "canary-refresh-1")]).env("DBUS_SESSION_BUS_ADDRESS", bus);
        // One that has been found in the file is not looked for elsewhere.
        let first = room.run(BOTH[0]).success().says("the login is revoked");
        assert!(!first.stderr.contains("keyring"), "{first}");
        for line in BOTH.iter().chain(&BOTH) {
            let output = room.run(line).success().says("message bus").says("no login is noted to have been put there");
            assert!(!output.stderr.contains("--password-file"), "{output}");
        }
        room.run(BOTH[0]).success().says("was not logged in");
        let room = remember_anew(room, &issuer);
        room.run(BOTH[0]).success().says("the token stays valid until it expires").says("no login is noted");
    }
}

/// The same, of a login that is kept once more.
fn remember_anew(room: Room, issuer: &Server) -> Room {
    let kept = json!({"endpoint": issuer.url(), "user": "orchest", "domain": "refresh token", "password": "canary-3"});
    room.file(".state/orchest/secrets.json", &json!({"version": 1, "secrets": [kept]}).to_string());
    remember(room, issuer)
}

#[test]
fn a_login_that_was_put_into_a_keyring_out_of_reach_is_said_each_time() {
    for bus in ["", "unix:path=/nowhere/bus"] {
        let issuer = issuer();
        issuer.on(REVOKE, Reply::json(200, &Value::Null));
        let room = room(&[(issuer.url(), "canary-refresh-1")]).env("DBUS_SESSION_BUS_ADDRESS", bus);
        note_in_keyring(&room, issuer.url());
        // The one in the file goes, and there may be another one.
        room.run(BOTH[0]).code(1).says("the login is revoked").says("may still be kept here");
        forgotten(&room);
        for line in BOTH.iter().chain(&BOTH) {
            let output = room.run(line).code(1).says("may still be kept here").says(issuer.url()).says("message bus");
            let output = output.says("could not be looked at").says("(client orchest)").says("auth.store file");
            assert!(!output.stderr.contains("was not logged in"), "{output}");
            assert!(!output.stderr.contains("--password-file"), "{output}");
        }
        // It is found without the settings too, and a note that cannot be read may be about anything.
        let room = room.without("ORCHEST_PAAS_ISSUER");
        room.run(BOTH[1]).code(1).says("may still be kept here").says(issuer.url());
        let note = room.files().into_iter().find(|path| path.display().to_string().contains("/logins/")).unwrap();
        std::fs::write(note, "{").unwrap();
        room.run(BOTH[1]).code(1).says("may still be kept here").says("damaged");
        room.env("ORCHEST_PAAS_ISSUER", issuer.url()).run(BOTH[0]).code(1).says("damaged");
    }
}

#[test]
fn a_token_that_is_remembered_is_no_word_about_a_login_that_is_out_of_reach() {
    for line in BOTH {
        let issuer = issuer();
        let room = remember(room(&[(issuer.url(), "canary-refresh-1")]), &issuer);
        note_in_keyring(&room, issuer.url());
        let output = room.run(line).code(1).says("may still be kept here").says("could not be looked at");
        assert!(!output.stderr.contains("logged out here"), "{output}");
    }
}

#[test]
fn a_keyring_that_does_not_answer_may_keep_a_login_and_that_is_said() {
    let issuer = issuer();
    issuer.on(REVOKE, Reply::json(200, &Value::Null));
    let room = room(&[(issuer.url(), "canary-refresh-1")]);
    let socket = room.path("bus");
    let _silent = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let room = room.env("DBUS_SESSION_BUS_ADDRESS", &format!("unix:path={}", socket.display()));
    let output = room.run(&["auth", "logout", "paas"]).code(1).says("the login is revoked");
    output.says("may still be kept here").says("gave no answer");
    forgotten(&room);
    for line in BOTH {
        let output = room.run(line).code(1).says("may still be kept here").says("gave no answer");
        assert!(!output.stderr.contains("logged out"), "{output}");
    }
}

#[test]
fn a_file_that_cannot_be_read_may_keep_logins_and_that_is_said() {
    let issuer = issuer();
    let room = room(&[(issuer.url(), "canary-refresh-1")]).without("ORCHEST_PAAS_ISSUER").env("ORCHEST_STORE", "file");
    room.file(".state/orchest/secrets.json", "{");
    room.run(&["auth", "logout", "--all"])
        .code(1)
        .says("a login may still be kept here")
        .says("damaged")
        .says("forgot");
}

#[test]
fn the_help_tells_what_all_finds() {
    let help = Room::new().ok(&["auth", "logout", "--help"]);
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("A keyring does not tell what it holds") && help.contains("the end is 1"), "{help}");
}
