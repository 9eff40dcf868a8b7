//! The real issuer of tokens that tests/servers/issuer.sh prepares, and a browser without a screen to log in there.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::cli::Room;
use super::prepared::{Served, servers};
use super::raw::{Answer, Connection};

/// An issuer of its own, with nobody logged in.
#[derive(Debug)]
pub struct Issuer {
    _served: Served,
    url: String,
}

impl Issuer {
    /// Starts one; options are those of `issuer_serve.mjs`.
    pub fn start(options: &[&str]) -> Self {
        let prepared = servers().join("issuer-9");
        assert!(prepared.join("stamp").exists(), "no issuer in {}; run tests/servers/issuer.sh", prepared.display());
        #[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
        let node = std::env::var("NODE").unwrap_or_else(|_| "node".to_owned());
        let mut command = Command::new(node);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/issuer_serve.mjs"));
        let (served, [url]) = Served::start(command.arg(&prepared).args(options));
        Self { _served: served, url }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// A room in which this issuer is the one of the settings.
    pub fn room(&self, client: &str) -> Room {
        Room::new().env("ORCHEST_PAAS_ISSUER", &self.url).env("ORCHEST_PAAS_CLIENT_ID", client)
    }

    /// Whoever logs in next refuses.
    pub fn deny_next(&self) {
        let mut connection = Connection::open(&self.url).unwrap();
        assert_eq!(connection.send("POST", "/test/deny", &[("Content-Length", "0")], None).unwrap().status, 204);
    }

    /// Whether the issuer takes a refresh token of its client `orchest`. It may use it up.
    pub fn takes(&self, refresh_token: &str) -> bool {
        let form = [("grant_type", "refresh_token"), ("client_id", "orchest"), ("refresh_token", refresh_token)];
        let answer = Browser::new(self).post("/token", &form);
        assert!(answer.status == 200 || answer.text().contains("invalid_grant"), "{}", answer.text());
        answer.status == 200
    }
}

/// Follows redirects within the issuer, and keeps cookies.
#[derive(Debug)]
pub struct Browser {
    url: String,
    cookies: Vec<(String, String)>,
}

impl Browser {
    pub fn new(issuer: &Issuer) -> Self {
        Self { url: issuer.url.clone(), cookies: Vec::new() }
    }

    /// Opens an address of the issuer, logs in and agrees; gives the address that the browser is sent away to.
    #[track_caller]
    pub fn log_in(&mut self, address: &str) -> String {
        let (answer, away) = self.open(address);
        away.unwrap_or_else(|| panic!("{address} led nowhere but to {}: {}", answer.status, answer.text()))
    }

    /// Opens the address of a device, types its code and agrees, or whatever the issuer was told; gives the last page.
    #[track_caller]
    pub fn approve(&mut self, address: &str, code: &str) -> String {
        let page = self.open(address).0.text();
        let xsrf = field(&page, "xsrf");
        let typed = self.post("/device", &[("xsrf", &xsrf), ("user_code", code)]);
        let xsrf = field(&typed.text(), "xsrf");
        let answer = self.post("/device", &[("xsrf", &xsrf), ("user_code", code), ("confirm", "yes")]);
        match answer.header("location") {
            Some(location) => self.open(location).0.text(),
            None => answer.text(),
        }
    }

    fn open(&mut self, address: &str) -> (Answer, Option<String>) {
        let mut address = address.to_owned();
        for _ in 0..20 {
            let full = if address.starts_with('/') { format!("{}{address}", self.url) } else { address.clone() };
            let Some(path) = full.strip_prefix(&self.url) else {
                return (Answer { status: 0, headers: Vec::new(), body: Vec::new() }, Some(full));
            };
            let path = if path.is_empty() { "/" } else { path };
            let answer = self.send("GET", path, "");
            match answer.header("location") {
                Some(location) => address = location.to_owned(),
                None => return (answer, None),
            }
        }
        panic!("the issuer redirects in circles");
    }

    pub fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let encode =
            |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let pairs: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        self.send("POST", path, &pairs.join("&"))
    }

    fn send(&mut self, method: &str, path: &str, form: &str) -> Answer {
        let host = self.url.trim_start_matches("http://");
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        head += &format!("Cookie: {}\r\nAccept: text/html\r\n", cookies.join("; "));
        head += &format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n", form.len());
        let mut connection = Connection::open(&self.url).unwrap();
        connection.send_bytes((head + form).as_bytes()).unwrap();
        let answer = connection.answer(false).unwrap();
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }
}

/// The value of a field of a form.
#[track_caller]
fn field(page: &str, name: &str) -> String {
    let at = page.find(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no field {name} in {page}"));
    page[at..].split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// The claims of a JWT.
pub fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let part = token.split('.').nth(1).unwrap_or_else(|| panic!("no JWT: {token}"));
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}
