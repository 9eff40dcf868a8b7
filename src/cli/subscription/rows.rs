//! Subscriptions as rows: what Orion sent, and beside it the few words that people look for.

use serde_json::{Value, json};

use crate::api::fiware::Place;
use crate::api::orion::subscription::Subject;
use crate::api::orion::{Module, Subscription};
use crate::output::{Column, View};

use super::super::context::Context;
use super::super::module;
use super::super::present::Row;

pub(crate) const SUBSCRIPTION: View = View {
    columns: &[
        Column { title: "ID", key: "id", wide: false },
        Column { title: "DESCRIPTION", key: "description", wide: false },
        Column { title: "ENTITIES", key: "entities", wide: false },
        Column { title: "NOTIFY", key: "notify", wide: false },
        Column { title: "STATUS", key: "status", wide: false },
        Column { title: "EXPIRES", key: "expires", wide: false },
        Column { title: "MODULE", key: "module", wide: false },
        Column { title: "SUBSERVICE", key: "subservice", wide: true },
    ],
    name: "id",
};

/// The modules of the settings. A mistake there is no reason to show no subscriptions.
pub(super) fn modules(context: &Context) -> Vec<Module> {
    module::configured(context).unwrap_or_else(|error| {
        context.printer.warn(&format!("modules are not told apart: {error}"));
        Vec::new()
    })
}

pub(super) fn row(place: &Place, subscription: &Subscription, modules: &[Module]) -> Row {
    let module = modules.iter().find(|module| module.owns(subscription));
    let entities: Vec<String> = subscription.subjects().iter().map(entity).collect();
    let mut row = Row::new();
    row.insert("id".to_owned(), json!(subscription.id()));
    row.insert("description".to_owned(), json!(subscription.description()));
    row.insert("entities".to_owned(), json!(entities.join(", ")));
    row.insert("notify".to_owned(), json!(subscription.notify_url()));
    row.insert("status".to_owned(), json!(subscription.status()));
    row.insert("expires".to_owned(), Value::Null);
    row.insert("module".to_owned(), json!(module.map(|module| &module.name)));
    row.insert("service".to_owned(), json!(place.service()));
    row.insert("subservice".to_owned(), json!(place.path()));
    for (key, value) in subscription.members() {
        if value.as_str() != Some("") {
            row.insert(key.clone(), value.clone());
        }
    }
    row
}

/// `lamp1 (Lamp)`, or the pattern of the id.
fn entity(subject: &Subject<'_>) -> String {
    let id = subject.id.or(subject.pattern).unwrap_or(".*");
    match subject.kind.or(subject.kind_pattern) {
        Some(kind) => format!("{id} ({kind})"),
        None => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_keeps_what_was_sent_and_adds_words() {
        let sent = json!({"id": "a", "new": 1, "expires": "", "status": "expired", "subject": {"entities": [
            {"id": "lamp1", "type": "Lamp"}, {"idPattern": "b.*"}, {"type": "Pump"}]}});
        let subscription = Subscription::read(sent).unwrap();
        let row = row(&Place::new("smartcity", "/energy"), &subscription, &[]);
        assert_eq!(row["entities"], "lamp1 (Lamp), b.*, .* (Pump)");
        assert_eq!(
            (&row["new"], &row["status"], &row["subservice"]),
            (&json!(1), &json!("expired"), &json!("/energy"))
        );
        assert!(row["expires"].is_null() && row["notify"].is_null() && row["module"].is_null());
        assert!(row.contains_key("subject"));
    }
}
