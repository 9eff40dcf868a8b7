//! How GitHub shows people and organizations.

use serde_json::{Value, json};

use super::super::super::call::Reply;
use super::super::cast::full_name;
use super::super::http::json as json_reply;
use super::Scene;
use super::caller::{Caller, Need};
use super::data::{Account, Data, Id, Org};
use super::error::{not_found, refused};
use super::switches::Switches;

/// An account as it stands in lists.
pub(super) fn simple(account: &Account, base: &str) -> Value {
    let (login, id) = (&account.login, account.id);
    let url = format!("{base}/users/{login}");
    json!({
        "login": login,
        "id": id,
        "node_id": format!("U_{id}"),
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{id}?v=4"),
        "gravatar_id": "",
        "url": url,
        "html_url": format!("https://github.com/{login}"),
        "followers_url": format!("{url}/followers"),
        "following_url": format!("{url}/following{{/other_user}}"),
        "gists_url": format!("{url}/gists{{/gist_id}}"),
        "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
        "subscriptions_url": format!("{url}/subscriptions"),
        "organizations_url": format!("{url}/orgs"),
        "repos_url": format!("{url}/repos"),
        "events_url": format!("{url}/events{{/privacy}}"),
        "received_events_url": format!("{url}/received_events"),
        "type": "User",
        "user_view_type": "public",
        "site_admin": false,
    })
}

/// The same by id; null for one that is gone.
pub(super) fn simple_of(data: &Data, id: Option<Id>, base: &str) -> Value {
    id.and_then(|id| data.accounts.get(&id)).map_or(Value::Null, |account| simple(account, base))
}

/// An organization as it stands in other things.
pub(super) fn simple_org(org: &Org, base: &str) -> Value {
    let url = format!("{base}/orgs/{}", org.login);
    json!({
        "login": org.login,
        "id": org.id,
        "node_id": format!("O_{}", org.id),
        "url": url,
        "repos_url": format!("{url}/repos"),
        "events_url": format!("{url}/events"),
        "hooks_url": format!("{url}/hooks"),
        "issues_url": format!("{url}/issues"),
        "members_url": format!("{url}/members{{/member}}"),
        "public_members_url": format!("{url}/public_members{{/member}}"),
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{}?v=4", org.id),
        "description": "",
    })
}

/// An organization by itself; what it pays for is told to its owners.
pub(super) fn org(scene: &Scene<'_>) -> Reply {
    let mut body = simple_org(scene.org, scene.base);
    let is_owner = scene.caller.id().is_some_and(|id| scene.org.is_owner(id));
    if let Some(map) = body.as_object_mut() {
        map.extend(counters());
        map.insert("archived_at".to_owned(), Value::Null);
        map.insert("has_organization_projects".to_owned(), json!(true));
        map.insert("has_repository_projects".to_owned(), json!(true));
        map.insert("name".to_owned(), json!(full_name(&scene.org.login)));
        map.insert("type".to_owned(), json!("Organization"));
        map.insert("html_url".to_owned(), json!(format!("https://github.com/{}", scene.org.login)));
        if is_owner && scene.caller.is_inside(scene.org, Need::Read) {
            let filled = scene.org.members.len();
            let plan = json!({
                "name": "team", "space": 976_562_499, "private_repos": 9999, "filled_seats": filled, "seats": filled + 10,
            });
            map.insert("plan".to_owned(), plan);
            map.insert("two_factor_requirement_enabled".to_owned(), json!(false));
        }
    }
    json_reply(200, &body)
}

/// What stands beside everybody and every organization, and is about nothing here.
fn counters() -> impl Iterator<Item = (String, Value)> {
    let counts = ["public_repos", "public_gists", "followers", "following"].map(|name| (name, json!(0)));
    let times = ["created_at", "updated_at"].map(|name| (name, json!("2020-01-01T00:00:00Z")));
    counts.into_iter().chain(times).map(|(name, value)| (name.to_owned(), value))
}

fn full(account: &Account, base: &str) -> Value {
    let mut body = simple(account, base);
    if let Some(map) = body.as_object_mut() {
        map.extend(counters());
        map.extend(["bio", "blog", "company", "hireable", "location"].map(|name| (name.to_owned(), Value::Null)));
        map.insert("name".to_owned(), json!(full_name(&account.login)));
        // Nobody here shows an address: whoever has one cannot look for a login by it.
        map.insert("email".to_owned(), Value::Null);
    }
    body
}

/// Who the token belongs to. An app that acts for itself is nobody.
pub(super) fn own(data: &Data, caller: &Caller, base: &str) -> Result<Reply, Reply> {
    let id = caller.person()?;
    let account = data.accounts.get(&id).ok_or_else(not_found)?;
    Ok(json_reply(200, &full(account, base)))
}

pub(super) fn show(data: &Data, login: &str, base: &str) -> Result<Reply, Reply> {
    let account = data.account(login).ok_or_else(not_found)?;
    Ok(json_reply(200, &full(account, base)))
}

/// An Enterprise Server tells its release.
pub(super) fn meta(switches: &Switches) -> Reply {
    let mut body = json!({"verifiable_password_authentication": false});
    if let (Some(release), Some(map)) = (&switches.ghes, body.as_object_mut()) {
        map.insert("installed_version".to_owned(), json!(release));
    }
    json_reply(200, &body)
}

/// An account that a path names.
pub(super) fn named<'data>(data: &'data Data, login: &str) -> Result<&'data Account, Reply> {
    data.account(login).ok_or_else(not_found)
}

/// Who is in comes from somewhere else.
pub(super) fn managed(switches: &Switches) -> Result<(), Reply> {
    if !switches.emu {
        return Ok(());
    }
    Err(refused(403, "This organization's members are managed by its enterprise's identity provider."))
}
