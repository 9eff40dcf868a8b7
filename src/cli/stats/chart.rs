//! Requests a day as bars, for a terminal of any width and without colour.

use jiff::civil::Date;

/// Older days are in the rows of `--by day`.
const MOST_DAYS: usize = 31;

/// A day, what was asked on it, and how much of that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) date: Date,
    pub(super) requests: u64,
    pub(super) errors: u64,
}

/// Lines no wider than `width`, the oldest day first, with the days between on which nothing was asked. `#` stands for
/// answers, `!` for errors; whatever is not nothing gets at least one sign.
pub(super) fn lines(days: &[Day], width: usize) -> Vec<String> {
    let days = without_gaps(days);
    let most = days.iter().map(|day| day.requests).max().unwrap_or_default();
    let digits = most.to_string().len();
    let widest = days.iter().map(|day| errors_of(day).len()).max().unwrap_or_default();
    // The date, the number, and two blanks after each.
    let room = width.saturating_sub(10 + 2 + digits + 2 + widest).clamp(10, 60);
    let mut lines = Vec::with_capacity(days.len());
    for day in &days {
        let errors = day.errors.min(day.requests);
        // An error is never hidden by the answers around it.
        let bad = signs(errors, most, room);
        let all = signs(day.requests, most, room).max(bad + usize::from(errors < day.requests)).min(room);
        let bar = "#".repeat(all.saturating_sub(bad)) + &"!".repeat(bad.min(all));
        let line = format!("{}  {:>digits$}  {bar}{}", day.date, day.requests, errors_of(day));
        lines.push(line.trim_end().to_owned());
    }
    lines
}

fn errors_of(day: &Day) -> String {
    match day.errors {
        0 => String::new(),
        1 => "  1 error".to_owned(),
        errors => format!("  {errors} errors"),
    }
}

fn signs(amount: u64, most: u64, room: usize) -> usize {
    if amount == 0 || most == 0 {
        return 0;
    }
    let share = u128::from(amount) * room as u128 / u128::from(most);
    usize::try_from(share).unwrap_or(room).clamp(1, room)
}

/// Every day from the first to the last, at most the newest month.
fn without_gaps(days: &[Day]) -> Vec<Day> {
    let mut sorted = days.to_vec();
    sorted.sort_by_key(|day| day.date);
    let mut all: Vec<Day> = Vec::new();
    for day in sorted.into_iter().rev() {
        while all.len() < MOST_DAYS
            && let Some(next) = all.last().and_then(|last| last.date.yesterday().ok()).filter(|next| *next > day.date)
        {
            all.push(Day { date: next, requests: 0, errors: 0 });
        }
        if all.len() < MOST_DAYS {
            all.push(day);
        }
    }
    all.reverse();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(date: &str, requests: u64, errors: u64) -> Day {
        Day { date: date.parse().unwrap(), requests, errors }
    }

    #[test]
    fn bars_are_in_proportion_and_days_without_anything_are_there() {
        let days = [day("2026-01-04", 40, 0), day("2026-01-01", 20, 5), day("2026-01-02", 1, 1)];
        assert_eq!(
            lines(&days, 48),
            [
                "2026-01-01  20  #########!!  5 errors",
                "2026-01-02   1  !  1 error",
                "2026-01-03   0",
                "2026-01-04  40  ######################",
            ]
        );
    }

    #[test]
    fn nothing_is_wider_than_the_terminal_and_nothing_small_is_lost() {
        let days = [day("2026-01-01", u64::MAX, 1), day("2026-01-02", 1, 0), day("2026-01-03", 2, 1)];
        for width in [80, 60] {
            let lines = lines(&days, width);
            assert!(lines.iter().all(|line| line.len() <= width), "{lines:?}");
            assert!(
                lines[0].contains("#!") && lines[1].ends_with(" 1  #") && lines[2].ends_with(" 2  #!  1 error"),
                "{lines:?}"
            );
        }
    }

    #[test]
    fn a_year_becomes_its_last_month() {
        let lines = lines(&[day("2025-01-01", 5, 0), day("2025-12-31", 5, 0)], 80);
        assert_eq!(lines.len(), MOST_DAYS);
        assert!(lines[0] == "2025-12-01  0" && lines[30].starts_with("2025-12-31  5  ##"), "{lines:?}");
        assert_eq!(super::lines(&[], 80), Vec::<String>::new());
    }
}
