//! Entries as the server sends them. Read by hand, because the library's own reader ends the program where a server sends
//! what is none.

use std::collections::BTreeMap;

use ldap3::ResultEntry;

/// One entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) dn: String,
    /// By name in lower case, which servers write as they like.
    attributes: BTreeMap<String, Vec<String>>,
}

impl Entry {
    /// `None` if it is not an entry.
    pub(super) fn read(raw: ResultEntry) -> Option<Self> {
        let mut parts = raw.0.match_id(4)?.expect_constructed()?.into_iter();
        let dn = text(parts.next()?.expect_primitive()?);
        let mut attributes = BTreeMap::new();
        for attribute in parts.next()?.expect_constructed()? {
            let mut pair = attribute.expect_constructed()?.into_iter();
            let name = text(pair.next()?.expect_primitive()?).to_lowercase();
            let values = pair.next()?.expect_constructed()?.into_iter();
            let values: Option<Vec<String>> = values.map(|value| value.expect_primitive().map(text)).collect();
            attributes.insert(name, values?);
        }
        Some(Self { dn, attributes })
    }

    /// All values of an attribute.
    pub(super) fn all(&self, attribute: &str) -> &[String] {
        self.attributes.get(&attribute.to_lowercase()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The first value of an attribute.
    pub(super) fn first(&self, attribute: &str) -> Option<String> {
        self.all(attribute).first().cloned()
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
