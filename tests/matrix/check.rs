//! What has to hold after every case: the invariants of the harness, by their numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use orchester::sandbox::Request;
use serde_json::Value;

use crate::stage::{Ended, Stage};
use crate::state::{self, Eraser, Lines, Rows};

/// What one clean run does on a stage.
#[derive(Clone)]
pub struct Clean {
    pub requests: Vec<Request>,
    eraser: Eraser,
    /// What it changes.
    after: Lines,
    /// What the flow leaves alone, byte for byte.
    untouched: Rows,
    stdout: String,
    /// How many machines are at work.
    machines: usize,
}

/// What servers hold, looked at once for all that has to hold of it.
pub struct Found {
    rows: Rows,
    /// What has changed.
    lines: Lines,
}

pub type Check = Result<(), String>;

fn unless(held: bool, invariant: &str, why: impl FnOnce() -> String) -> Check {
    if held { Ok(()) } else { Err(format!("{invariant}: {}", why())) }
}

impl Clean {
    pub fn of(stage: &Stage, line: &str) -> Self {
        stage.again();
        let before = stage.sandbox.state();
        let (ended, requests) = stage.struck(None, line);
        assert_eq!(ended.code, 0, "{ended}");
        let after = stage.sandbox.state();
        let eraser = Eraser::new(&before);
        let (rows_before, rows_after) = (state::rows(&before), state::rows(&after));
        let after = eraser.lines(&after, &rows_after);
        let untouched = rows_before.into_iter().filter(|(path, row)| rows_after.get(path) == Some(row)).collect();
        let clean = Self { requests, eraser, after, untouched, stdout: ended.stdout.clone(), machines: 1 };
        clean.is_private(stage, &ended).unwrap();
        clean
    }

    /// The same for so many machines that work at once. Two of them may both see that somebody is not in, and then ask the service
    /// to let them in; that makes one member, and a mail for each that asked. No service can be told to write but once.
    pub fn on_machines(&self, machines: usize) -> Self {
        Self { machines, ..self.clone() }
    }

    /// What servers hold now.
    pub fn look(&self, stage: &Stage) -> Found {
        let state = stage.sandbox.state();
        let rows = state::rows(&state);
        let lines = self.eraser.lines(&state, &rows);
        let once = |(line, count): (String, usize)| (self.each_mail_once(&line).unwrap_or(line), count);
        let lines = if self.machines == 1 { lines } else { lines.into_iter().map(once).collect() };
        Found { rows, lines }
    }

    /// The row of mails as if a single machine had been at work, unless somebody has got more than one of each.
    fn each_mail_once(&self, line: &str) -> Option<String> {
        let (path, list) = line.split_once("/desk/mails ")?;
        let mails: Vec<Value> = serde_json::from_str(list).ok()?;
        let times = |mail: &Value| mails.iter().filter(|other| *other == mail).count();
        let is_new = |place: usize, mail: &Value| times(mail) > self.machines || !mails[..place].contains(mail);
        let once = mails.iter().enumerate().filter(|(place, mail)| is_new(*place, mail)).map(|(_, mail)| mail.clone());
        Some(format!("{path}/desk/mails {}", Value::Array(once.collect())))
    }

    /// I1, I3: the same line again ends well, and servers hold what a clean run leaves, no more.
    pub fn is_complete(&self, found: &Found, again: &Ended, reads: bool) -> Check {
        unless(again.code == 0, "I1", || format!("run again it ended {}", again.code))?;
        unless(self.is_done(found), "I1", || state::difference(&found.lines, &self.after))?;
        unless(!reads || again.stdout == self.stdout, "I1", || format!("it printed {}", again.stdout))
    }

    /// Whether servers hold what a clean run leaves.
    pub fn is_done(&self, found: &Found) -> bool {
        found.lines == self.after
    }

    /// I3: taken back, servers hold what they held before.
    pub fn is_taken_back(&self, stage: &Stage, ended: &Ended) -> Check {
        unless(ended.code == 0, "I3", || format!("taken back it ended {}", ended.code))?;
        let found = self.look(stage).lines;
        unless(found.is_empty(), "I3", || state::difference(&found, &Lines::new()))
    }

    /// I2: nothing is there more often than in a clean run; I4: what is of no concern is as it was, to the byte.
    pub fn is_clean(&self, found: &Found) -> Check {
        let most = |line: &String| self.after.get(line).copied().unwrap_or(1).max(1);
        let twice: Vec<&String> =
            found.lines.iter().filter(|(line, count)| **count > most(line)).map(|(line, _)| line).collect();
        unless(twice.is_empty(), "I2", || format!("more than once: {twice:#?}"))?;
        let changed = self.untouched.iter().find(|(path, row)| found.rows.get(*path) != Some(row));
        unless(changed.is_none(), "I4", || format!("changed: {:?}", changed.unwrap()))
    }

    /// I6: it says what failed and what to type next.
    pub fn is_clear(&self, ended: &Ended, waits: bool) -> Check {
        // Whoever stops a wait knows that the rest goes on elsewhere.
        if ended.code == 0 || (waits && matches!(ended.code, 130 | 143)) {
            return Ok(());
        }
        let says = |text: &str| ended.stderr.contains(text);
        // For machines it is an object, and of several things each that failed has a line of its own.
        let asked = ["github: ", "trello: ", "slack: ", "g_drive: "];
        let of_a_service = ended.stderr.lines().any(|line| asked.iter().any(|name| line.starts_with(name)));
        let of_several = ended.code == 7 && (says("failed ") || ended.stdout.contains("  failed  ") || of_a_service);
        let failed = says("error: ") || says("\"error\"") || of_several;
        unless(failed, "I6", || "it does not say what failed".to_owned())?;
        let next = ["  next: ", "\"next\"", "hint: run the same command again"].into_iter().any(says);
        unless(next, "I6", || "it does not say what to do next".to_owned())
    }

    /// I7: no secret is in what it said, or in a file that is not there to keep it.
    pub fn is_private(&self, stage: &Stage, ended: &Ended) -> Check {
        private(stage, ended)
    }

    /// I8: it ends within its deadline; five minutes without progress are the most it takes, for each of several things.
    pub fn is_in_time(&self, ended: &Ended, things: u32) -> Check {
        let most = Duration::from_secs(300) * things + Duration::from_secs(2);
        unless(ended.passed <= most, "I8", || format!("it took {:?}", ended.passed))
    }

    /// I9: local files are whole, and nobody else's; I11: what was begun has come to an end in the run log, unless it was
    /// killed.
    pub fn is_tidy(&self, stage: &Stage, killed: bool) -> Check {
        for file in stage.files() {
            let name = file.display().to_string();
            if !name.contains("/.state/") {
                continue;
            }
            let mode = file.metadata().map_err(|error| format!("I9: {name}: {error}"))?.permissions().mode() & 0o777;
            unless(mode == 0o600, "I9", || format!("{name} has the mode {mode:o}"))?;
            let text = std::fs::read_to_string(&file).unwrap();
            let whole = match name.rsplit('.').next() {
                Some("json") => serde_json::from_str::<Value>(&text).is_ok(),
                Some("jsonl") => text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()),
                _ => true,
            };
            unless(whole, "I9", || format!("{name} is not whole: {text}"))?;
        }
        let log = std::fs::read_to_string(stage.home().join(".state/orchest/runs.jsonl")).unwrap_or_default();
        let open = unfinished(&log);
        unless(killed || open.is_empty(), "I11", || format!("without an end: {open:?}"))
    }
}

/// I7: no secret is in what it said, or in a file that is not there to keep it.
pub fn private(stage: &Stage, ended: &Ended) -> Check {
    let said = [("stdout", &ended.stdout), ("stderr", &ended.stderr), ("its line", &ended.line)];
    let mut places: Vec<(String, String)> =
        said.into_iter().map(|(place, text)| (place.to_owned(), text.clone())).collect();
    for file in stage.files() {
        let name = file.display().to_string();
        if !keeps_secrets(&name) {
            places.push((name, String::from_utf8_lossy(&std::fs::read(file).unwrap_or_default()).into_owned()));
        }
    }
    for (name, secret) in secrets(stage) {
        let told = places.iter().find(|(_, text)| text.contains(&secret));
        unless(told.is_none(), "I7", || format!("{name} is in {}", told.unwrap().0))?;
    }
    Ok(())
}

/// Runs of a log that have a start and no end.
pub fn unfinished(log: &str) -> BTreeSet<String> {
    let mut open = BTreeSet::new();
    for line in log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let run = line["run"].as_str().unwrap_or_default().to_owned();
        match line["event"].as_str() {
            Some("start") => drop(open.insert(run)),
            Some("end") => drop(open.remove(&run)),
            _ => {}
        }
    }
    open
}

/// I12: what was posted and may have been carried out is not posted again without a look between.
pub fn looked_between(requests: &[Request]) -> Check {
    let mut posted: BTreeMap<(&str, &str, u64), bool> = BTreeMap::new();
    for request in requests {
        let place = request.path.split('?').next().unwrap_or_default();
        if request.method == "GET" || request.method == "HEAD" {
            posted
                .iter_mut()
                .filter(|((server, _, _), _)| *server == request.server)
                .for_each(|(_, looked)| *looked = true);
            continue;
        }
        if request.method != "POST" || is_harmless(request) {
            continue;
        }
        let key = (request.server.as_str(), place, request.request_mark);
        if posted.get(&key) == Some(&false) {
            return Err(format!("I12: {} {place} was sent twice without a look between", request.method));
        }
        // What was refused for certain was not carried out.
        let refused = matches!(request.status, Some(400..=499)) && request.server_status.is_none();
        if !refused {
            posted.insert(key, false);
        }
    }
    Ok(())
}

/// A POST that may be repeated: it makes nothing that counts, or only asks.
fn is_harmless(request: &Request) -> bool {
    let asks = ["/auth/tokens", "/pdp/v3", ".list", ".info", ".lookupByEmail", "auth.test"];
    asks.iter().any(|part| request.path.contains(part)) || request.server == "issuer"
}

/// Files that are there to keep secrets: tokens, and what the tests themselves put there.
fn keeps_secrets(name: &str) -> bool {
    ["/tokens/", "/logins/", "new.pw", "/secrets", "credentials"].iter().any(|part| name.contains(part))
}

fn secrets(stage: &Stage) -> Vec<(String, String)> {
    let named = |(name, value): (&String, &String)| {
        let secret = name.ends_with("_TOKEN") || name.ends_with("_PASSWORD");
        secret.then(|| (name.clone(), value.clone()))
    };
    let mut secrets: Vec<(String, String)> = stage.variables.iter().filter_map(named).collect();
    secrets.push(("the new password".to_owned(), crate::NEW_PASSWORD.to_owned()));
    for file in stage.files().iter().filter(|file| file.display().to_string().contains("/tokens/")) {
        let kept: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap_or_default()).unwrap_or_default();
        gather(&kept, &mut secrets);
    }
    secrets
}

fn gather(value: &Value, secrets: &mut Vec<(String, String)>) {
    for (key, member) in value.as_object().into_iter().flatten() {
        if let (true, Some(text)) = (key.contains("token") || key == "secret", member.as_str()) {
            secrets.push((format!("the kept {key}"), text.to_owned()));
        }
        gather(member, secrets);
    }
}
