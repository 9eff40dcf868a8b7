//! `orchest group`: every verb, at both scopes, by names only.

use serde_json::json;

use crate::operator::{Operator, grants_of, made, names_within, one, service, state_of};
use crate::support::keystone::Keystone;

#[test]
fn a_group_lives_at_both_scopes() {
    let keystone = Keystone::shared();
    let id = service(keystone, "grp_life");
    for operator in Operator::both(keystone.url()) {
        life(keystone, &operator, &id);
        assert_eq!(names_within(keystone, "groups", &id), Vec::<String>::new());
    }
}

fn life(keystone: &Keystone, operator: &Operator, id: &str) {
    operator.types("group create crew -s grp_life --description day").success().says("created");
    assert_eq!(one(keystone, "groups", id, "crew")["description"], "day");
    let before = state_of(keystone, id);
    operator.types("group create crew -s grp_life --description day").success().says("already so");
    let refused = operator.types("group create crew -s grp_life --description night").code(6);
    refused.says("wanted \"night\", found \"day\"").says("next: orchest group update crew -s grp_life");
    operator.types("group create crew -s grp_life --fail-if-exists").code(6);
    assert_eq!(state_of(keystone, id), before);
    operator.types("group create crew -s grp_life --description night --update").success().says("updated");
    assert_eq!(one(keystone, "groups", id, "crew")["description"], "night");

    let shown = operator.json("group show crew -s grp_life");
    assert_eq!((&shown["name"], &shown["service"]), (&json!("crew"), &json!("grp_life")));
    operator.types("group create guard -s grp_life").success();
    assert_eq!(operator.names("group list -s grp_life"), ["crew", "guard"]);
    assert!(operator.names("group ls").contains(&"guard".to_owned()));
    operator.types("group show crews -s grp_life").code(3).says("did you mean 'crew'?");

    operator.types("group update guard -s grp_life --rename watch").success();
    operator.types("group set watch -s grp_life --description dogs").success();
    operator.types("group update watch -s grp_life --description dogs").success().says("already so");
    assert_eq!(one(keystone, "groups", id, "watch")["description"], "dogs");

    operator.types("group delete crews -s grp_life --yes").success().says("did you mean 'crew'?");
    operator.types("group delete crews -s grp_life --yes --fail-if-missing").code(3);
    operator.types("group delete crew -s grp_life").code(2).says("--yes");
    assert_eq!(names_within(keystone, "groups", id), ["crew", "watch"]);
    operator.types("group delete crew watch -s grp_life --yes").success().says("deleted 2");
    operator.types("group delete crew -s grp_life --yes").success().says("nothing to delete");
}

#[test]
fn members_come_and_go_at_both_scopes() {
    let keystone = Keystone::shared();
    let id = service(keystone, "grp_member");
    let group = made(keystone, "group", &json!({"name": "crew", "domain_id": id}));
    for name in ["ann", "bob", "cyd"] {
        made(keystone, "user", &json!({"name": name, "domain_id": id}));
    }
    let inside = || {
        let mut names: Vec<String> = keystone
            .list(&format!("groups/{group}/users"))
            .iter()
            .map(|user| user["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    for operator in Operator::both(keystone.url()) {
        operator.types("group member list crew -s grp_member").success().says("has no members");
        operator.types("group member add crew ann bob -s grp_member").success().says("added 2");
        operator.types("group member add crew ann -s grp_member").success();
        assert_eq!(inside(), ["ann", "bob"]);
        assert_eq!(operator.names("group member ls crew -s grp_member"), ["ann", "bob"]);
        let typed = ["group", "member", "add", "crew", "-s", "grp_member", "--from", "-"];
        operator.run_with_input(&typed, "cyd\n").success();
        assert_eq!(inside(), ["ann", "bob", "cyd"]);

        operator.types("group member add crew anne -s grp_member").code(3).says("did you mean 'ann'?");
        operator.types("group member add crews ann -s grp_member").code(3).says("did you mean 'crew'?");
        operator.types("group member rm crew nobody -s grp_member").success().says("absent");
        assert_eq!(inside(), ["ann", "bob", "cyd"]);
        operator.types("group member rm crew ann -s grp_member").success().says("removed");
        operator.types("group member rm crew ann -s grp_member").success().says("absent");
        operator.types("group member remove crew bob cyd -s grp_member").success().says("removed 2");
        assert_eq!(inside(), Vec::<String>::new());
        assert_eq!(names_within(keystone, "users", &id), ["ann", "bob", "cyd"]);
    }
}

#[test]
fn a_group_gets_its_roles_with_its_creation_and_again() {
    let keystone = Keystone::shared();
    let id = service(keystone, "grp_roles");
    made(keystone, "project", &json!({"name": "/energy", "domain_id": id}));
    for role in ["Gardener", "Guard"] {
        made(keystone, "role", &json!({"name": format!("{id}#{role}")}));
    }
    let operator = Operator::system(keystone.url());
    let line = "group create crew -s grp_roles --role Gardener --inherit";
    operator.types("group create crew -s grp_roles --role Cook").code(3).says("'Cook' does not exist");
    operator.types(&format!("{line} -S energy")).code(2).says("use one of them");
    operator.types("group create crew -s grp_roles --inherit").code(2).says("--role");
    operator.types(&format!("{line} --dry-run")).success();
    assert_eq!(names_within(keystone, "groups", &id), Vec::<String>::new());
    for result in ["created", "already so"] {
        operator.types(line).success().says(result);
        assert_eq!(grants_of(keystone, &id), ["Gardener to group crew on all projects".to_owned()].into());
    }
    operator.types("group create night day -s grp_roles --role Guard --role Gardener -S energy").success();
    let on_energy = |group: &str, role: &str| format!("{role} to group {group} on project /energy");
    let pairs = [("night", "Guard"), ("night", "Gardener"), ("day", "Guard"), ("day", "Gardener")];
    for (group, role) in pairs {
        assert!(grants_of(keystone, &id).contains(&on_energy(group, role)), "{group} {role}");
    }
    assert_eq!(grants_of(keystone, &id).len(), 5);
}
