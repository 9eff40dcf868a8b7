use serde_json::{Value, json};

use super::super::Target;
use super::super::testing::Server;

const NAMES: [&str; 3] = ["cloud", "service", "plain"];

/// The platform with a service, its administrator, and a user who is nothing; their tokens in the order of `NAMES`.
fn platform() -> (Server, String, [String; 3]) {
    let mut server = Server::platform();
    let cloud = server.token("cloud_admin", "admin_domain", &json!({"domain": {"name": "admin_domain"}}));
    let service = server.make(&cloud, "domain", &json!({"name": "city"}));
    let user = |name: &str| json!({"name": name, "password": "zaragoza-2026", "domain_id": service});
    let admin = server.make(&cloud, "user", &user("adm"));
    server.make(&cloud, "user", &user("plain"));
    server.grant(&admin, "admin", Target::Domain(service.clone()));
    let adm = server.token("adm", "city", &json!({"domain": {"id": service}}));
    let plain = server.token("plain", "city", &Value::Null);
    (server, service, [cloud, adm, plain])
}

#[test]
fn on_the_platform_scope_does_not_count_but_the_domain_of_the_administrator() {
    let cases = [
        ("GET", "/v3/domains", Value::Null, [200, 403, 403]),
        ("GET", "/v3/domains/default", Value::Null, [200, 200, 200]),
        ("POST", "/v3/domains", json!({"domain": {"name": "new"}}), [201, 403, 403]),
        ("PATCH", "/v3/domains/{d}", json!({"domain": {"description": "x"}}), [200, 403, 403]),
        ("DELETE", "/v3/domains/{d}", Value::Null, [403, 403, 403]),
        ("POST", "/v3/roles", json!({"role": {"name": "{d}#Writer"}}), [201, 201, 403]),
        ("GET", "/v3/roles", Value::Null, [200, 200, 403]),
        ("POST", "/v3/users", json!({"user": {"name": "new", "domain_id": "{d}"}}), [201, 201, 403]),
        ("POST", "/v3/users", json!({"user": {"name": "new", "domain_id": "default"}}), [201, 403, 403]),
        ("POST", "/v3/projects", json!({"project": {"name": "/new", "domain_id": "{d}"}}), [201, 201, 403]),
        ("POST", "/v3/projects", json!({"project": {"name": "/new", "domain_id": "default"}}), [201, 403, 403]),
        ("GET", "/v3/users?domain_id={d}", Value::Null, [200, 200, 403]),
        ("GET", "/v3/users?domain_id=default", Value::Null, [200, 403, 403]),
        ("GET", "/v3/projects?domain_id={d}", Value::Null, [200, 200, 403]),
    ];
    for (method, target, body, expected) in cases {
        for (place, status) in expected.into_iter().enumerate() {
            let (mut server, domain, tokens) = platform();
            let body = serde_json::from_str(&body.to_string().replace("{d}", &domain)).unwrap();
            let reply = server.ask(&tokens[place], method, &target.replace("{d}", &domain), &body);
            assert_eq!(reply.status, status, "{} {method} {target}: {}", NAMES[place], reply.value());
        }
    }
}

/// The names in a list.
fn names(body: &Value, collection: &str) -> Vec<String> {
    let items = body[collection].as_array().unwrap();
    let mut names: Vec<String> = items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect();
    names.sort_unstable();
    names
}

#[test]
fn on_the_platform_lists_are_not_narrowed_to_the_domain_of_the_token() {
    let (mut server, domain, [cloud, ..]) = platform();
    server.make(&cloud, "project", &json!({"name": "/one", "domain_id": domain}));
    let mut list = |name: &str| names(&server.get(&cloud, &format!("/v3/{name}")).value(), name);
    assert_eq!(list("domains"), ["Default", "admin_domain", "city"]);
    assert_eq!(list("projects"), ["/one", "admin"]);
    assert_eq!(list("users"), ["adm", "admin", "cep", "cloud_admin", "iotagent", "nagios", "pep", "plain"]);
}

#[test]
fn the_platform_has_its_components_and_only_the_roles_it_knows() {
    let (mut server, _, [cloud, ..]) = platform();
    let roles = server.get(&cloud, "/v3/roles").value();
    assert_eq!(names(&roles, "roles"), ["admin", "service"]);
    let pep = server.token("pep", "admin_domain", &json!({"domain": {"name": "admin_domain"}}));
    assert_eq!(server.get(&pep, "/v3/domains").status, 200);
    let nagios = json!({"project": {"name": "admin", "domain": {"id": "default"}}});
    assert_eq!(server.log_in("nagios", "Default", &nagios).status, 201);
    for (user, status) in [("iotagent", 201), ("cep", 201), ("nobody", 401)] {
        assert_eq!(server.log_in(user, "Default", &Value::Null).status, status, "{user}");
    }
}

#[test]
fn an_action_that_no_line_names_is_refused() {
    let mut server = Server::stock();
    let token = server.admin();
    let about = super::About { now: server.now, flavour: &server.flavour, url: "" };
    let call = crate::sandbox::call::Call::new("GET", "/").with_header("X-Auth-Token", &token);
    let caller = super::Caller::of(&server.data, &about, &call).unwrap();
    let refusal = super::allow(&server.data, &about, &caller, "paint_it_black", &super::Aim::default());
    assert_eq!(refusal, Err(super::Refusal::forbidden("identity:paint_it_black")));
}
