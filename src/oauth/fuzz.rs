//! What has to hold for whatever a browser brings, and for any answer of an issuer.

use std::sync::atomic::AtomicBool;

use tokio::sync::mpsc::unbounded_channel;
use url::Url;

use crate::base::redact::{clean, register};
use crate::base::text::safe;
use crate::http::Endpoint;
use crate::http::fuzz::response;

use super::callback::Callback;
use super::code::{self, only};
use super::loopback::{Call, Door, Heard, Judge, Start, Verdict};
use super::page::Page;
use super::{Dialect, Issuer, wire};

const STATE: &str = "state-of-this-login";
/// Begins with no letter that an escape could end with: of `\x1c` and the rest of a secret the whole one would come.
const SECRET: &str = "Z-canary-of-an-issuer";
const HOST: &str = "https://iam.example/";

/// Only what carries our mark ends a login, once; what a browser is told holds nothing of what it brought.
pub(crate) fn callback(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for behind_hash in [false, true] {
        let good = if behind_hash { "token" } else { "code" };
        let judge = code::judge(STATE, good);
        door(bytes, behind_hash, &judge);
        for query in text.lines() {
            let verdict = judge(query);
            let ours = only(query, "state").as_deref() == Some(STATE);
            let ends = [good, "error"].map(|name| only(query, name).is_some());
            assert_eq!(verdict == Verdict::Done, ours && ends == [true, false], "{query}");
            assert_eq!(verdict == Verdict::Denied, ours && ends == [false, true], "{query}");
        }
    }
    let Ok(here) = Url::parse("http://127.0.0.1:4711/callback") else { unreachable!("this is an address") };
    if let Ok(query) = code::pasted(&text, &here, &code::judge(STATE, "code")) {
        assert_eq!(only(&query, "state").as_deref(), Some(STATE));
    }
    if let Some(callback) = Callback::registered(&text) {
        assert!(callback.address() == text && callback.port > 0, "{text}");
        assert!(Url::parse(&text).is_ok_and(|url| matches!(url.host_str(), Some("localhost" | "127.0.0.1"))), "{text}");
    }
    let said = wire::said(&text, text.lines().next().unwrap_or_default());
    assert!(safe(&said) == said && said.chars().count() <= 603, "{said:?}");
}

/// A request as it comes over the wire.
fn door(bytes: &[u8], behind_hash: bool, judge: &Judge) {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = end.and_then(|end| bytes.split_at_checked(end)).unwrap_or((bytes, &[]));
    let body = body.get(4..).unwrap_or_default();
    let Some(call) = Call::read(head) else { return };
    let (tell, mut told) = unbounded_channel();
    let start = Start { path: "/start-x".to_owned(), to: "https://h/login".to_owned(), used: AtomicBool::new(false) };
    let callback = Callback::usual(Some(4711));
    let door =
        Door { callback, start: Some(start), behind_hash, judge: judge.clone(), tell, used: AtomicBool::new(false) };
    let (first, second) = (door.answer(&call, body), door.answer(&call, body));
    let pages = [
        Page::Done,
        Page::Denied,
        Page::NotOurs,
        Page::Used,
        Page::Foreign,
        Page::NotFound,
        Page::NotGet,
        Page::Bad,
        Page::TooLarge,
    ]
    .map(Page::response);
    for answer in [&first, &second] {
        let is_way = answer.starts_with("HTTP/1.1 302 Found\r\nLocation: https://h/login\r\n");
        let is_relay = behind_hash && answer.contains("<title>One moment</title>");
        assert!(is_way || is_relay || pages.contains(answer), "{answer}");
    }
    if call.host != Some("127.0.0.1:4711") {
        assert!(first == Page::Bad.response(), "{first}");
    }
    match told.try_recv() {
        Ok(Heard::Query(query)) => {
            assert!(judge(&query) != Verdict::Foreign, "{query}");
            assert!(call.origin.is_none_or(|origin| origin == "http://127.0.0.1:4711"));
            assert!(second == Page::Used.response(), "{second}");
        }
        Ok(Heard::Twice) => assert!(second == Page::Used.response(), "{second}"),
        Err(_) => {}
    }
    assert!(told.try_recv().is_err(), "a login ends once");
}

/// An issuer's end points are reached by https, its secrets are known before anything is said about them, and a refusal is one
/// in every dialect.
pub(crate) fn issuer(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for dialect in [Dialect::Standard, Dialect::Json, Dialect::GitHub, Dialect::Slack] {
        for given in [200, 400, 503] {
            let (status, body) = dialect.reading(given, bytes);
            assert!(status == given || status == 400, "{status}");
            let is_refusal = wire::register(&body);
            assert!(
                !is_refusal || given >= 400 || status >= 400 || matches!(dialect, Dialect::Standard | Dialect::Json)
            );
            if let Ok(serde_json::Value::Object(members)) = serde_json::from_slice(&body)
                && let Some(token) = members.get("access_token").and_then(serde_json::Value::as_str)
                && token.len() >= 4
                && !token.contains('*')
            {
                assert!(!clean(token).contains(token), "{token}");
            }
        }
    }
    register(SECRET);
    let Ok(endpoint) = Endpoint::parse("issuer", HOST) else { unreachable!("{HOST} is an address") };
    match Issuer::read(&endpoint, &response(200, "", text.replace('~', SECRET).as_bytes())) {
        Ok(issuer) => {
            let ends = [
                Some(&issuer.token),
                issuer.authorization.as_ref(),
                issuer.device.as_ref(),
                issuer.revocation.as_ref(),
            ];
            for end in ends.into_iter().flatten() {
                assert!(end.scheme() == "https" && end.username().is_empty() && end.password().is_none(), "{end}");
            }
        }
        Err(error) => {
            let told = error.to_string();
            assert!(safe(&told) == told && !told.contains(SECRET), "{told:?}");
        }
    }
}
