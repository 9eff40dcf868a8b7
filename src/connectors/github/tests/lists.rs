//! Invitations by address, teams, and everybody at once.

use super::*;

#[test]
fn addresses_are_for_invitations() {
    let invite = "POST /orgs/acme/invitations";
    let pending = json!([{"id": 4, "login": null, "email": "Bob@Example.com", "role": "direct_member",
        "created_at": "2026-11-01T00:00:00Z"}]);
    let bench = owner(vec![
        (ALIVE, answer(200, &json!([]))),
        (invite, answer(201, &json!({"id": 4, "email": "bob@example.com"}))),
        ("GET /orgs/acme/teams/core", answer(200, &json!({"id": 77}))),
    ]);
    let how = Joining { teams: vec!["core".to_owned()], ..Joining::default() };
    assert_eq!(add(&bench, "bob@example.com", &how).unwrap().outcome, Outcome::Invited);
    let body = r#"{"email":"bob@example.com","role":"direct_member","team_ids":[77]}"#;
    assert_eq!(bench.written(), [format!("{invite} {body}")]);
    assert_eq!(look(&bench, "bob@example.com").unwrap().state, State::Unknown, "members' addresses are not told");

    let bench = owner(vec![(ALIVE, answer(200, &pending)), ("DELETE /orgs/acme/invitations/4", empty(204))]);
    let found = look(&bench, "bob@example.com").unwrap();
    assert_eq!(
        (found.state, found.until.map(|end| end.to_string())),
        (State::Pending, Some("2026-11-08T00:00:00Z".into()))
    );
    assert_eq!(remove(&bench, "bob@example.com").unwrap().outcome, Outcome::Cancelled);

    let none = || (ALIVE, answer(200, &json!([])));
    let bench = owner(vec![none(), none(), (ALIVE, answer(200, &pending)), (invite, lost())]);
    assert_eq!(add(&bench, "bob@example.com", &Joining::default()).unwrap().outcome, Outcome::Invited);
    assert_eq!(bench.written().len(), 1, "a lost answer is looked after");

    let taken = json!({"message": "Validation Failed", "errors": [{"message": "Invitee is already a part of this organization"}]});
    let bench = owner(vec![(ALIVE, answer(200, &json!([]))), (invite, answer(422, &taken))]);
    assert_eq!(add(&bench, "bob@example.com", &Joining::default()).unwrap().outcome, Outcome::Unchanged);

    let bench = owner(vec![(ALIVE, absent()), (LAPSED, absent())]);
    assert_eq!(look(&bench, "bob@example.com").unwrap().state, State::Unsupported, "a server without invitations");
    assert_eq!(add(&bench, "bob@example.com", &Joining::default()).unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn teams_are_joined_by_those_who_are_not_in_them() {
    let (look, put) = ("GET /orgs/acme/teams/core/memberships/bob", "PUT /orgs/acme/teams/core/memberships/bob");
    let how = Joining { teams: vec!["core".to_owned()], ..Joining::default() };
    let bob = || (LOOK, member("bob", "active", "member"));
    let bench = owner(vec![bob(), (look, absent()), (put, answer(200, &json!({"state": "active"})))]);
    let change = add(&bench, "bob", &how).unwrap();
    assert_eq!((change.outcome, change.notes), (Outcome::Changed, vec!["joined team core".to_owned()]));
    assert_eq!(bench.written(), [format!(r#"{put} {{"role":"member"}}"#)]);
    let bench = owner(vec![bob(), (look, answer(200, &json!({"state": "active", "role": "maintainer"})))]);
    assert_eq!(add(&bench, "bob", &how).unwrap().outcome, Outcome::Unchanged, "a maintainer stays one");
    // A maintainer who is not shown is not made a member either.
    let scopes = with(with(absent(), "x-oauth-scopes", "repo"), "x-accepted-oauth-scopes", "read:org");
    for reply in [refusal(403, "Resource not accessible by integration"), scopes] {
        let bench = owner(vec![bob(), (look, reply), (put, answer(200, &json!({"state": "active"})))]);
        assert_eq!(add(&bench, "bob", &how).unwrap_err().kind(), ErrorKind::Forbidden);
        assert_eq!(bench.written(), Vec::<String>::new());
    }
    let bench = owner(vec![bob(), (look, absent()), (put, absent())]);
    assert_eq!(add(&bench, "bob", &how).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn everybody_is_on_the_list_whatever_the_number_of_pages() {
    let rows = |logins: &[&str]| {
        answer(200, &json!(logins.iter().map(|login| json!({"login": login, "id": login.len()})).collect::<Vec<_>>()))
    };
    let next = |reply, page: u32| {
        with(reply, "link", &format!("<https://evil.test/organizations/7/members?page={page}>; rel=\"next\""))
    };
    let members = "GET /orgs/acme/members?role=member&per_page=100";
    let page = |number: u32| format!("{members}&page={number}");
    let (second, third) = (page(2), page(3));
    let mut all = vec![
        (OWN, member("ada", "active", "admin")),
        ("GET /orgs/acme/members?role=admin&per_page=100", rows(&["ada"])),
        (members, next(rows(&["b"]), 2)),
        (&second, next(rows(&["cc"]), 3)),
        (&third, rows(&["ddd"])),
        (ALIVE, answer(200, &json!([{"id": 1, "login": "eve", "role": "admin"}]))),
        (LAPSED, answer(200, &json!([lapsed("bob")]))),
    ];
    let bench = script(all.clone());
    let acme = github(&bench);
    let list = run(acme.list()).unwrap();
    assert_eq!(acme.left_out(), None);
    let told: Vec<_> = list.iter().map(|one| (one.id.as_str(), one.state, one.role.as_deref().unwrap())).collect();
    assert_eq!(
        told,
        [
            ("ada", State::Active, "admin"),
            ("b", State::Active, "member"),
            ("cc", State::Active, "member"),
            ("ddd", State::Active, "member"),
            ("eve", State::Pending, "admin"),
            ("bob", State::Expired, "member"),
        ]
    );
    assert_eq!(run(github(&bench).invitations()).unwrap().len(), 2);
    // Whoever may not see invitations gets the members, and is told so.
    all.retain(|(line, _)| !line.contains("invitations"));
    for (reply, kind, says) in [
        (refusal(403, "Must have admin rights"), ErrorKind::Forbidden, "this login"),
        (weak("admin:org"), ErrorKind::Forbidden, "this login"),
        (absent(), ErrorKind::Unsupported, "this server"),
        // An Enterprise Server without the route wants no scope for it.
        (weak(""), ErrorKind::Unsupported, "this server"),
    ] {
        let bench = script(all.iter().cloned().chain([(ALIVE, reply), (LAPSED, absent())]).collect());
        let acme = github(&bench);
        assert_eq!(run(acme.list()).unwrap().len(), 4);
        assert!(acme.left_out().is_some_and(|what| what.contains(says)), "{:?}", acme.left_out());
        assert_eq!(run(acme.invitations()).unwrap_err().kind(), kind);
    }
}

/// To others GitHub lists those who show themselves, with a 200.
#[test]
fn a_list_that_may_not_be_whole_is_none() {
    let ada = || answer(200, &json!([{"login": "ada", "id": 1}]));
    let members = |own: Reply, seen: Reply, rows: Reply| {
        let (admins, others) =
            ("GET /orgs/acme/members?role=admin&per_page=100", "GET /orgs/acme/members?role=member&per_page=100");
        let sees = "GET /orgs/acme/invitations?per_page=1";
        let none = || answer(200, &json!([]));
        let lists = vec![(admins, ada()), (others, rows), (ALIVE, none()), (LAPSED, none())];
        let bench = script(lists.into_iter().chain([(OWN, own), (sees, seen)]).collect());
        run(github(&bench).list())
    };
    let app = || refusal(403, "Resource not accessible by integration");
    for (own, seen) in [(absent(), ada()), (member("ada", "pending", "member"), ada()), (app(), app())] {
        let error = members(own, seen, ada()).unwrap_err();
        assert!(error.kind() == ErrorKind::Forbidden && error.to_string().contains("hidden"), "{error:?}");
    }
    let owner = || member("ada", "active", "admin");
    assert_eq!(members(owner(), ada(), ada()).unwrap().len(), 2);
    let partial = with(ada(), "x-github-sso", "partial-results; organizations=21955855,20582480");
    let error = members(owner(), ada(), partial).unwrap_err();
    assert!(error.kind() == ErrorKind::Forbidden && error.to_string().contains("21955855,20582480"), "{error:?}");
    assert!(error.way_out().unwrap().contains("SSO"), "{error:?}");
}

#[test]
fn an_address_is_not_looked_up_by_those_who_are_not_shown_invitations() {
    for reply in [refusal(403, "Must have admin rights"), weak("admin:org")] {
        let bench = owner(vec![(ALIVE, reply), ("POST /orgs/acme/invitations", empty(201))]);
        assert_eq!(look(&bench, "bob@example.com").unwrap_err().kind(), ErrorKind::Forbidden);
        assert_eq!(add(&bench, "bob@example.com", &Joining::default()).unwrap_err().kind(), ErrorKind::Forbidden);
        assert_eq!(bench.written(), Vec::<String>::new());
    }
    let partial = with(answer(200, &json!([])), "x-github-sso", "partial-results; organizations=7");
    let error = look(&owner(vec![(ALIVE, partial)]), "bob@example.com").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden, "{error:?}");
}

/// So says the example in GitHub's own description.
#[test]
fn an_invitation_whose_failure_is_an_empty_text_has_not_lapsed() {
    let mut waiting = lapsed("bob");
    waiting["failed_at"] = json!("");
    waiting["failed_reason"] = json!("");
    let bench = script(vec![(ALIVE, answer(200, &json!([waiting]))), (LAPSED, answer(200, &json!([])))]);
    let invited = run(github(&bench).invitations()).unwrap();
    assert_eq!((invited[0].id.as_str(), invited[0].state), ("bob", State::Pending));
}
