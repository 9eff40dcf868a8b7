//! Taking somebody out.

use crate::base::text::safe;
use crate::http::Method;

use super::super::membership::is_email;
use super::super::write::{self, Sent};
use super::super::{Change, Error, ErrorKind, Leaving, Membership, Outcome, State};
use super::{Trello, refusal};

impl Trello {
    pub(super) async fn leave(&self, id: &str, how: &Leaving) -> Result<Change, Error> {
        let before = self.look(id).await?;
        if before.state == State::Unknown && is_email(id) {
            let message = format!("whose address {} is, Trello does not tell", safe(id));
            return Err(
                Error::new(ErrorKind::Failed, message).next("name the person by username: members list -c trello")
            );
        }
        let Some(key) = before.key.clone() else { return Ok(Change::unchanged(before)) };
        // Two at once must not each take the other for the one who stays.
        let _turn = if how.dry_run { None } else { Some(self.turns.take().await) };
        self.keep_an_admin(&before, "removed").await?;
        let outcome = if before.state == State::Pending { Outcome::Cancelled } else { Outcome::Removed };
        if how.dry_run {
            return Ok(Change::planned(outcome, before));
        }
        // A name would not do here.
        let request = self.at(Method::Delete).path("members").segment(&key);
        let request = if how.with_boards { request.path("all") } else { request };
        // Whoever stayed may be the last administrator by now.
        let look = async || {
            let left = self.look_again(&key).await?;
            if left.state == State::Absent {
                return Ok(Some(left));
            }
            self.keep_an_admin(&left, "removed").await.map(|()| None)
        };
        let sent = write::once(&self.door, request, look).await.map_err(|error| self.explained(error))?;
        let left = self.look_again(&key).await?;
        match (sent, left.state) {
            (_, State::Absent) => {}
            (Sent::Answered(response), _) if response.status >= 400 => {
                let what = format!("let {} go", safe(&before.id));
                return Err(refusal::explain(&response, &self.workspace, &what));
            }
            _ => {
                let message = format!("{} is still in {}; Trello did not say why", safe(&before.id), self.workspace);
                return Err(Error::new(ErrorKind::Failed, message).next("run the same command again"));
            }
        }
        let change = Change::new(outcome, Membership::absent(before.id));
        Ok(if how.with_boards {
            change
        } else {
            change.note("stays as a guest on boards; --with-boards takes those too")
        })
    }
}
