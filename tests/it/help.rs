//! Help and version in every spelling, in an empty home without any server, and the nearest word for a wrong one.

use crate::support::cli::Room;

#[test]
fn help_in_every_spelling() {
    let room = Room::new();
    let short = room.ok(&["-h"]);
    assert!(short.contains("orchest help tasks") && short.contains("  service "), "{short}");
    assert_eq!(room.ok(&["help"]), short);
    assert!(room.ok(&["--help"]).contains("--keystone-port"));
    // Nothing typed: the same words, and 2, since nothing was done.
    assert!(room.run(&[]).code(2).stderr.contains("Usage: orchest"));
    room.run(&["user"]).code(2).says("Usage: orchest user");

    let (short, long) = (room.ok(&["user", "create", "-h"]), room.ok(&["user", "create", "--help"]));
    for words in [&["-h", "user", "create"][..], &["user", "-qh", "create"], &["users", "create", "x", "-h"]] {
        assert!(room.run(words).success().stdout.contains("Usage: orchest"), "{words:?}");
    }
    for words in [&["help", "user", "create"][..], &["help", "users", "create"], &["user", "create", "x", "--help"]] {
        assert_eq!(room.ok(words), long, "{words:?}");
    }
    for text in [short, long] {
        assert!(text.contains("Examples:\n  orchest user create") && text.contains("Exit codes: 0 done"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(!text.contains('\u{1b}'), "colours in a pipe");
    }
}

#[test]
fn version_in_every_spelling() {
    let room = Room::new();
    let short = room.ok(&["--version"]);
    assert_eq!(short, format!("orchest {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(room.ok(&["-V"]), short);
    assert!(room.ok(&["version"]).starts_with(&short));
    let told = room.run(&["version", "--json"]).success().json();
    assert_eq!(told["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(told, room.run(&["version", "-o", "json"]).success().json());
    assert!(told["features"].as_array().unwrap().contains(&"sandbox".into()) && told["tls"].is_string(), "{told}");
    assert!(told["target"].as_str().unwrap().starts_with(std::env::consts::ARCH), "{told}");
    assert_eq!(room.ok(&["version", "-o", "value", "--columns", "version"]).trim(), env!("CARGO_PKG_VERSION"));
}

/// Whoever has broken settings needs help most.
#[test]
fn help_needs_no_settings() {
    let room = Room::new();
    room.file(".orchester.toml", "this is [no TOML");
    for words in [&["help", "secrets"][..], &["help", "user"], &["version"], &["schema"], &["man", "user", "list"]] {
        assert!(!room.ok(words).is_empty(), "{words:?}");
    }
}

#[test]
fn a_wrong_word_is_answered_with_the_nearest() {
    let room = Room::new();
    room.run(&["servce", "list"]).code(2).says("service");
    room.run(&["serv", "list"]).code(2);
    room.run(&["service", "lst"]).code(2).says("list");
    room.run(&["user", "list", "--colums", "a"]).code(2).says("--columns");
    room.run(&["user", "list", "--color", "alwys"]).code(2).says("always");
    room.run(&["user", "list", "-o", "jso"]).code(2).says("did you mean json?");
    // Nothing is near: all there is, on lines of eighty columns.
    let told = room.run(&["user", "frobnicate"]).code(2).says("orchest user has: list, show, create");
    assert!(told.stderr.lines().all(|line| line.chars().count() <= 80), "{told}");
    // Help is offered where it finds something.
    let told = room.run(&["frobnicate"]).code(2).says("orchest has: service, subservice");
    assert!(!told.stderr.contains("orchest help frobnicate"), "{told}");
    room.run(&["cron"]).code(2).says("orchest help cron");
    room.run(&["list", "users"]).code(2).says("orchest user list");
    room.run(&["printServices.py", "http"]).code(2).says("orchest legacy printServices");
    // What other programs call so, and nothing that only begins with the same letters.
    room.run(&["user", "create", "x", "--admin-password", "canary"]).code(2).says("orchest help secrets");
    room.run(&["service", "list", "-k"]).code(2).says("--insecure");
    for line in [&["service", "list", "--limit", "3"][..], &["user", "list", "--format", "json"]] {
        let told = room.run(line).code(2);
        assert!(!told.stderr.contains("similar"), "{told}");
    }
}

#[test]
fn help_is_found_by_topic_and_by_task() {
    let room = Room::new();
    let topics = room.run(&["schema"]).success().json()["topics"].clone();
    for topic in topics.as_array().unwrap() {
        assert!(!room.ok(&["help", topic.as_str().unwrap()]).is_empty(), "{topic}");
    }
    for topic in ["environment", "exit-codes", "output", "names", "secrets", "cron", "migrate", "paas"] {
        assert!(topics.as_array().unwrap().contains(&topic.into()), "{topic}");
    }
    room.run(&["help", "take", "somebody", "out"]).success().prints("orchest members rm octocat");
    room.run(&["help", "take somebody out everywhere"]).success().prints("orchest user delete carl");
    room.run(&["help", "enviroment"]).code(2).says("did you mean: orchest help environment");
    room.run(&["help", "user", "lst"]).code(2).says("did you mean: orchest help user list");
    room.run(&["help", "xyzzy"]).code(2).says("topics: tasks, names");
}
