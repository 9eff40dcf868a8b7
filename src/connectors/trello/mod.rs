//! The members of a Trello workspace.

mod invite;
mod join;
mod leave;
mod people;
mod refusal;
#[cfg(test)]
mod tests;

use std::rc::Rc;
use std::time::Duration;

use crate::base::Secret;
use crate::base::clock::LocalFuture;
use crate::http::{Authorize, Door, Endpoint, Meaning, Method, Request, Response};

use super::capabilities::{Ability, ByAddress, Capabilities, Extra};
use super::kept::Kept;
use super::wire::Fixed;
use super::write::Turns;
use super::{Change, Connector, ConnectorKind, Error, Joining, Leaving, Membership, State, Token, Wire, checked, wire};

pub(super) const KIND: ConnectorKind = ConnectorKind::Trello;

pub(super) const USUAL: &str = "https://api.trello.com/1";

/// Those who are invited.
const UNCLAIMED: &str = "those by e-mail whose account nobody has claimed yet";

/// Limits are counted in windows of this length.
const WINDOW: Duration = Duration::from_secs(10);

/// How a request of somebody's own begins.
pub(super) fn own_request(method: Method) -> Request {
    Request::new(method).read_by(reading)
}

/// How to log in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Login {
    /// The key of an app, and a token that was made with it.
    Key {
        /// The key.
        key: Secret,
        /// The token.
        token: Secret,
    },
    /// An access token of OAuth 2.0.
    OAuth(Token),
}

/// What it takes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Who asks.
    pub login: Login,
    /// The short name of the workspace, or its id.
    pub workspace: String,
    /// Where the API is, if not at trello.com.
    pub api_url: Option<String>,
    /// The least time between two changes; none if left out.
    pub pace: Option<Duration>,
}

impl Settings {
    /// For a workspace.
    pub fn new(login: Login, workspace: impl Into<String>) -> Self {
        Self { login, workspace: workspace.into(), api_url: None, pace: None }
    }

    /// At another address.
    #[must_use]
    pub fn api_url(self, url: impl Into<String>) -> Self {
        Self { api_url: Some(url.into()), ..self }
    }
}

/// One workspace.
pub struct Trello {
    door: Door,
    workspace: String,
    turns: Turns,
    people: Kept<Vec<Membership>>,
}

impl Trello {
    /// Nothing is sent yet.
    pub fn new(settings: Settings, wire: &Wire) -> Result<Self, Error> {
        let endpoint = wire::endpoint(KIND, settings.api_url.as_deref().unwrap_or(USUAL))?;
        let Settings { login, workspace, pace, .. } = settings;
        let workspace = workspace.trim().to_owned();
        if workspace.is_empty() {
            return Err(Error::settings("which workspace?").next("set connector.trello.workspace"));
        }
        let authorize: Rc<dyn Authorize> = match &login {
            Login::OAuth(token) => wire.bearer(KIND, token, &endpoint),
            Login::Key { key, token } => by_key(key, token, &endpoint)?,
        };
        let door = Door::new(wire.http.clone(), endpoint, Some(authorize));
        let turns = Turns::new(wire.clock.clone(), pace.unwrap_or_default());
        Ok(Self { door, workspace, turns, people: Kept::new(wire.clock.clone()) })
    }

    /// The way to it, for requests of somebody's own.
    pub(super) fn into_door(self) -> Door {
        self.door
    }

    /// A request about the workspace. What is refused has more to say than its status.
    fn at(&self, method: Method) -> Request {
        let request = Request::new(method).path("organizations").segment(&self.workspace).read_by(reading);
        [400, 403, 404].into_iter().fold(request, Request::accept_status)
    }

    async fn send(&self, request: &Request) -> Result<Response, Error> {
        self.door.send(request).await.map_err(|error| refusal::of_wire(&self.workspace, error))
    }
}

/// In a header, since addresses are written into logs.
pub(super) fn by_key(key: &Secret, token: &Secret, endpoint: &Endpoint) -> Result<Rc<dyn Authorize>, Error> {
    let (key, token) = (key.expose(), token.expose());
    if [key, token].iter().any(|text| text.contains(['"', '\\', '\n'])) {
        return Err(Error::settings("a key or a token of Trello holds a sign that none has"));
    }
    let value = format!("OAuth oauth_consumer_key=\"{key}\", oauth_token=\"{token}\"");
    Ok(Rc::new(Fixed::new(value, endpoint)))
}

/// A limit is told in words and counts; 409 means that a change met another one, and 449 that a part of the request failed on
/// their side. Neither says whether anything was done.
fn reading(response: &Response) -> Option<Meaning> {
    match response.status {
        429 => Some(Meaning { status: 429, wait: Some(WINDOW) }),
        409 | 449 => Some(Meaning { status: 503, wait: None }),
        _ => None,
    }
}

impl Connector for Trello {
    fn kind(&self) -> ConnectorKind {
        KIND
    }

    fn target(&self) -> String {
        self.workspace.clone()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            identifier: "Trello username; an e-mail address only to invite somebody",
            by_address: ByAddress::Untold,
            roles: &["normal", "admin"],
            check: Ability::Partly("not by e-mail address: Trello tells nobody's".to_owned()),
            add: Ability::Yes,
            remove: Ability::Partly(
                "from boards too with --with-boards; otherwise people stay there as guests".to_owned(),
            ),
            restore: Ability::Partly("in workspaces of an enterprise only".to_owned()),
            list: Ability::Yes,
            invitations: Ability::Partly(UNCLAIMED.to_owned()),
            extras: &[Extra::Name, Extra::WithBoards],
        }
    }

    fn tells(&self, state: State) -> Ability {
        match state {
            State::Pending => Ability::Partly(UNCLAIMED.to_owned()),
            State::Expired => Ability::No("an invitation waits until its account is claimed or taken out".to_owned()),
            State::Suspended => Ability::Partly("in workspaces of an enterprise".to_owned()),
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
        Box::pin(self.read())
    }

    fn own_ids(&self) -> LocalFuture<'_, Result<Vec<String>, Error>> {
        Box::pin(async {
            let me = self.me().await?;
            Ok(std::iter::once(me.id).chain(me.username).collect())
        })
    }
}

impl std::fmt::Debug for Trello {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trello").field("workspace", &self.workspace).finish_non_exhaustive()
    }
}
