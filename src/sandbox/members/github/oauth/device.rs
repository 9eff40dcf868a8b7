//! The device flow: whoever asks too soon has to wait longer from then on.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::super::keystone::new_id;
use super::super::super::super::world::About;
use super::super::super::http::Fields;
use super::super::super::login::{Decision, Device, Grant};
use super::super::data::Data;
use super::super::switches::Switches;
use super::{CLIENTS, No, granted, issue, user_code};

const LIFETIME: Duration = Duration::from_mins(15);

pub(super) fn start(data: &mut Data, about: &About<'_>, switches: &Switches, fields: &Fields) -> Result<Value, No> {
    let client = fields.text("client_id");
    if !CLIENTS.contains(&client) {
        return Err(No("Not Found", ""));
    }
    if !switches.device {
        return Err(No("device_flow_disabled", "Device Flow must be explicitly enabled for this App"));
    }
    let (code, user_code) = (new_id(), user_code());
    let device = Device {
        user_code: user_code.clone(),
        grant: granted(switches, client, "", fields.text("scope")),
        decision: None,
        expires: after(about.now, LIFETIME),
        polls: 0,
        next: after(about.now, Duration::from_secs(switches.interval.into())),
        interval: switches.interval,
    };
    data.desk.logins.devices.insert(code.clone(), device);
    Ok(json!({
        "device_code": code,
        "user_code": user_code,
        "verification_uri": format!("{}/login/device", about.url),
        "expires_in": LIFETIME.as_secs(),
        "interval": switches.interval,
    }))
}

fn after(now: Timestamp, length: Duration) -> Timestamp {
    now.checked_add(length).unwrap_or(Timestamp::MAX)
}

/// Asked until somebody has agreed or not.
pub(super) fn poll(data: &mut Data, now: Timestamp, switches: &Switches, fields: &Fields) -> Result<Value, No> {
    let (client, code) = (fields.text("client_id"), fields.text("device_code"));
    if !CLIENTS.contains(&client) {
        return Err(No("incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect."));
    }
    if !switches.device {
        return Err(No("device_flow_disabled", "Device Flow must be explicitly enabled for this App"));
    }
    let device = data.desk.logins.devices.get_mut(code).filter(|device| device.grant.client == client);
    let device = device.ok_or(No("incorrect_device_code", "The device_code provided is not valid."))?;
    if device.expires <= now {
        data.desk.logins.devices.remove(code);
        return Err(No("expired_token", "This 'device_code' has expired."));
    }
    if now < device.next {
        device.interval += 5;
        device.next = after(now, Duration::from_secs(device.interval.into()));
        let words = "Too many requests have been made in the same timeframe.";
        return Ok(json!({"error": "slow_down", "error_description": words, "interval": device.interval}));
    }
    device.next = after(now, Duration::from_secs(device.interval.into()));
    device.polls += 1;
    if device.decision.is_none() && switches.approve_at_poll > 0 && device.polls >= switches.approve_at_poll {
        let agreed = Decision::Agreed(switches.login.clone());
        device.decision = Some(if switches.deny { Decision::Denied } else { agreed });
    }
    let (grant, decision) = (device.grant.clone(), device.decision.clone());
    let Some(decision) = decision else {
        return Err(No("authorization_pending", "The authorization request is still pending."));
    };
    data.desk.logins.devices.remove(code);
    match decision {
        Decision::Denied => Err(No("access_denied", "The authorization request was denied.")),
        Decision::Agreed(who) => Ok(issue(data, now, Grant { who, ..grant })),
    }
}

/// Decides for the person at the browser; says whether such a device waits.
pub(in crate::sandbox::members) fn decide(data: &mut Data, user_code: &str, decision: Decision) -> bool {
    let device = data.desk.logins.devices.values_mut().find(|device| device.user_code == user_code);
    device.map(|device| device.decision = Some(decision)).is_some()
}
