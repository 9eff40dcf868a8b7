//! How each service says that it cannot now, and how its lists are cut.

use super::Case;
use super::cells::{Cell, List, Row, limit, of_writes, untold};

pub const ROWS: &[Row] = &[
    (
        Case::TooMany,
        "github",
        Cell::Limited(&[
            limit(&["github.limit=1"], 1..=3600),
            limit(&["github.limit=1", "github.limit_status=429"], 1..=3600),
            of_writes(limit(&["github.secondary=9", "github.retry_after=7"], 7..=7)),
            of_writes(limit(&["github.secondary=9", "github.retry_after=7", "github.limit_status=429"], 7..=7)),
            // A minute where it does not say.
            of_writes(limit(&["github.secondary=9", "github.retry_after=0"], 60..=60)),
            of_writes(limit(&["github.secondary=9", "github.retry_after=0", "github.limit_status=429"], 60..=60)),
        ]),
    ),
    (
        Case::TooMany,
        "trello",
        Cell::Limited(&[
            limit(&["trello.limited=API_TOKEN_LIMIT_EXCEEDED"], 10..=10),
            limit(&["trello.limited=API_KEY_LIMIT_EXCEEDED"], 10..=10),
            limit(&["trello.limited=MEMBER_LIMIT_EXCEEDED"], 10..=10),
            limit(&["trello.limited=API_TOKEN_LIMIT_EXCEEDED", "trello.retry_after=3"], 3..=3),
            limit(&["trello.limit=1"], 10..=10),
        ]),
    ),
    (Case::TooMany, "slack", Cell::Limited(&[limit(&["slack.limit=1"], 1..=60), untold(&["slack.error=ratelimited"])])),
    (
        Case::TooMany,
        "g_drive",
        Cell::Limited(&[
            untold(&["gdrive.error=429:rateLimitExceeded"]),
            untold(&["gdrive.error=403:rateLimitExceeded"]),
            untold(&["gdrive.error=403:userRateLimitExceeded"]),
            untold(&["gdrive.limit=1"]),
            untold(&["gdrive.limit=1", "gdrive.limit_status=429"]),
        ]),
    ),
    (Case::FalseSuccess, "github", Cell::ByStatus),
    (Case::FalseSuccess, "trello", Cell::ByStatus),
    (
        Case::FalseSuccess,
        "slack",
        Cell::Words(&[
            ("ratelimited", 75),
            ("internal_error", 75),
            ("fatal_error", 75),
            ("service_unavailable", 75),
            ("request_timeout", 75),
            ("team_added_to_org", 75),
            ("not_authed", 4),
            ("invalid_auth", 4),
            ("account_inactive", 4),
            ("token_revoked", 4),
            ("token_expired", 4),
            ("missing_scope", 5),
            ("not_allowed_token_type", 5),
            ("access_denied", 5),
            ("org_login_required", 1),
            ("feature_not_enabled", 1),
            ("nobody_knows_this_word", 1),
        ]),
    ),
    (Case::FalseSuccess, "g_drive", Cell::ByStatus),
    (Case::ServerFails, "github", Cell::Fails),
    (Case::ServerFails, "trello", Cell::Fails),
    (Case::ServerFails, "slack", Cell::Fails),
    (Case::ServerFails, "g_drive", Cell::Fails),
    (
        Case::Pages,
        "github",
        Cell::Pages(List {
            request: &["GET /orgs/acme/members?", "role=member"],
            size: Some(100),
            others: 2,
            last: "zoe",
        }),
    ),
    (
        Case::Pages,
        "trello",
        Cell::Pages(List { request: &["/organizations/acme/memberships"], size: None, others: 5, last: "zoe" }),
    ),
    (
        Case::Pages,
        "slack",
        Cell::Pages(List { request: &["POST /api/users.list"], size: Some(200), others: 10, last: "U9999" }),
    ),
    (
        Case::Pages,
        "g_drive",
        Cell::Pages(List {
            request: &["GET /drive/v3/files/F1/permissions"],
            size: Some(100),
            others: 7,
            last: "zoe@example.com",
        }),
    ),
];
