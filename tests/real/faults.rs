//! Networks and servers that fail in the middle of a creation. Either the same run gets over it or the next one does,
//! and nothing is ever there twice.

use std::collections::BTreeMap;

use orchester::sandbox::{Record, Request};

use crate::stage::{Stage, create};
use crate::support::keystone::Keystone;

/// Every POST that was not refused for certain has to be followed by a look at its name before it is sent again. The
/// record does not hold bodies, so the looks are counted: each repetition needs one.
fn posts_are_looked_after(record: &Record, clean: &Record) -> Result<(), String> {
    let count = |record: &Record, method: &str| -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for request in record.requests.iter().filter(|request| request.method == method && is_sure_to_count(request)) {
            let path = request.path.split('?').next().unwrap_or_default().to_owned();
            *counts.entry(path).or_default() += 1;
        }
        counts
    };
    let (posts, looks) = (count(record, "POST"), count(record, "GET"));
    let (clean_posts, clean_looks) = (count(clean, "POST"), count(clean, "GET"));
    for (path, posted) in posts {
        let repeated = posted.saturating_sub(clean_posts.get(&path).copied().unwrap_or(0));
        let looked =
            looks.get(&path).copied().unwrap_or(0).saturating_sub(clean_looks.get(&path).copied().unwrap_or(0));
        if looked < repeated {
            return Err(format!("{path}: {repeated} POSTs again, but {looked} looks"));
        }
    }
    Ok(())
}

/// A request that was refused unread may be repeated as it is.
fn is_sure_to_count(request: &Request) -> bool {
    request.status != Some(429) && !request.path.ends_with("/auth/tokens")
}

#[test]
fn a_creation_gets_over_one_failure_wherever_it_strikes() {
    let keystone = Keystone::start();
    let stage = Stage::warm(&keystone);
    let clean_record = stage.requests(&create("fault_clean"));
    // The first look, the domain, a role, a grant, and the write that finishes it.
    let last = clean_record.requests.len();
    let places = [1, 3, 10, last - 5, last];
    let clean = keystone.snapshot_of("fault_clean");
    let kinds = ["reset", "cut:after", "truncate", "status=500", "status=503:after", "status=429,retry-after=1"];
    for (round, kind) in kinds.into_iter().enumerate() {
        for (at, place) in places.into_iter().enumerate() {
            // A real server takes seconds for each; there every kind strikes somewhere, and every place is struck.
            if !crate::SERVER.is_fast() && (round + at) % 3 != 0 {
                continue;
            }
            let fault = match kind.split_once(':') {
                Some((action, side)) => format!("{action}@{place}:{side}"),
                None => format!("{kind}@{place}"),
            };
            let name = format!("fault{round}x{place}");
            let line = create(&name);
            let (output, record) = stage.run_with(&[&fault], &line);
            let struck: Vec<&Request> = record.requests.iter().filter(|request| !request.faults.is_empty()).collect();
            assert_eq!(struck.len(), 1, "{fault}\n{record:#?}");
            if let Err(reason) = posts_are_looked_after(&record, &clean_record) {
                panic!("{fault} at {}: {reason}\n{record:#?}", struck[0]);
            }
            assert!(matches!(output.code, Some(0 | 75)), "{fault} at {}\n{output}", struck[0]);
            if output.code == Some(75) {
                stage.requests(&line);
            }
            assert_eq!(keystone.snapshot_of(&name), clean, "{fault} at {}\n{output}", struck[0]);
        }
    }
}

#[test]
fn a_refusal_for_now_is_waited_out() {
    let keystone = Keystone::shared();
    let stage = Stage::warm(keystone);
    let (output, record) = stage.run_with(&["status=429,retry-after=2@3"], &create("patient"));
    output.success();
    let posts: Vec<&Request> =
        record.requests.iter().filter(|request| request.method == "POST" && request.path == "/v3/domains").collect();
    assert_eq!(posts.len(), 2, "{record:#?}");
    let waited = posts[1].started - posts[0].started;
    assert!(waited.as_millis() >= 2000, "waited only {waited:?}");
}

#[test]
fn a_lost_answer_is_looked_for_and_not_asked_for_again() {
    let keystone = Keystone::shared();
    let stage = Stage::warm(keystone);
    for (fault, name) in [("cut@3:after", "lost_cut"), ("truncate@3", "lost_half"), ("reset@3:after", "lost_reset")] {
        let (output, record) = stage.run_with(&[fault], &create(name));
        output.success();
        let about: Vec<String> = record
            .requests
            .iter()
            .filter(|request| request.path.starts_with("/v3/domains") && !request.path.contains("/users/"))
            .map(|request| format!("{} {}", request.method, request.path.split("s/").next().unwrap_or_default()))
            .collect();
        let look = format!("GET /v3/domains?name={name}");
        assert_eq!(about[..3], [look.clone(), "POST /v3/domains".to_owned(), look], "{fault}");
        let posts = about.iter().filter(|line| line.starts_with("POST")).count();
        assert_eq!(posts, 1, "{fault}\n{about:#?}");
    }
}
