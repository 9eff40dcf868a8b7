//! The manager's own header: credentials for itself and for clouds, as lines in one header, joined by a backslash and an `n`.

use crate::base::Secret;

/// What a line says that is about the manager itself.
const ITSELF: &str = "InfrastructureManager";

/// Lines of authorization that came from a file. None is shown anywhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    lines: Vec<Secret>,
    has_own: bool,
}

impl Lines {
    /// A line each; empty ones and those that begin with `#` do not count. The number of a line that is none: from 1.
    pub(crate) fn read(text: &str) -> Result<Self, usize> {
        let mut all = Self::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let kind = member(line, "type").ok_or(index + 1)?;
            if line.chars().any(char::is_control) || line.contains("\\n") {
                return Err(index + 1);
            }
            all.has_own |= kind == ITSELF;
            all.lines.push(Secret::new(line));
        }
        Ok(all)
    }

    /// Whether they say who one is at the manager, so that it needs no token.
    pub(crate) fn has_own(&self) -> bool {
        self.has_own
    }

    /// The value of the header.
    pub(crate) fn with(&self, token: Option<&Secret>) -> Secret {
        let own = token.filter(|_| !self.has_own).map(|token| format!("type = {ITSELF}; token = {}", token.expose()));
        let lines = self.lines.iter().map(|line| line.expose().to_owned());
        Secret::new(own.into_iter().chain(lines).collect::<Vec<_>>().join("\\n"))
    }
}

/// A member of `key = value; key = value`.
fn member<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.split(';')
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| name.trim() == key)
        .map(|(_, text)| text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_comes_first_and_the_clouds_behind_it() {
        let token = Secret::new("canary-token");
        let bare = Lines::default().with(Some(&token));
        assert_eq!(bare.expose(), "type = InfrastructureManager; token = canary-token");
        let lines = Lines::read("# clouds\n\nid = d; type = Dummy\n").unwrap();
        let value = lines.with(Some(&token));
        assert_eq!(value.expose(), "type = InfrastructureManager; token = canary-token\\nid = d; type = Dummy");
    }

    #[test]
    fn who_says_who_one_is_needs_no_token() {
        let lines =
            Lines::read("type = InfrastructureManager; username = u; password = p\nid = d; type = Dummy").unwrap();
        assert!(lines.has_own());
        let value = lines.with(Some(&Secret::new("canary-token")));
        let expected = "type = InfrastructureManager; username = u; password = p\\nid = d; type = Dummy";
        assert_eq!(value.expose(), expected);
    }

    #[test]
    fn what_is_no_line_is_named_by_its_number() {
        for (text, line) in [("id = d", 1), ("id = d; type = Dummy\nsecret", 2), ("type = a\\ntype = b", 1)] {
            assert_eq!(Lines::read(text).unwrap_err(), line, "{text}");
        }
    }
}
