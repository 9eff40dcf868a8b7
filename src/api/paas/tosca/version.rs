//! Versions as the profile writes them: `1.2`, `1.2.3`, `1.2.3.beta`, `1.2.3.beta-4`. `tosca-parser` takes `7` too.

use std::cmp::Ordering;

/// A version, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Version {
    numbers: [u64; 3],
    qualifier: Option<String>,
    build: u64,
}

impl Version {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (text, build) = match text.split_once('-') {
            Some((text, build)) => (text, number(build)?),
            None => (text, 0),
        };
        let mut parts = text.split('.');
        let mut numbers = [0; 3];
        *numbers.first_mut()? = number(parts.next()?)?;
        for place in numbers.iter_mut().skip(1) {
            match parts.next() {
                Some(part) => *place = number(part)?,
                None => break,
            }
        }
        let qualifier = parts.next().map(str::to_owned);
        let is_word = |word: &String| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if qualifier.as_ref().is_some_and(|word| !is_word(word)) || parts.next().is_some() {
            return None;
        }
        Some(Self { numbers, qualifier, build })
    }
}

fn number(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

impl Ord for Version {
    /// A version with a qualifier is older than the one without.
    fn cmp(&self, other: &Self) -> Ordering {
        let qualified = other.qualifier.is_some().cmp(&self.qualifier.is_some());
        let numbers = self.numbers.cmp(&other.numbers).then(qualified);
        numbers.then_with(|| self.qualifier.cmp(&other.qualifier)).then(self.build.cmp(&other.build))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_in_their_order() {
        let order =
            ["1", "1.2.beta", "1.2.0.alpha", "1.2.0.beta-1", "1.2.0.beta-2", "1.2", "1.2.1", "1.10", "7", "16.04"];
        let parsed: Vec<_> = order.iter().filter_map(|text| Version::parse(text)).collect();
        assert_eq!(parsed.len(), order.len() - 1, "a qualifier comes after three numbers");
        assert!(parsed.is_sorted());
        assert_eq!(Version::parse("1.2"), Version::parse("1.2.0"));
        for bad in ["", "a", "1.", ".1", "1.2.3.4.5", "1.2.3.", "1.2-", "1.2-x", "-1", "v1.2", "1.2.3.b_c"] {
            assert_eq!(Version::parse(bad), None, "{bad:?}");
        }
    }
}
