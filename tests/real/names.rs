//! Names that look like paths, queries, formulas or flags are names like any other: what is meant is found, shown, listed
//! and deleted exactly, and nothing beside it is touched.

use std::collections::BTreeSet;

use serde_json::json;

use crate::operator::{Operator, domain, made, names_within, one, roles_of, service, state_of};
use crate::support::cli::Room;
use crate::support::keystone::Keystone;

/// Every one of them is a name that Keystone takes.
fn corpus() -> Vec<String> {
    let short = [
        "a b",
        "a",
        "b",
        "#",
        "a#b",
        "/",
        "a/b",
        "%",
        "%s",
        "?",
        "?name=x",
        "&",
        "a&name=b",
        "+",
        "a+b",
        "..",
        ".",
        "...",
        "../projects",
        "../../v3/users",
        "%2e%2e",
        "%2F",
        "%00",
        "a%20b",
        ";",
        "a;b",
        "*",
        "a*",
        "Jürgen",
        "JÜRGEN",
        "Ju\u{308}rgen",
        "日本",
        "🦀",
        "it's",
        "say \"x\"",
        "`id`",
        "$(id)",
        "\\",
        "=1+1",
        "@x",
        "-dash",
        "--yes",
        "--",
        "null",
        "true",
        "0",
        "<b>",
        "{}",
        "[1]",
        "a,b",
        "a:b",
        "ID:x",
        "Anna",
        "anna",
        "\u{202e}txt",
        "\u{200b}",
    ];
    short.into_iter().map(str::to_owned).chain(["x".repeat(64), "ü".repeat(64)]).collect()
}

/// With more than Keystone allows for groups.
fn user_names() -> Vec<String> {
    let mut names = corpus();
    names.extend(["y".repeat(255), "ÿ".repeat(255)]);
    names
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

/// The names as rows of JSON, because nothing has to be quoted there by hand.
fn lines(names: &[String]) -> String {
    names.iter().map(|name| json!({"name": name}).to_string() + "\n").collect()
}

#[test]
fn users_of_any_name_are_created_shown_listed_and_deleted_exactly() {
    everything_by_name("user", "nam_users", &user_names());
}

#[test]
fn groups_of_any_name_are_created_shown_listed_and_deleted_exactly() {
    everything_by_name("group", "nam_groups", &corpus());
}

fn everything_by_name(noun: &str, service_name: &str, names: &[String]) {
    let keystone = Keystone::shared();
    let id = service(keystone, service_name);
    let collection = &format!("{noun}s");
    let operator = Operator::system(keystone.url());
    // What a path that is not encoded would reach.
    let neighbour = service(keystone, &format!("{service_name}_beside"));
    for name in ["..", "projects", "a"] {
        made(keystone, noun, &json!({"name": name, "domain_id": neighbour}));
    }
    let beside = state_of(keystone, &neighbour);
    operator.run_with_input(&[noun, "create", "-s", service_name, "--from", "-"], &lines(names)).success();
    assert_eq!(names_within(keystone, collection, &id), sorted(names.to_vec()));
    operator
        .run_with_input(&[noun, "create", "-s", service_name, "--from", "-"], &lines(names))
        .success()
        .says("already so");

    let listed = operator.json(&format!("{noun} list -s {service_name}"));
    let listed = listed.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(sorted(listed), sorted(names.to_vec()));

    let there = keystone.list(&format!("{collection}?domain_id={id}"));
    // One by one all users, and those groups whose names could be read as a part of an address.
    let risky = |name: &&String| noun == "user" || name.contains(['/', '.', '%', '?', '#', '&', '+']);
    for name in names.iter().filter(risky) {
        let shown = operator.run(&[noun, "show", "-s", service_name, "-o", "json", "--", name]).success().json();
        let object = there.iter().find(|object| object["name"] == **name).unwrap();
        assert_eq!((&shown["name"], &shown["id"]), (&json!(name), &object["id"]));
    }

    // Some one by one, the others at once; after each exactly that one is gone.
    let (alone, together): (Vec<_>, Vec<_>) = names
        .iter()
        .cloned()
        .partition(|name| ["..", "/", "?name=x", "a", "%2e%2e", "--", "*"].contains(&name.as_str()));
    let mut left: BTreeSet<String> = names.iter().cloned().collect();
    for name in &alone {
        operator.run(&[noun, "delete", "-s", service_name, "--yes", "--", name]).success().says("deleted");
        left.remove(name);
        assert_eq!(names_within(keystone, collection, &id), left.iter().cloned().collect::<Vec<_>>());
    }
    let (first, second) = together.split_at(together.len() / 2);
    let typed = [noun, "delete", "-s", service_name, "--yes", "--from", "-"];
    operator.run_with_input(&typed, &lines(first)).success();
    assert_eq!(names_within(keystone, collection, &id), sorted(second.to_vec()));
    assert_eq!(state_of(keystone, &neighbour), beside);
}

#[test]
fn roles_and_members_of_any_name() {
    let keystone = Keystone::shared();
    let id = service(keystone, "nam_grants");
    let operator = Operator::project(keystone.url());
    let names = ["..", "a/b#c", "-x"];
    for name in names {
        for kind in ["user", "group"] {
            made(keystone, kind, &json!({"name": name, "domain_id": id}));
        }
        operator.run(&["role", "create", "-s", "nam_grants", "--", name]).success();
    }
    assert_eq!(roles_of(keystone, &id), sorted(names.map(str::to_owned).to_vec()));
    operator.run(&["group", "member", "add", "-s", "nam_grants", "--", "..", "a/b#c", "-x"]).success();
    let group = one(keystone, "groups", &id, "..");
    let members = keystone.list(&format!("groups/{}/users", group["id"].as_str().unwrap()));
    let members = members.iter().map(|user| user["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(sorted(members), sorted(vec!["a/b#c".to_owned(), "-x".to_owned()]));
    let grant = ["role", "grant", "-s", "nam_grants", "--to-user=-x", "--to-group", "a/b#c", "--", ".."];
    operator.run(&grant).success();
    let rows = operator.json("role assignments -s nam_grants");
    let sentence = |row: &serde_json::Value| format!("{} {} {}", row["role"], row["kind"], row["name"]);
    let rows = sorted(rows.as_array().unwrap().iter().map(sentence).collect());
    assert_eq!(rows, [r#"".." "group" "a/b#c""#, r#"".." "user" "-x""#]);
    operator.run(&["role", "delete", "-s", "nam_grants", "--yes", "--", "..", "-x"]).success();
    assert_eq!(roles_of(keystone, &id), ["a/b#c"]);
}

#[test]
fn services_and_subservices_of_any_name_on_request() {
    let keystone = Keystone::shared();
    let operator = Operator::system(keystone.url());
    let name = "nam A/../#?&%2e ü";
    let password = operator.room.file("adm.pw", "pw-of-an-admin").display().to_string();
    let create = ["service", "create", name, "--admin-user", "/ #", "--new-password-file", &password];
    operator.run(&create).code(2).says("--any-name");
    assert_eq!(domain(keystone, name), None);
    operator.run(&[&create[..], &["--any-name"]].concat()).success();
    let id = domain(keystone, name).unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(names_within(keystone, "users", &id), ["/ #"]);
    assert_eq!(operator.run(&["service", "show", name, "-o", "json"]).success().json()["id"], json!(id));

    let subservices = ["..", "x y/#?%", "-dash"];
    for subservice in subservices {
        operator.run(&["subservice", "create", "-s", name, "--", subservice]).code(2).says("--any-name");
        operator.run(&["subservice", "create", "-s", name, "--any-name", "--", subservice]).success();
        let shown = operator.run(&["subservice", "show", "-s", name, "-o", "json", "--", subservice]).success().json();
        assert_eq!((&shown["name"], &shown["service"]), (&json!(subservice), &json!(name)));
    }
    assert_eq!(names_within(keystone, "projects", &id), ["/-dash", "/..", "/x y/#?%"]);
    operator.run(&["role", "grant", "SubServiceAdmin", "--to-user", "/ #", "-s", name, "-S", ".."]).success();
    operator.run(&["subservice", "delete", "..", "-s", name, "--yes"]).success();
    assert_eq!(names_within(keystone, "projects", &id), ["/-dash", "/x y/#?%"]);
    operator.run(&["service", "delete", name, "--yes"]).success();
    assert_eq!(domain(keystone, name), None);
}

#[test]
fn names_that_no_server_should_see_are_refused_without_a_request() {
    // Nobody listens there, so any request would end with 75.
    let room = Room::admin("http://127.0.0.1:9");
    for bad in ["", "a\nb", "a\rb", "a\u{1b}[31m", "a\u{7f}b"] {
        for verb in ["show", "create", "delete"] {
            let typed = ["user", verb, "-s", "nam_none", "--", bad];
            let typed: Vec<&str> = typed.into_iter().chain((verb == "create").then_some("other")).collect();
            room.run(&typed).code(2);
        }
    }
    for bad in [" a", "a ", "id:x", &"x".repeat(256)] {
        room.run(&["user", "create", "-s", "nam_none", "--no-password", "--", bad]).code(2);
    }
    room.run(&["group", "create", "-s", "nam_none", "--", &"x".repeat(65)]).code(2);
}

#[test]
fn hostile_names_do_no_harm_in_a_spreadsheet() {
    let keystone = Keystone::shared();
    let id = service(keystone, "nam_csv");
    for name in ["=1+1", "a,b"] {
        made(keystone, "user", &json!({"name": name, "domain_id": id}));
    }
    let operator = Operator::system(keystone.url());
    operator.types("user list -s nam_csv -o csv").success().prints("\n'=1+1,").prints("\n\"a,b\",");
    operator.types("user list -s nam_csv -o csv --csv-raw").success().prints("\n=1+1,");
}
