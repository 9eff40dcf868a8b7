//! Whatever servers answer, in whatever order: how often a request is sent, and how long is waited in between.

use std::time::Duration;

use proptest::prelude::*;

use super::server::{Reply, Server, json, with};
use super::{Bench, bench, keystone, run};
use crate::http::{Error, HttpSettings, Method, Outcome, Request};

/// What comes of being sent once.
#[derive(Clone, Copy, Debug)]
enum Answer {
    Good,
    /// Not carried out, and to be asked again, after so long if it says so.
    TooMany(Option<u64>),
    /// Carried out or not.
    Failing(u16, Option<u64>),
    /// The connection ends before, or in the middle of the answer.
    Cut(bool),
    Refused(u16),
}

impl Answer {
    fn reply(self) -> Reply {
        let asking = |reply: Reply, wait: Option<u64>| match wait {
            Some(wait) => with(reply, "Retry-After", &wait.to_string()),
            None => reply,
        };
        match self {
            Self::Good => json(200, "{}"),
            Self::TooMany(wait) => asking(json(429, "{}"), wait),
            Self::Failing(status, wait) => asking(json(status, "{}"), wait),
            Self::Cut(false) => Reply::Raw(Vec::new()),
            Self::Cut(true) => Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"cut".to_vec()),
            Self::Refused(status) => json(status, "{}"),
        }
    }

    fn wait(self) -> Option<u64> {
        match self {
            Self::TooMany(wait) | Self::Failing(_, wait) => wait,
            _ => None,
        }
    }

    /// Whether it may be sent again after this.
    fn may_come_again(self, repeatable: bool) -> bool {
        match self {
            Self::Good | Self::Refused(_) => false,
            Self::TooMany(_) => true,
            Self::Failing(..) | Self::Cut(_) => repeatable,
        }
    }
}

fn answers() -> impl Strategy<Value = Vec<Answer>> {
    let wait = || prop_oneof![3 => Just(None), 2 => (0_u64..40).prop_map(Some), 1 => (100_u64..400).prop_map(Some)];
    let failing = (prop_oneof![Just(500), Just(502), Just(503), Just(504)], wait());
    let one = prop_oneof![
        1 => Just(Answer::Good),
        3 => wait().prop_map(Answer::TooMany),
        5 => failing.prop_map(|(status, wait)| Answer::Failing(status, wait)),
        2 => any::<bool>().prop_map(Answer::Cut),
        1 => prop_oneof![Just(400), Just(403), Just(404), Just(409), Just(501)].prop_map(Answer::Refused),
    ];
    proptest::collection::vec(one, 1..8)
}

/// The longest that is waited before the next try but for what a server asks for: it doubles, up to half a minute.
fn step(retry: usize) -> Duration {
    let doubled = [500, 1_000, 2_000, 4_000, 8_000, 16_000].get(retry).copied().unwrap_or(30_000);
    Duration::from_millis(doubled)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_request_is_sent_more_often_or_sooner_than_it_may_be(
        answers in answers(),
        method in prop_oneof![Just(Method::Get), Just(Method::Put), Just(Method::Delete), Just(Method::Post)],
        tries in prop_oneof![4 => Just(4_u32), 1 => 1_u32..=9],
        budget in prop_oneof![3 => Just(300_u64), 1 => 0_u64..60],
        chance in 0.0..1.0_f64,
    ) {
        let server = Server::script(answers.iter().map(|answer| answer.reply()).collect());
        let budget = Duration::from_secs(budget);
        let Bench { mut http, clock, .. } = bench(HttpSettings { budget, tries, ..HttpSettings::default() });
        http.chance = Box::new(move || chance);
        let result = run(http.send(&keystone(&server.url), &Request::new(method).path("v3/users"), None));
        let (sent, slept) = (server.seen().len(), clock.slept());
        // Once, and once after each wait.
        prop_assert_eq!(sent, slept.len() + 1);
        prop_assert!(sent <= usize::try_from(tries).unwrap(), "{} times", sent);
        let got = |number: usize| answers[number.min(answers.len() - 1)];
        let repeatable = method != Method::Post;
        for (number, wait) in slept.iter().enumerate() {
            let answer = got(number);
            prop_assert!(answer.may_come_again(repeatable), "{:?} was followed by another try", answer);
            let asked = Duration::from_secs(answer.wait().unwrap_or(0));
            let own = step(number).mul_f64(chance);
            prop_assert!(own <= Duration::from_secs(30) && *wait == own.max(asked), "{:?} after {:?}", wait, answer);
        }
        // Nothing is waited for beyond the time that there is without progress.
        prop_assert!(slept.iter().sum::<Duration>() <= budget, "{:?}", slept);
        // It ends at an answer, or where nothing more was allowed.
        let last = got(sent - 1);
        match (&result, last) {
            (Ok(response), Answer::Good) => prop_assert_eq!(response.status, 200),
            (Err(error), Answer::Refused(status)) => prop_assert_eq!(error.status(), Some(status)),
            (Err(error), Answer::TooMany(_)) => prop_assert_eq!(error.outcome(), Outcome::NotSent, "{:?}", error),
            (Err(error), Answer::Failing(..) | Answer::Cut(_)) => {
                prop_assert_eq!(error.outcome(), Outcome::MayHaveHappened, "{:?}", error);
            }
            _ => prop_assert!(false, "{:?} after {:?}", result.map(|response| response.status), last),
        }
        if let Err(error) = &result && last.may_come_again(repeatable) {
            let spent = slept.iter().sum::<Duration>();
            let next = step(sent - 1).mul_f64(chance).max(Duration::from_secs(last.wait().unwrap_or(0)));
            let is_over = sent == usize::try_from(tries).unwrap() || spent + next > budget;
            prop_assert!(is_over, "given up too early: {:?}", error);
            prop_assert!(error.is_temporary() || matches!(error, Error::Status(_)));
        }
    }
}
