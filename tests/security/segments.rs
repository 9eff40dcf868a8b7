//! Names in addresses: a name is one segment of a path, or one value of a query, whatever is in it; and no other address is asked.

use percent_encoding::percent_decode_str;
use serde_json::json;

use crate::support::cli::{Output, Room};
use crate::support::server::{Asked, Reply, Server};

/// The name that a run is about, in a template of a path.
const NAME: &str = "{}";
/// Any one segment.
const ANY: &str = "*";

/// Names that have broken clients.
fn corpus() -> Vec<String> {
    let mut names: Vec<String> = [
        "plain",
        "with space",
        " lead",
        "trail ",
        "  ",
        "a#b",
        "#",
        "##",
        "a/b",
        "/",
        "//",
        "///",
        "/a",
        "a/",
        "a//b",
        "a%b",
        "%",
        "%%",
        "%2e%2e",
        "%2E",
        "%2e",
        "%2f",
        "%2F",
        "%00",
        "%0d%0a",
        "%25",
        "a%2fb",
        "a?b",
        "?",
        "a?b=c",
        "?name=other",
        "..",
        ".",
        "..a",
        "a..",
        "...",
        ". ",
        " .",
        ".a",
        "./a",
        "a/.",
        "../a",
        "a/..",
        "../../etc",
        "..;/a",
        "a/../b",
        "..%2f",
        "..\\",
        "a;b",
        ";",
        ";jsessionid=x",
        "a&b=c",
        "&",
        "a+b",
        "+",
        "a:b",
        ":",
        "a@b",
        "@",
        "bob@example.com",
        "Zürich",
        "ß",
        "日本",
        "😀",
        "e\u{301}",
        "\u{e9}",
        "a\\b",
        "\\",
        "\\\\host\\x",
        "a\tb",
        "a\nb",
        "a\r\nb",
        "a\u{7f}b",
        "a\u{b}b",
        "\u{1b}[2J",
        "\"",
        "'",
        "<x>",
        "$(id)",
        "`id`",
        "*",
        "~",
        "-",
        "_",
        "-x",
        "--yes",
        "http://evil.test/",
        "//evil.test",
        "[x]",
        "{x}",
        "|",
        "^",
        "a,b",
        "=",
        "\u{202e}x",
        "\u{feff}",
        "\u{ff0e}\u{ff0e}",
        "\u{2215}",
        "null",
        "0",
        "0123456789abcdef01234567",
    ]
    .map(str::to_owned)
    .to_vec();
    names.extend(["x".repeat(64), "/".repeat(64), "ü".repeat(64), "..".repeat(40)]);
    assert!(names.len() >= 100, "{}", names.len());
    names
}

/// One kind of request: how it is come by, the route that has to be hit, and those that may be hit on the way.
struct Route {
    line: fn(&str) -> Vec<String>,
    /// The name that servers call the thing by, where nobody types it.
    of_server: bool,
    main: &'static str,
    others: &'static [&'static str],
}

fn typed(line: &'static str, name: &str) -> Vec<String> {
    line.split(' ').map(|word| word.replace(NAME, name)).collect()
}

/// The lines in which the name is a word, or a part of one.
macro_rules! typed {
    ($line:literal) => {
        |name| typed($line, name)
    };
}

const LOGIN: &str = "POST /v3/auth/tokens";

fn routes() -> Vec<Route> {
    let by = |line, main| Route { line, of_server: false, main, others: &[] };
    let on = |line, main, others| Route { line, of_server: false, main, others };
    let told = |line, main, others| Route { line, of_server: true, main, others };
    const ALL: &[&str] =
        &["GET /v3/domains?name=smart", "GET /v3/users", "GET /v3/groups", "GET /v3/roles", "GET /v3/projects"];
    vec![
        // By a query: the path is always the same.
        on(typed!("user show -s smart -- {}"), "GET /v3/users?name={}", ALL),
        on(typed!("group show -s smart -- {}"), "GET /v3/groups?name={}", ALL),
        on(typed!("service show -- {}"), "GET /v3/domains?name={}", &["GET /v3/domains"]),
        on(typed!("user list -s {}"), "GET /v3/domains?name={}", &["GET /v3/domains"]),
        // By an id that is typed.
        on(typed!("user show -s smart id:{}"), "GET /v3/users/{}", ALL),
        on(typed!("group show -s smart id:{}"), "GET /v3/groups/{}", ALL),
        on(typed!("role show -s smart id:{}"), "GET /v3/roles/{}", ALL),
        on(typed!("service show id:{}"), "GET /v3/domains/{}", &["GET /v3/domains"]),
        on(typed!("subservice show -s smart id:{}"), "GET /v3/projects/{}", ALL),
        by(typed!("trust show -- {}"), "GET /v3/OS-TRUST/trusts/{}"),
        on(typed!("subscription show -s smart -- {}"), "GET /v2/subscriptions/{}", ALL),
        by(typed!("deployment show id:{}"), "GET /deployments/{}"),
        // By an id that a server has given.
        told(typed!("user delete bob -s smart --yes"), "DELETE /v3/users/{}", ALL),
        told(typed!("group delete bob -s smart --yes"), "DELETE /v3/groups/{}", ALL),
        told(typed!("user update bob -s smart --email x@y"), "PATCH /v3/users/{}", ALL),
        told(typed!("group member add bob bob -s smart"), "PUT /v3/groups/{}/users/{}", ALL),
        told(typed!("role grant admin --to-user bob -s smart"), "PUT /v3/domains/d1/users/{}/roles/{}", ALL),
        // By a name that is one of the address.
        on(typed!("policy delete Watch -s smart --yes --unchecked -- {}"), "DELETE /pap/v1/subject/r1/policy/{}", ALL),
        on(
            typed!("-c github check -- {}"),
            "GET /orgs/acme/memberships/{}",
            &["GET /user", "GET /user/memberships/orgs/acme", "GET /orgs/acme/invitations"],
        ),
        on(
            typed!("-c github check bea --target {}"),
            "GET /orgs/{}/memberships/bea",
            &["GET /orgs/*", "GET /user", "GET /user/memberships/orgs/*"],
        ),
        by(typed!("-c trello check bea --target {}"), "GET /organizations/{}/memberships"),
        by(typed!("-c g_drive check bea@example.com --target {}"), "GET /files/{}/permissions"),
    ]
}

/// What everybody here answers: there is one of each kind, and it is called by this id.
fn server(id: String) -> Server {
    let server = Server::keystone();
    server.otherwise(move |asked| {
        let path = asked.path.split('?').next().unwrap();
        let row = |id: &str, name: &str| json!({"id": id, "name": name, "domain_id": "d1", "enabled": true});
        let answer = match path {
            "/v3/domains" if asked.path.ends_with("name=smart") => json!({"domains": [row("d1", "smart")]}),
            "/v3/users" => json!({"users": [row(&id, "bob")]}),
            "/v3/groups" => json!({"groups": [row(&id, "bob")]}),
            "/v3/roles" if asked.path.contains("admin") => json!({"roles": [row(&id, "admin")]}),
            "/v3/roles" => json!({"roles": [row("r1", "d1#Watch")]}),
            _ => return Reply::json(404, &json!({"error": {"message": "none"}, "message": "none"})),
        };
        Reply::json(200, &answer)
    });
    server
}

fn room(server: &Server) -> Room {
    let at = |path: &str| format!("{}{path}", server.url());
    let room = Room::admin(server.url()).env("ORCHEST_RETRIES", "1").env("ORCHEST_PAAS_DIALECT", "indigo");
    let addresses = [("KEYPASS", ""), ("ORION", ""), ("PAAS", ""), ("GITHUB", ""), ("TRELLO", ""), ("G_DRIVE", "")];
    let room = addresses.iter().fold(room, |room, (name, path)| room.env(&format!("ORCHEST_{name}"), &at(path)));
    let tokens = ["PAAS_TOKEN", "GITHUB_TOKEN", "TRELLO_TOKEN", "TRELLO_API_KEY", "G_DRIVE_TOKEN"];
    let room = tokens.iter().fold(room, |room, name| room.env(&format!("ORCHEST_{name}"), "canary-token-of-ours"));
    room.env("ORCHEST_GITHUB_ORGANIZATION", "acme")
}

/// Whether a request is one of this route, and has the name where the route has it.
fn fits(asked: &Asked, route: &str, name: &str) -> bool {
    let (method, wanted) = route.split_once(' ').unwrap();
    let (path, query) = asked.path.split_once('?').map_or((asked.path.as_str(), ""), |(path, query)| (path, query));
    let (wanted, pair) = wanted.split_once('?').map_or((wanted, None), |(path, pair)| (path, pair.split_once('=')));
    let (parts, wanted): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), wanted.split('/').collect());
    let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_~.%".contains(&byte));
    let same = |(part, wanted): (&&str, &&str)| match *wanted {
        NAME => is_plain(part) && percent_decode_str(part).decode_utf8().is_ok_and(|text| text == name),
        ANY => is_plain(part) && !part.is_empty(),
        fixed => *part == fixed,
    };
    let in_query = |(key, value): (&str, &str)| {
        let value = value.replace(NAME, name);
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let found: Vec<&str> = pairs.filter(|(found, _)| *found == key).map(|(_, value)| value).collect();
        matches!(found.as_slice(), [one] if percent_decode_str(one).decode_utf8().is_ok_and(|text| text == value))
    };
    asked.method == method
        && !asked.path.contains('#')
        && parts.len() == wanted.len()
        && parts.iter().zip(&wanted).all(same)
        && pair.is_none_or(in_query)
}

#[track_caller]
fn check(route: &Route, name: &str, output: &Output, asked: &[Asked]) -> bool {
    let hit = asked.iter().any(|asked| fits(asked, route.main, name));
    let allowed = |asked: &Asked| {
        let others = route.others.iter().copied().chain([LOGIN]);
        fits(asked, route.main, name) || others.into_iter().any(|other| fits(asked, other, name))
    };
    let strays: Vec<String> =
        asked.iter().filter(|asked| !allowed(asked)).map(|asked| format!("{} {}", asked.method, asked.path)).collect();
    assert!(strays.is_empty(), "{name:?} leads to {strays:?}\n{output}");
    // What is not sent is refused as a word that cannot be, and is not taken for something else.
    let refused = output.code == Some(2) || (output.code == Some(78) && name.is_empty());
    assert!(hit || refused, "{name:?} is neither sent to {} nor refused\n{output}", route.main);
    hit
}

/// Every name on one route; gives how many were sent.
fn walk(route: &Route) -> usize {
    let mut sent = 0;
    for name in corpus() {
        let server = server(if route.of_server { name.clone() } else { "u1".to_owned() });
        let line = (route.line)(&name);
        // Settings, and what people are called at the services, have no blanks around them.
        let name = if line[0] == "-c" { name.trim().to_owned() } else { name };
        // By an address GitHub tells nothing there: it is looked for among those who are invited.
        if line[..2] == ["-c", "github"] && name.contains('@') && route.main.ends_with(NAME) {
            continue;
        }
        let output = room(&server).run(&line.iter().map(String::as_str).collect::<Vec<_>>());
        sent += usize::from(check(route, &name, &output, &server.asked()));
    }
    sent
}

/// Fails with `src/http/endpoint.rs`: `path.push_str(&encoded(text))` → `path.push_str(text)`.
/// Fails with `src/http/endpoint.rs`: `if matches!(segment, Segment::Id(_)) && !is_id(text)` → `if false`.
#[test]
fn s23_a_name_is_one_segment_of_a_path_and_leads_nowhere_else() {
    let routes = routes();
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let work = || {
            while let Some(route) = routes.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                let sent = walk(route);
                assert!(sent > 0, "no name was sent to {}", route.main);
            }
        };
        let both = [scope.spawn(work), scope.spawn(work)];
        both.into_iter().for_each(|one| one.join().unwrap_or_else(|why| std::panic::resume_unwind(why)));
    });
    // An id that leads elsewhere is refused, and not only packed: servers unpack before they look.
    for id in ["g1/users/u1", "g1%2Fusers", "..", ".", "g1?x", "g1#x", "g1;x", "g1\\x", "g 1"] {
        let server = server(id.to_owned());
        for line in [
            vec!["group", "delete", "bob", "-s", "smart", "--yes"],
            vec!["group", "member", "rm", "bob", "bob", "-s", "smart", "--yes"],
            vec!["user", "set-password", "bob", "-s", "smart", "--new-password-file", "new.pw"],
        ] {
            let room = room(&server);
            room.file("new.pw", "moat-and-drawbridge-7\n");
            let output = room.run(&line);
            assert!(!matches!(output.code, Some(0) | None), "{id}\n{output}");
        }
        let writes: Vec<String> =
            server.lines().into_iter().filter(|line| !line.starts_with("GET ") && line != LOGIN).collect();
        assert_eq!(writes, Vec::<String>::new(), "{id}");
    }
}
