//! Whether a request that failed is sent again, and after how long. Arithmetic only: time and chance are handed in, and
//! the caller does the waiting.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::TimeZone;

use super::Error;

/// The first wait is at most this long; long enough for a server's restarted worker, short enough not to be noticed.
const BASE: Duration = Duration::from_millis(500);
/// No wait of our own choosing is longer.
const CAP: Duration = Duration::from_secs(30);

/// What a decision needs to know.
pub(super) struct Attempt<'a> {
    pub(super) error: &'a Error,
    /// Whether sending the request twice does no harm.
    pub(super) repeatable: bool,
    /// How often it failed, and how often it may.
    pub(super) made: u32,
    pub(super) allowed: u32,
    /// How often it was sent, for waits that grow.
    pub(super) sent: u32,
    /// What remains of the time without progress.
    pub(super) left: Duration,
    /// At least 0, below 1.
    pub(super) chance: f64,
}

/// How long to wait before sending again, or `None`: the error stands.
///
/// A request of which the server can have seen nothing, or that it wants to have again, is sent again whatever it is.
/// One that may have been carried out is sent again only if a second time does no harm.
pub(super) fn decide(attempt: &Attempt<'_>) -> Option<Duration> {
    if attempt.made >= attempt.allowed || !may_repeat(attempt.error, attempt.repeatable) {
        return None;
    }
    let own = jitter(attempt.sent.saturating_sub(1), attempt.chance);
    let wait = attempt.error.retry_after().map_or(own, |asked| asked.max(own));
    // Waiting for longer than we are willing to go on for would only put the same error off.
    (wait <= attempt.left).then_some(wait)
}

fn may_repeat(error: &Error, repeatable: bool) -> bool {
    match error {
        Error::NotSent { .. } => true,
        Error::MayHaveHappened { .. } => repeatable,
        Error::Status(status) => match status.status {
            429 => true,
            // It was refused for what somebody else was changing at that moment, and nothing was carried out.
            409 => status.retry_after.is_some(),
            500 | 502 | 503 | 504 => repeatable,
            _ => false,
        },
        _ => false,
    }
}

/// Full jitter: anything between nothing and the exponential step, so that many clients do not come back together.
fn jitter(retry: u32, chance: f64) -> Duration {
    let step = BASE.saturating_mul(2_u32.saturating_pow(retry.min(16))).min(CAP);
    step.mul_f64(chance.clamp(0.0, 1.0))
}

/// Reads `Retry-After`: seconds, or a date in any of the three forms that HTTP knows.
pub(super) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit mean "not in your lifetime".
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::from(u32::MAX))));
    }
    Some(Duration::try_from(date(value)?.duration_since(now)).unwrap_or_default())
}

/// A moment in any of the three forms that HTTP knows.
pub(super) fn date(value: &str) -> Option<Timestamp> {
    DateTimeParser::new().relaxed_weekday(true).parse_timestamp(value).ok().or_else(|| old_date(value))
}

fn old_date(value: &str) -> Option<Timestamp> {
    ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|form| DateTime::strptime(form, value).ok())
        .and_then(|date| date.to_zoned(TimeZone::UTC).ok())
        .map(|date| date.timestamp())
}

/// A chance from the operating system, at least 0 and below 1. One half where it has none to give: waiting stays right,
/// only less spread.
pub(super) fn chance() -> f64 {
    let mut bytes = [0_u8; 4];
    match getrandom::fill(&mut bytes) {
        Ok(()) => fraction(u32::from_be_bytes(bytes)),
        Err(_) => 0.5,
    }
}

/// How much of all numbers lies below this one.
fn fraction(number: u32) -> f64 {
    f64::from(number) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::StatusError;

    fn not_sent() -> Error {
        Error::NotSent { backend: "b", url: "u".to_owned(), reason: "r".to_owned(), attempts: 1 }
    }

    fn lost() -> Error {
        Error::MayHaveHappened {
            backend: "b",
            method: "POST",
            url: "u".to_owned(),
            reason: "r".to_owned(),
            attempts: 1,
        }
    }

    fn status(status: u16, retry_after: Option<u64>) -> Error {
        Error::Status(Box::new(StatusError {
            backend: "b",
            method: "POST",
            url: "u".to_owned(),
            status,
            answered: status,
            message: String::new(),
            body: String::new(),
            request_id: None,
            attempts: 1,
            retry_after: retry_after.map(Duration::from_secs),
        }))
    }

    fn ask(error: &Error, repeatable: bool, made: u32, chance: f64) -> Option<Duration> {
        decide(&Attempt { error, repeatable, made, sent: made, allowed: 4, left: Duration::from_mins(5), chance })
    }

    #[test]
    fn what_may_have_happened_is_repeated_only_where_that_does_no_harm() {
        for (error, unsafe_too) in [
            (not_sent(), true),
            (status(429, None), true),
            (status(409, Some(0)), true),
            (lost(), false),
            (status(500, None), false),
            (status(502, None), false),
            (status(503, None), false),
            (status(504, None), false),
        ] {
            assert!(ask(&error, true, 1, 0.5).is_some(), "{error:?}");
            assert_eq!(ask(&error, false, 1, 0.5).is_some(), unsafe_too, "{error:?}");
        }
    }

    #[test]
    fn what_cannot_get_better_is_not_repeated() {
        let tls = Error::Tls { backend: "b", url: "u".to_owned(), reason: "r".to_owned() };
        let malformed = Error::Malformed { backend: "b", method: "GET", url: "u".to_owned(), reason: "r".to_owned() };
        for error in [
            tls,
            malformed,
            status(400, None),
            status(401, None),
            status(404, None),
            status(409, None),
            status(501, None),
        ] {
            assert_eq!(ask(&error, true, 1, 0.5), None, "{error:?}");
        }
    }

    #[test]
    fn waits_double_up_to_the_cap_and_start_from_nothing() {
        let full = 1.0 - f64::EPSILON;
        for (retry, most) in
            [(0, 500), (1, 1_000), (2, 2_000), (5, 16_000), (6, 30_000), (40, 30_000), (u32::MAX, 30_000)]
        {
            assert_eq!(jitter(retry, 0.0), Duration::ZERO);
            assert!(jitter(retry, full) <= Duration::from_millis(most));
            assert_eq!(jitter(retry, 0.5), Duration::from_millis(most / 2), "{retry}");
        }
    }

    #[test]
    fn the_last_try_is_the_last() {
        assert!(ask(&not_sent(), true, 3, 0.0).is_some());
        assert_eq!(ask(&not_sent(), true, 4, 0.0), None);
    }

    #[test]
    fn the_server_is_given_the_time_it_asks_for_or_none_at_all() {
        assert_eq!(ask(&status(429, Some(7)), false, 1, 0.9), Some(Duration::from_secs(7)));
        assert_eq!(ask(&status(503, Some(0)), true, 1, 0.5), Some(Duration::from_millis(250)));
        assert_eq!(ask(&status(429, Some(300)), true, 1, 0.5), Some(Duration::from_mins(5)));
        assert_eq!(ask(&status(429, Some(301)), true, 1, 0.5), None);
        assert_eq!(ask(&status(429, Some(86_400)), true, 1, 0.5), None);
    }

    #[test]
    fn retry_after_is_read_in_every_form() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        for (value, seconds) in [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("99999999999999999999999", Some(u64::from(u32::MAX))),
            ("Thu, 01 Jan 2026 00:01:30 GMT", Some(90)),
            ("Mon, 01 Jan 2026 00:01:30 GMT", Some(90)),
            ("Thursday, 01-Jan-26 00:01:30 GMT", Some(90)),
            ("Thu Jan  1 00:01:30 2026", Some(90)),
            ("Wed, 31 Dec 2025 00:00:00 GMT", Some(0)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("Thu, 41 Jan 2026 00:00:00 GMT", None),
        ] {
            assert_eq!(retry_after(value, now), seconds.map(Duration::from_secs), "{value:?}");
        }
    }

    #[test]
    fn chance_stays_within_its_bounds() {
        let chances: Vec<f64> = (0..1_000).map(|_| chance()).collect();
        assert!(chances.iter().all(|chance| (0.0..1.0).contains(chance)));
        assert!(chances.iter().any(|chance| chance.to_bits() != chances[0].to_bits()), "they are all the same");
        assert!((fraction(0), fraction(1 << 31)) == (0.0, 0.5) && fraction(u32::MAX) < 1.0);
    }
}
