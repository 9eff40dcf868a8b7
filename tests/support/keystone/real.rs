//! The real Keystone as a process, with a database that can be changed behind its back.

use std::io::Read as _;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use super::ADMIN_PASSWORD;
use crate::support::prepared::{Served, python, ready, servers};

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
    static ORIGINAL: OnceLock<(Served, String)> = OnceLock::new();
    let start = || {
        let mut command = python("keystone-30", "keystone.sh", "keystone_serve.py");
        command.arg("--prepared").arg(servers().join("keystone-30")).args(["--password", ADMIN_PASSWORD, "--many"]);
        let (served, [socket]) = Served::start(&mut command);
        (served, socket)
    };
    &ORIGINAL.get_or_init(start).1
}
