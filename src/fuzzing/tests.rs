//! The targets without a fuzzer: over their seeds, over what was found, and over what comes by chance.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// The names in a folder, without their endings; none where there is no such folder.
fn names(folder: &str) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(fuzz().join(folder)) else { return BTreeSet::new() };
    let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    entries.map(|entry| stem(entry.unwrap().path())).collect()
}

/// The inputs of a target in a folder; none where there is no such folder.
fn inputs(folder: &str, target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(fuzz().join(folder).join(target)) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.map(|path| (path.clone(), fs::read(&path).unwrap())).collect()
}

fn table() -> BTreeSet<String> {
    NAMES.iter().map(ToString::to_string).collect()
}

#[test]
fn every_target_is_in_the_table_the_manifest_the_files_and_has_seeds() {
    let manifest: toml::Table = toml::from_str(&fs::read_to_string(fuzz().join("Cargo.toml")).unwrap()).unwrap();
    let bins = manifest["bin"].as_array().unwrap();
    let word = |bin: &toml::Value, key: &str| bin[key].as_str().unwrap().to_owned();
    assert_eq!(bins.iter().map(|bin| word(bin, "name")).collect::<BTreeSet<_>>(), table());
    for bin in bins {
        assert_eq!(word(bin, "path"), format!("targets/{}.rs", word(bin, "name")));
    }
    assert_eq!(names("targets"), table());
    assert_eq!(names("seeds"), table());
    assert!(names("found").is_subset(&table()));
    for name in table() {
        let file = fs::read_to_string(fuzz().join(format!("targets/{name}.rs"))).unwrap();
        assert!(file.contains(&format!("orchester::fuzzing::{name}(bytes)")), "{file}");
        assert!(!inputs("seeds", &name).is_empty(), "{name}");
    }
}

#[test]
fn every_target_takes_its_seeds_and_whatever_was_found() {
    for (name, target) in TARGETS {
        for (path, bytes) in [inputs("seeds", name), inputs("found", name)].concat() {
            // Told where it fails.
            println!("{}", path.display());
            target(&bytes);
        }
    }
}

/// A seed with a piece put in the place of another, or bytes that mean nothing.
fn mangled() -> impl Strategy<Value = (Index, Option<Index>, Index, Index, Vec<u8>)> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        "\\PC{0,12}".prop_map(String::into_bytes),
        prop::sample::select(vec![
            "\"",
            "\n",
            "\u{1b}",
            "\\u0000",
            "&#13;",
            "99999999999999999999",
            "-1",
            "",
            "{",
            "[["
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    (any::<Index>(), any::<Option<Index>>(), any::<Index>(), any::<Index>(), piece)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn every_target_takes_mangled_seeds_and_bytes_of_any_kind((target, seed, one, other, piece) in mangled()) {
        let (name, target) = target.get(TARGETS);
        let seeds = inputs("seeds", name);
        let mut bytes = seed.map_or_else(Vec::new, |seed| seed.get(&seeds).1.clone());
        bytes.truncate(4096);
        let (one, other) = (one.index(bytes.len() + 1), other.index(bytes.len() + 1));
        bytes.splice(one.min(other)..one.max(other), piece);
        target(&bytes);
    }
}
