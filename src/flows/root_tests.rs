//! The first and the last step against a Keystone that answers by a script.

use super::*;
use crate::api::keystone::testing::{Scripted, run};

const RUN: &str = "0123456789abcdef";
const OTHER: &str = "fedcba9876543210";

fn entity(value: Value) -> Entity {
    serde_json::from_value(value).unwrap()
}

fn wanted() -> Map<String, Value> {
    let mut wanted = Map::new();
    wanted.insert("description".to_owned(), json!("d"));
    wanted
}

fn domain() -> Value {
    json!({"id": "1", "name": "city", "description": "d", "enabled": true})
}

/// The domain with these members besides.
fn domain_with(changes: Value) -> Value {
    let mut domain = domain();
    let Value::Object(changes) = changes else { panic!("{changes}") };
    domain.as_object_mut().unwrap().extend(changes);
    domain
}

fn marked(run: &str) -> Value {
    domain_with(json!({"enabled": false, MARKER: run}))
}

fn root(scripted: &Scripted, slot: &Slot) -> Root {
    Root::new(&scripted.keystone, Kind::Domain, "city", wanted(), &RunId::parse(RUN).unwrap(), slot)
}

/// Answers the look-up with this list of domains.
fn listing(domains: Value) -> Scripted {
    Scripted::new(move |asked, _| match asked {
        "GET /v3/domains?name=city" => (200, json!({ "domains": domains })),
        other => panic!("{other}"),
    })
}

fn difference(what: &str, wanted: &str, found: &str) -> Difference {
    Difference { what: what.to_owned(), wanted: wanted.to_owned(), found: found.to_owned() }
}

fn unfinished(run: &str) -> Seen {
    Seen::Unfinished { run: run.to_owned() }
}

#[test]
fn a_look_tells_absent_same_different_and_unfinished_apart() {
    for (found, seen) in [
        (json!([]), Seen::Absent),
        (json!([domain()]), Seen::Same),
        (json!([domain_with(json!({"name": "City"}))]), Seen::Absent),
        (json!([marked(OTHER)]), unfinished(OTHER)),
        (json!([domain_with(json!({MARKER: ""}))]), Seen::Same),
        (
            json!([domain_with(json!({"enabled": false, "description": "e"}))]),
            Seen::Different(vec![
                difference("service city: description", "\"d\"", "\"e\""),
                difference("service city: enabled", "true", "false"),
            ]),
        ),
    ] {
        let (scripted, slot) = (listing(found.clone()), Slot::default());
        assert_eq!(run(root(&scripted, &slot).probe()).unwrap(), seen, "{found}");
        assert_eq!(slot.entity().is_some(), seen != Seen::Absent, "{found}");
    }
}

#[test]
fn what_a_killed_run_had_just_finished_counts_as_unfinished() {
    let scripted = listing(json!([domain()]));
    for (id, seen) in [("1", unfinished(OTHER)), ("2", Seen::Same)] {
        let finished = HashMap::from([(id.to_owned(), OTHER.to_owned())]);
        let root = root(&scripted, &Slot::default()).with_finished(&finished);
        assert_eq!(run(root.probe()).unwrap(), seen);
    }
}

#[test]
fn what_was_looked_up_just_now_is_not_looked_up_again() {
    let (scripted, slot) = (listing(json!([])), Slot::default());
    assert_eq!(run(root(&scripted, &slot).known().probe()).unwrap(), Seen::Absent);
    slot.fill(entity(domain()));
    assert_eq!(run(root(&scripted, &slot).known().probe()).unwrap(), Seen::Same);
    assert_eq!(scripted.asked(), Vec::<String>::new());
}

#[test]
fn an_id_that_is_gone_is_still_known_for_what_outlived_it() {
    let scripted = Scripted::new(|_, _| (404, json!({})));
    let (slot, id) = (Slot::default(), RunId::parse(RUN).unwrap());
    let root = Root::new(&scripted.keystone, Kind::Domain, "id:77", wanted(), &id, &slot);
    assert_eq!(run(root.probe()).unwrap(), Seen::Absent);
    assert_eq!(slot.id().as_deref(), Some("77"));
    assert_eq!(run(root.remove(Why::Delete)).unwrap(), Removal::Absent);
    assert_eq!(scripted.asked(), ["GET /v3/domains/77"]);
}

#[test]
fn it_is_made_disabled_and_marked_unless_nothing_else_belongs_to_it() {
    let slot = Slot::default();
    let scripted = Scripted::new(|_, _| (201, json!({"domain": marked(RUN)})));
    assert_eq!(run(root(&scripted, &slot).make()).unwrap(), Effect::Made);
    let made = json!({"name": "city", "enabled": false, "description": "d", MARKER: RUN});
    assert_eq!((scripted.sent(0, "domain"), slot.id().as_deref()), (made, Some("1")));

    let project = |name: &str| json!({"project": {"id": "2", "name": name, "enabled": true}});
    let scripted = Scripted::new(move |_, _| (201, project("/sub")));
    let id = RunId::parse(RUN).unwrap();
    let root = Root::new(&scripted.keystone, Kind::Project, "/sub", Map::new(), &id, &slot);
    assert_eq!(run(root.in_domain("1").alone().make()).unwrap(), Effect::Made);
    assert_eq!(scripted.sent(0, "project"), json!({"name": "/sub", "enabled": true, "domain_id": "1"}));
    assert_eq!(slot.id().as_deref(), Some("2"));
}

#[test]
fn what_somebody_made_since_the_look_is_not_taken_for_ours() {
    let meanwhile = difference("service city", "made by this run", "made by somebody else meanwhile");
    let off = difference("service city: enabled", "true", "false");
    let text = difference("service city: description", "\"d\"", "\"e\"");
    let other = domain_with(json!({"description": "e"}));
    // Whether the server says that it is there already (else its answer is lost), what is found then, whether it is alone.
    for (refused, found, alone, effect) in [
        (true, domain(), false, Err(vec![meanwhile.clone()])),
        (true, other.clone(), false, Err(vec![text.clone()])),
        (true, domain_with(json!({"enabled": false})), false, Err(vec![off])),
        (true, marked(OTHER), false, Ok(Effect::Kept)),
        (true, marked(RUN), false, Ok(Effect::Kept)),
        (true, domain(), true, Ok(Effect::Kept)),
        (true, other.clone(), true, Err(vec![text.clone()])),
        (false, marked(RUN), false, Ok(Effect::Made)),
        (false, marked(OTHER), false, Ok(Effect::Kept)),
        (false, domain(), false, Err(vec![meanwhile])),
        (false, other.clone(), false, Err(vec![text])),
        (false, other, true, Ok(Effect::Made)),
    ] {
        let answer = found.clone();
        let scripted = Scripted::new(move |asked, _| match asked {
            "POST /v3/domains" => (if refused { 409 } else { 500 }, json!({})),
            "GET /v3/domains?name=city" => (200, json!({"domains": [answer]})),
            other => panic!("{other}"),
        });
        let slot = Slot::default();
        let root = root(&scripted, &slot);
        let root = if alone { root.alone() } else { root };
        let made = run(root.make()).map_err(|error| match error {
            StepError::Different(differences) => differences,
            other => panic!("{other}"),
        });
        assert_eq!(made, effect, "{refused} {found} {alone}");
        assert_eq!(slot.id().as_deref(), Some("1"));
    }
}

#[test]
fn a_rollback_takes_nothing_without_a_marker_and_a_deletion_does() {
    let deleting = |status: u16| {
        Scripted::new(move |asked, _| match asked {
            "DELETE /v3/domains/1" => (status, json!({})),
            other => panic!("{other}"),
        })
    };
    let not_ours = Removal::NotOurs("it carries no marker of an unfinished run".to_owned());
    for (found, why, status, removal, requests) in [
        (None, Why::Delete, 204, Removal::Absent, 0),
        (Some(domain()), Why::Rollback, 204, not_ours, 0),
        (Some(marked(OTHER)), Why::Rollback, 204, Removal::Removed, 1),
        (Some(domain()), Why::Delete, 204, Removal::Removed, 1),
        (Some(domain()), Why::Delete, 404, Removal::Absent, 1),
    ] {
        let (scripted, slot) = (deleting(status), Slot::default());
        if let Some(found) = found.clone() {
            slot.fill(entity(found));
        }
        assert_eq!(run(root(&scripted, &slot).remove(why)).unwrap(), removal, "{found:?} {why:?}");
        assert_eq!(scripted.asked().len(), requests);
    }
    let (scripted, slot) = (deleting(204), Slot::default());
    slot.fill(entity(domain()));
    let finished = HashMap::from([("1".to_owned(), OTHER.to_owned())]);
    let root = root(&scripted, &slot).with_finished(&finished);
    assert_eq!(run(root.remove(Why::Rollback)).unwrap(), Removal::Removed);
}

#[test]
fn strangers_are_all_that_the_flow_does_not_make() {
    let scripted = Scripted::new(|asked, _| {
        let rows = |names: &[&str]| -> Vec<Value> {
            names.iter().map(|name| json!({"id": format!("id of {name}"), "name": name})).collect()
        };
        match asked.split(['?', '&']).next().unwrap() {
            "GET /v3/roles" => (200, json!({"roles": rows(&["1#ServiceCustomer", "1#own", "2#own"])})),
            "GET /v3/users" => (200, json!({"users": rows(&["adm", "bob"])})),
            "GET /v3/groups" => (200, json!({"groups": rows(&["AdminGroup", "adm"])})),
            "GET /v3/projects" => (200, json!({"projects": rows(&["/sub"])})),
            other => panic!("{other}"),
        }
    });
    let slot = Slot::default();
    let known = vec![(Kind::User, "adm".to_owned()), (Kind::Group, "AdminGroup".to_owned())];
    let domain_root = root(&scripted, &slot).with_known(known);
    assert_eq!(run(domain_root.strangers()).unwrap(), Vec::<String>::new(), "nothing can be in what is not there");
    slot.fill(entity(domain()));
    assert_eq!(run(domain_root.strangers()).unwrap(), ["role 1#own", "user bob", "group adm", "project /sub"]);
    let asked = scripted.asked().len();
    let id = RunId::parse(RUN).unwrap();
    let project = Root::new(&scripted.keystone, Kind::Project, "/sub", Map::new(), &id, &slot);
    assert_eq!(run(project.strangers()).unwrap(), Vec::<String>::new());
    assert_eq!(scripted.asked().len(), asked);
}

#[test]
fn titles_are_the_words_of_the_platform() {
    let (scripted, slot, id) = (listing(json!([])), Slot::default(), RunId::parse(RUN).unwrap());
    assert_eq!(root(&scripted, &slot).title(), "service city");
    let sub = Root::new(&scripted.keystone, Kind::Project, "/sub", Map::new(), &id, &slot);
    assert_eq!(sub.title(), "subservice sub");
    let finish = || Finish::new(&scripted.keystone, Kind::Domain, "city", &slot, Map::new());
    assert_eq!(finish().title(), "service city enabled");
    assert_eq!(finish().enabling().title(), "service city enabled");
    assert_eq!(finish().settling().title(), "service city settled");
}

#[test]
fn a_service_says_in_words_what_was_cleared_away() {
    for (data, policies, text) in
        [(true, true, "data and policies"), (true, false, "data"), (false, true, "policies"), (false, false, "")]
    {
        let cleared = Cleared { data, policies };
        assert_eq!((cleared.text(), cleared.any()), (text, data || policies));
        assert_eq!(Cleared::of(&entity(domain_with(json!({ CLEARED: text })))), cleared);
    }
    assert_eq!(Cleared::of(&entity(domain())), Cleared::default());
}

/// Which end of a flow it is.
type Change = fn(Finish) -> Finish;

/// A Keystone that says yes to a change, and the end of a flow for this domain.
fn finishing(found: Option<Value>, part: Change) -> (Scripted, Slot, Finish) {
    let scripted = Scripted::new(|asked, _| match asked {
        "PATCH /v3/domains/1" => (200, json!({"domain": domain_with(json!({"changed": true}))})),
        other => panic!("{other}"),
    });
    let slot = Slot::default();
    if let Some(found) = found {
        slot.fill(entity(found));
    }
    let finish = part(Finish::new(&scripted.keystone, Kind::Domain, "city", &slot, wanted()));
    (scripted, slot, finish)
}

#[test]
fn the_end_enables_and_unmarks_in_one_write_or_in_two() {
    let on = domain_with(json!({MARKER: RUN}));
    let stopped = domain_with(json!({"enabled": false, MARKER: RUN, CLEARED: "data"}));
    let (all, enabling, settling): (Change, Change, Change) = (|it| it, Finish::enabling, Finish::settling);
    for (part, found, changes) in [
        (all, None, None),
        (all, Some(domain()), None),
        (all, Some(domain_with(json!({"enabled": false}))), None),
        (all, Some(marked(RUN)), Some(json!({"enabled": true, MARKER: null, "description": "d"}))),
        (all, Some(on.clone()), Some(json!({"enabled": true, MARKER: null, "description": "d"}))),
        (all, Some(stopped.clone()), Some(json!({CLEARED: null, "enabled": true, MARKER: null, "description": "d"}))),
        (enabling, Some(marked(RUN)), Some(json!({"enabled": true}))),
        (enabling, Some(on.clone()), None),
        (enabling, Some(domain_with(json!({"enabled": false}))), None),
        (settling, Some(on), Some(json!({MARKER: null, "description": "d"}))),
        (settling, Some(domain()), None),
    ] {
        let (scripted, slot, finish) = finishing(found.clone(), part);
        let effect = if changes.is_some() { Effect::Made } else { Effect::Kept };
        assert_eq!(run(finish.make()).unwrap(), effect, "{found:?}");
        assert_eq!(scripted.asked().len(), usize::from(changes.is_some()), "{found:?}");
        if let Some(changes) = changes {
            assert_eq!(scripted.sent(0, "domain"), changes);
            assert_eq!(slot.entity().unwrap().member("changed"), json!(true), "what came back is what is known");
        }
    }
}

#[test]
fn the_end_is_seen_as_absent_only_where_there_is_something_to_do() {
    let on = domain_with(json!({MARKER: RUN}));
    let (all, enabling): (Change, Change) = (|it| it, Finish::enabling);
    for (part, found, seen) in [
        (all, None, Seen::Absent),
        (all, Some(domain()), Seen::Same),
        (all, Some(domain_with(json!({"enabled": false}))), Seen::Same),
        (all, Some(marked(RUN)), Seen::Absent),
        (all, Some(on.clone()), Seen::Absent),
        (enabling, Some(on), Seen::Same),
        (enabling, Some(marked(RUN)), Seen::Absent),
    ] {
        let (scripted, _slot, finish) = finishing(found.clone(), part);
        assert_eq!(run(finish.probe()).unwrap(), seen, "{found:?}");
        assert_eq!(scripted.asked(), Vec::<String>::new());
    }
}

#[test]
fn taken_back_it_disables_the_service_and_says_what_was_cleared() {
    let (all, settling): (Change, Change) = (|it| it, Finish::settling);
    let both: Change = |it| it.clearing(Cleared { data: true, policies: true });
    let data: Change = |it| it.clearing(Cleared { data: true, policies: false });
    let policies: Change = |it| it.clearing(Cleared { data: false, policies: true });
    let settling_both: Change = |it| it.clearing(Cleared { data: true, policies: true }).settling();
    let cleared = |text: &str| domain_with(json!({ CLEARED: text }));
    for (part, found, why, changes) in [
        (all, None, Why::Delete, None),
        (all, Some(domain_with(json!({"enabled": false}))), Why::Delete, None),
        (all, Some(domain()), Why::Delete, Some(json!({"enabled": false}))),
        (all, Some(domain()), Why::Rollback, Some(json!({"enabled": false}))),
        (both, Some(domain()), Why::Rollback, Some(json!({"enabled": false}))),
        (both, Some(domain()), Why::Delete, Some(json!({"enabled": false, CLEARED: "data and policies"}))),
        (data, Some(cleared("policies")), Why::Delete, Some(json!({"enabled": false, CLEARED: "data and policies"}))),
        (policies, Some(cleared("data")), Why::Delete, Some(json!({"enabled": false, CLEARED: "data and policies"}))),
        (policies, Some(domain()), Why::Delete, Some(json!({"enabled": false, CLEARED: "policies"}))),
        (both, Some(cleared("data and policies")), Why::Delete, Some(json!({"enabled": false}))),
        (settling, Some(domain()), Why::Delete, None),
        (settling_both, Some(domain()), Why::Delete, Some(json!({CLEARED: "data"}))),
        (settling_both, Some(cleared("data")), Why::Delete, None),
        (settling_both, Some(domain()), Why::Rollback, None),
    ] {
        let (scripted, slot, finish) = finishing(found.clone(), part);
        let removal = if changes.is_some() { Removal::Removed } else { Removal::Absent };
        assert_eq!(run(finish.remove(why)).unwrap(), removal, "{found:?}");
        assert_eq!(scripted.asked().len(), usize::from(changes.is_some()), "{found:?}");
        if let Some(changes) = changes {
            assert_eq!(scripted.sent(0, "domain"), changes);
            assert!(slot.entity().unwrap().member("changed") == json!(true));
        }
    }
}

#[test]
fn a_service_that_another_run_deletes_meanwhile_is_gone_and_no_error() {
    let scripted = Scripted::new(|_, _| (404, json!({})));
    let slot = Slot::default();
    slot.fill(entity(domain()));
    let finish = Finish::new(&scripted.keystone, Kind::Domain, "city", &slot, Map::new());
    assert_eq!(run(finish.remove(Why::Delete)).unwrap(), Removal::Absent);
    assert_eq!(scripted.asked().len(), 2);
    // A gateway that has lost its way to Keystone, for a moment or for good, stops the deletion before anything is cleared.
    for now in [(200, json!({"domain": domain()})), (404, json!("404 page not found"))] {
        let lost =
            Scripted::new(
                move |asked, _| {
                    if asked.starts_with("GET") { now.clone() } else { (404, json!("404 page not found")) }
                },
            );
        let finish = Finish::new(&lost.keystone, Kind::Domain, "city", &slot, Map::new());
        assert!(run(finish.remove(Why::Delete)).is_err());
    }
}

#[test]
fn a_refusal_behind_a_pep_is_looked_into() {
    let login = || Error::Login { message: "refused".to_owned(), hint: String::new() };
    let off = |cleared: &str| domain_with(json!({"enabled": false, CLEARED: cleared}));
    for (now, past) in [
        (None, true),
        (Some(domain()), false),
        (Some(domain_with(json!({ CLEARED: "data and policies" }))), false),
        (Some(off("data")), false),
        (Some(off("data and policies")), true),
    ] {
        let answer = now.clone();
        let scripted =
            Scripted::new(move |_, _| answer.clone().map_or((404, json!({})), |now| (200, json!({ "domain": now }))));
        let slot = Slot::default();
        slot.fill(entity(domain()));
        let look = async |error: Error| is_past(&scripted.keystone, &slot, &error, |cleared| cleared.policies).await;
        assert_eq!(run(look(login())), past, "{now:?}");
        // What is no refusal is nobody's deletion.
        assert!(!run(look(Error::Setup(String::new()))));
        assert_eq!(scripted.asked().len(), 1);
    }
}

#[test]
fn a_subservice_need_not_be_disabled_before_it_goes() {
    let (scripted, slot) = (listing(json!([])), Slot::default());
    slot.fill(entity(json!({"id": "2", "name": "/sub", "enabled": true})));
    let finish = Finish::new(&scripted.keystone, Kind::Project, "/sub", &slot, Map::new());
    assert_eq!(run(finish.remove(Why::Delete)).unwrap(), Removal::Absent);
    assert_eq!(scripted.asked(), Vec::<String>::new());
}
