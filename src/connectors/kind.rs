//! The four services.

use std::fmt;
use std::str::FromStr;

/// A service whose members are managed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ConnectorKind {
    /// An organisation at GitHub.
    GitHub,
    /// A workspace at Trello.
    Trello,
    /// A workspace, or one channel, at Slack.
    Slack,
    /// A file, a folder or a shared drive at Google Drive.
    GDrive,
}

impl ConnectorKind {
    /// All of them, in the order in which they are asked.
    pub const ALL: [Self; 4] = [Self::GitHub, Self::Trello, Self::Slack, Self::GDrive];

    /// The word for it in settings and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::Trello => "trello",
            Self::Slack => "slack",
            Self::GDrive => "g_drive",
        }
    }

    /// The name in sentences.
    pub fn title(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub",
            Self::Trello => "Trello",
            Self::Slack => "Slack",
            Self::GDrive => "Google Drive",
        }
    }
}

impl fmt::Display for ConnectorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ConnectorKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("there is no connector '{}'; there are {names}", crate::base::text::safe(text))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for kind in ConnectorKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert!("g_groups".parse::<ConnectorKind>().unwrap_err().contains("github, trello, slack, g_drive"));
    }
}
