//! The ways in which Drive says no.

use std::time::Duration;

use serde_json::json;

use super::super::super::token::{Token, TokenKind};
use super::{Bench, DRIVE, no, reason, user};

const LIST: &str = "files/F1/permissions";

#[test]
fn a_token_that_is_no_good_is_told_in_a_header_too() {
    let mut bench = Bench::new();
    let old = Token::new(TokenKind::Google, "ada@example.com", &[DRIVE], bench.now, Some(Duration::ZERO)).text();
    let gone = bench.token("gone@example.com", DRIVE);
    let nobody = bench.token("nobody@example.com", DRIVE);
    for token in ["nonsense", &old, &gone, &nobody] {
        let reply = bench.with(token, "GET", LIST, None);
        assert_eq!(reason(&reply), no(401, "authError"), "{token}");
        assert!(reply.header("WWW-Authenticate").unwrap().contains("error=\"invalid_token\""));
        assert_eq!(reply.value()["error"]["errors"][0]["location"], "Authorization");
    }
    assert_eq!(reason(&bench.with("", "GET", LIST, None)), no(401, "required"));
}

#[test]
fn scopes_decide_about_reading_and_writing() {
    let mut bench = Bench::new();
    let table = [
        ("drive", 200, 200),
        ("drive.file", 200, 200),
        ("drive.metadata.readonly", 200, 403),
        ("drive.readonly", 200, 403),
        ("calendar", 403, 403),
    ];
    for (scope, read, write) in table {
        let token = bench.token("ada@example.com", &format!("https://www.googleapis.com/auth/{scope}"));
        assert_eq!(bench.with(&token, "GET", LIST, None).status, read, "{scope}");
        let body = user("hal@example.com", "reader");
        let reply = bench.with(&token, "POST", &format!("{LIST}?sendNotificationEmail=false"), Some(&body));
        assert_eq!(reply.status, write, "{scope}");
        if write == 403 {
            assert_eq!(reason(&reply).1, "insufficientPermissions");
            assert_eq!(reply.value()["error"]["status"], "PERMISSION_DENIED");
            assert!(reply.header("WWW-Authenticate").unwrap().contains("insufficient_scope"));
        }
    }
    let token = bench.token("ada@example.com", "https://www.googleapis.com/auth/drive.file");
    assert_eq!(reason(&bench.with(&token, "GET", "files/F3", None)), no(403, "appNotAuthorizedToFile"));
}

#[test]
fn what_is_hidden_and_what_is_not_there_are_one() {
    let mut bench = Bench::new();
    for id in ["F4", "NOTHING"] {
        for path in [format!("files/{id}"), format!("files/{id}/permissions")] {
            let reply = bench.by("ada", "GET", &path, None);
            assert_eq!(reason(&reply), no(404, "notFound"), "{path}");
            let error = reply.value()["error"]["errors"][0].clone();
            assert_eq!(
                (&error["message"], &error["location"]),
                (&json!(format!("File not found: {id}.")), &json!("fileId"))
            );
        }
    }
    assert_eq!(bench.by("ada", "GET", "files/F2", None).status, 404, "a client that cannot deal with shared drives");
    assert_eq!(bench.by("ada", "GET", "files/F2?supportsAllDrives=true", None).status, 200);
    let reply = bench.by("ada", "DELETE", &format!("{LIST}/02"), None);
    let error = reply.value()["error"]["errors"][0].clone();
    assert_eq!((&error["message"], &error["location"]), (&json!("Permission not found: 02."), &json!("permissionId")));
}

#[test]
fn who_may_only_read_neither_sees_nor_changes_who_else_is_there() {
    let mut bench = Bench::new();
    for who in ["ivy", "fay", "eve"] {
        assert_eq!(bench.by(who, "GET", "files/F1", None).status, 200, "{who}");
        let list = bench.by(who, "GET", LIST, None);
        let share = bench.by(who, "POST", LIST, Some(&user("hal@example.com", "reader")));
        for reply in [list, share] {
            assert_eq!(reason(&reply), no(403, "insufficientFilePermissions"), "{who}");
        }
    }
    let organizer = user("hal@example.com", "organizer");
    let reply = bench.by("oli", "POST", "files/F2/permissions?supportsAllDrives=true", Some(&organizer));
    assert_eq!(reason(&reply), no(403, "insufficientFilePermissions"), "more than one's own");
}

#[test]
fn an_administrator_of_the_domain_reaches_every_shared_drive() {
    let mut bench = Bench::new();
    let path = "files/LIMITED/permissions?supportsAllDrives=true&useDomainAdminAccess=true";
    assert_eq!(bench.by("ada", "GET", path, None).status, 200);
    assert_eq!(bench.by("cyd", "GET", path, None).status, 404);
    assert_eq!(bench.by("ada", "GET", "files/F4?useDomainAdminAccess=true", None).status, 404, "not what people own");
}

#[test]
fn limits_of_requests_and_of_shares_have_reasons_of_their_own() {
    let mut bench = Bench::new();
    for (status, expected) in [(403, "userRateLimitExceeded"), (429, "rateLimitExceeded")] {
        bench.switch("gdrive.limit=1").switch(&format!("gdrive.limit_status={status}"));
        assert_eq!(bench.by("ada", "GET", LIST, None).status, 200);
        let reply = bench.by("ada", "GET", LIST, None);
        assert_eq!(reason(&reply), no(status, expected));
        assert_eq!(reply.value()["error"]["errors"][0]["domain"], "usageLimits");
        assert!(reply.headers.iter().all(|(name, _)| name == "Content-Type"), "no header tells of it");
        bench.wait(60);
    }
    bench.switch("gdrive.limit=0").switch("gdrive.sharing=2");
    for (name, expected) in [("hal", no(200, "")), ("cyd", no(200, "")), ("fay", no(403, "sharingRateLimitExceeded"))] {
        let body = user(&format!("{name}@example.com"), "reader");
        assert_eq!(reason(&bench.share(&body, "sendNotificationEmail=false")), expected, "{name}");
    }
    bench.wait(24 * 60 * 60);
    assert_eq!(bench.share(&user("fay@example.com", "reader"), "").status, 200);
}

#[test]
fn policies_and_failures_are_told_by_name() {
    let mut bench = Bench::new();
    for policy in ["domainPolicy", "shareOutNotPermitted", "publishOutNotPermitted", "dailyLimitExceeded"] {
        bench.switch(&format!("gdrive.policy={policy}"));
        assert_eq!(reason(&bench.share(&user("hal@example.com", "reader"), "")), no(403, policy));
    }
    assert_eq!(bench.mails(), Vec::<&str>::new());
    bench.switch("gdrive.error=500:internalError");
    assert_eq!(reason(&bench.by("ada", "GET", LIST, None)), no(500, "internalError"));
    assert_eq!(bench.by("ada", "GET", LIST, None).status, 200, "once");
    assert_eq!(bench.by("ada", "GET", "changes", None).status, 404);
}
