//! A login by code at the emulated issuer: from the address that is printed to the one that is pasted, used at the emulated
//! orchestrator, renewed and ended.

use orchester::sandbox::{Backend, Sandbox, SandboxOptions};

use crate::support::cli::Room;
use crate::support::issuer::claims;
use crate::support::login::{Running, ends_in, files, kept_refresh};
use crate::support::raw::Connection;

const LOGIN: [&str; 6] = ["auth", "login", "paas", "--no-browser", "--store", "file"];

fn desk() -> (Sandbox, Room) {
    let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
    let room = Room::new()
        .env("ORCHEST_PAAS", &sandbox.url(Backend::PaasIndigo))
        .env("ORCHEST_PAAS_ISSUER", &sandbox.url(Backend::Issuer))
        .env("ORCHEST_PAAS_CLIENT_ID", "orchest")
        .env("XDG_RUNTIME_DIR", "/dev/null/none");
    (sandbox, room)
}

/// Where a browser is sent that opens this address.
#[track_caller]
fn opened(address: &str) -> String {
    let path = &address[address.match_indices('/').nth(2).unwrap().0..];
    let answer = Connection::open(address).unwrap().send("GET", path, &[], None).unwrap();
    assert_eq!(answer.status, 302, "{address}: {}", answer.text());
    answer.header("location").unwrap().to_owned()
}

#[test]
fn a_login_by_code_is_used_renewed_and_ended() {
    let (sandbox, room) = desk();
    let mut login = Running::with_input(&room, &LOGIN);
    let address = login.word_after("open ");
    for part in ["code_challenge_method=S256", "nonce=", "redirect_uri=http%3A%2F%2F127.0.0.1%3A"] {
        assert!(address.contains(part), "{address}");
    }
    login.paste(&opened(&address));
    login.end(&LOGIN).success().prints("alice").says("kept in");
    assert!(files(&room, "/logins/").is_empty(), "nothing was put into a keyring");

    let (first, old) = (room.ok(&["auth", "token", "paas"]), kept_refresh(&room));
    assert_eq!(claims(first.trim_end())["iss"], format!("{}/", sandbox.url(Backend::Issuer)));
    room.ok(&["deployment", "list"]);
    ends_in(&room, 0);
    let second = room.ok(&["auth", "token", "paas"]);
    let new = kept_refresh(&room);
    assert!(second != first && new != old);
    room.ok(&["deployment", "list"]);

    room.run(&["auth", "logout", "paas"]).success().says("the login is revoked").says("erased from");
    let body = format!("client_id=orchest&grant_type=refresh_token&refresh_token={new}");
    let head = "POST /token HTTP/1.1\r\nHost: issuer\r\nContent-Type: application/x-www-form-urlencoded";
    let mut connection = Connection::open(&sandbox.url(Backend::Issuer)).unwrap();
    connection.send_bytes(format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
    assert_eq!(connection.answer(false).unwrap().json()["error"], "invalid_grant");
    for _ in 0..2 {
        room.run(&["auth", "logout", "paas"]).success().says("was not logged in");
    }
    room.run(&["auth", "token", "paas"]).code(4);
}

#[test]
fn tokens_that_answer_another_login_are_not_taken() {
    let (_sandbox, room) = desk();
    // The answer to somebody else's question, brought back as the answer to ours: only the nonce tells them apart, or PKCE.
    for (part, said) in [("nonce=", "for another login"), ("code_challenge=", "does not take the code")] {
        let mut login = Running::with_input(&room, &LOGIN);
        let address = login.word_after("open ");
        let (before, rest) = address.split_once(part).unwrap();
        let others = rest.split_once('&').map_or("", |(_, others)| others);
        login.paste(&opened(&format!("{before}{part}{}&{others}", "x".repeat(43))));
        let output = login.end(&LOGIN).says(said);
        assert!(output.code != Some(0) && output.stdout.is_empty(), "{output}");
        assert!(files(&room, "/tokens/").is_empty() && files(&room, "secrets.json").is_empty(), "{part}");
    }
}
