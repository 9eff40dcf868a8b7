//! The journeys of the orchestrator's own API tests that reach further than Keystone (those that do not are in tests/real),
//! as lines that are typed, each with its exit code and what it says.

use orchester::sandbox::{Backend, Sandbox};

use crate::people::{Verdict, policy, through_the_pep};
use crate::support::cli::Room;
use crate::support::whole::{PASSWORD, Whole, assert_same};
use crate::{TENANT, create};

/// A line, its exit code, and what it says or prints.
type Step = (&'static str, i32, &'static str);

/// Runs line after line.
#[track_caller]
fn typed(room: &Room, steps: &[Step]) {
    for (line, code, text) in steps {
        let output = room.run(&line.split(' ').collect::<Vec<_>>()).code(*code);
        assert!(output.stderr.contains(text) || output.stdout.contains(text), "does not say {text:?}\n{output}");
    }
}

/// A platform with the service `city`, and the room of its administrator.
fn city(platform: bool) -> (Whole, Room) {
    let whole = Whole::empty(platform);
    whole.room.run(&[&create("city")[..], &["--generic-roles"]].concat()).success();
    let adm1 = whole.room_of("adm1", "city");
    adm1.run(&["subservice", "create", "energy", "-s", "city"]).success();
    adm1.file(".orchester.toml", "[module.PERSEO]\nnotify_url = 'http://cep:9090/notices'\n");
    (whole, adm1)
}

/// The administrator of all, who mistypes the password.
fn mistaken(whole: &Whole) -> Room {
    let room = whole.sandbox.environment().iter().fold(Room::new(), |room, (name, value)| room.env(name, value));
    room.file("new.pw", PASSWORD);
    room.env("ORCHEST_PASSWORD", "not-the-password")
}

#[test]
fn service_life() {
    for platform in [false, true] {
        let whole = Whole::empty(platform);
        let others = whole.lines();
        let mistaken = mistaken(&whole);
        typed(
            &whole.room,
            &[
                ("service create city --admin-user adm1 --new-password-file new.pw", 0, "created service city"),
                ("service create city --admin-user adm1 --new-password-file new.pw", 0, "is already so"),
                (
                    "service create city --admin-user adm1 --new-password-file new.pw --fail-if-exists",
                    6,
                    "exists already",
                ),
                ("service create town --new-password-file new.pw", 2, "--admin-user"),
                ("service create town --admin-user adm1", 2, "Password for adm1"),
            ],
        );
        let made = whole.lines();
        typed(
            &mistaken,
            &[
                ("service create town --admin-user adm1 --new-password-file new.pw", 4, "refuses the login"),
                ("service delete city --yes --keep-policies --keep-data", 4, "refuses the login"),
            ],
        );
        assert_same(&whole.lines(), &made, "whoever may not log in changes nothing");

        let id = whole.room.run(&["service", "show", "city", "-o", "json"]).success().json()["id"].clone();
        let by_id = format!("id:{}", id.as_str().unwrap());
        whole.room.run(&[&["service", "delete", &by_id, "--yes"][..], &TENANT].concat()).success();
        assert_same(&whole.lines(), &others, "deleted by its id");

        // With a token instead of a password.
        let token = whole.room.ok(&["auth", "token"]);
        whole.room.file("token", token.trim_end());
        let line = [&create("city")[..], &["--token-file", "token"]].concat();
        whole.room.run(&line).success().says("created service city");
        whole.room.run(&[&["service", "delete", "city", "--yes", "--fail-if-missing"][..], &TENANT].concat()).success();
        whole.room.run(&[&["service", "delete", "city", "--yes", "--fail-if-missing"][..], &TENANT].concat()).code(3);
        assert_same(&whole.lines(), &others, "deleted by its name");
    }
}

/// Stock Keystone lists to whoever has `admin` anywhere; the platform wants it in `admin_domain`.
#[test]
fn services_seen_by_the_administrator_of_one() {
    for platform in [false, true] {
        let (_whole, adm1) = city(platform);
        let (code, text) = if platform { (5, "identity:list_domains") } else { (0, "city") };
        typed(
            &adm1,
            &[
                ("service list", code, text),
                ("service show city -o name", 0, "city"),
                ("service update city --description mine", 5, "identity:update_domain"),
            ],
        );
    }
}

#[test]
fn subservice_life() {
    for platform in [false, true] {
        let (whole, adm1) = city(platform);
        let before = whole.lines();
        typed(
            &adm1,
            &[
                ("subservice create waste -s city", 0, "created subservice /waste"),
                ("subservice create waste -s city", 0, "already so"),
                ("subservice create waste -s city --fail-if-exists", 6, "exists already"),
                ("subservice create -s city", 2, "<NAME>"),
                ("subservice update waste -s city --description bins", 0, "bins"),
                ("module enable PERSEO -s city -S waste", 0, "PERSEO enabled"),
            ],
        );
        let made = whole.lines();
        typed(
            &whole.room_of("adm1", "city").env("ORCHEST_PASSWORD", "not-the-password"),
            &[
                ("subservice create water -s city", 4, "refuses the login"),
                ("subservice update waste -s city --description bin", 4, "refuses the login"),
                ("subservice delete waste -s city --yes", 4, "refuses the login"),
            ],
        );
        assert_same(&whole.lines(), &made, "whoever may not log in changes nothing");
        typed(
            &adm1,
            &[
                ("subservice delete waste -s city --yes", 0, "1 subscriptions in Orion"),
                ("subservice delete waste -s city --yes", 0, "nothing to delete"),
                ("subservice delete waste -s city --yes --fail-if-missing", 3, "waste"),
            ],
        );
        assert_same(&whole.lines(), &before, "all");
    }
}

#[test]
fn modules() {
    for platform in [false, true] {
        let (whole, adm1) = city(platform);
        let before = whole.lines();
        typed(
            &adm1,
            &[
                ("module list -s city -S energy", 0, "no modules are enabled"),
                ("module list -s city", 0, "no modules are enabled"),
                ("module enable PERSEO -s city -S energy", 0, "PERSEO enabled on subservice energy"),
                ("module enable PERSEO -s city -S energy", 0, "PERSEO already enabled"),
                ("module list -s city -S energy -o name", 0, "PERSEO"),
                ("module enable PERSEO -s city", 0, "PERSEO enabled on service city"),
                ("module list -s city -o name", 0, "PERSEO"),
            ],
        );
        let state = whole.sandbox.state();
        assert_eq!(state["orion"]["subscriptions"].as_array().unwrap().len(), 2, "one at each place");
        typed(
            &adm1,
            &[
                ("module disable PERSEO -s city -S energy", 0, "PERSEO disabled"),
                ("module disable PERSEO -s city -S energy", 0, "was not enabled"),
                ("module disable PERSEO -s city", 0, "PERSEO disabled"),
                ("module list -s city -S energy", 0, "no modules are enabled"),
                ("module list -s city", 0, "no modules are enabled"),
            ],
        );
        assert_same(&whole.lines(), &before, "all");
    }
}

#[test]
fn policies_of_a_role_and_a_role_in_use() {
    for platform in [false, true] {
        let (whole, adm1) = city(platform);
        let before = whole.lines();
        // Only the platform's plug-in lets the administrator of a service make roles.
        let room = if platform { &adm1 } else { &whole.room };
        room.file("watch.xml", &policy("WatchSth", "sth", &["read"]));
        typed(
            room,
            &[
                ("role create Watch -s city", 0, "created"),
                ("role create Watch -s city", 0, "Watch"),
                ("role create Watch -s city --fail-if-exists", 6, "Watch"),
                ("policy list Watch -s city", 0, "has no policies"),
                // The journey takes the id of another role's policy, which in Keypass would move it.
                ("policy update Watch --template sth-customer -s city", 6, "SubServiceCustomer has the policy"),
                ("policy update Watch watch.xml -s city", 0, "WatchSth"),
                ("policy list Watch -s city", 0, "WatchSth"),
                ("policy show Watch WatchSth -s city", 0, "PolicyId=\"WatchSth\""),
                ("policy show Watch Other -s city", 3, "has no policy 'Other'"),
                ("policy test Watch read sth -s city -o value --columns decision", 0, "Permit"),
                ("policy delete Watch WatchSth -s city --yes", 0, "deleted"),
                ("policy delete Watch WatchSth -s city --yes", 0, "nothing to delete"),
                ("policy test Watch read sth -s city -o value --columns decision", 0, "NotApplicable"),
                ("user create bob -s city --new-password-file new.pw", 0, "bob"),
                ("role grant Watch --to-user bob -s city -S energy", 0, "Watch is granted to bob"),
                ("role assignments -s city --all --role Watch -o csv", 0, "Watch,user,bob,energy"),
                ("role delete Watch -s city --yes", 0, "deleted"),
                ("role assignments -s city --all --role Watch", 3, "role 'Watch' does not exist"),
                ("role assignments -s city --all --of-user bob", 0, "no roles are assigned here"),
                ("user delete bob -s city --yes", 0, "deleted"),
            ],
        );
        assert_same(&whole.lines(), &before, "all");
    }
}

/// The one of another service may not even log in here.
#[test]
fn roles_and_policies_of_another_service() {
    let (whole, _) = city(true);
    whole.room.run(&create("town")).success();
    let of_town = whole.room_of("adm1", "town");
    let before = whole.lines();
    typed(
        &of_town,
        &[
            ("role list -s city", 5, "403"),
            ("role create Watch -s city", 5, "403"),
            ("policy list ServiceCustomer -s city", 5, "lets only users of service 'city' through"),
            ("policy update ServiceCustomer --template orion-customer2 -s city", 5, "only users of service 'city'"),
            ("module enable PERSEO -s city --notify-url http://a:1/b", 5, "only users of service 'city'"),
        ],
    );
    assert_same(&whole.lines(), &before, "nothing changed");
}

/// A component of the platform as trustee: what it is trusted with opens the PEP's door.
#[test]
fn trusts() {
    for platform in [false, true] {
        let (whole, adm1) = city(platform);
        let home = if platform { "admin_domain" } else { "Default" };
        // The platform has it from the start.
        whole.room.run(&["user", "create", "pep", "-s", home, "--new-password-file", "new.pw"]).success();
        let pep = whole.room.run(&["user", "show", "pep", "-s", home, "-o", "json"]).success().json();
        let pep = format!("id:{}", pep["id"].as_str().unwrap());
        let line = ["trust", "create", "--role", "SubServiceAdmin", "-s", "city", "-o", "json", "--trustee"];
        let at_energy = [&line[..], &[pep.as_str(), "-S", "energy"]].concat();
        let trust = adm1.run(&at_energy).success().json()["id"].as_str().unwrap().to_owned();
        assert_eq!(adm1.run(&at_energy).success().says("already there").json()["id"], trust.as_str());
        // On current Keystone a trust without a subservice gives nothing.
        adm1.run(&[&line[..], &[pep.as_str()]].concat()).code(2).says("which subservice");
        adm1.run(&[&line[..], &["nobody", "-S", "energy"]].concat()).code(3).says("user 'nobody' does not exist");

        let room = whole.room_of("pep", home).without("ORCHEST_SCOPE").without("ORCHEST_DOMAIN");
        let room = if platform { room.env("ORCHEST_PASSWORD", Sandbox::PASSWORD) } else { room };
        let token = room.run(&["trust", "token", &trust]).success().stdout;
        if platform {
            let list = ("GET", "/v2/subscriptions", "");
            let verdict = through_the_pep(&whole, Backend::Orion, list, ("city", "/energy"), token.trim_end());
            assert_eq!(verdict, Verdict::Passed(200));
        }
        adm1.run(&["trust", "delete", &trust, "--yes", "-s", "city"]).success();
    }
}

#[test]
fn log_level() {
    let (_whole, adm1) = city(false);
    typed(
        &adm1,
        &[
            ("platform loglevel set Debug --of keypass -s city", 0, "DEBUG"),
            ("platform loglevel show --of keypass -s city -o name", 0, "DEBUG"),
            ("platform loglevel set BADLEVEL --of keypass -s city", 2, "'BADLEVEL' is no level of Keypass"),
            ("platform loglevel show --of keypass -s city -o name", 0, "DEBUG"),
        ],
    );
}

/// A PEP does not know what to ask the policies about it.
#[test]
fn behind_a_pep_there_is_no_way_to_the_log_level() {
    let (whole, adm1) = city(true);
    whole.sandbox.take_record();
    for server in ["keypass", "orion", "perseo"] {
        for line in [&["show"][..], &["set", "DEBUG"]] {
            let line = [&["platform", "loglevel"], line, &["--of", server, "-s", "city"]].concat();
            let output = adm1.run(&line).code(2).says("behind a PEP, which lets nobody through to its log level");
            output.says(&format!("ORCHEST_{}_PEP=false", server.to_uppercase()));
        }
    }
    assert_eq!(whole.sandbox.requests(), [], "nothing was sent");
}
