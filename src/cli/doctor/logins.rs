//! Who one is there, with what is at hand.

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use crate::api::keystone::Kind;
use crate::http::Error;

use super::super::context::{Backend, Context, FoundState, PaasIdentity};
use super::super::present::platform_name;
use super::{Finding, Seen};

/// A token that was given ends without anybody renewing it.
const SOON: SignedDuration = SignedDuration::from_mins(10);

pub(super) fn tokens(context: &Context, backend: Backend) -> Seen<'_> {
    Box::pin(async move {
        let name = backend.name();
        let found = match backend {
            Backend::Keystone => keystone(context).await.map(Some),
            Backend::Paas => paas(context).await.map(Some),
            // They take the tokens of these two, or none.
            _ => Ok(None),
        };
        match found {
            Ok(found) => found.into_iter().collect(),
            Err(error) if is_only_missing(&error) => {
                let found = Finding::of_error("login", name, &error);
                vec![Finding { state: super::State::Warn, ..found }.next("orchest auth login --store keyring")]
            }
            Err(error) => vec![Finding::of_error("login", name, &error)],
        }
    })
}

/// Nobody has said a password, which is no fault of any server.
fn is_only_missing(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<Error>(), Some(Error::Setup(text)) if text.starts_with("no password for"))
}

async fn keystone(context: &Context) -> Result<Finding> {
    let login = context.keystone()?.login();
    let token = login.confirmed(|_| true).await?;
    let roles: Vec<&str> = token.roles().into_iter().map(|role| platform_name(Kind::Role, role)).collect();
    let held = if roles.is_empty() { "no role".to_owned() } else { format!("roles: {}", roles.join(", ")) };
    let who = match (token.text("user", "/name"), token.text("user", "/domain/name")) {
        ("", _) => "somebody".to_owned(),
        (user, "") => user.to_owned(),
        (user, domain) => format!("{user}@{domain}"),
    };
    let left = left(token.expires_at, context.clock.now());
    let detail = format!("login as {who}, {held}, scope {}{left}", login.scope());
    if roles.is_empty() {
        let next = "ask for a role there, or choose another scope: --scope system|project|domain";
        return Ok(Finding::warn("login", "keystone", detail).next(next));
    }
    Ok(Finding::ok("login", "keystone", detail))
}

async fn paas(context: &Context) -> Result<Finding> {
    let Some(found) = context.paas_found().await? else {
        let found = Finding::warn("login", "paas", "there is no token for it");
        return Ok(found.next("orchest auth login paas"));
    };
    let (access, renews) = match &found.state {
        FoundState::Given(access) => (Some(access), false),
        #[cfg(feature = "oauth")]
        FoundState::Kept(access) => (access.as_ref(), true),
        FoundState::Agent => (None, true),
    };
    let who = access.map(PaasIdentity::of);
    let end = who.as_ref().and_then(|who| who.expires_at);
    let name =
        who.as_ref().and_then(|who| who.subject.clone()).map(|subject| format!(" as {subject}")).unwrap_or_default();
    let until = match end {
        Some(end) => left(end, context.clock.now()),
        None if renews => ", renewed when it is needed".to_owned(),
        None => String::new(),
    };
    let detail = format!("login{name} from {}{until}", found.from);
    let ends_soon = end.is_some_and(|end| end.duration_since(context.clock.now()) < SOON);
    if ends_soon && !renews {
        return Ok(Finding::warn("login", "paas", detail).next("put a new token there; or: orchest auth login paas"));
    }
    Ok(Finding::ok("login", "paas", detail))
}

/// How long it is good for.
fn left(end: Timestamp, now: Timestamp) -> String {
    if end == Timestamp::MAX {
        return String::new();
    }
    let left = end.duration_since(now);
    match (left.as_hours(), left.as_mins()) {
        _ if left <= SignedDuration::ZERO => ", which has expired".to_owned(),
        (0, minutes) => format!(", good for {minutes} min"),
        (1..48, _) => format!(", good for {} h", left.as_hours()),
        (hours, _) => format!(", good for {} d", hours / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_its_life_is_told_in_one_unit() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        for (end, text) in [
            ("2025-12-31T23:00:00Z", ", which has expired"),
            ("2026-01-01T00:59:59Z", ", good for 59 min"),
            ("2026-01-01T01:30:00Z", ", good for 1 h"),
            ("2026-01-04T00:00:00Z", ", good for 3 d"),
        ] {
            assert_eq!(left(end.parse().unwrap(), now), text, "{end}");
        }
        assert_eq!(left(Timestamp::MAX, now), "");
    }
}
