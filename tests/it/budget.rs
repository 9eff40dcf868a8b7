//! How many crates the product is made of. The numbers only go down: whoever raises one says why in the same commit.

use std::collections::BTreeSet;
use std::process::Command;

/// With everything that a user gets.
const DEFAULT: usize = 246;
/// What cannot be left out.
const BARE: usize = 147;

/// Distinct crates, a crate in two versions counted twice, for the machine that builds.
fn crates(arguments: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // `name v1.2.3 (proc-macro) (*)`
    text.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn the_crate_budget_holds() {
    for (arguments, budget) in [(&[][..], DEFAULT), (&["--no-default-features"][..], BARE)] {
        let crates = crates(arguments);
        assert!(crates.len() > 50, "this is no dependency tree: {crates:?}");
        assert!(crates.len() <= budget, "{} crates with {arguments:?}, {budget} are allowed", crates.len());
    }
}
