use std::cell::RefCell;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::revoke;
use super::super::testing::{Bench, bench, granted, run};
use super::*;

/// Keeps in memory, and writes down what was done in which order.
#[derive(Default)]
struct Memory {
    refresh: RefCell<Option<Secret>>,
    access: RefCell<Option<Access>>,
    log: RefCell<Vec<String>>,
    /// What another process leaves while we wait for the lock.
    meanwhile: RefCell<Option<Access>>,
}

impl Memory {
    fn note(&self, text: &str) {
        self.log.borrow_mut().push(text.to_owned());
    }
}

impl TokenStore for Memory {
    fn refresh_token(&self) -> Result<Option<Secret>, Error> {
        self.note("read");
        Ok(self.refresh.borrow().clone())
    }
    fn keep_refresh_token(&self, token: &Secret) -> Result<(), Error> {
        self.note("keep refresh");
        self.refresh.replace(Some(token.clone()));
        Ok(())
    }
    fn forget_refresh_token(&self, over: &Secret) -> Result<(), Error> {
        self.note("forget refresh");
        self.refresh.replace_with(|kept| kept.clone().filter(|kept| kept != over));
        Ok(())
    }
    fn warn(&self, text: &str) {
        panic!("{text}");
    }
    fn access(&self) -> Option<Access> {
        self.access.borrow().clone()
    }
    fn keep_access(&self, access: &Access) {
        self.note("keep access");
        self.access.replace(Some(access.clone()));
    }
    fn forget_access(&self, _: Option<&Secret>) {
        self.access.replace(None);
    }
    fn lock(&self) -> LocalFuture<'_, Result<Box<dyn Any>, Error>> {
        Box::pin(async {
            self.note("lock");
            if let Some(access) = self.meanwhile.take() {
                self.access.replace(Some(access));
            }
            Ok(Box::new(()) as Box<dyn Any>)
        })
    }
    fn hint(&self) -> String {
        "log in again".to_owned()
    }
}

fn metadata(bench: &Bench) -> Value {
    json!({"issuer": bench.url, "token_endpoint": format!("{}/token", bench.url)})
}

fn refresher(bench: &Bench, refresh: Option<&str>) -> (Refresher, Rc<Memory>) {
    let store = Rc::new(Memory::default());
    store.refresh.replace(refresh.map(Secret::new));
    let (http, clock) = (bench.http.clone(), bench.clock.clone());
    let (client, log) = (bench.client.clone(), store.clone());
    let client = Box::new(move || {
        log.note("who");
        Ok(client.clone())
    });
    let refresher = Refresher::new(http, bench.url.clone(), client, store.clone(), clock);
    (refresher, store)
}

fn access(refresher: &Refresher, refused: Option<&str>) -> Result<String, Error> {
    run(refresher.access(refused.map(Secret::new))).map(|access| access.unwrap().value.expose().to_owned())
}

#[test]
fn a_rotated_token_is_kept_before_the_access_token_is_used() {
    let bench = bench(&[]);
    bench.answer(200, &metadata(&bench));
    bench.answer(200, &granted("canary-a1", Some("canary-r2")));
    let (refresher, store) = refresher(&bench, Some("canary-r1"));
    assert_eq!(access(&refresher, None).unwrap(), "canary-a1");
    assert_eq!(*store.log.borrow(), ["lock", "read", "who", "keep refresh", "keep access"]);
    let token = bench.asked().pop().unwrap();
    assert_eq!((token.field("grant_type"), token.field("refresh_token")), (Some("refresh_token"), Some("canary-r1")));

    // What is kept serves; two minutes before its end it is replaced, with the new refresh token.
    assert_eq!(access(&refresher, None).unwrap(), "canary-a1");
    bench.clock.advance(Duration::from_mins(58));
    bench.answer(200, &granted("canary-a2", None));
    assert_eq!(access(&refresher, None).unwrap(), "canary-a2");
    let token = bench.asked().pop().unwrap();
    assert_eq!(token.field("refresh_token"), Some("canary-r2"));
    assert_eq!(store.refresh.borrow().as_ref().unwrap().expose(), "canary-r2", "one that is not replaced stays");
    assert_eq!(bench.asked().iter().filter(|asked| asked.line.starts_with("GET")).count(), 1, "metadata once");
}

#[test]
fn a_refused_token_is_replaced_although_it_looks_good() {
    let bench = bench(&[]);
    bench.answer(200, &metadata(&bench));
    bench.answer(200, &granted("canary-b1", None));
    bench.answer(200, &granted("canary-b2", None));
    let (refresher, _) = refresher(&bench, Some("canary-r"));
    assert_eq!(access(&refresher, None).unwrap(), "canary-b1");
    assert_eq!(access(&refresher, Some("canary-b1")).unwrap(), "canary-b2");
}

#[test]
fn what_another_process_got_while_we_waited_is_taken() {
    let bench = bench(&[]);
    let (refresher, store) = refresher(&bench, Some("canary-r"));
    let now = bench.clock.now();
    let theirs = Access {
        value: Secret::new("canary-theirs"),
        issued_at: now,
        expires_at: now + jiff::SignedDuration::from_hours(1),
    };
    store.meanwhile.replace(Some(theirs));
    assert_eq!(access(&refresher, None).unwrap(), "canary-theirs");
    assert!(bench.asked().is_empty(), "their refresh token is not burnt");
    assert_eq!(*store.log.borrow(), ["lock"], "nor was anything secret asked for");
}

#[test]
fn the_end_of_a_login_is_told_and_forgotten() {
    for (status, body) in [
        (400, json!({"error": "invalid_grant", "error_description": "canary-r is revoked"})),
        (401, json!({"error": "invalid_token"})),
    ] {
        let bench = bench(&[]);
        bench.answer(200, &metadata(&bench));
        bench.answer(status, &body);
        let (refresher, store) = refresher(&bench, Some("canary-r"));
        let error = access(&refresher, None).unwrap_err();
        let Error::Login { message, hint } = error else { panic!("{body}: {error}") };
        assert!(message.contains("is over") && !message.contains("canary"), "{message}");
        assert_eq!((hint.as_str(), store.refresh.borrow().clone()), ("log in again", None));
    }
}

#[test]
fn a_wrong_client_and_a_lost_answer_keep_the_login() {
    let refusals =
        [(401, r#"{"error":"invalid_client"}"#), (401, r#"{"message":"go away"}"#), (503, "busy"), (400, "{}")];
    for (status, body) in refusals {
        let bench = bench(&[]);
        bench.answer(200, &metadata(&bench));
        bench.answer_text(status, body);
        let (refresher, store) = refresher(&bench, Some("canary-r"));
        access(&refresher, None).unwrap_err();
        assert!(store.refresh.borrow().is_some(), "{status} {body}");
        assert_eq!(bench.asked().len(), 2, "the refresh token is sent once: {status} {body}");
    }
}

#[test]
fn without_a_login_nothing_is_asked() {
    let bench = bench(&[]);
    let (refresher, _) = refresher(&bench, None);
    assert!(access(&refresher, None).unwrap_err().to_string().starts_with("there is no login at http://127.0.0.1"));
    assert!(bench.asked().is_empty());
}

#[test]
fn revoking_sends_the_token_and_its_kind_once() {
    let bench = bench(&[]);
    bench.answer_text(200, "");
    assert!(run(revoke(bench.at(), &Secret::new("canary-gone"))).unwrap());
    let asked = bench.asked().pop().unwrap();
    assert_eq!(asked.line, "POST /revoke/", "a slash at the end may matter");
    assert_eq!((asked.field("token"), asked.field("token_type_hint")), (Some("canary-gone"), Some("refresh_token")));
    bench.answer(400, &json!({"error": "unsupported_token_type"}));
    let error = run(revoke(bench.at(), &Secret::new("canary-gone"))).unwrap_err().to_string();
    assert!(error.contains("unsupported_token_type"), "{error}");
    let mut without = bench.issuer.clone();
    without.revocation = None;
    assert!(!run(revoke(At { issuer: &without, ..bench.at() }, &Secret::new("canary-gone"))).unwrap());
}
