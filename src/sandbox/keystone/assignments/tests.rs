//! Assignments, against what Keystone 30 answered for the same grants.

use serde_json::{Value, json};

use super::super::Scope;
use super::super::fixture::{Client, city, grant, inherit, token, user_actor};
use super::*;

/// Grants of every kind, and none of the administrator's.
fn granted() -> Data {
    let mut data = city();
    let domain = || Target::Domain("d".into());
    let project = |id: &str| Target::Project(id.into());
    let group = || Actor::Group("g".into());
    data.grants.retain(|grant| grant.target == project("x"));
    grant(&mut data, domain(), user_actor("u"), "r-own");
    grant(&mut data, domain(), group(), "r-own");
    inherit(&mut data, domain(), user_actor("u"), "r-own");
    inherit(&mut data, domain(), group(), "r-member");
    grant(&mut data, project("p"), user_actor("u"), "r-own");
    grant(&mut data, project("p"), group(), "r-own");
    grant(&mut data, project("c"), user_actor("v"), "r-member");
    inherit(&mut data, project("p"), user_actor("u"), "r-own");
    grant(&mut data, domain(), user_actor("v"), "r-domain");
    grant(&mut data, Target::System, user_actor("u"), "r-own");
    grant(&mut data, Target::System, group(), "r-own");
    data
}

/// Such as `d u own`, `d+ g member` for an inherited grant, `c: d+ g/u member` for what it works out to.
fn short(line: &Value) -> String {
    let id = |value: &Value| value["id"].as_str().unwrap_or_default().to_owned();
    let address = line["links"]["assignment"].as_str().unwrap();
    let path: Vec<_> = address.trim_start_matches("http://127.0.0.1:5/v3/").split('/').collect();
    let path: Vec<_> = path.into_iter().filter(|word| *word != "OS-INHERIT").collect();
    let inherited = line["scope"].get("OS-INHERIT:inherited_to").is_some();
    let source = if path[0] == "system" { "system" } else { path[1] };
    let heir = id(&line["scope"]["project"]);
    let heir = if inherited && !heir.is_empty() && heir != source { format!("{heir}: ") } else { String::new() };
    let plus = if inherited { "+" } else { "" };
    let holder = match (line.get("user"), line["links"].get("membership")) {
        (Some(user), Some(membership)) => {
            format!("{}/{}", membership.as_str().unwrap().split('/').nth(5).unwrap(), id(user))
        }
        (Some(user), None) => id(user),
        (None, _) => id(&line["group"]),
    };
    format!("{heir}{source}{plus} {holder} {}", id(&line["role"]).trim_start_matches("r-"))
}

fn listed(data: &mut Data, query: &str) -> Vec<String> {
    let mut client = Client::new(data, answer);
    let reply = client.ask(&format!("GET /v3/role_assignments{query}"), None);
    assert_eq!(reply.status, 200, "{query}: {}", reply.value());
    let mut lines: Vec<_> = reply.value()["role_assignments"].as_array().unwrap().iter().map(short).collect();
    lines.retain(|line| line != "x adm admin");
    lines.sort();
    lines
}

#[test]
fn lists_grants_as_they_were_given() {
    let mut data = granted();
    for (query, expected) in [
        ("?user.id=u", "d u own, d+ u own, p u own, p+ u own, system u own"),
        ("?user.id=v", "c v member, d v domain"),
        ("?group.id=g", "d g own, d+ g member, p g own, system g own"),
        ("?scope.domain.id=d", "d g own, d u own, d v domain, d+ g member, d+ u own"),
        ("?scope.project.id=p", "p g own, p u own, p+ u own"),
        ("?scope.project.id=p&include_subtree", "c v member, p g own, p u own, p+ u own"),
        ("?scope.project.id=d&include_subtree", "c v member, p g own, p u own, p+ u own"),
        ("?role.id=r-member", "c v member, d+ g member"),
        ("?scope.system=all", "system g own, system u own"),
        ("?scope.system=x&user.id=v", "c v member, d v domain"),
        ("?scope.domain.id=d&scope.OS-INHERIT:inherited_to=projects", "d+ g member, d+ u own"),
        ("?scope.domain.id=d&scope.OS-INHERIT:inherited_to=x", "d g own, d u own, d v domain"),
        ("?user.id=u&scope.OS-INHERIT:inherited_to=projects", "d+ u own, p+ u own, system u own"),
        ("?user.id=u&effective=0", "d u own, d+ u own, p u own, p+ u own, system u own"),
        ("?user.id=v&limit=1&user.id=u", "c v member, d v domain"),
        ("?user.id=nope", ""),
        ("?scope.project.id=nope", ""),
        ("?scope.domain.id=nope", ""),
    ] {
        assert_eq!(listed(&mut data, query).join(", "), expected, "{query}");
    }
}

#[test]
fn works_out_what_each_user_has() {
    let mut data = granted();
    for (query, expected) in [
        (
            "?user.id=u&effective",
            "c: d+ g/u member, c: d+ g/u reader, c: d+ u own, c: p+ u own, d g/u own, d u own, p g/u own, p u own, \
          p: d+ g/u member, p: d+ g/u reader, p: d+ u own, q: d+ g/u member, q: d+ g/u reader, q: d+ u own",
        ),
        (
            "?user.id=v&effective=false",
            "c v member, c v reader, c: d+ g/v member, c: d+ g/v reader, d g/v own, p g/v own, p: d+ g/v member, \
          p: d+ g/v reader, q: d+ g/v member, q: d+ g/v reader",
        ),
        (
            "?scope.project.id=c&effective",
            "c v member, c v reader, c: d+ g/u member, c: d+ g/u reader, c: d+ g/v member, c: d+ g/v reader, c: d+ u own, \
          c: p+ u own",
        ),
        ("?scope.project.id=c&effective&role.id=r-reader", "c v reader, c: d+ g/u reader, c: d+ g/v reader"),
        ("?scope.project.id=c&effective&scope.OS-INHERIT:inherited_to=x", "c v member, c v reader"),
        (
            "?scope.project.id=c&effective&scope.OS-INHERIT:inherited_to=projects&user.id=v",
            "c: d+ g/v member, c: d+ g/v reader",
        ),
        ("?scope.domain.id=d&effective", "d g/u own, d g/v own, d u own"),
        (
            "?scope.project.id=p&include_subtree&effective&user.id=u",
            "c: d+ g/u member, c: d+ g/u reader, c: d+ u own, c: p+ u own, p g/u own, p u own, p: d+ g/u member, \
          p: d+ g/u reader, p: d+ u own",
        ),
    ] {
        assert_eq!(listed(&mut data, query).join(", "), expected, "{query}");
    }
}

#[test]
fn a_line_has_the_shape_of_the_real_one() {
    let mut data = granted();
    let mut client = Client::new(&mut data, answer);
    let mut first = |query: &str, role: &str| {
        let reply = client.ask(&format!("GET /v3/role_assignments{query}"), None).value();
        reply["role_assignments"].as_array().unwrap().iter().find(|line| line["role"]["id"] == role).unwrap().clone()
    };
    let url = "http://127.0.0.1:5/v3";
    let city = json!({"id": "d", "name": "smartcity"});
    assert_eq!(
        first("?user.id=u&scope.domain.id=d", "r-own"),
        json!({
            "links": {"assignment": format!("{url}/domains/d/users/u/roles/r-own")},
            "scope": {"domain": {"id": "d"}}, "user": {"id": "u"}, "role": {"id": "r-own"},
        })
    );
    assert_eq!(
        first("?group.id=g&include_names&scope.OS-INHERIT:inherited_to=projects", "r-member"),
        json!({
            "links": {"assignment": format!("{url}/OS-INHERIT/domains/d/groups/g/roles/r-member/inherited_to_projects")},
            "scope": {"domain": city, "OS-INHERIT:inherited_to": "projects"},
            "group": {"id": "g", "name": "gardeners", "domain": city},
            "role": {"id": "r-member", "name": "member"},
        })
    );
    assert_eq!(
        first("?user.id=v&effective&include_names=True&scope.project.id=q", "r-reader"),
        json!({
            "links": {
                "membership": format!("{url}/groups/g/users/v"),
                "assignment": format!("{url}/OS-INHERIT/domains/d/groups/g/roles/r-member/inherited_to_projects"),
                "prior_role": format!("{url}/prior_role/r-reader/implies/r-member"),
            },
            "scope": {"project": {"id": "q", "name": "/q", "domain": city}, "OS-INHERIT:inherited_to": "projects"},
            "user": {"id": "v", "name": "vera", "domain": city},
            "role": {"id": "r-reader", "name": "reader"},
        })
    );
    assert_eq!(first("?scope.system=all&user.id=u", "r-own")["scope"], json!({"system": {"all": true}}));
    let local = json!({"id": "r-domain", "name": "local", "domain": city});
    assert_eq!(first("?user.id=v&include_names", "r-domain")["role"], local);
}

#[test]
fn names_of_who_does_not_exist_are_empty_and_of_a_domain_taken_for_a_project_spoil_the_list() {
    let mut data = granted();
    inherit(&mut data, Target::Domain("e".into()), user_actor("nope"), "r-own");
    let mut client = Client::new(&mut data, answer);
    let reply = client.ask("GET /v3/role_assignments?scope.domain.id=e&include_names", None).value();
    let empty = json!({"id": "nope", "name": "", "domain": {"id": "", "name": ""}});
    assert_eq!(reply["role_assignments"][0]["user"], empty);
    grant(&mut data, Target::Project("d".into()), user_actor("u"), "r-own");
    let mut client = Client::new(&mut data, answer);
    let said = client.said("GET /v3/role_assignments?user.id=u&include_names", None);
    assert_eq!(said, (404, "Could not find domain: None.".to_owned()));
    assert_eq!(client.ask("GET /v3/role_assignments?user.id=u", None).status, 200);
}

#[test]
fn refuses_filters_that_exclude_each_other() {
    let mut data = granted();
    let mut client = Client::new(&mut data, answer);
    for (query, code, message) in [
        ("scope.project.id=p&scope.domain.id=d", 400, "Specify a domain or project, not both"),
        ("scope.system=all&scope.domain.id=d", 400, "Specify system or domain, not both"),
        ("scope.system=all&scope.project.id=p", 400, "Specify system or project, not both"),
        (
            "user.id=u&group.id=g",
            400,
            "ImmutableMultiDict([('user.id', 'u'), ('group.id', 'g')]) is valid under each of {'required': ['group.id']}, {'required': ['user.id']}",
        ),
        ("group.id=g&effective", 400, "Combining effective and group filter will always result in an empty list."),
        (
            "scope.domain.id=d&effective&scope.OS-INHERIT:inherited_to=projects",
            400,
            "Combining effective, domain and inherited filters will always result in an empty list.",
        ),
        ("scope.project.id=nope&effective", 404, "Could not find project: nope."),
        ("user.id=nope&effective", 404, "Could not find user: nope."),
        ("include_subtree", 400, "'scope.project.id' is a dependency of 'include_subtree'"),
        ("scope.domain.id=", 400, "Invalid input for field/attribute scope.domain.id. Value: . '' should be non-empty"),
        ("include_subtree&scope.project.id=nope", 500, ""),
    ] {
        let said = client.said(&format!("GET /v3/role_assignments?{query}"), None);
        assert_eq!(said, (code, message.to_owned()), "{query}");
    }
    assert_eq!(client.ask("POST /v3/role_assignments", None).status, 405);
}

#[test]
fn a_domain_scoped_token_sees_its_domain_and_a_tree_only_with_a_right_to_it() {
    // The whole list, the tree of a project of the domain, the tree of the domain.
    for (role, expected) in
        [("r-admin", [200, 200, 200]), ("r-reader", [200, 200, 403]), ("r-service", [403, 403, 403])]
    {
        let mut data = granted();
        grant(&mut data, Target::Domain("d".into()), user_actor("w"), role);
        token(&mut data, "w", "w", Scope::On(Target::Domain("d".into())));
        let mut client = Client::new(&mut data, answer);
        client.token = "w";
        let mut status = |query: &str| client.ask(&format!("GET /v3/role_assignments{query}"), None).status;
        let tree = |id: &str| format!("?scope.project.id={id}&include_subtree");
        assert_eq!([status(""), status(&tree("p")), status(&tree("d"))], expected, "{role}");
    }
    let mut data = granted();
    grant(&mut data, Target::Domain("d".into()), user_actor("adm"), "r-admin");
    let mut client = Client::new(&mut data, answer);
    client.token = "domain-admin";
    let reply = client.ask("GET /v3/role_assignments", None).value();
    // All of the domain and its projects, but neither the system's nor another domain's.
    assert_eq!(reply["role_assignments"].as_array().unwrap().len(), 10);
    client.platform = true;
    let reply = client.ask("GET /v3/role_assignments", None).value();
    assert_eq!(reply["role_assignments"].as_array().unwrap().len(), 13);
}
