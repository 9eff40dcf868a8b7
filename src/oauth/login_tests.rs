use std::cell::Cell;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;

use super::*;
use crate::http::clock::TestClock;

/// Hands out numbered tokens, each good for an hour, slowly; and counts.
struct Mint {
    made: Rc<Cell<u32>>,
    clock: Rc<TestClock>,
    dry: Rc<Cell<bool>>,
}

impl Source for Mint {
    fn access(&self, _: Option<Secret>) -> LocalFuture<'_, Result<Option<Access>, Error>> {
        Box::pin(async {
            tokio::task::yield_now().await;
            if self.dry.get() {
                return Ok(None);
            }
            self.made.set(self.made.get() + 1);
            let now = self.clock.now();
            let value = Secret::new(format!("minted-{}", self.made.get()));
            Ok(Some(Access { value, issued_at: now, expires_at: now + SignedDuration::from_hours(1) }))
        })
    }
}

struct Bench {
    bearer: Bearer,
    made: Rc<Cell<u32>>,
    dry: Rc<Cell<bool>>,
    clock: Rc<TestClock>,
}

fn bench() -> Bench {
    let (clock, made, dry) = (Rc::new(TestClock::new()), Rc::<Cell<u32>>::default(), Rc::<Cell<bool>>::default());
    let mint = Mint { made: made.clone(), clock: clock.clone(), dry: dry.clone() };
    let origin = url::Url::parse("https://server.example/").unwrap().origin();
    Bench { bearer: Bearer::new(Box::new(mint), origin, clock.clone()), made, dry, clock }
}

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn one_token_serves_until_two_minutes_before_its_end() {
    let Bench { bearer, made, clock, .. } = bench();
    run(async {
        let first = bearer.credential().await.unwrap();
        assert_eq!((first.header, first.value.expose(), first.generation), ("Authorization", "Bearer minted-1", 1));
        clock.advance(Duration::from_secs(3479));
        assert_eq!(bearer.credential().await.unwrap().generation, 1);
        clock.advance(Duration::from_secs(1));
        assert_eq!(bearer.credential().await.unwrap().value.expose(), "Bearer minted-2");
    });
    assert_eq!(made.get(), 2);
}

#[test]
fn many_that_ask_or_are_refused_together_cost_one_token() {
    let Bench { bearer, made, .. } = bench();
    run(async {
        let (a, b, c) = tokio::join!(bearer.credential(), bearer.credential(), bearer.credential());
        assert!([a, b, c].into_iter().all(|one| one.unwrap().generation == 1));
        assert_eq!(made.get(), 1);
        let (a, b, c) = tokio::join!(bearer.renew(1), bearer.renew(1), bearer.renew(1));
        assert!(a.unwrap() && b.unwrap() && c.unwrap());
        assert_eq!(made.get(), 2);
        assert!(bearer.renew(1).await.unwrap(), "it was replaced already");
        assert_eq!(made.get(), 2);
    });
}

#[test]
fn a_source_without_another_token_lets_the_refusal_stand() {
    let Bench { bearer, dry, .. } = bench();
    run(async {
        bearer.credential().await.unwrap();
        dry.set(true);
        assert!(!bearer.renew(1).await.unwrap());
    });
}

fn jwt_until(seconds: i64) -> String {
    let part = |text: String| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.c2ln", part(r#"{"alg":"RS256"}"#.to_owned()), part(format!(r#"{{"exp":{seconds}}}"#)))
}

#[test]
fn a_given_token_is_refused_from_the_second_it_expires() {
    let clock = Rc::new(TestClock::new());
    let end = clock.now() + SignedDuration::from_secs(30);
    let given = Given::new(
        Secret::new(jwt_until(end.as_second())),
        "the variable X".to_owned(),
        "get another".to_owned(),
        clock.clone(),
    );
    assert_eq!(given.check().unwrap().expires_at, end);
    assert!(run(given.access(Some(Secret::new("it")))).unwrap().is_none(), "it cannot be renewed");
    clock.advance(Duration::from_secs(30));
    let error = given.check().unwrap_err();
    assert_eq!(error.to_string(), format!("the token of the variable X expired at {end}"));

    let opaque = Given::new(Secret::new("opaque-token"), "f".to_owned(), String::new(), clock);
    assert_eq!(opaque.check().unwrap().expires_at, Timestamp::MAX);
}
