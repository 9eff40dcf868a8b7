//! Text for a screen of eighty columns.

/// How wide it is.
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

/// One command line, so that a shell takes it as it stands on several lines.
pub(crate) fn example(line: &str, width: usize) -> String {
    lines(line, "  ", "    ", " \\", width).join("\n")
}

/// Words on lines: the first begins with one text and the others with another, and all but the last end with a third.
fn lines(text: &str, first: &str, others: &str, end: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let count = |text: &str| text.chars().count();
    let words = words(text);
    for (number, word) in words.iter().enumerate() {
        let is_last = number + 1 == words.len();
        let room = width - if is_last { 0 } else { count(end) };
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
    fn prose_keeps_its_lines_and_tables_their_columns() {
        assert_eq!(text("one two three\n\n  four five six", 9), "one two\nthree\n\n  four\n  five\n  six");
        assert_eq!(text("  LEVEL       what it is", 9), "  LEVEL       what it is");
        assert_eq!(text("that user's own word", 11), "that user's\nown word");
    }
}
