//! Where the platform's directory is, and who administers it.

use std::path::PathBuf;

use super::error::Error;
use super::load::Settings;
use super::origin::Origin;

/// How to reach the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Directory {
    /// `ldap://…` or `ldaps://…`, without a slash at its end.
    pub(crate) url: String,
    /// The entry below which everything lies.
    pub(crate) base: String,
    /// The name of the administrator.
    pub(crate) admin: Option<String>,
    /// Whether an unencrypted connection is encrypted before anything is said.
    pub(crate) starttls: bool,
    /// The certificate authorities to trust, instead of the system's.
    pub(crate) cacert: Option<PathBuf>,
    /// Whether its certificate is not checked.
    pub(crate) insecure: bool,
    /// Where the address came from.
    pub(crate) origin: Origin,
}

impl Settings {
    /// The directory; `None` if nobody said where it is.
    pub(crate) fn directory(&self) -> Result<Option<Directory>, Error> {
        let Some(url) = self.text("ldap.url")? else { return Ok(None) };
        Ok(Some(Directory {
            url: url.trim_end_matches('/').to_owned(),
            base: self.text("ldap.basedn")?.unwrap_or_default(),
            admin: self.text("ldap.admin")?,
            starttls: self.boolean("ldap.starttls")?,
            cacert: self.path(&self.nearer("ldap.cacert", "http.cacert"))?,
            insecure: self.boolean("http.insecure")?,
            origin: self.get("ldap.url").map_or(Origin::Default, |item| item.origin.clone()),
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Inputs;

    use super::*;

    fn load(pairs: &[(&str, &str)]) -> Settings {
        let env = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Settings::load(&Inputs { env, ..Inputs::default() }).unwrap()
    }

    #[test]
    fn the_base_has_a_default_and_the_address_none() {
        assert_eq!(load(&[]).directory().unwrap(), None);
        let found = load(&[("ORCHEST_LDAP", "ldaps://d.example/"), ("ORCHEST_CACERT", "/all.pem")]);
        let found = found.directory().unwrap().unwrap();
        assert_eq!((found.url.as_str(), found.base.as_str()), ("ldaps://d.example", "dc=openstack,dc=org"));
        assert_eq!((found.admin, found.starttls, found.cacert), (None, false, Some("/all.pem".into())));
    }

    #[test]
    fn its_own_authority_counts_more_than_that_of_all() {
        let own = [("ORCHEST_LDAP", "ldap://d"), ("ORCHEST_CACERT", "/all.pem"), ("ORCHEST_LDAP_CACERT", "/own.pem")];
        assert_eq!(load(&own).directory().unwrap().unwrap().cacert, Some("/own.pem".into()));
    }

    #[test]
    fn an_address_of_another_protocol_is_none() {
        assert!(load(&[("ORCHEST_LDAP", "https://d")]).directory().is_err());
    }
}
