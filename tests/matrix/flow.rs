//! The flows: what is there before, the line that is typed, and what is special about it.

use orchester::sandbox::SandboxOptions;

use crate::stage::Stage;

#[derive(Clone, Copy)]
pub struct Flow {
    pub name: &'static str,
    pub options: fn() -> SandboxOptions,
    pub setup: fn(&mut Stage),
    /// What is typed; `~/` is the home.
    pub line: &'static str,
    /// Whether `--rollback` takes back what an unfinished run of it made.
    pub rolls_back: bool,
    /// Whether it changes nothing on servers.
    pub reads: bool,
    /// Whether it does several things of which some may fail: then 7 stands for what fails for a while, too.
    pub several: bool,
    /// Whether it waits for something: then a deadline may pass first, which is 8.
    pub waits: bool,
    /// Whether servers know a name by which two who make the same are told to be two. Deployments have none there: nothing
    /// can be said of a rival, and no server says that it was one.
    pub named: bool,
    /// How many of its requests are tried.
    pub most: usize,
}

impl Flow {
    pub const fn new(
        name: &'static str,
        options: fn() -> SandboxOptions,
        setup: fn(&mut Stage),
        line: &'static str,
    ) -> Self {
        Self {
            name,
            options,
            setup,
            line,
            rolls_back: false,
            reads: false,
            several: false,
            waits: false,
            named: true,
            most: usize::MAX,
        }
    }

    /// Its requests behind the first of these only ask whether it is done.
    pub const fn waiting_after(self, most: usize) -> Self {
        Self { most, waits: true, ..self }
    }

    pub const fn without_name(self) -> Self {
        Self { named: false, ..self }
    }

    pub const fn rolling_back(self) -> Self {
        Self { rolls_back: true, ..self }
    }

    pub const fn of_several(self) -> Self {
        Self { several: true, ..self }
    }

    /// Whether there is a login at this server that can be renewed: stock ones behind Keystone have none, and for all others
    /// the flows are given a token.
    pub fn logs_in_at(&self, server: &str) -> bool {
        server == "keystone" || ((self.options)().platform && ["keypass", "orion", "perseo"].contains(&server))
    }

    /// Whether this code is right, where one of these is.
    pub fn allows(&self, codes: &[i32], code: i32) -> bool {
        let late = self.waits && code == 8 && codes != [0];
        codes.contains(&code) || late || (self.several && code == 7 && codes != [0])
    }

    pub const fn reading(self) -> Self {
        Self { reads: true, ..self }
    }
}
