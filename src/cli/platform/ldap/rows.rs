//! Users and groups of the directory as rows.

use serde_json::json;

use crate::api::ldap::{Group, User};
use crate::output::{Column, View};

use super::super::super::present::Row;

const NAME: Column = Column { title: "NAME", key: "name", wide: false };
const EMAIL: Column = Column { title: "EMAIL", key: "email", wide: false };
const DESCRIPTION: Column = Column { title: "DESCRIPTION", key: "description", wide: false };
const GROUPS: Column = Column { title: "GROUPS", key: "groups", wide: false };
const MEMBERS: Column = Column { title: "MEMBERS", key: "members", wide: false };
const DN: Column = Column { title: "DN", key: "dn", wide: true };

/// A list of users, which does not ask for the groups of each.
pub(super) const USERS: View = View { columns: &[NAME, EMAIL, DESCRIPTION, DN], name: "name" };

/// A user with its groups.
pub(super) const USER: View = View { columns: &[NAME, EMAIL, DESCRIPTION, GROUPS, DN], name: "name" };

/// Groups.
pub(super) const GROUP: View = View { columns: &[NAME, DESCRIPTION, MEMBERS, DN], name: "name" };

/// A user; the groups where they are known.
pub(super) fn of_user(user: &User, groups: Option<&[String]>) -> Row {
    let mut row = Row::new();
    row.insert("name".to_owned(), json!(user.name));
    row.insert("email".to_owned(), json!(user.email));
    row.insert("description".to_owned(), json!(user.description));
    if let Some(groups) = groups {
        row.insert("groups".to_owned(), json!(groups));
    }
    row.insert("dn".to_owned(), json!(user.dn));
    row
}

/// A group.
pub(super) fn of_group(group: &Group) -> Row {
    let mut row = Row::new();
    row.insert("name".to_owned(), json!(group.name));
    row.insert("description".to_owned(), json!(group.description));
    row.insert("members".to_owned(), json!(group.members));
    row.insert("dn".to_owned(), json!(group.dn));
    row
}
