//! Logging in to Keystone: identity and scope in, a token out; renewed when it runs out or is refused.
//!
//! Where the password comes from and where a token is kept between runs is not known here: [`PasswordSource`] and
//! [`TokenStore`] are handed in.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use crate::base::clock::LocalFuture;
use crate::base::failures::Failures;
use crate::base::{Clock, Secret};
use crate::http::{Authorize, Credential, Endpoint, Error, Http, Method, Outcome, Request, Response};

use super::check_absence;
pub(crate) use super::scope::Scope;
use super::scope::domain_ref;

/// A token is replaced this long before it expires, so that it does not run out on the way. One that lives for less
/// than two minutes is used for half of its life, since otherwise every request would want a new one.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// The header that carries a token.
const TOKEN_HEADER: &str = "X-Auth-Token";

/// Who logs in.
#[derive(Clone, Debug)]
pub(crate) enum Identity {
    /// By name and password.
    Password { user: String, domain: String },
    /// A token that somebody else obtained. It cannot be renewed.
    Token(Secret),
}

/// A token and what the server said about it.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) value: Secret,
    pub(crate) expires_at: Timestamp,
    /// The member `token` of the answer, without its catalogue.
    pub(crate) about: Map<String, Value>,
}

impl Token {
    /// The names of the roles it carries.
    pub(crate) fn roles(&self) -> Vec<&str> {
        let roles = self.about.get("roles").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        roles.iter().filter_map(|role| role.get("name").and_then(Value::as_str)).collect()
    }

    /// A text inside of what the server said about it; empty when it is not there.
    pub(crate) fn text(&self, key: &str, pointer: &str) -> &str {
        self.about.get(key).map_or("", |value| super::names::text(value, pointer))
    }

    /// How long it lives. Both moments are of the server's clock, so it does not matter what ours says.
    fn life(&self) -> Option<SignedDuration> {
        let issued_at: Timestamp = self.about.get("issued_at")?.as_str()?.parse().ok()?;
        Some(self.expires_at.duration_since(issued_at)).filter(SignedDuration::is_positive)
    }

    /// Until when it is used, by our own clock. Of one that was not `received` by this run only the end is known, and
    /// that by the server's clock.
    fn good_until(&self, received: Option<Timestamp>) -> Timestamp {
        if self.expires_at == Timestamp::MAX {
            return Timestamp::MAX;
        }
        let life = self.life();
        let end = match (received, life) {
            (Some(received), Some(life)) => received.checked_add(life).unwrap_or(Timestamp::MAX),
            _ => self.expires_at,
        };
        let margin = life.map_or(MARGIN, |life| MARGIN.min(life / 2));
        end.checked_sub(margin).unwrap_or(Timestamp::MIN)
    }
}

/// Knows the password, or asks for it.
pub(crate) trait PasswordSource {
    fn password(&self) -> LocalFuture<'_, Result<Secret, Error>>;
}

/// Keeps tokens between runs. Best effort: whatever fails there is as if nothing had been kept.
pub(crate) trait TokenStore {
    fn load(&self) -> Option<Token>;
    fn store(&self, token: &Token);
    /// Drops what is kept; with a value, only if it is still that one: another process may have renewed it.
    fn forget(&self, refused: Option<&Secret>);
}

/// One identity at one Keystone with one scope.
pub(crate) struct Login {
    http: Rc<Http>,
    endpoint: Endpoint,
    identity: Identity,
    scope: Scope,
    password: Box<dyn PasswordSource>,
    store: Box<dyn TokenStore>,
    clock: Rc<dyn Clock>,
    /// Held across a login, so that of many requests only one logs in.
    renewing: Mutex<()>,
    /// Logins that were in vain.
    failures: Failures<Error>,
    present: RefCell<Option<(Token, u64)>>,
    /// When the token in use is replaced, by our own clock.
    until: Cell<Timestamp>,
    /// The last refused login. Trying the same password again can only lock the account.
    refusal: RefCell<Option<Error>>,
    /// The token in use was issued to this run, so what it says is as fresh as any answer.
    issued_now: Cell<bool>,
}

impl Login {
    pub(crate) fn new(
        http: Rc<Http>,
        endpoint: Endpoint,
        identity: Identity,
        scope: Scope,
        password: Box<dyn PasswordSource>,
        store: Box<dyn TokenStore>,
        clock: Rc<dyn Clock>,
    ) -> Self {
        let (renewing, present, refusal) = (Mutex::new(()), RefCell::new(None), RefCell::new(None));
        let (issued_now, failures, until) = (Cell::new(false), Failures::default(), Cell::new(Timestamp::MIN));
        Self {
            http,
            endpoint,
            identity,
            scope,
            password,
            store,
            clock,
            renewing,
            failures,
            present,
            until,
            refusal,
            issued_now,
        }
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The token in use; logs in if there is none that is good for another minute.
    pub(crate) async fn token(&self) -> Result<Token, Error> {
        Ok(self.obtain().await?.0)
    }

    /// The id of a role that the token carries, if the server has said so to this very run: what was kept may be old.
    pub(crate) async fn fresh_role(&self, name: &str) -> Result<Option<String>, Error> {
        let token = self.token().await?;
        let roles = token.about.get("roles").and_then(Value::as_array).filter(|_| self.issued_now.get());
        let text = |role: &Value, key: &str| role.get(key).and_then(Value::as_str).map(str::to_owned);
        let found = roles.and_then(|roles| roles.iter().find(|role| text(role, "name").as_deref() == Some(name)));
        Ok(found.and_then(|role| text(role, "id")))
    }

    /// What is known of the token in use, without any request.
    pub(crate) fn known(&self) -> Option<Token> {
        self.present.borrow().as_ref().map(|(token, _)| token.clone())
    }

    /// The token kept from an earlier run, if it is still good.
    pub(crate) fn cached(&self) -> Option<Token> {
        self.store.load().filter(|token| self.clock.now() < token.good_until(None))
    }

    /// Asks the server about the token in use: `GET /v3/auth/tokens`. `None`: it is not valid any more.
    pub(crate) async fn validate(&self, token: &Secret) -> Result<Option<Token>, Error> {
        let request = Request::new(Method::Get)
            .path("v3/auth/tokens")
            .query("nocatalog", "true")
            .hidden_header(TOKEN_HEADER, token.clone())
            .hidden_header("X-Subject-Token", token.clone())
            .accept_status(401)
            .accept_status(404);
        let response = self.http.send(&self.endpoint, &request, None).await?;
        check_word(&response)?;
        if response.status >= 400 {
            return Ok(None);
        }
        Ok(Some(read_token(token.clone(), response.decode(Some("token"))?)))
    }

    /// The token in use with what the server says about it now: names may have changed since it was issued, and it may have
    /// been revoked. One that is not `good` any more is replaced, where the password can do that.
    pub(crate) async fn confirmed(&self, good: impl Fn(&Token) -> bool) -> Result<Token, Error> {
        let kept = self.known().or_else(|| self.cached());
        let token = self.token().await?;
        let is_new = kept.is_none_or(|kept| kept.value != token.value);
        if is_new && !matches!(self.identity, Identity::Token(_)) {
            return Ok(token);
        }
        match (self.validate(&token.value).await?, &self.identity) {
            (Some(now), Identity::Token(_)) => Ok(now),
            (None, Identity::Token(_)) => Err(refused("the token that was given is not accepted", self)),
            (Some(now), Identity::Password { .. }) if good(&now) => Ok(now),
            (_, Identity::Password { .. }) => self.log_in_anew().await,
        }
    }

    /// Proves the password whatever is kept, and uses the new token from here on.
    pub(crate) async fn log_in_anew(&self) -> Result<Token, Error> {
        let _one_at_a_time = self.renewing.lock().await;
        let token = self.log_in().await?;
        Ok(self.keep(token).0)
    }

    /// Revokes a token that is not in use any more. Best effort: it ends by itself.
    pub(crate) async fn give_back(&self, old: &Secret) {
        let _ = self.http.send(&self.endpoint, &revocation(old), None).await;
    }

    /// Revokes the token on the server and forgets it here, in this order; forgets it also when revoking fails.
    pub(crate) async fn revoke(&self, token: &Secret) -> Result<(), Error> {
        let answer = self.http.send(&self.endpoint, &revocation(token), None).await;
        self.store.forget(None);
        self.present.replace(None);
        check_word(&answer?)
    }

    fn fresh(&self) -> Option<(Token, u64)> {
        self.present.borrow().clone().filter(|_| self.clock.now() < self.until.get())
    }

    fn generation(&self) -> u64 {
        self.present.borrow().as_ref().map_or(0, |(_, generation)| *generation)
    }

    fn keep(&self, token: Token) -> (Token, u64) {
        let generation = self.generation() + 1;
        let received = self.issued_now.get().then(|| self.clock.now());
        self.until.set(token.good_until(received));
        self.present.replace(Some((token.clone(), generation)));
        (token, generation)
    }

    async fn obtain(&self) -> Result<(Token, u64), Error> {
        if let Some(present) = self.fresh() {
            return Ok(present);
        }
        let waiting = self.failures.waiting();
        let _one_at_a_time = self.renewing.lock().await;
        if let Some(present) = self.fresh() {
            return Ok(present);
        }
        self.failures.since(waiting)?;
        if let Identity::Token(value) = &self.identity {
            // Its expiry is not ours to know without asking; the server will say so when it is over.
            let token = Token { value: value.clone(), expires_at: Timestamp::MAX, about: Map::new() };
            return Ok(self.keep(token));
        }
        if let Some(token) = self.cached() {
            self.issued_now.set(false);
            return Ok(self.keep(token));
        }
        let token = self.log_in().await?;
        Ok(self.keep(token))
    }

    async fn log_in(&self) -> Result<Token, Error> {
        self.failures.noted(self.log_in_once().await)
    }

    /// Proves the identity with the password. (Exchanging a token for another one would keep the old expiry.)
    async fn log_in_once(&self) -> Result<Token, Error> {
        if let Some(refusal) = self.refusal.borrow().clone() {
            return Err(refusal);
        }
        let Identity::Password { user, domain } = &self.identity else {
            return Err(refused("the token that was given is not accepted", self));
        };
        let password = self.password.password().await?;
        let request = login_request(&by_name(user, domain, &password), &self.scope);
        let sent = self.http.send(&self.endpoint, &request, None).await;
        let response = sent.map_err(|error| with_use(error, &self.scope))?;
        if response.status == 401 {
            let said = response.error_message();
            let said = if said.is_empty() { String::new() } else { format!(" (it says: {said})") };
            let error = refused(&format!("{} refuses the login of {user}@{domain}{said}", self.endpoint.url), self);
            self.refusal.replace(Some(error.clone()));
            return Err(error);
        }
        let Some(value) = response.header("x-subject-token").map(Secret::new) else {
            return Err(response.malformed("it carries no X-Subject-Token header"));
        };
        let token = read_token(value, response.decode(Some("token"))?);
        if token.expires_at < Timestamp::MAX {
            self.store.store(&token);
        }
        self.issued_now.set(true);
        Ok(token)
    }
}

impl Authorize for Login {
    fn credential(&self) -> LocalFuture<'_, Result<Credential, Error>> {
        Box::pin(async {
            let (token, generation) = self.obtain().await?;
            Ok(Credential { header: TOKEN_HEADER, value: token.value, generation })
        })
    }

    fn renew(&self, refused: u64) -> LocalFuture<'_, Result<bool, Error>> {
        Box::pin(async move {
            let waiting = self.failures.waiting();
            let _one_at_a_time = self.renewing.lock().await;
            if self.generation() != refused {
                return Ok(true);
            }
            self.failures.since(waiting)?;
            let stale = self.known().map(|token| token.value);
            self.store.forget(stale.as_ref());
            if matches!(self.identity, Identity::Token(_)) {
                return Ok(false);
            }
            // Another process may have renewed it meanwhile.
            let token = match self.cached() {
                Some(token) if stale.as_ref() != Some(&token.value) => {
                    self.issued_now.set(false);
                    token
                }
                _ => self.log_in().await?,
            };
            self.keep(token);
            Ok(true)
        })
    }

    fn origin(&self) -> url::Origin {
        self.endpoint.origin()
    }
}

/// A refused login. Keystone hides the reason on purpose, so all causes are listed and none is claimed.
fn refused(message: &str, login: &Login) -> Error {
    let scope = &login.scope;
    if let Scope::Trust { id } = scope {
        let hint = format!(
            "the password may be wrong or expired, the user unknown or disabled, or the trust gone, over or used up; \
             what the trustor sees: orchest trust show {id}"
        );
        return Error::Login { message: message.to_owned(), hint };
    }
    Error::Login {
        message: message.to_owned(),
        hint: format!(
            "the password may be wrong or expired, the user or its domain unknown or disabled, or it has no role at \
             this scope ({scope}); try --scope system|project|domain, or: orchest auth status"
        ),
    }
}

/// A gateway that has lost its way to Keystone says 404 too, which tells nothing of the token.
fn check_word(response: &Response) -> Result<(), Error> {
    if response.status == 404 { check_absence(response) } else { Ok(()) }
}

/// A login for a trust spends one of its uses, and with the last of them Keystone forgets all of the trust's tokens, so
/// a second one could end what the first one gave.
fn login_request(who: &Value, scope: &Scope) -> Request {
    let request = Request::new(Method::Post).path("v3/auth/tokens").json(login_body(who, scope)).accept_status(401);
    if matches!(scope, Scope::Trust { .. }) { request } else { request.repeatable() }
}

/// What a lost answer to a login for a trust may have cost.
fn with_use(mut error: Error, scope: &Scope) -> Error {
    let Scope::Trust { id } = scope else { return error };
    if error.outcome() != Outcome::MayHaveHappened {
        return error;
    }
    let spent = format!("one of the trust's uses may be spent; what the trustor sees: orchest trust show {id}");
    match &mut error {
        Error::MayHaveHappened { reason, .. } | Error::Malformed { reason, .. } => {
            *reason = format!("{reason}; {spent}");
        }
        Error::Status(status) if status.message.is_empty() => status.message = spent,
        Error::Status(status) => status.message = format!("{}; {spent}", status.message),
        _ => {}
    }
    error
}

fn revocation(token: &Secret) -> Request {
    Request::new(Method::Delete)
        .path("v3/auth/tokens")
        .hidden_header(TOKEN_HEADER, token.clone())
        .hidden_header("X-Subject-Token", token.clone())
        .accept_status(401)
        .accept_status(404)
}

fn read_token(value: Secret, mut about: Map<String, Value>) -> Token {
    about.remove("catalog");
    let expires_at = about.get("expires_at").and_then(Value::as_str).and_then(|text| text.parse().ok());
    // A token without an expiry is good for this run only: it is used until it is refused, and never kept.
    Token { value, expires_at: expires_at.unwrap_or(Timestamp::MAX), about }
}

/// A user by name, with the password.
pub(super) fn by_name(user: &str, domain: &str, password: &Secret) -> Value {
    json!({"name": user, "domain": domain_ref(domain), "password": password.expose()})
}

/// The body of a login by password.
pub(super) fn login_body(who: &Value, scope: &Scope) -> Value {
    let mut auth = json!({"identity": {"methods": ["password"], "password": {"user": who}}});
    if let Some(members) = auth.as_object_mut() {
        members.insert("scope".to_owned(), scope.body());
    }
    json!({ "auth": auth })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::future::join_all;

    use super::*;
    use crate::http::SystemClock;
    use crate::http::clock::TestClock;
    use crate::http::tests::server::{self, Reply, Server};
    use crate::http::tests::{keystone, plain, run};

    /// Nobody knows the password, and it takes a while to find that out.
    struct Vain(Rc<Cell<usize>>);

    impl PasswordSource for Vain {
        fn password(&self) -> LocalFuture<'_, Result<Secret, Error>> {
            self.0.set(self.0.get() + 1);
            Box::pin(async {
                tokio::task::yield_now().await;
                Err(Error::Setup("there is no password".to_owned()))
            })
        }
    }

    struct Nowhere;

    impl TokenStore for Nowhere {
        fn load(&self) -> Option<Token> {
            None
        }

        fn store(&self, _: &Token) {}

        fn forget(&self, _: Option<&Secret>) {}
    }

    struct Known;

    impl PasswordSource for Known {
        fn password(&self) -> LocalFuture<'_, Result<Secret, Error>> {
            Box::pin(async { Ok(Secret::new("pw-of-ann")) })
        }
    }

    /// ann's login there, and the clock that it goes by, which stands at the beginning of 2026.
    fn ann(server: &Server, scope: Scope) -> (Login, Rc<TestClock>) {
        let (bench, endpoint) = (plain(), keystone(&server.url));
        let identity = Identity::Password { user: "ann".to_owned(), domain: "city".to_owned() };
        let (password, store) = (Box::new(Known), Box::new(Nowhere));
        let http = Rc::new(bench.http);
        (Login::new(http, endpoint, identity, scope, password, store, bench.clock.clone()), bench.clock)
    }

    #[test]
    fn a_token_is_used_for_its_life_whatever_our_clock_says() {
        for (issued_at, expires_at, good) in [
            ("2025-06-01T00:00:00.000000Z", "2025-06-01T01:00:00.000000Z", 3_539),
            ("2027-06-01T00:00:00.000000Z", "2027-06-01T01:00:00.000000Z", 3_539),
            ("2026-01-01T00:00:00.000000Z", "2026-01-01T00:01:00.000000Z", 29),
            ("2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:10.000000Z", 4),
        ] {
            let body = json!({"token": {"issued_at": issued_at, "expires_at": expires_at}}).to_string();
            let answer = server::with(server::json(201, &body), "X-Subject-Token", "token-of-a-life");
            let server = Server::script(vec![answer]);
            let (login, clock) = ann(&server, Scope::System);
            run(async {
                for (later, logins) in [(0, 1), (good, 1), (1, 2)] {
                    clock.advance(Duration::from_secs(later));
                    login.token().await.unwrap();
                    assert_eq!(server.seen().len(), logins, "{issued_at} {later}");
                }
            });
        }
    }

    #[test]
    fn a_token_of_which_only_the_end_is_known_is_good_until_a_minute_before() {
        let about = |value: Value| value.as_object().cloned().unwrap_or_default();
        let end: Timestamp = "2026-01-01T01:00:00Z".parse().unwrap();
        let early: Timestamp = "2026-01-01T00:59:00Z".parse().unwrap();
        for (issued_at, received) in [
            (json!(null), Some(Timestamp::UNIX_EPOCH)),
            (json!("2026-01-01T02:00:00Z"), Some(Timestamp::UNIX_EPOCH)),
            (json!("2026-01-01T00:00:00Z"), None),
        ] {
            let token = read_token(
                Secret::new("token-with-an-end"),
                about(json!({"issued_at": issued_at, "expires_at": "2026-01-01T01:00:00Z"})),
            );
            assert_eq!((token.expires_at, token.good_until(received)), (end, early), "{issued_at}");
        }
    }

    #[test]
    fn a_login_that_may_have_spent_a_use_is_not_sent_again() {
        for lost in [server::json(503, "{}"), Reply::Raw(Vec::new())] {
            for (scope, sent, tells) in [(Scope::System, 4, false), (Scope::Trust { id: "t1".to_owned() }, 1, true)] {
                let server = Server::script(vec![lost.clone()]);
                let (login, _) = ann(&server, scope);
                let error = run(login.token()).unwrap_err();
                assert!(error.is_temporary(), "{error}");
                let told =
                    error.to_string().contains("uses may be spent; what the trustor sees: orchest trust show t1");
                assert_eq!((server.seen().len(), told), (sent, tells), "{error}");
            }
        }
    }

    #[test]
    fn the_404_of_a_gateway_tells_nothing_of_a_token() {
        let word = |message: &str| json!({"error": {"code": 404, "message": message}}).to_string();
        for (body, is_word) in [
            (word("Could not find token."), true),
            (word("Unable to validate token because domain d1 is disabled"), true),
            ("404 page not found".to_owned(), false),
            (json!({"detail": "Not Found"}).to_string(), false),
        ] {
            let server = Server::script(vec![server::json(404, &body)]);
            let (login, _) = ann(&server, Scope::System);
            let token = Secret::new("token-in-question");
            let (validated, revoked) = run(async { (login.validate(&token).await, login.revoke(&token).await) });
            assert_eq!((matches!(validated, Ok(None)), revoked.is_ok()), (is_word, is_word), "{body}");
        }
    }

    #[test]
    fn who_waits_for_a_login_that_fails_does_not_try_it_again() {
        let tried = Rc::new(Cell::new(0));
        let identity = Identity::Password { user: "ann".to_owned(), domain: "city".to_owned() };
        let (http, endpoint) = (Rc::new(plain().http), keystone("http://127.0.0.1:1"));
        let (password, clock) = (Box::new(Vain(tried.clone())), Rc::new(SystemClock::new()));
        let login = Login::new(http, endpoint, identity, Scope::System, password, Box::new(Nowhere), clock);
        let all = run(join_all((0..5).map(|_| login.token())));
        assert!(all.iter().all(Result::is_err) && tried.get() == 1, "{}", tried.get());
        let renewed = run(join_all((0..5).map(|_| login.renew(0))));
        assert!(renewed.iter().all(Result::is_err) && tried.get() == 2, "{}", tried.get());
    }

    #[test]
    fn a_token_without_expiry_is_used_until_it_is_refused() {
        let token = read_token(Secret::new("token-without-end"), Map::new());
        assert_eq!(token.expires_at, Timestamp::MAX);
    }
}
