//! Inviting an address. Whose it is nobody is told, so what a request has done is found by comparing; and it makes a normal
//! member of an administrator whose address it is, which is taken back.

use crate::base::text::safe;
use crate::http::{Method, Request};

use super::super::membership::same;
use super::super::write::{self, Sent};
use super::super::{Change, Error, ErrorKind, Joining, Membership, Outcome, State};
use super::join::NORMAL;
use super::people::{ADMIN, rows};
use super::{Trello, reading, refusal};

/// Where nobody tells whether it is ourselves who are invited.
const UNGUARDED: &str =
    "Trello does not tell this token its own address: invited by that one, you would be a normal member";

/// How to be what one was.
const BACK: &str = "orchest members add USERNAME -c trello --role admin";

impl Trello {
    pub(super) async fn invite(&self, email: &str, how: &Joining) -> Result<Change, Error> {
        if how.role.as_deref().is_some_and(|role| role != NORMAL) {
            let error = Error::usage("an address is invited as a normal member");
            return Err(error.next("leave --role out, and give the role by username when they have joined"));
        }
        // Nobody could give it back to themselves.
        let own = self.own_address().await?;
        if own.as_deref().is_some_and(|own| same(own, email)) {
            return Ok(Change::unchanged(Membership::new(email, State::Active).detail("whom the login belongs to")));
        }
        let told = |change: Change| if own.is_none() { change.note(UNGUARDED) } else { change };
        if how.dry_run {
            let asked = Membership::new(email, State::Pending).role(NORMAL);
            return Ok(told(Change::planned(Outcome::Invited, asked)));
        }
        let _turn = self.turns.take().await;
        self.send_invitation(email, how).await.map(told)
    }

    /// In our turn. What others change at the same time is not ours: the answer tells how things were when it was given.
    async fn send_invitation(&self, email: &str, how: &Joining) -> Result<Change, Error> {
        let name = how.name.as_deref().or_else(|| email.split('@').next()).unwrap_or(email);
        let request = self.at(Method::Put).path("members").query("email", email).query("fullName", name);
        let request = request.query("type", NORMAL);
        let before = self.read().await?;
        let look = async || Ok(self.read().await?.into_iter().find(|one| is_new(one, &before)));
        let sent = write::once(&self.door, request, look).await;
        self.people.forget();
        let answer = match sent {
            Ok(Sent::Answered(response)) if response.status >= 400 => {
                return Err(refusal::explain(&response, &self.workspace, &format!("invite {}", safe(email))));
            }
            Ok(Sent::Answered(response)) => rows(&response),
            Ok(Sent::Found(_)) => None,
            Err(error) => return Err(self.with_losses(self.explained(error), &before).await),
        };
        let now = self.read().await?;
        let after = answer.as_deref().unwrap_or(&now);
        let shown = |one: &Membership| now.iter().find(|now| now.key == one.key).unwrap_or(one).clone();
        let new: Vec<Membership> = after.iter().filter(|one| is_new(one, &before)).map(shown).collect();
        match (new.as_slice(), lost(&before, after).as_slice()) {
            ([], [one]) => self.give_back(one).await,
            ([], []) => {
                let detail = "nobody was added: whoever has this address was in already";
                Ok(Change::unchanged(Membership::new(email, State::Active).detail(detail)))
            }
            ([], several) => {
                let message =
                    format!("{} are no administrators any more; one of them has this address", names(several));
                Err(Error::new(ErrorKind::Conflict, message).next(format!("make that one what it was: {BACK}")))
            }
            ([one], _) => {
                let outcome = if one.state == State::Active { Outcome::Added } else { Outcome::Invited };
                let note = format!("known as {} from now on: a check by address is not possible", one.id);
                Ok(Change::new(outcome, one.clone()).note(note))
            }
            (several, _) => {
                let note = format!("known as one of {} from now on, who came at the same time", names(several));
                Ok(Change::new(Outcome::Invited, Membership::new(email, State::Pending).role(NORMAL)).note(note))
            }
        }
    }

    /// Makes an administrator again of one whom the invitation made a normal member. What others have done since stays.
    async fn give_back(&self, lost: &Membership) -> Result<Change, Error> {
        if lost.key.as_ref() == Some(&self.me().await?.id) {
            let message = "the address is that of the login itself, which is a normal member now";
            let next = format!("let another administrator give it back: {BACK}");
            return Err(Error::new(ErrorKind::Conflict, message).next(next));
        }
        let look = async || {
            let found = self.read().await?.into_iter().find(|one| one.key == lost.key);
            let is_settled = found.as_ref().is_none_or(|one| one.is(ADMIN));
            Ok::<_, Error>(is_settled.then_some(found))
        };
        let found = match look().await? {
            Some(found) => found,
            None => match write::once(&self.door, self.put(lost, ADMIN), look).await {
                Ok(Sent::Found(found)) => found,
                Ok(Sent::Answered(response)) if response.status >= 400 => {
                    let what = format!("make {} an administrator again, whose address this is", safe(&lost.id));
                    return Err(refusal::explain(&response, &self.workspace, &what));
                }
                Ok(Sent::Answered(_)) => Some(lost.clone().role(ADMIN)),
                Err(error) => return Err(self.explained(error)),
            },
        };
        self.people.forget();
        match found {
            Some(one) => {
                let note = format!("an invitation makes a normal member of {}: an administrator again", one.id);
                Ok(Change::unchanged(one).note(note))
            }
            None => {
                let message = format!("{}, whose address this is, was taken out by somebody else", safe(&lost.id));
                Err(Error::new(ErrorKind::Conflict, message).next("run the same command again to invite them anew"))
            }
        }
    }

    /// An invitation of which nobody said what became of it, with what it may have done.
    async fn with_losses(&self, error: Error, before: &[Membership]) -> Error {
        let may_have_happened = error.kind() == ErrorKind::Unavailable;
        let now = if may_have_happened { self.read().await.unwrap_or_default() } else { Vec::new() };
        match lost(before, &now).as_slice() {
            [] => error,
            some => error
                .cause(format!("not administrators any more: {}", names(some)))
                .next(format!("if the address is theirs, make them what they were: {BACK}")),
        }
    }

    /// `None`: Trello does not tell this token.
    async fn own_address(&self) -> Result<Option<String>, Error> {
        let request = Request::new(Method::Get).path("members/me").query("fields", "email").read_by(reading);
        let body = match self.send(&request).await {
            Ok(response) => response.json()?,
            Err(error) if error.kind() == ErrorKind::Forbidden || error.status() == Some(403) => return Ok(None),
            Err(error) => return Err(error),
        };
        let address = body.get("email").and_then(serde_json::Value::as_str);
        Ok(address.filter(|address| !address.is_empty()).map(str::to_owned))
    }
}

fn is_new(one: &Membership, before: &[Membership]) -> bool {
    before.iter().all(|known| known.key != one.key)
}

/// Those who were administrators, and are in without being that.
fn lost(before: &[Membership], after: &[Membership]) -> Vec<Membership> {
    let admins = before.iter().filter(|one| one.is(ADMIN));
    admins.filter(|one| after.iter().any(|now| now.key == one.key && !now.is(ADMIN))).cloned().collect()
}

fn names(people: &[Membership]) -> String {
    people.iter().map(|one| safe(&one.id).into_owned()).collect::<Vec<_>>().join(", ")
}
