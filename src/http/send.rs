//! The way of a request: credential, attempt, redirect, renewal, retry.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use url::Url;

use crate::base::Clock;

use super::client::Clients;
use super::exchange::Job;
use super::response::malformed;
use super::retry::{self, Attempt};
use super::show::Place;
use super::{Authorize, Credential, Endpoint, Error, Event, HttpSettings, Observer, Request, Response, StatusError};
use super::{limit, message, redirect};

/// Sends requests. One for a whole run; building it costs nothing, the first request builds the client.
pub(crate) struct Http {
    pub(super) settings: HttpSettings,
    pub(super) clock: Rc<dyn Clock>,
    pub(super) observer: Rc<dyn Observer>,
    pub(super) chance: Box<dyn Fn() -> f64>,
    clients: Rc<Clients>,
    permits: Semaphore,
    /// When a server last gave a usable answer, by the monotonic clock.
    progress: Cell<Duration>,
    /// How many of them there were.
    answers: Cell<u64>,
    /// Until when each server wants to be left alone, by the monotonic clock.
    resting: RefCell<HashMap<url::Origin, Duration>>,
}

impl Http {
    pub(crate) fn new(settings: HttpSettings, clock: Rc<dyn Clock>, observer: Rc<dyn Observer>) -> Self {
        let permits = Semaphore::new(settings.parallel.max(1));
        let chance = Box::new(retry::chance);
        let (progress, answers, resting) = (Cell::default(), Cell::default(), RefCell::default());
        Self { settings, clock, observer, chance, clients: Rc::default(), permits, progress, answers, resting }
    }

    /// One for another run with the same settings, told to another observer: it shares the connections.
    pub(crate) fn beside(&self, correlator: &str, observer: Rc<dyn Observer>) -> Self {
        let settings = HttpSettings { correlator: correlator.to_owned(), ..self.settings.clone() };
        Self { clients: self.clients.clone(), ..Self::new(settings, self.clock.clone(), observer) }
    }

    /// What it was made with.
    pub(crate) fn settings(&self) -> &HttpSettings {
        &self.settings
    }

    /// Sends a request and reads its answer. Statuses below 400 and those that the request accepts are answers; the
    /// rest are errors, after as many repetitions as the request can bear.
    pub(crate) async fn send(
        &self,
        endpoint: &Endpoint,
        request: &Request,
        authorize: Option<&dyn Authorize>,
    ) -> Result<Response, Error> {
        if authorize.is_some_and(|login| login.origin() != endpoint.origin()) {
            return Err(Error::Unsendable(format!("a credential of another server must not go to {}", endpoint.url)));
        }
        let address = endpoint.address(request)?;
        let started = self.clock.monotonic();
        let (mut attempt, mut failures, mut renewed) = (0, 0, false);
        let server = address.origin();
        loop {
            // Before the credential, which may run out meanwhile.
            self.let_rest(&server).await;
            // Before the permit: to get one may take requests of its own.
            let credential = match authorize {
                Some(login) => Some(login.credential().await?),
                None => None,
            };
            attempt += 1;
            let (left, answers) = (self.left(started), self.answers.get());
            let error = match self.attempt(endpoint, request, &address, credential.as_ref(), (attempt, left)).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            if let Error::Status(refusal) = &error
                && refusal.status == 401
                && !renewed
                && let (Some(login), Some(refused)) = (authorize, &credential)
                && login.may_be_mended(refusal)
            {
                renewed = true;
                self.observer.event(&Event::Renewing { backend: endpoint.backend });
                if login.renew(refused.generation).await? {
                    continue;
                }
                return Err(error);
            }
            // A limit that lets others through is no failure of the server: it comes to our turn.
            if error.status() != Some(429) || self.answers.get() == answers {
                failures += 1;
            }
            let left = self.left(started);
            let crashed = request.crash_is_final && error.status() == Some(500);
            let wait = retry::decide(&Attempt {
                error: &error,
                repeatable: request.repeatable && !crashed,
                made: failures,
                sent: attempt,
                allowed: self.settings.tries,
                left,
                chance: (self.chance)(),
            });
            let Some(wait) = wait else { return Err(error) };
            self.observer.event(&Event::Retrying {
                backend: endpoint.backend,
                method: request.method,
                reason: &short(&error),
                wait,
                tries_left: self.settings.tries.saturating_sub(failures),
            });
            match error.retry_after() {
                Some(_) => self.leave_alone(&server, wait),
                None => self.clock.sleep(wait).await,
            }
        }
    }

    /// From here on nobody asks that server for so long: it has said so to one of us and means all.
    fn leave_alone(&self, server: &url::Origin, long: Duration) {
        let until = self.clock.monotonic() + long;
        let mut resting = self.resting.borrow_mut();
        let known = resting.entry(server.clone()).or_default();
        *known = until.max(*known);
    }

    /// For how long the server still wants to be left alone.
    fn rest(&self, server: &url::Origin) -> Duration {
        let until = self.resting.borrow().get(server).copied().unwrap_or_default();
        until.saturating_sub(self.clock.monotonic())
    }

    /// Waits until the server may be asked again.
    async fn let_rest(&self, server: &url::Origin) {
        while let left = self.rest(server)
            && !left.is_zero()
        {
            self.clock.sleep(left).await;
        }
    }

    /// Waits for a place among those who ask at the same time. Meanwhile the server may want to be left alone.
    async fn turn(&self, server: &url::Origin) -> Option<SemaphorePermit<'_>> {
        loop {
            self.let_rest(server).await;
            // Never closed, so there is always a permit in the end; without one we would only be less polite.
            let permit = self.permits.acquire().await.ok();
            if self.rest(server).is_zero() {
                return permit;
            }
        }
    }

    /// How long this may go on, if it began then and no server gives a usable answer.
    fn left(&self, started: Duration) -> Duration {
        let since = started.max(self.progress.get());
        self.settings.budget.saturating_sub(self.clock.monotonic().saturating_sub(since))
    }

    /// Waits before a request that may not be repeated blindly is sent again, after the caller has looked; `false`: it
    /// was tried often enough, or the server wants to be left alone for longer than we go on.
    pub(crate) async fn pause(&self, made: u32, error: &Error) -> bool {
        let left = self.settings.budget;
        let (allowed, chance) = (self.settings.tries, (self.chance)());
        let attempt = Attempt { error, repeatable: true, made, sent: made, allowed, left, chance };
        match retry::decide(&attempt) {
            Some(wait) => {
                self.clock.sleep(wait).await;
                true
            }
            None => false,
        }
    }

    /// One attempt: the request, and where it is sent on to within the same origin.
    async fn attempt(
        &self,
        endpoint: &Endpoint,
        request: &Request,
        address: &Url,
        credential: Option<&Credential>,
        (attempt, left): (u32, Duration),
    ) -> Result<Response, Error> {
        let headers = self.headers(endpoint.backend, request, credential)?;
        if self.settings.insecure && self.clients.is_untouched() {
            let text = "certificates are not checked: anybody on the way can read and change what is sent";
            self.observer.event(&Event::Warning { text });
        }
        let client = self.clients.get(address, &self.settings)?;
        let _permit = self.turn(&address.origin()).await;
        let job = Job { backend: endpoint.backend, request, headers, attempt, left };
        let mut url = address.clone();
        for _ in 0..=redirect::MOST {
            let answer = self.exchange(client, &job, &url).await;
            // The connection goes back to the pool when its own task runs; let it, before the next request looks.
            tokio::task::yield_now().await;
            let response = answer?;
            let place = Place::new(endpoint.backend, request, &url);
            match redirect::target(response.status, response.header("location"), &url, &place)? {
                Some(next) => url = next,
                None => return self.judge(response, request, &place, attempt),
            }
        }
        Err(malformed(&Place::new(endpoint.backend, request, address), "it redirects in circles"))
    }

    fn judge(&self, response: Response, request: &Request, place: &Place, attempts: u32) -> Result<Response, Error> {
        let meaning = request.reading.and_then(|read| read(&response));
        let status = meaning.map_or(response.status, |meaning| meaning.status);
        if !matches!(status, 429 | 500 | 502 | 503 | 504) {
            self.progress.set(self.clock.monotonic());
            self.answers.set(self.answers.get() + 1);
        }
        if status < 400 || request.accepted.contains(&status) {
            // Where nothing of the answer is needed, nobody else would notice that it came from a gateway or a login page.
            if status < 300 {
                response.check_no_page()?;
            }
            return Ok(response);
        }
        // A moment that the server names is one of its own clock, which ours need not agree with.
        let now = response.date().unwrap_or_else(|| self.clock.now());
        let retry_after = limit::wait(&response, status, now).or_else(|| meaning.and_then(|meaning| meaning.wait));
        Err(Error::Status(Box::new(StatusError {
            backend: place.backend,
            method: place.method.as_str(),
            url: place.url.clone(),
            status,
            answered: response.status,
            message: message::find(&response.body),
            body: message::whole(&response.body),
            request_id: response.request_id,
            attempts,
            retry_after,
        })))
    }
}

fn short(error: &Error) -> String {
    match error {
        Error::NotSent { reason, .. } | Error::MayHaveHappened { reason, .. } => reason.clone(),
        Error::Status(error) => format!("status {}", error.answered),
        other => other.to_string(),
    }
}
