//! Text that others wrote, cleaned for where it goes. What counts as dangerous is decided in one place,
//! [`crate::base::text`]; here it is only applied.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::base::text;

/// Text of several lines for a terminal: line feeds and tabs stay, everything else that acts is shown.
pub(super) fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let lines = text.split('\n').map(|line| line.split('\t').map(text::safe).collect::<Vec<_>>().join("\t"));
    lines.collect::<Vec<_>>().join("\n")
}

/// A JSON text with every dangerous character inside its strings as `\uXXXX`: the same data, harmless to show.
pub(super) fn json(document: String) -> String {
    escape(document, |character, escaped| {
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing into a String cannot fail.
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    })
}

fn escape(document: String, write: impl Fn(char, &mut String)) -> String {
    if document.split('\n').all(|line| matches!(text::safe(line), Cow::Borrowed(_))) {
        return document;
    }
    let mut escaped = String::with_capacity(document.len() + 16);
    for character in document.chars() {
        if character != '\n' && acts(character) {
            write(character, &mut escaped);
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// Whether anything in the text is dangerous to show.
pub(super) fn is_dangerous(text: &str) -> bool {
    matches!(text::safe(text), Cow::Owned(_))
}

/// A bare value in a pipe: only what would end its line early is escaped.
pub(super) fn one_line(text: &str) -> String {
    text.replace('\n', "\\n").replace('\r', "\\r")
}

/// A field of a tab-separated line. The backslash is doubled, so that the escapes can be undone.
pub(super) fn tsv_field(text: &str) -> String {
    one_line(&text.replace('\\', "\\\\")).replace('\t', "\\t")
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front. So does one that looks guarded
/// already, or it could not be told from a guarded one when it is read back.
pub(crate) fn formula_guard(text: String) -> String {
    if is_formula(text.trim_start_matches('\'')) { format!("'{text}") } else { text }
}

/// The cell as it was before [`formula_guard`]; what that leaves alone stays.
pub(crate) fn formula_unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest.trim_start_matches('\''))).unwrap_or(cell)
}

fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

fn acts(character: char) -> bool {
    is_dangerous(character.encode_utf8(&mut [0; 4]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_json_holds_the_same_data() {
        let value = serde_json::json!({"a\u{202e}b": ["\u{9b}31m", "\u{7f}", "\u{e0041}", "ü", "line\nfeed\u{1b}"]});
        let escaped = json(serde_json::to_string_pretty(&value).unwrap());
        assert!(escaped.contains("\\u202e") && escaped.contains("\\u009b") && escaped.contains("\\udb40\\udc41"));
        assert!(escaped.split('\n').all(|line| !is_dangerous(line)), "{escaped}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
    }

    #[test]
    fn lines_and_tabs_stay_for_a_terminal() {
        assert_eq!(lines("a\tb\r\nc\u{1b}[2J\rd"), "a\tb\nc\\x1b[2J\\rd");
    }

    #[test]
    fn a_tsv_field_can_be_undone() {
        assert_eq!(tsv_field("a\tb\nc\\n"), "a\\tb\\nc\\\\n");
    }

    #[test]
    fn formulas_are_guarded() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''=1"] {
            assert_eq!(formula_guard(bad.to_owned()), format!("'{bad}"));
        }
        for good in ["", "a=b", "1-1", "'", "'tis", "''a=1"] {
            assert_eq!((formula_guard(good.to_owned()).as_str(), formula_unguarded(good)), (good, good));
        }
    }

    proptest::proptest! {
        #[test]
        fn a_guarded_cell_is_read_back_as_it_was(text in "'{0,3}[=+@\t\r\\-a' ]{0,2}\\PC{0,8}") {
            let guarded = formula_guard(text.clone());
            proptest::prop_assert!(!is_formula(&guarded));
            proptest::prop_assert_eq!(formula_unguarded(&guarded), text);
        }
    }
}
