//! Help and version work in an empty home without any server.

use crate::support::cli::Room;

#[test]
fn help_and_version_in_every_spelling() {
    let room = Room::new();
    for words in [&["--help"][..], &["-h"], &["help"], &["user", "--help"], &["help", "user"], &["help", "names"]] {
        assert!(!room.ok(words).is_empty(), "{words:?}");
    }
    assert!(room.ok(&["--version"]).starts_with("orchest "));
    room.run(&[]).code(2).says("Usage");
}

#[test]
fn a_wrong_word_is_answered_with_the_nearest() {
    let room = Room::new();
    room.run(&["servce", "list"]).code(2).says("service");
    room.run(&["service", "lst"]).code(2).says("list");
    room.run(&["user", "list", "--colums", "a"]).code(2).says("--columns");
}
