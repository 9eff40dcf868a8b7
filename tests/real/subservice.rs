//! `orchest subservice`: every verb, at both scopes, by names only.

use serde_json::json;

use crate::operator::{Operator, grants_of, login_status, made, names_within, one, service, state_of};
use crate::support::keystone::Keystone;

#[test]
fn a_subservice_lives_at_both_scopes() {
    let keystone = Keystone::shared();
    let id = service(keystone, "sub_life");
    for operator in Operator::both(keystone.url()) {
        life(keystone, &operator, &id);
        assert_eq!(names_within(keystone, "projects", &id), Vec::<String>::new());
    }
}

fn life(keystone: &Keystone, operator: &Operator, id: &str) {
    let project = || one(keystone, "projects", id, "/energy");
    operator.types("subservice create energy -s sub_life --description grid").success().says("created subservice");
    assert_eq!((&project()["enabled"], &project()["description"]), (&json!(true), &json!("grid")));
    assert_eq!((&project()["parent_id"], project().get("orchest_run")), (&json!(id), None));

    let before = state_of(keystone, id);
    operator.types("subservice create /energy -s sub_life --description grid").success().says("already so");
    let refused = operator.types("subservice create energy -s sub_life --description wind").code(6);
    refused.says("wanted \"wind\", found \"grid\"").says("next: orchest subservice update energy -s sub_life");
    operator.types("subservice create energy -s sub_life --fail-if-exists").code(6);
    assert_eq!(state_of(keystone, id), before);

    operator.types("subservice create energy/solar -s sub_life").success();
    assert_eq!(names_within(keystone, "projects", id), ["/energy", "/energy/solar"]);
    assert_eq!(operator.names("subservice list -s sub_life"), ["energy", "energy/solar"]);
    assert!(operator.names("subservice ls").contains(&"energy/solar".to_owned()));
    for name in ["energy", "/energy"] {
        let shown = operator.json(&format!("subservice show {name} -s sub_life"));
        assert_eq!((&shown["name"], &shown["service"]), (&json!("energy"), &json!("sub_life")));
    }
    operator.types("subservice show enercy -s sub_life").code(3).says("did you mean 'energy'?");
    operator.types("subservice show energy -s sub_lifes").code(3).says("service 'sub_lifes'").says("'sub_life'?");

    operator.types("subservice update energy -s sub_life --description wind").success();
    operator.types("subservice set energy -s sub_life --disable --yes").success();
    assert_eq!((&project()["enabled"], &project()["description"]), (&json!(false), &json!("wind")));
    operator.types("subservice update energy -s sub_life --disable --yes").success().says("already so");
    operator.types("subservice create energy -s sub_life").code(6).says("enabled: wanted true, found false");
    assert_eq!(project()["enabled"], false, "somebody disabled it");
    operator.types("subservice update energy -s sub_life --enable").success();

    operator.types("subservice delete energi -s sub_life --yes").success().says("did you mean 'energy'?");
    operator.types("subservice delete energi -s sub_life --yes --fail-if-missing").code(3);
    operator.types("subservice delete energy -s sub_life").code(2).says("--yes");
    operator.types("subservice delete energy -s sub_life --dry-run").success();
    assert_eq!(names_within(keystone, "projects", id).len(), 2);
    operator.types("subservice delete energy energy/solar -s sub_life --yes").success().says("deleted 2");
}

#[test]
fn its_administrator_is_made_or_taken_as_it_is() {
    let keystone = Keystone::shared();
    let id = service(keystone, "sub_admin");
    made(keystone, "role", &json!({"name": format!("{id}#SubServiceAdmin")}));
    let operator = Operator::project(keystone.url());
    let first = operator.room.file("first.pw", "pw-of-eva").display().to_string();
    let other = operator.room.file("other.pw", "pw-of-eva-changed").display().to_string();
    let line = |name: &str, file: &str| {
        format!("subservice create {name} -s sub_admin --admin-user eva --new-password-file {file}")
    };
    operator.types(&line("energy", &first)).success();
    operator.types(&line("energy", &first)).success().says("already so");
    operator.types(&line("water", &other)).success().says("user eva was there; its password was not changed");
    assert_eq!(login_status(keystone, &id, "eva", "pw-of-eva"), 201);
    assert_eq!(login_status(keystone, &id, "eva", "pw-of-eva-changed"), 401);
    let expected = ["energy", "water"].map(|name| format!("SubServiceAdmin to user eva on project /{name}"));
    assert_eq!(grants_of(keystone, &id), expected.into());
    let eva = one(keystone, "users", &id, "eva");
    assert_eq!(eva.get("orchest_run").filter(|marker| !marker.is_null()), None);
}

#[test]
fn without_a_service_it_is_a_question() {
    let keystone = Keystone::shared();
    let operator = Operator::system(keystone.url());
    operator.types("subservice create energy").code(2).says("which service?").says("-s NAME");
    operator.types("subservice delete energy --yes").code(2).says("which service?");
}

#[test]
fn projects_without_a_slash_are_found_however_many_are_named() {
    let keystone = Keystone::shared();
    let id = service(keystone, "sub_plain");
    let operator = Operator::system(keystone.url());
    for name in ["plain", "/a", "/b", "/c", "/d"] {
        made(keystone, "project", &json!({"name": name, "domain_id": id}));
    }
    assert_eq!(operator.json("subservice show plain -s sub_plain")["keystone_name"], "plain");
    operator.types("subservice delete a b c plain -s sub_plain --yes").success().says("deleted 4");
    assert_eq!(names_within(keystone, "projects", &id), ["/d"]);
}

#[test]
fn a_rename_tells_what_stays_behind_and_can_be_typed_again() {
    let keystone = Keystone::shared();
    let id = service(keystone, "sub_rename");
    let energy = made(keystone, "project", &json!({"name": "/energy", "domain_id": id}));
    made(keystone, "project", &json!({"name": "/water", "domain_id": id}));
    let user = made(keystone, "user", &json!({"name": "ann", "domain_id": id}));
    let role = made(keystone, "role", &json!({"name": format!("{id}#Gardener")}));
    assert_eq!(keystone.api("PUT", &format!("/v3/projects/{energy}/users/{user}/roles/{role}"), None).0, 204);
    let operator = Operator::system(keystone.url());
    let before = state_of(keystone, &id);
    let line = "subservice update energy -s sub_rename --rename power";
    let unsent = Operator::system("http://127.0.0.1:9");
    unsent.types(line).code(2).says("stays under /energy").says("Orion: entities, subscriptions").says("--yes");
    unsent.types("subservice update energy -s sub_rename --rename a-b --yes").code(2).says("--any-name");
    unsent.types("subservice update energy -s sub_rename --any-name").code(2).says("--rename");
    operator.types(&format!("{line} --dry-run")).success().says("stays under /energy").says("would rename");
    operator
        .types("subservice update energy -s sub_rename --rename water --yes")
        .code(6)
        .says("'water' exists already");
    operator
        .types("subservice update enercy -s sub_rename --rename power --yes")
        .code(3)
        .says("did you mean 'energy'?");
    assert_eq!(state_of(keystone, &id), before);

    let line = format!("{line} --description grid --yes");
    let renamed = operator.types(&line).success().says("renamed subservice energy to power");
    renamed.says("Perseo: rules; IoT agents: devices").says("by hand");
    let power = one(keystone, "projects", &id, "/power");
    assert_eq!((&power["id"], &power["description"]), (&json!(energy), &json!("grid")));
    assert_eq!(grants_of(keystone, &id), ["Gardener to user ann on project /power".to_owned()].into());
    let after = state_of(keystone, &id);
    let again = operator.types(&line).success().says("there is no subservice 'energy', and 'power' exists");
    assert!(!again.stderr.contains("stays under"), "{again}");
    operator.types("subservice update power -s sub_rename --rename /power --yes").success().says("already so");
    let by_id = format!("subservice update id:{energy} -s sub_rename --rename power --yes");
    operator.types(&by_id).success().says("already so");
    assert_eq!(state_of(keystone, &id), after);
}
