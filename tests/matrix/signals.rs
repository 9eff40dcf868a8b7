//! Faults 12 to 15: the command is stopped, killed or met by a second one of its kind. These run the binary, since nothing else
//! can be killed.

use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use orchester::sandbox::Signal;
use rustix::process::{Pid, kill_process};

use crate::check::{Check, Clean, looked_between, unfinished};
use crate::drive::{listed, right_afterwards};
use crate::flow::Flow;
use crate::stage::{Ended, Stage};
use crate::support::cli::{Room, finish};

pub const FAULTS: std::ops::RangeInclusive<usize> = 12..=15;

/// A way to be stopped.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    pub fault: usize,
    pub what: What,
    pub side: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Interrupt,
    Terminate,
    Kill,
    /// The same line in the same home.
    Twin,
    /// The same line from another machine.
    Rival,
}

pub const STOPS: [Stop; 8] = [
    Stop { fault: 12, what: What::Interrupt, side: "before" },
    Stop { fault: 12, what: What::Interrupt, side: "after" },
    Stop { fault: 13, what: What::Terminate, side: "before" },
    Stop { fault: 13, what: What::Terminate, side: "after" },
    Stop { fault: 14, what: What::Kill, side: "before" },
    Stop { fault: 14, what: What::Kill, side: "after" },
    Stop { fault: 15, what: What::Twin, side: "before" },
    Stop { fault: 15, what: What::Rival, side: "before" },
];

impl Stop {
    pub fn word(self, index: usize) -> String {
        let name = match self.what {
            What::Twin => "twin",
            What::Rival => "rival",
            _ => self.proxy_word(),
        };
        format!("{name}@{index}:{}", self.side)
    }

    pub fn is_rival(self) -> bool {
        self.what == What::Rival
    }

    /// What the proxy is told; it only has to say when.
    fn proxy_word(self) -> &'static str {
        match self.what {
            What::Interrupt | What::Twin | What::Rival => "int",
            What::Terminate => "term",
            What::Kill => "kill",
        }
    }
}

/// How soon a command ends that was asked to. It takes two seconds at most; a busy machine takes its time besides.
const SOON: Duration = Duration::from_secs(6);

pub fn command(stage: &Stage, words: &[String], home: &std::path::Path) -> Child {
    let mut command = Command::new(Room::BINARY);
    command.args(words).env_clear().envs(&stage.variables).env("XDG_STATE_HOME", home.join(".state"));
    command.current_dir(stage.home()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

pub fn end(child: Child, line: &str, begin: Instant) -> (Ended, Option<i32>) {
    let output = finish(child, &line.split(' ').collect::<Vec<_>>());
    let code = output.code.unwrap_or(-1);
    let ended =
        Ended { line: output.line, code, stdout: output.stdout, stderr: output.stderr, passed: begin.elapsed() };
    (ended, output.signal)
}

pub fn stopped(stage: &Stage, clean: &Clean, flow: &Flow, stop: Stop, index: usize) -> Check {
    let clean = &clean.on_machines(if stop.is_rival() { 2 } else { 1 });
    let words = stage.words(flow.line);
    let elsewhere = stage.home_now();
    // The command's number may be asked for before it is known.
    let (tell, told) = channel::<Pid>();
    let told = Mutex::new(told);
    let (second, moment) = (Arc::new(Mutex::new(None)), Arc::new(Mutex::new(None)));
    let (call, called) = channel::<()>();
    let call = Mutex::new(call);
    let at = moment.clone();
    let receiver = move |_: Signal| {
        *at.lock().unwrap() = Some(Instant::now());
        let signal = match stop.what {
            What::Interrupt => rustix::process::Signal::INT,
            What::Terminate => rustix::process::Signal::TERM,
            What::Kill => rustix::process::Signal::KILL,
            What::Twin | What::Rival => {
                let _ = call.lock().unwrap().send(());
                return;
            }
        };
        let pid = told.lock().unwrap().recv_timeout(Duration::from_secs(20)).unwrap();
        let _ = kill_process(pid, signal);
    };
    stage.sandbox.on_signal(&(Arc::new(receiver) as Arc<dyn Fn(Signal) + Send + Sync>));
    stage.sandbox.reset_count();
    stage.sandbox.set_faults(vec![format!("{}@{index}:{}", stop.proxy_word(), stop.side).parse().unwrap()]);
    let begin = Instant::now();
    let child = command(stage, &words, stage.home());
    let _ = tell.send(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap());
    if matches!(stop.what, What::Twin | What::Rival) && called.recv_timeout(Duration::from_secs(60)).is_ok() {
        let home = if stop.what == What::Twin { stage.home() } else { elsewhere.path() };
        *second.lock().unwrap() = Some(command(stage, &words, home));
    }
    let (ended, signal) = end(child, flow.line, begin);
    let late = moment.lock().unwrap().map_or(Duration::ZERO, |moment| moment.elapsed());
    let other = second.lock().unwrap().take().map(|child| end(child, flow.line, begin).0);
    stage.sandbox.set_faults(Vec::new());
    if !stage.sandbox.settle(Duration::from_secs(30)) {
        return Err("requests are still under way".to_owned());
    }
    let requests = stage.sandbox.take_record().requests;
    let found = clean.look(stage);
    let what = |why: String| {
        let other = other.as_ref().map(|other| format!("the second one:\n{other}\n")).unwrap_or_default();
        format!("{why}\n{ended}\n{other}{}", listed(&requests))
    };
    // What waits asks as often as it takes, which is not the same in every run.
    let reached = !flow.waits || requests.len() >= index;
    let killed = stop.what == What::Kill && reached;
    let wrong = match stop.what {
        What::Kill if reached => (signal != Some(9)).then(|| format!("I5: it ended {}", ended.code)),
        What::Kill => (ended.code != 0).then(|| format!("I5: it ended {}", ended.code)),
        What::Interrupt | What::Terminate => {
            let wanted = if stop.what == What::Interrupt { 130 } else { 143 };
            // It may have been done before it heard of it.
            let done = ended.code == 0 && clean.is_done(&found);
            (ended.code != wanted && !done).then(|| format!("I5: it ended {}, not {wanted}", ended.code))
        }
        What::Twin | What::Rival => {
            let codes = [Some(ended.code), other.as_ref().map(|other| other.code)];
            let right = codes.into_iter().flatten().all(|code| flow.allows(&[0, 75], code));
            (!right).then(|| format!("I5: they ended {codes:?}"))
        }
    };
    wrong.map_or(Ok(()), |why| Err(what(why)))?;
    if late > SOON && !matches!(stop.what, What::Twin | What::Rival) {
        return Err(what(format!("I8: it took {late:?} to end")));
    }
    if other.is_none() {
        looked_between(&requests).map_err(what)?;
    }
    for ended in std::iter::once(&ended).chain(&other) {
        if !killed {
            clean.is_clear(ended, flow.waits).map_err(what)?;
        }
        clean.is_private(stage, ended).map_err(what)?;
    }
    clean.is_tidy(stage, killed).map_err(what)?;
    clean.is_clean(&found).map_err(what)?;
    if killed {
        is_reported(stage).map_err(what)?;
    }
    let unfinished = ended.code != 0 && other.is_none() && !clean.is_done(&found);
    right_afterwards(stage, clean, flow, unfinished).map_err(what)
}

/// I11: what has a start and no end is shown by the next command that asks.
fn is_reported(stage: &Stage) -> Check {
    let log = std::fs::read_to_string(stage.home().join(".state/orchest/runs.jsonl")).unwrap_or_default();
    let open = unfinished(&log);
    let listed = stage.run("audit list");
    match open
        .iter()
        .find(|run| !listed.stdout.lines().any(|line| line.contains(run.as_str()) && line.contains("unfinished")))
    {
        None => Ok(()),
        Some(run) => Err(format!("I11: run {run} is not reported\n{listed}")),
    }
}
