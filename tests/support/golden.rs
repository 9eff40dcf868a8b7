//! Texts that are compared with files under `tests/golden/`. `UPDATE=1` writes the files instead; the difference is then
//! read in review.

use std::fmt::Write as _;
use std::path::Path;

use orchester::sandbox::Request;

/// Asserts that the text equals the file of this name among the golden ones.
pub fn assert_golden(name: &str, text: &str) {
    assert_file(&format!("tests/golden/{name}"), text);
}

/// Asserts that the text equals a file of the project, as lines with a difference that can be read.
pub fn assert_file(path: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    #[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
    let update = std::env::var_os("UPDATE").is_some_and(|value| value == "1");
    if update {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; UPDATE=1 writes it. The text is:\n{text}", path.display()));
    assert!(expected == text, "{} differs; UPDATE=1 writes it anew\n{}", path.display(), difference(&expected, text));
}

/// The requests as one line each, `GET /v3/users/{id}?domain_id={id}`.
pub fn request_lines(requests: &[Request]) -> String {
    requests.iter().fold(String::new(), |mut lines, request| {
        writeln!(lines, "{} {}", request.method, without_ids(&request.path)).unwrap();
        lines
    })
}

/// The text with `{id}` in place of each word of 32 hexadecimal digits, with dashes or without, or of 24, as Orion's are.
pub fn without_ids(text: &str) -> String {
    let mut shown = String::new();
    let mut word = String::new();
    // A separator at the end closes the last word.
    for character in text.chars().chain(['\0']) {
        if character.is_ascii_alphanumeric() || character == '-' || character == '_' {
            word.push(character);
            continue;
        }
        let digits: String = word.chars().filter(|character| *character != '-').collect();
        // In `%23word` the first two digits belong to the escape.
        let (escape, rest) = if shown.ends_with('%') { digits.split_at(digits.len().min(2)) } else { ("", &*digits) };
        if matches!(rest.len(), 24 | 32) && rest.chars().all(|digit| digit.is_ascii_hexdigit()) {
            shown += escape;
            shown += "{id}";
        } else {
            shown += &word;
        }
        word.clear();
        shown.push(character);
    }
    shown.pop();
    shown
}

/// Lines that only one of the two has, `-` for the file and `+` for the text.
fn difference(expected: &str, text: &str) -> String {
    let lines = expected.lines().filter(|line| !text.lines().any(|other| other == *line)).map(|line| ("-", line));
    let others = text.lines().filter(|line| !expected.lines().any(|other| other == *line)).map(|line| ("+", line));
    let listed: String = lines.chain(others).map(|(sign, line)| format!("{sign} {line}\n")).collect();
    if listed.is_empty() { format!("the same lines in another order or number:\n{text}") } else { listed }
}

#[test]
fn ids_are_replaced_and_words_are_not() {
    let id = "0123456789abcdef0123456789abcdef";
    let dashed = "01234567-89ab-cdef-0123-456789abcdef";
    assert_eq!(
        without_ids(&format!("/v3/users/{id}?domain_id={id}&name=abc")),
        "/v3/users/{id}?domain_id={id}&name=abc"
    );
    assert_eq!(without_ids(&format!("/v3/roles?name={id}%23{id}")), "/v3/roles?name={id}%23{id}");
    assert_eq!(without_ids(&format!("/deployments/{dashed}/")), "/deployments/{id}/");
    assert_eq!(without_ids("/v2/subscriptions/65f0c8a1e4b0a1b2c3d4e5f6?a=65f0"), "/v2/subscriptions/{id}?a=65f0");
    assert_eq!(without_ids("/v3/domains/default?x=deadbeef-"), "/v3/domains/default?x=deadbeef-");
}

#[test]
fn a_difference_shows_the_lines_that_differ() {
    assert_eq!(difference("a\nb\n", "a\nc\n"), "- b\n+ c\n");
    assert!(difference("a\nb\n", "b\na\n").contains("another order"));
}
