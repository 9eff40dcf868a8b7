//! The id of one run: in the marker of an unfinished flow, in the run log, in the correlator header.

use std::fmt;

/// Sixteen hexadecimal digits from the operating system's randomness.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RunId(String);

impl RunId {
    /// A new one. Falls back to the process id and time where the system has no randomness to give: the id has to be
    /// distinct, not secret.
    pub fn new() -> Self {
        let mut bytes = [0_u8; 8];
        if getrandom::fill(&mut bytes).is_err() {
            let now = jiff::Timestamp::now();
            let ticks =
                now.as_second().cast_unsigned().rotate_left(30) ^ u64::from(now.subsec_nanosecond().unsigned_abs());
            bytes = (ticks ^ u64::from(std::process::id()).rotate_left(40)).to_be_bytes();
        }
        Self(format!("{:016x}", u64::from_be_bytes(bytes)))
    }

    /// Reads one back, for instance from a marker.
    pub fn parse(text: &str) -> Option<Self> {
        let good = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        good.then(|| Self(text.to_owned()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for RunId {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_wrote_and_nothing_else() {
        let id = RunId::new();
        assert_eq!(RunId::parse(id.as_str()), Some(id));
        for bad in ["", "short", "zzzzzzzzzzzzzzzz", "0123456789abcdef0"] {
            assert_eq!(RunId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn two_are_not_the_same() {
        assert_ne!(RunId::new(), RunId::new());
    }
}
