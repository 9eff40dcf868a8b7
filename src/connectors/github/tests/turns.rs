//! What happens between a look and a write: by ourselves, and by others.

use futures_util::future::join;

use super::*;

/// Both, the second as soon as the first has asked for something: so the first is the first in line.
fn one_behind_the_other<A, B>(
    bench: &Bench,
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    let behind = async {
        while bench.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        second.await
    };
    run(join(first, behind))
}

fn invited(login: &str) -> Reply {
    answer(200, &json!([{"id": 4, "login": login, "role": "direct_member"}]))
}

#[test]
fn two_spellings_of_one_login_are_one_invitation() {
    let (look, put) = ("GET /orgs/acme/memberships/BOB", "PUT /orgs/acme/memberships/BOB");
    let pending = || member("bob", "pending", "member");
    let bench = owner(vec![(LOOK, absent()), (PUT, pending()), (look, absent()), (look, pending()), (put, pending())]);
    let (acme, how) = (github(&bench), Joining::default());
    let (one, other) = one_behind_the_other(&bench, acme.add("bob", &how), acme.add("BOB", &how));
    assert_eq!((one.unwrap().outcome, other.unwrap().outcome), (Outcome::Invited, Outcome::Unchanged));
    assert_eq!(bench.written(), [format!(r#"{PUT} {{"role":"member"}}"#)]);
}

#[test]
fn two_spellings_of_one_address_are_one_invitation() {
    let none = || (ALIVE, answer(200, &json!([])));
    let waiting = answer(200, &json!([{"id": 4, "email": "bob@example.com", "role": "direct_member"}]));
    let invite = ("POST /orgs/acme/invitations", answer(201, &json!({"id": 4})));
    // Two looks, and another in the turn of each.
    let bench = owner(vec![none(), none(), none(), (ALIVE, waiting), invite]);
    let (acme, how) = (github(&bench), Joining::default());
    let (one, other) =
        one_behind_the_other(&bench, acme.add("bob@example.com", &how), acme.add("Bob@Example.com", &how));
    assert_eq!((one.unwrap().outcome, other.unwrap().outcome), (Outcome::Invited, Outcome::Unchanged));
    assert_eq!(bench.written().len(), 1);
}

#[test]
fn somebody_who_came_in_meanwhile_keeps_their_role() {
    for (state, role, asked, says, next) in [
        ("active", "admin", "member", "as admin meanwhile", "run the same command again"),
        ("pending", "member", "admin", "is invited as member", "--reinvite"),
    ] {
        let bench = owner(vec![(LOOK, absent()), (LOOK, member("bob", state, role)), (PUT, absent())]);
        let error = add(&bench, "bob", &Joining::default().role(asked)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error:?}");
        assert!(error.to_string().contains(says) && error.way_out().unwrap().contains(next), "{error:?}");
        assert_eq!(bench.written(), Vec::<String>::new());
    }
}

#[test]
fn of_two_owners_who_are_to_go_at_once_one_stays() {
    let (look, delete) = ("GET /orgs/acme/memberships/cy", "DELETE /orgs/acme/memberships/cy");
    let owners =
        |logins: &[&str]| answer(200, &json!(logins.iter().map(|login| json!({"login": login})).collect::<Vec<_>>()));
    let bench = script(vec![
        (OWN, refusal(403, "Resource not accessible by integration")),
        ("GET /orgs/acme/invitations?per_page=1", answer(200, &json!([]))),
        (LOOK, member("bob", "active", "admin")),
        (look, member("cy", "active", "admin")),
        (OWNERS, owners(&["bob", "cy"])),
        (OWNERS, owners(&["cy"])),
        (DELETE, empty(204)),
        (delete, empty(204)),
    ]);
    let (acme, how) = (github(&bench), Leaving::default());
    let (one, other) = one_behind_the_other(&bench, acme.remove("bob", &how), acme.remove("cy", &how));
    assert_eq!(one.unwrap().outcome, Outcome::Removed);
    assert_eq!(other.unwrap_err().kind(), ErrorKind::Conflict);
    // The second is counted after the first has gone.
    let order: Vec<String> = bench.asked().into_iter().filter(|line| line == OWNERS || line == DELETE).collect();
    assert_eq!(order, [OWNERS, DELETE, OWNERS]);
}

#[test]
fn inviting_again_never_removes_whoever_has_just_accepted() {
    let cancel = "DELETE /orgs/acme/invitations/4";
    let pending = || (LOOK, member("bob", "pending", "member"));
    let again = Joining { reinvite: true, ..Joining::default() };
    let none = || answer(200, &json!([]));
    let put = || (PUT, member("bob", "pending", "member"));
    let bench = owner(vec![pending(), (ALIVE, invited("Bob")), (cancel, empty(204)), put()]);
    assert_eq!(add(&bench, "bob", &again).unwrap().outcome, Outcome::Reinvited);
    assert_eq!(bench.written(), [cancel.to_owned(), format!(r#"{PUT} {{"role":"member"}}"#)]);
    // Accepted before the list was read, and before the invitation was taken back.
    let active = || (LOOK, member("bob", "active", "member"));
    let bench = owner(vec![pending(), active(), (ALIVE, none()), put()]);
    assert_eq!(add(&bench, "bob", &again).unwrap().outcome, Outcome::Unchanged);
    assert_eq!(bench.written(), Vec::<String>::new());
    let bench = owner(vec![pending(), active(), (ALIVE, invited("bob")), (ALIVE, none()), (cancel, absent()), put()]);
    assert_eq!(add(&bench, "bob", &again).unwrap().outcome, Outcome::Unchanged);
    assert_eq!(bench.written(), [cancel]);
    // By login it could be the member.
    let bench = owner(vec![pending(), (ALIVE, absent()), put()]);
    assert_eq!(add(&bench, "bob", &again).unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(bench.written(), Vec::<String>::new());
}

/// All that is known of an address is its invitation, so there is always one.
#[test]
fn an_address_is_invited_anew_before_the_lapsed_invitation_goes() {
    let none = || (ALIVE, answer(200, &json!([])));
    let lapsed = json!([{"id": 9, "email": "bob@example.com", "role": "direct_member", "failed_reason": "expired"}]);
    let (invite, cancel) = ("POST /orgs/acme/invitations", "DELETE /orgs/acme/invitations/9");
    let refused = || {
        answer(
            422,
            &json!({"message": "Validation Failed", "errors": [{"message": "clear the failed invitation first"}]}),
        )
    };
    for (replies, order) in [
        (vec![answer(201, &json!({"id": 4}))], vec![invite, cancel]),
        // Where the two cannot stand side by side.
        (vec![refused(), answer(201, &json!({"id": 4}))], vec![invite, cancel, invite]),
    ] {
        let mut script = vec![none(), (LAPSED, answer(200, &lapsed)), (cancel, empty(204))];
        script.extend(replies.into_iter().map(|reply| (invite, reply)));
        let bench = owner(script);
        let change = add(&bench, "bob@example.com", &Joining::default()).unwrap();
        assert_eq!(change.outcome, Outcome::Reinvited);
        let written: Vec<String> = bench.written();
        let lines: Vec<&str> = written.iter().map(|line| line.split(" {").next().unwrap()).collect();
        assert_eq!(lines, order);
    }
}

/// Then it is the last that is known of the address.
#[test]
fn a_lapsed_invitation_stays_where_its_owner_is_in_or_nothing_was_sent() {
    let none = || (ALIVE, answer(200, &json!([])));
    let lapsed = json!([{"id": 9, "email": "bob@example.com", "role": "direct_member", "failed_reason": "expired"}]);
    for (words, outcome) in [
        ("A user with this email address is already a part of this organization", Some(Outcome::Unchanged)),
        ("email is invalid", None),
    ] {
        let refused = answer(422, &json!({"message": "Validation Failed", "errors": [{"message": words}]}));
        let script = vec![none(), (LAPSED, answer(200, &lapsed)), ("POST /orgs/acme/invitations", refused)];
        let bench = owner(script);
        let change = add(&bench, "bob@example.com", &Joining::default());
        assert_eq!(change.ok().map(|change| change.outcome), outcome, "{words}");
        assert_eq!(bench.written().len(), 1, "{words}: {:?}", bench.written());
    }
}

#[test]
fn an_invitation_that_has_lapsed_is_history_where_there_is_another() {
    let row = |id: u32, email: &str| json!({"id": id, "email": email, "role": "direct_member"});
    let alive = answer(200, &json!([row(4, "Bob@example.com")]));
    let lapsed = answer(200, &json!([row(9, "bob@example.com"), row(8, "cy@example.com")]));
    let bench = owner(vec![(ALIVE, alive), (LAPSED, lapsed)]);
    let all = run(github(&bench).invited()).unwrap();
    assert_eq!(all.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["Bob@example.com", "cy@example.com"]);
}
