//! Under cron and systemd: quiet while all is well, one paragraph when it is not, and examples that work as they stand.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use orchester::sandbox::Sandbox;

use crate::support::cli::{Output, Room, finish};
use crate::support::whole::Whole;

fn example(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)).unwrap()
}

/// What stands in a crontab: variables, and commands after five fields of time.
fn crontab() -> (Vec<(String, String)>, Vec<String>) {
    let (mut variables, mut commands) = (Vec::new(), Vec::new());
    let text = example("crontab");
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        if let Some((name, value)) =
            line.split_once('=').filter(|(name, _)| name.chars().all(|sign| sign.is_ascii_uppercase() || sign == '_'))
        {
            variables.push((name.to_owned(), value.to_owned()));
            continue;
        }
        assert!(fields.len() > 6, "{line}");
        for field in &fields[..5] {
            assert!(field.chars().all(|sign| sign.is_ascii_digit() || "*/,-".contains(sign)), "{line}");
        }
        // A percent sign would be a line feed to cron.
        assert!(!line.contains('%'), "{line}");
        let command = fields[5..].join(" ");
        assert!(command.starts_with("orchest "), "{line}");
        commands.push(command);
    }
    (variables, commands)
}

/// The machine of the examples: their files in a home, and the emulated platform behind their settings.
struct Machine {
    whole: Whole,
    bin: PathBuf,
}

impl Machine {
    fn new() -> Self {
        let whole = Whole::start(false);
        let room = &whole.room;
        let of = |name: &str| {
            whole
                .sandbox
                .environment()
                .into_iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value)
                .unwrap_or_default()
        };
        let settings = format!(
            "[keystone]\nurl = \"{}\"\n[auth]\nuser = \"{}\"\npassword_file = \"admin.pw\"\n\
             [connector.github]\napi_url = \"{}\"\norganization = \"{}\"\ntoken_file = \"github.token\"\npace = \"0s\"\n",
            of("ORCHEST_KEYSTONE"),
            of("ORCHEST_USER"),
            of("ORCHEST_GITHUB"),
            of("ORCHEST_GITHUB_ORGANIZATION"),
        );
        room.file("etc/settings.toml", &settings);
        room.file("etc/admin.pw", Sandbox::PASSWORD);
        room.file("etc/github.token", &of("ORCHEST_GITHUB_TOKEN"));
        room.file("etc/lines.txt", "user show bob -s smartcity\nuser show carl -s smartcity\n");
        let people = whole
            .room
            .run(&["members", "list", "-c", "github", "-o", "csv", "--columns", "id", "--filter", "state=active"])
            .success()
            .stdout;
        let names: String = people.lines().skip(1).map(|login| format!("{login}\n")).collect();
        room.file("etc/people.csv", &format!("github\n{names}"));
        std::fs::create_dir_all(room.path("var")).unwrap();
        let bin = room.path("bin");
        std::fs::create_dir_all(&bin).unwrap();
        std::os::unix::fs::symlink(Room::BINARY, bin.join("orchest")).unwrap();
        Self { whole, bin }
    }

    /// As cron runs it: /bin/sh, nearly no environment, nobody there.
    fn cron(&self, command: &str) -> Output {
        let (variables, _) = crontab();
        let here = |text: &str| {
            let text = text.replace("/etc/orchest/", &format!("{}/", self.whole.room.path("etc").display()));
            text.replace("/var/lib/orchest/", &format!("{}/", self.whole.room.path("var").display()))
        };
        let command = here(command);
        let home = self.whole.room.path("var");
        let mut shell = Command::new("/usr/bin/env");
        shell.arg("-i").arg(format!("HOME={}", home.display())).arg("LOGNAME=orchest").arg("SHELL=/bin/sh");
        for (name, value) in &variables {
            let value = if name == "PATH" { format!("{}:{value}", self.bin.display()) } else { here(value) };
            shell.arg(format!("{name}={value}"));
        }
        shell.args(["/bin/sh", "-c", &command]).current_dir(&home);
        let child = shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        finish(child, &[&command])
    }
}

#[test]
fn the_crontab_is_quiet_while_all_is_well() {
    let machine = Machine::new();
    let (variables, commands) = crontab();
    assert!(commands.len() >= 3 && variables.iter().any(|(name, _)| name == "ORCHEST_NO_INPUT"), "{commands:?}");
    for command in &commands {
        let output = machine.cron(command).success();
        assert!(output.stdout.is_empty() && output.stderr.is_empty(), "cron would send a mail\n{output}");
    }
    let served = machine.whole.sandbox.take_record().requests;
    assert!(
        served.iter().any(|request| request.path.contains("/members"))
            && served.iter().any(|request| request.path.contains("name=carl"))
    );
    // No line holds a secret, as the doctor sees it.
    let fake = machine.bin.join("crontab");
    std::fs::write(&fake, format!("#!/bin/sh\ncat <<'END'\n{}END\n", example("crontab"))).unwrap();
    std::fs::set_permissions(&fake, std::fs::Permissions::from_mode(0o755)).unwrap();
    let output = machine.cron("orchest doctor").success();
    assert!(output.stdout.contains("crontabs call orchest without secrets"), "{output}");
}

#[test]
fn a_failure_is_one_paragraph_that_says_it_all() {
    let machine = Machine::new();
    let (_, commands) = crontab();
    machine.whole.sandbox.set_faults(vec!["status=503@*".parse().unwrap()]);
    let sync = commands.iter().find(|command| command.contains("members sync")).unwrap();
    let output = machine.cron(&format!("{sync} --retries 1")).code(75);
    let paragraph = &output.stderr;
    for part in
        ["error: ", "GitHub", "503", "ended with 75, and may be run again as it is: orchest members sync ", "next: "]
    {
        assert!(paragraph.to_lowercase().contains(&part.to_lowercase()), "{part}\n{output}");
    }
    assert!(!paragraph.contains("\n\n") && paragraph.lines().count() <= 8, "{output}");
    // With the paragraph, and nothing else, on standard error.
    assert!(output.stdout.is_empty(), "{output}");
    machine.whole.sandbox.set_faults(Vec::new());
    // On a terminal, or where nobody said that nobody is there, the line is on the screen already.
    let output = machine.whole.room.run(&["user", "show", "nobody", "-s", "smartcity"]).code(3);
    assert!(!output.stderr.contains("ended with"), "{output}");
    let output = machine.whole.room.run(&["user", "show", "nobody", "-s", "smartcity", "--no-input"]).code(3);
    assert!(output.stderr.contains("ended with 3: orchest user show nobody -s smartcity --no-input"), "{output}");
}

/// Two runs at once: the second says who the first is.
#[test]
fn a_lock_names_its_holder() {
    let machine = Machine::new();
    let room = &machine.whole.room;
    let line = ["service", "create", "town", "--admin-user", "a", "--new-password-file", "new.pw"];
    machine.whole.sandbox.reset_count();
    machine.whole.sandbox.set_faults(vec!["delay=8s@6:before".parse().unwrap()]);
    let first = room.spawn(&line);
    let begun = std::time::Instant::now();
    let log = room.path(".state/orchest/runs.jsonl");
    while !std::fs::read_to_string(&log).is_ok_and(|text| text.contains("service create town")) {
        assert!(begun.elapsed().as_secs() < 30);
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let second = room.run(&[&line[..], &["--no-input"]].concat());
    let second =
        second.code(75).says(&format!("pid {}", first.id())).says("(service create town").says("--lock-timeout");
    assert!(second.stderr.contains("ended with 75, and may be run again as it is"), "{second}");
    finish(first, &line).success();
}

#[test]
fn the_units_are_what_systemd_takes() {
    let folder = tempfile::tempdir().unwrap();
    let units = ["orchest-members.service", "orchest-members.timer"];
    for name in units {
        let text = example(&format!("systemd/{name}")).replace("/usr/bin/orchest", Room::BINARY);
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let service = example("systemd/orchest-members.service");
    let exec = service.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/bin/orchest ")).unwrap();
    for wanted in ["--no-input", "--quiet", "--lock-timeout"] {
        assert!(exec.contains(wanted), "{exec}");
    }
    for wanted in [
        "LoadCredential=",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "UMask=0077",
        "DynamicUser=yes",
        "Restart=on-failure",
        "StateDirectory=orchest",
        "CapabilityBoundingSet=\n",
    ] {
        assert!(service.contains(wanted), "{wanted}");
    }
    // 75 alone is tried again.
    let final_ones = service.lines().find_map(|line| line.strip_prefix("RestartPreventExitStatus=")).unwrap();
    assert_eq!(final_ones.split(' ').collect::<Vec<_>>(), ["1", "2", "3", "4", "5", "6", "7", "8", "78"]);
    // The line is one that the program takes.
    let words: Vec<&str> = exec.split(' ').collect();
    let output = Room::new().run(&[&words[..], &["--columns", "help"]].concat());
    assert_ne!(output.code, Some(2), "{output}");
    // The settings beside it name no secret, and read the one that systemd hands over.
    let settings: toml::Table = example("systemd/members.toml").parse().unwrap();
    let command = &settings["connector"]["github"]["token_command"][1];
    let id = service.lines().find_map(|line| line.strip_prefix("LoadCredential=")?.split(':').next()).unwrap();
    assert_eq!(command.as_str().unwrap(), format!("/run/credentials/orchest-members.service/{id}"));
    match Command::new("systemd-analyze").arg("verify").args(units.map(|name| folder.path().join(name))).output() {
        Ok(output) => {
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && !told.contains("Unknown"), "{told}");
        }
        // Elsewhere than on systemd the sections and the keys are at least well-formed.
        Err(_) => {
            for name in units {
                let text = example(&format!("systemd/{name}"));
                let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
                assert!(
                    lines.clone().count() > 4 && lines.clone().all(|line| line.starts_with('[') || line.contains('=')),
                    "{name}"
                );
            }
        }
    }
}
