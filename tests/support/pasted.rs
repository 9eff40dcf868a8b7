//! Lines that people are told to type, typed: by a shell, in the emulated city, with the files of `examples/city` beside them.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use orchester::sandbox::{Backend, Moment, Sandbox, SandboxOptions, Seed};
use serde_json::Value;

use super::cli::{Output, Room, finish};

/// What was done before, wherever an example works on something that only a command can make.
const BEFORE: [&str; 20] = [
    "mkdir -p ~/.local/share/bash-completion/completions ~/.zfunc ~/.config/fish/completions ~/.config/elvish/lib",
    "mkdir -m 700 ~/.ssh && cp bob.pub ~/.ssh/id_ed25519.pub",
    "mkdir -p ~/.config/openstack ~/.config/orchent && cp clouds.yaml ~/.config/openstack/ && cp orchent.conf ~/.config/orchent/",
    "printf %s \"$ORCHEST_PAAS_TOKEN\" > alice.token && chmod 600 alice.token",
    "orchest config context add lab --host 127.0.0.1 --port 5000 --scope project --admin-project admin",
    "orchest config context add prod --keystone https://ks.city.example:5000 --user admin --protected",
    "orchest config context add test --keystone https://test.city.example:5000 --file ./.orchester.toml",
    "orchest config set module.STH.notify_url http://127.0.0.1:8666/notify",
    "orchest config set module.PERSEO.notify_url http://127.0.0.1:9090/notices",
    "orchest service list",
    "orchest policy update ServiceCustomer customer.xml -s smartcity",
    "orchest trust create --trustee id:9c1e41aa --role SubServiceAdmin -s smartcity -S energy --user alice --user-domain smartcity",
    "orchest paas schedule create kafka.yaml --files 'scope:out*' --replication 'rse=DESY' --yes",
    "ORCHEST_PAAS=$V1 orchest paas ssh-key show",
    "orchest deployment create kafka.yaml -p sandbox_outcome=delete-stall --name stuck --group city --wait",
    "orchest deployment delete stuck --yes --wait=1s; test $? = 8",
    "orchest deployment create kafka.yaml -p nodes=3 --name kafka-test --group city --wait",
    // Two seconds, so that it has not moved for one.
    "sleep 2",
    "orchest deployment list --mine",
    "orchest audit list",
];

/// Ids are others in each platform; these of the examples stand for what the command prints first.
const IDS: [(&str, &str); 8] = [
    ("9c1e41aa", "orchest user show bob -s smartcity -o value --columns id"),
    ("65f0c8a1e4b0a1b2c3d4e5f6", "orchest subscription list -s smartcity -S energy -o value --columns id"),
    ("41aa9c1e", "orchest trust list --of bob -s smartcity -o value --columns id"),
    ("0123456789abcdef", "orchest audit list -o value --columns run"),
    ("11e8a1b2-0000-0000-0000-02420a000001", "orchest paas schedule list -o value --columns id"),
    ("3fa85f64-5717-4562-b3fc-2c963f66afa6", "ORCHEST_PAAS=$V1 orchest template list -o value --columns id"),
    ("7f0c6a1e-8e27-4c45-a7ae-0242ac110002", "ORCHEST_PAAS=$V1 orchest paas user show bob -o value --columns id"),
    ("11e7fc71-8e27-4c45-a7ae-0242ac110002", "orchest deployment list -o value --columns id"),
];

/// What only the orchestrators of the other dialect have.
const OF_V1: [&str; 3] = ["orchest template", "orchest paas user", "orchest paas ssh-key"];

pub struct Pasted {
    sandbox: Sandbox,
    room: Room,
    moment: Moment,
    kept: tempfile::TempDir,
    ids: Vec<(&'static str, String)>,
}

impl Pasted {
    /// The city, with what was done before.
    pub fn new() -> Self {
        let mut options = SandboxOptions::default();
        (options.seed, options.paas_speed) = (Seed::Demo, Duration::from_millis(20));
        let sandbox = Sandbox::start(options).unwrap();
        let room = sandbox.environment().iter().fold(Room::new(), |room, (name, value)| room.env(name, value));
        let folder = Path::new(Room::BINARY).parent().unwrap().display().to_string();
        let room = room
            .env("PATH", &format!("{folder}:/usr/local/bin:/usr/bin:/bin"))
            .env("SHELL", "/bin/sh")
            .env("ORCHEST_PAAS_STALLED_AFTER", "1s")
            .env("V1", &sandbox.url(Backend::PaasV1));
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/city"), &room.path("city"));
        let moment = sandbox.moment();
        let mut city = Self { sandbox, room, moment, kept: super::cli::folder(), ids: Vec::new() };
        for line in BEFORE {
            if line.contains("id:9c1e41aa") {
                city.learn(&IDS[..1]);
            }
            city.paste(line).success();
        }
        city.learn(&IDS[1..]);
        city.moment = city.sandbox.moment();
        copy(&city.room.path("."), city.kept.path());
        city
    }

    fn learn(&mut self, ids: &[(&'static str, &'static str)]) {
        for (id, line) in ids {
            let told = self.shell(line).success();
            let real = told.stdout.lines().next().unwrap_or_else(|| panic!("no id\n{told}")).trim().to_owned();
            assert!(!real.is_empty(), "{told}");
            self.ids.push((id, real));
        }
    }

    /// Everything is as it was before the first line.
    pub fn again(&self) {
        assert!(self.sandbox.settle(Duration::from_secs(30)), "requests are still under way");
        self.sandbox.go_back(&self.moment);
        for entry in std::fs::read_dir(self.room.path(".")).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
        }
        copy(self.kept.path(), &self.room.path("."));
    }

    /// Types one line.
    pub fn paste(&self, line: &str) -> Output {
        let mut line = line.to_owned();
        for (id, real) in &self.ids {
            line = line.replace(id, real);
        }
        let host = |backend: Backend| self.sandbox.url(backend).trim_start_matches("http://").to_owned();
        // Where `sandbox up` serves, and where people's own servers are.
        let keystone = host(Backend::Keystone);
        line = line.replace("127.0.0.1:15000", &keystone).replace("localhost:5000", &keystone);
        line = line.replace("127.0.0.1 15000", &keystone.replace(':', " "));
        line = line.replace("localhost:1026", &host(Backend::Orion));
        if OF_V1.iter().any(|beginning| line.contains(beginning)) {
            line = format!("export ORCHEST_PAAS=$V1; {line}");
        }
        self.shell(&line)
    }

    fn shell(&self, line: &str) -> Output {
        // A shell that is asked for by name only where the line needs it.
        let shell = if line.contains("<(") { "bash" } else { "sh" };
        let mut command = Command::new("timeout");
        self.room.furnish(command.args(["-k", "1", "60", shell, "-c", line]));
        command.current_dir(self.room.path("city"));
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut output = finish(child, &[]);
        line.clone_into(&mut output.line);
        output
    }

    /// The requests since somebody asked for them last.
    pub fn requests(&self) -> Vec<String> {
        self.sandbox.take_record().requests.iter().map(ToString::to_string).collect()
    }

    /// The commands as the program tells of them.
    pub fn commands(&self) -> Vec<Value> {
        self.room.run(&["schema"]).success().json()["commands"].as_array().unwrap().clone()
    }
}

/// Files for their owner alone, and folders.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target);
            std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o700)).unwrap();
        } else {
            let bytes = std::fs::read(&source).unwrap();
            let mut file = std::fs::File::create(&target).unwrap();
            file.set_permissions(std::fs::Permissions::from_mode(0o600)).unwrap();
            file.write_all(&bytes).unwrap();
        }
    }
}
