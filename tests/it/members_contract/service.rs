//! The four services, and who can be met there.

use orchester::sandbox::{Backend, TokenKind};

pub const DRIVE: &str = "https://www.googleapis.com/auth/drive";
const SLACK: [&str; 6] =
    ["users:read", "users:read.email", "admin", "channels:read", "channels:manage", "channels:write.invites"];

pub struct Service {
    pub name: &'static str,
    pub backend: Backend,
    /// Where the token is looked for, and what kind it is.
    pub variable: &'static str,
    pub kind: TokenKind,
    /// Somebody who may do everything, with these scopes.
    pub owner: &'static str,
    pub scopes: &'static [&'static str],
    /// A member, another one, and somebody who is known to the service and not in.
    pub active: &'static str,
    pub other: &'static str,
    pub absent: &'static str,
}

pub const SERVICES: [Service; 4] = [
    Service {
        name: "github",
        backend: Backend::GitHub,
        variable: "ORCHEST_GITHUB_TOKEN",
        kind: TokenKind::GithubClassic,
        owner: "ada",
        scopes: &["admin:org"],
        active: "bea",
        other: "oli",
        absent: "hal",
    },
    Service {
        name: "trello",
        backend: Backend::Trello,
        variable: "ORCHEST_TRELLO_TOKEN",
        kind: TokenKind::Trello,
        owner: "ada",
        scopes: &["read", "write"],
        active: "bea",
        other: "oli",
        absent: "hal",
    },
    Service {
        name: "slack",
        backend: Backend::Slack,
        variable: "ORCHEST_SLACK_TOKEN",
        kind: TokenKind::SlackUser,
        owner: "ada",
        scopes: &SLACK,
        active: "bea@example.com",
        other: "oli@example.com",
        absent: "nobody@example.com",
    },
    Service {
        name: "g_drive",
        backend: Backend::GDrive,
        variable: "ORCHEST_G_DRIVE_TOKEN",
        kind: TokenKind::Google,
        owner: "ada@example.com",
        scopes: &[DRIVE],
        active: "bea@example.com",
        other: "bea@example.com",
        absent: "hal@example.com",
    },
];
