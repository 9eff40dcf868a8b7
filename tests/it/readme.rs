//! What the README promises by its form: short, two commands to start with, and links that lead somewhere.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

const README: &str = include_str!("../../README.md");

/// The code blocks, in order.
fn blocks() -> Vec<Vec<&'static str>> {
    let parts: Vec<&str> = README.split("```").collect();
    let blocks = parts.into_iter().skip(1).step_by(2);
    blocks.map(|block| block.lines().skip(1).filter(|line| !line.trim().is_empty()).collect()).collect()
}

#[test]
fn it_fits_on_two_screens() {
    let lines = README.lines().count();
    assert!(lines <= 100, "{lines} lines");
    let long: Vec<&str> = README.lines().filter(|line| line.chars().count() > 140).collect();
    assert_eq!(long, Vec::<&str>::new());
}

#[test]
fn it_begins_with_two_commands() {
    let blocks = blocks();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // tests/run runs both as they stand here.
    assert_eq!(blocks[0], ["cargo run --release -- sandbox tour"]);
    assert_eq!(blocks[1], ["cargo install --path . --locked"]);
    for script in ["examples/provision.sh", "examples/smartcity.sh"] {
        assert!(README.contains(script), "{script}");
        let mode = std::fs::metadata(root.join(script)).unwrap().permissions().mode();
        assert_eq!(mode & 0o100, 0o100, "{script} can be run");
    }
}

#[test]
fn its_links_and_files_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let targets: Vec<&str> = README.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert!(targets.len() >= 2, "{targets:?}");
    for target in targets.into_iter().filter(|target| !target.contains("://")) {
        assert!(root.join(target.split('#').next().unwrap()).exists(), "{target}");
    }
    for named in ["tests/run", "LICENSE"] {
        assert!(root.join(named).exists(), "{named}");
    }
}

#[test]
fn its_words_are_those_of_the_program() {
    let room = crate::support::cli::Room::new();
    for topic in ["names", "exit-codes", "environment", "output", "secrets"] {
        assert!(README.contains(topic), "{topic}");
        assert!(!room.ok(&["help", topic]).is_empty());
    }
    let table = README.lines().filter(|line| line.starts_with('|')).count();
    assert!(table >= 7, "the table of words");
}
