//! Secrets in the places where the old lines had them: not themselves any more, but where they are.

use crate::base::Secret;
use crate::base::text::{safe, shell_word};
use crate::config::Inputs;
use crate::secrets;

use super::super::error::CliError;

/// Secrets that no flag led to: an old line said where they are. They come before everything that flags say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    /// The password to log in with.
    pub(crate) login: Option<Secret>,
    /// The password that somebody is given.
    pub(crate) new: Option<Secret>,
    /// Whether one of them was read from standard input, which has only one reader.
    pub(crate) stdin: bool,
}

const FORMS: &str = "write @FILE, env:NAME or - there: a file that only you can read, a variable, or standard input";

/// Where a secret is.
enum Where<'a> {
    Stdin,
    File(&'a str),
    Variable(&'a str),
}

fn parse<'a>(name: &str, word: &'a str) -> Result<Where<'a>, CliError> {
    if word == "-" {
        return Ok(Where::Stdin);
    }
    if let Some(path) = word.strip_prefix('@').filter(|path| !path.is_empty()) {
        return Ok(Where::File(path));
    }
    if let Some(variable) = word.strip_prefix("env:").filter(|variable| !variable.is_empty()) {
        return Ok(Where::Variable(variable));
    }
    // The word itself is not shown: it is the password, and what is on the screen is in somebody's log.
    let message = format!("{name} stands in the line itself, which every process here can read and the shell keeps");
    Err(CliError::usage(message).cause("nothing was sent; change that password if it is in use").next(FORMS))
}

/// Refuses what is there itself, before anything else is looked at.
pub(super) fn check(name: &str, word: &str) -> Result<(), CliError> {
    parse(name, word).map(drop)
}

/// Whether the word means standard input.
pub(super) fn is_stdin(word: &str) -> bool {
    word == "-"
}

/// The flag that has the secret fetched from there.
pub(super) fn today(word: &str, is_new: bool) -> String {
    let new = if is_new { "new-" } else { "" };
    match parse("", word) {
        Ok(Where::File(path)) => format!("--{new}password-file {}", shell_word(path)),
        Ok(Where::Stdin) => format!("--{new}password-stdin"),
        Ok(Where::Variable(variable)) if is_name(variable) && is_new => {
            format!("--new-password-stdin <<<\"${variable}\"")
        }
        Ok(Where::Variable(variable)) if is_name(variable) => format!("--password-command 'printenv {variable}'"),
        Ok(Where::Variable(_)) | Err(_) => format!("--{new}password-file FILE"),
    }
}

/// Whether a shell would take it for the name of a variable.
fn is_name(text: &str) -> bool {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    text.chars().all(plain) && !text.starts_with(|sign: char| sign.is_ascii_digit())
}

pub(super) fn read(name: &str, word: &str, inputs: &Inputs) -> anyhow::Result<Secret> {
    Ok(match parse(name, word)? {
        Where::Stdin => secrets::stdin::read(&mut std::io::stdin().lock())?,
        // A password that happens to begin with `@` comes here too, so the name of a file that is not there is not told.
        Where::File(path) if !std::path::Path::new(path).exists() => {
            return Err(CliError::usage(format!("{name}: there is no file of the name that follows the @")).into());
        }
        Where::File(path) => secrets::file::read(std::path::Path::new(path))?,
        Where::Variable(variable) => match inputs.variable(variable).filter(|value| !value.is_empty()) {
            Some(value) => Secret::new(value),
            None => {
                let variable = safe(variable);
                return Err(CliError::usage(format!("{name}: the variable {variable} is not set, or empty")).into());
            }
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_today_from_where_it_came_before() {
        for (word, is_new, flag) in [
            ("@pw", false, "--password-file pw"),
            ("@my pw", true, "--new-password-file 'my pw'"),
            ("-", true, "--new-password-stdin"),
            ("env:PW", false, "--password-command 'printenv PW'"),
            ("env:PW", true, "--new-password-stdin <<<\"$PW\""),
            ("env:A B$(id)", false, "--password-file FILE"),
            ("literal", true, "--new-password-file FILE"),
        ] {
            assert_eq!(today(word, is_new), flag);
        }
    }

    #[test]
    fn a_literal_is_refused_and_not_repeated() {
        for literal in ["hunter2-literal", "", "@", "env:", "ENV:A", "file:pw"] {
            let error = check("SERVICE_ADMIN_PASSWORD", literal).unwrap_err();
            let told = format!("{} {:?} {:?}", error.message, error.causes, error.next);
            assert!(told.contains("SERVICE_ADMIN_PASSWORD") && told.contains("env:NAME"), "{told}");
            assert!(literal.len() < 5 || !told.contains(literal), "{told}");
        }
        for form in ["-", "@file", "env:NAME"] {
            assert!(check("SERVICE_ADMIN_PASSWORD", form).is_ok(), "{form}");
        }
    }

    #[test]
    fn a_variable_that_is_not_set_is_an_error() {
        let inputs = Inputs { env: [("FULL".to_owned(), "swordfish-1".to_owned())].into(), ..Inputs::default() };
        assert_eq!(read("PW", "env:FULL", &inputs).unwrap().expose(), "swordfish-1");
        assert!(read("PW", "env:EMPTY", &inputs).unwrap_err().to_string().contains("EMPTY"));
        let error = read("PW", "@no-such-password-file", &inputs).unwrap_err().to_string();
        assert!(!error.contains("no-such-password-file"), "{error}");
    }
}
