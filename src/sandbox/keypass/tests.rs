use super::samples::{default_policy, request};
use super::*;

const SUBJECT: &str = "/pap/v1/subject/r1";
const CITY: &str = "fiware:orion:city:/:::";

fn ask(data: &mut Data, method: &str, path: &str, body: &str) -> Reply {
    answer(data, &Call::new(method, path).with_header("Fiware-Service", "city").with_body(body))
}

fn status(data: &mut Data, method: &str, path: &str) -> u16 {
    ask(data, method, path, "").status
}

fn body(reply: &Reply) -> &str {
    std::str::from_utf8(&reply.body).unwrap()
}

/// With one policy of `r1` in the tenant `city`.
fn filled() -> Data {
    let mut data = Data::default();
    let reply = ask(&mut data, "POST", SUBJECT, &default_policy("OrionAdmin", "orion", "read"));
    assert_eq!(reply.status, 201);
    data
}

fn decided(data: &mut Data, roles: &[&str], action: &str) -> String {
    let reply = ask(data, "POST", "/pdp/v3", &request(roles, CITY, action));
    let root = xml::parse(body(&reply)).unwrap();
    root.only_child().and_then(|result| result.children().next()).map(xml::Element::text).unwrap()
}

#[test]
fn what_is_posted_can_be_read_listed_replaced_and_deleted() {
    let mut data = filled();
    let text = default_policy("OrionAdmin", "orion", "read");
    let path = format!("{SUBJECT}/policy/OrionAdmin");
    let reply = ask(&mut data, "GET", &path, "");
    assert_eq!((reply.status, body(&reply)), (200, text.as_str()));
    assert_eq!(reply.header("content-type"), Some("application/xml"));
    let reply = ask(&mut data, "PUT", &path, "new");
    assert_eq!((reply.status, body(&reply)), (200, "new"));
    assert_eq!(status(&mut data, "DELETE", &path), 204);
    for method in ["GET", "PUT", "DELETE"] {
        assert_eq!(status(&mut data, method, &path), 404, "{method}");
    }
}

#[test]
fn a_new_policy_is_told_where_it_is() {
    let text = default_policy("OrionAdmin", "orion", "read");
    let call = Call::new("POST", "/pap/v1/subject/r%231/").with_header("fiware-service", "city").with_body(text);
    let reply = answer(&mut Data::default(), &call);
    assert_eq!((reply.status, reply.header("location")), (201, Some("/pap/v1/subject/r%231/policy/OrionAdmin")));
    let reply = answer(&mut Data::default(), &call.with_header("Host", "127.0.0.1:7070"));
    assert_eq!(reply.header("location"), Some("http://127.0.0.1:7070/pap/v1/subject/r%231/policy/OrionAdmin"));
}

#[test]
fn the_same_id_moves_from_role_to_role() {
    let mut data = filled();
    assert_eq!(decided(&mut data, &["r1"], "read"), "Permit");
    ask(&mut data, "POST", "/pap/v1/subject/r2", &default_policy("OrionAdmin", "orion", "read"));
    assert_eq!(decided(&mut data, &["r1"], "read"), "NotApplicable");
    assert_eq!(decided(&mut data, &["r2"], "read"), "Permit");
    assert_eq!(status(&mut data, "DELETE", SUBJECT), 404);
}

#[test]
fn the_subject_of_a_single_policy_is_not_looked_at() {
    let mut data = filled();
    let path = "/pap/v1/subject/anybody/policy/OrionAdmin";
    assert_eq!(status(&mut data, "GET", path), 200);
    let other = default_policy("OrionAdmin", "orion", "create");
    assert_eq!(ask(&mut data, "PUT", path, &other).status, 200);
    assert_eq!(decided(&mut data, &["r1"], "create"), "Permit");
    assert_eq!(status(&mut data, "DELETE", path), 204);
}

#[test]
fn deleting_a_subject_deletes_it_in_other_tenants() {
    let mut data = filled();
    let town = |call: Call| call.with_header("Fiware-Service", "town");
    let text = default_policy("Other", "orion", "read");
    answer(&mut data, &town(Call::new("POST", SUBJECT).with_body(text)));
    let there = |data: &mut Data| answer(data, &town(Call::new("GET", "/pap/v1/subject/r1/policy/Other"))).status;
    assert_eq!(there(&mut data), 200);
    assert_eq!(status(&mut data, "DELETE", SUBJECT), 204);
    assert_eq!(there(&mut data), 404);
    assert_eq!(status(&mut data, "DELETE", SUBJECT), 404);
}

#[test]
fn deleting_a_tenant_always_succeeds() {
    let mut data = filled();
    assert_eq!((status(&mut data, "DELETE", "/pap/v1"), status(&mut data, "DELETE", "/pap/v1")), (204, 204));
    assert_eq!(decided(&mut data, &["r1"], "read"), "NotApplicable");
}

#[test]
fn what_is_put_is_not_looked_at_until_it_bites() {
    let mut data = filled();
    let path = format!("{SUBJECT}/policy/OrionAdmin");
    assert_eq!(ask(&mut data, "PUT", &path, "<broken").status, 200);
    assert_eq!(status(&mut data, "GET", SUBJECT), 500);
    assert_eq!(decided(&mut data, &["r1"], "read"), "Indeterminate");
    assert_eq!(decided(&mut data, &["r2"], "read"), "NotApplicable");
    // Well-formed is enough for the list. The id in the text is nobody's concern.
    assert_eq!(ask(&mut data, "PUT", &path, &default_policy("Other", "orion", "read")).status, 200);
    assert_eq!(status(&mut data, "GET", SUBJECT), 200);
    assert_eq!(status(&mut data, "GET", &path), 200);
    assert_eq!(status(&mut data, "GET", &format!("{SUBJECT}/policy/Other")), 404);
    assert_eq!(decided(&mut data, &["r1"], "read"), "Permit");
}

#[test]
fn ids_are_encoded_when_stored_and_decoded_when_looked_up() {
    let mut data = Data::default();
    let reply = ask(&mut data, "POST", SUBJECT, &default_policy("urn:a/b~c", "orion", "read"));
    assert_eq!(reply.header("location"), Some("/pap/v1/subject/r1/policy/urn%3Aa%2Fb%7Ec"));
    for (path, expected) in [
        ("urn%3Aa%2Fb%7Ec", 404),
        ("urn:a%2Fb~c", 404),
        ("urn%25253Aa%25252Fb%25257Ec", 200),
        ("100%25", 500),
        ("100%25zz", 500),
    ] {
        assert_eq!(status(&mut data, "GET", &format!("{SUBJECT}/policy/{path}")), expected, "{path}");
    }
    assert_eq!(decided(&mut data, &["r1"], "read"), "Permit");
}

#[test]
fn the_list_is_a_set_whose_attributes_have_a_namespace() {
    let mut data = filled();
    ask(&mut data, "POST", SUBJECT, &default_policy("Second", "perseo", "notify"));
    let reply = ask(&mut data, "GET", SUBJECT, "");
    let text = body(&reply);
    assert!(!text.contains('\n') && !text.contains("<?xml") && !text.contains("<!--"), "{text}");
    for part in [
        "ns0:PolicySetId=\"city:r1\"",
        "ns1:Version=\"1.0\"",
        ":PolicyCombiningAlgId=\"urn:oasis:names:tc:xacml:3.0:rule-combining-algorithm:permit-overrides\"",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let set = xml::parse(text).unwrap();
    assert_eq!((set.local(), set.namespace.as_str()), ("PolicySet", xacml::NAMESPACE));
    let ids: Vec<_> = set.children().map(|policy| policy.attribute("PolicyId").unwrap()).collect();
    assert_eq!(ids, ["OrionAdmin", "Second"]);
    assert!(set.children().all(|policy| xacml::Policy::read(policy).is_some()));
}

#[test]
fn the_list_of_nobody_is_an_empty_set() {
    let reply = ask(&mut Data::default(), "GET", "/pap/v1/subject/a%22b", "");
    let set = xml::parse(body(&reply)).unwrap();
    assert_eq!((reply.status, set.local(), set.children().count()), (200, "PolicySet", 0));
}

#[test]
fn exactly_one_tenant_is_wanted() {
    for path in ["/version", "/admin/log", SUBJECT, &format!("{SUBJECT}/policy/P")] {
        let call = Call::new("GET", path);
        assert_eq!(answer(&mut Data::default(), &call).status, 400, "{path}");
        let call = call.with_header("Fiware-Service", "a").with_header("Fiware-Service", "b");
        let reply = answer(&mut Data::default(), &call);
        assert_eq!((reply.status, reply.header("Fiware-Service")), (400, None), "{path}");
    }
    for (method, path) in [("POST", "/pdp/v3"), ("DELETE", "/pap/v1")] {
        assert_eq!(answer(&mut Data::default(), &Call::new(method, path)).status, 400, "{path}");
    }
}

#[test]
fn tenant_and_correlator_come_back() {
    let call = Call::new("GET", "/version").with_header("Fiware-Service", "city").with_header("Fiware-Correlator", "c");
    let reply = answer(&mut Data::default(), &call);
    assert_eq!((reply.header("fiware-service"), reply.header("fiware-correlator")), (Some("city"), Some("c")));
    let reply = answer(&mut Data::default(), &call.with_header("Fiware-Correlator", "d"));
    assert_eq!((reply.status, reply.header("fiware-correlator")), (400, None));
}

#[test]
fn unknown_paths_need_no_tenant_to_be_unknown() {
    for (method, path, expected) in [
        ("GET", "/pap/v1/subject/", 404),
        ("GET", "/pap/v1/subject", 404),
        ("GET", "/", 404),
        ("GET", "/pap/v1/subject/s/policy/", 404),
        ("GET", "/pap/v1", 405),
        ("PATCH", SUBJECT, 405),
        ("GET", "/pdp/v3", 405),
    ] {
        let reply = answer(&mut Data::default(), &Call::new(method, path));
        assert_eq!((reply.status, reply.body.len()), (expected, 0), "{method} {path}");
    }
}

#[test]
fn version_and_log_level() {
    let mut data = Data::default();
    assert_eq!(body(&ask(&mut data, "GET", "/version", "")), "1.14.0");
    assert_eq!(body(&ask(&mut data, "GET", "/admin/log", "")), "INFO");
    assert_eq!(status(&mut data, "PUT", "/admin/log?logLevel=warn"), 200);
    assert_eq!(status(&mut data, "PUT", "/admin/log?level=debug&logLevel=warn"), 200);
    assert_eq!(body(&ask(&mut data, "GET", "/admin/log", "")), "DEBUG");
    assert_eq!(status(&mut data, "PUT", "/admin/log?level=fatal"), 400);
    assert_eq!(status(&mut data, "PUT", "/admin/log"), 400);
}

#[test]
fn only_policies_are_taken() {
    let mut data = Data::default();
    let good = default_policy("P", "orion", "read");
    let long = "x".repeat(1 << 20);
    for bad in [
        String::new(),
        "not XML".to_owned(),
        "<Policy/>".to_owned(),
        good.replace("deny-unless-permit", "coin-toss"),
        good.replace("<?xml version='1.0'?>", "<!DOCTYPE Policy [<!ENTITY x 'y'>]>"),
        good.replace("</Policy>", &format!("{}{}</Policy>", "<a>".repeat(10_000), "</a>".repeat(10_000))),
        good.replace("fiware:orion:.*", &long),
    ] {
        let start = bad.get(..80).unwrap_or(&bad);
        assert_eq!(ask(&mut data, "POST", SUBJECT, &bad).status, 400, "{start}");
    }
    assert_eq!(serde_json::to_value(&data).unwrap(), serde_json::to_value(Data::default()).unwrap());
    // Long is not wrong where it is no pattern.
    assert_eq!(ask(&mut data, "POST", SUBJECT, &good.replace("PRule1", &long)).status, 201);
}

#[test]
fn only_xml_is_decided_upon() {
    let mut data = filled();
    let of = |reply: &Reply| (reply.status, body(reply).contains("Indeterminate"));
    assert_eq!(of(&ask(&mut data, "POST", "/pdp/v3", "")), (400, false));
    assert_eq!(of(&ask(&mut data, "POST", "/pdp/v3", "<!DOCTYPE a><a/>")), (400, false));
    assert_eq!(of(&ask(&mut data, "POST", "/pdp/v3", "<a/>")), (200, false));
    assert_eq!(of(&ask(&mut data, "POST", "/pdp/v3", &request(&[], CITY, "read"))), (200, false));
    let no_request = request(&["r1"], CITY, "read").replace("<Request", "<Query").replace("</Request", "</Query");
    assert_eq!(of(&ask(&mut data, "POST", "/pdp/v3", &no_request)), (200, true));
    assert_eq!(decided(&mut data, &["r0", "r1"], "read"), "Permit");
}
