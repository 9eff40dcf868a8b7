//! The table `paas.alias`: short names for deployments. Servers have none; orchent kept such in a file of its own, which is
//! read here too.

use super::error::Error;
use super::load::Settings;

/// What that file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Aliases {
    /// Name and id, in the order of the file; of a name that stands there twice the last.
    pub(crate) named: Vec<(String, String)>,
    /// What else was there and means nothing here.
    pub(crate) ignored: Vec<String>,
}

impl Settings {
    /// The ids that have names, by these.
    pub(crate) fn aliases(&self) -> Vec<(String, String)> {
        let entries = self.entries("paas.alias").into_iter();
        entries
            .filter_map(|(path, item)| match path.as_slice() {
                [name] => Some((name.clone(), item.value.as_str()?.to_owned())),
                _ => None,
            })
            .collect()
    }
}

/// Whether a text is such a file: it says so by its one section.
pub(crate) fn is_orchent(text: &str) -> bool {
    text.lines().any(|line| section(line).is_some_and(|name| name.eq_ignore_ascii_case("alias")))
}

/// Reads orchent's file: `name = uuid` below `[alias]`.
pub(crate) fn orchent(text: &str) -> Result<Aliases, Error> {
    let mut aliases = Aliases::default();
    let mut within = false;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';'])) {
        if let Some(name) = section(line) {
            within = name.eq_ignore_ascii_case("alias");
            continue;
        }
        let (name, id) = line.split_once('=').unwrap_or((line, ""));
        let (name, id) = (name.trim(), id.trim().trim_matches('"'));
        let plain =
            |text: &str| !text.is_empty() && !text.chars().any(|sign| sign.is_control() || sign.is_whitespace());
        if within && plain(name) && plain(id) {
            aliases.named.retain(|(other, _)| other != name);
            aliases.named.push((name.to_owned(), id.to_owned()));
        } else {
            aliases.ignored.push(name.to_owned());
        }
    }
    if aliases.named.is_empty() {
        return Err(Error::NothingToImport { reason: "no alias stands there as `name = uuid`".to_owned() });
    }
    Ok(aliases)
}

fn section(line: &str) -> Option<&str> {
    Some(line.trim().strip_prefix('[')?.strip_suffix(']')?.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_below_the_section_are_aliases() {
        let text = "# mine\n[other]\nx = 1\n[ alias ]\nkafka = 11e8-a\n; no\nspark=\"11e8-b\"\nkafka = 11e8-c\nbad name = 1\nlonely\n";
        assert!(is_orchent(text) && !is_orchent("export OS_X='[alias]'\n"));
        let aliases = orchent(text).unwrap();
        let named: Vec<(&str, &str)> = aliases.named.iter().map(|(name, id)| (name.as_str(), id.as_str())).collect();
        assert_eq!(named, [("spark", "11e8-b"), ("kafka", "11e8-c")]);
        assert_eq!(aliases.ignored, ["x", "bad name", "lonely"]);
        assert!(matches!(orchent("[alias]\n"), Err(Error::NothingToImport { .. })));
    }
}
