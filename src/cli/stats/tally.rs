//! Runs added up. A number that a line of the log does not have is not known, which is something else than zero:
//! one such line makes the sum unknown.

use serde_json::{Value, json};

use crate::state::{Latency, Outcome, Summary};

use super::super::present::Row;

/// What one back end, day or command was asked.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    /// Where the rows of one table differ: back end, and day or command.
    pub(super) keys: Vec<(&'static str, String)>,
    runs: u64,
    failed: u64,
    requests: Option<u64>,
    errors: Option<u64>,
    retries: Option<u64>,
    received: Option<u64>,
    longest: Option<u64>,
    latency: Option<Latency>,
}

impl Tally {
    pub(super) fn new(keys: Vec<(&'static str, String)>) -> Self {
        let zero = Some(0);
        Self {
            keys,
            runs: 0,
            failed: 0,
            requests: zero,
            errors: zero,
            retries: zero,
            received: zero,
            longest: zero,
            latency: Some(Latency::default()),
        }
    }

    /// Takes in what one run asked of one back end.
    pub(super) fn take(&mut self, run: &Summary, counters: &Value) {
        self.runs += 1;
        self.failed += u64::from(!matches!(run.outcome, Outcome::Ended(0)));
        let number = |key: &str| counters.get(key).and_then(Value::as_u64);
        for (sum, key) in [
            (&mut self.requests, "requests"),
            (&mut self.errors, "errors"),
            (&mut self.retries, "retries"),
            (&mut self.received, "bytes_in"),
        ] {
            *sum = sum.zip(number(key)).map(|(sum, more)| sum.saturating_add(more));
        }
        self.longest = self.longest.zip(number("max_ms")).map(|(longest, other)| longest.max(other));
        let latency = counters.get("took_ms").and_then(Latency::from_json);
        self.latency = self.latency.take().zip(latency).map(|(mut sum, more)| {
            sum.merge(&more);
            sum
        });
    }

    pub(super) fn requests(&self) -> u64 {
        self.requests.unwrap_or_default()
    }

    pub(super) fn errors(&self) -> u64 {
        self.errors.unwrap_or_default()
    }

    /// Whether a line did not have the times of its requests.
    pub(super) fn lacks_times(&self) -> bool {
        self.latency.is_none()
    }

    pub(super) fn row(&self) -> Row {
        let percentile = |share| self.latency.as_ref().and_then(|latency| latency.percentile(share, self.longest));
        // Without any answer the longest time is none, not zero.
        let answered = self.latency.as_ref().is_none_or(|latency| latency.count() > 0);
        let numbers = [
            ("runs", json!(self.runs)),
            ("failed_runs", json!(self.failed)),
            ("requests", json!(self.requests)),
            ("errors", json!(self.errors)),
            ("retries", json!(self.retries)),
            ("bytes_in", json!(self.received)),
            ("received", json!(self.received.map(size))),
            ("p50_ms", json!(percentile(50))),
            ("p95_ms", json!(percentile(95))),
            ("p99_ms", json!(percentile(99))),
            ("max_ms", json!(self.longest.filter(|_| answered))),
        ];
        let keys = self.keys.iter().map(|(key, value)| ((*key).to_owned(), json!(value)));
        keys.chain(numbers.map(|(key, value)| (key.to_owned(), value))).collect()
    }
}

/// Bytes for people: three digits and a unit.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut rest = bytes as f64 / 1000.0;
    let mut units = UNITS.into_iter();
    let mut unit = units.next().unwrap_or_default();
    // What would be shown as 1000 is one of the next unit.
    while rest >= 999.5
        && let Some(next) = units.next()
    {
        (rest, unit) = (rest / 1000.0, next);
    }
    let digits = if rest < 9.995 { 2 } else { usize::from(rest < 99.95) };
    format!("{rest:.digits$} {unit}")
}

/// Adds up in the order of first use.
pub(super) fn add_up(runs: &[Summary], keys: impl Fn(&Summary, &str) -> Vec<(&'static str, String)>) -> Vec<Tally> {
    let mut tallies: Vec<Tally> = Vec::new();
    for run in runs {
        for (backend, counters) in run.counters.as_object().into_iter().flatten() {
            let keys = keys(run, backend);
            let at = tallies.iter().position(|tally| tally.keys == keys).unwrap_or(tallies.len());
            if at == tallies.len() {
                tallies.push(Tally::new(keys));
            }
            if let Some(tally) = tallies.get_mut(at) {
                tally.take(run, counters);
            }
        }
    }
    tallies
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::base::RunId;
    use crate::http::clock::TestClock;
    use crate::state::{Process, RunLog, StateDir};

    /// Runs as they come back from the log.
    fn runs(counters: &[Value]) -> Vec<Summary> {
        let dir = tempfile::tempdir().unwrap();
        let state = StateDir::at(dir.path().join("orchest"));
        let log = RunLog::new(&state, Process::current(), std::rc::Rc::new(TestClock::new()));
        for (number, counters) in counters.iter().enumerate() {
            log.read_only(&RunId::new(), "user list", i32::from(number == 0), counters.clone()).unwrap();
        }
        log.list(Some(Timestamp::MIN), false).unwrap().runs
    }

    fn by_backend(_: &Summary, backend: &str) -> Vec<(&'static str, String)> {
        vec![("backend", backend.to_owned())]
    }

    fn counters(requests: u64, longest: u64, took: &Value) -> Value {
        json!({"requests": requests, "errors": 1, "retries": 0, "bytes_in": 10, "max_ms": longest, "took_ms": took})
    }

    #[test]
    fn back_ends_are_added_up_each_for_itself() {
        let runs = runs(&[
            json!({"keystone": counters(3, 40, &json!({"5": 2, "50": 1})), "orion": counters(1, 9, &json!({"10": 1}))}),
            json!({"keystone": counters(2, 70, &json!({"5": 1, "100": 1}))}),
        ]);
        let rows: Vec<Row> = add_up(&runs, by_backend).iter().map(Tally::row).collect();
        assert_eq!(
            json!(rows),
            json!([
                {"backend": "keystone", "runs": 2, "failed_runs": 1, "requests": 5, "errors": 2, "retries": 0,
                 "bytes_in": 20, "received": "20 B", "p50_ms": 5, "p95_ms": 70, "p99_ms": 70, "max_ms": 70},
                {"backend": "orion", "runs": 1, "failed_runs": 1, "requests": 1, "errors": 1, "retries": 0,
                 "bytes_in": 10, "received": "10 B", "p50_ms": 9, "p95_ms": 9, "p99_ms": 9, "max_ms": 9},
            ])
        );
    }

    #[test]
    fn sizes_have_three_digits() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.00 kB"),
            (9_994, "9.99 kB"),
            (9_995, "10.0 kB"),
            (123_456, "123 kB"),
            (999_499, "999 kB"),
            (999_500, "1.00 MB"),
            (1_961_813_175, "1.96 GB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn what_an_older_line_lacks_is_unknown_and_never_zero() {
        let old = json!({"requests": 3, "writes": 0, "errors": 0, "max_ms": 6});
        let runs = runs(&[json!({"keystone": old}), json!({"keystone": counters(2, 70, &json!({"5": 2}))})]);
        let tallies = add_up(&runs, by_backend);
        let row = tallies[0].row();
        assert_eq!((&row["requests"], &row["errors"], &row["max_ms"]), (&json!(5), &json!(1), &json!(70)));
        for unknown in ["retries", "bytes_in", "p50_ms", "p95_ms", "p99_ms"] {
            assert_eq!(row[unknown], Value::Null, "{unknown}");
        }
        assert!(tallies[0].lacks_times());
    }

    #[test]
    fn without_an_answer_there_is_no_time() {
        let row = add_up(&runs(&[json!({"keystone": counters(1, 0, &json!({}))})]), by_backend)[0].row();
        assert_eq!((&row["requests"], &row["p50_ms"], &row["max_ms"]), (&json!(1), &Value::Null, &Value::Null));
    }
}
