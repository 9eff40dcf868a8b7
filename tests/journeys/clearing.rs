//! What users of a service leave in other servers goes with it, and nothing else does.

use orchester::sandbox::Backend;
use serde_json::json;

use crate::support::whole::{Whole, assert_same};
use crate::{TENANT, create};

/// Fills a place with what its users might leave there. Not behind a PEP.
fn furnish(whole: &Whole, service: &str, path: &str, subscriptions: usize) {
    let place = (service, path);
    for number in 0..subscriptions {
        let entity = if number % 2 == 0 { json!({"idPattern": ".*"}) } else { json!({"id": format!("lamp{number}")}) };
        let body = json!({"subject": {"entities": [entity]}, "notification": {"http": {"url": "http://n:1/x"}}});
        let made = whole.ask(Backend::Orion, ("POST", "/v2/subscriptions"), place, Some(&body));
        assert_eq!(made.status, 201, "{}", made.text());
    }
    let rule = json!({"name": "alarm", "text": "select *", "action": {"type": "update", "parameters": {"attributes":
        [{"name": "a", "value": "b"}]}}});
    let made = whole.ask(Backend::Perseo, ("POST", "/rules"), place, Some(&rule));
    assert_eq!(made.status, 200, "{}", made.text());
    let group = json!({"groups": [{"resource": "/d", "apikey": format!("{service}{path}"), "entity_type": "Lamp"}]});
    let made = whole.ask(Backend::IotAgent, ("POST", "/iot/groups"), place, Some(&group));
    assert_eq!(made.status, 201, "{}", made.text());
    let devices = json!({"devices": [{"device_id": "d1", "entity_type": "Lamp", "entity_name": "lamp1"}]});
    let made = whole.ask(Backend::IotAgent, ("POST", "/iot/devices"), place, Some(&devices));
    assert_eq!(made.status, 201, "{}", made.text());
}

#[test]
fn a_subservice_takes_its_119_subscriptions_along() {
    let whole = Whole::start(false);
    whole.room.run(&create("tidy")).success();
    for subservice in ["energy", "waste", "energy/solar"] {
        whole.room.run(&["subservice", "create", subservice, "-s", "tidy"]).success();
    }
    furnish(&whole, "tidy", "/waste", 2);
    furnish(&whole, "tidy", "/energy/solar", 1);
    let others = whole.lines();
    whole.room.run(&["subservice", "delete", "energy", "-s", "tidy", "--yes"]).success();
    let without = whole.lines();
    assert!(without.len() < others.len());
    whole.room.run(&["subservice", "create", "energy", "-s", "tidy"]).success();
    furnish(&whole, "tidy", "/energy", 119);
    let listed = whole.room.run(&["subscription", "list", "-s", "tidy", "-S", "energy", "-o", "name"]).success();
    assert_eq!(listed.stdout.lines().count(), 119);

    let (output, _) = whole.watched(&["subservice", "delete", "energy", "-s", "tidy", "--yes"]);
    output.success().says("119 subscriptions in Orion, 1 rules in Perseo, 1 groups of the IoT agent");
    assert_same(&whole.lines(), &without, "all");
}

#[test]
fn a_service_takes_everything_along_and_touches_no_other() {
    let whole = Whole::start(false);
    whole.room.run(&create("neighbour")).success();
    whole.room.run(&["subservice", "create", "energy", "-s", "neighbour"]).success();
    furnish(&whole, "neighbour", "/energy", 3);
    let others = whole.lines();
    whole.room.run(&create("leaving")).success();
    for subservice in ["energy", "waste"] {
        whole.room.run(&["subservice", "create", subservice, "-s", "leaving"]).success();
        furnish(&whole, "leaving", &format!("/{subservice}"), 45);
    }
    furnish(&whole, "leaving", "/", 4);
    // At a path of no subservice: only a listing of the whole service shows it.
    let orphan = json!({"subject": {"entities": [{"id": "x"}]}, "notification": {"http": {"url": "http://n:1/x"}}});
    whole.ask(Backend::Orion, ("POST", "/v2/subscriptions"), ("leaving", "/gone/for/good"), Some(&orphan));
    let check = ["service", "check", "leaving", "--admin-user", "adm1", "--exit-status"];
    whole.room.run(&check).code(10).prints("found 1 at paths of no subservice");

    let output = whole.room.run(&["service", "delete", "leaving", "--yes"]).success();
    output.says("95 subscriptions in Orion").says("3 rules in Perseo").says("3 devices of the IoT agent");
    assert_same(&whole.lines(), &others, "all");
}

/// A deletion by another tool has left everything but the domain.
#[test]
fn what_is_left_of_a_service_that_is_gone_can_still_be_cleared() {
    let whole = Whole::start(false);
    let others = whole.lines();
    whole.room.run(&create("remains")).success();
    whole.room.run(&["subservice", "create", "energy", "-s", "remains"]).success();
    furnish(&whole, "remains", "/", 2);
    let keep = ["service", "delete", "remains", "--yes", "--keep-policies", "--keep-data"];
    whole.room.run(&keep).success();
    whole
        .room
        .run(&["service", "check", "remains"])
        .code(3)
        .says("2 subscriptions in Orion")
        .says("orchest service delete remains");
    whole.room.run(&["service", "delete", "remains", "--yes"]).success().says("2 subscriptions in Orion");
    assert_same(&whole.lines(), &others, "all");
}

#[test]
fn behind_a_pep_a_disabled_service_has_to_be_enabled_first() {
    let whole = Whole::start(true);
    let others = whole.lines();
    whole.room.run(&create("asleep")).success();
    whole.room.run(&["service", "update", "asleep", "--disable", "--yes"]).success();
    let delete = [&["service", "delete", "asleep", "--yes"][..], &TENANT].concat();
    whole.room.run(&delete).code(1).says("orchest service update asleep --enable");
    whole.room.run(&["service", "update", "asleep", "--enable"]).success();
    whole.room.run(&delete).success();
    assert_same(&whole.lines(), &others, "all");
}

/// A login for one domain sees nothing else on stock Keystone. What it does not see is not gone.
#[test]
fn what_a_login_cannot_see_is_not_taken_for_gone() {
    let whole = Whole::start(false);
    whole.room.run(&create("hidden")).success();
    whole.room.run(&create("mine")).success();
    furnish(&whole, "hidden", "/", 3);
    let all = whole.lines();
    let adm1 = whole.room_of("adm1", "mine");
    adm1.run(&["service", "delete", "hidden", "--yes"])
        .code(5)
        .says("this login sees only 'mine'")
        .says("--scope system");
    assert_same(&whole.lines(), &all, "all");
    // What it may not delete it may not clear either: the refusal comes before anything is cleared.
    furnish(&whole, "mine", "/", 2);
    let all = whole.lines();
    adm1.run(&["service", "delete", "mine", "--yes"]).code(5);
    assert_same(&whole.lines(), &all, "all");
}

#[test]
fn a_subservice_of_another_service_is_not_deleted_by_its_id() {
    let whole = Whole::start(false);
    for service in ["east", "west"] {
        whole.room.run(&create(service)).success();
        whole.room.run(&["subservice", "create", "energy", "-s", service]).success();
        furnish(&whole, service, "/energy", 2);
    }
    let all = whole.lines();
    let shown = whole.room.run(&["subservice", "show", "energy", "-s", "west", "-o", "json"]).success().json();
    let id = format!("id:{}", shown["id"].as_str().unwrap());
    let one = ["subservice", "delete", &id, "-s", "east", "--yes"];
    let output = whole.room.run(&one);
    assert!(matches!(output.code, Some(3 | 6 | 7)), "{output}");
    assert_same(&whole.lines(), &all, "all");
}

/// Orion reads a name in capitals as the same one in small letters.
#[test]
fn a_name_in_capitals_leaves_the_same_one_in_small_letters_alone() {
    let whole = Whole::start(false);
    whole.room.run(&create("bigtown")).success();
    furnish(&whole, "bigtown", "/", 2);
    let all = whole.lines();
    whole.room.run(&[&create("BigTown")[..], &["--any-name"]].concat()).success();
    whole.room.run(&["service", "delete", "BigTown", "--yes"]).success().says("deleted");
    assert_same(&whole.lines(), &all, "all");
}

/// Policies of an unfinished service stay when somebody goes on with it, whatever he asks for.
#[test]
fn going_on_clears_no_policy_that_is_there() {
    let whole = Whole::start(false);
    let line = [&create("halfway")[..], &["--generic-roles"]].concat();
    let (_, requests) = whole.watched(&[&create("clean0")[..], &["--generic-roles"]].concat());
    let last = requests.len();
    // One less than the first time: whether there is the plug-in is known by now.
    whole.killed(&format!("kill@{}:before", last - 1), &line);
    let count = |whole: &Whole| whole.sandbox.state()["keypass"]["policies"]["halfway"].as_object().unwrap().len();
    assert_eq!(count(&whole), 36);
    let repair = ["service", "repair", "halfway", "--admin-user", "adm1"];
    let (output, requests) = whole.watched(&repair);
    output.success();
    assert!(requests.iter().all(|request| request.method != "DELETE"), "{requests:#?}");
    assert_eq!(count(&whole), 36);
}

/// The memory of a plug-in that is not there any more costs a request, not a role.
#[test]
fn a_plug_in_that_went_away_is_done_without() {
    let whole = Whole::start(false);
    let before = whole.lines();
    let room = whole.room_of("admin", "Default").env("ORCHEST_KEYSTONE_SCIM", "on").env("ORCHEST_SCOPE", "system");
    let room = room.env("ORCHEST_PASSWORD", orchester::sandbox::Sandbox::PASSWORD).without("ORCHEST_DOMAIN");
    room.run(&create("lonely")).success();
    room.run(&["service", "delete", "lonely", "--yes"]).success();
    assert_same(&whole.lines(), &before, "all");
}
