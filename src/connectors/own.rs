//! Requests of somebody's own to a service: the same way there, the same token, and the same reading of what it answers.

use crate::http::{Door, Method, Request};

use super::{ConnectorKind, Error, GDrive, GitHub, Settings, Slack, Trello, Wire, gdrive, github, slack, trello};

/// The way to the service. `writes`: for what changes something, where that takes another token.
pub(crate) fn own_door(settings: Settings, wire: &Wire, writes: bool) -> Result<Door, Error> {
    Ok(match settings {
        Settings::GitHub(settings) => GitHub::new(settings, wire)?.into_door(),
        Settings::Trello(settings) => Trello::new(settings, wire)?.into_door(),
        Settings::Slack(settings) => Slack::new(settings, wire)?.into_door(),
        Settings::GDrive(settings) => GDrive::new(settings, wire)?.into_door(writes),
    })
}

/// A request without a path yet.
pub(crate) fn own_request(kind: ConnectorKind, method: Method) -> Request {
    match kind {
        ConnectorKind::GitHub => github::own_request(method),
        ConnectorKind::Trello => trello::own_request(method),
        ConnectorKind::Slack => slack::own_request(method),
        ConnectorKind::GDrive => gdrive::own_request(method),
    }
}
