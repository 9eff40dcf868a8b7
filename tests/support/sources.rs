//! The files of the repository, for rules about the code itself.

use std::path::{Path, PathBuf};

/// The folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every source in Rust below a folder.
pub fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The lines of what is built into the product, with their numbers: without comments, and without tests beside the code.
pub fn of_product() -> Vec<(String, usize, String)> {
    let mut lines = Vec::new();
    for path in sources(&root().join("src")) {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        if name.contains("/tests/") || name.ends_with("tests.rs") || name.ends_with("testing.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        // The last thing in a file, by custom.
        let product = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let numbered = product.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        lines.extend(numbered.map(|(number, line)| (name.clone(), number + 1, line.to_owned())));
    }
    assert!(lines.len() > 10_000, "these are not the sources");
    lines
}
