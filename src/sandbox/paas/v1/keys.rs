//! SSH keys of v1's users.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::super::call::{Call, Reply};
use super::super::Around;
use super::caller::Caller;
use super::data::Data;
use super::error::{Faults, crash, not_json, raised};
use super::users::find;

/// How good a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Good,
    Undecodable,
    /// Of a kind that is not known, which options in front of a key look like too.
    Strange,
}

/// Looks at a line as it would stand in `authorized_keys`.
pub(super) fn judge(line: &str) -> Key {
    let mut words = line.split_whitespace();
    let (Some(kind), Some(data)) = (words.next(), words.next()) else { return Key::Undecodable };
    let is_known = matches!(kind, "ssh-rsa" | "ssh-ed25519" | "ssh-dss" | "sk-ssh-ed25519@openssh.com")
        || kind.starts_with("ecdsa-sha2-nistp");
    if !is_known {
        return Key::Strange;
    }
    let Ok(bytes) = STANDARD.decode(data) else { return Key::Undecodable };
    // The kind stands in the data once more, behind its length.
    let inner = bytes.get(4..).and_then(|rest| rest.get(..kind.len()));
    if inner == Some(kind.as_bytes()) { Key::Good } else { Key::Undecodable }
}

fn key_of<'data>(data: &'data mut Data, caller: &Caller, id: &str) -> Result<&'data mut Option<String>, Reply> {
    let id = find(data, caller, id)?.id.clone();
    data.users.iter_mut().find(|user| user.id == id).map(|user| &mut user.public_ssh_key).ok_or_else(crash)
}

const TAKEN: &str = "User already has a public SSH key";

/// The private half is thrown away.
pub(super) fn generate(data: &mut Data, caller: &Caller, id: &str) -> Result<Reply, Reply> {
    let key = key_of(data, caller, id)?;
    if key.is_some() {
        return Err(raised(409, TAKEN));
    }
    let mut bytes = b"\0\0\0\x0bssh-ed25519\0\0\0\x20".to_vec();
    bytes.extend(super::super::sha256(&super::super::new_uuid()));
    *key = Some(format!("ssh-ed25519 {}", STANDARD.encode(bytes)));
    Ok(Reply::json(201, &Value::Null))
}

pub(super) fn set(
    data: &mut Data,
    around: &Around<'_>,
    caller: &Caller,
    call: &Call,
    id: &str,
) -> Result<Reply, Reply> {
    let body = call.json().ok_or_else(not_json)?;
    let key = key_of(data, caller, id)?;
    let place = json!(["body", "public_key"]);
    let mut faults = Faults::default();
    let line = match body.get("public_key") {
        Some(Value::String(line)) => line.clone(),
        Some(other) => {
            faults.add("string_type", place, "Input should be a valid string", other.clone());
            String::new()
        }
        None => {
            faults.missing(place, body.clone());
            String::new()
        }
    };
    faults.check()?;
    if key.is_some() {
        return Err(raised(409, TAKEN));
    }
    match judge(&line) {
        Key::Good => {}
        Key::Strange if !around.strict => return Err(crash()),
        Key::Strange | Key::Undecodable => return Err(raised(422, "Invalid public SSH key")),
    }
    // As it came, with the line break at its end.
    *key = Some(line);
    Ok(Reply::json(200, &Value::Null))
}

pub(super) fn remove(data: &mut Data, caller: &Caller, id: &str) -> Result<Reply, Reply> {
    *key_of(data, caller, id)? = None;
    Ok(Reply::empty(204))
}
