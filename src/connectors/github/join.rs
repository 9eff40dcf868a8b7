//! Putting somebody in.

use serde_json::Value;
use tokio::sync::MutexGuard;

use crate::base::text::safe;
use crate::http::{Method, Response};

use super::super::membership::{is_email, same};
use super::super::write::{self, Sent};
use super::super::{Change, Error, ErrorKind, Joining, Membership, Outcome, State};
use super::invitations::Invitation;
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
            State::Expired if is_email(&before.id) => self.renew(before, how).await,
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

    /// Invites an address anew, and clears the lapsed invitation away after that: it is all that is known of the address, and
    /// whoever is stopped between the two finds it invited. Where GitHub does not want the two side by side, the lapsed
    /// one goes first.
    async fn renew(&self, before: Membership, how: &Joining) -> Result<Change, Error> {
        let lapsed = before.key.clone().filter(|_| !how.dry_run);
        let id = before.id.clone();
        let change = match self.invite(before.clone(), Outcome::Reinvited, how).await {
            Err(error) if error.status() == Some(422) && is_about_invitations(&error) => {
                return self.invite_again(before, how).await;
            }
            other => other?,
        };
        // Of whoever is in it may be the last that is known of the address.
        let Some(key) = lapsed.filter(|_| change.outcome == Outcome::Reinvited) else { return Ok(change) };
        let _turn = self.turn(false).await?;
        match self.cancel(&key, &id).await {
            Ok(()) => Ok(change),
            Err(error) => Ok(change.note(format!("the invitation that has lapsed is still listed: {error}"))),
        }
    }

    /// Takes an invitation away, and sends another. It goes by its number: by login it would be the member who goes, where
    /// somebody has accepted a moment ago.
    async fn invite_again(&self, before: Membership, how: &Joining) -> Result<Change, Error> {
        if let Some(_turn) = self.turn(how.dry_run).await? {
            let by_login = before.state == State::Pending && !is_email(&before.id);
            let key = if by_login { self.invitation_to(&before.id).await? } else { before.key.clone() };
            if let Some(key) = key {
                self.cancel(&key, &before.id).await?;
            }
        }
        self.invite(before, Outcome::Reinvited, how).await
    }

    /// The number of the invitation that somebody has not answered; `None` where they just have.
    async fn invitation_to(&self, login: &str) -> Result<Option<String>, Error> {
        let Some(alive) = self.alive().await? else {
            let error = Error::new(ErrorKind::Unsupported, "this server has no list of invitations to take one from");
            return Err(error.next("take the person out with rm, and add them again"));
        };
        Ok(alive.iter().find(|one| one.is_for(login)).map(Invitation::key))
    }

    /// Invites somebody to whom there is no invitation.
    async fn invite(&self, before: Membership, outcome: Outcome, how: &Joining) -> Result<Change, Error> {
        let role = how.role.clone().or_else(|| before.role.clone()).unwrap_or_else(|| USUAL.to_owned());
        let turn = self.turn(how.dry_run).await?;
        if turn.is_none() {
            let change = Change::planned(outcome, Membership { role: Some(role), ..before });
            return Ok(self.teams_of(how).fold(change, |change, team| change.note(format!("would join team {team}"))));
        }
        let change = match self.in_meanwhile(&before, outcome).await? {
            Some(found) if how.role.is_some() && !found.is(&role) => {
                let own = found.role.clone().unwrap_or_default();
                Change::unchanged(found)
                    .note(format!("was put in as {own} meanwhile; the same command again changes that"))
            }
            Some(found) => Change::unchanged(found),
            None if is_email(&before.id) => return self.invite_by_email(&before.id, &role, outcome, how).await,
            None => {
                let member = self.put(&before.id, &role).await?;
                Change::new(if member.state == State::Active { Outcome::Added } else { outcome }, member)
            }
        };
        drop(turn);
        self.with_teams(change, how).await
    }

    /// Whoever was put in while we waited for our turn, by another spelling or from elsewhere.
    async fn in_meanwhile(&self, before: &Membership, outcome: Outcome) -> Result<Option<Membership>, Error> {
        let found = if is_email(&before.id) {
            let alive = self.alive().await?;
            alive.iter().flatten().find(|one| one.is_for(&before.id)).map(Invitation::membership)
        } else {
            self.direct(&before.id).await?
        };
        // What we have just taken back may be shown for a moment; one that had lapsed is not shown as waiting.
        let is_new = |found: &Membership| {
            found.state == State::Pending && (outcome != Outcome::Reinvited || before.state == State::Expired)
        };
        Ok(found.filter(|found| found.state == State::Active || is_new(found)))
    }

    async fn change_role(&self, before: Membership, role: &str, how: &Joining) -> Result<Change, Error> {
        let turn = self.turn(how.dry_run).await?;
        if before.is("admin") {
            self.keep_an_owner(&before, "made a member").await?;
        }
        if turn.is_none() {
            let note = format!("{} now", before.role.clone().unwrap_or_default());
            return Ok(Change::planned(Outcome::Changed, before.role(role)).note(note));
        }
        let member = self.put(&before.id, role).await?;
        drop(turn);
        self.with_teams(Change::new(Outcome::Changed, member), how).await
    }

    /// The turn to change something, if we may; a dry run needs none. What a change is held against is looked at in its turn:
    /// of two owners each would be let go for the sake of the other.
    pub(super) async fn turn(&self, dry_run: bool) -> Result<Option<MutexGuard<'_, ()>>, Error> {
        if dry_run {
            return Ok(None);
        }
        self.may_write().await?;
        Ok(Some(self.turns.take().await))
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
    async fn may_write(&self) -> Result<(), Error> {
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

    /// In our turn.
    async fn put(&self, login: &str, role: &str) -> Result<Membership, Error> {
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

    /// In our turn.
    async fn invite_by_email(&self, email: &str, role: &str, outcome: Outcome, how: &Joining) -> Result<Change, Error> {
        let mut teams = Vec::new();
        for team in self.teams_of(how) {
            let response = self.send(&requests::team(&self.organization, team)).await?;
            match response.status {
                200 => teams.push(response.member(&response.json()?, "id")?.clone()),
                _ => return Err(no_team(&response, team, &self.organization)),
            }
        }
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
            let _turn = self.turn(false).await?;
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

/// Whether an invitation was refused because of another.
fn is_about_invitations(error: &Error) -> bool {
    error.kind() == ErrorKind::Failed && error.causes().iter().any(|cause| cause.contains("invitation"))
}

/// Whether an invitation was refused because there is nothing to invite to.
fn is_in_already(response: &Response) -> bool {
    let Ok(body) = response.json() else { return false };
    let says =
        |error: &Value| error.get("message").and_then(Value::as_str).is_some_and(|text| text.contains("already a "));
    response.status == 422 && body.get("errors").and_then(Value::as_array).is_some_and(|all| all.iter().any(says))
}
