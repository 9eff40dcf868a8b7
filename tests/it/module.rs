//! Modules on the emulated platform: one subscription a module and place, whatever happens on the way.

use serde_json::json;

use crate::city::{City, STH, of_module, to_orion};
use crate::support::golden::{assert_golden, request_lines};

const ENERGY: [&str; 4] = ["-s", "smartcity", "-S", "energy"];

fn line<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [words, &ENERGY].concat()
}

fn names(city: &City, words: &[&str]) -> Vec<String> {
    city.room.ok(&[words, &["-o", "name"]].concat()).lines().map(str::to_owned).collect()
}

#[test]
fn the_life_of_a_module() {
    let city = City::new();
    let enable = line(&["module", "enable", "PERSEO"]);
    assert_eq!(names(&city, &line(&["module", "list"])), Vec::<String>::new());

    let (output, requests) = city.watched(&enable);
    output.success().says("PERSEO enabled on subservice energy of smartcity (subscription ");
    assert_golden("requests/module-enable.txt", &request_lines(&requests));
    let made = city.subscriptions("/energy");
    assert_eq!(made.len(), 1);
    assert_eq!(made[0]["subject"]["entities"], json!([{"idPattern": ".*"}]));
    assert_eq!(made[0]["subject"]["condition"]["attrs"], json!(["TimeInstant"]));
    assert_eq!(made[0]["notification"]["http"]["url"], "http://cep:9090/notices");
    assert!(made[0].get("expires").is_none());

    let (output, requests) = city.watched(&enable);
    output.success().says("PERSEO already enabled");
    assert_golden("requests/module-enable-again.txt", &request_lines(&requests));
    assert_eq!(city.subscriptions("/energy"), made);

    let (output, requests) = city.watched(&line(&["module", "list", "-o", "json"]));
    let rows = output.success().json();
    assert_golden("requests/module-list.txt", &request_lines(&requests));
    assert_eq!(
        (&rows[0]["name"], &rows[0]["id"], &rows[0]["status"]),
        (&json!("PERSEO"), &made[0]["id"], &json!("active"))
    );
    assert_eq!(names(&city, &["module", "list", "-s", "smartcity"]), Vec::<String>::new(), "at its own level");

    let (output, requests) = city.watched(&line(&["module", "disable", "PERSEO"]));
    output.success().says("PERSEO disabled");
    assert_golden("requests/module-disable.txt", &request_lines(&requests));
    assert_eq!(city.subscriptions("/energy").len(), 0);
    city.room.run(&line(&["module", "deactivate", "PERSEO"])).success().says("was not enabled");
}

#[test]
fn duplicates_are_told_and_only_they_are_deleted() {
    let city = City::new();
    let kept = city.subscribe("/energy", &of_module(STH));
    for _ in 0..2 {
        city.subscribe("/energy", &of_module("http://STH:8666/notify"));
    }
    let mut own = of_module(STH);
    own["description"] = json!("mine");
    let different = city.subscribe("/energy", &own);
    let elsewhere = city.subscribe("/energy", &of_module("http://sth:8666/notify2"));
    let typed = json!({"subject": {"entities": [{"idPattern": ".*", "type": "Lamp"}]},
        "notification": {"http": {"url": STH}}});
    let of_type = city.subscribe("/energy", &typed);

    let enable = line(&["module", "enable", "STH", "PERSEO"]);
    let output = city.room.run(&enable).success().says("2 duplicates").says("PERSEO enabled");
    output.says("orchest module enable STH -s smartcity -S energy --fix-duplicates");
    assert_eq!(city.subscriptions("/energy").len(), 7);
    let status = city.room.run(&line(&["module", "status", "-o", "json"])).success().json();
    let states: Vec<_> = status.as_array().unwrap().iter().map(|row| (&row["name"], &row["status"])).collect();
    assert_eq!(states, [(&json!("PERSEO"), &json!("active")), (&json!("STH"), &json!("duplicate"))]);
    let list = city.room.run(&line(&["module", "list"])).success();
    list.says(&elsewhere).says("which is no module of the settings");

    let fix = line(&["module", "enable", "STH", "--fix-duplicates"]);
    let dry = city.room.run(&[&fix[..], &["--dry-run"]].concat()).success();
    dry.says("2 duplicates would be deleted");
    assert_eq!(city.subscriptions("/energy").len(), 7);
    city.room.run(&fix).success().says("2 duplicates deleted").says(&different);
    let left: Vec<String> =
        city.subscriptions("/energy").iter().map(|row| row["id"].as_str().unwrap().into()).collect();
    assert_eq!(left[..4], [kept, different, elsewhere.clone(), of_type.clone()]);

    // Every one that is the module's goes, and nothing else.
    city.room.run(&line(&["module", "disable", "STH"])).success().says("2 subscriptions");
    let left: Vec<String> =
        city.subscriptions("/energy").iter().map(|row| row["id"].as_str().unwrap().into()).collect();
    assert_eq!(left[..2], [elsewhere, of_type]);
    assert_eq!(left.len(), 3);
}

/// Two machines that switch a module on at the same moment make two; what remains when one of them is killed before it
/// looks is ended by whoever comes next, and what others made is never taken for such a one.
#[test]
fn what_two_machines_made_at_once_becomes_one_again() {
    let city = City::new();
    let signed = |run: &str| {
        let mut body = of_module(STH);
        (body["throttling"], body["status"], body["expires"]) = (json!(0), json!("active"), json!(""));
        body["description"] = json!(format!("module STH, made by orchest run {run}"));
        body
    };
    let enable = line(&["module", "enable", "STH"]);
    // The rival posts while our own answer is held up.
    city.sandbox.set_faults(vec!["delay=400ms@1:after on POST /v2/subscriptions".parse().unwrap()]);
    let child = city.room.spawn(&enable);
    while city.subscriptions("/energy").is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let rival = city.subscribe("/energy", &signed("00000000000000aa"));
    let output = crate::support::cli::finish(child, &enable).success();
    city.sandbox.set_faults(Vec::new());
    let left = city.subscriptions("/energy");
    assert_eq!(left.len(), 1, "{output}");
    // It says the one that is there, whichever that is.
    let id = left[0]["id"].as_str().unwrap().to_owned();
    let made_by_the_other = id == rival;
    let output = output.says(&format!("STH enabled on subservice energy of smartcity (subscription {id})"));
    assert_eq!(output.stderr.contains("made by another machine at the same moment"), made_by_the_other);

    // A rival that was killed behind its POST leaves two, and two more that are not a run's to touch.
    city.subscribe("/energy", &signed("00000000000000bb"));
    let own = city.subscribe("/energy", &of_module(STH));
    let mut slower = signed("00000000000000cc");
    slower["throttling"] = json!(5);
    let slower = city.subscribe("/energy", &slower);
    let dry = city.room.run(&[&enable[..], &["--dry-run"]].concat()).success();
    dry.says("would delete the one that another machine made at the same moment");
    assert_eq!(city.subscriptions("/energy").len(), 4);
    let output = city.room.run(&enable).success().says("already enabled");
    let output = output.says("the one that another machine made at the same moment deleted").says(&slower);
    let output = output.says("1 duplicate").says("--fix-duplicates");
    let ids = |city: &City| -> Vec<String> {
        let mut ids: Vec<String> =
            city.subscriptions("/energy").iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    let sorted = |mut ids: Vec<String>| {
        ids.sort();
        ids
    };
    let kept = ids(&city).into_iter().find(|id| *id != own && *id != slower).unwrap();
    assert_eq!(ids(&city), sorted(vec![kept.clone(), own.clone(), slower.clone()]), "{output}");
    city.room.run(&[&enable[..], &["--fix-duplicates"]].concat()).success().says("1 duplicate deleted");
    let left = ids(&city);
    assert!(left.len() == 2 && left.contains(&slower), "{left:?}");
}

/// What was made is told, also where what another machine made could not be deleted.
#[test]
fn a_rival_that_cannot_be_deleted_hides_nothing_of_what_was_made() {
    let city = City::new();
    let enable = line(&["module", "enable", "STH", "PERSEO", "-o", "json"]);
    let faults = ["delay=400ms@1:after on POST /v2/subscriptions", "status=400@* on DELETE /v2/subscriptions*"];
    city.sandbox.set_faults(faults.iter().map(|fault| fault.parse().unwrap()).collect());
    let child = city.room.spawn(&enable);
    while city.subscriptions("/energy").is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let mut rival = of_module(STH);
    (rival["throttling"], rival["status"], rival["expires"]) = (json!(0), json!("active"), json!(""));
    rival["description"] = json!("module STH, made by orchest run 00000000000000aa");
    city.subscribe("/energy", &rival);
    let output = crate::support::cli::finish(child, &enable).code(1).says("400");
    city.sandbox.set_faults(Vec::new());
    let there = city.subscriptions("/energy");
    assert_eq!(there.len(), 3, "{output}");
    let rows = output.json();
    for (row, name) in rows.as_array().unwrap().iter().zip(["STH", "PERSEO"]) {
        assert_eq!((&row["name"], &row["result"]), (&json!(name), &json!("enabled")), "{output}");
        assert!(there.iter().any(|one| one["id"] == row["id"]), "{output}");
    }
    assert_eq!(rows.as_array().unwrap().len(), 2, "{output}");
    city.room.run(&enable).success().says("the one that another machine made at the same moment deleted");
    assert_eq!(city.subscriptions("/energy").len(), 2);
}

#[test]
fn one_that_does_not_notify_is_not_taken_for_enabled() {
    let city = City::new();
    let with = |key: &str, value: &str| {
        let mut body = of_module(STH);
        body[key] = json!(value);
        city.subscribe("/energy", &body)
    };
    let inactive = with("status", "inactive");
    let status = line(&["module", "status", "--exit-status"]);
    city.room.run(&status).code(10).prints("inactive").prints("absent");
    assert!(city.room.ok(&line(&["module", "list", "-o", "csv"])).contains("inactive"));
    city.room.run(&line(&["module", "enable", "STH", "--dry-run"])).success().says("would enable STH");
    assert_eq!(city.subscriptions("/energy")[0]["status"], "inactive");
    city.room.run(&line(&["module", "enable", "STH"])).success().says("was inactive");
    let after = city.subscriptions("/energy");
    assert_eq!((after.len(), &after[0]["id"], &after[0]["status"]), (1, &json!(inactive), &json!("active")));

    city.room.ok(&line(&["module", "disable", "STH"]));
    let expired = with("expires", "2020-01-01T00:00:00Z");
    assert_eq!(city.subscriptions("/energy")[0]["status"], "expired");
    city.room.run(&line(&["module", "activate", "STH"])).success().says("was expired");
    let after = city.subscriptions("/energy");
    assert_eq!((after.len(), &after[0]["id"], &after[0]["status"]), (1, &json!(expired), &json!("active")));
    assert!(after[0].get("expires").is_none());
    city.room.ok(&line(&["module", "enable", "PERSEO"]));
    city.room.run(&status).success();

    // One that will end is enabled until then.
    city.room.ok(&line(&["module", "disable", "STH"]));
    with("expires", "2099-01-01T00:00:00Z");
    city.room.run(&line(&["module", "enable", "STH"])).success().says("already enabled").says("it expires 2099-01-01");
}

#[test]
fn every_subservice_and_not_the_service_itself() {
    let city = City::new();
    city.room.ok(&["subservice", "create", "grants container", "-s", "smartcity", "--any-name"]);
    let all = ["-s", "smartcity", "--all-subservices"];
    let (output, requests) = city.watched(&[&["module", "enable", "STH"][..], &all].concat());
    output.success().says("left out").says("subservice waste of smartcity");
    assert_eq!(to_orion(&requests).len(), 6, "two lists and a POST for each");
    for path in ["/energy", "/waste"] {
        assert_eq!(city.subscriptions(path).len(), 1, "{path}");
    }
    assert_eq!(city.subscriptions("/").len(), 0);
    let rows = city.room.run(&[&["module", "list", "-o", "json"][..], &all].concat()).success().json();
    let places: Vec<_> = rows.as_array().unwrap().iter().map(|row| &row["subservice"]).collect();
    assert_eq!(places, [&json!("/energy"), &json!("/waste")]);
    city.room.run(&[&["module", "disable", "STH", "-S", "energy"][..], &all].concat()).code(2).says("one of them");
    city.room.ok(&[&["module", "disable", "STH"][..], &all].concat());
    assert_eq!(city.subscriptions("/#").len(), 0);

    // At the level of the service it is said how far that reaches.
    let own = ["module", "enable", "STH", "-s", "smartcity"];
    city.room.run(&own).success().says("hears nothing of its subservices").says("--all-subservices");
    assert_eq!((city.subscriptions("/").len(), city.subscriptions("/energy").len()), (1, 0));
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_sent() {
    let city = City::new();
    let refused = |words: &[&str], code: i32, says: &str| {
        let (output, requests) = city.watched(words);
        output.code(code).says(says);
        assert_eq!(requests, [], "{words:?}");
    };
    let unknown = "orchest config set module.CYGNUS.notify_url http://HOST:8666/notify";
    refused(&line(&["module", "enable", "CYGNUS"]), 78, unknown);
    refused(&line(&["module", "enable", "STHH"]), 78, "did you mean 'STH'?");
    refused(&line(&["module", "enable", "X", "--notify-url", "mqtt://x/a"]), 2, "no address that Orion can notify");
    refused(&line(&["module", "enable", "X", "Y", "--notify-url", STH]), 2, "one module");
    refused(&["module", "enable", "STH"], 2, "which service?");
    refused(&line(&["module", "enable", "STH", "--failed-to", "x"]), 2, "--failed-to has no use here");
    for path in ["#grants", "energy,/waste", "energy/#", "/"] {
        refused(&["module", "list", "-s", "smartcity", "-S", path], 2, "Orion cannot take the subservice");
    }
    // What the advice says, works.
    city.room.ok(&["config", "set", "module.CYGNUS.notify_url", "http://cygnus:5050/notify"]);
    city.room.run(&line(&["module", "enable", "CYGNUS"])).success();
    city.room.run(&line(&["module", "enable", "X", "--notify-url", "http://x/n"])).success();
    assert_eq!(city.subscriptions("/energy")[1]["notification"]["http"]["url"], "http://x/n");
}

#[test]
fn a_place_that_is_not_there_is_not_written_to() {
    let city = City::new();
    for (words, says) in [
        (&["-s", "smartcty"][..], "did you mean 'smartcity'?"),
        (&["-s", "smartcity", "-S", "enrgy"], "did you mean 'energy'?"),
    ] {
        let (output, requests) = city.watched(&[&["module", "enable", "STH"][..], words].concat());
        output.code(3).says(says);
        assert_eq!(to_orion(&requests), Vec::<String>::new());
    }
}

#[test]
fn a_lost_answer_makes_no_second_subscription() {
    let post = "on POST /v2/subscriptions";
    for (fault, lists) in [
        // Carried out, and the answer lost or another one; not carried out.
        (format!("cut@1:after {post}"), 3),
        (format!("body=html@1:after {post}"), 3),
        (format!("status=503@1:after {post}"), 3),
        (format!("cut@1:before {post}"), 3),
        (format!("status=502@1:before {post}"), 3),
        (format!("reset@1:before {post}"), 3),
    ] {
        let city = City::new();
        let (output, requests) = city.with_faults(&[&fault], &line(&["module", "enable", "STH"]));
        output.success();
        assert_eq!(city.subscriptions("/energy").len(), 1, "{fault}");
        let asked = to_orion(&requests);
        assert_eq!(asked.iter().filter(|line| line.starts_with("GET")).count(), lists, "{fault}: {asked:?}");
    }
    let city = City::new();
    let (output, requests) = city
        .with_faults(&[&format!("status=500@*:before {post}")], &line(&["module", "enable", "STH", "--retries", "3"]));
    output.code(75).says("500");
    let posts = to_orion(&requests).iter().filter(|line| line.starts_with("POST")).count();
    assert_eq!((posts, city.subscriptions("/energy").len()), (3, 0));
    // A refusal is no reason to try again.
    let (output, requests) =
        city.with_faults(&[&format!("status=400@*:before {post}")], &line(&["module", "enable", "STH"]));
    output.code(1);
    assert_eq!(to_orion(&requests).len(), 2);
}

/// What can go wrong with an exchange, on either side of the server's work.
const FAULTS: [&str; 11] = [
    "cut@N:before",
    "cut@N:after",
    "reset@N:before",
    "reset@N:after",
    "status=500@N:before",
    "status=503@N:after",
    "status=429,retry-after=1@N:before",
    "status=401@N:before",
    "body=html@N",
    "body=empty@N",
    "body=truncated@N",
];

/// Every fault at every request, and the same line again: what is there then is what a clean run leaves.
#[test]
fn after_any_trouble_the_same_line_ends_as_if_there_had_been_none() {
    let city = City::new();
    for (verb, left) in [("enable", 1), ("disable", 0)] {
        let line = line(&["module", verb, "STH"]);
        let prepare = || {
            for row in city.subscriptions("/energy") {
                city.room.ok(&["subscription", "delete", row["id"].as_str().unwrap(), "-s", "smartcity", "--yes"]);
            }
            (0..1 - left).for_each(|_| drop(city.subscribe("/energy", &of_module(STH))));
        };
        prepare();
        let (output, requests) = city.watched(&line);
        output.success();
        let kills = ["kill@N:before", "kill@N:after"];
        for index in 1..=requests.len() {
            for fault in FAULTS.iter().chain(&kills).map(|fault| fault.replace('N', &index.to_string())) {
                prepare();
                if fault.starts_with("kill") {
                    city.killed(&fault, &line);
                } else {
                    city.with_faults(&[&fault], &[&line[..], &["--retries", "1"]].concat());
                }
                city.room.run(&line).success();
                assert_eq!(city.subscriptions("/energy").len(), left, "{verb} after {fault}");
            }
        }
    }
}

#[test]
fn behind_a_pep_the_login_for_the_place_is_the_proof() {
    let city = City::behind_a_pep();
    let (output, requests) = city.watched(&line(&["module", "enable", "PERSEO"]));
    output.success().says("PERSEO enabled");
    let other: Vec<_> = requests.iter().filter(|request| request.server != "orion").collect();
    assert!(other.len() == 1 && other[0].path == "/v3/auth/tokens", "{requests:#?}");
    assert_eq!(to_orion(&requests).len(), 3);
    // One is there from the beginning, of a module of another address.
    assert_eq!(city.stored("/energy"), 2);
    city.room.run(&line(&["module", "enable", "PERSEO"])).success().says("already enabled");
    let all = ["module", "enable", "PERSEO", "-s", "smartcity", "--all-subservices"];
    city.room.run(&all).success();
    let (output, requests) = city.watched(&all);
    output.success();
    assert_eq!((requests.len(), to_orion(&requests).len()), (3, 2), "the subservices, and a list each: {requests:#?}");
    assert_eq!((city.stored("/energy"), city.stored("/waste"), city.stored("/")), (2, 1, 0));
    city.room.run(&["module", "enable", "PERSEO", "-s", "smartcity"]).success();
    assert_eq!(city.stored("/"), 1);
    city.room.run(&line(&["module", "disable", "PERSEO"])).success();
    assert_eq!(city.stored("/energy"), 1);
    // No such subservice: nobody has a role there.
    city.room.run(&["module", "list", "-s", "smartcity", "-S", "nowhere"]).code(4);
}

#[test]
fn behind_a_pep_the_cloud_administrator_is_told_whose_login_is_needed() {
    let city = City::behind_a_pep();
    let room = city.room.env("ORCHEST_USER", "cloud_admin").env("ORCHEST_USER_DOMAIN", "admin_domain");
    let room = room.env("ORCHEST_SCOPE", "domain").env("ORCHEST_DOMAIN", "admin_domain");
    for words in [&ENERGY[..], &["-s", "smartcity", "--all-subservices"]] {
        city.sandbox.reset_count();
        let output = room.run(&[&["module", "enable", "STH"][..], words].concat());
        output.code(5).says("lets only users of service 'smartcity' through").says("--user-domain smartcity");
        assert_eq!(city.sandbox.take_record().requests, []);
    }
}

#[test]
fn behind_a_pep_a_missing_policy_is_named_as_the_reason() {
    let city = City::behind_a_pep();
    let room = city.room.env("ORCHEST_USER", "alice");
    let line = line(&["module", "enable", "STH"]);
    room.run(&line).code(5).says("403").says("a role with a policy that permits it");
}

#[test]
fn two_services_with_the_same_subservice_do_not_meet() {
    let city = City::new();
    let create = ["service", "create", "other", "--admin-user", "adm2", "--generate-password"];
    city.room.ok(&[&create[..], &["--password-out", "adm2.pw"]].concat());
    city.room.ok(&["subservice", "create", "energy", "-s", "other"]);
    let of_other =
        |words: &[&'static str]| city.room.ok(&[words, &["-s", "other", "-S", "energy", "-o", "name"]].concat());
    of_other(&["module", "enable", "STH"]);
    city.room.ok(&line(&["module", "enable", "STH"]));
    city.room.ok(&line(&["module", "disable", "STH"]));
    city.room.ok(&line(&["subscription", "delete", "--all", "--yes"]));
    assert_eq!(of_other(&["module", "list"]), "STH\n");
    // By id too: what belongs to another service is not there.
    let id = of_other(&["subscription", "list"]);
    city.room.run(&line(&["subscription", "delete", id.trim(), "--yes"])).success().says("nothing to delete");
    assert_eq!(of_other(&["module", "list"]), "STH\n");
}

#[test]
fn ids_and_slashes_lead_to_the_same_place() {
    let city = City::new();
    let of = |noun: &str, name: &str| {
        let shown = city.room.run(&[noun, "show", name, "-s", "smartcity", "-o", "json"]).success().json();
        format!("id:{}", shown["id"].as_str().unwrap())
    };
    let (service, subservice) = (of("service", "smartcity"), of("subservice", "energy"));
    for (service, subservice) in
        [("smartcity", "/energy"), ("smartcity", &subservice), (&service, "energy"), (&service, &subservice)]
    {
        city.room.run(&["module", "enable", "STH", "-s", service, "-S", subservice]).success();
        assert_eq!(city.subscriptions("/energy").len(), 1, "{service} {subservice}");
    }
    city.room.ok(&["module", "disable", "STH", "-s", &service, "--all-subservices"]);
    assert_eq!(city.subscriptions("/#").len(), 0);
}

#[test]
fn one_subservice_in_trouble_does_not_stop_the_others() {
    let city = City::new();
    let all = ["module", "enable", "STH", "-s", "smartcity", "--all-subservices", "--jobs", "1"];
    let (output, _) = city.with_faults(&["status=400@1 on POST /v2/subscriptions"], &all);
    output.code(7).says("failed 1").says("/energy");
    assert_eq!((city.subscriptions("/energy").len(), city.subscriptions("/waste").len()), (0, 1));
    city.room.run(&all).success();
    assert_eq!((city.subscriptions("/energy").len(), city.subscriptions("/waste").len()), (1, 1));
}

/// What the others said is printed in the shape of every other answer; which ones failed, and why, is told beside it.
#[test]
fn one_subservice_in_trouble_hides_nothing_of_the_others() {
    let city = City::new();
    let all = ["-s", "smartcity", "--all-subservices", "--jobs", "1"];
    let told = |output: &crate::support::cli::Output, keys: [&str; 3]| -> Vec<[String; 3]> {
        let rows = output.json();
        let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or("-").to_owned();
        rows.as_array().unwrap().iter().map(|row| keys.map(|key| text(row, key))).collect()
    };
    let rows = |rows: &[[&str; 3]]| rows.iter().map(|row| row.map(str::to_owned)).collect::<Vec<_>>();

    // The first module at the first place is made, the second one fails; the other place is done.
    let enable = [&["module", "enable", "STH", "PERSEO", "-o", "json"][..], &all].concat();
    // Of what was not made there is no id, as the schema has it.
    let schema = city.room.run(&["schema", "module", "enable"]).success().json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let dry = city.room.run(&[&enable[..], &["--dry-run"]].concat()).success().json();
    assert!(dry[0]["id"].is_null() && validator.is_valid(&dry), "{dry:#}");
    let (output, _) = city.with_faults(&["status=400@2 on POST /v2/subscriptions"], &enable);
    let output = output.code(7).says("/energy: ").says("done 1   failed 1");
    let expected = [
        ["STH", "/energy", "enabled"],
        ["PERSEO", "/energy", "failed"],
        ["STH", "/waste", "enabled"],
        ["PERSEO", "/waste", "enabled"],
    ];
    assert_eq!(told(&output, ["name", "subservice", "result"]), rows(&expected), "{output}");
    let answer = output.json();
    assert!(validator.is_valid(&answer), "{answer:#}");
    assert_eq!(answer[0]["id"], city.subscriptions("/energy")[0]["id"], "{output}");
    assert!(answer[1]["id"].is_null() && answer[1]["detail"].as_str().unwrap().contains("400"), "{output}");
    assert_eq!(answer[2]["id"], city.subscriptions("/waste")[0]["id"], "{output}");
    city.room.ok(&enable);

    // A place that does not answer: of it there is no row, and the others have theirs.
    let refused = ["status=400@1 on GET /v2/subscriptions"];
    for verb in ["list", "status"] {
        let (output, _) = city.with_faults(&refused, &[&["module", verb, "-o", "json"][..], &all].concat());
        let output = output.code(7).says("/energy: ").says("failed 1");
        let mut found = told(&output, ["name", "subservice", "status"]);
        found.sort();
        assert_eq!(found, rows(&[["PERSEO", "/waste", "active"], ["STH", "/waste", "active"]]), "{output}");
        let (output, _) = city.with_faults(&refused, &[&["module", verb][..], &all].concat());
        output.code(7).prints("/waste").says("/energy: ");
        // Where nobody answers, no list says that there is nothing.
        let nobody = ["status=400@* on GET /v2/subscriptions"];
        let (output, _) = city.with_faults(&nobody, &[&["module", verb, "-o", "json"][..], &all].concat());
        let output = output.code(7).says("failed 2");
        assert_eq!(output.stdout, "");
    }

    let disable = [&["module", "disable", "STH", "-o", "json"][..], &all].concat();
    let (output, _) = city.with_faults(&["status=400@1 on DELETE /v2/subscriptions*"], &disable);
    let output = output.code(7).says("failed 1");
    let expected = [["STH", "/energy", "failed"], ["STH", "/waste", "disabled"]];
    assert_eq!(told(&output, ["name", "subservice", "result"]), rows(&expected), "{output}");

    // A login that is refused is no better at the next place, and is the error of the command.
    let (output, requests) = city.with_faults(&["status=401@1! on orion:*"], &disable);
    let output = output.code(4).says("/waste: not done");
    assert_eq!(told(&output, ["name", "subservice", "result"])[0], ["STH", "/energy", "failed"].map(str::to_owned));
    assert!(to_orion(&requests).iter().all(|line| line.starts_with("GET")), "{requests:#?}");
}
