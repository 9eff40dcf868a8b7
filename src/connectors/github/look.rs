//! Looking: one person, everybody, those who are invited, and who we are ourselves.

use std::rc::Rc;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::http::{Linked, Request, Response};

use super::super::membership::{is_email, same};
use super::super::{Error, ErrorKind, Membership, State};
use super::{GitHub, refusal, requests};

/// Who we are to the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Own {
    Owner(String),
    Member(String),
    /// No member: nothing is told of who is one.
    Outside,
    /// An app, or a token that may not ask. `sees`: whether it is shown the members all the same.
    App {
        sees: bool,
    },
}

impl Own {
    /// Our login, where we have one.
    pub(super) fn login(&self) -> Option<&str> {
        match self {
            Self::Owner(login) | Self::Member(login) => Some(login),
            Self::Outside | Self::App { .. } => None,
        }
    }
}

#[derive(Deserialize)]
struct User {
    login: String,
    id: Option<u64>,
}

/// A membership as it is sent.
#[derive(Deserialize)]
struct Sent {
    state: String,
    role: String,
    user: Option<User>,
    direct_membership: Option<bool>,
    #[serde(default)]
    enterprise_teams_providing_indirect_membership: Vec<Value>,
}

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

    fn membership(&self) -> Membership {
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

/// A membership out of an answer.
pub(super) fn read(response: &Response, id: &str) -> Result<Membership, Error> {
    let sent: Sent = response.decode(None)?;
    let state = match sent.state.as_str() {
        "active" => State::Active,
        "pending" => State::Pending,
        _ => State::Unknown,
    };
    let (login, key) = sent.user.map_or((id.to_owned(), None), |user| (user.login, user.id));
    let teams: Vec<&str> = sent.enterprise_teams_providing_indirect_membership.iter().filter_map(team_name).collect();
    let via = match (sent.direct_membership, teams.is_empty()) {
        (_, false) => Some(format!("enterprise team {}", teams.join(", "))),
        (Some(false), true) => Some("the enterprise".to_owned()),
        _ => None,
    };
    // Whoever is in both ways stays in one when the other ends.
    let both = via.is_some() && sent.direct_membership == Some(true);
    let detail = both.then(|| "a direct member too".to_owned());
    let key = key.map(|key| key.to_string());
    Ok(Membership { via, detail, key, ..Membership::new(login, state).role(sent.role) })
}

/// Whoever is left out of a list would be taken to be absent.
fn unreadable(what: &str) -> Error {
    Error::new(ErrorKind::Failed, format!("GitHub's list holds {what} that cannot be read"))
}

fn team_name(team: &Value) -> Option<&str> {
    team.as_str().or_else(|| ["slug", "name"].iter().find_map(|key| team.get(key)?.as_str()))
}

impl GitHub {
    /// One person.
    pub(super) async fn look(&self, id: &str) -> Result<Membership, Error> {
        if is_email(id) {
            return self.look_by_email(id).await;
        }
        if let Some(found) = self.direct(id).await? {
            return Ok(found);
        }
        match self.own().await? {
            Own::Outside => Err(refusal::hidden(&self.organization)),
            Own::App { sees: false } => {
                let detail = "this login may not be shown whether somebody is a member";
                Ok(Membership::new(id, State::Unknown).detail(detail))
            }
            // Others are not shown what has lapsed.
            Own::Member(_) => Ok(Membership::absent(id)),
            Own::Owner(_) | Own::App { sees: true } => {
                let lapsed = self.lapsed().await?;
                let found = lapsed.iter().flat_map(|all| all.iter()).find(|one| one.is_for(id));
                Ok(found.map_or_else(|| Membership::absent(id), Invitation::membership))
            }
        }
    }

    /// The membership itself; `None` where GitHub says that there is none, or does not say.
    pub(super) async fn direct(&self, login: &str) -> Result<Option<Membership>, Error> {
        let response = self.send(&requests::look(&self.organization, login)).await?;
        match response.status {
            404 => Ok(None),
            200 => read(&response, login).map(Some),
            _ => Err(refusal::explain(&response, &format!("tell who is in {}", self.organization))),
        }
    }

    /// Only invitations are known by address; whom a member's address leads to is not told.
    async fn look_by_email(&self, email: &str) -> Result<Membership, Error> {
        let Some(invited) = self.alive().await? else {
            let detail = "this server tells of no invitations, and of nobody's address";
            return Ok(Membership::new(email, State::Unsupported).detail(detail));
        };
        if let Some(found) = invited.iter().find(|one| one.is_for(email)) {
            return Ok(found.membership());
        }
        let lapsed = self.lapsed().await?;
        if let Some(found) = lapsed.iter().flat_map(|all| all.iter()).find(|one| one.is_for(email)) {
            return Ok(found.membership());
        }
        let detail = "GitHub tells no member's address; there is no invitation to this one";
        Ok(Membership::new(email, State::Unknown).detail(detail))
    }

    /// Who we are, asked once.
    pub(super) async fn own(&self) -> Result<&Own, Error> {
        self.own.get_or_try_init(|| self.ask_own()).await
    }

    async fn ask_own(&self) -> Result<Own, Error> {
        let response = self.send(&requests::own(&self.organization)).await?;
        if response.status == 200 {
            let own = read(&response, "")?;
            return Ok(match (own.state, own.role.as_deref()) {
                (State::Active, Some("admin")) => Own::Owner(own.id),
                (State::Active, _) => Own::Member(own.id),
                _ => Own::Outside,
            });
        }
        if response.status == 404 {
            return Ok(Own::Outside);
        }
        let seen = self.send(&requests::one_invitation(&self.organization)).await?;
        match seen.status {
            // Enterprise Server up to 3.19 has no such list, and an app that may not read members gets a 403 there too. A
            // token with scopes is told 404 where it lacks one.
            404 if !refusal::has_scopes(&seen) => {
                let members = self.send(&requests::one_member(&self.organization)).await?;
                Ok(if members.status == 404 { Own::Outside } else { Own::App { sees: members.status == 200 } })
            }
            status => Ok(Own::App { sees: status == 200 }),
        }
    }

    /// Invitations that are not answered yet; `None`: this server tells of none.
    pub(super) async fn alive(&self) -> Result<Option<Vec<Invitation>>, Error> {
        self.all_of(requests::invitations(&self.organization)).await
    }

    /// Invitations that have lapsed.
    pub(super) async fn lapsed(&self) -> Result<Rc<Option<Vec<Invitation>>>, Error> {
        self.lapsed.get(async || self.all_of(requests::lapsed(&self.organization)).await).await
    }

    async fn all_of(&self, request: Request) -> Result<Option<Vec<Invitation>>, Error> {
        let rows = match self.door.pages(request, Linked).all().await {
            Ok(rows) => rows,
            Err(error) if matches!(error.status(), Some(403 | 404)) => return Ok(None),
            Err(error) => return Err(refusal::of_wire(&self.organization, error)),
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
        let (alive, lapsed) = (self.alive().await?, self.lapsed().await?);
        let Some(alive) = alive else {
            let what = format!("tell who is invited to {}", self.organization);
            let error = Error::new(ErrorKind::Unsupported, format!("GitHub will not {what}"));
            return Err(error.next("an owner's token is needed; Enterprise Server up to 3.19 has no such list"));
        };
        let lapsed = lapsed.iter().flat_map(|all| all.iter());
        Ok(alive.iter().chain(lapsed).map(Invitation::membership).collect())
    }

    /// Members, owners first, then those who are invited, where this login is told.
    pub(super) async fn everybody(&self) -> Result<Vec<Membership>, Error> {
        let mut all = Vec::new();
        for role in ["admin", "member"] {
            let request = requests::members(&self.organization, role);
            let rows = self.door.pages(request, Linked).all().await;
            let rows = rows.map_err(|error| refusal::of_wire(&self.organization, error))?;
            for row in &rows {
                let login = row.get("login").and_then(Value::as_str).ok_or_else(|| unreadable("a member"))?;
                let key = row.get("id").map(ToString::to_string);
                all.push(Membership { key, ..Membership::new(login, State::Active).role(role) });
            }
        }
        if let Some(alive) = self.alive().await? {
            all.extend(alive.iter().map(Invitation::membership));
            all.extend(self.lapsed().await?.iter().flat_map(|all| all.iter()).map(Invitation::membership));
        }
        Ok(all)
    }

    /// Whether there is another owner beside one.
    pub(super) async fn has_two_owners(&self) -> Result<bool, Error> {
        let response = self.send(&requests::two_owners(&self.organization)).await?;
        Ok(response.json()?.as_array().is_some_and(|owners| owners.len() > 1))
    }
}
