//! How servers are reached: TLS and what is refused of it, certificates of our own, proxies.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use serde_json::Value;

use crate::scripted::{LIST_USERS, LOGIN, TOKEN, room, smart, users_page, with_users};
use crate::support::cli::{Output, Room};
use crate::support::secret::assert_free_of;
use crate::support::server::{Reply, Server};
use crate::support::tls::{CA, CLIENT, EXPIRED, GOOD, OTHER_NAME, Tls};

const LIST: [&str; 4] = ["user", "list", "-s", "smart"];

/// A room that trusts our authority, at this address.
fn trusting(url: &str) -> Room {
    let room = room(url);
    let ca = room.file("ca.pem", CA).display().to_string();
    room.env("ORCHEST_CACERT", &ca)
}

fn log(room: &Room) -> Vec<Value> {
    let text = std::fs::read_to_string(room.path(".state/orchest/runs.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Where somebody allows plain http, by a flag or in a context, that is an answer, and no warning follows. The oldest protocol that
/// rustls speaks at all is TLS 1.2.
///
/// Fails with `src/http/client.rs`: `.tls_danger_accept_invalid_certs(settings.insecure)` →
/// `.tls_danger_accept_invalid_certs(true)`.
#[test]
fn s16_nobody_unproven_is_spoken_to() {
    let server = with_users(&[]);
    let good = Tls::before(server.url(), GOOD);
    trusting(good.url()).run(&LIST).success();
    trusting(&good.url().replace("127.0.0.1", "localhost")).run(&LIST).success();
    let before = server.lines().len();
    let old = Tls::old();
    let (expired, other_name) = (Tls::before(server.url(), EXPIRED), Tls::before(server.url(), OTHER_NAME));
    for (room, tls, word) in [
        (trusting(expired.url()), &expired, "expired"),
        (trusting(other_name.url()), &other_name, "another name"),
        // Signed by somebody, whom the system does not know.
        (room(good.url()), &good, "nobody we trust"),
        (trusting(old.url()), &old, "TLS"),
    ] {
        let connections = tls.connections();
        let output = room.run(&LIST);
        assert!(!matches!(output.code, Some(0) | None), "{word}\n{output}");
        assert!(output.stderr.contains(word), "{word}\n{output}");
        assert!(tls.connections() > connections, "{word}\n{output}");
        assert_eq!(server.lines().len(), before, "{word}\n{output}");
    }

    // Unchecked only on demand, which is said at every run and noted in the run log, whoever demands it.
    for by_flag in [true, false] {
        let room = room(expired.url());
        let room = if by_flag { room } else { room.env("ORCHEST_INSECURE", "true") };
        let line = [&LIST[..], if by_flag { &["--insecure"] } else { &[] }].concat();
        for _ in 0..2 {
            room.run(&line).success().says("certificates are not checked");
        }
        room.run(&[&["user", "create", "bob", "-s", "smart", "--no-password"], &line[4..]].concat());
        let noted = log(&room);
        assert!(noted.len() >= 3 && noted.iter().all(|line| line["unchecked"] == true), "{noted:#?}");
        let runs = room.run(&["audit", "list", "-o", "json"]).success().json();
        assert!(runs.as_array().unwrap().iter().all(|run| run["unchecked"] == true), "{runs:#}");
    }
    let checked = trusting(good.url());
    checked.run(&LIST).success();
    assert!(log(&checked).iter().all(|line| line.get("unchecked").is_none()));

    // A file that merely lies in the working directory does not get it.
    let room = room(expired.url());
    let home = room.path("home").display().to_string();
    std::fs::create_dir(&home).unwrap();
    room.file(".orchester.toml", "http.insecure = true\nkeystone.insecure = true\n");
    let before = server.lines().len();
    let output = room.env("HOME", &home).run(&LIST);
    assert!(!matches!(output.code, Some(0) | None) && output.stderr.contains("http.insecure"), "{output}");
    assert_eq!(server.lines().len(), before, "{output}");
    plain_http();
    #[cfg(feature = "ldap")]
    directory();
}

/// The directory speaks no HTTP. That its certificates are checked is tested against a real one.
#[cfg(feature = "ldap")]
fn directory() {
    let room = Room::new().env("ORCHEST_LDAP_ADMIN", "cn=admin").env("ORCHEST_RETRIES", "1");
    room.file("admin.pw", "canary-directory\n");
    let line = ["platform", "ldap", "user", "list", "--ldap", "ldaps://127.0.0.1:1", "--password-file", "admin.pw"];
    room.run(&[&line[..], &["--insecure"]].concat()).code(75).says("certificates are not checked");
    let output = room.run(&line).code(75);
    assert!(!output.stderr.contains("not checked"), "{output}");
}

/// By plain http to another machine a password goes only where somebody allows it.
fn plain_http() {
    let base = "http://far.test:5000";
    let proxy = Server::start();
    let token = smart();
    let answer = crate::support::raw::Connection::open(token.url()).unwrap();
    let answer = { answer }.send("POST", "/v3/auth/tokens", &[], Some(&serde_json::json!({}))).unwrap();
    proxy.on(
        &format!("POST {base}/v3/auth/tokens"),
        Reply::Plain(201, vec![("X-Subject-Token", TOKEN.to_owned())], answer.body),
    );
    let domains = serde_json::json!({"domains": [{"id": "d1", "name": "smart", "enabled": true}]});
    proxy.on(&format!("GET {base}/v3/domains?name=smart"), Reply::json(200, &domains));
    proxy.on(&format!("GET {base}/v3/users?domain_id=d1&limit=1000"), users_page(&[], None));
    let room = room(base).env("http_proxy", proxy.url());
    room.run(&LIST).code(2).says("unencrypted").says("--allow-http");
    room.file(".orchester.toml", "[contexts.lab]\nallow_http = true\n[contexts.other]\nuser = \"x\"\n");
    room.run(&[&LIST[..], &["--context", "other"]].concat()).code(2);
    assert_eq!(proxy.lines(), Vec::<String>::new());
    room.run(&[&LIST[..], &["--context", "lab"]].concat()).success();
    assert_eq!(proxy.lines().len(), 3);
}

/// An encrypted key is not asked for: the message gives the command that makes a copy without a passphrase. A key may be a link, as
/// those of certificate tools are; what it leads to is judged.
///
/// Fails with `src/http/client.rs`: `if mode & 0o077 != 0 {` → `if mode & 0o007 != 0 {`.
#[test]
fn s17_the_key_of_a_certificate_is_for_its_owner_alone() {
    let server = with_users(&[]);
    let tls = Tls::asking(server.url(), GOOD);
    let room = trusting(tls.url());
    let (cert, key) = CLIENT.split_at(CLIENT.find("-----BEGIN PRIVATE").unwrap());
    room.file("cert.pem", cert);
    room.file("key.pem", key);
    let with = |key: &str| -> Output { room.run(&[&LIST[..], &["--cert", "cert.pem", "--key", key]].concat()) };
    with("key.pem").success();
    let asked = server.lines().len();
    let without = room.run(&LIST);
    assert!(!matches!(without.code, Some(0) | None), "the server asks for one\n{without}");

    symlink(room.path("key.pem"), room.path("link.pem")).unwrap();
    for mode in [0o644, 0o640, 0o604, 0o620, 0o601] {
        set_permissions(room.path("key.pem"), Permissions::from_mode(mode)).unwrap();
        for name in ["key.pem", "link.pem"] {
            let connections = tls.connections();
            with(name).code(78).says(&format!("mode {mode:04o}")).says("run: chmod 600 ");
            assert_eq!(tls.connections(), connections, "nobody is spoken to");
        }
    }
    set_permissions(room.path("key.pem"), Permissions::from_mode(0o600)).unwrap();
    // In one file with its certificate the same holds.
    let both = room.file("both.pem", CLIENT);
    set_permissions(&both, Permissions::from_mode(0o644)).unwrap();
    room.run(&[&LIST[..], &["--cert", "both.pem"]].concat()).code(78).says("run: chmod 600 ");

    room.file("encrypted.pem", &key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
    let output = room
        .run_with_input(&[&LIST[..], &["--cert", "cert.pem", "--key", "encrypted.pem"]].concat(), "canary-phrase\n");
    output.code(78).says("is encrypted").says("openssl pkey -in ");
    assert_eq!(server.lines().len(), asked);
    let help = room.ok(&["user", "list", "--help"]);
    assert!(help.contains("--key <FILE>") && !help.contains("passphrase"), "{help}");
    with("key.pem").success();
    with("link.pem").success();
}

/// Fails with `src/http/client.rs`: `const NEVER_PROXIED: &str = "localhost,127.0.0.0/8,::1,::ffff:127.0.0.0/104";` →
/// `const NEVER_PROXIED: &str = "nobody.invalid";`.
#[test]
fn s18_proxies_are_asked_for_what_they_are_for() {
    let proxy = Server::start();
    let (server, bare) = (with_users(&[]), proxy.url().trim_start_matches("http://").to_owned());
    let url = |text: &str| text.replace("PROXY", &bare);
    for (settings, keystone, used) in [
        (&[("http_proxy", "http://PROXY")][..], "http://far.invalid:5000", true),
        (&[("HTTP_PROXY", "http://PROXY")], "http://far.invalid:5000", true),
        (&[("http_proxy", "PROXY")], "http://far.invalid:5000", true),
        (&[("all_proxy", "http://PROXY")], "http://far.invalid:5000", true),
        (&[("ORCHEST_PROXY", "http://PROXY")], "http://far.invalid:5000", true),
        (&[("https_proxy", "http://PROXY")], "https://far.invalid:5000", true),
        (&[("https_proxy", "http://PROXY")], "http://127.0.0.1:1", false),
        (&[("http_proxy", "http://PROXY"), ("NO_PROXY", "other.invalid")], "http://far.invalid:5000", true),
        (&[("http_proxy", "http://PROXY"), ("NO_PROXY", "far.invalid")], "http://far.invalid:5000", false),
        (&[("http_proxy", "http://PROXY"), ("NO_PROXY", "far.invalid")], "http://notfar.invalid:5000", true),
        (&[("http_proxy", "http://PROXY"), ("no_proxy", ".invalid")], "http://far.invalid:5000", false),
        (&[("http_proxy", "http://PROXY"), ("no_proxy", "a.test, invalid")], "http://deep.far.invalid:5000", false),
        (&[("http_proxy", "http://PROXY"), ("no_proxy", "192.0.2.0/24")], "http://192.0.2.7:1", false),
        (&[("http_proxy", "http://PROXY"), ("no_proxy", "192.0.2.0/24")], "http://192.0.3.7:1", true),
        (&[("http_proxy", "http://PROXY"), ("no_proxy", "2001:db8::/32")], "http://[2001:db9::1]:1", true),
        (&[("http_proxy", "http://PROXY"), ("no_proxy", "2001:db8::/32")], "http://[2001:db8::1]:1", false),
        (&[("http_proxy", "http://PROXY"), ("no_proxy", "*")], "http://far.invalid:5000", false),
        (&[("all_proxy", "http://PROXY")], "http://localhost:1", false),
        (&[("all_proxy", "http://PROXY")], "http://127.0.0.1:1", false),
        (&[("all_proxy", "http://PROXY")], "http://127.3.2.1:1", false),
        (&[("all_proxy", "http://PROXY")], "http://[::1]:1", false),
        (&[("all_proxy", "http://PROXY")], "http://[::ffff:127.0.0.1]:1", false),
    ] {
        let room = room(keystone).env("ORCHEST_ALLOW_HTTP", "true").env("ORCHEST_CONNECT_TIMEOUT", "300ms");
        let room = settings.iter().fold(room, |room, (name, value)| room.env(name, &url(value)));
        let before = proxy.lines().len();
        let output = room.run(&LIST);
        assert_ne!(output.code, Some(0), "{output}");
        assert_eq!(proxy.lines().len() > before, used, "{settings:?} {keystone}\n{output}");
        if used {
            let line = &proxy.lines()[before];
            let wanted = keystone.trim_start_matches("https://");
            assert!(line.contains(&format!(" {wanted}")), "{line}");
        }
    }
    // What is on this machine is asked itself, and answers.
    room(server.url()).env("http_proxy", proxy.url()).env("all_proxy", proxy.url()).run(&LIST).success();

    // Who may use a proxy is told to it and to nobody else.
    let secret = "canary pw/of proxy";
    let address = format!("http://me:canary%20pw%2Fof%20proxy@{bare}");
    let far = |proxy: &str| room("http://far.invalid:5000").env("ORCHEST_ALLOW_HTTP", "true").env("http_proxy", proxy);
    let room = far(&address);
    let shown = room.env("ORCHEST_PROXY", &address);
    let dead = far("http://me:canary%20pw%2Fof%20proxy@127.0.0.1:1");
    let strange = far("socks5://me:canary%20pw%2Fof%20proxy@127.0.0.1:1");
    for (room, line) in [
        (&shown, &["user", "list", "-s", "smart", "-vvv", "--trace", "trace.txt"][..]),
        (&shown, &["config", "show", "--origin"]),
        (&dead, &["user", "list", "-s", "smart", "-vvv", "--trace", "trace.txt"]),
        (&strange, &LIST),
    ] {
        let output = room.run(line);
        assert!(output.code.is_some(), "{output}");
        for text in [&output.stdout, &output.stderr] {
            assert_free_of(secret, text, line[1]);
            assert_free_of(&format!("me:{secret}"), text, line[1]);
        }
        for path in room.files() {
            assert_free_of(secret, &std::fs::read_to_string(&path).unwrap(), &path.display().to_string());
        }
    }
    let last = proxy.asked().pop().unwrap();
    let basic = "Basic bWU6Y2FuYXJ5IHB3L29mIHByb3h5";
    assert!(last.headers.contains(&("proxy-authorization".to_owned(), basic.to_owned())), "{last:?}");
    // A server is not told it.
    let direct = self::room(server.url()).env("all_proxy", &address);
    direct.run(&LIST).success();
    assert!(server.asked().iter().all(|asked| asked.headers.iter().all(|(name, _)| name != "proxy-authorization")));
    assert!(server.lines().contains(&LOGIN.to_owned()) && server.lines().contains(&LIST_USERS.to_owned()));
}
