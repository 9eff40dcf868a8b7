//! The text of a roster, whatever a spreadsheet wrote around it.

use super::{Fault, Place};

const SAVE: &str = "save it as UTF-8: spreadsheets call it \"CSV UTF-8\"";

/// UTF-8, with or without the mark that says so.
pub(super) fn decode(bytes: &[u8]) -> Result<&str, Fault> {
    let start = Place { line: 1, column: 1 };
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Fault::new(start, "this is UTF-16").next(SAVE));
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let (good, bad) = bytes.split_at(error.valid_up_to());
        let byte = bad.first().copied().unwrap_or_default();
        let before = std::str::from_utf8(good).unwrap_or_default();
        Fault::new(place(before, before.len()), format!("byte 0x{byte:02X} is not UTF-8")).next(SAVE)
    })?;
    match text.find(|sign: char| sign.is_control() && !matches!(sign, '\n' | '\r' | '\t')) {
        Some(at) => Err(Fault::new(place(text, at), "a control character")),
        None => Ok(text),
    }
}

/// The line and the column of a place in a text.
pub(super) fn place(text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before.get(start..).unwrap_or_default().chars().count() + 1;
    Place { line: before.matches('\n').count() + 1, column }
}
