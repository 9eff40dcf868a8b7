//! `orchest help paas`, and docs/paas.md.

use std::fmt::Write as _;

use crate::api::paas::Dialect;

use super::super::legacy::clients::CLIENTS;
use super::features::WISHES;

const WIDTH: usize = 80;

const INTRODUCTION: &str = "\
Orchestrators of deployments come in two dialects. v1 is the newer one, in
Python: it keeps users, their SSH keys and templates. indigo is the older one,
in Java: a template is part of each deployment. `orchest paas info` tells which
one yours speaks and what it can do; what it lacks is refused before anything
is sent (exit 1, \"kind\": \"unsupported\" with -o json), with what works instead.

  orchest config set paas.url https://HOST/PATH
  orchest auth login paas             or ORCHEST_PAAS_TOKEN, or oidc-agent
  orchest paas test                   is the token good there, and whose is it?

What each verb of ours does: orchest paas --help, orchest template --help.
";

const OLD: &str = "
From orchent 1.3.2 and orpy 1.0.4

The old lines are still understood: put orchest legacy before them, as in
orchest legacy orchent depls -c me, and they are shown in the words of today
and run. orchest legacy orchent and orchest legacy orpy show their flags too.

";

/// `orchest help paas`.
pub(crate) fn help() -> String {
    let mut text = INTRODUCTION.to_owned();
    for (prefix, title) in [("U", "What users want"), ("A", "What administrators want")] {
        let _ = writeln!(text, "\n{title}");
        for wish in WISHES.iter().filter(|wish| wish.number.starts_with(prefix)) {
            let _ = writeln!(text, "\n  {:<4}{}", wish.number, wish.what);
            wish.commands.iter().for_each(|command| entry(&mut text, "", &format!("orchest {command}")));
            entry(&mut text, "v1      ", &wish.v1.shown(Dialect::V1));
            entry(&mut text, "indigo  ", &wish.indigo.shown(Dialect::Indigo));
        }
    }
    text.push_str(OLD);
    for verb in CLIENTS {
        let _ = writeln!(text, "  {:<28}orchest {}", verb.name(), verb.today);
    }
    text
}

/// A paragraph behind a word, as wide as a terminal.
fn entry(text: &mut String, word: &str, about: &str) {
    const INDENT: usize = 6;
    let rest = " ".repeat(word.len());
    let (mut first, mut line) = (true, String::new());
    let mut flush = |line: &mut String| {
        let lead = if first { word } else { &rest };
        let _ = writeln!(text, "{}{lead}{line}", " ".repeat(INDENT));
        first = false;
        line.clear();
    };
    for part in about.split(' ') {
        if !line.is_empty() && INDENT + word.len() + line.chars().count() + 1 + part.chars().count() > WIDTH {
            flush(&mut line);
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(part);
    }
    flush(&mut line);
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
