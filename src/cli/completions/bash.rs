//! bash hands over its line as it was typed, and takes what is given to it as it is. So the line is read here as bash would
//! read it, though nothing in it is ever carried out, and each word is quoted for the place it comes to stand in.

/// A word of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Typed {
    /// What a program would be given.
    pub(super) word: String,
    /// What of it stays as it is when the word is completed, in bytes of `word`.
    kept: usize,
    /// The quote that is open at its end.
    open: Option<char>,
    /// Whether a sign in it sends something into a file, or takes it from one, and whether that file is named in it too.
    redirects: Option<bool>,
}

/// The words of a line, the last one that at its end: empty, where the line ends with a blank. `breaks` are the signs at which
/// bash divides words once more.
pub(super) fn words(line: &str, breaks: &str) -> Vec<Typed> {
    let (mut words, mut current, mut begun) = (Vec::new(), Typed::default(), false);
    let mut letters = line.chars().peekable();
    // Behind a quote that was closed again, the break before it counts.
    let mut before = 0;
    while let Some(letter) = letters.next() {
        match (current.open, letter) {
            (None, ' ' | '\t' | '\n') => {
                if std::mem::take(&mut begun) {
                    words.push(std::mem::take(&mut current));
                }
                continue;
            }
            (None, '\'' | '"') => {
                current.open = Some(letter);
                before = std::mem::replace(&mut current.kept, current.word.len());
            }
            (Some(quote), _) if letter == quote => {
                current.open = None;
                current.kept = before;
            }
            (None, '\\') => current.word.extend(letters.next()),
            (Some('"'), '\\') => match letters.next_if(|next| "$`\"\\".contains(*next)) {
                Some(next) => current.word.push(next),
                None => current.word.push('\\'),
            },
            (open, _) => {
                current.word.push(letter);
                if open.is_none() && matches!(letter, '<' | '>') {
                    current.redirects = Some(false);
                } else if current.redirects.is_some() {
                    current.redirects = Some(true);
                }
                if open.is_none() && breaks.contains(letter) {
                    current.kept = current.word.len();
                }
            }
        }
        begun = true;
    }
    words.push(current);
    words
}

/// The words that the program is given; `None`: the last one is the name of a file, which the shell knows.
pub(super) fn given(words: Vec<Typed>) -> Option<Vec<Typed>> {
    let (mut given, mut is_file) = (Vec::new(), false);
    for word in words {
        let was_file = std::mem::replace(&mut is_file, word.redirects == Some(false));
        if !was_file && word.redirects.is_none() {
            given.push(Some(word));
        } else {
            given.push(None);
        }
    }
    given.last()?.as_ref()?;
    Some(given.into_iter().flatten().collect())
}

impl Typed {
    /// What has to be put into the line for this to become the word; `None`: it cannot be written there.
    pub(super) fn completed(&self, wanted: &str) -> Option<String> {
        let kept = self.word.get(..self.kept)?;
        let rest = wanted.strip_prefix(kept)?;
        match self.open {
            None => Some(quoted(rest)),
            Some('\'') => Some(rest.replace('\'', r"'\''")),
            // Not even a backslash keeps an exclamation mark from meaning a line of the past there.
            Some(_) if rest.contains('!') => None,
            Some(_) => Some(escaped(rest, |letter| "$`\"\\".contains(letter))),
        }
    }
}

fn quoted(text: &str) -> String {
    escaped(text, |letter| !(letter.is_alphanumeric() || "_-./:=@%+,".contains(letter)))
}

fn escaped(text: &str, special: impl Fn(char) -> bool) -> String {
    let mut result = String::with_capacity(text.len());
    for letter in text.chars() {
        if special(letter) {
            result.push('\\');
        }
        result.push(letter);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const BREAKS: &str = " \t\n\"'@><=;|&(:";

    fn read(line: &str) -> Vec<String> {
        words(line, BREAKS).into_iter().map(|typed| typed.word).collect()
    }

    fn completed(line: &str, wanted: &str) -> Option<String> {
        words(line, BREAKS).pop().unwrap().completed(wanted)
    }

    #[test]
    fn a_line_is_read_as_bash_reads_it() {
        for (line, words) in [
            ("", &[""][..]),
            ("orchest ", &["orchest", ""]),
            ("orchest  user   sh", &["orchest", "user", "sh"]),
            (r"a b\ c 'd  e' ", &["a", "b c", "d  e", ""]),
            (r#"a "b $x \" \\ \n" "#, &["a", r#"b $x " \ \n"#, ""]),
            ("a 'b c", &["a", "b c"]),
            ("a ''", &["a", ""]),
            ("a '' ", &["a", "", ""]),
            (r"a b\", &["a", "b"]),
            ("a --service=b\\;c", &["a", "--service=b;c"]),
            ("a x'y'\"z\"", &["a", "xyz"]),
            ("a $(touch x", &["a", "$(touch", "x"]),
        ] {
            assert_eq!(read(line), words, "{line:?}");
        }
    }

    #[test]
    fn files_that_the_shell_opens_are_no_words_of_the_program() {
        let read = |line: &str| {
            let given = given(words(line, BREAKS))?;
            Some(given.into_iter().map(|typed| typed.word).collect::<Vec<_>>())
        };
        for (line, words) in [
            ("o version > ", None),
            ("o version >", None),
            ("o version > ou", None),
            ("o version 2>ou", None),
            ("o batch run - < li", None),
            ("o version > out -o ", Some(&["o", "version", "-o", ""][..])),
            ("o version >out -o j", Some(&["o", "version", "-o", "j"])),
            ("o user show 'a>b", Some(&["o", "user", "show", "a>b"])),
            ("o user show a\\>b", Some(&["o", "user", "show", "a>b"])),
        ] {
            assert_eq!(read(line), words.map(|words| words.iter().map(|word| (*word).to_owned()).collect()), "{line}");
        }
    }

    #[test]
    fn a_word_is_quoted_for_where_it_stands() {
        for (line, wanted, written) in [
            ("o ", "carl", Some("carl")),
            ("o ", "$(touch x)", Some(r"\$\(touch\ x\)")),
            ("o \\$", "$(touch x)", Some(r"\$\(touch\ x\)")),
            ("o ", "a'b\"c", Some(r#"a\'b\"c"#)),
            ("o ", "!a", Some(r"\!a")),
            ("o ", "~", Some(r"\~")),
            ("o '", "a'b c", Some(r"a'\''b c")),
            ("o 'a", "a!b", Some("a!b")),
            ("o \"", "$x `y` \"", Some(r#"\$x \`y\` \""#)),
            ("o \"", "a!b", None),
            ("o --service=", "--service=a b", Some(r"a\ b")),
            ("o --service=a", "--service=a b", Some(r"a\ b")),
            ("o --service='a", "--service=a b", Some("a b")),
            ("o a:b:", "a:b:c d", Some(r"c\ d")),
            ("o ada@", "ada@example.com", Some("example.com")),
            ("o 'a'b", "ab c", Some(r"ab\ c")),
            // What is typed and quoted is no break.
            ("o a\\:", "a:b", Some("a:b")),
            ("o ", "ünal ü", Some(r"ünal\ ü")),
        ] {
            assert_eq!(completed(line, wanted).as_deref(), written, "{line:?} {wanted:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for wanted in ["$(touch x)", "a b", "'", "\"", "\\", "a;b", "*", "&&", "|", "#", "=x", "~", "!", "{a,b}", "[x]"]
        {
            for quote in ["", "'", "\""] {
                let Some(written) = completed(&format!("o {quote}"), wanted) else { continue };
                assert_eq!(read(&format!("o {quote}{written}{quote}")), ["o", wanted], "{wanted:?} {written:?}");
            }
        }
    }
}
