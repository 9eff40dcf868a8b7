//! Rules about the code itself, and about what is given out.

use std::collections::BTreeMap;

use toml::Table;

use crate::support::sources::{of_product, root, sources};

/// What may not stand in the product, by the lints that deny it.
const DENIED: [&str; 7] =
    ["unwrap_used", "expect_used", "panic", "indexing_slicing", "print_stdout", "print_stderr", "dbg_macro"];

fn file(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

/// Whether a line uses this word of the language, and not a longer one or one in quotes.
fn uses(line: &str, word: &str) -> bool {
    let plain: String = line.replace("\\\"", "").split('"').step_by(2).collect::<Vec<_>>().join("\"\"");
    plain.match_indices(word).any(|(start, _)| {
        let is_part = |sign: Option<char>| sign.is_some_and(|sign| sign.is_alphanumeric() || sign == '_');
        !is_part(plain[..start].chars().next_back()) && !is_part(plain[start + word.len()..].chars().next())
    })
}

/// Fails with `Cargo.toml`: `unwrap_used = "deny"` → `unwrap_used = "warn"`.
/// Fails with `src/base/clock.rs`: a line `#![allow(clippy::panic, reason = "x")]` at the top.
#[test]
fn s33_no_code_of_ours_is_unsafe_and_none_of_the_product_panics_by_its_own_words() {
    let manifest: Table = file("Cargo.toml").parse().unwrap();
    let lints = &manifest["lints"];
    assert_eq!(lints["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for lint in DENIED {
        assert_eq!(lints["clippy"][lint].as_str(), Some("deny"), "{lint}");
    }
    // Whoever says `allow` in the product takes a rule away there.
    let mut seen = 0;
    for (name, number, line) in of_product() {
        let allows = line.contains("allow(") || line.contains("expect(clippy");
        let denied = DENIED.iter().find(|lint| line.contains(&format!("clippy::{lint}")));
        seen += usize::from(line.contains("expect(clippy"));
        assert!(!(allows && denied.is_some()), "{name}:{number} allows {denied:?}: {line}");
        assert!(!line.contains("clippy::restriction") && !line.contains("clippy::all"), "{name}:{number}: {line}");
    }
    assert!(seen > 5, "expectations of lints are looked for where they are not");
    // What a file outside of tests allows, only tests may.
    let clippy: Table = file("clippy.toml").parse().unwrap();
    for (key, value) in clippy.iter().filter(|(key, _)| key.starts_with("allow-")) {
        assert!(key.ends_with("-in-tests") && value.as_bool() == Some(true), "{key}");
    }
    // Of every crate, tests and fuzzers too: `forbid` cannot be taken back further down.
    let folders = ["src", "tests", "examples", "fuzz/targets"];
    let files: Vec<_> = folders.iter().flat_map(|folder| sources(&root().join(folder))).collect();
    assert!(files.len() > 400, "{}", files.len());
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        for (number, line) in lines {
            assert!(!uses(line, "unsafe"), "{}:{}: {line}", path.display(), number + 1);
        }
    }
    // The lints are looked at with every change, warnings and all.
    let run = file("tests/run");
    assert!(run.lines().any(|line| line.ends_with("clippy --all-targets --features real -- -D warnings")), "{run}");
    assert!(file(".ci/run").contains("exec tests/run"));
}

#[test]
fn words_of_the_language_are_told_from_others() {
    for (line, found) in [
        ("unsafe { x() }", true),
        ("pub unsafe fn f()", true),
        ("unsafe_code = 1", false),
        ("say(\"unsafe way\")", false),
        ("is_unsafe(x)", false),
        ("(\"a\", unsafe { 1 })", true),
    ] {
        assert_eq!(uses(line, "unsafe"), found, "{line}");
    }
}

/// There are no releases: nothing is signed, since nothing is given out. What holds in place of that: whoever builds, builds
/// what the lock file names, byte for byte, and the page on security says so.
///
/// Fails with `README.md` or `SECURITY.md`: `cargo install --path . --locked` → `cargo install --path .`.
/// Fails with `tests/package/common.sh`: `"$cargo" install --locked` → `"$cargo" install`.
/// Fails with `tests/package/build.sh`: `cmp "$one/$binary" "$two/$binary" ||` → `true ||`.
#[test]
fn s35_nothing_is_released_and_what_is_built_is_what_is_locked() {
    let security = file("SECURITY.md");
    let missing = security.split("\n## What is not offered").nth(1).expect("SECURITY.md says what is not offered");
    let signed = missing.split("\n- ").find(|entry| entry.starts_with("Signed releases")).expect("no word of releases");
    for word in ["there are none", "software bill of materials", "Cargo.lock", "--locked"] {
        assert!(signed.contains(word), "{word}: {signed}");
    }
    assert!(security.contains("There are no releases yet"));
    // Nothing here gives anything out.
    for folder in [".github", ".gitlab-ci.yml", "dist", "Dockerfile", "debian"] {
        assert!(!root().join(folder).exists(), "{folder}: is there a release after all?");
    }
    let entries = std::fs::read_dir(root().join("tests/package")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let parts: Vec<String> = names
        .filter(|name| name.ends_with(".sh") || name == "run")
        .map(|name| format!("tests/package/{name}"))
        .collect();
    assert!(parts.len() >= 10, "{parts:?}");
    for script in ["tests/run", ".ci/run"].into_iter().chain(parts.iter().map(String::as_str)) {
        for word in ["cargo publish", "\" publish", "gh release", "docker push", "git tag"] {
            assert!(!file(script).contains(word), "{script}: {word}");
        }
    }
    // Every way to install that is told is locked.
    let mut told = 0;
    let told_of = ["README.md", "SECURITY.md", "ARCHITECTURE.md", "CHANGELOG.md", "tests/run"];
    for name in told_of.into_iter().chain(parts.iter().map(String::as_str)) {
        let text = file(name);
        let installs = [" install --path", "install cargo-", "\"$cargo\" install", "cargo install"];
        for line in text.lines().filter(|line| installs.iter().any(|install| line.contains(install))) {
            told += 1;
            assert!(line.contains("--locked"), "{name}: {line}");
        }
    }
    assert!(told >= 6, "{told}");
    // Whoever hands something on can be held to it: the same bytes from another builder, what is in them, and their sums.
    for (part, words) in [
        ("run", vec!["build", "bill", "sums"]),
        ("build.sh", vec!["cmp \"$one/$binary\" \"$two/$binary\" ||", "remapped", "--locked"]),
        ("bill.sh", vec!["cyclonedx"]),
        ("sums.sh", vec!["sha256sum >SHA256SUMS"]),
    ] {
        let text = file(&format!("tests/package/{part}"));
        for word in words {
            assert!(text.contains(word), "tests/package/{part}: {word}");
        }
    }
    // And to what is locked every byte counts.
    let lock: Table = file("Cargo.lock").parse().unwrap();
    let mut sums = BTreeMap::new();
    for package in lock["package"].as_array().unwrap().iter().filter(|package| package.get("source").is_some()) {
        let sum =
            package.get("checksum").and_then(|sum| sum.as_str()).unwrap_or_else(|| panic!("{package} has no sum"));
        assert_eq!(sums.insert(sum.to_owned(), package["name"].to_string()), None, "{package}");
    }
    assert!(sums.len() > 200, "{}", sums.len());
}
