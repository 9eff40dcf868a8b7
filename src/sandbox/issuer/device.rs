//! The device flow, with INDIGO IAM's habits: no `interval`, the complete address only where it is switched on, and no
//! useful body for a program that is not registered.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::call::Reply;
use super::super::paas::Switches;
use super::super::world::About;
use super::client::{Form, is_known, may_ask};
use super::data::Data;
use super::refused;
use super::token::Grant;

const LIFETIME: Duration = Duration::from_mins(10);

/// A device that waits for somebody to agree.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Device {
    user_code: String,
    client: String,
    pub(super) scopes: Vec<String>,
    expires: Timestamp,
    polls: u32,
    decision: Option<Decision>,
}

#[derive(Clone, Debug, Serialize)]
enum Decision {
    Agreed(String),
    Denied,
}

pub(super) fn start(data: &mut Data, about: &About<'_>, switches: &Switches, form: &Form) -> Reply {
    let client = form.get("client_id").unwrap_or_default().to_owned();
    if !is_known(&client) {
        return Reply::empty(404);
    }
    let scopes = form.scopes();
    if !may_ask(&scopes) {
        return refused(400, "invalid_scope", "Scope not allowed for this client");
    }
    let (code, word) = (Data::word(), Data::word().to_uppercase());
    let user_code = word.get(..6).unwrap_or(&word).to_owned();
    let uri = format!("{}/device", about.url);
    let mut reply = json!({
        "device_code": code,
        "user_code": user_code,
        "verification_uri": uri,
        "expires_in": LIFETIME.as_secs(),
    });
    if switches.complete_uri
        && let Some(map) = reply.as_object_mut()
    {
        map.insert("verification_uri_complete".to_owned(), json!(format!("{uri}?user_code={user_code}")));
    }
    let expires = about.now.checked_add(LIFETIME).unwrap_or(Timestamp::MAX);
    data.devices.insert(code, Device { user_code, client, scopes, expires, polls: 0, decision: None });
    Reply::json(200, &reply)
}

/// Who has agreed, and to what.
pub(super) fn poll(
    data: &mut Data,
    now: Timestamp,
    switches: &Switches,
    client: &str,
    code: &str,
) -> Result<Grant, Reply> {
    let device = data.devices.get_mut(code).filter(|device| device.client == client);
    let device = device.ok_or_else(|| refused(400, "invalid_grant", "Invalid device code"))?;
    if device.expires <= now {
        data.devices.remove(code);
        return Err(refused(400, "expired_token", "Device code has expired"));
    }
    device.polls += 1;
    if device.decision.is_none() && switches.approve_at_poll > 0 && device.polls >= switches.approve_at_poll {
        device.decision = Some(Decision::Agreed(switches.login.clone()));
    }
    let decided = match &device.decision {
        None => return Err(refused(400, "authorization_pending", "Authorization pending")),
        Some(Decision::Denied) => Err(refused(400, "access_denied", "The user denied the request")),
        Some(Decision::Agreed(user)) => Ok(Grant { user: user.clone(), scopes: device.scopes.clone(), nonce: None }),
    };
    // Good for once.
    data.devices.remove(code);
    decided
}

/// What somebody decides at the device page: `{"user_code": …}`, and as they like `user` and `deny`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    user_code: String,
    user: Option<String>,
    #[serde(default)]
    deny: bool,
}

/// Decides for the person at the browser; says what is wrong otherwise.
pub(in crate::sandbox) fn decide(data: &mut Data, login: &str, body: &[u8]) -> Result<(), String> {
    let wish: Wish = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let device = data.devices.values_mut().find(|device| device.user_code == wish.user_code);
    let device = device.ok_or_else(|| format!("no device waits with the code {}", wish.user_code))?;
    let user = wish.user.unwrap_or_else(|| login.to_owned());
    device.decision = Some(if wish.deny { Decision::Denied } else { Decision::Agreed(user) });
    Ok(())
}
