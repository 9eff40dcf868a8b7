//! `orchest service`: every verb, at both scopes, by names only.

use serde_json::{Value, json};

use crate::operator::{Operator, domain, grants_of, login_status, made, names_within, roles_of, service, state_of};
use crate::stage::Stage;
use crate::support::cli::Room;
use crate::support::keystone::Keystone;

/// What the platform gives to the administrator of a service.
const ADMIN_GRANTS: [&str; 10] = [
    "ServiceAdminIOTAGENT to user adm1 on service",
    "ServiceAdminORION to user adm1 on service",
    "ServiceAdminPERSEO to user adm1 on service",
    "ServiceAdminSTH to user adm1 on service",
    "SubServiceAdmin to user adm1 on all projects",
    "SubServiceAdminIOTAGENT to user adm1 on all projects",
    "SubServiceAdminORION to user adm1 on all projects",
    "SubServiceAdminPERSEO to user adm1 on all projects",
    "SubServiceAdminSTH to user adm1 on all projects",
    "admin to user adm1 on service",
];

fn password(operator: &Operator, name: &str, text: &str) -> String {
    operator.room.file(name, text).display().to_string()
}

#[test]
fn a_service_lives_at_system_scope() {
    let keystone = Keystone::shared();
    life(keystone, &Operator::system(keystone.url()));
}

#[test]
fn a_service_lives_at_project_scope() {
    let keystone = Keystone::shared();
    life(keystone, &Operator::project(keystone.url()));
}

/// From the first line to the last one, as an operator types them.
fn life(keystone: &Keystone, operator: &Operator) {
    let name = format!("svc_{}", operator.scope);
    let first = password(operator, "first.pw", "pw-of-adm1-at-first");
    let create = format!("service create {name} --admin-user adm1 --new-password-file {first} --description city");
    operator.types(&create).success().says(&format!("created service {name}"));
    let there = domain(keystone, &name).unwrap();
    let id = there["id"].as_str().unwrap();
    assert_eq!((&there["enabled"], &there["description"]), (&json!(true), &json!("city")));
    assert_eq!(
        there.get("orchest_run").unwrap_or(&Value::Null),
        &Value::Null,
        "the marker of an unfinished run is left"
    );
    assert_eq!(roles_of(keystone, id).len(), 19);
    assert_eq!(names_within(keystone, "users", id), ["adm1"]);
    assert_eq!(grants_of(keystone, id), ADMIN_GRANTS.map(str::to_owned).into());
    assert_eq!(login_status(keystone, id, "adm1", "pw-of-adm1-at-first"), 201);

    existing_is_left_alone(keystone, operator, &name, id, &create);
    reading(operator, &name);
    updating(keystone, operator, &name);
    checking(keystone, operator, &name, id);
    disabled_stays_disabled(keystone, operator, &name, &create);
    deleting(keystone, operator, &name, id);
}

fn existing_is_left_alone(keystone: &Keystone, operator: &Operator, name: &str, id: &str, create: &str) {
    let before = state_of(keystone, id);
    operator.types(create).success().says(&format!("service {name} is already so"));
    let other = password(operator, "other.pw", "pw-of-adm1-changed");
    let again = format!("service create {name} --admin-user adm1 --new-password-file {other} --description city");
    operator.types(&again).success().says("user adm1 was there; its password was not changed");
    assert_eq!(login_status(keystone, id, "adm1", "pw-of-adm1-at-first"), 201);
    assert_eq!(login_status(keystone, id, "adm1", "pw-of-adm1-changed"), 401);
    let different = again.replace("--description city", "--description village");
    let refused = operator.types(&different).code(6).says("nothing was changed");
    refused
        .says("wanted \"village\", found \"city\"")
        .says(&format!("next: orchest service update {name} --description"));
    operator.types(&format!("{create} --fail-if-exists")).code(6).says("exists already");
    assert_eq!(state_of(keystone, id), before);
}

fn reading(operator: &Operator, name: &str) {
    let shown = operator.json(&format!("service show {name}"));
    assert_eq!((&shown["name"], &shown["description"]), (&json!(name), &json!("city")));
    assert_eq!(shown.get("orchest_run"), None);
    assert!(operator.names("service list").contains(&name.to_owned()));
    assert_eq!(operator.names(&format!("service ls --filter name={name}")), [name]);
    let near = format!("{name}x");
    operator.types(&format!("service show {near}")).code(3).says(&format!("did you mean '{name}'?"));
}

fn updating(keystone: &Keystone, operator: &Operator, name: &str) {
    operator.types(&format!("service update {name} --description town")).success().says("updated service");
    assert_eq!(domain(keystone, name).unwrap()["description"], "town");
    operator.types(&format!("service update {name} --description town")).success().says("already so");
    operator.types(&format!("service set {name} --description city")).success();
    assert_eq!(domain(keystone, name).unwrap()["description"], "city");
    operator.types(&format!("service update {name}")).code(2).says("nothing to change was given");
    operator.types("service update nowhere_at_all --description x").code(3);
}

fn checking(keystone: &Keystone, operator: &Operator, name: &str, id: &str) {
    let before = state_of(keystone, id);
    operator.types(&format!("service check {name} --exit-status")).success().says("is as it should be");
    operator.types(&format!("service repair {name}")).success().says("was as it should be");
    assert_eq!(state_of(keystone, id), before);

    let role =
        keystone.list("roles").into_iter().find(|role| role["name"] == format!("{id}#ServiceAdminORION")).unwrap();
    keystone.api("DELETE", &format!("/v3/roles/{}", role["id"].as_str().unwrap()), None);
    let drift = operator.types(&format!("service check {name} --exit-status")).code(10).prints("ServiceAdminORION");
    drift.says("2 of 33 points are not as they should be").says(&format!("hint: orchest service repair {name}"));
    operator.types(&format!("service check {name}")).success();
    let planned = operator.types(&format!("service repair {name} --dry-run")).success();
    planned.says("would make 2 of 33 points; nothing was changed");
    assert!(!roles_of(keystone, id).contains(&"ServiceAdminORION".to_owned()), "a dry run repaired");
    operator.types(&format!("service repair {name}")).success().says("made 2 missing points");
    assert_eq!(state_of(keystone, id), before);
    operator.types(&format!("service check {name} --exit-status")).success();
    operator.types("service check nowhere_at_all").code(3);
}

fn disabled_stays_disabled(keystone: &Keystone, operator: &Operator, name: &str, create: &str) {
    operator.types(&format!("service update {name} --disable --yes")).success();
    assert_eq!(domain(keystone, name).unwrap()["enabled"], false);
    operator.types(create).code(6).says("enabled: wanted true, found false").says(&format!("update {name} --enable"));
    operator.types(&format!("service repair {name}")).success().says("is disabled and stays so");
    assert_eq!(domain(keystone, name).unwrap()["enabled"], false, "somebody disabled it");
    operator.types(&format!("service update {name} --enable")).success();
    assert_eq!(domain(keystone, name).unwrap()["enabled"], true);
}

fn deleting(keystone: &Keystone, operator: &Operator, name: &str, id: &str) {
    // Not among the standard ones: it would outlive the domain.
    made(keystone, "role", &json!({"name": format!("{id}#Gardener")}));
    let near = format!("{name}s");
    operator.types(&format!("service delete {near} --yes")).success().says(&format!("did you mean '{name}'?"));
    operator.types(&format!("service delete {near} --yes --fail-if-missing")).code(3);
    operator.types(&format!("service delete {name}")).code(2).says("--yes");
    operator.types(&format!("service delete {name} --yes --dry-run")).success();
    assert!(domain(keystone, name).is_some(), "deleted without a yes");
    operator.types(&format!("service delete {name} --disable-only --yes")).success();
    assert_eq!(domain(keystone, name).unwrap()["enabled"], false);
    operator.types(&format!("service delete {name} --yes")).success().says(&format!("service {name}: deleted"));
    assert_eq!(domain(keystone, name), None);
    assert_eq!(roles_of(keystone, id), Vec::<String>::new());
    operator.types(&format!("service delete {name} --yes")).success().says("nothing to delete");
}

#[test]
fn default_groups_come_with_their_grants() {
    let keystone = Keystone::shared();
    let operator = Operator::system(keystone.url());
    let out = operator.room.path("adm.pw").display().to_string();
    let line = format!(
        "service create svc_groups --admin-user adm1 --generate-password --password-out {out} --default-groups"
    );
    operator.types(&line).success();
    let id = domain(keystone, "svc_groups").unwrap()["id"].as_str().unwrap().to_owned();
    let groups = ["AdminGroup", "ServiceCustomerGroup", "SubServiceAdminGroup", "SubServiceCustomerGroup"];
    assert_eq!(names_within(keystone, "groups", &id), groups);
    let grants = grants_of(keystone, &id);
    assert!(grants.contains("admin to group AdminGroup on service"), "{grants:?}");
    assert!(grants.contains("SubServiceCustomer to group ServiceCustomerGroup on all projects"), "{grants:?}");
    assert_eq!(grants.len(), 10 + 6);
    let made_up = std::fs::read_to_string(&out).unwrap();
    assert_eq!(login_status(keystone, &id, "adm1", made_up.trim_end()), 201);
}

#[test]
fn several_are_deleted_in_one_line_and_the_absent_ones_do_not_mind() {
    let keystone = Keystone::shared();
    let operator = Operator::system(keystone.url());
    service(keystone, "svc_many_a");
    service(keystone, "svc_many_b");
    let outcome = operator.json("service delete svc_many_a svc_many_x svc_many_b --yes");
    let results: Vec<&str> = outcome.as_array().unwrap().iter().map(|row| row["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["deleted", "absent", "deleted"]);
    assert!(keystone.list("domains").iter().all(|domain| !domain["name"].as_str().unwrap().starts_with("svc_many_")));
}

#[test]
fn what_is_in_a_service_is_counted_in_five_requests() {
    let keystone = Keystone::shared();
    let stage = Stage::warm(keystone);
    let (full, empty) = (service(keystone, "svc_full"), service(keystone, "svc_empty"));
    for number in 1..=3 {
        made(keystone, "user", &json!({"name": format!("u{number}"), "domain_id": full}));
    }
    made(keystone, "group", &json!({"name": "crew", "domain_id": full}));
    for name in ["/a", "/b"] {
        made(keystone, "project", &json!({"name": name, "domain_id": full}));
    }
    made(keystone, "role", &json!({"name": format!("{full}#Gardener")}));
    let (output, record) = stage.run(&["service", "list", "--usage", "-o", "json"]);
    let rows = output.success().json();
    let counts = |id: &str| {
        let row = rows.as_array().unwrap().iter().find(|row| row["id"] == *id).unwrap();
        ["users", "roles", "groups", "subservices"].map(|key| row[key].as_u64().unwrap())
    };
    assert_eq!((counts(&full), counts(&empty)), ([3, 1, 1, 2], [0; 4]));
    // A thousand of one kind come on a page.
    assert_eq!(record.requests.len(), 5, "{record:#?}");
    let wide = stage.room.ok(&["service", "list", "--usage", "--filter", "name=svc_full", "-o", "csv"]);
    assert_eq!(wide.lines().next().unwrap(), "name,users,roles,groups,subservices,enabled,description,id");

    let user = made(keystone, "user", &json!({"name": "eve", "domain_id": full, "password": "pw-of-eve-1"}));
    let role = keystone.list("roles").into_iter().find(|role| role["name"] == Keystone::role_of_its_own()).unwrap();
    let path = format!("/v3/domains/{full}/users/{user}/roles/{}", role["id"].as_str().unwrap());
    assert_eq!(keystone.api("PUT", &path, None).0, 204);
    let room = Room::user(keystone.url(), "eve", "pw-of-eve-1").env("ORCHEST_USER_DOMAIN", "svc_full");
    let refused = room.run(&["service", "list", "--usage", "--scope", "domain", "--admin-domain", "svc_full"]).code(5);
    refused.says("may not list the users, roles, groups and subservices").says("--scope system");
}
