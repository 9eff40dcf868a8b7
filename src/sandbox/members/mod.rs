//! The four services whose members are administered: GitHub, Trello, Slack, Google Drive. Each is a folder with data of its
//! own; what they have in common is small: access tokens ([`token`]), logins in a browser ([`login`]), and a [`desk`] that
//! counts mails and requests.
//!
//! Written from the reference alone. Where that has several servers, for requests, for logins and for people, one address
//! stands for all of them, because their paths do not collide. What cannot be seen from a request, such as a plan, a policy
//! or a person at a browser, is a switch of the control port, see [`switches`].

mod cast;
mod desk;
pub(super) mod gdrive;
pub(super) mod github;
mod http;
mod jwt;
mod login;
pub(super) mod slack;
mod switches;
pub(super) mod token;
pub(super) mod trello;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::call::{Call, Reply};
use super::world::{About, Backend};

pub(super) use cast::Cast;
pub(super) use desk::Mail;
pub(super) use switches::Switches;

/// What the four hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Data {
    pub(super) github: github::Data,
    pub(super) gdrive: gdrive::Data,
    pub(super) trello: trello::Data,
    pub(super) slack: slack::Data,
    pub(super) switches: Switches,
}

/// Answers one request to one of them. Their clock may be ahead of everybody else's.
pub(super) fn answer(data: &mut Data, backend: Backend, about: &About<'_>, call: &Call) -> Reply {
    let now = about.now.checked_add(data.switches.ahead).unwrap_or(about.now);
    let about = &About { now, ..about.clone() };
    match backend {
        Backend::GitHub => github::answer(&mut data.github, about, &mut data.switches, call),
        Backend::Trello => trello::answer(&mut data.trello, about, &mut data.switches, call),
        Backend::Slack => slack::answer(&mut data.slack, about, &mut data.switches, call),
        Backend::GDrive => gdrive::answer(&mut data.gdrive, about, &mut data.switches, call),
        _ => Reply::html(404, "Not Found"),
    }
}

/// The mails that one of them has sent.
pub(super) fn mails(data: &Data, backend: Backend) -> &[Mail] {
    match backend {
        Backend::GitHub => &data.github.desk.mails,
        Backend::GDrive => &data.gdrive.desk.mails,
        Backend::Trello => &data.trello.desk.mails,
        Backend::Slack => &data.slack.desk.mails,
        _ => &[],
    }
}

/// What somebody decides at a page for devices: `{"user_code": …}`, and as they like `user` and `deny`. Says whether such a
/// device waits at one of them.
pub(super) fn decide(data: &mut Data, body: &[u8]) -> bool {
    let wish: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| wish.get(name).and_then(Value::as_str);
    let who = text("user").unwrap_or(&data.switches.github.login).to_owned();
    let denies = wish.get("deny").and_then(Value::as_bool).unwrap_or(false);
    let decision = if denies { login::Decision::Denied } else { login::Decision::Agreed(who) };
    github::decide(&mut data.github, text("user_code").unwrap_or_default(), decision)
}

/// The key of Trello that tokens are for.
pub(super) const TRELLO_KEY: &str = "0123456789abcdef0123456789abcdef";

/// Fills all of them.
pub(super) fn seed(data: &mut Data, cast: Cast, now: Timestamp) {
    github::seed(&mut data.github, cast, now);
    gdrive::seed(&mut data.gdrive, cast, now);
    trello::seed(&mut data.trello, cast);
    slack::seed(&mut data.slack, cast);
}
