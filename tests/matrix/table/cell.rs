//! One cell: the line is run with its trouble, and everything that has to hold for its end is looked at.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use orchester::sandbox::Request;
use serde_json::Value;

use super::bench::Bench;
use super::row::{Asks, Column, Row};
use crate::check::private;
use crate::drive::listed;
use crate::stage::Ended;
use crate::support::cli::Room;

pub struct Wrong {
    pub code: i32,
    pub why: String,
}

/// All cells of a row, each from the same beginning.
pub fn all(bench: &Bench, row: &Row) -> Vec<(Column, Result<i32, Wrong>)> {
    if row.asks == Asks::ItsOwn {
        let line = bench.fill(row.line);
        bench.stage.again();
        return vec![(Column::Ok, judged(bench, row, Column::Ok, &of_its_own(bench, row, &line), &[], false))];
    }
    let first = first(bench, row);
    let tried = Column::ALL.into_iter().filter_map(|column| {
        let line = bench.fill(row.typed(column)?);
        let result = match &first {
            Err(why) => Err(Wrong { code: -1, why: why.clone() }),
            Ok(first) => tried(bench, row, column, &line, *first),
        };
        Some((column, result))
    });
    tried.collect()
}

/// The number of the first request that is not the login.
fn first(bench: &Bench, row: &Row) -> Result<usize, String> {
    if row.asks != Asks::Servers || row.alone.is_some() {
        return Ok(1);
    }
    bench.stage.again();
    let (ended, requests) = bench.stage.struck(None, &bench.fill(row.line));
    let is_login = |request: &Request| request.method == "POST" && request.path.ends_with("/auth/tokens");
    let found = requests.iter().find(|request| !is_login(request)).map(|request| request.index);
    found.ok_or_else(|| format!("it asks nobody\n{ended}"))
}

fn tried(bench: &Bench, row: &Row, column: Column, line: &str, first: usize) -> Result<i32, Wrong> {
    // For people, and for machines where that shows most.
    let is_shown_to_machines = matches!(column, Column::Ok | Column::Missing | Column::Forbidden);
    let mut code = Ok(0);
    for machine in [false, true].into_iter().filter(|machine| !machine || is_shown_to_machines) {
        bench.stage.again();
        if row.asks == Asks::Login {
            std::fs::remove_dir_all(bench.stage.home().join(".state/orchest/tokens")).unwrap();
        }
        let fault = column.fault(first);
        let line = if machine { format!("{line} -o json") } else { line.to_owned() };
        let (ended, requests) = bench.stage.struck(fault.as_deref(), &line);
        code = judged(bench, row, column, &ended, &requests, machine);
        code.as_ref().map_err(|wrong| Wrong { code: wrong.code, why: wrong.why.clone() })?;
    }
    code
}

fn judged(
    bench: &Bench,
    row: &Row,
    column: Column,
    ended: &Ended,
    requests: &[Request],
    machine: bool,
) -> Result<i32, Wrong> {
    let wrong = |why: String| Wrong { code: ended.code, why: format!("{why}\n{ended}\n{}", listed(requests)) };
    let check = |held: bool, why: &str| if held { Ok(()) } else { Err(wrong(why.to_owned())) };
    let wanted = row.code(column);
    check(ended.code == wanted, &format!("it ended {}, not {wanted}", ended.code))?;
    match row.asks {
        Asks::Nobody => check(requests.is_empty(), "it asks somebody")?,
        Asks::Servers | Asks::Login if column.fault(1).is_some() => {
            check(requests.iter().any(|request| !request.faults.is_empty()), "nothing was struck")?;
        }
        _ => {}
    }
    let (out, err) = (&ended.stdout, &ended.stderr);
    check(!err.contains("panicked") && !err.contains("RUST_BACKTRACE"), "it panicked")?;
    let shown = if row.secret && wanted == 0 { String::new() } else { out.clone() };
    private(&bench.stage, &Ended { stdout: shown, ..ended.clone() }).map_err(wrong)?;
    if machine {
        check(out.is_empty() || row.raw || serde_json::from_str::<Value>(out).is_ok(), "its output is no JSON")?;
    } else {
        check(!out.contains("error:"), "it complains in its output")?;
        check(wanted == 0 || row.tells || row.asks == Asks::Nobody || out.is_empty(), "it prints and fails")?;
    }
    let errors = err.lines().filter(|line| line.starts_with("error: ")).count();
    let report =
        err.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).find(|line| line["error"].is_string());
    if row.asks == Asks::ItsOwn {
        // What it starts may have failed, and may have been meant to.
        return Ok(wanted);
    }
    if wanted == 0 {
        return check(errors == 0 && report.is_none(), "it complains and ends well").map(|()| wanted);
    }
    if row.finds {
        let told = out.contains("fail") && out.contains("next");
        return check(errors == 0 && told, "it does not tell what is wrong, and the way out").map(|()| wanted);
    }
    if row.silent && column == Column::Missing {
        return check(errors == 0, "a check only tells by its code").map(|()| wanted);
    }
    if machine {
        let report = report.ok_or_else(|| wrong("there is no object about the error".to_owned()))?;
        check(report["code"] == wanted, "the object has another code")?;
        check(report["next"].is_string() || report["hint"].is_string(), "the object does not say what to do next")?;
    } else {
        check(errors == 1, &format!("it complains {errors} times"))?;
        check(err.contains("  next: ") || err.contains("hint: "), "it does not say what to do next")?;
    }
    Ok(wanted)
}

/// As a process, since it starts others, or ends when it is told to.
fn of_its_own(bench: &Bench, row: &Row, line: &str) -> Ended {
    let begin = Instant::now();
    let mut command = Command::new(Room::BINARY);
    command.args(bench.stage.words(line)).env_clear().envs(&bench.stage.variables).current_dir(bench.stage.home());
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    if row.verb == "sandbox up" {
        let end = format!("sandbox down --port-base {}", bench.id("free"));
        while bench.stage.run(&end).code != 0 {
            assert!(begin.elapsed() < Duration::from_secs(60), "no sandbox is up");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    let output = crate::support::cli::finish(child, &line.split(' ').collect::<Vec<_>>());
    let code = output.code.unwrap_or(-1);
    Ended { line: output.line, code, stdout: output.stdout, stderr: output.stderr, passed: begin.elapsed() }
}
