//! Words as a shell would split them, without a shell: quotes and backslashes, and no expansion whatsoever.

/// Splits a line into words. `None` if a quote stays open.
pub(super) fn split(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let word = first(rest)?;
        words.push(word.text);
        rest = word.rest.trim_start();
    }
    Some(words)
}

/// One word and what follows it.
pub(super) struct Word<'a> {
    /// Without its quotes.
    pub(super) text: String,
    /// Whether a shell would have put something else in the place of a `$` or a backquote.
    pub(super) expands: bool,
    /// Everything after it.
    pub(super) rest: &'a str,
}

/// The word at the start of the line, which ends at white space. `None` if a quote stays open.
pub(super) fn first(line: &str) -> Option<Word<'_>> {
    let mut text = String::new();
    let mut expands = false;
    let mut quote = None;
    let mut characters = line.char_indices();
    while let Some((at, character)) = characters.next() {
        match (quote, character) {
            (None, _) if character.is_whitespace() => {
                return Some(Word { text, expands, rest: line.get(at..).unwrap_or_default() });
            }
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (None, '\\') => text.push(characters.next()?.1),
            (Some('"'), '\\') => {
                let next = characters.next()?.1;
                // Between double quotes a backslash is one, except before these.
                if !matches!(next, '"' | '\\' | '$' | '`') {
                    text.push('\\');
                }
                text.push(next);
            }
            _ => {
                expands |= matches!(character, '$' | '`') && quote != Some('\'');
                text.push(character);
            }
        }
    }
    quote.is_none().then_some(Word { text, expands, rest: "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_like_a_shell() {
        assert_eq!(split(r#"a  'b c' "d \"e\" \x" f\ g """#).unwrap(), ["a", "b c", r#"d "e" \x"#, "f g", ""]);
        for open in ["'a", "\"a", "a\\", "\"a\\"] {
            assert_eq!(split(open), None, "{open}");
        }
    }

    #[test]
    fn tells_what_a_shell_would_expand() {
        for (line, expands) in [("'$a'", false), ("\"$a\"", true), ("$a", true), ("\\$a", false), ("`id`", true)] {
            assert_eq!(first(line).unwrap().expands, expands, "{line}");
        }
    }
}
