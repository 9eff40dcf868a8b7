//! Secrets in memory, and secrets that are made here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Debug, Display};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::marker::PhantomData;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use orchester::base::Secret;
use serde::Serialize;

use crate::scripted::{FIND_BOB, room, room_without_password, smart, user, users_page, with_users};
use crate::support::cli::{Output, Room, finish};
use crate::support::server::{Reply, Server};

/// Says of a type whether it has a trait: what is found on the type itself goes before what every type has.
struct Has<T: ?Sized>(PhantomData<T>);

trait Otherwise {
    const DISPLAY: bool = false;
    const SERIALIZE: bool = false;
    const COPY: bool = false;
    const DEREF: bool = false;
}
impl<T: ?Sized> Otherwise for Has<T> {}
impl<T: Display + ?Sized> Has<T> {
    const DISPLAY: bool = true;
}
impl<T: Serialize + ?Sized> Has<T> {
    const SERIALIZE: bool = true;
}
impl<T: Copy> Has<T> {
    const COPY: bool = true;
}
impl<T: std::ops::Deref + ?Sized> Has<T> {
    const DEREF: bool = true;
}

/// A secret says nothing by itself, and its memory is wiped when it goes.
fn a_secret_keeps_to_itself() {
    let of_text = [Has::<String>::DISPLAY, Has::<String>::SERIALIZE, Has::<u8>::COPY, Has::<String>::DEREF];
    let of_secret = [Has::<Secret>::DISPLAY, Has::<Secret>::SERIALIZE, Has::<Secret>::COPY, Has::<Secret>::DEREF];
    assert_eq!(of_text, [true; 4], "what is looked for would not be found");
    assert_eq!(
        of_secret, [false; 4],
        "a secret can be printed, written into a document, copied, or taken for its text"
    );
    const CANARY: &str = "canary-in-memory-0123456789-0123456789-0123456789";
    let secret = Secret::new(CANARY);
    let shown = |value: &dyn Debug| format!("{value:?} {value:#?}");
    assert_eq!(shown(&secret), "*** ***");
    assert!(!shown(&Some(vec![secret.clone()])).contains("canary"));
    // Looked at from outside, by the address at which it was.
    let mut memory = std::fs::File::open("/proc/self/mem").unwrap();
    let mut peek = |address: usize| {
        let mut bytes = [0; CANARY.len()];
        memory.seek(SeekFrom::Start(address as u64)).unwrap();
        memory.read_exact(&mut bytes).unwrap();
        bytes
    };
    let address = secret.expose().as_ptr() as usize;
    assert_eq!(&peek(address), CANARY.as_bytes());
    drop(secret);
    let left = peek(address);
    // Whoever gives out memory may write a few words of its own into what is free.
    assert!(left.iter().zip(CANARY.bytes()).skip(32).all(|(now, then)| *now != then), "{left:?}");
}

/// While something runs that knows a secret, nothing of its memory can end up in a file.
fn no_core_file_is_written() {
    let server = with_users(&[]);
    let room = room_without_password(server.url());
    let helper = room.file(
        "helper",
        "#!/bin/sh\ntouch \"$HOME/begun\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done; echo canary-p\n",
    );
    std::fs::set_permissions(&helper, std::fs::Permissions::from_mode(0o700)).unwrap();
    let room = room.env("ORCHEST_PASSWORD_COMMAND", &helper.display().to_string());
    let old = ["legacy", "printServices", "http", "127.0.0.1", "9", "d", "u", "env:PW"];
    for line in [&["user", "list", "-s", "smart"][..], &["auth", "token"]] {
        let _ = std::fs::remove_file(room.path("begun"));
        let _ = std::fs::remove_file(room.path("go"));
        let child = room.spawn(line);
        let begin = Instant::now();
        while !room.path("begun").exists() && begin.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
        std::fs::write(room.path("go"), "").unwrap();
        finish(child, line).success();
        for file in room.files().iter().filter(|path| path.display().to_string().contains("/tokens/")) {
            std::fs::remove_file(file).unwrap();
        }
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        let numbers: Vec<&str> = core.split_whitespace().skip(4).take(2).collect();
        assert_eq!(numbers, ["0", "0"], "{core}");
    }
    // Also of a line of old, which has no settings of its own.
    let output = Room::new().env("PW", "canary-of-old").env("ORCHEST_RETRIES", "1").run(&old);
    assert!(!output.stderr.contains("canary-of-old"), "{output}");
}

/// Fails with `src/cli/run.rs`: `setrlimit(rustix::process::Resource::Core, none)` → `setrlimit(rustix::process::Resource::Cpu,
/// rustix::process::Rlimit { current: None, maximum: None })`.
/// Fails with `src/base/secret.rs`: a line `impl fmt::Display for Secret { fn fmt(&self, f: &mut fmt::Formatter<'_>) ->
/// fmt::Result { f.write_str(self.expose()) } }`.
#[test]
fn s32_a_secret_says_nothing_by_itself_and_leaves_nothing_in_memory() {
    a_secret_keeps_to_itself();
    no_core_file_is_written();
}

/// The alphabet of passwords that are made: what people mistake for something else is not in it.
const SIGNS: &str = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const HOW_MANY: usize = 80;

fn server_with_bob() -> Server {
    let server = smart();
    server.on(FIND_BOB, users_page(&[user("u5", "bob")], None));
    server.on("PATCH /v3/users/u5", Reply::json(200, &serde_json::json!({"user": user("u5", "bob")})));
    server
}

/// Passwords from the operating system are as hard to guess as a key of 128 bits, and no sign is likelier than another.
fn they_are_made_of_chance() {
    let server = server_with_bob();
    let room = room(server.url());
    let mut seen = BTreeSet::new();
    let mut counts: BTreeMap<char, u32> = BTreeMap::new();
    for number in 0..HOW_MANY {
        let file = format!("out-{number}");
        let output = set(&room, &file);
        let password = std::fs::read_to_string(room.path(&file)).unwrap().trim_end().to_owned();
        let sent = server.asked().into_iter().rev().find(|asked| asked.method == "PATCH").unwrap();
        assert!(sent.body.contains(&format!("{password:?}")), "what is in the file was set\n{output}");
        assert!(password.chars().all(|sign| SIGNS.contains(sign)), "{password}");
        assert!((password.chars().count() as f64) * (SIGNS.len() as f64).log2() >= 128.0, "{password}");
        password.chars().for_each(|sign| *counts.entry(sign).or_default() += 1);
        assert!(seen.insert(password), "one came twice");
        let mode = room.path(&file).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // Chi square with 55 degrees of freedom goes beyond 130 once in ten million times.
    let all: u32 = counts.values().sum();
    let expected = f64::from(all) / SIGNS.len() as f64;
    let of = |sign: char| f64::from(counts.get(&sign).copied().unwrap_or(0));
    let chi: f64 = SIGNS.chars().map(|sign| (of(sign) - expected).powi(2) / expected).sum();
    assert!(all as usize >= HOW_MANY * 23 && chi < 130.0, "{chi} of {all}: {counts:?}");
}

fn set(room: &Room, file: &str) -> Output {
    let line = [
        "user",
        "set-password",
        "bob",
        "-s",
        "smart",
        "--generate-password",
        "--password-out",
        file,
        "-vvv",
        "--trace",
        "trace",
    ];
    room.run(&line).success()
}

/// It stands in its file, and nowhere else; the same line again has the same one.
fn they_are_in_their_file_alone() {
    let server = server_with_bob();
    let room = room(server.url());
    let outputs = [set(&room, "out"), set(&room, "out")];
    let password = std::fs::read_to_string(room.path("out")).unwrap().trim_end().to_owned();
    let sent: Vec<String> =
        server.asked().into_iter().filter(|asked| asked.method == "PATCH").map(|asked| asked.body).collect();
    assert!(sent.len() == 2 && sent.iter().all(|body| body.contains(&password)), "{}", sent.len());
    for output in &outputs {
        assert!(!output.stdout.contains(&password) && !output.stderr.contains(&password), "{}", output.line);
    }
    for path in room.files().into_iter().filter(|path| !path.ends_with("out")) {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        assert!(!text.contains(&password), "{} holds it", path.display());
    }
    assert!(room.path("trace").exists());
    // Without a file for it none is made: it would be shown, or lost.
    room.run(&["user", "set-password", "bob", "-s", "smart", "--generate-password"]).code(2).says("--password-out");
    room.run(&[
        "user",
        "set-password",
        "bob",
        "-s",
        "smart",
        "--generate-password",
        "--password-out",
        "dry",
        "--dry-run",
    ])
    .success();
    assert!(!room.path("dry").exists());
}

/// Fails with `src/secrets/generate.rs`: `const LENGTH: usize = 24` → `12`.
/// Fails with `src/secrets/generate.rs`: `alphabet.get(byte % size)` → `alphabet.get(byte % 52)`.
#[test]
fn s39_passwords_that_are_made_are_long_even_and_in_their_file_alone() {
    they_are_made_of_chance();
    they_are_in_their_file_alone();
}
