//! Teams, and who is to be in them. They are looked up before anything is written: of one that is not there nobody
//! would hear until somebody is invited.

use serde_json::{Value, json};

use crate::base::text::safe;
use crate::http::{Method, Response};

use super::super::membership::is_email;
use super::super::write::{self, Sent};
use super::super::{Change, Error, ErrorKind, Joining, Membership, Outcome, State};
use super::{GitHub, refusal, requests};

/// A team that somebody is to join.
#[derive(Debug)]
pub(super) struct Team {
    name: String,
    /// Its number, which an invitation by address takes; `None`: it was not looked up.
    pub(super) id: Option<Value>,
    /// Whether it was seen that they are not in it.
    is_out: bool,
}

impl GitHub {
    fn teams_of<'a>(&'a self, how: &'a Joining) -> impl Iterator<Item = &'a String> {
        let more = how.teams.iter().filter(|team| !self.teams.contains(team));
        self.teams.iter().chain(more)
    }

    /// The teams that somebody is not in yet, each of which is there.
    pub(super) async fn teams_to_join(&self, member: &Membership, how: &Joining) -> Result<Vec<Team>, Error> {
        let is_invited_anew = member.state == State::Pending && how.reinvite;
        let stays = member.state.counts_as_in() && !is_invited_anew;
        if stays && is_email(&member.id) {
            return Ok(Vec::new());
        }
        let mut teams = Vec::new();
        for name in self.teams_of(how) {
            if !stays || !self.is_in_team(name, &member.id).await? {
                teams.push(Team { name: name.clone(), id: None, is_out: stays });
            }
        }
        // Where nothing else is to be done, doing it tells the same with a request less.
        let keeps_role = how.role.as_deref().is_none_or(|role| member.is(role));
        if stays && keeps_role && teams.len() == 1 && !how.dry_run {
            return Ok(teams);
        }
        for team in &mut teams {
            team.id = Some(self.team(&team.name).await?);
        }
        Ok(teams)
    }

    /// The number of a team.
    async fn team(&self, name: &str) -> Result<Value, Error> {
        let response = self.send(&requests::team(&self.organization, name)).await?;
        match response.status {
            200 => Ok(response.member(&response.json()?, "id")?.clone()),
            _ => Err(no_team(&response, name, &self.organization)),
        }
    }

    async fn is_in_team(&self, team: &str, login: &str) -> Result<bool, Error> {
        let seen = self.send(&requests::in_team(Method::Get, &self.organization, team, login)).await?;
        match seen.status {
            200 => Ok(true),
            404 if refusal::missing_scopes(&seen).is_none() => Ok(false),
            _ => Err(no_team(&seen, team, &self.organization)),
        }
    }

    /// Has somebody who is in join the teams too.
    pub(super) async fn with_teams(&self, mut change: Change, teams: &[Team], how: &Joining) -> Result<Change, Error> {
        let is_as_before = change.outcome == Outcome::Unchanged;
        let login = change.membership.id.clone();
        if is_email(&login) && is_as_before {
            return Ok(how.teams.iter().fold(change, |change, team| change.note(not_by_address(team))));
        }
        if how.dry_run {
            let change =
                teams.iter().fold(change, |change, team| change.note(format!("would join team {}", team.name)));
            let joins = is_as_before && !teams.is_empty();
            return Ok(if joins { Change { planned: true, outcome: Outcome::Changed, ..change } } else { change });
        }
        if is_email(&login) {
            return Ok(change);
        }
        for (number, team) in teams.iter().enumerate() {
            // Whom we have just invited nobody else has put into a team.
            let is_out = team.is_out || !is_as_before;
            match self.join_team(&team.name, &login, is_out).await {
                Ok(false) => {}
                Ok(true) => {
                    if change.outcome == Outcome::Unchanged {
                        change.outcome = Outcome::Changed;
                    }
                    change = change.note(format!("joined team {}", team.name));
                }
                Err(error) => {
                    let left = teams.iter().skip(number).map(|team| safe(&team.name)).collect::<Vec<_>>().join(", ");
                    return Err(half_done(&change, &left, &self.organization, how, error));
                }
            }
        }
        Ok(change)
    }

    /// Whether somebody was not in a team, and is now. In a team nobody is given a lower role either.
    async fn join_team(&self, team: &str, login: &str, is_out: bool) -> Result<bool, Error> {
        if !is_out && self.is_in_team(team, login).await? {
            return Ok(false);
        }
        let _turn = self.turn(false).await?;
        let request = requests::in_team(Method::Put, &self.organization, team, login).json(json!({"role": "member"}));
        let found = async || self.is_in_team(team, login).await.map(|is_in| is_in.then_some(()));
        match write::once(&self.door, request, found).await? {
            Sent::Answered(response) if response.status >= 300 => Err(no_team(&response, team, &self.organization)),
            _ => Ok(true),
        }
    }
}

/// Why a team did not take somebody.
fn no_team(response: &Response, team: &str, organization: &str) -> Error {
    let team = safe(team);
    if response.status == 404 && refusal::missing_scopes(response).is_none() {
        let message = format!("there is no team '{team}' in {organization}, or it is hidden");
        let next = "name it as its address does: the last part of github.com/orgs/ORG/teams/TEAM";
        return Error::new(ErrorKind::NotFound, message).next(next).answered(response);
    }
    refusal::explain(response, &format!("let anybody join team '{team}' of {organization}"))
}

/// Of an invitation that is there already, or of a member whose login is not told.
fn not_by_address(team: &str) -> String {
    format!(
        "not put into team {team}: an invitation keeps the teams that it was sent with, and a member is named by login"
    )
}

/// Why somebody is not in a team, after something was done that stands.
fn half_done(change: &Change, teams: &str, organization: &str, how: &Joining, error: Error) -> Error {
    if change.outcome == Outcome::Unchanged {
        return error;
    }
    let member = &change.membership;
    let (who, role) = (safe(&member.id), safe(member.role.as_deref().unwrap_or_default()));
    let done = match member.state {
        State::Pending => format!("{who} was invited to {organization} as {role}, but not to team {teams}"),
        _ => format!("{who} is in {organization} as {role}, but not in team {teams}"),
    };
    let again = if how.reinvite { "the same command without --reinvite" } else { "the same command again" };
    let rest = format!("run {again}, which only does what is missing");
    let next = match error.way_out() {
        Some(way) if error.kind() != ErrorKind::Unavailable => format!("{way}; then {rest}"),
        _ => rest,
    };
    error.after(done, next)
}
