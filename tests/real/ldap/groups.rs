//! Groups, and who is in them.

use serde_json::json;

use super::slapd::{BASE, Setup, Slapd, says, types};

#[test]
fn a_group_lives() {
    let slapd = Slapd::start();
    let room = slapd.room();
    types(&room, "group list").success().says("no groups");
    types(&room, "group create crew --description day").success().says("created");
    let entries = slapd.entries(&format!("cn=crew,ou=groups,{BASE}"));
    let entry = entries.into_values().next().unwrap();
    assert_eq!(entry["objectclass"], ["groupOfNames", "top"]);
    assert_eq!(
        (&entry["description"], &entry["member"]),
        (&vec!["day".to_owned()], &vec![format!("ou=groups,{BASE}")])
    );
    let before = slapd.entries(BASE);
    types(&room, "group create crew --description day").success().says("already so");
    types(&room, "group create crew").success().says("already so");
    types(&room, "group create crew --description night").code(6).says("wanted \"night\", found \"day\"");
    types(&room, "group create crew --fail-if-exists").code(6);
    types(&room, "group create crew --description night --update --dry-run").success().says("would update");
    types(&room, "group update crew --description night --dry-run").success().says("would change");
    types(&room, "group delete crew --dry-run").success().says("would delete group crew");
    types(&room, "group delete crew").code(2).says("--yes");
    assert_eq!(slapd.entries(BASE), before);
    types(&room, "group update crew --description night").success().says("updated");
    types(&room, "group update crew --description night").success().says("already so");
    types(&room, "group create crew --description noon --update").success().says("updated");
    let shown = types(&room, "group show crew -o json").success().json();
    let dn = format!("cn=crew,ou=groups,{BASE}");
    assert_eq!(shown, json!({"name": "crew", "description": "noon", "members": [], "dn": dn}));
    says(&room, &["group", "update", "crew", "--description", ""]).success();
    assert_eq!(types(&room, "group show crew -o json").json()["description"], json!(null));
    types(&room, "group create guard").success();
    assert_eq!(types(&room, "group ls -o name").success().stdout, "crew\nguard\n");
    assert_eq!(types(&room, "group ls g* -o name").success().stdout, "guard\n");
    types(&room, "group show crews").code(3).says("group 'crews' does not exist");
    types(&room, "group update crews --description x").code(3);
    types(&room, "group delete crew guard crews --yes").success().says("absent 1   deleted 2");
    types(&room, "group delete crew --yes --fail-if-missing").code(3);
    assert_eq!(slapd.entries(&format!("ou=groups,{BASE}")).len(), 1);
}

#[test]
fn members_come_and_go() {
    let slapd = Slapd::start();
    let room = slapd.room();
    types(&room, "group create crew").success();
    types(&room, "user create ann bert --new-password-file a.pw").success();
    types(&room, "group member add crew ann bert --dry-run").success().says("would put ann into group crew");
    types(&room, "group member add crew ann bert").success().says("added 2");
    types(&room, "group member add crew ann").success().says("already so");
    types(&room, "group member add crew zoe").code(3).says("user 'zoe' does not exist");
    types(&room, "group member add crews ann").code(3).says("group 'crews' does not exist");
    assert_eq!(types(&room, "group show crew -o json").json()["members"], json!(["ann", "bert"]));
    types(&room, "group member rm crew ann zoe").success().says("absent 1   removed 1");
    types(&room, "group member rm crew ann").success().says("absent");
    types(&room, "group member remove crew bert").success().says("removed");
    assert_eq!(slapd.members("crew"), [format!("ou=groups,{BASE}")]);
}

/// Reading, extending and writing back would lose most of them.
#[test]
fn a_dozen_at_once_do_not_undo_each_other() {
    let slapd = Slapd::start();
    let room = slapd.room();
    types(&room, "group create crew").success();
    let names: Vec<String> = (0..12).map(|number| format!("u{number:02}")).collect();
    types(&room, &format!("user create {} --new-password-file a.pw", names.join(" "))).success();
    std::thread::scope(|scope| {
        for name in &names {
            let room = &room;
            scope.spawn(move || types(room, &format!("group member add crew {name}")).success());
        }
    });
    let members = types(&room, "group show crew -o json").json()["members"].clone();
    assert_eq!(members, json!(names));
}

#[test]
fn the_last_member_of_a_group_of_others_can_leave() {
    let ldif = format!(
        "dn: uid=ann,ou=users,{BASE}\nobjectClass: inetOrgPerson\nuid: ann\ncn: ann\nsn: ann\n\n\
         dn: cn=theirs,ou=groups,{BASE}\nobjectClass: groupOfNames\ncn: theirs\nmember: uid=ann,ou=users,{BASE}\n\n\
         dn: cn=mixed,ou=groups,{BASE}\nobjectClass: groupOfNames\ncn: mixed\nmember: cn=admin,{BASE}\n\
         member: UID=Ann, ou=Users,{BASE}\n"
    );
    let slapd = Slapd::with(&Setup { ldif, ..Setup::default() });
    let room = slapd.room();
    assert_eq!(types(&room, "user show ann -o json").json()["groups"], json!(["mixed", "theirs"]));
    let members = types(&room, "group show mixed -o json").json()["members"].clone();
    assert_eq!(members, json!(["Ann", format!("cn=admin,{BASE}")]));
    types(&room, "group member rm theirs ann").success().says("removed");
    assert_eq!(slapd.members("theirs"), [format!("ou=groups,{BASE}")]);
    types(&room, "user delete ann --yes").success();
    assert_eq!(slapd.members("mixed"), [format!("cn=admin,{BASE}")]);
}
