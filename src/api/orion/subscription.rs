//! A subscription as Orion sends it. Whatever it holds is kept; what is asked for is read leniently, since subscriptions
//! of every age and kind are in those lists.

use jiff::Timestamp;
use serde_json::{Map, Value};
use url::Url;

/// What Orion counts for itself. It changes with each notification and says nothing about what was asked for.
const COUNTED: [&str; 8] = [
    "timesSent",
    "lastNotification",
    "lastSuccess",
    "lastSuccessCode",
    "lastFailure",
    "lastFailureReason",
    "failsCounter",
    "notificationFailed",
];

/// Where a notification can go to, and how the address is called there. The first two are of HTTP; the very old one is an
/// address itself.
const RECEIVERS: [&str; 4] = ["http", "httpCustom", "mqtt", "mqttCustom"];

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Subscription {
    id: String,
    members: Map<String, Value>,
}

/// One of the entities that a subscription is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Subject<'a> {
    pub(crate) id: Option<&'a str>,
    pub(crate) pattern: Option<&'a str>,
    /// Empty is the same as none.
    pub(crate) kind: Option<&'a str>,
    pub(crate) kind_pattern: Option<&'a str>,
}

impl Subject<'_> {
    /// Every entity there is, whatever its id and type. Very old subscriptions have the pattern in the id.
    pub(crate) fn is_everything(&self) -> bool {
        let all = |text: Option<&str>| text == Some(".*");
        (all(self.pattern) || all(self.id)) && self.kind.is_none() && self.kind_pattern.is_none_or(|text| text == ".*")
    }
}

impl Subscription {
    /// `None` if it has no id.
    pub(crate) fn read(row: Value) -> Option<Self> {
        let Value::Object(members) = row else { return None };
        let id = members.get("id")?.as_str()?.to_owned();
        Some(Self { id, members })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Everything that was sent.
    pub(crate) fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.members.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// `active`, `inactive`, `expired`, `oneshot`, `failed`; of none said, it is active.
    pub(crate) fn status(&self) -> &str {
        self.text("status").unwrap_or("active")
    }

    /// Whether it notifies, now and until something is changed. The last notification of one that `failed` could not be
    /// delivered, the next will be tried; a `oneshot` ends itself.
    pub(crate) fn is_live(&self) -> bool {
        matches!(self.status(), "active" | "failed")
    }

    /// When it ends; `None` for never.
    pub(crate) fn expires(&self) -> Option<Timestamp> {
        self.text("expires")?.parse().ok()
    }

    pub(crate) fn description(&self) -> Option<&str> {
        self.text("description")
    }

    fn notification(&self) -> Option<&Map<String, Value>> {
        self.members.get("notification")?.as_object()
    }

    /// Where it notifies, by HTTP or another way.
    pub(crate) fn notify_url(&self) -> Option<&str> {
        let notification = self.notification()?;
        let old = || notification.get("callback")?.as_str();
        RECEIVERS.iter().find_map(|receiver| notification.get(*receiver)?.get("url")?.as_str()).or_else(old)
    }

    pub(crate) fn subjects(&self) -> Vec<Subject<'_>> {
        let entities =
            self.members.get("subject").and_then(|subject| subject.get("entities")).and_then(Value::as_array);
        let one = |entity| Subject {
            id: text_of(entity, "id"),
            pattern: text_of(entity, "idPattern"),
            kind: text_of(entity, "type"),
            kind_pattern: text_of(entity, "typePattern"),
        };
        entities.into_iter().flatten().map(one).collect()
    }

    /// Whether it is about one thing, and that is every entity.
    pub(crate) fn is_on_everything(&self) -> bool {
        matches!(self.subjects().as_slice(), [one] if one.is_everything())
    }

    /// Whether the other one notifies the same of the same, for as long, whatever they say of themselves.
    pub(crate) fn does_the_same_as(&self, other: &Self) -> bool {
        self.is_live() == other.is_live()
            && self.expires() == other.expires()
            && normal(&self.members) == normal(&other.members)
    }
}

/// What a subscription does, in a form that is the same for all that do the same: without the id, what Orion counts, and
/// what goes without saying; lists of names in order. Description, end and status are no part of it.
pub(super) fn normal(members: &Map<String, Value>) -> Value {
    let mut members = members.clone();
    for key in ["id", "description", "expires", "status"] {
        members.remove(key);
    }
    if let Some(Value::Object(notification)) = members.get_mut("notification") {
        notification.retain(|key, _| !COUNTED.contains(&key.as_str()));
    }
    plain(Value::Object(members))
}

fn plain(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let rest = members.into_iter().map(|(key, value)| {
                let value = match (key.as_str(), &value) {
                    ("url", Value::String(url)) => Url::parse(url).map_or(value, |url| url.to_string().into()),
                    _ => plain(value),
                };
                (key, value)
            });
            rest.filter(|(key, value)| !goes_without_saying(key, value)).collect()
        }
        Value::Array(mut list) => {
            if list.iter().all(Value::is_string) {
                list.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
            }
            list.into_iter().map(plain).collect()
        }
        other => other,
    }
}

fn goes_without_saying(key: &str, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => *value == (key == "notifyOnMetadataChange"),
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty() || (key == "attrsFormat" && text == "normalized"),
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

/// A text that is there and not empty.
fn text_of<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.get(key)?.as_str().filter(|text| !text.is_empty())
}

/// Whether two addresses are the same: case of scheme and host, a port that goes without saying and a path that is only a
/// slash make no difference. All else does: `/notify` and `/notify/` are two places to a server.
pub(crate) fn same_url(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one == other,
        // Custom addresses may have parts that are filled in later.
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(row: Value) -> Subscription {
        Subscription::read(row).unwrap()
    }

    #[test]
    fn only_the_id_is_needed() {
        let bare = read(json!({"id": "a"}));
        assert_eq!((bare.status(), bare.notify_url(), bare.subjects().len()), ("active", None, 0));
        assert!(!bare.is_on_everything() && bare.expires().is_none());
        for odd in [json!({"id": 5}), json!({}), json!("a"), json!(null)] {
            assert_eq!(Subscription::read(odd), None);
        }
        let odd =
            read(json!({"id": "a", "subject": [], "notification": "x", "expires": 5, "status": "", "new": {"a": 1}}));
        assert_eq!((odd.notify_url(), odd.subjects().len(), odd.status()), (None, 0, "active"));
        assert_eq!(odd.members()["new"], json!({"a": 1}));
    }

    #[test]
    fn the_address_is_found_wherever_it_stands() {
        for (notification, url) in [
            (json!({"http": {"url": "http://a/"}}), Some("http://a/")),
            (json!({"httpCustom": {"url": "http://b/${id}"}}), Some("http://b/${id}")),
            (json!({"mqtt": {"url": "mqtt://c", "topic": "t"}}), Some("mqtt://c")),
            (json!({"callback": "http://d/"}), Some("http://d/")),
            (json!({"http": {}}), None),
        ] {
            assert_eq!(read(json!({"id": "a", "notification": notification})).notify_url(), url);
        }
    }

    #[test]
    fn everything_is_one_pattern_without_a_type() {
        for (entities, everything) in [
            (json!([{"idPattern": ".*"}]), true),
            (json!([{"id": ".*"}]), true),
            (json!([{"idPattern": ".*", "type": ""}]), true),
            (json!([{"idPattern": ".*", "typePattern": ".*"}]), true),
            (json!([{"idPattern": ".*", "type": "Lamp"}]), false),
            (json!([{"idPattern": ".*", "typePattern": "La.*"}]), false),
            (json!([{"idPattern": "a.*"}]), false),
            (json!([{"idPattern": ".*"}, {"id": "b"}]), false),
            (json!([{"type": "Lamp"}]), false),
            (json!([{}]), false),
            (json!([]), false),
            (json!("x"), false),
        ] {
            let subscription = read(json!({"id": "a", "subject": {"entities": entities}}));
            assert_eq!(subscription.is_on_everything(), everything, "{subscription:?}");
        }
    }

    #[test]
    fn two_that_do_the_same_are_told_from_two_that_do_not() {
        let base = json!({"id": "a", "status": "active", "throttling": 0,
            "subject": {"entities": [{"idPattern": ".*"}], "condition": {"attrs": ["a", "b"]}},
            "notification": {"attrs": [], "http": {"url": "http://h:80/n"}}});
        let with = |pointer: &str, key: &str, value: Value| {
            let mut row = base.clone();
            row.pointer_mut(pointer).unwrap()[key] = value;
            read(row)
        };
        for (pointer, key, value) in [
            ("", "id", json!("b")),
            ("", "status", json!("failed")),
            ("/notification", "timesSent", json!(5)),
            ("/notification", "lastSuccess", json!("2026-01-01T00:00:00Z")),
            ("/notification", "attrsFormat", json!("normalized")),
            ("/notification", "covered", json!(false)),
            ("/notification", "http", json!({"url": "http://H/n"})),
            ("/subject/condition", "notifyOnMetadataChange", json!(true)),
            ("/subject/condition", "attrs", json!(["b", "a"])),
            ("", "description", json!("mine")),
        ] {
            assert!(read(base.clone()).does_the_same_as(&with(pointer, key, value)), "{key}");
        }
        for (pointer, key, value) in [
            ("", "status", json!("inactive")),
            ("", "expires", json!("2030-01-01T00:00:00Z")),
            ("", "throttling", json!(5)),
            ("/notification", "attrsFormat", json!("keyValues")),
            ("/notification", "onlyChangedAttrs", json!(true)),
            ("/notification", "attrs", json!(["a"])),
            ("/notification", "http", json!({"url": "http://h:81/n"})),
            ("/subject/condition", "notifyOnMetadataChange", json!(false)),
            ("/subject/condition", "attrs", json!(["a"])),
            ("/subject/condition", "expression", json!({"q": "a>5"})),
            ("/subject", "entities", json!([{"idPattern": ".*", "type": "Lamp"}])),
        ] {
            assert!(!read(base.clone()).does_the_same_as(&with(pointer, key, value)), "{key}");
        }
    }

    #[test]
    fn addresses_are_the_same_or_not() {
        for (one, other, same) in [
            ("http://h:5050/notify", "HTTP://H:5050/notify", true),
            ("http://h:80/notify", "http://h/notify", true),
            ("https://h", "https://h:443/", true),
            ("http://h:505/notify", "http://h:5050/notify", false),
            ("http://h:5050/notify", "http://h:5050/notify2", false),
            ("http://h/notify", "http://h/notify/", false),
            ("http://h/notify", "http://h/Notify", false),
            ("http://h/notify", "https://h/notify", false),
            ("http://h/${id}", "http://h/${id}", true),
            ("http://${host}/a", "http://${host}/a", true),
            ("http://${host}/a", "http://${host}/b", false),
        ] {
            assert_eq!(same_url(one, other), same, "{one} {other}");
        }
    }

    #[test]
    fn one_that_failed_to_deliver_is_live_and_one_that_ended_is_not() {
        for (status, live) in
            [("active", true), ("failed", true), ("inactive", false), ("expired", false), ("oneshot", false)]
        {
            assert_eq!(read(json!({"id": "a", "status": status})).is_live(), live, "{status}");
        }
    }
}
