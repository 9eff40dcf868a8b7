//! Logins that end in the middle of a run: it logs in again, and nothing is half made.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use orchester::sandbox::{Request, SandboxOptions, Signal};

use crate::demands::{delete, empty, full};
use crate::support::cli::Output;
use crate::support::whole::{Whole, assert_same};

/// Runs a command in which all tokens turn bad just before its request of this number arrives.
fn with_tokens_forgotten(whole: &Whole, at: usize, line: &[&str]) -> (Output, Vec<Request>) {
    let (tell, told) = mpsc::channel::<()>();
    let (done, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    whole.sandbox.on_signal(
        &(Arc::new(move |_| {
            tell.send(()).unwrap();
            wait.lock().unwrap().recv_timeout(Duration::from_secs(60)).unwrap();
        }) as Arc<dyn Fn(Signal) + Send + Sync>),
    );
    std::thread::scope(|scope| {
        let fault = format!("int@{at}:before");
        let run = scope.spawn(move || whole.with_faults(&[&fault], line));
        told.recv_timeout(Duration::from_secs(60)).unwrap();
        whole.sandbox.forget_tokens();
        done.send(()).unwrap();
        run.join().unwrap()
    })
}

#[test]
fn tokens_end_during_a_long_run() {
    for platform in [false, true] {
        let whole = empty(platform);
        whole.room.ok(&["auth", "whoami"]);
        let others = whole.lines();
        let (output, requests) = whole.watched(&full("clean0"));
        output.success();
        let creation = requests.len();
        let clean = whole.split("clean0").0;
        let (output, requests) = whole.watched(&delete("clean0"));
        output.success();
        let deletion = requests.len();
        let renewed = |requests: &[Request]| {
            let refused = requests.iter().any(|request| request.status == Some(401));
            refused && requests.iter().any(|request| request.path == "/v3/auth/tokens" && request.status == Some(201))
        };
        let mut renewals = 0;
        for at in (1..=creation).step_by(5) {
            let name = format!("long{at:03}x");
            let (output, requests) = with_tokens_forgotten(&whole, at, &full(&name));
            output.success();
            renewals += usize::from(renewed(&requests));
            assert_same(&whole.split(&name).0, &clean, &format!("created, tokens forgotten at {at}"));
            let at = 1 + at % deletion;
            let (output, requests) = with_tokens_forgotten(&whole, at, &delete(&name));
            output.success();
            renewals += usize::from(renewed(&requests));
            assert_same(&whole.lines(), &others, &format!("deleted, tokens forgotten at {at}"));
        }
        assert!(renewals > creation / 5, "{renewals} of {creation}, {deletion}");
    }
}

/// The servers' answers take longer together than any token lives.
#[test]
fn tokens_that_live_shorter_than_the_run() {
    for platform in [false, true] {
        let mut options = SandboxOptions::default();
        (options.platform, options.latency) = (platform, Duration::from_millis(300));
        options.token_lifetime = Duration::from_secs(1);
        let whole = Whole::of(options);
        whole.room.file(".orchester.toml", "[module.STH]\nnotify_url = 'http://sth:8666/notify'\n");
        let others = whole.lines();
        let (output, requests) = whole.watched(&full("brief"));
        output.success();
        let logins = requests.iter().filter(|request| request.path == "/v3/auth/tokens").count();
        assert!(logins > 2, "{logins}");
        let patient = empty(platform);
        patient.room.run(&full("brief")).success();
        assert_same(&whole.split("brief").0, &patient.split("brief").0, "as with tokens that live long");
        whole.room.run(&delete("brief")).success();
        assert_same(&whole.lines(), &others, "all");
    }
}
