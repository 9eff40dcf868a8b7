//! Sharing with somebody no longer.

use serde_json::Value;

use crate::base::text::safe;
use crate::http::{Method, Request};

use super::super::membership::same;
use super::super::{Change, Error, ErrorKind, Leaving, Membership, Outcome};
use super::entry::{ORGANIZER, OWNER, find};
use super::{GDrive, is_in, reading, refusal};

impl GDrive {
    pub(super) async fn leave(&self, id: &str, how: &Leaving) -> Result<Change, Error> {
        let all = self.entries.get(async || self.read().await).await?;
        if let Some(open) = all.iter().find(|entry| entry.is_open_by(id)) {
            let message = format!("'{}' is no person but {}", safe(id), open.shown().detail.unwrap_or_default());
            return Err(Error::new(ErrorKind::Conflict, message).next("end it on the sharing page of the file"));
        }
        let Some(entry) = find(&all, id) else { return Ok(Change::unchanged(self.look_for(id).await?)) };
        let before = entry.shown();
        if before.is(OWNER) {
            let message = format!("{} owns the file", safe(&before.id));
            return Err(Error::new(ErrorKind::Conflict, message).next("have somebody else own it first"));
        }
        if !entry.is_direct() {
            return Err(inherited(&before));
        }
        // Two at once must not each take the other for the one who stays.
        let _turn = if how.dry_run { None } else { Some(self.turns.take().await) };
        self.keep_an_organizer(&before, "removed").await?;
        if how.dry_run {
            return Ok(Change::planned(Outcome::Removed, before));
        }
        let response = self.send(&self.permission(Method::Delete, &entry.id)).await?;
        let is_gone_already = response.status == 404 && !refusal::is_about_file(&response);
        if response.status >= 400 && !is_gone_already {
            return Err(refusal::explain(&response, &self.file, &format!("take it from {}", safe(&before.id))));
        }
        let left = self.look_again(id).await?;
        if is_in(&left) {
            return Err(if left.via.is_some() {
                inherited(&left)
            } else {
                let message = format!("it is still shared with {}; Google did not say why", safe(&before.id));
                Error::new(ErrorKind::Failed, message).next("run the same command again")
            });
        }
        Ok(Change::new(Outcome::Removed, Membership { id: before.id, ..left }))
    }

    /// The address and the number of whoever is logged in.
    pub(super) async fn own(&self) -> Result<Vec<String>, Error> {
        let about = Request::new(Method::Get).path("about").query("fields", "user(emailAddress,permissionId)");
        let body = self.send(&about.read_by(reading)).await?.json()?;
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        Ok(["/user/emailAddress", "/user/permissionId"].into_iter().filter_map(text).map(str::to_owned).collect())
    }

    /// Refuses to take one's own rights, or those of the last who manages a shared drive.
    pub(super) async fn keep_an_organizer(&self, member: &Membership, done: &str) -> Result<(), Error> {
        let is_own = |own: &String| same(own, &member.id) || member.key.as_ref() == Some(own);
        if self.own().await?.iter().any(is_own) {
            let message = format!("{} is who is logged in, and cannot be {done} by themselves", safe(&member.id));
            return Err(Error::new(ErrorKind::Conflict, message).next("let somebody else do it"));
        }
        if !member.is(ORGANIZER) {
            return Ok(());
        }
        let all = self.read().await?;
        if all.iter().filter(|entry| !entry.is_gone() && entry.role == ORGANIZER).count() < 2 {
            let message = format!("{} is the last who manages the drive", safe(&member.id));
            return Err(Error::new(ErrorKind::Conflict, message).next("make somebody else an organizer first"));
        }
        Ok(())
    }
}

fn inherited(member: &Membership) -> Error {
    let via = member.via.as_deref().unwrap_or("inherited");
    let message = format!("{} has access that is {}, and cannot be ended here", safe(&member.id), safe(via));
    Error::new(ErrorKind::Conflict, message)
        .next("remove them there: connector.g_drive.file_id takes the id of that folder or drive; or limit the folder's access")
}
