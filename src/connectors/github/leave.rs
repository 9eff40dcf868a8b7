//! Taking somebody out, or an invitation back.

use crate::base::text::safe;
use crate::http::Response;

use super::super::membership::is_email;
use super::super::{Change, Error, ErrorKind, Leaving, Membership, Outcome, State};
use super::{GitHub, refusal, requests};

impl GitHub {
    pub(super) async fn leave(&self, id: &str, how: &Leaving) -> Result<Change, Error> {
        let before = self.look(id).await?;
        let outcome = match before.state {
            State::Absent => return Ok(Change::unchanged(before)),
            State::Pending | State::Expired => Outcome::Cancelled,
            State::Unknown | State::Unsupported if is_email(id) => {
                let message = format!("there is no invitation to {}, and GitHub tells no member's address", safe(id));
                return Err(Error::new(ErrorKind::Failed, message).next("name the member by login"));
            }
            State::Unknown | State::Unsupported => return Err(refusal::unshown(id)),
            _ => Outcome::Removed,
        };
        let _turn = self.turn(how.dry_run).await?;
        if outcome == Outcome::Removed {
            self.may_go(&before).await?;
        }
        if how.dry_run {
            return Ok(Change::planned(outcome, before));
        }
        if outcome == Outcome::Cancelled {
            match before.key.as_deref().filter(|_| before.state == State::Expired || is_email(&before.id)) {
                Some(key) => self.cancel(key, &before.id).await?,
                None => self.delete(&before.id).await?,
            }
            return Ok(Change::new(outcome, Membership::absent(before.id)));
        }
        self.delete(&before.id).await?;
        // What an enterprise gives, the organisation cannot take.
        if before.via.is_some()
            && let Some(left) = self.direct(&before.id).await?
        {
            return Err(through_enterprise(&left));
        }
        let note = "their access to teams and private forks is gone; an invitation within three months can restore it";
        Ok(Change::new(outcome, Membership::absent(before.id)).note(note))
    }

    async fn may_go(&self, member: &Membership) -> Result<(), Error> {
        if member.via.is_some() && member.detail.is_none() {
            return Err(through_enterprise(member));
        }
        self.keep_an_owner(member, "removed").await
    }

    /// Takes an invitation back by its number, alive or lapsed. In our turn.
    pub(super) async fn cancel(&self, key: &str, whose: &str) -> Result<(), Error> {
        let response = self.send(&requests::cancel(&self.organization, key)).await?;
        self.lapsed.forget();
        match response.status {
            204 => Ok(()),
            404 if refusal::missing_scopes(&response).is_none() && !self.is_listed(key).await? => Ok(()),
            _ => Err(refusal::explain(&response, &format!("take back the invitation of {}", safe(whose)))),
        }
    }

    /// Whether an invitation is there still, alive or lapsed.
    async fn is_listed(&self, key: &str) -> Result<bool, Error> {
        let (alive, lapsed) = (self.alive().await?, self.lapsed().await?);
        Ok(alive.iter().chain(lapsed.iter()).flatten().any(|one| one.key() == key))
    }

    /// Whoever is not there any more is as good as removed. A 404 alone does not say so: a token that lacks a scope gets it
    /// for everybody. In our turn.
    async fn delete(&self, login: &str) -> Result<(), Error> {
        let response = self.send(&requests::delete(&self.organization, login)).await?;
        match response.status {
            204 => Ok(()),
            404 if refusal::missing_scopes(&response).is_none() => match self.direct(login).await? {
                None => Ok(()),
                Some(left) if left.via.is_some() => Err(through_enterprise(&left)),
                Some(_) => Err(self.unmoved(&response, login)),
            },
            _ => Err(self.unmoved(&response, login)),
        }
    }

    fn unmoved(&self, response: &Response, login: &str) -> Error {
        refusal::explain(response, &format!("remove {} from {}", safe(login), self.organization))
    }
}

fn through_enterprise(member: &Membership) -> Error {
    let via = member.via.as_deref().unwrap_or("the enterprise");
    let message = format!("{} is in through {}, which cannot be ended from here", safe(&member.id), safe(via));
    Error::new(ErrorKind::Conflict, message).next("take the person out of it in the settings of the enterprise")
}
