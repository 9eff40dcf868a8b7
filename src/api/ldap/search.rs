//! Looking: at one entry by its name, or at all that match, however many.

use ldap3::adapters::{Adapter, PagedResults};
use ldap3::{Ldap, ResultEntry, Scope};

use super::entry::Entry;
use super::{Directory, Error, Verb, code};

/// Servers give so many at once and no more; 500 is a common limit.
const PAGE: i32 = 250;

impl Directory {
    /// The entry of exactly this name; `None` if there is none.
    pub(super) async fn look(
        &self,
        dn: &str,
        attributes: &[&'static str],
        what: String,
    ) -> Result<Option<Entry>, Error> {
        let search = async |ldap: &mut Ldap| {
            let answer = ldap.search(dn, Scope::Base, "(objectClass=*)", attributes.to_vec()).await?;
            Ok((answer.0, answer.1))
        };
        let (entries, answer) = self.ask(Verb::Search, dn, &what, search).await?;
        match answer.rc {
            0 => {}
            code::NO_SUCH_OBJECT => return Ok(None),
            _ => return Err(Error::refused(what, &answer)),
        }
        match entries.into_iter().find(is_entry) {
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
        let search = async |ldap: &mut Ldap| {
            let pages: Vec<Box<dyn Adapter<'_, &'static str, Vec<&'static str>>>> =
                vec![Box::new(PagedResults::new(PAGE))];
            let mut stream =
                ldap.streaming_search_with(pages, place, Scope::Subtree, filter, attributes.to_vec()).await?;
            let mut found = Vec::new();
            while let Some(raw) = stream.next().await? {
                if is_entry(&raw) {
                    found.push(raw);
                }
            }
            Ok((found, stream.finish().await))
        };
        let (found, answer) = self.ask(Verb::Search, place, &what, search).await?;
        match answer.rc {
            0 => found
                .into_iter()
                .map(|raw| Entry::read(raw).ok_or_else(|| Error::Malformed { what: what.clone() }))
                .collect(),
            code::NO_SUCH_OBJECT => Err(Error::NoPlace { what, place: place.to_owned() }),
            _ => Err(Error::refused(what, &answer)),
        }
    }
}

/// Neither a pointer to another server nor a message in between.
fn is_entry(raw: &ResultEntry) -> bool {
    !raw.is_ref() && !raw.is_intermediate()
}
