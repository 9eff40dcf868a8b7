//! The arrows between the rooms of `src/`, and the crates that belong to one room: the law of `ARCHITECTURE.md`.
//!
//! Reads the sources as text. A path that starts with `crate::ROOM`, or a module at the top that is reached by `super::`,
//! is an arrow. Tests beside the code count too; comments do not.

use std::collections::BTreeSet;
use std::fmt;

use crate::support::sources::{root, sources};

/// Room, and the rooms it may use. `base` may be used by every room but `sandbox`.
const ARROWS: [(&str, &[&str]); 11] = [
    ("base", &[]),
    ("http", &["base"]),
    ("oauth", &["base", "http"]),
    ("api", &["base", "http", "oauth"]),
    ("connectors", &["base", "http", "oauth"]),
    ("flows", &["base", "api", "connectors"]),
    ("config", &["base"]),
    ("secrets", &["base"]),
    ("state", &["base"]),
    ("output", &["base"]),
    ("sandbox", &[]),
];

/// May use every room: it is where they are put together.
const TOP: &str = "cli";

/// Crates that few rooms may name, or one folder of a room.
const OWNED: [(&str, &[&str]); 17] = [
    ("reqwest", &["http"]),
    ("oauth2", &["oauth"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("keyring", &["secrets"]),
    ("axum", &["sandbox"]),
    // Policies are written and read on both sides of the wire, by code that shares nothing.
    ("quick_xml", &["api", "sandbox"]),
    ("regex_lite", &["api", "sandbox"]),
    // One place decides what a plain word in YAML means.
    ("saphyr_parser", &["base", "sandbox"]),
    ("ldap3", &["api/ldap"]),
    ("comfy_table", &["output"]),
    ("indicatif", &["output"]),
    ("dialoguer", &["output"]),
    ("jaq_core", &["output"]),
    ("jaq_json", &["output"]),
    ("jaq_std", &["output"]),
];

/// One breach of the law.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Breach {
    file: String,
    line: usize,
    what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

fn is_room(name: &str) -> bool {
    name == TOP || ARROWS.iter().any(|(room, _)| *room == name)
}

fn may_use(from: &str, to: &str) -> bool {
    // At the root of `src/` stand `lib.rs` and `main.rs`, which only name the rooms, and what fuzzers call.
    from == to
        || from == TOP
        || from.is_empty()
        || ARROWS.iter().any(|(room, to_all)| *room == from && to_all.contains(&to))
}

/// The room of a file: the folder, or the file itself for a room that is one file (`src/cli.rs`).
fn room_of(file: &str) -> &str {
    let path = file.trim_start_matches("src/");
    let first = path.split('/').next().unwrap_or_default();
    let name = first.trim_end_matches(".rs");
    if matches!(name, "lib" | "main" | "fuzzing") { "" } else { name }
}

/// All identifiers that follow this prefix as a path, with the number of their line: for `crate::{api, http::Http}` both
/// `api` and `http`.
fn heads_after(text: &str, prefix: &str) -> Vec<(String, usize)> {
    let mut heads = Vec::new();
    for (start, _) in text.match_indices(prefix) {
        // `my_crate::` and `not_super::` end in the prefix too.
        if text[..start].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == ':') {
            continue;
        }
        let line = text[..start].matches('\n').count() + 1;
        let rest = &text[start + prefix.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            heads.push((identifier(rest), line));
            continue;
        };
        let (mut depth, mut expects) = (1, true);
        for (place, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => expects = true,
                _ if expects && depth == 1 && !character.is_whitespace() => {
                    heads.push((identifier(&group[place..]), line));
                    expects = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    heads
}

fn identifier(text: &str) -> String {
    text.trim_start_matches("r#").chars().take_while(|one| one.is_alphanumeric() || *one == '_').collect()
}

/// Whether the line names the crate: as the start of a path, or as what `use` or `extern crate` brings in.
fn names_crate(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(start, _)| {
        let (before, after) = (&line[..start], &line[start + name.len()..]);
        let is_word = !before.ends_with(|one: char| one.is_alphanumeric() || one == '_')
            && !after.starts_with(|one: char| one.is_alphanumeric() || one == '_');
        // `self::keyring` and `crate::secrets::keyring` are modules of ours, `::keyring::` is the crate.
        let of_ours = before.strip_suffix("::").is_some_and(|path| path.ends_with(|one: char| one.is_alphanumeric()));
        let in_use = before.trim_start().starts_with("use ") || before.trim_end().ends_with("extern crate");
        let used = after.starts_with("::") || (in_use && after.starts_with([';', ' ', ',', '}']));
        is_word && !of_ours && used
    })
}

/// What breaks the law in one file.
fn breaches(file: &str, text: &str) -> BTreeSet<Breach> {
    let room = room_of(file);
    // Blanked and not removed, so that the numbers of the lines stay right.
    let is_comment = |line: &str| line.trim_start().starts_with("//");
    let text = &text.lines().map(|line| if is_comment(line) { "" } else { line }).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    let mut note = |line: usize, what: String| {
        found.insert(Breach { file: file.to_owned(), line, what });
    };
    if !room.is_empty() && !is_room(room) {
        note(1, format!("\"{room}\" is no room of the plan"));
    }
    // From `src/ROOM/x.rs` two `super` lead to the root, from `src/ROOM/mod.rs` one; a test module inside adds one.
    for prefix in ["crate::", "super::", "super::super::", "super::super::super::", "super::super::super::super::"] {
        for (head, line) in heads_after(text, prefix) {
            if is_room(&head) && !may_use(room, &head) && leads_to_the_root(file, text, prefix, &head) {
                note(line, format!("{room} may not use {head}"));
            }
        }
    }
    for (number, line) in text.lines().enumerate() {
        for (name, owners) in OWNED {
            let is_owner = |owner: &&str| room == *owner || file.starts_with(&format!("src/{owner}/"));
            if !owners.iter().any(is_owner) && names_crate(line, name) {
                note(number + 1, format!("{name} belongs to {}", owners.join(" and ")));
            }
        }
    }
    found
}

/// `super::api` inside of a folder may be a module beside this one (`connectors/…/api.rs`), which is nobody's business.
fn leads_to_the_root(file: &str, text: &str, prefix: &str, head: &str) -> bool {
    if prefix == "crate::" {
        return true;
    }
    let folder = root().join(file);
    let root = root().join("src");
    let beside = folder
        .ancestors()
        .skip(1)
        .take_while(|place| *place != root)
        .any(|place| place.join(format!("{head}.rs")).exists() || place.join(head).join("mod.rs").exists());
    !beside && !text.contains(&format!("mod {head};")) && !text.contains(&format!("mod {head} {{"))
}

#[test]
fn the_sources_keep_to_the_plan() {
    let files = sources(&root().join("src"));
    assert!(files.len() > 10, "{files:?}");
    let found: Vec<String> = files
        .iter()
        .flat_map(|path| {
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap();
            breaches(name, &std::fs::read_to_string(path).unwrap())
        })
        .map(|breach| breach.to_string())
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The modules of `base`, `api` and `flows` that the small crate of `tests/run mutants` has.
fn mutated() -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("tests/mutants/lib.rs")).unwrap();
    let (mut room, mut found) = (String::new(), BTreeSet::new());
    for line in text.lines() {
        let Some((_, name)) = line.split_once("mod ") else { continue };
        match name.strip_suffix(" {") {
            Some(name) => name.clone_into(&mut room),
            None if line.starts_with(' ') => {
                found.insert(format!("{room}/{}", name.trim_end_matches(';')));
            }
            None => {}
        }
    }
    found
}

#[test]
fn the_crate_of_the_mutants_has_what_its_rooms_name() {
    let there = mutated();
    let mut missing = BTreeSet::new();
    for path in sources(&root().join("src")) {
        let name = path.strip_prefix(root().join("src")).unwrap().with_extension("").display().to_string();
        let is_part = |module: &String| name == *module || name.starts_with(&format!("{module}/"));
        if !name.starts_with("http/") && !there.iter().any(is_part) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for room in ["base", "api", "flows"] {
            for (head, line) in heads_after(&text, &format!("crate::{room}::")) {
                let module = format!("{room}/{head}");
                let folder = root().join("src").join(&module);
                if (folder.is_dir() || folder.with_extension("rs").exists()) && !there.contains(&module) {
                    missing.insert(format!("{name}.rs:{line}: {module} is not in tests/mutants/lib.rs"));
                }
            }
        }
    }
    assert!(there.contains("flows/engine") && there.len() > 15, "{there:?}");
    assert!(missing.is_empty(), "{missing:#?}");
}

/// What is found in a made-up file.
fn found(file: &str, text: &str) -> Vec<String> {
    breaches(file, text).into_iter().map(|breach| format!("{} {}", breach.line, breach.what)).collect()
}

#[test]
fn a_forbidden_arrow_is_found_however_it_is_drawn() {
    for (text, line) in [
        ("use crate::cli::context;\n", 1),
        ("//! Text.\n\nuse crate::cli;\n", 3),
        ("use crate::{base::Secret, cli::{context, role}, http};\n", 1),
        ("use crate::{\n    // why\n    http,\n    cli,\n};\n", 1),
        ("fn f() { crate::cli::run(); }\n", 1),
        ("pub(in crate::cli) fn f() {}\n", 1),
        ("use super::super::cli::context;\n", 1),
    ] {
        assert_eq!(found("src/api/keystone/roles.rs", text), [format!("{line} api may not use cli")], "{text}");
    }
    assert_eq!(found("src/sandbox/mod.rs", "use super::base::Secret;\n"), ["1 sandbox may not use base"]);
    assert_eq!(found("src/http/mod.rs", "use crate::state::Lock;\n"), ["1 http may not use state"]);
    assert_eq!(found("src/helpers/mod.rs", "use crate::http;\n").len(), 2, "an unplanned room, with an arrow");
}

#[test]
fn an_allowed_arrow_is_let_be() {
    for (file, text) in [
        (
            "src/api/keystone/roles.rs",
            "use crate::{base::Secret, http::{Http, Request}, oauth};\nuse super::Keystone;\n",
        ),
        ("src/flows/service.rs", "use crate::connectors::Manager;\nuse crate::api::keystone;\n"),
        ("src/cli/role.rs", "use crate::sandbox;\nuse crate::flows;\nuse clap::Args;\n"),
        ("src/lib.rs", "pub mod connectors;\npub use crate::flows::Platform;\n"),
        ("src/api/ldap/names.rs", "use ldap3::dn_escape;\n"),
        ("src/main.rs", "fn main() { orchester::cli::main() }\n"),
        (
            "src/http/mod.rs",
            "/// See [`crate::cli`].\nuse my_crate::cli::x;\nuse reqwest::Client;\nuse crate::http::error::Error;\n",
        ),
    ] {
        assert_eq!(found(file, text), Vec::<String>::new(), "{file}");
    }
}

#[test]
fn a_crate_in_the_wrong_room_is_found() {
    for (file, text, what) in [
        ("src/api/mod.rs", "use reqwest::Method;\n", "reqwest belongs to http"),
        ("src/state/mod.rs", "let x = ::clap::Command::new(\"x\");\n", "clap belongs to cli"),
        ("src/main.rs", "use {std::io, keyring};\n", "keyring belongs to secrets"),
        ("src/cli/mod.rs", "use comfy_table::Table;\n", "comfy_table belongs to output"),
        ("src/cli/mod.rs", "extern crate indicatif;\n", "indicatif belongs to output"),
        ("src/secrets/mod.rs", "dialoguer::Password::new()\n", "dialoguer belongs to output"),
        ("src/config/mod.rs", "use jaq_core as jq;\n", "jaq_core belongs to output"),
        ("src/http/mod.rs", "use axum::Router;\n", "axum belongs to sandbox"),
        ("src/api/perseo.rs", "use ldap3::Ldap;\n", "ldap3 belongs to api/ldap"),
        ("src/cli/platform/ldap/desk.rs", "let x = ldap3::dn_escape(\"x\");\n", "ldap3 belongs to api/ldap"),
    ] {
        assert_eq!(found(file, text), [format!("1 {what}")], "{text}");
    }
    let innocent =
        "// reqwest::Client is not for us\nuse crate::http::reqwest_like;\nuse self::keyring::Store;\nlet clap = 1;\n";
    assert_eq!(found("src/state/mod.rs", innocent), ["2 state may not use http"]);
}
