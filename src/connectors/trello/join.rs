//! Putting somebody in.

use crate::base::text::safe;
use crate::http::{Method, Request};

use super::super::membership::is_email;
use super::super::write::{self, Sent};
use super::super::{Change, Error, ErrorKind, Joining, Membership, Outcome, State};
use super::people::ADMIN;
use super::{Trello, refusal};

pub(super) const NORMAL: &str = "normal";

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
        // Whoever is switched on has the role of before.
        let other = wanted.filter(|role| before.state == State::Suspended && !after.is(role));
        let note = other.map(|role| format!("with the role of before; the same command again makes them {role}"));
        let change = Change::new(outcome, after);
        Ok(match note {
            Some(note) => change.note(note),
            None => change,
        })
    }

    pub(super) fn put(&self, member: &Membership, role: &str) -> Request {
        let who = member.key.as_ref().unwrap_or(&member.id);
        self.at(Method::Put).path("members").segment(who).query("type", role)
    }

    /// Gives a deactivated person their place back.
    fn switch_on(&self, member: &Membership) -> Request {
        let who = member.key.as_ref().unwrap_or(&member.id);
        self.at(Method::Put).path("members").segment(who).path("deactivated").query("value", "false")
    }

    /// An error of a write in Trello's words.
    pub(super) fn explained(&self, error: Error) -> Error {
        match error.wire() {
            Some(wire) => refusal::of_wire(&self.workspace, wire.clone()),
            None => error,
        }
    }
}
