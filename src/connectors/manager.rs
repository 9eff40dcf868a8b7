//! Several services at once. A connector is made when it is asked for, so that what is missing for one of them does not
//! stop the others.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Connector, ConnectorKind, Error, GDrive, GitHub, Slack, Trello, Wire, gdrive, github, slack, trello};

/// What it takes to make a connector.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Settings {
    /// For GitHub.
    GitHub(github::Settings),
    /// For Trello.
    Trello(trello::Settings),
    /// For Slack.
    Slack(slack::Settings),
    /// For Google Drive.
    GDrive(gdrive::Settings),
}

impl Settings {
    /// Of which service.
    pub fn kind(&self) -> ConnectorKind {
        match self {
            Self::GitHub(_) => ConnectorKind::GitHub,
            Self::Trello(_) => ConnectorKind::Trello,
            Self::Slack(_) => ConnectorKind::Slack,
            Self::GDrive(_) => ConnectorKind::GDrive,
        }
    }

    fn connect(self, wire: &Wire) -> Result<Rc<dyn Connector>, Error> {
        Ok(match self {
            Self::GitHub(settings) => Rc::new(GitHub::new(settings, wire)?),
            Self::Trello(settings) => Rc::new(Trello::new(settings, wire)?),
            Self::Slack(settings) => Rc::new(Slack::new(settings, wire)?),
            Self::GDrive(settings) => Rc::new(GDrive::new(settings, wire)?),
        })
    }
}

impl From<github::Settings> for Settings {
    fn from(settings: github::Settings) -> Self {
        Self::GitHub(settings)
    }
}

impl From<trello::Settings> for Settings {
    fn from(settings: trello::Settings) -> Self {
        Self::Trello(settings)
    }
}

impl From<gdrive::Settings> for Settings {
    fn from(settings: gdrive::Settings) -> Self {
        Self::GDrive(settings)
    }
}

impl From<slack::Settings> for Settings {
    fn from(settings: slack::Settings) -> Self {
        Self::Slack(settings)
    }
}

/// Asked for the settings of a service when they are needed.
type Provider<'a> = Box<dyn Fn(ConnectorKind) -> Result<Settings, Error> + 'a>;

/// The connectors that somebody has set up.
pub struct Manager<'a> {
    wire: Wire,
    provider: Provider<'a>,
    made: RefCell<BTreeMap<ConnectorKind, Rc<dyn Connector>>>,
}

impl Manager<'static> {
    /// For services whose settings are at hand.
    pub fn new(wire: Wire, settings: impl IntoIterator<Item = Settings>) -> Self {
        let known: BTreeMap<ConnectorKind, Settings> = settings.into_iter().map(|one| (one.kind(), one)).collect();
        Self::asking(wire, move |kind| known.get(&kind).cloned().ok_or_else(|| unknown(kind)))
    }
}

impl<'a> Manager<'a> {
    /// For services whose settings are looked up when they are needed.
    pub fn asking(wire: Wire, provider: impl Fn(ConnectorKind) -> Result<Settings, Error> + 'a) -> Self {
        Self { wire, provider: Box::new(provider), made: RefCell::default() }
    }

    /// The connector of one service, made on first use. Nothing is sent.
    pub fn connector(&self, kind: ConnectorKind) -> Result<Rc<dyn Connector>, Error> {
        if let Some(made) = self.made.borrow().get(&kind) {
            return Ok(made.clone());
        }
        let connector = (self.provider)(kind)?.connect(&self.wire)?;
        self.made.borrow_mut().insert(kind, connector.clone());
        Ok(connector)
    }
}

impl std::fmt::Debug for Manager<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Manager").field("made", &self.made.borrow().keys()).finish_non_exhaustive()
    }
}

fn unknown(kind: ConnectorKind) -> Error {
    Error::settings(format!("{} is not set up", kind.title()))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::base::Secret;
    use crate::connectors::ErrorKind;

    #[test]
    fn only_what_is_asked_for_is_made_and_only_once() {
        let asked = Cell::new(0);
        let manager = Manager::asking(Wire::new(), |kind| {
            asked.set(asked.get() + 1);
            match kind {
                ConnectorKind::GitHub => Ok(github::Settings::new(Secret::new("ghp_manager"), "acme").into()),
                other => Err(unknown(other)),
            }
        });
        assert_eq!(asked.get(), 0);
        assert_eq!(manager.connector(ConnectorKind::GitHub).unwrap().target(), "acme");
        manager.connector(ConnectorKind::GitHub).unwrap();
        assert_eq!(asked.get(), 1);
        assert_eq!(manager.connector(ConnectorKind::Slack).err().map(|error| error.kind()), Some(ErrorKind::Settings));
    }
}
