//! A 404 that hides something: a right that is missing, and not a person.

use super::*;

/// An app has no membership of its own.
fn app() -> Reply {
    refusal(403, "Resource not accessible by integration")
}

const SEES: &str = "GET /orgs/acme/invitations?per_page=1";
const THERE: &str = "GET /orgs/acme/members?per_page=1";

#[test]
fn nobody_is_called_removed_whom_the_token_may_not_remove() {
    let bob = |state: &str| (LOOK, member("bob", state, "member"));
    for state in ["active", "pending"] {
        // Even where nobody is left to be seen.
        for bench in [
            owner(vec![bob(state), (DELETE, weak("admin:org"))]),
            owner(vec![bob(state), (LOOK, absent()), (DELETE, weak("admin:org"))]),
        ] {
            let error = remove(&bench, "bob").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Forbidden, "{error:?}");
            assert!(error.way_out().unwrap().contains("admin:org"), "{error:?}");
        }
        let bench = owner(vec![bob(state), (DELETE, absent())]);
        assert_eq!(remove(&bench, "bob").unwrap_err().kind(), ErrorKind::Forbidden, "still there");
    }
}

#[test]
fn an_invitation_that_is_listed_still_was_not_taken_back() {
    let cancel = "DELETE /orgs/acme/invitations/9";
    let rows = || answer(200, &json!([lapsed("bob")]));
    let none = || answer(200, &json!([]));
    for (reply, after, is_done) in [
        (absent(), rows(), false),
        (weak("admin:org"), none(), false),
        (absent(), none(), true),
        (empty(204), none(), true),
    ] {
        let bench = owner(vec![(LOOK, absent()), (LAPSED, rows()), (LAPSED, after), (ALIVE, none()), (cancel, reply)]);
        let kind = remove(&bench, "bob").map(|change| change.outcome).map_err(|error| error.kind());
        assert_eq!(kind, if is_done { Ok(Outcome::Cancelled) } else { Err(ErrorKind::Forbidden) });
    }
}

#[test]
fn a_scope_that_is_missing_is_not_taken_for_a_login_that_is() {
    let bench = owner(vec![(LOOK, absent()), (PUT, weak("admin:org"))]);
    let error = add(&bench, "bob", &Joining::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden, "{error:?}");
    assert!(error.way_out().unwrap().contains("admin:org"), "{error:?}");
}

#[test]
fn whoever_cannot_be_seen_is_not_removed() {
    let bench = script(vec![(LOOK, absent()), (OWN, app()), (SEES, app()), (DELETE, empty(204))]);
    let error = remove(&bench, "bob").unwrap_err();
    assert!(error.kind() == ErrorKind::Forbidden && error.to_string().contains("not shown"), "{error:?}");
    assert_eq!(bench.written(), Vec::<String>::new());
}

#[test]
fn an_app_sees_members_where_there_is_no_list_of_invitations() {
    let one = || answer(200, &json!([{"login": "ada", "id": 1}]));
    let at = |seen: Reply, there: Reply| {
        script(vec![(LOOK, absent()), (OWN, app()), (SEES, seen), (THERE, there), (LAPSED, absent())])
    };
    assert_eq!(look(&at(absent(), one()), "bob").unwrap().state, State::Absent);
    // No organisation, no members.
    assert_eq!(look(&at(absent(), absent()), "bob").unwrap_err().kind(), ErrorKind::Forbidden);
    assert_eq!(look(&at(weak("admin:org"), one()), "bob").unwrap().state, State::Unknown);
}
