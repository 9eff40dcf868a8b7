//! Keyrings that are not there, are silent, or say no.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::scripted::{passwords, room_without_password, with_users};
use crate::support::cli::Room;
use crate::support::secret::assert_free_of;

const LIST: [&str; 4] = ["user", "list", "-s", "smart"];
const KEEP: [&str; 5] = ["auth", "login", "--store", "keyring", "--password-stdin"];
const CANARY: &str = "canary kept nowhere";
/// A store has 3 s to answer; the rest is for a busy machine.
const SILENT: Duration = Duration::from_secs(5);
/// Nobody to ask is known at once.
const AT_ONCE: Duration = Duration::from_secs(4);

/// A message bus that does this with each connection; gives its address and how many there were.
fn bus(room: &Room, answer: Option<&'static str>) -> (String, Arc<AtomicUsize>) {
    let socket = room.path("bus");
    let listener = UnixListener::bind(&socket).unwrap();
    let connections = Arc::<AtomicUsize>::default();
    let counted = connections.clone();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for mut stream in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::SeqCst);
            if let Some(answer) = answer {
                let _ = stream.read(&mut [0; 1024]);
                let _ = stream.write_all(answer.as_bytes());
            } else {
                // Neither answered nor closed.
                kept.push(stream);
            }
        }
    });
    (format!("unix:path={}", socket.display()), connections)
}

fn without_tokens(room: &Room) {
    let tokens = room.files().into_iter().filter(|path| path.display().to_string().contains("/tokens/"));
    tokens.for_each(|path| std::fs::remove_file(path).unwrap());
}

/// What a real keyring does is tested in `tests/real/keyring.rs`.
///
/// Fails with `src/secrets/keyring.rs`: `answered.recv_timeout(self.limit)` → `answered.recv_timeout(self.limit * 4)`.
#[test]
fn s05_a_keyring_is_asked_only_when_needed_and_not_for_long() {
    for (kind, answer, limit) in [
        ("absent", None, AT_ONCE),
        ("nowhere", None, AT_ONCE),
        ("silent", None, SILENT),
        ("refusing", Some("REJECTED EXTERNAL\r\n"), SILENT),
        ("closing", Some(""), SILENT),
    ] {
        let server = with_users(&[]);
        let room = room_without_password(server.url());
        let (address, connections) = match kind {
            "absent" => (String::new(), Arc::default()),
            "nowhere" => ("unix:path=/nowhere/bus".to_owned(), Arc::default()),
            _ => bus(&room, answer),
        };
        let is_there = !matches!(kind, "absent" | "nowhere");
        let room = room.env("DBUS_SESSION_BUS_ADDRESS", &address);

        // Not touched where the password is at hand, whether it is known already or typed.
        let known = room.env("ORCHEST_PASSWORD", "p");
        known.run(&LIST).success();
        let room = known.without("ORCHEST_PASSWORD");
        room.run(&LIST).success();
        without_tokens(&room);
        room.run_with_input(&[&LIST[..], &["--password-stdin"]].concat(), "p\n").success();
        room.run(&["config", "show"]).success();
        assert_eq!(connections.load(Ordering::SeqCst), 0, "{kind}");

        for (line, input) in [(&KEEP[..], "canary kept nowhere\n"), (&LIST, ""), (&["auth", "logout"], "")] {
            without_tokens(&room);
            let begin = Instant::now();
            let output = room.run_with_input(line, input);
            assert!(begin.elapsed() < limit, "{kind}: {:?}\n{output}", begin.elapsed());
            assert_eq!(output.signal, None, "{kind}\n{output}");
            if line[1] != "logout" {
                assert!(!matches!(output.code, Some(0) | None), "{kind}\n{output}");
            }
            if line == KEEP {
                assert!(output.stderr.contains("keyring"), "{kind}\n{output}");
                let way_out = ["--store file", "--password-file", "--password-command"];
                assert!(way_out.iter().any(|way| output.stderr.contains(way)), "{kind}\n{output}");
            }
            if line == LIST {
                // A keyring out of order is told. That a session has none is the rule under cron, and no news.
                assert_eq!(output.stderr.contains("Secret Service"), is_there, "{kind}\n{output}");
            }
            assert!(!output.stderr.contains(CANARY), "{kind}\n{output}");
        }
        assert_eq!(connections.load(Ordering::SeqCst) > 0, is_there, "{kind}");
        // What could not be kept there is kept nowhere else.
        for path in room.files().into_iter().filter(|path| path.is_file()) {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            assert_free_of(CANARY, &text, &path.display().to_string());
            assert!(!path.ends_with("secrets.json"), "{kind}");
        }
        assert!(passwords(&server).iter().all(|password| password == "p" || password == CANARY));
    }
}
