//! Who is in, put in, take out: the members of a GitHub organisation, a Trello workspace, a Slack workspace or channel,
//! and of what is shared at Google Drive.
//!
//! One trait, [`Connector`], and one vocabulary, [`State`], for all four. A change looks first at what is there, decides,
//! writes, and looks again where the answer does not tell; what may have happened is never simply repeated. A member is
//! never given a lower role unasked, nobody takes themselves out, and neither the last owner.
//!
//! ```no_run
//! use orchester::connectors::{Connector as _, GitHub, Joining, Leaving, Wire, github};
//!
//! # async fn example(token: orchester::base::Secret) -> Result<(), orchester::connectors::Error> {
//! let organisation = GitHub::new(github::Settings::new(token, "acme"), &Wire::new())?;
//! println!("{}", organisation.membership("octocat").await?.state);
//! organisation.add("octocat", &Joining::default()).await?;
//! organisation.remove("octocat", &Leaving::default()).await?;
//! # Ok(())
//! # }
//! ```

mod capabilities;
mod change;
mod error;
pub mod gdrive;
pub mod github;
#[cfg(feature = "oauth")]
mod identity;
#[cfg(feature = "oauth")]
pub(crate) mod issuer;
mod kept;
mod kind;
mod manager;
mod membership;
mod own;
#[cfg(feature = "oauth")]
mod revoke;
pub mod slack;
#[cfg(test)]
mod testing;
mod token;
pub mod trello;
mod wire;
mod write;

use crate::base::clock::LocalFuture;

pub use capabilities::{Ability, ByAddress, Capabilities, Extra};
pub use change::{Change, Joining, Leaving, Outcome};
pub use error::{Error, ErrorKind};
pub use gdrive::GDrive;
pub use github::GitHub;
#[cfg(feature = "oauth")]
pub(crate) use identity::Identity;
pub use kind::ConnectorKind;
pub use manager::{Manager, Settings};
pub(crate) use membership::is_email;
pub use membership::{Membership, State};
pub(crate) use own::{own_door, own_request};
#[cfg(feature = "oauth")]
pub(crate) use revoke::revoke;
pub use slack::Slack;
pub(crate) use token::Proof;
pub use token::{Session, Token};
pub use trello::Trello;
pub use wire::Wire;

/// One service, set up for one place in it. People are named as that service names them
/// ([`Capabilities::identifier`]); what cannot be anybody's name there is refused, and not called absent.
pub trait Connector {
    /// Which service.
    fn kind(&self) -> ConnectorKind;

    /// Which place in it: the organisation, the workspace, the file.
    fn target(&self) -> String;

    /// What can be done there.
    fn capabilities(&self) -> Capabilities;

    /// Whether somebody can stand so there, and it is told.
    fn tells(&self, state: State) -> Ability {
        let _ = state;
        Ability::Yes
    }

    /// Whether somebody is in.
    fn membership<'a>(&'a self, id: &'a str) -> LocalFuture<'a, Result<Membership, Error>>;

    /// Puts somebody in, or makes sure that they are. Says `Unchanged` where they were.
    fn add<'a>(&'a self, id: &'a str, how: &'a Joining) -> LocalFuture<'a, Result<Change, Error>>;

    /// Takes somebody out, an invitation back. Says `Unchanged` where there was nothing.
    fn remove<'a>(&'a self, id: &'a str, how: &'a Leaving) -> LocalFuture<'a, Result<Change, Error>>;

    /// Everybody: members, and those who are invited.
    fn list(&self) -> LocalFuture<'_, Result<Vec<Membership>, Error>>;

    /// What the last list that was read had to leave out, where this login is not shown everything.
    fn left_out(&self) -> Option<&'static str> {
        None
    }

    /// Whom the login itself belongs to, by all the names and numbers under which the list may have them. Nothing, where it is
    /// no person's.
    fn own_ids(&self) -> LocalFuture<'_, Result<Vec<String>, Error>>;

    /// Those who are invited and have not answered, or not in time.
    fn invitations(&self) -> LocalFuture<'_, Result<Vec<Membership>, Error>> {
        Box::pin(async {
            let mut all = self.list().await?;
            all.retain(|one| matches!(one.state, State::Pending | State::Expired));
            Ok(all)
        })
    }
}

/// An identifier that can be sent at all.
fn checked(kind: ConnectorKind, id: &str) -> Result<&str, Error> {
    let trimmed = id.trim();
    if !trimmed.is_empty() && trimmed.len() <= 254 && !trimmed.chars().any(char::is_control) {
        return Ok(trimmed);
    }
    let shown = crate::base::text::safe(id).chars().take(80).collect::<String>();
    Err(Error::usage(format!("'{shown}' cannot name anybody at {}", kind.title())))
}
