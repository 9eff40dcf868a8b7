//! The cases of a list that comes in pages: as few rows as possible at once, one page after the other.

use serde_json::Value;

use crate::support::raw::Answer;

use super::client::{Client, Request};
use super::shape::{describe, describe_pages};
use super::template::{Filter, Kind, Template};
use super::world::{Who, World, fill};

pub fn run(world: &World, client: &mut Client, template: &Template) -> Vec<(String, String)> {
    let mut ask = |path: &str| client.send(&Request::new("GET", path).token(world.token(Who::SystemAdmin)));
    let url = world.url();
    let whole = ask(&path(world, template, "limit=1000")).json();
    let rows = rows(&whole);
    let mut pages: Vec<Answer> = Vec::new();
    let mut walked: Vec<String> = Vec::new();
    let mut next = Some(path(world, template, "limit=1"));
    while let Some(path) = next {
        let page = ask(&path);
        let on_page = self::rows(&page.json());
        let link = page.json()["links"]["next"].as_str().map(|link| link.trim_start_matches(url).to_owned());
        // A server that does not know the marker begins anew, for ever.
        next = link.filter(|_| !on_page.iter().any(|row| walked.contains(row)));
        walked.extend(on_page);
        pages.push(page);
    }
    let order = if walked == rows { "the same order" } else { "another order" };
    let (mut sorted, count) = (rows, walked.len());
    sorted.sort_unstable();
    walked.sort_unstable();
    let rows = if walked == sorted { "each row once" } else { "not each row once" };
    let last = pages.pop().unwrap_or_else(|| panic!("{template}: no page"));
    let is_empty = if count == pages.len() { "after the last row" } else { "with rows" };
    // The row that a page starts after can be deleted meanwhile.
    let lost = ask(&path(world, template, &format!("limit=1&marker={}", world.unknown())));
    let mut cases = vec![
        ("limit=1: the last page".to_owned(), format!("{} ({is_empty})", describe(&bare(&last), url))),
        ("limit=1: the rows of all pages".to_owned(), format!("{} {rows}, in {order}", last.status)),
        ("unknown marker".to_owned(), describe(&bare(&lost), url)),
    ];
    if !pages.is_empty() {
        let pages: Vec<Answer> = pages.iter().map(bare).collect();
        cases.push(("limit=1: the pages before".to_owned(), describe_pages(&pages, url)));
    }
    cases
}

/// The page with words for rows: they look as in the plain case, and it is chance which of them come first.
fn bare(page: &Answer) -> Answer {
    let mut body = page.json();
    let lists = body.as_object_mut().into_iter().flatten().filter_map(|(_, value)| value.as_array_mut());
    lists.flatten().for_each(|row| *row = Value::from("row"));
    Answer { body: body.to_string().into_bytes(), ..page.clone() }
}

/// The ids of the rows.
fn rows(page: &Value) -> Vec<String> {
    let lists = page.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_array()).flatten();
    lists.map(|row| row["id"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The path with the world's ids and this in place of the limit.
fn path(world: &World, template: &Template, limit: &str) -> String {
    let pairs = template.query.iter().map(|(key, filter)| match filter {
        Filter::Limit => limit.to_owned(),
        Filter::Id(kind) => format!("{key}={}", world.main[kind]),
        Filter::Prefix => format!("{key}={}%23", world.main[&Kind::Domain]),
        Filter::Yes => format!("{key}=true"),
        Filter::Name | Filter::Flag => panic!("{template}: a list of pages takes no {key} yet"),
    });
    format!("{}?{}", fill(&template.path, &world.main), pairs.collect::<Vec<_>>().join("&"))
}
