//! The table of scripts and routes as people read it: `orchest help migrate`, and docs/legacy.md.

use std::fmt::Write as _;

use super::routes::ROUTES;
use super::scripts::SCRIPTS;

const WIDTH: usize = 80;

const INTRODUCTION: &str = "\
The scripts of the IoT orchestrator are still understood, with their arguments
in the old order:  orchest legacy SCRIPT ARGUMENTS…
It shows the command of today and runs it. That command also has the servers and
the login, which the old lines had in these places:

  KEYSTONE_PROTOCOL KEYSTONE_HOST   --keystone PROTOCOL://HOST:PORT; KEYPASS_…
  KEYSTONE_PORT                     and ORION_… likewise
  SERVICE_NAME SERVICE_ADMIN_USER   -s SERVICE --user ADMIN
                                    --user-domain SERVICE --scope domain
                                    --admin-domain SERVICE
  DOMAIN_NAME DOMAIN_ADMIN_USER     the same with that domain, or admin_domain
                                    where the script did not ask for it
  …_PASSWORD                        @FILE, env:NAME or - (standard input); the
                                    password itself is refused

A scope of the settings that is wider, such as ORCHEST_SCOPE=system, is kept:
stock Keystone wants it of whoever makes services and roles. Flags beside the
old line count more than what it says. The role Admin is Keystone's role admin.
What removes things asks first, or wants --yes; exit codes are those of
help exit-codes.
";

/// `orchest help migrate`.
pub(crate) fn help() -> String {
    let mut text = format!("{INTRODUCTION}\n");
    for script in &SCRIPTS {
        entry(&mut text, script.name, &script.shown());
    }
    text.push_str("\nRequests to its REST interface, below /v1.0/:\n\n");
    for route in &ROUTES {
        entry(&mut text, &format!("{} {}", route.verb, route.path), route.today.shown().trim_start_matches("orchest "));
    }
    text
}

fn entry(text: &mut String, name: &str, today: &str) {
    let _ = writeln!(text, "  {name}");
    let mut line = String::new();
    for word in today.split(' ') {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH - 6 {
            let _ = writeln!(text, "      {line}");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(text, "      {line}");
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
