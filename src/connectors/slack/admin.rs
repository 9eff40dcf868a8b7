//! By the methods for administrators of an Enterprise organisation.

use crate::base::text::safe;

use super::super::membership::is_email;
use super::super::{Change, Error, ErrorKind, Joining, Membership, Outcome, State};
use super::call::Answer;
use super::channel::refused;
use super::{Slack, same};

impl Slack {
    fn team(&self) -> &str {
        self.team_id.as_deref().unwrap_or_default()
    }

    /// Somebody who is in the organisation already is let in; anybody else is invited.
    pub(super) async fn join_as_admin(&self, before: Membership, how: &Joining) -> Result<Change, Error> {
        if before.state == State::Suspended {
            let message = format!("{} was switched off in the workspace", safe(&before.id));
            return Err(Error::new(ErrorKind::Conflict, message)
                .next("switch them on at https://my.slack.com/admin, or by connector.slack.mode scim"));
        }
        if !is_email(&before.id) {
            return Err(Error::usage(format!(
                "'{}' is no e-mail address, which an invitation needs",
                safe(&before.id)
            )));
        }
        let known = self.look_up(&before.id, false).await?.filter(|user| !user.deleted);
        let outcome = if known.is_some() { Outcome::Added } else { Outcome::Invited };
        if how.dry_run {
            return Ok(Change::planned(outcome, before));
        }
        let _turn = self.turns.take().await;
        let look = async || {
            self.forget();
            Ok(self.look_in_workspace(&before.id).await?.state.counts_as_in())
        };
        let answer = match &known {
            Some(user) => {
                let fields = [("team_id", self.team()), ("user_id", user.id.as_str())];
                self.tell(&self.admin, "admin.users.assign", &fields, look).await?
            }
            None => {
                let channel = self.channel.as_deref().unwrap_or_default();
                let mut fields =
                    vec![("team_id", self.team()), ("email", before.id.as_str()), ("channel_ids", channel)];
                fields.extend(how.name.as_deref().map(|name| ("real_name", name)));
                self.tell(&self.admin, "admin.users.invite", &fields, look).await?
            }
        };
        self.forget();
        let state = if known.is_some() { State::Active } else { State::Pending };
        let after = Membership { state, ..before };
        match answer.as_ref().and_then(Answer::code) {
            None => Ok(Change::new(outcome, after)),
            Some("already_in_team" | "user_already_team_member") => {
                Ok(Change::unchanged(Membership { state: State::Active, ..after }))
            }
            Some("already_in_team_invited_user") => {
                Ok(Change::unchanged(Membership { state: State::Pending, ..after }))
            }
            Some(_) => Err(refused(answer, &format!("let {} into the workspace", safe(&after.id)))),
        }
    }

    pub(super) async fn remove_as_admin(&self, member: &Membership) -> Result<(), Error> {
        let key = member.key.clone().unwrap_or_default();
        let fields = [("team_id", self.team()), ("user_id", key.as_str())];
        let look = async || {
            self.forget();
            let found = self.look_in_workspace(&member.id).await?;
            Ok(!found.state.counts_as_in() || !same(&found.id, &member.id))
        };
        let answer = self.tell(&self.admin, "admin.users.remove", &fields, look).await?;
        match answer.as_ref().and_then(Answer::code) {
            None | Some("user_already_deleted") => Ok(()),
            Some(_) => Err(refused(answer, &format!("take {} out of the workspace", safe(&member.id)))),
        }
    }
}
