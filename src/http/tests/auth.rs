//! Credentials: bound to an origin, renewed once.

use std::cell::Cell;

use super::server::{Server, json};
use super::{get, keystone, plain, post, run};
use crate::base::Secret;
use crate::base::clock::LocalFuture;
use crate::http::{Authorize, Credential, Endpoint, Error, StatusError};

/// A login that hands out `token-GENERATION` and can be renewed so many times.
struct Login {
    origin: url::Origin,
    generation: Cell<u64>,
    renewals: Cell<u32>,
    asked: Cell<u32>,
    /// A 401 that says this is not about the token.
    elsewhere: &'static str,
}

impl Login {
    fn at(endpoint: &Endpoint, renewals: u32) -> Self {
        let (generation, renewals, asked) = (Cell::new(1), Cell::new(renewals), Cell::new(0));
        Self { origin: endpoint.origin(), generation, renewals, asked, elsewhere: "the issuer is away" }
    }
}

impl Authorize for Login {
    fn credential(&self) -> LocalFuture<'_, Result<Credential, Error>> {
        let generation = self.generation.get();
        let value = Secret::new(format!("login-token-{generation}"));
        Box::pin(async move { Ok(Credential { header: "X-Auth-Token", value, generation }) })
    }

    fn renew(&self, refused: u64) -> LocalFuture<'_, Result<bool, Error>> {
        Box::pin(async move {
            self.asked.set(self.asked.get() + 1);
            if refused < self.generation.get() {
                return Ok(true);
            }
            if self.renewals.get() == 0 {
                return Ok(false);
            }
            self.renewals.set(self.renewals.get() - 1);
            self.generation.set(self.generation.get() + 1);
            Ok(true)
        })
    }

    fn may_be_mended(&self, refusal: &StatusError) -> bool {
        !refusal.message.contains(self.elsewhere)
    }

    fn origin(&self) -> url::Origin {
        self.origin.clone()
    }
}

#[test]
fn a_refused_token_is_renewed_once_and_the_request_sent_again() {
    let server = Server::new(|_, seen| match seen.header("x-auth-token") {
        Some("login-token-2") => json(201, "{}"),
        _ => json(401, r#"{"error":{"message":"The request you have made requires authentication."}}"#),
    });
    let (bench, endpoint) = (plain(), keystone(&server.url));
    let login = Login::at(&endpoint, 5);
    let answer = run(bench.http.send(&endpoint, &post(), Some(&login))).unwrap();
    assert_eq!((answer.status, login.asked.get(), server.seen().len()), (201, 1, 2));
    assert_eq!((bench.log.count("renewing"), bench.clock.slept().len()), (1, 0));
    assert!(!bench.log.lines().join("").contains("login-token"));
}

#[test]
fn a_token_that_stays_refused_is_the_end() {
    let server = Server::script(vec![json(401, "{}")]);
    let (bench, endpoint) = (plain(), keystone(&server.url));
    for (renewals, sent) in [(5, 2), (0, 1)] {
        let login = Login::at(&endpoint, renewals);
        let before = server.seen().len();
        let error = run(bench.http.send(&endpoint, &get(), Some(&login))).unwrap_err();
        assert_eq!((error.status(), login.asked.get(), server.seen().len() - before), (Some(401), 1, sent));
    }
}

#[test]
fn a_401_that_is_not_about_the_token_is_no_reason_for_another_one() {
    let server = Server::script(vec![json(401, r#"{"error":{"message":"the issuer is away"}}"#)]);
    let (bench, endpoint) = (plain(), keystone(&server.url));
    let login = Login::at(&endpoint, 5);
    let error = run(bench.http.send(&endpoint, &get(), Some(&login))).unwrap_err();
    assert_eq!((error.status(), login.asked.get(), server.seen().len()), (Some(401), 0, 1));
    assert_eq!(bench.log.count("renewing"), 0);
}

#[test]
fn without_a_credential_a_401_is_just_an_answer() {
    let server = Server::script(vec![json(401, "{}")]);
    let bench = plain();
    assert_eq!(run(bench.http.send(&keystone(&server.url), &get(), None)).unwrap_err().status(), Some(401));
    let accepted = run(bench.http.send(&keystone(&server.url), &get().accept_status(401), None)).unwrap();
    assert_eq!((accepted.status, server.seen().len(), bench.log.count("renewing")), (401, 2, 0));
}

#[test]
fn a_credential_never_goes_to_another_origin() {
    let server = Server::script(vec![json(200, "{}")]);
    let login = Login::at(&keystone(&server.url), 0);
    let bench = plain();
    for elsewhere in [
        server.url.replace("127.0.0.1", "localhost"),
        server.url.replace("http", "https"),
        format!("{}0", &server.url[..server.url.len() - 1]),
    ] {
        if elsewhere != server.url {
            let error = run(bench.http.send(&keystone(&elsewhere), &get(), Some(&login))).unwrap_err();
            assert!(matches!(error, Error::Unsendable(_)), "{error:?}");
        }
    }
    assert_eq!(server.connections(), 0);
}
