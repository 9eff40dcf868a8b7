use serde_json::Value;

use super::super::testing::Server;
use super::super::{User, bootstrap};

/// So many users beside `admin`, named by their place: the ids are in the order of the names.
fn crowd(size: usize) -> (Server, String) {
    let mut server = Server::stock();
    let token = server.admin();
    let someone = bootstrap(server.now, "x").users.into_values().next().unwrap();
    for place in 0..size {
        let user = User { name: format!("User{place:04}"), ..someone.clone() };
        server.data.users.insert(format!("{place:032}"), user);
    }
    (server, token)
}

fn names(body: &Value) -> Vec<&str> {
    body["users"].as_array().unwrap().iter().map(|user| user["name"].as_str().unwrap()).collect()
}

#[test]
fn without_a_limit_a_thousand_come_and_nothing_says_so() {
    let (mut server, token) = crowd(1200);
    let body = server.get(&token, "/v3/users").value();
    assert_eq!((names(&body).len(), &body["truncated"], &body["links"]["next"]), (1000, &Value::Null, &Value::Null));
    let body = server.get(&token, "/v3/users?limit=5000").value();
    assert_eq!((names(&body).len(), &body["truncated"]), (1000, &Value::Bool(true)));
}

#[test]
fn pages_follow_their_marker_to_the_end() {
    let (mut server, token) = crowd(5);
    let mut target = "/v3/users?name__icontains=user&limit=2".to_owned();
    let mut seen = Vec::new();
    loop {
        let body = server.get(&token, &target).value();
        seen.push(names(&body).len());
        let Some(next) = body["links"]["next"].as_str() else { break };
        assert_eq!(body["truncated"], true);
        target = next.strip_prefix("http://here").unwrap().to_owned();
    }
    assert_eq!(seen, [2, 2, 1]);
    // With a filter a full page is said to be truncated even if it is the last; without, it is known.
    let body = server.get(&token, "/v3/users?name__icontains=user&limit=5").value();
    assert_eq!(body["truncated"], true);
    let body = server.get(&token, "/v3/users?limit=6").value();
    assert_eq!((names(&body).len(), &body["truncated"]), (6, &Value::Null));
}

#[test]
fn filters_that_respect_case_come_after_the_page() {
    let (mut server, token) = crowd(5);
    let body = server.get(&token, "/v3/users?name__endswith=3&limit=2").value();
    assert_eq!((names(&body).len(), &body["truncated"], &body["links"]["next"]), (0, &Value::Bool(true), &Value::Null));
    let body = server.get(&token, "/v3/users?name__iendswith=3&limit=2").value();
    assert_eq!(names(&body), ["User0003"]);
}

#[test]
fn filters_by_name_and_flag_and_ignores_what_it_does_not_know() {
    let (mut server, token) = crowd(5);
    server.data.users.get_mut(&format!("{:032}", 4)).unwrap().enabled = false;
    let all: &[&str] = &["User0000", "User0001", "User0002", "User0003", "User0004", "admin"];
    let cases: [(&str, &[&str]); 12] = [
        ("name=User0001", &all[1..2]),
        ("name=user0001", &[]),
        ("name__contains=ser000", &all[..5]),
        ("name__contains=SER", &[]),
        ("name__icontains=SER", &all[..5]),
        ("name__startswith=a", &all[5..]),
        ("name__istartswith=A", &all[5..]),
        ("name__endswith=2", &all[2..3]),
        ("enabled=false", &all[4..5]),
        ("enabled=1", &[all[0], all[1], all[2], all[3], all[5]]),
        ("name__in=User0001,User0002", all),
        ("color=red&email__contains=x", all),
    ];
    for (query, expected) in cases {
        let body = server.get(&token, &format!("/v3/users?{query}")).value();
        let mut names = names(&body);
        names.sort_unstable();
        assert_eq!(names, expected, "{query}");
    }
}

#[test]
fn roles_are_cut_at_the_limit_after_all_filters() {
    let (mut server, token) = crowd(0);
    let body = server.get(&token, "/v3/roles?name__contains=m&limit=2").value();
    assert_eq!((body["roles"].as_array().unwrap().len(), &body["truncated"]), (2, &Value::Bool(true)));
    let body = server.get(&token, "/v3/roles?name__contains=m&limit=3").value();
    assert_eq!((body["roles"].as_array().unwrap().len(), &body["truncated"]), (3, &Value::Null));
}
