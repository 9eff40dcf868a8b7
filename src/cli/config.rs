//! `orchest config`: settings, contexts, and which files are trusted.

mod imports;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::config::{self, contexts, edit, keys, trust};
use crate::output::{Column, View};

use super::Noun;
use super::context::Context;
use super::error::{CliError, Exit};
use super::present::Row;

pub(crate) const SETTING: View = View {
    columns: &[
        Column { title: "KEY", key: "key", wide: false },
        Column { title: "VALUE", key: "value", wide: false },
        Column { title: "ORIGIN", key: "origin", wide: true },
    ],
    name: "key",
};

const SETTING_WITH_ORIGIN: View = View {
    columns: &[
        Column { title: "KEY", key: "key", wide: false },
        Column { title: "VALUE", key: "value", wide: false },
        Column { title: "ORIGIN", key: "origin", wide: false },
    ],
    name: "key",
};

pub(crate) const FILE: View = View {
    columns: &[
        Column { title: "PATH", key: "path", wide: false },
        Column { title: "EXISTS", key: "exists", wide: false },
        Column { title: "WHY", key: "why", wide: false },
    ],
    name: "path",
};

pub(crate) const CONTEXT: View = View {
    columns: &[
        Column { title: "NAME", key: "name", wide: false },
        Column { title: "IN USE", key: "in_use", wide: false },
    ],
    name: "name",
};

#[derive(Subcommand, Debug)]
pub(crate) enum ConfigVerb {
    /// Write a settings file that explains how to begin
    #[command(after_help = "Examples:\n  orchest config init\n  orchest config init --file ./new.toml")]
    Init {
        #[command(flatten)]
        file: FileArgs,
        /// Replace an existing file
        #[arg(long)]
        force: bool,
    },
    /// Show the settings in force
    #[command(after_help = "Examples:\n  orchest config show --origin\n  orchest config show -o json")]
    Show {
        /// With where each one comes from
        #[arg(long)]
        origin: bool,
    },
    /// Print one setting
    #[command(after_help = "Examples:\n  orchest config get keystone.url\n  orchest config get jobs")]
    Get {
        /// Key, such as keystone.url
        key: String,
    },
    /// Set one setting in a file
    #[command(after_help = "Examples:\n  orchest config set keystone.url https://keystone.city.example:5000\n  \
        orchest config set contexts.prod.protected true")]
    Set {
        /// Key, such as keystone.url or contexts.prod.keystone.url
        key: String,
        /// Value; lists are written as in TOML
        value: String,
        #[command(flatten)]
        file: FileArgs,
    },
    /// Take one setting out of a file
    #[command(
        after_help = "Examples:\n  orchest config unset keystone.port\n  orchest config unset contexts.old.service"
    )]
    Unset {
        /// Key
        key: String,
        #[command(flatten)]
        file: FileArgs,
    },
    /// Open a settings file in your editor
    #[command(
        after_help = "Examples:\n  orchest config edit\n  EDITOR=vim orchest config edit --file ./.orchester.toml"
    )]
    Edit {
        #[command(flatten)]
        file: FileArgs,
    },
    /// List the files where settings are looked for, the strongest first
    #[command(after_help = "Examples:\n  orchest config path\n  orchest config path -o name")]
    Path,
    /// Check all files and all contexts
    #[command(after_help = "Examples:\n  orchest config validate\n  orchest config validate -q")]
    Validate,
    /// Trust a settings file of a working directory as it is now
    #[command(after_help = "Examples:\n  orchest config trust .orchester.toml\n  \
        orchest config trust .orchester.toml --forget --yes")]
    Trust {
        /// The file
        path: PathBuf,
        /// Take the trust back
        #[arg(long)]
        forget: bool,
    },
    /// Take clouds.yaml or an openrc file over, as contexts; or the aliases of orchent
    #[command(after_help = "Examples:\n  orchest config import ~/.config/openstack/clouds.yaml\n  \
        orchest config import admin-openrc.sh --name office\n  \
        orchest config import ~/.config/orchent/orchent.conf")]
    Import {
        /// clouds.yaml, a file of `export OS_…` lines, or orchent's file with `[alias]`
        path: PathBuf,
        /// Only this cloud of a clouds.yaml; or the name of the context for an openrc file
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        #[command(flatten)]
        file: FileArgs,
    },
    /// Manage contexts: sets of settings with a name
    #[command(subcommand)]
    Context(ContextVerb),
}

#[derive(Args, Debug)]
pub(crate) struct FileArgs {
    /// File to change instead of the one in the home directory
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum ContextVerb {
    /// List the contexts
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest config context list\n  \
        orchest config context list -o name"
    )]
    List,
    /// Make one the context in use
    #[command(after_help = "Examples:\n  orchest config context use prod\n  \
        orchest config context use test --file ./.orchester.toml")]
    Use {
        /// Name
        name: String,
        #[command(flatten)]
        file: FileArgs,
    },
    /// Add a context with the addresses and identity of the flags
    #[command(after_help = "Examples:\n  \
        orchest config context add prod --keystone https://ks.city.example:5000 --user admin --protected\n  \
        orchest config context add lab --host 127.0.0.1 --port 5000 --scope project --admin-project admin")]
    Add {
        /// Name
        name: String,
        /// Ask for its name before anything is destroyed in it
        #[arg(long)]
        protected: bool,
        #[command(flatten)]
        file: FileArgs,
    },
    /// Remove a context
    #[command(
        alias = "delete",
        after_help = "Examples:\n  orchest config context rm lab\n  \
        orchest config context rm lab --file ./.orchester.toml"
    )]
    Rm {
        /// Name
        name: String,
        #[command(flatten)]
        file: FileArgs,
    },
    /// Give a context another name
    #[command(after_help = "Examples:\n  orchest config context rename lab test\n  \
        orchest config context rename prod old-prod")]
    Rename {
        /// Present name
        old: String,
        /// New name
        new: String,
        #[command(flatten)]
        file: FileArgs,
    },
}

/// Verbs that mend settings, and so have to work with broken ones.
pub(crate) fn mends(noun: &Noun) -> bool {
    let Noun::Config(verb) = noun else {
        return match noun {
            // A shell that starts has no use for a complaint about settings.
            Noun::Completions(verb) => !verb.asks(),
            other => matches!(other, Noun::Help { .. } | Noun::Man(_) | Noun::Schema(_) | Noun::Version(_)),
        };
    };
    matches!(
        verb,
        ConfigVerb::Init { .. }
            | ConfigVerb::Set { .. }
            | ConfigVerb::Unset { .. }
            | ConfigVerb::Edit { .. }
            | ConfigVerb::Path
    )
}

pub(crate) fn run(context: &Context, verb: &ConfigVerb) -> Result<()> {
    let printer = &context.printer;
    match verb {
        ConfigVerb::Init { file, force } => {
            let path = target(context, file)?;
            edit::init(&path, *force)?;
            printer.note(&format!("wrote {}", path.display()));
            Ok(())
        }
        ConfigVerb::Show { origin } => show(context, *origin),
        ConfigVerb::Get { key } => get(context, key),
        ConfigVerb::Set { key, value, file } => set(context, key, value, file),
        ConfigVerb::Unset { key, file } => {
            let path = target(context, file)?;
            let said = if edit::unset(&path, key)? { "unset" } else { "was not set" };
            printer.note(&format!("{key} {said} in {}", path.display()));
            Ok(())
        }
        ConfigVerb::Edit { file } => super::editor::edit(context, &target(context, file)?),
        ConfigVerb::Path => {
            let rows = config::paths(&context.inputs).into_iter().map(|candidate| {
                row(&[
                    ("path", json!(candidate.path.display().to_string())),
                    ("exists", json!(candidate.exists)),
                    ("why", json!(candidate.why)),
                ])
            });
            Ok(printer.list(&FILE, rows.collect())?)
        }
        ConfigVerb::Validate => validate(context),
        ConfigVerb::Trust { path, forget } => trust_file(context, path, *forget),
        ConfigVerb::Import { path, name, file } => imports::run(context, path, name.as_deref(), file),
        ConfigVerb::Context(verb) => run_context(context, verb),
    }
}

fn row(pairs: &[(&str, serde_json::Value)]) -> Row {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
}

/// The file that a change goes to: the named one, the one in use by --config or its variable, or the home's.
fn target(context: &Context, args: &FileArgs) -> Result<PathBuf> {
    if let Some(path) = &args.file {
        return Ok(path.clone());
    }
    let named = config::paths(&context.inputs).into_iter().find(|candidate| candidate.asked_by.is_some());
    if let Some(named) = named {
        return Ok(named.path);
    }
    let home = context.inputs.home.as_ref().map(|home| home.join(".orchester.toml"));
    home.ok_or_else(|| CliError::new(Exit::Config, "there is no home directory").next("name a file with --file").into())
}

fn show(context: &Context, origin: bool) -> Result<()> {
    let rows = config::show(&context.settings).into_iter().map(|setting| {
        row(&[
            ("key", json!(setting.key)),
            ("value", json!(setting.value)),
            ("origin", json!(setting.origin.to_string())),
        ])
    });
    Ok(context.printer.list(if origin { &SETTING_WITH_ORIGIN } else { &SETTING }, rows.collect())?)
}

fn get(context: &Context, key: &str) -> Result<()> {
    let shown = config::show(&context.settings).into_iter().find(|setting| setting.key == key);
    if let Some(setting) = shown {
        return Ok(context.printer.text(&setting.value)?);
    }
    if keys::find(key).is_some() {
        return Err(CliError::new(Exit::NotFound, format!("{key} is not set")).into());
    }
    let error = CliError::usage(format!("there is no setting '{key}'"));
    Err(match keys::nearest_key(key) {
        Some(near) => error.cause(format!("did you mean {near}?")),
        None => error.next("orchest config show lists them; .orchester.example.toml explains them"),
    }
    .into())
}

fn set(context: &Context, key: &str, value: &str, file: &FileArgs) -> Result<()> {
    // On the command line a secret would be seen by everybody who can list processes.
    if keys::is_secret(key) {
        return Err(CliError::usage(format!("{key} is a secret and does not belong on the command line"))
            .next("write it with `orchest config edit`, or use auth.password_command")
            .into());
    }
    let path = target(context, file)?;
    edit::set(&path, key, value)?;
    context.printer.note(&format!("{key} set in {}", path.display()));
    Ok(())
}

fn validate(context: &Context) -> Result<()> {
    let mut problems: Vec<String> = context.settings.validate().iter().map(ToString::to_string).collect();
    problems.extend(super::defaults::strangers(&context.settings));
    problems.dedup();
    if problems.is_empty() {
        context.printer.note("the settings are good; orchest doctor tries what they name");
        return Ok(());
    }
    let error = CliError::new(Exit::Config, format!("problems in the settings: {}", problems.len()));
    Err(problems.into_iter().fold(error, CliError::cause).into())
}

fn trust_file(context: &Context, path: &std::path::Path, forget: bool) -> Result<()> {
    let Some(record) = &context.inputs.trust_file else {
        return Err(CliError::new(Exit::Config, "there is no home directory to keep the trust in").into());
    };
    if forget {
        let said = if trust::forget(record, path)? { "no longer trusted" } else { "was not trusted" };
        context.printer.note(&format!("{} {said}", path.display()));
        return Ok(());
    }
    let text = trust::text(path)?;
    // What is asked about is no result.
    if context.wants_rows() {
        context.printer.note(&text);
    } else {
        context.printer.text(&text)?;
    }
    let question = format!("trust {} with these contents", path.display());
    if !context.globals.run.yes && !context.prompter.confirm(&question, "--yes")? {
        return Err(CliError::usage("not trusted").into());
    }
    trust::record(record, path, &text)?;
    context.printer.note(&format!("{} is trusted until it changes", path.display()));
    Ok(())
}

fn run_context(context: &Context, verb: &ContextVerb) -> Result<()> {
    let printer = &context.printer;
    match verb {
        ContextVerb::List => {
            let used = context.settings.context().map(|(name, _)| name.to_owned());
            let rows = context
                .settings
                .context_names()
                .map(|name| row(&[("name", json!(name)), ("in_use", json!(Some(name) == used.as_deref()))]));
            let rows: Vec<Row> = rows.collect();
            let empty = "no contexts; add one with: orchest config context add NAME --keystone URL --user NAME";
            let mut list = printer.stream(&CONTEXT).when_empty(empty);
            list.push_all(rows)?;
            Ok(list.finish()?)
        }
        ContextVerb::Use { name, file } => {
            let known: Vec<String> = context.settings.context_names().map(str::to_owned).collect();
            contexts::choose(&target(context, file)?, name, &known)?;
            printer.note(&format!("context {name} is in use"));
            Ok(())
        }
        ContextVerb::Add { name, protected, file } => {
            let flags = context.inputs.flags.iter().filter(|(key, ..)| !key.starts_with("output."));
            let mut entries: Vec<_> = flags.map(|(key, value, _)| (key.clone(), value.clone())).collect();
            if *protected {
                entries.push(("protected".to_owned(), toml::Value::Boolean(true)));
            }
            let path = target(context, file)?;
            let said = if contexts::add(&path, name, &entries)? { "added" } else { "is already so" };
            printer.note(&format!("context {name} {said} in {}", path.display()));
            Ok(())
        }
        ContextVerb::Rm { name, file } => {
            let path = target(context, file)?;
            let said = if contexts::remove(&path, name)? { "removed" } else { "was not there" };
            printer.note(&format!("context {name} {said} in {}", path.display()));
            Ok(())
        }
        ContextVerb::Rename { old, new, file } => {
            contexts::rename(&target(context, file)?, old, new)?;
            printer.note(&format!("context {old} is now {new}"));
            Ok(())
        }
    }
}
