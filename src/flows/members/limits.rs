//! What a plan may not do, whatever the roster says.

use std::fmt;
use std::str::FromStr;

/// How much may be taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    /// Of a hundred active members.
    Percent(u8),
    /// So many people.
    People(usize),
}

impl Share {
    /// What is usual: a roster that lost a page, or another place's, is noticed.
    pub(crate) const USUAL: Self = Self::Percent(25);

    /// How many of so many. Of a few people a share would be nobody, and one can always go.
    pub(super) fn of(self, active: usize) -> usize {
        match self {
            Self::People(most) => most,
            Self::Percent(0) => 0,
            Self::Percent(percent) => (active * usize::from(percent) / 100).max(1),
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent(percent) => write!(f, "{percent}%"),
            Self::People(most) => write!(f, "{most}"),
        }
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let share = match text.strip_suffix('%') {
            Some(percent) => percent.parse().ok().filter(|percent| *percent <= 100).map(Self::Percent),
            None => text.parse().ok().map(Self::People),
        };
        share.ok_or_else(|| "a share such as 25%, or a number of people".to_owned())
    }
}

/// What may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Whoever is in and not listed goes.
    pub(crate) remove_extra: bool,
    /// The roster may lower roles.
    pub(crate) demote: bool,
    /// An address may be invited of which nobody can tell whether it was before.
    pub(crate) invite_addresses: bool,
    pub(crate) most: Share,
    /// How many administrators there have to be afterwards. Left out, one, and only where one is taken away.
    pub(crate) admins: Option<usize>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { remove_extra: false, demote: false, invite_addresses: false, most: Share::USUAL, admins: None }
    }
}

/// Why a plan is not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The roster has nobody here, and whoever is not listed is to go; that is more likely a slip than the wish that
    /// everybody leaves.
    NobodyListed,
    /// More would go than may.
    TooMany { leaving: usize, active: usize, most: Share },
    /// Too few would be left who can manage the place.
    TooFewAdmins { left: usize, least: usize },
    /// Somebody listed, or to be ignored, by an address that is not told of anybody may be among those who would go.
    Unrecognised(Vec<String>),
}

impl Refusal {
    /// What to do about it.
    pub(crate) fn way_out(&self) -> &'static str {
        match self {
            Self::NobodyListed => "list who is to be in, or leave --remove-extra or this connector out",
            Self::TooMany { .. } => "review it with --dry-run; --max-removals takes a larger share, or a number",
            Self::TooFewAdmins { .. } => "list more administrators by their role, or say --min-admins",
            Self::Unrecognised(_) => "list them by login or username, or leave --remove-extra out",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NobodyListed => write!(f, "the roster lists nobody, and nobody is removed for that"),
            Self::TooMany { leaving, active, most } => {
                let percent = leaving * 100 / (*active).max(1);
                write!(f, "removing {leaving} of {active} ({percent}%) is over --max-removals {most}")
            }
            Self::TooFewAdmins { left, least } => {
                write!(f, "{left} administrators would be left, and there have to be {least}")
            }
            Self::Unrecognised(ids) => {
                let first = ids.first().map(String::as_str).unwrap_or_default();
                let first = crate::base::text::safe(first);
                let more = ids.len().saturating_sub(1);
                let more = if more == 0 { String::new() } else { format!(" and {more} more") };
                write!(f, "whose address {first}{more} is cannot be told, so it may be somebody's who would be removed")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_percentage_or_a_number() {
        for (text, share) in [
            ("25%", Share::Percent(25)),
            ("0%", Share::Percent(0)),
            ("100%", Share::Percent(100)),
            ("3", Share::People(3)),
        ] {
            assert_eq!(text.parse(), Ok(share));
            assert_eq!(share.to_string(), text);
        }
        for text in ["", "%", "101%", "-1", "25 %", "1.5", "x"] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }

    #[test]
    fn one_can_go_where_a_share_would_be_nobody() {
        let quarter = Share::Percent(25);
        assert_eq!([0, 1, 3, 4, 8, 60].map(|active| quarter.of(active)), [1, 1, 1, 1, 2, 15]);
        assert_eq!([Share::Percent(0).of(60), Share::People(0).of(60), Share::People(70).of(60)], [0, 0, 70]);
    }
}
