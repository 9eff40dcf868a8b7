//! Listings whose next page stands in the header `Link`.

use serde_json::Value;
use url::Url;

use super::page::{Page, Paging};
use super::response::kind;
use super::{Error, Request, Response};

/// An array a page. Of the address that `Link` gives for the next one only the number of the page is taken: the address
/// itself may lead elsewhere, and credentials are bound to where they belong.
pub(crate) struct Linked;

/// As many rows of a page as such servers give at most.
const PAGE: &str = "100";

impl Paging for Linked {
    fn begin(&self, request: Request) -> Request {
        request.with_query("per_page", PAGE)
    }

    fn rows<'a>(&self, response: &Response, body: &'a Value) -> Result<&'a Vec<Value>, Error> {
        match body {
            Value::Array(rows) => Ok(rows),
            other => Err(response.malformed(&format!("{} where an array belongs", kind(other)))),
        }
    }

    fn next(&self, request: &Request, page: &Page<'_>) -> Result<Option<Request>, Error> {
        let Some(link) = page.response.header("link").and_then(|links| target(links, "next")) else { return Ok(None) };
        // Any base will do, since only the query is looked at.
        let url = Url::parse(link).or_else(|_| Url::parse("http://localhost").and_then(|base| base.join(link)));
        let value = |url: &Url| url.query_pairs().find(|(key, _)| key == "page").map(|(_, value)| value.into_owned());
        match url.ok().as_ref().and_then(value).filter(|number| number.parse::<u64>().is_ok()) {
            Some(number) => Ok(Some(request.clone().with_query("page", number))),
            None => Err(page.response.malformed("its link to the next page has no number of a page")),
        }
    }

    fn identity(&self, row: &Value) -> String {
        row.get("id").filter(|id| !id.is_null()).map_or_else(|| row.to_string(), ToString::to_string)
    }
}

/// The address that a `Link` header gives for a relation.
fn target<'a>(links: &'a str, relation: &str) -> Option<&'a str> {
    // A comma may stand in an address, never the pair of a comma and a bracket.
    links.split(",<").flat_map(|part| part.split(", <")).find_map(|part| {
        let (address, parameters) = part.trim().trim_start_matches('<').split_once('>')?;
        let is_it = |parameter: &str| {
            let (name, value) = parameter.split_once('=').unwrap_or_default();
            let mut words = value.trim().trim_matches('"').split_whitespace();
            name.trim().eq_ignore_ascii_case("rel") && words.any(|word| word.eq_ignore_ascii_case(relation))
        };
        parameters.split(';').any(is_it).then_some(address)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::tests::server::{self, Server};
    use crate::http::tests::{get, keystone, plain, run};

    #[test]
    fn every_row_comes_once_and_no_address_is_followed() {
        for pages in 0..4_usize {
            let server = Server::new(move |_, seen| {
                let page: usize = seen.query("page").map_or(1, |page| page.parse().unwrap());
                let rows: Vec<_> =
                    if pages == 0 { vec![] } else { vec![json!({"id": page}), json!({"id": page + 50})] };
                let reply = server::json(200, &json!(rows).to_string());
                let link = format!(
                    "<http://evil.test/x?page={}>; rel=\"next\", <http://evil.test/x?page=9>; rel=\"last\"",
                    page + 1
                );
                if page < pages { server::with(reply, "Link", &link) } else { reply }
            });
            let rows = run(plain().http.pages(&keystone(&server.url), get(), None, Linked).all()).unwrap();
            assert_eq!((rows.len(), server.seen().len()), (2 * pages, pages.max(1)), "{pages}");
            assert!(server.seen().iter().all(|seen| seen.query("per_page").as_deref() == Some("100")));
        }
    }

    #[test]
    fn a_link_without_a_number_is_an_error_and_not_the_end() {
        let reply = server::with(server::json(200, r#"[{"id":1}]"#), "Link", "<http://h/x?after=abc>; rel=next");
        let server = Server::script(vec![reply]);
        let error = run(plain().http.pages(&keystone(&server.url), get(), None, Linked).all()).unwrap_err();
        assert!(error.to_string().contains("no number of a page"), "{error}");
    }

    #[test]
    fn links_are_read_in_every_form() {
        for (links, next) in [
            ("<a?page=2>; rel=\"next\"", Some("a?page=2")),
            ("<p>; rel=\"prev\", <a,b>; title=\"x\"; rel=next", Some("a,b")),
            ("<p>; REL=\"first next\"", Some("p")),
            ("<p>;rel=last,<q>;rel=next", Some("q")),
            ("<p>; rel=\"last\"", None),
            ("", None),
        ] {
            assert_eq!(target(links, "next"), next, "{links}");
        }
    }
}
