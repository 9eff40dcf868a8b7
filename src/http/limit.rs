//! When a server wants to be asked again: `Retry-After` where it is sent, else the headers in which servers count what is
//! left of a caller's share.

use std::time::Duration;

use jiff::Timestamp;

use super::Response;
use super::retry::retry_after;

/// Resets up to here are a number of seconds from now; above, a moment since 1970.
const LONGEST: i64 = 100_000_000;

/// How long to leave the server alone; `None` if it does not say. The moments in its headers are of its own clock, and
/// so should `now` be.
pub(super) fn wait(response: &Response, status: u16, now: Timestamp) -> Option<Duration> {
    let asked = response.header("retry-after").and_then(|value| retry_after(value, now));
    asked.or_else(|| (status == 429).then(|| until_reset(response, now).or_else(|| interval(response)))?)
}

/// `x-ratelimit-remaining` and `x-ratelimit-reset`.
fn until_reset(response: &Response, now: Timestamp) -> Option<Duration> {
    if response.header("x-ratelimit-remaining")?.trim() != "0" {
        return None;
    }
    let reset: i64 = response.header("x-ratelimit-reset")?.trim().parse().ok()?;
    let seconds = if reset > LONGEST { reset.checked_sub(now.as_second())? } else { reset };
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or_default()))
}

/// `x-rate-limit-NAME-remaining` with `x-rate-limit-NAME-interval-ms`, for the NAME of which nothing is left; of several
/// the longest.
fn interval(response: &Response) -> Option<Duration> {
    let used_up = response.headers.iter().filter(|(_, value)| value.trim() == "0");
    let names = used_up.filter_map(|(name, _)| name.strip_prefix("x-rate-limit-")?.strip_suffix("-remaining"));
    let lengths = names.filter_map(|name| {
        let length = response.header(&format!("x-rate-limit-{name}-interval-ms"))?;
        length.trim().parse().ok().map(Duration::from_millis)
    });
    lengths.max()
}

#[cfg(test)]
mod tests {
    use crate::http::tests::server::{Server, json, with};
    use crate::http::tests::{get, keystone, plain, run};
    use crate::http::{Meaning, Response};
    use std::time::Duration;

    /// 2026-01-01T00:00:00Z, where the clock of the tests stands.
    const NOW: i64 = 1_767_225_600;

    /// How long the second attempt is waited for.
    fn slept(headers: &[(&str, String)]) -> Vec<Duration> {
        let limited = headers.iter().fold(json(429, "{}"), |reply, (name, value)| with(reply, name, value));
        let server = Server::script(vec![limited, json(200, "{}")]);
        let bench = plain();
        run(bench.http.send(&keystone(&server.url), &get(), None)).unwrap();
        bench.clock.slept()
    }

    #[test]
    fn every_way_to_say_when_is_understood() {
        let text = |text: &str| text.to_owned();
        let reset = |reset: i64| vec![("X-RateLimit-Remaining", text("0")), ("X-RateLimit-Reset", reset.to_string())];
        let half = Duration::from_millis(250);
        for (headers, wait) in [
            (reset(NOW + 7), Duration::from_secs(7)),
            (reset(12), Duration::from_secs(12)),
            (reset(NOW - 7), half),
            (vec![("X-RateLimit-Remaining", text("3")), ("X-RateLimit-Reset", text("99"))], half),
            ([reset(NOW + 99), vec![("Retry-After", text("3"))]].concat(), Duration::from_secs(3)),
            (
                vec![
                    ("x-rate-limit-api-key-interval-ms", text("10000")),
                    ("x-rate-limit-api-key-remaining", text("299")),
                    ("x-rate-limit-api-token-interval-ms", text("9000")),
                    ("x-rate-limit-api-token-remaining", text("0")),
                ],
                Duration::from_secs(9),
            ),
            (vec![("x-rate-limit-api-token-remaining", text("0"))], half),
            // Servers whose clocks are an hour ahead of ours.
            (
                [reset(NOW + 3_607), vec![("Date", text("Thu, 01 Jan 2026 01:00:00 GMT"))]].concat(),
                Duration::from_secs(7),
            ),
            (
                vec![
                    ("Date", text("Thu, 01 Jan 2026 01:00:00 GMT")),
                    ("Retry-After", text("Thu, 01 Jan 2026 01:00:09 GMT")),
                ],
                Duration::from_secs(9),
            ),
            (
                vec![("Date", text("noon")), ("Retry-After", text("Thu, 01 Jan 2026 00:00:09 GMT"))],
                Duration::from_secs(9),
            ),
        ] {
            assert_eq!(slept(&headers), [wait], "{headers:?}");
        }
    }

    #[test]
    fn a_server_may_say_it_in_words_of_its_own() {
        fn reading(response: &Response) -> Option<Meaning> {
            let wait = Some(Duration::from_secs(5));
            (response.error_message() == "too fast").then_some(Meaning { status: 429, wait })
        }
        for status in [200, 403] {
            let server = Server::script(vec![json(status, r#"{"error":"too fast"}"#), json(200, "{}")]);
            let bench = plain();
            let request = crate::http::tests::post().accept_status(403).read_by(reading);
            run(bench.http.send(&keystone(&server.url), &request, None)).unwrap();
            assert_eq!((server.seen().len(), bench.clock.slept()), (2, vec![Duration::from_secs(5)]), "{status}");
        }
        let server = Server::script(vec![json(403, r#"{"error":"never"}"#)]);
        let request = get().read_by(reading);
        let error = run(plain().http.send(&keystone(&server.url), &request, None)).unwrap_err();
        assert_eq!((error.status(), server.seen().len()), (Some(403), 1));
    }
}
