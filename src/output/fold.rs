//! Text for a screen that is so many columns wide: the one place that breaks lines.

use dialoguer::console::measure_text_width;

/// How wide a screen is that nobody has looked at.
pub(crate) const WIDTH: usize = 80;

/// A text with lines that are not longer than this. A line that begins with a space is a table's or an example's, and goes
/// on below its own beginning.
pub(crate) fn text(text: &str, width: usize) -> String {
    text.lines().map(|line| prose(line, width)).collect::<Vec<_>>().join("\n")
}

fn prose(line: &str, width: usize) -> String {
    let start: String = line.chars().take_while(|sign| *sign == ' ').collect();
    // What is aligned by more than one space would not be any more.
    if line.trim_start().contains("  ") {
        return line.to_owned();
    }
    lines(line.trim_start(), &start, &start, "", width).join("\n")
}

/// One line that is said to a person. The command that it ends with stays whole, to be copied: where it is too long, the
/// terminal goes on with it.
pub(crate) fn said(line: &str, first: &str, others: &str, width: usize) -> String {
    // What is aligned by more than one space would not be any more.
    if line.trim().is_empty() || line.trim_start().contains("  ") {
        return format!("{first}{line}");
    }
    // What is set in stays so.
    let (start, line) = line.split_at(line.len() - line.trim_start().len());
    fill(&words_before_a_command(line), &format!("{first}{start}"), others, "", width).join("\n")
}

/// The words of a line, and as one of them the command of ours at its end.
fn words_before_a_command(line: &str) -> Vec<String> {
    let command = line.match_indices("orchest ").map(|(at, _)| at).find(|at| {
        let before = line.get(..*at).unwrap_or_default();
        before.is_empty() || before.ends_with(": ")
    });
    let (prose, command) = line.split_at(command.unwrap_or(line.len()));
    let mut all = words(prose);
    if !command.is_empty() {
        all.push(command.to_owned());
    }
    all
}

/// A text on lines of so many columns: broken between words, else where a word has a joint, else anywhere.
pub(super) fn within(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut wide = 0;
    for word in text.split(' ') {
        let whole = measure_text_width(word);
        if !lines.is_empty() && wide + 1 + whole <= width {
            if let Some(line) = lines.last_mut() {
                line.extend([" ", word]);
            }
            wide += 1 + whole;
            continue;
        }
        lines.push(String::new());
        wide = 0;
        for piece in pieces(word) {
            let whole = measure_text_width(piece);
            if wide > 0 && wide + whole > width {
                lines.push(String::new());
                wide = 0;
            }
            if let (Some(line), true) = (lines.last_mut(), wide + whole <= width) {
                line.push_str(piece);
                wide += whole;
                continue;
            }
            for sign in piece.chars() {
                let takes = measure_text_width(sign.encode_utf8(&mut [0; 4]));
                if wide > 0 && wide + takes > width {
                    lines.push(String::new());
                    wide = 0;
                }
                if let Some(line) = lines.last_mut() {
                    line.push(sign);
                }
                wide += takes;
            }
        }
    }
    lines
}

/// What parts the pieces of an address or a name.
const MARKS: &str = "-_/.,;:=&?+";

/// A word at its joints: behind the marks that part an address or a name, and before what follows a day or a name in a mail's
/// address. What is between digits parts a number, and is no joint.
pub(super) fn pieces(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let mut signs = rest.char_indices().peekable();
        let mut former = ' ';
        while let Some((at, sign)) = signs.next() {
            let next = signs.peek().map(|(_, next)| *next);
            let is_time = sign == 'T' && former.is_ascii_digit() && next.is_some_and(|next| next.is_ascii_digit());
            let before = at > 0 && (sign == '@' || is_time);
            // Several marks are one joint.
            let behind =
                MARKS.contains(sign) && next.is_some_and(|next| !next.is_ascii_digit() && !MARKS.contains(next));
            let end = if before { Some(at) } else { behind.then_some(at + sign.len_utf8()) };
            if let Some((piece, others)) = end.and_then(|end| rest.split_at_checked(end)) {
                rest = others;
                return Some(piece);
            }
            former = sign;
        }
        let last = std::mem::take(&mut rest);
        (!last.is_empty()).then_some(last)
    })
}

/// One command line, so that a shell takes it as it stands on several lines.
pub(crate) fn example(line: &str, width: usize) -> String {
    lines(line, "  ", "    ", " \\", width).join("\n")
}

/// Words on lines: the first begins with one text and the others with another, and all but the last end with a third.
fn lines(text: &str, first: &str, others: &str, end: &str, width: usize) -> Vec<String> {
    fill(&words(text), first, others, end, width)
}

fn fill(words: &[String], first: &str, others: &str, end: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let count = measure_text_width;
    for (number, word) in words.iter().enumerate() {
        let is_last = number + 1 == words.len();
        let room = width.saturating_sub(if is_last { 0 } else { count(end) });
        match lines.last_mut() {
            Some(line) if count(line) + 1 + count(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            Some(line) => {
                line.push_str(end);
                lines.push(format!("{others}{word}"));
            }
            None => lines.push(format!("{first}{word}")),
        }
    }
    lines
}

/// Words; what stands in single quotes is one of them, as far as there are quotes at its ends.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for piece in text.split(' ').filter(|piece| !piece.is_empty()) {
        match words.last_mut() {
            Some(word) if open => {
                word.push(' ');
                word.push_str(piece);
            }
            _ => words.push(piece.to_owned()),
        }
        // The apostrophe of "that user's password" opens nothing.
        let opens = piece.starts_with('\'') || piece.contains("='");
        if open {
            open = !piece.trim_end_matches([',', ';', '.']).ends_with('\'');
        } else {
            open = opens && piece.matches('\'').count() == 1;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_goes_on_as_a_shell_wants_it() {
        let folded = example("orchest a --bcd 'e f' --ghi", 20);
        assert_eq!(folded, "  orchest a --bcd \\\n    'e f' --ghi");
        assert_eq!(example("orchest a", 20), "  orchest a");
        let words = example(&"word ".repeat(60), WIDTH);
        assert!(words.lines().all(|line| line.chars().count() <= WIDTH), "{words}");
        assert!(words.lines().rev().skip(1).all(|line| line.ends_with(" \\")), "{words}");
    }

    #[test]
    fn what_is_said_ends_with_a_command_in_one_piece() {
        let hint = said("hint: look at it before: orchest service repair smartcity --dry-run", "  ", "    ", 30);
        assert_eq!(hint, "  hint: look at it before:\n    orchest service repair smartcity --dry-run");
        assert_eq!(said("this orchest was built without it", "", "  ", 20), "this orchest was\n  built without it");
        assert_eq!(said("", "  ", "    ", 20), "  ");
        assert_eq!(said("  set in", "- ", "    ", 20), "-   set in");
        assert_eq!(said("a  table stays as it is", "", "    ", 9), "a  table stays as it is");
        assert_eq!(said("\u{1b}[1mwarning:\u{1b}[0m ü", "", "  ", 10), "\u{1b}[1mwarning:\u{1b}[0m ü");
    }

    #[test]
    fn words_have_joints() {
        for (word, joints) in [
            ("2026-11-30T12:09:00Z", "2026-11-30|T12:09:00Z"),
            ("alice@city.example", "alice|@city.|example"),
            ("CREATE_COMPLETE", "CREATE_|COMPLETE"),
            ("http://127.0.0.1:8666/notify", "http://127.0.0.1:8666/|notify"),
            ("https://host/a", "https://|host/|a"),
            ("Test", "Test"),
            ("@", "@"),
            ("--", "--"),
            ("日本-語", "日本-|語"),
        ] {
            assert_eq!(pieces(word).collect::<Vec<_>>().join("|"), joints);
        }
        assert_eq!(pieces("").count(), 0);
    }

    #[test]
    fn nothing_is_lost_between_lines() {
        assert_eq!(within("one two three", 7), ["one two", "three"]);
        assert_eq!(within("CREATE_COMPLETE x", 9), ["CREATE_", "COMPLETE", "x"]);
        assert_eq!(within("0123456789 日本語", 4), ["0123", "4567", "89", "日本", "語"]);
        assert_eq!(within("", 4), [""]);
        assert_eq!(within("日", 1), ["日"]);
    }

    #[test]
    fn prose_keeps_its_lines_and_tables_their_columns() {
        assert_eq!(text("one two three\n\n  four five six", 9), "one two\nthree\n\n  four\n  five\n  six");
        assert_eq!(text("  LEVEL       what it is", 9), "  LEVEL       what it is");
        assert_eq!(text("that user's own word", 11), "that user's\nown word");
    }
}
