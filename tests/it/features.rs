//! docs/features.md: what it claims is shown by tests that exist, nothing is left out, and it counts rightly.

use std::collections::{BTreeMap, HashSet};

use crate::support::sources::{root, sources};

const PAGE: &str = include_str!("../../docs/features.md");

/// As many features there are, and as many are to be there at least.
const ALL: usize = 101;
const LEAST: usize = 85;

struct Feature {
    number: usize,
    answer: String,
    reason: String,
}

fn features() -> Vec<Feature> {
    let rows = PAGE.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| #"));
    rows.map(|line| {
        // A bar within a cell is written with a backslash before it.
        let line = line.replace("\\|", "\u{1}");
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [number, _, answer, reason] = cells[..] else { panic!("four cells: {line}") };
        Feature { number: number.parse().unwrap(), answer: answer.to_owned(), reason: reason.to_owned() }
    })
    .collect()
}

/// The names of all tests, beside the code and in `tests`.
fn tests() -> HashSet<String> {
    let files = ["src", "tests"].into_iter().flat_map(|folder| sources(&root().join(folder)));
    let mut names = HashSet::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        let mut marked = false;
        for line in text.lines().map(str::trim) {
            if line == "#[test]" || line.starts_with("#[tokio::test") {
                marked = true;
            } else if marked && let Some((_, after)) = line.split_once("fn ") {
                names.insert(after.split('(').next().unwrap().to_owned());
                marked = false;
            }
        }
    }
    names
}

#[test]
fn every_feature_has_an_answer_and_what_is_claimed_is_tested() {
    let features = features();
    let numbers: Vec<usize> = features.iter().map(|feature| feature.number).collect();
    assert_eq!(numbers, (1..=ALL).collect::<Vec<usize>>());
    let tests = tests();
    let mut wrong = Vec::new();
    for Feature { number, answer, reason } in &features {
        let named: Vec<&str> = reason.split('`').skip(1).step_by(2).collect();
        let well = match answer.as_str() {
            "yes" => !named.is_empty() && named.iter().all(|name| tests.contains(*name)),
            "in part" | "no" => reason.len() > 20,
            _ => false,
        };
        if !well {
            wrong.push(format!("{number}: {answer}, {reason}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_sum_is_right_and_large() {
    let mut sums: BTreeMap<String, usize> = BTreeMap::new();
    for feature in features() {
        *sums.entry(feature.answer).or_default() += 1;
    }
    let sum = format!("{} yes, {} in part, {} no.", sums["yes"], sums["in part"], sums["no"]);
    assert!(PAGE.lines().any(|line| line == sum), "the page is to say: {sum}");
    assert!(sums["yes"] >= LEAST, "{sum}");
}
