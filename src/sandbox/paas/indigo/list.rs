//! Pages of indigo: from 0, ten in each, with links.

use std::cmp::Ordering;

use serde_json::{Value, json};
use url::form_urlencoded;

use super::super::super::call::{Call, Reply};
use super::super::Around;
use super::data::host;
use super::request::fault;

/// The most that one page can hold.
const LARGEST: usize = 2000;

/// One row: what is shown, and what it can be sorted by.
pub(super) struct Row {
    pub(super) shown: Value,
    pub(super) keys: Value,
}

/// One page of the rows; nonsense in `page` and `size` is as good as nothing.
pub(super) fn page(around: &Around<'_>, call: &Call, mut rows: Vec<Row>) -> Result<Reply, Reply> {
    let number = |name: &str, default: usize| call.query(name).and_then(|word| word.parse().ok()).unwrap_or(default);
    let (size, at) = (number("size", 10).clamp(1, LARGEST), number("page", 0));
    sort(around, call, &mut rows)?;
    let (total, pages) = (rows.len(), rows.len().div_ceil(size));
    let content: Vec<Value> = rows.into_iter().skip(at.saturating_mul(size)).take(size).map(|row| row.shown).collect();
    let link = |rel: &str, page: usize| json!({"rel": rel, "href": href(around, call, Some((page, size)))});
    let mut links = Vec::new();
    if pages > 1 {
        links.push(link("first", 0));
        links.extend((at > 0).then(|| link("prev", at - 1)));
    }
    links.push(json!({"rel": "self", "href": href(around, call, None)}));
    if pages > 1 {
        links.extend((at + 1 < pages).then(|| link("next", at + 1)));
        links.push(link("last", pages - 1));
    }
    let page = json!({"size": size, "totalElements": total, "totalPages": pages, "number": at});
    Ok(Reply::json(200, &json!({"links": links, "content": content, "page": page})))
}

/// By one property after the other. One that is not there is a fault of the server's.
fn sort(around: &Around<'_>, call: &Call, rows: &mut [Row]) -> Result<(), Reply> {
    let given: Vec<&str> =
        call.parameters().iter().filter(|(name, _)| name == "sort").map(|(_, word)| word.as_str()).collect();
    let orders = if given.is_empty() { vec!["createdAt,desc"] } else { given };
    for order in orders.into_iter().rev() {
        let (property, direction) = order.split_once(',').unwrap_or((order, "asc"));
        if rows.iter().any(|row| row.keys.get(property).is_none()) {
            return Err(fault(around.strict, &format!("No property {property} found")));
        }
        let descending = direction.eq_ignore_ascii_case("desc");
        if descending {
            rows.reverse();
        }
        rows.sort_by(|one, other| {
            let order = compare(one.keys.get(property), other.keys.get(property));
            if descending { order.reverse() } else { order }
        });
    }
    Ok(())
}

fn compare(one: Option<&Value>, other: Option<&Value>) -> Ordering {
    match (one.and_then(Value::as_i64), other.and_then(Value::as_i64)) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one.and_then(Value::as_str).cmp(&other.and_then(Value::as_str)),
    }
}

fn href(around: &Around<'_>, call: &Call, page: Option<(usize, usize)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let is_kept = |name: &str| page.is_none() || !matches!(name, "page" | "size");
    query.extend_pairs(call.parameters().iter().filter(|(name, _)| is_kept(name)));
    if let Some((number, size)) = page {
        query.append_pair("page", &number.to_string()).append_pair("size", &size.to_string());
    }
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{}{mark}{query}", host(around), call.path)
}
