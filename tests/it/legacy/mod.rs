//! `orchest legacy` and docs/legacy.md: every row of that document that has a command is run on an emulated platform, and has
//! to end well and to do what it says. A row without a test fails.

use std::collections::BTreeMap;

use orchester::sandbox::{Backend, Sandbox, SandboxOptions};

use crate::support::cli::{Output, Room};

mod effects;
mod routes;

use effects::{Effect, expected};

const DOCUMENT: &str = include_str!("../../../docs/legacy.md");

/// The rows of the table below a heading, as cells without their code marks.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let part = DOCUMENT.split("\n## ").find(|part| part.starts_with(heading)).unwrap();
    let rows = part.lines().filter(|line| line.starts_with("| ")).skip(1);
    let cells = |line: &str| line.replace("\\|", "\u{1}").trim_matches('|').split('|').map(cell).collect();
    rows.map(cells).collect()
}

fn cell(text: &str) -> String {
    text.replace('\u{1}', "|").replace('`', "").trim().to_owned()
}

/// A platform, its administrator, and what stands in which place of a line.
struct Stage {
    sandbox: Sandbox,
    room: Room,
    values: BTreeMap<String, String>,
    platform: bool,
}

const PASSWORDS: [(&str, &str); 3] =
    [("adm1.pw", "tall-Order-7001"), ("carl.pw", "tall-Order-7002"), ("carl2.pw", "tall-Order-7003")];

impl Stage {
    fn new(platform: bool) -> Self {
        let mut options = SandboxOptions::default();
        options.platform = platform;
        let sandbox = Sandbox::start(options).unwrap();
        let room = sandbox.environment().iter().fold(Room::new(), |room, (name, value)| room.env(name, value));
        let room = room.env("ORCHEST_RETRIES", "1").env("CLOUD_PW", Sandbox::PASSWORD);
        for (name, password) in PASSWORDS {
            room.file(name, password);
        }
        room.file(".orchester.toml", "[module.STH]\nnotify_url = \"http://127.0.0.1:9/sth\"\n");
        let mut values = BTreeMap::new();
        let mut set = |name: &str, value: &str| drop(values.insert(name.to_owned(), value.to_owned()));
        for (name, backend) in
            [("KEYSTONE", Backend::Keystone), ("KEYPASS", Backend::Keypass), ("ORION", Backend::Orion)]
        {
            let url = sandbox.url(backend);
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
    fn line(&self, script: &str, arguments: &str, change: &[(&str, &str)]) -> Vec<String> {
        let value = |name: &str| {
            let changed = change.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned());
            changed.or_else(|| self.values.get(name).cloned()).unwrap_or_else(|| panic!("nothing for {name}"))
        };
        let words = arguments.split_whitespace().map(value);
        ["legacy".to_owned(), script.to_owned()].into_iter().chain(words).collect()
    }

    fn run(&self, line: &[String]) -> Output {
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
    fn prepared(&self, row: &[String], change: &[(&str, &str)], flags: &[&str]) -> Vec<String> {
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
    fn walk(&self, row: &[String]) {
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
        assert!(!output.stderr.contains(Sandbox::PASSWORD), "{output}");
        self.check(&line, &output, effects);
    }
}

fn scripts() -> Vec<Vec<String>> {
    let rows = rows("Scripts");
    assert_eq!(rows.len(), 44);
    rows
}

fn row(script: &str) -> Vec<String> {
    scripts().into_iter().find(|row| row[0] == script).unwrap()
}

#[test]
fn every_script_does_what_it_did_on_stock_servers() {
    let stage = Stage::new(false);
    let before = stage.sandbox.state();
    scripts().iter().for_each(|row| stage.walk(row));
    let (before, after) = (before["keystone"].to_string(), stage.sandbox.state()["keystone"].to_string());
    assert!(!after.contains("energy") && !after.contains("adm1") && before.len() == after.len(), "{after}");
}

#[test]
fn every_script_does_what_it_did_on_the_platform() {
    let stage = Stage::new(true);
    scripts().iter().for_each(|row| stage.walk(row));
}

/// The smoke tests of the scripts themselves, one after the other.
#[test]
fn the_sixteen_smoke_journeys() {
    let stage = Stage::new(true);
    let journeys = [
        "createNewService",
        "createNewSubService",
        "createNewServiceRole",
        "createNewServiceUser",
        "assignInheritRoleServiceUser",
        "assignRoleServiceUser",
        "assignRoleSubServiceUser",
        "listAllRoleAssignments",
        "listUserRoleAssignments",
        "listRoleAssignments",
        "listSubServiceRoleAssignments",
        "printServices",
        "printSubServices",
        "printServiceUsers",
        "printServiceRoles",
        "printServiceRolePolicies",
    ];
    for script in journeys {
        let change: &[(&str, &str)] =
            if script.ends_with("Policies") { &[("ROLE_NAME", "ServiceCustomerORION")] } else { &[] };
        let mut line = stage.prepared(&row(script), change, &[]);
        line[1].push_str(".py");
        let output = stage.run(&line).success();
        let shown = match script {
            "printServices" | "createNewService" => "city",
            "printSubServices" | "createNewSubService" => "energy",
            "printServiceRolePolicies" => "PolicyOrionServiceCustomer",
            "printServiceRoles" | "createNewServiceRole" | "listRoleAssignments" => "Gardener",
            _ => "carl",
        };
        assert!(output.stdout.contains(shown) || output.stderr.contains(shown), "{output}");
    }
}

#[test]
fn a_login_for_a_domain_makes_no_role_on_stock_keystone_and_is_told_so() {
    let stage = Stage::new(false);
    stage.walk(&row("createNewService"));
    let role = row("createNewServiceRole");
    let line = stage.line(&role[0], &role[1], &[]);
    stage.run(&line).code(5).says("--scope system");
    // What the environment says of the scope counts more than what the script had in it.
    let wide = ["--user-domain", "Default"].map(str::to_owned);
    let row = row("printServices");
    let line = [stage.line(&row[0], &row[1], &[]), wide.to_vec()].concat();
    let words: Vec<&str> = line.iter().map(String::as_str).collect();
    stage.run(&line).code(4).says("--scope domain --admin-domain Default");
    let room = Room::new().env("CLOUD_PW", Sandbox::PASSWORD).env("ORCHEST_SCOPE", "system");
    let output = room.run(&words).success().prints("city");
    assert!(!output.stderr.contains("--scope"), "{output}");
}

#[test]
fn the_role_of_customers_comes_with_its_policies() {
    let stage = Stage::new(true);
    stage.walk(&row("createNewService"));
    let line = stage.prepared(&row("createNewServiceRole"), &[("NEW_ROLE_NAME", "ServiceCustomer")], &[]);
    stage.run(&line).success().says("6 of 6");
    let policies = stage.line(
        "printServiceRolePolicies",
        &row("printServiceRolePolicies")[1],
        &[("ROLE_NAME", "ServiceCustomer")],
    );
    let output = stage.run(&policies).success();
    for component in ["Orion", "Perseo", "Iotagent", "STH", "Keypass"] {
        assert!(output.stdout.contains(&format!("{component}ServiceCustomer")), "{output}");
    }
    // A dry run looks at the first and says the others.
    stage.sandbox.reset_count();
    let dry = [vec!["--dry-run".to_owned()], line].concat();
    stage.run(&dry).success().says("6 of 6").says("only the first is looked at");
    let writes = stage.sandbox.requests().into_iter().filter(|asked| !["GET", "HEAD"].contains(&asked.method.as_str()));
    assert!(writes.clone().all(|asked| asked.path == "/v3/auth/tokens"), "{:?}", writes.collect::<Vec<_>>());
}

#[test]
fn passwords_come_in_three_ways_and_never_in_the_line() {
    let stage = Stage::new(true);
    stage.walk(&row("createNewService"));
    let users = row("printServiceUsers");
    let with = |form: &str| stage.line(&users[0], &users[1], &[("SERVICE_ADMIN_PASSWORD", form)]);
    let words = |line: &[String]| line.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let room = Room::new().env("MINE", "tall-Order-7001");
    room.file("pw", "tall-Order-7001\n");
    for (form, input) in [("@pw", ""), ("env:MINE", ""), ("-", "tall-Order-7001\n")] {
        let line = words(&with(form));
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        room.run_with_input(&line, input).success().prints("adm1").says("--password-file FILE");
    }
    stage.sandbox.take_record();
    let literal = with("tall-Order-7001");
    let literal: Vec<&str> = literal.iter().map(String::as_str).collect();
    let output = room.run(&literal).code(2).says("SERVICE_ADMIN_PASSWORD").says("env:NAME");
    assert!(!output.stderr.contains("tall-Order") && output.stdout.is_empty(), "{output}");
    // A token of somebody else in the environment does not take the place of the login that the line names.
    let strange = Room::new().env("MINE", "tall-Order-7001").env("ORCHEST_TOKEN", "stale");
    let line = with("env:MINE");
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    strange.run(&line).success();
    for file in room.files().iter().chain(&strange.files()).filter(|file| !file.ends_with("pw")) {
        let text = String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned();
        assert!(!text.contains("tall-Order"), "{}", file.display());
    }
    let again = with("env:MINE");
    let twice: Vec<&str> = again.iter().map(String::as_str).chain(["--password-file", "pw"]).collect();
    room.run(&twice).code(2).says("leave --password-file out");
}

#[test]
fn a_line_that_cannot_be_meant_is_refused_before_any_request() {
    let room = Room::new();
    room.run(&["legacy", "printServces"]).code(2).says("did you mean printServices?");
    room.run(&["legacy", "printServices", "http"])
        .code(2)
        .says("takes 6 arguments, not 1")
        .says("DOMAIN_ADMIN_PASSWORD");
    let two = ["legacy", "changeUserPassword", "http", "127.0.0.1", "1", "city", "adm1", "-", "carl", "-"];
    room.run(&two).code(2).says("only one password");
    // Nobody is asked; what destroys something takes a yes.
    let remove = ["legacy", "removeServiceUser", "http", "127.0.0.1", "1", "city", "carl", "adm1", "env:PW"];
    Room::new().env("PW", "tall-Order-7001").run(&remove).code(2).says("--yes");
    let list = room.ok(&["legacy", "list", "-o", "json"]);
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 44);
    assert_eq!(room.ok(&["legacy", "-o", "name"]).lines().count(), 44);
    assert!(room.ok(&["help", "migrate"]).contains("createTrustToken"));
}
