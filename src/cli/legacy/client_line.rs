//! From a line of orchent or orpy to the line of today.

use clap::{Command, CommandFactory as _};

use crate::base::text::{safe, shell_word};

use super::super::Cli;
use super::super::commands::takes_next;
use super::super::error::CliError;
use super::clients::{Argument, Becomes, CLIENTS, Client, Flag, ORCHENT, ORPY, Verb, argument};

/// What an old line comes to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Today {
    pub(super) words: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// An old line, taken apart.
#[derive(Default)]
struct Parts<'a> {
    words: Vec<&'a str>,
    /// Flags with their values, as they stood.
    flags: Vec<(&'a str, Option<&'a str>)>,
    /// Flags of ours.
    others: Vec<String>,
}

pub(super) fn translate(client: Client, words: &[String]) -> Result<Today, CliError> {
    let mut ours = Cli::command();
    // Only then it is known how many values each flag takes.
    ours.build();
    let verb = find(client, words, &ours)?;
    let parts = take_apart(verb, words, &ours)?;
    let mut today = Today { words: verb.today.split(' ').map(str::to_owned).collect(), notes: Vec::new() };
    let given = parts.words.get(verb.words.len()..).unwrap_or_default();
    place(verb, given, &mut today)?;
    for (name, value) in &parts.flags {
        let Some(flag) = known(verb, name) else { continue };
        match (flag.becomes, value) {
            (Becomes::Value(long), Some(value)) => today.words.push(format!("{long}={value}")),
            (Becomes::Words(words), Some(value)) => today.words.extend(words(value)?),
            (Becomes::Switch(words), _) => today.words.extend(words.iter().map(|word| (*word).to_owned())),
            (Becomes::Note(note), _) => today.notes.push(note.to_owned()),
            (Becomes::Elsewhere(next), _) => {
                return Err(CliError::usage(format!("{name} is not said in the line today")).next(next));
            }
            (Becomes::Value(_) | Becomes::Words(_), None) => {
                return Err(CliError::usage(format!("{name} wants a value")).cause(usage(verb)));
            }
        }
    }
    if let Some((flag, value)) = verb.unless
        && !today.words.iter().any(|word| word.starts_with(flag))
    {
        today.words.push(format!("{flag}={value}"));
    }
    today.words.extend(parts.others);
    Ok(today)
}

/// The line for people.
pub(super) fn shown(words: &[String]) -> String {
    let words = words.iter().map(|word| shell_word(word));
    std::iter::once("orchest".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

fn usage(verb: &Verb) -> String {
    format!("usage: orchest legacy {}", verb.usage())
}

/// The verb whose words stand there; flags of the client may come before it.
fn find(client: Client, words: &[String], ours: &Command) -> Result<&'static Verb, CliError> {
    let flags = if client == Client::Orchent { ORCHENT } else { ORPY };
    let mut plain: Vec<&str> = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if word.starts_with('-') && word.len() > 1 {
            let takes = flags.iter().find(|flag| flag.names.contains(&word.as_str())).map(takes_value);
            if takes.unwrap_or_else(|| takes_next(&[ours], word)) {
                rest.next();
            }
            continue;
        }
        plain.push(if client == Client::Orpy && word == "deployment" { "dep" } else { word });
    }
    let of_client = CLIENTS.iter().filter(|verb| verb.client == client);
    of_client.clone().find(|verb| plain.starts_with(verb.words)).ok_or_else(|| {
        let typed = plain.iter().take(2).copied().collect::<Vec<_>>().join(" ");
        let all: Vec<String> = of_client.map(|verb| verb.words.join(" ")).collect();
        CliError::usage(format!("{} had no command '{}' that is known here", client.name(), safe(&typed)))
            .cause(format!("known: {}", all.join(", ")))
            .next(format!("orchest legacy {}", client.name()))
    })
}

fn known(verb: &Verb, name: &str) -> Option<&'static Flag> {
    let common = if verb.client == Client::Orchent { ORCHENT } else { ORPY };
    verb.flags.iter().chain(common).find(|flag| flag.names.contains(&name))
}

fn takes_value(flag: &Flag) -> bool {
    matches!(flag.becomes, Becomes::Value(_) | Becomes::Words(_) | Becomes::Elsewhere(_))
}

/// Words, old flags with their values, and flags of ours, which are passed on.
fn take_apart<'a>(verb: &Verb, words: &'a [String], ours: &Command) -> Result<Parts<'a>, CliError> {
    let mut parts = Parts::default();
    let mut rest = words.iter().map(String::as_str);
    while let Some(word) = rest.next() {
        if word == "--" {
            parts.words.extend(rest.by_ref());
            break;
        }
        if !word.starts_with('-') || word == "-" {
            parts.words.push(word);
            continue;
        }
        let (name, value) = match word.split_once('=').filter(|_| word.starts_with("--")) {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        match known(verb, name) {
            Some(flag) if takes_value(flag) => {
                let value = value.or_else(|| rest.next());
                let Some(value) = value else {
                    return Err(CliError::usage(format!("{name} wants a value")).cause(usage(verb)));
                };
                parts.flags.push((name, Some(value)));
            }
            Some(_) => parts.flags.push((name, None)),
            None => {
                parts.others.push(word.to_owned());
                if takes_next(&[ours], word) {
                    parts.others.extend(rest.next().map(str::to_owned));
                }
            }
        }
    }
    Ok(parts)
}

/// Puts every argument into its place.
fn place(verb: &Verb, given: &[&str], today: &mut Today) -> Result<(), CliError> {
    let many = verb.arguments.contains(&Argument::Pairs);
    let wanted = verb.arguments.len() - usize::from(many);
    if given.len() < wanted || (given.len() > wanted && !many) {
        let message = format!("{} takes {wanted} arguments, not {}", verb.words.join(" "), given.len());
        return Err(CliError::usage(message).cause(usage(verb)));
    }
    for (number, word) in given.iter().enumerate() {
        let kind = verb.arguments.get(number.min(verb.arguments.len().saturating_sub(1)));
        today.words.extend(argument(kind.copied().unwrap_or(Argument::Pairs), word)?);
    }
    Ok(())
}

#[cfg(test)]
#[path = "client_line_tests.rs"]
mod tests;
