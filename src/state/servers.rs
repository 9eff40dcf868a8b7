//! What servers were found to offer, so that it is not asked by every run. Being wrong costs a request or two.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::shelf::{Shelf, file_name};
use super::{StateDir, Warning, instant};

/// Servers get plug-ins and lose them.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

#[derive(Serialize, Deserialize)]
struct Stored {
    endpoint: String,
    /// Of a Keystone: whether it has the SCIM plug-in.
    #[serde(default)]
    scim: Option<bool>,
    /// Of an orchestrator of deployments: which dialect it speaks.
    #[serde(default)]
    dialect: Option<String>,
    #[serde(with = "instant")]
    seen_at: Timestamp,
}

/// What is remembered of servers.
#[derive(Debug, Clone)]
pub(crate) struct Servers {
    shelf: Shelf,
}

impl Servers {
    pub(crate) fn new(state: &StateDir) -> Self {
        Self { shelf: Shelf::new(state, "servers") }
    }

    fn read(&self, endpoint: &str, now: Timestamp) -> Result<Option<Stored>, Warning> {
        let stored: Option<Stored> = self.shelf.read(&file(endpoint))?;
        // A clock that was set back must not keep an entry for ever.
        let fresh = |stored: &Stored| now.duration_since(stored.seen_at).abs() <= KEPT;
        Ok(stored.filter(|stored| stored.endpoint == endpoint).filter(fresh))
    }

    fn write(&self, endpoint: &str, scim: Option<bool>, dialect: Option<&str>, now: Timestamp) -> Result<(), Warning> {
        let dialect = dialect.map(str::to_owned);
        self.shelf.write(&file(endpoint), &Stored { endpoint: endpoint.to_owned(), scim, dialect, seen_at: now })
    }

    /// Whether the Keystone at this address has the SCIM plug-in, if somebody asked it within the last month.
    pub(crate) fn scim(&self, endpoint: &str, now: Timestamp) -> Result<Option<bool>, Warning> {
        Ok(self.read(endpoint, now)?.and_then(|stored| stored.scim))
    }

    pub(crate) fn remember_scim(&self, endpoint: &str, scim: bool, now: Timestamp) -> Result<(), Warning> {
        self.write(endpoint, Some(scim), None, now)
    }

    /// Which dialect the orchestrator at this address speaks, if somebody found out within the last month.
    pub(crate) fn dialect(&self, endpoint: &str, now: Timestamp) -> Result<Option<String>, Warning> {
        Ok(self.read(endpoint, now)?.and_then(|stored| stored.dialect))
    }

    pub(crate) fn remember_dialect(&self, endpoint: &str, dialect: &str, now: Timestamp) -> Result<(), Warning> {
        self.write(endpoint, None, Some(dialect), now)
    }
}

fn file(endpoint: &str) -> String {
    format!("{}.json", file_name(&[endpoint]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_kept_for_a_month_and_for_one_server() {
        let home = tempfile::tempdir().unwrap();
        let servers = Servers::new(&StateDir::at(home.path().join("orchest")));
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        assert_eq!(servers.scim("http://a:5000", now).unwrap(), None);
        servers.remember_scim("http://a:5000", true, now).unwrap();
        servers.remember_scim("http://b:5000", false, now).unwrap();
        assert_eq!(servers.scim("http://a:5000", now).unwrap(), Some(true));
        assert_eq!(servers.scim("http://b:5000", now).unwrap(), Some(false));
        let days = |days: i64| now.checked_add(SignedDuration::from_hours(days * 24)).unwrap();
        assert_eq!(servers.scim("http://a:5000", days(30)).unwrap(), Some(true));
        assert_eq!(servers.scim("http://a:5000", days(31)).unwrap(), None);
        assert_eq!(servers.scim("http://a:5000", days(-31)).unwrap(), None);
        servers.remember_dialect("https://paas", "v1", now).unwrap();
        assert_eq!(servers.dialect("https://paas", now).unwrap().as_deref(), Some("v1"));
        assert_eq!(servers.dialect("http://a:5000", now).unwrap(), None);
    }
}
