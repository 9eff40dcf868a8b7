//! What an issuer hands out, and how long it may be used.

use jiff::{SignedDuration, Timestamp};

use crate::base::Secret;

/// A token is replaced this long before it ends: it has to outlive the requests it is taken for, and what a server does
/// with it afterwards.
const EARLY: SignedDuration = SignedDuration::from_secs(120);

/// A token that opens a server, and its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) value: Secret,
    /// When it came to us.
    pub(crate) issued_at: Timestamp,
    /// When it ends; `Timestamp::MAX` if nobody said.
    pub(crate) expires_at: Timestamp,
}

impl Access {
    /// Whether it need not be replaced yet. One that lives for less than four minutes is used for half of its life,
    /// since otherwise every request would want a new one.
    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        let life = self.expires_at.duration_since(self.issued_at);
        self.expires_at.duration_since(now) > EARLY.min(life / 2)
    }
}

/// Everything that one answer of an issuer holds.
#[cfg(feature = "oauth")]
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: Access,
    pub(crate) refresh: Option<Secret>,
    /// Those that were granted, where the issuer says so.
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) id_token: Option<Secret>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_token_is_replaced_two_minutes_early_and_a_short_one_half_way() {
        for (life, last_good) in [(3600, 3479), (240, 119), (60, 29), (10, 4)] {
            let access = Access { value: Secret::new("tok"), issued_at: at(0), expires_at: at(life) };
            assert!(access.is_fresh(at(last_good)), "{life}");
            assert!(!access.is_fresh(at(last_good + 1)), "{life}");
        }
        let endless = Access { value: Secret::new("tok"), issued_at: at(0), expires_at: Timestamp::MAX };
        assert!(endless.is_fresh(at(1_000_000)));
    }
}
