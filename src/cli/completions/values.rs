//! What a value can be, out of what is known on this machine. Nothing is sent for it, nothing secret is opened, and whatever
//! cannot be read is not there.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use clap::{Args as _, Command, FromArgMatches as _};

use crate::api::keypass::templates;
use crate::api::paas::Status;
use crate::base::text::{safe, shortened};
use crate::config::{self, KEYS, Settings};
use crate::connectors::ConnectorKind;
use crate::state::{Names, Note, Notes, Process, RunLog, StateDir, Summary, Things};

use super::super::args::GlobalArgs;
use super::super::around::Surroundings;
use super::super::context::{Backend, keeps_names, names_of};
use super::super::deployment_id::known_id;
use super::super::{legacy, topics};
use super::line::Line;
use super::what::{Kind, What, Within};
use super::{Offer, columns};

/// As much is told of a command as fits into a line beside the id of its run.
const TOLD: usize = 58;

/// Whoever looks for an older run has its id from `orchest audit list`.
const MOST_RUNS: usize = 100;

/// The settings as the line would have them, read when they are asked for.
pub(super) struct Known<'a> {
    line: &'a Line<'a>,
    around: &'a Surroundings,
    settings: OnceCell<Option<Settings>>,
}

impl<'a> Known<'a> {
    pub(super) fn new(line: &'a Line<'a>, around: &'a Surroundings) -> Self {
        Self { line, around, settings: OnceCell::new() }
    }

    fn settings(&self) -> Option<&Settings> {
        self.settings.get_or_init(|| settings(self.line, self.around)).as_ref()
    }

    pub(super) fn values(&self, what: What) -> Vec<Offer> {
        let words = |words: &[&str]| words.iter().map(|word| Offer::new(*word)).collect();
        match what {
            What::Name(kinds) => self.names(kinds),
            What::Deployment => self.deployments(),
            What::TemplateOrFile => self.names(&[super::what::STORED]),
            What::Connector => {
                let all = ConnectorKind::ALL.iter().map(|kind| Offer::new(kind.name()));
                // `generate` takes one.
                all.chain(self.line.path.first().is_none_or(|noun| *noun != "generate").then(|| Offer::new("all")))
                    .collect()
            }
            What::Context => self.settings().into_iter().flat_map(Settings::context_names).map(Offer::new).collect(),
            What::Module => {
                let modules = self.settings().and_then(|settings| settings.modules().ok()).unwrap_or_default();
                modules.into_iter().map(|module| Offer::new(module.name)).collect()
            }
            What::PolicyTemplate => templates::all().into_iter().map(|template| Offer::new(template.name)).collect(),
            What::Script => legacy::names().map(Offer::new).collect(),
            What::Run => self.runs(false),
            What::RunToResume => self.runs(true),
            What::Setting => KEYS.iter().map(|key| Offer::new(key.name).about(key.help)).collect(),
            What::ValueOfSetting => {
                let key = self.line.values("key").last().and_then(|name| KEYS.iter().find(|key| key.name == name));
                key.map_or_else(Vec::new, |key| words(words_of(key.kind)))
            }
            What::Format => {
                words(KEYS.iter().find(|key| key.name == "output.format").map_or(&[], |key| words_of(key.kind)))
            }
            What::Column => columns::of(&self.line.path).into_iter().map(Offer::new).collect(),
            What::Topic => {
                let nouns = self.line.nouns().map(|noun| super::told(noun.get_name(), noun.get_about()));
                let topics = topics::told().map(|(name, about)| Offer::new(name).about(about));
                // Of two that help knows by one name it tells the topic.
                topics.chain(nouns.filter(|noun| topics::names().all(|name| name != noun.value))).collect()
            }
            What::State => words(Status::NAMES),
            What::Seed => words(&["empty", "demo"]),
            What::File | What::Own => Vec::new(),
        }
    }

    fn state(&self) -> Option<StateDir> {
        let inputs = &self.around.inputs;
        StateDir::locate(inputs.variable("XDG_STATE_HOME"), inputs.home.as_deref())
    }

    fn names(&self, kinds: &[Kind]) -> Vec<Offer> {
        let Some(settings) = self.settings().filter(|settings| keeps_names(settings)) else { return Vec::new() };
        let Some(state) = self.state() else { return Vec::new() };
        let names = Names::new(&state);
        let now = self.around.clock.now();
        let text = |key: &str| settings.text(key).ok().flatten();
        let of_kind = |kind: &Kind| {
            let service = match kind.within {
                Within::Server => None,
                Within::Service => match text("service") {
                    Some(service) => Some(service),
                    // It may be named yet, behind the word.
                    None => {
                        let server = names_of(settings, kind.backend, None)?;
                        return Some(names.of_services(&server.endpoint, &[kind.name], now));
                    }
                },
                Within::UserDomain => Some(text("auth.user_domain")?),
                Within::Deployment => Some(self.deployment(settings)?),
            };
            let of = names_of(settings, kind.backend, service.as_deref())?;
            Some(names.of(&of, &[kind.name], now))
        };
        // Both lists of two kinds may have a name; one offer of it is enough.
        let all: BTreeSet<String> = kinds.iter().filter_map(of_kind).flatten().collect();
        all.into_iter().map(Offer::new).collect()
    }

    /// What was noted of those that were made from here.
    fn notes(&self, settings: &Settings) -> Vec<Note> {
        let place = self.state().zip(names_of(settings, Backend::Paas, None));
        let notes = place.and_then(|(state, of)| Notes::new(&state, Things::Deployments).of(&of.endpoint).ok());
        notes.unwrap_or_default()
    }

    /// The id of the one that the line names.
    fn deployment(&self, settings: &Settings) -> Option<String> {
        known_id(self.line.values("deployment").last()?, &self.notes(settings), settings)
    }

    /// The newest first, with what was typed.
    fn runs(&self, again: bool) -> Vec<Offer> {
        let Some(state) = self.state() else { return Vec::new() };
        let log = RunLog::new(&state, Process::current(), self.around.clock.clone());
        let runs = log.newest(MOST_RUNS, again).unwrap_or_default();
        let offer = |run: &Summary| Offer::new(run.run.as_str()).about(shortened(&safe(&run.command), TOLD));
        runs.iter().map(offer).collect()
    }

    /// The names come first, as people would rather have them.
    fn deployments(&self) -> Vec<Offer> {
        let Some(settings) = self.settings() else { return Vec::new() };
        let mut offers = Vec::new();
        let made: Vec<_> = self.notes(settings).into_iter().filter(|note| note.id.is_some()).collect();
        offers.extend(made.iter().filter_map(|note| note.name.clone()).map(Offer::new));
        let aliases = settings.entries("paas.alias");
        offers.extend(aliases.iter().filter_map(|(path, _)| path.first()).map(Offer::new));
        if !made.is_empty() {
            offers.push(Offer::new("last").about("the newest that was made from here"));
        }
        offers.extend(self.names(&[super::what::DEPLOYMENT]));
        offers
    }
}

fn words_of(kind: config::Kind) -> &'static [&'static str] {
    match kind {
        config::Kind::OneOf(words) => words,
        config::Kind::Switch => &["true", "false"],
        _ => &[],
    }
}

/// Broken settings are told by every command that needs them, and by none that only completes a word.
fn settings(line: &Line<'_>, around: &Surroundings) -> Option<Settings> {
    let mut inputs = around.inputs.clone();
    let globals = globals(line)?;
    inputs.flags = globals.settings(primary(line.path.first().copied().unwrap_or_default()).name());
    inputs.config_file = globals.target.config;
    inputs.context = globals.target.context;
    Settings::load(&inputs).ok()
}

/// The global flags that were typed, as the parser reads them.
fn globals(line: &Line<'_>) -> Option<GlobalArgs> {
    let given = line.given.iter().filter(|(argument, _)| argument.is_global_set()).filter_map(|(argument, value)| {
        let long = argument.get_long()?;
        Some(value.as_ref().map_or_else(|| format!("--{long}"), |value| format!("--{long}={value}")))
    });
    let parser = GlobalArgs::augment_args(Command::new("orchest")).args_override_self(true);
    let matches = parser.try_get_matches_from(std::iter::once("orchest".to_owned()).chain(given)).ok()?;
    GlobalArgs::from_arg_matches(&matches).ok()
}

/// The back end that `--host` and `--port` name, by the noun; [`super::super::Noun::primary`] is the same for whole lines.
pub(super) fn primary(noun: &str) -> Backend {
    match noun {
        "policy" => Backend::Keypass,
        "module" | "subscription" => Backend::Orion,
        "stats" | "platform" => Backend::Orchestrator,
        "deployment" | "template" | "resource" | "log" | "paas" => Backend::Paas,
        _ => Backend::Keystone,
    }
}
