//! Who is in the workspace: one by one, or all of them at once.

use std::rc::Rc;

use serde::Deserialize;
use serde_json::Value;

use crate::base::text::safe;
use crate::http::Cursor;

use super::super::membership::is_email;
use super::super::{Error, ErrorKind, Membership, State};
use super::{Mode, Slack, call, refusal, same};

/// Beyond so many, the whole list costs less than asking for each.
const FEW: u32 = 20;

/// Rows of a page.
const PAGE: &str = "200";

pub(super) const PRIMARY_OWNER: &str = "primary owner";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "as Slack sends them")]
pub(super) struct User {
    pub(super) id: String,
    pub(super) deleted: bool,
    is_bot: bool,
    #[serde(rename = "is_invited_user")]
    is_invited: bool,
    is_restricted: bool,
    is_ultra_restricted: bool,
    is_admin: bool,
    is_owner: bool,
    is_primary_owner: bool,
    profile: Profile,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Profile {
    email: Option<String>,
}

/// Slack's own, which is no person and not marked as a bot.
const OF_SLACK: &str = "USLACKBOT";

impl User {
    fn is_person(&self) -> bool {
        !self.is_bot && self.id != OF_SLACK
    }

    fn is(&self, id: &str) -> bool {
        self.id == id || self.profile.email.as_deref().is_some_and(|email| same(email, id))
    }

    fn role(&self) -> &'static str {
        match self {
            Self { is_primary_owner: true, .. } => PRIMARY_OWNER,
            Self { is_owner: true, .. } => "owner",
            Self { is_admin: true, .. } => "admin",
            Self { is_ultra_restricted: true, .. } => "single-channel guest",
            Self { is_restricted: true, .. } => "guest",
            _ => "member",
        }
    }

    pub(super) fn membership(&self) -> Membership {
        // Invited people are marked as deleted too.
        let state = match self {
            Self { is_invited: true, .. } => State::Pending,
            Self { deleted: true, .. } => State::Suspended,
            _ => State::Active,
        };
        let id = self.profile.email.clone().unwrap_or_else(|| self.id.clone());
        let fixed = self.is_primary_owner.then_some("the primary owner of the workspace");
        let member = Membership { fixed, ..Membership::new(id, state).role(self.role()).key(&self.id) };
        if self.is_person() { member } else { member.detail("a bot") }
    }
}

impl Slack {
    pub(super) async fn look_in_workspace(&self, id: &str) -> Result<Membership, Error> {
        let found = self.user(id).await?;
        Ok(found.map_or_else(|| Membership::absent(id), |user| user.membership()))
    }

    /// One user, whatever became of them. Looking up by address does not find those who are switched off or invited, so
    /// that nobody is absent before the list has been read.
    pub(super) async fn user(&self, id: &str) -> Result<Option<User>, Error> {
        if is_email(id) && self.lookups.get() < FEW {
            self.lookups.set(self.lookups.get() + 1);
            if let Some(user) = self.look_up(id, true).await? {
                return Ok(Some(user));
            }
        }
        Ok(self.directory().await?.iter().find(|user| user.is(id)).cloned())
    }

    /// Somebody who is active, by address; in this workspace, or in the whole organisation.
    pub(super) async fn look_up(&self, email: &str, here: bool) -> Result<Option<User>, Error> {
        let mut fields = vec![("email", email)];
        fields.extend(self.team_id.as_deref().filter(|_| here).map(|team| ("team_id", team)));
        let door = if here { &self.door } else { &self.admin };
        let answer = self.ask(door, "users.lookupByEmail", &fields).await?;
        if answer.code() == Some("users_not_found") {
            return Ok(None);
        }
        let body = answer.good("look people up by address")?;
        let user = body.get("user").cloned().unwrap_or(Value::Null);
        serde_json::from_value(user).map(Some).map_err(|_| unreadable())
    }

    /// What SCIM does not tell of somebody: whether they have accepted, and what they are. No role: this token is not shown it
    /// either, as with people of other workspaces.
    pub(super) async fn told_by_both(&self, found: Membership) -> Result<Membership, Error> {
        let Some(key) = found.key.as_deref().filter(|_| found.state == State::Active) else { return Ok(found) };
        let Some(user) = self.by_key(key).await? else { return Ok(found) };
        let told = user.membership();
        let state = if told.state == State::Pending { State::Pending } else { found.state };
        Ok(Membership { state, role: told.role, fixed: told.fixed, ..found })
    }

    /// One user by number; `None`: there is none, or none for this token.
    async fn by_key(&self, key: &str) -> Result<Option<User>, Error> {
        let told = if self.lookups.get() < FEW {
            self.lookups.set(self.lookups.get() + 1);
            let answer = self.ask(&self.door, "users.info", &[("user", key)]).await?;
            let user = answer.good("tell what somebody is").map(|body| body.get("user").cloned().unwrap_or_default());
            user.and_then(|user| serde_json::from_value(user).map(Some).map_err(|_| unreadable()))
        } else {
            self.directory().await.map(|all| all.iter().find(|user| user.id == key).cloned())
        };
        match told {
            Err(error) if matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::NotFound) => Ok(None),
            told => told,
        }
    }

    async fn directory(&self) -> Result<Rc<Vec<User>>, Error> {
        self.directory.get(async || self.read().await).await
    }

    async fn read(&self) -> Result<Vec<User>, Error> {
        let mut fields = vec![("limit", PAGE)];
        fields.extend(self.team_id.as_deref().map(|team| ("team_id", team)));
        let pages = self.door.pages(
            call::listing("users.list", &fields),
            Cursor::new("members", "/response_metadata/next_cursor", "cursor"),
        );
        let rows = pages.all().await.map_err(refusal::of_wire)?;
        let all: Result<Vec<User>, Error> =
            rows.into_iter().map(|row| serde_json::from_value(row).map_err(|_| unreadable())).collect();
        let all = all?;
        // Without the scope the addresses are left out, and nobody would be found by theirs.
        let mut people = all.iter().filter(|user| user.is_person() && !user.deleted).peekable();
        if people.peek().is_some() && people.all(|user| user.profile.email.is_none()) {
            return Err(Error::new(ErrorKind::Forbidden, "Slack shows this token nobody's e-mail address")
                .next("give the app the scope users:read.email, and install it again"));
        }
        Ok(all)
    }

    /// Everybody who is a person; in a channel, those who are in it.
    pub(super) async fn everybody(&self) -> Result<Vec<Membership>, Error> {
        let people = self.read().await?;
        let people = people.iter().filter(|user| user.is_person());
        if self.mode != Mode::Channel {
            return Ok(people.map(User::membership).collect());
        }
        let inside = self.channel_members().await?;
        Ok(people.filter(|user| inside.contains(&user.id)).map(|user| self.in_channel(user.membership())).collect())
    }
}

/// Refuses what is nobody's name at Slack: a name from elsewhere would be called absent, although whoever has it may be
/// in by their address.
pub(super) fn refuse_others(id: &str) -> Result<(), Error> {
    if is_email(id) || is_user_id(id) {
        return Ok(());
    }
    let error = Error::usage(format!("'{}' is no e-mail address, and no user id such as U0123456", safe(id)));
    Err(error.next("name the person by address, as this does: orchest members list -c slack"))
}

/// `U` or `W`, and capitals and digits behind it. Ids are spelled in one way only.
fn is_user_id(id: &str) -> bool {
    let is_of_ids = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    id.strip_prefix(['U', 'W']).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(is_of_ids))
}

fn unreadable() -> Error {
    Error::new(ErrorKind::Failed, "Slack's list holds somebody who cannot be read")
}
