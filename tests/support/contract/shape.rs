//! What is compared of an answer: its status, the kind of its body, the headers that clients go by, and the keys and
//! types of its JSON. Values are not.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::raw::Answer;

/// Every type that was seen in one place. Elements of a list are one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    scalars: BTreeSet<&'static str>,
    /// The members, and whether every object had them.
    object: Option<BTreeMap<String, (Shape, bool)>>,
    /// The elements; `None` inside if no list had any.
    list: Option<Option<Box<Shape>>>,
}

impl Shape {
    /// The shape of a value; texts that start with `url` are links.
    pub fn of(value: &Value, url: &str) -> Self {
        let scalar = |name| Self { scalars: [name].into(), ..Self::default() };
        match value {
            Value::Null => scalar("null"),
            Value::Bool(_) => scalar("bool"),
            Value::Number(_) => scalar("number"),
            Value::String(text) => scalar(kind_of_text(text, url)),
            Value::Array(rows) => {
                let rows = rows.iter().map(|row| Self::of(row, url)).reduce(Self::or);
                Self { list: Some(rows.map(Box::new)), ..Self::default() }
            }
            Value::Object(members) => {
                let members = members.iter().map(|(key, value)| (key.clone(), (Self::of(value, url), true)));
                Self { object: Some(members.collect()), ..Self::default() }
            }
        }
    }

    /// What is of this shape or of the other.
    pub fn or(mut self, other: Self) -> Self {
        self.scalars.extend(other.scalars);
        self.object = match (self.object, other.object) {
            (Some(one), Some(two)) => Some(either(one, two)),
            (one, two) => one.or(two),
        };
        self.list = match (self.list, other.list) {
            (Some(Some(one)), Some(Some(two))) => Some(Some(Box::new(one.or(*two)))),
            (Some(one), Some(two)) => Some(one.or(two)),
            (one, two) => one.or(two),
        };
        self
    }

    fn show(&self) -> String {
        let mut parts: Vec<String> = self.scalars.iter().map(|&name| name.to_owned()).collect();
        if let Some(members) = &self.object {
            let mark = |always: &bool| if *always { "" } else { "?" };
            let member =
                |(key, (shape, always)): (&String, &(Self, bool))| format!("{key}{}: {}", mark(always), shape.show());
            parts.push(format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", ")));
        }
        if let Some(elements) = &self.list {
            parts.push(format!("[{}]", elements.as_ref().map(|shape| shape.show()).unwrap_or_default()));
        }
        parts.join("|")
    }
}

fn either(
    mut one: BTreeMap<String, (Shape, bool)>,
    two: BTreeMap<String, (Shape, bool)>,
) -> BTreeMap<String, (Shape, bool)> {
    for (key, (_, always)) in &mut one {
        *always &= two.contains_key(key);
    }
    for (key, (shape, always)) in two {
        let merged = match one.remove(&key) {
            Some((before, both)) => (before.or(shape), both && always),
            None => (shape, false),
        };
        one.insert(key, merged);
    }
    one
}

fn kind_of_text(text: &str, url: &str) -> &'static str {
    if text.starts_with(url) {
        "link"
    } else if text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        "id"
    } else if is_time(text) {
        "time"
    } else {
        "text"
    }
}

/// `2026-01-31T12:00:00.000000Z`, with exactly these digits.
fn is_time(text: &str) -> bool {
    let pattern = "0000-00-00T00:00:00.000000Z";
    let fits = |(one, wanted): (u8, u8)| if wanted == b'0' { one.is_ascii_digit() } else { one == wanted };
    text.len() == pattern.len() && text.bytes().zip(pattern.bytes()).all(fits)
}

/// An answer in one line.
pub fn describe(answer: &Answer, url: &str) -> String {
    let body = std::str::from_utf8(&answer.body).ok().filter(|text| !text.is_empty());
    let body = body.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let shape = body.map(|body| is_error(answer.status, &body).unwrap_or_else(|| Shape::of(&body, url).show()));
    head(answer) + &shape.map(|shape| format!(" {shape}")).unwrap_or_default()
}

/// Several pages of one list in one line.
pub fn describe_pages(pages: &[Answer], url: &str) -> String {
    let heads: BTreeSet<String> = pages.iter().map(head).collect();
    let shape = pages.iter().map(|page| Shape::of(&page.json(), url)).reduce(Shape::or).unwrap_or_default();
    format!("{} {}", heads.into_iter().collect::<Vec<_>>().join("|"), shape.show())
}

/// Status, kind of body, headers.
fn head(answer: &Answer) -> String {
    let kind = match answer.header("content-type").map(|value| value.split(';').next().unwrap_or_default().trim()) {
        None => "none",
        Some("application/json") => "json",
        Some("text/html") => "html",
        Some(_) => "other",
    };
    let mut text = format!("{} {kind}", answer.status);
    for (name, present, absent) in [
        ("x-subject-token", " with token", ""),
        ("www-authenticate", " with challenge", ""),
        // On every answer of the real server, so that its absence is what stands out.
        ("vary", "", " without vary"),
        ("x-openstack-request-id", "", " without request id"),
    ] {
        text += if answer.header(name).is_some() { present } else { absent };
    }
    text
}

/// `error Not Found`, for the body that Keystone's clients expect of an error.
fn is_error(status: u16, body: &Value) -> Option<String> {
    let error = body.as_object().filter(|body| body.len() == 1)?.get("error")?.as_object()?;
    let title = error.get("title")?.as_str()?;
    let fits =
        error.len() == 3 && error.get("message")?.is_string() && error.get("code")?.as_u64()? == u64::from(status);
    fits.then(|| format!("error {title}"))
}

#[test]
fn a_shape_has_keys_and_types_and_no_values() {
    let show = |value: Value| Shape::of(&value, "http://h").show();
    use serde_json::json;
    let id = "0123456789abcdef0123456789abcdef";
    assert_eq!(show(json!({"b": 1, "a": [id, null], "c": {}})), "{a: [id|null], b: number, c: {}}");
    assert_eq!(show(json!(["http://h/v3", "x", true])), "[bool|link|text]");
    assert_eq!(show(json!("2026-01-31T12:00:00.000000Z")), "time");
    assert_eq!(show(json!("2026-01-31T12:00:00Z")), "text");
    assert_eq!(show(json!([{"a": 1}, {"a": "x", "b": []}, {"b": [1]}])), "[{a?: number|text, b?: [number]}]");
    assert_eq!(show(json!([])), "[]");
}

#[test]
fn an_answer_is_described_by_what_clients_see() {
    let answer = |status, headers: &[(&str, &str)], body: &str| Answer {
        status,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.as_bytes().to_vec(),
    };
    let common = [("vary", "X-Auth-Token"), ("x-openstack-request-id", "r"), ("content-type", "application/json")];
    let error = r#"{"error":{"code":404,"message":"m","title":"Not Found"}}"#;
    assert_eq!(describe(&answer(404, &common, error), "u"), "404 json error Not Found");
    assert_eq!(
        describe(&answer(400, &common, error), "u"),
        "400 json {error: {code: number, message: text, title: text}}"
    );
    assert_eq!(
        describe(&answer(200, &[("content-type", "text/html; x")], "<p>"), "u"),
        "200 html without vary without request id"
    );
    let login = [common[0], common[1], ("x-subject-token", "t")];
    assert_eq!(describe(&answer(201, &login, ""), "u"), "201 none with token");
}
