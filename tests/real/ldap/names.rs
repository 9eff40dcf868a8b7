//! Names that mean something in the name of an entry or in a filter: each stays a name.

use serde_json::json;

use super::slapd::{BASE, Slapd, says, types};

const HOSTILE: [&str; 16] = [
    "a,b",
    "a+b",
    "*",
    "(x)",
    "#x",
    "a\\b",
    "a\\2cb",
    "\"quoted\"",
    "it's",
    "Jürgen Großmann",
    "日本",
    "a=b;c<d>e",
    "x,ou=groups,dc=city,dc=example",
    "a)(uid=*",
    "a/../b",
    "*)(|(uid=*",
];

#[test]
fn every_name_stays_one_name() {
    let slapd = Slapd::start();
    let room = slapd.room();
    says(&room, &["group", "create", "crew"]).success();
    says(&room, &["user", "create", "ann", "--group", "crew", "--new-password-file", "a.pw"]).success();
    for name in HOSTILE {
        let create = ["user", "create", name, "--email", "x@y", "--group", "crew", "--new-password-file", "b.pw"];
        says(&room, &create).success();
        let entry = slapd.user(name).unwrap_or_else(|| panic!("{name} is not there"));
        assert_eq!((&entry["cn"], &entry["sn"]), (&vec![name.to_owned()], &vec![name.to_owned()]));
        says(&room, &create).success().says("already so");
        let shown = says(&room, &["user", "show", name, "-o", "json"]).success().json();
        assert_eq!((&shown["name"], &shown["groups"]), (&json!(name), &json!(["crew"])), "{shown}");
        says(&room, &["user", "update", name, "--description", "seen"]).success();
        says(&room, &["auth", name, "--password-file", "b.pw"]).success();
        says(&room, &["auth", name, "--password-file", "a.pw"]).code(4);
        let members = says(&room, &["group", "show", "crew", "-o", "json"]).json()["members"].clone();
        assert!(members.as_array().unwrap().contains(&json!(name)), "{members}");
    }
    assert_eq!(slapd.entries(&format!("ou=users,{BASE}")).len(), HOSTILE.len() + 2);
    // Each goes, and takes nobody along.
    for name in HOSTILE {
        says(&room, &["user", "delete", name, "--yes"]).success().says("deleted");
        assert_eq!(slapd.user(name), None, "{name}");
    }
    let ann = format!("uid=ann,ou=users,{BASE}");
    assert_eq!(slapd.members("crew"), [format!("ou=groups,{BASE}"), ann]);
}

#[test]
fn every_group_too() {
    let slapd = Slapd::start();
    let room = slapd.room();
    says(&room, &["user", "create", "ann", "--new-password-file", "a.pw"]).success();
    let names: Vec<&str> = HOSTILE.into_iter().filter(|name| name.chars().count() <= 64).collect();
    for name in &names {
        says(&room, &["group", "create", name, "--description", "d"]).success().says("created");
        says(&room, &["group", "member", "add", name, "ann"]).success().says("added");
        assert_eq!(says(&room, &["group", "show", name, "-o", "json"]).json()["members"], json!(["ann"]), "{name}");
    }
    let shown = says(&room, &["user", "show", "ann", "-o", "json"]).json();
    assert_eq!(shown["groups"].as_array().unwrap().len(), names.len());
    let delete = [&["group", "delete", "--yes"], names.as_slice()].concat();
    says(&room, &delete).success();
    assert_eq!(slapd.entries(&format!("ou=groups,{BASE}")).len(), 1);
}

#[test]
fn a_pattern_is_no_filter() {
    let slapd = Slapd::start();
    let room = slapd.room();
    says(&room, &["user", "create", "ann", "bert", "(x)", "--new-password-file", "a.pw"]).success();
    let names = |pattern: &str| says(&room, &["user", "list", pattern, "-o", "name"]).success().stdout;
    assert_eq!(names("*"), "(x)\nann\nbert\n");
    assert_eq!(names("(*"), "(x)\n");
    for pattern in ["ann)(uid=*", "x)(|(uid=*)", "*)(objectClass=*", "a\\2a", "zoe)(|(uid=*))(&(uid=x"] {
        assert_eq!(names(pattern), "", "{pattern}");
    }
    let groups = |pattern: &str| says(&room, &["group", "list", pattern, "-o", "name"]).success().stdout;
    says(&room, &["group", "create", "crew"]).success();
    assert_eq!(groups("*)(|(cn=*)"), "");
}

/// The server takes the leading blank for none, so two names would be one.
#[test]
fn names_that_are_not_what_they_look_like_are_refused() {
    let slapd = Slapd::start();
    let room = slapd.room();
    for bad in [" lead", "trail ", "", "a\nb"] {
        says(&room, &["user", "create", bad, "--new-password-file", "a.pw"]).code(2);
        says(&room, &["group", "create", bad]).code(2);
    }
    says(&room, &["user", "show", " lead"]).code(3);
    says(&room, &["auth", " lead", "--password-file", "a.pw"]).code(4);
    assert_eq!(slapd.entries(&format!("ou=users,{BASE}")).len(), 1);
    types(&room, "user create ann --email ü@city.example --new-password-file a.pw").code(2).says("ASCII");
}
