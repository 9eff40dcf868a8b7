//! Those who are invited, and those who did not answer in time.

use std::rc::Rc;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::http::Request;

use super::super::membership::same;
use super::super::{Error, ErrorKind, Membership, State};
use super::{GitHub, refusal, requests};

/// An invitation, alive or lapsed.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Invitation {
    id: u64,
    login: Option<String>,
    email: Option<String>,
    role: Option<String>,
    created_at: Option<Timestamp>,
    failed_at: Option<Timestamp>,
    failed_reason: Option<String>,
}

/// An invitation lapses after this many hours.
const LIFE: i64 = 7 * 24;

impl Invitation {
    /// Its number.
    pub(super) fn key(&self) -> String {
        self.id.to_string()
    }

    pub(super) fn is_for(&self, id: &str) -> bool {
        [&self.login, &self.email].into_iter().flatten().any(|own| same(own, id))
    }

    /// Whether both are to the same person.
    fn is_to_whom(&self, other: &Self) -> bool {
        [&other.login, &other.email].into_iter().flatten().any(|id| self.is_for(id))
    }

    pub(super) fn membership(&self) -> Membership {
        let id = self.login.as_ref().or(self.email.as_ref()).cloned().unwrap_or_else(|| "?".to_owned());
        let lapsed = self.failed_at.is_some() || self.failed_reason.is_some();
        let state = if lapsed { State::Expired } else { State::Pending };
        let life = jiff::SignedDuration::from_hours(LIFE);
        let end = self.created_at.and_then(|since| since.checked_add(life).ok());
        Membership {
            role: self.role.as_deref().map(plain_role),
            since: self.created_at,
            until: self.failed_at.or(end),
            detail: self.failed_reason.as_deref().map(|why| why.replace('_', " ")),
            ..Membership::new(id, state).key(self.key())
        }
    }
}

/// Invitations have other words for roles than memberships.
fn plain_role(role: &str) -> String {
    if role == "direct_member" { "member".to_owned() } else { role.to_owned() }
}

/// Whoever is left out of a list would be taken to be absent.
pub(super) fn unreadable(what: &str) -> Error {
    Error::new(ErrorKind::Failed, format!("GitHub's list holds {what} that cannot be read"))
}

impl GitHub {
    /// Invitations that are not answered yet; `None`: this server tells of none.
    pub(super) async fn alive(&self) -> Result<Option<Vec<Invitation>>, Error> {
        self.all_of(requests::invitations(&self.organization)).await
    }

    /// Invitations that have lapsed; `None` too where this login is not shown them.
    pub(super) async fn lapsed(&self) -> Result<Rc<Option<Vec<Invitation>>>, Error> {
        let read = async || match self.all_of(requests::lapsed(&self.organization)).await {
            Err(error) if matches!(error.status(), Some(403 | 404)) => Ok(None),
            told => told,
        };
        self.lapsed.get(read).await
    }

    async fn all_of(&self, list: Request) -> Result<Option<Vec<Invitation>>, Error> {
        let rows = match self.rows(list).await? {
            Ok(rows) => rows,
            // A token that lacks the scope for it is told 404 as well.
            Err(response) if response.status == 404 && refusal::missing_scopes(&response).is_none() => return Ok(None),
            Err(response) => {
                return Err(refusal::explain(&response, &format!("tell who is invited to {}", self.organization)));
            }
        };
        let read = |mut row: Value| {
            // In GitHub's own examples what has not happened is an empty text, and not left out.
            if let Some(row) = row.as_object_mut() {
                row.retain(|_, value| value != "");
            }
            serde_json::from_value(row).map_err(|_| unreadable("an invitation"))
        };
        Ok(Some(rows.into_iter().map(read).collect::<Result<_, _>>()?))
    }

    /// Everybody who is invited, and those who did not answer in time.
    pub(super) async fn invited(&self) -> Result<Vec<Membership>, Error> {
        let Some(alive) = self.alive().await? else {
            let message = format!("GitHub will not tell who is invited to {}", self.organization);
            let next = "check connector.github.organization, and that the token is an owner's; Enterprise Server up to 3.19 has \
                        no such list";
            return Err(Error::new(ErrorKind::Unsupported, message).next(next));
        };
        let lapsed = self.lapsed().await?;
        // Whoever has been invited again has only that one.
        let is_history = |one: &&Invitation| alive.iter().any(|other| other.is_to_whom(one));
        let lapsed = lapsed.iter().flatten().filter(|one| !is_history(one));
        Ok(alive.iter().chain(lapsed).map(Invitation::membership).collect())
    }
}
