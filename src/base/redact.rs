//! The one redactor. Whatever leaves the process as text about its own work (traces, errors, logs, the run log) passes
//! through [`clean`]; the values themselves are taught by [`super::Secret`].

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// What stands where a secret stood.
pub const MASK: &str = "***";

/// Shorter values are not looked for: they would tear ordinary words apart, and such a "secret" protects nothing.
const SHORTEST: usize = 4;

static FORMS: RwLock<Forms> = RwLock::new(Forms::new());

/// What is looked for. A creation of many users knows thousands of passwords, and everything that it says is looked through for
/// all of them; so they are found by how they begin.
#[derive(Debug)]
struct Forms(BTreeMap<[u8; SHORTEST], Vec<String>>);

impl Forms {
    const fn new() -> Self {
        Self(BTreeMap::new())
    }

    fn learn(&mut self, secret: &str) {
        for form in encodings(secret) {
            let Some(start) = form.as_bytes().first_chunk() else { continue };
            let alike = self.0.entry(*start).or_default();
            if !alike.contains(&form) {
                alike.push(form);
            }
        }
    }

    #[cfg(any(feature = "oauth", test))]
    fn forget(&mut self, secret: &str) {
        let forms_of_it = encodings(secret);
        self.0.values_mut().for_each(|alike| alike.retain(|form| !forms_of_it.contains(form)));
    }

    fn all(&self) -> impl Iterator<Item = &String> {
        self.0.values().flatten()
    }

    /// Where secrets stand. Those that overlap make one place: of none of them a rest is left.
    fn places(&self, text: &str) -> Vec<Range<usize>> {
        let mut places: Vec<Range<usize>> = Vec::new();
        if self.0.is_empty() {
            return places;
        }
        for (at, start) in text.as_bytes().windows(SHORTEST).enumerate() {
            let Some(alike) = <&[u8; SHORTEST]>::try_from(start).ok().and_then(|start| self.0.get(start)) else {
                continue;
            };
            let rest = text.as_bytes().get(at..).unwrap_or_default();
            let lengths = alike.iter().filter(|form| rest.starts_with(form.as_bytes())).map(String::len);
            let Some(end) = lengths.max().map(|longest| at + longest) else { continue };
            match places.last_mut().filter(|before| at < before.end) {
                Some(before) => before.end = before.end.max(end),
                None => places.push(at..end),
            }
        }
        places
    }

    fn without(&self, text: &str) -> String {
        let (mut cleaned, mut shown) = (String::with_capacity(text.len()), 0);
        for place in self.places(text) {
            cleaned.push_str(text.get(shown..place.start).unwrap_or_default());
            cleaned.push_str(MASK);
            shown = place.end;
        }
        cleaned + text.get(shown..).unwrap_or_default()
    }
}

/// Teaches the redactor a value and the forms it takes on the wire: base64, URL-encoded, JSON-escaped.
pub fn register(secret: &str) {
    if secret.len() < SHORTEST {
        return;
    }
    #[cfg(any(fuzzing, test))]
    if apart::with(|forms| forms.learn(secret)).is_some() {
        return;
    }
    FORMS.write().unwrap_or_else(PoisonError::into_inner).learn(secret);
}

/// Takes a value back that is meant to be seen, although it was treated with care: the key of an app that stands in the
/// address which a person is to open.
#[cfg(any(feature = "oauth", test))]
pub(crate) fn publish(text: &str) {
    FORMS.write().unwrap_or_else(PoisonError::into_inner).forget(text);
}

/// The text with every known secret replaced by [`MASK`].
pub fn clean(text: &str) -> String {
    #[cfg(any(fuzzing, test))]
    if let Some(cleaned) = apart::with(|forms| forms.without(text)) {
        return cleaned;
    }
    FORMS.read().unwrap_or_else(PoisonError::into_inner).without(text)
}

/// The same for the beginning of a longer text. It may end within a secret, so what could begin one is left out at its end.
pub(crate) fn clean_beginning(text: &str) -> String {
    let mut cleaned = clean(text.trim_end_matches(char::REPLACEMENT_CHARACTER));
    let forms = FORMS.read().unwrap_or_else(PoisonError::into_inner);
    let begun =
        |form: &String| (1..form.len()).rev().find(|end| form.get(..*end).is_some_and(|it| cleaned.ends_with(it)));
    let longest = forms.all().filter_map(begun).max().unwrap_or_default();
    cleaned.truncate(cleaned.len() - longest);
    cleaned
}

/// A list of its own for one call on one thread. Whoever is fed any bytes learns any words, which must be seen again in the
/// next call, and by everybody else.
#[cfg(any(fuzzing, test))]
pub(crate) mod apart {
    use std::cell::RefCell;

    thread_local! {
        static OWN: RefCell<Option<super::Forms>> = const { RefCell::new(None) };
    }

    /// Runs this with an empty list, which goes with it.
    pub(crate) fn run(work: impl FnOnce()) {
        struct Over;
        impl Drop for Over {
            fn drop(&mut self) {
                OWN.set(None);
            }
        }
        OWN.set(Some(super::Forms::new()));
        let _over = Over;
        work();
    }

    pub(super) fn with<T>(work: impl FnOnce(&mut super::Forms) -> T) -> Option<T> {
        OWN.with_borrow_mut(|own| own.as_mut().map(work))
    }
}

fn encodings(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let mut url_upper = String::new();
    let mut url_lower = String::new();
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            url_upper.push(char::from(*byte));
            url_lower.push(char::from(*byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(url_upper, "%{byte:02X}");
            let _ = write!(url_lower, "%{byte:02x}");
        }
    }
    let json = serde_json::Value::from(secret).to_string();
    let mut forms = vec![
        secret.to_owned(),
        STANDARD.encode(bytes),
        STANDARD_NO_PAD.encode(bytes),
        URL_SAFE.encode(bytes),
        URL_SAFE_NO_PAD.encode(bytes),
        url_upper.replace("%20", "+"),
        url_upper,
        url_lower,
        json.trim_matches('"').to_owned(),
    ];
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_removed() {
        let secret = "pä\"s s/w?rd-redact";
        register(secret);
        for form in encodings(secret) {
            let line = format!("before {form} after");
            assert_eq!(clean(&line), "before *** after", "{form}");
        }
    }

    #[test]
    fn the_forms_are_those_that_are_seen_on_the_wire() {
        register("Pä\"s~/w?r d.é");
        for form in [
            "Pä\"s~/w?r d.é",
            "Pä\\\"s~/w?r d.é",
            "P%C3%A4%22s~%2Fw%3Fr%20d.%C3%A9",
            "P%c3%a4%22s~%2fw%3fr%20d.%c3%a9",
            "P%C3%A4%22s~%2Fw%3Fr+d.%C3%A9",
            "UMOkInN+L3c/ciBkLsOp",
            "UMOkInN-L3c_ciBkLsOp",
        ] {
            assert_eq!(clean(&format!("<{form}>")), "<***>", "{form}");
        }
        // Of another length, it is filled up or not.
        register("Pä\"s~/w?r d.é!");
        for form in ["UMOkInN+L3c/ciBkLsOpIQ==", "UMOkInN-L3c_ciBkLsOpIQ"] {
            assert_eq!(clean(&format!("<{form}>")), "<***>", "{form}");
        }
    }

    #[test]
    fn a_secret_inside_another_leaves_no_rest() {
        register("inner-value");
        register("outer-inner-value-outer");
        assert_eq!(clean("x outer-inner-value-outer y"), "x *** y");
    }

    #[test]
    fn of_secrets_that_overlap_no_rest_is_left() {
        let mut forms = Forms::new();
        for secret in ["left-middle", "middle-right", "aaaa", "ends here", "ends here not"] {
            forms.learn(secret);
        }
        for (text, cleaned) in [
            ("<left-middle-right>", "<***>"),
            ("left-middle middle-right", "*** ***"),
            ("left-middlemiddle-right", "******"),
            ("aaaaaaa aaa", "*** aaa"),
            ("it ends here not, it ends here", "it ***, it ***"),
            ("ä left-middle ä", "ä *** ä"),
            ("lef", "lef"),
            ("", ""),
        ] {
            assert_eq!(forms.without(text), cleaned);
        }
    }

    #[test]
    fn a_thousand_secrets_are_known_and_each_is_found() {
        let mut forms = Forms::new();
        let secret = |number: usize| format!("secret-{number:04}-of-many");
        (0..1000).for_each(|number| forms.learn(&secret(number)));
        for number in 0..1000 {
            assert_eq!(forms.without(&format!("a {} b", secret(number))), "a *** b");
        }
        forms.forget(&secret(7));
        assert_eq!(forms.without(&format!("{} {}", secret(7), secret(8))), format!("{} ***", secret(7)));
    }

    #[test]
    fn a_text_that_is_cut_within_a_secret_ends_before_it() {
        register("cut-within-ä-secret");
        let whole = "it is cut-within-ä-secret and cut-within-ä-secret";
        for end in whole.char_indices().map(|(at, _)| at).skip(30) {
            assert_eq!(clean_beginning(&whole[..end]), "it is *** and ", "{}", &whole[..end]);
        }
        let torn = String::from_utf8_lossy(&whole.as_bytes()[..=whole.rfind('ä').unwrap()]).into_owned();
        assert_eq!(clean_beginning(&torn), "it is *** and ");
        assert_eq!(clean_beginning("it is whole"), "it is whole");
    }

    #[test]
    fn what_is_published_is_seen_again_and_nothing_else() {
        register("key-to-be-published");
        register("secret-to-be-kept");
        publish("key-to-be-published");
        assert_eq!(clean("key-to-be-published secret-to-be-kept"), "key-to-be-published ***");
    }

    #[test]
    fn a_list_of_its_own_is_seen_by_nobody_else() {
        register("apart-of-all");
        let mut ran = false;
        apart::run(|| {
            register("apart-of-one");
            assert_eq!(clean("apart-of-one apart-of-all"), "*** apart-of-all");
            ran = true;
        });
        assert!(ran);
        assert_eq!(clean("apart-of-one apart-of-all"), "apart-of-one ***");
    }

    #[test]
    fn short_values_do_not_tear_words() {
        // Nothing that another test may take for a secret; the list is one for all of them.
        register("zqj");
        assert_eq!(clean("zqjvxk"), "zqjvxk");
        register("q4&Z");
        assert_eq!(clean("<q4&Z>"), "<***>", "four are enough");
    }
}
