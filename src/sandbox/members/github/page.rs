//! Lists of GitHub: pages, with links to the others that are whole addresses and do not have the organization's name.

use serde_json::Value;
use url::form_urlencoded;

use super::super::super::call::{Call, Reply};
use super::super::http::json;

const MOST: usize = 100;
const USUAL: usize = 30;

/// One page of the rows. What is no number counts as not given.
pub(super) fn page(call: &Call, base: &str, path: &str, rows: &[Value]) -> Reply {
    let number = |name: &str| call.query(name).and_then(|word| word.parse::<usize>().ok()).filter(|number| *number > 0);
    let size = number("per_page").unwrap_or(USUAL).min(MOST);
    let page = number("page").unwrap_or(1);
    let last = rows.len().div_ceil(size).max(1);
    let part: Vec<Value> = rows.iter().skip((page - 1).saturating_mul(size)).take(size).cloned().collect();
    let reply = json(200, &Value::Array(part));
    let link = |number: usize, rel: &str| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(call.parameters().iter().filter(|(name, _)| name != "page"));
        let query = query.append_pair("page", &number.to_string()).finish();
        format!("<{base}{path}?{query}>; rel=\"{rel}\"")
    };
    let mut links = Vec::new();
    if page > 1 {
        links.push(link((page - 1).min(last), "prev"));
    }
    if page < last {
        links.extend([link(page + 1, "next"), link(last, "last")]);
    }
    if page > 1 {
        links.push(link(1, "first"));
    }
    if links.is_empty() { reply } else { reply.with_header("Link", links.join(", ")) }
}
