//! People as rows.

use serde_json::{Value, json};

use crate::connectors::{Change, Connector, ConnectorKind, Error, Membership, State};
use crate::output::{Column, View};

use super::super::present::Row;

const fn column(title: &'static str, key: &'static str, wide: bool) -> Column {
    Column { title, key, wide }
}

/// Where somebody stands. A terminal of eighty columns would break words to show everything, and at a connector there
/// is but one place.
pub(crate) const MEMBER: View = View {
    columns: &[
        column("CONNECTOR", "connector", false),
        column("TARGET", "target", true),
        column("ID", "id", false),
        column("STATE", "state", false),
        column("ROLE", "role", false),
        column("VIA", "via", false),
        column("SINCE", "since", true),
        column("UNTIL", "until", false),
        column("DETAIL", "detail", false),
    ],
    name: "id",
};

/// The same of everybody, most of whom are in for good: when an invitation ends is told by the list of invitations.
pub(super) const EVERYBODY: View = View {
    columns: &[
        column("CONNECTOR", "connector", false),
        column("TARGET", "target", true),
        column("ID", "id", false),
        column("STATE", "state", false),
        column("ROLE", "role", false),
        column("VIA", "via", false),
        column("SINCE", "since", true),
        column("UNTIL", "until", true),
        column("DETAIL", "detail", false),
    ],
    name: "id",
};

/// What came of a change.
pub(super) const CHANGE: View = View {
    columns: &[
        column("CONNECTOR", "connector", false),
        column("TARGET", "target", true),
        column("ID", "id", false),
        column("RESULT", "result", false),
        column("STATE", "state", false),
        column("ROLE", "role", false),
        column("VIA", "via", true),
        column("DETAIL", "detail", false),
    ],
    name: "id",
};

/// What can be done.
pub(crate) const ABILITY: View = View {
    columns: &[
        column("CONNECTOR", "connector", false),
        column("TARGET", "target", false),
        column("WHAT", "what", false),
        column("POSSIBLE", "possible", false),
        column("LIMITS", "limits", false),
    ],
    name: "connector",
};

pub(super) fn member(kind: ConnectorKind, target: &str, found: &Membership) -> Row {
    let mut row = Row::new();
    let mut put = |key: &str, value: Value| drop(row.insert(key.to_owned(), value));
    put("connector", json!(kind.name()));
    put("target", json!(target));
    put("id", json!(found.id));
    put("state", json!(found.state.as_str()));
    put("role", json!(found.role));
    put("via", json!(found.via));
    put("since", json!(found.since.map(|moment| moment.to_string())));
    put("until", json!(found.until.map(|moment| moment.to_string())));
    put("detail", json!(found.detail));
    put("key", json!(found.key));
    row
}

/// Of whom nothing could be told.
pub(super) fn failed(kind: ConnectorKind, target: &str, id: &str, result: &str, error: &Error) -> Row {
    let mut row = Row::new();
    let mut put = |key: &str, value: Value| drop(row.insert(key.to_owned(), value));
    put("connector", json!(kind.name()));
    put("target", json!(target));
    put("id", json!(id));
    put("result", json!(result));
    put("state", json!("unknown"));
    put("detail", json!(error.to_string()));
    row
}

pub(super) fn change(kind: ConnectorKind, target: &str, change: &Change) -> Row {
    let mut row = member(kind, target, &change.membership);
    row.insert("result".to_owned(), json!(change.word()));
    let detail: Vec<&str> =
        change.membership.detail.as_deref().into_iter().chain(change.notes.iter().map(String::as_str)).collect();
    row.insert("detail".to_owned(), if detail.is_empty() { Value::Null } else { json!(detail.join("; ")) });
    row
}

/// What can be done there, and which of the standings that not every service has can come about.
pub(super) fn abilities(kind: ConnectorKind, connector: &dyn Connector) -> Vec<Row> {
    let (target, able) = (connector.target(), connector.capabilities());
    let line = |what: &str, possible: &str, limits: Option<&str>| {
        let mut row = Row::new();
        let mut put = |key: &str, value: Value| drop(row.insert(key.to_owned(), value));
        put("connector", json!(kind.name()));
        put("target", json!(target));
        put("what", json!(what));
        put("possible", json!(possible));
        put("limits", json!(limits));
        row
    };
    let verbs = [
        ("check", &able.check),
        ("add", &able.add),
        ("rm", &able.remove),
        ("switch on", &able.restore),
        ("list", &able.list),
        ("invitations", &able.invitations),
    ];
    let mut rows: Vec<Row> = verbs.into_iter().map(|(verb, can)| line(verb, can.as_str(), can.why())).collect();
    for state in [State::Pending, State::Expired, State::Suspended] {
        let can = connector.tells(state);
        rows.push(line(state.as_str(), can.as_str(), can.why()));
    }
    rows.push(line("ID", "yes", Some(able.identifier)));
    let roles = able.roles.join(", ");
    rows.push(line(
        "--role",
        if roles.is_empty() { "no" } else { "yes" },
        Some(roles.as_str()).filter(|all| !all.is_empty()),
    ));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What completes columns knows one of the two.
    #[test]
    fn a_list_has_the_columns_of_a_check() {
        let keys = |view: &View| view.columns.iter().map(|column| (column.title, column.key)).collect::<Vec<_>>();
        assert_eq!(keys(&MEMBER), keys(&EVERYBODY));
        assert_eq!(MEMBER.name, EVERYBODY.name);
    }
}
