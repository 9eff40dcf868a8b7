//! The members of a GitHub organisation, at github.com or on a server of one's own.

mod address;
mod invitations;
mod join;
mod leave;
mod look;
mod refusal;
mod requests;
mod teams;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::time::Duration;

use tokio::sync::OnceCell;

use crate::base::clock::LocalFuture;
use crate::http::{Door, Method, Request, Response};

use super::capabilities::{Ability, ByAddress, Capabilities, Extra};
use super::kept::Kept;
use super::write::Turns;
use super::{Change, Connector, ConnectorKind, Error, Joining, Leaving, Membership, State, Token, Wire, checked, wire};

#[cfg(feature = "oauth")]
pub(super) use address::base;
use invitations::Invitation;
use look::Own;
#[cfg(feature = "oauth")]
pub(super) use requests::whoami;

/// The pace at which GitHub wants things to be changed.
const PACE: Duration = Duration::from_secs(1);

pub(super) const KIND: ConnectorKind = ConnectorKind::GitHub;

/// How a request of somebody's own begins.
pub(super) fn own_request(method: Method) -> Request {
    requests::github(method)
}

/// What it takes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// A personal access token, fine-grained or classic, or one of an app. To tell who is in it has to read members
    /// (`read:org`), to change that it has to be an owner's and write them (`admin:org`).
    pub token: Token,
    /// The login of the organisation.
    pub organization: String,
    /// Where the API is, if it is not at github.com: `https://github.example.com/api/v3`, or just the host.
    pub api_url: Option<String>,
    /// Teams that everybody who is put in joins as well.
    pub teams: Vec<String>,
    /// The least time between two changes; a second if left out.
    pub pace: Option<Duration>,
}

impl Settings {
    /// For an organisation at github.com.
    pub fn new(token: impl Into<Token>, organization: impl Into<String>) -> Self {
        Self { token: token.into(), organization: organization.into(), api_url: None, teams: Vec::new(), pace: None }
    }

    /// At another address.
    #[must_use]
    pub fn api_url(self, url: impl Into<String>) -> Self {
        Self { api_url: Some(url.into()), ..self }
    }
}

/// One organisation.
pub struct GitHub {
    door: Door,
    organization: String,
    teams: Vec<String>,
    turns: Turns,
    own: OnceCell<Own>,
    /// Invitations that have lapsed; `None`: this login cannot read them.
    lapsed: Kept<Option<Vec<Invitation>>>,
    /// What the last list had to leave out.
    left_out: Cell<Option<&'static str>>,
}

impl GitHub {
    /// Nothing is sent yet.
    pub fn new(settings: Settings, wire: &Wire) -> Result<Self, Error> {
        let url = address::base(settings.api_url.as_deref());
        let endpoint = wire::endpoint(KIND, &url)?;
        let authorize = wire.bearer(KIND, &settings.token, &endpoint);
        if settings.organization.trim().is_empty() {
            return Err(Error::settings("which organisation?").next("set connector.github.organization"));
        }
        Ok(Self {
            door: Door::new(wire.http.clone(), endpoint, Some(authorize)),
            organization: settings.organization.trim().to_owned(),
            teams: settings.teams,
            turns: Turns::new(wire.clock.clone(), settings.pace.unwrap_or(PACE)),
            own: OnceCell::new(),
            lapsed: Kept::new(wire.clock.clone()),
            left_out: Cell::new(None),
        })
    }

    /// The way to it, for requests of somebody's own.
    pub(super) fn into_door(self) -> Door {
        self.door
    }

    async fn send(&self, request: &Request) -> Result<Response, Error> {
        self.door.send(request).await.map_err(|error| refusal::of_wire(&self.organization, error))
    }
}

impl Connector for GitHub {
    fn kind(&self) -> ConnectorKind {
        KIND
    }

    fn target(&self) -> String {
        self.organization.clone()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            identifier: "GitHub login, or an e-mail address for an invitation",
            by_address: ByAddress::Invited,
            roles: &["member", "admin"],
            check: Ability::Yes,
            add: Ability::Partly("by invitation, at most 50 a day in a young organisation; owners only".to_owned()),
            remove: Ability::Partly("owners only; not where an enterprise or its identity provider decides".to_owned()),
            restore: Ability::No("an organisation switches nobody off".to_owned()),
            list: Ability::Yes,
            invitations: Ability::Partly("not on Enterprise Server up to 3.19".to_owned()),
            extras: &[Extra::Teams, Extra::Reinvite],
        }
    }

    fn tells(&self, state: State) -> Ability {
        match state {
            State::Pending | State::Expired => Ability::Partly(
                "by login; by e-mail to owners only, and not on Enterprise Server up to 3.19".to_owned(),
            ),
            State::Suspended => Ability::No("an organisation switches nobody off: people are in it or not".to_owned()),
            _ => Ability::Yes,
        }
    }

    fn membership<'a>(&'a self, id: &'a str) -> LocalFuture<'a, Result<Membership, Error>> {
        Box::pin(async { self.look(checked(KIND, id)?).await })
    }

    fn add<'a>(&'a self, id: &'a str, how: &'a Joining) -> LocalFuture<'a, Result<Change, Error>> {
        Box::pin(async {
            how.check(KIND, &self.capabilities())?;
            self.join(checked(KIND, id)?, how).await
        })
    }

    fn remove<'a>(&'a self, id: &'a str, how: &'a Leaving) -> LocalFuture<'a, Result<Change, Error>> {
        Box::pin(async {
            how.check(KIND, &self.capabilities())?;
            self.leave(checked(KIND, id)?, how).await
        })
    }

    fn list(&self) -> LocalFuture<'_, Result<Vec<Membership>, Error>> {
        Box::pin(self.everybody())
    }

    fn left_out(&self) -> Option<&'static str> {
        self.left_out.get()
    }

    fn own_ids(&self) -> LocalFuture<'_, Result<Vec<String>, Error>> {
        Box::pin(async { Ok(self.own().await?.login().map(str::to_owned).into_iter().collect()) })
    }

    fn invitations(&self) -> LocalFuture<'_, Result<Vec<Membership>, Error>> {
        Box::pin(self.invited())
    }
}

impl std::fmt::Debug for GitHub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GitHub").field("organization", &self.organization).finish_non_exhaustive()
    }
}
