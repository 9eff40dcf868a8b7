//! The columns that a line names, looked at before its command begins: a line that asks which there are does nothing
//! else, and one that names a column which is none does nothing at all.

use anyhow::Result;

use crate::output::View;

use super::completions::columns::view;
use super::context::Context;
use super::error::CliError;
use super::manual::schema::printed;

/// They tell their columns themselves, before anything is sent: which there are depends on their other words, or nobody
/// else knows them.
const THEMSELVES: [&str; 14] = [
    "batch run",
    "doctor",
    "members list",
    "paas info",
    "platform ldap group list",
    "platform ldap group show",
    "platform ldap user list",
    "platform ldap user show",
    "service list",
    "stats local",
    "stats metrics",
    "stats show",
    "stats watch",
    "version",
];

/// What these print is as others have made it.
const OPEN: [&str; 4] = ["api", "deployment outputs", "deployment wait", "schema"];

/// These print another row for each kind of login.
const VARIOUS: [&str; 3] = ["auth login", "auth status", "auth whoami"];

/// Of what only reads, the lists whose rows are made here. In others there may be more than anybody knows, since servers
/// send what they like.
const OURS: [&str; 29] = [
    "audit list",
    "config context list",
    "config path",
    "config show",
    "deployment lint",
    "deployment log",
    "legacy",
    "legacy orchent",
    "legacy orpy",
    "log follow",
    "log show",
    "members capabilities",
    "members check",
    "members invitations",
    "members list",
    "members sync",
    "module list",
    "module status",
    "platform health",
    "platform loglevel show",
    "platform version",
    "policy diff",
    "policy lint",
    "policy list",
    "policy sync",
    "policy templates",
    "policy test",
    "role assignments",
    "user roles",
];

const OUTCOME: &[&str] = &["name", "result", "line", "detail"];
const OF_A_USER: &[&str] = &["name", "email", "description", "groups", "dn"];
const OF_A_GROUP: &[&str] = &["name", "description", "members", "dn"];

/// What the tests that write down what commands print do not see: they have no directory, and their servers do not send
/// everything.
const UNSEEN: &[(&str, &[&[&str]])] = &[
    ("check", &[&["result"]]),
    ("deployment create", &[&["owned_by", "template_id"]]),
    ("deployment update", &[&["owned_by", "template_id"]]),
    ("generate", &[&["connector", "identity", "scopes", "expires_at", "kept_in"]]),
    ("members check", &[&["result"]]),
    ("platform ldap group create", &[OF_A_GROUP, OUTCOME]),
    ("platform ldap group delete", &[OUTCOME]),
    ("platform ldap group member add", &[OUTCOME]),
    ("platform ldap group member rm", &[OUTCOME]),
    ("platform ldap group update", &[OF_A_GROUP]),
    ("platform ldap user create", &[OF_A_USER, OUTCOME]),
    ("platform ldap user delete", &[OUTCOME]),
    ("platform ldap user update", &[OF_A_USER]),
    ("role grant", &[&["line"]]),
    ("role revoke", &[&["line"]]),
    ("subservice create", &[&["step", "state", "detail"]]),
];

/// Whether the line only asked which columns its command has, and is answered. `command`: its words, by their own
/// names.
pub(super) fn are_told(context: &Context, command: &str) -> Result<bool> {
    let printer = &context.printer;
    if !printer.names_columns() {
        return Ok(false);
    }
    if printer.asks_for_columns() {
        if THEMSELVES.contains(&command) {
            return Ok(false);
        }
        if let Some(view) = view(command) {
            return Ok(printer.explain_columns(view)?);
        }
        let keys = if OPEN.contains(&command) { Vec::new() } else { keys(command) };
        if keys.is_empty() {
            return Err(untold(command).into());
        }
        printer.explain_keys(&keys)?;
        return Ok(true);
    }
    if let Some(Known { views, keys, may_be_more }) = known(command) {
        printer.expect_columns(&views, &keys, may_be_more)?;
    }
    Ok(false)
}

/// The keys of its rows, and what each of them holds.
fn keys(command: &str) -> Vec<(String, String)> {
    let mut keys = printed(command).map(|printed| printed.keys).unwrap_or_default();
    let unseen = UNSEEN.iter().filter(|(words, _)| *words == command);
    for key in unseen.flat_map(|(_, more)| more.iter().copied().flatten()) {
        if !keys.iter().any(|(known, _)| known == key) {
            keys.push(((*key).to_owned(), "-".to_owned()));
        }
    }
    keys
}

/// What can be a column of a command.
struct Known {
    views: Vec<&'static View>,
    keys: Vec<String>,
    /// Whether its row is as a server sends it, which may hold what nobody here has heard of.
    may_be_more: bool,
}

/// All of it, where that is known beforehand.
fn known(command: &str) -> Option<Known> {
    let is_open = match view(command) {
        Some(_) => !OURS.contains(&command),
        None => THEMSELVES.contains(&command) || OPEN.contains(&command) || VARIOUS.contains(&command),
    };
    if is_open {
        return None;
    }
    let mut all = vec![command.to_owned()];
    let mut may_be_more = false;
    // What is made or changed is shown as its noun shows it, with whatever the server has to say about it.
    if view(command).is_none()
        && printed(command).is_some_and(|printed| !printed.is_list)
        && let Some((noun, _)) = command.rsplit_once(' ')
    {
        let shown = ["show", "list"].map(|verb| format!("{noun} {verb}"));
        may_be_more = shown.iter().any(|words| view(words).is_some() && !OURS.contains(&words.as_str()));
        all.extend(shown);
    }
    let views: Vec<&'static View> = all.iter().filter_map(|words| view(words)).collect();
    let mut names: Vec<String> = Vec::new();
    for (key, _) in all.iter().flat_map(|words| keys(words)) {
        if !names.contains(&key) {
            names.push(key);
        }
    }
    // What prints no rows has no use for columns, and was never asked about them.
    (!views.is_empty() || !names.is_empty()).then_some(Known { views, keys: names, may_be_more })
}

fn untold(command: &str) -> CliError {
    if OPEN.contains(&command) {
        let error = CliError::usage(format!("which columns orchest {command} has is known only when it has answered"));
        return error.cause("nothing was done").next("without --columns, -o json shows all there is");
    }
    let error = CliError::usage(format!("orchest {command} prints no rows, so it has no columns"));
    error.cause("nothing was done").next(format!("orchest {command} --help"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;
    use crate::cli::manual::page::pages;

    #[test]
    fn every_line_of_the_tables_is_of_a_command() {
        let pages = pages(Cli::command());
        let unseen = UNSEEN.iter().map(|(command, _)| command);
        for command in THEMSELVES.iter().chain(&OPEN).chain(&VARIOUS).chain(&OURS).chain(unseen) {
            // Not every build has them.
            let is_lacking = (command.starts_with("platform ldap") && cfg!(not(feature = "ldap")))
                || (*command == "generate" && cfg!(not(feature = "oauth")));
            assert!(is_lacking || pages.iter().any(|page| page.words.join(" ") == *command), "{command}");
        }
        for command in OURS {
            assert!(view(command).is_some(), "{command} tells its columns as others do");
        }
    }

    #[test]
    fn what_is_known_beforehand_is_what_is_made_here_or_what_its_noun_shows() {
        let keys = |command: &str| known(command).map(|known| known.keys);
        assert_eq!(keys("user delete").unwrap(), ["detail", "line", "name", "result"]);
        let create = keys("user create").unwrap();
        assert!(["email", "result", "password_expires_at"].iter().all(|key| create.iter().any(|known| known == key)));
        let titled = |title: &str, view: &View| view.columns.iter().any(|column| column.title == title);
        assert!(known("trust create").unwrap().views.iter().any(|view| titled("USES LEFT", view)));
        assert!(keys("deployment create").unwrap().contains(&"template_id".to_owned()));
        assert!(keys("policy sync").unwrap().contains(&"result".to_owned()));
        // What a server makes of it is shown with all that it sends; what is done is told in words of ours.
        let may_be_more = |command: &str| known(command).unwrap().may_be_more;
        for open in ["user create", "user update", "service update", "subscription create", "paas schedule create"] {
            assert!(may_be_more(open), "{open}");
        }
        for closed in ["user delete", "role grant", "policy sync", "audit show", "platform loglevel set"] {
            assert!(!may_be_more(closed), "{closed}");
        }
        for open in ["user list", "api", "auth login", "deployment outputs", "stats show", "user show", "config set"] {
            assert!(known(open).is_none(), "{open}");
        }
    }

    #[test]
    fn whoever_has_no_columns_says_so_and_what_to_do_instead() {
        for (command, says) in [("config set", "prints no rows"), ("api", "known only when it has answered")] {
            let error = untold(command);
            assert_eq!((error.exit.code(), error.message.contains(says)), (2, true), "{command}");
            assert!(error.next.is_some(), "{command}");
        }
    }
}
