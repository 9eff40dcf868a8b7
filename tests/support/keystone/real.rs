//! The real Keystone as a process, with a database that can be changed behind its back.

use std::io::{BufRead, BufReader, Read as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use super::ADMIN_PASSWORD;

/// A copy of one that was started for all tests of this binary.
#[derive(Debug)]
pub struct Process {
    /// It ends when this does, however the test ends.
    line: UnixStream,
    data: PathBuf,
}

impl Process {
    /// Starts one; gives its address too.
    pub fn start() -> (Self, String) {
        let line = UnixStream::connect(original()).unwrap();
        let [url, data] = ready(&line);
        (Self { line, data: data.into() }, url)
    }

    pub fn expire_password(&self, user_id: &str) {
        // A day of the year 2020, in both forms in which the server keeps it.
        self.sql(
            "UPDATE password SET expires_at = '2020-01-01 00:00:00', expires_at_int = 1577836800000000 \
             WHERE local_user_id IN (SELECT id FROM local_user WHERE user_id = ?)",
            &[user_id],
        );
    }

    pub fn many_users(&self, domain_id: &str, prefix: &str, count: usize) {
        let count = count.to_string();
        self.sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST(?2 AS INTEGER)) \
             INSERT INTO user (id, enabled, extra, domain_id) SELECT printf('%032x', i), 1, '{}', ?1 FROM n",
            &[domain_id, &count],
        );
        self.sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST(?2 AS INTEGER)) \
             INSERT INTO local_user (user_id, domain_id, name) SELECT printf('%032x', i), ?1, ?3 || i FROM n",
            &[domain_id, &count, prefix],
        );
    }

    pub fn sql(&self, statement: &str, values: &[&str]) {
        let script = "import sqlite3, sys\n\
            with sqlite3.connect(sys.argv[1], timeout=60) as database: database.execute(sys.argv[2], sys.argv[3:])";
        let python = servers().join("keystone-30/venv/bin/python");
        let status = Command::new(python)
            .args(["-c", script])
            .arg(self.data.join("keystone.db"))
            .arg(statement)
            .args(values)
            .status()
            .unwrap();
        assert!(status.success(), "{statement}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.line.shutdown(Shutdown::Write);
        // It stops the workers and removes its data before it ends.
        let _ = self.line.read_to_end(&mut Vec::new());
    }
}

/// Where copies are to be had.
fn original() -> &'static str {
    static ORIGINAL: OnceLock<(Child, String)> = OnceLock::new();
    let start = || {
        let prepared = servers().join("keystone-30");
        let python = prepared.join("venv/bin/python");
        assert!(python.exists(), "no Keystone in {}; run tests/servers/keystone.sh, or tests/run", prepared.display());
        let mut process = Command::new(python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/keystone_serve.py"))
            .arg("--prepared")
            .arg(&prepared)
            .args(["--password", ADMIN_PASSWORD, "--many"])
            // It ends when this pipe closes, however the tests end.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let [socket] = ready(process.stdout.take().unwrap());
        (process, socket)
    };
    &ORIGINAL.get_or_init(start).1
}

/// What one says when it is ready.
fn ready<const WORDS: usize>(from: impl std::io::Read) -> [String; WORDS] {
    let mut line = String::new();
    BufReader::new(from).read_line(&mut line).unwrap();
    let words: Option<Vec<String>> =
        line.strip_prefix("ready ").map(|words| words.split_whitespace().map(str::to_owned).collect());
    let words = words.and_then(|words| words.try_into().ok());
    words.unwrap_or_else(|| panic!("Keystone did not start ({line:?}); see above"))
}

/// Where tests/servers/*.sh put what they prepare.
pub fn servers() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
    let elsewhere = std::env::var_os("ORCHEST_TEST_SERVERS");
    elsewhere.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers"), PathBuf::from)
}
