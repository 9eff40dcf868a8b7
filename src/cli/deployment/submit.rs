//! What `create` and `update` have in common: the template, its inputs from everywhere, and how hard to try.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{ArgAction, Args};
use serde_json::{Map, Value};

use crate::api::paas::tosca::{self, Declared, Given, InputError, Server, Severity, Template, Undeclared};
use crate::api::paas::{Dialect, Source, Submission};
use crate::base::text::safe;

use super::super::context::Context;
use super::super::error::CliError;
use super::super::input_file;
use super::lint;

#[derive(Args, Debug, Clone, Default)]
pub(crate) struct InputArgs {
    /// An input: NAME=VALUE, read by its declared type, or NAME:=JSON
    #[arg(short = 'p', long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,
    /// Inputs from a YAML or JSON file; `-` is standard input. Of several the later one wins, and -p wins over all
    #[arg(long = "params", alias = "params-file", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Send inputs that the template does not declare too
    #[arg(long)]
    undeclared: bool,
}

#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "How hard to try")]
pub(super) struct EffortArgs {
    /// Group of yours in whose name it runs
    #[arg(long, value_name = "NAME")]
    pub(super) group: Option<String>,
    /// Address that is told when something changes
    #[arg(long, value_name = "URL")]
    callback: Option<String>,
    /// Minutes for everything
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..))]
    timeout_all: Option<u32>,
    /// Minutes for one provider
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..))]
    timeout_provider: Option<u32>,
    /// How many providers to try
    #[arg(long, alias = "max-providers-retry", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_providers: Option<u32>,
    /// How often to try one provider
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10))]
    retries_per_provider: Option<u32>,
    /// Keep what the last attempt left behind
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        action = ArgAction::Set)]
    keep_last_attempt: Option<bool>,
    /// Provider to take
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Region to take
    #[arg(long, value_name = "NAME")]
    region: Option<String>,
}

impl EffortArgs {
    /// Refuses what no server takes.
    pub(super) fn apply(&self, submission: &mut Submission) -> Result<(), CliError> {
        if let Some(url) = &self.callback
            && !(url.starts_with("http://") || url.starts_with("https://"))
        {
            return Err(CliError::usage(format!("--callback '{}' is no http or https address", safe(url))));
        }
        if let (Some(one), Some(all)) = (self.timeout_provider, self.timeout_all)
            && one > all
        {
            return Err(CliError::usage("--timeout-provider is longer than --timeout-all"));
        }
        submission.group.clone_from(&self.group);
        submission.callback.clone_from(&self.callback);
        submission.timeout = self.timeout_all;
        submission.provider_timeout = self.timeout_provider;
        submission.max_providers = self.max_providers;
        submission.retries = self.retries_per_provider;
        submission.keep_last_attempt = self.keep_last_attempt;
        submission.provider.clone_from(&self.provider);
        submission.region.clone_from(&self.region);
        Ok(())
    }
}

/// A template's text, read and unchanged.
pub(crate) struct Text {
    /// The file's name, for notes.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Reads a file, or standard input.
pub(crate) fn read(context: &Context, path: &Path) -> Result<Text> {
    let text = input_file::read(context, path, "a template or inputs")?;
    let name = path.file_name().map_or_else(|| "-".to_owned(), |name| name.to_string_lossy().into_owned());
    Ok(Text { name, text })
}

/// The template, checked. What a server would refuse is refused here; what it would read differently is warned about.
pub(crate) fn template(context: &Context, text: &Text) -> Result<Template> {
    let name = &text.name;
    let template = Template::read(&text.text).map_err(|error| CliError::usage(format!("{name}: {error}")))?;
    let problems = template.lint();
    // What one family of servers fails over is in the way once it is known which one answers.
    lint::refuse(name, name, &problems, |server| server.is_none())?;
    for problem in problems.iter().filter(|problem| problem.severity == Severity::Warning) {
        context.printer.warn(&format!("{name}: {problem}"));
    }
    Ok(template)
}

/// Refuses a template that servers of this dialect alone fail over.
pub(crate) fn refuse_for(name: &str, template: &Template, dialect: Dialect) -> Result<(), CliError> {
    let theirs = match dialect {
        Dialect::V1 => Server::V1,
        Dialect::Indigo => Server::Indigo,
    };
    lint::refuse(name, name, &template.lint(), |server| server == Some(theirs))
}

impl InputArgs {
    pub(super) fn is_empty(&self) -> bool {
        self.params.is_empty() && self.files.is_empty()
    }

    /// Everything that was given, files first, later ones last.
    pub(super) fn given(&self, context: &Context) -> Result<Vec<(String, Given)>> {
        let mut all = Vec::new();
        for path in &self.files {
            let Text { name, text } = read(context, path)?;
            all.extend(tosca::read_inputs(&text).map_err(|error| CliError::usage(format!("{name}: {error}")))?);
        }
        for param in &self.params {
            all.push(typed(param)?);
        }
        Ok(all)
    }

    /// Only what was given, by the template's declarations: for a deployment that has the others.
    pub(crate) fn resolve_some(&self, context: &Context, declared: &[Declared]) -> Result<Map<String, Value>> {
        let undeclared = if self.undeclared { Undeclared::Kept } else { Undeclared::Refused };
        let resolved = tosca::resolve(declared, self.given(context)?, undeclared).map_err(|errors| refused(&errors))?;
        Ok(resolved.values)
    }

    /// The inputs by the template's declarations; what is missing is asked for on a terminal.
    pub(super) fn resolve(&self, context: &Context, declared: &[Declared]) -> Result<Map<String, Value>> {
        let mut given = self.given(context)?;
        let undeclared = if self.undeclared { Undeclared::Kept } else { Undeclared::Refused };
        let resolved = tosca::resolve(declared, given.clone(), undeclared).map_err(|errors| refused(&errors))?;
        if resolved.missing.is_empty() || !context.prompter.is_allowed() {
            return resolved.complete().map_err(|error| refused(&[error]).into());
        }
        for input in &resolved.missing {
            given.push((input.name.clone(), Given::Text(ask(context, input)?)));
        }
        let resolved = tosca::resolve(declared, given, undeclared).map_err(|errors| refused(&errors))?;
        resolved.complete().map_err(|error| refused(&[error]).into())
    }
}

fn ask(context: &Context, input: &Declared) -> Result<String> {
    let about = input.description.as_deref().map(|text| format!(" ({})", safe(text))).unwrap_or_default();
    let question = format!("{}{about}", safe(&input.name));
    let flag = format!("-p {}=VALUE", input.name);
    if input.secret {
        return Ok(context.prompter.password(&question, &flag)?.expose().to_owned());
    }
    Ok(context.prompter.line(&question, &flag)?)
}

/// `NAME=VALUE` or `NAME:=JSON`.
fn typed(param: &str) -> Result<(String, Given), CliError> {
    let split = param.split_once('=').filter(|(name, _)| !name.trim_end_matches(':').is_empty());
    let Some((name, value)) = split else {
        return Err(
            CliError::usage("-p wants NAME=VALUE, or NAME:=JSON").next("orchest deployment create FILE -p nodes=3")
        );
    };
    match name.strip_suffix(':') {
        None => Ok((name.to_owned(), Given::Text(value.to_owned()))),
        // The value may be a secret, so it is not repeated.
        Some(name) => {
            serde_json::from_str(value).map(|value| (name.to_owned(), Given::Value(value))).map_err(|error| {
                CliError::usage(format!("-p {}:= is no JSON (column {})", safe(name), error.column()))
                    .next("a text needs its quotes there: -p 'name:=\"text\"', or -p name=text")
            })
        }
    }
}

fn refused(errors: &[InputError]) -> CliError {
    let mut all = errors.iter().map(ToString::to_string);
    let first = all.next().unwrap_or_default();
    let error = all.fold(CliError::usage(first), CliError::cause);
    let next = match errors {
        [InputError::Missing { names }] => {
            let flags: Vec<String> = names.iter().map(|name| format!("-p {}=VALUE", safe(name))).collect();
            format!("give {}", flags.join(" "))
        }
        _ => "orchest template inputs FILE shows what a template wants".to_owned(),
    };
    error.next(next)
}

/// The submission of a text with its inputs.
pub(super) fn submission(text: &Text, inputs: Map<String, Value>, effort: &EffortArgs) -> Result<Submission> {
    let mut submission = Submission::new(Source::Text(text.text.clone()), inputs);
    effort.apply(&mut submission)?;
    Ok(submission)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_of_the_command_line_are_texts_or_json() {
        assert_eq!(typed("a=1").unwrap(), ("a".to_owned(), Given::Text("1".to_owned())));
        assert_eq!(typed("a=b=c").unwrap(), ("a".to_owned(), Given::Text("b=c".to_owned())));
        assert_eq!(typed("a:=[1]").unwrap(), ("a".to_owned(), Given::Value(serde_json::json!([1]))));
        for bad in ["a", "=1", ":=1", ""] {
            assert_eq!(typed(bad).unwrap_err().exit.code(), 2, "{bad}");
        }
        let error = typed("pw:=hunter2").unwrap_err();
        assert!(!error.message.contains("hunter2") && error.message.contains("-p pw:="), "{error}");
    }

    #[test]
    fn a_template_is_refused_by_the_dialect_that_fails_over_it() {
        let text = "tosca_definitions_version: tosca_simple_yaml_1_0\nmetadata: {template_name: t}\n\
                    topology_template: {description: 2024-01-01}\n";
        let template = Template::read(text).unwrap();
        assert!(refuse_for("t.yaml", &template, Dialect::Indigo).is_ok());
        let error = refuse_for("t.yaml", &template, Dialect::V1).unwrap_err();
        assert!(error.exit.code() == 2 && error.message.contains("2024-01-01"), "{error}");
        assert_eq!(error.next.as_deref(), Some("orchest deployment lint t.yaml"));
    }

    #[test]
    fn what_no_server_takes_is_refused_before_it_is_sent() {
        let mut submission = Submission::new(Source::Text(String::new()), Map::new());
        let bad = EffortArgs { callback: Some("ftp://x".to_owned()), ..EffortArgs::default() };
        assert!(bad.apply(&mut submission).is_err());
        let bad = EffortArgs { timeout_all: Some(5), timeout_provider: Some(6), ..EffortArgs::default() };
        assert!(bad.apply(&mut submission).is_err());
        let good = EffortArgs { timeout_all: Some(6), timeout_provider: Some(6), ..EffortArgs::default() };
        assert!(good.apply(&mut submission).is_ok() && submission.provider_timeout == Some(6));
    }
}
