//! The members of a Slack workspace, or of one channel. What can be changed there depends on the plan, and the plan cannot
//! be asked: it is a setting.

mod admin;
mod call;
mod channel;
mod people;
mod refusal;
mod scim;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::base::clock::LocalFuture;
use crate::base::text::safe;
use crate::http::Door;

use super::capabilities::{Ability, ByAddress, Capabilities, Extra};
use super::kept::Kept;
use super::membership::same;
use super::write::Turns;
use super::{
    Change, Connector, ConnectorKind, Error, ErrorKind, Joining, Leaving, Membership, Outcome, State, Token, Wire,
    checked, wire,
};

pub(super) use call::own_request;
#[cfg(feature = "oauth")]
pub(super) use call::whoami;
use people::User;

pub(super) const KIND: ConnectorKind = ConnectorKind::Slack;

pub(super) const USUAL: &str = "https://slack.com/api";
const USUAL_SCIM: &str = "https://api.slack.com/scim/v2";

/// Those who are invited.
const MARKED: &str = "as far as Slack marks them among its users";

/// Where nobody tells who it is that must not go.
const UNGUARDED: &str = "whether this is the primary owner is not shown to connector.slack.token (users:read); Slack itself lets \
    that one not go";

/// How members are changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Not at all: Free and Pro have no way.
    #[default]
    CheckOnly,
    /// Any plan: people who are in the workspace come into one channel and leave it.
    Channel,
    /// Business+ and Enterprise: by SCIM.
    Scim,
    /// Enterprise: by the methods for administrators.
    Admin,
}

impl Mode {
    /// The word for it in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CheckOnly => "check-only",
            Self::Channel => "channel",
            Self::Scim => "scim",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let all = [Self::CheckOnly, Self::Channel, Self::Scim, Self::Admin];
        all.into_iter()
            .find(|mode| mode.as_str() == text)
            .ok_or_else(|| format!("there is no mode '{}'; there are {}", safe(text), all.map(Self::as_str).join(", ")))
    }
}

/// What it takes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// A token that reads members: `users:read` and `users:read.email`; for a channel also those that change it.
    pub token: Token,
    /// The token of an owner, for [`Mode::Scim`] and [`Mode::Admin`]; the other one if left out.
    pub admin_token: Option<Token>,
    /// How members are changed.
    pub mode: Mode,
    /// The id of the workspace, where an organisation has several.
    pub team_id: Option<String>,
    /// The id of the channel, for [`Mode::Channel`] and for those who are invited in [`Mode::Admin`].
    pub channel: Option<String>,
    /// A link that lets people join, told where there is no other way.
    pub invite_link: Option<String>,
    /// Where the API is, if not at slack.com.
    pub api_url: Option<String>,
    /// Where SCIM is, if not at slack.com.
    pub scim_url: Option<String>,
    /// The least time between two changes; none if left out.
    pub pace: Option<Duration>,
}

impl Settings {
    /// To tell who is in.
    pub fn new(token: impl Into<Token>) -> Self {
        Self {
            token: token.into(),
            admin_token: None,
            mode: Mode::default(),
            team_id: None,
            channel: None,
            invite_link: None,
            api_url: None,
            scim_url: None,
            pace: None,
        }
    }

    /// To change who is in, too.
    #[must_use]
    pub fn mode(self, mode: Mode) -> Self {
        Self { mode, ..self }
    }

    /// At another address.
    #[must_use]
    pub fn api_url(self, url: impl Into<String>) -> Self {
        Self { api_url: Some(url.into()), ..self }
    }
}

/// One workspace, or one channel of it.
pub struct Slack {
    door: Door,
    admin: Door,
    scim: Door,
    mode: Mode,
    team_id: Option<String>,
    channel: Option<String>,
    invite_link: Option<String>,
    turns: Turns,
    directory: Kept<Vec<User>>,
    in_channel: Kept<Vec<String>>,
    /// How many were looked up one by one.
    lookups: Cell<u32>,
}

impl Slack {
    /// Nothing is sent yet.
    pub fn new(settings: Settings, wire: &Wire) -> Result<Self, Error> {
        let endpoint = wire::endpoint(KIND, settings.api_url.as_deref().unwrap_or(USUAL))?;
        let scim = wire::endpoint(KIND, settings.scim_url.as_deref().unwrap_or(USUAL_SCIM))?;
        let admin_token = settings.admin_token.as_ref().unwrap_or(&settings.token);
        let lacks = |key: &str, why: &str| {
            Err(Error::settings(format!("mode {} needs connector.slack.{key}: {why}", settings.mode)))
        };
        match settings.mode {
            Mode::Channel if settings.channel.is_none() => return lacks("channel", "the id of the channel"),
            Mode::Admin if settings.team_id.is_none() => return lacks("team_id", "the id of the workspace"),
            Mode::Admin if settings.channel.is_none() => {
                return lacks("channel", "the id of a channel that people are invited to");
            }
            _ => {}
        }
        let door = |endpoint: &crate::http::Endpoint, token: &Token| {
            Door::new(wire.http.clone(), endpoint.clone(), Some(wire.bearer(KIND, token, endpoint)))
        };
        Ok(Self {
            door: door(&endpoint, &settings.token),
            admin: door(&endpoint, admin_token),
            scim: door(&scim, admin_token),
            mode: settings.mode,
            team_id: settings.team_id,
            channel: settings.channel,
            invite_link: settings.invite_link,
            turns: Turns::new(wire.clock.clone(), settings.pace.unwrap_or_default()),
            directory: Kept::new(wire.clock.clone()),
            in_channel: Kept::new(wire.clock.clone()),
            lookups: Cell::new(0),
        })
    }

    /// The way to it, for requests of somebody's own.
    pub(super) fn into_door(self) -> Door {
        self.door
    }

    /// One person, in what this is about: the workspace or the channel.
    async fn look(&self, id: &str) -> Result<Membership, Error> {
        people::refuse_others(id)?;
        match self.mode {
            Mode::Channel => self.look_in_channel(id).await,
            Mode::Scim if super::membership::is_email(id) => self.told_by_both(self.look_by_scim(id).await?).await,
            _ => self.look_in_workspace(id).await,
        }
    }

    async fn join(&self, id: &str, how: &Joining) -> Result<Change, Error> {
        let before = self.look(id).await?;
        if before.state.counts_as_in() {
            return Ok(Change::unchanged(before));
        }
        match self.mode {
            Mode::CheckOnly => Err(self.no_way(&format!("put {} into the workspace", safe(id)))),
            Mode::Channel => self.join_channel(before, how).await,
            Mode::Scim => self.join_by_scim(before, how).await,
            Mode::Admin => self.join_as_admin(before, how).await,
        }
    }

    async fn leave(&self, id: &str, how: &Leaving) -> Result<Change, Error> {
        let before = self.look(id).await?;
        // Whoever is switched off is out: Slack deletes nobody.
        if !before.state.counts_as_in() {
            return Ok(Change::unchanged(before));
        }
        if self.mode == Mode::CheckOnly {
            return Err(self.no_way(&format!("take {} out of the workspace", safe(id))));
        }
        if before.is(people::PRIMARY_OWNER) && self.mode != Mode::Channel {
            let message = format!("{} is the primary owner of the workspace", safe(&before.id));
            return Err(
                Error::new(ErrorKind::Conflict, message).next("have somebody else own it first, on Slack's pages")
            );
        }
        self.not_oneself(&before).await?;
        let outcome = if before.state == State::Pending { Outcome::Cancelled } else { Outcome::Removed };
        let unguarded = self.mode == Mode::Scim && before.role.is_none();
        let told = |change: Change| if unguarded { change.note(UNGUARDED) } else { change };
        if how.dry_run {
            return Ok(told(Change::planned(outcome, before)));
        }
        let _turn = self.turns.take().await;
        match self.mode {
            Mode::Channel => self.kick(&before).await?,
            Mode::Scim => self.switch_off(&before).await?,
            _ => self.remove_as_admin(&before).await?,
        }
        self.forget();
        let after = if self.mode == Mode::Scim { State::Suspended } else { State::Absent };
        Ok(told(Change::new(outcome, Membership::new(before.id, after))))
    }

    /// Something was changed.
    fn forget(&self) {
        self.directory.forget();
        self.in_channel.forget();
    }

    /// The id of whoever changes things here.
    async fn own(&self) -> Result<Option<String>, Error> {
        let door = if self.mode == Mode::Channel { &self.door } else { &self.admin };
        let me = self.ask(door, "auth.test", &[]).await?.good("tell who the token belongs to")?;
        Ok(me.get("user_id").and_then(serde_json::Value::as_str).map(str::to_owned))
    }

    async fn not_oneself(&self, member: &Membership) -> Result<(), Error> {
        let own = self.own().await?;
        if own.is_some() && own == member.key {
            let message =
                format!("{} is whom the token belongs to, and cannot be removed by themselves", safe(&member.id));
            return Err(Error::new(ErrorKind::Conflict, message).next("let somebody else do it"));
        }
        Ok(())
    }

    /// The truth about plans that have no way, and what people do there.
    fn no_way(&self, what: &str) -> Error {
        let error = Error::new(ErrorKind::Unsupported, format!("no program can {what}"))
            .cause("Slack lets programs change members only on the plans Business+ and Enterprise");
        error.next(match &self.invite_link {
            Some(link) => format!(
                "send them {}; members are removed at https://my.slack.com/admin; on a larger plan set connector.slack.mode",
                safe(link)
            ),
            None => "invite and remove people at https://my.slack.com/admin; connector.slack.invite_link can keep a link that \
                is told here; on a larger plan set connector.slack.mode to scim or admin, for one channel to channel"
                .to_owned(),
        })
    }
}

impl Connector for Slack {
    fn kind(&self) -> ConnectorKind {
        KIND
    }

    fn target(&self) -> String {
        match (self.mode, &self.channel, &self.team_id) {
            (Mode::Channel, Some(channel), _) => format!("channel {channel}"),
            (_, _, Some(team)) => team.clone(),
            _ => "workspace".to_owned(),
        }
    }

    fn capabilities(&self) -> Capabilities {
        let no = || Ability::No(self.no_way("change who is in").way_out().unwrap_or_default().to_owned());
        let (add, remove) = match self.mode {
            Mode::CheckOnly => (no(), no()),
            Mode::Channel => {
                let limits = "of one channel only; into the workspace itself leads an invitation by hand";
                (Ability::Partly(limits.to_owned()), Ability::Partly("from the channel only".to_owned()))
            }
            Mode::Scim => {
                (Ability::Yes, Ability::Partly("the account is switched off and its messages stay".to_owned()))
            }
            Mode::Admin => (Ability::Yes, Ability::Partly("from this workspace only".to_owned())),
        };
        let restore = match self.mode {
            Mode::CheckOnly => no(),
            Mode::Scim => Ability::Yes,
            Mode::Channel => Ability::No("switch them on at https://my.slack.com/admin".to_owned()),
            Mode::Admin => {
                Ability::No("switch them on at https://my.slack.com/admin, or by connector.slack.mode scim".to_owned())
            }
        };
        Capabilities {
            identifier: "e-mail address, or a user id such as U0123456",
            by_address: ByAddress::Found,
            roles: &[],
            check: Ability::Yes,
            add,
            remove,
            restore,
            list: Ability::Yes,
            invitations: Ability::Partly(MARKED.to_owned()),
            extras: &[Extra::Name],
        }
    }

    fn tells(&self, state: State) -> Ability {
        match (state, self.mode) {
            (State::Pending | State::Suspended, Mode::Channel) => Ability::No(
                "people are in a channel or not; what they are in the workspace is told beside it".to_owned(),
            ),
            (State::Pending, _) => Ability::Partly(MARKED.to_owned()),
            (State::Expired, _) => Ability::No("Slack does not tell that an invitation has lapsed".to_owned()),
            _ => Ability::Yes,
        }
    }

    fn membership<'a>(&'a self, id: &'a str) -> LocalFuture<'a, Result<Membership, Error>> {
        Box::pin(async { self.look(checked(KIND, id)?).await })
    }

    fn add<'a>(&'a self, id: &'a str, how: &'a Joining) -> LocalFuture<'a, Result<Change, Error>> {
        Box::pin(async {
            how.check(KIND, &self.capabilities())?;
            self.join(checked(KIND, id)?, how).await
        })
    }

    fn remove<'a>(&'a self, id: &'a str, how: &'a Leaving) -> LocalFuture<'a, Result<Change, Error>> {
        Box::pin(async {
            how.check(KIND, &self.capabilities())?;
            self.leave(checked(KIND, id)?, how).await
        })
    }

    fn list(&self) -> LocalFuture<'_, Result<Vec<Membership>, Error>> {
        Box::pin(self.everybody())
    }

    fn own_ids(&self) -> LocalFuture<'_, Result<Vec<String>, Error>> {
        Box::pin(async { Ok(self.own().await?.into_iter().collect()) })
    }
}

impl fmt::Debug for Slack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slack").field("mode", &self.mode).finish_non_exhaustive()
    }
}
