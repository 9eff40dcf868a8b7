//! Long lists: all of them, or an error.

use std::fmt::Write as _;

use super::slapd::{BASE, Setup, Slapd, types};

const USERS: usize = 1200;

fn many() -> String {
    let mut ldif = String::new();
    for number in 0..USERS {
        let name = format!("user{number:04}");
        write!(
            ldif,
            "dn: uid={name},ou=users,{BASE}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: {name}\n\n"
        )
        .unwrap();
    }
    ldif
}

#[test]
fn twelve_hundred_users_are_listed() {
    let slapd = Slapd::with(&Setup { ldif: many(), ..Setup::default() });
    let room = slapd.room();
    let output = types(&room, "user list -o name").success();
    let names: Vec<&str> = output.stdout.lines().collect();
    let expected: Vec<String> = (0..USERS).map(|number| format!("user{number:04}")).collect();
    assert_eq!(names, expected);
    assert_eq!(types(&room, "user list user00* -o name").success().stdout.lines().count(), 100);
}

#[test]
fn part_of_a_list_is_an_error() {
    let slapd = Slapd::with(&Setup { ldif: many(), strict: true, ..Setup::default() });
    let room = slapd.room();
    let output = types(&room, "user list -o name").code(1);
    assert_eq!(output.stdout, "", "part of a list looks like all of it");
    output.says("next:");
}
