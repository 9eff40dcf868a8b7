//! Headers: what somebody types, or a server calls something, never becomes a second header or a second place.

use serde_json::json;

use crate::support::cli::{Output, Room};
use crate::support::server::{Reply, Server};

/// A Keystone in which there is one service, called this, with one subservice, called that.
fn keystone(service: &str, subservice: &str) -> Server {
    let server = Server::keystone();
    let (service, subservice) = (service.to_owned(), subservice.to_owned());
    server.otherwise(move |asked| {
        let rows = match asked.path.split('?').next().unwrap() {
            "/v3/domains" => json!({"domains": [{"id": "d1", "name": service, "enabled": true}]}),
            "/v3/projects" => {
                json!({"projects": [{"id": "p1", "name": subservice, "domain_id": "d1", "enabled": true}]})
            }
            _ => json!({"roles": [{"id": "r1", "name": "d1#Watch"}]}),
        };
        Reply::json(200, &rows)
    });
    server
}

/// Lists the subscriptions there, and says what Orion saw: of each request the two headers.
fn listed(service: &str, subservice: Option<&str>) -> (Output, Vec<[Vec<String>; 2]>) {
    let keystone = keystone(service, subservice.unwrap_or("/none"));
    let orion = Server::start();
    orion.otherwise(|_| Reply::json(200, &json!([])));
    let room = Room::admin(keystone.url()).env("ORCHEST_ORION", orion.url()).env("ORCHEST_RETRIES", "1");
    let mut line = vec!["subscription", "list", "-s", service];
    line.extend(subservice.map(|name| ["-S", name]).into_iter().flatten());
    let output = room.run(&line);
    let seen = orion.asked();
    let values = |asked: &crate::support::server::Asked, name: &str| -> Vec<String> {
        asked.headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    };
    let both = seen.iter().map(|asked| ["fiware-service", "fiware-servicepath"].map(|name| values(asked, name)));
    (output, both.collect())
}

/// The two headers are exactly what was meant, or nothing is sent.
fn places_are_exact() {
    let fifty = "a".repeat(50);
    let ten = "/l".repeat(10);
    for (service, path) in
        [("smart", "/energy"), ("smart_9", "/a_B/c"), (fifty.as_str(), "/energy"), ("smart", ten.as_str())]
    {
        let (output, seen) = listed(service, Some(path));
        let wanted = [vec![service.to_owned()], vec![path.to_owned()]];
        assert!(output.code == Some(0) && !seen.is_empty(), "{output}");
        assert!(seen.iter().all(|headers| *headers == wanted), "{seen:?}\n{output}");
    }
    let (fifty_one, eleven) = ("a".repeat(51), "/l".repeat(11));
    let long = format!("/{fifty_one}");
    for service in [
        "a,b",
        "a b",
        "a-b",
        "a/b",
        "a#b",
        "a;b",
        "a:b",
        "ä",
        "a\u{7f}b",
        "a\r\nX-Evil: 1",
        "a\nb",
        "a\tb",
        "*",
        &fifty_one,
    ] {
        let (output, seen) = listed(service, None);
        assert!(seen.is_empty() && output.code == Some(2), "{service:?} was sent: {seen:?}\n{output}");
    }
    for path in [
        "/energy,/water",
        "/energy, /water",
        "energy,water",
        "/#",
        "/energy/#",
        "#grants",
        "/a b",
        "/a-b",
        "//",
        "/a//b",
        "/a/",
        "/ä",
        "/a\r\nFiware-Service: other",
        "/a\n/b",
        "/a\u{0b}",
        "/*",
        "/a;b",
        eleven.as_str(),
        long.as_str(),
    ] {
        let (output, seen) = listed("smart", Some(path));
        assert!(seen.is_empty() && output.code == Some(2), "{path:?} was sent: {seen:?}\n{output}");
    }
}

/// Other values that end up in a head: of settings, of variables, of files.
fn no_value_is_a_line_of_its_own() {
    const EVIL: [&str; 5] =
        ["x\r\nX-Evil: 1", "x\nX-Evil: 1", "x\rX-Evil: 1", "x\u{0}y", "x\r\n\r\nGET /evil HTTP/1.1\r\n\r\n"];
    for value in EVIL {
        let server = keystone("smart", "/energy");
        let room = || Room::admin(server.url()).env("ORCHEST_RETRIES", "1");
        let token = room();
        token.file("token", value);
        let mut outputs = vec![token.run(&["user", "list", "-s", "smart", "--token-file", "token"])];
        // No argument and no variable can hold a NUL.
        if !value.contains('\0') {
            outputs.push(room().run(&["user", "list", "-s", "smart", "--correlator", value]));
            outputs.push(room().env("ORCHEST_TOKEN", value).run(&["user", "list", "-s", "smart"]));
            outputs.push(room().env("ORCHEST_KEYSTONE", &format!("{}/{value}", server.url())).run(&["user", "list"]));
            outputs.push(room().run(&["user", "list", "--keystone", server.url(), "--host", value]));
        }
        for asked in server.asked() {
            assert!(
                !asked.path.contains("evil") && !asked.headers.iter().any(|(name, _)| name == "x-evil"),
                "{value:?}: {asked:?}"
            );
            let tokens: Vec<&str> = asked
                .headers
                .iter()
                .filter(|(name, _)| name == "x-auth-token")
                .map(|(_, text)| text.as_str())
                .collect();
            assert!(
                tokens.len() <= 1 && tokens.iter().all(|token| token.starts_with("canary-token") || *token == "x"),
                "{tokens:?}"
            );
        }
        assert!(outputs.iter().any(|output| output.code != Some(0)), "{value:?}: {outputs:?}");
    }
}

/// Fails with `src/cli/names.rs`: in `check_orion`, `if path != "/" && …` → `if false`.
/// Fails with `src/api/fiware.rs`: in `is_valid_path`, `byte == b'_'` → `byte == b'_' || byte == b','`.
#[test]
fn s24_no_value_of_a_header_is_a_line_of_its_own_or_a_second_place() {
    places_are_exact();
    no_value_is_a_line_of_its_own();
}
