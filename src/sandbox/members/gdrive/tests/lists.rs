//! Lists, pages and partial answers; items and people.

use serde_json::{Value, json};

use super::super::super::cast::Cast;
use super::{Bench, id, no, reason, user};

const ALL: &str = "fields=nextPageToken,permissions(*)&supportsAllDrives=true";

fn emails(list: &Value) -> Vec<&str> {
    list["permissions"].as_array().unwrap().iter().map(|row| row["emailAddress"].as_str().unwrap_or("-")).collect()
}

/// Goes from page to page.
fn walk(bench: &mut Bench, file: &str, size: &str) -> (Vec<String>, usize) {
    let (mut found, mut pages, mut token) = (Vec::new(), 0, String::new());
    loop {
        let list = bench.get(&format!("files/{file}/permissions?{ALL}{size}&pageToken={token}"));
        found.extend(emails(&list).into_iter().map(str::to_owned));
        pages += 1;
        match list["nextPageToken"].as_str() {
            Some(next) => next.clone_into(&mut token),
            None => return (found, pages),
        }
    }
}

#[test]
fn entries_are_of_people_groups_domains_and_anybody_and_not_all_have_an_address() {
    let list = Bench::new().get(&format!("files/F1/permissions?{ALL}"));
    let rows = list["permissions"].as_array().unwrap();
    let kinds: Vec<&str> = rows.iter().map(|row| row["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["user", "anyone", "domain", "user", "group", "user", "user"]);
    assert_eq!(
        emails(&list),
        ["ada@example.com", "-", "-", "Bea@Example.com", "crew@example.com", "", "ivy@example.com"]
    );
    assert_eq!((&rows[1]["id"], &rows[2]["domain"]), (&json!("anyoneWithLink"), &json!("example.com")));
    assert_eq!((&rows[5]["deleted"], &rows[3]["deleted"]), (&json!(true), &json!(false)));
    let pending: Vec<bool> = rows.iter().map(|row| row.get("pendingOwner").is_some()).collect();
    assert_eq!(pending, [true, false, false, true, false, true, true], "of people");
    assert!(rows.iter().all(|row| row.get("permissionDetails").is_none()), "told on shared drives only");
}

#[test]
fn without_a_mask_little_is_told_and_with_one_only_what_it_names() {
    let mut bench = Bench::new();
    let usual = bench.get("files/F1/permissions");
    assert_eq!(
        usual["permissions"][0],
        json!({"kind": "drive#permission", "id": id("ada@example.com"), "type": "user", "role": "owner"})
    );
    let list = bench.get("files/F1/permissions?pageSize=2&fields=permissions(id,emailAddress)");
    assert_eq!(
        list,
        json!({"permissions": [{"id": id("ada@example.com"), "emailAddress": "ada@example.com"}, {"id": "anyoneWithLink"}]}),
        "the next page is lost"
    );
    let reply = bench.by("ada", "GET", "files/F1/permissions?fields=permissions(email)", None);
    assert_eq!(reason(&reply), no(400, "invalidParameter"));
}

#[test]
fn a_shared_drive_tells_a_hundred_a_page_and_another_item_all_at_once() {
    for (crowd, pages) in [(0, 1), (97, 1), (98, 1), (99, 2), (198, 2), (199, 3)] {
        let mut bench = Bench::of(Cast { is_full: false, crowd });
        let people = if crowd == 0 { 1 } else { crowd as usize + 2 };
        let (found, count) = walk(&mut bench, "F2", "");
        assert_eq!((found.len(), count), (people, pages), "{crowd}");
        assert_eq!(
            found.last().map(String::as_str),
            Some(if crowd == 0 { "ada@example.com" } else { "zoe@example.com" })
        );
        assert_eq!(walk(&mut bench, "F1", "").1, 1);
        assert_eq!(walk(&mut bench, "F1", "&pageSize=100").1, pages);
    }
}

#[test]
fn nobody_is_told_twice_or_left_out_when_rows_come_and_go_between_pages() {
    let mut bench = Bench::new();
    let first = bench.get(&format!("files/F1/permissions?pageSize=4&{ALL}"));
    bench.share(&user("hal@example.com", "reader"), "sendNotificationEmail=false");
    bench.by("ada", "DELETE", &format!("files/F1/permissions/{}", id("Bea@Example.com")), None);
    let token = first["nextPageToken"].as_str().unwrap();
    let second = bench.get(&format!("files/F1/permissions?pageSize=9&{ALL}&pageToken={token}"));
    assert_eq!(emails(&second), ["crew@example.com", "", "ivy@example.com", "hal@example.com"]);
    for query in ["pageSize=0", "pageSize=101", "pageSize=x", "pageToken=nonsense"] {
        let reply = bench.by("ada", "GET", &format!("files/F1/permissions?{query}"), None);
        assert_eq!(reason(&reply), no(400, "invalid"), "{query}");
    }
}

#[test]
fn what_comes_from_further_up_is_marked_on_a_shared_drive() {
    let mut bench = Bench::new();
    let list = bench.get(&format!("files/F2/permissions?{ALL}"));
    assert_eq!(emails(&list), ["ada@example.com", "oli@example.com", "hal@example.com"]);
    let details = |row: usize| list["permissions"][row]["permissionDetails"].clone();
    assert_eq!(
        details(1),
        json!([{"permissionType": "member", "role": "writer", "inherited": true, "inheritedFrom": "0AD"}])
    );
    assert_eq!(details(2), json!([{"permissionType": "file", "role": "reader", "inherited": false}]));
    let limited = bench.get(&format!("files/LIMITED/permissions?{ALL}"));
    assert_eq!(emails(&limited), ["ada@example.com", "hal@example.com"]);
    assert_eq!(limited["permissions"][1]["inheritedPermissionsDisabled"], true);
    let own = bench.get(&format!("files/F3/permissions?{ALL}"));
    assert_eq!(emails(&own), ["ada@example.com", "Bea@Example.com"]);
    assert!(own["permissions"][1].get("permissionDetails").is_none());
}

#[test]
fn who_somebody_is_and_what_may_be_shared_can_be_asked() {
    let mut bench = Bench::new();
    let about = bench.get("about?fields=user(emailAddress,permissionId)");
    assert_eq!(about, json!({"user": {"permissionId": id("ada@example.com"), "emailAddress": "ada@example.com"}}));
    assert_eq!(reason(&bench.by("ada", "GET", "about", None)), no(400, "required"));
    let fields = "fields=id,driveId,ownedByMe,capabilities(canShare)&supportsAllDrives=true";
    let found = bench.get(&format!("files/F1?{fields}"));
    assert_eq!(found, json!({"id": "F1", "capabilities": {"canShare": true}, "ownedByMe": true}));
    assert_eq!(bench.get(&format!("files/F2?{fields}"))["driveId"], "0AD");
    let read = bench.by("hal", "GET", &format!("files/F2?{fields}"), None).value();
    assert_eq!(read["capabilities"]["canShare"], false);
    assert_eq!(
        bench.get("files/F1"),
        json!({"kind": "drive#file", "id": "F1", "name": "Plan", "mimeType": "application/vnd.google-apps.document"})
    );
    assert_eq!(bench.get("files/FOLDER")["mimeType"], "application/vnd.google-apps.folder");
}

#[test]
fn one_entry_is_read_by_its_id() {
    let mut bench = Bench::new();
    let at = |id: &str| format!("files/F1/permissions/{id}?fields=role,expirationTime");
    assert_eq!(
        bench.get(&at(&id("ivy@example.com"))),
        json!({"role": "reader", "expirationTime": "2027-01-18T08:00:00.000Z"})
    );
    assert_eq!(reason(&bench.by("ada", "GET", &at("4711"), None)), no(404, "notFound"));
    bench.wait(3 * 24 * 60 * 60);
    assert_eq!(bench.by("ada", "GET", &at(&id("ivy@example.com")), None).status, 404, "its time is over");
}
