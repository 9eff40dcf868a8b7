//! Putting somebody in.

use crate::base::text::safe;
use crate::http::{Method, Request};

use super::super::membership::{is_email, same};
use super::super::write::{self, Sent};
use super::super::{Change, Error, ErrorKind, Joining, Membership, Outcome, State};
use super::people::ADMIN;
use super::{Trello, reading, refusal};

const NORMAL: &str = "normal";

impl Trello {
    pub(super) async fn join(&self, id: &str, how: &Joining) -> Result<Change, Error> {
        let before = self.look(id).await?;
        let asked = how.role.as_deref().filter(|role| !before.is(role));
        let (outcome, request) = match (before.state, asked) {
            (State::Unknown, _) if is_email(id) => return self.invite(id, how).await,
            (State::Active | State::Pending, None) => return Ok(Change::unchanged(before)),
            (State::Active | State::Pending, Some(role)) => {
                if before.is(ADMIN) {
                    self.keep_an_admin(&before, "made a normal member").await?;
                }
                (Outcome::Changed, self.put(&before, role))
            }
            (State::Suspended, _) => (Outcome::Added, self.switch_on(&before)),
            (_, role) => (Outcome::Added, self.put(&before, role.unwrap_or(NORMAL))),
        };
        if how.dry_run {
            return Ok(Change::planned(outcome, before));
        }
        let _turn = self.turns.take().await;
        let wanted = how.role.as_deref();
        let is_so = |found: &Membership| found.state.counts_as_in() && wanted.is_none_or(|role| found.is(role));
        let look = async || Ok(Some(self.look_again(id).await?).filter(is_so));
        let after = match write::once(&self.door, request, look).await.map_err(|error| self.explained(error))? {
            Sent::Found(member) => member,
            Sent::Answered(response) if response.status < 400 => self.look_again(id).await?,
            Sent::Answered(response) if matches!(response.status, 400 | 404) && before.state == State::Absent => {
                let message = format!("Trello has nobody called '{}', or no workspace '{}'", safe(id), self.workspace);
                return Err(Error::new(ErrorKind::NotFound, message).next("check its spelling").answered(&response));
            }
            Sent::Answered(response) => {
                return Err(refusal::explain(&response, &self.workspace, &format!("let {} be in it", safe(id))));
            }
        };
        if !after.state.counts_as_in() {
            let message = format!("{} is {} after all; Trello did not say why", safe(id), after.state);
            return Err(Error::new(ErrorKind::Failed, message).next("run the same command again"));
        }
        let outcome =
            if after.state == State::Pending && outcome == Outcome::Added { Outcome::Invited } else { outcome };
        Ok(Change::new(outcome, after))
    }

    fn put(&self, member: &Membership, role: &str) -> Request {
        let who = member.key.as_ref().unwrap_or(&member.id);
        self.at(Method::Put).path("members").segment(who).query("type", role)
    }

    /// Gives a deactivated person their place back.
    fn switch_on(&self, member: &Membership) -> Request {
        let who = member.key.as_ref().unwrap_or(&member.id);
        self.at(Method::Put).path("members").segment(who).path("deactivated").query("value", "false")
    }

    /// Invites an address. Nobody is told whether its owner is a member already, so what changed is found by comparing.
    async fn invite(&self, email: &str, how: &Joining) -> Result<Change, Error> {
        if how.role.as_deref().is_some_and(|role| role != NORMAL) {
            let error = Error::usage("an address is invited as a normal member");
            return Err(error.next("leave --role out, and give the role by username when they have joined"));
        }
        let asked = Membership::new(email, State::Pending).role(NORMAL);
        if how.dry_run {
            return Ok(Change::planned(Outcome::Invited, asked));
        }
        let _turn = self.turns.take().await;
        let before = self.read().await?;
        // An invitation makes a normal member of whoever is in, and nobody could give it back to themselves.
        if self.own_address().await?.is_some_and(|own| same(&own, email)) {
            return Ok(Change::unchanged(Membership::new(email, State::Active).detail("whom the login belongs to")));
        }
        let is_new = |one: &&Membership| before.iter().all(|known| known.key != one.key);
        let name = how.name.as_deref().or_else(|| email.split('@').next()).unwrap_or(email);
        let request = self.at(Method::Put).path("members").query("email", email).query("fullName", name);
        let request = request.query("type", NORMAL);
        let look = async || Ok(self.read().await?.iter().find(is_new).cloned());
        let sent = write::once(&self.door, request, look).await;
        self.people.forget();
        match sent.map_err(|error| self.explained(error))? {
            Sent::Answered(response) if response.status >= 400 => {
                return Err(refusal::explain(&response, &self.workspace, &format!("invite {}", safe(email))));
            }
            _ => {}
        }
        let after = self.read().await?;
        let demoted = before
            .iter()
            .filter(|one| one.is(ADMIN))
            .find_map(|one| after.iter().find(|now| now.key == one.key && !now.is(ADMIN)));
        if let Some(demoted) = demoted {
            // The address was an administrator's.
            let response = self.send(&self.put(demoted, ADMIN)).await?;
            self.people.forget();
            if response.status >= 400 {
                let what = format!("make {} an administrator again, whose address this is", safe(&demoted.id));
                return Err(refusal::explain(&response, &self.workspace, &what));
            }
            return Ok(Change::unchanged(demoted.clone().role(ADMIN)));
        }
        match after.iter().find(is_new) {
            Some(new) => {
                let outcome = if new.state == State::Active { Outcome::Added } else { Outcome::Invited };
                let note = format!("known as {} from now on: a check by address is not possible", new.id);
                Ok(Change::new(outcome, new.clone()).note(note))
            }
            None => {
                let detail = "nobody was added: whoever has this address was in already";
                Ok(Change::unchanged(Membership::new(email, State::Active).detail(detail)))
            }
        }
    }

    async fn own_address(&self) -> Result<Option<String>, Error> {
        let request = Request::new(Method::Get).path("members/me").query("fields", "email").read_by(reading);
        let response = self.send(&request).await?;
        if response.status >= 400 {
            return Err(refusal::explain(&response, &self.workspace, "ask whom the login belongs to"));
        }
        let body = response.json()?;
        Ok(body.get("email").and_then(serde_json::Value::as_str).map(str::to_owned))
    }

    /// An error of a write in Trello's words.
    pub(super) fn explained(&self, error: Error) -> Error {
        match error.wire() {
            Some(wire) => refusal::of_wire(&self.workspace, wire.clone()),
            None => error,
        }
    }
}
