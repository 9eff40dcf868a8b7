//! Whom each service refuses, and how.

use orchester::sandbox::TokenKind;

use super::Case;
use super::cells::{Cell, Place, Refusal, Row, Token, place, refusal};

/// All that is needed to see who is in.
const READS: &str = "https://www.googleapis.com/auth/drive.metadata.readonly";

pub const ROWS: &[Row] = &[
    (
        Case::Unauthorized,
        "github",
        Cell::Refused(&[
            refusal(Token::Expired, 4, "ORCHEST_GITHUB_TOKEN"),
            refusal(Token::Text("ghp_canary-nobodys"), 4, "ORCHEST_GITHUB_TOKEN"),
        ]),
    ),
    (
        Case::Unauthorized,
        "trello",
        Cell::Refused(&[
            refusal(Token::Expired, 4, "does not take the token"),
            refusal(Token::Text("canary-nobodys"), 4, "does not take the token"),
            Refusal {
                more: &[("ORCHEST_TRELLO_API_KEY", "canary-no-key")],
                ..refusal(Token::Of("ada"), 4, "does not know the key")
            },
        ]),
    ),
    (
        Case::Unauthorized,
        "slack",
        Cell::Refused(&[
            refusal(Token::Expired, 4, "api.slack.com/apps"),
            refusal(Token::Text("xoxp-canary-nobodys"), 4, "api.slack.com/apps"),
            // Of somebody whose account was switched off.
            refusal(Token::Of("bob"), 4, "api.slack.com/apps"),
        ]),
    ),
    (
        Case::Unauthorized,
        "g_drive",
        Cell::Refused(&[
            refusal(Token::Expired, 4, "expired or revoked"),
            refusal(Token::Text("ya29.canary-nobodys"), 4, "expired or revoked"),
        ]),
    ),
    (
        Case::Forbidden,
        "github",
        Cell::Refused(&[
            refusal(Token::Of("bea"), 5, "only owners"),
            refusal(Token::Weak(TokenKind::GithubFineGrained, "ada", &["members=read"]), 5, "members=write"),
            refusal(Token::Weak(TokenKind::GithubInstallation, "acme", &["members=read"]), 5, "members=write"),
        ]),
    ),
    (
        Case::Forbidden,
        "trello",
        Cell::Refused(&[
            refusal(Token::Of("bea"), 5, "administrators"),
            refusal(Token::Weak(TokenKind::Trello, "ada", &["read"]), 5, "administrators"),
        ]),
    ),
    (
        Case::Forbidden,
        "slack",
        Cell::Refused(&[
            refusal(Token::Of("bea"), 5, "SCIM takes a user token"),
            refusal(Token::Of("amy"), 5, "SCIM takes a user token"),
            refusal(Token::Weak(TokenKind::SlackBot, "ada", &["users:read", "users:read.email"]), 5, "SCIM takes"),
        ]),
    ),
    (
        Case::Forbidden,
        "g_drive",
        Cell::Refused(&[
            // Who may write may share, and who may read sees nobody.
            refusal(Token::Of("ivy@example.com"), 5, "editor"),
            refusal(Token::Weak(TokenKind::Google, "ada@example.com", &[READS]), 5, "auth/drive"),
        ]),
    ),
    (
        Case::Hidden,
        "github",
        Cell::Hidden(&[
            place(&["--target", "nowhere"], "hidden from this login"),
            place(&["--target", "elsewhere"], "elsewhere"),
            Place { token: Some(Token::Of("hal")), ..place(&[], "acme") },
        ]),
    ),
    (
        Case::Hidden,
        "trello",
        Cell::Hidden(&[
            place(&["--target", "nowhere"], "hidden from this login"),
            place(&["--target", "elsewhere"], "elsewhere"),
            Place { token: Some(Token::Of("hal")), ..place(&[], "acme") },
        ]),
    ),
    (
        Case::Hidden,
        "slack",
        Cell::Hidden(&[
            // There is one workspace to a token; what can be missing is an address, and a channel.
            Place {
                more: &[("ORCHEST_SLACK_SCIM_URL", "SLACK/scim/v3")],
                code: 78,
                hides_lists: false,
                ..place(&[], "scim_url")
            },
            Place {
                more: &[("ORCHEST_SLACK_MODE", "channel"), ("ORCHEST_SLACK_CHANNEL", "C2")],
                token: Some(Token::Of("bea")),
                code: 78,
                ..place(&[], "connector.slack.channel")
            },
        ]),
    ),
    (
        Case::Hidden,
        "g_drive",
        Cell::Hidden(&[
            place(&["--target", "nowhere"], "hidden from this login"),
            place(&["--target", "F4"], "hidden from this login"),
            // Who has it by a link sees the file, and nobody who is in.
            Place { token: Some(Token::Of("max@example.com")), ..place(&[], "may not see who file") },
        ]),
    ),
];
