//! The words that people type. One file a noun; `context` builds what a command needs; `error` decides how it ends.

mod api;
mod args;
mod around;
mod audit;
mod auth;
mod batch;
mod bulk;
mod chance;
mod columns;
mod commands;
mod completions;
mod config;
mod context;
mod create;
mod defaults;
mod deployment;
mod deployment_id;
mod doctor;
mod editor;
mod entity;
mod error;
mod flow;
mod foreign;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzz;
mod group;
mod input_file;
mod items;
mod journal;
mod legacy;
mod log;
mod login;
mod manual;
mod members;
mod module;
mod names;
mod nearest;
mod owned;
mod paas;
mod panics;
mod parts;
mod platform;
mod policy;
mod present;
mod relate;
mod rename;
mod resolve;
mod resource;
mod role;
mod run;
#[cfg(feature = "sandbox")]
mod sandbox;
mod seen;
mod service;
mod signals;
#[cfg(feature = "oauth")]
mod signin;
mod stats;
mod subscription;
mod subservice;
mod template;
mod topics;
mod trace;
mod tree;
mod trust;
mod usage;
mod user;
mod words;

use anyhow::Result;
use clap::{ArgMatches, FromArgMatches as _, Parser, Subcommand};

use args::GlobalArgs;
use context::{Backend, Context};

pub use around::Surroundings;
pub(crate) use run::{in_surroundings, main};

/// Administer an IoT platform, deployments of a PaaS orchestrator, and who is a member where, by names
#[derive(Parser, Debug)]
#[command(
    name = "orchest",
    version,
    max_term_width = 80,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Short help: -h. All flags: --help. By what you want to do: orchest help tasks\n\
        Topics: orchest help tasks, names, exit-codes, environment, settings, output,\n\
        secrets, cron, mongo, migrate, paas, connectors\n\
        Kill any command anywhere and run the same line again: it goes on where it\n\
        stopped."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: GlobalArgs,
    #[command(subcommand)]
    pub(crate) noun: Noun,
    /// The words of the command by their own names, such as `user create`.
    #[arg(skip)]
    pub(crate) command: String,
}

impl Cli {
    /// A line that was read.
    pub(crate) fn of(matches: &mut ArgMatches) -> Result<Self, clap::Error> {
        let command = command(matches);
        Ok(Self { command, ..Self::from_arg_matches_mut(matches)? })
    }
}

fn command(matches: &ArgMatches) -> String {
    let (mut words, mut matches) = (Vec::new(), matches);
    while let Some((word, inner)) = matches.subcommand() {
        words.push(word);
        matches = inner;
    }
    words.join(" ")
}

#[derive(Subcommand, Debug)]
pub(crate) enum Noun {
    /// Manage services (Keystone domains)
    #[command(subcommand, alias = "domain", alias = "services")]
    Service(service::ServiceVerb),
    /// Manage the subservices of a service (Keystone projects)
    #[command(subcommand, alias = "project", alias = "subservices")]
    Subservice(subservice::SubserviceVerb),
    /// Manage the users of a service
    #[command(subcommand, alias = "users")]
    User(user::UserVerb),
    /// Manage the groups of a service and who is in them
    #[command(subcommand, alias = "groups")]
    Group(group::GroupVerb),
    /// Manage roles, and grant and revoke them
    #[command(subcommand, alias = "roles")]
    Role(role::RoleVerb),
    /// Say what roles may do: the access policies in Keypass
    #[command(subcommand, alias = "policies")]
    Policy(policy::PolicyVerb),
    /// Switch IoT modules on and off: who receives everything that devices measure
    #[command(subcommand, alias = "modules")]
    Module(module::ModuleVerb),
    /// Manage the subscriptions of Orion
    #[command(subcommand, alias = "subscriptions")]
    Subscription(subscription::SubscriptionVerb),
    /// See the nodes of a deployment, and start and stop its machines
    #[command(subcommand, alias = "resources", alias = "vm")]
    Resource(resource::ResourceVerb),
    /// See what was written while a deployment was set up
    #[command(subcommand, alias = "logs")]
    Log(log::LogVerb),
    /// Let other users use roles that you have
    #[command(subcommand, alias = "trusts")]
    Trust(trust::TrustVerb),
    /// Deploy templates with a PaaS orchestrator, and watch over what runs
    #[command(subcommand, alias = "dep", alias = "deployments")]
    Deployment(deployment::DeploymentVerb),
    /// Manage the templates that an orchestrator of deployments keeps
    #[command(subcommand, alias = "templates")]
    Template(template::TemplateVerb),
    /// See an orchestrator of deployments, its users, their SSH keys and its schedules
    #[command(subcommand)]
    Paas(paas::PaasVerb),
    /// Manage who is a member at GitHub, Trello, Slack and Google Drive
    #[command(subcommand, alias = "member")]
    Members(members::MembersVerb),
    /// Say whether somebody is a member: True or False
    #[command(
        after_help = "Examples:\n  orchest -c github check octocat\n  orchest -c slack check ada@example.com --exit-status\n\n\
        The connector may be left out where default_connector is set. More is told by: orchest members check"
    )]
    Check(members::Ids),
    /// Make somebody a member, or invite them; says True
    #[command(after_help = "Examples:\n  orchest -c github add octocat\n  orchest -c trello add ada --dry-run\n\n\
        Roles, teams and more: orchest members add")]
    Add(members::Ids),
    /// Take somebody out, or an invitation back; says True
    #[command(
        after_help = "Examples:\n  orchest -c github rm octocat\n  orchest -c g_drive rm bob@example.com --dry-run\n\n\
        Nothing is asked first; orchest members rm does"
    )]
    Rm(members::Ids),
    /// Get the credentials of a connector, and keep them
    #[cfg(feature = "oauth")]
    #[command(after_help = "Examples:\n  orchest generate github\n  orchest generate g_drive --read-only\n  \
        orchest generate slack --no-browser --store file\n\n\
        GitHub: a token made by hand; with connector.github.client_id by device. Trello: a token from its page, or OAuth \
        2.0 with connector.trello.client_id. Slack: an app made from a manifest; with connector.slack.client_id by browser. \
        Google Drive: by browser, with the client of connector.g_drive.credential_path. More: orchest help connectors")]
    Generate(members::generate::GenerateArgs),
    /// Log in and out, and see who you are
    #[command(subcommand)]
    Auth(auth::AuthVerb),
    /// See what was done from this machine, and what was not finished
    #[command(subcommand)]
    Audit(audit::AuditVerb),
    /// See what was asked of whom: by the servers' own counts, and by this machine's
    #[command(subcommand)]
    Stats(stats::StatsVerb),
    /// See versions and health of all servers and what they log; manage the users of the directory (LDAP)
    #[command(subcommand)]
    Platform(platform::PlatformVerb),
    /// Do many lines at once, with one login
    #[command(subcommand)]
    Batch(batch::BatchVerb),
    /// Ask a server something of your own, with the same login and the same safety
    #[command(after_help = api::HELP)]
    Api(api::ApiArgs),
    /// Find out what is wrong: settings, servers, logins, files, locks, unfinished runs
    #[command(after_help = doctor::HELP)]
    Doctor(doctor::DoctorArgs),
    /// Manage the settings and contexts
    #[command(subcommand)]
    Config(config::ConfigVerb),
    /// Print what makes a shell complete the words of a line
    #[command(subcommand, alias = "completion", after_help = completions::HELP)]
    Completions(completions::CompletionsVerb),
    /// Say it as the old scripts were called; the words of today are shown, and done
    #[command(after_help = "Examples:\n  \
        orchest legacy printServiceUsers http 127.0.0.1 15000 smartcity adm1 env:ORCHEST_PASSWORD\n  \
        orchest legacy removeServiceUser http 127.0.0.1 15000 smartcity carl adm1 env:ORCHEST_PASSWORD --yes\n\n\
        A password is not written there itself but as @FILE, env:NAME or - for standard input. What removes things asks, \
        or wants --yes. Flags may stand before and after. All scripts and their words of today: orchest help migrate; \
        those of orchent and orpy: orchest legacy orchent, orchest legacy orpy")]
    Legacy(legacy::LegacyArgs),
    /// Run things against servers that may fail, without harm
    #[cfg(feature = "sandbox")]
    #[command(subcommand)]
    Sandbox(sandbox::SandboxVerb),
    /// Print a manual page, or write them all for a package
    #[command(after_help = "Examples:\n  orchest man service create | head -n 20\n  orchest man --to man")]
    Man(manual::man::ManArgs),
    /// Tell programs what commands there are, and what they print as JSON
    #[command(after_help = "Examples:\n  orchest schema user list\n  \
        orchest schema --query '.commands[].command'\n\n\
        The list of commands has their arguments, flags, types, defaults, examples and exit codes. Of a command it is the \
        JSON Schema of what -o json prints. Fields may be added in later versions, and none goes away.")]
    Schema(manual::schema::SchemaArgs),
    /// Say which version this is, and how it was built
    #[command(after_help = "Examples:\n  orchest version\n  orchest version --json")]
    Version(manual::version::VersionArgs),
    /// Explain a command, a topic, or how to do something
    #[command(
        after_help = "Examples:\n  orchest help service create\n  orchest help exit-codes\n  orchest help tasks\n  \
        orchest help take somebody out everywhere"
    )]
    Help {
        /// Command, topic, or a few words of what you want to do
        #[arg(value_name = "WORD")]
        topic: Vec<String>,
    },
}

impl Noun {
    /// The back end that `--host` and `--port` name.
    pub(crate) fn primary(&self) -> Backend {
        match self {
            Self::Policy(_) => Backend::Keypass,
            Self::Module(_) | Self::Subscription(_) => Backend::Orion,
            Self::Stats(_) | Self::Platform(_) => Backend::Orchestrator,
            Self::Deployment(_) | Self::Template(_) | Self::Resource(_) | Self::Log(_) | Self::Paas(_) => Backend::Paas,
            Self::Auth(verb) => verb.primary(),
            Self::Api(args) => args.primary(),
            _ => Backend::Keystone,
        }
    }
}

/// Does one command.
async fn dispatch(context: &Context, cli: &Cli) -> Result<()> {
    if columns::are_told(context, &cli.command)? {
        return Ok(());
    }
    match &cli.noun {
        Noun::Service(verb) => service::run(context, verb).await,
        Noun::Subservice(verb) => subservice::run(context, verb).await,
        Noun::User(verb) => user::run(context, verb).await,
        Noun::Group(verb) => group::run(context, verb).await,
        Noun::Role(verb) => role::run(context, verb).await,
        Noun::Policy(verb) => policy::run(context, verb).await,
        Noun::Module(verb) => module::run(context, verb).await,
        Noun::Subscription(verb) => subscription::run(context, verb).await,
        Noun::Resource(verb) => resource::run(context, verb).await,
        Noun::Log(verb) => log::run(context, verb).await,
        Noun::Trust(verb) => trust::run(context, verb).await,
        Noun::Deployment(verb) => deployment::run(context, verb).await,
        Noun::Template(verb) => template::run(context, verb).await,
        Noun::Paas(verb) => paas::run(context, verb).await,
        Noun::Members(verb) => members::run(context, verb).await,
        Noun::Check(ids) => members::short::check(context, ids).await,
        Noun::Add(ids) => members::short::add(context, ids).await,
        Noun::Rm(ids) => members::short::rm(context, ids).await,
        #[cfg(feature = "oauth")]
        Noun::Generate(args) => members::generate::run(context, args).await,
        Noun::Auth(verb) => auth::run(context, verb).await,
        Noun::Audit(verb) => audit::run(context, verb),
        Noun::Stats(verb) => stats::run(context, verb).await,
        Noun::Platform(verb) => platform::run(context, verb).await,
        Noun::Batch(verb) => batch::run(context, verb).await,
        Noun::Api(args) => api::run(context, args).await,
        Noun::Doctor(args) => doctor::run(context, args).await,
        Noun::Config(verb) => config::run(context, verb),
        Noun::Completions(verb) => completions::run(context, verb).await,
        Noun::Legacy(old) => legacy::list(context, old),
        #[cfg(feature = "sandbox")]
        Noun::Sandbox(verb) => sandbox::run(context, verb).await,
        Noun::Man(args) => manual::man::run(context, args),
        Noun::Schema(args) => manual::schema::run(context, args),
        Noun::Version(args) => manual::version::run(context, args),
        Noun::Help { topic } => topics::run(context, topic),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    /// The version is printed before there is a tree of commands.
    #[test]
    fn the_short_way_to_the_version_says_the_same() {
        let own = format!("orchest {}\n", env!("CARGO_PKG_VERSION"));
        assert_eq!(Cli::command().render_version(), own);
        assert_eq!(format!("{}\n", super::manual::version::short()), own);
    }

    #[test]
    fn a_line_knows_its_command_by_its_own_names() {
        for (line, command) in [
            ("orchest -s city users ls", "user list"),
            ("orchest group member add ops ann -s city", "group member add"),
            ("orchest domain rm city", "service delete"),
            ("orchest check ada", "check"),
            ("orchest legacy printServices a", "legacy"),
        ] {
            let mut matches = Cli::command().try_get_matches_from(line.split(' ')).unwrap();
            assert_eq!(Cli::of(&mut matches).unwrap().command, command, "{line}");
        }
    }

    #[test]
    fn the_command_tree_is_sound() {
        Cli::command().debug_assert();
    }

    /// No argument may take a secret itself: only where it is, how it is stored, or whether to make one up.
    #[test]
    fn no_argument_takes_a_secret() {
        fn walk(command: &clap::Command, path: &str, found: &mut Vec<String>) {
            for argument in command.get_arguments() {
                let id = argument.get_id().as_str();
                let secret = ["password", "token", "secret"].iter().any(|word| id.contains(word));
                let takes_value = argument.get_action().takes_values();
                let about_it = ["_file", "_command", "_out", "_stdin"].iter().any(|end| id.ends_with(end));
                if secret && takes_value && !about_it {
                    found.push(format!("{path} {id}"));
                }
            }
            for sub in command.get_subcommands() {
                walk(sub, &format!("{path} {}", sub.get_name()), found);
            }
        }
        let mut command = Cli::command();
        command.build();
        let mut found = Vec::new();
        walk(&command, "orchest", &mut found);
        assert_eq!(found, Vec::<String>::new());
    }

    /// The words of a line as a shell would split it, as far as examples need that.
    fn words(line: &str) -> Vec<String> {
        let mut words: Vec<Option<String>> = vec![None];
        let mut quoted = false;
        for character in line.chars() {
            match character {
                '\'' => {
                    quoted = !quoted;
                    words.last_mut().unwrap().get_or_insert_default();
                }
                ' ' if !quoted => words.push(None),
                other => words.last_mut().unwrap().get_or_insert_default().push(other),
            }
        }
        words.into_iter().flatten().collect()
    }

    fn must_parse(line: &str) {
        // A build without them has no words for them either.
        let lacking = [("orchest sandbox ", cfg!(feature = "sandbox")), ("orchest generate ", cfg!(feature = "oauth"))];
        if lacking.iter().any(|(words, is_there)| !is_there && line.contains(words)) {
            return;
        }
        let ends = [" | ", " > ", " || ", " && "].map(|end| line.find(end).unwrap_or(line.len()));
        let command = &line[..ends.into_iter().min().unwrap()];
        let command = command.split_once("orchest ").map_or(command, |(_, rest)| rest);
        let arguments = std::iter::once("orchest".to_owned()).chain(words(command));
        if let Err(error) = <Cli as clap::Parser>::try_parse_from(arguments) {
            assert!(!error.use_stderr(), "{line}\n{error}");
        }
    }

    /// What the README and every help text tell people to type is accepted.
    #[test]
    fn examples_are_accepted() {
        fn walk(command: &clap::Command) {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            help.lines().filter(|line| line.starts_with("  orchest ")).for_each(|line| must_parse(line.trim()));
            command.get_subcommands().for_each(walk);
        }
        walk(&Cli::command());
        super::topics::tasks::TASKS.iter().flat_map(|task| task.lines).for_each(|line| must_parse(line));
        let readme = include_str!("../../README.md");
        let lines: Vec<&str> = readme.lines().filter(|line| line.starts_with("orchest ")).collect();
        assert!(lines.len() >= 5, "the README shows commands");
        lines.into_iter().for_each(must_parse);
    }

    /// An argument of a verb with the id of a global flag would be read as that flag.
    #[test]
    fn no_argument_shadows_a_global_one() {
        fn walk(command: &clap::Command, globals: &[String]) {
            for argument in command.get_arguments().filter(|argument| !argument.is_global_set()) {
                let id = argument.get_id().as_str();
                assert!(!globals.iter().any(|global| global == id), "{}: {id}", command.get_name());
            }
            command.get_subcommands().for_each(|sub| walk(sub, globals));
        }
        let command = Cli::command();
        let globals = command.get_arguments().filter(|argument| argument.is_global_set());
        let globals: Vec<String> = globals.map(|argument| argument.get_id().to_string()).collect();
        walk(&command, &globals);
    }

    /// Every verb has a summary and, as far as it does something, two examples.
    #[test]
    fn every_verb_explains_itself() {
        fn walk(command: &clap::Command, path: &str) {
            assert!(command.get_about().is_some(), "{path} has no summary");
            let subs: Vec<_> = command.get_subcommands().collect();
            if subs.is_empty() {
                let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                let count = examples.matches("\n  ").count();
                assert!(count >= 2, "{path} has {count} examples");
            }
            for sub in subs {
                walk(sub, &format!("{path} {}", sub.get_name()));
            }
        }
        walk(&Cli::command(), "orchest");
    }
}
