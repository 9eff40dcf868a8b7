//! Inputs that nobody has given, asked for on a terminal.

use orchester::sandbox::Backend;
use serde_json::Value;

use crate::deployment::Desk;
use crate::support::cli::Room;
use crate::support::terminal::Terminal;
use crate::support::witness::Witness;

/// Two inputs are missing without a word on the command line, and one of them is a secret.
const TEMPLATE: &str = "tosca_definitions_version: tosca_simple_yaml_1_0
topology_template:
  inputs:
    nodes: { type: integer, description: How many nodes }
    admin_password: { type: string, description: Of the first user }
    flavour: { type: string, default: small }
  node_templates:
    server:
      type: tosca.nodes.indigo.Compute
      properties:
        flavour: { get_input: flavour }
        nodes: { get_input: nodes }
        password: { get_input: admin_password }
";

const CREATE: &str = "deployment create asked.yaml --group physics";
const NODES: &str = "nodes (How many nodes): ";
const PASSWORD: &str = "admin_password (Of the first user): ";

/// Somebody with that template, and who sees every request.
fn desk() -> (Desk, Witness, Room) {
    let desk = Desk::new(Backend::PaasIndigo, false);
    let witness = Witness::before(&desk.url());
    let token = desk.sandbox.paas_token(
        "alice",
        &["physics"],
        &["openid", "profile", "email", "offline_access"],
        std::time::Duration::from_secs(3600),
        false,
    );
    let room = Room::new().env("ORCHEST_PAAS", witness.url()).env("ORCHEST_PAAS_TOKEN", &token);
    room.file("asked.yaml", TEMPLATE);
    (desk, witness, room)
}

#[test]
fn what_is_missing_is_asked_for_and_a_secret_is_not_shown() {
    let (_desk, witness, room) = desk();
    let mut terminal = Terminal::start(&room, CREATE);
    terminal.shows(NODES);
    terminal.types("3\r");
    terminal.shows(PASSWORD);
    terminal.types("canary-typed\r");
    let (code, seen) = terminal.ended();
    assert_eq!(code, 0, "{seen}");
    assert!(seen.contains(&format!("{NODES}3")) && !seen.contains("canary"), "{seen}");
    assert!(!seen.contains("flavour"), "what has a default is not asked for: {seen}");
    let made = witness.asked().into_iter().find(|asked| asked.method == "POST").expect("nothing was deployed");
    let body: Value = serde_json::from_str(&made.body).unwrap();
    assert_eq!(
        (&body["parameters"]["nodes"], &body["parameters"]["admin_password"]),
        (&3.into(), &"canary-typed".into())
    );
    for file in room.files() {
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        assert!(!text.contains("canary"), "{} holds the password", file.display());
    }
}

#[test]
fn whoever_gives_up_at_a_question_has_sent_nothing() {
    let (_desk, witness, room) = desk();
    for question in [NODES, PASSWORD] {
        let mut terminal = Terminal::start(&room, CREATE);
        terminal.shows(NODES);
        if question == PASSWORD {
            terminal.types("3\r");
            terminal.shows(PASSWORD);
            terminal.types("canary-half");
        }
        terminal.interrupts();
        let (code, seen) = terminal.ended();
        assert_eq!(code, 130, "{question}\n{seen}");
        assert!(!seen.contains("canary"), "{seen}");
    }
    assert!(witness.asked().is_empty(), "{:?}", witness.asked());
}

#[test]
fn an_answer_of_the_wrong_type_is_refused_like_one_on_the_command_line() {
    let (_desk, witness, room) = desk();
    let mut terminal = Terminal::start(&room, &format!("{CREATE} -p admin_password=x"));
    terminal.shows(NODES);
    terminal.types("many\r");
    let (code, seen) = terminal.ended();
    assert_eq!(code, 2, "{seen}");
    assert!(seen.contains("nodes") && !seen.contains(PASSWORD) && witness.asked().is_empty(), "{seen}");
    // With nobody to ask, all that is missing is named.
    room.run(&CREATE.split(' ').collect::<Vec<_>>()).code(2).says("-p nodes=VALUE -p admin_password=VALUE");
}

#[test]
fn where_a_screen_is_read_aloud_nothing_is_drawn_over_again() {
    let (_desk, witness, room) = desk();
    let room = room.env("ORCHEST_ACCESSIBLE", "1").env("NO_COLOR", "1");
    let mut terminal = Terminal::start(&room, CREATE);
    terminal.shows(NODES);
    terminal.types("3\r");
    terminal.shows(PASSWORD);
    terminal.types("canary-typed\r");
    let (code, seen) = terminal.ended();
    assert_eq!(code, 0, "{seen}");
    assert_eq!(seen.matches(NODES).count(), 1, "{seen}");
    let ours = seen.split("<ended with").next().unwrap();
    assert!(!ours.contains('\u{1b}') && !ours.replace("\r\n", "\n").contains('\r'), "{ours:?}");
    assert!(!seen.contains("canary"), "{seen}");
    let made = witness.asked().into_iter().find(|asked| asked.method == "POST").expect("nothing was deployed");
    let body: Value = serde_json::from_str(&made.body).unwrap();
    assert_eq!(body["parameters"]["nodes"], 3);
    // Without it, the same dialogue is drawn over.
    let plain = room.env("ORCHEST_ACCESSIBLE", "0");
    let mut terminal = Terminal::start(&plain, &format!("{CREATE} --name other"));
    terminal.shows(NODES);
    terminal.types("3\r");
    terminal.shows(PASSWORD);
    terminal.types("canary-typed\r");
    assert!(terminal.ended().1.contains('\u{1b}'));
}
