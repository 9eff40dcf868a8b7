//! Inviting addresses, whose they are nobody is told.

use super::*;

const OWN_ADDRESS: &str = "GET /1/members/me?fields=email";

fn own(address: Option<&str>) -> (&'static str, Reply) {
    (OWN_ADDRESS, answer(200, &json!({ "email": address })))
}

#[test]
fn an_address_is_invited_and_its_new_name_told() {
    let eve = row(6, "eve1", "normal", true, false);
    let bench = crew(vec![
        (LIST, list(vec![])),
        (LIST, list(vec![])),
        (LIST, list(vec![eve])),
        own(None),
        (INVITE, answer(200, &json!({}))),
    ]);
    let change = add(&bench, "eve@example.com", &Joining::default()).unwrap();
    assert_eq!((change.outcome, change.membership.id.as_str()), (Outcome::Invited, "eve1"));
    assert!(change.notes[0].contains("eve1"));
    let bench = crew(vec![own(Some("ada@example.com")), (INVITE, answer(200, &json!({})))]);
    assert_eq!(add(&bench, "eve@example.com", &Joining::default()).unwrap().outcome, Outcome::Unchanged);
    // It would make a normal member of whoever invites.
    let bench = crew(vec![own(Some("Eve@example.com"))]);
    assert_eq!(add(&bench, "eve@example.com", &Joining::default()).unwrap().outcome, Outcome::Unchanged);
    assert_eq!(bench.written(), [""; 0]);
    let error = add(&bench, "eve@example.com", &Joining::default().role("admin")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[test]
fn an_administrator_whose_address_is_invited_stays_one() {
    let (mut before, mut after) = (rows(), rows());
    before[1] = row(2, "bea", "admin", false, false);
    after[1] = row(2, "bea", "normal", false, false);
    let back = "PUT /1/organizations/crew/members/b2?type=admin";
    // Whether the answer tells it or not.
    for told in [json!({}), json!({ "memberships": after })] {
        let bench = crew(vec![
            (LIST, answer(200, &json!(before))),
            (LIST, answer(200, &json!(before))),
            (LIST, answer(200, &json!(after))),
            own(Some("ada@example.com")),
            (INVITE, answer(200, &told)),
            (back, answer(200, &json!({}))),
        ]);
        let change = add(&bench, "eve@example.com", &Joining::default()).unwrap();
        assert_eq!((change.outcome, change.membership.role.as_deref()), (Outcome::Unchanged, Some("admin")));
        assert!(change.notes[0].contains("bea"), "{change:?}");
        assert_eq!(bench.written(), [INVITE, back]);
    }
}

/// What comes of an invitation, from who is in before it, by its answer, and in every list after it.
fn invited(before: &[Value], told: &Value, lists: &[&[Value]]) -> (Result<Change, Error>, Vec<String>) {
    let list = |rows: &[Value]| (LIST, answer(200, &Value::from(rows.to_vec())));
    let mut all = vec![list(before), list(before), own(Some("ada@example.com")), (INVITE, answer(200, told))];
    all.extend(lists.iter().map(|rows| list(rows)));
    for back in [BACK, "PUT /1/organizations/crew/members/b1?type=admin"] {
        all.push((back, answer(200, &json!({}))));
    }
    let bench = crew(all);
    (add(&bench, "eve@example.com", &Joining::default()), bench.written())
}

const BACK: &str = "PUT /1/organizations/crew/members/b2?type=admin";

#[test]
fn what_others_do_to_administrators_at_the_same_time_stays() {
    let people = |roles: [&str; 3]| {
        let named = ["ada", "bea", "cyd"].into_iter().zip(roles).zip(1..);
        named.map(|((name, role), number)| row(number, name, role, false, false)).collect::<Vec<_>>()
    };
    let before = people(["admin", "admin", "admin"]);
    let one_less = people(["admin", "normal", "admin"]);
    let eve = row(6, "eve1", "normal", true, false);
    // Somebody new was invited, and another one made less by somebody else.
    let with_eve = [one_less.clone(), vec![eve]].concat();
    for told in [json!({}), json!({ "memberships": with_eve })] {
        let (change, written) = invited(&before, &told, &[&with_eve]);
        assert_eq!((change.unwrap().membership.id.as_str(), written), ("eve1", vec![INVITE.to_owned()]));
    }
    // Made less after the invitation was answered.
    let (change, written) = invited(&before, &json!({ "memberships": before }), &[&one_less]);
    assert_eq!((change.unwrap().outcome, written), (Outcome::Unchanged, vec![INVITE.to_owned()]));
    // Made less by the invitation, and then taken out, or given it back.
    let told = json!({ "memberships": one_less });
    let (change, written) = invited(&before, &told, &[&one_less, &[before[0].clone(), before[2].clone()]]);
    assert_eq!((change.unwrap_err().kind(), written), (ErrorKind::Conflict, vec![INVITE.to_owned()]));
    let (change, written) = invited(&before, &told, &[&one_less, &before]);
    assert_eq!((change.unwrap().outcome, written), (Outcome::Unchanged, vec![INVITE.to_owned()]));
    // Which of two it was nobody can tell.
    let two_less = people(["admin", "normal", "normal"]);
    let (change, written) = invited(&before, &json!({ "memberships": two_less }), &[&two_less]);
    let error = change.unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("bea, cyd"), "{error}");
    assert_eq!(written, [INVITE]);
}

#[test]
fn one_who_invites_themselves_is_told_where_trello_does_not_tell_their_address() {
    let (mut before, mut after) = (rows(), rows());
    before.push(row(7, "oli", "admin", false, false));
    after[0] = row(1, "ada", "normal", false, false);
    let untold = [own(None), (OWN_ADDRESS, text(401, "unauthorized member permission requested")), own(Some(""))];
    for own in untold {
        let list = |rows: &[Value]| (LIST, answer(200, &Value::from(rows.to_vec())));
        let told = answer(200, &json!({ "memberships": after }));
        let lists = vec![list(&before), list(&before), list(&before), list(&after)];
        let bench = crew([lists, vec![own, (INVITE, told)]].concat());
        let plan = add(&bench, "eve@example.com", &Joining::default().dry_run()).unwrap();
        assert!(plan.notes[0].contains("own address") && bench.written().is_empty(), "{plan:?}");
        let error = add(&bench, "eve@example.com", &Joining::default()).unwrap_err();
        assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("login itself"), "{error}");
        assert!(error.way_out().unwrap().contains("--role admin"), "{error:?}");
        assert_eq!(bench.written(), [INVITE], "nobody gives it back to themselves");
    }
}

#[test]
fn an_invitation_without_an_answer_does_not_take_a_role_unsaid() {
    let (mut before, mut after) = (rows(), rows());
    before[1] = row(2, "bea", "admin", false, false);
    after[1] = row(2, "bea", "normal", false, false);
    let list = |rows: &[Value]| (LIST, answer(200, &Value::from(rows.to_vec())));
    let own = own(Some("ada@example.com"));
    let bench = crew(vec![list(&before), list(&before), list(&after), own, (INVITE, text(500, "oops"))]);
    let error = add(&bench, "eve@example.com", &Joining::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.causes().iter().any(|cause| cause.contains("bea")), "{error:?}");
}
