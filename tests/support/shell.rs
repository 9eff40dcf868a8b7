//! A shell on a terminal, in which `orchest` is completed and then only says with which words it would have been run.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use super::cli::Room;
use super::terminal::Terminal;

/// How long nothing has to happen on the screen for a shell to have done what it does.
const QUIET: Duration = Duration::from_millis(150);
/// A busy machine takes its time to start a program.
const PATIENCE: Duration = Duration::from_secs(30);
/// What is seen of a key that leads to nothing: at most a bell.
const NOTHING: Duration = Duration::from_secs(3);
/// When a key is pressed once more.
const AGAIN: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bash,
    Zsh,
    Fish,
    Elvish,
}

impl Kind {
    /// Those of this machine. One that is missing is said aloud, and is a failure where everything has to be tried.
    pub fn all() -> Vec<Self> {
        let is_there = |kind: &Self| {
            let there =
                ["/bin", "/usr/bin", "/usr/local/bin"].iter().any(|place| Path::new(place).join(kind.name()).exists());
            #[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
            let must = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
            assert!(there || !must, "{kind} is not installed; run tests/servers/shells.sh");
            if !there {
                #[expect(clippy::print_stderr, reason = "whoever runs the tests is to read it")]
                {
                    eprintln!("NOT TESTED: completion in {kind}, which is not installed; run tests/servers/shells.sh");
                }
            }
            there
        };
        [Self::Bash, Self::Zsh, Self::Fish, Self::Elvish].into_iter().filter(is_there).collect()
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Elvish => "elvish",
        }
    }

    /// What is carried out before anything is typed, and the line that starts it.
    fn start(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Bash => (
                "bashrc",
                "PS1='ready> '\nbind 'set enable-bracketed-paste off'\nbind 'set completion-query-items 0'\n\
                 bind 'set page-completions off'\nsource <(command orchest completions bash)\n\
                 orchest() { printf '<%s>' \"$@\"; echo '|'; }\n",
                "exec bash --noprofile --rcfile ./bashrc -i",
            ),
            Self::Zsh => (
                ".zshrc",
                "PS1='ready> '\nunsetopt prompt_sp\nunset zle_bracketed_paste\nLISTMAX=1000\nautoload -Uz compinit\n\
                 compinit -u -D\nsource <(command orchest completions zsh)\n\
                 orchest() { printf '<%s>' \"$@\"; echo '|'; }\n",
                "ZDOTDIR=$PWD exec zsh -i",
            ),
            Self::Fish => (
                ".config/fish/config.fish",
                "function fish_prompt; printf 'ready> '; end\nfunction fish_greeting; end\n\
                 command orchest completions fish | source\n\
                 function orchest; printf '<%s>' $argv; echo '|'; end\n",
                "exec fish -i",
            ),
            Self::Elvish => (
                "rc.elv",
                "set edit:prompt = { put 'ready> ' }\nset edit:rprompt = { }\n\
                 eval (e:orchest completions elvish | slurp)\n\
                 fn orchest {|@words| for word $words { print '<'$word'>' }; echo '|' }\n",
                "exec elvish -rc rc.elv",
            ),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

pub struct Shell {
    terminal: Terminal,
}

impl Shell {
    /// In this room, which has been [`furnished`].
    pub fn start(kind: Kind, room: &Room) -> Self {
        let (file, text, line) = kind.start();
        room.file(file, text);
        let shell = Self { terminal: Terminal::of(room, line) };
        shell.terminal.shows("ready> ");
        shell.settle();
        shell
    }

    /// Waits until the screen stands still.
    fn settle(&self) {
        let begin = Instant::now();
        let (mut seen, mut since) = (self.terminal.seen().len(), Instant::now());
        while since.elapsed() < QUIET && begin.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(10));
            let now = self.terminal.seen().len();
            if now != seen {
                (seen, since) = (now, Instant::now());
            }
        }
    }

    fn types_and_waits(&mut self, keys: &str, patience: Duration) {
        let (before, begin) = (self.terminal.seen().len(), Instant::now());
        self.terminal.types(keys);
        while self.terminal.seen().len() == before && begin.elapsed() < patience {
            std::thread::sleep(Duration::from_millis(10));
        }
        self.settle();
    }

    /// Types it, presses the key that completes so often, and then the one that runs the line. Gives the words that the
    /// command would have had, each in `<>`, and everything that was to be seen.
    #[track_caller]
    pub fn completes(&mut self, typed: &str, tabs: usize) -> (String, String) {
        let before = self.terminal.seen().len();
        self.types_and_waits(typed, PATIENCE);
        for count in 0..tabs {
            self.types_and_waits("\t", if count == 0 { PATIENCE } else { NOTHING });
        }
        self.runs(before)
    }

    /// The same where there is nothing to complete.
    #[track_caller]
    pub fn completes_nothing(&mut self, typed: &str) -> (String, String) {
        let before = self.terminal.seen().len();
        self.types_and_waits(typed, PATIENCE);
        self.types_and_waits("\t", NOTHING);
        self.runs(before)
    }

    #[track_caller]
    fn runs(&mut self, before: usize) -> (String, String) {
        let begin = Instant::now();
        let mut pressed = 0;
        loop {
            // Where a list is open the first time only takes what is chosen from it.
            if begin.elapsed() > pressed * AGAIN {
                self.terminal.types("\r");
                pressed += 1;
            }
            let seen = self.terminal.seen()[before..].to_owned();
            // What is echoed has no line that begins so.
            let ran = seen.split('\n').map(|line| line.trim_end_matches('\r')).rev().find_map(|line| {
                let start = line.find('<').filter(|_| line.ends_with('|'))?;
                Some(line[start..line.len() - 1].to_owned())
            });
            if let Some(ran) = ran {
                self.settle();
                return (ran, seen);
            }
            assert!(begin.elapsed() < PATIENCE, "the line was not run:\n{seen:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A room in which the shells find the command by its name.
pub fn furnished(room: Room) -> Room {
    let bin = room.path("bin");
    std::fs::create_dir_all(&bin).unwrap();
    std::os::unix::fs::symlink(Room::BINARY, bin.join("orchest")).unwrap();
    room.env("PATH", &format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()))
}
