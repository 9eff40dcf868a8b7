//! What is planned for whom, case by case.

use crate::connectors::{ConnectorKind, Membership, State};

use super::super::limits::Refusal;
use super::super::testing::Model;
use super::{Deed, Limits, Share, Wish, all_out, carried_out, deeds, member, planned, sparing, synced, wish};

fn leave(why: &str, unmet: bool) -> Deed {
    Deed::Leave { why: why.to_owned(), unmet }
}

#[test]
fn each_state_has_its_deed() {
    let people = [
        member("me", "admin"),
        member("Bob", "member"),
        member("carol", "admin"),
        Membership::new("dee", State::Pending).role("member"),
        Membership::new("eve", State::Expired).role("member"),
        Membership::new("fay", State::Suspended),
        Membership::new("gus", State::Pending),
        Membership::new("hal", State::Suspended),
        Membership { fixed: Some("inherited"), via: Some("team all".to_owned()), ..member("ida", "member") },
        member("jo", "member"),
        Membership::new("kim", State::Expired),
    ];
    let model = Model::new(ConnectorKind::GitHub, people);
    let with_role = |id: &str, role: &str| Wish { role: Some(role.to_owned()), ..wish(id) };
    let wishes = [
        wish("BOB"),
        with_role("carol", "member"),
        with_role("dee", "admin"),
        wish("eve"),
        wish("fay"),
        wish("lou"),
        wish("bob"),
    ];
    let plan = planned(&model, &wishes, &all_out());
    let expected = [
        ("Bob", Deed::Keep),
        ("carol", leave("admin, and member is less: --allow-demotions", false)),
        ("dee", Deed::Keep),
        ("eve", Deed::Reinvite),
        ("fay", Deed::Restore),
        ("lou", Deed::Add),
        ("Bob", leave("the same person as BOB, who is listed too", true)),
        ("gus", Deed::Remove),
        ("hal", leave("suspended", false)),
        ("ida", leave("inherited (team all)", false)),
        ("jo", Deed::Remove),
        ("kim", Deed::Stay),
        ("me", leave("whom the login belongs to: nobody removes themselves", false)),
    ];
    assert_eq!(deeds(&plan), expected.iter().map(|(id, deed)| (*id, deed)).collect::<Vec<_>>());
    let order: Vec<&str> = plan.changes().iter().map(|step| step.id.as_str()).collect();
    assert_eq!(order, ["lou", "fay", "eve", "gus", "jo"]);
    let lowered = planned(&model, &wishes, &Limits { demote: true, ..all_out() });
    assert_eq!(lowered.changes().iter().find(|step| step.id == "carol").map(|step| &step.deed), Some(&Deed::Lower));
    // Without being asked to nobody is removed, and what stays is no trouble.
    let plan = planned(&model, &wishes, &Limits::default());
    assert_eq!(plan.count(|deed| *deed == Deed::Stay), 6);
    assert_eq!(plan.changes().len(), 3);
}

#[test]
fn the_limits_are_refusals_with_their_numbers() {
    let mut people: Vec<Membership> = (0..59).map(|number| member(&format!("p{number}"), "member")).collect();
    people.push(member("boss", "admin"));
    people.push(Membership::new("invited", State::Pending).role("member"));
    let model = Model::new(ConnectorKind::GitHub, people);
    let listed =
        |count: usize| (0..count).map(|number| wish(&format!("p{number}"))).chain([wish("boss")]).collect::<Vec<_>>();
    let limits = Limits { remove_extra: true, ..Limits::default() };
    let refusals = |wishes: &[Wish], limits: &Limits| planned(&model, wishes, limits).refusals().to_vec();
    // The invitation counts, and 15 of 60 may go.
    assert_eq!(refusals(&listed(45), &limits), []);
    let over = refusals(&listed(44), &limits);
    assert_eq!(over, [Refusal::TooMany { leaving: 16, active: 60, most: Share::USUAL }]);
    assert_eq!(over[0].to_string(), "removing 16 of 60 (26%) is over --max-removals 25%");
    assert_eq!(refusals(&listed(44), &Limits { most: Share::People(16), ..limits }), []);
    assert_eq!(refusals(&[], &all_out()), [Refusal::NobodyListed]);
    let nobody = planned(&model, &[], &Limits::default());
    assert_eq!((nobody.refusals(), nobody.changes().len()), (&[][..], 0), "nothing is asked for");
    // The only one who can manage it.
    let mut without = listed(59);
    without.pop();
    assert_eq!(refusals(&without, &limits), [Refusal::TooFewAdmins { left: 0, least: 1 }]);
    let heir = Wish { role: Some("admin".to_owned()), ..wish("p3") };
    let with_heir: Vec<Wish> = without.iter().filter(|one| one.id != "p3").cloned().chain([heir]).collect();
    assert_eq!(refusals(&with_heir, &limits), []);
    assert_eq!(
        refusals(&listed(59), &Limits { admins: Some(2), ..limits }),
        [Refusal::TooFewAdmins { left: 1, least: 2 }]
    );
    // Their address may be anybody's who would go.
    let mut unknown = listed(50);
    unknown.push(wish("p55@example.com"));
    assert_eq!(refusals(&unknown, &limits), [Refusal::Unrecognised(vec!["p55@example.com".to_owned()])]);
    assert_eq!(refusals(&unknown, &Limits::default()), []);
    assert!(model.written.borrow().is_empty());
}

#[test]
fn a_number_names_a_person_where_it_can_be_nobody_elses() {
    let numbered = |kind| Model::new(kind, [member("ada", "admin").key("b1"), member("me", "admin")]);
    let plan = planned(&numbered(ConnectorKind::Trello), &[wish("b1")], &Limits::default());
    assert_eq!(plan.count(|deed| *deed == Deed::Keep), 1);
    let plan = planned(&numbered(ConnectorKind::GitHub), &[wish("b1")], &Limits::default());
    assert_eq!(plan.count(|deed| *deed == Deed::Add), 1);
}

#[test]
fn whoever_is_switched_off_is_switched_on_where_that_can_be_done_and_told_of_otherwise() {
    let people = [member("me", "member"), Membership::new("bob", State::Suspended).role("member")];
    let model = Model { can_restore: false, ..Model::new(ConnectorKind::Slack, people.clone()) };
    for _ in 0..2 {
        let (plan, done) = synced(&model, &[wish("me"), wish("bob")], &Limits::default());
        assert_eq!(deeds(&plan)[1], ("bob", &leave("suspended: by hand", true)));
        assert!(done.is_empty());
    }
    let model = Model::new(ConnectorKind::Slack, people);
    assert_eq!(synced(&model, &[wish("me"), wish("bob")], &Limits::default()).1, [true]);
    assert_eq!(model.people.borrow()["bob"].state, State::Active);
    let again = planned(&model, &[wish("me"), wish("bob")], &Limits::default());
    assert_eq!(again.count(|deed| *deed == Deed::Keep), 2);
}

#[test]
fn a_place_that_switches_nobody_on_stops_no_other_change() {
    let off = ["a", "b", "c", "d"].map(|id| Membership::new(id, State::Suspended).role("normal"));
    let people = off.iter().cloned().chain([member("me", "admin"), member("bob", "normal")]);
    let blocked = off.iter().map(|one| one.id.clone()).collect();
    let model = Model { blocked, ..Model::new(ConnectorKind::Trello, people) };
    let wishes: Vec<Wish> = ["me", "a", "b", "c", "d"].into_iter().map(wish).collect();
    let (_, done) = synced(&model, &wishes, &all_out());
    assert_eq!(done, [false, false, false, false, true]);
    assert_eq!(*model.written.borrow(), ["rm bob"]);
}

#[test]
fn whom_an_enterprise_has_in_is_no_removal_and_counts_towards_no_limit() {
    let mut people: Vec<Membership> = (0..8).map(|number| member(&format!("p{number}"), "member")).collect();
    people.push(member("me", "admin"));
    for one in people.iter_mut().skip(2).take(6) {
        (one.via, one.fixed) = (Some("enterprise team all".to_owned()), Some("kept"));
    }
    let model = Model::new(ConnectorKind::GitHub, people);
    let limits = Limits { remove_extra: true, ..Limits::default() };
    let (plan, done) = synced(&model, &[wish("me"), wish("p0")], &limits);
    assert_eq!((plan.refusals(), done.len()), (&[][..], 1));
    assert!(deeds(&plan).contains(&("p2", &leave("kept (enterprise team all)", false))), "{:?}", deeds(&plan));
    let again = planned(&model, &[wish("me"), wish("p0")], &limits);
    assert_eq!(again.count(Deed::is_change), 0);
}

#[test]
fn of_a_plan_that_goes_too_far_not_everybody_is_looked_at() {
    let people = (0..400).map(|number| member(&format!("p{number}"), "member")).chain([member("me", "admin")]);
    let model = Model::new(ConnectorKind::GitHub, people);
    let limits = Limits { remove_extra: true, most: Share::People(3), ..Limits::default() };
    let plan = planned(&model, &[wish("me")], &limits);
    assert_eq!(plan.refusals(), [Refusal::TooMany { leaving: 400, active: 401, most: Share::People(3) }]);
    assert!(model.looks.get() < 12, "{}", model.looks.get());
}

#[test]
fn an_address_without_an_invitation_is_invited_only_where_that_is_said() {
    let people =
        [member("me", "admin"), Membership::new("a@x", State::Pending), Membership::new("b@x", State::Expired)];
    let model = Model::new(ConnectorKind::GitHub, people);
    let wishes = [wish("me"), wish("A@x"), wish("b@x"), wish("c@x")];
    let plan = planned(&model, &wishes, &Limits::default());
    let found = deeds(&plan);
    assert_eq!([found[1].1, found[2].1], [&Deed::Keep, &Deed::Reinvite]);
    assert!(matches!(found[3].1, Deed::Leave { why, unmet: true } if why.contains("--invite-addresses")), "{found:?}");
    let plan = planned(&model, &wishes, &Limits { invite_addresses: true, ..Limits::default() });
    assert_eq!(deeds(&plan)[3].1, &Deed::Add);
    // Where not even an invitation is found again, never.
    let model = Model::new(ConnectorKind::Trello, [member("me", "admin")]);
    let plan = planned(&model, &wishes, &Limits { invite_addresses: true, ..Limits::default() });
    assert_eq!(plan.count(|deed| matches!(deed, Deed::Leave { unmet: true, .. })), 3);
}

#[test]
fn a_link_and_a_domain_are_nobody_of_whom_a_share_could_go() {
    let links = (0..20).map(|number| Membership {
        fixed: Some("no person"),
        is_person: false,
        ..member(&format!("link{number}"), "reader")
    });
    let people = (0..8).map(|number| member(&format!("p{number}"), "reader"));
    let model = Model::new(ConnectorKind::GDrive, people.chain(links).chain([member("me", "organizer")]));
    let wishes: Vec<Wish> = ["p0", "p1", "p2", "p3", "p4", "me"].into_iter().map(wish).collect();
    let plan = planned(&model, &wishes, &Limits { remove_extra: true, ..Limits::default() });
    assert_eq!(plan.refusals(), [Refusal::TooMany { leaving: 3, active: 9, most: Share::USUAL }]);
}

#[test]
fn whoever_is_ignored_is_left_alone_by_any_of_their_names() {
    let ids = |all: &[&str]| all.iter().map(|id| (*id).to_owned()).collect::<Vec<String>>();
    let people = [
        member("me", "admin").key("b0"),
        member("Robot", "normal").key("b1"),
        member("glass", "admin").key("b2"),
        Membership::new("off", State::Suspended).role("normal").key("b3"),
        member("ada", "normal").key("b4"),
        member("bob", "normal").key("b5"),
    ];
    let model = Model::new(ConnectorKind::Trello, people);
    let with_role = Wish { role: Some("normal".to_owned()), ..wish("glass") };
    let wishes = [wish("me"), with_role, wish("b3"), wish("new")];
    let ignored = ids(&["ROBOT", "b2", "off", "NEW", "typo"]);
    let limits = Limits { demote: true, most: Share::Percent(100), ..all_out() };
    let (plan, _) = carried_out(&model, sparing(&model, &wishes, &ignored, &limits));
    let left = |id| (id, leave("ignored", false));
    let expected = [
        ("me", Deed::Keep),
        left("glass"),
        left("off"),
        left("new"),
        ("ada", Deed::Remove),
        ("bob", Deed::Remove),
        left("Robot"),
    ];
    assert_eq!(deeds(&plan), expected.iter().map(|(id, deed)| (*id, deed)).collect::<Vec<_>>());
    // me, ada and bob; and who is not there is told of.
    assert_eq!((plan.active, plan.astray.as_slice()), (3, ids(&["NEW", "typo"]).as_slice()));
    assert_eq!(*model.written.borrow(), ["rm ada", "rm bob"]);
    // An address that may be anybody's.
    let plan = sparing(&model, &[wish("me")], &ids(&["robot@x"]), &all_out());
    assert_eq!(plan.refusals(), [Refusal::Unrecognised(ids(&["robot@x"]))]);
    // Administrators who are ignored are there all the same.
    let limits = Limits { admins: Some(2), ..all_out() };
    assert_eq!(sparing(&model, &[wish("me")], &ids(&["glass"]), &limits).refusals(), []);
}
