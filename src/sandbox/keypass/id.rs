//! The ids of policies: which are taken, and the encoding that keeps some of them from being found again.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What Java's encoder for forms leaves as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'*').remove(b'_');

/// As it is stored. Java is told to encode in ASCII, and has a question mark for everything else.
pub(super) fn stored(id: &str) -> String {
    let ascii = id.replace(|character: char| !character.is_ascii(), "?");
    utf8_percent_encode(&ascii, ENCODED).to_string()
}

/// The id to look up for one from a path: decoded once more than the path was. Otherwise the status of the answer.
pub(super) fn sought(id: &str) -> Result<String, u16> {
    let id = id.replace('+', " ");
    let mut after_percent = id.split('%').skip(1);
    let is_encoding = |rest: &str| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    // Java throws, and nobody catches.
    if after_percent.all(is_encoding) { Ok(percent_decode_str(&id).decode_utf8_lossy().into_owned()) } else { Err(500) }
}

/// Ids are URIs, as Java understands them.
pub(super) fn is_uri(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_bad = match byte {
            b'%' => !(0..2).all(|_| bytes.next().is_some_and(|digit| digit.is_ascii_hexdigit())),
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => true,
            _ => byte.is_ascii_whitespace() || byte.is_ascii_control(),
        };
        if is_bad {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uris() {
        for (id, is_good) in
            [("urn:a:b", true), ("a-b_c", true), ("a%20b", true), ("a b", false), ("a%2", false), ("a{", false)]
        {
            assert_eq!(is_uri(id), is_good, "{id}");
        }
    }

    #[test]
    fn only_plain_ids_are_found_where_they_are_stored() {
        for (id, stored_as, sought_as) in [
            ("Plain-id_1.0*", "Plain-id_1.0*", Ok("Plain-id_1.0*")),
            ("urn:a/b", "urn%3Aa%2Fb", Ok("urn:a/b")),
            ("a+b", "a%2Bb", Ok("a b")),
            ("a%20b", "a%2520b", Ok("a b")),
            ("straße", "stra%3Fe", Ok("straße")),
            ("100%", "100%25", Err(500)),
            ("%+1", "%25%2B1", Err(500)),
        ] {
            assert_eq!(stored(id), stored_as, "{id}");
            assert_eq!(sought(id).as_deref().map_err(|status| *status), sought_as, "{id}");
        }
    }
}
