//! `orchest user`: every verb, at both scopes, by names only; and that an existing user is never changed by accident.

use serde_json::{Value, json};

use crate::operator::{Operator, grants_of, login_status, made, names_within, one, service, state_of, within};
use crate::support::cli::Room;
use crate::support::keystone::Keystone;

#[test]
fn a_user_lives_at_both_scopes() {
    let keystone = Keystone::shared();
    let id = service(keystone, "usr_life");
    made(keystone, "group", &json!({"name": "crew", "domain_id": id}));
    made(keystone, "project", &json!({"name": "/energy", "domain_id": id}));
    made(keystone, "role", &json!({"name": format!("{id}#Gardener")}));
    for operator in Operator::both(keystone.url()) {
        life(keystone, &operator, &id);
        assert_eq!(names_within(keystone, "users", &id), Vec::<String>::new());
    }
}

fn life(keystone: &Keystone, operator: &Operator, id: &str) {
    let carl = || one(keystone, "users", id, "carl");
    let create = "user create carl -s usr_life --new-password-stdin --email carl@x.example --description boss \
        --group crew --role Gardener";
    let typed: Vec<&str> = create.split_whitespace().collect();
    operator.run_with_input(&typed, "pw-of-carl\n").success();
    assert_eq!((&carl()["email"], &carl()["description"]), (&json!("carl@x.example"), &json!("boss")));
    assert_eq!(carl()["enabled"], true);
    assert_eq!(login_status(keystone, id, "carl", "pw-of-carl"), 201);
    assert_eq!(grants_of(keystone, id), ["Gardener to user carl on service".to_owned()].into());
    let before = state_of(keystone, id);
    operator.run_with_input(&typed, "another-pw\n").success().says("already so; its password was not changed");
    assert_eq!(state_of(keystone, id), before);
    assert_eq!(operator.names("group member list crew -s usr_life"), ["carl"]);

    let shown = operator.json("user show carl -s usr_life");
    assert_eq!((&shown["name"], &shown["service"]), (&json!("carl"), &json!("usr_life")));
    assert_eq!(operator.json(&format!("user get id:{}", shown["id"].as_str().unwrap()))["name"], "carl");
    assert_eq!(operator.names("user list -s usr_life"), ["carl"]);
    assert!(operator.names("user ls").contains(&"carl".to_owned()));
    operator.types("user show karl -s usr_life").code(3).says("did you mean 'carl'?");

    operator.types("user update carl -s usr_life --email c@x.example").success().says("updated user carl");
    operator.types("user update carl -s usr_life --email c@x.example").success().says("already so");
    operator.types("user set carl -s usr_life --rename karla").success();
    let karla = one(keystone, "users", id, "karla");
    assert_eq!((&karla["id"], &karla["email"]), (&shown["id"], &json!("c@x.example")));
    operator.types("user update karla -s usr_life --disable").success();
    assert_eq!(login_status(keystone, id, "karla", "pw-of-carl"), 401);
    assert_eq!(operator.names("user list -s usr_life --enabled"), Vec::<String>::new());
    operator.types("user update karla -s usr_life --enable").success();
    assert_eq!(login_status(keystone, id, "karla", "pw-of-carl"), 201);

    operator.types("user create dora -s usr_life -S energy --no-password --role Gardener").success();
    assert!(grants_of(keystone, id).contains("Gardener to user dora on project /energy"));

    operator.types("user delete karl -s usr_life --yes").success().says("did you mean 'karla'?");
    operator.types("user delete karl -s usr_life --yes --fail-if-missing").code(3);
    operator.types("user delete karla -s usr_life").code(2).says("--yes");
    operator.types("user delete karla -s usr_life --dry-run").success();
    assert_eq!(names_within(keystone, "users", id), ["dora", "karla"]);
    operator.types("user delete karla nobody dora -s usr_life --yes").success().says("absent 1   deleted 2");
}

#[test]
fn an_existing_user_that_differs_is_refused_and_untouched() {
    let keystone = Keystone::shared();
    let id = service(keystone, "usr_same");
    let members = json!({"name": "ann", "domain_id": id, "password": "pw-of-ann", "email": "a@x.example"});
    made(keystone, "user", &members);
    let operator = Operator::system(keystone.url());
    let other = operator.room.file("other.pw", "pw-of-ann-changed").display().to_string();
    let line = |more: &str| operator.types(&format!("user create ann -s usr_same --new-password-file {other} {more}"));
    let before = state_of(keystone, &id);
    let old_password_holds = || {
        assert_eq!(login_status(keystone, &id, "ann", "pw-of-ann"), 201);
        assert_eq!(login_status(keystone, &id, "ann", "pw-of-ann-changed"), 401);
    };

    let refused = line("--email b@x.example").code(6).says("exists already and is different");
    refused.says("wanted \"b@x.example\", found \"a@x.example\"").says("next: orchest user update ann -s usr_same");
    line("--disabled").code(6).says("enabled: wanted false, found true");
    line("--fail-if-exists").code(6).says("exists already");
    line("--email b@x.example --update --dry-run").success();
    assert_eq!(state_of(keystone, &id), before);
    old_password_holds();

    line("--email a@x.example").success().says("its password was not changed");
    assert_eq!(state_of(keystone, &id), before);
    line("--email b@x.example --update").success().says("user ann updated; its password was not changed");
    assert_eq!(one(keystone, "users", &id, "ann")["email"], "b@x.example");
    old_password_holds();
}

#[test]
fn passwords_are_set_by_an_administrator_or_by_their_owner() {
    let keystone = Keystone::shared();
    let id = service(keystone, "usr_pw");
    made(keystone, "user", &json!({"name": "eve", "domain_id": id, "password": "pw-of-eve-1"}));
    made(keystone, "user", &json!({"name": "eva", "domain_id": id, "password": "pw-of-eve-1"}));
    let works = |password: &str| login_status(keystone, &id, "eve", password) == 201;
    for operator in Operator::both(keystone.url()) {
        let (second, third) = (format!("pw-of-eve-2-{}", operator.scope), format!("pw-of-eve-3-{}", operator.scope));
        let typed = ["user", "set-password", "eve", "-s", "usr_pw", "--new-password-stdin"];
        operator.run_with_input(&typed, &second).success().says("password of eve in service usr_pw set");
        assert!(works(&second) && !works("pw-of-eve-1"));
        operator
            .run_with_input(&["user", "set-password", "nobody", "-s", "usr_pw", "--new-password-stdin"], "pw-of-nobody")
            .code(3);

        let present = operator.room.file("present.pw", &second).display().to_string();
        let new = operator.room.file("new.pw", &third).display().to_string();
        let own = format!("user set-password eve -s usr_pw --self --password-file {present} --new-password-file {new}");
        operator.types(&own).success().says("password of eve changed");
        assert!(works(&third) && !works(&second));
        // The present password is the wrong one now, and the new one is in force, as after a lost answer.
        operator.types(&own).success().says("in force already");
        assert!(works(&third));
    }
    assert_eq!(login_status(keystone, &id, "eva", "pw-of-eve-1"), 201, "the neighbour's");
}

#[test]
fn roles_of_a_user_direct_and_effective() {
    let keystone = Keystone::shared();
    let id = service(keystone, "usr_roles");
    let ann = made(keystone, "user", &json!({"name": "ann", "domain_id": id}));
    let crew = made(keystone, "group", &json!({"name": "crew", "domain_id": id}));
    let role = made(keystone, "role", &json!({"name": format!("{id}#Gardener")}));
    let other = made(keystone, "role", &json!({"name": format!("{id}#Guard")}));
    made(keystone, "project", &json!({"name": "/energy", "domain_id": id}));
    for path in [
        format!("groups/{crew}/users/{ann}"),
        format!("domains/{id}/users/{ann}/roles/{other}"),
        format!("OS-INHERIT/domains/{id}/groups/{crew}/roles/{role}/inherited_to_projects"),
    ] {
        assert_eq!(keystone.api("PUT", &format!("/v3/{path}"), None).0, 204, "{path}");
    }
    let rows = |list: Value| -> Vec<String> {
        let row = |row: &Value| format!("{} on {}", row["role"].as_str().unwrap(), row["on"].as_str().unwrap());
        let mut rows: Vec<String> = list.as_array().unwrap().iter().map(row).collect();
        rows.sort();
        rows
    };
    for operator in Operator::both(keystone.url()) {
        assert_eq!(rows(operator.json("user roles ann -s usr_roles")), ["Guard on service"]);
        let effective = rows(operator.json("user roles ann -s usr_roles --effective"));
        assert_eq!(effective, ["Gardener on energy", "Guard on service"]);
    }
}

#[test]
fn a_name_in_two_services_is_told_apart() {
    let keystone = Keystone::shared();
    let (left, right) = (service(keystone, "usr_left"), service(keystone, "usr_right"));
    for (domain, email) in [(&left, "left@x.example"), (&right, "right@x.example")] {
        made(keystone, "user", &json!({"name": "usr_twin", "domain_id": domain, "email": email}));
    }
    for operator in Operator::both(keystone.url()) {
        let answer = operator.types("user show usr_twin").code(6).says("2 users are called 'usr_twin'");
        for (service, domain) in [("usr_left", &left), ("usr_right", &right)] {
            let id = one(keystone, "users", domain, "usr_twin")["id"].as_str().unwrap().to_owned();
            assert!(answer.stderr.contains(&format!("in service {service}  id:{id}")), "{answer}");
            let shown = operator.json(&format!("user show usr_twin -s {service}"));
            assert_eq!((&shown["id"], &shown["service"]), (&json!(id), &json!(service)));
        }
        let all = operator.json("user list --filter name=usr_twin");
        assert_eq!(all.as_array().unwrap().len(), 2);
        operator.types("user update usr_twin --email x@x.example").code(2).says("which service?");
        operator.types("user delete usr_twin --yes").code(2).says("which service?");
    }
    let operator = Operator::system(keystone.url());
    let before = state_of(keystone, &right);
    operator.types("user update usr_twin -s usr_left --email l@x.example").success();
    operator.types("user delete usr_twin -s usr_left --yes").success();
    assert_eq!(within(keystone, "users", &left), Vec::<Value>::new());
    assert_eq!(state_of(keystone, &right), before);
}

#[test]
fn several_are_shown_as_a_list_and_one_that_is_missing_hides_none() {
    let keystone = Keystone::shared();
    let id = service(keystone, "usr_many");
    for name in ["ann", "bob", "cid"] {
        made(keystone, "user", &json!({"name": name, "domain_id": id}));
    }
    let operator = Operator::system(keystone.url());
    assert_eq!(operator.names("user show cid ann -s usr_many"), ["ann", "cid"]);
    assert_eq!(operator.json("user show cid ann -s usr_many").as_array().map(Vec::len), Some(2));
    let partly = operator.types("user show ann nobody -s usr_many -o name").code(7);
    partly.says("'nobody' does not exist").says("failed 1").prints("ann");
}

#[test]
fn a_creation_with_groups_and_roles_goes_on_where_it_stopped() {
    let keystone = Keystone::shared();
    let id = service(keystone, "usr_again");
    for group in ["crew", "night"] {
        made(keystone, "group", &json!({"name": group, "domain_id": id}));
    }
    made(keystone, "role", &json!({"name": format!("{id}#Gardener")}));
    // As an earlier run was killed: the user is there, in nothing and with nothing.
    made(keystone, "user", &json!({"name": "carl", "domain_id": id, "enabled": true}));
    let operator = Operator::system(keystone.url());
    let line = "user create carl -s usr_again --no-password --group crew --group night --role Gardener";
    operator.types("user create carl -s usr_again --no-password --role Cook").code(3).says("'Cook' does not exist");
    for _ in 0..2 {
        operator.types(line).success().says("already so");
        assert_eq!(grants_of(keystone, &id), ["Gardener to user carl on service".to_owned()].into());
        for group in ["crew", "night"] {
            assert_eq!(operator.names(&format!("group member list {group} -s usr_again")), ["carl"]);
        }
    }
    assert_eq!(names_within(keystone, "users", &id), ["carl"]);
}

#[test]
fn everything_of_a_user_changes_in_one_line() {
    let keystone = Keystone::shared();
    let id = service(keystone, "usr_all");
    made(keystone, "user", &json!({"name": "eve", "domain_id": id, "password": "pw-of-eve-1"}));
    let operator = Operator::system(keystone.url());
    let typed = "user update eve -s usr_all --rename eva --email e@x.example --description boss --new-password-stdin";
    let typed: Vec<&str> = typed.split_whitespace().collect();
    let before = state_of(keystone, &id);
    operator
        .run_with_input(&[&typed[..], &["--dry-run"]].concat(), "pw-of-eve-2")
        .success()
        .says("password of user eve");
    assert_eq!(state_of(keystone, &id), before);
    operator.run_with_input(&typed, "pw-of-eve-2").success().says("no longer valid");
    let eva = one(keystone, "users", &id, "eva");
    assert_eq!((&eva["email"], &eva["description"]), (&json!("e@x.example"), &json!("boss")));
    assert_eq!(login_status(keystone, &id, "eva", "pw-of-eve-2"), 201);
    operator
        .run_with_input(&["user", "update", "eva", "-s", "usr_all", "--new-password-stdin"], "pw-of-eve-3")
        .success();
    assert_eq!(login_status(keystone, &id, "eva", "pw-of-eve-2"), 401);
    assert_eq!(login_status(keystone, &id, "eva", "pw-of-eve-3"), 201);
}

#[test]
fn a_short_password_is_refused_unsent() {
    let keystone = Keystone::shared();
    let id = service(keystone, "usr_short");
    made(keystone, "user", &json!({"name": "eve", "domain_id": id, "password": "pw-of-eve-1"}));
    let operator = Operator::system(keystone.url());
    // Nobody listens there, so that a request would end with another code.
    let nowhere = Operator::system("http://127.0.0.1:9");
    let present = nowhere.room.file("present.pw", "pw-of-eve-1").display().to_string();
    let own = format!("user set-password eve -s usr_short --self --password-file {present} --new-password-stdin");
    for line in [
        "user set-password eve -s usr_short --new-password-stdin",
        "user update eve -s usr_short --new-password-stdin",
        "user create bob -s usr_short --new-password-stdin",
        "subservice create energy -s usr_short --admin-user eva --new-password-stdin",
        &own,
    ] {
        let refused = nowhere.run_with_input(&line.split_whitespace().collect::<Vec<_>>(), "seven77").code(2);
        refused.says("fewer than 8 characters").says("--any-password");
    }
    nowhere.room.file("people.csv", "name,password\nbob,seven77\ncid,\n");
    operator.room.file("people.csv", "name,password\nbob,seven77\ncid,\n");
    operator
        .types("user create --from people.csv -s usr_short")
        .code(7)
        .says("line 2  bob: the new password has fewer");
    assert_eq!(names_within(keystone, "users", &id), ["cid", "eve"]);
    // The platform refuses it by itself then; stock Keystone takes it.
    let typed = ["user", "set-password", "eve", "-s", "usr_short", "--new-password-stdin", "--any-password"];
    let answer = operator.run_with_input(&typed, "seven77");
    if crate::SERVER.is_platform() {
        answer.code(1).says("does not take the new password of eve").says("--generate-password");
    } else {
        answer.success();
        assert_eq!(login_status(keystone, &id, "eve", "seven77"), 201);
    }
}

/// The platform's plug-in answers in plain text, and to a change with a bare 401.
#[test]
fn a_weak_password_is_refused_in_the_plug_ins_own_words() {
    if !crate::SERVER.is_platform() {
        return;
    }
    let keystone = Keystone::shared();
    let id = service(keystone, "usr_weak");
    made(keystone, "user", &json!({"name": "eve", "domain_id": id, "password": "pw-of-eve-1"}));
    let operator = Operator::system(keystone.url());
    let type_password = |line: &str| operator.run_with_input(&line.split_whitespace().collect::<Vec<_>>(), "password1");
    let words = "the password is not strong enough: it is based on a dictionary word";
    let created = type_password("user create bob -s usr_weak --new-password-stdin").code(1);
    created.says(&format!("does not take the new password of bob: {words}"));
    let set = type_password("user set-password eve -s usr_weak --new-password-stdin").code(1);
    set.says("does not take the new password of eve: it answers 401");
    let present = operator.room.file("present.pw", "pw-of-eve-1").display().to_string();
    let own = format!("user set-password eve -s usr_weak --self --password-file {present} --new-password-stdin");
    type_password(&own).code(1).says(&format!("does not take the new password of eve: {words}"));
    let flow = type_password("service create usr_weak_flow --admin-user adm1 --new-password-stdin").code(1);
    flow.says("SPASSWORD").says("longer and in no dictionary");
    assert_eq!(names_within(keystone, "users", &id), ["eve"]);
    assert_eq!(login_status(keystone, &id, "eve", "pw-of-eve-1"), 201);
}

#[test]
fn whoever_changes_the_own_password_loses_the_tokens_of_before() {
    let keystone = Keystone::shared();
    let id = service(keystone, "usr_own");
    let eve = made(keystone, "user", &json!({"name": "eve", "domain_id": id, "password": "pw-of-eve-1"}));
    let role = made(keystone, "role", &json!({"name": format!("{id}#Guest")}));
    assert_eq!(keystone.api("PUT", &format!("/v3/domains/{id}/users/{eve}/roles/{role}"), None).0, 204);
    let as_eve = |password: &str| {
        let scope = [("ORCHEST_USER_DOMAIN", "usr_own"), ("ORCHEST_SCOPE", "domain"), ("ORCHEST_DOMAIN", "usr_own")];
        scope.into_iter().fold(Room::user(keystone.url(), "eve", password), |room, (name, value)| room.env(name, value))
    };
    let room = as_eve("pw-of-eve-1");
    let old = room.ok(&["auth", "token"]);
    // Authenticated, and not authorized.
    room.run(&["user", "list", "-s", "usr_own"]).code(5);
    let [present, new] = [("present.pw", "pw-of-eve-1"), ("new.pw", "pw-of-eve-2")]
        .map(|(name, text)| room.file(name, text).display().to_string());
    let words = ["user", "set-password", "eve", "-s", "usr_own", "--self", "--password-file", &present];
    let change = [&words[..], &["--new-password-file", &new]].concat();
    room.run(&change).success().says("older tokens are no longer valid, and those kept here are deleted");
    room.run(&["auth", "status"]).code(4);
    let with_old = as_eve("pw-of-eve-1").env("ORCHEST_TOKEN", old.trim_end());
    with_old.run(&["user", "list", "-s", "usr_own"]).code(4);
    // The new one is in force already, as after a run whose answer was lost.
    room.run(&change).success().says("in force already");
    let third = room.file("third.pw", "pw-of-eve-3").display().to_string();
    let other = [&words[..], &["--new-password-file", &third]].concat();
    room.run(&other).code(4);
    let eve = format!("id:{eve}");
    let by_id = [&["user", "set-password", &eve][..], &other[3..]].concat();
    room.run(&by_id).code(4).says("the present password of").says("is not accepted");
    as_eve("pw-of-eve-2").ok(&["auth", "whoami"]);
}
