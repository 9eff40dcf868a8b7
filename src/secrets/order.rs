//! In which order a password is looked for, and where it was found.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Error, Key, Store, command, file, stdin};
use crate::base::private::shown;
use crate::base::{Secret, text};

/// What was typed on the command line to say where the password is.
pub(crate) enum Typed<'a> {
    /// `--password-stdin`.
    Stdin(&'a mut dyn Read),
    /// `--password-file`.
    File(&'a Path),
    /// `--password-command`.
    Command(&'a [String]),
}

/// Everything that may know the password. A later one is not touched if an earlier one answers.
#[derive(Default)]
pub(crate) struct Sources<'a> {
    /// A flag.
    pub(crate) typed: Option<Typed<'a>>,
    /// A variable: its name and value. An empty value is as good as none.
    pub(crate) variable: Option<(&'a str, &'a Secret)>,
    /// The command helper of the configuration.
    pub(crate) helper: Option<&'a [String]>,
    /// The keyring.
    pub(crate) keyring: Option<&'a dyn Store>,
    /// The file store, where it was chosen.
    pub(crate) file_store: Option<&'a dyn Store>,
    /// Our environment, of which commands are given a part.
    pub(crate) environment: &'a [(String, String)],
    /// How long a command has; without a value, [`command::LIMIT`].
    pub(crate) command_limit: Option<Duration>,
}

/// Where a password was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// `--password-stdin`.
    Stdin,
    /// `--password-file`.
    File(PathBuf),
    /// `--password-command`, its first word.
    Command(String),
    /// A variable's name.
    Variable(String),
    /// The configured helper, its first word.
    Helper(String),
    /// A store's name.
    Store(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => write!(f, "file {}", shown(path)),
            Self::Command(program) => write!(f, "command {}", text::safe(program)),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::Helper(program) => write!(f, "the configured helper {}", text::safe(program)),
            Self::Store(name) => f.write_str(name),
        }
    }
}

/// The password and where it was; `None` if nobody knows it. A keyring out of order is an error only if nothing after it
/// knows the password either; everything else that was chosen has to work.
pub(crate) fn find(sources: Sources<'_>, key: &Key) -> Result<Option<(Secret, Source)>, Error> {
    let limit = sources.command_limit.unwrap_or(command::LIMIT);
    let first_word = |argv: &[String]| argv.first().cloned().unwrap_or_default();
    if let Some(typed) = sources.typed {
        return match typed {
            Typed::Stdin(reader) => stdin::read(reader).map(|secret| Some((secret, Source::Stdin))),
            Typed::File(path) => file::read(path).map(|secret| Some((secret, Source::File(path.to_owned())))),
            Typed::Command(argv) => command::run(argv, sources.environment, limit)
                .map(|secret| Some((secret, Source::Command(first_word(argv))))),
        };
    }
    if let Some((name, value)) = sources.variable.filter(|(_, value)| !value.is_empty()) {
        return Ok(Some((value.clone(), Source::Variable(name.to_owned()))));
    }
    if let Some(argv) = sources.helper {
        return command::run(argv, sources.environment, limit)
            .map(|secret| Some((secret, Source::Helper(first_word(argv)))));
    }
    let mut trouble = None;
    if let Some(keyring) = sources.keyring {
        match ask(keyring, key) {
            Ok(Some(found)) => return Ok(Some(found)),
            // That a session has no keyring is the rule under cron and no news.
            Ok(None) | Err(Error::NoKeyring { .. }) => {}
            Err(error) => trouble = Some(error),
        }
    }
    if let Some(store) = sources.file_store
        && let Some(found) = ask(store, key)?
    {
        return Ok(Some(found));
    }
    trouble.map_or(Ok(None), Err)
}

fn ask(store: &dyn Store, key: &Key) -> Result<Option<(Secret, Source)>, Error> {
    let found = store.get(key)?.filter(|secret| !secret.is_empty());
    Ok(found.map(|secret| (secret, Source::Store(store.name()))))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    enum Answer {
        Known(&'static str),
        Unknown,
        Hung,
        Absent,
    }

    struct Fake {
        answer: Answer,
        asked: Cell<u32>,
    }

    impl Fake {
        fn new(answer: Answer) -> Self {
            Self { answer, asked: Cell::new(0) }
        }
    }

    impl Store for Fake {
        fn get(&self, _: &Key) -> Result<Option<Secret>, Error> {
            self.asked.set(self.asked.get() + 1);
            match self.answer {
                Answer::Known(text) => Ok(Some(Secret::new(text))),
                Answer::Unknown => Ok(None),
                Answer::Hung => Err(Error::StoreTimeout { store: self.name(), limit: Duration::from_secs(3) }),
                Answer::Absent => Err(Error::NoKeyring { reason: "no bus".into() }),
            }
        }

        fn put(&self, _: &Key, _: &Secret) -> Result<(), Error> {
            Ok(())
        }

        fn erase(&self, _: &Key) -> Result<bool, Error> {
            Ok(false)
        }

        fn name(&self) -> String {
            "the fake".to_owned()
        }
    }

    fn key() -> Key {
        Key { endpoint: "https://k.example".into(), user: "admin".into(), domain: "Default".into() }
    }

    fn argv(script: &str) -> Vec<String> {
        ["sh", "-c", script].map(str::to_owned).to_vec()
    }

    #[test]
    fn each_source_comes_before_the_next_and_later_ones_are_not_touched() {
        let (keyring, store) = (Fake::new(Answer::Known("by-keyring")), Fake::new(Answer::Known("by-store")));
        let variable = Secret::new("by-variable");
        let (typed, helper) = (argv("echo by-command"), argv("echo by-helper"));
        let environment = [("PATH".to_owned(), "/usr/bin:/bin".to_owned())];
        let mut input: &[u8] = b"by-stdin\n";
        let all = |typed, level: u32| Sources {
            typed,
            variable: (level < 1).then_some(("OS_PASSWORD", &variable)),
            helper: (level < 2).then_some(helper.as_slice()),
            keyring: (level < 3).then_some(&keyring as &dyn Store),
            file_store: Some(&store),
            environment: &environment,
            command_limit: None,
        };
        let check = |sources, secret: &str, source: &str| {
            let (found, origin) = find(sources, &key()).unwrap().unwrap();
            assert_eq!((found.expose(), origin.to_string().as_str()), (secret, source));
        };
        check(all(Some(Typed::Stdin(&mut input)), 0), "by-stdin", "standard input");
        check(all(Some(Typed::Command(&typed)), 0), "by-command", "command sh");
        check(all(None, 0), "by-variable", "variable OS_PASSWORD");
        check(all(None, 1), "by-helper", "the configured helper sh");
        assert_eq!((keyring.asked.get(), store.asked.get()), (0, 0));
        check(all(None, 2), "by-keyring", "the fake");
        assert_eq!(store.asked.get(), 0);
        check(all(None, 3), "by-store", "the fake");
    }

    #[test]
    fn what_was_chosen_has_to_work() {
        let keyring = Fake::new(Answer::Known("by-keyring"));
        let helper = argv("exit 1");
        let sources = Sources { helper: Some(&helper), keyring: Some(&keyring), ..Sources::default() };
        assert!(matches!(find(sources, &key()), Err(Error::CommandFailed { .. } | Error::CommandMissing { .. })));
        let path = Path::new("/nonexistent/password");
        let sources = Sources { typed: Some(Typed::File(path)), keyring: Some(&keyring), ..Sources::default() };
        assert!(matches!(find(sources, &key()), Err(Error::MissingFile { .. })));
        assert_eq!(keyring.asked.get(), 0);
    }

    #[test]
    fn a_hung_keyring_matters_only_if_nobody_else_knows() {
        let (hung, knows) = (Fake::new(Answer::Hung), Fake::new(Answer::Known("by-store")));
        let both = Sources { keyring: Some(&hung), file_store: Some(&knows), ..Sources::default() };
        assert_eq!(find(both, &key()).unwrap().unwrap().0.expose(), "by-store");
        let ignorant = Fake::new(Answer::Unknown);
        let both = Sources { keyring: Some(&hung), file_store: Some(&ignorant), ..Sources::default() };
        assert!(find(both, &key()).unwrap_err().is_store_trouble());
        let absent = Fake::new(Answer::Absent);
        let one = Sources { keyring: Some(&absent), ..Sources::default() };
        assert_eq!(find(one, &key()).unwrap(), None);
        assert_eq!(find(Sources::default(), &key()).unwrap(), None);
    }

    #[test]
    fn an_empty_variable_is_no_password() {
        let empty = Secret::new("");
        let sources = Sources { variable: Some(("OS_PASSWORD", &empty)), ..Sources::default() };
        assert_eq!(find(sources, &key()).unwrap(), None);
    }
}
