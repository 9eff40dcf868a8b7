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

    pub(crate) fn throttling(&self) -> i64 {
        self.members.get("throttling").and_then(Value::as_i64).unwrap_or_default()
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

    /// What was asked for: without the id and what Orion counts. Two that are alike in this do the same.
    pub(crate) fn essence(&self) -> Map<String, Value> {
        let mut essence = self.members.clone();
        essence.remove("id");
        if let Some(Value::Object(notification)) = essence.get_mut("notification") {
            notification.retain(|key, _| !COUNTED.contains(&key.as_str()));
        }
        essence
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
        assert!(!bare.is_on_everything() && bare.expires().is_none() && bare.throttling() == 0);
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
    fn what_orion_counts_is_not_what_was_asked_for() {
        let one = json!({"id": "a", "notification": {"http": {"url": "u"}, "timesSent": 5, "lastSuccess": "x"}});
        let other = json!({"id": "b", "notification": {"http": {"url": "u"}}});
        assert_eq!(read(one.clone()).essence(), read(other).essence());
        let different = json!({"id": "b", "notification": {"http": {"url": "v"}}});
        assert_ne!(read(one).essence(), read(different).essence());
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
