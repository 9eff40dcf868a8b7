//! `orchest help`: of a command, of a topic, or of what somebody wants to do.

mod cron;
mod find;
pub(super) mod tasks;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

use anyhow::Result;
use clap::CommandFactory as _;

use crate::base::text::safe;
use crate::config::{KEYS, Key};
use crate::output::fold;

use super::context::Context;
use super::error::CliError;
use super::manual::exits;
use super::manual::page::{Page, pages};
use super::{Cli, manual, nearest};

/// Each with what it is about, in a line.
const TOPICS: [(&str, &str, Text); 12] = [
    ("tasks", "What people come to do, and the lines that do it", Text::Made(tasks::topic)),
    ("names", "The platform's words, and how names are found", Text::Written(NAMES)),
    ("exit-codes", "What each exit code means", Text::Made(exits::topic)),
    ("environment", "Environment variables, and which setting wins", Text::Written(ENVIRONMENT)),
    ("settings", "Every setting with its default and its variables", Text::Made(settings)),
    ("output", "Formats, columns, sorting, filters and jq", Text::Written(OUTPUT)),
    ("secrets", "Where passwords and tokens are looked for and kept", Text::Written(SECRETS)),
    ("cron", "Lines that run unattended, from cron or systemd", Text::Written(cron::CRON)),
    ("mongo", "What is left to do in MongoDB", Text::Written(MONGO)),
    ("migrate", "The old scripts and their words of today", Text::Made(super::legacy::help)),
    ("paas", "What the orchestrators of deployments can do", Text::Made(super::paas::help)),
    ("connectors", "Members at GitHub, Trello, Slack and Google Drive", Text::Made(super::members::help)),
];

enum Text {
    Written(&'static str),
    /// Out of a table, so that it cannot be behind it.
    Made(fn() -> String),
}

/// What can be asked for.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TOPICS.iter().map(|(name, ..)| *name)
}

/// The same, each with what it is about.
pub(crate) fn told() -> impl Iterator<Item = (&'static str, &'static str)> {
    TOPICS.iter().map(|(name, about, _)| (*name, *about))
}

impl Text {
    fn read(&self) -> Cow<'static, str> {
        match self {
            Self::Written(text) => (*text).into(),
            Self::Made(make) => make().into(),
        }
    }
}

const NAMES: &str = "\
Words
  service      a Keystone domain; Orion, Perseo and Keypass call it tenant
  subservice   a Keystone project of that domain, called /NAME there; Orion's
               servicePath
  role         a Keystone role; a service's own is called <domain id>#NAME there
  user, group  as in Keystone
  trust        lets one user, the trustee, use roles of another, the trustor, on
               a subservice; it has an id and no name

Every NAME is a name, never an id. id:HEX forces an id. A name is found exactly
or not at all; if several things have it, nothing is done and they are listed
(exit 6). -s names the service and -S the subservice that a command works in.

--host and --port set the address of the back end that the noun talks to:
  service subservice user group role trust auth   keystone
  policy                                          keypass
  module subscription                             orion
  stats platform                                  orchestrator
  template paas                                   paas
members, and check, add and rm, ask the services that -c names: help connectors.
";

const ENVIRONMENT: &str = "\
A setting is taken from the first place that has it: flag, ORCHEST_* variable,
OS_* variable, the file that ORCHESTER_CONFIG_PATH names, ./.orchester.toml,
~/.orchester.toml, ~/.config/orchest/config.toml. Where each one comes from is
told by: orchest config show --origin. All of them: orchest help settings.

  ORCHEST_KEYSTONE      address of Keystone (also OS_AUTH_URL)
  ORCHEST_USER          user to log in as (also OS_USERNAME)
  ORCHEST_PASSWORD      password (also OS_PASSWORD); a file or command is safer
  ORCHEST_TOKEN         token to use instead of logging in (also OS_TOKEN)
  ORCHEST_PAAS          address of the PaaS orchestrator (also ORCHENT_URL,
                        ORCHESTRATOR_URL)
  ORCHEST_PAAS_TOKEN    token for it (also ORCHENT_TOKEN, ORCHESTRATOR_TOKEN)
  ORCHEST_OIDC_ACCOUNT  account of oidc-agent that gives one (also
                        ORCHENT_AGENT_ACCOUNT, OIDC_ACCOUNT); the agent is at
                        OIDC_SOCK or OIDC_REMOTE_SOCK
  ORCHEST_CONTEXT       context to use
  ORCHESTER_CONFIG_PATH settings file
  ORCHEST_NO_INPUT, CI  never ask anything
  NO_COLOR, CLICOLOR_FORCE, COLUMNS, TERM
                        how output looks
  HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY
                        proxies; this machine is never asked through one
";

const OUTPUT: &str = "\
Results go to standard output, everything else to standard error.

  -o table    for people (the default)      -o json   one document
  -o wide     with more columns             -o jsonl  one object a line
  -o csv      with a header, quoted         -o yaml   one document
  -o tsv      tab between columns           -o value  bare values
  -o name     names only

  --columns name,email      which columns; `--columns help` lists them
  --sort-by -name           downwards; several with commas
  --filter enabled=true     also != and ~ (contains); can be repeated
  --query '.[] | .name'     the jq language, on the JSON
";

const SECRETS: &str = "\
No flag takes a password itself. It is looked for in this order:
  --password-stdin, --password-file FILE (mode 0600), --password-command 'WORDS'
  ORCHEST_PASSWORD, OS_PASSWORD
  auth.password_file, auth.password_command of the settings, the nearer first,
    such as [\"pass\", \"show\", \"keystone\"]
  the keyring, if there is one; with auth.store = \"file\" a file of mode 0600
  a question on the terminal

`orchest auth login --store keyring` keeps it. Tokens are kept in
~/.local/state/orchest/tokens, mode 0600; `orchest auth logout` revokes them.

A token for the PaaS orchestrator is looked for in this order:
  --token-file FILE (mode 0600)
  ORCHEST_PAAS_TOKEN, ORCHENT_TOKEN, ORCHESTRATOR_TOKEN
  paas.token_file, paas.token_command of the settings, the nearer first
  the login that `orchest auth login paas` has kept
  oidc-agent: the account of paas.oidc_account, or the only one that is loaded
With -v the one in use is named, and those that were passed over.

The new password of a user comes from --new-password-stdin, --new-password-file
or --generate-password with --password-out FILE.
For the administrator of the directory (platform ldap) the variable is
ORCHEST_LDAP_PASSWORD, the settings are ldap.password_file and
ldap.password_command, of which the nearer counts.
Tokens for GitHub, Trello, Slack and Google Drive come from the variables
ORCHEST_GITHUB_TOKEN and so on, the nearest of token_file, token_command and
token in the settings, and then from where `orchest generate CONNECTOR` has kept
them: help connectors.
";

const MONGO: &str = "\
The platform's own tools touch MongoDB when services come and go. This one
speaks HTTP only, so it leaves that to whoever administers the database. For a
service NAME:

After creating it (once; Orion and STH work without, only slower)
  mongosh orion-NAME --eval '
    db.entities.createIndex({\"location.coords\": \"2dsphere\"});
    db.entities.createIndex({expDate: 1}, {expireAfterSeconds: 0});
    db.entities.createIndex({\"_id.servicePath\": 1, \"_id.id\": 1, \"_id.type\": 1});
    [\"creDate\", \"_id.id\", \"_id.type\", \"_id.servicePath\", \"attrNames\"].forEach(
      key => db.entities.createIndex({[key]: 1}))'
  mongosh sth_NAME --eval '
    db.getCollection(\"sth_/.aggr\").createIndex({\"_id.entityId\": 1,
      \"_id.entityType\": 1, \"_id.attrName\": 1, \"_id.resolution\": 1,
      \"_id.origin\": 1});
    db.getCollection(\"sth_/\").createIndex({entityId: 1, entityType: 1,
      attrName: 1, recvTime: 1})'
  For a subservice SUB the two collections are sth_/SUB.aggr and sth_/SUB.

After deleting it (a new service of that name would see the old data)
  mongosh orion-NAME --eval 'db.dropDatabase()'
  mongosh sth_NAME --eval 'db.dropDatabase()'
";

const SETTINGS: &str = "\
Each setting with its variables, the strongest first. `orchest config set KEY
VALUE` writes it to a file, `orchest config show --origin` tells what holds and
why, .orchester.example.toml explains at length.
";

/// How far the second column of the settings is in, and where it ends.
const INDENT: usize = 30;

/// Every setting: its key, what it is for, its default, its variables; those of one table together.
fn settings() -> String {
    let mut tables: Vec<&str> = KEYS.iter().map(table).collect();
    // By first appearance; those of no table last.
    let mut seen = HashSet::new();
    tables.retain(|table| seen.insert(*table));
    tables.sort_by_key(|table| table.is_empty());
    let mut text = SETTINGS.to_owned();
    for name in tables {
        text.push('\n');
        for key in KEYS.iter().filter(|key| table(key) == name) {
            describe(&mut text, key);
        }
    }
    text
}

/// `http` of `http.key`.
fn table(key: &Key) -> &'static str {
    key.name.split_once('.').map_or("", |(table, _)| table)
}

fn describe(text: &mut String, key: &Key) {
    let default = key.default.map(|default| format!("; default {default}")).unwrap_or_default();
    let folded = |words: &str| fold::text(words, fold::WIDTH - INDENT);
    let (about, variables) = (folded(&format!("{}{default}", key.help)), folded(&key.env.join(", ")));
    let lines = about.lines().chain(variables.lines());
    for (number, line) in lines.enumerate() {
        let name = if number == 0 { key.name } else { "" };
        let _ = writeln!(text, "  {name:<width$}{line}", width = INDENT - 2);
    }
}

pub(crate) fn run(context: &Context, asked: &[String]) -> Result<()> {
    Ok(context.printer.text(answer(asked)?.trim_end())?)
}

fn answer(asked: &[String]) -> Result<String> {
    // A noun can be a topic too; with a verb behind it, it is the noun.
    if let [only] = asked
        && let Some((.., text)) = TOPICS.iter().find(|(name, ..)| name == only)
    {
        return Ok(text.read().into_owned());
    }
    let tree = Cli::command();
    let mut here = &tree;
    for (place, word) in asked.iter().enumerate() {
        match here.find_subcommand(word) {
            Some(sub) => here = sub,
            None => return otherwise(asked, place, nearest::nearest(here, word)),
        }
    }
    Ok(manual::help(asked).unwrap_or_default())
}

/// Whether help finds anything by these words.
pub(crate) fn has(asked: &[String]) -> bool {
    !find::find(asked, &pages(Cli::command())).is_empty()
}

/// There is no such command: what else the words may mean. `known` of them were commands.
fn otherwise(asked: &[String], known: usize, near: Vec<String>) -> Result<String> {
    let is_one_word = asked.len() == known + 1;
    let topic = if known == 0 && is_one_word { nearest_topic(&asked.concat()) } else { None };
    let is_misspelt = is_one_word && (topic.is_some() || !near.is_empty());
    let pages = pages(Cli::command());
    let found = find::find(asked, &pages);
    if !is_misspelt && !found.is_empty() {
        return Ok(shown(&found));
    }
    let words = asked.join(" ");
    let error = CliError::usage(format!("there is no topic, command or task '{}'", safe(&words)));
    let command = near.into_iter().next().map(|near| {
        let before = asked.iter().take(known).map(String::as_str);
        before.chain([near.as_str()]).collect::<Vec<_>>().join(" ")
    });
    let meant = topic.map(str::to_owned).or(command);
    Err(match meant {
        Some(meant) => error.next(format!("did you mean: orchest help {meant}")),
        None => error.next(format!("topics: {}; or: orchest --help", names().collect::<Vec<_>>().join(", "))),
    }
    .into())
}

fn nearest_topic(word: &str) -> Option<&'static str> {
    let most = (word.chars().count() / 3).max(1);
    let rated = names().map(|name| (strsim::damerau_levenshtein(&word.to_lowercase(), name), name));
    // `exits` and `exit` mean exit-codes as well.
    let begins = |name: &str| word.len() >= 3 && name.starts_with(word.trim_end_matches('s'));
    let near = rated.filter(|(distance, name)| *distance <= most || begins(name)).min();
    near.map(|(_, name)| name)
}

fn shown(found: &find::Found<'_>) -> String {
    let mut parts: Vec<String> = found.tasks.iter().map(|task| task.shown()).collect();
    if !found.commands.is_empty() {
        let line = |page: &&Page| format!("  {:<32} {}", page.title(" "), page.summary());
        let line = |page: &&Page| {
            let line = line(page);
            // Two lines rather than one that is too long.
            if line.chars().count() <= fold::WIDTH {
                return line;
            }
            let about = fold::text(&format!("      {}", page.summary()), fold::WIDTH);
            format!("  {}\n{about}", page.title(" "))
        };
        let lines: Vec<String> = found.commands.iter().map(line).collect();
        parts.push(format!("Commands\n{}", lines.join("\n")));
    }
    parts.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_are_all_there_and_fit_a_terminal() {
        let text = settings();
        let words: HashSet<&str> = text.split_whitespace().map(|word| word.trim_end_matches([',', ';'])).collect();
        for key in KEYS {
            assert!(text.contains(&format!("\n  {} ", key.name)), "{}", key.name);
            assert!(key.env.iter().all(|variable| words.contains(variable)), "a variable of {}", key.name);
            let default = key.default.into_iter().flat_map(str::split_whitespace).collect::<Vec<_>>();
            assert!(default.iter().all(|word| words.contains(word)), "default of {}", key.name);
            let has = |default: &str| default.split(' ').all(|word| words.contains(word));
            assert!(key.default.is_none_or(has), "default of {}", key.name);
        }
        for line in text.lines() {
            assert!(line.chars().count() <= fold::WIDTH, "{line}");
        }
    }

    #[test]
    fn every_topic_fits_a_terminal() {
        for (name, about, text) in &TOPICS {
            // Beside the names, as a shell lists them.
            assert!(about.chars().count() + INDENT <= fold::WIDTH, "{name}: {about}");
            for line in text.read().lines() {
                assert!(line.chars().count() <= fold::WIDTH, "{name}: {line}");
                assert!(!line.ends_with(' '), "{name}: {line:?}");
            }
        }
    }

    fn said(words: &str) -> Result<String> {
        answer(&words.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_command_a_topic_and_a_task_are_explained() {
        assert!(said("user create").unwrap().contains("orchest user create dora"));
        assert!(said("users ls").unwrap().contains("orchest user list"));
        assert!(said("cron").unwrap().contains("crontab"));
        assert!(said("take somebody out").unwrap().contains("orchest members rm"));
        assert!(said("Change a password").unwrap().starts_with("change a password\n"));
    }

    #[test]
    fn a_wrong_word_gets_the_nearest() {
        for (words, meant) in [
            ("enviroment", "environment"),
            ("exit-code", "exit-codes"),
            ("exit", "exit-codes"),
            ("secret", "secrets"),
            ("servce", "service"),
            ("user lst", "user list"),
            ("user lts", "user list"),
        ] {
            let error = said(words).unwrap_err();
            let next = error.downcast_ref::<CliError>().unwrap().next.clone().unwrap();
            assert_eq!(next, format!("did you mean: orchest help {meant}"), "{words}");
        }
        let error = said("xyzzy").unwrap_err();
        assert!(error.downcast_ref::<CliError>().unwrap().next.as_ref().unwrap().starts_with("topics: tasks, names"));
    }

    #[test]
    fn keys_of_one_table_stand_together() {
        let text = settings();
        let at = |key: &str| text.find(&format!("\n  {key} ")).unwrap();
        assert!(at("keystone.url") < at("keystone.insecure") && at("keystone.insecure") < at("keypass.url"));
        assert!(at("http.key") < at("jobs"));
    }
}
