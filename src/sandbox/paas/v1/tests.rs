//! v1 as a client meets it, row by row of what is known about it.

mod callers;
mod deployments;
mod lists;
mod templates;
mod users;

use serde_json::json;

use super::super::testing::{Bench, URL};
use super::routes::ROUTES;
use crate::sandbox::world::Backend;

fn bench() -> Bench {
    Bench::seeded(Backend::PaasV1)
}

/// The words of a refusal.
fn detail(reply: &crate::sandbox::call::Reply) -> String {
    reply.value()["detail"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn slashes_and_methods_are_taken_literally() {
    let mut bench = bench();
    let redirects = [
        ("/api/v1/users", "/api/v1/users/"),
        ("/api/v1/users/me/", "/api/v1/users/me"),
        ("/api/v1/deployments?size=2", "/api/v1/deployments/?size=2"),
        ("/api/v1/health", "/api/v1/health/"),
    ];
    for (target, location) in redirects {
        let reply = bench.ask("GET", target, None, None);
        assert_eq!(
            (reply.status, reply.header("Location")),
            (307, Some(format!("{URL}{location}").as_str())),
            "{target}"
        );
    }
    let table = [
        ("GET", "/", 404, "Not Found"),
        ("GET", "/info", 404, "Not Found"),
        ("GET", "/configuration", 404, "Not Found"),
        ("HEAD", "/api/v1/users/", 405, "Method Not Allowed"),
        ("PATCH", "/api/v1/users/me", 405, "Method Not Allowed"),
        ("PUT", "/api/v1/users/me", 405, "Method Not Allowed"),
        ("GET", "/api/v1/deployments/x/resources/", 404, "Not Found"),
        ("GET", "/api/v1/deployments/x/logs", 404, "Not Found"),
        ("POST", "/api/v1/deployments/x/actions", 404, "Not Found"),
    ];
    for (method, target, status, words) in table {
        let reply = bench.by("alice", method, target, None);
        assert_eq!((reply.status, reply.value()), (status, json!({"detail": words})), "{method} {target}");
    }
}

#[test]
fn health_and_document_need_no_token_and_the_document_lists_what_is_mounted() {
    let mut bench = bench();
    let health = bench.ask("GET", "/api/v1/health/", None, None);
    assert_eq!((health.status, &health.value()["status"]), (200, &json!("healthy")));
    bench.switch("opa=down");
    let health = bench.ask("GET", "/api/v1/health/", None, None);
    assert_eq!((health.status, &health.value()["status"]), (200, &json!("unhealthy")));
    let document = bench.ask("GET", "/api/v1/openapi.json", None, None).value();
    assert!(document["paths"]["/deployments/{deployment_id}"]["delete"]["responses"]["204"].is_object());
    assert!(document["paths"]["/deployments/{deployment_id}/logs"].is_null());
    assert_eq!(document["paths"].as_object().unwrap().len(), 9);
}

/// Every documented route, asked in a way that fits, and badly: with `strict` nothing comes back that the document does
/// not list, but for the refusals that all routes share.
#[test]
fn strict_answers_are_those_of_the_document() {
    let mut bench = bench().strict();
    let template = bench.v1_template("virtual-machines");
    let list = bench.get("alice", &format!("/api/v1/deployments/?template_id={template}"));
    let deployment = list["data"][0]["id"].as_str().unwrap().to_owned();
    let user = bench.get("alice", "/api/v1/users/me")["id"].as_str().unwrap().to_owned();
    let bodies = [
        None,
        Some(json!({})),
        Some(json!("a: [")),
        Some(json!({"public_key": "no-pty ssh-rsa AAAA"})),
        Some(json!({"template_id": template, "template_inputs": {}, "user_group": "city"})),
    ];
    let mut asked = 0;
    for route in ROUTES {
        for good in [true, false] {
            let id = |id: &str| if good { id.to_owned() } else { "nonsense".to_owned() };
            let path = route.path.replace("{user_id}", &id(&user)).replace("{template_id}", &id(&template));
            let path = path.replace("{deployment_id}", &id(&deployment));
            let query =
                if good { format!("?force=false&unsecure=false&template_id={template}") } else { String::new() };
            for body in &bodies {
                let reply = bench.by("alice", route.method, &format!("/api/v1{path}{query}"), body.as_ref());
                let known = route.statuses.contains(&reply.status);
                assert!(known, "{} {path} {body:?}: {}", route.method, reply.status);
                asked += 1;
            }
            let nobody = bench.ask(route.method, &format!("/api/v1{path}"), Some("opaque"), Some(&json!({})));
            assert!(route.statuses.contains(&nobody.status), "{} {path}: {}", route.method, nobody.status);
        }
    }
    assert_eq!(asked, ROUTES.len() * 10);
}
