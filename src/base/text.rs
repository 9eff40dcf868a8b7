//! Text that others wrote, made safe for a terminal and for one line of a log.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with everything that could move the cursor, colour the screen, hide or reorder characters shown as an
/// escape. Control characters, ESC sequences, bidirectional overrides and zero-width characters come out as `\x1b` or
/// `\u{202e}`; a tab and a line feed too, so one value stays on one line.
pub fn safe(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ if is_unsafe(character) => {
                let code = u32::from(character);
                // Writing into a String cannot fail.
                let _ = if code < 0x100 { write!(shown, "\\x{code:02x}") } else { write!(shown, "\\u{{{code:x}}}") };
            }
            _ => shown.push(character),
        }
    }
    Cow::Owned(shown)
}

/// The text as one word of a shell command that people may copy: in quotes only where it needs them.
pub fn shell_word(text: &str) -> String {
    let word = safe(text);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+@%=:,".contains(&byte);
    let plain = !word.is_empty() && word.bytes().all(plain);
    if plain { word.into_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// The same for text of several lines: line feeds stay.
pub fn safe_lines(text: &str) -> String {
    text.split('\n').map(safe).collect::<Vec<_>>().join("\n")
}

/// The first characters, and a sign that there were more.
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_says_so() {
        assert_eq!(shortened("äöü", 2), "äö…");
        assert_eq!(shortened("äöü", 3), "äöü");
    }

    #[test]
    fn a_word_is_quoted_only_when_the_shell_would_split_or_change_it() {
        for plain in ["bob", "/energy/solar", "a_b-c.d@e", "id:12"] {
            assert_eq!(shell_word(plain), plain);
        }
        for (text, word) in [
            ("", "''"),
            ("bob smith", "'bob smith'"),
            ("$HOME;`id`", "'$HOME;`id`'"),
            ("O'Neil", r"'O'\''Neil'"),
            ("~", "'~'"),
            ("#container", "'#container'"),
            ("ü", "'ü'"),
            ("a\u{1b}", r"'a\x1b'"),
        ] {
            assert_eq!(shell_word(text), word);
        }
    }

    #[test]
    fn nothing_dangerous_is_left() {
        for bad in ["\u{1b}[31mred", "\u{1b}]0;title\u{7}", "a\rb", "\u{9b}31m", "\u{202e}gpj", "a\u{200b}b", "\u{7f}"]
        {
            let shown = safe(bad);
            assert!(!shown.chars().any(is_unsafe), "{bad:?} became {shown:?}");
        }
    }

    #[test]
    fn ordinary_text_is_not_touched() {
        for good in ["Zürich", "日本", "a b", "smart#city/%", "😀"] {
            assert!(matches!(safe(good), Cow::Borrowed(same) if same == good));
        }
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(safe_lines("a\nb\u{1b}"), "a\nb\\x1b");
    }
}
