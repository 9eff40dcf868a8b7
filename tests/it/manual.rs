//! The manual pages and the list of commands in the repository are those of the program; `UPDATE=1` writes them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::cli::Room;
use crate::support::golden::assert_file;

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

#[test]
fn the_pages_are_fresh() {
    let room = Room::new();
    room.run(&["man", "--to", "pages", "--dry-run"]).success().says("would write");
    assert!(!room.path("pages").exists());
    room.run(&["man", "--to", "pages"]).success().says("pages are in pages");
    let fresh = names(&room.path("pages"));
    assert!(fresh.len() > 100 && fresh.contains("orchest-service-create.1"), "{fresh:?}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("man");
    for name in &fresh {
        assert_file(&format!("man/{name}"), &std::fs::read_to_string(room.path("pages").join(name)).unwrap());
    }
    // Of commands that are no more.
    let stale: Vec<String> = names(&folder).difference(&fresh).cloned().collect();
    assert!(stale.is_empty(), "delete these in man/: {stale:?}");
}

/// What groff has to say about a page, where it is installed; the pages are proven to hold nothing that is not plain by a test
/// of the library everywhere.
#[test]
fn a_page_reads_well() {
    let text = Room::new().ok(&["man", "service", "create"]);
    for part in [
        ".SH \"EXAMPLES\"",
        "\\fB\\-\\-admin\\-user\\fR \\fINAME\\fR",
        ".SH \"EXIT STATUS\"",
        "orchest\\-service\\-delete",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    if Command::new("groff").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success()) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("man");
        for name in names(&folder) {
            let checked =
                Command::new("groff").args(["-ww", "-man", "-z", "-Tutf8"]).arg(folder.join(&name)).output().unwrap();
            let said = String::from_utf8_lossy(&checked.stderr);
            assert!(checked.status.success() && said.is_empty(), "{name}: {said}");
        }
    }
}

#[test]
fn the_list_of_commands_is_fresh() {
    let told = Room::new().run(&["schema"]).success().json();
    let mut text = "# Commands\n\nMade from the program by `tests/it/manual.rs`. `orchest NOUN VERB --help` and `man/` tell more of each, and\n\
        `orchest help tasks` goes by what is to be done.\n"
        .to_owned();
    for command in told["commands"].as_array().unwrap() {
        let (words, summary) = (command["command"].as_str().unwrap(), command["summary"].as_str().unwrap());
        let is_verb = command["is_group"] == false;
        match (is_verb, words.contains(' ')) {
            (false, false) => writeln!(text, "\n## {words}\n\n{summary}\n\n| command | |\n|---|---|").unwrap(),
            (true, false) => writeln!(text, "\n## {words}\n\n{summary}").unwrap(),
            (true, true) => writeln!(text, "| `orchest {words}` | {} |", summary.replace('|', "\\|")).unwrap(),
            (false, true) => {}
        }
    }
    assert_file("docs/commands.md", &text);
}
