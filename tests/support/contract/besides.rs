//! Requests that the product can send and that no golden list of requests shows, in the notation of those lists.

/// Why the product sends them, and the requests.
pub const BESIDES: [(&str, &[&str]); 10] = [
    ("whether the server is a Keystone", &["GET /v3"]),
    (
        "`auth status --check` and `auth logout`; services that validate the tokens of others",
        &["GET /v3/auth/tokens", "HEAD /v3/auth/tokens", "DELETE /v3/auth/tokens"],
    ),
    (
        "a name that is written as `id:…`",
        &[
            "GET /v3/domains/{id}",
            "GET /v3/projects/{id}",
            "GET /v3/users/{id}",
            "GET /v3/groups/{id}",
            "GET /v3/roles/{id}",
        ],
    ),
    (
        "lists over all services, and those of four names or more",
        &[
            "GET /v3/users?enabled=true&limit=1000",
            "GET /v3/users?domain_id={id}&enabled=true&limit=1000",
            "GET /v3/groups?domain_id={id}&limit=1000",
            "GET /v3/roles?limit=1000",
        ],
    ),
    (
        "a user, group or project that is named without its service",
        &["GET /v3/users?name=x", "GET /v3/groups?name=x", "GET /v3/projects?name=x"],
    ),
    (
        "groups and descriptions",
        &["PATCH /v3/groups/{id}", "PATCH /v3/roles/{id}", "DELETE /v3/groups/{id}/users/{id}"],
    ),
    ("one's own password, also an expired one", &["POST /v3/users/{id}/password"]),
    (
        "grants to groups, and what takes grants away; how scripts look whether a role is inherited",
        &[
            "PUT /v3/projects/{id}/groups/{id}/roles/{id}",
            "DELETE /v3/domains/{id}/groups/{id}/roles/{id}",
            "DELETE /v3/projects/{id}/users/{id}/roles/{id}",
            "DELETE /v3/projects/{id}/groups/{id}/roles/{id}",
            "DELETE /v3/OS-INHERIT/domains/{id}/users/{id}/roles/{id}/inherited_to_projects",
            "DELETE /v3/OS-INHERIT/domains/{id}/groups/{id}/roles/{id}/inherited_to_projects",
            "HEAD /v3/OS-INHERIT/domains/{id}/users/{id}/roles/{id}/inherited_to_projects",
            "GET /v3/OS-INHERIT/domains/{id}/users/{id}/roles/{id}/inherited_to_projects",
            "HEAD /v3/OS-INHERIT/domains/{id}/groups/{id}/roles/{id}/inherited_to_projects",
            "GET /v3/OS-INHERIT/domains/{id}/groups/{id}/roles/{id}/inherited_to_projects",
        ],
    ),
    (
        "the filters of `role assignments`",
        &[
            "GET /v3/role_assignments",
            "GET /v3/role_assignments?include_names=",
            "GET /v3/role_assignments?group.id={id}",
            "GET /v3/role_assignments?group.id={id}&include_names=",
            "GET /v3/role_assignments?role.id={id}&include_names=",
            "GET /v3/role_assignments?user.id={id}&effective=",
            "GET /v3/role_assignments?user.id={id}&effective=&include_names=",
            "GET /v3/role_assignments?scope.domain.id={id}&effective=",
            "GET /v3/role_assignments?scope.domain.id={id}&user.id={id}&include_names=",
            "GET /v3/role_assignments?scope.domain.id={id}&group.id={id}&include_names=",
            "GET /v3/role_assignments?scope.domain.id={id}&role.id={id}&include_names=",
            "GET /v3/role_assignments?scope.project.id={id}&include_names=",
            "GET /v3/role_assignments?scope.project.id={id}&effective=&include_names=",
            "GET /v3/role_assignments?scope.project.id={id}&user.id={id}&role.id={id}&include_names=",
        ],
    ),
    (
        "trusts of somebody else, and of all",
        &["GET /v3/OS-TRUST/trusts", "GET /v3/OS-TRUST/trusts?trustee_user_id={id}"],
    ),
];
