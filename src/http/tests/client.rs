//! Roots, certificates and proxies.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::*;
use crate::http::tests::server::{CA, Reply, Server, json};
use crate::http::tests::{bench, get, keystone, plain, run};
use crate::http::{Endpoint, Outcome, Proxies};

// Certificates of 2020 with their keys, made for these tests by `tls/ca.pem`, whose key was thrown away. All but the
// expired one hold until 2126.
const GOOD: &str = include_str!("tls/good.pem");
const EXPIRED: &str = include_str!("tls/expired.pem");
const OTHER_NAME: &str = include_str!("tls/other-name.pem");
const CLIENT: &str = include_str!("tls/client.pem");

fn file(dir: &TempDir, name: &str, text: &str, mode: u32) -> PathBuf {
    let path = dir.path().join(name);
    fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

fn trusting(dir: &TempDir) -> HttpSettings {
    HttpSettings { cacert: Some(file(dir, "ca.pem", CA, 0o644)), ..HttpSettings::default() }
}

fn ask(settings: HttpSettings, url: &str) -> Result<(), Error> {
    run(bench(settings).http.send(&keystone(url), &get(), None)).map(|_| ())
}

#[test]
fn a_configured_authority_is_trusted_and_nobody_else() {
    let dir = TempDir::new().unwrap();
    let server = Server::tls(GOOD, false);
    ask(trusting(&dir), &server.url).unwrap();
    ask(trusting(&dir), &server.url.replace("127.0.0.1", "localhost")).unwrap();
    let error = ask(HttpSettings::default(), &server.url).unwrap_err();
    assert!(matches!(&error, Error::Tls { reason, .. } if reason.contains("nobody we trust")), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!((server.connections(), server.seen().len()), (3, 2), "a bad certificate is not tried again");
}

#[test]
fn bad_certificates_fail_closed_and_say_why() {
    let dir = TempDir::new().unwrap();
    for (pem, word) in [(EXPIRED, "expired"), (OTHER_NAME, "another name")] {
        let server = Server::tls(pem, false);
        let error = ask(trusting(&dir), &server.url).unwrap_err();
        assert!(matches!(&error, Error::Tls { reason, .. } if reason.contains(word)), "{error:?}");
        assert_eq!((server.connections(), server.seen().len()), (1, 0));
    }
}

#[test]
fn unchecked_certificates_are_warned_about_once() {
    let server = Server::tls(EXPIRED, false);
    let bench = bench(HttpSettings { insecure: true, ..HttpSettings::default() });
    run(async {
        for _ in 0..3 {
            bench.http.send(&keystone(&server.url), &get(), None).await.unwrap();
        }
    });
    assert_eq!(bench.log.count("warning certificates are not checked"), 1);
}

#[test]
fn a_server_without_tls_is_recognised() {
    let server = Server::script(vec![json(200, "{}")]);
    let error = ask(HttpSettings::default(), &server.url.replace("http:", "https:")).unwrap_err();
    assert!(matches!(&error, Error::Tls { reason, .. } if reason.contains("plain http")), "{error:?}");
}

#[test]
fn our_own_certificate_is_shown_where_one_is_asked_for() {
    let dir = TempDir::new().unwrap();
    let server = Server::tls(GOOD, true);
    let error = ask(trusting(&dir), &server.url).unwrap_err();
    assert!(matches!(&error, Error::Tls { reason, .. } if reason.contains("CertificateRequired")), "{error:?}");
    let both = file(&dir, "both.pem", CLIENT, 0o600);
    ask(HttpSettings { cert: Some(both), ..trusting(&dir) }, &server.url).unwrap();
    let (cert, key) = CLIENT.split_at(CLIENT.find("-----BEGIN PRIVATE").unwrap());
    let (cert, key) = (file(&dir, "cert.pem", cert, 0o644), file(&dir, "key.pem", key, 0o600));
    ask(HttpSettings { cert: Some(cert), key: Some(key), ..trusting(&dir) }, &server.url).unwrap();
}

#[test]
fn unusable_files_are_named_with_the_reason() {
    let dir = TempDir::new().unwrap();
    let key = &CLIENT[CLIENT.find("-----BEGIN PRIVATE").unwrap()..];
    let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let good = file(&dir, "good.pem", CLIENT, 0o600);
    let none = dir.path().join("none.pem");
    let ca = |name: &str, text: &str| HttpSettings {
        cacert: Some(file(&dir, name, text, 0o644)),
        ..HttpSettings::default()
    };
    let pair = |cert: &PathBuf, key: Option<PathBuf>| HttpSettings {
        cert: Some(cert.clone()),
        key,
        ..HttpSettings::default()
    };
    for (settings, words) in [
        (HttpSettings { cacert: Some(none.clone()), ..HttpSettings::default() }, ["none.pem", "cannot be read"]),
        (ca("garbage.pem", "garbage"), ["garbage.pem", "no certificate in PEM form"]),
        (ca("damaged.pem", damaged), ["damaged.pem", "a certificate that is none"]),
        (ca("torn.pem", "-----BEGIN CERTIFICATE-----\n%%%\n"), ["torn.pem", "damaged"]),
        (pair(&none, None), ["none.pem", "cannot be read"]),
        (pair(&good, Some(none.clone())), ["none.pem", "cannot be read"]),
        (pair(&good, Some(file(&dir, "wide.key", key, 0o640))), ["0640", "chmod 600"]),
        (pair(&file(&dir, "wide.pem", CLIENT, 0o644), None), ["wide.pem", "chmod 600"]),
        (pair(&good, Some(file(&dir, "enc.key", &encrypted, 0o600))), ["enc.key", "openssl pkey -in "]),
        (pair(&file(&dir, "lone.pem", key, 0o600), None), ["lone.pem", "no certificate with a key"]),
        (HttpSettings { key: Some(good.clone()), ..HttpSettings::default() }, ["good.pem", "without its certificate"]),
    ] {
        for scheme in ["http", "https"] {
            let error = ask(settings.clone(), &format!("{scheme}://127.0.0.1:1")).unwrap_err();
            let text = error.to_string();
            assert!(matches!(error, Error::Setup(_)), "{error:?}");
            assert!(words.iter().all(|word| text.contains(word)), "{words:?}: {text}");
        }
    }
}

#[test]
fn an_encrypted_key_comes_with_the_command_that_decrypts_it() {
    let dir = TempDir::new().unwrap();
    let key = CLIENT[CLIENT.find("-----BEGIN PRIVATE").unwrap()..].replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let cert = file(&dir, "good.pem", CLIENT, 0o600);
    for (name, word) in [("enc.key", "DIR/enc.key"), ("it's mine.key", r"'DIR/it'\''s mine.key'")] {
        let key = Some(file(&dir, name, &key, 0o600));
        let settings = HttpSettings { cert: Some(cert.clone()), key, ..HttpSettings::default() };
        let error = ask(settings, "https://127.0.0.1:1").unwrap_err().to_string();
        let error = error.replace(&*dir.path().to_string_lossy(), "DIR");
        let out = word.replace(".key", ".key.plain");
        assert_eq!(
            error,
            format!(
                "DIR/{name}: the key is encrypted, and its passphrase is not asked for; make a copy without one and \
                 give that with --key: (umask 077; openssl pkey -in {word} -out {out})"
            )
        );
    }
}

#[test]
fn a_certificate_with_another_ones_key_is_refused() {
    let dir = TempDir::new().unwrap();
    let other = &GOOD[GOOD.find("-----BEGIN PRIVATE").unwrap()..];
    let cert = &CLIENT[..CLIENT.find("-----BEGIN PRIVATE").unwrap()];
    let (cert, key) = (file(&dir, "cert.pem", cert, 0o644), file(&dir, "other.key", other, 0o600));
    let error =
        ask(HttpSettings { cert: Some(cert), key: Some(key), ..HttpSettings::default() }, "https://127.0.0.1:1")
            .unwrap_err();
    assert!(matches!(&error, Error::Setup(text) if text.contains("cert.pem")), "{error:?}");
}

#[test]
fn without_system_roots_the_own_ones_stand_in() {
    let settings = HttpSettings::default();
    let client = system_or_own(|own| {
        if own { finished(base(&settings).tls_certs_only(own_roots())).map_err(|_| ()) } else { Err(()) }
    });
    assert!(client.is_ok());
    assert!(own_roots().count() > 50);
}

/// Runs itself again on a machine that has no certificate authorities, as far as it can see.
#[test]
fn a_machine_without_certificate_authorities_is_no_obstacle() {
    let name = "http::client::tests::plain_http_and_a_proxy_need_no_authorities";
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name])
        .env("SSL_CERT_FILE", "/nonexistent/file.pem")
        .env("SSL_CERT_DIR", "/nonexistent")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
fn plain_http_and_a_proxy_need_no_authorities() {
    let server = Server::script(vec![json(200, "{}")]);
    ask(HttpSettings::default(), &server.url).unwrap();
    let all = Some(server.url.clone());
    let proxied = HttpSettings { proxies: Proxies { all, ..Proxies::default() }, ..HttpSettings::default() };
    ask(proxied, "http://far.test:5000").unwrap();
    full(&HttpSettings::default()).unwrap();
}

#[test]
fn proxies_are_asked_for_the_right_addresses() {
    let proxy = Server::script(vec![json(200, "{}")]);
    let connect_timeout = std::time::Duration::from_millis(200);
    let via = |proxies: Proxies| HttpSettings { proxies, tries: 1, connect_timeout, ..HttpSettings::default() };
    let http = || Proxies { http: Some(proxy.url.clone()), ..Proxies::default() };
    let direct = |list: &str| Proxies { no_proxy: Some(list.to_owned()), ..http() };
    let bare = proxy.url.trim_start_matches("http://").to_owned();
    for (proxies, url, used) in [
        (http(), "http://far.test:5000", true),
        (Proxies { http: Some(bare), ..Proxies::default() }, "http://far.test", true),
        (Proxies { all: Some(proxy.url.clone()), ..Proxies::default() }, "http://far.test", true),
        (Proxies { https: Some(proxy.url.clone()), ..Proxies::default() }, "http://far.invalid", false),
        (direct("other.test"), "http://far.test", true),
        (direct("far.invalid"), "http://far.invalid", false),
        (direct(".invalid"), "http://far.invalid", false),
        (direct("a.test, invalid"), "http://deep.far.invalid", false),
        (direct("127.0.0.0/8,10.0.0.0/8"), "http://far.test", true),
        (direct("*"), "http://far.invalid", false),
        (direct("other.test, *"), "http://192.0.2.1:1", false),
        (direct("*"), "http://[2001:db8::1]:1", false),
        (http(), "http://localhost:1", false),
        (http(), "http://127.0.0.1:1", false),
        (http(), "http://127.3.2.1:1", false),
        (http(), "http://[::1]:1", false),
        (http(), "http://[::ffff:127.0.0.1]:1", false),
    ] {
        let before = proxy.seen().len();
        let answer = ask(via(proxies.clone()), url);
        assert_eq!(
            (answer.is_ok(), proxy.seen().len() - before),
            (used, usize::from(used)),
            "{proxies:?} {url}: {answer:?}"
        );
        if used {
            assert!(proxy.seen().last().unwrap().target.starts_with(url));
        }
    }
}

#[test]
fn networks_are_reached_directly() {
    let proxy = Server::script(vec![json(200, "{}")]);
    let proxies =
        Proxies { http: Some(proxy.url.clone()), no_proxy: Some("192.0.2.0/24".to_owned()), ..Proxies::default() };
    let short = std::time::Duration::from_millis(50);
    let settings = HttpSettings { proxies, tries: 1, connect_timeout: short, ..HttpSettings::default() };
    ask(settings.clone(), "http://192.0.2.7:1").unwrap_err();
    assert_eq!(proxy.seen().len(), 0);
    ask(settings, "http://192.0.3.7:1").unwrap();
}

#[test]
fn the_password_of_a_proxy_is_used_and_never_shown() {
    let proxy = Server::script(vec![json(200, "{}")]);
    let address = proxy.url.replace("http://", "http://me:proxy%20pass@");
    let settings =
        HttpSettings { proxies: Proxies { http: Some(address), ..Proxies::default() }, ..HttpSettings::default() };
    ask(settings, "http://far.test").unwrap();
    let sent = proxy.seen()[0].header("proxy-authorization").unwrap().to_owned();
    assert_eq!(sent, "Basic bWU6cHJveHkgcGFzcw==");
    assert_eq!(redact::clean(&sent), "Basic ***");
    assert_eq!(redact::clean("proxy%20pass / proxy pass"), "*** / ***");
    for bad in ["socks5://me:proxy%20pass@h:1", "http://", "ftp://me:proxy%20pass@h", "http://me:proxy%20pass@:x"] {
        let proxies = Proxies { http: Some(bad.to_owned()), ..Proxies::default() };
        let error = ask(HttpSettings { proxies, ..HttpSettings::default() }, "http://far.test").unwrap_err();
        assert!(matches!(&error, Error::Setup(text) if !text.contains("pass@")), "{error:?}");
    }
}

#[test]
fn a_proxy_that_refuses_the_tunnel_sent_nothing_on() {
    let proxy = Server::script(vec![Reply::Raw(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n".to_vec())]);
    let proxies = Proxies { https: Some(proxy.url.clone()), ..Proxies::default() };
    let bench = bench(HttpSettings { proxies, tries: 1, ..HttpSettings::default() });
    let endpoint = Endpoint::parse("github", "https://far.test").unwrap();
    let error = run(bench.http.send(&endpoint, &get(), None)).unwrap_err();
    assert!(matches!(error, Error::NotSent { .. }), "{error:?}");
    assert_eq!(proxy.seen()[0].target, "far.test:443");
}

#[test]
fn plain_http_reads_no_roots() {
    let server = Server::script(vec![json(200, "{}")]);
    let bench = plain();
    run(bench.http.send(&keystone(&server.url), &get(), None)).unwrap();
    let clients = Clients::default();
    let url = Url::parse(&server.url).unwrap();
    clients.get(&url, &HttpSettings::default()).unwrap();
    assert!(clients.full.get().is_none() && !clients.is_untouched());
}
