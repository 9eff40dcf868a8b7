//! Lists of v1: filters, order, pages. Parameters that are not known are ignored, and so are unknown keys to sort by.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::super::super::call::{Call, Reply};
use super::super::Around;
use super::check::{NO_BOOL, boolean, limited, time};
use super::error::Faults;

/// What a list can be filtered by.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Kind {
    /// Any part of the text, in any case.
    pub(super) texts: &'static [&'static str],
    /// Columns with parameters `NAME_gte` and `NAME_lte`.
    pub(super) ranges: &'static [&'static str],
    pub(super) switches: &'static [&'static str],
    /// Parameters that can be repeated, of numbers below the one given.
    pub(super) numbers: &'static [(&'static str, i64)],
    /// Columns to sort by that the answer does not have.
    pub(super) hidden: &'static [&'static str],
}

/// The parameters that all lists have, and the filters.
pub(super) struct Query {
    size: i64,
    page: i64,
    sort: String,
    tests: Vec<Test>,
}

/// Whether a value that compares so is within a limit.
type Bound = fn(Ordering) -> bool;

type Test = Box<dyn Fn(&Value) -> bool>;

impl Query {
    /// Notes what is wrong with it.
    pub(super) fn read(kind: &Kind, strict: bool, call: &Call, faults: &mut Faults) -> Self {
        let sort = call.query("sort").unwrap_or("-created_at").to_owned();
        let mut query = Self { size: 5, page: 1, sort, tests: Vec::new() };
        for (name, word) in call.parameters() {
            let place = json!(["query", name]);
            let number = |faults: &mut Faults| limited(&json!(word), (1, None), &place, faults);
            match name.as_str() {
                "size" => query.size = number(faults).unwrap_or(query.size),
                "page" => query.page = number(faults).unwrap_or(query.page),
                "created_before" => query.date(word, Ordering::is_le, &place, faults),
                "created_after" => query.date(word, Ordering::is_ge, &place, faults),
                name if kind.texts.contains(&name) => query.text(name, word),
                name if kind.switches.contains(&name) => query.switch(name, word, &place, faults),
                name => {
                    if let Some((name, count)) = kind.numbers.iter().find(|(known, _)| *known == name) {
                        known_number(word, *count, &place, faults);
                        if strict {
                            query.repeated(name, call);
                        }
                    } else if let Some((column, bound)) = range(kind, name)
                        && let Some(limit) = limited(&json!(word), (i64::MIN, None), &place, faults)
                    {
                        query.tests.push(Box::new(move |row| {
                            row.get(column).and_then(Value::as_i64).is_some_and(|own| bound(own.cmp(&limit)))
                        }));
                    }
                }
            }
        }
        query
    }

    /// Only rows for which this holds.
    pub(super) fn only(&mut self, test: impl Fn(&Value) -> bool + 'static) {
        self.tests.push(Box::new(test));
    }

    fn text(&mut self, name: &str, word: &str) {
        let (name, word) = (name.to_owned(), word.to_lowercase());
        self.only(move |row| {
            row.get(&name).and_then(Value::as_str).is_some_and(|own| own.to_lowercase().contains(&word))
        });
    }

    fn switch(&mut self, name: &str, word: &str, place: &Value, faults: &mut Faults) {
        match boolean(&json!(word)) {
            None => faults.add("bool_parsing", place.clone(), NO_BOOL, json!(word)),
            Some(wanted) => {
                let name = name.to_owned();
                self.only(move |row| row.get(&name) == Some(&json!(wanted)));
            }
        }
    }

    fn date(&mut self, word: &str, bound: Bound, place: &Value, faults: &mut Faults) {
        match time(word) {
            None => {
                let words = "Input should be a valid datetime or date, invalid character in year";
                faults.add("datetime_from_date_parsing", place.clone(), words, json!(word));
            }
            Some(limit) => self.only(move |row| {
                let own = row.get("created_at").and_then(Value::as_str).and_then(|text| text.parse::<Timestamp>().ok());
                own.is_some_and(|own| bound(own.cmp(&limit)))
            }),
        }
    }

    fn repeated(&mut self, name: &'static str, call: &Call) {
        let all = call.parameters().iter().filter(|(other, _)| other == name);
        let wanted: Vec<i64> = all.filter_map(|(_, word)| word.parse().ok()).collect();
        self.only(move |row| row.get(name).and_then(Value::as_i64).is_some_and(|own| wanted.contains(&own)));
    }

    /// The answer: one page of what passes.
    pub(super) fn answer(&self, kind: &Kind, around: &Around<'_>, call: &Call, rows: Vec<Value>) -> Reply {
        let mut rows: Vec<Value> = rows.into_iter().filter(|row| self.tests.iter().all(|test| test(row))).collect();
        self.order(&mut rows);
        let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let pages = ((total + self.size - 1) / self.size).max(1);
        let (skip, size) =
            ((self.page - 1).saturating_mul(self.size), usize::try_from(self.size).unwrap_or(usize::MAX));
        let mut data: Vec<Value> =
            rows.into_iter().skip(usize::try_from(skip).unwrap_or(usize::MAX)).take(size).collect();
        for row in data.iter_mut().filter_map(Value::as_object_mut) {
            row.retain(|name, _| !kind.hidden.contains(&name.as_str()));
        }
        let link = |page: i64| link(around, call, page);
        let prev = (self.page > 1).then(|| link(self.page - 1));
        let next = (self.page < pages).then(|| link(self.page + 1));
        let page = json!({"size": self.size, "number": self.page, "total_elements": total, "total_pages": pages});
        let links = json!({"first": link(1), "prev": prev, "next": next, "last": link(pages)});
        Reply::json(200, &json!({"data": data, "page": page, "links": links}))
    }

    fn order(&self, rows: &mut [Value]) {
        let (descending, column) = match self.sort.strip_prefix('-') {
            Some(column) => (true, column),
            None => (false, self.sort.as_str()),
        };
        if descending {
            rows.reverse();
        }
        rows.sort_by(|one, other| {
            let order = compare(one.get(column), other.get(column));
            if descending { order.reverse() } else { order }
        });
    }
}

fn range(kind: &Kind, name: &str) -> Option<(&'static str, Bound)> {
    let column = |suffix: &str| {
        let column = name.strip_suffix(suffix)?;
        kind.ranges.iter().find(|known| **known == column).copied()
    };
    let least = column("_gte").map(|column| (column, Ordering::is_ge as Bound));
    least.or_else(|| column("_lte").map(|column| (column, Ordering::is_le as Bound)))
}

fn known_number(word: &str, count: i64, place: &Value, faults: &mut Faults) {
    if word.parse::<i64>().is_ok_and(|number| (0..count).contains(&number)) {
        return;
    }
    let names: Vec<String> = (0..count).map(|number| number.to_string()).collect();
    let expected = names.join(", ");
    let words = format!("Input should be {expected}");
    faults.add_with("enum", place.clone(), &words, json!(word), json!({"expected": expected}));
}

fn compare(one: Option<&Value>, other: Option<&Value>) -> Ordering {
    match (one, other) {
        (Some(Value::Number(one)), Some(Value::Number(other))) => one.as_i64().cmp(&other.as_i64()),
        (Some(Value::String(one)), Some(Value::String(other))) => one.cmp(other),
        (one, other) => is_there(one).cmp(&is_there(other)),
    }
}

fn is_there(value: Option<&Value>) -> bool {
    value.is_some_and(|value| !value.is_null())
}

/// All other parameters survive.
fn link(around: &Around<'_>, call: &Call, page: i64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let kept = call.parameters().iter().filter(|(name, _)| name != "page");
    let query = query.extend_pairs(kept).append_pair("page", &page.to_string()).finish();
    format!("{}{}?{query}", around.url, call.path)
}
