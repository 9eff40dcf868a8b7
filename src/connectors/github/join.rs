//! Putting somebody in.

use serde_json::Value;

use crate::base::text::safe;
use crate::http::{Method, Response};

use super::super::membership::{is_email, same};
use super::super::write::{self, Sent};
use super::super::{Change, Error, ErrorKind, Joining, Membership, Outcome, State};
use super::look::{Own, read};
use super::{GitHub, refusal, requests};

const USUAL: &str = "member";

impl GitHub {
    pub(super) async fn join(&self, id: &str, how: &Joining) -> Result<Change, Error> {
        let before = self.look(id).await?;
        let asked = how.role.as_deref();
        match before.state {
            State::Active | State::Pending if asked.is_none_or(|role| before.is(role)) && !how.reinvite => {
                self.with_teams(Change::unchanged(before), how).await
            }
            State::Active => match asked.filter(|role| !before.is(role)) {
                Some(role) => self.change_role(before, role, how).await,
                None => self.with_teams(Change::unchanged(before), how).await,
            },
            State::Pending if how.reinvite => self.invite_again(before, how).await,
            State::Pending => {
                let role = before.role.clone().unwrap_or_default();
                Ok(Change::unchanged(before)
                    .note(format!("invited as {role}; --reinvite takes that back and invites anew")))
            }
            State::Expired => self.invite_again(before, how).await,
            State::Unsupported if is_email(id) => {
                let error = Error::new(ErrorKind::Unsupported, "this server has no invitations by e-mail");
                Err(error.next("name the person by login"))
            }
            // Somebody who is an owner would be made a member.
            State::Unknown if !is_email(id) => Err(refusal::unshown(id)),
            _ => self.invite(before, Outcome::Invited, how).await,
        }
    }

    /// Takes an invitation away, and sends another.
    async fn invite_again(&self, before: Membership, how: &Joining) -> Result<Change, Error> {
        if !how.dry_run {
            self.may_write().await?;
            self.take_back(&before).await?;
        }
        self.invite(before, Outcome::Reinvited, how).await
    }

    /// Invites somebody to whom there is no invitation.
    async fn invite(&self, before: Membership, outcome: Outcome, how: &Joining) -> Result<Change, Error> {
        let role = how.role.clone().or_else(|| before.role.clone()).unwrap_or_else(|| USUAL.to_owned());
        if how.dry_run {
            let change = Change::planned(outcome, Membership { role: Some(role), ..before });
            return Ok(self.teams_of(how).fold(change, |change, team| change.note(format!("would join team {team}"))));
        }
        self.may_write().await?;
        if is_email(&before.id) {
            return self.invite_by_email(&before.id, &role, outcome, how).await;
        }
        let member = self.put(&before.id, &role).await?;
        let outcome = if member.state == State::Active { Outcome::Added } else { outcome };
        self.with_teams(Change::new(outcome, member), how).await
    }

    async fn change_role(&self, before: Membership, role: &str, how: &Joining) -> Result<Change, Error> {
        if before.is("admin") {
            self.keep_an_owner(&before, "made a member").await?;
        }
        if how.dry_run {
            let note = format!("{} now", before.role.clone().unwrap_or_default());
            return Ok(Change::planned(Outcome::Changed, before.role(role)).note(note));
        }
        self.may_write().await?;
        let member = self.put(&before.id, role).await?;
        self.with_teams(Change::new(Outcome::Changed, member), how).await
    }

    /// Refuses to take the rights of the last owner, or one's own.
    pub(super) async fn keep_an_owner(&self, member: &Membership, done: &str) -> Result<(), Error> {
        if self.own().await?.login().is_some_and(|own| same(own, &member.id)) {
            let message =
                format!("{} is whom the token belongs to, and cannot be {done} by themselves", safe(&member.id));
            return Err(Error::new(ErrorKind::Conflict, message).next("let another owner do it"));
        }
        if member.is("admin") && !self.has_two_owners().await? {
            let message = format!("{} is the last owner of {}", safe(&member.id), self.organization);
            return Err(
                Error::new(ErrorKind::Conflict, message).next("make somebody else an owner first: --role admin")
            );
        }
        Ok(())
    }

    /// Only owners change who is in, and a 404 would not say so.
    pub(super) async fn may_write(&self) -> Result<(), Error> {
        match self.own().await? {
            Own::Owner(_) | Own::App { .. } => Ok(()),
            Own::Outside => Err(refusal::hidden(&self.organization)),
            Own::Member(login) => {
                let message =
                    format!("only owners change who is in {}, and {} is none", self.organization, safe(login));
                Err(Error::new(ErrorKind::Forbidden, message).next("use the token of an owner"))
            }
        }
    }

    async fn put(&self, login: &str, role: &str) -> Result<Membership, Error> {
        let _turn = self.turns.take().await;
        let look = async || Ok(self.direct(login).await?.filter(|found| found.is(role) && found.state.counts_as_in()));
        match write::once(&self.door, requests::put(&self.organization, login, role), look).await? {
            Sent::Found(member) => Ok(member),
            Sent::Answered(response) => match response.status {
                200 => read(&response, login),
                404 if refusal::missing_scopes(&response).is_none() => {
                    let message = format!("GitHub has nobody of the login '{}'", safe(login));
                    Err(Error::new(ErrorKind::NotFound, message).next("check its spelling").answered(&response))
                }
                _ => Err(refusal::explain(&response, &format!("put {} into {}", safe(login), self.organization))),
            },
        }
    }

    async fn invite_by_email(&self, email: &str, role: &str, outcome: Outcome, how: &Joining) -> Result<Change, Error> {
        let mut teams = Vec::new();
        for team in self.teams_of(how) {
            let response = self.send(&requests::team(&self.organization, team)).await?;
            match response.status {
                200 => teams.push(response.member(&response.json()?, "id")?.clone()),
                _ => return Err(no_team(&response, team, &self.organization)),
            }
        }
        let _turn = self.turns.take().await;
        let look = async || Ok(Some(self.look(email).await?).filter(|found| found.state == State::Pending));
        let request = requests::invite(&self.organization, email, role, &teams);
        match write::once(&self.door, request, look).await? {
            Sent::Found(member) => Ok(Change::new(outcome, member)),
            Sent::Answered(response) if response.status < 300 => {
                let key = response.json()?.get("id").map(ToString::to_string);
                let member = Membership { key, ..Membership::new(email, State::Pending).role(role) };
                Ok(Change::new(outcome, member))
            }
            Sent::Answered(response) if is_in_already(&response) => {
                let detail = "GitHub says that whoever has this address is a member";
                Ok(Change::unchanged(Membership::new(email, State::Active).detail(detail)))
            }
            Sent::Answered(response) => {
                Err(refusal::explain(&response, &format!("invite {} to {}", safe(email), self.organization)))
            }
        }
    }

    fn teams_of<'a>(&'a self, how: &'a Joining) -> impl Iterator<Item = &'a String> {
        let more = how.teams.iter().filter(|team| !self.teams.contains(team));
        self.teams.iter().chain(more)
    }

    /// Has somebody who is in join the teams too. In a team nobody is given a lower role either.
    async fn with_teams(&self, mut change: Change, how: &Joining) -> Result<Change, Error> {
        let login = change.membership.id.clone();
        if is_email(&login) {
            return Ok(change);
        }
        for team in self.teams_of(how) {
            let look = requests::in_team(Method::Get, &self.organization, team, &login);
            let seen = self.send(&look).await?;
            match seen.status {
                200 => continue,
                404 if refusal::missing_scopes(&seen).is_none() => {}
                _ => return Err(no_team(&seen, team, &self.organization)),
            }
            if how.dry_run {
                change = Change { planned: true, outcome: Outcome::Changed, ..change }
                    .note(format!("would join team {team}"));
                continue;
            }
            self.may_write().await?;
            let _turn = self.turns.take().await;
            let body = serde_json::json!({"role": "member"});
            let request = requests::in_team(Method::Put, &self.organization, team, &login).json(body);
            let found = async || Ok((self.send(&look).await?.status == 200).then_some(()));
            match write::once(&self.door, request, found).await? {
                Sent::Answered(response) if response.status >= 300 => {
                    return Err(no_team(&response, team, &self.organization));
                }
                _ if change.outcome == Outcome::Unchanged => change.outcome = Outcome::Changed,
                _ => {}
            }
            change = change.note(format!("joined team {team}"));
        }
        Ok(change)
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

/// Whether an invitation was refused because there is nothing to invite to.
fn is_in_already(response: &Response) -> bool {
    let Ok(body) = response.json() else { return false };
    let says =
        |error: &Value| error.get("message").and_then(Value::as_str).is_some_and(|text| text.contains("already"));
    response.status == 422 && body.get("errors").and_then(Value::as_array).is_some_and(|all| all.iter().any(says))
}
