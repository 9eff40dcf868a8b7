//! What has to hold for any file that a command is given.

use crate::base::text::safe;

use super::items::{Item, Items, parse};

pub(crate) fn roster(bytes: &[u8]) {
    super::members::fuzz_roster(bytes);
}

/// The failed ones, written down, are the same items when they are read again.
pub(crate) fn bulk(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for source in ["people.csv", "standard input"] {
        let items = match parse(&text, source, &["email", "description"]) {
            Ok(items) => items,
            Err(error) => {
                let told = error.to_string();
                assert!(safe(&told) == told, "{told:?}");
                continue;
            }
        };
        let labels = items.good.iter().map(Item::label).chain(items.bad.iter().map(super::items::BadItem::label));
        labels.for_each(|label| assert!(safe(&label) == label, "{label:?}"));
        written_again(&items, source);
    }
}

fn written_again(items: &Items, source: &str) {
    let said =
        |items: &Items| items.good.iter().map(|item| (item.name.clone(), item.fields.clone())).collect::<Vec<_>>();
    let text = items.failed_text(&items.good.iter().collect::<Vec<_>>());
    let again = match parse(&text, source, &["email", "description"]) {
        Ok(again) => again,
        Err(error) => unreachable!("{error} in\n{text:?}"),
    };
    assert_eq!(said(&again), said(items), "{text:?}");
    assert_eq!(again.bad.len(), items.bad.len(), "{text:?}");
}
