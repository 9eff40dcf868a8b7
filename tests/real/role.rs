//! `orchest role`: every verb, at both scopes, by names only; grants to users and groups on a service, on a subservice and
//! on all of them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::operator::{Operator, grants_of, made, roles_of, service, state_of};
use crate::support::keystone::Keystone;

#[test]
fn a_role_lives_at_both_scopes() {
    let keystone = Keystone::shared();
    let id = service(keystone, "rol_life");
    for operator in Operator::both(keystone.url()) {
        life(keystone, &operator, &id);
        assert_eq!(roles_of(keystone, &id), Vec::<String>::new());
    }
}

fn life(keystone: &Keystone, operator: &Operator, id: &str) {
    operator.types("role create Gardener -s rol_life --description plants").success().says("created");
    operator.types("role create Gardener -s rol_life --description plants").success().says("already so");
    let refused = operator.types("role create Gardener -s rol_life --description trees").code(6);
    refused.says("wanted \"trees\", found \"plants\"").says("next: orchest role update Gardener -s rol_life");
    operator.types("role create Gardener -s rol_life --fail-if-exists").code(6);
    assert_eq!(roles_of(keystone, id), ["Gardener"]);
    let shown = operator.json("role show Gardener -s rol_life");
    assert_eq!((&shown["name"], &shown["description"]), (&json!("Gardener"), &json!("plants")));
    assert_eq!(shown["keystone_name"], format!("{id}#Gardener"));
    operator.types("role update Gardener -s rol_life --description trees").success();
    operator.types("role set Gardener -s rol_life --description trees").success().says("already so");
    assert_eq!(operator.json("role show Gardener -s rol_life")["description"], "trees");

    operator.types("role create Guard Cook -s rol_life").success().says("created 2");
    assert_eq!(operator.names("role list -s rol_life"), ["Cook", "Gardener", "Guard"]);
    let all = operator.json("role ls");
    let guard = all.as_array().unwrap().iter().find(|role| role["keystone_name"] == format!("{id}#Guard")).unwrap();
    assert_eq!((&guard["name"], &guard["service"]), (&json!("Guard"), &json!("rol_life")));
    operator.types("role show Gardner -s rol_life").code(3).says("did you mean 'Gardener'?");

    operator.types("role delete Gardner -s rol_life --yes").success().says("did you mean 'Gardener'?");
    operator.types("role delete Gardner -s rol_life --yes --fail-if-missing").code(3);
    operator.types("role delete Cook -s rol_life").code(2).says("--yes");
    assert_eq!(roles_of(keystone, id), ["Cook", "Gardener", "Guard"]);
    operator.types("role delete Cook Gardener Guard -s rol_life --yes").success().says("deleted 3");
}

#[test]
fn a_role_of_keystone_is_no_role_of_a_service() {
    let keystone = Keystone::shared();
    service(keystone, "rol_global");
    let role = made(keystone, "role", &json!({"name": "rol_of_keystone", "description": "mine"}));
    let operator = Operator::system(keystone.url());
    operator.types("role delete rol_of_keystone -s rol_global --yes").success().says("nothing to delete");
    operator.types("role delete a b c rol_of_keystone -s rol_global --yes").success().says("absent 4");
    operator.types("role delete rol_of_keystone -s rol_global --yes --fail-if-missing").code(3);
    operator.types("role update rol_of_keystone -s rol_global --description x").code(3);
    let (status, found) = keystone.api("GET", &format!("/v3/roles/{role}"), None);
    assert_eq!((status, &found["role"]["description"]), (200, &json!("mine")));
    operator.types("role show rol_of_keystone -s rol_global").success();
    operator.types("role delete rol_of_keystone --yes").success().says("deleted");
}

#[test]
fn without_a_service_a_role_is_one_of_keystone() {
    let keystone = Keystone::shared();
    let id = service(keystone, "rol_without");
    made(keystone, "role", &json!({"name": format!("{id}#RolOnlyOfServices")}));
    let operator = Operator::system(keystone.url());
    let (of_services, where_it_is) =
        ("it is a role of services; name one with -s NAME", "role list --filter name=RolOnlyOfServices");
    let shown = operator.types("role show RolOnlyOfServices").code(3).says(of_services);
    assert!(!shown.says(where_it_is).stderr.contains("did you mean"));
    assert_eq!(operator.names(where_it_is), ["RolOnlyOfServices"]);
    // A suggestion has to work as it is.
    let shown = operator.types("role show RolOnlyOfService").code(3);
    assert!(!shown.stderr.contains("'RolOnlyOfServices'"), "{shown}");

    operator.types("role create rol_at_large").success().says("one of Keystone itself, for all services");
    for line in ["role delete RolOnlyOfServices", "role delete rol_at_large RolOnlyOfServices --fail-if-missing"] {
        let refused = operator.types(&format!("{line} --yes")).code(2).says(of_services).says(where_it_is);
        refused.says("role 'RolOnlyOfServices' is none of Keystone itself; nothing was deleted");
    }
    assert_eq!(operator.json("role show rol_at_large")["name"], "rol_at_large");
    assert_eq!(roles_of(keystone, &id), ["RolOnlyOfServices"]);
    operator.types("role delete rol_at_large").code(2).says("--yes");
    operator.types("role delete rol_at_large --dry-run").success().says("would delete role rol_at_large");
    operator.types("role delete rol_at_large --yes").success().says("deleted");
    operator.types("role delete rol_at_large --yes").success().says("nothing to delete");
    operator.types("role delete rol_at_large --yes --fail-if-missing").code(3);
    // In a file it is a bad row among good ones.
    operator.types("role create rol_at_large").success();
    operator.room.file("roles.txt", "rol_at_large\nRolOnlyOfServices\nrol_never_made\n");
    let output = operator.types("role delete --from roles.txt --failed-to left.txt --yes").code(7);
    output
        .says("line 2  RolOnlyOfServices: role 'RolOnlyOfServices' is none of Keystone itself, only of services")
        .says("absent 1   deleted 1   failed 1");
    assert_eq!(std::fs::read_to_string(operator.room.path("left.txt")).unwrap(), "RolOnlyOfServices\n");
    operator.types("role show rol_at_large").code(3);
    assert_eq!(roles_of(keystone, &id), ["RolOnlyOfServices"]);
    let within = operator.types("role create Gardener -s rol_without").success();
    assert!(!within.stderr.contains("Keystone itself"), "{within}");
}

/// A service with a user, a group, a subservice and a role.
fn small_service(keystone: &Keystone, name: &str) -> String {
    let id = service(keystone, name);
    for user in ["ann", "bob"] {
        made(keystone, "user", &json!({"name": user, "domain_id": id}));
    }
    made(keystone, "group", &json!({"name": "crew", "domain_id": id}));
    made(keystone, "project", &json!({"name": "/energy", "domain_id": id}));
    made(keystone, "role", &json!({"name": format!("{id}#Gardener")}));
    id
}

#[test]
fn every_kind_of_grant_comes_and_goes_at_both_scopes() {
    let keystone = Keystone::shared();
    let id = small_service(keystone, "rol_grant");
    let places = [("", "service"), ("-S energy", "project /energy"), ("--inherit", "all projects")];
    for operator in Operator::both(keystone.url()) {
        for (actor, kind) in [("ann", "user"), ("crew", "group")] {
            for (flags, place) in places {
                let line =
                    |verb: &str, who: &str| format!("role {verb} Gardener --{who}-{kind} {actor} -s rol_grant {flags}");
                let expected = format!("Gardener to {kind} {actor} on {place}");
                // Repeating is harmless, and once is enough to show it.
                let twice = operator.scope == "system";
                for _ in 0..=usize::from(twice) {
                    let said = format!("Gardener is granted to {actor} on");
                    operator.types(&line("grant", "to")).success().says(&said);
                }
                assert_eq!(grants_of(keystone, &id), [expected].into());
                operator.types(&line("revoke", "from")).success().says(&format!("revoked Gardener from {actor} on"));
                if twice {
                    operator.types(&line("revoke", "from")).success().says("was not granted");
                }
                assert_eq!(grants_of(keystone, &id), BTreeSet::new());
            }
        }
    }
}

#[test]
fn a_role_is_granted_and_revoked_by_file() {
    let keystone = Keystone::shared();
    let id = small_service(keystone, "rol_file");
    let operator = Operator::system(keystone.url());
    operator.room.file("people.csv", "name,kind\nann,user\nnobody,user\ncrew,group\nann,gardener\n");
    let line = "role grant Gardener -s rol_file --from people.csv --failed-to bad.csv";
    let output = operator.types(line).code(7);
    output
        .says("line 3  nobody: user 'nobody' does not exist")
        .says("line 5  ann: kind is user or group")
        .says("failed 2");
    let on = |who: &str| format!("Gardener to {who} on service");
    assert_eq!(grants_of(keystone, &id), [on("group crew"), on("user ann")].into());
    assert_eq!(
        std::fs::read_to_string(operator.room.path("bad.csv")).unwrap(),
        "name,kind\nnobody,user\nann,gardener\n"
    );
    operator.room.file("names.txt", "ann\nbob\n");
    operator.types("role grant Gardener -s rol_file -S energy --from names.txt").success();
    operator.types("role revoke Gardener -s rol_file --from names.txt").success().says("was not granted to bob");
    let below = |who: &str| format!("Gardener to user {who} on project /energy");
    assert_eq!(grants_of(keystone, &id), [on("group crew"), below("ann"), below("bob")].into());
}

#[test]
fn grants_that_cannot_be_change_nothing() {
    let keystone = Keystone::shared();
    let id = small_service(keystone, "rol_wrong");
    let operator = Operator::system(keystone.url());
    let before = state_of(keystone, &id);
    operator.types("role grant Gardner --to-user ann -s rol_wrong").code(3).says("did you mean 'Gardener'?");
    operator.types("role grant Gardener --to-user ann anna -s rol_wrong").code(3).says("user 'anna' does not exist");
    operator.types("role grant Gardener --to-group crews -s rol_wrong").code(3).says("did you mean 'crew'?");
    operator.types("role grant Gardener --to-user ann -s rol_wrong -S enery").code(3).says("did you mean 'energy'?");
    operator.types("role grant Gardener -s rol_wrong").code(2).says("whom?");
    operator.types("role grant Gardener --to-user ann -s rol_wrong -S energy --inherit").code(2);
    operator.types("role grant Gardener --to-user ann -s rol_wrong --dry-run").success().says("dry run");
    assert_eq!(state_of(keystone, &id), before);
}

/// Every row in words.
#[track_caller]
fn sentences(rows: &Value) -> Vec<String> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_else(|| panic!("{key} in {row}")).to_owned();
    let sentence = |row: &Value| ["role", "kind", "name", "on", "service"].map(|key| text(row, key)).join(" ");
    let mut all: Vec<String> = rows.as_array().unwrap().iter().map(sentence).collect();
    all.sort();
    all
}

#[test]
fn assignments_are_listed_by_names_at_both_scopes() {
    let keystone = Keystone::shared();
    let id = small_service(keystone, "rol_list");
    // Of another service, so that it would show if the filter were too wide.
    small_service(keystone, "rol_list_other");
    made(keystone, "role", &json!({"name": format!("{id}#Guard")}));
    let operator = Operator::system(keystone.url());
    for line in [
        "role grant Gardener --to-user ann -s rol_list",
        "role grant Guard --to-user bob -s rol_list -S energy",
        "role grant Gardener --to-group crew -s rol_list --inherit",
        "role grant Gardener --to-user ann -s rol_list_other",
        "role grant Gardener --to-user ann -s rol_list_other --inherit",
        "group member add crew bob -s rol_list",
    ] {
        operator.types(line).success();
    }
    // Somebody of another service, whose name is not in the lists of this one.
    let boss =
        keystone.list("users").into_iter().find(|user| user["domain_id"] == "default" && user["name"] == "admin");
    let reader = keystone.list("roles").into_iter().find(|role| role["name"] == Keystone::role_of_its_own());
    let [boss, reader] = [boss, reader].map(|object| object.unwrap()["id"].as_str().unwrap().to_owned());
    keystone.api("PUT", &format!("/v3/domains/{id}/users/{boss}/roles/{reader}"), None);
    let boss = format!("{} user admin service rol_list", Keystone::role_of_its_own());
    let boss = boss.as_str();
    let ann = "Gardener user ann service rol_list";
    let bob = "Guard user bob energy rol_list";
    let crew = "Gardener group crew all subservices rol_list";
    let bob_by_crew = "Gardener user bob energy rol_list";
    for operator in Operator::both(keystone.url()) {
        let list = |flags: &str| sentences(&operator.json(&format!("role assignments -s rol_list {flags}")));
        assert_eq!(list(""), [crew, ann, boss]);
        assert_eq!(list("--all"), [crew, ann, bob, boss]);
        assert_eq!(list("-S energy"), [bob]);
        assert_eq!(list("--effective"), [ann, bob_by_crew, bob, boss]);
        assert_eq!(list("--of-user ann"), [ann]);
        assert_eq!(list("--of-user bob"), [bob]);
        assert_eq!(list("--of-user bob --effective"), [bob_by_crew, bob]);
        assert_eq!(list("--of-group crew"), [crew]);
        assert_eq!(list("--role Guard --all"), [bob]);
        assert_eq!(list("--role Gardener --all"), [crew, ann]);
        let rows = operator.json("role assignments -s rol_list --of-group crew");
        assert_eq!(rows[0]["inherited"], true);
        operator.types("role assignments -s rol_list --of-user carla").code(3);
    }
}
