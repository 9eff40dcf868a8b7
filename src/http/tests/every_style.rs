//! Every style of paging by one generator: totals of nothing to three pages and a row more or less, and with a row that comes
//! or goes between any two pages. What can be promised then differs by style, and stands in [`Promise`].

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::http::{Cursor, Linked, Method, NumberedPages, NumberedStyle};

/// So many rows a page.
const SIZE: usize = 3;

const V1: NumberedStyle =
    NumberedStyle { rows: "data", id: "id", first: 1, pages: "/page/total_pages", total: "/page/total_elements" };
const INDIGO: NumberedStyle =
    NumberedStyle { rows: "content", id: "uuid", first: 0, pages: "/page/totalPages", total: "/page/totalElements" };

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Keystone,
    Orion,
    PaasV1,
    PaasIndigo,
    GitHub,
    Slack,
    Drive,
}

/// Of the rows that are there from the first page to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Promise {
    /// Each is seen, exactly once: a page goes on from a row, not from a number.
    Seen,
    /// Each is seen exactly once, or the reading fails and says that rows have moved. Both may not change the total at once
    /// where only the total tells.
    SeenOrSaid,
    /// Each is seen exactly once, but for as many as went: GitHub numbers its pages, says nothing of a total, and so a row
    /// may move past the reader. Nobody is put in or taken out for that: whatever changes people looks at each again.
    AllButThoseThatMoved,
}

impl Style {
    const ALL: [Self; 7] =
        [Self::Keystone, Self::Orion, Self::PaasV1, Self::PaasIndigo, Self::GitHub, Self::Slack, Self::Drive];

    fn promise(self) -> Promise {
        match self {
            Self::Keystone | Self::Slack | Self::Drive => Promise::Seen,
            Self::Orion | Self::PaasV1 | Self::PaasIndigo => Promise::SeenOrSaid,
            Self::GitHub => Promise::AllButThoseThatMoved,
        }
    }

    fn id(self) -> &'static str {
        if self == Self::PaasIndigo { "uuid" } else { "id" }
    }

    /// What such a server answers.
    fn answer(self, all: &[String], request: &Request) -> Response {
        let asked = |name: &str| request.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let number = |name: &str| asked(name).map(|text| text.parse::<usize>().unwrap());
        let after = |mark: Option<&str>| all.iter().filter(|id| mark.is_none_or(|mark| id.as_str() > mark)).count();
        let start = match self {
            Self::Keystone => all.len() - after(asked("marker")),
            Self::Slack => all.len() - after(asked("cursor")),
            Self::Drive => all.len() - after(asked("pageToken")),
            Self::Orion => number("offset").unwrap(),
            Self::PaasV1 => (number("page").unwrap() - 1) * SIZE,
            Self::PaasIndigo => number("page").unwrap() * SIZE,
            Self::GitHub => (number("page").unwrap_or(1) - 1) * SIZE,
        };
        let page: Vec<&String> = all.iter().skip(start).take(SIZE).collect();
        let rows: Vec<Value> = page.iter().map(|id| json!({ self.id(): id })).collect();
        let is_more = start + page.len() < all.len();
        let last = page.last().filter(|_| is_more);
        let counts = json!({"total_pages": all.len().div_ceil(SIZE), "total_elements": all.len(),
            "totalPages": all.len().div_ceil(SIZE), "totalElements": all.len()});
        let (headers, body) = match self {
            Self::Keystone => {
                // As soon as a page is full.
                let next =
                    page.last().filter(|_| page.len() == SIZE).map(|id| format!("http://evil.test/?marker={id}"));
                (String::new(), json!({"users": rows, "links": {"next": next}}))
            }
            Self::Orion => (format!("Fiware-Total-Count: {}", all.len()), json!(rows)),
            Self::PaasV1 => (String::new(), json!({"data": rows, "page": counts})),
            Self::PaasIndigo => (String::new(), json!({"content": rows, "page": counts})),
            Self::GitHub => {
                let next = start / SIZE + 2;
                let link = format!("Link: <http://evil.test/?page={next}>; rel=\"next\"");
                (if is_more { link } else { String::new() }, json!(rows))
            }
            Self::Slack => (
                String::new(),
                json!({"members": rows, "response_metadata": {"next_cursor": last.map_or("", |id| id)}}),
            ),
            Self::Drive => (String::new(), json!({"permissions": rows, "nextPageToken": last})),
        };
        crate::http::fuzz::response(200, &headers, body.to_string().as_bytes())
    }

    /// The ids that come of it, in their order, where the rows are `all` at first and changed before the page of a number.
    fn read(self, all: &[String], change: &Change) -> Result<Vec<String>, Error> {
        let page = SIZE as u64;
        match self {
            Self::Keystone => self.walk(KeystoneMarker::new("users"), all, change),
            Self::Orion => self.walk(FiwareOffset::bare(), all, change),
            Self::PaasV1 => self.walk(NumberedPages::new(V1, page), all, change),
            Self::PaasIndigo => self.walk(NumberedPages::new(INDIGO, page), all, change),
            Self::GitHub => self.walk(Linked, all, change),
            Self::Slack => self.walk(Cursor::new("members", "/response_metadata/next_cursor", "cursor"), all, change),
            Self::Drive => self.walk(Cursor::new("permissions", "/nextPageToken", "pageToken"), all, change),
        }
    }

    fn walk(self, paging: impl Paging, all: &[String], change: &Change) -> Result<Vec<String>, Error> {
        let endpoint = Endpoint::parse("orion", "http://h:5000").unwrap();
        let mut walk = Walk::new(paging, Request::new(Method::Get).path("list"));
        let (mut found, mut number) = (Vec::new(), 0);
        while let Some(request) = walk.next.take() {
            number += 1;
            assert!(number < 20, "{self:?} asks for ever");
            let rows = if number > change.before { change.after(all) } else { all.to_vec() };
            let fresh = walk.take(&endpoint, &request, &self.answer(&rows, &request))?;
            found.extend(fresh.iter().map(|row| row[self.id()].as_str().unwrap().to_owned()));
        }
        Ok(found)
    }
}

/// What happens after so many pages.
#[derive(Clone, Copy, Debug, Default)]
struct Change {
    before: usize,
    /// The place of a row that goes, and that before which one comes.
    goes: Option<usize>,
    comes: Option<usize>,
}

impl Change {
    const NONE: Self = Self { before: usize::MAX, goes: None, comes: None };

    fn after(&self, all: &[String]) -> Vec<String> {
        let kept = all.iter().enumerate().filter(|(place, _)| Some(*place) != self.goes).map(|(_, id)| id.clone());
        let mut after: Vec<String> = kept.collect();
        // Between two others by its name, too.
        after.extend(self.comes.map(|place| id(place, 0)));
        after.sort();
        after
    }
}

/// In the order of their numbers; what comes later gets an id between two of them.
fn id(place: usize, between: usize) -> String {
    format!("r{place:03}{between}")
}

fn rows(total: usize) -> Vec<String> {
    (0..total).map(|place| id(place, 5)).collect()
}

/// Nothing, and one row less, as many, and one more than one, two and three pages have.
fn totals() -> BTreeSet<usize> {
    (0..=3).flat_map(|pages| (pages * SIZE).saturating_sub(1)..=pages * SIZE + 1).collect()
}

#[test]
fn every_row_comes_once_in_every_style() {
    assert_eq!(totals().len(), 11);
    for style in Style::ALL {
        for total in totals() {
            assert_eq!(style.read(&rows(total), &Change::NONE).unwrap(), rows(total), "{style:?} {total}");
        }
    }
}

/// Holds a reading against what is promised; says whether rows were seen to have moved, and whether one was missed.
fn hold(style: Style, total: usize, change: Change) -> (bool, bool) {
    let (before, after) = (rows(total), change.after(&rows(total)));
    let says = format!("{style:?} {total} {change:?}");
    let found = match style.read(&before, &change) {
        Ok(found) => found,
        Err(error) => {
            assert_eq!(style.promise(), Promise::SeenOrSaid, "{says}: {error}");
            assert!(matches!(error, Error::Moved { .. }) || error.to_string().contains("missing"), "{says}: {error}");
            return (true, false);
        }
    };
    let seen: BTreeSet<&String> = found.iter().collect();
    assert_eq!(seen.len(), found.len(), "{says}: a row comes twice in {found:?}");
    assert!(seen.iter().all(|id| before.contains(id) || after.contains(id)), "{says}: {found:?}");
    let missed = before.iter().filter(|id| after.contains(id) && !seen.contains(id)).count();
    let may = match style.promise() {
        Promise::Seen => 0,
        Promise::SeenOrSaid => usize::from(style != Style::Orion && change.goes.is_some() && change.comes.is_some()),
        Promise::AllButThoseThatMoved => usize::from(change.goes.is_some()),
    };
    assert!(missed <= may, "{says}: {missed} rows are missed in {found:?}");
    (false, missed > 0)
}

#[test]
fn what_is_there_throughout_is_seen_once_or_the_reading_says_that_it_cannot_tell() {
    for style in Style::ALL {
        let (mut cases, mut said, mut missed) = (0, 0, 0);
        for total in totals() {
            for before in 1..=4 {
                let goes = (0..total).map(|place| Change { before, goes: Some(place), comes: None });
                let comes = (0..=total).map(|place| Change { before, goes: None, comes: Some(place) });
                let both = (0..total).flat_map(|place| {
                    (0..=total).map(move |other| Change { before, goes: Some(place), comes: Some(other) })
                });
                for change in goes.chain(comes).chain(both) {
                    let (is_said, is_missed) = hold(style, total, change);
                    (cases, said, missed) = (cases + 1, said + usize::from(is_said), missed + usize::from(is_missed));
                }
            }
        }
        assert!(cases > 1_000, "{cases}");
        // Otherwise nothing was shown: some styles cannot know, and these do notice.
        assert_eq!(said > 0, style.promise() == Promise::SeenOrSaid, "{style:?} {said}");
        assert_eq!(
            missed > 0,
            !matches!(style.promise(), Promise::Seen) && style != Style::Orion,
            "{style:?} {missed}"
        );
    }
}
