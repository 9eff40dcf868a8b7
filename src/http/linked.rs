//! Listings whose next page stands in the header `Link`.

use serde_json::Value;
use url::Url;

use super::page::{Page, Paging};
use super::response::kind;
use super::{Error, Request, Response};

/// An array a page. Of the address that `Link` gives for the next one only the number of the page is taken: the address
/// itself may lead elsewhere, and credentials are bound to where they belong. The list ends where there is no such link, and
/// nowhere else: whoever is missing from it would be taken to be absent.
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
        let number = url.ok().as_ref().and_then(value).and_then(|number| number.parse::<u64>().ok());
        match number {
            // An empty page may be followed by a full one, a page that repeats others by nothing but more of them.
            Some(_) if page.rows > 0 && page.fresh == 0 => {
                Err(page.response.malformed("it goes round in circles: a page repeats what came before it"))
            }
            Some(number) if number <= current(request) => Err(page
                .response
                .malformed("it goes round in circles: the next page is none that comes after this one")),
            Some(number) => Ok(Some(request.clone().with_query("page", number.to_string()))),
            None => Err(page.response.malformed("its link to the next page has no number of a page")),
        }
    }

    fn may_be_empty(&self, _: &Request, _: &Page<'_>) -> bool {
        true
    }

    fn identity(&self, row: &Value) -> String {
        row.get("id").filter(|id| !id.is_null()).map_or_else(|| row.to_string(), ToString::to_string)
    }
}

/// The number of the page that was asked for.
fn current(request: &Request) -> u64 {
    let asked = request.query.iter().find(|(key, _)| key == "page");
    asked.and_then(|(_, number)| number.parse().ok()).unwrap_or(1)
}

/// The address that a `Link` header gives for a relation.
pub(super) fn target<'a>(links: &'a str, relation: &str) -> Option<&'a str> {
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

    /// The rows of pages, with the number that each names as the next.
    type Pages = &'static [(&'static [u32], Option<u32>)];

    /// How many rows come of them, by their numbers from 1.
    fn walk(pages: Pages) -> Result<usize, String> {
        let server = Server::new(move |_, seen| {
            let page: usize = seen.query("page").map_or(1, |page| page.parse().unwrap());
            let (rows, next) = pages[(page - 1).min(pages.len() - 1)];
            let rows: Vec<_> = rows.iter().map(|id| json!({ "id": id })).collect();
            let reply = server::json(200, &json!(rows).to_string());
            match next {
                Some(next) => server::with(reply, "Link", &format!("<http://h/x?page={next}>; rel=\"next\"")),
                None => reply,
            }
        });
        let rows = run(plain().http.pages(&keystone(&server.url), get(), None, Linked).all());
        rows.map(|rows| rows.len()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_list_is_whole_or_an_error() {
        // Empty pages in between, at the beginning, and at the end.
        assert_eq!(walk(&[(&[1], Some(2)), (&[], Some(3)), (&[2], None)]), Ok(2));
        assert_eq!(walk(&[(&[], Some(2)), (&[], Some(3)), (&[1], Some(4)), (&[], None)]), Ok(1));
        assert_eq!(walk(&[(&[1], Some(2)), (&[1], None)]), Ok(1));
        // The same page whatever is asked for, one that counts on, and two that lead back.
        let circles: [Pages; 4] = [
            &[(&[1], Some(2))],
            &[(&[1], Some(2)), (&[1], Some(3)), (&[2], None)],
            &[(&[1], Some(2)), (&[2], Some(1))],
            &[(&[], Some(1))],
        ];
        for pages in circles {
            let error = walk(pages).unwrap_err();
            assert!(error.contains("in circles"), "{error}");
        }
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
