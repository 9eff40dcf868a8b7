//! Lists longer than a page of Keystone's, where it knows `limit` but not `marker`: roles, and the members of a group.

use serde_json::json;

use crate::operator::{Operator, made, service};
use crate::support::keystone::Keystone;

const MANY: usize = 1200;

/// Makes so many rows at once; `i` counts from 1, and `?1` is the value.
fn insert(keystone: &Keystone, into: &str, values: &str, value: &str) {
    let count = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})");
    keystone.sql(&format!("{count} INSERT INTO {into} SELECT {values} FROM n"), &[value]);
}

#[test]
fn no_role_is_missing_from_a_list_of_more_than_a_thousand() {
    let keystone = Keystone::start();
    let id = service(&keystone, "lng_roles");
    let other = service(&keystone, "lng_other");
    made(&keystone, "role", &json!({"name": format!("{other}#Gardener")}));
    let row = "printf('%032x', i), ?1 || '#r' || i, '<<null>>', '{}'";
    insert(&keystone, "role (id, name, domain_id, extra)", row, &id);
    let mut expected: Vec<String> = (1..=MANY).map(|number| format!("r{number}")).collect();
    expected.sort();
    let operator = Operator::system(keystone.url());
    assert_eq!(operator.names("role list -s lng_roles"), expected);
    let all = operator.json("role list");
    let named = |name: &str| all.as_array().unwrap().iter().filter(|role| role["keystone_name"] == name).count();
    assert_eq!(named(&format!("{other}#Gardener")), 1);
    assert_eq!((1..=MANY).filter(|number| named(&format!("{id}#r{number}")) == 1).count(), MANY);
}

#[test]
fn no_member_is_missing_from_a_group_of_more_than_a_thousand() {
    let keystone = Keystone::start();
    let id = service(&keystone, "lng_group");
    let group = made(&keystone, "group", &json!({"name": "crew", "domain_id": id}));
    insert(&keystone, "user (id, enabled, extra, domain_id)", "printf('%032x', i), 1, '{}', ?1", &id);
    insert(&keystone, "local_user (user_id, domain_id, name)", "printf('%032x', i), ?1, 'u' || i", &id);
    insert(&keystone, "user_group_membership (user_id, group_id)", "printf('%032x', i), ?1", &group);
    let mut expected: Vec<String> = (1..=MANY).map(|number| format!("u{number}")).collect();
    expected.sort();
    assert_eq!(Operator::system(keystone.url()).names("group member list crew -s lng_group"), expected);
}
