//! Looking: one person, everybody, and who we are ourselves.

use serde::Deserialize;
use serde_json::Value;

use crate::http::{Linked, Request, Response};

use super::super::membership::is_email;
use super::super::{Error, ErrorKind, Membership, State};
use super::invitations::{Invitation, unreadable};
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
    let fixed = via.is_some().then_some("in through the enterprise, and taken out only there");
    Ok(Membership { via, detail, key, fixed, ..Membership::new(login, state).role(sent.role) })
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
            _ => Err(self.untold(&response)),
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

    /// Members, owners first, then those who are invited, where this login is told.
    pub(super) async fn everybody(&self) -> Result<Vec<Membership>, Error> {
        // Others are shown the members who show themselves, as if these were all.
        if let Own::Outside | Own::App { sees: false } = self.own().await? {
            return Err(refusal::hidden(&self.organization));
        }
        let mut all = Vec::new();
        for role in ["admin", "member"] {
            let rows = self.rows(requests::members(&self.organization, role)).await?;
            for row in &rows.map_err(|response| self.untold(&response))? {
                let login = row.get("login").and_then(Value::as_str).ok_or_else(|| unreadable("a member"))?;
                let key = row.get("id").map(ToString::to_string);
                all.push(Membership { key, ..Membership::new(login, State::Active).role(role) });
            }
        }
        let left_out = match self.invited().await {
            Ok(invited) => {
                all.extend(invited);
                None
            }
            // A list from which people are left out is told by a 200.
            Err(error) if matches!(error.status(), Some(403 | 404)) => {
                Some("those who are invited are not listed: this login is not shown them")
            }
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                Some("those who are invited are not listed: this server does not tell of them")
            }
            Err(error) => return Err(error),
        };
        self.left_out.set(left_out);
        Ok(all)
    }

    fn untold(&self, response: &Response) -> Error {
        refusal::explain(response, &format!("tell who is in {}", self.organization))
    }

    /// All rows of a list, or the answer that is none: its headers say why.
    pub(super) async fn rows(&self, list: Request) -> Result<Result<Vec<Value>, Response>, Error> {
        let error = match self.door.pages(list.clone(), Linked).all().await {
            Ok(rows) => return Ok(Ok(rows)),
            Err(error) => error,
        };
        if matches!(error.status(), Some(403 | 404)) {
            let again = self.send(&requests::told(list.query("per_page", "100"))).await?;
            if again.status != 200 || refusal::left_out_by(&again).is_some() {
                return Ok(Err(again));
            }
        }
        Err(refusal::of_wire(&self.organization, error))
    }

    /// Whether there is another owner beside one.
    pub(super) async fn has_two_owners(&self) -> Result<bool, Error> {
        let response = self.send(&requests::two_owners(&self.organization)).await?;
        if response.status != 200 || refusal::left_out_by(&response).is_some() {
            return Err(self.untold(&response));
        }
        Ok(response.json()?.as_array().is_some_and(|owners| owners.len() > 1))
    }
}
