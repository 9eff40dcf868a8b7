//! IoT modules: what receives everything that devices measure. A module is active at a place when one subscription there
//! is on all entities and notifies the module.

use serde_json::{Value, json};

use crate::base::RunId;

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

    /// The subscription that makes it active: the same for all modules but for the address and the signature. `TimeInstant`
    /// is what the IoT agents set with every measure; no attribute named to be sent means all of them.
    pub(crate) fn subscription(&self, run: &str) -> Value {
        json!({
            "description": self.signature(run),
            "subject": {"entities": [{"idPattern": ".*"}], "condition": {"attrs": ["TimeInstant"]}},
            "notification": {"attrs": [], "http": {"url": self.notify_url}, "attrsFormat": "normalized"},
            "expires": "",
            "status": "active",
            "throttling": 0,
        })
    }

    /// In the description of a subscription, and the proof of which run made it.
    pub(crate) fn signature(&self, run: &str) -> String {
        format!("module {}{SIGNED}{run}", self.name)
    }

    /// Of the subscriptions at one place those that runs of ours made a second time: Orion takes equal ones without end,
    /// so two machines that switch the same module on at the same moment make two.
    ///
    /// Ours to delete without being asked is only what carries the signature of a run, notifies this module at present,
    /// and does in everything else the same as another one that does, too. Of those the one with the smallest id stays,
    /// whoever made it: everybody who sees the same ones chooses the same, and who came last sees them all, because each
    /// looks once more behind its own POST. A run that was killed before that look is no matter, since the next one reads
    /// the signatures. What has no signature was made by somebody else and stays, however equal it is
    /// (`module enable --fix-duplicates`); so does a signed one that was changed since.
    pub(crate) fn twins<'all>(&self, all: &'all [Subscription]) -> Vec<&'all Subscription> {
        let ours = |one: &&Subscription| self.owns(one) && one.is_live() && is_signed(one);
        let mut ours: Vec<&Subscription> = all.iter().filter(ours).collect();
        ours.sort_by_key(|one| one.id());
        let mut kept: Vec<&Subscription> = Vec::new();
        ours.retain(|one| {
            let is_twin = kept.iter().any(|other| one.does_the_same_as(other));
            if !is_twin {
                kept.push(one);
            }
            is_twin
        });
        ours
    }

    /// Whether one of the two is too much; a signature says nothing about what they do.
    pub(crate) fn is_needed_once(one: &Subscription, other: &Subscription) -> bool {
        let own_words = |one: &Subscription| one.description().filter(|_| !is_signed(one)).map(str::to_owned);
        own_words(one) == own_words(other) && one.does_the_same_as(other)
    }
}

/// Between the name of a module and a run.
const SIGNED: &str = ", made by orchest run ";

/// Whether a run of ours made it, under whatever name its settings have for the module.
fn is_signed(subscription: &Subscription) -> bool {
    let parts = subscription.description().and_then(|text| text.rsplit_once(SIGNED));
    parts.is_some_and(|(module, run)| module.starts_with("module ") && RunId::parse(run).is_some())
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
        assert!(sth().owns(&with_id(sth().subscription("0123456789abcdef"))));
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
    fn made(id: &str, run: &str) -> Value {
        let mut row = sth().subscription(run);
        row["id"] = json!(id);
        row
    }

    fn twins(rows: &[Value]) -> Vec<String> {
        let all: Vec<Subscription> = rows.iter().map(|row| Subscription::read(row.clone()).unwrap()).collect();
        sth().twins(&all).iter().map(|one| one.id().to_owned()).collect()
    }

    #[test]
    fn of_what_runs_made_twice_the_smallest_id_stays_in_whatever_order_they_are_listed() {
        let (a, b, c) = (made("a", "00000000000000aa"), made("b", "00000000000000bb"), made("c", "00000000000000aa"));
        assert_eq!(twins(&[]), Vec::<String>::new());
        assert_eq!(twins(std::slice::from_ref(&b)), Vec::<String>::new());
        assert_eq!(twins(&[b.clone(), a.clone()]), ["b"]);
        assert_eq!(twins(&[c.clone(), a.clone(), b.clone()]), ["b", "c"]);
        // The settings of another machine call it something else.
        let mut other = b;
        other["description"] = json!("module history, made by orchest run 00000000000000bb");
        assert_eq!(twins(&[a, other]), ["b"]);
    }

    #[test]
    fn a_signature_makes_no_difference_and_what_somebody_else_says_does() {
        let with = |description: Value| {
            let mut row = made("a", "00000000000000aa");
            row["description"] = description;
            Subscription::read(row).unwrap()
        };
        let signed = with(json!("module STH, made by orchest run 00000000000000bb"));
        assert!(Module::is_needed_once(&signed, &with(json!("module X, made by orchest run 00000000000000cc"))));
        assert!(Module::is_needed_once(&signed, &with(json!(null))));
        assert!(!Module::is_needed_once(&signed, &with(json!("mine"))));
        assert!(!Module::is_needed_once(&with(json!("mine")), &with(json!("yours"))));
    }

    #[test]
    fn nothing_is_a_twin_that_somebody_else_made_or_changed() {
        let kept = made("a", "00000000000000aa");
        for (key, value) in [
            ("description", json!(null)),
            ("description", json!("mine")),
            ("description", json!("module STH, made by orchest run ")),
            ("description", json!("module STH, made by orchest run 00000000000000bb again")),
            ("description", json!("not a module, made by orchest run 00000000000000bb")),
            ("status", json!("inactive")),
            ("expires", json!("2099-01-01T00:00:00Z")),
            ("throttling", json!(5)),
            ("notification", json!({"http": {"url": "http://sth:505/notify2"}})),
        ] {
            let mut other = made("b", "00000000000000bb");
            other[key] = value.clone();
            assert_eq!(twins(&[kept.clone(), other.clone()]), Vec::<String>::new(), "{key}: {value}");
            // Nor does it drive ours away.
            other["id"] = json!("0");
            assert_eq!(twins(&[kept.clone(), other]), Vec::<String>::new(), "{key}: {value}");
        }
    }
}
