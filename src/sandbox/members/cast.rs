//! Who is there at the start. The same people are known to all four services, and what they are there is told beside the
//! data of each.

use serde::Deserialize;

/// How many there are.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub(in crate::sandbox) struct Cast {
    /// Whether there is anybody beside the owners.
    #[serde(skip)]
    pub(in crate::sandbox) is_full: bool,
    /// How many members there are of whom nothing is to be told. Then comes one, `zoe`, who stands behind all others in
    /// every list: with a crowd, on its last page.
    pub(in crate::sandbox) crowd: u32,
}

impl Cast {
    /// Names of the crowd: `p0001`, `p0002`, ….
    pub(super) fn crowd(self) -> impl Iterator<Item = String> {
        (1..=self.crowd).map(|number| format!("p{number:04}"))
    }
}

/// The address that somebody has everywhere.
pub(super) fn email(name: &str) -> String {
    format!("{name}@example.com")
}

/// `Ada`.
pub(super) fn full_name(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}
