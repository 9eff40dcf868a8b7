use serde_json::json;

use super::*;
use crate::api::keystone::testing::{Scripted, run};
use crate::api::paas::{Dialect, Paas, model};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[allow(clippy::unnecessary_wraps, reason = "as a look gives it")]
fn state(status: &str) -> Result<Option<Deployment>, Error> {
    Ok(Some(model::deployment_indigo(json!({"uuid": "d", "status": status, "task": "NONE"})).unwrap()))
}

fn refused(reason: &str) -> Error {
    api::Error::NotSent { backend: "paas", url: "http://h/".into(), reason: reason.into(), attempts: 1 }.into()
}

fn word(step: &Step) -> &'static str {
    match step {
        Step::Same => "same",
        Step::Changed(_) => "changed",
        Step::Trouble(_) => "trouble",
        Step::Done(_) => "done",
        Step::Failed(_) => "failed",
        Step::Vanished => "vanished",
        Step::Broken(_) => "broken",
        Step::Late => "late",
    }
}

/// What each look in turn brings.
fn steps(goal: Goal, states: &[&str]) -> Vec<&'static str> {
    let mut waiter = Waiter::new(goal, seconds(0), None);
    let look = |status: &&str| if *status == "404" { Ok(None) } else { state(status) };
    states.iter().zip(1..).map(|(status, n)| word(&waiter.observe(seconds(n), look(status)))).collect()
}

#[test]
fn only_changes_are_told_and_each_goal_knows_its_end() {
    for (goal, states, expected) in [
        (
            Goal::Created,
            &["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"][..],
            &["changed", "same", "done"][..],
        ),
        (Goal::Created, &["CREATE_IN_PROGRESS", "CREATE_FAILED"], &["changed", "failed"]),
        (Goal::Created, &["CREATE_IN_PROGRESS", "404"], &["changed", "vanished"]),
        (Goal::Created, &["PAUSED", "UNKNOWN"], &["changed", "failed"]),
        (Goal::Updated, &["CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"], &["changed", "changed", "done"]),
        (Goal::Updated, &["UPDATE_IN_PROGRESS", "UPDATE_FAILED"], &["changed", "failed"]),
        (Goal::Deleted, &["CREATE_COMPLETE", "DELETE_IN_PROGRESS", "404"], &["changed", "changed", "done"]),
        (Goal::Deleted, &["DELETE_IN_PROGRESS", "DELETE_COMPLETE"], &["changed", "done"]),
        (Goal::Deleted, &["DELETE_IN_PROGRESS", "DELETE_FAILED"], &["changed", "failed"]),
        (Goal::Settled, &["CREATE_COMPLETE"], &["done"]),
        (Goal::Settled, &["UPDATE_FAILED"], &["failed"]),
        (Goal::Settled, &["DELETE_IN_PROGRESS", "404"], &["changed", "done"]),
        (Goal::Settled, &["404"], &["vanished"]),
    ] {
        assert_eq!(steps(goal, states), expected, "{goal:?} {states:?}");
    }
}

#[test]
fn trouble_is_told_once_and_borne_for_a_while() {
    let mut waiter = Waiter::new(Goal::Created, seconds(0), None);
    let first = waiter.observe(seconds(10), Err(refused("no route")));
    assert!(matches!(&first, Step::Trouble(Some(reason)) if reason.contains("no route")), "{first:?}");
    assert!(matches!(waiter.observe(seconds(20), Err(refused("x"))), Step::Trouble(None)));
    // It begins anew once an answer came.
    assert_eq!(word(&waiter.observe(seconds(300), state("CREATE_IN_PROGRESS"))), "changed");
    assert!(matches!(waiter.observe(seconds(305), Err(refused("x"))), Step::Trouble(Some(_))));
    assert_eq!(word(&waiter.observe(seconds(604), Err(refused("x")))), "trouble");
    assert_eq!(word(&waiter.observe(seconds(605), Err(refused("x")))), "broken");
    let mut waiter = Waiter::new(Goal::Created, seconds(0), None);
    assert_eq!(word(&waiter.observe(seconds(1), Err(Error::Unregistered))), "broken");
}

/// What a server of the newer dialect makes of every request, by the words of it.
fn unauthorized(words: &'static str) -> Error {
    let answer = json!({"status": 401, "detail": {"error": "Unauthenticated", "error_description": words}});
    let scripted = Scripted::new(move |_, _| (401, answer.clone()));
    run(Paas::new(scripted.door.clone(), Dialect::V1).deployment("d")).unwrap_err()
}

#[test]
fn an_issuer_that_the_server_cannot_reach_is_borne_and_a_bad_token_is_not() {
    let mut waiter = Waiter::new(Goal::Created, seconds(0), None);
    let cut_off = unauthorized("Could not verify JWT: No 'iss' claim in body");
    let first = waiter.observe(seconds(1), Err(cut_off));
    assert!(matches!(&first, Step::Trouble(Some(reason)) if reason.contains("No 'iss' claim")), "{first:?}");
    assert_eq!(word(&waiter.observe(seconds(6), state("CREATE_COMPLETE"))), "done");
    let mut waiter = Waiter::new(Goal::Created, seconds(0), None);
    let expired = unauthorized("Could not verify JWT: Signature has expired");
    assert_eq!(word(&waiter.observe(seconds(1), Err(expired))), "broken");
}

#[test]
fn the_deadline_holds_whatever_comes_but_an_end() {
    let waiter = || Waiter::new(Goal::Created, seconds(100), Some(seconds(60)));
    assert_eq!(word(&waiter().observe(seconds(160), state("CREATE_IN_PROGRESS"))), "late");
    assert_eq!(word(&waiter().observe(seconds(160), Err(refused("x")))), "late");
    assert_eq!(word(&waiter().observe(seconds(160), state("CREATE_COMPLETE"))), "done");
    assert_eq!(waiter().pause(seconds(158), 0.5), seconds(2));
}

#[test]
fn looks_become_rarer() {
    let waiter = Waiter::new(Goal::Created, seconds(0), None);
    let pause = |at: u64| waiter.pause(seconds(at), 0.5);
    assert_eq!((pause(0), pause(59), pause(160), pause(4000)), (seconds(5), seconds(5), seconds(15), seconds(30)));
    assert!(waiter.pause(seconds(0), 0.0) == seconds(4) && waiter.pause(seconds(0), 1.0) == seconds(6));
}
