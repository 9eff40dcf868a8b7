//! The switches that decide how things are written, as values. Where they were typed or set is not known here.

use std::str::FromStr;

use super::error::{Error, closest};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Aligned columns, for people.
    Table,
    /// The same with every column of the view.
    Wide,
    /// One JSON document, indented.
    Json,
    /// One JSON value a line.
    Jsonl,
    /// One YAML document.
    Yaml,
    /// Comma-separated, with a header.
    Csv,
    /// Tab-separated, with a header.
    Tsv,
    /// The bare values.
    Value,
    /// The names alone.
    Name,
}

impl Format {
    /// The words, in the order they are shown.
    pub(crate) const NAMES: [&'static str; 9] =
        ["table", "wide", "json", "jsonl", "yaml", "csv", "tsv", "value", "name"];

    /// The word for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Wide => "wide",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Yaml => "yaml",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Value => "value",
            Self::Name => "name",
        }
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Ok(match text {
            "table" => Self::Table,
            "wide" => Self::Wide,
            "json" => Self::Json,
            "jsonl" => Self::Jsonl,
            "yaml" => Self::Yaml,
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            "value" => Self::Value,
            "name" => Self::Name,
            _ => return Err(Error::UnknownFormat { given: text.to_owned(), nearest: closest(text, Self::NAMES) }),
        })
    }
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Color {
    /// On a terminal that can, unless a variable says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl FromStr for Color {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "auto" => Ok(Self::Auto),
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            _ => Err(Error::UnknownColor { given: text.to_owned() }),
        }
    }
}

/// Everything that was asked for about output.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one flag or one variable, and they do not depend on each other"
)]
pub(crate) struct Options {
    /// `-o`.
    pub(crate) format: Option<Format>,
    /// `--columns`; each may hold several names with commas.
    pub(crate) columns: Vec<String>,
    /// `--sort-by`; each may hold several names with commas, `-` in front turns one round.
    pub(crate) sort_by: Vec<String>,
    /// `--filter`; a row has to pass all of them.
    pub(crate) filter: Vec<String>,
    /// `--query`.
    pub(crate) query: Option<String>,
    /// `--no-header`.
    pub(crate) no_header: bool,
    /// `--csv-raw`: no guard against formulas.
    pub(crate) csv_raw: bool,
    /// `--color`.
    pub(crate) color: Color,
    /// `-q`: nothing on stderr but errors.
    pub(crate) quiet: bool,
    /// How many `-v`.
    pub(crate) verbosity: u8,
    /// A width to use in place of the terminal's own.
    pub(crate) width: Option<usize>,
    /// Whether `NO_COLOR` is set and not empty.
    pub(crate) no_color_env: bool,
    /// Whether `CLICOLOR_FORCE` is set and not `0`.
    pub(crate) clicolor_force: bool,
    /// Whether `TERM` is `dumb`.
    pub(crate) term_dumb: bool,
    /// For screen readers: nothing on a terminal is drawn over again.
    pub(crate) accessible: bool,
}

impl Options {
    /// The format, where none was chosen: the table, on a terminal and in a pipe.
    pub(crate) fn format(&self) -> Format {
        self.format.unwrap_or(Format::Table)
    }

    /// Whether to colour a stream. The flag beats the variables, `NO_COLOR` beats `CLICOLOR_FORCE`.
    pub(crate) fn colored(&self, is_terminal: bool) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if self.no_color_env => false,
            Color::Auto => self.clicolor_force || (is_terminal && !self.term_dumb),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for name in Format::NAMES {
            assert_eq!(name.parse::<Format>().unwrap().name(), name);
        }
    }

    #[test]
    fn a_wrong_format_names_the_right_ones() {
        let message = "jsno".parse::<Format>().unwrap_err().to_string();
        assert_eq!(
            message,
            "unknown format \"jsno\", did you mean \"json\"?; there are table, wide, json, jsonl, yaml, csv, tsv, value, name"
        );
    }

    #[test]
    fn colour_follows_flag_then_variables_then_terminal() {
        let auto = Options::default();
        assert!(auto.colored(true));
        assert!(!auto.colored(false));
        assert!(!Options { no_color_env: true, clicolor_force: true, ..auto.clone() }.colored(true));
        assert!(Options { clicolor_force: true, ..auto.clone() }.colored(false));
        assert!(!Options { term_dumb: true, ..auto.clone() }.colored(true));
        assert!(Options { color: Color::Always, no_color_env: true, ..auto.clone() }.colored(false));
        assert!(!Options { color: Color::Never, clicolor_force: true, ..auto }.colored(true));
    }
}
