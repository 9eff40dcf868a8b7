//! Values of old flags, in the words of today.

use jiff::civil::DateTime;
use serde_json::Value;

use crate::base::text::safe;

use super::super::error::CliError;

#[expect(clippy::unnecessary_wraps, reason = "of one form with the others of the table")]
pub(super) fn created_by(who: &str) -> Result<Vec<String>, CliError> {
    Ok(vec![if who == "me" { "--mine".to_owned() } else { format!("--created-by={who}") }])
}

/// `YYYYMMDDHHMM`; orchent took it for the time that the server writes, which is that of Greenwich.
pub(super) fn moment(flag: &str, text: &str) -> Result<Vec<String>, CliError> {
    match DateTime::strptime("%Y%m%d%H%M", text) {
        Ok(time) if text.len() == 12 => Ok(vec![format!("{flag}={}Z", time.strftime("%Y-%m-%dT%H:%M:%S"))]),
        _ => Err(CliError::usage(format!("{flag} is a time such as 202611240930, not '{}'", safe(text)))),
    }
}

pub(super) fn truth(text: &str) -> Result<Vec<String>, CliError> {
    let value = match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => "true",
        "false" | "0" | "no" => "false",
        _ => return Err(CliError::usage(format!("true or false was wanted, not '{}'", safe(text)))),
    };
    Ok(vec![format!("--keep-last-attempt={value}")])
}

/// The only state that a deployment can be reset to.
pub(super) fn only_delete_failed(text: &str) -> Result<Vec<String>, CliError> {
    if text == "DELETE_FAILED" {
        return Ok(Vec::new());
    }
    Err(CliError::usage(format!("--status is DELETE_FAILED, not '{}': no server resets to anything else", safe(text))))
}

pub(super) fn format(text: &str) -> Result<Vec<String>, CliError> {
    match text {
        "table" | "json" | "yaml" | "csv" | "value" => Ok(vec![format!("--output={text}")]),
        _ => Err(CliError::usage(format!("there is no format '{}' here", safe(text)))
            .next("-f table, json, yaml, csv or value; orchest help output has more")),
    }
}

/// Inputs that stood in the line as one JSON text.
pub(super) fn inputs(name: &str, text: &str) -> Result<Vec<String>, CliError> {
    let Ok(Value::Object(members)) = serde_json::from_str(text) else {
        return Err(CliError::usage(format!("{name} is no JSON object")).next("for no inputs write '{}'"));
    };
    let mut words = Vec::new();
    for (key, value) in members {
        if key.is_empty() || key.starts_with('-') || key.contains(['=', ':']) {
            let error = CliError::usage(format!("the input '{}' cannot be written as NAME=VALUE", safe(&key)));
            return Err(error.next("write the inputs into a file: orchest deployment create TEMPLATE --params FILE"));
        }
        words.push("-p".to_owned());
        words.push(match value {
            Value::String(text) => format!("{key}={text}"),
            Value::Number(_) | Value::Bool(_) => format!("{key}={value}"),
            other => format!("{key}:={other}"),
        });
    }
    Ok(words)
}
