use std::fmt::Write as _;
use std::path::Path;

use super::super::routes::Today;
use super::*;

const HEAD: &str = "\
# From the scripts and the REST interface of the IoT orchestrator

Made of the tables in `src/cli/legacy` (a test compares; `UPDATE=1 cargo test --lib legacy` writes it anew). Every row with a
command is run by `tests/it/legacy.rs`, and with a real Keystone by `tests/real/legacy.rs`. The same in a terminal: `orchest help migrate`.

## Scripts

`orchest legacy SCRIPT ARGUMENTS…` takes the old arguments in the old order, shows the command of today and runs it.

- The commands below also name the servers and the login. `KEYSTONE_PROTOCOL KEYSTONE_HOST KEYSTONE_PORT` become
  `--keystone PROTOCOL://HOST:PORT` (`KEYPASS_…` and `ORION_…` likewise). `http` in an old line is consent to plain http; to
  another machine it is warned about.
- `SERVICE_NAME SERVICE_ADMIN_USER` become `-s SERVICE --user ADMIN --user-domain SERVICE --scope domain --admin-domain SERVICE`,
  `DOMAIN_NAME DOMAIN_ADMIN_USER` the same with that domain. Where a script took the domain for granted it is `admin_domain`;
  `--user-domain` beside the line says another.
- A wider scope in the settings (`ORCHEST_SCOPE=system` or `project`) is kept: stock Keystone lets nobody make services and roles
  with a login for a domain. A scope `domain` in the settings belongs to another login, so the line's own domain counts.
- Passwords are written as `@FILE`, `env:NAME` or `-` (standard input, for one of them). The password itself is refused.
- The wrong number of arguments ends with 2 and the usage line. What removes things asks, or wants `--yes`. Exit codes are those
  of `orchest help exit-codes`.
- The role `Admin` is Keystone's own `admin`. A bundled policy file such as `policy-orion-admin.xml` is `--template orion-admin`,
  anything else a path. `EFFECTIVE` is `--effective` where it is True, true or TRUE. The trustees `pep` and `iotagent` are looked
  for in `admin_domain` and `Default`, where they live.
- `removeService` leaves Orion and Perseo alone unless the settings say where they are; behind a PEP it refuses and says how to
  go on.
- `createSubscribeContext` asks Keystone whether the subservice is there, unless a PEP stands before Orion; a user who may not list
  projects adds `--scope domain` with a role on the service. `ATTRIBUTES` are names with commas between them.
- `printServiceUserTrusts`: Keystone shows trusts to the trustee itself and to the administrators of the system, not to the
  administrator of a service. A service's own administrator sees what it gave with `orchest trust list`.
- `setAllServiceRolePolicies` had everything in its text: the service comes from `-s` or the settings.

| script | arguments | today |
|---|---|---|
";

const ROUTES_HEAD: &str = "
## Routes

Below `/v1.0/`. Where a route has an id, the command takes a name or `id:ID`. Each command also needs to know the servers and the
login: from the settings, from `ORCHEST_*` variables or from flags. `platform ldap` is in builds with the feature `ldap`.

| request | today |
|---|---|
";

fn document() -> String {
    let cell = |text: &str| text.replace('|', "\\|");
    let mut text = HEAD.to_owned();
    for script in &SCRIPTS {
        let (arguments, today) = (script.arguments().join(" "), cell(&script.shown()));
        let arguments = if arguments.is_empty() { String::new() } else { format!("`{arguments}`") };
        let commands: Vec<String> = today.split("; ").map(|command| format!("`orchest {command}`")).collect();
        let today =
            commands.join("; ").replace("`orchest of ServiceCustomer also ", "of ServiceCustomer also `orchest ");
        let today = today.replace(", five times`", "`, five times").replace(", twenty times`", "`, twenty times");
        writeln!(text, "| {} | {arguments} | {today} |", script.name).unwrap();
    }
    text.push_str(ROUTES_HEAD);
    for route in &ROUTES {
        let today = match route.today {
            Today::Command(_) => format!("`{}`", route.today.shown()),
            Today::NotDone(_) => route.today.shown(),
        };
        writeln!(text, "| {} {} | {today} |", route.verb, route.path).unwrap();
    }
    text
}

#[test]
fn the_document_says_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/legacy.md");
    #[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
    let update = std::env::var_os("UPDATE").is_some_and(|value| value == "1");
    if update {
        std::fs::write(&path, document()).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == document(),
        "docs/legacy.md differs from the tables; UPDATE=1 cargo test --lib legacy writes it anew"
    );
}

#[test]
fn the_topic_has_every_script_and_fits_a_terminal() {
    let text = help();
    for script in &SCRIPTS {
        assert!(text.contains(&format!("\n  {}\n", script.name)), "{}", script.name);
    }
    let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > WIDTH).collect();
    assert_eq!(wide, Vec::<&str>::new());
}

#[test]
fn no_route_is_there_twice_and_every_command_is_one() {
    let mut names: Vec<String> = ROUTES.iter().map(|route| format!("{} {}", route.verb, route.path)).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    for route in &ROUTES {
        if let Today::Command(command) = route.today {
            let words = std::iter::once("orchest").chain(command.split(' '));
            if let Err(error) = <crate::cli::Cli as clap::Parser>::try_parse_from(words) {
                panic!("{command}\n{error}");
            }
        }
    }
}
