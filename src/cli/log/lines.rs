//! The lines of a log, each with the time that it was written, as far as that can be read.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its own, or that of the line before it.
    pub(super) at: Option<Timestamp>,
    pub(super) text: String,
}

/// All of them. What a program printed stands behind the line that says that it ran.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    let mut last = None;
    text.lines()
        .map(|line| {
            last = time(line).or(last);
            Entry { at: last, text: line.to_owned() }
        })
        .collect()
}

/// `2026-11-24 02:35:29.193952: …`, without a zone.
fn time(line: &str) -> Option<Timestamp> {
    let end = line.find(": ").or_else(|| line.strip_suffix(':').map(str::len))?;
    let moment: DateTime = line.get(..end)?.trim().parse().ok()?;
    Some(moment.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// What has come since: whole lines only, unless nothing more will come. A log that does not go on where it was is another
/// one, and all of it is new.
pub(super) fn fresh<'t>(shown: &str, text: &'t str, last: bool) -> &'t str {
    let new = text.strip_prefix(shown).unwrap_or(text);
    if last {
        return new;
    }
    let whole = new.rfind('\n').map_or(0, |end| end + 1);
    new.get(..whole).unwrap_or_default()
}

/// What has been shown when that is shown too.
pub(super) fn seen(shown: &str, text: &str, fresh: &str) -> String {
    if text.starts_with(shown) { format!("{shown}{fresh}") } else { fresh.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_a_time_has_that_of_the_one_before_it() {
        let found = entries("odd\n2026-11-24 02:35:29.193952: Select master VM\nPLAY [all] ***: x\n");
        let at: Option<Timestamp> = Some("2026-11-24T02:35:29.193952Z".parse().unwrap());
        assert_eq!(found.iter().map(|entry| entry.at).collect::<Vec<_>>(), [None, at, at]);
        assert_eq!(found[2].text, "PLAY [all] ***: x");
    }

    #[test]
    fn only_whole_lines_are_new_until_the_end() {
        let mut shown = String::new();
        for (text, last, expected) in [
            ("a\nb", false, "a\n"),
            ("a\nb", false, ""),
            ("a\nbc\nd", false, "bc\n"),
            ("a\nbc\nd", true, "d"),
            ("x\n", false, "x\n"),
            ("x\ny\n", false, "y\n"),
        ] {
            let new = fresh(&shown, text, last).to_owned();
            assert_eq!(new, expected, "{text:?} behind {shown:?}");
            shown = seen(&shown, text, &new);
        }
    }
}
