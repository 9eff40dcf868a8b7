//! Cases that take more than one request: what a write leaves behind, what stands in its way, and pairs of objects.

use serde_json::json;

use crate::support::raw::Answer;

use super::client::Client;
use super::effects_auth;
use super::shape::describe;
use super::stage::Stage;
use super::template::Kind;
use super::world::{PASSWORD, Who, World};

/// A case of a template; the last answer counts.
pub struct Effect {
    pub template: &'static str,
    pub case: &'static str,
    pub play: fn(&mut Stage<'_>) -> Answer,
}

impl Effect {
    pub fn run(&self, world: &World, client: &mut Client) -> (String, String) {
        let answer = (self.play)(&mut Stage { world, client });
        (self.case.to_owned(), describe(&answer, world.url()))
    }
}

const INHERITED: &str = "/v3/OS-INHERIT/domains/{domain}/users/{user}/roles/{role}/inherited_to_projects";

/// All of them.
pub fn all() -> Vec<Effect> {
    let effect = |(template, case, play)| Effect { template, case, play };
    paths()
        .into_iter()
        .chain(names())
        .chain(deletions())
        .chain(grants())
        .chain(effects_auth::all())
        .map(effect)
        .collect()
}

pub type Row = (&'static str, &'static str, fn(&mut Stage<'_>) -> Answer);

fn paths() -> Vec<Row> {
    vec![
        ("GET /v3", "with a slash at the end", |stage| stage.ask("GET", "/v3/", None)),
        ("GET /v3", "the root above it", |stage| stage.ask("GET", "/", None)),
        ("GET /v3", "a path that is none", |stage| stage.ask("GET", "/v3/nothing", None)),
        ("GET /v3", "a plug-in that is not there", |stage| stage.ask("GET", "/v3/OS-SCIM/Users", None)),
        ("GET /v3", "a path that is none, without token", |stage| {
            stage.ask_as(Who::Nobody, "GET", "/v3/nothing", None)
        }),
        ("GET /v3", "a method that is none", |stage| stage.ask("PUT", "/v3/users", None)),
        ("GET /v3/users/{user}", "of another, as plain user", |stage| {
            let path = format!("/v3/users/{}", stage.world.heir);
            stage.ask_as(Who::User, "GET", &path, None)
        }),
        ("GET /v3/users/{user}", "with a slash at the end", |stage| {
            let path = format!("/v3/users/{}/", stage.id(Kind::User));
            stage.ask("GET", &path, None)
        }),
        ("PATCH /v3/users/{user}", "oneself, as plain user", |stage| {
            let path = format!("/v3/users/{}", stage.id(Kind::User));
            stage.ask_as(Who::User, "PATCH", &path, Some(&json!({"user": {"email": "x@city.example"}})))
        }),
        ("PATCH /v3/users/{user}", "to another domain", |stage| {
            let path = format!("/v3/users/{}", stage.user());
            stage.ask("PATCH", &path, Some(&json!({"user": {"domain_id": "default"}})))
        }),
        ("PATCH /v3/users/{user}", "another id", |stage| {
            let path = format!("/v3/users/{}", stage.user());
            stage.ask("PATCH", &path, Some(&json!({"user": {"id": stage.id(Kind::User)}})))
        }),
        ("PATCH /v3/domains/{domain}", "enabled again", |stage| {
            let id = stage.world.domain(stage.client, false);
            stage.ask("PATCH", &format!("/v3/domains/{id}"), Some(&json!({"domain": {"enabled": true}})))
        }),
        ("PATCH /v3/roles/{role}", "immutable", |stage| {
            let path = format!("/v3/roles/{}", stage.admin_role());
            stage.ask("PATCH", &path, Some(&json!({"role": {"description": "x"}})))
        }),
        ("POST /v3/users/{user}/password", "the same password", |stage| {
            let path = format!("/v3/users/{}/password", stage.user());
            let body = json!({"user": {"original_password": PASSWORD, "password": PASSWORD}});
            stage.ask_as(Who::Nobody, "POST", &path, Some(&body))
        }),
        ("POST /v3/users/{user}/password", "wrong password", |stage| {
            let path = format!("/v3/users/{}/password", stage.user());
            let body = json!({"user": {"original_password": "wrong", "password": "new-Pw-1"}});
            stage.ask_as(Who::Nobody, "POST", &path, Some(&body))
        }),
        ("POST /v3/users/{user}/password", "disabled user", |stage| {
            let path = format!("/v3/users/{}/password", stage.world.disabled_user);
            let body = json!({"user": {"original_password": PASSWORD, "password": "new-Pw-1"}});
            stage.ask_as(Who::Nobody, "POST", &path, Some(&body))
        }),
    ]
}

fn names() -> Vec<Row> {
    vec![
        ("POST /v3/domains", "name of another", |stage| stage.same_name(Kind::Domain, |name| name, None)),
        ("POST /v3/domains", "name of another, in capitals", |stage| {
            stage.same_name(Kind::Domain, |name| name.to_uppercase(), None)
        }),
        ("POST /v3/projects", "name of another in another domain", |stage| {
            stage.same_name(Kind::Project, |name| name, Some("default"))
        }),
        ("POST /v3/projects", "name of its domain", |stage| {
            let domain = stage.id(Kind::Domain).to_owned();
            stage.same_name(Kind::Project, |_| "contract".to_owned(), Some(&domain))
        }),
        ("POST /v3/users", "name of another in another domain", |stage| {
            stage.same_name(Kind::User, |name| name, Some("default"))
        }),
        ("POST /v3/users", "name of another, in capitals", |stage| {
            let domain = stage.id(Kind::Domain).to_owned();
            stage.same_name(Kind::User, |name| name.to_uppercase(), Some(&domain))
        }),
        ("POST /v3/groups", "name of another in another domain", |stage| {
            stage.same_name(Kind::Group, |name| name, Some("default"))
        }),
        ("POST /v3/roles", "of a domain", |stage| {
            let domain = stage.id(Kind::Domain).to_owned();
            stage.same_name(Kind::Role, |name| name, Some(&domain))
        }),
        ("PATCH /v3/domains/{domain}", "name of another", |stage| stage.rename(Kind::Domain)),
        ("PATCH /v3/projects/{project}", "name of another", |stage| stage.rename(Kind::Project)),
        ("PATCH /v3/users/{user}", "name of another", |stage| stage.rename(Kind::User)),
        ("PATCH /v3/groups/{group}", "name of another", |stage| stage.rename(Kind::Group)),
        ("PATCH /v3/roles/{role}", "name of another", |stage| stage.rename(Kind::Role)),
    ]
}

fn deletions() -> Vec<Row> {
    vec![
        ("DELETE /v3/domains/{domain}", "enabled", |stage| {
            let id = stage.world.domain(stage.client, true);
            stage.ask("DELETE", &format!("/v3/domains/{id}"), None)
        }),
        ("DELETE /v3/domains/{domain}", "with everything in it", |stage| {
            let path = format!("/v3/domains/{}", stage.service()[&Kind::Domain]);
            stage.must("PATCH", &path, Some(&json!({"domain": {"enabled": false}})));
            stage.ask("DELETE", &path, None)
        }),
        ("GET /v3/domains/{domain}", "deleted", |stage| stage.left(Kind::Domain)),
        ("GET /v3/projects/{project}", "its domain is deleted", |stage| stage.left(Kind::Project)),
        ("GET /v3/users/{user}", "its domain is deleted", |stage| stage.left(Kind::User)),
        ("GET /v3/groups/{group}", "its domain is deleted", |stage| stage.left(Kind::Group)),
        ("GET /v3/roles/{role}", "the domain in its name is deleted", |stage| stage.left(Kind::Role)),
        ("GET /v3/role_assignments?scope.domain.id={domain}", "its domain is deleted", |stage| {
            let ids = stage.gone();
            stage.assignments(&format!("scope.domain.id={}", ids[&Kind::Domain]))
        }),
        ("GET /v3/role_assignments?user.id={user}", "its user is deleted", |stage| {
            let ids = stage.service();
            stage.must("DELETE", &format!("/v3/users/{}", ids[&Kind::User]), None);
            stage.assignments(&format!("user.id={}", ids[&Kind::User]))
        }),
        ("GET /v3/role_assignments?user.id={user}", "its role is deleted", |stage| {
            let ids = stage.service();
            stage.must("DELETE", &format!("/v3/roles/{}", ids[&Kind::Role]), None);
            stage.assignments(&format!("user.id={}", ids[&Kind::User]))
        }),
        ("GET /v3/groups/{group}/users", "its member is deleted", |stage| {
            let ids = stage.service();
            stage.must("DELETE", &format!("/v3/users/{}", ids[&Kind::User]), None);
            stage.ask("GET", &format!("/v3/groups/{}/users", ids[&Kind::Group]), None)
        }),
        ("DELETE /v3/groups/{group}", "with members", |stage| {
            let path = format!("/v3/groups/{}", stage.service()[&Kind::Group]);
            stage.ask("DELETE", &path, None)
        }),
        ("DELETE /v3/projects/{project}", "with a project below it", |stage| {
            let ids = stage.service();
            let (domain, parent) = (&ids[&Kind::Domain], &ids[&Kind::Project]);
            let members = json!({"name": "/below", "domain_id": domain, "parent_id": parent});
            stage.world.make(stage.client, "project", &members);
            stage.ask("DELETE", &format!("/v3/projects/{parent}"), None)
        }),
        ("DELETE /v3/roles/{role}", "in use", |stage| {
            let path = format!("/v3/roles/{}", stage.service()[&Kind::Role]);
            stage.ask("DELETE", &path, None)
        }),
        ("DELETE /v3/roles/{role}", "immutable", |stage| {
            let path = format!("/v3/roles/{}", stage.admin_role());
            stage.ask("DELETE", &path, None)
        }),
    ]
}

fn grants() -> Vec<Row> {
    vec![
        (
            "HEAD /v3/OS-INHERIT/domains/{domain}/users/{user}/roles/{role}/inherited_to_projects",
            "not granted",
            |stage| stage.inherited("HEAD", false),
        ),
        (
            "HEAD /v3/OS-INHERIT/domains/{domain}/users/{user}/roles/{role}/inherited_to_projects",
            "granted on the domain itself",
            |stage| stage.inherited("HEAD", true),
        ),
        (
            "DELETE /v3/OS-INHERIT/domains/{domain}/users/{user}/roles/{role}/inherited_to_projects",
            "not granted",
            |stage| stage.inherited("DELETE", false),
        ),
        (
            "DELETE /v3/OS-INHERIT/domains/{domain}/users/{user}/roles/{role}/inherited_to_projects",
            "granted on the domain itself",
            |stage| stage.inherited("DELETE", true),
        ),
        ("PUT /v3/domains/{domain}/users/{user}/roles/{role}", "to a user of another domain", |stage| {
            let user = stage.world.user(stage.client, "default");
            let path = format!("/v3/domains/{}/users/{user}/roles/{}", stage.id(Kind::Domain), stage.id(Kind::Role));
            stage.ask("PUT", &path, None)
        }),
        ("PUT /v3/groups/{group}/users/{user}", "a user of another domain", |stage| {
            let group = stage.world.group(stage.client, &stage.world.main[&Kind::Domain]);
            let user = stage.world.user(stage.client, "default");
            stage.ask("PUT", &format!("/v3/groups/{group}/users/{user}"), None)
        }),
        ("PUT /v3/projects/{project}/users/{user}/roles/{role}", "on a domain as a project", |stage| {
            let user = stage.user();
            let path = format!("/v3/projects/{}/users/{user}/roles/{}", stage.id(Kind::Domain), stage.id(Kind::Role));
            stage.ask("PUT", &path, None)
        }),
        ("GET /v3/role_assignments", "of a project and a domain", |stage| {
            let query =
                format!("scope.project.id={}&scope.domain.id={}", stage.id(Kind::Project), stage.id(Kind::Domain));
            stage.assignments(&query)
        }),
        ("GET /v3/role_assignments", "of a user and a group", |stage| {
            let query = format!("user.id={}&group.id={}", stage.id(Kind::User), stage.id(Kind::Group));
            stage.assignments(&query)
        }),
        ("GET /v3/role_assignments?group.id={group}", "in effect", |stage| {
            let query = format!("group.id={}&effective=", stage.id(Kind::Group));
            stage.assignments(&query)
        }),
        ("GET /v3/role_assignments?scope.domain.id={domain}", "nothing granted", |stage| {
            let id = stage.world.domain(stage.client, true);
            stage.assignments(&format!("scope.domain.id={id}"))
        }),
        ("GET /v3/role_assignments?scope.project.id={project}", "of a domain as a project, with all below", |stage| {
            let query = format!("scope.project.id={}&include_subtree=", stage.service()[&Kind::Domain]);
            stage.assignments(&query)
        }),
        (
            "GET /v3/role_assignments?scope.project.id={project}",
            "of a domain as a project, with all below, in effect",
            |stage| {
                let query = format!("scope.project.id={}&include_subtree=&effective=", stage.service()[&Kind::Domain]);
                stage.assignments(&query)
            },
        ),
        (
            "GET /v3/role_assignments?scope.project.id={project}",
            "of a domain as a project, with all below, with names",
            |stage| {
                let ids = stage.service();
                let (domain, user, role) = (&ids[&Kind::Domain], &ids[&Kind::User], &ids[&Kind::Role]);
                let path = INHERITED.replace("{domain}", domain).replace("{user}", user).replace("{role}", role);
                stage.must("PUT", &path, None);
                stage.assignments(&format!("scope.project.id={domain}&include_subtree=&effective=&include_names="))
            },
        ),
    ]
}
