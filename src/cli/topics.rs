//! `orchest help TOPIC`.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

use anyhow::Result;
use clap::CommandFactory;

use crate::config::{KEYS, Key};

use super::Cli;
use super::context::Context;
use super::error::CliError;

const TOPICS: [(&str, Text); 10] = [
    ("names", Text::Written(NAMES)),
    ("exit-codes", Text::Written(EXIT_CODES)),
    ("environment", Text::Written(ENVIRONMENT)),
    ("settings", Text::Made(settings)),
    ("output", Text::Written(OUTPUT)),
    ("secrets", Text::Written(SECRETS)),
    ("mongo", Text::Written(MONGO)),
    ("migrate", Text::Made(super::legacy::help)),
    ("paas", Text::Made(super::paas::help)),
    ("connectors", Text::Made(super::members::help)),
];

enum Text {
    Written(&'static str),
    /// Out of a table, so that it cannot be behind it.
    Made(fn() -> String),
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
  subservice   a Keystone project of that domain, called /NAME there; Orion's servicePath
  role         a Keystone role; a service's own is called <domain id>#NAME there
  user, group  as in Keystone
  trust        lets one user, the trustee, use roles of another, the trustor, on a
               subservice; it has an id and no name

Every NAME is a name, never an id. id:HEX forces an id. A name is found exactly or
not at all; if several things have it, nothing is done and they are listed (exit 6).
-s names the service and -S the subservice that a command works in.

--host and --port set the address of the back end that the noun talks to:
  service subservice user group role trust auth   keystone
  policy                                          keypass
  module subscription                             orion
  stats platform                                  orchestrator
  template paas                                   paas
members, and check, add and rm, ask the services that -c names: help connectors.
";

const EXIT_CODES: &str = "\
  0    what was asked for holds, whether it had to be changed or not
  1    failed
  2    wrong arguments, or --yes is missing without a terminal; nothing was sent
  3    not found, or, of a check with --exit-status, no
  4    not logged in, or the password is wrong or expired
  5    forbidden
  6    a conflict, or several things have that name
  7    some of many items failed; see --failed-to
  8    waited long enough (--wait, --limit); the work goes on, wait again
  10   there are differences (check --exit-status)
  75   temporary: network, overload, a lock; run the same command again
  78   the settings are broken
  130  stopped by Ctrl-C; 143 by SIGTERM; 141 the reader of the output went away
";

const ENVIRONMENT: &str = "\
A setting is taken from the first place that has it: flag, ORCHEST_* variable, OS_*
variable, the file that ORCHESTER_CONFIG_PATH names, ./.orchester.toml,
~/.orchester.toml, ~/.config/orchest/config.toml. `orchest config show --origin` says
where each one comes from. `orchest help settings` lists them all.

  ORCHEST_KEYSTONE      address of Keystone (also OS_AUTH_URL)
  ORCHEST_USER          user to log in as (also OS_USERNAME)
  ORCHEST_PASSWORD      password (also OS_PASSWORD); a file or command is safer
  ORCHEST_TOKEN         token to use instead of logging in (also OS_TOKEN)
  ORCHEST_PAAS          address of the PaaS orchestrator (also ORCHENT_URL, ORCHESTRATOR_URL)
  ORCHEST_PAAS_TOKEN    token for it (also ORCHENT_TOKEN, ORCHESTRATOR_TOKEN)
  ORCHEST_OIDC_ACCOUNT  account of oidc-agent that gives one (also ORCHENT_AGENT_ACCOUNT,
                        OIDC_ACCOUNT); the agent is at OIDC_SOCK or OIDC_REMOTE_SOCK
  ORCHEST_CONTEXT       context to use
  ORCHESTER_CONFIG_PATH settings file
  ORCHEST_NO_INPUT, CI  never ask anything
  NO_COLOR, CLICOLOR_FORCE, COLUMNS, TERM   how output looks
  HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY   proxies; this machine is never asked through one
";

const OUTPUT: &str = "\
Results go to standard output, everything else to standard error.

  -o table    for people (the default)      -o json   one document
  -o wide     with more columns             -o jsonl  one object a line, as they come
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
  auth.password_command in the settings, for instance [\"pass\", \"show\", \"keystone\"]
  the keyring, if there is one; or, with auth.store = \"file\", a file of mode 0600
  a question on the terminal

`orchest auth login --store keyring` keeps it. Tokens are kept in
~/.local/state/orchest/tokens, mode 0600; `orchest auth logout` revokes them.

A token for the PaaS orchestrator is looked for in this order:
  --token-file FILE (mode 0600)
  ORCHEST_PAAS_TOKEN, ORCHENT_TOKEN, ORCHESTRATOR_TOKEN
  paas.token_file, paas.token_command in the settings
  the login that `orchest auth login paas` has kept
  oidc-agent: the account of paas.oidc_account, or the only one that is loaded
With -v the one in use is named, and those that were passed over.

The new password of a user comes from --new-password-stdin, --new-password-file or
--generate-password with --password-out FILE.
For the administrator of the directory (platform ldap) the variable is
ORCHEST_LDAP_PASSWORD, the settings ldap.password_file and ldap.password_command.
Tokens for GitHub, Trello, Slack and Google Drive come from the variables
ORCHEST_GITHUB_TOKEN and so on, token_file, token_command, the settings, and then from
where `orchest generate CONNECTOR` has kept them: help connectors.
";

const MONGO: &str = "\
The platform's own tools touch MongoDB when services come and go. This one speaks HTTP
only, so it leaves that to whoever administers the database. For a service NAME:

After creating it (once; Orion and STH work without, only slower)
  mongosh orion-NAME --eval '
    db.entities.createIndex({\"location.coords\": \"2dsphere\"});
    db.entities.createIndex({expDate: 1}, {expireAfterSeconds: 0});
    db.entities.createIndex({\"_id.servicePath\": 1, \"_id.id\": 1, \"_id.type\": 1});
    [\"creDate\", \"_id.id\", \"_id.type\", \"_id.servicePath\", \"attrNames\"].forEach(
      key => db.entities.createIndex({[key]: 1}))'
  mongosh sth_NAME --eval '
    db.getCollection(\"sth_/.aggr\").createIndex({\"_id.entityId\": 1, \"_id.entityType\": 1,
      \"_id.attrName\": 1, \"_id.resolution\": 1, \"_id.origin\": 1});
    db.getCollection(\"sth_/\").createIndex({entityId: 1, entityType: 1, attrName: 1,
      recvTime: 1})'
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
const WIDTH: usize = 80;

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
    let about = wrap(&format!("{}{default}", key.help));
    let lines = about.into_iter().chain(wrap(&key.env.join(", ")));
    for (number, line) in lines.enumerate() {
        let name = if number == 0 { key.name } else { "" };
        let _ = writeln!(text, "  {name:<width$}{line}", width = INDENT - 2);
    }
}

/// Lines as wide as the second column.
fn wrap(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH - INDENT => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

pub(crate) fn run(context: &Context, topic: &[String]) -> Result<()> {
    let mut command = Cli::command();
    command.build();
    if topic.is_empty() {
        return Ok(context.printer.text(command.render_help().to_string().trim_end())?);
    }
    // A noun can be a topic too; with a verb behind it, it is the noun.
    if let [only] = topic
        && let Some((_, text)) = TOPICS.iter().find(|(name, _)| name == only)
    {
        return Ok(context.printer.text(text.read().trim_end())?);
    }
    let mut here = &mut command;
    for word in topic {
        match here.find_subcommand_mut(word) {
            Some(sub) => here = sub,
            None => {
                let topics = TOPICS.map(|(name, _)| name).join(", ");
                return Err(CliError::usage(format!("there is no topic or command '{}'", topic.join(" ")))
                    .next(format!("topics: {topics}; or: orchest --help"))
                    .into());
            }
        }
    }
    Ok(context.printer.text(here.render_long_help().to_string().trim_end())?)
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
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
    }

    #[test]
    fn every_exit_code_is_explained() {
        use crate::cli::error::Exit;
        let all = [
            Exit::Failed,
            Exit::Unsupported,
            Exit::Usage,
            Exit::NotFound,
            Exit::Login,
            Exit::Forbidden,
            Exit::Conflict,
            Exit::SomeFailed,
            Exit::Deadline,
            Exit::Changes,
            Exit::Temporary,
            Exit::Config,
            Exit::Interrupted,
            Exit::ClosedPipe,
            Exit::Terminated,
        ];
        let words: Vec<&str> = EXIT_CODES.split_whitespace().collect();
        for exit in all {
            let code = exit.code().to_string();
            assert!(words.contains(&code.as_str()), "{code} is in no line of the topic");
        }
    }

    #[test]
    fn keys_of_one_table_stand_together() {
        let text = settings();
        let at = |key: &str| text.find(&format!("\n  {key} ")).unwrap();
        assert!(at("keystone.url") < at("keystone.insecure") && at("keystone.insecure") < at("keypass.url"));
        assert!(at("http.key") < at("jobs"));
    }
}
