//! Lists: filters, pages and the sentence that there is more, as Keystone 30 answers them.
//!
//! Its database applies the exact filters and those that ignore case, then the page, and only then come the filters
//! that respect case: a page can be short, or empty, although more follows.

use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::error::Refusal;

/// More than this never comes at once from a list with pages, and nothing says so without a limit in the request.
const LARGEST_PAGE: usize = 1000;

/// How a collection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pages {
    /// Page by page with a marker. A full page counts as truncated, even if it was the last.
    Full,
    /// The same, but without filters it is known whether more follows.
    Known,
    /// Cut at the limit after all filters; a marker is ignored, and without a limit everything comes.
    Cut,
    /// Neither limit nor marker counts.
    None,
}

/// A condition from the query, such as `name__icontains=x`.
struct Filter {
    attribute: String,
    comparator: String,
    ignores_case: bool,
    value: String,
}

impl Filter {
    /// Those of the query that are about one of these attributes; all others are ignored.
    fn of(call: &Call, attributes: &[&str]) -> Vec<Self> {
        call.parameters().iter().filter_map(|(name, value)| Self::from(name, value, attributes)).collect()
    }

    fn from(name: &str, value: &str, attributes: &[&str]) -> Option<Self> {
        let (attribute, comparator) = name.split_once("__").unwrap_or((name, "equals"));
        if !attributes.contains(&attribute) {
            return None;
        }
        // `in` is read as a comparator `n` that ignores case; there is none, so it is always met.
        let (comparator, ignores_case) = match comparator.strip_prefix('i') {
            Some(rest) => (rest, true),
            None => (comparator, false),
        };
        Some(Self {
            attribute: attribute.to_owned(),
            comparator: comparator.to_owned(),
            ignores_case,
            value: value.to_owned(),
        })
    }

    /// Whether the database knows how to apply it.
    fn is_early(&self) -> bool {
        self.comparator == "equals" || (self.ignores_case && self.is_known())
    }

    fn is_known(&self) -> bool {
        ["contains", "startswith", "endswith"].contains(&self.comparator.as_str())
    }

    fn is_met(&self, item: &Value) -> bool {
        let value = item.get(&self.attribute);
        if let (Some(Value::Bool(flag)), "equals") = (value, self.comparator.as_str()) {
            return *flag == is_true(&self.value);
        }
        let Some(text) = value.and_then(Value::as_str) else { return false };
        let (text, wanted) = if self.ignores_case {
            (text.to_lowercase(), self.value.to_lowercase())
        } else {
            (text.to_owned(), self.value.clone())
        };
        match self.comparator.as_str() {
            "equals" => text == wanted,
            "contains" => text.contains(&wanted),
            "startswith" => text.starts_with(&wanted),
            "endswith" => text.ends_with(&wanted),
            _ => true,
        }
    }
}

/// As Keystone reads a flag in a query: everything is true that is not one of the words for false.
pub(super) fn is_true(text: &str) -> bool {
    !["0", "false", "f", "n", "no", "off"].contains(&text.trim().to_lowercase().as_str())
}

/// What of a collection the request asked for: `items` are all of them, in the order of their ids, each with its `id`.
pub(super) fn list(
    about: &About<'_>,
    call: &Call,
    name: &str,
    items: Vec<Value>,
    attributes: &[&str],
    pages: Pages,
) -> Result<Reply, Refusal> {
    let Ok(limit) = limit(call) else { return Ok(super::crash()) };
    let limit = limit.filter(|_| pages != Pages::None);
    let filters = Filter::of(call, attributes);
    let (early, late): (Vec<&Filter>, Vec<&Filter>) = filters.iter().partition(|filter| filter.is_early());
    let met = |filters: &[&Filter], item: &Value| filters.iter().all(|filter| filter.is_met(item));

    let mut items = after_marker(call, items, pages)?;
    items.retain(|item| met(&early, item));
    let size = limit.unwrap_or(LARGEST_PAGE);
    let truncated = match pages {
        Pages::None => false,
        Pages::Cut => {
            items.retain(|item| met(&late, item));
            let is_longer = limit.is_some_and(|limit| items.len() > limit);
            if is_longer {
                items.truncate(size);
            }
            is_longer
        }
        Pages::Known if filters.is_empty() => {
            let is_longer = items.len() > size;
            items.truncate(size);
            is_longer && limit.is_some()
        }
        Pages::Full | Pages::Known => {
            // A limit of zero asks the database for everything.
            items.truncate(if size == 0 { LARGEST_PAGE } else { size });
            limit.is_some_and(|limit| items.len() >= limit)
        }
    };
    items.retain(|item| met(&late, item));
    let next = items.last().and_then(|item| item.get("id")?.as_str()).filter(|_| truncated);
    let next = next.map(|marker| next_page(about, call, marker, size));
    Ok(collection(about, call, name, &items, next.as_deref(), truncated))
}

/// The answer around a list that is complete.
pub(super) fn collection(
    about: &About<'_>,
    call: &Call,
    name: &str,
    items: &[Value],
    next: Option<&str>,
    truncated: bool,
) -> Reply {
    let mut body = Map::new();
    body.insert(name.to_owned(), json!(items));
    body.insert("links".to_owned(), json!({"next": next, "self": this_page(about, call), "previous": null}));
    if truncated {
        body.insert("truncated".to_owned(), json!(true));
    }
    Reply::json(200, &Value::Object(body))
}

/// The limit of the query; `Err` if it is no number, which Keystone does not expect. A negative one is none to the
/// database, and always reached.
fn limit(call: &Call) -> Result<Option<usize>, ()> {
    let Some(text) = call.query("limit").filter(|text| !text.is_empty()) else { return Ok(None) };
    let limit: i64 = text.trim().parse().map_err(|_| ())?;
    Ok(Some(usize::try_from(limit).unwrap_or(0).min(LARGEST_PAGE)))
}

fn after_marker(call: &Call, items: Vec<Value>, pages: Pages) -> Result<Vec<Value>, Refusal> {
    let marker = call.query("marker").filter(|marker| !marker.is_empty());
    let Some(marker) = marker.filter(|_| matches!(pages, Pages::Full | Pages::Known)) else { return Ok(items) };
    let place = items.iter().position(|item| item.get("id").and_then(Value::as_str) == Some(marker));
    let place = place.ok_or_else(|| Refusal::new(404, format!("Marker {marker} could not be found.")))?;
    Ok(items.into_iter().skip(place + 1).collect())
}

/// The address of this list as the client sent it.
fn this_page(about: &About<'_>, call: &Call) -> String {
    let query: Vec<String> = call.parameters().iter().map(|(name, value)| as_sent(name, value)).collect();
    let path = call.path.trim_end_matches('/');
    if query.is_empty() { format!("{}{path}", about.url) } else { format!("{}{path}?{}", about.url, query.join("&")) }
}

/// One parameter, with what has to be encoded in a query.
fn as_sent(name: &str, value: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    if value.is_empty() { name.to_owned() } else { format!("{name}={encoded}") }
}

fn next_page(about: &About<'_>, call: &Call, marker: &str, limit: usize) -> String {
    let mut query: Vec<(String, String)> = Vec::new();
    for (name, value) in call.parameters() {
        if !query.iter().any(|(known, _)| known == name) {
            query.push((name.clone(), value.clone()));
        }
    }
    for (name, value) in [("marker", marker.to_owned()), ("limit", limit.to_string())] {
        match query.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => query.push((name.to_owned(), value)),
        }
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("{}{}?{query}", about.url, call.path.trim_end_matches('/'))
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
