//! How long requests took, kept so that it can be added up over many runs: how many ended within which time. Single
//! times would make the log long, and percentiles of runs cannot be added up.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The upper bounds of the buckets, in milliseconds: six a decade, so that no bound is more than twice the time it
/// stands for. They are written with the counts, so lines of other bounds stay readable.
const BOUNDS: [u64; 33] = [
    1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1_000, 1_500, 2_000, 3_000, 5_000, 7_000,
    10_000, 15_000, 20_000, 30_000, 50_000, 70_000, 100_000, 150_000, 200_000, 300_000,
];

/// What took longer than the last bound. Its own bound is the longest time, which is counted elsewhere.
const LONGER: &str = "more";

/// Counts by upper bound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Latency {
    buckets: BTreeMap<u64, u64>,
}

impl Latency {
    /// Counts one answer.
    pub(crate) fn add(&mut self, milliseconds: u64) {
        let bound = BOUNDS.into_iter().find(|bound| milliseconds <= *bound).unwrap_or(u64::MAX);
        *self.buckets.entry(bound).or_default() += 1;
    }

    /// Takes the counts of another run in.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (bound, count) in &other.buckets {
            let sum = self.buckets.entry(*bound).or_default();
            *sum = sum.saturating_add(*count);
        }
    }

    /// How many answers were counted.
    pub(crate) fn count(&self) -> u64 {
        self.buckets.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// A time within which this share of the answers came: the upper bound of a bucket, or the longest time where
    /// that is shorter. `None` where nothing was counted, or where the bucket has no bound and the longest time is
    /// not known.
    pub(crate) fn percentile(&self, hundredths: u64, longest: Option<u64>) -> Option<u64> {
        let count = self.count();
        // The rank of the answer, counted from one and rounded up.
        let rank = u128::from(count) * u128::from(hundredths.min(100));
        let rank = rank.div_ceil(100).max(1);
        let mut seen = 0_u128;
        let (bound, _) = self.buckets.iter().find(|(_, count)| {
            seen += u128::from(**count);
            seen >= rank
        })?;
        match longest {
            Some(longest) => Some((*bound).min(longest)),
            None => (*bound < u64::MAX).then_some(*bound),
        }
    }

    /// For the run log: `{"5": 3, "more": 1}`.
    pub(crate) fn to_json(&self) -> Value {
        let name = |bound: u64| if bound == u64::MAX { LONGER.to_owned() } else { bound.to_string() };
        let entries = self.buckets.iter().map(|(bound, count)| (name(*bound), Value::from(*count)));
        Value::Object(entries.collect::<Map<_, _>>())
    }

    /// From the run log; `None` where it is not there or not what it should be, which is not the same as no answers.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        let bound = |name: &str| if name == LONGER { Some(u64::MAX) } else { name.parse().ok() };
        let entries = value.as_object()?.iter().map(|(name, count)| Some((bound(name)?, count.as_u64()?)));
        Some(Self { buckets: entries.collect::<Option<_>>()? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn of(times: &[u64]) -> Latency {
        let mut latency = Latency::default();
        for time in times {
            latency.add(*time);
        }
        latency
    }

    #[test]
    fn a_percentile_is_an_upper_bound_and_never_more_than_the_longest() {
        let latency = of(&[0, 4, 4, 6, 90, 400_000]);
        for (share, longest, expected) in [
            (0, None, Some(1)),
            (50, None, Some(5)),
            (66, None, Some(7)),
            (83, None, Some(100)),
            (100, Some(400_000), Some(400_000)),
            (100, None, None),
            (200, Some(400_000), Some(400_000)),
        ] {
            assert_eq!(latency.percentile(share, longest), expected, "{share} {longest:?}");
        }
        assert_eq!(of(&[62]).percentile(50, Some(62)), Some(62));
        assert_eq!(Latency::default().percentile(50, Some(1)), None);
    }

    #[test]
    fn it_is_written_with_its_bounds_and_read_back() {
        let latency = of(&[5, 3, 4, 999_999]);
        assert_eq!(latency.to_json(), json!({"3": 1, "5": 2, "more": 1}));
        assert_eq!(Latency::from_json(&latency.to_json()), Some(latency));
        // Bounds of another version.
        assert_eq!(Latency::from_json(&json!({"4": 2})).unwrap().percentile(99, None), Some(4));
        for unknown in [json!(null), json!([]), json!({"a": 1}), json!({"5": -1}), json!({"5": "x"})] {
            assert_eq!(Latency::from_json(&unknown), None, "{unknown}");
        }
        assert_eq!(Latency::from_json(&json!({})).unwrap().count(), 0);
    }

    proptest! {
        /// What runs add up to is what one run of all their requests would have counted.
        #[test]
        fn merging_is_counting_together(one in prop::collection::vec(0_u64..500_000, 0..60),
                                        other in prop::collection::vec(0_u64..500_000, 1..60)) {
            let mut merged = of(&one);
            merged.merge(&of(&other));
            let mut all = [one, other].concat();
            prop_assert_eq!(&merged, &of(&all));
            all.sort_unstable();
            let longest = all.last().copied();
            for share in [50_u64, 95, 99] {
                let rank = (u64::try_from(all.len()).unwrap() * share).div_ceil(100).max(1);
                let exact = all[usize::try_from(rank).unwrap() - 1];
                let bound = merged.percentile(share, longest).unwrap();
                prop_assert!(bound >= exact, "{bound} is below {exact}");
                prop_assert!(bound <= exact.max(1) * 2 || Some(bound) == longest, "{bound} is far from {exact}");
            }
        }
    }
}
