//! The tour on a real Keystone, which the README points at.

use std::path::Path;
use std::process::Command;

#[test]
fn the_small_city_is_built_and_taken_down_again() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(root.join("examples/smartcity.sh"));
    let command = command.env_clear().env("HOME", home.path()).env("PATH", "/usr/local/bin:/usr/bin:/bin");
    #[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
    let servers = std::env::var_os("ORCHEST_TEST_SERVERS");
    let command = match servers {
        Some(folder) => command.env("ORCHEST_TEST_SERVERS", folder),
        None => command,
    };
    let output = command.env("ORCHEST_BIN", env!("CARGO_BIN_EXE_orchest")).current_dir(home.path()).output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let everything = format!("{stdout}\n--- stderr\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{everything}");
    let last = stdout.lines().last().unwrap_or_default();
    assert!(last.contains("Left behind: 0 services, 0 roles"), "{everything}");
    for shown in ["$ orchest service create smartcity", "ann", "energy", "SubServiceAdmin", "all subservices"] {
        assert!(stdout.contains(shown), "{shown} is not shown\n{everything}");
    }
}
