//! Policies: what is written holds nobody's markup, what is read is believed no further than it can be checked, and what is
//! deleted is one policy of one tenant.

use orchester::sandbox::Request;
use serde_json::json;

use crate::support::cli::{Output, Room};
use crate::support::server::{Reply, Server};
use crate::support::sources::of_product;
use crate::support::whole::Whole;

const XACML: &str = "urn:oasis:names:tc:xacml:3.0:core:schema:wd-17";
const MARKUP: &str = "x\"/><Rule Effect=\"Permit\"/><!--&]]>";

fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

/// A Keystone with the role `Watch` in the service `smart`.
fn keystone() -> Server {
    let server = Server::keystone();
    server.on("GET /v3/domains?name=smart", Reply::json(200, &json!({"domains": [{"id": "d1", "name": "smart"}]})));
    let role = json!({"roles": [{"id": "r1", "name": "d1#Watch"}]});
    server.on("GET /v3/roles?name=d1%23Watch", Reply::json(200, &role));
    server
}

fn room(keystone: &Server, keypass: &str) -> Room {
    Room::admin(keystone.url()).env("ORCHEST_KEYPASS", keypass).env("ORCHEST_RETRIES", "1")
}

fn xml(text: &str) -> Reply {
    Reply::text(200, "application/xml", text)
}

fn policy(id: &str, inside: &str) -> String {
    format!(
        "<Policy xmlns=\"{XACML}\" PolicyId=\"{id}\" RuleCombiningAlgId=\"urn:x:deny-unless-permit\" Version=\"1.0\"><Target/>{inside}</Policy>"
    )
}

fn listing(policies: &str) -> String {
    format!("<PolicySet xmlns=\"{XACML}\" PolicySetId=\"r1\">{policies}</PolicySet>")
}

/// Texts that are no policy to believe, each with a word of what is said.
fn hostile() -> Vec<(&'static str, String, &'static str)> {
    let entity = |entity: &str, inside: &str| format!("<!DOCTYPE Policy [{entity}]>{}", policy("P", inside));
    let lol: String = (1..12).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    let nested = format!("{}{}", "<Description>".repeat(65), "</Description>".repeat(65));
    vec![
        (
            "a file by an entity",
            entity("<!ENTITY x SYSTEM \"file:///etc/hostname\">", "<Description>&x;</Description>"),
            "document type",
        ),
        (
            "an address by an entity",
            entity("<!ENTITY x SYSTEM \"http://127.0.0.1:9/x\">", "<Description>&x;</Description>"),
            "document type",
        ),
        ("a parameter entity", entity("<!ENTITY % x SYSTEM \"http://127.0.0.1:9/x\"> %x;", ""), "document type"),
        (
            "a thousand million",
            entity(&format!("<!ENTITY l0 \"lol\">{lol}"), "<Description>&l11;</Description>"),
            "document type",
        ),
        ("an entity of nobody", policy("P", "<Description>&x;</Description>"), "&x;"),
        ("a second root", format!("{}{}", policy("P", ""), policy("Q", "")), "second root"),
        ("too deep", policy("P", &nested), "deeper than 64"),
        ("too long", policy("P", &format!("<Description>{}</Description>", "x".repeat(1 << 20))), "1"),
        ("half of one", policy("P", "").replace("</Policy>", ""), "not closed"),
        ("no XML", "{\"PolicyId\": \"P\"}".to_owned(), "not XML"),
    ]
}

/// Nothing of it is shown but why it is refused.
#[track_caller]
fn refused(output: &Output, what: &str, word: &str, code: i32) {
    assert_eq!(output.code, Some(code), "{what}\n{output}");
    assert!(output.stdout.is_empty() && output.stderr.contains(word), "{what}: no word of {word:?}\n{output}");
    assert!(output.stderr.len() < 2000 && !output.stderr.contains("lollol"), "{what}\n{output}");
}

#[track_caller]
fn what_servers_send_is_checked() {
    const SHOW: &str = "policy show Watch P -s smart";
    let show = |list: &str, one: &str| {
        let (keystone, keypass) = (keystone(), Server::start());
        keypass.on("GET /pap/v1/subject/r1", xml(list));
        keypass.on("GET /pap/v1/subject/r1/policy/P", xml(one));
        let output = room(&keystone, keypass.url()).run(&words(SHOW));
        keypass.verify();
        output
    };
    let good = policy("P", "");
    show(&listing(&good), &good).success().prints("PolicyId=\"P\"");
    let others = [
        ("the policy of another id", policy("Q", ""), "Q"),
        ("a page", "<html><body>P</body></html>".to_owned(), "HTML"),
        ("a rule alone", format!("<Rule xmlns=\"{XACML}\" PolicyId=\"P\"/>"), "no policy"),
        ("a policy of another language", good.replace(XACML, "urn:other"), "no policy"),
    ];
    for (what, text, word) in hostile().into_iter().chain(others) {
        refused(&show(&listing(&good), &text), what, word, 1);
    }
    for (what, text, word) in hostile() {
        let inside = match what {
            "a second root" => continue,
            "no XML" | "half of one" => text.clone(),
            // A document type may only stand before the root.
            _ if text.starts_with("<!DOCTYPE") => {
                format!("{}{}", text.split("]>").next().unwrap(), "]>") + &listing(&good)
            }
            _ => listing(&text),
        };
        refused(&show(&inside, &good), what, word, 1);
    }
    refused(&show(&good, &good), "a policy in place of a list", "PolicySet", 1);
    refused(&show(&format!("{}{}", listing(&good), listing("")), &good), "two lists", "second root", 1);
}

#[track_caller]
fn what_files_hold_is_checked() {
    let (keystone, keypass) = (keystone(), Server::start());
    let room = room(&keystone, keypass.url());
    for (what, text, word) in hostile() {
        room.file("given.xml", &text);
        for line in ["policy update Watch given.xml -s smart", "policy lint given.xml"] {
            let output = room.run(&words(line));
            assert!(matches!(output.code, Some(1 | 2)), "{what}\n{output}");
            let said = format!("{}{}", output.stdout, output.stderr);
            assert!(said.contains(word) && said.len() < 4000, "{what}: no word of {word:?}\n{output}");
        }
    }
    assert!(keypass.lines().is_empty() && keystone.lines().is_empty(), "{:?} {:?}", keypass.lines(), keystone.lines());
}

/// What is typed, and what a server calls a role by, ends up in a document; there it is text.
#[track_caller]
fn what_is_typed_becomes_no_markup() {
    let keystone = Server::keystone();
    keystone.on("GET /v3/domains?name=smart", Reply::json(200, &json!({"domains": [{"id": "d1", "name": "smart"}]})));
    keystone
        .on("GET /v3/roles?name=d1%23Watch", Reply::json(200, &json!({"roles": [{"id": MARKUP, "name": "d1#Watch"}]})));
    let answer = format!("<Response xmlns=\"{XACML}\"><Result><Decision>Deny</Decision></Result></Response>");
    let keypass = Server::start();
    keypass.on("POST /pdp/v3", xml(&answer));
    let line = ["policy", "test", "Watch", MARKUP, "orion", "-s", "smart", "-S", MARKUP];
    room(&keystone, keypass.url()).run(&line).success().prints("Deny");
    let [asked] = keypass.asked().try_into().unwrap();
    // The role, the resource and the action.
    assert_eq!(
        asked.body.matches("&lt;Rule Effect=&quot;Permit&quot;/&gt;&lt;!--&amp;]]&gt;").count(),
        3,
        "{}",
        asked.body
    );
    for word in ["<Rule", "<!--", "\"/><"] {
        assert!(!asked.body.contains(word), "{}", asked.body);
    }
}

/// Fails with `src/api/keypass/xml/parser.rs`: the arm `Ok(Event::DocType(_)) => {…}` → `Ok(Event::DocType(_)) => {}`.
/// Fails with `src/cli/policy/show.rs`: `if let Err(why) = is_asked(&text, id)` → `if let Some(why) = None::<String>`.
#[test]
fn s25_policies_are_written_by_a_writer_and_read_with_suspicion() {
    what_servers_send_is_checked();
    what_files_hold_is_checked();
    what_is_typed_becomes_no_markup();
}

/// The requests to Keypass that delete, as they were recorded.
fn deletions(requests: &[Request]) -> Vec<String> {
    let of_keypass = |request: &&Request| request.server == "keypass" && request.method == "DELETE";
    requests.iter().filter(of_keypass).map(|request| request.path.clone()).collect()
}

/// One policy of a role, or a tenant: never `/pap/v1/subject/ROLE`, which reaches into every tenant.
fn reaches_into_one_tenant(path: &str) -> bool {
    let path = path.split('?').next().unwrap();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        ["pap", "v1"] => true,
        ["pap", "v1", "subject", role, "policy", policy] => !role.is_empty() && !policy.is_empty(),
        _ => false,
    }
}

/// Fails with `src/api/keypass/client.rs`: in `delete`, `&self.policy(Method::Delete, subject, id)` →
/// `&self.subject(Method::Delete, subject)`.
#[test]
fn s26_policies_are_deleted_one_by_one_and_in_one_tenant() {
    // In the code: the address of a subject is made in one place, and whoever deletes there names a policy.
    let mut makers = Vec::new();
    for (name, number, line) in of_product() {
        if name.starts_with("src/sandbox/") {
            continue;
        }
        // Whether the server is well is asked by looking at a subject of nobody.
        let looks = line.contains("Self::get(\"pap/v1/subject\", recognise)");
        if line.contains("pap/v1/subject") && !looks {
            makers.push(name.clone());
        }
        let is_of_keypass = name.starts_with("src/api/keypass/");
        let deletes = is_of_keypass && line.contains("Method::Delete");
        let one = line.contains("self.policy(Method::Delete, subject, id)");
        let tenant = line.contains("self.request(Method::Delete).path(\"pap/v1\")");
        assert!(!deletes || one || tenant, "{name}:{number} deletes more than a policy or its tenant: {line}");
    }
    assert_eq!(makers, ["src/api/keypass/client.rs"]);

    // On the wire: a second service holds the same policies of the same role, and keeps them whatever is deleted in the first.
    let whole = Whole::empty(false);
    let create =
        |name: &str| format!("service create {name} --admin-user boss --new-password-file new.pw --generic-roles");
    for service in ["city", "decoy"] {
        whole.room.run(&words(&create(service))).success();
        whole.room.run(&words(&format!("policy update admin --template orion-admin2 -s {service}"))).success();
    }
    let of_decoy = || -> Vec<String> {
        let keypass = whole.sandbox.state()["keypass"].clone();
        let mut lines: Vec<String> = Vec::new();
        flatten("", &keypass, &mut lines);
        lines.into_iter().filter(|line| line.contains("decoy")).collect()
    };
    let before = of_decoy();
    assert!(before.len() > 5, "{before:?}");
    let mut deleted = Vec::new();
    for line in [
        "policy delete admin OrionAdmin -s city --yes",
        "policy delete ServiceCustomer STHServiceCustomer -s city --yes",
        "role delete ServiceCustomer -s city --yes",
        "subservice create energy -s city",
        "subservice delete energy -s city --yes",
        "service delete city --yes",
        // A service that lacks its policies: what is left of an earlier one is cleared first.
        "service create city --admin-user boss --new-password-file new.pw --generic-roles",
        "service create city --admin-user boss --new-password-file new.pw --generic-roles --rollback --yes",
        "service delete city --yes",
    ] {
        let (output, requests) = whole.watched(&words(line));
        assert!(matches!(output.code, Some(0 | 1 | 2 | 6)), "{output}");
        let paths = deletions(&requests);
        let wide: Vec<&String> = paths.iter().filter(|path| !reaches_into_one_tenant(path)).collect();
        assert!(wide.is_empty(), "{wide:?}\n{output}");
        deleted.extend(paths);
        assert_eq!(of_decoy(), before, "{output}");
    }
    assert!(deleted.iter().any(|path| path.contains("/policy/")), "{deleted:?}");
}

/// Every leaf with its path.
fn flatten(path: &str, value: &serde_json::Value, lines: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            members.iter().for_each(|(key, member)| flatten(&format!("{path}.{key}"), member, lines));
        }
        serde_json::Value::Array(rows) => {
            rows.iter().enumerate().for_each(|(index, row)| flatten(&format!("{path}.{index}"), row, lines));
        }
        other => lines.push(format!("{path} {other}")),
    }
}
