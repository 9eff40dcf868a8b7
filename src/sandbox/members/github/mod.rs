//! GitHub's REST API as far as it is about who is in an organization, and its logins. Of github.com by default; with the
//! switch `github.ghes` of an Enterprise Server, whose requests begin with `/api/v3`. (github.com's are taken with that
//! beginning too, which the real one does not do: a client that is given a bare host cannot tell the two apart.)
//!
//! There is one organization to work in, `acme`, and one where the people of it are strangers, `elsewhere`.

mod caller;
mod data;
mod error;
mod invitations;
mod limits;
mod members;
mod memberships;
mod oauth;
mod page;
mod people;
mod seed;
mod switches;
mod teams;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use super::super::call::{Call, Reply};
use super::super::world::About;
use super::Switches as All;
use super::http::etag;
use caller::{Caller, Need};
use data::Org;
use error::{not_found, refused};

pub(in crate::sandbox) use data::Data;
pub(super) use oauth::decide;
pub(super) use seed::seed;
pub(super) use switches::Switches;

const PREFIX: &[&str] = &["api", "v3"];
const VERSIONS: [&str; 2] = ["2022-11-28", "2026-03-10"];

/// Answers one request.
pub(super) fn answer(data: &mut Data, about: &About<'_>, switches: &mut All, call: &Call) -> Reply {
    data.expire(about.now);
    let (_, words) = call.route();
    if words.first() == Some(&"login") {
        return oauth::answer(data, about, &switches.github, call);
    }
    let (words, base) = match words.strip_prefix(PREFIX) {
        Some(words) => (words, format!("{}/api/v3", about.url)),
        None if switches.github.ghes.is_some() => return Reply::html(404, "Not Found"),
        None => (words.as_slice(), about.url.to_owned()),
    };
    if call.header("user-agent").is_none_or(str::is_empty) {
        let words =
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.\n";
        return Reply::text(403, words);
    }
    if let [first @ ("app" | "applications"), rest @ ..] = words {
        return oauth::of_apps(data, about.now, call, first, rest);
    }
    let caller = match Caller::of(data, about.now, call) {
        Ok(caller) => caller,
        Err(refusal) => return limits::mark(refusal),
    };
    let version = call.header("x-github-api-version").unwrap_or(VERSIONS[0]);
    let reply = if VERSIONS.contains(&version) {
        limits::pass(data, about.now, switches, &caller, call, words)
            .and_then(|()| serve(data, about.now, &mut switches.github, &caller, call, (words, &base)))
            .unwrap_or_else(|refusal| refusal)
    } else {
        refused(400, format!("\"{version}\" is not a supported version of the REST API"))
    };
    let reply = unchanged(data, &caller, call, reply);
    let reply =
        describe(reply, &caller, (call, words), &switches.github).with_header("X-GitHub-Api-Version-Selected", version);
    limits::tell(data, about.now, switches, &caller, reply)
}

/// One request about an organization, and everything that it touches.
struct Scene<'a> {
    data: &'a mut Data,
    org: &'a mut Org,
    switches: &'a Switches,
    caller: &'a Caller,
    call: &'a Call,
    now: Timestamp,
    /// What addresses in answers begin with.
    base: &'a str,
}

fn serve(
    data: &mut Data,
    now: Timestamp,
    switches: &mut Switches,
    caller: &Caller,
    call: &Call,
    (words, base): (&[&str], &str),
) -> Result<Reply, Reply> {
    let method = call.method.as_str();
    match (method, words) {
        ("GET", ["meta"]) => Ok(people::meta(switches)),
        ("GET", ["rate_limit"]) => Ok(limits::show(data, now, switches, caller)),
        ("GET", ["user"]) => people::own(data, caller, base),
        ("GET", ["users", login]) => people::show(data, login, base),
        ("GET", ["user", "memberships", "orgs"]) => memberships::all_own(data, caller, call, base),
        (_, ["user", "memberships", "orgs", name]) => within(data, name, |data, org| {
            let mut scene = Scene { data, org, switches, caller, call, now, base };
            caller.may_enter(scene.org, switches)?;
            memberships::own(&mut scene)
        }),
        (_, ["orgs", name, rest @ ..]) => {
            within(data, name, |data, org| org_route(&mut Scene { data, org, switches, caller, call, now, base }, rest))
        }
        // The form that links lead to.
        ("GET", ["organizations", id, rest @ ..]) => {
            let name = data.orgs.iter().find(|org| org.id.to_string() == **id).map(|org| org.login.clone());
            within(data, &name.unwrap_or_default(), |data, org| {
                org_route(&mut Scene { data, org, switches, caller, call, now, base }, rest)
            })
        }
        _ => Err(not_found()),
    }
}

/// Lends an organization out for one request.
fn within(
    data: &mut Data,
    name: &str,
    serve: impl FnOnce(&mut Data, &mut Org) -> Result<Reply, Reply>,
) -> Result<Reply, Reply> {
    let mut org = std::mem::take(data.org(name).ok_or_else(not_found)?);
    // Its place is the one without a name for as long as this lasts.
    let reply = serve(data, &mut org);
    if let Some(place) = data.org("") {
        *place = org;
    }
    reply
}

fn org_route(scene: &mut Scene<'_>, words: &[&str]) -> Result<Reply, Reply> {
    scene.caller.may_enter(scene.org, scene.switches)?;
    let method = scene.call.method.as_str();
    match (method, words) {
        ("GET", []) => Ok(people::org(scene)),
        ("GET", ["memberships", login]) => memberships::show(scene, login),
        ("PUT", ["memberships", login]) => memberships::put(scene, login),
        ("DELETE", ["memberships", login]) => memberships::remove(scene, login),
        ("GET", ["members"]) => members::list(scene),
        ("GET", ["members", login]) => members::test(scene, login),
        ("DELETE", ["members", login]) => members::remove(scene, login),
        ("GET", ["public_members"]) => Ok(members::list_public(scene)),
        ("GET", ["public_members", login]) => members::test_public(scene, login),
        ("GET", ["outside_collaborators"]) => members::collaborators(scene),
        ("PUT", ["outside_collaborators", login]) => members::convert(scene, login),
        ("DELETE", ["outside_collaborators", login]) => members::remove_collaborator(scene, login),
        // An Enterprise Server has none of these, and sends no mail.
        (_, ["invitations" | "failed_invitations", ..]) if scene.switches.ghes.is_some() => Err(not_found()),
        ("GET", ["invitations"]) => invitations::list(scene),
        ("POST", ["invitations"]) => invitations::create(scene),
        ("DELETE", ["invitations", id]) => invitations::remove(scene, id),
        ("GET", ["failed_invitations"]) => invitations::failed(scene),
        ("GET", ["teams", slug]) => teams::about(scene, slug),
        ("GET", ["teams", slug, "memberships", login]) => teams::show(scene, slug, login),
        ("PUT", ["teams", slug, "memberships", login]) => teams::put(scene, slug, login),
        ("DELETE", ["teams", slug, "memberships", login]) => teams::remove(scene, slug, login),
        _ => Err(not_found()),
    }
}

/// What somebody has already is not sent again, and not counted where it is known who asks.
fn unchanged(data: &mut Data, caller: &Caller, call: &Call, reply: Reply) -> Reply {
    if call.method != "GET" || reply.status != 200 {
        return reply;
    }
    let tag = etag(&reply.body);
    let is_known = call.headers_named("if-none-match").any(|known| known.trim_start_matches("W/") == tag);
    if !is_known {
        return reply.with_header("ETag", tag);
    }
    if caller.token().is_some() {
        data.desk.pace.forgive(&caller.account());
    }
    Reply::empty(304).with_header("ETag", tag)
}

/// What the route takes. One that is not there takes nothing.
fn accepted(method: &str, words: &[&str], switches: &Switches) -> &'static [&'static str] {
    match words {
        ["orgs" | "organizations", _, "invitations" | "failed_invitations", ..] if switches.ghes.is_some() => &[],
        // Only who may change who is in is told who is invited.
        ["orgs" | "organizations", _, "invitations" | "failed_invitations", ..] => Need::Write.scopes(),
        ["orgs" | "organizations", ..] if method == "GET" => Need::Read.scopes(),
        ["orgs" | "organizations", ..] => Need::Write.scopes(),
        _ => &[],
    }
}

/// What the token is good for, and what the route would take.
fn describe(reply: Reply, caller: &Caller, (call, words): (&Call, &[&str]), switches: &Switches) -> Reply {
    let Some(token) = caller.token() else { return reply };
    let mut reply = reply;
    if caller::has_scopes(token.kind) {
        reply = reply.with_header("X-OAuth-Scopes", token.scopes.join(", "));
        reply = reply.with_header("X-Accepted-OAuth-Scopes", accepted(&call.method, words, switches).join(", "));
    }
    if let Some(expires) = token.expires {
        reply = reply.with_header(
            "github-authentication-token-expiration",
            expires.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        );
    }
    reply
}
