//! Which characters there are in XML, and what its names are made of. The library lets nearly everything through; the server
//! that a policy is sent to does not.

/// Whether the character can be in a document at all, in whatever writing.
pub(super) fn is_char(one: char) -> bool {
    matches!(one, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// Whether this is the name of an element or an attribute: one word, or two with a colon between.
pub(super) fn is_name(text: &str) -> bool {
    text.split_once(':').map_or_else(|| is_word(text), |(prefix, local)| is_word(prefix) && is_word(local))
}

fn is_word(text: &str) -> bool {
    text.starts_with(begins) && text.chars().all(|one| begins(one) || goes_on(one))
}

fn begins(one: char) -> bool {
    matches!(one, 'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn goes_on(one: char) -> bool {
    matches!(one, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}
