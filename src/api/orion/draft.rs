//! A subscription that somebody wants, and whether one of those that are there is it.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Subscription;
use super::subscription::normal;

/// Which entities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entities {
    One(String),
    /// All whose id matches this.
    Matching(String),
}

/// One that is not there yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) entities: Entities,
    /// Only of this type.
    pub(crate) kind: Option<String>,
    /// Whose change triggers it; none means any.
    pub(crate) attrs: Vec<String>,
    pub(crate) notify_url: String,
    /// What is sent; none means all.
    pub(crate) notify_attrs: Vec<String>,
    /// Seconds between two notifications at least.
    pub(crate) throttling: i64,
    /// In whole seconds; `None` for never.
    pub(crate) expires: Option<Timestamp>,
    pub(crate) description: Option<String>,
}

impl Draft {
    /// What is posted.
    pub(crate) fn body(&self) -> Map<String, Value> {
        let mut entity = Map::new();
        match &self.entities {
            Entities::One(id) => entity.insert("id".to_owned(), json!(id)),
            Entities::Matching(pattern) => entity.insert("idPattern".to_owned(), json!(pattern)),
        };
        if let Some(kind) = &self.kind {
            entity.insert("type".to_owned(), json!(kind));
        }
        let mut body = Map::new();
        let mut set = |key: &str, value: Value| body.insert(key.to_owned(), value);
        if let Some(description) = &self.description {
            set("description", json!(description));
        }
        set("subject", json!({"entities": [entity], "condition": {"attrs": self.attrs}}));
        let http = json!({"url": self.notify_url});
        set("notification", json!({"attrs": self.notify_attrs, "http": http, "attrsFormat": "normalized"}));
        set("expires", json!(self.expires.map(|end| end.to_string()).unwrap_or_default()));
        set("status", json!("active"));
        set("throttling", json!(self.throttling));
        body
    }

    /// Whether that one tells the same place the same of the same entities: a second one would send everything twice.
    pub(crate) fn is_like(&self, subscription: &Subscription) -> bool {
        normal(&self.body()) == normal(subscription.members())
    }

    /// In what a subscription that is like this one differs, in words. The end is left out where it follows from the time
    /// of day: asked for again, it is another one.
    pub(crate) fn differences(&self, subscription: &Subscription, with_end: bool) -> Vec<String> {
        let mut differences = Vec::new();
        if !subscription.is_live() {
            differences.push(format!("it is {}", subscription.status()));
        }
        if self.description.as_deref() != subscription.description() {
            differences.push(format!("its description is '{}'", subscription.description().unwrap_or_default()));
        }
        if with_end && self.expires != subscription.expires() {
            let end = subscription.expires().map_or_else(|| "never".to_owned(), |end| end.to_string());
            differences.push(format!("it expires {end}"));
        }
        differences
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        Draft {
            entities: Entities::One("lamp1".to_owned()),
            kind: Some("Lamp".to_owned()),
            attrs: vec!["state".to_owned(), "level".to_owned()],
            notify_url: "http://here:80/in".to_owned(),
            notify_attrs: Vec::new(),
            throttling: 5,
            expires: Some("2040-01-01T00:00:00Z".parse().unwrap()),
            description: Some("lamps".to_owned()),
        }
    }

    /// As Orion shows it.
    fn shown() -> Value {
        json!({"id": "a", "description": "lamps", "expires": "2040-01-01T00:00:00.000Z", "status": "active",
            "subject": {"entities": [{"id": "lamp1", "type": "Lamp"}],
                "condition": {"attrs": ["level", "state"], "notifyOnMetadataChange": true}},
            "notification": {"attrs": [], "onlyChangedAttrs": false, "attrsFormat": "normalized",
                "http": {"url": "http://here/in"}, "covered": false, "timesSent": 3},
            "throttling": 5})
    }

    fn read(row: Value) -> Subscription {
        Subscription::read(row).unwrap()
    }

    #[test]
    fn the_body_says_everything() {
        let body = Value::Object(draft().body());
        assert_eq!(body["subject"]["entities"], json!([{"id": "lamp1", "type": "Lamp"}]));
        assert_eq!(body["expires"], "2040-01-01T00:00:00Z");
        let endless = Draft { expires: None, entities: Entities::Matching("l.*".to_owned()), kind: None, ..draft() };
        let body = Value::Object(endless.body());
        assert_eq!((&body["expires"], &body["subject"]["entities"]), (&json!(""), &json!([{"idPattern": "l.*"}])));
    }

    #[test]
    fn it_is_found_again_as_orion_shows_it() {
        assert!(draft().is_like(&read(shown())));
        assert_eq!(draft().differences(&read(shown()), true), Vec::<String>::new());
        for (pointer, other) in [
            ("/subject/entities/0/id", json!("lamp2")),
            ("/subject/entities/0/type", json!("")),
            ("/subject/condition/attrs", json!(["level"])),
            ("/notification/http/url", json!("http://here/in2")),
            ("/notification/attrs", json!(["level"])),
            ("/notification/covered", json!(true)),
            ("/throttling", json!(6)),
        ] {
            let mut row = shown();
            *row.pointer_mut(pointer).unwrap() = other;
            assert!(!draft().is_like(&read(row)), "{pointer}");
        }
    }

    #[test]
    fn what_differs_is_named() {
        let mut row = shown();
        row["status"] = json!("expired");
        row["expires"] = json!("2020-01-01T00:00:00.000Z");
        row["description"] = json!("");
        assert!(draft().is_like(&read(row.clone())));
        let all = ["it is expired", "its description is ''", "it expires 2020-01-01T00:00:00Z"];
        assert_eq!(draft().differences(&read(row.clone()), true), all);
        assert_eq!(draft().differences(&read(row), false), all[..2]);
    }
}
