//! Subscriptions on the emulated platform: all of them listed, none made twice, and none left after the last is deleted.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::city::{City, STH, of_module, to_orion};
use crate::scripted;
use crate::support::golden::{assert_golden, request_lines};
use crate::support::server::{Reply, Server};

const ENERGY: [&str; 4] = ["-s", "smartcity", "-S", "energy"];
const HERE: &str = "http://here:8080/in";

fn line<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [words, &ENERGY].concat()
}

fn ids(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// The journey of 95 subscriptions, of which other tools saw 80, with the number at which they lost the most.
#[test]
fn all_of_many_are_listed_and_removed() {
    let city = City::new();
    for number in 0..119 {
        let body = json!({"subject": {"entities": [{"id": format!("lamp{number}")}]}, "notification": {"http": {"url": HERE}}});
        city.subscribe("/energy", &body);
    }
    let elsewhere = city.subscribe("/waste", &of_module(STH));
    let listed: BTreeSet<String> =
        city.room.ok(&line(&["subscription", "list", "-o", "name"])).lines().map(str::to_owned).collect();
    assert_eq!(listed, ids(&city.subscriptions("/energy")).into_iter().collect());
    assert_eq!(listed.len(), 119);

    let all = line(&["subscription", "delete", "--all"]);
    city.room.run(&all).code(2).says("--yes");
    let dry = city.room.run(&[&all[..], &["--dry-run"]].concat()).success();
    assert_eq!(dry.stderr.matches("would delete").count(), 119);
    assert_eq!(city.subscriptions("/energy").len(), 119);

    let (output, requests) = city.watched(&[&all[..], &["--yes"]].concat());
    output.success().says("deleted 119");
    assert_eq!(city.subscriptions("/energy").len(), 0);
    let asked = to_orion(&requests);
    assert_eq!(asked.len(), 1 + 119 + 1, "the last one sees that none is left");
    assert_eq!(ids(&city.subscriptions("/waste")), [elsewhere]);
    city.room.run(&[&all[..], &["--yes"]].concat()).success().says("nothing to delete");
}

#[test]
fn one_that_cannot_be_deleted_is_named_and_the_rest_is_gone() {
    let city = City::new();
    let made: Vec<String> = (0..5).map(|_| city.subscribe("/energy", &of_module(STH))).collect();
    let fault = format!("status=403@* on DELETE /v2/subscriptions/{}*", made[2]);
    let words = line(&["subscription", "delete", "--all", "--yes", "--failed-to", "bad.txt"]);
    let (output, _) = city.with_faults(&[&fault], &words);
    output.code(7).says("failed 1").says(&made[2]);
    assert_eq!(std::fs::read_to_string(city.room.path("bad.txt")).unwrap().trim(), made[2]);
    city.room.run(&line(&["subscription", "delete", "--from", "bad.txt", "--yes"])).success();
    assert_eq!(city.subscriptions("/energy").len(), 0);
}

#[test]
fn the_life_of_a_subscription() {
    let city = City::new();
    let create = line(&[
        "subscription",
        "create",
        "--entity",
        "lamp1",
        "--type",
        "Lamp",
        "--with-entity",
        "--attrs",
        "state,level",
        "--notify",
        HERE,
        "--notify-attrs",
        "state",
        "--throttling",
        "5",
        "--expires",
        "2040-01-31T00:00:00+01:00",
        "--description",
        "lamps of the park",
        "-o",
        "json",
    ]);
    let (output, requests) = city.watched(&create);
    let shown = output.success().says("created subscription").json();
    assert_golden("requests/subscription-create.txt", &request_lines(&requests));
    let stored = city.subscriptions("/energy");
    assert_eq!(stored.len(), 1);
    let row = &stored[0];
    assert_eq!((&row["id"], &row["description"]), (&shown["id"], &json!("lamps of the park")));
    assert_eq!(row["subject"]["entities"], json!([{"id": "lamp1", "type": "Lamp"}]));
    assert_eq!(row["subject"]["condition"]["attrs"], json!(["state", "level"]));
    assert_eq!(row["notification"]["attrs"], json!(["state"]));
    assert_eq!((&row["throttling"], &row["expires"]), (&json!(5), &json!("2040-01-30T23:00:00.000Z")));
    let entities = city.sandbox.state()["orion"]["entities"].to_string();
    assert!(entities.contains("lamp1") && entities.contains("Lamp"), "{entities}");

    let (output, requests) = city.watched(&create);
    output.success().says("already so");
    assert_golden("requests/subscription-create-again.txt", &request_lines(&requests));
    assert_eq!(city.subscriptions("/energy"), stored);

    let id = shown["id"].as_str().unwrap();
    let (output, requests) = city.watched(&line(&["subscription", "list"]));
    let output = output.success();
    assert_golden("requests/subscription-list.txt", &request_lines(&requests));
    for text in ["lamp1 (Lamp)", HERE, "active", "lamps of the park"] {
        assert!(
            output.stdout.split_whitespace().collect::<Vec<_>>().join(" ").contains(text)
                || output.stdout.contains(text),
            "{text}\n{output}"
        );
    }
    let shown = city.room.run(&line(&["subscription", "show", id, "-o", "json"])).success().json();
    assert_eq!(shown["subject"], row["subject"]);

    let delete = line(&["subscription", "delete", id, "--yes"]);
    city.room.run(&[&delete[..], &["--dry-run"]].concat()).success().says("would delete");
    let (output, requests) = city.watched(&delete);
    output.success().says("deleted");
    assert_golden("requests/subscription-delete.txt", &request_lines(&requests));
    city.room.run(&delete).success().says("nothing to delete");
    city.room.run(&[&delete[..], &["--fail-if-missing"]].concat()).code(3).says("orchest subscription list");
    city.room.run(&line(&["subscription", "show", id])).code(3).says("does not exist");
}

#[test]
fn the_same_with_another_end_is_a_conflict_and_in_thirty_days_is_not() {
    let city = City::new();
    let create = line(&["subscription", "create", "--entity-pattern", "lamp.*", "--notify", HERE]);
    let with = |more: &[&'static str]| [&create[..], more].concat();
    city.room.run(&with(&["--expires", "30d"])).success();
    city.room.run(&with(&["--expires", "30d"])).success().says("already so");
    city.room.run(&with(&[])).code(6).says("does the same already").says("it expires 20").says("subscription delete");
    city.room.run(&with(&["--expires", "30d", "--description", "x"])).code(6).says("its description is ''");
    // Another condition is another subscription.
    city.room.run(&with(&["--attrs", "state"])).success().says("created");
    assert_eq!(city.subscriptions("/energy").len(), 2);
}

#[test]
fn a_lost_answer_makes_no_second_subscription() {
    let city = City::new();
    let create = line(&["subscription", "create", "--entity-pattern", "lamp.*", "--notify", HERE, "--expires", "30d"]);
    let (output, requests) = city.with_faults(&["cut@1:after on POST /v2/subscriptions"], &create);
    output.success().says("created subscription");
    assert_eq!((city.subscriptions("/energy").len(), to_orion(&requests).len()), (1, 3));
}

#[test]
fn what_orion_would_take_or_refuse_is_refused_before_anything_is_sent() {
    let city = City::new();
    let create = ["subscription", "create", "--notify", HERE];
    for (more, says) in [
        (&["--entity", "a", "--expires", "2020-01-01T00:00:00Z"][..], "not in the future"),
        (&["--entity", "a", "--expires", "tomorrow"], "give a time"),
        (&["--entity", "a b"], "--entity 'a b'"),
        (&["--entity", "a", "--type", "b/c"], "--type"),
        (&["--entity", "a", "--attrs", "b,,c"], "--attrs"),
        (&["--entity", "a", "--entity-pattern", "b"], "--entity-pattern"),
        (&["--entity-pattern", "a", "--with-entity"], "--entity"),
        (&["--entity", "a", "--throttling", "often"], "--throttling"),
        (&["--entity", "a", "--description", "a=b"], "--description"),
        (&[], "--entity"),
    ] {
        let (output, requests) = city.watched(&line(&[&create[..], more].concat()));
        output.code(2).says(says);
        assert_eq!(requests, [], "{more:?}");
    }
    for words in [
        &["subscription", "create", "--entity", "a", "--notify", "ftp://x"][..],
        &["subscription", "show", "a/b"],
        &["subscription", "delete", "abc", "--yes"],
        &["subscription", "delete", "--yes"],
        &["subscription", "list", "-S", "#grants"],
    ] {
        let (output, requests) = city.watched(&[words, &["-s", "smartcity"]].concat());
        output.code(2);
        assert_eq!(requests, [], "{words:?}");
    }
}

#[test]
fn host_and_port_are_those_of_orion() {
    let city = City::new();
    let address = city.sandbox.url(orchester::sandbox::Backend::Orion);
    let port = address.rsplit(':').next().unwrap();
    let room = city.room.without("ORCHEST_ORION");
    room.run(&line(&["subscription", "list"])).code(78).says("where is Orion?");
    room.run(&line(&["subscription", "list", "--host", "127.0.0.1", "--port", port])).success();
    room.run(&line(&["module", "list", "--host", "127.0.0.1", "--port", port])).success();
}

#[test]
fn behind_a_pep_it_is_the_same_without_any_look_up() {
    let city = City::behind_a_pep();
    let create =
        line(&["subscription", "create", "--entity", "lamp1", "--with-entity", "--notify", HERE, "-o", "name"]);
    let (output, requests) = city.watched(&create);
    let id = output.success().stdout;
    assert_eq!(requests.iter().filter(|request| request.server != "orion").count(), 1, "a login: {requests:#?}");
    assert_eq!(to_orion(&requests).len(), 3);
    city.room.run(&line(&["subscription", "list"])).success().prints(id.trim());
    city.room.run(&line(&["subscription", "show", id.trim()])).success();
    city.room.run(&line(&["subscription", "delete", id.trim(), "--yes"])).success().says("deleted");
    city.room.run(&line(&["subscription", "delete", "--all", "--yes"])).success();
    assert_eq!(city.stored("/energy"), 0);
}

#[test]
fn an_overloaded_orion_is_waited_for_and_a_broken_one_named() {
    let city = City::new();
    let list = line(&["subscription", "list", "-o", "name"]);
    let id = city.subscribe("/energy", &of_module(STH));
    let (output, _) = city.with_faults(&["status=503@1 on GET /v2/subscriptions*"], &list);
    assert_eq!(output.success().stdout.trim(), id);
    for (fault, code, says) in [
        ("status=500@* on GET /v2/subscriptions*", 75, "500"),
        ("cut@* on GET /v2/subscriptions*", 75, "no answer from orion"),
        ("body=html@* on GET /v2/subscriptions*", 1, "HTML"),
        ("body=array@* on GET /v2/subscriptions*", 1, "orion"),
    ] {
        let (output, _) = city.with_faults(&[fault], &[&list[..], &["--retries", "2"]].concat());
        output.code(code).says(says);
    }
}

fn page(rows: &[&str], total: usize) -> Reply {
    let rows: Value = rows.iter().map(|id| json!({ "id": id })).collect();
    let headers = vec![("Content-Type", "application/json".to_owned()), ("Fiware-Total-Count", total.to_string())];
    Reply::Plain(200, headers, rows.to_string().into_bytes())
}

#[test]
fn a_list_that_moves_while_it_is_read_is_read_again() {
    let (keystone, orion) = (scripted::smart(), Server::start());
    let room = scripted::room(keystone.url()).env("ORCHEST_ORION", orion.url());
    let at = |offset: usize| format!("GET /v2/subscriptions?limit=1000&options=count&offset={offset}");
    // It gives two a page. While it gives the second one, `a` is deleted: `c` moves to the first.
    orion.on(&at(0), page(&["a", "b"], 4));
    orion.on(&at(0), page(&["b", "c", "d"], 3));
    orion.on(&at(1), page(&["c", "d"], 3));
    let listed = room.ok(&["subscription", "list", "-s", "smart", "-o", "name"]);
    assert_eq!(listed, "b\nc\nd\n");
    assert!(orion.asked().iter().all(|asked| asked.headers.iter().all(|(name, _)| name != "content-type")));
    let sent =
        |name: &str| orion.asked()[0].headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
    assert_eq!((sent("fiware-service").as_deref(), sent("fiware-servicepath").as_deref()), (Some("smart"), Some("/")));
    assert_eq!(sent("x-auth-token"), None, "Orion knows no tokens");
    orion.verify();

    let restless = Server::start();
    restless.on(&at(0), page(&["a", "b"], 3));
    restless.on(&at(1), page(&["c", "d"], 3));
    let room = room.env("ORCHEST_ORION", restless.url());
    room.run(&["subscription", "list", "-s", "smart"]).code(75).says("changed while it was read");
    assert_eq!(restless.asked().len(), 6, "three readings");
}
