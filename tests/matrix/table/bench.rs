//! A place at which the lines work, and the ids that they need there.

use std::collections::BTreeMap;
use std::time::Duration;

use orchester::sandbox::{Backend, SandboxOptions};

use super::row::Place;
use crate::stage::Stage;
use crate::{flows_iot, flows_more};

/// What is done at a place before anything is tried there.
type Setup = fn(&mut Stage);

pub struct Bench {
    pub stage: Stage,
    ids: BTreeMap<&'static str, String>,
}

impl Bench {
    pub fn new(place: Place) -> Self {
        let (options, setup): (fn() -> SandboxOptions, Setup) = match place {
            Place::Towns => (flows_iot::stock, towns),
            Place::Trusting => (flows_iot::stock, trusting),
            Place::Templates => (flows_more::quick, templates),
            Place::Deployments => (flows_more::quick, deployments),
            Place::People => (flows_more::people, people),
            Place::Home => (flows_iot::stock, home),
        };
        let stage = Stage::of(options, setup);
        let mut ids = BTreeMap::from([
            ("nothing", "11e7fc71-8e27-4c45-a7ae-0242ac110002".to_owned()),
            ("free", free_ports().to_string()),
            ("keystone", stage.sandbox.url(Backend::Keystone)),
            ("port", stage.sandbox.url(Backend::Keystone).rsplit(':').next().unwrap().to_owned()),
        ]);
        let first = |line: &str| stage.ok(line).stdout.lines().next().unwrap_or_else(|| panic!("{line}")).to_owned();
        match place {
            Place::Towns => {
                ids.insert("policy", first("policy list Gardener -s towns -o name"));
                ids.insert("subscription", first("subscription list -s towns -S energy -o name"));
            }
            Place::Trusting => drop(ids.insert("trust", first("trust list -o name"))),
            Place::Deployments => drop(ids.insert("schedule", first("paas schedule list -o name"))),
            Place::Templates => {
                let all = stage.ok("paas user list -o json").stdout;
                let all: serde_json::Value = serde_json::from_str(&all).unwrap();
                let leaver = all.as_array().unwrap().iter().find(|user| user.to_string().contains("bob")).unwrap();
                ids.insert("leaver", leaver["id"].as_str().unwrap().to_owned());
            }
            Place::Home => drop(ids.insert("run", first("audit list -o name"))),
            Place::People => {}
        }
        Self { stage, ids }
    }

    /// A line with the ids of this place.
    pub fn fill(&self, line: &str) -> String {
        self.ids.iter().fold(line.to_owned(), |line, (name, id)| line.replace(&format!("{{{name}}}"), id))
    }

    pub fn id(&self, name: &str) -> &str {
        &self.ids[name]
    }
}

/// The first of as many as a sandbox wants, where nobody is given any without asking for them.
fn free_ports() -> u16 {
    let begin = 17_000 + u16::try_from(std::process::id() % 600).unwrap() * 16;
    let is_free = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
    (begin..30_000).step_by(16).find(|base| (*base..base + 14).all(is_free)).unwrap()
}

fn towns(stage: &mut Stage) {
    flows_iot::towns(stage);
    stage.ok("group create crew -s towns");
    stage.ok("group member add crew dora -s towns");
    let policy = stage.ok("policy templates orion-customer").stdout;
    std::fs::create_dir_all(stage.home().join("policies/Gardener")).unwrap();
    stage.file("policy.xml", &policy);
    stage.file("policies/Gardener/policy.xml", &policy);
}

fn trusting(stage: &mut Stage) {
    flows_iot::trusting(stage);
    stage.ok("trust create --trustee carl --role Gardener -s towns -S energy --expires 30d");
}

const SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

fn templates(stage: &mut Stage) {
    let url = stage.sandbox.url(Backend::PaasV1);
    stage.set("ORCHEST_PAAS", &url);
    for who in ["bob", "alice"] {
        let token = stage.sandbox.paas_token(who, &["physics"], &SCOPES, Duration::from_secs(36_000), false);
        stage.set("ORCHEST_PAAS_TOKEN", &token);
        stage.ok("paas user add");
    }
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGnOXRzJ5lqVx2RYxEdB5mzYBmC5LOA3XG0sXl3nG7hV alice\n";
    stage.file("key.pub", key);
    stage.file("other.pub", &key.replace("IGnOXRzJ", "IGnOXRzK"));
    stage.file("vm.yaml", include_str!("../../../src/sandbox/paas/demo/machines.yaml"));
    stage.file("other.yaml", include_str!("../../../src/sandbox/paas/demo/notebook.yaml"));
    stage.ok("paas ssh-key set --key-file ~/key.pub");
    stage.ok("template add ~/vm.yaml");
}

fn deployments(stage: &mut Stage) {
    flows_more::with_vms(stage);
    stage.ok("deployment create ~/vm.yaml -p num_vms=1 -p sandbox_outcome=delete-stall --group physics --name stuck --wait=2h");
    stage.ok("deployment delete stuck --yes");
    stage.file("params.json", "{\"num_vms\": 1}");
    stage.ok("paas schedule create ~/vm.yaml --files scope:other* --replication rse=DESY --params ~/params.json --group physics --yes");
}

fn people(stage: &mut Stage) {
    flows_more::owner(stage);
    stage.set("ORCHEST_GITHUB_CLIENT_ID", "orchest");
}

fn home(stage: &mut Stage) {
    stage.ok("auth whoami");
    stage.ok("config context add lab --keystone http://127.0.0.1:1 --user admin");
    stage.ok("config set jobs 5");
    std::fs::create_dir_all(stage.home().join("work")).unwrap();
    stage.file("work/.orchester.toml", "[keystone]\nurl = 'http://127.0.0.1:1'\n");
    stage.file("lines.txt", "config get jobs\nhelp names\n");
    stage.file("admin-openrc.sh", "export OS_AUTH_URL=http://127.0.0.1:1/v3\nexport OS_USERNAME=admin\n");
    // Nobody listens on the first of all ports.
    for (name, value) in
        [("", "ldap://127.0.0.1:1"), ("_ADMIN", "admin"), ("_BASEDN", "dc=city"), ("_PASSWORD", "sand-7-castle")]
    {
        stage.set(&format!("ORCHEST_LDAP{name}"), value);
    }
}
