//! Perseo as a client meets it, asked through [`answer`].

use super::*;

fn at(service: &str, path: &str, method: &str, target: &str) -> Call {
    Call::new(method, target).with_header("Fiware-Service", service).with_header("Fiware-ServicePath", path)
}

fn with_json(call: Call, body: &Value) -> Call {
    call.with_header("Content-Type", "application/json").with_body(body.to_string())
}

fn a_rule(name: &str) -> Value {
    let text = format!("select *, \"{name}\" as ruleName from pattern [every ev=iotEvent(type=\"T\")]");
    json!({"name": name, "text": text, "action": {"type": "post", "parameters": {"url": "http://a/"}}})
}

fn add(data: &mut Data, service: &str, path: &str, name: &str) -> Reply {
    answer(data, &with_json(at(service, path, "POST", "/rules"), &a_rule(name)))
}

fn names(data: &mut Data, service: &str, path: &str) -> Vec<String> {
    let list = answer(data, &at(service, path, "GET", "/rules")).value();
    list["data"].as_array().unwrap().iter().map(|rule| rule["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_rule_lives_by_its_name() {
    let mut data = Data::default();
    let made = add(&mut data, "city", "/parks", "heat");
    assert_eq!((made.status, &made.value()["error"]), (200, &Value::Null));
    let one = answer(&mut data, &at("city", "/parks", "GET", "/rules/heat"));
    let mut expected = a_rule("heat");
    expected["subservice"] = json!("/parks");
    expected["service"] = json!("city");
    expected["_id"] = made.value()["data"][2]["insertedId"].clone();
    assert_eq!((one.status, one.value()), (200, json!({"error": null, "data": expected})));

    let again = add(&mut data, "city", "/parks", "heat");
    assert_eq!((again.status, again.value()), (400, json!({"error": "rule exists heat", "data": null})));

    for deleted in [1, 0] {
        let gone = answer(&mut data, &at("city", "/parks", "DELETE", "/rules/heat"));
        let steps = json!([{"acknowledged": true, "deletedCount": deleted}, [{"code": 200, "body": {}}, null], null]);
        assert_eq!((gone.status, gone.value()), (200, json!({"error": null, "data": steps})));
    }
    let missing = json!({"error": "rule not found heat", "data": null});
    let get = answer(&mut data, &at("city", "/parks", "GET", "/rules/heat"));
    let put = answer(&mut data, &with_json(at("city", "/parks", "PUT", "/rules/heat"), &a_rule("heat")));
    assert_eq!((get.status, get.value(), put.status, put.value()), (404, missing.clone(), 404, missing));
}

#[test]
fn pages_add_up() {
    let table = [
        (0, "", 0, Some(0)),
        (1, "", 1, Some(1)),
        (21, "", 21, Some(21)),
        (21, "?limit=20", 20, Some(20)),
        (21, "?limit=20&offset=20&options=count", 1, Some(1)),
        (20, "?limit=20&offset=20&options=count", 0, Some(0)),
        (19, "?limit=20", 19, Some(19)),
        (41, "?limit=20&offset=40", 1, Some(1)),
        (40, "?limit=0", 0, Some(0)),
        (40, "?limit=x", 0, Some(0)),
        (40, "?offset=-2", 2, Some(2)),
        (40, "?options=other", 40, None),
        (1001, "", 1000, Some(1000)),
    ];
    for (total, query, length, count) in table {
        let mut data = Data::default();
        for number in 0..total {
            add(&mut data, "city", "/", &format!("rule{number}"));
        }
        let reply = answer(&mut data, &at("city", "/", "GET", &format!("/rules{query}")));
        let body = reply.value();
        let seen = (body["data"].as_array().unwrap().len(), body["count"].as_u64());
        assert_eq!((reply.status, seen), (200, (length, count)), "{total} {query}");
        assert_eq!(reply.header("Fiware-Total-Count"), Some(total.to_string().as_str()), "{total} {query}");
    }
}

#[test]
fn services_and_paths_see_only_their_own() {
    let mut data = Data::default();
    let places = [("city", "/parks"), ("city", "/parks/north"), ("city", "/"), ("town", "/parks")];
    for (service, path) in places {
        assert_eq!(add(&mut data, service, path, "same").status, 200, "{service} {path}");
    }
    assert_eq!(answer(&mut data, &at("CITY", "/parks", "DELETE", "/rules/same")).status, 200);
    let left: Vec<usize> = places.iter().map(|(service, path)| names(&mut data, service, path).len()).collect();
    assert_eq!(left, [0, 1, 1, 1]);
    assert_eq!(names(&mut data, "city", "/#"), [""; 0]);
    let mut changed = a_rule("same");
    changed["description"] = json!("new");
    assert_eq!(answer(&mut data, &with_json(at("town", "/parks", "PUT", "/rules/same"), &changed)).status, 200);
    let other = answer(&mut data, &at("city", "/", "GET", "/rules/same")).value();
    assert_eq!(other["data"].get("description"), None);
}

#[test]
fn requests_without_headers_share_a_place() {
    let mut data = Data::default();
    assert_eq!(answer(&mut data, &with_json(Call::new("POST", "/rules"), &a_rule("a"))).status, 200);
    assert_eq!(names(&mut data, "unknownt", "/"), ["a"]);
}

#[test]
fn refuses_services_and_types_it_cannot_use() {
    let (fifty, more) = ("a".repeat(50), "a".repeat(51));
    let long = format!("service/subservice: too long string {more}");
    let table = [
        (fifty.as_str(), 200, Value::Null),
        (more.as_str(), 400, json!(long)),
        ("smart-city", 400, json!("service/subservice: invalid character 'smart-city'")),
    ];
    for (service, status, error) in table {
        let reply = answer(&mut Data::default(), &at(service, "/", "GET", "/rules"));
        assert_eq!((reply.status, &reply.value()["error"]), (status, &error), "{service}");
    }
    for (content_type, status) in
        [("application/json; charset=utf-8", 200), ("text/plain", 400), ("application/xml", 400)]
    {
        let call = at("city", "/", "POST", "/rules").with_header("Content-Type", content_type);
        let reply = answer(&mut Data::default(), &call.with_body(a_rule("a").to_string()));
        assert_eq!(reply.status, status, "{content_type}");
        let message = json!({"message": "invalid content-type"});
        assert_eq!(reply.value() == message, status == 400, "{content_type}");
    }
}

#[test]
fn a_body_that_is_no_json_is_answered_as_a_fault_of_its_own() {
    for (body, status) in [("{", 500), ("\"a\"", 500), ("[]", 400), ("{}", 400), ("", 400)] {
        let call = at("city", "/", "POST", "/rules").with_header("Content-Type", "application/json");
        let reply = answer(&mut Data::default(), &call.with_body(body));
        assert_eq!((reply.status, &reply.value()["data"]), (status, &Value::Null), "{body}");
        let expected = if status == 400 { "name must be a string undefined" } else { "Unexpected token in JSON" };
        assert_eq!(reply.value()["error"], expected, "{body}");
    }
}

#[test]
fn refuses_rules_that_are_wrong_in_any_part() {
    let long = "a".repeat(51);
    let action = json!({"type": "post"});
    let table = [
        (json!({"name": 1}), "name must be a string number"),
        (json!({"name": null}), "name must be a string object"),
        (json!({"name": ""}), "missing rule name \"\""),
        (json!({"name": long}), &format!("rule name too long \"{long}\"")),
        (json!({"name": "a b"}), "invalid char in name a b"),
        (
            json!({"name": "a", "action": action}),
            "empty rule, missing text or nosignal {\"name\":\"a\",\"action\":{\"type\":\"post\"},\"subservice\":\"/\",\"service\":\"city\"}",
        ),
        (json!({"name": "a", "nosignal": {"checkInterval": "0"}}), "invalid check interval 0"),
        (json!({"name": "a", "nosignal": {}}), "invalid check interval undefined"),
        (json!({"name": "a", "text": "select *", "action": {}}), "missing type in action [object Object]"),
        (json!({"name": "a", "text": "select *", "action": [action, {"type": "fax"}]}), "unknown action type fax"),
        (
            json!({"name": "a", "text": "select *", "action": {"type": "update", "parameters": {"name": "id"}}}),
            "id as attribute {\"name\":\"id\"}",
        ),
    ];
    for (rule, error) in table {
        for (method, target) in [("POST", "/rules"), ("PUT", "/rules/a")] {
            let mut data = Data::default();
            let reply = answer(&mut data, &with_json(at("city", "/", method, target), &rule));
            assert_eq!((reply.status, reply.value()), (400, json!({"error": error, "data": null})), "{method} {rule}");
            assert_eq!(names(&mut data, "city", "/"), [""; 0], "{rule}");
        }
    }
    for rule in [json!({"name": "a", "text": "select *"}), json!({"name": "a", "text": 5, "action": {"type": "sms"}})] {
        let reply = answer(&mut Data::default(), &with_json(at("city", "/", "POST", "/rules"), &rule));
        assert_eq!((reply.status, reply.header("Content-Type")), (500, Some("text/html; charset=utf-8")), "{rule}");
    }
}

#[test]
fn writes_the_name_into_a_text_that_lacks_it() {
    let table = [
        ("select * from a", "select \"heat\" as ruleName, * from a"),
        ("SELECT\n  * from a", "SELECT \"heat\" as ruleName, * from a"),
        ("selected Select x", "selected Select \"heat\" as ruleName, x"),
        ("select *, \"heat\" AS RuleName from a", "select *, \"heat\" AS RuleName from a"),
        ("on a update b", "on a update b"),
    ];
    for (text, expected) in table {
        let mut data = Data::default();
        let mut rule = a_rule("heat");
        rule["text"] = json!(text);
        assert_eq!(answer(&mut data, &with_json(at("city", "/", "POST", "/rules"), &rule)).status, 200, "{text}");
        let one = answer(&mut data, &at("city", "/", "GET", "/rules/heat")).value();
        assert_eq!(one["data"]["text"], expected);
    }
    let mut data = Data::default();
    add(&mut data, "city", "/", "heat");
    let mut rule = a_rule("heat");
    rule["text"] = json!("select \"cold\" as ruleName, * from a");
    let reply = answer(&mut data, &with_json(at("city", "/", "PUT", "/rules/heat"), &rule));
    assert_eq!((reply.status, &reply.value()["error"]), (400, &json!("invalid name in EPL text, expecting heat")));
}

#[test]
fn tells_its_version_and_adds_to_the_correlator() {
    let mut data = Data::default();
    let reply = answer(&mut data, &Call::new("GET", "/version").with_header("Fiware-Correlator", "flow-1"));
    assert_eq!((reply.status, &reply.value()["data"]["name"]), (200, &json!("perseo")));
    assert_eq!(reply.header("Fiware-Correlator"), Some("flow-1; node=sandbox000; perseocep=0"));
    let own = answer(&mut data, &Call::new("GET", "/version"));
    assert!(own.header("Fiware-Correlator").is_some_and(|value| value.ends_with("perseocep=1")));
    assert_eq!(answer(&mut data, &Call::new("GET", "/nothing")).status, 404);
    assert_eq!(answer(&mut data, &Call::new("PATCH", "/rules/a")).status, 404);
}

#[test]
fn counts_its_work_by_service_and_path() {
    let mut data = Data::default();
    add(&mut data, "city", "/parks", "a");
    add(&mut data, "city", "/parks", "a");
    answer(&mut data, &at("town", "/", "DELETE", "/rules/none"));
    let metrics = answer(&mut data, &Call::new("GET", "/admin/metrics?reset=true")).value();
    let table = [
        ("/services/city/subservices/~1parks/ruleCreation", 2),
        ("/services/city/subservices/~1parks/okRuleCreation", 1),
        ("/services/city/sum/failedRuleCreation", 1),
        ("/services/city/sum/incomingTransactionsErrors", 1),
        ("/services/town/sum/okRuleDelete", 1),
        ("/sum/incomingTransactions", 3),
        ("/sum/outgoingTransactions", 0),
    ];
    for (pointer, expected) in table {
        assert_eq!(metrics.pointer(pointer).and_then(Value::as_u64), Some(expected), "{pointer}");
    }
    assert_eq!(answer(&mut data, &Call::new("GET", "/admin/metrics")).value()["services"], json!({}));
    add(&mut data, "city", "/parks", "b");
    assert_eq!(answer(&mut data, &Call::new("DELETE", "/admin/metrics")).status, 200);
    assert_eq!(answer(&mut data, &Call::new("GET", "/admin/metrics")).value()["services"], json!({}));
}

#[test]
fn the_same_content_is_the_same_state_however_it_came_about() {
    let (mut one, mut two) = (Data::default(), Data::default());
    for name in ["a", "b"] {
        add(&mut one, "city", "/", name);
    }
    for name in ["b", "c", "a"] {
        add(&mut two, "city", "/", name);
    }
    answer(&mut two, &at("city", "/", "DELETE", "/rules/c"));
    let plain = |data: &Data| {
        let mut state = serde_json::to_value(data).unwrap();
        for row in state["rules"].as_array_mut().unwrap() {
            row["_id"] = Value::Null;
        }
        state.to_string()
    };
    assert_eq!(plain(&one), plain(&two));
    add(&mut two, "town", "/", "a");
    assert_ne!(plain(&one), plain(&two));
}
