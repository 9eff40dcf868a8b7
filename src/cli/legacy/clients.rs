//! The words of orchent 1.3.2 and orpy 1.0.4, two clients of orchestrators of deployments, and what is typed today.

use super::super::error::CliError;
use super::values::{created_by, format, inputs, moment, only_delete_failed, truth};

/// Whose words they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    Orchent,
    Orpy,
}

impl Client {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Orchent => "orchent",
            Self::Orpy => "orpy",
        }
    }
}

/// What becomes of a flag and its value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Becomes {
    /// The same with a value: `--group=VALUE`.
    Value(&'static str),
    /// Words that follow from the value.
    Words(fn(&str) -> Result<Vec<String>, CliError>),
    /// Words, whatever stands there; it takes no value.
    Switch(&'static [&'static str]),
    /// Nothing; what is said instead. It takes no value.
    Note(&'static str),
    /// Nothing can: it is said how to do it. It takes a value.
    Elsewhere(&'static str),
}

/// One flag of an old line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flag {
    /// With their dashes.
    pub(super) names: &'static [&'static str],
    pub(super) becomes: Becomes,
}

/// What an argument of an old line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    /// Passed on.
    Word(&'static str),
    /// Inputs as one JSON text.
    Json(&'static str),
    /// Any number of `name=value`.
    Pairs,
}

/// One verb of an old client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verb {
    pub(super) client: Client,
    /// One word, or two.
    pub(super) words: &'static [&'static str],
    pub(super) arguments: &'static [Argument],
    pub(super) flags: &'static [Flag],
    /// The words of today; the arguments follow.
    pub(crate) today: &'static str,
    /// A flag of today that holds unless the old line says otherwise.
    pub(super) unless: Option<(&'static str, &'static str)>,
}

impl Verb {
    /// `orchent depcreate`.
    pub(crate) fn name(&self) -> String {
        std::iter::once(&self.client.name()).chain(self.words).copied().collect::<Vec<_>>().join(" ")
    }

    /// `orchent depcreate TEMPLATE PARAMETERS`.
    pub(crate) fn usage(&self) -> String {
        let arguments = self.arguments.iter().map(|argument| match argument {
            Argument::Word(name) | Argument::Json(name) => name,
            Argument::Pairs => &"[NAME=VALUE…]",
        });
        let flags = self.flags.iter().filter_map(|flag| flag.names.last());
        let flags: Vec<String> = flags.map(|flag| format!("[{flag}]")).collect();
        let client = self.client.name();
        let words = std::iter::once(&client).chain(self.words).chain(arguments).copied();
        words.chain(flags.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
    }
}

const fn flag(names: &'static [&'static str], becomes: Becomes) -> Flag {
    Flag { names, becomes }
}

/// Flags of orchent that go with every verb.
pub(super) const ORCHENT: &[Flag] = &[flag(&["-u", "--url"], Becomes::Value("--paas"))];

/// Flags of orpy that go with every verb.
pub(super) const ORPY: &[Flag] = &[
    flag(&["--url"], Becomes::Value("--paas")),
    flag(
        &["--oidc-agent-account"],
        Becomes::Elsewhere("set OIDC_ACCOUNT, or: orchest config set paas.oidc_account NAME"),
    ),
    flag(&["--oidc-agent-sock"], Becomes::Elsewhere("set OIDC_SOCK to the socket of oidc-agent")),
    flag(&["-f", "--format"], Becomes::Words(format)),
    flag(&["-c", "--column"], Becomes::Value("--columns")),
    flag(&["--sort-column"], Becomes::Value("--sort-by")),
    flag(&["--log-file"], Becomes::Elsewhere("--trace FILE writes the requests to a file")),
    flag(&["--debug"], Becomes::Switch(&["-vv"])),
];

const DEP: Argument = Argument::Word("DEPLOYMENT");
const RES: Argument = Argument::Word("RESOURCE");
const FILE: Argument = Argument::Word("TEMPLATE");
const JSON: Argument = Argument::Json("PARAMETERS");
const OJSON: Flag = flag(&["--ojson"], Becomes::Switch(&["-o", "json"]));
const KEEP: Option<(&str, &str)> = Some(("--keep-last-attempt", "true"));
const MACHINES: &str = "details of the machines: orchest resource list DEPLOYMENT -o json";

const ORCHENT_CREATE: &[Flag] = &[
    flag(&["--callback"], Becomes::Value("--callback")),
    flag(&["--maxProvidersRetry"], Becomes::Value("--max-providers")),
    flag(&["--keepLastAttempt"], Becomes::Words(truth)),
    flag(&["-g", "--user_group"], Becomes::Value("--group")),
    OJSON,
];

const ORPY_CREATE: &[Flag] = &[
    flag(&["--callback-url"], Becomes::Value("--callback")),
    flag(&["--max-providers-retry"], Becomes::Value("--max-providers")),
    flag(&["--keep-last-attempt"], Becomes::Words(truth)),
];

const fn verb(
    client: Client,
    words: &'static [&'static str],
    arguments: &'static [Argument],
    flags: &'static [Flag],
    today: &'static str,
) -> Verb {
    Verb { client, words, arguments, flags, today, unless: None }
}

use Client::{Orchent, Orpy};

/// All of them.
pub(crate) static CLIENTS: &[Verb] = &[
    verb(
        Orchent,
        &["depls"],
        &[],
        &[
            flag(&["-c", "--created_by"], Becomes::Words(created_by)),
            flag(&["-g", "--user_group"], Becomes::Value("--group")),
            flag(&["-x", "--excludedstatus"], Becomes::Value("--exclude-status")),
            flag(&["-b", "--before"], Becomes::Words(|text| moment("--before", text))),
            flag(&["-a", "--after"], Becomes::Words(|text| moment("--after", text))),
        ],
        "deployment list",
    ),
    verb(Orchent, &["depshow"], &[DEP], &[flag(&["--verbose"], Becomes::Note(MACHINES)), OJSON], "deployment show"),
    Verb { unless: KEEP, ..verb(Orchent, &["depcreate"], &[FILE, JSON], ORCHENT_CREATE, "deployment create") },
    Verb { unless: KEEP, ..verb(Orchent, &["depupdate"], &[DEP, FILE, JSON], ORCHENT_CREATE, "deployment update") },
    verb(Orchent, &["deptemplate"], &[DEP], &[], "deployment template"),
    verb(Orchent, &["depdel"], &[DEP], &[flag(&["--force"], Becomes::Switch(&["--force"]))], "deployment delete"),
    verb(
        Orchent,
        &["depreset"],
        &[DEP],
        &[flag(&["--status"], Becomes::Words(only_delete_failed))],
        "deployment reset",
    ),
    verb(Orchent, &["deplog"], &[DEP], &[], "deployment log"),
    verb(Orchent, &["resls"], &[DEP], &[], "resource list"),
    verb(Orchent, &["resshow"], &[DEP, RES], &[], "resource show"),
    verb(Orchent, &["vmstart"], &[DEP, RES], &[], "resource start"),
    verb(Orchent, &["vmstop"], &[DEP, RES], &[], "resource stop"),
    verb(Orchent, &["test"], &[], &[], "paas info"),
    verb(Orchent, &["showconf"], &[], &[], "paas config"),
    verb(Orpy, &["dep", "list"], &[], &[], "deployment list"),
    verb(
        Orpy,
        &["dep", "show"],
        &[DEP],
        &[flag(&["-l", "--long"], Becomes::Switch(&["-o", "wide"]))],
        "deployment show",
    ),
    verb(Orpy, &["dep", "create"], &[FILE, Argument::Pairs], ORPY_CREATE, "deployment create"),
    verb(Orpy, &["dep", "update"], &[DEP, FILE, Argument::Pairs], ORPY_CREATE, "deployment update"),
    verb(Orpy, &["dep", "template"], &[DEP], &[], "deployment template"),
    verb(Orpy, &["dep", "delete"], &[DEP], &[], "deployment delete"),
    verb(Orpy, &["resource", "list"], &[DEP], &[], "resource list"),
    verb(Orpy, &["resource", "show"], &[DEP, RES], &[], "resource show"),
    verb(Orpy, &["info"], &[], &[], "paas info"),
    verb(Orpy, &["configuration", "show"], &[], &[], "paas config"),
];

/// An argument of an old line in the words of today.
pub(super) fn argument(argument: Argument, word: &str) -> Result<Vec<String>, CliError> {
    match argument {
        Argument::Word(_) => Ok(vec![word.to_owned()]),
        Argument::Json(name) => inputs(name, word),
        Argument::Pairs => match word.split_once('=') {
            Some((name, _)) if !name.is_empty() => Ok(vec!["-p".to_owned(), word.to_owned()]),
            _ => Err(CliError::usage(format!("'{}' is no NAME=VALUE", crate::base::text::safe(word)))),
        },
    }
}
