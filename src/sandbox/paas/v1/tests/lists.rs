//! Pages, filters, order.

use serde_json::{Value, json};

use super::{Bench, URL, bench};

fn names(list: &Value, name: &str) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|row| row[name].as_str().unwrap_or_default().to_owned()).collect()
}

fn many(count: usize) -> Bench {
    let mut bench = Bench::new(crate::sandbox::world::Backend::PaasV1);
    for number in 0..count {
        bench.wait(1);
        bench.by(&format!("u{number:02}"), "POST", "/api/v1/users/", None);
    }
    bench
}

#[test]
fn pages_count_from_one_and_hold_five() {
    let mut bench = many(12);
    let first = bench.get("u00", "/api/v1/users/?email=city");
    assert_eq!(first["page"], json!({"size": 5, "number": 1, "total_elements": 12, "total_pages": 3}));
    assert_eq!(names(&first, "username"), ["u11", "u10", "u09", "u08", "u07"]);
    let at = |page: u32| json!(format!("{URL}/api/v1/users/?email=city&page={page}"));
    assert_eq!(first["links"], json!({"first": at(1), "prev": null, "next": at(2), "last": at(3)}));
    let last = bench.get("u00", "/api/v1/users/?email=city&page=3");
    assert_eq!(
        (names(&last, "username"), &last["links"]["prev"], &last["links"]["next"]),
        (vec!["u01".to_owned(), "u00".to_owned()], &at(2), &Value::Null)
    );
    let beyond = bench.get("u00", "/api/v1/users/?page=9");
    assert_eq!((&beyond["data"], &beyond["links"]["next"]), (&json!([]), &Value::Null));
    let none = bench.get("u00", "/api/v1/users/?name=nobody");
    assert_eq!(none["page"]["total_pages"], 1);
    assert_eq!(bench.get("u00", "/api/v1/users/?size=100000")["data"].as_array().unwrap().len(), 12);
    for query in ["size=0", "page=0", "size=x"] {
        let reply = bench.by("u00", "GET", &format!("/api/v1/users/?{query}"), None);
        assert_eq!((reply.status, &reply.value()["detail"][0]["loc"][0]), (422, &json!("query")), "{query}");
    }
}

#[test]
fn known_keys_sort_and_others_are_ignored() {
    let mut bench = many(3);
    let table = [
        ("sort=username", vec!["u00", "u01", "u02"]),
        ("sort=-username", vec!["u02", "u01", "u00"]),
        ("sort=created_at", vec!["u00", "u01", "u02"]),
        ("", vec!["u02", "u01", "u00"]),
        ("sort=colour", vec!["u00", "u01", "u02"]),
    ];
    for (query, expected) in table {
        assert_eq!(names(&bench.get("u00", &format!("/api/v1/users/?{query}")), "username"), expected, "{query}");
    }
}

#[test]
fn filters_that_work_and_filters_that_do_not() {
    let mut bench = bench();
    let id = bench.v1_template("virtual-machines");
    let deployments = format!("/api/v1/deployments/?template_id={id}&");
    let table = [
        ("/api/v1/users/?", "name=ALI", 1),
        ("/api/v1/users/?", "username=alice", 2),
        ("/api/v1/users/?", "created_before=2020-01-01", 0),
        ("/api/v1/users/?", "created_after=2020-01-01T10:00:00", 2),
        ("/api/v1/templates/?", "name=book", 1),
        ("/api/v1/templates/?", "content=Marathon", 1),
        ("/api/v1/templates/?", "created_by=nobody", 3),
        (&deployments, "user_group=CIT", 3),
        (&deployments, "status_reason=provider", 1),
        (&deployments, "timeout_gte=14401", 0),
        (&deployments, "timeout_lte=14400", 3),
        (&deployments, "keep_last_attempt=yes", 0),
        (&deployments, "status=0", 3),
        (&deployments, "task=5", 3),
    ];
    for (list, filter, count) in table {
        let found = bench.get("alice", &format!("{list}{filter}"));
        assert_eq!(found["page"]["total_elements"], count, "{list}{filter}");
    }
    for (query, status) in [("status=CREATE_FAILED", 422), ("status=10", 422), ("task=6", 422), ("created_by=me", 500)]
    {
        assert_eq!(bench.by("alice", "GET", &format!("{deployments}{query}"), None).status, status, "{query}");
    }
    let mut strict = bench.strict();
    assert_eq!(strict.get("alice", &format!("{deployments}status=0&status=1"))["page"]["total_elements"], 2);
    let alice = strict.get("alice", "/api/v1/users/me")["id"].as_str().unwrap().to_owned();
    assert_eq!(strict.get("alice", &format!("{deployments}created_by={alice}"))["page"]["total_elements"], 2);
}

#[test]
fn deployments_are_listed_by_template_only() {
    let reply = bench().by("alice", "GET", "/api/v1/deployments/", None);
    let missing = json!([{"type": "missing", "loc": ["query", "template_id"], "msg": "Field required", "input": null}]);
    assert_eq!((reply.status, reply.value()["detail"].clone()), (422, missing));
}
