//! `orchest schema`: for programs, what commands there are, and what they print with `-o json`.

use std::any::TypeId;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Arg, ArgAction, Args, CommandFactory as _};
use serde_json::{Map, Value, json};

use crate::output::View;

use super::super::Cli;
use super::super::context::Context;
use super::super::error::CliError;
use super::page::{Page, pages};
use super::{exits, find, roff};

#[derive(Args, Debug)]
pub(crate) struct SchemaArgs {
    /// Command to say the output of, such as `user list`; without one, all commands are told
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

/// The draft that the schemas are written in.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// What commands print, by their words: `{"user list": {"shape": "rows", "fields": {"name": ["always", "string"]}}}`. The
/// tests write it from what they see commands print, and never take anything out of it.
const OUTPUTS: &str = include_str!("outputs.json");

const DESCRIPTION: &str =
    "Written from what the command prints on the emulated platform. Servers may send more, which is passed on.";

/// Everything about one output is in its schema.
const WHOLE: View = View { columns: &[], name: "command" };

pub(crate) fn run(context: &Context, args: &SchemaArgs) -> Result<()> {
    let pages = pages(Cli::command());
    let document = if args.command.is_empty() { tree(&pages) } else { output(&pages, &args.command)? };
    if context.wants_rows() || context.globals.output.query.is_some() {
        return Ok(context.printer.show(&WHOLE, document)?);
    }
    // It is for programs, whatever looks best elsewhere.
    Ok(context.printer.text(&format!("{:#}", Value::Object(document)))?)
}

fn tree(pages: &[Page]) -> Map<String, Value> {
    let mut document = Map::new();
    let mut put = |key: &str, value: Value| document.insert(key.to_owned(), value);
    put("program", json!("orchest"));
    put("version", json!(env!("CARGO_PKG_VERSION")));
    let root = pages.first().into_iter();
    put("options", root.flat_map(Page::arguments).map(argument).collect());
    put("exit_codes", exits::ALL.iter().map(code).collect());
    put("topics", super::super::topics::names().map(Value::from).collect());
    put("error", error());
    put("commands", pages.iter().skip(1).map(command).collect());
    document
}

fn command(page: &Page) -> Value {
    let (places, flags): (Vec<&Arg>, Vec<&Arg>) = page.arguments().partition(|argument| argument.is_positional());
    let written = outputs();
    let prints = written.get(&page.words.join(" ")).and_then(|output| output.get("shape"));
    json!({
        "command": page.words.join(" "),
        "summary": page.summary(),
        "aliases": page.command.get_all_aliases().collect::<Vec<_>>(),
        "is_group": !page.is_verb(),
        "usage": page.usage(),
        "arguments": places.into_iter().map(argument).collect::<Vec<_>>(),
        "options": flags.into_iter().map(argument).collect::<Vec<_>>(),
        "examples": page.told.examples,
        "notes": page.told.notes,
        "exit_codes": if page.is_verb() { exits::of(page).into_iter().map(exits::Meaning::code).collect() } else { Vec::new() },
        "prints": prints,
    })
}

fn argument(argument: &Arg) -> Value {
    let action = argument.get_action();
    let takes_values = action.takes_values();
    let values = argument.get_num_args();
    let is_many = matches!(action, ArgAction::Append) || values.is_some_and(|values| values.max_values() > 1);
    let flags = argument.get_short().map(|letter| format!("-{letter}")).into_iter();
    let flags = flags.chain(argument.get_long().map(|long| format!("--{long}")));
    let help = argument.get_long_help().or_else(|| argument.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut told = Map::new();
    let mut put = |key: &str, value: Value| told.insert(key.to_owned(), value);
    put("name", json!(roff::value_names(argument).join(" ")));
    if !argument.is_positional() {
        put("flags", flags.collect());
        put("heading", json!(argument.get_help_heading()));
    }
    put("help", json!(help));
    put("type", json!(kind(argument)));
    put("required", json!(argument.is_required_set()));
    put("many", json!(is_many));
    if takes_values {
        put("value_optional", json!(values.is_some_and(|values| values.min_values() == 0)));
        let possible = argument.get_possible_values();
        if !possible.is_empty() {
            put("values", possible.iter().map(|value| Value::from(value.get_name())).collect());
        }
        let default = argument.get_default_values().iter().map(|value| Value::from(value.to_string_lossy()));
        let default: Vec<Value> = default.collect();
        if !default.is_empty() {
            put("default", default.into());
        }
    }
    Value::Object(told)
}

fn kind(argument: &Arg) -> &'static str {
    if matches!(argument.get_action(), ArgAction::Count) {
        return "count";
    }
    if !argument.get_action().takes_values() {
        return "boolean";
    }
    let parsed = argument.get_value_parser().type_id();
    let numbers = [
        TypeId::of::<u8>(),
        TypeId::of::<u16>(),
        TypeId::of::<u32>(),
        TypeId::of::<u64>(),
        TypeId::of::<usize>(),
        TypeId::of::<i64>(),
    ];
    match () {
        () if numbers.iter().any(|number| parsed == *number) => "integer",
        () if parsed == TypeId::of::<PathBuf>() => "path",
        () => "string",
    }
}

fn code(meaning: &exits::Meaning) -> Value {
    json!({"code": meaning.code(), "word": meaning.short, "means": meaning.long})
}

/// What a failure is with `-o json`, on standard error.
fn error() -> Value {
    let text = |more: &[&str]| {
        let types: Vec<&str> = std::iter::once("string").chain(more.iter().copied()).collect();
        json!({"type": types})
    };
    let maybe = text(&["null"]);
    json!({
        "$schema": DRAFT,
        "title": "what a failure is with -o json, on one line of standard error",
        "type": "object",
        "required": ["error", "kind", "code", "causes", "status", "request_id", "step", "retryable", "hint", "next"],
        "properties": {
            "error": text(&[]),
            "kind": text(&[]),
            "code": {"type": "integer"},
            "causes": {"type": "array", "items": text(&[])},
            "status": {"type": ["integer", "null"]},
            "request_id": maybe, "step": maybe, "hint": maybe, "next": maybe,
            "retryable": {"type": "boolean"},
        },
    })
}

/// What a command prints, as far as the tests have seen it.
pub(crate) struct Printed {
    /// Whether it is always a list.
    pub(crate) is_list: bool,
    /// The keys of its rows, and what each of them holds in words.
    pub(crate) keys: Vec<(String, String)>,
}

/// The same of one command; `None` where it prints no rows.
pub(crate) fn printed(command: &str) -> Option<Printed> {
    let outputs = outputs();
    let told = outputs.get(command)?;
    let types = |words: &Value| {
        let words = words.as_array().into_iter().flatten().filter_map(Value::as_str);
        let types: Vec<&str> = words.filter(|word| !matches!(*word, "always" | "null")).collect();
        if types.is_empty() { "-".to_owned() } else { types.join(" or ") }
    };
    let fields = told.get("fields").and_then(Value::as_object).into_iter().flatten();
    let keys = fields.map(|(name, words)| (name.clone(), types(words))).collect();
    Some(Printed { is_list: told.get("shape").is_some_and(|shape| shape == "rows"), keys })
}

fn outputs() -> Map<String, Value> {
    serde_json::from_str(OUTPUTS).unwrap_or_default()
}

/// The schema of a command's output; of a noun, of all its verbs.
fn output(pages: &[Page], words: &[String]) -> Result<Map<String, Value>> {
    let page = find(pages, words)?;
    let title = page.words.join(" ");
    let outputs = outputs();
    if page.is_verb() {
        return outputs.get(&title).map(|told| schema(&title, told)).ok_or_else(|| {
            CliError::usage(format!("orchest {title} prints no rows: text, a document of its own, or nothing"))
                .next("orchest schema tells in `prints` which commands do")
                .into()
        });
    }
    let below = format!("{title} ");
    let all = outputs.iter().filter(|(name, _)| name.starts_with(&below));
    let all: Map<String, Value> = all.map(|(name, told)| (name.clone(), Value::Object(schema(name, told)))).collect();
    if all.is_empty() {
        return Err(CliError::usage(format!("no verb of orchest {title} prints rows")).into());
    }
    Ok(all)
}

fn schema(title: &str, told: &Value) -> Map<String, Value> {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (name, words) in told.get("fields").and_then(Value::as_object).into_iter().flatten() {
        let words: Vec<&str> = words.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let is_always = words.contains(&"always");
        let mut types: Vec<&str> = words.into_iter().filter(|word| *word != "always").collect();
        if is_always {
            required.push(name.clone());
        }
        // It was seen at an emulated server, and only of what has a name that is certain.
        let is_certain = is_always && matches!(name.as_str(), "id" | "name");
        if !types.contains(&"null") && !is_certain {
            types.push("null");
        }
        // Of what was never there nothing is known.
        let property = if types == ["null"] { json!({}) } else { json!({"type": types}) };
        properties.insert(name.clone(), property);
    }
    let one = json!({"type": "object", "required": required, "properties": properties});
    let rows = json!({"type": "array", "items": one});
    let shape = match told.get("shape").and_then(Value::as_str) {
        Some("rows") => rows,
        Some("row") => one,
        // Several names on the command line make a list.
        _ => json!({"anyOf": [one, rows]}),
    };
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!(DRAFT));
    schema.insert("title".to_owned(), json!(format!("what orchest {title} prints with -o json")));
    schema.insert("description".to_owned(), json!(DESCRIPTION));
    schema.extend(shape.as_object().cloned().unwrap_or_default());
    schema
}
