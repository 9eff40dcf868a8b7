//! What Trello holds: accounts, and workspaces with their members and boards.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::super::call::Reply;
use super::super::desk::Desk;

#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::sandbox) struct Data {
    pub(super) members: Vec<Member>,
    pub(super) workspaces: Vec<Workspace>,
    pub(in crate::sandbox::members) desk: Desk,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Member {
    pub(super) id: String,
    /// Written as it is: `Ada` is somebody else.
    pub(super) username: String,
    pub(super) full_name: String,
    pub(super) email: String,
    /// Not only an address that somebody was invited by.
    pub(super) confirmed: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Workspace {
    pub(super) id: String,
    /// Short, as in its address.
    pub(super) name: String,
    pub(super) display_name: String,
    pub(super) memberships: Vec<Membership>,
    pub(super) boards: Vec<Board>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Membership {
    #[serde(skip)]
    pub(super) id: String,
    pub(super) member: String,
    pub(super) is_admin: bool,
    pub(super) deactivated: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Board {
    pub(super) id: String,
    pub(super) name: String,
    /// Whoever is not in the workspace is a guest.
    pub(super) members: BTreeSet<String>,
}

/// 24 digits, the first of which says what it is of.
pub(super) fn id(kind: char, number: u64) -> String {
    format!("{kind}{number:023x}")
}

pub(super) fn is_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Data {
    /// By id or user name.
    pub(super) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.id == name || member.username == name)
    }

    /// By id or short name.
    pub(super) fn workspace(&self, name: &str) -> Option<&Workspace> {
        self.workspaces.iter().find(|workspace| workspace.id == name || workspace.name == name)
    }

    pub(super) fn workspace_mut(&mut self, id: &str) -> Option<&mut Workspace> {
        self.workspaces.iter_mut().find(|workspace| workspace.id == id)
    }

    /// Everything about an account; the address is told to itself only.
    pub(super) fn member_json(&self, member: &Member, is_own: bool) -> Value {
        let initials: String = member.full_name.chars().take(1).collect();
        let workspaces = self.workspaces.iter().filter(|workspace| workspace.has(&member.id));
        json!({
            "id": member.id,
            "username": member.username,
            "fullName": member.full_name,
            "initials": initials,
            "confirmed": member.confirmed,
            "memberType": if member.confirmed { "normal" } else { "ghost" },
            "activityBlocked": false,
            "avatarUrl": null,
            "bio": "",
            "url": format!("https://trello.com/{}", member.username),
            "email": is_own.then_some(&member.email),
            "idOrganizations": workspaces.map(|workspace| &workspace.id).collect::<Vec<_>>(),
        })
    }

    /// A membership, with its member if that is wanted.
    pub(super) fn membership_json(&self, membership: &Membership, fields: Option<&str>) -> Result<Value, Reply> {
        let member = self.member(&membership.member);
        let mut body = json!({
            "id": membership.id,
            "idMember": membership.member,
            "memberType": if membership.is_admin { "admin" } else { "normal" },
            "unconfirmed": member.is_some_and(|member| !member.confirmed),
            "deactivated": membership.deactivated,
        });
        if let (Some(fields), Some(member), Some(map)) = (fields, member, body.as_object_mut()) {
            map.insert("member".to_owned(), chosen(&self.member_json(member, false), fields)?);
        }
        Ok(body)
    }
}

impl Workspace {
    pub(super) fn has(&self, member: &str) -> bool {
        self.memberships.iter().any(|membership| membership.member == member)
    }

    pub(super) fn is_admin(&self, member: &str) -> bool {
        let mut own = self.memberships.iter().filter(|membership| membership.member == member);
        own.any(|membership| membership.is_admin && !membership.deactivated)
    }

    pub(super) fn is_last_admin(&self, member: &str) -> bool {
        let admins = self.memberships.iter().filter(|membership| membership.is_admin && !membership.deactivated);
        self.is_admin(member) && admins.count() == 1
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "displayName": self.display_name,
            "desc": "",
            "url": format!("https://trello.com/w/{}", self.name),
            "memberships": [],
            "idBoards": self.boards.iter().map(|board| &board.id).collect::<Vec<_>>(),
        })
    }
}

/// What `fields` asks for: names between commas, or `all`. The id comes in any case.
pub(super) fn chosen(body: &Value, fields: &str) -> Result<Value, Reply> {
    let Some(map) = body.as_object() else { return Ok(body.clone()) };
    if fields == "all" {
        return Ok(body.clone());
    }
    let wanted: Vec<&str> = fields.split(',').filter(|name| !name.is_empty()).collect();
    if wanted.iter().any(|name| !map.contains_key(*name)) {
        return Err(Reply::text(400, "invalid value for fields"));
    }
    let kept = map.iter().filter(|(name, _)| *name == "id" || wanted.contains(&name.as_str()));
    Ok(Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>()))
}
