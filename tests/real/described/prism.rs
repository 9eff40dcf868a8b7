//! Prism, a live server that is made of GitHub's description: it says what is wrong with a request, and answers with the
//! examples of the description otherwise.

use std::collections::BTreeSet;

use crate::support::prepared::{Served, python, servers};
use crate::support::raw::{Answer, Connection};
use crate::support::server::Asked;
use crate::support::witness::Witness;

use super::{github, supposed};

/// A server of one's own; it stops when it is dropped.
struct Prism {
    _served: Served,
    url: String,
}

impl Prism {
    fn start() -> Self {
        let mut command = python("descriptions-1", "descriptions.sh", "prism_serve.py");
        let (served, [url]) = Served::start(command.arg("--prepared").arg(servers().join("descriptions-1")));
        Self { _served: served, url }
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
