//! Who a file, a folder or a shared drive at Google Drive is shared with.

mod credentials;
mod entry;
mod join;
mod leave;
mod refusal;
#[cfg(feature = "oauth")]
mod store;
#[cfg(test)]
mod tests;

use std::rc::Rc;
use std::time::Duration;

use url::Url;

use crate::base::clock::LocalFuture;
use crate::http::{Authorize, Cursor, Door, Endpoint, Meaning, Method, Request, Response};
use crate::oauth::{Asserted, Bearer, Signer};

#[cfg(feature = "oauth")]
use super::Session;
use super::capabilities::{Ability, ByAddress, Capabilities, Extra};
use super::kept::Kept;
use super::write::Turns;
use super::{Change, Connector, ConnectorKind, Error, Joining, Leaving, Membership, State, Wire, checked, wire};

#[cfg(feature = "oauth")]
pub(crate) use credentials::client;
pub use credentials::{Login, Refresh, ServiceAccount};
use entry::Entry;

pub(super) const KIND: ConnectorKind = ConnectorKind::GDrive;

pub(super) const USUAL: &str = "https://www.googleapis.com/drive/v3";
const SCOPE: &str = "https://www.googleapis.com/auth/drive";
/// Enough to see who a file is shared with, and nothing else of it but its name.
const READS: &str = "https://www.googleapis.com/auth/drive.metadata.readonly";
const FIELDS: &str = "nextPageToken,permissions(id,type,role,emailAddress,domain,deleted,pendingOwner,expirationTime,\
    permissionDetails,inheritedPermissionsDisabled)";

/// Why nobody is invited.
const AT_ONCE: &str = "there are none: whoever is added is in at once";

/// What people get who are added, unless something else is said.
const WRITER: &str = "writer";

/// What it takes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Who asks.
    pub login: Login,
    /// The id of the file, the folder or the shared drive.
    pub file_id: String,
    /// The role of people who are added; `writer` if left out.
    pub role: Option<String>,
    /// Act as an administrator of the domain, which goes for shared drives.
    pub domain_admin: bool,
    /// Where the API is, if not at googleapis.com.
    pub api_url: Option<String>,
    /// Where tokens are got, if not at Google.
    pub token_url: Option<String>,
    /// The least time between two changes; none if left out.
    pub pace: Option<Duration>,
}

impl Settings {
    /// For a file, a folder or a shared drive.
    pub fn new(login: Login, file_id: impl Into<String>) -> Self {
        let file_id = file_id.into();
        Self { login, file_id, role: None, domain_admin: false, api_url: None, token_url: None, pace: None }
    }

    /// At another address.
    #[must_use]
    pub fn api_url(self, url: impl Into<String>) -> Self {
        Self { api_url: Some(url.into()), ..self }
    }
}

/// One file, folder or shared drive.
pub struct GDrive {
    door: Door,
    /// The same for changes, where those take another token.
    writing: Door,
    file: String,
    role: String,
    domain_admin: bool,
    turns: Turns,
    entries: Kept<Vec<Entry>>,
}

impl GDrive {
    /// Nothing is sent yet.
    pub fn new(settings: Settings, wire: &Wire) -> Result<Self, Error> {
        let endpoint = wire::endpoint(KIND, settings.api_url.as_deref().unwrap_or(USUAL))?;
        let file = settings.file_id.trim().to_owned();
        if file.is_empty() {
            return Err(Error::settings("which file?").next("set connector.g_drive.file_id"));
        }
        // A service account gets what it asks for, so it asks for no more than it needs. What it may have in another's name
        // was granted scope by scope, and people have agreed to one.
        let is_free = matches!(&settings.login, Login::ServiceAccount(account) if account.subject.is_none());
        let reads = authorize(&settings, wire, &endpoint, if is_free { READS } else { SCOPE })?;
        let writes = if is_free { authorize(&settings, wire, &endpoint, SCOPE)? } else { reads.clone() };
        Ok(Self {
            door: Door::new(wire.http.clone(), endpoint.clone(), Some(reads)),
            writing: Door::new(wire.http.clone(), endpoint, Some(writes)),
            file,
            role: settings.role.unwrap_or_else(|| WRITER.to_owned()),
            domain_admin: settings.domain_admin,
            // Of two writes at once to one file, the later wins and the earlier is lost.
            turns: Turns::new(wire.clock.clone(), settings.pace.unwrap_or_default()),
            entries: Kept::new(wire.clock.clone()),
        })
    }

    /// The way to it, for requests of somebody's own.
    pub(super) fn into_door(self, writes: bool) -> Door {
        if writes { self.writing } else { self.door }
    }

    /// A request about what the file is shared with. What is refused has more to say than its status.
    fn permissions(&self, method: Method) -> Request {
        let request = Request::new(method).path("files").segment(&self.file).path("permissions").read_by(reading);
        let request = request.query("supportsAllDrives", "true");
        if self.domain_admin { request.query("useDomainAdminAccess", "true") } else { request }
    }

    fn permission(&self, method: Method, id: &str) -> Request {
        told(self.permissions(method).segment(id))
    }

    async fn send(&self, request: &Request) -> Result<Response, Error> {
        let door = if request.writes() { &self.writing } else { &self.door };
        door.send(request).await.map_err(|error| refusal::of_wire(&self.file, error))
    }

    /// All of it, read now.
    async fn read(&self) -> Result<Vec<Entry>, Error> {
        let request = self.permissions(Method::Get).query("pageSize", "100").query("fields", FIELDS);
        let pages = self.door.pages(request, Cursor::new("permissions", "/nextPageToken", "pageToken"));
        let rows = pages.all().await.map_err(|error| refusal::of_wire(&self.file, error))?;
        rows.into_iter().map(Entry::read).collect()
    }

    async fn look(&self, id: &str) -> Result<Membership, Error> {
        let all = self.entries.get(async || self.read().await).await?;
        Ok(entry::membership(&all, id))
    }

    /// The same of somebody who was asked for.
    async fn look_for(&self, id: &str) -> Result<Membership, Error> {
        let all = self.entries.get(async || self.read().await).await?;
        entry::refuse_others(&all, id)?;
        Ok(entry::membership(&all, id))
    }

    /// The same, read now.
    async fn look_again(&self, id: &str) -> Result<Membership, Error> {
        self.entries.forget();
        self.look(id).await
    }

    async fn everybody(&self) -> Result<Vec<Membership>, Error> {
        Ok(self.read().await?.iter().filter(|entry| !entry.is_gone()).map(Entry::shown).collect())
    }
}

/// How a request of somebody's own begins.
pub(super) fn own_request(method: Method) -> Request {
    Request::new(method).read_by(reading)
}

fn told(request: Request) -> Request {
    [400, 403, 404].into_iter().fold(request, Request::accept_status)
}

/// "Too fast" is a 403 here, and tells no time.
fn reading(response: &Response) -> Option<Meaning> {
    let is_limit = response.status == 403 && refusal::is_limit(&refusal::reason(response));
    is_limit.then_some(Meaning { status: 429, wait: None })
}

/// What puts a token on requests.
fn authorize(settings: &Settings, wire: &Wire, endpoint: &Endpoint, scope: &str) -> Result<Rc<dyn Authorize>, Error> {
    let source = match &settings.login {
        Login::Token(token) => return Ok(wire.bearer(KIND, token, endpoint)),
        Login::ServiceAccount(account) => {
            let url = token_url(settings, account.token_uri.as_deref())?;
            let signer = Signer {
                name: account.email.clone(),
                key_id: account.key_id.clone(),
                key: account.key.clone(),
                subject: account.subject.clone(),
                scope: scope.to_owned(),
            };
            let hint = "check that the key is not deleted, and the clock; the file has to be shared with that address"
                .to_owned();
            Box::new(Asserted::new(wire.http.clone(), signer, url, wire.clock.clone(), hint))
        }
        #[cfg(feature = "oauth")]
        Login::Refresh(login) => {
            let url = token_url(settings, login.token_uri.as_deref())?;
            return Ok(store::refresher(login, wire, url, endpoint));
        }
        #[cfg(not(feature = "oauth"))]
        Login::Refresh(_) => {
            let message = "this build has no logins by refresh token (feature \"oauth\")";
            return Err(Error::new(super::ErrorKind::Unsupported, message).next("use a service account"));
        }
    };
    Ok(Rc::new(Bearer::new(source, endpoint.origin(), wire.clock.clone())))
}

/// The login of a person that the settings have, as what gives tokens; nothing where they have another.
#[cfg(feature = "oauth")]
pub(crate) fn session(settings: &Settings, wire: &Wire) -> Result<Option<Session>, Error> {
    let Login::Refresh(login) = &settings.login else { return Ok(None) };
    let url = token_url(settings, login.token_uri.as_deref())?;
    Ok(Some(Session::new(Rc::new(store::source(login, wire, url)))))
}

/// Where tokens are got. What a file of credentials says is believed only of Google's own hosts, and of the place where the
/// settings have the API: whoever hands out such a file would otherwise be handed the login.
fn token_url(settings: &Settings, of_file: Option<&str>) -> Result<Url, Error> {
    const GOOGLE: &str = "https://oauth2.googleapis.com/token";
    if let Some(set) = &settings.token_url {
        return Ok(wire::endpoint(KIND, set)?.url);
    }
    let Some(text) = of_file else { return Url::parse(GOOGLE).map_err(|_| Error::settings(GOOGLE)) };
    let url = Url::parse(text).ok();
    let is_google = |url: &Url| {
        let host = url.host_str().unwrap_or_default();
        url.scheme() == "https" && (host == "accounts.google.com" || host.ends_with(".googleapis.com"))
    };
    let api = settings.api_url.as_deref().and_then(|api| Url::parse(api).ok());
    let is_there = |url: &Url| api.as_ref().is_some_and(|api| api.origin() == url.origin());
    url.filter(|url| is_google(url) || is_there(url)).ok_or_else(|| {
        Error::settings("the file of credentials wants tokens to be got at a place that is not Google's")
            .next("if that is meant, say so: connector.g_drive.token_url")
    })
}

impl Connector for GDrive {
    fn kind(&self) -> ConnectorKind {
        KIND
    }

    fn target(&self) -> String {
        self.file.clone()
    }

    fn capabilities(&self) -> Capabilities {
        let inherited = "what is inherited from a folder or a drive above is changed there";
        Capabilities {
            identifier: "e-mail address of a Google account or group",
            by_address: ByAddress::Found,
            roles: &["reader", "commenter", "writer", "fileOrganizer", "organizer"],
            check: Ability::Partly("who comes in through a group, a domain or a link is not told".to_owned()),
            add: Ability::Partly("a few dozen shares a day; for more, share with a Google Group".to_owned()),
            remove: Ability::Partly(inherited.to_owned()),
            restore: Ability::No("a share is not switched off".to_owned()),
            list: Ability::Yes,
            invitations: Ability::No(AT_ONCE.to_owned()),
            extras: &[Extra::Notify],
        }
    }

    fn tells(&self, state: State) -> Ability {
        match state {
            State::Pending => Ability::No(AT_ONCE.to_owned()),
            State::Expired => {
                Ability::No("an access that has run out is gone, and whoever had it is absent".to_owned())
            }
            State::Suspended => Ability::No("an account that is no more counts as absent".to_owned()),
            _ => Ability::Yes,
        }
    }

    fn membership<'a>(&'a self, id: &'a str) -> LocalFuture<'a, Result<Membership, Error>> {
        Box::pin(async { self.look_for(checked(KIND, id)?).await })
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

    fn own_ids(&self) -> LocalFuture<'_, Result<Vec<String>, Error>> {
        Box::pin(async { Ok(self.own().await?.into_iter().collect()) })
    }

    fn invitations(&self) -> LocalFuture<'_, Result<Vec<Membership>, Error>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }
}

impl std::fmt::Debug for GDrive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GDrive").field("file", &self.file).finish_non_exhaustive()
    }
}

/// Whether nothing is left to be done to have somebody in.
fn is_in(member: &Membership) -> bool {
    member.state == State::Active
}
