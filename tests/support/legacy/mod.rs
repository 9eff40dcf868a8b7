//! Walks docs/legacy.md: every row of that document that has a command is run, and has to end well and to do what it says. A
//! row without a test fails. Keystone may be a real one; the servers beside it are emulated.

use std::collections::BTreeMap;

use orchester::sandbox::{Backend, Sandbox, SandboxOptions};

use super::cli::{Output, Room};
use super::keystone::ADMIN_PASSWORD;

mod effects;
pub mod routes;

use effects::{Effect, expected};

const DOCUMENT: &str = include_str!("../../../docs/legacy.md");

/// The rows of the table below a heading, as cells without their code marks.
pub fn rows(heading: &str) -> Vec<Vec<String>> {
    let part = DOCUMENT.split("\n## ").find(|part| part.starts_with(heading)).unwrap();
    let rows = part.lines().filter(|line| line.starts_with("| ")).skip(1);
    let cells = |line: &str| line.replace("\\|", "\u{1}").trim_matches('|').split('|').map(cell).collect();
    rows.map(cells).collect()
}

fn cell(text: &str) -> String {
    text.replace('\u{1}', "|").replace('`', "").trim().to_owned()
}

/// A platform, its administrator, and what stands in which place of a line.
pub struct Stage {
    pub sandbox: Sandbox,
    pub room: Room,
    values: BTreeMap<String, String>,
    platform: bool,
}

const PASSWORDS: [(&str, &str); 3] =
    [("adm1.pw", "tall-Order-7001"), ("carl.pw", "tall-Order-7002"), ("carl2.pw", "tall-Order-7003")];

impl Stage {
    pub fn new(platform: bool) -> Self {
        let mut options = SandboxOptions::default();
        options.platform = platform;
        let sandbox = Sandbox::start(options).unwrap();
        let keystone = sandbox.url(Backend::Keystone);
        Self::beside(sandbox, &keystone, Sandbox::PASSWORD, platform)
    }

    /// With a Keystone that somebody else started.
    pub fn with_keystone(url: &str) -> Self {
        Self::beside(Sandbox::start(SandboxOptions::default()).unwrap(), url, ADMIN_PASSWORD, false)
    }

    fn beside(sandbox: Sandbox, keystone: &str, password: &str, platform: bool) -> Self {
        let room = sandbox.environment().iter().fold(Room::new(), |room, (name, value)| room.env(name, value));
        let room = room.env("ORCHEST_KEYSTONE", keystone).env("ORCHEST_PASSWORD", password);
        let room = room.env("ORCHEST_RETRIES", "1").env("CLOUD_PW", password);
        for (name, password) in PASSWORDS {
            room.file(name, password);
        }
        room.file(".orchester.toml", "[module.STH]\nnotify_url = \"http://127.0.0.1:9/sth\"\n");
        let mut values = BTreeMap::new();
        let mut set = |name: &str, value: &str| drop(values.insert(name.to_owned(), value.to_owned()));
        for (name, url) in [
            ("KEYSTONE", keystone.to_owned()),
            ("KEYPASS", sandbox.url(Backend::Keypass)),
            ("ORION", sandbox.url(Backend::Orion)),
        ] {
            let (protocol, rest) = url.split_once("://").unwrap();
            let (host, port) = rest.split_once(':').unwrap();
            set(&format!("{name}_PROTOCOL"), protocol);
            set(&format!("{name}_HOST"), host);
            set(&format!("{name}_PORT"), port);
        }
        let (domain, admin) = if platform { ("admin_domain", "cloud_admin") } else { ("Default", "admin") };
        for (name, value) in [
            ("DOMAIN_NAME", domain),
            ("DOMAIN_ADMIN_USER", admin),
            ("DOMAIN_ADMIN_PASSWORD", "env:CLOUD_PW"),
            ("NEW_SERVICE_NAME", "city"),
            ("SERVICE_NAME", "city"),
            ("NEW_SERVICE_DESCRIPTION", "a city"),
            ("NEW_SERVICE_ADMIN_USER", "adm1"),
            ("NEW_SERVICE_ADMIN_PASSWORD", "@adm1.pw"),
            ("SERVICE_ADMIN_USER", "adm1"),
            ("SERVICE_ADMIN_PASSWORD", "@adm1.pw"),
            ("SERVICE_USER_NAME", "adm1"),
            ("SERVICE_USER_PASSWORD", "@adm1.pw"),
            ("NEW_SUBSERVICE_NAME", "energy"),
            ("SUBSERVICE_NAME", "energy"),
            ("NEW_SUBSERVICE_DESCRIPTION", "power grid"),
            ("NEW_SERVICE_USER_NAME", "carl"),
            ("NEW_SERVICE_USER_PASSWORD", "@carl.pw"),
            ("USER_NAME", "carl"),
            ("USER_PASSWORD", "@carl2.pw"),
            ("NEW_USER_PASSWORD", "@carl2.pw"),
            ("NEW_SERVICE_GROUP_NAME", "crew"),
            ("GROUP_NAME", "crew"),
            ("NEW_ROLE_NAME", "Gardener"),
            ("ROLE_NAME", "Gardener"),
            ("EFFECTIVE", "False"),
            ("POLICY_FILE", "policy-sth-customer.xml"),
            ("POLICY_NAME", "STHSubServiceCustomer"),
            ("ENTITY_TYPE", "Lamp"),
            ("ENTITY_ID", "lamp1"),
            ("ATTRIBUTES", "power"),
            ("REFERENCE_URL", "http://127.0.0.1:9/notify"),
            ("TRUSTEE_USER_NAME", "carl"),
            ("TRUSTOR_USER_NAME", "adm1"),
        ] {
            set(name, value);
        }
        Self { sandbox, room, values, platform }
    }

    /// The old line of a script, with the words that differ here.
    pub fn line(&self, script: &str, arguments: &str, change: &[(&str, &str)]) -> Vec<String> {
        let value = |name: &str| {
            let changed = change.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned());
            changed.or_else(|| self.values.get(name).cloned()).unwrap_or_else(|| panic!("nothing for {name}"))
        };
        let words = arguments.split_whitespace().map(value);
        ["legacy".to_owned(), script.to_owned()].into_iter().chain(words).collect()
    }

    pub fn run(&self, line: &[String]) -> Output {
        self.room.run(&line.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// What the administrator sees.
    fn sees(&self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').chain(["-o", "csv"]).collect();
        self.room.ok(&words)
    }

    #[track_caller]
    fn check(&self, line: &[String], output: &Output, effects: &[Effect]) {
        assert!(!effects.is_empty(), "nothing is known of {}", output.line);
        for effect in effects {
            match effect {
                Effect::Prints(text) => assert!(output.stdout.contains(text), "{text} is not in\n{output}"),
                Effect::Holds(look, text) => {
                    let seen = self.sees(look);
                    assert!(seen.contains(text), "{output}\n{look}: {text} is not in\n{seen}");
                }
                Effect::Lacks(look, text) => {
                    let seen = self.sees(look);
                    assert!(!seen.contains(text), "{output}\n{look}: {text} is in\n{seen}");
                }
                Effect::Stored(server, text) | Effect::Gone(server, text) => {
                    let there = self.sandbox.state()[server].to_string().contains(text);
                    assert_eq!(there, matches!(effect, Effect::Stored(..)), "{output}\n{server}: {text}");
                }
                Effect::Again(code) => drop(self.run(line).code(*code)),
            }
        }
    }
}

/// Flags that a script needs beside its line, by what the platform's administrators may do.
fn of_platform(script: &str, arguments: &str, platform: bool) -> Vec<&'static str> {
    match (script, platform) {
        // It names nobody, and behind a PEP only a user of the service gets through.
        ("setAllServiceRolePolicies", true) => {
            let login = "--user adm1 --user-domain city --scope domain --admin-domain city --password-file adm1.pw";
            login.split(' ').collect()
        }
        // Stock Keystone lets only the system make and delete roles, and look for projects only with a role on the service.
        ("createNewServiceRole" | "removeServiceRole", false) => {
            vec!["--user", "admin", "--user-domain", "Default", "--scope", "system"]
        }
        ("createSubscribeContext", false) => vec!["--scope", "domain"],
        (_, false) if arguments.contains("DOMAIN_ADMIN_USER") => vec!["--scope", "system", "--user-domain", "Default"],
        _ => Vec::new(),
    }
}

impl Stage {
    /// The line of a row, with everything that it needs here.
    pub fn prepared(&self, row: &[String], change: &[(&str, &str)], flags: &[&str]) -> Vec<String> {
        let (script, arguments) = (row[0].as_str(), row[1].as_str());
        let more = of_platform(script, arguments, self.platform);
        let mut line = match more.contains(&"admin") {
            true => self.line(script, arguments, &[change, &[("SERVICE_ADMIN_PASSWORD", "env:CLOUD_PW")]].concat()),
            false => self.line(script, arguments, change),
        };
        line.extend(more.iter().chain(flags).map(|flag| (*flag).to_owned()));
        line
    }

    /// Runs the line of a row, which has to end well and to do what it is for.
    pub fn walk(&self, row: &[String]) {
        let script = row[0].as_str();
        let (change, flags, effects) = expected(script);
        let line = self.prepared(row, change, flags);
        if script == "printServiceIotModules" {
            let login = "--user adm1 --user-domain city --scope domain --admin-domain city --password-file adm1.pw";
            self.room.ok(&format!("module enable STH -s city -S energy {login}").split(' ').collect::<Vec<_>>());
        }
        // The administrator of a cloud does not get past a PEP; what is said there is enough to go on.
        if script == "removeService" && self.platform {
            self.run(&line).code(5).says("--keep-policies --keep-data");
            self.room.ok(&["service", "delete", "city", "--yes", "--keep-policies", "--keep-data"]);
            return;
        }
        let output = self.run(&line).success();
        assert!(output.stderr.contains("the same today"), "{output}");
        for (_, password) in PASSWORDS {
            assert!(!output.stderr.contains(password) && !output.stdout.contains(password), "{output}");
        }
        for password in [Sandbox::PASSWORD, ADMIN_PASSWORD] {
            assert!(!output.stderr.contains(password), "{output}");
        }
        self.check(&line, &output, effects);
    }
}

pub fn scripts() -> Vec<Vec<String>> {
    let rows = rows("Scripts");
    assert_eq!(rows.len(), 44);
    rows
}

pub fn row(script: &str) -> Vec<String> {
    scripts().into_iter().find(|row| row[0] == script).unwrap()
}
