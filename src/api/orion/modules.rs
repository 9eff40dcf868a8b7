//! IoT modules: what receives everything that devices measure. A module is active at a place when one subscription there
//! is on all entities and notifies the module.

use serde_json::{Value, json};

use super::Subscription;
use super::subscription::same_url;

/// What is known of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Module {
    /// `STH`
    pub(crate) name: String,
    /// Where it wants to be notified.
    pub(crate) notify_url: String,
    /// What people call it.
    pub(crate) alias: String,
}

impl Module {
    /// Whether this subscription is the module's: its very address (not only the beginning of it), and one entity, which
    /// stands for all of every type. Whether it notifies at present is another question: [`Subscription::is_live`].
    pub(crate) fn owns(&self, subscription: &Subscription) -> bool {
        subscription.is_on_everything() && subscription.notify_url().is_some_and(|url| same_url(url, &self.notify_url))
    }

    /// The subscription that makes it active: the same for all modules but for the address. `TimeInstant` is what the IoT
    /// agents set with every measure; no attribute named to be sent means all of them.
    pub(crate) fn subscription(&self) -> Value {
        json!({
            "subject": {"entities": [{"idPattern": ".*"}], "condition": {"attrs": ["TimeInstant"]}},
            "notification": {"attrs": [], "http": {"url": self.notify_url}, "attrsFormat": "normalized"},
            "expires": "",
            "status": "active",
            "throttling": 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sth() -> Module {
        Module { name: "STH".to_owned(), notify_url: "http://sth:505/notify".to_owned(), alias: "history".to_owned() }
    }

    #[test]
    fn a_module_owns_what_it_makes_and_what_older_tools_made() {
        let with_id = |mut row: Value| {
            row["id"] = json!("a");
            Subscription::read(row).unwrap()
        };
        assert!(sth().owns(&with_id(sth().subscription())));
        let old =
            json!({"subject": {"entities": [{"id": ".*"}]}, "notification": {"callback": "http://sth:505/notify"}});
        assert!(sth().owns(&with_id(old)));

        let everything = json!({"entities": [{"idPattern": ".*"}]});
        for (subject, notification) in [
            (&everything, json!({"http": {"url": "http://sth:5050/notify"}})),
            (&everything, json!({"http": {"url": "http://sth:505/notify2"}})),
            (&everything, json!({"mqtt": {"url": "mqtt://sth:505", "topic": "/notify"}})),
            (&json!({"entities": [{"id": "lamp"}]}), json!({"http": {"url": "http://sth:505/notify"}})),
        ] {
            assert!(!sth().owns(&with_id(json!({"subject": subject, "notification": notification}))), "{notification}");
        }
    }
}
