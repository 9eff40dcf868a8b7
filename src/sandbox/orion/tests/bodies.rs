//! What a subscription may say.

use super::*;

/// The usual body with the value at this place replaced, or taken away by null.
fn changed(pointer: &str, value: &Value) -> Value {
    let mut body = all_entities("http://a/");
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Value::Null => parent.remove(name),
        value => parent.insert(name.to_owned(), value.clone()),
    };
    body
}

#[test]
fn a_body_that_is_no_object_is_a_parse_error() {
    for body in ["{", "", "[]", "null", "\"text\"", "{\"subject\": }", "not json"] {
        let call = at("city", "/", "POST", "/v2/subscriptions").with_header("Content-Type", "application/json");
        let reply = Orion::new().ask(&call.with_body(format!("{body} ")));
        let expected = (400, "ParseError".to_owned(), "Errors found in incoming JSON buffer".to_owned());
        assert_eq!(refusal(&reply), expected, "{body}");
    }
    let reply = Orion::new().ask(&post("city", "/", &json!({})));
    assert_eq!(refusal(&reply), (400, "BadRequest".to_owned(), "empty payload".to_owned()));
}

#[test]
fn refuses_a_subscription_that_is_wrong_in_any_part() {
    let idpattern = json!({"idPattern": ".*"});
    let forbidden = "forbidden characters in /entities/ vector item /id/";
    let table = [
        ("/subject", json!(null), "no subject for subscription specified"),
        ("/subject", json!([]), "subject is not an object"),
        ("/subject/entities", json!(null), "no subject entities specified"),
        ("/subject/entities", json!({}), "/entities/ is not an array"),
        ("/subject/entities", json!([]), "subject entities is empty"),
        ("/subject/entities", json!(["a"]), "/entities/ vector item is not an object"),
        ("/subject/entities", json!([{"type": "T"}]), "/entities/ vector item does not have /id/ nor /idPattern/"),
        (
            "/subject/entities",
            json!([{"id": "a", "idPattern": "b"}]),
            "/entities/ vector item has both /id/ and /idPattern/",
        ),
        (
            "/subject/entities",
            json!([{"id": "a", "type": "b", "typePattern": "c"}]),
            "/entities/ element has both /type/ and /typePattern/",
        ),
        ("/subject/entities", json!([{"id": 1}]), "/entities/ vector item /id/ is not a string"),
        ("/subject/entities", json!([{"id": ""}]), "/entities/ element id is empty"),
        ("/subject/entities", json!([{"idPattern": ""}]), "/entities/ vector item /idPattern/ is empty"),
        ("/subject/entities", json!([{"id": "a b"}]), forbidden),
        ("/subject/entities", json!([{"id": "a/b"}]), forbidden),
        ("/subject/entities", json!([{"id": "à"}]), forbidden),
        (
            "/subject/entities",
            json!([{"id": "a".repeat(257)}]),
            "max id length exceeded in /entities/ vector item /id/",
        ),
        ("/subject/condition", json!({}), "condition is empty"),
        ("/subject/condition", json!("x"), "condition is not an object"),
        ("/subject/condition/attrs", json!("x"), "the field /attrs/ must be a JSON array"),
        ("/subject/condition/attrs", json!([1]), "only JSON Strings allowed in string vector /attrs/"),
        ("/subject/condition/attrs", json!(["a", "a"]), "duplicated item /a/ in array"),
        ("/subject/condition/attrs", json!([""]), "empty string found in string vector /attrs/"),
        ("/subject/condition/attrs", json!(["a=b"]), "forbidden characters in attribute name"),
        ("/subject/condition/alterationTypes", json!(["x"]), "unknown subscription alterationType: x"),
        ("/notification", json!(null), "no notification for subscription specified"),
        ("/notification", json!("x"), "notification is not an object"),
        ("/notification/http", json!(null), "http, httpCustom, mqtt or mqttCustom is missing"),
        (
            "/notification/httpCustom",
            json!({"url": "http://a/"}),
            "only one of http, httpCustom, mqtt or mqttCustom is allowed",
        ),
        ("/notification/http", json!("http://a/"), "http notification is not an object"),
        ("/notification/http", json!({}), "url http notification is missing"),
        ("/notification/http", json!({"url": 1}), "url http notification is not a string"),
        ("/notification/http", json!({"url": "http://a/?b=c"}), "forbidden characters in http field /url/"),
        ("/notification/http", json!({"url": "cygnus:5050"}), "Invalid URL parsing notification url"),
        ("/notification/http", json!({"url": "http://"}), "Invalid URL parsing notification url"),
        ("/notification/http", json!({"url": "http://a:0/"}), "Invalid URL parsing notification url"),
        ("/notification/http", json!({"url": "http://a:65536/"}), "Invalid URL parsing notification url"),
        ("/notification/http", json!({"url": "mqtt://a/"}), "mqtt URL cannot be used in http notifications"),
        (
            "/notification/http",
            json!({"url": "http://a/", "timeout": 1_800_001}),
            "timeout field must be an integer between 0 and 1800000",
        ),
        ("/notification/exceptAttrs", json!(["a"]), "http notification has attrs and exceptAttrs"),
        (
            "/notification/attrsFormat",
            json!("legacy"),
            "invalid attrsFormat, accepted values: normalized, simplifiedNormalized, keyValues, simplifiedkeyValues, values",
        ),
        ("/notification/covered", json!(true), "covered true cannot be used if notification attributes list is empty"),
        ("/notification/onlyChangedAttrs", json!(1), "onlyChangedAttrs is not a bool"),
        ("/notification/maxFailsLimit", json!(0), "maxFailsLimit must be greater than zero"),
        ("/expires", json!("soon"), "expires has an invalid format"),
        ("/expires", json!(1), "expires is not a string"),
        ("/status", json!("off"), "status is not valid: it has to be either active, inactive or oneshot"),
        ("/throttling", json!("1"), "throttling is not an int"),
        ("/description", json!("a".repeat(1025)), "max description length exceeded"),
        ("/description", json!("<b>"), "forbidden characters in description"),
    ];
    for (pointer, value, description) in table {
        let mut orion = Orion::new();
        let reply = orion.ask(&post("city", "/", &changed(pointer, &value)));
        let expected = (400, "BadRequest".to_owned(), description.to_owned());
        assert_eq!(refusal(&reply), expected, "{pointer} {value}");
        assert_eq!(orion.ids("city", ""), [""; 0], "{pointer} {value}");
    }
    let reply = Orion::new().ask(&post("city", "/", &changed("/subject/entities", &json!([idpattern]))));
    assert_eq!(reply.status, 201);
}

#[test]
fn reads_times_as_orion_does() {
    let table = [
        ("2099-12-31T23:59:59Z", Ok(Some("2099-12-31T23:59:59.000Z"))),
        ("2099-12-31T23:59:59.250Z", Ok(Some("2099-12-31T23:59:59.250Z"))),
        ("2099-12-31T23:59:59+01:00", Ok(Some("2099-12-31T22:59:59.000Z"))),
        ("2099-12-31T23:59:59", Ok(Some("2099-12-31T23:59:59.000Z"))),
        ("2099-12-31", Ok(Some("2099-12-31T00:00:00.000Z"))),
        ("", Ok(None)),
        ("2099-13-01T00:00:00Z", Err(())),
        ("2099-12-31 23:59:59", Err(())),
        ("P1Y", Err(())),
        ("tomorrow", Err(())),
    ];
    for (expires, expected) in table {
        let mut orion = Orion::new();
        let reply = orion.ask(&post("city", "/", &changed("/expires", &json!(expires))));
        let shown = match reply.status {
            201 => {
                let list = orion.ask(&at("city", "/", "GET", "/v2/subscriptions")).value();
                Ok(list[0]["expires"].as_str().map(str::to_owned))
            }
            _ => Err(()),
        };
        assert_eq!(shown, expected.map(|text| text.map(str::to_owned)), "{expires}");
    }
}

#[test]
fn a_time_in_the_past_is_taken_and_means_expired() {
    let mut orion = Orion::new();
    assert_eq!(orion.ask(&post("city", "/", &changed("/expires", &json!("2001-01-01T00:00:00Z")))).status, 201);
    let list = orion.ask(&at("city", "/", "GET", "/v2/subscriptions")).value();
    assert_eq!(list[0]["status"], "expired");
}

#[test]
fn shows_other_receivers_as_they_were_given() {
    let table = [
        (
            json!({"httpCustom": {"url": "http://a/${id}", "method": "PUT", "headers": {"x": "y"}, "payload": "hello"}}),
            json!({"url": "http://a/${id}", "payload": "hello", "method": "PUT", "headers": {"x": "y"}}),
        ),
        (
            json!({"mqtt": {"url": "mqtt://a:1883", "topic": "t/u", "user": "u", "passwd": "secret"}}),
            json!({"url": "mqtt://a:1883", "topic": "t/u", "qos": 0, "retain": false, "user": "u", "passwd": "*****"}),
        ),
    ];
    for (notification, expected) in table {
        let mut orion = Orion::new();
        let body = json!({"subject": {"entities": [{"id": "a"}]}, "notification": notification});
        assert_eq!(orion.ask(&post("city", "/", &body)).status, 201, "{notification}");
        let list = orion.ask(&at("city", "/", "GET", "/v2/subscriptions")).value();
        let kind = notification.as_object().unwrap().keys().next().unwrap();
        assert_eq!(list[0]["notification"][kind], expected);
        assert!(!orion.state().contains("secret"));
    }
}
