//! Looking: at one entry by its name, or at all that match, however many.

use ldap3::adapters::{Adapter, PagedResults};
use ldap3::{Ldap, ResultEntry, Scope};

use super::entry::Entry;
use super::{Directory, Error, code};

/// Servers give so many at once and no more; OpenLDAP's own limit is 500.
const PAGE: i32 = 250;

impl Directory {
    /// The entry of exactly this name; `None` if there is none.
    pub(super) async fn look(
        &self,
        dn: &str,
        attributes: &[&'static str],
        what: String,
    ) -> Result<Option<Entry>, Error> {
        let answer = self.handle().search(dn, Scope::Base, "(objectClass=*)", attributes.to_vec()).await;
        let answer = answer.map_err(|error| self.lost(what.clone(), &error))?;
        match answer.1.rc {
            0 => {}
            code::NO_SUCH_OBJECT => return Ok(None),
            _ => return Err(Error::refused(what, &answer.1)),
        }
        match answer.0.into_iter().find(is_entry) {
            Some(raw) => Entry::read(raw).map(Some).ok_or(Error::Malformed { what }),
            None => Ok(None),
        }
    }

    /// All entries below this one that match, page by page. Part of them is an error.
    pub(super) async fn all(
        &self,
        place: &str,
        filter: &str,
        attributes: &[&'static str],
        what: String,
    ) -> Result<Vec<Entry>, Error> {
        let pages: Vec<Box<dyn Adapter<'_, &'static str, Vec<&'static str>>>> = vec![Box::new(PagedResults::new(PAGE))];
        let mut ldap: Ldap = self.handle();
        let stream = ldap.streaming_search_with(pages, place, Scope::Subtree, filter, attributes.to_vec()).await;
        let mut stream = stream.map_err(|error| self.lost(what.clone(), &error))?;
        let mut entries = Vec::new();
        while let Some(raw) = stream.next().await.map_err(|error| self.lost(what.clone(), &error))? {
            if is_entry(&raw) {
                entries.push(Entry::read(raw).ok_or_else(|| Error::Malformed { what: what.clone() })?);
            }
        }
        let answer = stream.finish().await;
        match answer.rc {
            0 => Ok(entries),
            code::NO_SUCH_OBJECT => Err(Error::NoPlace { what, place: place.to_owned() }),
            _ => Err(Error::refused(what, &answer)),
        }
    }
}

/// Neither a pointer to another server nor a message in between.
fn is_entry(raw: &ResultEntry) -> bool {
    !raw.is_ref() && !raw.is_intermediate()
}
