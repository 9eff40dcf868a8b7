//! Somebody who is logged in everywhere.

use orchester::sandbox::{Backend, Sandbox, SandboxOptions, Seed};
use serde_json::Value;

use super::service::{SERVICES, Service};
use crate::support::cli::{Output, Room};

pub struct Desk {
    pub sandbox: Sandbox,
    pub room: Room,
}

impl Desk {
    pub fn new() -> Self {
        Self::of(Seed::Demo)
    }

    pub fn of(seed: Seed) -> Self {
        let mut options = SandboxOptions::default();
        options.seed = seed;
        let sandbox = Sandbox::start(options).unwrap();
        // Removing and adding needs one of the larger plans.
        sandbox.set_switch("slack.plan=business").unwrap();
        let mut room = Room::new().env("ORCHEST_RETRIES", "1").env("ORCHEST_GITHUB_PACE", "0s");
        for service in &SERVICES {
            let token = sandbox.members_token(service.kind, service.owner, service.scopes, None);
            room = room.env(service.variable, &token);
        }
        let url = |backend: Backend| sandbox.url(backend);
        let text = format!(
            "[connector.github]\norganization = \"acme\"\napi_url = \"{}\"\n\
             [connector.trello]\nworkspace = \"acme\"\napi_key = \"{}\"\napi_url = \"{}/1\"\n\
             [connector.slack]\nmode = \"scim\"\napi_url = \"{slack}/api\"\nscim_url = \"{slack}/scim/v2\"\n\
             [connector.g_drive]\nfile_id = \"F1\"\napi_url = \"{}/drive/v3\"\n",
            url(Backend::GitHub),
            Sandbox::TRELLO_KEY,
            url(Backend::Trello),
            url(Backend::GDrive),
            slack = url(Backend::Slack),
        );
        room.file(".orchester.toml", &text);
        Self { sandbox, room }
    }

    /// With this variable for all that follows.
    pub fn with(self, name: &str, value: &str) -> Self {
        Self { room: self.room.env(name, value), ..self }
    }

    pub fn switch(&self, switches: &[&str]) {
        for switch in switches {
            self.sandbox.set_switch(switch).unwrap();
        }
    }

    pub fn run(&self, service: &Service, words: &[&str]) -> Output {
        self.room.run(&[&["members"], words, &["-c", service.name, "-o", "json"]].concat())
    }

    /// What came of a change of one person.
    #[track_caller]
    pub fn result(&self, service: &Service, words: &[&str]) -> String {
        let row = self.run(service, words).success().json()[0].clone();
        row["result"].as_str().unwrap_or_else(|| panic!("{row}")).to_owned()
    }

    #[track_caller]
    pub fn state(&self, service: &Service, id: &str) -> String {
        let row = self.run(service, &["check", id]).success().json()[0].clone();
        row["state"].as_str().unwrap_or_else(|| panic!("{row}")).to_owned()
    }

    /// What was asked of a service that changes something, since this was last asked.
    pub fn writes(&self, backend: Backend) -> usize {
        let record = self.sandbox.take_record();
        // Slack asks by POST too; what changes there goes to SCIM, in this mode.
        let is_write =
            |method: &str, path: &str| method != "GET" && (backend != Backend::Slack || path.starts_with("/scim/"));
        record.requests.iter().filter(|request| is_write(&request.method, &request.path)).count()
    }

    /// Whether the service says that it can tell a state, and why not.
    pub fn tells(&self, service: &Service, state: &str) -> (String, Value) {
        let rows = self.run(service, &["capabilities"]).success().json();
        let row = rows.as_array().unwrap().iter().find(|row| row["what"] == state).unwrap().clone();
        (row["possible"].as_str().unwrap().to_owned(), row["limits"].clone())
    }
}

/// Nobody was called absent, and nothing was called done.
#[track_caller]
pub fn claims_nothing(output: &Output) {
    for word in ["absent", "False", "already so", "removed", "added", "invited"] {
        assert!(!output.stdout.contains(word), "{word}\n{output}");
    }
}
