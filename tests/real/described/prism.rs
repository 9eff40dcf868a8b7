//! Prism, a live server that is made of GitHub's description: it says what is wrong with a request, and answers with the
//! examples of the description otherwise.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::keystone::servers;
use crate::support::raw::{Answer, Connection};
use crate::support::server::Asked;
use crate::support::witness::Witness;

use super::{github, supposed};

/// A server of one's own; it stops when it is dropped.
struct Prism {
    process: Child,
    url: String,
}

impl Prism {
    fn start() -> Self {
        let prepared = servers().join("descriptions-1");
        let python = prepared.join("venv/bin/python");
        assert!(python.exists(), "no {}; run tests/servers/descriptions.sh, or tests/run", python.display());
        let mut process = Command::new(python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/prism_serve.py"))
            .arg("--prepared")
            .arg(&prepared)
            // It ends when this pipe closes, however the test ends.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("ready ").map(str::to_owned);
        let url = url.unwrap_or_else(|| panic!("Prism did not start ({:?}); see above", process.wait()));
        Self { process, url }
    }

    /// Sends a request as it was sent before.
    fn ask(&self, asked: &Asked) -> Answer {
        let mut text = format!("{} {} HTTP/1.1\r\n", asked.method, asked.path);
        for (name, value) in &asked.headers {
            text += &format!("{name}: {value}\r\n");
        }
        if !asked.body.is_empty() && !asked.headers.iter().any(|(name, _)| name == "content-length") {
            text += &format!("content-length: {}\r\n", asked.body.len());
        }
        let mut connection = Connection::open(&self.url).unwrap();
        connection.send_bytes(format!("{text}\r\n{}", asked.body).as_bytes()).unwrap();
        connection.answer(false).unwrap()
    }

    /// What it has against a request, if anything.
    fn objection(&self, asked: &Asked) -> Option<String> {
        let answer = self.ask(asked);
        // Its own answers can violate the description too: examples are old.
        let violations = answer.header("sl-violations").unwrap_or_default();
        let is_objection = answer.status >= 400 || violations.contains("[\"request\"");
        is_objection.then(|| format!("{} {violations} {}", answer.status, answer.text()))
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// The examples tell of `octocat`, an owner who is also whom the token belongs to, and of an invitation to `octocat@github.com`, whose
/// login is `monalisa`.
#[test]
fn a_server_made_of_the_description_takes_what_the_product_asks() {
    let prism = Prism::start();
    let witness = Witness::before(&prism.url);
    let room = github::room(witness.url(), "ghp_canary");
    let run = |line: &str| github::run(&room, line);
    run("members check octocat").success().prints("active");
    run("members check octocat@github.com").success().prints("pending");
    run("-c github check octocat").success().prints("True");
    run("members list").success().prints("octocat");
    run("members invitations").success().prints("monalisa");
    run("members add octocat").success().prints("already so");
    run("members add octocat --team crew").success();
    run("members add new@example.com --role admin --team crew").success().prints("invited");
    run("members add octocat@github.com --reinvite").success();
    run("members rm octocat@github.com --yes").success().prints("taken back");
    run("members rm octocat --yes").code(6).says("whom the token belongs to");
    let asked = witness.asked();
    let lines: BTreeSet<String> = asked.iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect();
    for line in [
        "POST /orgs/acme/invitations",
        // After it the examples tell of somebody who is in, so nobody is put in here; the emulated one is asked for that.
        "DELETE /orgs/acme/invitations/1",
        "DELETE /orgs/acme/memberships/monalisa",
        "GET /orgs/acme/memberships/octocat",
    ] {
        assert!(lines.contains(line), "{line} was not asked: {lines:#?}");
    }
    // And what was asked of the emulated one, where more comes up than the examples tell of.
    for asked in asked.iter().chain(&github::asked()) {
        let objection = prism.objection(asked);
        assert!(objection.is_none(), "{} {} {}: {objection:?}", asked.method, asked.path, asked.body);
    }
    for (method, path, body) in github::mistakes() {
        let mut asked = supposed(method, path, body.as_ref());
        asked.headers.push(("host".to_owned(), "localhost".to_owned()));
        let objection = prism.objection(&asked).unwrap_or_default();
        assert!(objection.contains("[\"request\""), "{asked:?}: {objection}");
    }
}
