//! An IoT agent as a client meets it, asked through [`answer`].

use super::*;

fn at(service: &str, path: &str, method: &str, target: &str) -> Call {
    Call::new(method, target).with_header("Fiware-Service", service).with_header("Fiware-ServicePath", path)
}

fn with_json(call: Call, body: &Value) -> Call {
    call.with_header("Content-Type", "application/json").with_body(body.to_string())
}

fn a_group(key: &str) -> Value {
    json!({"resource": "/iot/d", "apikey": key, "entity_type": "Bin", "cbroker": "http://a:1026", "token": "t"})
}

fn add_group(data: &mut Data, service: &str, path: &str, key: &str) -> u16 {
    answer(data, &with_json(at(service, path, "POST", "/iot/groups"), &json!({"groups": [a_group(key)]}))).status
}

fn add_device(data: &mut Data, service: &str, path: &str, id: &str) -> u16 {
    let body = json!({"devices": [{"device_id": id, "apikey": "k", "entity_type": "Bin"}]});
    answer(data, &with_json(at(service, path, "POST", "/iot/devices"), &body)).status
}

fn ids(data: &mut Data, service: &str, path: &str) -> Vec<String> {
    let list = answer(data, &at(service, path, "GET", "/iot/devices")).value();
    list["devices"].as_array().unwrap().iter().map(|one| one["device_id"].as_str().unwrap().to_owned()).collect()
}

fn groups_of(data: &mut Data, service: &str, path: &str) -> u64 {
    answer(data, &at(service, path, "GET", "/iot/groups")).value()["count"].as_u64().unwrap()
}

fn refusal(reply: &Reply) -> (u16, String) {
    (reply.status, reply.value()["name"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_group_lives_by_resource_and_key_under_both_names() {
    for word in ["groups", "services"] {
        let mut data = Data::default();
        let target = format!("/iot/{word}");
        let mut body = json!({});
        body[word] = json!([a_group("k")]);
        let made = answer(&mut data, &with_json(at("City", "/parks", "POST", &target), &body));
        assert_eq!((made.status, made.value()), (201, json!({})), "{word}");
        let list = answer(&mut data, &at("city", "/parks", "GET", &target)).value();
        let group = &list[word][0];
        assert_eq!(
            (&list["count"], &group["service"], &group["entity_type"]),
            (&json!(1), &json!("city"), &json!("Bin"))
        );
        assert_eq!((group.get("cbroker"), &group["commands"]), (None, &json!([])));

        let named = format!("{target}?resource=/iot/d&apikey=k");
        let change = with_json(at("city", "/parks", "PUT", &named), &json!({"entity_type": "Tree", "x": 1}));
        let changed = answer(&mut data, &change);
        assert_eq!((changed.status, changed.body.len()), (204, 0), "{word}");
        let group = &answer(&mut data, &at("city", "/parks", "GET", &target)).value()[word][0];
        assert_eq!((&group["entity_type"], group.get("x")), (&json!("Tree"), None));

        let statuses = [(); 2].map(|()| answer(&mut data, &at("city", "/parks", "DELETE", &named)).status);
        assert_eq!(statuses, [204, 404], "{word}");
    }
}

#[test]
fn a_resource_and_key_belong_to_one_place_alone() {
    let table = [
        ("DELETE", "city", "/parks", "resource=/iot/d&apikey=k", 204, ""),
        ("DELETE", "city", "/parks", "resource=&apikey=k", 204, ""),
        ("DELETE", "city", "/roads", "resource=/iot/d&apikey=k", 403, "MISMATCHED_SERVICE"),
        ("DELETE", "town", "/parks", "resource=/iot/d&apikey=k", 403, "MISMATCHED_SERVICE"),
        ("PUT", "town", "/parks", "resource=/iot/d&apikey=k", 403, "MISMATCHED_SERVICE"),
        ("DELETE", "city", "/parks", "resource=/iot/d&apikey=other", 404, "DEVICE_GROUP_NOT_FOUND"),
        ("PUT", "city", "/parks", "resource=/iot/json&apikey=k", 404, "DEVICE_GROUP_NOT_FOUND"),
        ("DELETE", "city", "/parks", "apikey=k", 400, "MISSING_HEADERS"),
        ("PUT", "city", "/parks", "resource=/iot/d", 400, "MISSING_HEADERS"),
    ];
    for (method, service, path, query, status, name) in table {
        let mut data = Data::default();
        assert_eq!(add_group(&mut data, "city", "/parks", "k"), 201);
        let reply = answer(&mut data, &at(service, path, method, &format!("/iot/groups?{query}")));
        assert_eq!(refusal(&reply), (status, name.to_owned()), "{method} {service} {path} {query}");
        assert_eq!(groups_of(&mut data, "city", "/parks"), u64::from(status != 204), "{method} {path} {query}");
    }
    let mut data = Data::default();
    assert_eq!(add_group(&mut data, "city", "/parks", "k"), 201);
    assert_eq!(add_group(&mut data, "town", "/", "k"), 409);
}

#[test]
fn groups_are_made_up_to_the_first_that_is_refused() {
    let mut data = Data::default();
    let groups = json!({"groups": [a_group("a"), a_group("a"), a_group("b")]});
    let reply = answer(&mut data, &with_json(at("city", "/", "POST", "/iot/groups"), &groups));
    assert_eq!(refusal(&reply), (409, "DUPLICATE_GROUP".to_owned()));
    assert_eq!(groups_of(&mut data, "city", "/"), 1);
}

#[test]
fn a_star_lists_the_groups_of_all_paths_by_pages() {
    let mut data = Data::default();
    for (number, path) in ["/a", "/b", "/a"].into_iter().enumerate() {
        add_group(&mut data, "city", path, &format!("k{number}"));
    }
    add_group(&mut data, "town", "/a", "k9");
    let table = [
        ("/*", "", 3, vec!["k0", "k1", "k2"]),
        ("/*", "?limit=2", 3, vec!["k0", "k1"]),
        ("/*", "?limit=2&offset=2", 3, vec!["k2"]),
        ("/a", "", 2, vec!["k0", "k2"]),
        ("/a", "?limit=1", 2, vec!["k0", "k2"]),
        ("/c", "", 0, vec![]),
    ];
    for (path, query, count, keys) in table {
        let list = answer(&mut data, &at("city", path, "GET", &format!("/iot/groups{query}"))).value();
        let shown: Vec<&str> =
            list["groups"].as_array().unwrap().iter().map(|one| one["apikey"].as_str().unwrap()).collect();
        assert_eq!((list["count"].as_u64(), shown), (Some(count), keys), "{path} {query}");
    }
}

#[test]
fn devices_go_with_their_group_only_if_asked() {
    for (query, left) in [("", 1), ("&device=", 1), ("&device=true", 0), ("&device=false", 0)] {
        let mut data = Data::default();
        add_group(&mut data, "city", "/parks", "k");
        for (service, path) in [("city", "/parks"), ("city", "/roads"), ("town", "/parks")] {
            add_device(&mut data, service, path, "d");
        }
        let target = format!("/iot/groups?resource=/iot/d&apikey=k{query}");
        assert_eq!(answer(&mut data, &at("city", "/parks", "DELETE", &target)).status, 204, "{query}");
        let counts = [("city", "/parks"), ("city", "/roads"), ("town", "/parks")]
            .map(|(service, path)| ids(&mut data, service, path).len());
        assert_eq!(counts, [left, 1, 1], "{query}");
    }
}

#[test]
fn a_device_lives_by_its_id_in_its_place() {
    let mut data = Data::default();
    add_group(&mut data, "city", "/parks", "k");
    let body = json!({"devices": [{"device_id": "d1", "apikey": "k"}, {"device_id": "d2", "entity_name": "n"}]});
    let made = answer(&mut data, &with_json(at("city", "/parks", "POST", "/iot/devices"), &body));
    assert_eq!((made.status, made.value()), (201, json!({})));
    let one = answer(&mut data, &at("CITY", "/parks", "GET", "/iot/devices/d1"));
    let expected = json!({
        "device_id": "d1", "apikey": "k", "entity_name": "Bin:d1", "entity_type": "Bin", "attributes": [], "lazy": [],
        "commands": [], "static_attributes": [], "service": "city", "service_path": "/parks",
    });
    assert_eq!((one.status, one.value()), (200, expected));

    let target = "/iot/devices/d1";
    let change = json!({"entity_name": "new", "apikey": "l"});
    assert_eq!(answer(&mut data, &with_json(at("city", "/parks", "PUT", target), &change)).status, 204);
    let one = answer(&mut data, &at("city", "/parks", "GET", "/iot/devices/d1?apikey=l")).value();
    assert_eq!(one["entity_name"], "new");

    let table = [
        ("GET", "city", "/parks", "/iot/devices/d1?apikey=k", 404),
        ("GET", "city", "/roads", target, 404),
        ("DELETE", "town", "/parks", target, 404),
        ("DELETE", "city", "/parks", "/iot/devices/d1?apikey=k", 404),
        ("PUT", "city", "/", target, 404),
        ("DELETE", "city", "/parks", target, 204),
        ("DELETE", "city", "/parks", target, 404),
    ];
    for (method, service, path, target, status) in table {
        let reply = answer(&mut data, &at(service, path, method, target));
        let name = if status == 404 { "DEVICE_NOT_FOUND" } else { "" };
        assert_eq!(refusal(&reply), (status, name.to_owned()), "{method} {service} {path} {target}");
    }
    assert_eq!(ids(&mut data, "city", "/parks"), ["d2"]);
}

#[test]
fn pages_of_devices_add_up() {
    let table = [
        (0, "", 0),
        (1, "", 1),
        (41, "", 41),
        (19, "?limit=20", 19),
        (20, "?limit=20", 20),
        (21, "?limit=20", 20),
        (21, "?limit=20&offset=20", 1),
        (40, "?limit=20&offset=20", 20),
        (41, "?limit=20&offset=40", 1),
        (41, "?limit=20&offset=60", 0),
    ];
    for (total, query, length) in table {
        let mut data = Data::default();
        for number in 0..total {
            assert_eq!(add_device(&mut data, "city", "/", &format!("d{number}")), 201);
        }
        let list = answer(&mut data, &at("city", "/", "GET", &format!("/iot/devices{query}"))).value();
        let seen = (list["count"].as_u64(), list["devices"].as_array().unwrap().len());
        assert_eq!(seen, (Some(total), length), "{total} {query}");
    }
}

#[test]
fn the_good_ones_of_several_devices_are_made_and_deleted() {
    let mut data = Data::default();
    let body = json!({"devices": [{"device_id": "a"}, {"entity_name": "n"}, {"device_id": "a"}, {"device_id": "b"}]});
    let reply = answer(&mut data, &with_json(at("city", "/", "POST", "/iot/devices"), &body));
    assert_eq!(refusal(&reply), (400, "MISSING_ATTRIBUTES".to_owned()));
    assert_eq!(ids(&mut data, "city", "/"), ["a", "b"]);
    assert_eq!(add_device(&mut data, "city", "/other", "a"), 201);
    let again = json!({"devices": [{"device_id": "a"}]});
    let reply = answer(&mut data, &with_json(at("city", "/", "POST", "/iot/devices"), &again));
    assert_eq!(refusal(&reply), (409, "DUPLICATE_DEVICE_ID".to_owned()));

    let table = [
        (json!({"devices": [{"deviceId": "gone"}, {"deviceId": "a"}]}), (404, "DEVICE_NOT_FOUND"), vec!["b"]),
        (json!({"devices": [{"deviceId": "b"}]}), (204, ""), vec![]),
        (json!({"devices": []}), (204, ""), vec![]),
        (json!({}), (500, "TypeError"), vec![]),
    ];
    for (body, (status, name), left) in table {
        let reply = answer(&mut data, &with_json(at("city", "/", "POST", "/iot/op/delete"), &body));
        assert_eq!(refusal(&reply), (status, name.to_owned()), "{body}");
        assert_eq!(ids(&mut data, "city", "/"), left, "{body}");
    }
    assert_eq!(ids(&mut data, "city", "/other"), ["a"]);
}

#[test]
fn refuses_bodies_that_are_wrong_in_any_part() {
    let table = [
        ("POST", "/iot/groups", json!({}), 400, "WRONG_SYNTAX"),
        ("POST", "/iot/groups", json!({"services": [a_group("k")]}), 400, "WRONG_SYNTAX"),
        ("POST", "/iot/services", json!({"groups": [a_group("k")]}), 400, "WRONG_SYNTAX"),
        ("POST", "/iot/groups", json!({"groups": [a_group("k")], "more": 1}), 400, "WRONG_SYNTAX"),
        ("POST", "/iot/groups", json!({"groups": [{"apikey": "k", "entity_type": "T"}]}), 400, "WRONG_SYNTAX"),
        ("POST", "/iot/groups", json!({"groups": [{"apikey": "k", "resource": 1}]}), 400, "WRONG_SYNTAX"),
        ("POST", "/iot/groups", json!({"groups": [{"apikey": "k", "resource": "", "lazy": "x"}]}), 400, "WRONG_SYNTAX"),
        ("POST", "/iot/groups", json!({"groups": [{"apikey": "k", "resource": ""}]}), 400, "MISSING_CONFIG_PARAMS"),
        ("POST", "/iot/devices", json!({}), 400, "WRONG_SYNTAX"),
        ("POST", "/iot/devices", json!({"devices": [{"device_id": 1}]}), 400, "WRONG_SYNTAX"),
        ("POST", "/iot/devices", json!({"devices": ["d"]}), 400, "WRONG_SYNTAX"),
        (
            "POST",
            "/iot/devices",
            json!({"devices": [{"device_id": "d", "attributes": [{"name": "a<b"}]}]}),
            400,
            "WRONG_SYNTAX",
        ),
        ("POST", "/iot/devices", json!({"devices": [{"device_id": ""}]}), 400, "MISSING_ATTRIBUTES"),
        ("PUT", "/iot/devices/d", json!({"colour": "red"}), 400, "WRONG_SYNTAX"),
        ("PUT", "/iot/devices/d", json!({"device_id": "e"}), 400, "BAD_REQUEST"),
    ];
    for (method, target, body, status, name) in table {
        let mut data = Data::default();
        let reply = answer(&mut data, &with_json(at("city", "/", method, target), &body));
        assert_eq!(refusal(&reply), (status, name.to_owned()), "{method} {target} {body}");
        assert_eq!((data.groups.len(), data.devices.len()), (0, 0), "{method} {target} {body}");
    }
}

#[test]
fn a_body_that_is_no_json_is_a_fault_of_its_own_and_one_of_another_type_is_none() {
    let table = [
        ("application/json", "{", (500, "SyntaxError")),
        ("application/json", "1", (500, "SyntaxError")),
        ("application/json", "[]", (400, "WRONG_SYNTAX")),
        ("text/plain", "{\"devices\": []}", (400, "WRONG_SYNTAX")),
        ("application/json; charset=utf-8", "{\"devices\": []}", (201, "")),
    ];
    for (content_type, body, (status, name)) in table {
        let call = at("city", "/", "POST", "/iot/devices").with_header("Content-Type", content_type);
        let reply = answer(&mut Data::default(), &call.with_body(body));
        assert_eq!(refusal(&reply), (status, name.to_owned()), "{content_type} {body}");
    }
}

#[test]
fn both_headers_are_needed_everywhere_but_for_the_version() {
    let routes = [
        ("GET", "/iot/groups"),
        ("POST", "/iot/services"),
        ("PUT", "/iot/groups"),
        ("DELETE", "/iot/groups"),
        ("GET", "/iot/devices"),
        ("POST", "/iot/devices"),
        ("GET", "/iot/devices/d"),
        ("PUT", "/iot/devices/d"),
        ("DELETE", "/iot/devices/d"),
        ("POST", "/iot/op/delete"),
    ];
    let text = |missing: &str| format!("Some headers were missing from the request: {missing}");
    for (method, target) in routes {
        let call = Call::new(method, target);
        let half = call.clone().with_header("Fiware-Service", "city");
        for (call, missing) in
            [(call, "[\"fiware-service\",\"fiware-servicepath\"]"), (half, "[\"fiware-servicepath\"]")]
        {
            let reply = answer(&mut Data::default(), &call);
            let expected = json!({"name": "MISSING_HEADERS", "message": text(missing)});
            assert_eq!((reply.status, reply.value()), (400, expected), "{method} {target}");
        }
    }
    for (target, status) in [("/iot/about", 200), ("/version", 200), ("/iot/nothing", 404), ("/", 404)] {
        assert_eq!(answer(&mut Data::default(), &Call::new("GET", target)).status, status, "{target}");
    }
}

#[test]
fn the_same_content_is_the_same_state_however_it_came_about() {
    let (mut one, mut two) = (Data::default(), Data::default());
    for id in ["a", "b"] {
        add_device(&mut one, "city", "/", id);
        add_group(&mut one, "city", "/", id);
    }
    for id in ["b", "c", "a"] {
        add_group(&mut two, "city", "/", id);
        add_device(&mut two, "city", "/", id);
    }
    answer(&mut two, &at("city", "/", "DELETE", "/iot/devices/c"));
    answer(&mut two, &at("city", "/", "DELETE", "/iot/groups?resource=/iot/d&apikey=c"));
    let plain = |data: &Data| {
        let mut state = serde_json::to_value(data).unwrap();
        for list in ["groups", "devices"] {
            for row in state[list].as_array_mut().unwrap() {
                row["_id"] = Value::Null;
            }
        }
        state.to_string()
    };
    assert_eq!(plain(&one), plain(&two));
    add_device(&mut two, "town", "/", "a");
    assert_ne!(plain(&one), plain(&two));
}
