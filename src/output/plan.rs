//! Which columns, which rows, in which order: what was asked for, bound to the keys that rows really have.

use super::error::{Error, closest};
use super::filter::{Filter, Test};
use super::format::{Format, Options};
use super::row::{self, Row, View};
use super::sort::{SortBy, SortKey};

/// A column that was asked for by name, and the key it means once a row has shown it.
#[derive(Debug, Clone)]
struct Wanted {
    asked: String,
    key: Option<String>,
}

impl Wanted {
    fn new(asked: &str, view: &View) -> Self {
        Self { asked: asked.to_owned(), key: row::in_view(asked, view) }
    }

    /// The key; for a list without rows, what was typed.
    fn key(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.asked)
    }
}

/// What was asked for and is already known to be readable.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    columns: Vec<String>,
    sort_by: Vec<SortBy>,
    filters: Vec<Filter>,
}

impl Request {
    pub(super) fn parse(options: &Options) -> Result<Self, Error> {
        let mut request = Self::default();
        for given in &options.columns {
            for name in given.split(',').map(str::trim) {
                if name.is_empty() {
                    return Err(Error::EmptyName { flag: "--columns", given: given.clone() });
                }
                request.columns.push(name.to_owned());
            }
        }
        for given in &options.sort_by {
            for key in given.split(',') {
                request.sort_by.push(SortBy::parse(key)?);
            }
        }
        request.filters = options.filter.iter().map(|text| Filter::parse(text)).collect::<Result<_, _>>()?;
        Ok(request)
    }

    /// Whether `--columns help` asks what there is.
    pub(super) fn asks_for_help(&self) -> bool {
        self.columns.len() == 1 && self.columns.iter().any(|column| column == "help")
    }

    /// Whether there is a name of a column in it.
    pub(super) fn has_names(&self) -> bool {
        self.names().next().is_some()
    }

    /// The error for the first name that means nothing of these; where there `may_be_more`, for the first that looks
    /// like one of these misspelt.
    pub(super) fn stranger(&self, views: &[&View], keys: &[String], may_be_more: bool) -> Option<Error> {
        let mut available = keys.to_vec();
        for column in views.iter().flat_map(|view| view.columns) {
            if !available.iter().any(|key| key == column.key) {
                available.push(column.key.to_owned());
            }
        }
        let strangers = self.names().filter(|asked| !row::is_among(asked, views, keys));
        let mut errors = strangers.map(|asked| unknown(asked, views, available.clone(), true));
        errors.find(|error| !may_be_more || matches!(error, Error::UnknownColumn { nearest: Some(_), .. }))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let sorted = self.sort_by.iter().map(|key| key.column.as_str());
        let filtered = self.filters.iter().map(|filter| filter.column.as_str());
        self.columns.iter().map(String::as_str).chain(sorted).chain(filtered)
    }
}

fn unknown(asked: &str, views: &[&View], available: Vec<String>, early: bool) -> Error {
    let titles = views.iter().flat_map(|view| view.columns).map(|column| column.title);
    // Of two that are alike the later one is taken, and a key can be typed anywhere.
    let nearest = closest(asked, titles.chain(available.iter().map(String::as_str)));
    Error::UnknownColumn { asked: asked.to_owned(), nearest, available, early }
}

/// A request bound to a view.
#[derive(Debug)]
pub(super) struct Plan<'v> {
    view: &'v View,
    chosen: Option<Vec<Wanted>>,
    sort_by: Vec<(Wanted, bool)>,
    filters: Vec<(Wanted, Test)>,
    wide: bool,
}

impl<'v> Plan<'v> {
    /// For a list, which is sorted and filtered.
    pub(super) fn for_list(request: &Request, view: &'v View, format: Format) -> Self {
        let bind = |asked: &str| Wanted::new(asked, view);
        Self {
            sort_by: request.sort_by.iter().map(|key| (bind(&key.column), key.descending)).collect(),
            filters: request.filters.iter().map(|filter| (bind(&filter.column), filter.test.clone())).collect(),
            ..Self::for_one(request, view, format)
        }
    }

    /// For one object, where there is nothing to sort or to filter.
    pub(super) fn for_one(request: &Request, view: &'v View, format: Format) -> Self {
        let chosen = request.columns.iter().map(|asked| Wanted::new(asked, view)).collect::<Vec<_>>();
        Self {
            view,
            chosen: Some(chosen).filter(|chosen| !chosen.is_empty()),
            sort_by: Vec::new(),
            filters: Vec::new(),
            // Programs have no narrow screen.
            wide: matches!(format, Format::Wide | Format::Csv | Format::Tsv),
        }
    }

    /// Binds what a row makes known.
    pub(super) fn learn(&mut self, row: &Row) {
        let view = self.view;
        for wanted in self.wanted_mut().filter(|wanted| wanted.key.is_none()) {
            wanted.key = row::resolve(&wanted.asked, view, row);
        }
    }

    /// Whether every name is bound.
    pub(super) fn is_bound(&self) -> bool {
        self.wanted().all(|wanted| wanted.key.is_some())
    }

    /// The error for the first name that none of these rows has.
    pub(super) fn missing(&self, rows: &[Row]) -> Option<Error> {
        let wanted = self.wanted().find(|wanted| wanted.key.is_none())?;
        let mut available: Vec<String> = self.view.columns.iter().map(|column| column.key.to_owned()).collect();
        for key in rows.iter().flat_map(Row::keys) {
            if !available.contains(key) {
                available.push(key.clone());
            }
        }
        Some(unknown(&wanted.asked, &[self.view], available, false))
    }

    /// Whether a row passes every filter.
    pub(super) fn passes(&self, row: &Row) -> bool {
        self.filters.iter().all(|(wanted, test)| test.passes(row::lookup(row, wanted.key())))
    }

    /// Sorts by the first column of the view, if nothing else was asked for.
    pub(super) fn sort_by_first(&mut self) {
        if let (Some(first), true) = (self.view.columns.first(), self.sort_by.is_empty()) {
            self.sort_by.push((Wanted::new(first.key, self.view), false));
        }
    }

    /// Whether rows have to be put in order.
    pub(super) fn sorts(&self) -> bool {
        !self.sort_by.is_empty()
    }

    /// What the row sorts by.
    pub(super) fn sort_keys(&self, row: &Row) -> Vec<SortKey> {
        self.sort_by.iter().map(|(wanted, _)| SortKey::of(row::lookup(row, wanted.key()))).collect()
    }

    /// Which of the keys are turned round.
    pub(super) fn descending(&self) -> Vec<bool> {
        self.sort_by.iter().map(|(_, descending)| *descending).collect()
    }

    /// The keys of the columns to show.
    pub(super) fn keys(&self) -> Vec<&str> {
        match &self.chosen {
            Some(chosen) => chosen.iter().map(Wanted::key).collect(),
            None => {
                self.view.columns.iter().filter(|column| self.wide || !column.wide).map(|column| column.key).collect()
            }
        }
    }

    /// The keys to show of one object: with room downwards, all of the view, and with `wide` all there is.
    pub(super) fn keys_of<'r>(&'r self, row: &'r Row) -> Vec<&'r str> {
        if self.chosen.is_some() {
            return self.keys();
        }
        let mut keys: Vec<&str> = self.view.columns.iter().map(|column| column.key).collect();
        if self.wide {
            let covered: Vec<&str> = keys.iter().map(|key| key.split('.').next().unwrap_or(key)).collect();
            keys.extend(row.keys().map(String::as_str).filter(|key| !covered.contains(key)));
        }
        keys
    }

    /// The heading of a key.
    pub(super) fn title(&self, key: &str) -> String {
        row::title(key, self.view)
    }

    /// The row with the chosen columns only, or as it is.
    pub(super) fn narrowed(&self, row: Row) -> Row {
        let Some(chosen) = &self.chosen else { return row };
        let value = |key: &str| row::lookup(&row, key).cloned().unwrap_or_default();
        chosen.iter().map(|wanted| (wanted.key().to_owned(), value(wanted.key()))).collect()
    }

    fn wanted(&self) -> impl Iterator<Item = &Wanted> {
        let sorted = self.sort_by.iter().map(|(wanted, _)| wanted);
        let filtered = self.filters.iter().map(|(wanted, _)| wanted);
        self.chosen.iter().flatten().chain(sorted).chain(filtered)
    }

    fn wanted_mut(&mut self) -> impl Iterator<Item = &mut Wanted> {
        let sorted = self.sort_by.iter_mut().map(|(wanted, _)| wanted);
        let filtered = self.filters.iter_mut().map(|(wanted, _)| wanted);
        self.chosen.iter_mut().flatten().chain(sorted).chain(filtered)
    }
}
