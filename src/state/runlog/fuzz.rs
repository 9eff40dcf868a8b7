//! What has to hold for any run log.

use std::future::{pending, ready};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;

use crate::base::Clock;
use crate::base::clock::LocalFuture;
use crate::base::text::safe;
use crate::state::{Process, StateDir};

use super::event::{Event, Line};
use super::{Latency, Outcome, RunLog, Summary};

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> LocalFuture<'_, ()> {
        Box::pin(ready(()))
    }

    fn alarm(&self, _: Duration) -> LocalFuture<'_, ()> {
        Box::pin(pending())
    }
}

/// Every line counts once or is counted as damaged; one that is written again is short, harmless, and the same when it is read.
pub(crate) fn runs(bytes: &[u8]) {
    let process = Process { pid: 1, host: "here".to_owned(), born: None };
    let log = RunLog::new(&StateDir::at(PathBuf::from("/nowhere")), process, Rc::new(Still));
    let (mut lines, mut written) = (0, Vec::new());
    let history = log.read(
        bytes,
        |_| true,
        |line| {
            lines += 1;
            written.extend(rendered(line));
        },
    );
    glanced(&log, &written);
    let all = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    assert!(lines + history.skipped == all && history.runs.len() <= lines, "{history:?}");
    for run in &history.runs {
        assert_eq!(run.ended.is_some(), matches!(run.outcome, Outcome::Ended(_)), "{run:?}");
        for counters in run.counters.as_object().into_iter().flat_map(|all| all.values()) {
            if let Some(latency) = Latency::from_json(counters) {
                assert_eq!(Latency::from_json(&latency.to_json()).as_ref(), Some(&latency));
                let (half, most) = (latency.percentile(50, Some(7)), latency.percentile(99, Some(7)));
                assert!(half <= most && most.is_none_or(|most| most <= 7), "{half:?} {most:?}");
            }
        }
    }
}

/// What is seen at a glance of lines that were written is what is read.
fn glanced(log: &RunLog, text: &[u8]) {
    let left = |runs: Vec<Summary>| -> Vec<String> {
        let left = runs.into_iter().filter(|run| run.outcome == Outcome::Unfinished);
        left.map(|run| format!("{run:?}")).collect()
    };
    assert_eq!(left(log.without_end(text)), left(log.read(text, |_| true, |_| {}).runs));
}

fn rendered(line: &Line) -> Vec<u8> {
    let Ok(bytes) = line.rendered() else { unreachable!("a line that was read can be written") };
    let text = String::from_utf8_lossy(&bytes);
    let Some(alone) = text.strip_suffix('\n') else { unreachable!("{text:?} does not end") };
    assert!(bytes.len() <= 4096 && safe(alone) == alone, "{alone:?}");
    match serde_json::from_str::<Line>(alone) {
        // Which process a line is of is not written as it was read but as it is.
        Ok(_) if matches!(&line.event, Event::Start { process, .. } if process.born.is_some()) => {}
        Ok(again) => assert!(again.run == line.run && again.rendered().is_ok_and(|again| again == bytes), "{text}"),
        Err(error) => unreachable!("{error} in {text}"),
    }
    bytes
}
