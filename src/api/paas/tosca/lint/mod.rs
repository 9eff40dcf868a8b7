//! What will go wrong with a template on a server, found before it is sent.

mod head;
mod inputs;
mod words;

use super::problem::{Problem, Rule, Severity};
use super::template::Template;
use crate::base::yaml;

/// All problems of a text, from the top. A text that cannot be read has one.
pub(crate) fn lint(text: &str) -> Vec<Problem> {
    match Template::read(text) {
        Ok(template) => template.lint(),
        Err(yaml::Error { at, problem }) => {
            let rule = if yaml::read_or_json(text).is_ok() { Rule::NotAMapping } else { Rule::Yaml };
            vec![Problem::new(Severity::Error, rule, at, problem)]
        }
    }
}

impl Template {
    /// All problems, from the top; what an anchor brings in many times is told once.
    pub(crate) fn lint(&self) -> Vec<Problem> {
        let mut problems = self.declarations.clone();
        head::lint(self, &mut problems);
        words::lint(self, &mut problems);
        inputs::lint(self, &mut problems);
        problems.sort();
        problems.dedup();
        problems
    }
}

#[cfg(test)]
mod tests;
