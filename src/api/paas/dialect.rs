//! Which of the two families of servers answers. Asked without a token: one of them refuses its start page to whoever has one.

use serde_json::Value;

use crate::api::door::Door;
use crate::http::{Error, Method, Request, Response};

/// The two families.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// The newer, in Python: `/api/v1`, snakes, stored templates.
    V1,
    /// The older, in Java: camels, the template within each deployment.
    Indigo,
}

impl Dialect {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::Indigo => "indigo",
        }
    }

    pub(crate) fn read(name: &str) -> Option<Self> {
        [Self::V1, Self::Indigo].into_iter().find(|dialect| dialect.name() == name)
    }
}

/// What was found out, with what the server told about itself on the way.
pub(crate) struct Probed {
    pub(crate) dialect: Dialect,
    pub(crate) told: Value,
}

/// Health of a v1; also the first question of the probe.
pub(super) fn health() -> Request {
    bare("api/v1/health").slash()
}

/// What an indigo server tells about its build.
pub(super) fn info() -> Request {
    bare("info")
}

/// Whatever is answered is an answer here, as long as it is the server that answers.
fn bare(path: &'static str) -> Request {
    let refused = [400, 401, 403, 404, 405, 406];
    refused.into_iter().fold(Request::new(Method::Get).path(path), Request::accept_status)
}

fn object(response: &Response) -> Option<Value> {
    if response.status == 200 { response.json().ok().filter(Value::is_object) } else { None }
}

/// Asks in the order in which the answers tell most, and stops at the first that does.
pub(crate) async fn probe(door: &Door) -> Result<Option<Probed>, Error> {
    let response = door.send(&health()).await?;
    if let Some(told) =
        object(&response).filter(|told| told.get("db_connection").is_some() && told.get("status").is_some())
    {
        return Ok(Some(Probed { dialect: Dialect::V1, told }));
    }
    let response = door.send(&info()).await?;
    if let Some(told) =
        object(&response).filter(|told| ["build", "git", "projectVersion"].iter().any(|key| told.get(*key).is_some()))
    {
        return Ok(Some(Probed { dialect: Dialect::Indigo, told }));
    }
    let guarded = response.status == 401 || response.status == 403;
    let response = door.send(&bare("")).await?;
    let text = String::from_utf8_lossy(&response.body).into_owned();
    let named = response.status == 200
        && text.to_ascii_lowercase().contains("orchestrator")
        && !text.trim_start().starts_with('<');
    if named || (guarded && response.status == 200 && response.json().is_err()) {
        return Ok(Some(Probed { dialect: Dialect::Indigo, told: Value::Null }));
    }
    Ok(None)
}

/// The release in the words of its `/info`: three numbers, as far as they are told.
pub(crate) fn release(told: &Value) -> Option<(u32, u32, u32)> {
    let text = told.pointer("/build/version").or_else(|| told.get("projectVersion"))?.as_str()?;
    let mut numbers = text.split(|letter: char| !letter.is_ascii_digit()).filter(|part| !part.is_empty());
    let mut next = || numbers.next().and_then(|part| part.parse().ok());
    Some((next()?, next().unwrap_or(0), next().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn releases_are_read_as_they_are_written() {
        for (text, release_) in
            [("4.0.1", (4, 0, 1)), ("2.8.0-FINAL", (2, 8, 0)), ("3.0.0-SNAPSHOT", (3, 0, 0)), ("2.6", (2, 6, 0))]
        {
            assert_eq!(release(&json!({"build": {"version": text}})), Some(release_), "{text}");
        }
        assert_eq!(release(&json!({"projectVersion": "1.4.0-FINAL"})), Some((1, 4, 0)));
        assert_eq!(release(&json!({"build": {}})), None);
    }
}
