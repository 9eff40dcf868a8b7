//! What one person's trouble keeps from being done for others, and what it does not.

use super::super::limits::Refusal;
use super::*;
use crate::base::clock::LocalFuture;
use crate::connectors::{Capabilities, Change, Connector, Error, ErrorKind, Joining, Leaving};

/// Three newcomers in a row, and more; somebody is to go.
fn tried(kind: ConnectorKind, closed: ErrorKind) -> (usize, usize, bool) {
    let people = [member("me", "admin"), member("extra", Model::roles(kind)[0])];
    let model = Model { closed: Some(closed), ..Model::new(kind, people) };
    let wishes: Vec<Wish> =
        std::iter::once(wish("me")).chain((0..5).map(|number| wish(&format!("p{number}")))).collect();
    let plan = planned(&model, &wishes, &all_out());
    assert!(plan.refusals().is_empty(), "{:?}", plan.refusals());
    let came = applied(&model, &plan, &Stop::default(), || {});
    let count =
        |wanted: fn(&Came) -> bool| came.iter().filter(|(step, came)| step.deed == Deed::Add && wanted(came)).count();
    let is_gone = !model.people.borrow().contains_key("extra");
    (count(|came| matches!(came, Came::Failed(_))), count(|came| matches!(came, Came::NotDone)), is_gone)
}

#[test]
fn whoever_may_add_nobody_may_still_remove() {
    assert_eq!(tried(ConnectorKind::GitHub, ErrorKind::Forbidden), (3, 2, true));
    assert_eq!(tried(ConnectorKind::GitHub, ErrorKind::Quota), (1, 4, true));
    assert_eq!(tried(ConnectorKind::GitHub, ErrorKind::Blocked), (5, 0, true));
    assert_eq!(tried(ConnectorKind::GitHub, ErrorKind::Unavailable), (3, 2, false));
}

/// One of the roster whom the service has by another name, and of whose coming in nothing was heard, must not go by that.
#[test]
fn nobody_goes_where_it_is_uncertain_who_has_come() {
    let people = [member("me", "organizer"), member("ada@gmail.com", "writer")];
    for (closed, is_gone) in [(ErrorKind::Unavailable, false), (ErrorKind::Blocked, true)] {
        let model = Model { closed: Some(closed), ..Model::new(ConnectorKind::GDrive, people.clone()) };
        let plan = planned(&model, &[wish("me"), wish("a.da@gmail.com")], &all_out());
        let came = applied(&model, &plan, &Stop::default(), || {});
        assert_eq!(came.len(), 2, "{closed:?}");
        assert_eq!(!model.people.borrow().contains_key("ada@gmail.com"), is_gone, "{closed:?}");
    }
}

/// Somebody may have accepted a later invitation: then they are in by a login that the roster does not have.
#[test]
fn an_address_of_which_only_a_lapsed_invitation_is_known_may_be_anybodys() {
    let people = [member("me", "admin"), member("eve", "member"), Membership::new("eve@example.com", State::Expired)];
    let model = Model::new(ConnectorKind::GitHub, people);
    let wishes = [wish("me"), wish("eve@example.com")];
    let plan = planned(&model, &wishes, &all_out());
    assert_eq!(plan.refusals(), [Refusal::Unrecognised(vec!["eve@example.com".to_owned()])]);
    // Where nobody is to go there is nothing to fear.
    assert!(planned(&model, &wishes, &Limits::default()).refusals().is_empty());
    let plan = sparing(&model, &[wish("me")], &["eve@example.com".to_owned()], &all_out());
    assert_eq!(plan.refusals(), [Refusal::Unrecognised(vec!["eve@example.com".to_owned()])]);
}

/// Whoever waits no longer for the end has what came of the others.
#[test]
fn what_is_done_is_told_although_the_rest_is_not_waited_for() {
    let model = Model::new(ConnectorKind::GitHub, [member("me", "admin")]);
    let wishes: Vec<Wish> = ["me", "a", "b", "c"].into_iter().map(wish).collect();
    let plan = planned(&model, &wishes, &Limits::default());
    let came = Results::default();
    let is_stuck = Cell::new(false);
    // The second change takes for ever.
    let slow = Slow { model: &model, is_stuck: &is_stuck };
    let stop = Stop::default();
    run(async {
        let all = apply(&slow, &plan, false, &stop, &came, || is_stuck.set(true));
        assert!(futures_util::FutureExt::now_or_never(all).is_none());
    });
    let came = came.into_inner();
    assert_eq!(came.iter().map(|(step, _)| step.id.as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(*model.written.borrow(), ["add a"]);
}

/// The same service, until it does not answer any more.
struct Slow<'a> {
    model: &'a Model,
    is_stuck: &'a Cell<bool>,
}

impl Connector for Slow<'_> {
    fn kind(&self) -> ConnectorKind {
        self.model.kind
    }

    fn target(&self) -> String {
        self.model.target()
    }

    fn capabilities(&self) -> Capabilities {
        self.model.capabilities()
    }

    fn membership<'a>(&'a self, id: &'a str) -> LocalFuture<'a, Result<Membership, Error>> {
        self.model.membership(id)
    }

    fn add<'a>(&'a self, id: &'a str, how: &'a Joining) -> LocalFuture<'a, Result<Change, Error>> {
        if self.is_stuck.get() { Box::pin(std::future::pending()) } else { self.model.add(id, how) }
    }

    fn remove<'a>(&'a self, id: &'a str, how: &'a Leaving) -> LocalFuture<'a, Result<Change, Error>> {
        self.model.remove(id, how)
    }

    fn list(&self) -> LocalFuture<'_, Result<Vec<Membership>, Error>> {
        self.model.list()
    }

    fn own_ids(&self) -> LocalFuture<'_, Result<Vec<String>, Error>> {
        self.model.own_ids()
    }
}
