//! What the product is made of: where it comes from, under which terms, how much of it there is, and what is not in it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use toml::{Table, Value};

use crate::support::sources::root;

/// With everything that a user gets, and what cannot be left out. The numbers only go down: whoever raises one says why in the
/// same commit.
const BUDGETS: [(&[&str], usize); 2] = [(&[], 247), (&["--no-default-features"], 148)];

const CRATES_IO: &str = "https://github.com/rust-lang/crates.io-index";

/// One of these has to be among the choices that a licence offers.
const LICENCES: [&str; 10] = [
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-3-Clause",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Zlib",
];

/// Other HTTP clients than the one, and TLS that is a C library.
const BANNED: [&str; 14] = [
    "attohttpc",
    "aws-lc-rs",
    "aws-lc-sys",
    "boring",
    "boring-sys",
    "curl",
    "curl-sys",
    "isahc",
    "minreq",
    "native-tls",
    "openssl",
    "openssl-sys",
    "surf",
    "ureq",
];

/// The crates that speak HTTP as a client, by which a dependency of ours would be a second one.
const CLIENTS: [&str; 4] = ["hyper", "hyper-util", "oauth2-reqwest", "reqwest"];

fn table(name: &str) -> Table {
    std::fs::read_to_string(root().join(name)).unwrap().parse().unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn texts(value: &Value) -> BTreeSet<&str> {
    value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

/// Distinct crates, a crate in two versions counted twice, for the machine that builds: `name v1.2.3`, with their licences.
fn tree(edges: &str, arguments: &[&str]) -> BTreeMap<String, String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--edges", edges, "--prefix", "none", "--format", "{p}|{l}|"])
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // `name v1.2.3 (proc-macro)|MIT OR Apache-2.0| (*)`
    text.lines()
        .map(|line| {
            let mut parts = line.split('|');
            let name = parts.next().unwrap().split(' ').take(2).collect::<Vec<_>>().join(" ");
            (name, parts.next().unwrap().to_owned())
        })
        .collect()
}

/// The packages of a lock file; of ours, those without a source.
fn locked(name: &str) -> Vec<Table> {
    let lock = table(name);
    lock["package"].as_array().unwrap().iter().map(|one| one.as_table().unwrap().clone()).collect()
}

/// Whether one may do with it as with one of [`LICENCES`]: `A OR B`, `(A OR B) AND C`, and `A/B` as it was written once.
fn is_allowed(licence: &str) -> bool {
    let licence = licence.replace('/', " OR ");
    licence.split(" AND ").all(|part| {
        let part = part.trim_matches(['(', ')', ' ']);
        part.split(" OR ").any(|one| LICENCES.contains(&one.trim_matches(['(', ')', ' '])))
    })
}

/// Fails with `Cargo.toml`: `anyhow = "1.0.104"` → `anyhow = "1.0.104"` and `ureq = "3"` below it (not locked, and a second
/// client).
/// Fails with `Cargo.lock`: `source = "registry+https://github.com/rust-lang/crates.io-index"` of any crate →
/// `source = "git+https://github.com/dtolnay/anyhow"`.
#[test]
fn s34_what_the_product_is_made_of_is_locked_known_and_little() {
    for (lock, ours) in [("Cargo.lock", &["orchester"][..]), ("fuzz/Cargo.lock", &["orchester", "orchester-fuzz"])] {
        let packages = locked(lock);
        assert!(packages.len() > 100, "{lock} is no lock file");
        for package in &packages {
            let name = package["name"].as_str().unwrap();
            let source = package.get("source").and_then(Value::as_str);
            match source {
                None => assert!(ours.contains(&name), "{lock}: {name} comes from nowhere"),
                Some(source) => {
                    assert_eq!(source, format!("registry+{CRATES_IO}"), "{lock}: {name}");
                    let sum = package.get("checksum").and_then(Value::as_str).unwrap_or_default();
                    assert!(
                        sum.len() == 64 && sum.bytes().all(|sign| sign.is_ascii_hexdigit()),
                        "{lock}: {name}: {sum}"
                    );
                }
            }
            assert!(!BANNED.contains(&name), "{lock}: {name} has no business here");
        }
    }
    // Also those that only tests need; the directory's are there where it is built.
    let more: &[&str] = if cfg!(feature = "ldap") { &["--features", "ldap"] } else { &[] };
    for (name, licence) in tree("normal,build,dev", more) {
        assert!(name.starts_with("orchester ") || is_allowed(&licence), "{name} comes under {licence:?}");
    }
    for (arguments, budget) in BUDGETS {
        let crates = tree("normal", arguments);
        assert!(crates.len() > 50, "this is no dependency tree: {crates:?}");
        assert!(crates.len() <= budget, "{} crates with {arguments:?}, {budget} are allowed", crates.len());
    }

    let manifest = table("Cargo.toml");
    let sections = ["dependencies", "dev-dependencies", "build-dependencies"].map(|section| manifest.get(section));
    let direct: Vec<&String> =
        sections.into_iter().flatten().flat_map(|table| table.as_table().unwrap().keys()).collect();
    assert!(direct.len() > 30 && !manifest.contains_key("target"), "{direct:?}");
    let clients: Vec<&str> = CLIENTS.into_iter().filter(|client| direct.iter().any(|name| name == client)).collect();
    assert_eq!(clients, ["reqwest"]);
    let features = manifest["dependencies"]["reqwest"]["features"].clone();
    assert_eq!(
        (texts(&features), &manifest["dependencies"]["reqwest"]["default-features"]),
        (["rustls-no-provider"].into(), &false.into())
    );

    // Nothing of ours runs while it is built, so nothing of ours asks the network then.
    for folder in ["", "fuzz"] {
        let package = &table(&root().join(folder).join("Cargo.toml").display().to_string())["package"];
        assert!(package.get("build").is_none() && !root().join(folder).join("build.rs").exists(), "{folder}");
    }
    // What is built from is what is locked.
    let run = std::fs::read_to_string(root().join("tests/run")).unwrap();
    let installs: Vec<&str> = run.lines().filter(|line| line.contains("\" install ")).collect();
    assert!(installs.len() >= 2 && installs.iter().all(|line| line.contains("--locked")), "{installs:#?}");
}

/// Fails with `.cargo/deny.toml`: `"Zlib",` → `"Zlib", "GPL-3.0-only",`.
#[test]
fn s34_the_file_for_cargo_deny_says_the_same() {
    let deny = table(".cargo/deny.toml");
    assert_eq!(texts(&deny["licenses"]["allow"]), LICENCES.into());
    assert_eq!(texts(&deny["bans"]["deny"]), BANNED.into());
    assert_eq!(deny["bans"]["wildcards"].as_str(), Some("deny"));
    let sources = &deny["sources"];
    for unknown in ["unknown-registry", "unknown-git"] {
        assert_eq!(sources[unknown].as_str(), Some("deny"), "{unknown}");
    }
    assert_eq!(texts(&sources["allow-registry"]), [CRATES_IO].into());
    assert!(
        sources.get("allow-git").is_none() && sources.get("allow-org").is_none() && sources.get("private").is_none()
    );
    for exception in [("licenses", "exceptions"), ("licenses", "clarify"), ("bans", "skip"), ("bans", "skip-tree")] {
        assert!(
            deny[exception.0].get(exception.1).is_none(),
            "{exception:?} is an exception that the other test knows nothing of"
        );
    }
    assert_eq!(deny["graph"]["all-features"].as_bool(), Some(true));
    assert_eq!(texts(&deny["graph"]["targets"]), ["x86_64-unknown-linux-gnu"].into());
}

#[test]
fn licences_are_read_as_choices() {
    for (licence, allowed) in [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("MIT/Apache-2.0", true),
        ("Apache-2.0 OR GPL-2.0-only", true),
        ("Apache-2.0 AND ISC", true),
        ("ISC AND GPL-2.0-only", false),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("(MIT OR Apache-2.0) AND OpenSSL", false),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("", false),
    ] {
        assert_eq!(is_allowed(licence), allowed, "{licence}");
    }
}
