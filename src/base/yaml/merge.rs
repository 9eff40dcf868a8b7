//! Merge keys (`<<`), as `PyYAML` resolves them: what is merged comes first, the mapping's own pairs win, and of several
//! mappings the first one wins.

use super::error::Error;
use super::node::{Entry, Node, Shape};

/// Whether the key asks for a merge: plain, and not told to be text.
pub(super) fn is_merge(key: &Node) -> bool {
    key.is_plain() && key.text() == Some("<<") && key.tag.as_deref().is_none_or(|tag| tag.ends_with(":merge"))
}

/// The pairs with those of the merge keys in the place of these.
pub(super) fn flatten(entries: Vec<Entry>) -> Result<Vec<Entry>, Error> {
    if !entries.iter().any(|entry| is_merge(&entry.key)) {
        return Ok(entries);
    }
    let (merges, own): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|entry| is_merge(&entry.key));
    let mut flat = Vec::new();
    for merge in merges {
        let at = merge.key.at;
        match merge.value.shape {
            Shape::Map(entries) => flat.extend(entries),
            Shape::List(items) => {
                for item in items.into_iter().rev() {
                    match item.shape {
                        Shape::Map(entries) => flat.extend(entries),
                        _ => return Err(Error::new(at, "a merge key (<<) whose list holds more than mappings")),
                    }
                }
            }
            Shape::Scalar { .. } => return Err(Error::new(at, "a merge key (<<) that merges no mapping")),
        }
    }
    for entry in &mut flat {
        entry.merged = true;
    }
    flat.extend(own);
    Ok(flat)
}
