//! Listings in numbered pages.

use std::cell::Cell;

use serde_json::Value;

use super::page::{Page, Paging, only_rows, rows_in};
use super::{Error, Request, Response};

/// How a server words pages that are asked for by number. It also says how many pages and rows there are, and hands out
/// addresses of other pages, which are not looked at: behind a proxy they lead elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NumberedStyle {
    /// The member that holds the rows; empty: wherever a list is.
    pub(crate) rows: &'static str,
    /// What makes two rows the same.
    pub(crate) id: &'static str,
    /// The number of the first page.
    pub(crate) first: u64,
    /// Where the counts are: of pages, and of rows.
    pub(crate) pages: &'static str,
    pub(crate) total: &'static str,
}

/// One listing in that style.
pub(crate) struct NumberedPages {
    style: NumberedStyle,
    /// How many rows to ask for at once.
    size: u64,
    /// The total that the page before told.
    before: Cell<u64>,
}

impl NumberedPages {
    pub(crate) fn new(style: NumberedStyle, size: u64) -> Self {
        Self { style, size, before: Cell::new(0) }
    }

    fn number(&self, request: &Request) -> u64 {
        let text = request.query.iter().find(|(key, _)| key == "page").map(|(_, value)| value);
        text.and_then(|text| text.parse().ok()).unwrap_or(self.style.first)
    }

    fn count(page: &Page<'_>, pointer: &str) -> Option<u64> {
        page.body.pointer(pointer).and_then(Value::as_u64)
    }

    /// Whether this is the last page, as far as the server says; one that says nothing is asked until a page is empty.
    fn is_last(&self, request: &Request, page: &Page<'_>) -> bool {
        let next = self.number(request) - self.style.first + 1;
        page.rows == 0 || Self::count(page, self.style.pages).is_some_and(|pages| next >= pages)
    }
}

impl Paging for NumberedPages {
    fn begin(&self, request: Request) -> Request {
        request.with_query("size", self.size.to_string()).with_query("page", self.style.first.to_string())
    }

    fn rows<'a>(&self, response: &Response, body: &'a Value) -> Result<&'a Vec<Value>, Error> {
        // For whoever does not know what the list is of.
        if self.style.rows.is_empty() { only_rows(response, body) } else { rows_in(response, body, self.style.rows) }
    }

    fn next(&self, request: &Request, page: &Page<'_>) -> Result<Option<Request>, Error> {
        let next = self.number(request) + 1;
        Ok((!self.is_last(request, page)).then(|| request.clone().with_query("page", next.to_string())))
    }

    fn identity(&self, row: &Value) -> String {
        row.get(self.style.id).and_then(Value::as_str).map_or_else(|| row.to_string(), str::to_owned)
    }

    /// A row that goes while pages are read moves those behind it forward, and one of them past the reader. What comes is
    /// put at the end by the order that is asked for, and moves nothing.
    fn moved(&self, request: &Request, page: &Page<'_>) -> bool {
        let Some(total) = Self::count(page, self.style.total) else { return false };
        let fewer = total < self.before.replace(total);
        let seen = u64::try_from(page.seen).unwrap_or(u64::MAX);
        fewer || (self.is_last(request, page) && seen < total)
    }
}

#[cfg(test)]
#[path = "tests/numbered.rs"]
mod tests;
