//! Every rule about the heads of requests.

use super::*;

#[test]
fn tenants_are_words_of_fifty_letters_at_most() {
    let (fifty, more) = ("a".repeat(50), "a".repeat(51));
    let characters = "bad character in tenant name - only underscore and alphanumeric characters are allowed";
    let table = [
        ("smart_city2", None),
        ("SmartCity", None),
        ("", None),
        (&fifty, None),
        (&more, Some("bad length - a tenant name can be max 50 characters long")),
        ("smart-city", Some(characters)),
        ("smart.city", Some(characters)),
        ("città", Some(characters)),
    ];
    for (tenant, description) in table {
        let reply = Orion::new().ask(&at(tenant, "/", "GET", "/v2/subscriptions"));
        let expected = description.map_or((200, ""), |description| (400, description));
        assert_eq!((reply.status, refusal(&reply).2.as_str()), expected, "{tenant}");
    }
}

#[test]
fn service_paths_have_ten_levels_of_fifty_letters_at_most() {
    let deep = |levels: usize| "/a".repeat(levels);
    let long = |letters: usize| format!("/{}", "a".repeat(letters));
    let illegal = "a component of ServicePath contains an illegal character";
    let table = [
        ("GET", "/".to_owned(), None),
        ("GET", "/#".to_owned(), None),
        ("GET", "/parks/#".to_owned(), None),
        ("GET", "/parks/".to_owned(), None),
        ("GET", " /parks ,/roads".to_owned(), None),
        ("GET", deep(10), None),
        ("GET", long(50), None),
        ("GET", deep(11), Some("too many components in ServicePath")),
        ("GET", long(51), Some("component-name too long in ServicePath")),
        ("GET", "parks".to_owned(), Some("Only /absolute/ Service Paths allowed [a service path must begin with /]")),
        ("GET", "//parks".to_owned(), Some("empty component in ServicePath")),
        ("GET", "/parks//north".to_owned(), Some("empty component in ServicePath")),
        ("GET", "/parks-north".to_owned(), Some(illegal)),
        ("GET", "/parks#".to_owned(), Some(illegal)),
        ("GET", "/#/north".to_owned(), Some(illegal)),
        ("GET", "/a, /b-c".to_owned(), Some(illegal)),
        ("GET", ["/a"; 11].join(","), Some("too many service paths - a maximum of ten service paths is allowed")),
        ("DELETE", "/#".to_owned(), Some("servicepath with wildcard # is not allowed in DELETE operation")),
        ("DELETE", "/a,/b".to_owned(), Some("more than one servicepath is not allowed in DELETE operation")),
    ];
    for (method, path, description) in table {
        let target = if method == "GET" { "/v2/subscriptions" } else { "/v2/subscriptions/0123456789abcdef01234567" };
        let reply = Orion::new().ask(&at("city", &path, method, target));
        let expected = description.map_or((200, ""), |description| (400, description));
        assert_eq!((reply.status, refusal(&reply).2.as_str()), expected, "{path}");
    }
}

#[test]
fn changes_go_to_one_plain_path() {
    let table = [
        ("PATCH", "/#", "servicepath with wildcard # is not allowed in patch update request"),
        ("PATCH", "/a,/b", "more than one servicepath in patch update request is not allowed"),
        ("POST", "/a,/b", "max one service-path allowed for subscriptions"),
    ];
    for (method, path, description) in table {
        let target = if method == "POST" { "/v2/subscriptions" } else { "/v2/subscriptions/0123456789abcdef01234567" };
        let call = with_json(at("city", path, method, target), &all_entities("http://a/"));
        assert_eq!(refusal(&Orion::new().ask(&call)), (400, "BadRequest".to_owned(), description.to_owned()));
    }
}

#[test]
fn a_type_without_a_body_is_refused_and_so_is_a_body_without_a_known_type() {
    let forbidden = "Orion accepts no payload for GET/DELETE requests. HTTP header Content-Type is thus forbidden";
    let missing = "Zero/No Content-Length in PUT/POST/PATCH request";
    let octets = "Content-Type header not used, default application/octet-stream is not supported";
    let id = "/v2/subscriptions/0123456789abcdef01234567";
    let body = all_entities("http://a/").to_string();
    let table = [
        ("GET", "/v2/subscriptions", Some("application/json"), "", 400, "BadRequest", forbidden),
        ("GET", "/version", Some("application/json"), "", 400, "BadRequest", forbidden),
        ("DELETE", id, Some("application/json"), "", 400, "BadRequest", forbidden),
        ("POST", "/v2/subscriptions", Some("application/json"), "", 411, "ContentLengthRequired", missing),
        ("POST", "/v2/subscriptions", None, "", 411, "ContentLengthRequired", missing),
        ("PATCH", id, Some("application/json"), "", 411, "ContentLengthRequired", missing),
        ("POST", "/v2/subscriptions", None, &body, 415, "UnsupportedMediaType", octets),
        (
            "POST",
            "/v2/subscriptions",
            Some("application/xml"),
            &body,
            415,
            "UnsupportedMediaType",
            "not supported content type: application/xml",
        ),
        (
            "POST",
            "/v2/subscriptions",
            Some("text/plain"),
            &body,
            415,
            "UnsupportedMediaType",
            "not supported content type: text/plain",
        ),
        ("POST", "/v2/subscriptions", Some("application/json; charset=utf-8"), &body, 201, "", ""),
    ];
    for (method, target, content_type, body, status, error, description) in table {
        let call = at("city", "/", method, target).with_body(body);
        let call = match content_type {
            Some(value) => call.with_header("Content-Type", value),
            None => call,
        };
        let reply = Orion::new().ask(&call);
        let expected = (status, error.to_owned(), description.to_owned());
        assert_eq!(refusal(&reply), expected, "{method} {target} {content_type:?}");
    }
}

#[test]
fn a_body_in_chunks_has_no_length_for_orion() {
    let call = post("city", "/", &all_entities("http://a/")).with_header("Transfer-Encoding", "chunked");
    assert_eq!(refusal(&Orion::new().ask(&call)).0, 411);
}

#[test]
fn a_body_of_more_than_a_mebibyte_is_refused() {
    let call = post("city", "/", &json!("a".repeat(1024 * 1024)));
    let text = "payload size: 1048578, max size supported: 1048576".to_owned();
    assert_eq!(refusal(&Orion::new().ask(&call)), (413, "RequestEntityTooLarge".to_owned(), text));
}

#[test]
fn answers_only_in_json() {
    let table = [
        ("application/json", 200),
        ("*/*", 200),
        ("application/*", 200),
        ("text/html, application/json;q=0.9", 200),
        ("text/html", 406),
        ("application/xml", 406),
    ];
    for (accept, status) in table {
        let reply = Orion::new().ask(&at("city", "/", "GET", "/v2/subscriptions").with_header("Accept", accept));
        assert_eq!(reply.status, status, "{accept}");
        let error = if status == 200 { "" } else { "NotAcceptable" };
        assert_eq!(refusal(&reply).1, error, "{accept}");
    }
}

#[test]
fn every_answer_carries_the_correlator() {
    let mut orion = Orion::new();
    for target in ["/version", "/v2/nothing", "/v2/subscriptions?limit=x"] {
        let given = orion.ask(&Call::new("GET", target).with_header("Fiware-Correlator", "flow-1"));
        assert_eq!(given.header("Fiware-Correlator"), Some("flow-1"), "{target}");
        let (one, two) = (orion.ask(&Call::new("GET", target)), orion.ask(&Call::new("GET", target)));
        let made_up = one.header("Fiware-Correlator").unwrap();
        assert_eq!(made_up.len(), 36, "{target}");
        assert_ne!(Some(made_up), two.header("Fiware-Correlator"), "{target}");
    }
}

#[test]
fn says_which_methods_an_address_has() {
    let table = [
        ("PUT", "/v2/subscriptions", "POST, GET"),
        ("DELETE", "/v2/subscriptions", "POST, GET"),
        ("PUT", "/v2/subscriptions/0123456789abcdef01234567", "GET, DELETE, PATCH"),
        ("DELETE", "/version", "GET"),
        ("POST", "/admin/metrics", "GET, DELETE"),
        ("OPTIONS", "/statistics", "GET, DELETE"),
    ];
    for (method, target, allow) in table {
        let call = with_json(Call::new(method, target), &json!({}));
        let reply = Orion::new().ask(&call);
        let expected = (405, "MethodNotAllowed".to_owned(), "method not allowed".to_owned());
        assert_eq!(refusal(&reply), expected, "{method} {target}");
        assert_eq!(reply.header("Allow"), Some(allow), "{method} {target}");
    }
}

#[test]
fn knows_no_other_address() {
    let missing = "Service not found. Check your URL as probably it is wrong.";
    let table = [
        ("/", "The Orion Context Broker is a REST service, not a 'web page'"),
        ("/v1/contextEntities", missing),
        ("/v2/subscriptions//", missing),
        ("/v2/subscriptions/%3Ca%3E", "invalid character in URI"),
    ];
    for (target, description) in table {
        let reply = Orion::new().ask(&Call::new("GET", target));
        assert_eq!(refusal(&reply), (400, "BadRequest".to_owned(), description.to_owned()), "{target}");
    }
}
