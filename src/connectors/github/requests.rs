//! The requests, as values.

use serde_json::{Value, json};

use crate::http::{Meaning, Method, Request, Response};

use super::refusal;

/// Known to github.com and to servers of one's own alike.
const VERSION: &str = "2022-11-28";

/// As every request to it begins.
pub(super) fn github(method: Method) -> Request {
    Request::new(method)
        .header("Accept", "application/vnd.github+json")
        .header("X-GitHub-Api-Version", VERSION)
        .read_by(reading)
}

/// "Too fast" is a 403 as often as a 429, and either may say how long to wait or not.
fn reading(response: &Response) -> Option<Meaning> {
    let is_limit = response.status == 429 || (response.status == 403 && refusal::is_limit(response));
    is_limit.then_some(Meaning { status: 429, wait: Some(refusal::UNTOLD) })
}

/// A list from which people are left out is as good as refused: they would be taken to be absent.
fn whole(response: &Response) -> Option<Meaning> {
    if refusal::left_out_by(response).is_some() { Some(Meaning { status: 403, wait: None }) } else { reading(response) }
}

/// What is refused here has more to say than its status.
pub(super) fn told(request: Request) -> Request {
    [403, 404, 422].into_iter().fold(request, Request::accept_status)
}

fn at(method: Method, organization: &str) -> Request {
    github(method).path("orgs").segment(organization)
}

/// The caller.
#[cfg(feature = "oauth")]
pub(in crate::connectors) fn whoami() -> Request {
    github(Method::Get).path("user")
}

/// The caller's own membership.
pub(super) fn own(organization: &str) -> Request {
    told(github(Method::Get).path("user/memberships/orgs").segment(organization))
}

fn membership(method: Method, organization: &str, login: &str) -> Request {
    told(at(method, organization).path("memberships").segment(login))
}

pub(super) fn look(organization: &str, login: &str) -> Request {
    membership(Method::Get, organization, login)
}

/// Invites, or changes the role. It sends an e-mail.
pub(super) fn put(organization: &str, login: &str, role: &str) -> Request {
    membership(Method::Put, organization, login).json(json!({"role": role}))
}

/// Takes a member out, or an invitation back.
pub(super) fn delete(organization: &str, login: &str) -> Request {
    membership(Method::Delete, organization, login)
}

pub(super) fn members(organization: &str, role: &'static str) -> Request {
    at(Method::Get, organization).path("members").query("role", role).read_by(whole)
}

/// Enough of the owners to see whether there are two.
pub(super) fn two_owners(organization: &str) -> Request {
    told(members(organization, "admin").query("per_page", "2"))
}

pub(super) fn invitations(organization: &str) -> Request {
    at(Method::Get, organization).path("invitations").read_by(whole)
}

pub(super) fn lapsed(organization: &str) -> Request {
    at(Method::Get, organization).path("failed_invitations").read_by(whole)
}

/// Whether this login sees the members at all: one row is enough.
pub(super) fn one_invitation(organization: &str) -> Request {
    told(invitations(organization).query("per_page", "1"))
}

/// Whether the organisation is there for this login.
pub(super) fn one_member(organization: &str) -> Request {
    told(at(Method::Get, organization).path("members").query("per_page", "1"))
}

pub(super) fn invite(organization: &str, email: &str, role: &str, teams: &[Value]) -> Request {
    // The words for roles are others here.
    let role = if role == "member" { "direct_member" } else { role };
    let mut body = json!({"email": email, "role": role});
    if let (Some(members), false) = (body.as_object_mut(), teams.is_empty()) {
        members.insert("team_ids".to_owned(), teams.into());
    }
    told(at(Method::Post, organization).path("invitations").json(body))
}

pub(super) fn cancel(organization: &str, invitation: &str) -> Request {
    told(at(Method::Delete, organization).path("invitations").segment(invitation))
}

pub(super) fn team(organization: &str, team: &str) -> Request {
    told(at(Method::Get, organization).path("teams").segment(team))
}

pub(super) fn in_team(method: Method, organization: &str, team: &str, login: &str) -> Request {
    told(at(method, organization).path("teams").segment(team).path("memberships").segment(login))
}
