//! Limits, words instead of statuses, and failures of a service.

use super::cells::{Limit, Wait};
use super::desk::{Desk, claims_nothing};
use super::service::Service;
use crate::support::cli::Output;

/// The seconds after which one is told to come back.
fn seconds(output: &Output) -> Option<u64> {
    let (_, rest) = output.stderr.split_once("run the same command again in ")?;
    rest.split(' ').next()?.parse().ok()
}

pub fn limited(service: &Service, limits: &[Limit]) {
    for limit in limits {
        let desk = Desk::new();
        desk.switch(limit.switches);
        let before = desk.sandbox.state();
        let line = if limit.writes { ["add", service.absent] } else { ["check", service.active] };
        // Some limits let a few pass.
        let mut outputs = (0..3).map(|_| desk.run(service, &line));
        let place = format!("{} {:?}", service.name, limit.switches);
        let output = outputs.find(|output| output.code != Some(0)).unwrap_or_else(|| panic!("{place}: no limit"));
        let output = output.code(75).says("run the same command again");
        claims_nothing(&output);
        assert_eq!(desk.sandbox.mails(service.backend).len(), 0, "{place}");
        if limit.writes {
            assert_eq!(desk.sandbox.state()["members"][service.name], before["members"][service.name], "{place}");
        }
        match (&limit.wait, seconds(&output)) {
            (Wait::Untold, None) => {}
            (Wait::Within(range), Some(told)) if range.contains(&told) => {}
            (wait, told) => panic!("{place}: {told:?} and not {wait:?}\n{output}"),
        }
    }
}

/// A failure with the status of success, and one word.
pub fn words(service: &Service, words: &[(&str, i32)]) {
    // The word is about the next request, whatever it is; SCIM is left out of it.
    let desk = Desk::new().with("ORCHEST_SLACK_MODE", "check-only");
    for (word, code) in words {
        for line in [&["check", service.active][..], &["list"]] {
            desk.switch(&[&format!("slack.error={word}")]);
            let output = desk.run(service, line).code(*code).says(word);
            claims_nothing(&output);
        }
    }
    assert_eq!(desk.state(service, service.active), "active", "each was about one request");
    unusable(service);
}

/// A service that fails by statuses says nothing of use in a 200 that is none of its own.
pub fn unusable(service: &Service) {
    for fault in ["body=html@1!", "body=truncated@1!"] {
        claims_nothing(&faulty(service, fault).code(1));
    }
}

pub fn fails(service: &Service) {
    for fault in ["status=500@1!", "status=502@1!", "status=503@1!", "status=504@1!", "cut@1!:after"] {
        claims_nothing(&faulty(service, fault).code(75).says("again"));
    }
}

fn faulty(service: &Service, fault: &str) -> Output {
    let desk = Desk::new();
    desk.sandbox.reset_count();
    desk.sandbox.set_faults(vec![fault.parse().unwrap()]);
    desk.run(service, &["check", service.active])
}
