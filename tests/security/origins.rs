//! Where a credential goes: to the scheme, host and port that it is of, whatever a server says and however an address is written.

use serde_json::json;

use crate::scripted::{FIND_BOB, LIST_USERS, LOGIN, TOKEN, room, smart, user, users_page, with_users};
use crate::support::cli::Room;
use crate::support::server::{Reply, Server};

const LIST: [&str; 4] = ["user", "list", "-s", "smart"];
const CREATE: [&str; 6] = ["user", "create", "bob", "-s", "smart", "--no-password"];

fn redirect(status: u16, to: &str) -> Reply {
    Reply::Plain(status, vec![("Location", to.to_owned())], Vec::new())
}

/// Fails with `src/http/redirect.rs`: `let ours = to.origin() == from.origin()` → `let ours = true || to.origin() == from.origin()`.
#[test]
fn s13_a_redirect_leads_nowhere_else() {
    let other = Server::keystone();
    other.on(LIST_USERS, users_page(&[user("u1", "eve")], None));
    let there = other.url().trim_start_matches("http://").to_owned();
    let port_there = there.rsplit(':').next().unwrap().to_owned();
    for status in [301, 302, 303, 307, 308] {
        // By name, so that names can look like it.
        let places = |port: &str| {
            vec![
                format!("http://{there}/v3/users?domain_id=d1&limit=1000"),
                format!("http://localhost:{port_there}/"),
                format!("http://127.0.0.1:{port}/v3/users"),
                format!("http://[::1]:{port}/v3/users"),
                format!("https://localhost:{port}/v3/users"),
                format!("http://localhost:{port}@{there}/v3/users"),
                format!("http://me:canary-in-address@localhost:{port}/v3/users"),
                format!("http://localhost.evil.test:{port}/v3/users"),
                format!("http://localhost.:{port}/v3/users"),
                format!("http://l\u{43e}calhost:{port}/v3/users"),
                format!("http://xn--lcalhost-nbh:{port}/v3/users"),
                format!("//{there}/v3/users"),
                format!("\\\\{there}/v3/users"),
                format!("ftp://localhost:{port}/v3/users"),
                "javascript:alert(1)".to_owned(),
                "file:///etc/passwd".to_owned(),
            ]
        };
        let count = if status == 302 { places("1").len() } else { 2 };
        for at in 0..count {
            // A read, a write, and the login itself, which carries the password.
            let (on_get, on_post, on_login) = (smart(), smart(), Server::start());
            on_post.on(FIND_BOB, users_page(&[], None));
            for (server, request, line) in
                [(&on_get, LIST_USERS, &LIST[..]), (&on_post, "POST /v3/users", &CREATE), (&on_login, LOGIN, &LIST)]
            {
                let address = server.url().replace("127.0.0.1", "localhost");
                let place = places(address.rsplit(':').next().unwrap()).remove(at);
                server.on(request, redirect(status, &place));
                let output = room(&address).run(line).code(1);
                assert!(output.stderr.contains("another place"), "{status} {place}\n{output}");
                // Both are named.
                assert!(output.stderr.contains(&address), "{status} {place}\n{output}");
                let scheme = place.split(':').next().unwrap();
                assert!(place.starts_with(['/', '\\']) || output.stderr.contains(scheme), "{status} {place}\n{output}");
                assert!(!output.stderr.contains("canary"), "{output}");
                // By its other names nobody is asked either. What may have become of a write is looked at where it was sent.
                let asked = server.asked();
                let times = server.lines().iter().filter(|line| *line == request).count();
                assert_eq!(times, 1, "{place}: {asked:?}");
                let own = ("host".to_owned(), address.trim_start_matches("http://").to_owned());
                assert!(asked.iter().all(|asked| asked.headers.contains(&own)), "{place}: {asked:?}");
            }
        }
    }
    assert_eq!(other.lines(), Vec::<String>::new());

    // Within the same place a read is sent on, with its headers, and three times at most; a write is not.
    for status in [301, 302, 303, 307, 308] {
        let server = smart();
        server.on(LIST_USERS, redirect(status, "/v3/one"));
        server.on("GET /v3/one", redirect(status, &format!("{}/v3/two", server.url())));
        server.on("GET /v3/two", redirect(status, "three"));
        server.on("GET /v3/three", users_page(&[user("u1", "ann")], None));
        assert_eq!(room(server.url()).ok(&[&LIST[..], &["-o", "name"]].concat()), "ann\n");
        let led = server.asked().into_iter().filter(|asked| asked.path.starts_with("/v3/t")).collect::<Vec<_>>();
        assert_eq!(led.len(), 2);
        assert!(led.iter().all(|asked| asked.headers.contains(&("x-auth-token".to_owned(), TOKEN.to_owned()))));

        let server = smart();
        server.on(LIST_USERS, redirect(status, "/v3/users?domain_id=d1&limit=1000"));
        room(server.url()).run(&LIST).code(1).says("in circles");
        assert_eq!(server.lines().iter().filter(|line| *line == LIST_USERS).count(), 4);

        let server = smart();
        server.on(FIND_BOB, users_page(&[], None));
        server.on("POST /v3/users", redirect(status, "/v3/users/"));
        room(server.url()).run(&CREATE).code(1);
        server.verify();
    }
}

/// The checklist would end such a list with 1. No address that a server gives is followed at all: of a link to the next page only
/// the place to go on from is taken, and that is asked of the server that was asked before. There are no `trusted_hosts`.
///
/// Fails with `src/http/page.rs`: in `Pager::page`, behind `let body = …`, `if let Some(link) = body.pointer("/links/next")
/// .and_then(Value::as_str).and_then(|link| Endpoint::parse("keystone", link.split("/v3").next()?).ok()) { let _ =
/// self.http.send(&link, request, None).await; }`.
#[test]
fn s14_an_address_that_a_server_names_is_not_asked() {
    let evil = Server::keystone();
    evil.on(LIST_USERS, users_page(&[user("u9", "eve")], None));
    evil.on("GET /v3/domains?name=smart", Reply::json(200, &json!({"domains": []})));
    let server = smart();
    let port = evil.url().rsplit(':').next().unwrap().to_owned();
    let here = server.url().trim_start_matches("http://").to_owned();
    let links = [
        format!("{}/v3/users?marker=m&domain_id=evil", evil.url()),
        format!("http://localhost:{port}/v3/users?marker=m"),
        format!("//127.0.0.1:{port}/v3/users?marker=m"),
        format!("http://{here}@127.0.0.1:{port}/v3/users?marker=m"),
        format!("https://{here}/v3/users?marker=m"),
    ];
    for (at, link) in links.iter().enumerate() {
        server.on(LIST_USERS, users_page(&[user(&format!("u{at}"), "ann")], Some(link)));
    }
    server.on(&format!("{LIST_USERS}&marker=m"), users_page(&[user("z", "zoe")], None));
    for _ in &links {
        assert_eq!(room(server.url()).ok(&[&LIST[..], &["-o", "name"]].concat()), "ann\nzoe\n");
    }
    // One that says nothing of where to go on is an error, and not an end.
    let server = smart();
    server.on(LIST_USERS, users_page(&[user("u1", "ann")], Some(&format!("{}/v3/users?page=2", evil.url()))));
    room(server.url()).run(&LIST).code(1);

    // GitHub's pages, and the addresses that it gives of itself.
    let github = Server::start();
    github_pages(&github, evil.url());
    let room_of = |github: &Server| {
        Room::new()
            .env("ORCHEST_GITHUB", github.url())
            .env("ORCHEST_GITHUB_TOKEN", "ghp_canary")
            .env("ORCHEST_GITHUB_ORGANIZATION", "acme")
            .env("ORCHEST_RETRIES", "1")
    };
    let listed = room_of(&github).run(&["-c", "github", "members", "list", "-o", "csv"]).success();
    assert!(listed.stdout.contains("ann") && listed.stdout.contains("zoe"), "{listed}");

    // What Keystone says of where the other servers are.
    let keystone = Server::start();
    let endpoint = |kind: &str| {
        json!({"type": kind, "name": kind, "id": kind, "endpoints": [
            {"interface": "public", "region": "r", "region_id": "r", "url": evil.url(), "id": "e"},
            {"interface": "admin", "region": "r", "region_id": "r", "url": evil.url(), "id": "f"}]})
    };
    let kinds = ["identity", "keypass", "orion", "contextbroker", "perseo", "paas", "orchestrator"];
    let token = json!({"token": {"expires_at": "2099-01-01T00:00:00.000000Z", "methods": ["password"],
        "user": {"id": "u1", "name": "admin", "domain": {"id": "default", "name": "Default"}},
        "roles": [{"id": "r1", "name": "admin"}], "system": {"all": true}, "catalog": kinds.map(endpoint)}});
    let headers = vec![("X-Subject-Token", TOKEN.to_owned())];
    keystone.on(LOGIN, Reply::Plain(201, headers, token.to_string().into_bytes()));
    let domain = json!({"id": "d1", "name": "smart", "enabled": true, "links": {"self": format!("{}/v3/domains/d1", evil.url())}});
    keystone.on("GET /v3/domains?name=smart", Reply::json(200, &json!({"domains": [domain]})));
    keystone.on(LIST_USERS, users_page(&[user("u1", "ann")], None));
    let versions = json!({"versions": {"values": [{"id": "v3.14", "links": [{"rel": "self", "href": evil.url()}]}]}});
    keystone.on("GET /", Reply::json(300, &versions));
    let room = room(keystone.url());
    room.run(&LIST).success();
    for line in [&["policy", "list", "admin", "-s", "smart"][..], &["subscription", "list", "-s", "smart"]] {
        let output = room.run(line).code(78);
        assert!(output.stderr.contains("where is"), "{output}");
    }
    assert_eq!(evil.lines(), Vec::<String>::new());
}

/// Two pages of members, each with links that lead elsewhere.
fn github_pages(github: &Server, evil: &str) {
    let person = |login: &str, id: u64| json!({"login": login, "id": id, "url": format!("{evil}/users/{login}"), "type": "User"});
    let page = |rows: serde_json::Value, link: Option<String>| {
        let mut headers =
            vec![("Content-Type", "application/json".to_owned()), ("X-OAuth-Scopes", "admin:org".to_owned())];
        headers.extend(link.map(|link| ("Link", link)));
        Reply::Plain(200, headers, rows.to_string().into_bytes())
    };
    for role in ["admin", "member", "all"] {
        let base = format!("GET /orgs/acme/members?role={role}&per_page=100");
        let link = format!("<{evil}/orgs/acme/members?page=2&role={role}>; rel=\"next\"");
        let (first, second) = match role {
            "admin" => (json!([person("ann", 1)]), json!([person("zoe", 2)])),
            _ => (json!([person("bea", 3)]), json!([person("cid", 4)])),
        };
        github.on(&base, page(first, Some(link)));
        github.on(&format!("{base}&page=2"), page(second, None));
    }
    for list in ["invitations", "failed_invitations", "outside_collaborators"] {
        github.on(&format!("GET /orgs/acme/{list}?per_page=100"), page(json!([]), None));
    }
    let own = json!({"state": "active", "role": "admin", "user": person("ann", 1), "organization": {"login": "acme", "id": 9}});
    github.on("GET /user/memberships/orgs/acme", page(own, None));
}

/// A machine on which every name is reached, through a proxy that is the server of them all.
struct Names {
    proxy: Server,
    room: Room,
}

impl Names {
    fn new(base: &str) -> Self {
        let proxy = Server::start();
        let names = Self { room: room(base), proxy };
        names.answers_at(base);
        let proxy = names.proxy.url().to_owned();
        let room = names.room.without("ORCHEST_PASSWORD").env("ORCHEST_ALLOW_HTTP", "true").env("http_proxy", &proxy);
        Self { room: room.env("ORCHEST_STORE", "file"), proxy: names.proxy }
    }

    fn answers_at(&self, base: &str) {
        let one = with_users(&[]);
        // What a Keystone of the scripts says, at this address.
        let token = crate::support::raw::Connection::open(one.url())
            .unwrap()
            .send("POST", "/v3/auth/tokens", &[], Some(&json!({})))
            .unwrap();
        let headers = vec![("X-Subject-Token", TOKEN.to_owned())];
        self.proxy.on(&format!("POST {base}/v3/auth/tokens"), Reply::Plain(201, headers, token.body));
        let domain = json!({"domains": [{"id": "d1", "name": "smart", "enabled": true}]});
        self.proxy.on(&format!("GET {base}/v3/domains?name=smart"), Reply::json(200, &domain));
        self.proxy.on(&format!("GET {base}/v3/users?domain_id=d1&limit=1000"), users_page(&[], None));
    }
}

/// Of one place: a password is kept and a token, and neither goes to any other place, however alike; with every way of writing
/// the same place both are used.
///
/// Fails with `src/secrets/file_store.rs`: `self.endpoint == key.endpoint` → `key.endpoint.starts_with(&self.endpoint)`.
#[test]
fn s15_a_login_belongs_to_one_place_and_to_none_that_looks_like_it() {
    for (base, same, others) in [
        (
            "http://good.example:5000",
            &["http://good.example:5000/", "http://GOOD.example:5000", "HTTP://Good.Example:5000/v3"][..],
            &[
                "http://good.example",
                "http://good.example:500",
                "http://good.example:50001",
                "http://good.example.:5000",
                "http://good.example.evil.test:5000",
                "http://evil-good.example:5000",
                "http://evil.good.example:5000",
                "http://example:5000",
                "http://good-example:5000",
                "http://g\u{43e}od.example:5000",
                "http://xn--god-sed.example:5000",
                "http://good.example@evil.test:5000",
                "http://good.example:5000@evil.test",
                "http://evil.test:5000/good.example:5000",
                "https://good.example:5000",
            ][..],
        ),
        (
            "http://[2001:db8::1]:5000",
            &["http://[2001:DB8:0:0::1]:5000", "http://[2001:0db8:0000::0001]:5000/v3"],
            &[
                "http://[2001:db8::2]:5000",
                "http://[2001:db8::1:5000]",
                "http://[2001:db8:1::]:5000",
                "http://[2001:db8::1]",
            ],
        ),
        (
            "http://203.0.113.1:5000",
            &["http://203.0.113.1:5000/v3", "http://3405803777:5000"],
            &["http://[::ffff:203.0.113.1]:5000", "http://203.0.113.10:5000", "http://203.0.113.1.evil.test:5000"],
        ),
    ] {
        let names = Names::new(base);
        let (room, proxy) = (&names.room, &names.proxy);
        room.run_with_input(&["auth", "login", "--store", "file", "--password-stdin"], "canary-good\n").success();
        let tokens = || room.files().into_iter().filter(|path| path.display().to_string().contains("/tokens/"));
        let logins = || proxy.lines().iter().filter(|line| line.starts_with("POST ")).count();
        for form in same {
            let before = logins();
            room.run(&[&LIST[..], &["--keystone", form]].concat()).success();
            assert_eq!(logins(), before, "the token is of {form} too");
            // And the password, where there is no token.
            tokens().for_each(|path| std::fs::remove_file(path).unwrap());
            room.run(&[&LIST[..], &["--keystone", form]].concat()).success();
            assert_eq!(logins(), before + 1, "the password is of {form} too");
        }
        let before = proxy.lines();
        for form in others {
            for _ in 0..2 {
                let output = room.run(&[&LIST[..], &["--keystone", form]].concat());
                assert!(matches!(output.code, Some(2 | 78)) && !output.stderr.contains("canary"), "{output}");
            }
        }
        assert_eq!(proxy.lines(), before, "nobody else is asked anything");
        proxy.verify();
    }
}
