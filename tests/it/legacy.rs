//! `orchest legacy` and docs/legacy.md: every row of that document that has a command is run on an emulated platform, and has
//! to end well and to do what it says. A row without a test fails.

use std::collections::BTreeMap;

use orchester::sandbox::{Backend, Sandbox, SandboxOptions};

use crate::support::cli::{Output, Room};

#[path = "legacy_routes.rs"]
mod routes;

const DOCUMENT: &str = include_str!("../../docs/legacy.md");

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

/// How a line shows that it worked.
enum Effect {
    /// It prints this.
    Prints(&'static str),
    /// Afterwards this line of the administrator prints that.
    Holds(&'static str, &'static str),
    /// Afterwards it does not.
    Lacks(&'static str, &'static str),
    /// The same once more ends so.
    Again(i32),
}

use Effect::{Again, Holds, Lacks, Prints};

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
                Prints(text) => assert!(output.stdout.contains(text), "{text} is not in\n{output}"),
                Holds(look, text) => {
                    let seen = self.sees(look);
                    assert!(seen.contains(text), "{output}\n{look}: {text} is not in\n{seen}");
                }
                Lacks(look, text) => {
                    let seen = self.sees(look);
                    assert!(!seen.contains(text), "{output}\n{look}: {text} is in\n{seen}");
                }
                Again(code) => drop(self.run(line).code(*code)),
            }
        }
    }
}

const CARL: &str = "role assignments -s city --of-user carl";
const CREW: &str = "role assignments -s city --of-group crew";
const ON_ENERGY: &str = "role assignments -s city -S energy";

/// What each script has to bring about, and which words and flags it is given beyond the usual.
fn expected(script: &str) -> (&'static [(&'static str, &'static str)], &'static [&'static str], &'static [Effect]) {
    let yes: &[&str] = &["--yes"];
    match script {
        "createNewService" => (&[], &[], &[Holds("service list", "city,a city"), Holds("user list -s city", "adm1")]),
        "createNewSubService" => (&[], &[], &[Holds("subservice list -s city", "energy,city,power grid")]),
        "createNewServiceUser" => (&[], &[], &[Holds("user list -s city", "carl"), Again(0)]),
        "createNewServiceGroup" => (&[], &[], &[Holds("group list -s city", "crew")]),
        "createNewServiceRole" => (&[], &[], &[Holds("role list -s city", "Gardener")]),
        "createSubscribeContext" => (&[], &[], &[Prints("http://127.0.0.1:9/notify"), Again(0)]),
        "editService" => {
            (&[("NEW_SERVICE_DESCRIPTION", "a new city")], &[], &[Holds("service list", "city,a new city")])
        }
        "editSubService" => {
            (&[("NEW_SUBSERVICE_DESCRIPTION", "less power")], &[], &[Holds("subservice list -s city", "less power")])
        }
        // The next script logs in with what this one sets.
        "changeUserPassword" => (&[], &[], &[Again(0)]),
        // The same again has the old password.
        "changeUserPasswordByHimself" => (&[("NEW_USER_PASSWORD", "@carl.pw")], &[], &[Again(4)]),
        "printServices" => (&[], &[], &[Prints("a new city")]),
        "printSubServices" => (&[], &[], &[Prints("energy")]),
        "printServiceUsers" => (&[], &[], &[Prints("carl")]),
        "printServiceGroups" => (&[], &[], &[Prints("crew")]),
        "printServiceRoles" => (&[], &[], &[Prints("Gardener")]),
        "assignRoleServiceUser" => (&[], &[], &[Holds(CARL, "Gardener,user,carl,city,city,false")]),
        "assignRoleServiceGroup" => (&[("ROLE_NAME", "Admin")], &[], &[Holds(CREW, "admin,group,crew,city,city,false")]),
        "assignRoleSubServiceUser" => (&[], &[], &[Holds(ON_ENERGY, "Gardener,user,carl")]),
        "assignRoleSubServiceGroup" => (&[], &[], &[Holds(ON_ENERGY, "Gardener,group,crew")]),
        "assignInheritRoleServiceUser" => (&[], &[], &[Holds(CARL, "Gardener,user,carl,city,city,true")]),
        "assignInheritRoleServiceGroup" => (&[], &[], &[Holds(CREW, "Gardener,group,crew,city,city,true")]),
        "listAllRoleAssignments" => (&[], &[], &[Prints("Gardener")]),
        "listUserRoleAssignments" => (&[("EFFECTIVE", "True")], &[], &[Prints("Gardener"), Prints("energy")]),
        "listRoleAssignments" => (&[], &[], &[Prints("carl")]),
        "listSubServiceRoleAssignments" => (&[], &[], &[Prints("carl")]),
        "listGroupRoleAssignments" => (&[], &[], &[Prints("admin")]),
        "setRolePolicy" => (&[], &[], &[Again(0)]),
        "printServiceRolePolicies" => (&[], &[], &[Prints("STHSubServiceCustomer")]),
        "removeServiceRolePolicy" => (&[], yes, &[Again(0)]),
        "setAllServiceRolePolicies" => (&[], &["-s", "city"], &[Again(0)]),
        "createTrustToken" => (&[("ROLE_NAME", "SubServiceAdmin")], &[], &[Prints("carl"), Again(0)]),
        "printServiceUserTrusts" => (&[], &[], &[Prints("carl")]),
        "printServiceIotModules" => (&[], &[], &[Again(0)]),
        "unassignRoleServiceUser" => (&[], &[], &[Lacks(CARL, "Gardener,user,carl,city,city,false")]),
        "unassignRoleServiceGroup" => (&[("ROLE_NAME", "Admin")], &[], &[Lacks(CREW, "admin,group,crew,city,city,false")]),
        "unassignRoleSubServiceUser" => (&[], &[], &[Lacks(ON_ENERGY, "Gardener,user,carl")]),
        "unassignRoleSubServiceGroup" => (&[], &[], &[Lacks(ON_ENERGY, "Gardener,group,crew")]),
        "unassignInheritRoleServiceUser" => (&[], &[], &[Lacks(CARL, "true")]),
        "unassignInheritRoleServiceGroup" => (&[], &[], &[Lacks(CREW, "true")]),
        "removeServiceRole" => (&[], yes, &[Lacks("role list -s city", "Gardener")]),
        "removeServiceGroup" => (&[], yes, &[Lacks("group list -s city", "crew")]),
        "removeServiceUser" => (&[], yes, &[Lacks("user list -s city", "carl")]),
        "removeSubService" => (&[], yes, &[Lacks("subservice list -s city", "energy")]),
        "removeService" => (&[], yes, &[Lacks("service list", "city")]),
        other => panic!("nobody tests {other}"),
    }
}

#[test]
fn try_out() {
    for platform in [false, true] {
        let stage = Stage::new(platform);
        for row in rows("Scripts") {
            let (script, arguments) = (row[0].as_str(), row[1].as_str());
            let (change, flags, _) = expected(script);
            let mut line = stage.line(script, arguments, change);
            line.extend(flags.iter().map(|flag| (*flag).to_owned()));
            let output = stage.run(&line);
            if output.code == Some(0) {
                println!("ok {platform} {script} {}", output.stderr.lines().count());
            } else {
                println!("BAD {platform} {output}");
            }
        }
    }
}
