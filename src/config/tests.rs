//! Loading as a whole, from files in temporary directories.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use super::*;

mod connectors;
mod example;
mod layering;
mod modules;
mod strangers;
mod writing;

/// A home, a working directory and an XDG directory of their own.
struct World {
    root: tempfile::TempDir,
    inputs: Inputs,
}

impl World {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let home = root.path().join("home");
        let cwd = root.path().join("work");
        fs::create_dir_all(home.join(".config/orchest")).unwrap();
        fs::create_dir_all(&cwd).unwrap();
        let trust_file = Some(home.join(".config/orchest/trusted.toml"));
        let inputs = Inputs { cwd, home: Some(home), trust_file, ..Inputs::default() };
        Self { root, inputs }
    }

    fn with(files: &[(&str, &str)]) -> Self {
        let world = Self::new();
        for (name, text) in files {
            world.write(name, text);
        }
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.inputs.env.insert(name.into(), value.into());
        self
    }

    fn context(mut self, name: &str) -> Self {
        self.inputs.context = Some(name.into());
        self
    }

    fn flag(mut self, key: &str, value: impl Into<toml::Value>, name: &str) -> Self {
        self.inputs.flags.push((key.into(), value.into(), name.into()));
        self
    }

    fn trust(self, name: &str) -> Self {
        let path = self.path(name);
        trust::record(self.inputs.trust_file.as_ref().unwrap(), &path, &trust::text(&path).unwrap()).unwrap();
        self
    }

    fn load(&self) -> Settings {
        Settings::load(&self.inputs).unwrap()
    }

    fn error(&self) -> Error {
        Settings::load(&self.inputs).err().expect("an error")
    }

    fn text(&self, key: &str) -> Option<String> {
        self.load().text(key).unwrap()
    }

    fn url(&self, name: &str) -> Option<String> {
        self.load().backend(name).unwrap().map(|backend| backend.url)
    }
}
