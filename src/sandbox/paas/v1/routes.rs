//! The routes that v1 mounts, with the statuses that its `OpenAPI` document promises, and that document. Resources and logs
//! are not among them: the server has files for them that it never includes.

use serde_json::{Map, Value, json};

use super::super::super::call::Reply;

/// One method of one path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    pub(super) method: &'static str,
    /// Below `/api/v1`.
    pub(super) path: &'static str,
    /// What the document says can come back. The server also answers otherwise.
    pub(super) statuses: &'static [u16],
}

const fn route(method: &'static str, path: &'static str, statuses: &'static [u16]) -> Route {
    Route { method, path, statuses }
}

/// In the order of the document.
pub(super) const ROUTES: [Route; 22] = [
    route("OPTIONS", "/users/", &[204, 401, 403]),
    route("POST", "/users/", &[201, 401, 403, 409, 422]),
    route("GET", "/users/", &[200, 401, 403, 422]),
    route("GET", "/users/{user_id}", &[200, 401, 403, 404, 422]),
    route("DELETE", "/users/{user_id}", &[204, 400, 401, 403, 409, 422]),
    route("POST", "/users/{user_id}/ssh_keys", &[201, 401, 403, 404, 409, 422]),
    route("PATCH", "/users/{user_id}/ssh_keys", &[200, 401, 403, 404, 409, 422]),
    route("DELETE", "/users/{user_id}/ssh_keys", &[204, 401, 403, 422]),
    route("OPTIONS", "/templates/", &[204, 401, 403]),
    route("POST", "/templates/", &[201, 401, 403, 409, 422]),
    route("GET", "/templates/", &[200, 401, 403, 422]),
    route("GET", "/templates/{template_id}", &[200, 401, 403, 404, 422]),
    route("PATCH", "/templates/{template_id}", &[204, 401, 403, 404, 422]),
    route("DELETE", "/templates/{template_id}", &[204, 401, 403, 409, 422]),
    route("OPTIONS", "/deployments/", &[204, 401, 403]),
    route("POST", "/deployments/", &[201, 400, 401, 403, 409, 422]),
    route("GET", "/deployments/", &[200, 401, 403, 422]),
    route("GET", "/deployments/{deployment_id}", &[200, 401, 403, 404, 422]),
    route("PATCH", "/deployments/{deployment_id}", &[204, 400, 401, 403, 404, 422]),
    route("DELETE", "/deployments/{deployment_id}", &[204, 400, 401, 403, 422]),
    route("GET", "/deployments/{deployment_id}/templates", &[200, 401, 403, 404, 422]),
    route("GET", "/health/", &[200]),
];

impl Route {
    /// Whether the path is this one; a word in braces stands for any that is not empty.
    pub(super) fn is_at(&self, words: &[&str]) -> bool {
        let own: Vec<&str> = self.path.split('/').skip(1).collect();
        let fits = |(own, word): (&&str, &&str)| if own.starts_with('{') { !word.is_empty() } else { own == word };
        own.len() == words.len() && own.iter().zip(words).all(fits)
    }
}

/// Of the paths that are no part of the document.
const PAGES: [&str; 3] = ["openapi.json", "docs", "redoc"];

/// What there is at a path.
pub(super) enum Found {
    Here,
    /// The same path with or without a slash at its end.
    Redirect,
    /// The path is there, with other methods.
    OtherMethod(&'static str),
    Nothing,
}

pub(super) fn find(method: &str, words: &[&str]) -> Found {
    if let [page] = words
        && PAGES.contains(page)
    {
        return if matches!(method, "GET" | "HEAD") { Found::Here } else { Found::OtherMethod("GET, HEAD") };
    }
    let mut there = ROUTES.iter().filter(|route| route.is_at(words));
    if there.clone().any(|route| route.method == method) {
        return Found::Here;
    }
    match there.next() {
        // Only the first one's, although the others are allowed too.
        Some(route) => Found::OtherMethod(route.method),
        None if has_twin(words) => Found::Redirect,
        None => Found::Nothing,
    }
}

fn has_twin(words: &[&str]) -> bool {
    let mut twin = words.to_vec();
    if twin.last() == Some(&"") {
        twin.pop();
    } else {
        twin.push("");
    }
    ROUTES.iter().any(|route| route.is_at(&twin))
}

/// `/openapi.json`: the mounted paths, without the schemas.
pub(super) fn document() -> Reply {
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        let responses: Map<String, Value> =
            route.statuses.iter().map(|status| (status.to_string(), json!({"description": reason(*status)}))).collect();
        let security = if route.path == "/health/" { json!([]) } else { json!([{"HTTPBearer": []}]) };
        let operation = json!({"responses": responses, "parameters": parameters(&route), "security": security});
        if let Some(methods) = paths.entry(route.path).or_insert_with(|| json!({})).as_object_mut() {
            methods.insert(route.method.to_lowercase(), operation);
        }
    }
    let info = json!({"title": "Orchestrator", "version": "0.1.0"});
    let servers = json!([{"url": "/api/v1"}]);
    Reply::json(200, &json!({"openapi": "3.1.0", "info": info, "servers": servers, "paths": paths}))
}

fn parameters(route: &Route) -> Vec<Value> {
    let names = route.path.split('/').filter_map(|word| word.strip_prefix('{')?.strip_suffix('}'));
    let mut all: Vec<Value> = names.map(|name| json!({"name": name, "in": "path", "required": true})).collect();
    let required: &[&str] = match (route.method, route.path) {
        ("GET", "/deployments/") => &["template_id"],
        ("DELETE", "/deployments/{deployment_id}") => &["force", "unsecure"],
        _ => &[],
    };
    all.extend(required.iter().map(|name| json!({"name": name, "in": "query", "required": true})));
    all
}

fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        422 => "Unprocessable Entity",
        _ => "Successful Response",
    }
}
