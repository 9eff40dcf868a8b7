//! Listings that go on from a mark which each page hands out.

use std::cell::RefCell;

use serde_json::Value;

use super::page::{Page, Paging, only_rows, rows_in};
use super::{Error, Request, Response};

/// How one server words it. A page may hold fewer rows than were asked for, or none, and not be the last.
pub(crate) struct Cursor {
    /// The member that holds the rows; without one, wherever a list is.
    rows: Option<&'static str>,
    /// Where a page says how to go on, and the name under which it is asked for.
    mark: &'static str,
    field: &'static str,
    /// Marks that were used: one that comes again would lead in circles.
    used: RefCell<Vec<String>>,
}

impl Cursor {
    pub(crate) fn new(rows: &'static str, mark: &'static str, field: &'static str) -> Self {
        Self { rows: Some(rows), ..Self::of_any(mark, field) }
    }

    /// For any listing of that server.
    pub(crate) fn of_any(mark: &'static str, field: &'static str) -> Self {
        Self { rows: None, mark, field, used: RefCell::default() }
    }

    fn mark<'a>(&self, page: &Page<'a>) -> Option<&'a str> {
        page.body.pointer(self.mark).and_then(Value::as_str).filter(|mark| !mark.is_empty())
    }
}

impl Paging for Cursor {
    fn rows<'a>(&self, response: &Response, body: &'a Value) -> Result<&'a Vec<Value>, Error> {
        self.rows.map_or_else(|| only_rows(response, body), |rows| rows_in(response, body, rows))
    }

    fn next(&self, request: &Request, page: &Page<'_>) -> Result<Option<Request>, Error> {
        let Some(mark) = self.mark(page) else { return Ok(None) };
        if self.used.borrow().iter().any(|used| used == mark) {
            return Err(page.response.malformed("it goes round in circles: a page names a mark that was used before"));
        }
        self.used.borrow_mut().push(mark.to_owned());
        Ok(Some(request.clone().with_field(self.field, mark)))
    }

    fn may_be_empty(&self, _: &Request, page: &Page<'_>) -> bool {
        self.mark(page).is_some()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::Method;
    use crate::http::tests::server::{self, Server};
    use crate::http::tests::{keystone, plain, run};

    fn walk(server: &Server, request: Request) -> Result<Vec<Value>, Error> {
        run(plain()
            .http
            .pages(&keystone(&server.url), request, None, Cursor::new("rows", "/meta/next", "cursor"))
            .all())
    }

    #[test]
    fn empty_pages_in_between_are_gone_through_with_form_and_with_query() {
        let pages = |number: usize, _: &_| {
            let (rows, next) = match number {
                0 => (json!([{"id": "a"}]), "m 1"),
                1 => (json!([]), "m2"),
                2 => (json!([{"id": "a"}]), "m3"),
                _ => (json!([{"id": "b"}]), ""),
            };
            server::json(200, &json!({"rows": rows, "meta": {"next": next}}).to_string())
        };
        let server = Server::new(pages);
        assert_eq!(walk(&server, Request::new(Method::Get).path("x")).unwrap().len(), 2);
        assert_eq!(server.seen()[1].query("cursor").as_deref(), Some("m 1"));
        let server = Server::new(pages);
        assert_eq!(walk(&server, Request::new(Method::Post).path("x").form("limit=1").asks()).unwrap().len(), 2);
        assert_eq!((server.seen().len(), server.seen()[3].body.as_str()), (4, "limit=1&cursor=m3"));
    }

    #[test]
    fn a_circle_is_noticed() {
        let server = Server::script(vec![server::json(200, r#"{"rows":[],"meta":{"next":"m"}}"#)]);
        let error = walk(&server, Request::new(Method::Get).path("x")).unwrap_err();
        assert!(error.to_string().contains("circles"), "{error}");
        assert_eq!(server.seen().len(), 2);
    }
}
