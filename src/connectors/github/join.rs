//! Putting somebody in.

use serde_json::Value;
use tokio::sync::MutexGuard;

use crate::base::text::safe;
use crate::http::Response;

use super::super::membership::{is_email, same};
use super::super::write::{self, Sent};
use super::super::{Change, Error, ErrorKind, Joining, Membership, Outcome, State};
use super::invitations::Invitation;
use super::look::{Own, read};
use super::teams::Team;
use super::{GitHub, refusal, requests};

const USUAL: &str = "member";

impl GitHub {
    pub(super) async fn join(&self, id: &str, how: &Joining) -> Result<Change, Error> {
        let before = self.look(id).await?;
        refuse(&before, id, how)?;
        let teams = self.teams_to_join(&before, how).await?;
        let change = self.put_in(before, &teams, how).await?;
        self.with_teams(change, &teams, how).await
    }

    /// Into the organisation. Only an invitation by address has the teams with it.
    async fn put_in(&self, before: Membership, teams: &[Team], how: &Joining) -> Result<Change, Error> {
        match (before.state, other_role(&before, how)) {
            (State::Pending, _) if how.reinvite => self.invite_again(before, teams, how).await,
            (State::Active, Some(role)) => self.change_role(before, role, how).await,
            (State::Active | State::Pending, _) => Ok(Change::unchanged(before)),
            (State::Expired, _) if is_email(&before.id) => self.renew(before, teams, how).await,
            (State::Expired, _) => self.invite_again(before, teams, how).await,
            _ => self.invite(before, Outcome::Invited, teams, how).await,
        }
    }

    /// Invites an address anew, and clears the lapsed invitation away after that: it is all that is known of the address, and
    /// whoever is stopped between the two finds it invited. Where GitHub does not want the two side by side, the lapsed
    /// one goes first.
    async fn renew(&self, before: Membership, teams: &[Team], how: &Joining) -> Result<Change, Error> {
        let lapsed = before.key.clone().filter(|_| !how.dry_run);
        let id = before.id.clone();
        let change = match self.invite(before.clone(), Outcome::Reinvited, teams, how).await {
            Err(error) if error.status() == Some(422) && is_about_invitations(&error) => {
                return self.invite_again(before, teams, how).await;
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
    async fn invite_again(&self, before: Membership, teams: &[Team], how: &Joining) -> Result<Change, Error> {
        if let Some(_turn) = self.turn(how.dry_run).await? {
            let by_login = before.state == State::Pending && !is_email(&before.id);
            let key = if by_login { self.invitation_to(&before.id).await? } else { before.key.clone() };
            if let Some(key) = key {
                self.cancel(&key, &before.id).await?;
            }
        }
        self.invite(before, Outcome::Reinvited, teams, how).await
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
    async fn invite(
        &self,
        before: Membership,
        outcome: Outcome,
        teams: &[Team],
        how: &Joining,
    ) -> Result<Change, Error> {
        let role = how.role.clone().or_else(|| before.role.clone()).unwrap_or_else(|| USUAL.to_owned());
        let turn = self.turn(how.dry_run).await?;
        if turn.is_none() {
            return Ok(Change::planned(outcome, Membership { role: Some(role), ..before }));
        }
        match self.in_meanwhile(&before, outcome).await? {
            Some(found) if other_role(&found, how).is_some() => Err(put_in_otherwise(&found)),
            Some(found) => Ok(Change::unchanged(found)),
            None if is_email(&before.id) => self.invite_by_email(&before.id, &role, outcome, teams).await,
            None => {
                let member = self.put(&before.id, &role).await?;
                Ok(Change::new(if member.state == State::Active { Outcome::Added } else { outcome }, member))
            }
        }
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
        Ok(Change::new(Outcome::Changed, member))
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
    async fn invite_by_email(
        &self,
        email: &str,
        role: &str,
        outcome: Outcome,
        teams: &[Team],
    ) -> Result<Change, Error> {
        let teams: Vec<Value> = teams.iter().filter_map(|team| team.id.clone()).collect();
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
}

/// The role that was asked for, where it is not the one that somebody has.
fn other_role<'a>(found: &Membership, how: &'a Joining) -> Option<&'a str> {
    how.role.as_deref().filter(|role| !found.is(role))
}

/// Refuses what cannot be done about somebody who stands so.
fn refuse(before: &Membership, id: &str, how: &Joining) -> Result<(), Error> {
    match before.state {
        State::Pending if !how.reinvite && other_role(before, how).is_some() => Err(invited_otherwise(before)),
        State::Unsupported if is_email(id) => {
            let error = Error::new(ErrorKind::Unsupported, "this server has no invitations by e-mail");
            Err(error.next("name the person by login"))
        }
        // Somebody who is an owner would be made a member.
        State::Unknown if !is_email(id) => Err(refusal::unshown(id)),
        _ => Ok(()),
    }
}

/// Of an invitation that has another role than the one that was asked for: what is different is left alone.
fn invited_otherwise(found: &Membership) -> Error {
    let role = found.role.as_deref().unwrap_or_default();
    let message = format!("{} is invited as {}, and an invitation keeps its role", safe(&found.id), safe(role));
    Error::new(ErrorKind::Conflict, message)
        .next("run the same command with --reinvite: it takes the invitation back, and sends another")
}

/// Of somebody whom others have put in while we waited, and not as we were to.
fn put_in_otherwise(found: &Membership) -> Error {
    if found.state == State::Pending {
        return invited_otherwise(found);
    }
    let role = found.role.as_deref().unwrap_or_default();
    let message = format!("{} was put in as {} meanwhile", safe(&found.id), safe(role));
    Error::new(ErrorKind::Conflict, message).next("run the same command again, which changes that")
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
