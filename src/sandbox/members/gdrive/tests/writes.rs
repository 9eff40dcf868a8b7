//! Sharing, changing and taking back.

use serde_json::{Value, json};

use super::{Bench, id, no, reason, user};

const QUIET: &str = "sendNotificationEmail=false";

fn role_of(bench: &mut Bench, file: &str, permission: &str) -> Option<String> {
    let reply = bench.by("ada", "GET", &format!("files/{file}/permissions/{permission}?supportsAllDrives=true"), None);
    (reply.status == 200).then(|| reply.value()["role"].as_str().unwrap().to_owned())
}

fn change(bench: &mut Bench, email: &str, query: &str, body: &Value) -> (u16, String) {
    let path = format!("files/F1/permissions/{}?{query}", id(email));
    reason(&bench.by("ada", "PATCH", &path, Some(body)))
}

fn remove(bench: &mut Bench, who: &str, file: &str, permission: &str) -> (u16, String) {
    reason(&bench.by(who, "DELETE", &format!("files/{file}/permissions/{permission}?supportsAllDrives=true"), None))
}

#[test]
fn a_share_is_told_by_mail_unless_the_query_says_no() {
    let mut bench = Bench::new();
    let reply =
        bench.share(&user("hal@example.com", "writer"), "sendNotificationEmail=false&fields=id,role,emailAddress");
    let expected = json!({"id": id("hal@example.com"), "role": "writer", "emailAddress": "hal@example.com"});
    assert_eq!((reply.status, reply.value()), (200, expected));
    assert_eq!(bench.mails(), Vec::<&str>::new());
    for query in ["", "sendNotificationEmail=true", "emailMessage=hello"] {
        bench.share(&user("cyd@example.com", "reader"), query);
    }
    bench.share(&json!({"type": "anyone", "role": "reader"}), "");
    bench.share(&json!({"type": "domain", "role": "reader", "domain": "other.example"}), "");
    assert_eq!(bench.mails(), ["cyd@example.com"; 3]);
}

#[test]
fn a_share_that_is_there_keeps_its_id_and_the_stronger_role() {
    let mut bench = Bench::new();
    for (role, expected) in [("reader", "writer"), ("commenter", "writer"), ("writer", "writer")] {
        let reply = bench.share(&user("BEA@example.com", role), QUIET).value();
        assert_eq!((&reply["id"], &reply["role"]), (&json!(id("Bea@Example.com")), &json!(expected)), "{role}");
    }
    let reply = bench.share(&user("hal.l@example.com", "reader"), "sendNotificationEmail=false&fields=id,emailAddress");
    assert_eq!(
        reply.value(),
        json!({"id": id("hal@example.com"), "emailAddress": "hal@example.com"}),
        "by another address"
    );
}

#[test]
fn who_has_no_account_gets_a_mail_or_nothing() {
    let mut bench = Bench::new();
    let body = user("stranger@other.example", "reader");
    let reply = bench.share(&body, QUIET);
    assert_eq!(reason(&reply), no(400, "invalidSharingRequest"));
    assert!(reply.value()["error"]["message"].as_str().unwrap().contains("Notify people"));
    assert_eq!(bench.share(&body, "").status, 200);
    assert_eq!(bench.mails(), ["stranger@other.example"]);
}

#[test]
fn a_mail_that_fails_is_told_as_if_nothing_had_been_shared() {
    let mut bench = Bench::new();
    bench.switch("gdrive.mail_fails");
    assert_eq!(reason(&bench.share(&user("hal@example.com", "reader"), "")), no(400, "invalidSharingRequest"));
    assert_eq!(role_of(&mut bench, "F1", &id("hal@example.com")).as_deref(), Some("reader"));
}

#[test]
fn what_a_share_lacks_is_told() {
    let mut bench = Bench::new();
    let table = [
        (json!({"role": "reader", "emailAddress": "hal@example.com"}), 400, "required"),
        (json!({"type": "user", "emailAddress": "hal@example.com"}), 400, "required"),
        (json!({"type": "user", "role": "reader"}), 400, "required"),
        (json!({"type": "domain", "role": "reader"}), 400, "required"),
        (user("no address", "reader"), 400, "invalid"),
        (user("hal@example.com", "editor"), 400, "invalid"),
        (json!({"type": "robot", "role": "reader"}), 400, "invalid"),
        (json!([]), 400, "parseError"),
        (user("hal@example.com", "organizer"), 403, "organizerOnNonTeamDriveItemNotSupported"),
        (user("hal@example.com", "fileOrganizer"), 403, "fileOrganizerOnNonTeamDriveNotSupported"),
        (user("hal@example.com", "owner"), 403, "forbidden"),
    ];
    for (body, status, expected) in table {
        assert_eq!(reason(&bench.share(&body, QUIET)), no(status, expected), "{body}");
    }
    let reply =
        bench.by("ada", "POST", "files/F2/permissions?supportsAllDrives=true", Some(&user("hal@example.com", "owner")));
    assert_eq!(reason(&reply), no(403, "ownerOnTeamDriveItemNotSupported"));
    let reply = bench.by(
        "ada",
        "POST",
        "files/F2/permissions?supportsAllDrives=true",
        Some(&user("hal@example.com", "fileOrganizer")),
    );
    assert_eq!(reply.status, 200);
    assert_eq!(
        reason(&bench.by("bea", "POST", "files/F1/permissions", Some(&user("hal@example.com", "writer")))),
        no(200, "")
    );
}

#[test]
fn ownership_goes_over_at_once_and_only_within_the_organization() {
    let mut bench = Bench::new();
    let query = "transferOwnership=true";
    assert_eq!(
        reason(&bench.share(&user("oli@example.com", "owner"), &format!("{query}&{QUIET}"))),
        no(400, "invalid")
    );
    let reply = bench.share(&user("x@other.example", "owner"), query);
    assert_eq!(reason(&reply), no(403, "consentRequiredForOwnershipTransfer"));
    assert_eq!(bench.share(&user("oli@example.com", "owner"), query).value()["role"], "owner");
    assert_eq!(role_of(&mut bench, "F1", &id("ada@example.com")).as_deref(), Some("writer"));
    assert_eq!(reason(&bench.share(&user("ada@example.com", "owner"), query)), no(403, "insufficientFilePermissions"));
}

#[test]
fn somebody_waits_to_become_owner_until_that_is_taken_back() {
    let mut bench = Bench::new();
    let mut body = user("hal@example.com", "writer");
    body["pendingOwner"] = json!(true);
    let reply = bench.share(&body, "fields=role,pendingOwner");
    assert_eq!(reply.value(), json!({"role": "writer", "pendingOwner": true}));
    let path = format!("files/F1/permissions/{}?fields=pendingOwner", id("hal@example.com"));
    let back = json!({"pendingOwner": false});
    assert_eq!(bench.by("ada", "PATCH", &path, Some(&back)).value(), back);
    assert_eq!(bench.get(&path), back);
}

#[test]
fn an_end_is_within_a_year_and_not_for_those_who_manage() {
    let mut bench = Bench::new();
    let until = |time: &str, role: &str| {
        let mut body = user("hal@example.com", role);
        body["expirationTime"] = json!(time);
        body
    };
    let table = [
        ("F1", "2027-01-16T08:00:00Z", "writer", 200),
        ("F1", "2027-01-15T08:00:00Z", "reader", 403),
        ("F1", "2028-02-15T08:00:00Z", "reader", 403),
        ("F1", "soon", "reader", 400),
        ("FOLDER", "2027-01-16T08:00:00Z", "writer", 403),
        ("FOLDER", "2027-01-16T08:00:00Z", "commenter", 200),
        ("F2", "2027-01-16T08:00:00Z", "organizer", 403),
    ];
    for (file, time, role, status) in table {
        let path = format!("files/{file}/permissions?supportsAllDrives=true&{QUIET}");
        assert_eq!(bench.by("ada", "POST", &path, Some(&until(time, role))).status, status, "{file} {time} {role}");
    }
    bench.wait(24 * 60 * 60);
    assert_eq!(role_of(&mut bench, "F1", &id("hal@example.com")), None);
}

#[test]
fn a_role_is_changed_up_and_down() {
    let mut bench = Bench::new();
    for role in ["reader", "writer"] {
        assert_eq!(change(&mut bench, "Bea@Example.com", "", &json!({"role": role})), no(200, ""));
        assert_eq!(role_of(&mut bench, "F1", &id("Bea@Example.com")).as_deref(), Some(role));
    }
    let email = json!({"emailAddress": "x@example.com"});
    assert_eq!(change(&mut bench, "Bea@Example.com", "", &email), no(403, "fieldNotWritable"));
    assert_eq!(change(&mut bench, "ada@example.com", "", &json!({"role": "reader"})), no(403, "cannotRemoveOwner"));
    assert_eq!(change(&mut bench, "cyd@example.com", "", &json!({"role": "reader"})), no(404, "notFound"));
    assert_eq!(change(&mut bench, "ivy@example.com", "removeExpiration=true", &json!({})), no(200, ""));
    bench.wait(4 * 24 * 60 * 60);
    assert_eq!(role_of(&mut bench, "F1", &id("ivy@example.com")).as_deref(), Some("reader"));
}

#[test]
fn taking_back_leaves_nothing_and_the_owner_stays() {
    let mut bench = Bench::new();
    for permission in [id("Bea@Example.com"), "anyoneWithLink".to_owned()] {
        assert_eq!(remove(&mut bench, "ada", "F1", &permission), no(204, ""));
        assert_eq!(remove(&mut bench, "ada", "F1", &permission), no(404, "notFound"));
    }
    assert_eq!(remove(&mut bench, "ada", "F1", &id("ada@example.com")), no(403, "cannotRemoveOwner"));
    assert_eq!(remove(&mut bench, "ada", "0AD", &id("ada@example.com")), no(403, "cannotDeletePermission"));
    assert_eq!(remove(&mut bench, "ivy", "F1", &id("gone@example.com")), no(403, "insufficientFilePermissions"));
    assert_eq!(remove(&mut bench, "ivy", "F1", &id("ivy@example.com")), no(204, ""), "one's own is given up");
    assert_eq!(remove(&mut bench, "ada", "F1", &id("gone@example.com")), no(204, ""));
}

#[test]
fn what_comes_from_further_up_cannot_be_taken_or_made_less_but_more() {
    let mut bench = Bench::new();
    let oli = id("oli@example.com");
    let path = format!("files/F2/permissions/{oli}?supportsAllDrives=true");
    assert_eq!(remove(&mut bench, "ada", "F2", &oli), no(403, "cannotModifyInheritedPermission"));
    let less = bench.by("ada", "PATCH", &path, Some(&json!({"role": "reader"})));
    assert_eq!(reason(&less), no(403, "cannotModifyInheritedPermission"));
    bench.switch("gdrive.older");
    assert_eq!(
        remove(&mut bench, "ada", "F3", &id("Bea@Example.com")),
        no(403, "cannotModifyInheritedTeamDrivePermission")
    );
    let more = bench.by("ada", "PATCH", &path, Some(&json!({"role": "organizer"})));
    assert_eq!((more.status, &more.value()["role"]), (200, &json!("organizer")));
    assert_eq!(remove(&mut bench, "ada", "F2", &oli), no(204, ""));
    assert_eq!(role_of(&mut bench, "F2", &oli).as_deref(), Some("writer"), "what comes from the drive is left");
    assert_eq!(remove(&mut bench, "ada", "0AD", &oli), no(204, ""));
    assert_eq!(role_of(&mut bench, "F2", &oli), None);
}
