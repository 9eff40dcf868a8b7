//! The file `F1`: `owner` owns it, `ada` has it from a drive above, `bob` was given it directly.

mod scopes;

use serde_json::{Value, json};

use super::super::testing::{Bench, empty, json as answer, lost, run, script};
use super::super::{Connector as _, ErrorKind, Joining, Leaving, Outcome, State};
use super::*;
use crate::base::Secret;
use crate::http::tests::server::Reply;

const LIST: &str = "GET /files/F1/permissions?supportsAllDrives=true&pageSize=100&fields=nextPageToken%2Cpermissions%28id%2Ctype\
    %2Crole%2CemailAddress%2Cdomain%2Cdeleted%2CpendingOwner%2CexpirationTime%2CpermissionDetails%2CinheritedPermissionsDisabled%29";
const SHARE: &str =
    "POST /files/F1/permissions?supportsAllDrives=true&fields=id%2Crole%2CemailAddress&sendNotificationEmail=false";
const ABOUT: &str = "GET /about?fields=user%28emailAddress%2CpermissionId%29";
const DELETE: &str = "DELETE /files/F1/permissions/04?supportsAllDrives=true";

fn entry(id: &str, role: &str, address: &str) -> Value {
    json!({"id": id, "type": "user", "role": role, "emailAddress": address})
}

fn inherited(id: &str, role: &str, address: &str, direct: bool) -> Value {
    let mut entry = entry(id, role, address);
    let above = json!({"permissionType": "member", "role": role, "inherited": true, "inheritedFrom": "0AD"});
    let here = json!({"permissionType": "file", "role": role, "inherited": false});
    entry["permissionDetails"] = if direct { json!([above, here]) } else { json!([above]) };
    entry
}

fn rows() -> Vec<Value> {
    vec![
        entry("01", "owner", "Owner@Example.com"),
        json!({"id": "anyoneWithLink", "type": "anyone", "role": "reader"}),
        inherited("02", "writer", "Ada@Example.com", false),
        json!({"id": "03", "type": "user", "role": "reader", "emailAddress": "", "deleted": true}),
        entry("04", "writer", "Bob@Example.com"),
        json!({"id": "05", "type": "domain", "role": "reader", "domain": "example.com"}),
    ]
}

fn list(rows: &[Value]) -> Reply {
    answer(200, &json!({ "permissions": rows }))
}

/// The file with what else is said.
fn file(more: Vec<(&'static str, Reply)>) -> Bench {
    let me = json!({"user": {"emailAddress": "me@example.com", "permissionId": "99"}});
    let mut all = vec![(LIST, list(&rows())), (ABOUT, answer(200, &me))];
    all.retain(|(line, _)| !more.iter().any(|(other, _)| other == line));
    all.extend(more);
    script(all)
}

fn drive(bench: &Bench) -> GDrive {
    let settings = Settings::new(Login::Token(Secret::new("ya29.canary").into()), "F1").api_url(&bench.url);
    GDrive::new(settings, &bench.wire).unwrap()
}

fn add(bench: &Bench, id: &str, how: &Joining) -> Result<Change, Error> {
    run(drive(bench).add(id, how))
}

fn remove(bench: &Bench, id: &str) -> Result<Change, Error> {
    run(drive(bench).remove(id, &Leaving::default()))
}

fn refusal(status: u16, reason: &str, message: &str) -> Reply {
    let error = json!({"domain": "global", "reason": reason, "message": message});
    answer(status, &json!({"error": {"code": status, "message": message, "errors": [error]}}))
}

#[test]
fn every_standing_is_told_by_one_list() {
    let bench = file(vec![]);
    let drive = drive(&bench);
    for (id, state, role, via) in [
        ("owner@example.com", State::Active, Some("owner"), None),
        ("ADA@example.com", State::Active, Some("writer"), Some("inherited from 0AD")),
        ("bob@example.com", State::Active, Some("writer"), None),
        ("04", State::Active, Some("writer"), None),
        ("dee@example.com", State::Absent, None, None),
        ("example.com", State::Absent, None, None),
    ] {
        let found = run(drive.membership(id)).unwrap();
        assert_eq!((found.state, found.role.as_deref(), found.via.as_deref()), (state, role, via), "{id}");
    }
    let absent = run(drive.membership("dee@example.com")).unwrap();
    assert!(absent.detail.unwrap().contains("a link may let them in"));
    assert_eq!(bench.asked(), [LIST]);
    assert_eq!(bench.header(0, "authorization").as_deref(), Some("Bearer ya29.canary"));
    let all = run(drive.list()).unwrap();
    let ids: Vec<&str> = all.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["Owner@Example.com", "anyoneWithLink", "Ada@Example.com", "Bob@Example.com", "example.com"]);
    assert_eq!(run(drive.invitations()).unwrap(), []);
}

/// Whoever is called `bob` elsewhere may be in by their address.
#[test]
fn a_name_from_elsewhere_is_refused_and_not_called_absent() {
    for id in ["bob", "octocat", "elsewhere.example", "@example.com", "Bob Doe"] {
        let bench = file(vec![]);
        for error in [
            run(drive(&bench).membership(id)).unwrap_err(),
            remove(&bench, id).unwrap_err(),
            run(drive(&bench).remove(id, &Leaving::default().dry_run())).unwrap_err(),
            add(&bench, id, &Joining::default()).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
            assert_eq!(error.to_string(), format!("'{id}' is no e-mail address"));
            assert!(error.way_out().unwrap().contains("orchest members list -c g_drive"), "{error:?}");
        }
        assert_eq!(bench.written(), Vec::<String>::new());
    }
    // The number of a permission that has gone.
    for id in ["03", "00000000000000000007"] {
        assert_eq!(remove(&file(vec![]), id).unwrap().outcome, Outcome::Unchanged, "{id}");
    }
}

#[test]
fn all_pages_are_read_and_the_last_one_counts() {
    let page = |token: &str| format!("{LIST}&pageToken={token}");
    let (second, third) = (page("p2"), page("p3"));
    let bench = script(vec![
        (LIST, answer(200, &json!({"nextPageToken": "p2", "permissions": [entry("01", "owner", "o@x.y")]}))),
        (&second, answer(200, &json!({"nextPageToken": "p3", "permissions": []}))),
        (&third, list(&[entry("07", "reader", "dee@example.com")])),
    ]);
    assert_eq!(run(drive(&bench).membership("dee@example.com")).unwrap().role.as_deref(), Some("reader"));
}

#[test]
fn somebody_new_gets_it_without_a_mail_unless_that_is_asked_for() {
    let made = || answer(200, &json!({"id": "06", "role": "writer", "emailAddress": "dee@example.com"}));
    let bench = file(vec![(SHARE, made())]);
    let change = add(&bench, "dee@example.com", &Joining::default()).unwrap();
    assert_eq!((change.outcome, change.membership.key.as_deref()), (Outcome::Added, Some("06")));
    let body = r#"{"role":"writer","type":"user","emailAddress":"dee@example.com"}"#;
    assert_eq!(bench.written(), [format!("{SHARE} {body}")]);
    let loud: &'static str = Box::leak(SHARE.replace("Email=false", "Email=true").into_boxed_str());
    let bench = file(vec![(loud, made())]);
    add(&bench, "dee@example.com", &Joining { notify: true, ..Joining::default() }.role("reader")).unwrap();
    assert!(bench.written()[0].contains(r#""role":"reader""#));
    assert_eq!(add(&file(vec![]), "dee@example.com", &Joining::default().dry_run()).unwrap().word(), "would be added");
    assert_eq!(add(&file(vec![]), "dee", &Joining::default()).unwrap_err().kind(), ErrorKind::Usage);
}

#[test]
fn a_lost_answer_is_looked_after() {
    let with_dee = [rows(), vec![entry("06", "writer", "dee@example.com")]].concat();
    for first in [lost(), answer(500, &json!({}))] {
        let bench = file(vec![(LIST, list(&rows())), (LIST, list(&with_dee)), (SHARE, first)]);
        assert_eq!(add(&bench, "dee@example.com", &Joining::default()).unwrap().outcome, Outcome::Added);
        assert_eq!(bench.written().len(), 1);
    }
    // Shared, but the mail failed.
    let bench = file(vec![(LIST, list(&rows())), (LIST, list(&with_dee)), (SHARE, refusal(400, "badRequest", "mail"))]);
    let change = add(&bench, "dee@example.com", &Joining::default()).unwrap();
    assert!(change.outcome == Outcome::Added && change.notes[0].contains("mail"), "{change:?}");
}

#[test]
fn nobody_gets_less_unasked() {
    for id in ["bob@example.com", "ada@example.com", "owner@example.com"] {
        let bench = file(vec![]);
        assert_eq!(add(&bench, id, &Joining::default()).unwrap().outcome, Outcome::Unchanged, "{id}");
        assert_eq!(bench.written(), Vec::<String>::new());
    }
    let patch = "PATCH /files/F1/permissions/04?supportsAllDrives=true";
    let bench = file(vec![(patch, answer(200, &json!({"id": "04", "role": "reader"})))]);
    let change = add(&bench, "bob@example.com", &Joining::default().role("reader")).unwrap();
    assert_eq!((change.outcome, change.membership.role.as_deref()), (Outcome::Changed, Some("reader")));
    assert_eq!(bench.written(), [format!(r#"{patch} {{"role":"reader"}}"#)]);
    // The owner stays one, and what comes from above is no less here.
    for (id, role) in [("owner@example.com", "writer"), ("ada@example.com", "reader")] {
        let error = add(&file(vec![]), id, &Joining::default().role(role)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    }
    let made = answer(200, &json!({"id": "02", "role": "fileOrganizer", "emailAddress": "ada@example.com"}));
    let change = add(&file(vec![(SHARE, made)]), "ada@example.com", &Joining::default().role("fileOrganizer")).unwrap();
    assert_eq!(change.outcome, Outcome::Changed);
}

#[test]
fn what_was_given_here_is_taken_here() {
    let without: Vec<Value> = rows().into_iter().filter(|row| row["id"] != "04").collect();
    let bench = file(vec![(LIST, list(&rows())), (LIST, list(&without)), (DELETE, empty(204))]);
    let change = remove(&bench, "BOB@example.com").unwrap();
    assert_eq!(
        (change.outcome, change.membership.state, bench.written()),
        (Outcome::Removed, State::Absent, vec![DELETE.to_owned()])
    );
    // Gone meanwhile, and not gone at all.
    let gone =
        json!({"domain": "global", "reason": "notFound", "locationType": "parameter", "location": "permissionId"});
    let gone = answer(404, &json!({"error": {"code": 404, "message": "Permission not found: 04.", "errors": [gone]}}));
    let bench = file(vec![(LIST, list(&rows())), (LIST, list(&without)), (DELETE, gone)]);
    assert_eq!(remove(&bench, "bob@example.com").unwrap().outcome, Outcome::Removed);
    assert_eq!(remove(&file(vec![(DELETE, empty(204))]), "bob@example.com").unwrap_err().kind(), ErrorKind::Failed);
    assert_eq!(remove(&file(vec![]), "dee@example.com").unwrap().outcome, Outcome::Unchanged);
    let planned = run(drive(&file(vec![])).remove("bob@example.com", &Leaving::default().dry_run())).unwrap();
    assert_eq!(planned.word(), "would be removed");
}

#[test]
fn what_comes_from_above_is_told_with_its_place() {
    let error = remove(&file(vec![]), "ada@example.com").unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("inherited from 0AD"), "{error}");
    let both = [inherited("04", "writer", "bob@example.com", true)];
    let left = [inherited("04", "reader", "bob@example.com", false)];
    let bench = file(vec![(LIST, list(&both)), (LIST, list(&left)), (DELETE, empty(204))]);
    let error = remove(&bench, "bob@example.com").unwrap_err();
    assert!(error.to_string().contains("inherited from 0AD"), "{error}");
    assert_eq!(bench.written(), [DELETE]);
}

#[test]
fn neither_the_owner_nor_oneself_nor_the_last_organizer() {
    let me = |key: &str, address: &str| answer(200, &json!({"user": {"emailAddress": address, "permissionId": key}}));
    for (bench, id, word) in [
        (file(vec![]), "owner@example.com", "owns"),
        (file(vec![(ABOUT, me("04", "other@example.com"))]), "bob@example.com", "logged in"),
        (file(vec![(ABOUT, me("9", "Bob@example.com"))]), "bob@example.com", "logged in"),
        (
            file(vec![(LIST, list(&[entry("04", "organizer", "bob@example.com")]))]),
            "bob@example.com",
            "last who manages",
        ),
    ] {
        let error = remove(&bench, id).unwrap_err();
        assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains(word), "{error}");
        assert_eq!(bench.written(), Vec::<String>::new());
    }
}

#[test]
fn limits_are_waited_for_and_used_up_shares_are_not() {
    for status in [403, 429] {
        let limit = refusal(status, "userRateLimitExceeded", "User Rate Limit Exceeded");
        let bench = file(vec![(LIST, limit), (LIST, list(&rows()))]);
        run(drive(&bench).membership("bob@example.com")).unwrap();
        assert_eq!(bench.clock.slept().len(), 1, "{status}");
    }
    let words = "Rate limit exceeded. User message: \"Sorry, you have exceeded your sharing quota.\"";
    let bench = file(vec![(SHARE, refusal(403, "sharingRateLimitExceeded", words))]);
    let error = add(&bench, "dee@example.com", &Joining::default()).unwrap_err();
    assert!(error.kind() == ErrorKind::Quota && error.way_out().unwrap().contains("Google Group"), "{error:?}");
    assert_eq!(bench.written().len(), 1);
}

#[test]
fn a_no_is_explained() {
    for (reply, kind, word) in [
        (refusal(404, "notFound", "File not found: F1."), ErrorKind::Forbidden, "file_id"),
        (
            refusal(403, "insufficientPermissions", "Request had insufficient authentication scopes."),
            ErrorKind::Forbidden,
            "auth/drive",
        ),
        (refusal(401, "authError", "Invalid Credentials"), ErrorKind::Auth, "service account"),
        (refusal(503, "backendError", "x"), ErrorKind::Unavailable, "again"),
    ] {
        let error = run(drive(&file(vec![(LIST, reply)])).membership("bob@example.com")).unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.way_out().unwrap_or_default().contains(word), "{error:?}");
    }
    for (reply, kind, word) in [
        (refusal(403, "insufficientFilePermissions", "no"), ErrorKind::Forbidden, "editor"),
        (refusal(403, "domainPolicy", "no"), ErrorKind::Forbidden, "policy"),
        (refusal(400, "invalidSharingRequest", "no Google account"), ErrorKind::Failed, "--notify"),
        (refusal(404, "notFound", "File not found: F1."), ErrorKind::Forbidden, "file_id"),
    ] {
        let error = add(&file(vec![(SHARE, reply)]), "dee@example.com", &Joining::default()).unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.way_out().unwrap_or_default().contains(word), "{error:?}");
    }
}

#[cfg(feature = "oauth")]
#[test]
fn a_login_is_renewed_where_google_is_and_a_dead_one_told() {
    let file_of = |uri: &str| {
        format!(r#"{{"client_id":"c","client_secret":"cs-canary","refresh_token":"1//canary","token_uri":"{uri}"}}"#)
    };
    let login = |uri: &str| Login::from_files([file_of(uri).as_str()]).unwrap();
    let token = "POST /token";
    let granted = json!({"access_token": "ya29.renewed", "expires_in": 3599, "token_type": "Bearer", "scope": SCOPE});
    let bench = file(vec![(token, answer(200, &granted))]);
    let mut settings = Settings::new(login("https://evil.example/token"), "F1").api_url(&bench.url);
    settings.token_url = Some(format!("{}/token", bench.url));
    run(GDrive::new(settings, &bench.wire).unwrap().membership("bob@example.com")).unwrap();
    assert_eq!(bench.header(1, "authorization").as_deref(), Some("Bearer ya29.renewed"));
    assert!(bench.asked()[0].contains("refresh_token=1%2F%2Fcanary"), "{:?}", bench.asked());

    let dead =
        answer(400, &json!({"error": "invalid_grant", "error_description": "Token has been expired or revoked."}));
    let bench = file(vec![(token, dead)]);
    let mut settings = Settings::new(login("https://oauth2.googleapis.com/token"), "F1").api_url(&bench.url);
    settings.token_url = Some(format!("{}/token", bench.url));
    let error = run(GDrive::new(settings, &bench.wire).unwrap().membership("bob@example.com")).unwrap_err();
    assert!(
        error.kind() == ErrorKind::Auth && error.way_out().unwrap().contains("orchest generate g_drive"),
        "{error:?}"
    );

    let settings = Settings::new(login("https://evil.example/token"), "F1").api_url(&bench.url);
    assert_eq!(GDrive::new(settings, &bench.wire).unwrap_err().kind(), ErrorKind::Settings);
}
