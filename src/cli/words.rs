//! A line of commands as text: split into words as a shell would, and put together again. Nothing is expanded. What a shell
//! would expand, or take for its own, is refused: taken as it stands it would mean something else than was meant.

/// The words of a line; none of an empty one or a comment. `Err`: why it is no line, as a clause.
pub(crate) fn split(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = line.chars().peekable();
    while let Some(sign) = rest.next() {
        match sign {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match rest.next() {
                        Some('\'') => break,
                        Some(other) => word.push(other),
                        None => return Err("a quote ' is not closed".to_owned()),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match rest.next() {
                        Some('"') => break,
                        Some('\\') => match rest.next() {
                            Some(sign @ ('"' | '\\' | '$' | '`')) => word.push(sign),
                            Some(other) => word.extend(['\\', other]),
                            None => return Err("a quote \" is not closed".to_owned()),
                        },
                        Some(sign @ ('$' | '`')) => refuse_expansion(sign, rest.peek().copied(), word)?,
                        Some(other) => word.push(other),
                        None => return Err("a quote \" is not closed".to_owned()),
                    }
                }
            }
            '\\' => match rest.next() {
                Some(other) => word.get_or_insert_default().push(other),
                None => return Err("it ends in \\, and lines are not put together".to_owned()),
            },
            '#' if word.is_none() => break,
            '|' | '&' | ';' | '<' | '>' | '(' | ')' => {
                return Err(format!("no shell reads it, so {sign} does nothing; put it in quotes if it is meant so"));
            }
            '$' | '`' => refuse_expansion(sign, rest.peek().copied(), word.get_or_insert_default())?,
            '~' if word.is_none() && rest.peek().is_none_or(|next| *next == '/' || next.is_whitespace()) => {
                return Err("no shell reads it, so ~ is not your home; write the path in full".to_owned());
            }
            blank if blank.is_whitespace() => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

/// A dollar that stands for nothing is itself.
fn refuse_expansion(sign: char, next: Option<char>, word: &mut String) -> Result<(), String> {
    let stands = next.is_some_and(|next| next.is_alphanumeric() || "_{(?!@*$".contains(next));
    if sign == '`' || stands {
        let what = if sign == '`' { "`…`".to_owned() } else { format!("${}…", next.unwrap_or_default()) };
        return Err(format!("no shell reads it, so {what} stands for nothing; put it in '…' if it is meant so"));
    }
    word.push(sign);
    Ok(())
}

/// Whether a command with these words reads from standard input.
pub(crate) fn read_stdin<W: AsRef<str>>(words: &[W]) -> bool {
    let is_it = |value: &str| matches!(value, "-" | "@-");
    words.iter().map(AsRef::as_ref).any(|word: &str| match word.strip_prefix("--") {
        Some(flag) => flag.ends_with("-stdin") || flag.split_once('=').is_some_and(|(_, value)| is_it(value)),
        None => is_it(word) || word == "-f@-",
    })
}

/// The line of these words. [`split`] gives them back.
pub(crate) fn joined<W: AsRef<str>>(words: &[W]) -> String {
    words.iter().map(|word| quoted(word.as_ref())).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+@%=:,".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_those_of_a_shell() {
        for (line, words) in [
            ("user show bob -s city", &["user", "show", "bob", "-s", "city"][..]),
            ("  user\tshow  bob # why", &["user", "show", "bob"]),
            ("a 'b c' \"d e\" f\\ g ''", &["a", "b c", "d e", "f g", ""]),
            ("it\\''s' \"a\\\"b\\\\c\\d\"", &["it's", "a\"b\\c\\d"]),
            ("a#b c\\#d '#e'", &["a#b", "c#d", "#e"]),
            ("--filter=name~a* x~ a$ '$HOME' \"5 $\" \\$x", &["--filter=name~a*", "x~", "a$", "$HOME", "5 $", "$x"]),
            ("# only a comment", &[]),
            ("", &[]),
        ] {
            assert_eq!(split(line).unwrap(), words, "{line}");
        }
    }

    #[test]
    fn what_a_shell_would_do_is_refused() {
        for line in [
            "user list > x",
            "user list | wc",
            "a; b",
            "a & b",
            "a < b",
            "$HOME/x",
            "\"${x}\"",
            "$(id)",
            "`id`",
            "\"`id`\"",
            "~/x",
            "~",
            "'open",
            "\"open",
            "\"open\\",
            "end\\",
        ] {
            assert!(split(line).is_err(), "{line}");
        }
    }

    proptest! {
        #[test]
        fn what_is_put_together_comes_apart_the_same(words in proptest::collection::vec(any::<String>(), 0..6)) {
            let line = joined(&words);
            prop_assert_eq!(split(&line).unwrap(), words, "{}", line);
        }

        #[test]
        fn no_line_brings_it_down(line in any::<String>()) {
            let _ = split(&line);
        }
    }
}
