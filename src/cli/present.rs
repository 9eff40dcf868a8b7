//! From Keystone's objects to rows in the platform's words: `name` is the word people use, `service` the service's name,
//! and everything the server sent stays in the row.

use serde_json::{Map, Value, json};

use crate::api::keystone::names::{split_role, subservice_name};
use crate::api::keystone::{Entity, Kind};
use crate::flows::steps::MARKER;
use crate::output::{Column, View};

/// One row of a result.
pub(crate) type Row = Map<String, Value>;

macro_rules! columns {
    ($($title:literal $key:literal $wide:literal),* $(,)?) => {
        &[$(Column { title: $title, key: $key, wide: $wide }),*]
    };
}

pub(crate) const SERVICE: View = View {
    columns: columns!["NAME" "name" false, "DESCRIPTION" "description" false, "ENABLED" "enabled" false, "ID" "id" true],
    name: "name",
};

pub(crate) const SUBSERVICE: View = View {
    columns: columns!["NAME" "name" false, "SERVICE" "service" false, "DESCRIPTION" "description" false,
        "ENABLED" "enabled" false, "ID" "id" true],
    name: "name",
};

pub(crate) const USER: View = View {
    columns: columns!["NAME" "name" false, "SERVICE" "service" false, "EMAIL" "email" false, "ENABLED" "enabled" false,
        "DESCRIPTION" "description" true, "ID" "id" true],
    name: "name",
};

pub(crate) const GROUP: View = View {
    columns: columns!["NAME" "name" false, "SERVICE" "service" false, "DESCRIPTION" "description" false, "ID" "id" true],
    name: "name",
};

pub(crate) const ROLE: View = View {
    columns: columns!["NAME" "name" false, "SERVICE" "service" false, "KEYSTONE NAME" "keystone_name" true,
        "ID" "id" true],
    name: "name",
};

pub(crate) const ASSIGNMENT: View = View {
    columns: columns!["ROLE" "role" false, "KIND" "kind" false, "NAME" "name" false, "ON" "on" false,
        "SERVICE" "service" false, "INHERITED" "inherited" false],
    name: "role",
};

pub(crate) const STEP: View =
    View { columns: columns!["STEP" "step" false, "STATE" "state" false, "DETAIL" "detail" false], name: "step" };

pub(crate) const OUTCOME: View = View {
    columns: columns!["NAME" "name" false, "RESULT" "result" false, "LINE" "line" false, "DETAIL" "detail" false],
    name: "name",
};

/// The view of one kind.
pub(crate) fn view(kind: Kind) -> &'static View {
    match kind {
        Kind::Domain => &SERVICE,
        Kind::Project => &SUBSERVICE,
        Kind::User => &USER,
        Kind::Group => &GROUP,
        Kind::Role => &ROLE,
    }
}

/// The platform's word for one kind.
pub(crate) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Domain => "service",
        Kind::Project => "subservice",
        Kind::User => "user",
        Kind::Group => "group",
        Kind::Role => "role",
    }
}

/// The name people use for this object.
pub(crate) fn platform_name(kind: Kind, keystone_name: &str) -> &str {
    match kind {
        Kind::Project => subservice_name(keystone_name),
        Kind::Role => split_role(keystone_name).1,
        _ => keystone_name,
    }
}

/// One object as a row. `service` is the name of its service, where that is known.
pub(crate) fn row(kind: Kind, entity: &Entity, service: Option<&str>) -> Row {
    let mut row = Row::new();
    row.insert("id".to_owned(), json!(entity.id));
    row.insert("name".to_owned(), json!(platform_name(kind, &entity.name)));
    if !matches!(kind, Kind::Domain) {
        row.insert("service".to_owned(), json!(service));
    }
    if matches!(kind, Kind::Project | Kind::Role) {
        row.insert("keystone_name".to_owned(), json!(entity.name));
    }
    if let Some(enabled) = entity.enabled {
        row.insert("enabled".to_owned(), json!(enabled));
    }
    if let Some(domain) = &entity.domain_id {
        row.insert("domain_id".to_owned(), json!(domain));
    }
    row.extend(entity.rest.clone().into_iter().filter(|(key, value)| !is_noise(key, value)));
    row
}

/// What Keystone sends along without telling anything: links to itself, and the place where a marker was.
fn is_noise(key: &str, value: &Value) -> bool {
    key == "links" || (key == MARKER && value.is_null()) || (key == "extra" && value.get(MARKER).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_show_their_short_name_and_keep_the_full_one() {
        let full = "0123456789abcdef0123456789abcdef#ServiceCustomer";
        let role: Entity = serde_json::from_value(json!({"id": "r", "name": full, "domain_id": null})).unwrap();
        let row = row(Kind::Role, &role, Some("smartcity"));
        assert_eq!(row["name"], "ServiceCustomer");
        assert_eq!(row["keystone_name"], full);
        assert_eq!(row["service"], "smartcity");
    }
}
