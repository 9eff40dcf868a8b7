//! What has to hold for any roster.

use std::collections::BTreeMap;

use crate::base::text::safe;
use crate::connectors::ConnectorKind;

use super::Roster;

/// Those who failed are a roster again, of the same people, who are wanted at the same places.
pub(in crate::cli) fn roster(bytes: &[u8]) {
    for source in ["people.csv", "people.toml", "standard input"] {
        let roster = match Roster::parse(bytes, source) {
            Ok(roster) => roster,
            Err(fault) => {
                assert!(fault.at.line > 0 && fault.at.column > 0, "{fault:?}");
                assert!(safe(&fault.message) == fault.message, "{fault:?}");
                continue;
            }
        };
        let cells = roster.people.iter().flat_map(|person| person.cells.values());
        let acts = |text: &str| text.chars().any(|sign| sign.is_control() && sign != '\t');
        cells.for_each(|cell| assert!(!acts(&cell.text), "{cell:?}"));
        let everybody: BTreeMap<usize, String> =
            (0..roster.people.len()).map(|at| (at, "why, \"so\"".to_owned())).collect();
        let text = roster.failed_text(&everybody);
        let again = match Roster::parse(text.as_bytes(), source) {
            Ok(again) => again,
            Err(fault) => unreachable!("{fault:?} in\n{text}"),
        };
        assert!(again.is_partial() && again.people.len() == roster.people.len(), "{text}");
        for kind in ConnectorKind::ALL {
            assert_eq!(again.wishes(kind), roster.wishes(kind), "{text}");
            assert_eq!(roster.ids(kind).len(), roster.wishes(kind).0.len());
        }
        for number in 0..roster.people.len() {
            assert_eq!(again.label(number).1, roster.label(number).1, "{text}");
        }
    }
}
