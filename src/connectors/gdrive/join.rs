//! Sharing with somebody.

use serde_json::json;

use crate::base::text::safe;
use crate::http::{Method, Response};

use super::super::membership::{is_email, same};
use super::super::write::{self, Sent};
use super::super::{Change, Error, ErrorKind, Joining, Membership, Outcome, State};
use super::entry::{OWNER, find, no_address, rank};
use super::{GDrive, is_in, refusal, told};

impl GDrive {
    pub(super) async fn join(&self, id: &str, how: &Joining) -> Result<Change, Error> {
        let all = self.entries.get(async || self.read().await).await?;
        let Some(entry) = find(&all, id) else {
            return self.share(id, how.role.as_deref().unwrap_or(&self.role), how).await;
        };
        let (before, is_direct) = (entry.shown(), entry.is_direct());
        let Some(role) = how.role.as_deref().filter(|role| !before.is(role)) else {
            return Ok(Change::unchanged(before));
        };
        if before.is(OWNER) {
            let message = format!("{} owns the file, and keeps doing so", safe(&before.id));
            return Err(Error::new(ErrorKind::Conflict, message).next("leave --role out"));
        }
        if is_direct {
            return self.change_role(before, role, how).await;
        }
        // A right from above can be added to, not taken from.
        if rank(role) < rank(&entry.role) {
            let via = before.via.clone().unwrap_or_default();
            let message = format!("{} is {} here, {via}", safe(&before.id), entry.role);
            return Err(Error::new(ErrorKind::Conflict, message).next("change the role there"));
        }
        let change = self.share(id, role, how).await?;
        Ok(if change.outcome == Outcome::Added { Change { outcome: Outcome::Changed, ..change } } else { change })
    }

    async fn change_role(&self, before: Membership, role: &str, how: &Joining) -> Result<Change, Error> {
        if before.is("organizer") {
            self.keep_an_organizer(&before, "made less than that").await?;
        }
        if how.dry_run {
            return Ok(Change::planned(Outcome::Changed, before));
        }
        let key = before.key.clone().unwrap_or_default();
        let _turn = self.turns.take().await;
        let response = self.send(&self.permission(Method::Patch, &key).json(json!({"role": role}))).await?;
        self.entries.forget();
        match response.status {
            200 => Ok(Change::new(Outcome::Changed, before.role(role))),
            _ => Err(refusal::explain(&response, &self.file, &format!("make {} {role}", safe(&before.id)))),
        }
    }

    async fn share(&self, id: &str, role: &str, how: &Joining) -> Result<Change, Error> {
        if !is_email(id) {
            return Err(no_address(id));
        }
        if how.dry_run {
            return Ok(Change::planned(Outcome::Added, Membership::absent(id).role(role)));
        }
        let _turn = self.turns.take().await;
        let request = self.permissions(Method::Post).query("fields", "id,role,emailAddress");
        // Left out, a mail goes to everybody.
        let request = told(request.query("sendNotificationEmail", how.notify.to_string()));
        let request = request.json(json!({"role": role, "type": "user", "emailAddress": id}));
        let is_so =
            |found: &Membership| is_in(found) && found.role.as_deref().is_some_and(|has| rank(has) >= rank(role));
        let look = async || Ok(Some(self.look_again(id).await?).filter(is_so));
        let sent = write::once(&self.writing, request, look).await;
        self.entries.forget();
        let sent = sent.map_err(|error| match error.wire() {
            Some(wire) => refusal::of_wire(&self.file, wire.clone()),
            None => error,
        })?;
        match sent {
            Sent::Found(member) => Ok(Change::new(Outcome::Added, member)),
            Sent::Answered(response) if response.status < 300 => made(&response, id, role),
            Sent::Answered(response) => {
                // "Shared, but the mail could not be sent" is a 400 too.
                if response.status == 400
                    && let Some(member) = Some(self.look_again(id).await?).filter(is_so)
                {
                    return Ok(Change::new(Outcome::Added, member).note("the mail about it was not sent"));
                }
                Err(refusal::of_sharing(&response, &self.file, id, how.notify))
            }
        }
    }
}

/// What came to be. An address may be an alias, and is then known by another.
fn made(response: &Response, id: &str, role: &str) -> Result<Change, Error> {
    let body = response.json()?;
    let text = |key: &str| body.get(key).and_then(serde_json::Value::as_str);
    let key = text("id").map(str::to_owned);
    let alias = text("emailAddress").filter(|address| !address.is_empty() && !same(address, id));
    let detail = alias.map(|address| format!("known there as {address}"));
    let member = Membership { detail, key, ..Membership::new(id, State::Active).role(text("role").unwrap_or(role)) };
    Ok(Change::new(Outcome::Added, member))
}
