//! A real Keystone of one's own, and an administrator's view of it that owes nothing to the product.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::{Value, json};

use super::raw::{Answer, Connection};

/// The administrator: `admin` in the domain Default, with the role `admin` on the project `admin` and on the system.
pub const ADMIN: &str = "admin";
/// Throw-away, as in tests/servers/keystone.sh.
pub const ADMIN_PASSWORD: &str = "orchest-test-admin";

/// A running server with a pristine database; it stops when it is dropped.
#[derive(Debug)]
pub struct Keystone {
    process: Child,
    url: String,
    token: Mutex<Option<String>>,
}

impl Keystone {
    /// Starts one. The data is of this server alone.
    pub fn start() -> Self {
        let prepared = servers().join("keystone-30");
        let python = prepared.join("venv/bin/python");
        assert!(python.exists(), "no Keystone in {}; run tests/servers/keystone.sh, or tests/run", prepared.display());
        let mut process = Command::new(python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/keystone_serve.py"))
            .arg("--prepared")
            .arg(&prepared)
            .args(["--password", ADMIN_PASSWORD])
            // It ends when this pipe closes, however the test ends.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("ready ").map(str::to_owned);
        let url = url.unwrap_or_else(|| panic!("Keystone did not start ({:?}); see above", process.wait()));
        Self { process, url, token: Mutex::default() }
    }

    /// One for all tests of this binary that do not mind each other's objects. It ends with the process.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Keystone> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// `http://127.0.0.1:PORT`, without `/v3`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// One request as the cloud's administrator, with a system-scoped token: status and body.
    pub fn api(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let token = token.get_or_insert_with(|| {
            let answer = login(&self.url, &json!({"system": {"all": true}}));
            answer.header("x-subject-token").unwrap_or_else(|| panic!("{}", answer.text())).to_owned()
        });
        let headers = [("X-Auth-Token", token.as_str()), ("Connection", "close")];
        let answer = Connection::open(&self.url).and_then(|mut server| server.send(method, path, &headers, body));
        let answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        (answer.status, answer.json())
    }

    /// Changes the server's database behind its back, for what no request can bring about: time gone by, or much at once.
    pub fn sql(&self, statement: &str, values: &[&str]) {
        // Served from a folder that carries the number of the serving process; keystone_serve.py says where.
        let prefix = format!("orchest-keystone-{}-", self.process.id());
        let folders = [PathBuf::from("/dev/shm"), std::env::temp_dir()];
        let entries = folders.iter().flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten());
        let named = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix));
        let data = entries.map(|entry| entry.path()).find(named).unwrap_or_else(|| panic!("no folder {prefix}*"));
        let script = "import sqlite3, sys\n\
            with sqlite3.connect(sys.argv[1], timeout=60) as database: database.execute(sys.argv[2], sys.argv[3:])";
        let python = servers().join("keystone-30/venv/bin/python");
        let status = Command::new(python)
            .args(["-c", script])
            .arg(data.join("keystone.db"))
            .arg(statement)
            .args(values)
            .status()
            .unwrap();
        assert!(status.success(), "{statement}");
    }

    /// All of a collection: `list("users")` gives what `/v3/users` holds, over all its pages.
    pub fn list(&self, collection: &str) -> Vec<Value> {
        let mut path = format!("/v3/{collection}");
        let mut all = Vec::new();
        loop {
            let (status, body) = self.api("GET", &path, None);
            assert_eq!(status, 200, "GET {path}: {body}");
            // The key is the last word of the path: `/v3/groups/ID/users` answers with `users`.
            let key = collection.split('?').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
            all.extend(body[key].as_array().unwrap_or_else(|| panic!("{path}: {body}")).iter().cloned());
            match body["links"]["next"].as_str() {
                Some(next) => next.trim_start_matches(&self.url).clone_into(&mut path),
                None => return all,
            }
        }
    }
}

impl Drop for Keystone {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // It stops the workers and removes its data before it ends.
        let _ = self.process.wait();
    }
}

/// Logs the administrator in at this address, with this scope.
pub fn login(url: &str, scope: &Value) -> Answer {
    let user = json!({"name": ADMIN, "domain": {"id": "default"}, "password": ADMIN_PASSWORD});
    let identity = json!({"methods": ["password"], "password": {"user": user}});
    let body = json!({"auth": {"identity": identity, "scope": scope}});
    let answer = Connection::open(url).and_then(|mut server| server.send("POST", "/v3/auth/tokens", &[], Some(&body)));
    answer.unwrap_or_else(|error| panic!("login at {url}: {error}"))
}

/// Where tests/servers/*.sh put what they prepare.
fn servers() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
    let elsewhere = std::env::var_os("ORCHEST_TEST_SERVERS");
    elsewhere.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers"), PathBuf::from)
}
