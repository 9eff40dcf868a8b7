//! Inputs that are read and not declared, declared and not read, or left out at the caller's peril.

use crate::api::paas::tosca::inputs::nearest;
use crate::api::paas::tosca::problem::{Problem, Rule, Server, Severity};
use crate::api::paas::tosca::template::Template;

pub(super) fn lint(template: &Template, problems: &mut Vec<Problem>) {
    for (name, at) in &template.reads {
        if template.input(name).is_none() {
            let hint = nearest(name, template.inputs.iter().map(|input| input.name.as_str()));
            let hint = hint.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            let text = format!("get_input reads {name}, which is no input{hint}");
            problems.push(Problem::new(Severity::Error, Rule::UndeclaredInput, *at, text));
        }
    }
    for input in &template.inputs {
        let is_read = template.is_read(&input.name);
        if !is_read {
            let text = format!("nothing reads the input {}", input.name);
            problems.push(Problem::new(Severity::Note, Rule::UnusedInput, input.at, text));
        }
        if is_read && !input.required && input.default.is_none() {
            let text = format!(
                "the input {} may be left out and has no default, but is read: the server then answers 400",
                input.name
            );
            let problem = Problem::new(Severity::Warning, Rule::OptionalWithoutDefault, input.at, text);
            problems.push(problem.only(Server::Indigo));
        }
    }
}
