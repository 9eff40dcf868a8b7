//! Lists, pages, tests for one person, and people from outside.

use serde_json::json;

use super::super::super::cast::Cast;
use super::super::super::token::TokenKind;
use super::{Bench, URL, logins, message};

/// Goes from page to page by the links alone.
fn walk(bench: &mut Bench, target: &str) -> (Vec<String>, usize) {
    let (mut found, mut pages, mut next) = (Vec::new(), 0, Some(target.to_owned()));
    while let Some(target) = next {
        let reply = bench.ask("GET", &target);
        assert_eq!(reply.status, 200, "{target}");
        found.extend(logins(&reply.value()).into_iter().map(str::to_owned));
        pages += 1;
        let link = reply.header("Link").unwrap_or_default().to_owned();
        let links = link.split(", ").find_map(|link| link.strip_suffix(r#">; rel="next""#));
        next = links.map(|link| link.strip_prefix(&format!("<{URL}")).unwrap().to_owned());
        assert!(next.as_ref().is_none_or(|next| next.starts_with("/organizations/7/members?")), "{next:?}");
    }
    (found, pages)
}

#[test]
fn the_last_person_is_on_the_last_page_however_many_there_are() {
    for (crowd, pages) in [(0, 1), (97, 1), (98, 2), (197, 2), (198, 3)] {
        let mut bench = Bench::of(Cast { is_full: false, crowd });
        let (found, count) = walk(&mut bench, "/orgs/acme/members?per_page=100");
        let people = if crowd == 0 { 2 } else { crowd as usize + 3 };
        assert_eq!((found.len(), count), (people, pages), "{crowd}");
        assert_eq!(found.last().map(String::as_str), Some(if crowd == 0 { "oli" } else { "zoe" }), "{crowd}");
    }
}

#[test]
fn pages_hold_thirty_unless_told_and_a_hundred_at_most() {
    let mut bench = Bench::of(Cast { is_full: false, crowd: 250 });
    for (query, count) in [("", 30), ("?per_page=7", 7), ("?per_page=1000", 100), ("?per_page=x", 30), ("?page=99", 0)]
    {
        let found = bench.get(&format!("/orgs/acme/members{query}"));
        assert_eq!(found.as_array().unwrap().len(), count, "{query}");
    }
    let link = bench.ask("GET", "/orgs/acme/members?role=all&per_page=100&page=2");
    let at = |page: u8, rel: &str| {
        format!("<{URL}/organizations/7/members?role=all&per_page=100&page={page}>; rel=\"{rel}\"")
    };
    let expected = [at(1, "prev"), at(3, "next"), at(3, "last"), at(1, "first")].join(", ");
    assert_eq!(link.header("Link"), Some(expected.as_str()));
}

#[test]
fn members_are_filtered_and_strangers_see_those_who_show_themselves() {
    let mut bench = Bench::new();
    let table = [
        ("", vec!["ada", "oli", "bea", "cyd"]),
        ("?role=admin", vec!["ada", "oli"]),
        ("?role=member", vec!["bea", "cyd"]),
        ("?filter=2fa_disabled", vec!["bea"]),
    ];
    for (query, expected) in table {
        let found = bench.get(&format!("/orgs/acme/members{query}"));
        assert_eq!(logins(&found), expected, "{query}");
        assert!(found[0].get("role").is_none(), "rows have no role");
    }
    assert_eq!(bench.ask("GET", "/orgs/acme/members?role=owner").status, 422);
    assert_eq!(bench.by("bea", "GET", "/orgs/acme/members?filter=2fa_disabled", "").status, 422);
    for who in ["hal", "max"] {
        assert_eq!(logins(&bench.by(who, "GET", "/orgs/acme/members", "").value()), ["bea"], "{who}");
    }
    assert_eq!(logins(&bench.with("", "GET", "/orgs/acme/public_members", "").value()), ["bea"]);
    let blind = bench.token(TokenKind::GithubClassic, "ada", &["gist"]);
    assert_eq!(logins(&bench.with(&blind, "GET", "/orgs/acme/members", "").value()), ["bea"]);
}

#[test]
fn the_test_for_a_member_sends_strangers_elsewhere() {
    let mut bench = Bench::new();
    let table =
        [("ada", "bea", 204), ("ada", "cyd", 204), ("ada", "dan", 404), ("ada", "hal", 404), ("hal", "bea", 302)];
    for (who, login, status) in table {
        let reply = bench.by(who, "GET", &format!("/orgs/acme/members/{login}"), "");
        assert_eq!((reply.status, reply.body.is_empty() || status == 404), (status, true), "{who} {login}");
        let location = (status == 302).then(|| format!("{URL}/orgs/acme/public_members/bea"));
        assert_eq!(reply.header("Location").map(str::to_owned), location);
    }
    for (login, status) in [("bea", 204), ("ada", 404)] {
        assert_eq!(bench.by("hal", "GET", &format!("/orgs/acme/public_members/{login}"), "").status, status);
    }
}

#[test]
fn removing_by_the_list_of_members_leaves_an_invitation_alone() {
    let mut bench = Bench::new();
    assert_eq!(bench.ask("DELETE", "/orgs/acme/members/bea").status, 204);
    assert_eq!(bench.ask("DELETE", "/orgs/acme/members/dan").status, 404);
    assert_eq!(bench.get("/orgs/acme/memberships/dan")["state"], "pending");
    assert_eq!(bench.by("oli", "DELETE", "/orgs/acme/members/ada", "").status, 204);
    assert_eq!(bench.by("oli", "DELETE", "/orgs/acme/members/oli", "").status, 403, "the last owner");
    assert_eq!(bench.by("cyd", "DELETE", "/orgs/acme/members/oli", "").status, 403);
}

#[test]
fn a_member_becomes_somebody_from_outside_and_such_a_one_can_be_removed() {
    let mut bench = Bench::new();
    let at = |login: &str| format!("/orgs/acme/outside_collaborators/{login}");
    assert_eq!(logins(&bench.get("/orgs/acme/outside_collaborators")), ["fay"]);
    let reply = bench.ask("DELETE", &at("bea"));
    assert_eq!(message(&reply).0, 422);
    assert_eq!(bench.ask("PUT", &at("bea")).status, 204);
    assert_eq!(bench.ask("GET", "/orgs/acme/memberships/bea").status, 404);
    assert_eq!(bench.ask("PUT", &at("hal")).status, 403, "no member");
    bench.switch("github.queued");
    assert_eq!((bench.ask("PUT", &at("oli")).status, bench.ask("PUT", &at("ada")).status), (202, 403));
    assert_eq!(logins(&bench.get("/orgs/acme/outside_collaborators")), ["oli", "bea", "fay"]);
    assert_eq!(bench.ask("DELETE", &at("fay")).status, 204);
    assert_eq!(bench.by("cyd", "DELETE", &at("bea"), "").status, 403);
}

#[test]
fn people_and_organizations_are_shown_without_addresses() {
    let mut bench = Bench::new();
    let own = bench.get("/user");
    assert_eq!((&own["login"], &own["id"], &own["email"]), (&json!("ada"), &json!(1), &json!(null)));
    assert_eq!(bench.with("", "GET", "/users/HAL", "").value()["id"], 12);
    assert_eq!(bench.ask("GET", "/users/nobody").status, 404);
    assert_eq!(bench.with("", "GET", "/user", "").status, 401);
    assert!(bench.get("/orgs/acme")["plan"]["seats"].is_u64());
    assert!(bench.by("bea", "GET", "/orgs/acme", "").value().get("plan").is_none());
    assert!(bench.get("/meta").get("installed_version").is_none());
}
