//! The members of one channel. That is not the workspace, and is told so.

use std::rc::Rc;

use serde_json::Value;

use crate::base::text::safe;
use crate::http::Cursor;

use super::super::{Change, Error, ErrorKind, Joining, Membership, Outcome, State};
use super::{Slack, call, refusal};

impl Slack {
    fn channel(&self) -> &str {
        self.channel.as_deref().unwrap_or_default()
    }

    pub(super) fn in_channel(&self, member: Membership) -> Membership {
        // Of a channel anybody can be taken out.
        Membership { fixed: None, ..member.via(format!("channel {}", self.channel())) }
    }

    /// The ids of those who are in it.
    pub(super) async fn channel_members(&self) -> Result<Rc<Vec<String>>, Error> {
        let read = async || {
            let fields = [("channel", self.channel()), ("limit", "200")];
            let pages = self.door.pages(
                call::listing("conversations.members", &fields),
                Cursor::new("members", "/response_metadata/next_cursor", "cursor"),
            );
            let rows = pages.all().await.map_err(refusal::of_wire)?;
            Ok(rows.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        };
        self.in_channel.get(read).await
    }

    pub(super) async fn look_in_channel(&self, id: &str) -> Result<Membership, Error> {
        let member = self.look_in_workspace(id).await?;
        if member.state != State::Active {
            let detail = match member.state {
                State::Absent => "not in the workspace either".to_owned(),
                state => format!("{state} in the workspace"),
            };
            return Ok(Membership { state: State::Absent, ..member }.detail(detail));
        }
        let inside = self.channel_members().await?;
        if member.key.as_ref().is_some_and(|key| inside.contains(key)) {
            return Ok(self.in_channel(member));
        }
        Ok(Membership { state: State::Absent, ..member }.detail("in the workspace, not in the channel"))
    }

    async fn is_inside(&self, key: &str) -> Result<bool, Error> {
        self.in_channel.forget();
        Ok(self.channel_members().await?.iter().any(|one| one == key))
    }

    pub(super) async fn join_channel(&self, before: Membership, how: &Joining) -> Result<Change, Error> {
        let user = self.user(&before.id).await?.filter(|user| user.membership().state == State::Active);
        let Some(user) = user else { return Err(self.no_way(&format!("put {} into the workspace", safe(&before.id)))) };
        if how.dry_run {
            return Ok(Change::planned(Outcome::Added, before));
        }
        let _turn = self.turns.take().await;
        let fields = [("channel", self.channel()), ("users", user.id.as_str())];
        let look = async || self.is_inside(&user.id).await;
        let answer = self.tell(&self.door, "conversations.invite", &fields, look).await?;
        self.forget();
        let member = self.in_channel(user.membership());
        match answer.as_ref().and_then(call::Answer::code) {
            None => Ok(Change::new(Outcome::Added, member)),
            Some("already_in_channel") => Ok(Change::unchanged(member)),
            Some(_) => Err(refused(answer, &format!("let {} into channel {}", safe(&member.id), safe(self.channel())))),
        }
    }

    pub(super) async fn kick(&self, member: &Membership) -> Result<(), Error> {
        let key = member.key.clone().unwrap_or_default();
        let fields = [("channel", self.channel()), ("user", key.as_str())];
        let look = async || self.is_inside(&key).await.map(|inside| !inside);
        let answer = self.tell(&self.door, "conversations.kick", &fields, look).await?;
        match answer.as_ref().and_then(call::Answer::code) {
            None | Some("not_in_channel") => Ok(()),
            Some(_) => {
                Err(refused(answer, &format!("take {} out of channel {}", safe(&member.id), safe(self.channel()))))
            }
        }
    }
}

/// Why a write was not carried out.
pub(super) fn refused(answer: Option<call::Answer>, what: &str) -> Error {
    match answer {
        Some(answer) => refusal::explain(&answer, what),
        None => Error::new(ErrorKind::Failed, format!("Slack will not {what}")),
    }
}
