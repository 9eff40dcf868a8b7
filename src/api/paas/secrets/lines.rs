//! Lines of a text that is nothing in particular: `Grafana admin password: x`, `export TOKEN=x`, YAML that cannot be read.

use super::is_secret;
use crate::base::redact::MASK;

/// Of a sentence before a colon, so many words are the name.
const WORDS: usize = 4;

/// A secret whose value may go on below.
#[derive(Clone, Copy)]
struct Open {
    indent: usize,
    /// Nothing stood behind its name, so it may be a list, whose dashes need not be deeper.
    bare: bool,
}

impl Open {
    fn holds(self, line: &str) -> bool {
        let indent = indent(line);
        indent > self.indent || self.bare && indent == self.indent && line.trim_start().starts_with("- ")
    }
}

/// The text without what stands behind a name that announces a secret, to the end of its line and in deeper ones below.
pub(super) fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut open: Option<Open> = None;
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        if line.trim().is_empty() {
            shown.push_str(line);
        } else if open.is_some_and(|open| open.holds(line)) {
            shown.extend([line.get(..indent(line)).unwrap_or_default(), MASK]);
        } else if let Some((before, value)) = value(line) {
            shown.extend([before, if value.is_empty() { "" } else { MASK }]);
            // Behind the dashes of lists.
            let name = line.trim_start_matches([' ', '\t', '-']);
            open = Some(Open { indent: line.len() - name.len(), bare: value.is_empty() });
        } else {
            open = None;
            shown.push_str(line);
        }
        shown.push_str(end);
    }
    shown
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The line before and from the value of the first name that announces a secret.
fn value(line: &str) -> Option<(&str, &str)> {
    let mut begin = 0;
    for (at, mark) in line.match_indices([':', '=']) {
        let (before, rest) = (line.get(begin..at)?, line.get(at + 1..)?);
        let is_first = begin == 0;
        begin = at + 1;
        let is_secret = match mark {
            "=" => assigned(before).is_some_and(is_secret),
            // `arn:aws:secretsmanager:…` and `https://` name nothing.
            _ if rest.is_empty() || rest.starts_with([' ', '\t', '\r', '"', '\'']) => is_secret(&last_words(before)),
            _ => is_first && !rest.starts_with("//") && is_secret(&last_words(before)),
        };
        if is_secret {
            let value = rest.trim_start();
            return Some((line.get(..line.len() - value.len())?, value));
        }
    }
    None
}

/// What a value is given to, as in `export TOKEN=x` and `user=u, password=x`; not the keys of addresses, which have a rule of
/// their own.
fn assigned(before: &str) -> Option<&str> {
    let before = before.trim_end();
    let rest = before.trim_end_matches(|one: char| one.is_alphanumeric() || matches!(one, '_' | '-' | '.'));
    let is_apart = rest.is_empty() || rest.ends_with(|one: char| one.is_whitespace() || ",;\"'(".contains(one));
    before.get(rest.len()..).filter(|_| is_apart)
}

fn last_words(before: &str) -> String {
    let mut words: Vec<&str> = before.split_whitespace().rev().take(WORDS).collect();
    words.reverse();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_line_calls_a_secret_is_masked_to_its_end_and_the_rest_is_read() {
        for (text, seen) in [
            ("Login: admin. Password: a b c\nhost: h", "Login: admin. Password: ***\nhost: h"),
            ("Grafana admin password: x", "Grafana admin password: ***"),
            ("export DB_PASSWORD=x\nexport DB_USER=u", "export DB_PASSWORD=***\nexport DB_USER=u"),
            ("user=u, password = x", "user=u, password = ***"),
            ("psql --password=x", "psql --password=***"),
            ("password:x", "password:***"),
            ("said {\"token\": \"x\"}", "said {\"token\": ***"),
            ("a: [\n- token: |\n    x\n\n    y\n  user: u\n", "a: [\n- token: ***\n    ***\n\n    ***\n  user: u\n"),
            ("a: [\nkeys:\n- x\n- y\nuser: u", "a: [\nkeys:\n***\n***\nuser: u"),
        ] {
            assert_eq!(masked(text), seen, "{text}");
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for open in [
            "ready at 10:30: see https://h/?token=x",
            "arn:aws:secretsmanager:eu:1:secret:x",
            "token_type: bearer\nusername: u\npublic_key: x",
            "password:\nuser: u",
            "the key is in key_file: /root/key",
            "",
        ] {
            assert_eq!(masked(open), open);
        }
    }
}
