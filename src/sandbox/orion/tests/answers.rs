//! What comes back for good requests, and what stays.

use super::*;

const NOBODY: &str = "/v2/subscriptions/0123456789abcdef01234567";

#[test]
fn shows_a_subscription_in_full() {
    let mut orion = Orion::new();
    let reply = orion.ask(&post("city", "/parks", &all_entities("http://cygnus:5050/notify")));
    assert_eq!((reply.status, reply.body.len()), (201, 0));
    let location = reply.header("Location").unwrap().to_owned();
    let id = location.strip_prefix("/v2/subscriptions/").unwrap();
    assert!(id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    let expected = json!({
        "id": id,
        "status": "active",
        "subject": {
            "entities": [{"idPattern": ".*"}],
            "condition": {"attrs": ["TimeInstant"], "notifyOnMetadataChange": true},
        },
        "notification": {
            "attrs": [],
            "onlyChangedAttrs": false,
            "attrsFormat": "normalized",
            "http": {"url": "http://cygnus:5050/notify"},
            "covered": false,
        },
    });
    let one = orion.ask(&at("city", "/parks", "GET", &location));
    assert_eq!((one.status, one.header("Content-Type")), (200, Some("application/json")));
    assert_eq!(one.value(), expected);
    assert_eq!(orion.ask(&at("city", "/parks", "GET", "/v2/subscriptions")).value(), json!([expected]));
}

#[test]
fn equal_subscriptions_are_all_kept() {
    let mut orion = Orion::new();
    let made = [orion.subscribe("city", "/"), orion.subscribe("city", "/"), orion.subscribe("city", "/")];
    assert_eq!(orion.ids("city", "/"), made);
    let gone = orion.ask(&at("city", "/", "DELETE", &format!("/v2/subscriptions/{}", made[1])));
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    assert_eq!(orion.ids("city", "/"), [made[0].as_str(), made[2].as_str()]);
}

#[test]
fn what_is_not_there_is_not_found() {
    let find = "The requested subscription has not been found. Check id";
    let length = "Invalid subscription ID: bad length - 24 chars expected";
    let table = [
        ("GET", NOBODY, (404, "NotFound", find)),
        ("DELETE", NOBODY, (404, "NotFound", find)),
        ("PATCH", NOBODY, (404, "NotFound", "subscription id not found")),
        ("GET", "/v2/subscriptions/short", (400, "BadRequest", length)),
        (
            "GET",
            "/v2/subscriptions/0123456789abcdef0123456z",
            (400, "BadRequest", "Invalid subscription ID: invalid char in ID string"),
        ),
        ("DELETE", "/v2/subscriptions/short", (404, "NotFound", find)),
    ];
    for (method, target, (status, error, description)) in table {
        let call = at("city", "/", method, target);
        let call = if method == "PATCH" { with_json(call, &json!({"status": "inactive"})) } else { call };
        let reply = Orion::new().ask(&call);
        assert_eq!(refusal(&reply), (status, error.to_owned(), description.to_owned()), "{method} {target}");
    }
    // Deleting twice is deleting what is not there.
    let mut orion = Orion::new();
    let target = format!("/v2/subscriptions/{}", orion.subscribe("city", "/"));
    let statuses = [(); 2].map(|()| orion.ask(&at("city", "/", "DELETE", &target)).status);
    assert_eq!(statuses, [204, 404]);
}

#[test]
fn an_id_holds_within_its_tenant_and_for_reading_within_its_path() {
    let table = [
        ("GET", "city", "/parks", 200),
        ("GET", "city", "", 200),
        ("GET", "city", "/roads", 404),
        ("GET", "city", "/#", 404),
        ("GET", "town", "/parks", 404),
        ("PATCH", "town", "/parks", 404),
        ("PATCH", "city", "/roads", 204),
        ("DELETE", "town", "/parks", 404),
        ("DELETE", "city", "/roads", 204),
    ];
    for (method, tenant, path, status) in table {
        let mut orion = Orion::new();
        let id = orion.subscribe("city", "/parks");
        let call = at(tenant, path, method, &format!("/v2/subscriptions/{id}"));
        let call = if method == "PATCH" { with_json(call, &json!({"status": "inactive"})) } else { call };
        assert_eq!(orion.ask(&call).status, status, "{method} {tenant} {path}");
        let left = usize::from(method != "DELETE" || status != 204);
        assert_eq!(orion.ids("city", "").len(), left, "{method} {tenant} {path}");
    }
}

#[test]
fn a_change_replaces_what_it_names_and_moves_the_rest_along() {
    let mut orion = Orion::new();
    let id = orion.subscribe("city", "/parks");
    let target = format!("/v2/subscriptions/{id}");
    let body = json!({"status": "inactive", "expires": "2099-01-01T00:00:00Z", "description": "d", "throttling": 5});
    let reply = orion.ask(&with_json(at("city", "/roads", "PATCH", &target), &body));
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    assert_eq!((orion.ids("city", "/parks").len(), orion.ids("city", "/roads").len()), (0, 1));
    let shown = orion.ask(&at("city", "", "GET", &target)).value();
    let changed = ["status", "expires", "description", "throttling"].map(|name| shown[name].clone());
    assert_eq!(json!(changed), json!(["inactive", "2099-01-01T00:00:00.000Z", "d", 5]));
    assert_eq!(shown["notification"]["http"]["url"], "http://cygnus:5050/notify");

    let body = json!({"notification": {"http": {"url": "http://b/"}, "attrs": ["a"], "covered": true}});
    assert_eq!(orion.ask(&with_json(at("city", "/roads", "PATCH", &target), &body)).status, 204);
    let body = json!({"notification": {"http": {"url": "http://c/"}, "attrs": ["b"]}});
    assert_eq!(orion.ask(&with_json(at("city", "/roads", "PATCH", &target), &body)).status, 204);
    let shown = orion.ask(&at("city", "", "GET", &target)).value();
    let notification = &shown["notification"];
    assert_eq!((&notification["http"]["url"], &notification["covered"]), (&json!("http://c/"), &json!(true)));

    let before = orion.state();
    for body in [json!({}), json!({"status": "off"}), json!({"subject": {}})] {
        assert_eq!(orion.ask(&with_json(at("city", "/", "PATCH", &target), &body)).status, 400, "{body}");
    }
    assert_eq!(orion.state(), before);
    let wrong = with_json(at("city", "/", "PATCH", NOBODY), &json!({"status": "off"}));
    assert_eq!(orion.ask(&wrong).status, 400);
}

#[test]
fn the_same_content_is_the_same_state_however_it_came_about() {
    let (mut one, mut two) = (Orion::new(), Orion::new());
    let first = [one.subscribe("city", "/a"), one.subscribe("city", "/b")];
    let passing = two.subscribe("town", "/");
    let second = [two.subscribe("city", "/b"), two.subscribe("city", "/a")];
    assert_eq!(two.ask(&at("town", "/", "DELETE", &format!("/v2/subscriptions/{passing}"))).status, 204);
    assert_ne!(one.state(), two.state());
    let plain = |state: String, ids: &[String]| ids.iter().fold(state, |state, id| state.replace(id.as_str(), "ID"));
    assert_eq!(plain(one.state(), &first), plain(two.state(), &second));
    two.subscribe("city", "/a");
    assert_ne!(plain(one.state(), &first), plain(two.state(), &second));
}

#[test]
fn tells_its_version_and_how_long_it_has_been_up() {
    let mut orion = Orion::new();
    orion.ask(&Call::new("GET", "/version"));
    orion.now += Duration::from_secs(90_061);
    let reply = orion.ask(&Call::new("GET", "/version/"));
    assert_eq!((reply.status, &reply.value()["orion"]["uptime"]), (200, &json!("1 d, 1 h, 1 m, 2 s")));
    assert_eq!(reply.value()["orion"]["version"].as_str().map(|version| version.split('.').count()), Some(3));
}

#[test]
fn counts_its_work_by_service_and_path() {
    let mut orion = Orion::new();
    orion.subscribe("city", "/parks/north");
    orion.ask(&at("city", "/parks/north/#", "GET", "/v2/subscriptions"));
    orion.ask(&at("town", "/parks/north", "GET", NOBODY));
    orion.ask(&at("bad-tenant", "/", "GET", "/v2/subscriptions"));
    orion.ask(&at("town", "no/path", "GET", "/v2/subscriptions"));
    let metrics = orion.ask(&Call::new("GET", "/admin/metrics?reset=true")).value();
    let count = |pointer: &str| metrics.pointer(pointer).and_then(Value::as_u64);
    let sent = all_entities("http://cygnus:5050/notify").to_string().len() as u64;
    let table = [
        ("/services/city/subservs/parks~1north/incomingTransactions", Some(2)),
        ("/services/city/sum/incomingTransactionRequestSize", Some(sent)),
        ("/services/city/sum/incomingTransactionResponseSize", Some(2)),
        ("/services/city/sum/incomingTransactionErrors", None),
        ("/services/town/sum/incomingTransactionErrors", Some(1)),
        ("/sum/subservs/parks~1north/incomingTransactions", Some(3)),
        ("/sum/sum/incomingTransactions", Some(3)),
        ("/services/bad-tenant/sum/incomingTransactions", None),
    ];
    for (pointer, expected) in table {
        assert_eq!(count(pointer), expected, "{pointer} {metrics}");
    }
    // The reading itself is the first request after the reset.
    let own = json!({"subservs": {"root-subserv": {"incomingTransactions": 1, "incomingTransactionResponseSize": metrics.to_string().len()}},
        "sum": {"incomingTransactions": 1, "incomingTransactionResponseSize": metrics.to_string().len()}});
    let after = orion.ask(&Call::new("GET", "/admin/metrics")).value();
    assert_eq!(after, json!({"services": {"default-service": own}, "sum": own}));
    assert_eq!(orion.ask(&Call::new("DELETE", "/admin/metrics")).status, 204);
}

#[test]
fn statistics_begin_again_when_they_are_reset() {
    let mut orion = Orion::new();
    orion.ask(&Call::new("GET", "/version"));
    orion.now += Duration::from_secs(8);
    assert_eq!(
        orion.ask(&Call::new("GET", "/statistics")).value(),
        json!({"uptime_in_secs": 9, "measuring_interval_in_secs": 9})
    );
    let reset = orion.ask(&Call::new("DELETE", "/statistics"));
    assert_eq!((reset.status, reset.value()), (200, json!({"message": "All statistics counter reset"})));
    assert_eq!(
        orion.ask(&Call::new("GET", "/statistics")).value(),
        json!({"uptime_in_secs": 11, "measuring_interval_in_secs": 1})
    );
}
