//! The real Keystone as a process, with a database that can be changed behind its back.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::ADMIN_PASSWORD;

#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts one; gives its address too.
    pub fn start() -> (Self, String) {
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
        (Self(process), url)
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
        // Served from a folder that carries the number of the serving process; keystone_serve.py says where.
        let prefix = format!("orchest-keystone-{}-", self.0.id());
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
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // It stops the workers and removes its data before it ends.
        let _ = self.0.wait();
    }
}

/// Where tests/servers/*.sh put what they prepare.
pub fn servers() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
    let elsewhere = std::env::var_os("ORCHEST_TEST_SERVERS");
    elsewhere.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers"), PathBuf::from)
}
