//! The routes that v1 mounts, with the statuses that its `OpenAPI` document promises. Resources and logs are not among them:
//! the server has files for them that it never includes.

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
