use std::fmt::Write as _;
use std::path::Path;

use super::*;

const HEAD: &str = "\
# Orchestrators of deployments

Made of the tables in `src/cli/paas/features.rs` and `src/cli/legacy/clients.rs` (a test compares; `UPDATE=1 cargo test --lib paas`
writes it anew). In a terminal: `orchest help paas`; the last with its flags: `orchest legacy orchent`,
`orchest legacy orpy`. What each line asks for and is answered: [paas-requests.md](paas-requests.md).

Two families of servers are spoken to. **v1** is `infn-datacloud/orchestrator-python`, **indigo** is `indigo-dc/orchestrator` 2.x and
`infn-datacloud/orchestrator` 3.x and 4.x. `orchest paas info` finds out which one answers. What a server lacks is refused before
anything is sent, with exit code 1 and, with `-o json`, `\"kind\": \"unsupported\"`.

- An orchestrator that says it has deleted a template or a user may not have: both are looked for afterwards (exit 6 if still there).
- v1 has no owners in its code: whoever its policies let in can change everything. What belongs to somebody else (deployments, their
  machines, SSH keys) is touched where the owner is named, typed or by `--owned-by WHO`; `--yes` alone is refused with 6. Who made a
  template no server tells.
- v1 makes deployments in the name of a group only, keeps any text as a template, and fails over some: `orchest deployment create` and
  `orchest template add` refuse what would not do (exit 2) before anything is written.
- v1 may tell no outputs of a deployment: `orchest deployment outputs` then asks the Infrastructure Manager, where `im.url` names it.
- SSH keys are made on this machine; the orchestrator's own way to make them throws the private half away.
- `orchest paas test` warns where an orchestrator lets in whoever brings any token.
";

const OLD: &str = "
## From orchent 1.3.2 and orpy 1.0.4

`orchest legacy orchent …` and `orchest legacy orpy …` take the old words, show the words of today on standard error and run them.
Variables and the settings of both are understood as they are: `ORCHENT_URL`, `ORCHENT_TOKEN`, `ORCHENT_AGENT_ACCOUNT`,
`ORCHENT_CAFILE`, `ORCHESTRATOR_URL`, `ORCHESTRATOR_TOKEN`, `OIDC_ACCOUNT`, `OIDC_SOCK`; `orchest config import
~/.config/orchent/orchent.conf` takes the aliases over.

- Errors are on standard error and in the exit code, never 0 with a message.
- What orchent left to itself is sent: `--keepLastAttempt` is true unless the line says otherwise. `--keep-last-attempt False` of orpy
  is false.
- What deletes asks first, or wants `--yes`.
- Inputs are typed by the template where it declares them.

| old | today |
|---|---|
";

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn document() -> String {
    let mut text = HEAD.to_owned();
    for (prefix, title) in [("U", "What users want"), ("A", "What administrators want")] {
        write!(text, "\n## {title}\n\n| | wish | today | v1 | indigo |\n|---|---|---|---|---|\n").unwrap();
        for wish in WISHES.iter().filter(|wish| wish.number.starts_with(prefix)) {
            let commands: Vec<String> = wish.commands.iter().map(|command| format!("`orchest {command}`")).collect();
            let (v1, indigo) = (wish.v1.shown(Dialect::V1), wish.indigo.shown(Dialect::Indigo));
            writeln!(
                text,
                "| {} | {} | {} | {} | {} |",
                wish.number,
                wish.what,
                cell(&commands.join("; ")),
                cell(&v1),
                cell(&indigo)
            )
            .unwrap();
        }
    }
    text.push_str(OLD);
    for verb in CLIENTS {
        let (old, today) = (cell(&verb.usage()), cell(verb.today));
        writeln!(text, "| `{old}` | `orchest {today}` |").unwrap();
    }
    text
}

#[test]
fn the_document_says_what_the_tables_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/paas.md");
    #[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
    let update = std::env::var_os("UPDATE").is_some_and(|value| value == "1");
    if update {
        std::fs::write(&path, document()).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == document(), "docs/paas.md differs from the tables; UPDATE=1 cargo test --lib paas writes it anew");
}

#[test]
fn the_topic_has_every_wish_and_fits_a_terminal() {
    let text = help();
    for wish in &WISHES {
        assert!(text.contains(&format!("\n  {:<4}{}\n", wish.number, wish.what)), "{}", wish.number);
    }
    assert!(text.contains("\n  orchent depls               orchest deployment list\n"), "{text}");
    assert_eq!(text.matches("\n  orchent ").count() + text.matches("\n  orpy ").count(), CLIENTS.len());
    let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > WIDTH).collect();
    assert_eq!(wide, Vec::<&str>::new());
    let numbers: Vec<&str> = WISHES.iter().map(|wish| wish.number).collect();
    let all: Vec<String> = (1..=14).map(|n| format!("U{n}")).chain((1..=13).map(|n| format!("A{n}"))).collect();
    assert_eq!(numbers, all);
}

#[test]
fn every_command_is_one_and_every_no_has_a_way_out() {
    let mut wrong = Vec::new();
    for wish in &WISHES {
        for command in wish.commands {
            let words = std::iter::once("orchest").chain(command.split(' '));
            if <crate::cli::Cli as clap::Parser>::try_parse_from(words).is_err() {
                wrong.push(*command);
            }
        }
        for (standing, dialect) in [(wish.v1, Dialect::V1), (wish.indigo, Dialect::Indigo)] {
            assert!(!standing.shown(dialect).contains("no other way"), "{} {dialect:?}", wish.number);
        }
    }
    assert_eq!(wrong, Vec::<&str>::new());
}
