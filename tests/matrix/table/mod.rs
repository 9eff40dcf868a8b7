//! Every command at everything that can go wrong with the first thing it asks: one table, every cell of which is asserted.
//! The commands are those of the help, so a new one without a line here fails the test.

mod bench;
mod cell;
mod row;
mod rows_deployments;
mod rows_home;
mod rows_people;
mod rows_platform;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use bench::Bench;
use row::{Asks, Column, Place, Row};

fn rows() -> Vec<Row> {
    [rows_platform::ROWS, rows_deployments::ROWS, rows_people::ROWS, rows_home::ROWS].concat()
}

/// How many work at a place at once: most of the time is waited for servers that are silent.
const WORKERS: [(Place, usize); 6] = [
    (Place::Towns, 3),
    (Place::Trusting, 1),
    (Place::Templates, 1),
    (Place::Deployments, 2),
    (Place::People, 2),
    (Place::Home, 1),
];

#[test]
fn every_command_has_a_line_and_every_line_a_command() {
    let commands = tree::commands();
    let told: BTreeSet<&str> = commands.iter().map(String::as_str).collect();
    let rows = rows();
    let listed: BTreeSet<&str> = rows.iter().map(|row| row.verb).collect();
    assert_eq!(listed.len(), rows.len(), "a command has two lines");
    let without: Vec<&&str> = told.difference(&listed).collect();
    assert!(without.is_empty(), "commands without a line in tests/matrix/table: {without:?}");
    let gone: Vec<&&str> = listed.difference(&told).collect();
    assert!(gone.is_empty(), "lines without a command: {gone:?}");
    assert!(told.len() > 120, "{told:?}");
}

#[test]
fn whatever_differs_has_a_reason() {
    for row in rows() {
        for (column, code, why) in row.but {
            assert!(why.len() > 10, "{} {}", row.verb, column.title());
            let plain = Row { but: &[], ..row };
            assert_ne!(plain.code(*column), *code, "{} {} does not differ", row.verb, column.title());
            assert!(row.typed(*column).is_some(), "{} has no cell {}", row.verb, column.title());
        }
    }
}

#[test]
fn every_command_at_everything_that_goes_wrong() {
    let only = std::env::var("ORCHEST_ROW").ok();
    let mut rows = rows();
    rows.retain(|row| only.as_ref().is_none_or(|only| row.verb.starts_with(only)));
    let found = Mutex::new(BTreeMap::new());
    let failures = Mutex::new(Vec::new());
    let nexts: Vec<AtomicUsize> = WORKERS.iter().map(|_| AtomicUsize::new(0)).collect();
    std::thread::scope(|scope| {
        for ((place, workers), next) in WORKERS.iter().zip(&nexts) {
            let own: Vec<&Row> = rows.iter().filter(|row| row.place == *place).collect();
            for _ in 0..(*workers).min(own.len()) {
                let (own, found, failures) = (own.clone(), &found, &failures);
                scope.spawn(move || {
                    let bench = Bench::new(*place);
                    while let Some(row) = own.get(next.fetch_add(1, Ordering::Relaxed)) {
                        for (column, result) in cell::all(&bench, row) {
                            let code = result.as_ref().map_or_else(|failure| failure.code, |code| *code);
                            found.lock().unwrap().insert((row.verb, column), code);
                            if let Err(failure) = result {
                                let place = format!("{} at {}", row.verb, column.title());
                                failures.lock().unwrap().push(format!("{place}: {}", failure.why));
                            }
                        }
                    }
                });
            }
        }
    });
    let (found, failures) = (found.into_inner().unwrap(), failures.into_inner().unwrap());
    write(&rows, &found);
    assert!(failures.is_empty(), "{} cells are wrong\n\n{}", failures.len(), failures.join("\n\n"));
    for row in &rows {
        for column in Column::ALL.into_iter().filter(|column| row.typed(*column).is_some()) {
            assert!(found.contains_key(&(row.verb, column)), "{} at {} was not tried", row.verb, column.title());
        }
    }
}

/// For whoever wants to see it, and for `tests/run`.
fn write(rows: &[Row], found: &BTreeMap<(&str, Column), i32>) {
    let mut text = format!("{} cells of {} commands\n\n{:<28}", found.len(), rows.len(), "command");
    for column in Column::ALL {
        write!(text, " {:>8}", column.title()).unwrap();
    }
    text += "\n";
    let mut reasons = BTreeMap::new();
    for row in rows {
        write!(text, "{:<28}", row.verb).unwrap();
        for column in Column::ALL {
            let code = found.get(&(row.verb, column)).map_or("-".to_owned(), i32::to_string);
            let reason = row.but.iter().find(|(other, ..)| *other == column).map(|(.., why)| *why);
            let mark = reason.map_or(String::new(), |why| {
                let next = reasons.len() + 1;
                format!("^{}", reasons.entry(why).or_insert(next))
            });
            write!(text, " {:>8}", code + &mark).unwrap();
        }
        text += match row.asks {
            Asks::Servers => "\n",
            Asks::Login => "  (the login itself fails)\n",
            Asks::Nobody => "  (sends nothing)\n",
            Asks::ItsOwn => "  (servers of its own)\n",
        };
    }
    let mut reasons: Vec<(usize, &str)> = reasons.into_iter().map(|(why, number)| (number, why)).collect();
    reasons.sort_unstable();
    for (number, why) in reasons {
        write!(text, "\n^{number} {why}").unwrap();
    }
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("table.txt");
    std::fs::write(path, text + "\n").unwrap();
}
