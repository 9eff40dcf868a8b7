//! Users: made, shown, changed, and gone, each also the second time.

use serde_json::json;

use super::slapd::{BASE, Slapd, says, types};

const CREATE: &str = "user create ann --email ann@city.example --description guard --new-password-file a.pw";

#[test]
fn a_user_has_the_shape_that_the_platform_expects() {
    let slapd = Slapd::start();
    let room = slapd.room();
    types(&room, CREATE).success().says("created").prints("ann@city.example");
    let entry = slapd.user("ann").unwrap();
    for (attribute, values) in [
        ("objectclass", &["inetOrgPerson", "organizationalPerson", "posixAccount", "shadowAccount", "top"][..]),
        ("cn", &["ann"]),
        ("sn", &["ann"]),
        ("uidnumber", &["5000"]),
        ("gidnumber", &["10000"]),
        ("loginshell", &["/bin/bash"]),
        ("homedirectory", &["/home/ann"]),
        ("mail", &["ann@city.example"]),
        ("description", &["guard"]),
    ] {
        assert_eq!(entry[attribute], values, "{attribute}");
    }
    let kept = &entry["userpassword"][0];
    assert!(kept.starts_with("{SSHA}"), "the password is kept as it is: {kept}");
    assert!(slapd.takes(&format!("uid=ann,ou=users,{BASE}"), "tall-Order-7001"));
}

#[test]
fn the_second_time_nothing_changes_and_a_difference_is_told() {
    let slapd = Slapd::start();
    let room = slapd.room();
    types(&room, CREATE).success();
    let before = slapd.entries(BASE);
    types(&room, CREATE).success().says("user ann is already so; its password was not changed");
    // Another password is no reason to change it.
    types(&room, "user create ann --new-password-file b.pw").success().says("already so");
    types(&room, "user create ann --email b@city.example --new-password-file a.pw")
        .code(6)
        .says("wanted \"b@city.example\", found \"ann@city.example\"")
        .says("next: orchest platform ldap user update ann");
    types(&room, "user create ann --fail-if-exists --new-password-file a.pw").code(6);
    types(&room, "user create ann --email b@city.example --update --dry-run").success().says("would update user ann");
    types(&room, "user create zoe --dry-run").success().says("would create user zoe");
    assert_eq!(slapd.entries(BASE), before);
    types(&room, "user create ann --email b@city.example --update --new-password-file b.pw").success().says("updated");
    assert_eq!(slapd.user("ann").unwrap()["mail"], ["b@city.example"]);
    assert!(slapd.takes(&format!("uid=ann,ou=users,{BASE}"), "tall-Order-7001"), "the password stays");
}

#[test]
fn an_update_really_changes_things() {
    let slapd = Slapd::start();
    let room = slapd.room();
    types(&room, CREATE).success();
    types(&room, "user update ann --email a@b.example --dry-run").success().says("would change email of user ann");
    assert_eq!(slapd.user("ann").unwrap()["mail"], ["ann@city.example"]);
    types(&room, "user update ann --email a@b.example --description chief").success().says("email, description");
    let entry = slapd.user("ann").unwrap();
    assert_eq!((&entry["mail"], &entry["description"]), (&vec!["a@b.example".to_owned()], &vec!["chief".to_owned()]));
    types(&room, "user update ann --email a@b.example").success().says("already so");
    says(&room, &["user", "update", "ann", "--description", ""]).success();
    assert_eq!(slapd.user("ann").unwrap().get("description"), None);
    let dn = format!("uid=ann,ou=users,{BASE}");
    types(&room, "user update ann --new-password-file b.pw").success().says("password");
    assert!(slapd.takes(&dn, "tall-Order-7002") && !slapd.takes(&dn, "tall-Order-7001"));
    assert!(slapd.user("ann").unwrap()["userpassword"][0].starts_with("{SSHA}"));
    types(&room, "user update ann").code(2).says("nothing to change");
    types(&room, "user update zoe --email z@b.example").code(3).says("'zoe' does not exist");
}

#[test]
fn users_may_look_at_themselves_and_change_their_password() {
    let slapd = Slapd::start();
    let room = slapd.room();
    types(&room, CREATE).success();
    let own = slapd.room().without("ORCHEST_LDAP_ADMIN").without("ORCHEST_LDAP_PASSWORD_FILE");
    types(&own, "user show ann --self --password-file a.pw").success().prints("guard");
    types(&own, "user show ann --self --password-file b.pw").code(4);
    types(&own, "user update ann --self --password-file a.pw --new-password-file b.pw").success();
    assert!(slapd.takes(&format!("uid=ann,ou=users,{BASE}"), "tall-Order-7002"));
    let refused = types(&own, "user update ann --self --password-file b.pw --email x@y.example").code(5);
    refused.says("refuses to change user ann").says("insufficientAccessRights");
}

#[test]
fn users_are_listed_and_shown_exactly() {
    let slapd = Slapd::start();
    let room = slapd.room();
    types(&room, "user list").success().says("no users");
    types(&room, "group create crew watch").success();
    types(&room, &format!("{CREATE} --group watch --group crew")).success();
    types(&room, "user create anna bert --new-password-file b.pw").success().says("created 2");
    assert_eq!(types(&room, "user list -o name").success().stdout, "ann\nanna\nbert\n");
    assert_eq!(types(&room, "user ls ann* -o name").success().stdout, "ann\nanna\n");
    assert_eq!(types(&room, "user ls *n -o name").success().stdout, "ann\n");
    types(&room, "user list --columns help").success().prints("email");
    let shown = types(&room, "user show ann -o json").success().json();
    let expected = json!({"name": "ann", "email": "ann@city.example", "description": "guard",
        "groups": ["crew", "watch"], "dn": format!("uid=ann,ou=users,{BASE}")});
    assert_eq!(shown, expected);
    types(&room, "user show an").code(3).says("'an' does not exist");
    types(&room, "user show ann an").code(7).prints("ann@city.example").says("an: no such user");
    let text = types(&room, "user list -o json").success().stdout + &types(&room, "user show ann -o yaml").stdout;
    assert!(!text.to_lowercase().contains("password") && !text.contains("SSHA"), "{text}");
}

#[test]
fn a_deleted_user_is_out_of_all_groups() {
    let slapd = Slapd::start();
    let room = slapd.room();
    types(&room, "group create crew watch").success();
    types(&room, "user create ann bert --new-password-file a.pw --group crew").success();
    let before = slapd.entries(BASE);
    types(&room, "user delete ann").code(2).says("--yes").says(&slapd.url());
    types(&room, "user delete ann zoe --dry-run").success().says("would delete user ann");
    assert_eq!(slapd.entries(BASE), before);
    types(&room, "user delete ann --yes").success().says("user ann: deleted");
    assert_eq!(slapd.user("ann"), None);
    let bert = format!("uid=bert,ou=users,{BASE}");
    assert_eq!(slapd.members("crew"), [format!("ou=groups,{BASE}"), bert.clone()]);
    types(&room, "user delete ann --yes").success().says("nothing to delete");
    types(&room, "user delete ann --yes --fail-if-missing").code(3);
    types(&room, "user create ann --new-password-file a.pw").success();
    assert_eq!(types(&room, "user show ann -o json").json()["groups"], json!([]));
    types(&room, "user delete ann bert zoe --yes").success().says("absent 1   deleted 2");
    assert_eq!(slapd.entries(&format!("ou=users,{BASE}")).len(), 1);
}

#[test]
fn a_file_of_users_brings_passwords_along() {
    let slapd = Slapd::start();
    let room = slapd.room();
    room.file("people.csv", "name,password,email\nann,tall-Order-1,a@b\nbert,short,b@b\ncarl,tall-Order-3,ü@b\n");
    let output = types(&room, "user create --from people.csv --failed-to bad.csv -o csv").code(7);
    let output = output.says("bert").says("8 characters").says("ASCII");
    assert!(!output.stderr.contains("tall-Order"), "{output}");
    assert_eq!(types(&room, "user list -o name").stdout, "ann\n");
    assert!(slapd.takes(&format!("uid=ann,ou=users,{BASE}"), "tall-Order-1"));
    let bad = std::fs::read_to_string(room.path("bad.csv")).unwrap();
    assert_eq!(bad, "name,password,email\nbert,short,b@b\ncarl,tall-Order-3,ü@b\n");
}

#[test]
fn a_group_that_is_not_there_stops_before_anybody_is_made() {
    let slapd = Slapd::start();
    let room = slapd.room();
    types(&room, "user create ann --group crew --new-password-file a.pw").code(3).says("group 'crew' does not exist");
    assert_eq!(slapd.user("ann"), None);
}
