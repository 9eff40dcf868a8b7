//! Listings that come in pages: one loop for every style of paging.

use std::collections::HashSet;

use serde_json::Value;
use url::Url;

use super::response::kind;
use super::{Authorize, Endpoint, Error, Http, Request, Response};

/// After this many a listing is taken to have no end.
const MOST_PAGES: u32 = 10_000;

/// One page as it came.
pub(crate) struct Page<'a> {
    pub(crate) response: &'a Response,
    pub(crate) body: &'a Value,
    /// How many rows it holds, and how many of them had not been seen before.
    pub(crate) rows: usize,
    pub(crate) fresh: usize,
    /// How many rows were seen in all, this page's included.
    pub(crate) seen: usize,
}

/// How one back end pages.
pub(crate) trait Paging {
    /// The request for the first page.
    fn begin(&self, request: Request) -> Request {
        request
    }

    /// Where the rows are.
    fn rows<'a>(&self, response: &Response, body: &'a Value) -> Result<&'a Vec<Value>, Error>;

    /// The request for the page after this one, or `None` after the last. An address that the server hands out is
    /// never followed; only the values that say where the next page starts are taken from it.
    fn next(&self, request: &Request, page: &Page<'_>) -> Result<Option<Request>, Error>;

    /// What makes a row the same row on two pages. Rows without an id are compared whole.
    fn identity(&self, row: &Value) -> String {
        row.get("id").and_then(Value::as_str).map_or_else(|| row.to_string(), str::to_owned)
    }

    /// Whether a page without anything new can be followed by one that has something.
    fn may_be_empty(&self, request: &Request, page: &Page<'_>) -> bool {
        let _ = (request, page);
        false
    }

    /// Whether the server says that rows are missing although it offers no way to get them.
    fn cut_short(&self, page: &Page<'_>) -> bool {
        let _ = page;
        false
    }

    /// Whether rows moved from one page to another between two requests, so that some may never have been shown.
    fn moved(&self, request: &Request, page: &Page<'_>) -> bool {
        let _ = (request, page);
        false
    }
}

/// Fetches page after page, one at a time, so that the first can be shown before the second is asked for.
pub(crate) struct Pager<'a, P> {
    http: &'a Http,
    endpoint: &'a Endpoint,
    authorize: Option<&'a dyn Authorize>,
    walk: Walk<P>,
    explain: fn(Error) -> Error,
}

/// How far a listing has been read. Sends nothing itself.
pub(super) struct Walk<P> {
    pub(super) paging: P,
    pub(super) next: Option<Request>,
    seen: HashSet<String>,
    pages: u32,
    most_pages: u32,
}

impl Http {
    /// The pages of a listing; nothing is sent until the first is asked for.
    pub(crate) fn pages<'a, P: Paging>(
        &'a self,
        endpoint: &'a Endpoint,
        request: Request,
        authorize: Option<&'a dyn Authorize>,
        paging: P,
    ) -> Pager<'a, P> {
        Pager { http: self, endpoint, authorize, walk: Walk::new(paging, request), explain: std::convert::identity }
    }
}

impl<P: Paging> Pager<'_, P> {
    /// The same; errors are turned into what they mean at this back end.
    pub(crate) fn explained(self, explain: fn(Error) -> Error) -> Self {
        Self { explain, ..self }
    }

    /// The rows of the next page that no earlier page had; `None` after the last. After an error there are no more.
    pub(crate) async fn next_page(&mut self) -> Result<Option<Vec<Value>>, Error> {
        // A page may be empty and not the last one where a server filters after it has cut.
        while let Some(request) = self.walk.next.take() {
            let answer = self.http.send(self.endpoint, &request, self.authorize).await;
            let response = answer.map_err(self.explain)?;
            let fresh = self.walk.take(self.endpoint, &request, &response)?;
            if !fresh.is_empty() {
                return Ok(Some(fresh));
            }
        }
        Ok(None)
    }

    /// Whether the page that came last was the end of the list.
    pub(crate) fn is_last(&self) -> bool {
        self.walk.next.is_none()
    }

    /// All rows of all pages.
    pub(crate) async fn all(mut self) -> Result<Vec<Value>, Error> {
        let mut rows = Vec::new();
        while let Some(page) = self.next_page().await? {
            rows.extend(page);
        }
        Ok(rows)
    }
}

impl<P: Paging> Walk<P> {
    pub(super) fn new(paging: P, request: Request) -> Self {
        let next = Some(paging.begin(request));
        Self { paging, next, seen: HashSet::new(), pages: 0, most_pages: MOST_PAGES }
    }

    /// The rows of the answer to this request that no earlier page had.
    pub(super) fn take(
        &mut self,
        endpoint: &Endpoint,
        request: &Request,
        response: &Response,
    ) -> Result<Vec<Value>, Error> {
        self.pages += 1;
        let body = response.json()?;
        let rows = self.paging.rows(response, &body)?;
        let fresh: Vec<Value> =
            rows.iter().filter(|row| self.seen.insert(self.paging.identity(row))).cloned().collect();
        let (rows, seen) = (rows.len(), self.seen.len());
        let page = Page { response, body: &body, rows, fresh: fresh.len(), seen };
        if self.paging.moved(request, &page) {
            return Err(Error::Moved { backend: endpoint.backend, url: endpoint.url.to_string() });
        }
        // A page that brings nothing new comes from a server that does not page: it would be the same for ever.
        if !fresh.is_empty() || self.paging.may_be_empty(request, &page) {
            self.next = self.paging.next(request, &page)?;
        }
        if self.pages >= self.most_pages && self.next.take().is_some() {
            return Err(response.malformed(&format!("the listing has no end after {} pages", self.pages)));
        }
        // What is not on the list would be taken to be absent: made again, or left out of a deletion.
        if self.next.is_none() && self.paging.cut_short(&page) {
            return Err(response.malformed("it cut the list short and offers no way to the rest: rows are missing"));
        }
        Ok(fresh)
    }
}

/// Rows of a listing of which it is not known what it is of: the answer itself, or the only list among its members.
pub(crate) fn only_rows<'a>(response: &Response, body: &'a Value) -> Result<&'a Vec<Value>, Error> {
    let members = match body {
        Value::Array(rows) => return Ok(rows),
        Value::Object(members) => members,
        other => return Err(response.malformed(&format!("{} where a list belongs", kind(other)))),
    };
    let mut lists = members.iter().filter_map(|(key, member)| member.as_array().filter(|_| key != "links"));
    match (lists.next(), lists.next()) {
        (Some(rows), None) => Ok(rows),
        (None, _) => Err(response.malformed("it is no list, so it has no pages")),
        (Some(_), Some(_)) => {
            Err(response.malformed("it holds several lists, of which it is not known which has pages"))
        }
    }
}

/// Rows in a member of an object, for the styles that have them there.
pub(crate) fn rows_in<'a>(response: &Response, body: &'a Value, key: &str) -> Result<&'a Vec<Value>, Error> {
    match response.member(body, key)? {
        Value::Array(rows) => Ok(rows),
        other => Err(response.malformed(&format!("`{key}`: {} where an array belongs", kind(other)))),
    }
}

/// Keystone: `limit` asks for pages, `links.next` holds the `marker` to go on from. Servers that know neither answer
/// with everything at once.
pub(crate) struct KeystoneMarker {
    /// Where the rows are; without one, wherever a list is.
    key: Option<&'static str>,
    /// Whether pages are asked for from the start.
    limited: bool,
}

impl KeystoneMarker {
    /// For a listing whose rows are in this member: `users`.
    pub(crate) fn new(key: &'static str) -> Self {
        Self { key: Some(key), limited: true }
    }

    /// For a listing that knows `limit` but not `marker`: with a limit every page would be the first one, so it is asked
    /// for whole. A server that cuts it all the same (`list_limit`) is asked again with the largest limit there is.
    pub(crate) fn whole(key: &'static str) -> Self {
        Self { key: Some(key), limited: false }
    }

    /// The same for any listing.
    pub(crate) fn of_any() -> Self {
        Self { key: None, limited: false }
    }
}

/// The most that Keystone gives on a page, unless it is told otherwise (`max_db_limit`).
const LARGEST_PAGE: &str = "1000";

impl Paging for KeystoneMarker {
    fn begin(&self, request: Request) -> Request {
        // The only way to make it say that there is more.
        if self.limited { request.with_query("limit", LARGEST_PAGE) } else { request }
    }

    fn rows<'a>(&self, response: &Response, body: &'a Value) -> Result<&'a Vec<Value>, Error> {
        self.key.map_or_else(|| only_rows(response, body), |key| rows_in(response, body, key))
    }

    fn next(&self, request: &Request, page: &Page<'_>) -> Result<Option<Request>, Error> {
        let Some(link) = page.body.pointer("/links/next").and_then(Value::as_str) else { return Ok(None) };
        // Some servers write the link as a path; any base will do, since only the query is looked at.
        let parsed = Url::parse(link).or_else(|_| Url::parse("http://localhost").and_then(|base| base.join(link)));
        let marker = parsed
            .ok()
            .and_then(|url| url.query_pairs().find(|(key, _)| key == "marker").map(|(_, value)| value.into_owned()))
            .filter(|marker| !marker.is_empty());
        match marker {
            Some(marker) => Ok(Some(request.clone().with_query("limit", LARGEST_PAGE).with_query("marker", marker))),
            None => Err(page.response.malformed("its link to the next page has no marker")),
        }
    }

    fn cut_short(&self, page: &Page<'_>) -> bool {
        // With a link to a next page, "truncated" only announces that page.
        page.body.get("truncated").and_then(Value::as_bool).unwrap_or(false)
            && (page.rows > 0 && (page.fresh == 0 || page.body.pointer("/links/next").is_none_or(Value::is_null)))
    }
}

/// FIWARE: `offset` and `limit` cut a list, `options=count` has the total sent along, in a header or beside the list.
///
/// Each page begins with the last row of the one before, and is new but for it. If not, rows have moved, and some may have
/// gone past unseen. A total alone would not tell: one that came makes up for one that went.
pub(crate) struct FiwareOffset {
    /// The member that holds the rows; without one the answer is the list itself.
    key: Option<&'static str>,
    /// Wherever a list is.
    any: bool,
}

const TOTAL: &str = "fiware-total-count";

impl FiwareOffset {
    /// For a listing that is an array.
    pub(crate) fn bare() -> Self {
        Self { key: None, any: false }
    }

    /// For a listing whose rows are in this member: `devices`.
    pub(crate) fn within(key: &'static str) -> Self {
        Self { key: Some(key), any: false }
    }

    /// For any listing.
    pub(crate) fn of_any() -> Self {
        Self { key: None, any: true }
    }

    /// The total, where the server sends one: the oldest do not.
    fn total(page: &Page<'_>) -> Option<usize> {
        let beside = || page.body.get("count")?.as_u64()?.try_into().ok();
        page.response.header(TOTAL).and_then(|total| total.trim().parse().ok()).or_else(beside)
    }

    fn offset(request: &Request) -> usize {
        let text = request.query.iter().find(|(key, _)| key == "offset").map(|(_, value)| value);
        text.and_then(|text| text.parse().ok()).unwrap_or_default()
    }
}

impl Paging for FiwareOffset {
    fn begin(&self, request: Request) -> Request {
        request.with_query("limit", LARGEST_PAGE).with_query("options", "count").with_query("offset", "0")
    }

    fn rows<'a>(&self, response: &Response, body: &'a Value) -> Result<&'a Vec<Value>, Error> {
        match (self.key, body) {
            (None, body) if self.any => only_rows(response, body),
            (Some(key), body) => rows_in(response, body, key),
            (None, Value::Array(rows)) => Ok(rows),
            (None, other) => Err(response.malformed(&format!("{} where an array belongs", kind(other)))),
        }
    }

    /// Orion has entities that share an id and differ in their type.
    fn identity(&self, row: &Value) -> String {
        let text = |key: &str| row.get(key).and_then(Value::as_str);
        match (text("id"), text("type")) {
            (Some(id), Some(sort)) => Value::from(vec![id, sort]).to_string(),
            (Some(id), None) => id.to_owned(),
            (None, _) => row.to_string(),
        }
    }

    fn next(&self, request: &Request, page: &Page<'_>) -> Result<Option<Request>, Error> {
        let end = Self::offset(request) + page.rows;
        let more = match Self::total(page) {
            Some(total) => end < total,
            // A server that gives fewer than were asked for has no more.
            None => page.rows.to_string() == LARGEST_PAGE,
        };
        Ok(more.then(|| request.clone().with_query("offset", end.saturating_sub(1).to_string())))
    }

    fn cut_short(&self, page: &Page<'_>) -> bool {
        Self::total(page).is_some_and(|total| page.seen < total)
    }

    fn moved(&self, request: &Request, page: &Page<'_>) -> bool {
        Self::offset(request) > 0 && page.rows != page.fresh + 1
    }
}

#[cfg(test)]
#[path = "tests/page.rs"]
mod tests;

#[cfg(test)]
#[path = "tests/offset.rs"]
mod offset_tests;

#[cfg(test)]
#[path = "tests/every_style.rs"]
mod style_tests;
