//! What is come by on the way: which names there are, and which there are no more.

use super::{Entity, Kind};

/// Whoever wants to know. Nothing is asked for its sake.
pub(crate) trait Watch {
    /// It is there; by its id it may be known under another name.
    fn there(&self, kind: Kind, entity: &Entity);

    /// It was there and was deleted, or was looked for by its id and is not there.
    fn gone(&self, kind: Kind, id: &str);

    /// Nothing goes by this name in the domain, or, for what lives in none, anywhere.
    fn missing(&self, kind: Kind, domain: Option<&str>, name: &str);

    /// All of a kind were seen: in the domain, or, for what lives in none, anywhere.
    fn all(&self, kind: Kind, domain: Option<&str>);
}
