//! Making a deployment, or a schedule of deployments, once. The server has no key for either: two that are equal are two. So
//! what is about to be sent is noted first; an answer that was lost is looked for among the caller's newest; and whoever finds
//! a note without an id, because something was killed, looks there before sending anything.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::api::paas::model::Time;
use crate::api::paas::{Deployment, Dialect, Error, Filter, Paas, Source, Submission};
use crate::api::{self, Outcome};

/// Clocks differ, and one of the dialects leaves the seconds out.
const SKEW: SignedDuration = SignedDuration::from_mins(2);

/// How often it is looked for where an answer was lost: the server may be at it still.
const LOOKS: u32 = 3;

/// So long, at the least, an attempt that is not listed is not taken for one that never got there.
const YOUNG: SignedDuration = SignedDuration::from_secs(15);

/// It may be under way for as many times as long as its answer was waited for.
const SLOW: i32 = 2;

/// But nobody waits for longer. With the time for sending it anew this is less than others wait for their turn (`cli/context`).
const LONGEST: SignedDuration = SignedDuration::from_mins(4);

/// How soon a young one is looked for again, at the least.
const AGAIN: SignedDuration = SignedDuration::from_secs(3);

/// In how many parts what is left of the time is waited for.
const PARTS: i32 = 8;

/// What one run knows of an earlier or the present attempt.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    /// When it was begun, by this machine's clock.
    pub(crate) since: Timestamp,
    /// Those that other attempts have made, and that so cannot be this one's.
    pub(crate) others: Vec<String>,
}

/// How it ended.
#[derive(Debug)]
pub(crate) enum Made {
    /// The server made it now.
    New(String),
    /// An answer was lost, but the one that it was about is there. `orphan`: the server said that nobody will work on it.
    Found { id: String, orphan: bool },
    /// More than one could be it.
    Several(Vec<Candidate>),
}

/// One that an attempt may have made.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    id: String,
    state: String,
    created_at: Option<Time>,
}

impl Candidate {
    /// For whoever has to choose.
    pub(crate) fn line(&self) -> String {
        let at = self.created_at.as_ref().map(Time::shown).unwrap_or_default();
        format!("{}  {}  {at}", self.id, self.state)
    }
}

/// Why there is none.
#[derive(Debug)]
pub(crate) struct Unmade {
    pub(crate) error: Error,
    /// Whether there may be one after all, for the next run to look for.
    pub(crate) open: bool,
}

/// What makes a schedule of a deployment.
#[derive(Clone, Debug)]
pub(crate) struct Scheduled {
    /// For which data, by the server's own names.
    pub(crate) when: Map<String, Value>,
    /// `SUBJECT@ISSUER` of the caller, where the token says so: a list has everybody's.
    pub(crate) me: Option<String>,
}

/// One deployment to be made, or one schedule.
pub(crate) struct Making<'a> {
    pub(crate) paas: &'a Paas,
    pub(crate) submission: &'a Submission,
    pub(crate) schedule: Option<&'a Scheduled>,
}

impl Making<'_> {
    /// Makes it; see [`Making::of`] for an earlier attempt.
    ///
    /// It is sent once: a server behind a gateway may still be at it when the answer is given up, and would make a second.
    pub(crate) async fn run(&self, present: &Attempt) -> Result<Made, Unmade> {
        let error = match self.send().await {
            Ok(id) => return Ok(Made::New(id)),
            Err(error) => error,
        };
        let wire = match &error {
            Error::Wire(wire) if wire.outcome() == Outcome::MayHaveHappened => wire,
            Error::Wire(api::Error::Stopped) => return Err(Unmade { error, open: true }),
            _ => return Err(Unmade { error, open: false }),
        };
        // The server has stored it, and could tell nobody.
        let orphan = self.paas.dialect() == Dialect::V1 && matches!(wire.status(), Some(500 | 504));
        for look in 1..=LOOKS {
            match self.look(present, orphan).await {
                Ok(Some(found)) => return Ok(found),
                Ok(None) if look < LOOKS && self.paas.pause(look, wire).await => {}
                // What became of the request is what counts, not what became of the look.
                Ok(None) | Err(_) => break,
            }
        }
        Err(Unmade { error, open: true })
    }

    /// What earlier attempts have made, of which nobody knows the end, if they did. A server may list only what it has done
    /// with, so it is looked for as long as there is patience left; `rest` waits, and says whether to go on.
    pub(crate) async fn of(
        &self,
        earlier: &Attempt,
        mut left: SignedDuration,
        rest: impl AsyncFn(Duration) -> bool,
    ) -> Result<Option<Made>, Error> {
        loop {
            let found = self.look(earlier, false).await?;
            if found.is_some() || !left.is_positive() {
                return Ok(found);
            }
            let pause = AGAIN.max(left / PARTS);
            if !rest(pause.unsigned_abs()).await {
                return Err(api::Error::Stopped.into());
            }
            left -= pause;
        }
    }

    async fn send(&self) -> Result<String, Error> {
        match self.schedule {
            None => self.paas.create(self.submission).await,
            Some(scheduled) => self.paas.create_schedule(self.submission, &scheduled.when).await,
        }
    }

    async fn look(&self, attempt: &Attempt, orphan: bool) -> Result<Option<Made>, Error> {
        let mut fitting = match self.schedule {
            None => self.deployments(attempt).await?,
            Some(scheduled) => self.schedules(attempt, scheduled).await?,
        };
        Ok(match (fitting.pop(), fitting.is_empty()) {
            (None, _) => None,
            (Some(one), true) => Some(Made::Found { id: one.id, orphan }),
            (Some(last), false) => Some(Made::Several(fitting.into_iter().chain([last]).collect())),
        })
    }

    async fn deployments(&self, attempt: &Attempt) -> Result<Vec<Candidate>, Error> {
        let template = match &self.submission.source {
            Source::Stored(id) => Some(id.clone()),
            Source::Text(_) => None,
        };
        let filter = Filter { mine: true, template, newest: Some(100), ..Filter::default() };
        let mut fitting = Vec::new();
        for deployment in self.paas.deployments(&filter).await? {
            if attempt.may_have_made(&deployment.id, deployment.created_at.as_ref())
                && self.is_equal(&deployment).await?
            {
                let Deployment { id, status, created_at, .. } = deployment;
                fitting.push(Candidate { id, state: status.name().to_owned(), created_at });
            }
        }
        Ok(fitting)
    }

    /// Whether a deployment is what is being submitted, as far as the server tells.
    async fn is_equal(&self, deployment: &Deployment) -> Result<bool, Error> {
        if self.submission.group.is_some() && deployment.group != self.submission.group {
            return Ok(false);
        }
        match &self.submission.source {
            Source::Stored(id) => {
                let inputs = deployment.rest.get("template_inputs");
                let same = inputs.is_none_or(|inputs| *inputs == Value::Object(self.submission.inputs.clone()));
                Ok(deployment.template.as_ref() == Some(id) && same)
            }
            // Inputs are never told here, the text is.
            Source::Text(text) => Ok(self.paas.template_of(&deployment.id).await?.as_ref() == Some(text)),
        }
    }

    async fn schedules(&self, attempt: &Attempt, scheduled: &Scheduled) -> Result<Vec<Candidate>, Error> {
        let mut fitting = Vec::new();
        for row in self.paas.schedules().await? {
            let text = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
            let (id, created_at) = (text("uuid").unwrap_or_default(), text("creationTime").map(|at| Time::read(&at)));
            if scheduled.is_for(&row)
                && scheduled.may_be_ours(&row, self.submission.group.as_deref())
                && attempt.may_have_made(&id, created_at.as_ref())
                && self.is_text_of(&id).await?
            {
                fitting.push(Candidate { id, state: text("status").unwrap_or_default(), created_at });
            }
        }
        Ok(fitting)
    }

    async fn is_text_of(&self, schedule: &str) -> Result<bool, Error> {
        let Source::Text(ours) = &self.submission.source else { return Ok(false) };
        Ok(self.paas.schedule_template(schedule).await?.is_none_or(|theirs| theirs == *ours))
    }
}

impl Scheduled {
    /// Whether a row of the list is for the same data.
    pub(crate) fn is_for(&self, row: &Value) -> bool {
        self.when.iter().all(|(key, value)| row.get(key) == Some(value))
    }

    /// Whether nothing in it says that it is of another user or group. What a server does not tell says nothing.
    fn may_be_ours(&self, row: &Value, group: Option<&str>) -> bool {
        let text = |path: &str| row.pointer(path).and_then(Value::as_str);
        let owner = text("/createdBy/subject").zip(text("/createdBy/issuer"));
        let owner = owner.map(|(subject, issuer)| format!("{subject}@{issuer}"));
        // A slash at the end of an issuer makes no other one of it.
        let is_me = |me: &str, owner: &str| me.trim_end_matches('/') == owner.trim_end_matches('/');
        let of_me = self.me.as_ref().zip(owner).is_none_or(|(me, owner)| is_me(me, &owner));
        of_me && group.zip(text("/userGroup")).is_none_or(|(ours, theirs)| ours == theirs)
    }
}

impl Attempt {
    /// One whose time cannot be read may be it.
    fn may_have_made(&self, id: &str, created_at: Option<&Time>) -> bool {
        let created = created_at.and_then(|time| time.at);
        let late = |created: Timestamp| created.saturating_add(SKEW).is_ok_and(|latest| latest >= self.since);
        created.is_none_or(late) && !self.others.iter().any(|other| other == id)
    }
}

/// How much longer an attempt that is not listed may still become something. A server that has let a gateway wait for a minute
/// is not done with it when the gateway gives up; how long it was waited for is all that tells how slow it is. Of whoever was
/// killed nobody knows until when that was: until now, at the most.
pub(crate) fn patience(since: Timestamp, given_up: Option<Timestamp>, now: Timestamp) -> SignedDuration {
    let none = SignedDuration::ZERO;
    let end = given_up.unwrap_or(now);
    let waited = end.duration_since(since).max(none);
    if given_up.is_none() && waited >= LONGEST {
        return none;
    }
    // A clock that was put back makes nothing older.
    let age = now.duration_since(end).max(none);
    (waited.min(LONGEST) * SLOW).clamp(YOUNG, LONGEST).saturating_sub(age).max(none)
}

/// Whether an error leaves open what became of the request.
pub(crate) fn is_open(error: &Error) -> bool {
    matches!(error, Error::Wire(wire) if wire.outcome() == Outcome::MayHaveHappened || matches!(wire, api::Error::Stopped))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use serde_json::json;

    use super::*;
    use crate::api::keystone::testing::{Scripted, run};

    #[test]
    fn a_schedule_of_somebody_else_is_told_by_what_the_server_says() {
        let ours = Scheduled { when: Map::new(), me: Some("s@https://iam/".to_owned()) };
        let by = |subject: &str, issuer: &str, group: &str| json!({"createdBy": {"subject": subject, "issuer": issuer}, "userGroup": group});
        for (row, is_ours) in [
            (by("s", "https://iam/", "physics"), true),
            (by("s", "https://iam", "physics"), true),
            (by("s", "https://other/", "physics"), false),
            (by("t", "https://iam/", "physics"), false),
            (by("s", "https://iam/", "chemistry"), false),
            (json!({}), true),
        ] {
            assert_eq!(ours.may_be_ours(&row, Some("physics")), is_ours, "{row}");
        }
        assert!(Scheduled { me: None, ..ours }.may_be_ours(&by("t", "https://iam/", "x"), None));
    }

    #[test]
    fn what_is_older_than_the_attempt_or_of_another_is_not_its_own() {
        let attempt = Attempt { since: "2026-11-24T12:00:00Z".parse().unwrap(), others: vec!["x".to_owned()] };
        let made = |id: &str, at: &str| attempt.may_have_made(id, Some(&Time::read(at)));
        assert!(made("a", "2026-11-24T11:59+0000") && made("a", "no time") && attempt.may_have_made("a", None));
        assert!(!made("a", "2026-11-24T11:57+0000") && !made("x", "2026-11-24T12:00+0000"));
    }

    #[test]
    fn whose_answer_was_waited_for_is_looked_for_twice_as_long() {
        let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        for (given_up, now, left) in [
            // Killed, nobody knows when.
            (None, 0, 15),
            (None, 8, 16),
            (None, 60, 120),
            (None, 200, 240),
            (None, 240, 0),
            (None, 86400, 0),
            (None, -60, 15),
            // Given up after a moment, and by a gateway.
            (Some(1), 1, 15),
            (Some(1), 20, 0),
            (Some(60), 60, 120),
            (Some(60), 170, 10),
            (Some(60), 200, 0),
            (Some(60), 59, 120),
            // The machine was asleep meanwhile.
            (Some(36000), 36000, 240),
            (Some(36000), 36240, 0),
            (Some(-5), 0, 10),
        ] {
            let told = patience(at(0), given_up.map(at), at(now));
            assert_eq!(told, SignedDuration::from_secs(left), "{given_up:?} {now}");
        }
        assert_eq!(patience(Timestamp::MIN, Some(Timestamp::MAX), Timestamp::MIN), LONGEST);
    }

    #[test]
    fn one_that_was_sent_a_moment_ago_is_looked_for_until_it_can_be_taken_for_lost() {
        let page = json!({"content": [], "page": {"number": 0, "size": 100, "totalElements": 0, "totalPages": 0}});
        let scripted = Scripted::new(move |_, _| (200, page.clone()));
        let paas = Paas::new(scripted.door.clone(), Dialect::Indigo);
        let submission = Submission::new(Source::Stored("t".to_owned()), Map::new());
        let making = Making { paas: &paas, submission: &submission, schedule: None };
        let earlier = Attempt { since: "2026-01-01T00:00:00Z".parse().unwrap(), others: Vec::new() };
        for (left, patience, looks, goes_on) in
            [(15, 9, 6, true), (7, 9, 4, true), (0, 9, 1, true), (15, 1, 2, false), (120, 30, 22, true)]
        {
            let (before, rests) = (scripted.asked().len(), Cell::new(0));
            let rest = async |_| {
                rests.set(rests.get() + 1);
                rests.get() <= patience
            };
            let found = run(making.of(&earlier, SignedDuration::from_secs(left), rest));
            assert_eq!(scripted.asked().len() - before, looks, "{left}");
            match found {
                Ok(found) => assert!(goes_on && found.is_none()),
                Err(error) => assert!(!goes_on && matches!(error, Error::Wire(api::Error::Stopped)), "{error}"),
            }
        }
    }
}
