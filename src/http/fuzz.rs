//! What has to hold for any answer of a server, and for any name in an address.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use crate::base::address::is_telling;
use crate::base::redact::{MASK, register};
use crate::base::text::safe;

use super::linked::target;
use super::page::{Paging, Walk};
use super::retry::{Attempt, decide, retry_after};
use super::show::{self, Place};
use super::{
    Cursor, Endpoint, Error, FiwareOffset, KeystoneMarker, Linked, Method, NumberedPages, NumberedStyle, Request,
    Response, StatusError, limit, message,
};

const URL: &str = "http://h:5000/prefix";

/// An answer with these headers, a line each.
pub(crate) fn response(status: u16, headers: &str, body: &[u8]) -> Response {
    let header = |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    let place = Place { backend: "keystone", method: Method::Get, url: URL.to_owned() };
    Response::new(status, headers.lines().filter_map(header).collect(), body.to_owned(), place)
}

fn is_clean(text: &str) -> bool {
    safe(text) == text
}

/// No wait is longer than what is left of the time, none is negative, and what is shown of a header is safe and tells
/// nothing.
pub(crate) fn headers(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let now = Timestamp::UNIX_EPOCH;
    if let Some(wait) = retry_after(&text, now) {
        let digits = text.trim();
        if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            assert!(digits.parse() == Ok(wait.as_secs()) || wait == Duration::from_secs(u64::from(u32::MAX)));
        } else {
            assert!(Timestamp::MAX.duration_since(now).unsigned_abs() >= wait, "{wait:?}");
        }
    }
    let answer = response(429, &text, b"");
    for status in [429, 503] {
        waits(&answer, status, now);
    }
    for (name, value) in &answer.headers {
        let shown = show::header(name, value);
        assert!(is_clean(&shown) && (!is_telling(name) || shown == MASK), "{name}: {shown:?}");
    }
    assert!(answer.request_id.as_deref().is_none_or(|id| is_clean(id) && id.chars().count() <= 101));
    if let Some(address) = target(&text, "next") {
        assert!(text.contains(address) && !address.contains('>'), "{address:?}");
    }
}

fn waits(answer: &Response, status: u16, now: Timestamp) {
    let retry_after = limit::wait(answer, status, now);
    let error = Error::Status(Box::new(StatusError {
        backend: "keystone",
        method: "GET",
        url: URL.to_owned(),
        status,
        answered: status,
        message: String::new(),
        body: String::new(),
        request_id: None,
        attempts: 1,
        retry_after,
    }));
    let left = Duration::from_mins(5);
    for chance in [0.0, 0.999] {
        let wait = decide(&Attempt { error: &error, repeatable: true, made: 1, sent: 1, allowed: 4, left, chance });
        match (retry_after, wait) {
            (Some(asked), Some(wait)) => assert!(wait >= asked && wait <= left, "{wait:?}"),
            (Some(asked), None) => assert!(asked > left, "{asked:?}"),
            (None, wait) => assert!(wait.is_some_and(|wait| wait <= Duration::from_millis(500)), "{wait:?}"),
        }
    }
}

/// A page a line: what one header says, a tab, and the body. No list goes round in circles, none shows a row twice, and none
/// leads to another place.
pub(crate) fn pages(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    walk(&text, KeystoneMarker::new("users"), false);
    walk(&text, KeystoneMarker::whole("users"), false);
    walk(&text, FiwareOffset::bare(), false);
    walk(&text, FiwareOffset::within("data"), false);
    for first in [0, 1] {
        let style = NumberedStyle {
            rows: "content",
            id: "uuid",
            first,
            pages: "/page/totalPages",
            total: "/page/totalElements",
        };
        walk(&text, NumberedPages::new(style, 10), true);
    }
    walk(&text, Linked, true);
    walk(&text, Cursor::new("members", "/response_metadata/next_cursor", "cursor"), true);
    walk(&text, Cursor::new("permissions", "/nextPageToken", "pageToken"), true);
}

fn walk(text: &str, paging: impl Paging, moves_on: bool) {
    let Ok(endpoint) = Endpoint::parse("orion", URL) else { unreachable!("{URL} is an address") };
    let mut walk = Walk::new(paging, Request::new(Method::Get).path("list").query("own", "1"));
    let (mut rows, mut asked) = (HashSet::new(), HashSet::new());
    for page in text.split('\n') {
        let Some(request) = walk.next.take() else { return };
        let address = endpoint.address(&request);
        let stays = |url: &url::Url| url.as_str().starts_with("http://h:5000/prefix/list?own=1");
        assert!(address.as_ref().is_ok_and(stays), "{address:?}");
        assert!(asked.insert(request.query.clone()) || !moves_on, "{:?}", request.query);
        let (header, body) = page.split_once('\t').unwrap_or(("", page));
        let headers = format!("link: {header}\nfiware-total-count: {header}");
        match walk.take(&endpoint, &request, &response(200, &headers, body.as_bytes())) {
            Ok(fresh) => {
                for row in fresh {
                    let identity = walk.paging.identity(&row);
                    assert!(rows.insert(identity), "{row} came twice");
                }
            }
            Err(error) => {
                assert!(walk.next.is_none() && is_clean(&error.to_string()), "{error}");
                return;
            }
        }
    }
}

/// Where a `~` stands there is a secret, and it is not shown; neither is anything that acts on a terminal, or very much.
pub(crate) fn errors(bytes: &[u8]) {
    // Begins with no letter that an escape could end with: of `\x1c` and the rest of a secret the whole one would come.
    const SECRET: &str = "Z-canary-of-an-error";
    register(SECRET);
    let text = String::from_utf8_lossy(bytes).replace('~', SECRET);
    let shown = |text: &str, most: usize| {
        assert!(is_clean(text) && text.chars().count() <= most && !text.contains(SECRET), "{text:?}");
    };
    shown(&message::find(bytes), 501);
    shown(&message::find(text.as_bytes()), 501);
    let answer = response(500, "", text.as_bytes());
    let decoded = answer.decode::<Vec<u8>>(Some("a"));
    for error in [answer.json().err(), decoded.err(), Some(answer.malformed(&text))].into_iter().flatten() {
        shown(&error.to_string(), 500);
    }
}

/// A name arrives as one segment and unchanged, or is refused; an address that was taken is taken again.
pub(crate) fn paths(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(endpoint) = Endpoint::parse("keystone", URL) else { unreachable!("{URL} is an address") };
    for name in text.split('\n') {
        let request = Request::new(Method::Get).path("v3").segment(name).path("x").query(name, name);
        let address = match endpoint.address(&request) {
            Ok(address) => address,
            Err(error) => {
                assert!(matches!(name, "" | "." | "..") || name.contains('\0'), "{name:?} was refused");
                assert!(is_clean(&error.to_string()), "{error}");
                continue;
            }
        };
        let segments: Vec<&str> = address.path_segments().into_iter().flatten().collect();
        let ["prefix", "v3", sent, "x"] = segments.as_slice() else { unreachable!("{name:?} became {address}") };
        assert!(percent_decode_str(sent).decode_utf8().is_ok_and(|back| back == name), "{name:?} became {sent}");
        assert!(!sent.contains(['/', '?', '#', '\\', '&', ';', ' ']) && sent.is_ascii(), "{sent}");
        assert!(address.query_pairs().eq([(name.into(), name.into())]), "{name:?} became {address}");
        assert!(address.as_str().starts_with(URL) && address.fragment().is_none(), "{address}");
    }
    for backend in ["keystone", "paas"] {
        match Endpoint::parse(backend, &text) {
            Ok(endpoint) => {
                let again = Endpoint::parse(backend, endpoint.url.as_str());
                assert!(again.is_ok_and(|again| again.origin() == endpoint.origin()), "{}", endpoint.url);
                assert!(endpoint.url.username().is_empty() && endpoint.url.password().is_none());
                assert!(is_clean(&show::url(&endpoint.url)));
            }
            Err(error) => assert!(is_clean(&error.to_string()), "{error}"),
        }
    }
}
