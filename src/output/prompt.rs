//! Questions to the person at the terminal, each with the flag that answers it where there is none.

use std::io;
use std::rc::Rc;

use dialoguer::Input;
use dialoguer::console::Term;

use super::error::Error;
use super::fold;
use super::report::tidy;
use super::screen::Screen;
use super::silent;
use crate::base::Secret;

/// How many columns a short answer takes.
const ROOM: usize = 8;

/// Asks, if anyone can be asked.
pub(crate) struct Prompter {
    allowed: bool,
    /// How many columns the terminal has.
    width: usize,
    screen: Rc<Screen>,
    person: Box<dyn Person>,
}

/// Whoever answers.
trait Person {
    fn line(&self, question: &str) -> io::Result<String>;
    fn password(&self, question: &str) -> io::Result<String>;
}

impl Prompter {
    /// `plain` is for those whose screen is read to them: nothing is drawn over again.
    pub(super) fn new(allowed: bool, plain: bool, width: usize, screen: Rc<Screen>) -> Self {
        Self { allowed, width, screen, person: if plain { Box::new(Plainly) } else { Box::new(AtTerminal) } }
    }

    /// Whether a question can be asked.
    pub(crate) fn is_allowed(&self) -> bool {
        self.allowed
    }

    /// Asks yes or no about what is going to be done; whatever is not yes means no. `flag` is the one that says yes without
    /// being asked.
    ///
    /// A whole line is read: a key pressed too early must not delete anything.
    pub(crate) fn confirm(&self, what: &str, flag: &str) -> Result<bool, Error> {
        let typed = self.ask(what, "? [y/N]", flag, |person, question| person.line(question))?;
        Ok(matches!(typed.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    /// Asks for a name to be typed if something is to be done, and says whether it was that name. For what cannot be undone.
    pub(crate) fn type_name(&self, what: &str, expected: &str, flag: &str) -> Result<bool, Error> {
        let how = format!("? Type '{expected}' to go on");
        let typed = self.ask(what, &how, flag, |person, question| person.line(question))?;
        Ok(typed.trim() == expected)
    }

    /// Asks for one line of text.
    pub(crate) fn line(&self, question: &str, flag: &str) -> Result<String, Error> {
        self.ask(question, "", flag, |person, question| person.line(question))
    }

    /// Asks for a password, which is not shown while it is typed.
    pub(crate) fn password(&self, question: &str, flag: &str) -> Result<Secret, Error> {
        self.ask(question, "", flag, |person, question| person.password(question)).map(Secret::new)
    }

    fn ask<T>(
        &self,
        what: &str,
        how: &str,
        flag: &str,
        answer: impl FnOnce(&dyn Person, &str) -> io::Result<T>,
    ) -> Result<T, Error> {
        if !self.allowed {
            return Err(Error::NeedsTerminal { what: tidy(what), flag: flag.to_owned() });
        }
        // What is typed needs room too.
        let question = fold::text(&tidy(&format!("{what}{how}")), self.width.saturating_sub(ROOM));
        let question = match question.rsplit_once('\n') {
            Some((above, last)) => {
                self.screen.err(&format!("{above}\n"));
                last.to_owned()
            }
            None => question,
        };
        let answer = self.screen.aside(|| answer(self.person.as_ref(), &question));
        answer.map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => Error::Interrupted,
            _ => Error::Ask(error),
        })
    }
}

struct AtTerminal;

impl Person for AtTerminal {
    fn line(&self, question: &str) -> io::Result<String> {
        let input = Input::<String>::new().with_prompt(question).allow_empty(true);
        input.interact_text().map_err(|dialoguer::Error::IO(error)| error)
    }

    fn password(&self, question: &str) -> io::Result<String> {
        silent::ask(question)
    }
}

/// By the terminal's own line editing, which draws nothing but what is typed.
struct Plainly;

impl Person for Plainly {
    fn line(&self, question: &str) -> io::Result<String> {
        Term::stderr().write_str(&format!("{question}: "))?;
        let mut line = String::new();
        if io::stdin().read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end_matches(['\n', '\r']).to_owned())
    }

    fn password(&self, question: &str) -> io::Result<String> {
        silent::ask(question)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::output::testing::HOSTILE;

    /// Answers everything with the same, and remembers the questions.
    struct Scripted(io::Result<&'static str>, Rc<RefCell<Vec<String>>>);

    impl Person for Scripted {
        fn line(&self, question: &str) -> io::Result<String> {
            self.1.borrow_mut().push(question.to_owned());
            match &self.0 {
                Ok(answer) => Ok((*answer).to_owned()),
                Err(error) => Err(error.kind().into()),
            }
        }
        fn password(&self, question: &str) -> io::Result<String> {
            self.line(question)
        }
    }

    fn prompter(allowed: bool, answer: io::Result<&'static str>) -> (Prompter, Rc<RefCell<Vec<String>>>) {
        let questions = Rc::default();
        let person = Box::new(Scripted(answer, Rc::clone(&questions)));
        let screen = Rc::new(Screen::new(Box::new(io::sink()), Box::new(io::sink())));
        (Prompter { allowed, width: 80, screen, person }, questions)
    }

    #[test]
    fn answers_come_back() {
        let (yes, _) = prompter(true, Ok("yes"));
        assert!(yes.confirm("delete it", "--yes").unwrap());
        for no in ["", "no", "n", "yess", "delete"] {
            assert!(!prompter(true, Ok(no)).0.confirm("delete it", "--yes").unwrap(), "{no}");
        }
        let (named, _) = prompter(true, Ok(" smartcity "));
        assert!(named.type_name("type the name", "smartcity", "--yes").unwrap());
        assert!(!named.type_name("type the name", "smartcit", "--yes").unwrap());
        assert_eq!(named.line("which?", "--which").unwrap(), " smartcity ");
        let (secret, _) = prompter(true, Ok("prompted-password"));
        assert_eq!(secret.password("Password", "--password-stdin").unwrap(), Secret::new("prompted-password"));
    }

    #[test]
    fn without_a_terminal_the_flag_is_named_and_nothing_asked() {
        let (none, questions) = prompter(false, Ok("yes"));
        let error = none.confirm("delete service 'a'", "--yes").unwrap_err();
        assert!(error.is_usage());
        assert_eq!(
            error.to_string(),
            "delete service 'a': this has to be asked, and there is no terminal to ask on (or --no-input is set)"
        );
        assert!(matches!(none.password("Password", "--x"), Err(Error::NeedsTerminal { flag, .. }) if flag == "--x"));
        assert!(none.type_name("name", "a", "--yes").is_err());
        assert!(questions.borrow().is_empty());
    }

    #[test]
    fn an_interrupt_is_told_from_a_broken_terminal() {
        let (interrupted, _) = prompter(true, Err(io::ErrorKind::Interrupted.into()));
        assert!(matches!(interrupted.confirm("?", "--yes"), Err(Error::Interrupted)));
        let (broken, _) = prompter(true, Err(io::ErrorKind::Other.into()));
        assert!(matches!(broken.confirm("?", "--yes"), Err(Error::Ask(_))));
    }

    #[test]
    fn questions_are_clean() {
        let (prompter, questions) = prompter(true, Ok("no"));
        for text in HOSTILE {
            prompter.confirm(&format!("delete {text}"), "--yes").unwrap();
        }
        let questions = questions.borrow();
        assert!(
            questions
                .iter()
                .flat_map(|text| text.split(['\n', '\t']))
                .all(|text| !crate::output::clean::is_dangerous(text))
        );
    }
}
